/* SPDX-License-Identifier: Apache-2.0 */
/* The pure parts that turn messages into lines and arguments into positions. */
#include "tests/support.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/base/time.h"
#include "tests/examples.h"
#include "tools/cli/alike.h"
#include "tools/cli/columns.h"
#include "tools/cli/desk.h"
#include "tools/cli/item.h"
#include "tools/cli/paragraph.h"
#include "tools/cli/render.h"
#include "tools/cli/report.h"
#include "tools/cli/template.h"

#define NOW UINT64_C(1763805605000) /* 2025-11-22T10:00:05Z */
#define THAI "\xe0\xb8\x81"         /* a letter of one column and three bytes */
#define HANGUL "\xed\x95\x9c"       /* one of two columns */

/* ---- what was printed ---- */

static char *printed;
static size_t printed_len;
static FILE *page;

static int
open_page(void **state)
{
    (void)state;
    (void)setenv("TZ", "ICT-7", 1);
    page = tmpfile();
    return page == NULL ? -1 : 0;
}

static int
close_page(void **state)
{
    (void)state;
    free(printed);
    printed = NULL;
    return fclose(page);
}

static const char *
read_page(void)
{
    free(printed);
    printed_len = (size_t)ftell(page);
    printed = calloc(1, printed_len + 1);
    assert_non_null(printed);
    rewind(page);
    assert_int_equal(fread(printed, 1, printed_len, page), printed_len);
    return printed;
}

static void
expect_page(const char *words)
{
    if (strstr(read_page(), words) == NULL) {
        print_error("no '%s' in:\n%s\n", words, printed);
        fail();
    }
}

/* ---- paragraphs ---- */

static void
a_text_folds_at_spaces_else_between_characters(void **state)
{
    (void)state;
    assert_int_equal(cli_paragraph_fold(view("ab cd ef"), 5), 3);
    assert_int_equal(cli_paragraph_fold(view("ab cd ef"), 6), 6);
    assert_int_equal(cli_paragraph_fold(view("abcdef"), 4), 4);
    assert_int_equal(cli_paragraph_fold(view("abc"), 4), 3);
    assert_int_equal(cli_paragraph_fold(view(THAI THAI THAI), 2), 6);
    assert_int_equal(cli_paragraph_fold(view(HANGUL HANGUL), 3), 3);
    assert_int_equal(cli_paragraph_fold(view(HANGUL), 1), 3);
    assert_int_equal(cli_paragraph_fold(view(""), 4), 0);
}

/* A text cannot begin a line of its own. */
static void
every_further_line_is_marked(void **state)
{
    (void)state;
    expect_ok(cli_print_paragraph(page, "  note  ",
        view("one two three four five six\nnumber  2\n\nend\033"), 28,
        &last_error));
    assert_string_equal(read_page(), "  note  one two three four\n"
                                     "      | five six\n"
                                     "      | number  2\n"
                                     "      | \n"
                                     "      | end<U+001B>\n");
}

static void
without_a_terminal_only_line_ends_fold(void **state)
{
    (void)state;
    expect_ok(cli_print_paragraph(page, "    ",
        view("a rather long line that nobody folds\nand one more"), 0,
        &last_error));
    assert_string_equal(read_page(),
        "    a rather long line that nobody folds\n  | and one more\n");
}

static void
an_empty_text_is_one_line(void **state)
{
    (void)state;
    expect_ok(cli_print_paragraph(page, "note ", view(""), 80, &last_error));
    assert_string_equal(read_page(), "note \n");
}

static void
expect_folded(const char *text, size_t columns, const char *want)
{
    char *folded = cli_paragraph_folded(view(text), columns);

    assert_string_equal(folded, want);
    free(folded);
}

static void
a_cell_is_folded_to_its_room(void **state)
{
    (void)state;
    expect_folded("one two three", 8, "one two\nthree");
    expect_folded("abcdef", 1, "a\nb\nc\nd\ne\nf");
    expect_folded("", 8, "");
}

/* ---- tables ---- */

static const struct cli_field table_fields[] = {
    {.key = "id", .title = "ID"},
    {.key = "note", .title = "NOTE", .wrap = true},
    {.key = "more", .title = "MORE", .broad = true},
};

static void
share(const char *note, size_t width, size_t *ret_room)
{
    size_t rooms[CLI_COLUMNS_MAX];
    json_t *rows = json_pack("[{s:s, s:s, s:s}]", "id", "0123456789", "note",
        note, "more", "xxxxxxxxxx");

    assert_non_null(rows);
    cli_columns_share(rows, table_fields, 3, width, rooms);
    assert_int_equal(rooms[0], 0);
    assert_int_equal(rooms[2], 0);
    *ret_room = rooms[1];
    json_decref(rows);
}

static void
what_wraps_gets_what_the_others_leave(void **state)
{
    const char *note =
        "a text that is longer than any terminal is broad, which "
        "takes quite a few words to write down, and some more "
        "of them still";
    size_t room;

    (void)state;
    share(note, 120, &room);
    assert_int_equal(room, 120 - 10 - 10 - 3);
    share(note, 80, &room); /* the broad column is not shown */
    assert_int_equal(room, 80 - 10 - 2);
    share(note, 20, &room);
    assert_int_equal(room, 16);
    share("short", 80, &room);
    assert_int_equal(room, 5);
    share(note, 0, &room); /* no terminal */
    assert_int_equal(room, 0);
}

/* ---- whole messages ---- */

/* Every field of every example is somewhere in what is shown. */
static void
every_field_is_rendered_by_its_name(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};

    (void)state;
    expect_ok(ent_arena_init(&arena, ENT_MESSAGE_ARENA, &last_error));
    for (size_t i = 0; example_families[i] != NULL; i++) {
        ent_message *message = example(&arena, example_families[i], "{}");

        expect_ok(cli_render_fields(page, &message->base, 1, &last_error));
        expect_page(message->id);
        expect_page("valid until");
        expect_page("(10:00:00Z)");
    }
    expect_page("call back role");
    expect_page("MM-TH:THL-MSA");
    expect_page("smuggling of migrants");
    expect_page("FLASH");
    expect_page("H2");
    expect_page("urgency                immediate");
}

static void
a_deleted_message_is_shown_as_deleted(void **state)
{
    Entente__V1__InboxItem item = ENTENTE__V1__INBOX_ITEM__INIT;

    (void)state;
    item.sequence = 7;
    item.deleted = true;
    item.from = (char *)"ncc@th";
    item.id = (char *)"01926b3e-7c00-7abc-8def-0123456789ab";
    expect_ok(cli_render_item(page, &item, NOW, &last_error));
    expect_page("  deleted\n");
    item.deleted_at = UINT64_C(1763805605000);
    item.clause = (char *)"3(1)";
    item.deleted_line = 42;
    expect_ok(cli_render_item(page, &item, NOW, &last_error));
    expect_page("deleted 17:00:05 under clause 3(1) (its retention is "
                "in line 42); no count of it stays");
    item.counted = true;
    expect_ok(cli_render_item(page, &item, NOW, &last_error));
    expect_page("; a count of it stays");
    expect_page("ncc@th");
}

static void
marks_stand_in_words(void **state)
{
    Entente__V1__InboxItem item = ENTENTE__V1__INBOX_ITEM__INIT;
    Entente__V1__Message message = ENTENTE__V1__MESSAGE__INIT;
    char *marks;

    (void)state;
    item.message = &message;
    message.mode = ENTENTE__V1__MODE__TEST;
    item.replayed = true;
    item.out_of_order_missing = 2;
    marks = cli_item_marks(&item);
    assert_string_equal(marks, "[TEST] [replayed] [out of order, 2 missing] ");
    free(marks);
    item = (Entente__V1__InboxItem)ENTENTE__V1__INBOX_ITEM__INIT;
    item.message = &message;
    message.mode = ENTENTE__V1__MODE__ACTUAL;
    marks = cli_item_marks(&item);
    assert_string_equal(marks, "");
    free(marks);
}

static void
what_may_be_the_same_is_never_called_the_same(void **state)
{
    Entente__V1__InboxItem item = ENTENTE__V1__INBOX_ITEM__INIT;
    Entente__V1__Message message = ENTENTE__V1__MESSAGE__INIT;
    Entente__V1__Like likes[] = {ENTENTE__V1__LIKE__INIT,
        ENTENTE__V1__LIKE__INIT, ENTENTE__V1__LIKE__INIT};
    Entente__V1__Like *list[] = {&likes[0], &likes[1], &likes[2]};
    char *text;

    (void)state;
    message.mode = ENTENTE__V1__MODE__ACTUAL;
    item.message = &message;
    item.alike = list;
    likes[0].sequence = 12;
    likes[0].linked = true;
    likes[1].sequence = 3;
    likes[2].outgoing = true;
    for (size_t i = 0; i < 3; i++) {
        likes[i].office = (char *)"ncc@mm";
        likes[i].family = (char *)"drug_seizure";
    }
    likes[1].same_identifier = (char *)"plate";
    likes[1].same_event = true;
    item.n_alike = 3;
    text = cli_item_marks(&item);
    assert_string_equal(text,
        "[linked with 12] [perhaps the same as 3, what was sent to ncc@mm] ");
    free(text);
    item.n_alike = 1;
    text = cli_item_marks(&item);
    assert_string_equal(text, "[linked with 12] ");
    free(text);
    item.alike_cut = true;
    text = cli_item_marks(&item);
    assert_string_equal(text, "[linked with 12] [perhaps more] ");
    free(text);
    item.n_alike = 0;
    text = cli_item_marks(&item);
    assert_string_equal(text, "[perhaps the same as others] ");
    free(text);
    text = cli_alike_text(&likes[1]);
    assert_string_equal(
        text, "3, drug_seizure from ncc@mm (plate, place, time and quantity)");
    free(text);
    text = cli_alike_text(&likes[2]);
    assert_string_equal(text, "drug_seizure sent to ncc@mm");
    free(text);
}

static void
a_followed_item_cannot_look_like_two(void **state)
{
    Entente__V1__InboxItem item = ENTENTE__V1__INBOX_ITEM__INIT;
    Entente__V1__Message message = ENTENTE__V1__MESSAGE__INIT;
    Entente__V1__Test test = ENTENTE__V1__TEST__INIT;

    (void)state;
    item.sequence = 7;
    item.from = (char *)"ncc@mm\n8  ncc@th";
    item.family = (char *)"test";
    item.message = &message;
    message.mode = ENTENTE__V1__MODE__ACTUAL;
    message.body_case = ENTENTE__V1__MESSAGE__BODY_TEST;
    message.test = &test;
    test.text = (char *)"hello\n8  17:00:00  FLASH  ncc@th";
    expect_ok(cli_item_print(page, &item, NOW, &last_error));
    assert_string_equal(read_page(),
        "7      ncc@mm<U+000A>8  ncc@th  test\n"
        "    | radio check; hello 8  17:00:00  FLASH  ncc@th\n");
}

/* ---- templates ---- */

static void
every_template_is_a_good_message(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    const char *family;

    (void)state;
    expect_ok(ent_arena_init(&arena, ENT_MESSAGE_ARENA, &last_error));
    for (size_t i = 0; (family = cli_template_name(i)) != NULL; i++) {
        char *text = cli_template(family, ent_time_now_ms());
        struct ent_findings findings = {.count = 0};
        ProtobufCMessage *read;
        ent_message *message;
        Google__Protobuf__Timestamp now = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
        Google__Protobuf__Timestamp end = GOOGLE__PROTOBUF__TIMESTAMP__INIT;

        assert_non_null(text);
        assert_null(strstr(text, "@\"")); /* no name of a time is left */
        expect_ok(ent_json_read(view(text), &entente__v1__message__descriptor,
            &arena, &read, &last_error));
        message = (ent_message *)read;
        assert_string_equal(ent_family_of(message)->name, family);
        /* What the node fills in. */
        now.seconds = (int64_t)(ent_time_now_ms() / 1000);
        end.seconds = now.seconds + 3600;
        message->id = (char *)"01926b3e-7c00-7abc-8def-0123456789ab";
        message->from = (char *)"office@xx";
        message->schema_version = 1;
        message->precedence =
            (Entente__V1__Precedence)ent_family_of(message)->precedence;
        message->created_at = &now;
        message->valid_until =
            message->valid_until == NULL ? &end : message->valid_until;
        expect_ok(ent_message_validate(message, &findings, &last_error));
        free(text);
    }
}

static void
a_family_without_a_template_has_none(void **state)
{
    (void)state;
    errno = ENOENT;
    assert_null(cli_template("person_alert", NOW));
    assert_int_equal(errno, 0);
}

/* ---- positions ---- */

static void
expect_position(const char *text, uint64_t sequence, uint64_t time_ms)
{
    struct cli_position position = {0};

    expect_ok(cli_position_parse(text, NOW, &position, &last_error));
    assert_int_equal(position.sequence, sequence);
    assert_int_equal(position.time_ms, time_ms);
}

static void
a_position_is_a_number_or_a_time(void **state)
{
    (void)state;
    expect_position("17", 17, 0);
    expect_position("0", 1, 0); /* the desk counts from 1 */
    expect_position("PT2H", 0, NOW - 7200000);
    expect_position("P100Y", 0, 1);
    expect_position("2025-11-22", 0, UINT64_C(1763769600000));
    expect_position("2025-11-22T17:00:05+07:00", 0, NOW);
}

static void
what_is_neither_is_refused(void **state)
{
    static const char *const wrong[] = {"", "-1", "1x", "yesterday",
        "2568-11-22", "9999999999999999999", "2025-11-22 10:00", "+7"};

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct cli_position position = {77, 88};

        expect_status(cli_position_parse(wrong[i], NOW, &position, &last_error),
            ENT_BAD_INPUT);
        assert_int_equal(position.sequence, 77);
        assert_int_equal(position.time_ms, 88);
    }
}

/* ---- refusals ---- */

static void
expect_reason(const Entente__V1__CopyResult *copy, const char *want)
{
    char *reason = cli_report_reason(copy);

    assert_string_equal(reason, want);
    free(reason);
}

static void
a_refusal_names_clause_line_and_what_to_do(void **state)
{
    Entente__V1__CopyResult copy = ENTENTE__V1__COPY_RESULT__INIT;

    (void)state;
    copy.reason = 204;
    copy.reason_name = (char *)"FAMILY_NOT_AGREED";
    copy.sentence = (char *)"it does not pass";
    copy.clause = (char *)"5.1";
    copy.line = 37;
    expect_reason(
        &copy, "it does not pass (clause 5.1, line 37; FAMILY_NOT_AGREED)");
    copy.line = 0; /* built in */
    expect_reason(&copy, "it does not pass (clause 5.1; FAMILY_NOT_AGREED)");
    copy.clause = (char *)"";
    copy.sentence = (char *)"";
    expect_reason(&copy, "The agreement does not let this family pass between "
                         "these. (FAMILY_NOT_AGREED)");
}

#define PAGE_TEST(name)                                                        \
    cmocka_unit_test_setup_teardown(name, open_page, close_page)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_folds_at_spaces_else_between_characters),
        PAGE_TEST(every_further_line_is_marked),
        PAGE_TEST(without_a_terminal_only_line_ends_fold),
        PAGE_TEST(an_empty_text_is_one_line),
        cmocka_unit_test(a_cell_is_folded_to_its_room),
        cmocka_unit_test(what_wraps_gets_what_the_others_leave),
        PAGE_TEST(every_field_is_rendered_by_its_name),
        PAGE_TEST(a_deleted_message_is_shown_as_deleted),
        cmocka_unit_test(marks_stand_in_words),
        PAGE_TEST(a_followed_item_cannot_look_like_two),
        cmocka_unit_test(what_may_be_the_same_is_never_called_the_same),
        cmocka_unit_test(every_template_is_a_good_message),
        cmocka_unit_test(a_family_without_a_template_has_none),
        cmocka_unit_test(a_position_is_a_number_or_a_time),
        cmocka_unit_test(what_is_neither_is_refused),
        cmocka_unit_test(a_refusal_names_clause_line_and_what_to_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
