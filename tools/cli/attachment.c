/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/attachment.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "proto/base/time.h"

#define TELL_MS 200

static void
free_text(char **text)
{
    free(*text);
}

/* ---- sizes ---- */

static const char *
unit_of(uint64_t bytes, uint64_t *ret_divisor)
{
    static const struct {
        uint64_t from;
        uint64_t divisor;
        const char *name;
    } units[] = {
        {10000000000, 1000000000, "GB"},
        {1000000, 1000000, "MB"},
        {1000, 1000, "kB"},
    };

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (bytes >= units[i].from) {
            *ret_divisor = units[i].divisor;
            return units[i].name;
        }
    }
    *ret_divisor = 1;
    return "bytes";
}

/* Up, so that nothing has the size 0; what is there is rounded down. */
static void
progress_text(uint64_t have, uint64_t size, char out[static 2 * CLI_SIZE_MAX])
{
    uint64_t divisor;
    const char *unit = unit_of(size, &divisor);

    (void)snprintf(out, 2 * CLI_SIZE_MAX, "%" PRIu64 " of %" PRIu64 " %s",
        have / divisor, (size + divisor - 1) / divisor, unit);
}

void
cli_size_text(uint64_t bytes, char out[static CLI_SIZE_MAX])
{
    uint64_t divisor;
    const char *unit = unit_of(bytes, &divisor);

    (void)snprintf(out, CLI_SIZE_MAX, "%" PRIu64 " %s",
        (bytes + divisor - 1) / divisor, unit);
}

/* ---- words ---- */

char *
cli_attachment_text(const Entente__V1__Attachment *attachment)
{
    char progress[2 * CLI_SIZE_MAX];
    char *text = NULL;
    int rc;

    progress_text(attachment->have, attachment->size, progress);
    switch (attachment->state) {
    case ENTENTE__V1__ATTACHMENT_STATE__ATTACHMENT_COMPLETE:
        rc = asprintf(&text, "complete");
        break;
    case ENTENTE__V1__ATTACHMENT_STATE__ATTACHMENT_STOPPED:
        rc = asprintf(&text, "will not come%s%s (%s)",
            attachment->sentence[0] == '\0' ? "" : ": ", attachment->sentence,
            progress);
        break;
    case ENTENTE__V1__ATTACHMENT_STATE__ATTACHMENT_DELETED:
        rc = asprintf(&text, "deleted");
        break;
    default:
        rc = asprintf(&text, "%s", progress);
    }
    return rc < 0 ? NULL : text;
}

char *
cli_attachments_text(Entente__V1__Attachment *const *list, size_t count)
{
    char *text = strdup("");

    for (size_t i = 0; text != NULL && i < count; i++) {
        ENT_AUTO(free_text) char *one = cli_attachment_text(list[i]);
        ENT_AUTO(free_text) char *before = text;

        if (one == NULL || asprintf(&text, "%s%s%" PRIu32 ": %s", before,
                               i == 0 ? "" : "; ", list[i]->number, one) < 0) {
            text = NULL;
        }
    }
    return text;
}

const Entente__V1__Attachment *
cli_attachment_find(
    Entente__V1__Attachment *const *list, size_t count, uint32_t number)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i]->number == number) {
            return list[i];
        }
    }
    return NULL;
}

/* ---- on a terminal ---- */

void
cli_progress_show(struct cli_progress *progress, uint64_t have, uint64_t size)
{
    ENT_AUTO(free_text) char *name = NULL;
    char text[2 * CLI_SIZE_MAX];
    uint64_t now = ent_time_now_ms();

    if (now < progress->told_ms + TELL_MS || !isatty(STDERR_FILENO)) {
        return;
    }
    progress->told_ms = now;
    progress->shown = true;
    name = ent_text_neutral(ent_view_text(progress->name), false);
    progress_text(have, size, text);
    fprintf(stderr, "\r\033[K%s  %s", name == NULL ? "" : name, text);
    (void)fflush(stderr);
}

void
cli_progress_end(struct cli_progress *progress)
{
    if (progress->shown) {
        fputs("\r\033[K", stderr);
        progress->shown = false;
    }
}
