/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/alike.h"

#include <inttypes.h>
#include <stdbool.h>

/* Those that are linked, or those that are not. */
static void
list(FILE *out, const Entente__V1__InboxItem *item, bool linked,
    const char *words)
{
    const char *before = words;

    for (size_t i = 0; i < item->n_alike; i++) {
        const Entente__V1__Like *like = item->alike[i];

        if ((like->linked != 0) != linked) {
            continue;
        }
        fputs(before, out);
        before = ", ";
        if (like->sequence != 0) {
            fprintf(out, "%" PRIu64, like->sequence);
        } else {
            fprintf(out, "what was sent to %s", like->office);
        }
    }
    if (before != words) {
        fputs("] ", out);
    }
}

void
cli_alike_mark(FILE *out, const Entente__V1__InboxItem *item)
{
    list(out, item, true, "[linked with ");
    list(out, item, false, "[perhaps the same as ");
    if (item->alike_cut) {
        fputs(item->n_alike > 0 ? "[perhaps more] "
                                : "[perhaps the same as others] ",
            out);
    }
}

void
cli_alike_basis(
    const Entente__V1__Like *like, char out[static CLI_ALIKE_BASIS_MAX])
{
    const bool identified = like->same_identifier[0] != '\0';

    (void)snprintf(out, CLI_ALIKE_BASIS_MAX, "%s%s%s%s%s",
        like->same_case ? "case" : "",
        like->same_case && identified ? ", " : "", like->same_identifier,
        like->same_event && (like->same_case || identified) ? ", " : "",
        like->same_event ? "place, time and quantity" : "");
}

char *
cli_alike_text(const Entente__V1__Like *like)
{
    char basis[CLI_ALIKE_BASIS_MAX];
    char number[24] = "";
    char *text = NULL;
    int len;

    cli_alike_basis(like, basis);
    if (like->sequence != 0) {
        (void)snprintf(number, sizeof number, "%" PRIu64 ", ", like->sequence);
    }
    len = asprintf(&text, "%s%s %s %s%s%s%s", number, like->family,
        like->outgoing ? "sent to" : "from", like->office,
        basis[0] == '\0' ? "" : " (", basis, basis[0] == '\0' ? "" : ")");
    return len < 0 ? NULL : text;
}
