/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/deletion.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cli/words.h"

/* What the node knows of one deletion. */
struct deletion {
    uint64_t at_ms; /* 0: its key is gone, and that is all */
    const char *clause;
    uint32_t line;
    bool counted;
};

static void
print(FILE *out, const struct deletion *deletion, uint64_t now_ms)
{
    char when[CLI_WORDS_MAX];

    cli_time_short(deletion->at_ms, now_ms, when);
    fprintf(out, "deleted%s%s", when[0] == '\0' ? "" : " ", when);
    if (deletion->clause[0] != '\0') {
        fprintf(out, " under clause %s", deletion->clause);
    }
    if (deletion->line != 0) {
        fprintf(out, " (its retention is in line %" PRIu32 ")", deletion->line);
    }
    if (deletion->at_ms != 0) {
        fprintf(out, "; %s",
            deletion->counted ? "a count of it stays" : "no count of it stays");
    }
}

static char *
describe(const struct deletion *deletion, uint64_t now_ms)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    if (out == NULL) {
        return NULL;
    }
    print(out, deletion, now_ms);
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

char *
cli_deletion_of_item(const Entente__V1__InboxItem *item, uint64_t now_ms)
{
    const struct deletion deletion = {.at_ms = item->deleted_at,
        .clause = item->clause,
        .line = item->deleted_line,
        .counted = item->counted};

    if (!item->deleted) {
        return strdup("to be read by its desk alone: --desk");
    }
    return describe(&deletion, now_ms);
}

char *
cli_deletion_of_copy(const Entente__V1__TraceCopy *copy, uint64_t now_ms)
{
    const struct deletion deletion = {.at_ms = copy->deleted_at,
        .clause = copy->deleted_clause,
        .line = copy->deleted_line,
        .counted = copy->counted};

    return describe(&deletion, now_ms);
}
