/* SPDX-License-Identifier: Apache-2.0 */
/* What is left of a message must not say again what was withheld. */
#include "tests/support.h"

#include <stdio.h>
#include <string.h>

#include "policy/minimise.h"
#include "proto/refusal.h"
#include "tests/examples.h"

static int
setup(void **state)
{
    static struct ent_arena arena;

    expect_ok(ent_arena_init(&arena, ENT_MESSAGE_ARENA, &last_error));
    *state = &arena;
    return 0;
}

static int
teardown(void **state)
{
    ent_arena_fini(*state);
    return 0;
}

static struct ent_decision
masking(const char *path)
{
    return (struct ent_decision){
        .permit = true,
        .masks = {path},
        .mask_clause = {"fields.withhold_until_hit"},
        .mask_line = {27},
        .mask_count = 1,
    };
}

/* "" when it may go; else the sentence. */
static const char *
minimise(void *state, const char *family, const char *change, const char *path)
{
    static struct ent_decision decision;

    ent_arena_reset(state);
    decision = masking(path);
    expect_ok(ent_minimise(
        &decision, example(state, family, change), state, &last_error));
    if (decision.permit) {
        return "";
    }
    assert_int_equal(decision.reason, ENT_REFUSAL_FIELD_PROHIBITED);
    assert_string_equal(decision.clause, "fields.withhold_until_hit");
    assert_int_equal(decision.line, 27);
    return decision.sentence;
}

/* Her alert with these grounds, and her name withheld. */
static const char *
of_name(void *state, const char *grounds)
{
    static char change[512];

    (void)snprintf(change, sizeof change,
        "{'personAlert':{'person':{'name':'TRAN<<THI HOA','nativeName':null,'aliases':null,'nationality':"
        "['UTO']},'action':'DISCREET_CHECK','grounds':'%s','expiresAt':"
        "'2027-05-22T00:00:00Z'}}",
        grounds);
    return minimise(state, "person_alert", change, "person.name");
}

/* ---- tests ---- */

static void
a_name_is_known_again_however_it_is_written(void **state)
{
    static const char *const grounds[] = {"TRAN<<THI HOA was the driver.",
        "Mrs Tran Thi Hoa was the driver.",
        "Tr\xe1\xba\xa7n Th\xe1\xbb\x8b Hoa", "driver: Hoa, Thi Tran",
        "P<UTOTRAN<<THI<HOA<<<<<<<<", "see tran_thi_hoa.jpg",
        "mail to tranthihoa84@example.org"};

    for (size_t i = 0; i < sizeof grounds / sizeof grounds[0]; i++) {
        const char *sentence = of_name(*state, grounds[i]);

        if (strcmp(sentence,
                "personAlert.grounds says again what person.name held, which "
                "is withheld there: write it without") != 0) {
            fail_msg("'%s': %s", grounds[i], sentence);
        }
    }
}

static void
what_only_sounds_like_it_may_go(void **state)
{
    static const char *const grounds[] = {"Driver of three journeys.",
        "The transit of the Hoa family.", "Tran was not there.", ""};

    for (size_t i = 0; i < sizeof grounds / sizeof grounds[0]; i++) {
        assert_string_equal(of_name(*state, grounds[i]), "");
    }
}

static void
one_name_in_two_scripts_is_one(void **state)
{
    assert_non_null(strstr(minimise(*state, "person_alert",
                               "{'precedence':'PRIORITY'}", "person.name"),
        "personAlert.person.nativeName.text says again"));
}

static void
the_lines_of_a_document_say_its_number(void **state)
{
    const char *sentence = minimise(*state, "intelligence_report",
        "{'precedence':'PRIORITY'}", "document.number");

    assert_non_null(strstr(sentence, ".mrz says again what document.number"));
}

/* Codes of states, ages and the like say nothing about one person alone. */
static void
what_says_too_little_is_not_looked_for(void **state)
{
    assert_string_equal(minimise(*state, "smuggling_incident",
                            "{'precedence':'PRIORITY'}", "location.country"),
        "");
    assert_string_equal(minimise(*state, "inadmissible_notice",
                            "{'precedence':'PRIORITY'}", "document.issuer"),
        "");
}

/* The office at Mae Sai may withhold that it was at Mae Sai. */
static void
who_it_is_from_is_no_repetition(void **state)
{
    assert_string_equal(
        minimise(*state, "drug_seizure",
            "{'from':'blo-maesai@th','drugSeizure':{'place':{'country':'TH',"
            "'place':'Mae Sai'},'seizedAt':'2026-11-21T04:00:00Z','items':"
            "[{'drug':'METH_TABLET','quantity':'1','unit':'TABLET'}]}}",
            "location.place"),
        "");
    assert_non_null(strstr(
        minimise(*state, "drug_seizure",
            "{'caveats':['Mae Sai only'],'drugSeizure':{'place':{'country':"
            "'TH','place':'Mae Sai'},'seizedAt':'2026-11-21T04:00:00Z',"
            "'items':[{'drug':'METH_TABLET','quantity':'1','unit':'TABLET'}]}}",
            "location.place"),
        "caveats says again"));
}

/* Its clause is the one that withheld it, not the first. */
static void
who_withheld_it_is_named(void **state)
{
    struct ent_decision decision = {
        .permit = true,
        .masks = {"person.aliases", "person.birth_date", "person.name"},
        .mask_clause = {"fields.a", "fields.b", "fields.c"},
        .mask_line = {1, 2, 3},
        .mask_count = 3,
    };

    expect_ok(ent_minimise(&decision,
        example(*state, "person_alert",
            "{'personAlert':{'person':{'name':'TRAN<<THI HOA','nativeName':"
            "null,'aliases':[{'text':'Nobody'}],'birthDate':'1998-04'},"
            "'grounds':'Tran Thi Hoa, once'}}"),
        *state, &last_error));
    assert_false(decision.permit);
    assert_string_equal(decision.clause, "fields.c");
    assert_int_equal(decision.line, 3);
    assert_non_null(strstr(decision.sentence, "person.name"));
}

static void
all_that_lies_in_what_is_withheld_is_looked_for(void **state)
{
    assert_non_null(strstr(
        minimise(*state, "person_alert",
            "{'personAlert':{'grounds':'Her mother calls her Tran Thi Hoa'}}",
            "person_alert.person"),
        "personAlert.grounds says again what person_alert.person held"));
}

/* The hash of a file that is withheld is as good as its name. */
static void
bytes_are_known_again(void **state)
{
    const char *change =
        "{'attachments':[{'name':'x.jpg','sha256':"
        "'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8='}],'duplicateKeys':"
        "['%s']}";
    char same[256], other[256];

    (void)snprintf(same, sizeof same, change,
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    (void)snprintf(other, sizeof other, change,
        "AQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");
    assert_non_null(
        strstr(minimise(*state, "border_status", same, "message.attachments"),
            "duplicateKeys says again"));
    assert_string_equal(
        minimise(*state, "border_status", other, "message.attachments"), "");
}

#define REPEAT(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        REPEAT(a_name_is_known_again_however_it_is_written),
        REPEAT(what_only_sounds_like_it_may_go),
        REPEAT(one_name_in_two_scripts_is_one),
        REPEAT(the_lines_of_a_document_say_its_number),
        REPEAT(what_says_too_little_is_not_looked_for),
        REPEAT(who_it_is_from_is_no_repetition),
        REPEAT(who_withheld_it_is_named),
        REPEAT(all_that_lies_in_what_is_withheld_is_looked_for),
        REPEAT(bytes_are_known_again),
    };

    return cmocka_run_group_tests_name("repeat", tests, NULL, NULL);
}
