/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/item.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"
#include "tools/cli/alike.h"
#include "tools/cli/deletion.h"
#include "tools/cli/paragraph.h"
#include "tools/cli/state.h"
#include "tools/cli/summary.h"
#include "tools/cli/words.h"

const struct cli_field cli_item_fields[] = {
    {.key = "number", .title = "NO", .right = true},
    {.key = "received", .title = "RECEIVED"},
    {.key = "precedence",
        .title = "PRECEDENCE",
        .colour = cli_colour_of_precedence},
    {.key = "left", .title = "TIME LEFT", .colour = cli_colour_of_time_left},
    {.key = "from", .title = "FROM"},
    {.key = "family", .title = "FAMILY", .broad = true},
    {.key = "message", .title = "MESSAGE", .wrap = true},
};

const size_t cli_item_field_count =
    sizeof cli_item_fields / sizeof cli_item_fields[0];

const char *
cli_colour_of_time_left(const char *text)
{
    if (strncmp(text, CLI_OVERDUE, strlen(CLI_OVERDUE)) == 0) {
        return CLI_RED;
    }
    return strcmp(text, "acknowledged") == 0 ? CLI_DIM : NULL;
}

const char *
cli_colour_of_precedence(const char *text)
{
    return strcmp(text, "FLASH") == 0       ? CLI_RED
           : strcmp(text, "IMMEDIATE") == 0 ? CLI_YELLOW
                                            : NULL;
}

bool
cli_item_is_open(const Entente__V1__InboxItem *item)
{
    return item->acknowledge_by != 0 && item->acknowledged_at == 0;
}

char *
cli_item_marks(const Entente__V1__InboxItem *item)
{
    char word[CLI_WORDS_MAX] = "";
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    if (out == NULL) {
        return NULL;
    }
    if (item->message != NULL &&
        item->message->mode != ENTENTE__V1__MODE__ACTUAL) {
        cli_code(
            &entente__v1__mode__descriptor, (int)item->message->mode, word);
        fprintf(out, "[%s] ", word[0] == '\0' ? "MODE NOT GIVEN" : word);
    }
    if (item->fate != 0) {
        fprintf(out, "[%s] ", cli_fate_name(item->fate));
    }
    if (item->reclassified != NULL && item->reclassified->as != NULL) {
        cli_words(&entente__v1__offence__descriptor,
            (int)item->reclassified->as->offence, word);
        fprintf(out, "[RE-CLASSIFIED: %s] ", word);
    }
    if (item->apply_by != 0) {
        fputs("[TO BE APPLIED] ", out);
    }
    if (item->need != NULL && item->need->asked) {
        fputs("[STILL NEEDED?] ", out);
    }
    if (item->reply_by != 0) {
        fputs("[REPLY] ", out);
    }
    if (item->obligations != NULL && item->obligations->desk[0] != '\0') {
        fprintf(out, "[for the desk %s] ", item->obligations->desk);
    }
    for (size_t i = 0;
         item->obligations != NULL && i < item->obligations->n_copy_to; i++) {
        fprintf(out, "[copy to %s] ", item->obligations->copy_to[i]);
    }
    cli_alike_mark(out, item);
    if (item->restored != 0) {
        fputs("[restored] ", out);
    } else if (item->replayed) {
        fputs("[replayed] ", out);
    }
    if (item->out_of_order_missing != 0) {
        fprintf(out, "[out of order, %" PRIu64 " missing] ",
            item->out_of_order_missing);
    }
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

/* Marks and summary. NULL: no memory. */
static char *
describe(const Entente__V1__InboxItem *item, uint64_t now_ms)
{
    ENT_AUTO(cli_summary_free) char *marks = cli_item_marks(item);
    ENT_AUTO(cli_summary_free) char *summary = NULL;
    char *text = NULL;

    summary = item->message == NULL ? cli_deletion_of_item(item, now_ms)
                                    : cli_summary(item->message);
    if (marks == NULL || summary == NULL ||
        asprintf(&text, item->message == NULL ? "%s(%s)" : "%s%s", marks,
            summary) < 0) {
        return NULL;
    }
    return text;
}

/* The short columns. */
struct columns {
    char received[CLI_WORDS_MAX];
    char precedence[CLI_WORDS_MAX];
    char left[CLI_WORDS_MAX];
};

static struct columns
columns_of(const Entente__V1__InboxItem *item, uint64_t now_ms)
{
    struct columns columns;

    cli_time_short(item->received_at, now_ms, columns.received);
    cli_code(&entente__v1__precedence__descriptor, (int)item->precedence,
        columns.precedence);
    cli_time_left(
        item->acknowledge_by, item->acknowledged_at, now_ms, columns.left);
    return columns;
}

json_t *
cli_item_row(const Entente__V1__InboxItem *item, uint64_t now_ms)
{
    ENT_AUTO(cli_summary_free) char *text = describe(item, now_ms);
    const struct columns columns = columns_of(item, now_ms);

    if (text == NULL) {
        return NULL;
    }
    return json_pack("{s:I, s:I, s:s, s:s, s:s, s:o, s:s, s:o}", "number",
        (json_int_t)item->sequence, "by", (json_int_t)item->acknowledge_by,
        "received", columns.received, "precedence", columns.precedence, "left",
        columns.left, "from", cli_json_text(ent_view_text(item->from)),
        "family", item->family, "message", cli_json_text(ent_view_text(text)));
}

enum ent_status
cli_item_print(FILE *out, const Entente__V1__InboxItem *item, uint64_t now_ms,
    struct ent_error *err)
{
    ENT_AUTO(cli_summary_free) char *text = describe(item, now_ms);
    ENT_AUTO(cli_summary_free) char *from = NULL;
    const struct columns columns = columns_of(item, now_ms);
    const char *colour = NULL;

    from = ent_text_neutral(ent_view_text(item->from), false);
    if (text == NULL || from == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "printing a message");
    }
    if (cli_is_colourful(out)) {
        colour = cli_colour_of_precedence(columns.precedence);
    }
    fprintf(out, "%" PRIu64 "  %s  %s%s%s  %s  %s%s%s\n", item->sequence,
        columns.received, colour == NULL ? "" : colour, columns.precedence,
        colour == NULL ? "" : CLI_PLAIN, from, item->family,
        columns.left[0] == '\0' ? "" : "  to acknowledge: ", columns.left);
    return cli_print_paragraph(
        out, "    | ", ent_view_text(text), cli_width(out), err);
}
