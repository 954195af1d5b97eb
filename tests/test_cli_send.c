/* SPDX-License-Identifier: Apache-2.0 */
/* What is sent to a node: accepted, refused, malformed, and always once. */
#include <jansson.h>
#include <stdio.h>
#include <sysexits.h>

#include "proto/id.h"
#include "tests/command.h"
#include "tests/node_answers.h"

static const char lines_json[] =
    "{\"to\":\"ncc@mm\",\"test\":{\"text\":\"one\"}}\n"
    "{\"to\":\"ncc@mm\",\"test\":{\"txet\":\"two\"}}\n"
    "{\"to\":\"ncc@mm\",\"test\":{\"text\":\"three\"}}\n";

static enum fake_deed
die_once(const Entente__V1__ApiRequest *request, unsigned life, unsigned nth,
    Entente__V1__ApiReply *reply)
{
    return life == 0 ? FAKE_DIE : answer_all(request, life, nth, reply);
}

static enum fake_deed
be_busy_once(const Entente__V1__ApiRequest *request, unsigned life,
    unsigned nth, Entente__V1__ApiReply *reply)
{
    if (nth == 0) {
        reply->error = (char *)"no room on the disk";
        reply->exit_code = EX_TEMPFAIL;
        return FAKE_ANSWER;
    }
    return answer_all(request, life, nth, reply);
}

/* ---- tests ---- */

static void
an_accepted_message_is_told_with_its_id(void **state)
{
    Entente__V1__ApiRequest *got;

    write_file(state, "alert.json", alert_json, 0600);
    fake_node_start(state, answer_all);
    expect_exit(state, "send alert.json", EX_OK);
    got = fake_node_request(state, 0);
    expect_output("accepted");
    expect_output(got->submit->submissions[0]->message->id);
    expect_output("blo-tachileik@mm");
    assert_int_equal(got->submit->submissions[0]->message->hotline_alert->what,
        ENTENTE__V1__OFFENCE__DRUGS);
    entente__v1__api_request__free_unpacked(got, NULL);
}

/* The heart of "accepted": the node dies with the request in its hands. */
static void
a_message_keeps_its_id_when_the_node_dies_in_the_middle(void **state)
{
    Entente__V1__ApiRequest *first;
    Entente__V1__ApiRequest *second;

    write_file(state, "alert.json", alert_json, 0600);
    fake_node_start(state, die_once);
    expect_exit(state, "send alert.json", EX_OK);
    expect_output("accepted");
    first = fake_node_request(state, 0);
    second = fake_node_request(state, 1);
    assert_int_equal(
        strlen(first->submit->submissions[0]->message->id), ENT_ID_TEXT_LEN);
    assert_string_equal(first->submit->submissions[0]->message->id,
        second->submit->submissions[0]->message->id);
    assert_int_equal(fake_node_requests(state), 2);
    entente__v1__api_request__free_unpacked(first, NULL);
    entente__v1__api_request__free_unpacked(second, NULL);
}

static void
a_node_that_is_busy_is_asked_again(void **state)
{
    write_file(state, "alert.json", alert_json, 0600);
    fake_node_start(state, be_busy_once);
    expect_exit(state, "send alert.json", EX_OK);
    expect_output("accepted");
}

static void
a_refused_copy_shows_its_clause_and_exits_1(void **state)
{
    write_file(state, "alert.json", alert_json, 0600);
    fake_node_start(state, answer_all);
    expect_exit(state, "send --to ncc@mm --to ncc@la alert.json", 1);
    expect_output("accepted   ");
    expect_output("REFUSED    ");
    expect_output("ncc@la: nothing<U+001B>[2J passes "
                  "(clause 5.1, line 37; FAMILY_NOT_AGREED)");
    expect_output("1 accepted, 1 refused");
    expect_harmless();
}

static void
several_recipients_are_one_message(void **state)
{
    Entente__V1__ApiRequest *got;
    const Entente__V1__Submission *submission;

    write_file(state, "alert.json", alert_json, 0600);
    fake_node_start(state, answer_all);
    expect_exit(
        state, "send --to ncc@mm --to ncc@kh --to ncc@mm alert.json", EX_OK);
    got = fake_node_request(state, 0);
    assert_int_equal(got->submit->n_submissions, 1);
    submission = got->submit->submissions[0];
    assert_int_equal(submission->n_to, 2);
    assert_string_equal(submission->to[0], "ncc@mm");
    assert_string_equal(submission->to[1], "ncc@kh");
    entente__v1__api_request__free_unpacked(got, NULL);
}

static void
a_malformed_line_is_named_and_the_others_go(void **state)
{
    Entente__V1__ApiRequest *got;

    write_file(state, "lines", lines_json, 0600);
    fake_node_start(state, answer_all);
    expect_exit(state, "send lines", EX_DATAERR);
    expect_output("lines: message in line 2: ");
    expect_output("txet");
    expect_output("2 accepted, 0 refused, 1 malformed");
    got = fake_node_request(state, 0);
    assert_int_equal(got->submit->n_submissions, 2);
    entente__v1__api_request__free_unpacked(got, NULL);
}

static void
json_has_one_object_for_each_message(void **state)
{
    size_t count = 0;
    char *rest = output;
    char *line;

    write_file(state, "lines", lines_json, 0600);
    fake_node_start(state, answer_all);
    expect_exit(state, "send --json lines", EX_DATAERR);
    while ((line = strtok_r(rest, "\n", &rest)) != NULL) {
        json_t *object = json_loads(line, 0, NULL);

        assert_true(json_is_object(object));
        json_decref(object);
        count++;
    }
    assert_int_equal(count, 3);
}

static void
what_is_no_message_at_all_is_not_sent(void **state)
{
    write_file(state, "list", "[\n{\"to\":\"ncc@mm\",\"test\":{}}\n]\n", 0600);
    write_file(state, "empty", "\n", 0600);
    fake_node_start(state, answer_all);
    expect_exit(state, "send list", EX_DATAERR);
    expect_output("a message begins with '{'");
    expect_exit(state, "send empty", EX_DATAERR);
    expect_output("holds no message");
    expect_exit(state, "send nowhere", EX_NOINPUT);
    assert_int_equal(fake_node_requests(state), 0);
}

static void
a_message_to_nobody_is_malformed(void **state)
{
    write_file(state, "nobody", "{\"test\": {\"text\": \"hello\"}}", 0600);
    fake_node_start(state, answer_all);
    expect_exit(state, "send nobody", EX_DATAERR);
    expect_output("--to");
}

/* More than a request may hold, in order, each once. */
static void
many_messages_go_in_several_requests(void **state)
{
    enum { COUNT = 700 };
    FILE *out = fopen(path_of(state, "many"), "w");
    size_t seen = 0;

    for (int i = 0; i < COUNT; i++) {
        fprintf(out, "{\"to\":\"ncc@mm\",\"test\":{\"text\":\"%d\"}}\n", i);
    }
    assert_int_equal(fclose(out), 0);
    fake_node_start(state, answer_all);
    expect_exit(state, "send many", EX_OK);
    expect_output("700 accepted, 0 refused");
    for (unsigned n = 0; seen < COUNT; n++) {
        Entente__V1__ApiRequest *got = fake_node_request(state, n);

        assert_in_range(got->submit->n_submissions, 1, 256);
        for (size_t i = 0; i < got->submit->n_submissions; i++, seen++) {
            char want[16];

            (void)snprintf(want, sizeof want, "%zu", seen);
            assert_string_equal(
                got->submit->submissions[i]->message->test->text, want);
        }
        entente__v1__api_request__free_unpacked(got, NULL);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        NODE_TEST(an_accepted_message_is_told_with_its_id),
        NODE_TEST(a_message_keeps_its_id_when_the_node_dies_in_the_middle),
        NODE_TEST(a_node_that_is_busy_is_asked_again),
        NODE_TEST(a_refused_copy_shows_its_clause_and_exits_1),
        NODE_TEST(several_recipients_are_one_message),
        NODE_TEST(a_malformed_line_is_named_and_the_others_go),
        NODE_TEST(json_has_one_object_for_each_message),
        NODE_TEST(what_is_no_message_at_all_is_not_sent),
        NODE_TEST(a_message_to_nobody_is_malformed),
        NODE_TEST(many_messages_go_in_several_requests),
    };

    return cmocka_run_group_tests_name("cli_send", tests, NULL, NULL);
}
