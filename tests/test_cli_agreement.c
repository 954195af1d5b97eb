/* SPDX-License-Identifier: Apache-2.0 */
/* Lawyers check and sign agreements; officers ask what they would do. */
#include "tests/command.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "tests/policy_support.h"

#define AT " --at 2026-08-15T10:00:00Z"

static const char alert[] =
    "{\"from\":\"ncc@kh\",\"to\":\"ncc@th\",\"purpose\":\"THREAT_TO_LIFE\","
    "\"hotlineAlert\":{\"what\":\"DRUGS\",\"conveyance\":{\"plate\":\"AB 1\"}}}";

static void
write_bytes(void **state, const char *name, const struct ent_bytes *bytes)
{
    char *text = strndup((const char *)bytes->data, bytes->len);

    assert_non_null(text);
    (void)unlink(path_of(state, name));
    write_file(state, name, text, 0644);
    free(text);
}

/* Put a file of tests/data/ into the test's folder. */
static void
copy_data(void **state, const char *name)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = read_data(name);

    write_bytes(state, name, &text);
}

/* Make two authorities, and an agreement that names their keys. */
static void
set_the_table(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = read_data("th-kh.yaml");
    ENT_AUTO(ent_bytes_free) struct ent_bytes half = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes whole = {0};

    expect_exit(state, "authority new th --out th --plain --json", EX_OK);
    half = change(ent_bytes_view(&text),
        "ed25519:ny6P7szEDjB2EtvlHATTWmI3kllGXj5ZBgJoK9_dVRY",
        printed("public_key"));
    expect_exit(state, "authority new kh --out kh --plain --json", EX_OK);
    whole = change(ent_bytes_view(&half),
        "ed25519:uXi2cL06Ygtpu523E7-GQK0KpVh6Rmpv3473MDuBD0Y",
        printed("public_key"));
    write_bytes(state, "ours.yaml", &whole);
}

static void
a_good_agreement_is_called_good(void **state)
{
    copy_data(state, "th-kh.yaml");
    expect_exit(state, "agreement check th-kh.yaml", EX_OK);
    expect_output("th-kh.yaml: th-kh-border-information, version 3: good\n");
}

static void
what_is_wrong_is_printed_with_its_place(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = read_data("th-kh.yaml");
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes wrong =
        change(ent_bytes_view(&text), "handling:", "handlink:");

    copy_data(state, "th-kh.yaml");
    write_bytes(state, "wrong.yaml", &wrong);
    expect_exit(state, "agreement check th-kh.yaml wrong.yaml", EX_DATAERR);
    expect_output("th-kh.yaml: th-kh-border-information, version 3: good\n");
    expect_output("wrong.yaml:45:1: error: ");
    expect_output("did you mean 'handling'?");
    expect_exit(state, "agreement check missing.yaml", EX_NOINPUT);
    expect_exit(state, "agreement check", EX_USAGE);
}

static void
what_is_good_and_not_meant_is_a_warning(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = read_data("th-mm.yaml");
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes loose = change(ent_bytes_view(&text),
        "{families: [acknowledgement, test], keep", "{families: [test], keep");

    write_bytes(state, "loose.yaml", &loose);
    expect_exit(state, "agreement check loose.yaml", EX_OK);
    expect_output("th-mm-border-liaison, version 1: good\n");
    expect_output("loose.yaml:29:14: warning: 'acknowledgement' has no "
                  "retention");
    expect_exit(state, "agreement check --json loose.yaml", EX_OK);
    expect_output("\"warnings\"");
}

static void
every_key_of_the_example_is_good(void **state)
{
    copy_data(state, "th-kh-example.yaml");
    expect_exit(state, "agreement check th-kh-example.yaml", EX_OK);
    expect_output("th-kh-border-information, version 3: good\n");
    expect_exit(state, "agreement check --json th-kh-example.yaml", EX_OK);
    expect_output("\"good\": true");
}

static void
programs_get_the_complaints_as_json(void **state)
{
    write_file(state, "bad.yaml", "version: x\n", 0644);
    copy_data(state, "th-kh.yaml");
    expect_exit(
        state, "agreement check --json bad.yaml th-kh.yaml", EX_DATAERR);
    expect_output("\"file\": \"bad.yaml\"");
    expect_output("\"column\": 10");
    expect_output("'x' is no version");
    expect_output("\"good\": true");
}

static void
names_from_outside_do_not_reach_the_terminal_raw(void **state)
{
    write_file(state, "bad.yaml", "\"\\e[31m\\u202e\": 1\nversion: 1\n", 0644);
    expect_exit(state, "agreement check bad.yaml", EX_DATAERR);
    assert_null(strstr(output, "\x1b"));
    assert_null(strstr(output, "\xe2\x80\xae"));
    expect_output("<U+202E>");
}

static void
an_agreement_is_shown_as_who_may_send_what(void **state)
{
    copy_data(state, "kr-th.yaml");
    expect_exit(state, "agreement show kr-th.yaml", EX_OK);
    expect_output("kr-th-liaison-officers");
    expect_output("ilo-bangkok@kr");
    expect_output("hub_alert");
    expect_exit(state, "agreement show kr-th.yaml --json", EX_OK);
    expect_output("\"way\": \"->\"");
    expect_output("\"clause\": \"Article 4(3)\"");
    expect_exit(state, "agreement show kr-th.yaml kr-th.yaml", EX_USAGE);
}

static void
two_states_sign_one_after_the_other(void **state)
{
    set_the_table(state);
    expect_exit(state, "agreement verify ours.yaml", EX_NOPERM);
    expect_exit(
        state, "agreement sign ours.yaml --state th --authority th", EX_OK);
    expect_output("'kh' has not signed");
    expect_exit(state, "agreement verify ours.yaml", EX_NOPERM);
    expect_exit(state,
        "agreement sign ours.yaml -s kh -a kh/authority.key --json", EX_OK);
    expect_output("\"complete\": true");
    expect_exit(state, "agreement verify ours.yaml", EX_OK);
    expect_output("Signed by all: yes");
    assert_int_equal(mode_of(state, "ours.yaml.sig"), 0644);
}

static void
nobody_signs_for_another_or_twice(void **state)
{
    set_the_table(state);
    expect_exit(state, "agreement sign ours.yaml -s kh -a th", EX_NOPERM);
    expect_exit(state, "agreement sign ours.yaml -s mm -a th", EX_NOPERM);
    expect_exit(state, "agreement sign ours.yaml -s th -a th", EX_OK);
    expect_exit(state, "agreement sign ours.yaml -s th -a th", EX_CANTCREAT);
    expect_exit(state, "agreement sign ours.yaml -s th", EX_USAGE);
}

static void
an_agreement_edited_after_signing_does_not_verify(void **state)
{
    copy_data(state, "th-kh.yaml");
    copy_data(state, "th-kh.yaml.sig");
    expect_exit(state, "agreement verify th-kh.yaml", EX_OK);
    {
        ENT_AUTO(ent_bytes_free)
        struct ent_bytes text = read_data("th-kh.yaml");
        ENT_AUTO(ent_bytes_free)
        struct ent_bytes edited =
            change(ent_bytes_view(&text), "keep: P5Y", "keep: P9Y");

        write_bytes(state, "th-kh.yaml", &edited);
    }
    expect_exit(state, "agreement verify th-kh.yaml", EX_NOPERM);
    expect_output("is not its authority's signature");
    (void)unlink(path_of(state, "th-kh.yaml.sig"));
    write_file(state, "th-kh.yaml.sig", "- {state: th", 0644);
    expect_exit(state, "agreement verify th-kh.yaml", EX_DATAERR);
}

static void
a_message_is_explained_before_it_is_sent(void **state)
{
    copy_data(state, "th-kh.yaml");
    write_file(state, "alert.json", alert, 0600);
    expect_exit(
        state, "agreement explain th-kh.yaml --message alert.json" AT, EX_OK);
    expect_output("PERMITTED\n");
    expect_output("withhold       conveyance.plate");
    expect_output("acknowledge    5 min"); /* FLASH is its family's own */
    expect_exit(state,
        "agreement explain th-kh.yaml -m alert.json --receiving" AT, EX_NOPERM);
    expect_output("DENIED         FIELD_PROHIBITED");
    expect_exit(state,
        "agreement explain th-kh.yaml -m alert.json --from blo-poipet@kh --to "
        "blo-hatlek@th --json" AT,
        EX_NOPERM);
    assert_string_equal(printed("clause"), "5.1");
    assert_string_equal(printed("reason"), "FAMILY_NOT_AGREED");
}

static void
what_cannot_be_explained_says_why(void **state)
{
    copy_data(state, "th-kh.yaml");
    write_file(state, "alert.json", "{\"test\":{}}", 0600);
    expect_exit(
        state, "agreement explain th-kh.yaml -m alert.json" AT, EX_DATAERR);
    expect_output("give --from ADDRESS");
    expect_exit(state,
        "agreement explain th-kh.yaml -m alert.json -f nowhere -t ncc@th" AT,
        EX_DATAERR);
    expect_output("--from: ");
    write_file(state, "broken.json", "{\"test\":", 0600);
    expect_exit(
        state, "agreement explain th-kh.yaml -m broken.json", EX_DATAERR);
    expect_output("broken.json: ");
    expect_exit(state, "agreement explain th-kh.yaml", EX_USAGE);
}

static void
two_versions_are_compared_in_words(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = read_data("th-kh.yaml");
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes newer =
        change(ent_bytes_view(&text), "direction: th to kh", "direction: both");

    copy_data(state, "th-kh.yaml");
    write_bytes(state, "newer.yaml", &newer);
    expect_exit(state, "agreement diff th-kh.yaml newer.yaml", EX_OK);
    expect_output("exchange 5.2 direction");
    expect_output("was th to kh, is both");
    expect_exit(state, "agreement diff --json th-kh.yaml newer.yaml", EX_OK);
    expect_output("\"change\": \"changed\"");
    expect_output("\"new_line\": 31");
    expect_exit(state, "agreement diff th-kh.yaml th-kh.yaml", EX_OK);
    expect_output("nothing changed");
    expect_exit(state, "agreement diff th-kh.yaml", EX_USAGE);
    expect_exit(state, "agreement diff th-kh.yaml none.yaml", EX_NOINPUT);
}

static void
the_matrix_says_who_may_send_what_to_whom(void **state)
{
    copy_data(state, "th-kh.yaml");
    expect_exit(
        state, "agreement matrix th-kh.yaml --from ncc@th --to ncc@kh", EX_OK);
    expect_output("hotline_alert (5.1, 5.5)");
    expect_output("drug_seizure (5.3, 5.5)");
    assert_null(strstr(output, "ncc@kh  ncc@th"));
    expect_exit(state,
        "agreement matrix th-kh.yaml --from ncc@kh --family drug_seizure "
        "--json",
        EX_OK);
    expect_output("\"5.3\"");
    assert_null(strstr(output, "hotline_alert"));
    expect_exit(state, "agreement matrix th-kh.yaml --family feedback", EX_OK);
    expect_output("nobody may send");
    expect_exit(
        state, "agreement matrix th-kh.yaml --family nonsense", EX_USAGE);
    expect_exit(state, "agreement matrix th-kh.yaml --from x", EX_USAGE);
}

/* What the alert of these tests is answered today. */
static void
expect_alert(void **state, int want, const char *words)
{
    expect_exit(
        state, "agreement explain ours.yaml --message alert.json" AT, want);
    expect_output(words);
}

static void
a_state_suspends_and_resumes_alone(void **state)
{
    set_the_table(state);
    write_file(state, "alert.json", alert, 0600);
    expect_alert(state, EX_OK, "PERMITTED");
    expect_exit(state,
        "agreement suspend ours.yaml --state kh --authority kh --from "
        "2026-08-01 --family hotline_alert --reason=review",
        EX_OK);
    expect_output("ours.kh-1.suspension");
    assert_int_equal(mode_of(state, "ours.kh-1.suspension.sig"), 0644);
    expect_alert(state, EX_NOPERM, "DENIED         SUSPENDED");
    expect_exit(state,
        "agreement resume ours.yaml -s kh -a kh --from 2026-08-10 --json",
        EX_OK);
    assert_string_equal(printed("notice"), "resumption");
    expect_alert(state, EX_OK, "PERMITTED");
    expect_exit(state, "agreement notices ours.yaml", EX_OK);
    expect_output("ends all before it");
}

static void
nobody_declares_for_another(void **state)
{
    set_the_table(state);
    expect_exit(state, "agreement suspend ours.yaml --state th --authority kh",
        EX_NOPERM);
    expect_exit(state, "agreement suspend ours.yaml --state mm --authority kh",
        EX_DATAERR);
    expect_output("is no party");
    expect_exit(state,
        "agreement suspend ours.yaml -s kh -a kh --family hotline", EX_DATAERR);
    expect_output("is no family");
    expect_exit(state,
        "agreement suspend ours.yaml -s kh -a kh --office ncc@la", EX_DATAERR);
    expect_output("is not among the offices");
    expect_exit(state, "agreement suspend ours.yaml --state th", EX_USAGE);
    expect_exit(state, "agreement assure ours.yaml -s kh -a kh --risk boredom",
        EX_DATAERR);
    expect_output("there are death_penalty, torture");
    expect_exit(state, "agreement notices ours.yaml", EX_OK);
    expect_output("No party has declared anything");
}

static void
an_assurance_is_listed_until_it_is_withdrawn(void **state)
{
    set_the_table(state);
    expect_exit(state,
        "agreement assure ours.yaml -s kh -a kh --risk death_penalty "
        "--offence drugs --from 2026-01-01 --until 2099-01-01",
        EX_OK);
    expect_exit(state, "agreement notices ours.yaml", EX_OK);
    expect_output("no death_penalty");
    expect_output("ours.kh-1.assurance");
    expect_exit(
        state, "agreement withdraw ours.yaml -s kh -a kh --notice 1", EX_OK);
    expect_exit(state, "agreement notices ours.yaml", EX_OK);
    expect_output("ends notice 1");
}

static void
a_notice_that_was_changed_says_so(void **state)
{
    set_the_table(state);
    expect_exit(state, "agreement suspend ours.yaml -s kh -a kh", EX_OK);
    (void)unlink(path_of(state, "ours.kh-1.suspension"));
    write_file(state, "ours.kh-1.suspension",
        "notice: suspension\nagreement: th-kh-border-information\nstate: kh\n"
        "number: 1\nfrom: 2020-01-01\n",
        0644);
    expect_exit(state, "agreement notices ours.yaml", EX_OK);
    expect_output("is not its authority's signature");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        COMMAND_TEST(a_good_agreement_is_called_good),
        COMMAND_TEST(what_is_wrong_is_printed_with_its_place),
        COMMAND_TEST(what_is_good_and_not_meant_is_a_warning),
        COMMAND_TEST(every_key_of_the_example_is_good),
        COMMAND_TEST(programs_get_the_complaints_as_json),
        COMMAND_TEST(names_from_outside_do_not_reach_the_terminal_raw),
        COMMAND_TEST(an_agreement_is_shown_as_who_may_send_what),
        COMMAND_TEST(two_states_sign_one_after_the_other),
        COMMAND_TEST(nobody_signs_for_another_or_twice),
        COMMAND_TEST(an_agreement_edited_after_signing_does_not_verify),
        COMMAND_TEST(a_message_is_explained_before_it_is_sent),
        COMMAND_TEST(what_cannot_be_explained_says_why),
        COMMAND_TEST(two_versions_are_compared_in_words),
        COMMAND_TEST(the_matrix_says_who_may_send_what_to_whom),
        COMMAND_TEST(a_state_suspends_and_resumes_alone),
        COMMAND_TEST(nobody_declares_for_another),
        COMMAND_TEST(an_assurance_is_listed_until_it_is_withdrawn),
        COMMAND_TEST(a_notice_that_was_changed_says_so),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests_name("cli_agreement", tests, NULL, NULL);
}
