/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/obligations.h"

#include <stdio.h>
#include <string.h>

static struct cli_obligation *
add(struct cli_obligation *list, size_t *count, const char *name,
    const char *text)
{
    struct cli_obligation *row = &list[(*count)++];

    row->name = name;
    (void)snprintf(row->text, sizeof row->text, "%s", text);
    return row;
}

/* Words side by side, behind what stands there; what is too long is cut. */
static void
append(struct cli_obligation *row, char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(row->text);

        (void)snprintf(row->text + len, sizeof row->text - len, "%s%s",
            i == 0 ? "" : ", ", words[i]);
    }
}

size_t
cli_obligations_list(const Entente__V1__Obligations *owed,
    struct cli_obligation ret_list[static CLI_OBLIGATIONS_MAX])
{
    size_t count = 0;

    if (owed == NULL) {
        return 0;
    }
    if (owed->desk[0] != '\0') {
        (void)add(ret_list, &count, "for the desk", owed->desk);
    }
    if (owed->n_copy_to > 0) {
        append(add(ret_list, &count, "copy to", ""), owed->copy_to,
            owed->n_copy_to);
    }
    if (owed->marking[0] != '\0') {
        (void)add(ret_list, &count, "classified", owed->marking);
    }
    if (owed->court_by_consent) {
        (void)add(ret_list, &count, "in court",
            "only with its sender's consent (entente consent ask --court)");
    }
    if (owed->n_without_prejudice > 0) {
        append(add(ret_list, &count, "no prejudice", "nothing in it settles: "),
            owed->without_prejudice, owed->n_without_prejudice);
    }
    return count;
}
