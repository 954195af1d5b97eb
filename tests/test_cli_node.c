/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs that ask a node about itself and its messages, and nodes that do
 * not answer as they should. */
#include <stdlib.h>
#include <sysexits.h>

#include "tests/command.h"
#include "tests/node_answers.h"

static enum fake_deed
be_broken(const Entente__V1__ApiRequest *request, unsigned life, unsigned nth,
    Entente__V1__ApiReply *reply)
{
    (void)life;
    (void)nth;
    if (request->request_case ==
        ENTENTE__V1__API_REQUEST__REQUEST_JOURNAL_VERIFY) {
        answer_journal(false, reply);
        return FAKE_ANSWER;
    }
    reply->error = (char *)"the disk\033[2J is gone";
    reply->exit_code = EX_IOERR;
    return FAKE_ANSWER;
}

static enum fake_deed
answer_something_else(const Entente__V1__ApiRequest *request, unsigned life,
    unsigned nth, Entente__V1__ApiReply *reply)
{
    (void)request;
    (void)life;
    (void)nth;
    reply->reply_case = ENTENTE__V1__API_REPLY__REPLY_CURSOR;
    reply->cursor = true;
    return FAKE_ANSWER;
}

static enum fake_deed
be_silent(const Entente__V1__ApiRequest *request, unsigned life, unsigned nth,
    Entente__V1__ApiReply *reply)
{
    (void)request;
    (void)life;
    (void)nth;
    (void)reply;
    return FAKE_SILENT;
}

/* ---- no node, or a bad one ---- */

static void
without_a_node_every_verb_says_so(void **state)
{
    write_file(state, "alert.json", alert_json, 0600);
    (void)setenv("ENTENTE_API", path_of(state, "api.sock"), 1);
    expect_exit(state, "status --timeout 1", EX_UNAVAILABLE);
    expect_output("no node answers at");
    expect_output("is entente-node running?");
    expect_exit(state, "inbox --timeout 1", EX_UNAVAILABLE);
    expect_exit(state, "send --timeout 1 alert.json", EX_UNAVAILABLE);
    expect_output("NOT SENT");
}

static void
a_node_that_does_not_answer_is_given_up(void **state)
{
    fake_node_start(state, be_silent);
    expect_exit(state, "status --timeout 1", EX_UNAVAILABLE);
    expect_output("does not answer");
    write_file(state, "alert.json", alert_json, 0600);
    expect_exit(state, "send --timeout 1 alert.json", EX_UNAVAILABLE);
    expect_output("UNKNOWN");
}

static void
an_error_of_the_node_has_its_code_and_harmless_words(void **state)
{
    fake_node_start(state, be_broken);
    expect_exit(state, "status", EX_IOERR);
    expect_output("the disk<U+001B>[2J is gone");
}

static void
an_answer_to_another_question_is_a_protocol_error(void **state)
{
    fake_node_start(state, answer_something_else);
    expect_exit(state, "status", EX_PROTOCOL);
    expect_output("answers another question");
}

static void
the_node_of_a_configuration_is_asked(void **state)
{
    fake_node_start(state, answer_all);
    (void)unsetenv("ENTENTE_API");
    write_file(state, "node.yaml", "address: a@th\napi: api.sock\n", 0600);
    expect_exit(state, "status --node node.yaml", EX_OK);
    expect_exit(state, "status --api api.sock", EX_OK);
    expect_exit(state, "status --node none.yaml", EX_NOINPUT);
}

static void
wrong_options_are_wrong_usage(void **state)
{
    expect_exit(state, "send --to nobody file", EX_USAGE);
    expect_exit(state, "send --template hotline", EX_USAGE);
    expect_output("did you mean 'hotline_alert'?");
    expect_exit(state, "inbox --limit 0", EX_USAGE);
    expect_exit(state, "inbox --from yesterday", EX_USAGE);
    expect_exit(
        state, "inbox --unacknowledged --consumer case-system", EX_USAGE);
    expect_exit(state, "show", EX_USAGE);
    expect_exit(state, "ack 1 --level done", EX_USAGE);
    expect_exit(state, "ack 1 --level actioned", EX_USAGE);
    expect_exit(state, "ack 1 --outcome located", EX_USAGE);
    expect_exit(state, "trace", EX_USAGE);
    expect_exit(state, "replay", EX_USAGE);
    expect_exit(state, "status --timeout 0", EX_USAGE);
}

/* ---- what became of it ---- */

static void
a_trace_tells_each_copy_in_words(void **state)
{
    fake_node_start(state, answer_all);
    expect_exit(state, "trace " ALERT_ID, EX_OK);
    expect_output("delivered");
    expect_output("2025-11-22 17:01 by duty officer");
    expect_output("deleted 2025-12-22 17:00 under clause 5.3 (its retention is "
                  "in line 52); no count of it stays");
    expect_output("in custody");
    expect_output("at broker-bangkok@th ");
    expect_output(", then broker-phnompenh@kh ");
    expect_output("REFUSED here");
    expect_output(
        "this family does not pass (clause 5.1, line 37) FAMILY_NOT_AGREED");
    expect_output("EXPIRED, unconfirmed");
    expect_exit(state, "trace --all", EX_OK);
    expect_output(ALERT_ID);
    expect_exit(state, "trace --all --json", EX_OK);
    assert_string_equal(printed("family"), "hotline_alert");
}

static void
the_status_says_what_needs_attention(void **state)
{
    fake_node_start(state, answer_all);
    expect_exit(state, "status", EX_OK);
    expect_output("ATTENTION: expires in 12 days");
    expect_output("ATTENTION: not connected");
    expect_output("in force; ATTENTION: its review is due");
    expect_output("th, mm");
    expect_output("abcd0000");
    expect_output("NOT IN USE");
    expect_output("kh-th.yaml");
    expect_output("ATTENTION: 'purpose' is no key here");
    expect_exit(state, "status --json", EX_OK);
    assert_string_equal(printed("address"), "blo-maesai@th");
}

static void
counts_say_how_many_there_were_and_of_nobody(void **state)
{
    fake_node_start(state, answer_all);
    expect_exit(state, "counts", EX_OK);
    expect_output("2026-08");
    expect_output("hotline_alert");
    expect_output("sent to");
    expect_output("1204");
    expect_exit(state, "counts --json", EX_OK);
    expect_output("\"state\":\"mm\"");
}

static void
who_asked_the_lists_is_told_to_the_last_page(void **state)
{
    fake_node_start(state, answer_all);
    expect_exit(state, "counts --checks", EX_OK);
    expect_output("clerk 7");
    expect_output("clerk 8");
    expect_output("unknown");
    expect_output("not said 3, BORDER_DECISION 12");
    expect_exit(state, "counts --checks --json", EX_OK);
    expect_output("\"role\":\"clerk 8\"");
}

#define HALF_YEAR "statistics --from 2026-01 --to 2026-06 --by origin"

static void
statistics_add_slices_up_and_tell_no_small_cell(void **state)
{
    fake_node_start(state, answer_all);
    expect_exit(state, HALF_YEAR, EX_OK);
    expect_output("Migrants smuggled, 2026-01-01 to 2026-06-30");
    expect_output("suppressed");
    expect_output("35");
    expect_no_output("32");
    expect_exit(state, HALF_YEAR " --csv", EX_OK);
    expect_output("table,sex,age_band,origin,offence,mode,route,substance,"
                  "count,suppressed,quantity,unit\r\n"
                  "1,,,KHM,,,,,,true,,\r\n"
                  "1,,,LAO,,,,,,true,,\r\n"
                  "2,,,,,,,,35,false,,\r\n");
    expect_exit(state, HALF_YEAR " --threshold 3 --csv", EX_OK);
    expect_output("1,,,KHM,,,,,32,false,,\r\n1,,,LAO,,,,,3,false,,\r\n");
    expect_exit(state, HALF_YEAR " --json", EX_OK);
    expect_output("\"purpose\":\"STATISTICS\"");
    expect_output("\"what\":\"MIGRANTS_SMUGGLED\"");
}

static void
statistics_tell_amounts_of_enough_cases_alone(void **state)
{
    fake_node_start(state, answer_all);
    expect_exit(state,
        "statistics --from 2026-01 --to 2026-06 --what seizures --by substance "
        "--csv",
        EX_OK);
    expect_output("METH_CRYSTAL,40,false,2.5,KILOGRAM\r\n");
    expect_no_output("LITRE");
}

static void
statistics_say_what_they_cannot_count(void **state)
{
    static const struct {
        const char *line;
        const char *words;
    } rows[] = {
        {"statistics --to 2026-06", "--from MONTH and --to MONTH are needed"},
        {"statistics --from 2026-13 --to 2026-06", "must be a month, as"},
        {"statistics --from 2026-06 --to 2026-01", "--to is before --from"},
        {HALF_YEAR ",name", "there are sex, age-band, origin"},
        {HALF_YEAR ",origin", "each once"},
        {HALF_YEAR " --what facilitators", "not known BY_ORIGIN"},
        {HALF_YEAR " --shape dainap", "says itself what is counted"},
        {HALF_YEAR " --threshold 2", "must be at least 3"},
        {HALF_YEAR " --csv --json", "two ways"},
        {"statistics --from 2026-01 --to 2026-06 --shape vrs-msrc --what "
         "seizures",
            "VRS_MSRC has no SEIZURES_MADE"},
        {"statistics --from 2026-01 --to 2026-06", "needs dimensions"},
        {"statistics --from 2026-01 --to 2026-06 --shape other",
            "there are vrs-msrc, dainap, plain"},
        {"statistics --from 2026-01 --to 2026-06 --what names",
            "there are migrants"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        expect_exit(state, rows[i].line, EX_USAGE);
        expect_output(rows[i].words);
    }
}

static void
a_whole_journal_gives_its_checkpoint(void **state)
{
    fake_node_start(state, answer_all);
    expect_exit(state, "journal verify", EX_OK);
    expect_output("blo-maesai@th\n42\nroot=\n");
}

/* Two slices, and then the result. */
static enum fake_deed
check_in_slices(const Entente__V1__ApiRequest *request, unsigned life,
    unsigned nth, Entente__V1__ApiReply *reply)
{
    (void)request;
    (void)life;
    answer_journal(true, reply);
    if (nth < 2) {
        reply->journal_verify->done = false;
        reply->journal_verify->good = false;
        reply->journal_verify->stage = (char *)"journal";
        reply->journal_verify->checked = 20 * (nth + 1);
        reply->journal_verify->total = 50;
    }
    return FAKE_ANSWER;
}

static void
a_long_check_is_asked_for_until_it_is_done(void **state)
{
    Entente__V1__ApiRequest *got;

    fake_node_start(state, check_in_slices);
    expect_exit(state, "journal verify --json", EX_OK);
    expect_output("\"checked\":\"20\"");
    expect_output("\"stage\":\"journal\"");
    expect_output("\"good\":true");
    for (unsigned n = 0; n < 3; n++) {
        got = fake_node_request(state, n);
        assert_int_equal(got->journal_verify->job, n == 0 ? 0 : 3);
        entente__v1__api_request__free_unpacked(got, NULL);
    }
    assert_int_equal(fake_node_requests(state), 3);
}

static void
a_changed_journal_exits_1(void **state)
{
    fake_node_start(state, be_broken);
    expect_exit(state, "journal verify", 1);
    expect_output("entry 7 is another one");
}

static void
explaining_sends_nothing(void **state)
{
    Entente__V1__ApiRequest *got;

    write_file(state, "alert.json", alert_json, 0600);
    fake_node_start(state, answer_all);
    expect_exit(state, "explain alert.json", EX_OK);
    expect_output("goes to blo-tachileik@mm, by clause 5.1, line 37");
    expect_output("agreement th-mm, version 3");
    expect_output("without conveyance.plate, by clause fields");
    expect_exit(state, "explain --to ncc@la --to ncc@mm alert.json", 1);
    expect_output("REFUSED for ncc@la: ");
    for (unsigned n = 0; n < 3; n++) {
        got = fake_node_request(state, n);
        assert_int_equal(
            got->request_case, ENTENTE__V1__API_REQUEST__REQUEST_EXPLAIN);
        entente__v1__api_request__free_unpacked(got, NULL);
    }
    assert_int_equal(fake_node_requests(state), 3);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        NODE_TEST(without_a_node_every_verb_says_so),
        NODE_TEST(a_node_that_does_not_answer_is_given_up),
        NODE_TEST(an_error_of_the_node_has_its_code_and_harmless_words),
        NODE_TEST(an_answer_to_another_question_is_a_protocol_error),
        NODE_TEST(the_node_of_a_configuration_is_asked),
        NODE_TEST(wrong_options_are_wrong_usage),
        NODE_TEST(a_trace_tells_each_copy_in_words),
        NODE_TEST(the_status_says_what_needs_attention),
        NODE_TEST(counts_say_how_many_there_were_and_of_nobody),
        NODE_TEST(who_asked_the_lists_is_told_to_the_last_page),
        NODE_TEST(statistics_add_slices_up_and_tell_no_small_cell),
        NODE_TEST(statistics_tell_amounts_of_enough_cases_alone),
        NODE_TEST(statistics_say_what_they_cannot_count),
        NODE_TEST(a_whole_journal_gives_its_checkpoint),
        NODE_TEST(a_long_check_is_asked_for_until_it_is_done),
        NODE_TEST(a_changed_journal_exits_1),
        NODE_TEST(explaining_sends_nothing),
    };

    return cmocka_run_group_tests_name("cli_node", tests, NULL, NULL);
}
