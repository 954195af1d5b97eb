/* SPDX-License-Identifier: Apache-2.0 */
/* The command's own machinery and its root keys, each verb run in a process of
 * its own, as people do. */
#include "tests/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "proto/keytext.h"
#include "tools/cli/name.h"
#include "tools/cli/output.h"
#include "tools/cli/verbs.h"

/* Verbs */

static void
help_names_every_verb(void **state)
{
    expect_exit(state, "help", EX_OK);
    for (size_t i = 0; i < cli_verb_count; i++) {
        char name[100];

        (void)snprintf(name, sizeof name, "entente %s %s", cli_verbs[i].word,
            cli_verbs[i].second == NULL ? "" : cli_verbs[i].second);
        expect_output(name);
        expect_output(cli_verbs[i].help);
    }
    expect_exit(state, "--help", EX_OK);
    expect_output("Usage: entente VERB");
}

static void
every_verb_explains_itself_with_an_example(void **state)
{
    for (size_t i = 0; i < cli_verb_count; i++) {
        char line[100];
        char name[200];

        (void)snprintf(line, sizeof line, "help %s%s%s", cli_verbs[i].word,
            cli_verbs[i].second == NULL ? "" : " ",
            cli_verbs[i].second == NULL ? "" : cli_verbs[i].second);
        (void)snprintf(name, sizeof name, "Usage: entente %s", line + 5);
        expect_exit(state, line, EX_OK);
        expect_output(name);
        expect_output("  entente ");
    }
}

static void
an_unknown_verb_is_a_usage_error_with_a_hint(void **state)
{
    expect_exit(state, "authorty new", EX_USAGE);
    expect_output("did you mean 'authority'?");
    expect_exit(state, "authority nwe", EX_USAGE);
    expect_output("did you mean 'new'?");
    expect_exit(state, "help authority xyzzy", EX_USAGE);
    expect_output("there is no 'xyzzy' of 'authority'");
    expect_exit(state, "xyzzy", EX_USAGE);
    assert_null(strstr(output, "did you mean"));
    expect_exit(state, "", EX_USAGE);
    expect_exit(state, "authority", EX_USAGE);
    expect_exit(state, "\033[2J", EX_USAGE);
    expect_output("<U+001B>[2J");
}

static void
the_version_is_printed(void **state)
{
    expect_exit(state, "--version", EX_OK);
    expect_output("entente " ENT_VERSION);
    expect_exit(state, "authority new --version", EX_OK);
}

static void
wrong_options_are_usage_errors(void **state)
{
    expect_exit(state, "authority new th", EX_USAGE);
    expect_exit(state, "authority new --out x", EX_USAGE);
    expect_exit(state, "authority new th kh --out x", EX_USAGE);
    expect_exit(state, "authority new TH --out x", EX_USAGE);
    expect_exit(state, "authority new thailand --out x", EX_USAGE);
    expect_exit(state, "authority new th --out x --sideways", EX_USAGE);
    expect_exit(state, "authority new th --out x --name Bureau", EX_USAGE);
    expect_exit(state, "authority new th --out x --plain --passphrase-file y",
        EX_USAGE);
    expect_exit(state, "authority show", EX_USAGE);
    assert_int_equal(access(path_of(state, "x"), F_OK), -1);
}

/* Output */

static const char *
red_when_bad(const char *text)
{
    return strcmp(text, "bad") == 0 ? CLI_RED : NULL;
}

static const struct cli_field fields[] = {
    {.key = "id", .title = "ID", .right = true},
    {.key = "text", .title = "Text", .colour = red_when_bad},
    {.key = "codes", .title = "Codes"},
    {.key = "late", .title = "Late"},
};

/* What `print` of a table or a record writes to a file. */
static const char *
print_to_text(const json_t *value, bool json)
{
    FILE *out = tmpfile();
    size_t len;

    if (json_is_array(value)) {
        expect_ok(cli_print_table(out, value, fields, 4, json, &last_error));
    } else {
        expect_ok(cli_print_record(out, value, fields, 4, json, &last_error));
    }
    rewind(out);
    len = fread(output, 1, sizeof output - 1, out);
    output[len] = '\0';
    (void)fclose(out);
    return output;
}

static void
a_table_shows_values_and_hides_nothing(void **state)
{
    json_t *rows = json_pack("[{s:i, s:s, s:[s, s], s:b}, {s:i, s:s}]", "id", 7,
        "text", "bad", "codes", "H1", "H2", "late", 1, "id", 12345, "text",
        "a\xe2\x80\xae"
        "b\nc\033[2J");

    (void)state;
    (void)print_to_text(rows, false);
    expect_output("   ID Text");
    expect_output("    7 bad");
    expect_output("H1, H2");
    expect_output("yes");
    expect_output("12345 a<U+202E>b<U+000A>c<U+001B>[2J");
    assert_null(strchr(output, '\033'));
    json_decref(rows);
}

static void
programs_get_the_values_as_they_are(void **state)
{
    json_t *rows = json_pack(
        "[{s:i, s:s}]", "id", 7, "text", "\xe0\xb8\x81\n\xe2\x80\xae");
    json_t *again;

    (void)state;
    again = json_loads(print_to_text(rows, true), 0, NULL);
    assert_true(json_equal(rows, again));
    json_decref(again);
    json_decref(rows);
}

static void
a_record_leaves_out_what_is_not_there(void **state)
{
    json_t *object = json_pack("{s:i, s:s}", "id", 7, "codes", "x");

    (void)state;
    assert_string_equal(print_to_text(object, false), "ID:    7\nCodes: x\n");
    json_decref(object);
}

static void
text_that_is_not_utf8_becomes_visible(void **state)
{
    json_t *text = cli_json_text(view("a\xff"
                                      "b"));

    (void)state;
    assert_string_equal(json_string_value(text), "a<0xFF>b");
    json_decref(text);
}

static void
every_status_has_an_exit_code(void **state)
{
    (void)state;
#define EXPECT_CODE(status, meaning)                                           \
    assert_int_not_equal(cli_exit_code(status), EX_SOFTWARE);
    ENT_STATUS_TABLE(EXPECT_CODE)
#undef EXPECT_CODE
    assert_int_equal(cli_exit_code(ENT_BUSY), EX_TEMPFAIL);
}

/* Keys and names */

static void
a_key_reads_back_as_printed(void **state)
{
    static const char text[] =
        "ed25519:11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"; /* RFC 8032 */
    struct ent_verify_key key;
    char again[ENT_KEY_TEXT_LEN + 1];

    (void)state;
    expect_ok(ent_key_parse(view(text), &key, &last_error));
    ent_key_format(&key, again);
    assert_string_equal(again, text);
    for (size_t len = 0; len < sizeof text - 1; len++) {
        expect_status(ent_key_parse(ent_view_of(text, len), &key, &last_error),
            ENT_BAD_INPUT);
    }
    expect_status(
        ent_key_parse(
            view("ed25519:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), &key,
            &last_error),
        ENT_BAD_INPUT); /* a point that every signature fits */
}

static void
a_fingerprint_comes_in_groups_of_four(void **state)
{
    struct ent_key_id id = {.bytes = {0x01, 0x23, 0xab}};
    char text[ENT_FINGERPRINT_LEN + 1];
    char hex[ENT_KEY_ID_TEXT_LEN + 1];

    (void)state;
    ent_fingerprint_format(&id, text);
    assert_string_equal(text, "0123 ab00 0000 0000 0000 0000 0000 0000");
    ent_key_id_format(&id, hex);
    assert_string_equal(hex, "0123ab00000000000000000000000000");
}

static void
names_have_a_language_and_one_each(void **state)
{
    struct cli_names names = {0};

    (void)state;
    expect_ok(cli_names_add(&names, "en=Mae Sai = Tachileik", &last_error));
    expect_ok(cli_names_add(&names, "th=แม่สาย", &last_error));
    assert_string_equal(names.list[0].text, "Mae Sai = Tachileik");
    assert_string_equal(names.list[1].lang, "th");
    expect_status(cli_names_add(&names, "en=again", &last_error), ENT_EXISTS);
    expect_status(cli_names_add(&names, "Mae Sai", &last_error), ENT_BAD_INPUT);
    expect_status(cli_names_add(&names, "e=x", &last_error), ENT_BAD_INPUT);
    expect_status(cli_names_add(&names, "km=", &last_error), ENT_BAD_INPUT);
    expect_status(cli_names_add(&names,
                      "km=a\xe2\x80\xae"
                      "b",
                      &last_error),
        ENT_BAD_INPUT);
    expect_status(
        cli_names_add(&names, "km=e\xcc\x81", &last_error), ENT_BAD_INPUT);
    assert_int_equal(names.count, 2);
}

/* authority */

static void
a_new_authority_has_a_private_and_a_public_file(void **state)
{
    char key[64];

    expect_exit(state,
        "authority new th --out th --plain --name en=Bureau --json", EX_OK);
    (void)snprintf(key, sizeof key, "%s", printed("public_key"));
    assert_int_equal(mode_of(state, "th"), 0700);
    assert_int_equal(mode_of(state, "th/authority.key"), 0600);
    assert_int_equal(mode_of(state, "th/authority.pub"), 0644);

    expect_exit(state, "authority show th --json", EX_OK);
    assert_string_equal(printed("public_key"), key);
    assert_string_equal(printed("state"), "th");
    expect_exit(state, "authority show th/authority.key", EX_OK);
    expect_output(key);
}

static void
an_authority_is_never_overwritten(void **state)
{
    char key[64];

    expect_exit(state, "authority new th --out th --plain --json", EX_OK);
    (void)snprintf(key, sizeof key, "%s", printed("public_key"));
    expect_exit(state, "authority new th --out th --plain", EX_CANTCREAT);
    expect_exit(state, "authority show th --json", EX_OK);
    assert_string_equal(printed("public_key"), key);
}

static void
a_passphrase_file_closes_and_opens_a_key(void **state)
{
    write_file(state, "right", "five words are good enough\n", 0600);
    write_file(state, "wrong", "five words are good\n", 0600);
    write_file(state, "open", "five words are good enough\n", 0644);
    write_file(state, "lines", "five words\nare good enough\n", 0600);
    expect_exit(
        state, "authority new th --out th --passphrase-file open", EX_NOPERM);
    expect_exit(
        state, "authority new th --out th --passphrase-file lines", EX_DATAERR);
    expect_exit(
        state, "authority new th --out th --passphrase-file right", EX_OK);
    expect_exit(state, "authority show th --passphrase-file wrong", EX_NOPERM);
    expect_output("passphrase");
    expect_exit(state, "authority show th --passphrase-file right", EX_OK);
    expect_exit(state, "authority show th --passphrase-file none", EX_NOINPUT);
}

static void
a_public_file_of_another_key_is_noticed(void **state)
{
    char from[128];

    expect_exit(state, "authority new th --out th --plain", EX_OK);
    expect_exit(state, "authority new kh --out kh --plain", EX_OK);
    (void)snprintf(from, sizeof from, "%s", path_of(state, "kh/authority.pub"));
    assert_int_equal(rename(from, path_of(state, "th/authority.pub")), 0);
    expect_exit(state, "authority show th", EX_NOPERM);
    expect_output("not the public half");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        COMMAND_TEST(help_names_every_verb),
        COMMAND_TEST(every_verb_explains_itself_with_an_example),
        COMMAND_TEST(an_unknown_verb_is_a_usage_error_with_a_hint),
        COMMAND_TEST(the_version_is_printed),
        COMMAND_TEST(wrong_options_are_usage_errors),
        cmocka_unit_test(a_table_shows_values_and_hides_nothing),
        cmocka_unit_test(programs_get_the_values_as_they_are),
        cmocka_unit_test(a_record_leaves_out_what_is_not_there),
        cmocka_unit_test(text_that_is_not_utf8_becomes_visible),
        cmocka_unit_test(every_status_has_an_exit_code),
        cmocka_unit_test(a_key_reads_back_as_printed),
        cmocka_unit_test(a_fingerprint_comes_in_groups_of_four),
        cmocka_unit_test(names_have_a_language_and_one_each),
        COMMAND_TEST(a_new_authority_has_a_private_and_a_public_file),
        COMMAND_TEST(an_authority_is_never_overwritten),
        COMMAND_TEST(a_passphrase_file_closes_and_opens_a_key),
        COMMAND_TEST(a_public_file_of_another_key_is_noticed),
    };

    return cmocka_run_group_tests_name("cli", tests, NULL, NULL);
}
