/* SPDX-License-Identifier: Apache-2.0 */
/* What another office's node answers about its lists, and when nobody looked.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "tests/command.h"
#include "tests/fake_node.h"

#define ASK "ask plate 2AB1234 --of ncc@vn --encounter entry_primary --wait 30"

/* ---- the script ---- */

static void
accept_it(Entente__V1__ApiReply *reply)
{
    static Entente__V1__SubmitReply submit;
    static Entente__V1__SubmitResult result;
    static Entente__V1__SubmitResult *results[] = {&result};
    static Entente__V1__CopyResult copy;
    static Entente__V1__CopyResult *copies[] = {&copy};

    entente__v1__submit_reply__init(&submit);
    entente__v1__submit_result__init(&result);
    entente__v1__copy_result__init(&copy);
    copy.to = (char *)"ncc@vn";
    copy.accepted = true;
    result.copies = copies;
    result.n_copies = 1;
    submit.results = results;
    submit.n_results = 1;
    reply->reply_case = ENTENTE__V1__API_REPLY__REPLY_SUBMIT;
    reply->submit = &submit;
}

/* On the desk lies an answer of that office, unless `result` is none. */
static void
show_desk(const char *query_id, const char *from,
    Entente__V1__CheckResult result, Entente__V1__ApiReply *reply)
{
    static Entente__V1__InboxReply inbox;
    static Entente__V1__InboxItem item;
    static Entente__V1__InboxItem *items[] = {&item};
    static Entente__V1__Message message;
    static Entente__V1__HitAnswer answer;

    entente__v1__inbox_reply__init(&inbox);
    entente__v1__inbox_item__init(&item);
    entente__v1__message__init(&message);
    entente__v1__hit_answer__init(&answer);
    answer.result = result;
    message.in_reply_to = (char *)(uintptr_t)query_id;
    message.body_case = ENTENTE__V1__MESSAGE__BODY_HIT_ANSWER;
    message.hit_answer = &answer;
    item.message = &message;
    item.from = (char *)(uintptr_t)from;
    inbox.items = items;
    inbox.n_items =
        result != ENTENTE__V1__CHECK_RESULT__CHECK_RESULT_UNSPECIFIED;
    inbox.next = 2;
    reply->reply_case = ENTENTE__V1__API_REPLY__REPLY_INBOX;
    reply->inbox = &inbox;
}

static void
trace(Entente__V1__TraceState state, Entente__V1__ApiReply *reply)
{
    static Entente__V1__TraceReply trace;
    static Entente__V1__TraceItem item;
    static Entente__V1__TraceItem *items[] = {&item};
    static Entente__V1__TraceCopy copy;
    static Entente__V1__TraceCopy *copies[] = {&copy};

    entente__v1__trace_reply__init(&trace);
    entente__v1__trace_item__init(&item);
    entente__v1__trace_copy__init(&copy);
    copy.state = state;
    copy.clause = (char *)"exchange";
    copy.sentence = (char *)"no clause lets hit_query pass";
    item.copies = copies;
    item.n_copies = 1;
    trace.items = items;
    trace.n_items = 1;
    reply->reply_case = ENTENTE__V1__API_REPLY__REPLY_TRACE;
    reply->trace = &trace;
}

static enum fake_deed
play(const Entente__V1__ApiRequest *request, const char *from,
    Entente__V1__CheckResult result, Entente__V1__TraceState state,
    Entente__V1__ApiReply *reply)
{
    static char query_id[64];

    switch (request->request_case) {
    case ENTENTE__V1__API_REQUEST__REQUEST_SUBMIT:
        (void)snprintf(query_id, sizeof query_id, "%s",
            request->submit->submissions[0]->message->id);
        accept_it(reply);
        return FAKE_ANSWER;
    case ENTENTE__V1__API_REQUEST__REQUEST_INBOX:
        show_desk(query_id, from, result, reply);
        return FAKE_ANSWER;
    default:
        trace(state, reply);
        return FAKE_ANSWER;
    }
}

#define ANSWERS(name, from, result, state)                                     \
    static enum fake_deed name(const Entente__V1__ApiRequest *request,         \
        unsigned life, unsigned nth, Entente__V1__ApiReply *reply)             \
    {                                                                          \
        (void)life;                                                            \
        (void)nth;                                                             \
        return play(request, from, ENTENTE__V1__CHECK_RESULT__##result,        \
            ENTENTE__V1__TRACE_STATE__TRACE_##state, reply);                   \
    }

ANSWERS(says_hit, "ncc@vn", HIT, DELIVERED)
ANSWERS(says_no_hit, "ncc@vn", NO_HIT, DELIVERED)
ANSWERS(says_not_served, "ncc@vn", NOT_SERVED, DELIVERED)
ANSWERS(is_refused, "ncc@vn", CHECK_RESULT_UNSPECIFIED, REFUSED)
ANSWERS(never_came, "ncc@vn", CHECK_RESULT_UNSPECIFIED, EXPIRED)
ANSWERS(says_nothing, "ncc@vn", CHECK_RESULT_UNSPECIFIED, DELIVERED)
ANSWERS(another_says_no_hit, "ncc@la", NO_HIT, DELIVERED)

/* ---- tests ---- */

static void
a_hit_and_no_hit_are_told_apart(void **state)
{
    fake_node_start(state, says_hit);
    expect_exit(state, ASK, 1);
    expect_output("HIT: this plate");
}

static void
no_hit_is_said_of_what_was_looked_up(void **state)
{
    fake_node_start(state, says_no_hit);
    expect_exit(state, ASK, EX_OK);
    expect_output("No hit for this plate at ncc@vn.");
}

static void
what_nobody_answers_for_is_not_no_hit(void **state)
{
    fake_node_start(state, says_not_served);
    expect_exit(state, ASK, EX_UNAVAILABLE);
    expect_output("nobody looked: ncc@vn does not answer for this plate");
    assert_null(strstr(output, "No hit"));
    expect_exit(state, ASK " --json", EX_UNAVAILABLE);
    expect_output("NOT_SERVED");
}

/* Nobody waits for an answer that will not come. */
static void
a_question_that_is_refused_there_is_not_no_hit(void **state)
{
    fake_node_start(state, is_refused);
    expect_exit(state, ASK, EX_UNAVAILABLE);
    expect_output("nobody looked: the question was refused there (exchange)");
}

static void
a_question_that_never_came_is_not_no_hit(void **state)
{
    fake_node_start(state, never_came);
    expect_exit(state, ASK, EX_UNAVAILABLE);
    expect_output("nobody looked: the question did not come");
}

static void
what_another_office_says_is_no_answer(void **state)
{
    fake_node_start(state, another_says_no_hit);
    expect_exit(state,
        "ask plate 2AB1234 --of ncc@vn --encounter inland --wait 1",
        EX_TEMPFAIL);
    assert_null(strstr(output, "No hit"));
}

static void
what_is_not_answered_yet_may_be(void **state)
{
    fake_node_start(state, says_nothing);
    expect_exit(state,
        "ask plate 2AB1234 --of ncc@vn --encounter inland --wait 0",
        EX_TEMPFAIL);
    expect_output("has not answered yet");
}

static void
what_nobody_could_look_up_is_not_asked(void **state)
{
    fake_node_start(state, says_no_hit);
    expect_exit(
        state, "ask plate .. --of ncc@vn --encounter inland", EX_DATAERR);
    expect_output("no letter and no digit");
    expect_exit(state, "ask document THA/AA1 --of ncc@vn --encounter inland",
        EX_DATAERR);
    expect_output("document_check");
    assert_int_equal(fake_node_requests(state), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        NODE_TEST(a_hit_and_no_hit_are_told_apart),
        NODE_TEST(no_hit_is_said_of_what_was_looked_up),
        NODE_TEST(what_nobody_answers_for_is_not_no_hit),
        NODE_TEST(a_question_that_is_refused_there_is_not_no_hit),
        NODE_TEST(a_question_that_never_came_is_not_no_hit),
        NODE_TEST(what_another_office_says_is_no_answer),
        NODE_TEST(what_is_not_answered_yet_may_be),
        NODE_TEST(what_nobody_could_look_up_is_not_asked),
    };

    return cmocka_run_group_tests_name("cli_ask", tests, NULL, NULL);
}
