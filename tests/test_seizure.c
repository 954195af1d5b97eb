/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "tools/cli/decimal.h"
#include "tools/cli/seizure.h"

#define NOW_MS UINT64_C(1795000000000)
#define EMPTY "countries: {}\ndrugs: {}\ninstallations: {}\ntransports: {}\n"

static struct cli_drugcodes *codes;
static struct ent_arena arena;
static struct cli_csv_row row;
static struct cli_seizure_fault fault;
static ent_message *message;

static int
set_up(void **state)
{
    static struct ent_complaints complaints;

    (void)state;
    if (sodium_init() < 0 ||
        cli_drugcodes_read(ent_view_text(cli_drugcodes_text), &codes,
            &complaints, &last_error) != ENT_OK) {
        return -1;
    }
    return ent_arena_init(&arena, (size_t)1 << 18, &last_error) == ENT_OK ? 0
                                                                          : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    cli_drugcodes_free(&codes);
    ent_arena_fini(&arena);
    return 0;
}

static void
put(size_t column, const char *text)
{
    row.fields[column - 1] = ent_view_text(text);
}

/* A good row. */
static void
begin_row(void)
{
    row = (struct cli_csv_row){.line = 7, .count = CLI_SEIZURE_COLUMNS};
    row.raw = ent_view_text("as it stood");
    put(3, "Thailand");
    put(5, " Mae Sai ");
    put(6, "2013-11-22");
    put(7, "Heroin");
    put(8, "5.0");
    put(9, "Viss");
}

static enum ent_status
map(void)
{
    fault = (struct cli_seizure_fault){0};
    ent_arena_reset(&arena);
    return cli_seizure_of(
        &row, false, codes, NOW_MS, &arena, &message, &fault, &last_error);
}

static void
expect_rejected(size_t column, const char *text, const char *reason)
{
    begin_row();
    put(column, text);
    expect_status(map(), ENT_BAD_INPUT);
    assert_int_equal(fault.column, column);
    assert_non_null(strstr(fault.reason, reason));
}

static void
a_row_is_coded_and_kept_as_reported(void **state)
{
    const Entente__V1__SeizedDrug *item;

    (void)state;
    begin_row();
    expect_ok(map());
    item = message->drug_seizure->items[0];
    assert_int_equal(item->drug, ENTENTE__V1__DRUG__HEROIN);
    assert_string_equal(item->quantity, "8.165");
    assert_int_equal(item->unit, ENTENTE__V1__DRUG_UNIT__KILOGRAM);
    assert_string_equal(item->quantity_as_reported, "5.0");
    assert_string_equal(item->unit_as_reported, "Viss");
    assert_string_equal(message->drug_seizure->place->country, "TH");
    assert_string_equal(message->drug_seizure->place->unlocode, "THMSA");
    assert_string_equal(message->drug_seizure->place->place, "Mae Sai");
    assert_int_equal(message->drug_seizure->seized_at->seconds, 1385078400);
}

static void
what_has_no_code_is_rejected_by_its_column(void **state)
{
    (void)state;
    expect_rejected(3, "Siam", "'Siam' is no country");
    expect_rejected(6, "22.11.2013", "no date like 2013-11-22");
    expect_rejected(6, "2199-01-01", "in the future");
    expect_rejected(7, "", "no drug is given");
    expect_rejected(7, "Moonshine", "'Moonshine' is no drug");
    expect_rejected(8, "", "no amount is given");
    expect_rejected(8, "0.0", "is no number above 0");
    expect_rejected(8, "-5", "is no number above 0");
    expect_rejected(9, "", "no unit is given");
    expect_rejected(9, "Acres", "'Acres' is no unit");
    expect_rejected(5, "\xff", "is not UTF-8 at its byte 1");
    expect_rejected(5, "Mae\nSai", "holds a line break");
}

static void
what_is_not_known_stays_a_word(void **state)
{
    (void)state;
    begin_row();
    put(5, "somewhere");
    put(11, "Village");
    put(12, "Elephant");
    put(14, "Unknown");
    expect_ok(map());
    assert_string_equal(message->drug_seizure->place->unlocode, "");
    assert_int_equal(message->drug_seizure->installation,
        ENTENTE__V1__INSTALLATION__AT_OTHER_PLACE);
    assert_int_equal(message->n_caveats, 1);
    assert_string_equal(message->caveats[0], "transport as reported: Elephant");
    assert_string_equal(message->drug_seizure->departure->country, "");
    assert_string_equal(message->drug_seizure->departure->place, "Unknown");
}

/* What the message of the row is called, with a REASON behind it or without. */
static void
name_row(const char *reason, char id[static 37], char incident[static 64])
{
    static const char raw[] = "as it stood,because";

    if (reason != NULL) {
        row.raw = ent_view_text(raw);
        row.last = strlen("as it stood,");
        row.fields[CLI_SEIZURE_COLUMNS] = ent_view_text(reason);
        row.count = CLI_SEIZURE_COLUMNS + 1;
    }
    fault = (struct cli_seizure_fault){0};
    ent_arena_reset(&arena);
    expect_ok(cli_seizure_of(&row, reason != NULL, codes, NOW_MS, &arena,
        &message, &fault, &last_error));
    (void)snprintf(id, 37, "%s", message->id);
    (void)snprintf(incident, 64, "%s", message->incident_id);
}

static void
the_same_row_is_the_same_message_from_the_rejects_too(void **state)
{
    char id[37], incident[64], again[37], incident_again[64];

    (void)state;
    begin_row();
    name_row(NULL, id, incident);
    assert_int_equal(strncmp(incident, "TH:SEIZURE:2013-", 16), 0);
    begin_row();
    row.line = 2; /* of the rejects */
    name_row("line 7: not sent", again, incident_again);
    assert_string_equal(again, id);
    assert_string_equal(incident_again, incident);
    begin_row();
    name_row("I know now", again, incident_again); /* a person's own words */
    assert_string_equal(again, id);
}

static void
another_line_or_word_is_another_message(void **state)
{
    char id[37], incident[64], other[37], incident_other[64];

    (void)state;
    begin_row();
    name_row(NULL, id, incident);
    begin_row();
    row.line = 8;
    name_row(NULL, other, incident_other);
    assert_string_not_equal(other, id);
    assert_string_not_equal(incident_other, incident);
    begin_row();
    put(16, "by road");
    name_row(NULL, other, incident_other);
    assert_string_not_equal(other, id);
    begin_row();
    put(2, "a");
    name_row(NULL, other, incident_other);
    begin_row();
    put(1, "a"); /* the same words, and not in the same columns */
    name_row(NULL, id, incident);
    assert_string_not_equal(other, id);
}

static void
what_was_refused_is_another_message_of_the_same_seizure(void **state)
{
    char id[37], incident[64], again[37], incident_again[64];

    (void)state;
    begin_row();
    name_row(NULL, id, incident);
    begin_row();
    name_row("line 7: refused for ncc@mm", again, incident_again);
    assert_string_not_equal(again, id);
    assert_string_equal(incident_again, incident);
    begin_row();
    name_row("line 7: refused for ncc@mm", id, incident);
    assert_string_equal(again, id);
}

static void
a_ragged_row_is_rejected_whole(void **state)
{
    (void)state;
    begin_row();
    row.count = 12;
    expect_status(map(), ENT_BAD_INPUT);
    assert_int_equal(fault.column, 0);
    assert_string_equal(fault.reason, "the row has 12 fields instead of 16");
}

static void
expect_product(const char *a, const char *b, const char *want)
{
    char out[CLI_DECIMAL_TEXT_MAX] = "";

    assert_int_equal(cli_decimal_multiply(a, b, out), want != NULL);
    if (want != NULL) {
        assert_string_equal(out, want);
    }
}

static void
decimals_are_multiplied_exactly(void **state)
{
    (void)state;
    expect_product("255.0", "1", "255");
    expect_product("0.1", "1000", "100");
    expect_product("10.0", "0.001", "0.01");
    expect_product("17", "3.785411784", "64.352000328");
    expect_product("9e-05", "1", "0.00009");
    expect_product("0.5", "4", "2");
    expect_product("25", "0.4", "10");
    expect_product("1050", "350", "367500");
    expect_product("999999999999999999", "1", "999999999999999999");
    expect_product("999999999999999999", "10", NULL);
    expect_product("1e-18", "0.1", NULL);
    expect_product("0.0", "1", NULL);
    expect_product("", "1", NULL);
    expect_product("1.", "1", NULL);
    expect_product(".5", "1", NULL);
    expect_product("1,5", "1", NULL);
    expect_product("1e", "1", NULL);
    expect_product("1e999999999999", "1", NULL);
}

static void
expect_complaint(const char *text, size_t line, size_t column, const char *why)
{
    static struct ent_complaints complaints;
    struct cli_drugcodes *bad = NULL;

    complaints = (struct ent_complaints){0};
    expect_status(
        cli_drugcodes_read(ent_view_text(text), &bad, &complaints, &last_error),
        ENT_BAD_INPUT);
    assert_null(bad);
    assert_int_equal(complaints.list[0].line, line);
    assert_int_equal(complaints.list[0].column, column);
    assert_non_null(strstr(complaints.list[0].text, why));
}

static void
a_mistake_in_the_table_is_told_by_line_and_column(void **state)
{
    (void)state;
    expect_complaint(
        EMPTY "places: {}\nunits:\n  Sack: [GRAMM, 1]\n", 7, 10, "no unit");
    expect_complaint(
        EMPTY "places: {}\nunits:\n  Sack: [GRAM, -1]\n", 7, 16, "no decimal");
    expect_complaint(
        EMPTY "places: {}\nunits:\n  Sack: GRAM\n", 7, 9, "a unit is a code");
    expect_complaint(EMPTY "units: {}\nplaces:\n  TH:\n    Muse: MMMSE\n", 8,
        11, "no UN/LOCODE of that country");
    expect_complaint(
        EMPTY "units: {}\nplaces:\n  XX: {}\n", 7, 3, "no ISO 3166-1 code");
    expect_complaint(EMPTY "units: {}\n", 1, 1, "'places' is missing");
    expect_complaint(EMPTY "units: {}\nplaces: {}\nunit: {}\n", 7, 1, "unit");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_is_coded_and_kept_as_reported),
        cmocka_unit_test(what_has_no_code_is_rejected_by_its_column),
        cmocka_unit_test(what_is_not_known_stays_a_word),
        cmocka_unit_test(the_same_row_is_the_same_message_from_the_rejects_too),
        cmocka_unit_test(another_line_or_word_is_another_message),
        cmocka_unit_test(
            what_was_refused_is_another_message_of_the_same_seizure),
        cmocka_unit_test(a_ragged_row_is_rejected_whole),
        cmocka_unit_test(decimals_are_multiplied_exactly),
        cmocka_unit_test(a_mistake_in_the_table_is_told_by_line_and_column),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
