/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/export.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "proto/base/time.h"
#include "tools/cli/interrupt.h"
#include "tools/cli/output.h"

enum ent_status
cli_export_written(const struct cli_export *export, struct ent_error *err)
{
    return ferror(export->out) == 0
               ? ENT_OK
               : ent_fail(err, ENT_IO, "the output: %s", strerror(errno));
}

static void
drop(json_t **json)
{
    json_decref(*json);
}

enum ent_status
cli_export_json(const ent_message *message, struct ent_bytes *ret_text,
    struct ent_error *err)
{
    static const char *const keys[] = {"key", "root", "header", NULL};
    ENT_AUTO(ent_bytes_free) struct ent_bytes all = {0};
    ENT_AUTO(drop) json_t *json = NULL;
    enum ent_status rc = ent_json_write(&message->base, false, &all, err);
    json_t *each;
    char *text;
    size_t i;

    if (rc != ENT_OK) {
        return rc;
    }
    json = json_loadb((const char *)all.data, all.len, 0, NULL);
    (void)json_object_del(json, "officerSignatures");
    (void)json_object_del(json, "restored");
    json_array_foreach(json_object_get(json, "attachments"), i, each)
    {
        for (size_t j = 0; keys[j] != NULL; j++) {
            (void)json_object_del(each, keys[j]);
        }
    }
    text = json_dumps(json, JSON_COMPACT);
    if (text == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "exporting");
    }
    rc = ent_bytes_copy(ent_view_of(text, strlen(text) + 1), ret_text, err);
    free(text);
    return rc;
}

static bool
is_chosen(const struct cli_export *export, const Entente__V1__InboxItem *item)
{
    for (size_t i = 0; i < export->family_count; i++) {
        if (strcmp(export->families[i]->name, item->family) == 0) {
            return true;
        }
    }
    return export->family_count == 0;
}

/* One that went to several offices, perhaps not at once, is written once. */
static bool
is_once(const struct cli_export *export, const Entente__V1__InboxItem *item,
    struct ent_id *ret_id)
{
    return export->sent && export->format->once &&
           ent_id_parse(ent_view_text(item->id), ret_id, NULL) == ENT_OK;
}

enum ent_status
cli_export_take(struct cli_export *export, const Entente__V1__InboxItem *item,
    enum cli_leaving rule, struct ent_error *err)
{
    enum ent_status rc = ENT_UNSUPPORTED;
    struct ent_id id;
    const bool once = is_once(export, item, &id);

    if (!is_chosen(export, item)) {
        return ENT_OK;
    }
    export->messages++;
    if (rule == CLI_LEAVING_LEAVES && once &&
        cli_idset_has(&export->written, &id)) {
        rule = CLI_LEAVING_COPY;
    }
    if (rule == CLI_LEAVING_LEAVES) {
        rc = export->format->put(export, item, &rule, err);
    }
    if (rc == ENT_OK) {
        export->exported++;
        rc = once ? cli_idset_add(&export->written, &id, err) : ENT_OK;
        return rc == ENT_OK ? cli_export_written(export, err) : rc;
    }
    export->kept[rule] += rc == ENT_UNSUPPORTED ? 1 : 0;
    return rc == ENT_UNSUPPORTED ? ENT_OK : rc;
}

/* What was there when it began, page by page. */
static int
take_all(struct cli_export *export, struct cli_desk *desk, uint64_t until,
    struct ent_error *err)
{
    const Entente__V1__InboxReply *page = NULL;

    do {
        int code = cli_desk_read(desk, 0, &page, err);

        if (code != EX_OK) {
            return code;
        }
        for (size_t i = 0; i < page->n_items; i++) {
            const Entente__V1__InboxItem *item = page->items[i];
            enum ent_status rc;

            if (cli_interrupt_code() != 0) {
                return cli_interrupt_code();
            }
            if (item->received_at >= until) {
                return EX_OK;
            }
            rc = cli_export_take(
                export, item, cli_leaving_decide(item, export->within), err);
            if (rc != ENT_OK) {
                return cli_exit_code(rc);
            }
        }
    } while (page->n_items > 0);
    return EX_OK;
}

int
cli_export_run(
    struct cli_export *export, struct cli_desk *desk, struct ent_error *err)
{
    const uint64_t until =
        export->until == 0 ? ent_time_now_ms() + 1 : export->until;
    enum ent_status rc = ent_arena_init(&export->arena, ENT_MESSAGE_ARENA, err);
    int code;

    if (rc == ENT_OK) {
        rc = export->format->begin(export, err);
    }
    if (rc != ENT_OK) {
        code = cli_exit_code(rc);
    } else {
        code = export->sent ? cli_export_take_sent(export, desk, until, err)
                            : take_all(export, desk, until, err);
    }
    if (code == EX_OK) {
        rc = export->format->end(export, err);
        code = rc == ENT_OK ? EX_OK : cli_exit_code(rc);
    }
    if (code == EX_OK && fflush(export->out) != 0) {
        rc = cli_export_written(export, err);
        code = EX_IOERR;
    }
    ent_arena_fini(&export->arena);
    cli_idset_fini(&export->written);
    free(export->state);
    export->state = NULL;
    return code;
}
