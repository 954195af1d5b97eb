/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs of officers and operators, against something that answers as a node
 * would. */
#include <inttypes.h>
#include <jansson.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "proto/base/time.h"
#include "proto/id.h"
#include "tests/command.h"
#include "tests/fake_node.h"
#include "tools/cli/verbs.h"

#define ALERT_ID "01926b3e-7c00-7abc-8def-0123456789ab"
#define TEST_ID "0192a000-0000-7000-8000-000000000001"

static const char alert_json[] =
    "{\"to\": \"blo-tachileik@mm\", \"purpose\": \"THREAT_TO_LIFE\",\n"
    " \"hotlineAlert\": {\"what\": \"DRUGS\", \"action\": \"STOP\"}}\n";

static const char lines_json[] =
    "{\"to\":\"ncc@mm\",\"test\":{\"text\":\"one\"}}\n"
    "{\"to\":\"ncc@mm\",\"test\":{\"txet\":\"two\"}}\n"
    "{\"to\":\"ncc@mm\",\"test\":{\"text\":\"three\"}}\n";

/* ---- a node and its answers ---- */

static pid_t node;

static void
start(void **state, fake_script *script)
{
    node = fake_node_start(*state, script);
    (void)setenv("ENTENTE_API", path_of(state, "api.sock"), 1);
}

static int
stop_and_remove(void **state)
{
    fake_node_stop(node);
    node = 0;
    return remove_all(state);
}

static int
make_folder_and_clock(void **state)
{
    (void)setenv("TZ", "ICT-7", 1);
    (void)unsetenv("XDG_RUNTIME_DIR");
    return make_folder(state);
}

#define NODE_TEST(name)                                                        \
    cmocka_unit_test_setup_teardown(                                           \
        name, make_folder_and_clock, stop_and_remove)

/* Everything is accepted, but nothing for Laos. */
static void
answer_submit(
    const Entente__V1__SubmitRequest *request, Entente__V1__ApiReply *reply)
{
    static Entente__V1__SubmitReply submit;
    static Entente__V1__SubmitResult results[256];
    static Entente__V1__SubmitResult *list[256];
    static Entente__V1__CopyResult copies[1024];
    static Entente__V1__CopyResult *copy_list[1024];
    size_t used = 0;

    entente__v1__submit_reply__init(&submit);
    for (size_t i = 0; i < request->n_submissions; i++) {
        const Entente__V1__Submission *one = request->submissions[i];

        entente__v1__submit_result__init(&results[i]);
        results[i].id = one->message->id;
        results[i].copies = &copy_list[used];
        results[i].n_copies = one->n_to;
        for (size_t k = 0; k < one->n_to; k++, used++) {
            entente__v1__copy_result__init(&copies[used]);
            copies[used].to = one->to[k];
            copies[used].accepted = strstr(one->to[k], "@la") == NULL;
            if (!copies[used].accepted) {
                copies[used].reason = 204;
                copies[used].reason_name = (char *)"FAMILY_NOT_AGREED";
                copies[used].clause = (char *)"5.1";
                copies[used].line = 37;
                copies[used].sentence = (char *)"nothing\033[2J passes";
            }
            copy_list[used] = &copies[used];
        }
        list[i] = &results[i];
    }
    submit.results = list;
    submit.n_results = request->n_submissions;
    reply->reply_case = ENTENTE__V1__API_REPLY__REPLY_SUBMIT;
    reply->submit = &submit;
}

/* A desk of two: an alert with a poisoned text, and a test that is late. */
static void
fill_items(Entente__V1__InboxItem items[2])
{
    static Entente__V1__Message alert;
    static Entente__V1__HotlineAlert hotline;
    static Entente__V1__Location where;
    static Entente__V1__Message radio;
    static Entente__V1__Test test;
    static Entente__V1__Withheld withheld;
    static Entente__V1__Withheld *withheld_list[] = {&withheld};

    entente__v1__inbox_item__init(&items[0]);
    items[0].sequence = 1;
    items[0].id = (char *)ALERT_ID;
    items[0].from = (char *)"blo-tachileik@mm";
    items[0].family = (char *)"hotline_alert";
    items[0].precedence = ENTENTE__V1__PRECEDENCE__FLASH;
    items[0].received_at = UINT64_C(1763805605000);
    items[0].acknowledge_by = ent_time_now_ms() + 240500;
    items[0].clause = (char *)"5.1";
    items[0].message = &alert;
    entente__v1__message__init(&alert);
    entente__v1__hotline_alert__init(&hotline);
    entente__v1__location__init(&where);
    entente__v1__withheld__init(&withheld);
    alert.id = items[0].id;
    alert.from = items[0].from;
    alert.to = (char *)"blo-maesai@th";
    alert.mode = ENTENTE__V1__MODE__EXERCISE;
    alert.precedence = items[0].precedence;
    alert.purpose = ENTENTE__V1__PURPOSE__LISTED_CRIME;
    alert.offence = ENTENTE__V1__OFFENCE__DRUGS;
    alert.offence_penalty_months = 120;
    alert.classification = ENTENTE__V1__CLASSIFICATION__OFFICIAL;
    alert.body_case = ENTENTE__V1__MESSAGE__BODY_HOTLINE_ALERT;
    alert.hotline_alert = &hotline;
    alert.withheld = withheld_list;
    alert.n_withheld = 1;
    withheld.field = (char *)"conveyance.plate";
    withheld.clause = (char *)"fields.withhold";
    hotline.what = ENTENTE__V1__OFFENCE__DRUGS;
    hotline.action = ENTENTE__V1__REQUESTED_ACTION__STOP;
    hotline.where = &where;
    where.place = (char *)"Mae Sai";
    hotline.description =
        (char *)"look\033[31m \xe2\x80\xae here\x07\nnumber 99";

    entente__v1__inbox_item__init(&items[1]);
    items[1].sequence = 2;
    items[1].id = (char *)TEST_ID;
    items[1].from = (char *)"ncc@mm";
    items[1].family = (char *)"test";
    items[1].precedence = ENTENTE__V1__PRECEDENCE__ROUTINE;
    items[1].received_at = UINT64_C(1763805606000);
    items[1].acknowledge_by = ent_time_now_ms() - 180500;
    items[1].out_of_order_missing = 3;
    items[1].message = &radio;
    entente__v1__message__init(&radio);
    entente__v1__test__init(&test);
    radio.mode = ENTENTE__V1__MODE__ACTUAL;
    radio.body_case = ENTENTE__V1__MESSAGE__BODY_TEST;
    radio.test = &test;
    test.text = (char *)"how do you read";
}

/* A consumer has had the first. */
static void
answer_inbox(
    const Entente__V1__InboxRequest *request, Entente__V1__ApiReply *reply)
{
    static Entente__V1__InboxReply inbox;
    static Entente__V1__InboxItem items[2];
    static Entente__V1__InboxItem *list[2];
    const uint64_t through = request->consumer[0] == '\0' ? 0 : 1;
    uint64_t from = request->from == 0 ? through + 1 : request->from;

    if (request->from_time != 0) {
        from = request->from_time > UINT64_C(1763805606000) ? 3 : 1;
    }
    fill_items(items);
    entente__v1__inbox_reply__init(&inbox);
    inbox.items = list;
    for (; from <= 2; from++) {
        items[from - 1].replayed = from <= through;
        list[inbox.n_items++] = &items[from - 1];
    }
    inbox.next = from;
    reply->reply_case = ENTENTE__V1__API_REPLY__REPLY_INBOX;
    reply->inbox = &inbox;
}

static void
answer_trace(
    const Entente__V1__TraceRequest *request, Entente__V1__ApiReply *reply)
{
    static Entente__V1__TraceReply trace;
    static Entente__V1__TraceItem item;
    static Entente__V1__TraceItem *items[] = {&item};
    static Entente__V1__TraceCopy copies[4];
    static Entente__V1__TraceCopy *list[4];
    static Entente__V1__TraceCustody custodies[2];
    static Entente__V1__TraceCustody *custody_list[2];

    entente__v1__trace_reply__init(&trace);
    entente__v1__trace_item__init(&item);
    for (size_t i = 0; i < 4; i++) {
        entente__v1__trace_copy__init(&copies[i]);
        copies[i].accepted_at = UINT64_C(1763805600000);
        copies[i].number = i + 1;
        list[i] = &copies[i];
    }
    copies[0].to = (char *)"ncc@mm";
    copies[0].state = ENTENTE__V1__TRACE_STATE__TRACE_DELIVERED;
    copies[0].settled_at = UINT64_C(1763805605000);
    copies[0].acknowledged_at = UINT64_C(1763805660000);
    copies[0].acknowledged_by = (char *)"duty officer";
    copies[0].deleted_at = UINT64_C(1766397600000);
    copies[0].deleted_clause = (char *)"5.3";
    copies[0].deleted_line = 52;
    copies[1].to = (char *)"ncc@kh";
    copies[1].state = ENTENTE__V1__TRACE_STATE__TRACE_IN_CUSTODY;
    copies[1].custody_by = (char *)"broker-bangkok@th";
    copies[1].custody_at = UINT64_C(1763805602000);
    for (size_t i = 0; i < 2; i++) {
        entente__v1__trace_custody__init(&custodies[i]);
        custody_list[i] = &custodies[i];
    }
    custodies[0].by = (char *)"broker-bangkok@th";
    custodies[0].at = UINT64_C(1763805601000);
    custodies[1].by = (char *)"broker-phnompenh@kh";
    custodies[1].at = UINT64_C(1763805602000);
    copies[1].custodies = custody_list;
    copies[1].n_custodies = 2;
    copies[2].to = (char *)"ncc@la";
    copies[2].state = ENTENTE__V1__TRACE_STATE__TRACE_REFUSED_HERE;
    copies[2].reason = 204;
    copies[2].reason_name = (char *)"FAMILY_NOT_AGREED";
    copies[2].clause = (char *)"5.1";
    copies[2].line = 37;
    copies[2].sentence = (char *)"this family does not pass";
    copies[3].to = (char *)"ncc@vn";
    copies[3].state = ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED_UNCONFIRMED;
    item.id = (char *)ALERT_ID;
    item.family = (char *)"hotline_alert";
    item.copies = list;
    item.n_copies = 4;
    trace.items = items;
    trace.n_items = request->from <= 1;
    trace.next = 5;
    reply->reply_case = ENTENTE__V1__API_REPLY__REPLY_TRACE;
    reply->trace = &trace;
}

static void
answer_status(Entente__V1__ApiReply *reply)
{
    static Entente__V1__StatusReply status;
    static Entente__V1__BrokerStatus broker;
    static Entente__V1__BrokerStatus *brokers[] = {&broker};
    static Entente__V1__AgreementStatus agreement;
    static Entente__V1__AgreementStatus *agreements[] = {&agreement};
    static char *parties[] = {(char *)"th", (char *)"mm"};
    static uint8_t root[32] = {0xab, 0xcd};
    static Entente__V1__UnusedAgreement unused;
    static Entente__V1__UnusedAgreement *unused_list[] = {&unused};

    entente__v1__status_reply__init(&status);
    entente__v1__broker_status__init(&broker);
    entente__v1__agreement_status__init(&agreement);
    entente__v1__unused_agreement__init(&unused);
    unused.file = (char *)"kh-th.yaml";
    unused.line = 37;
    unused.reason = (char *)"'purpose' is no key here";
    status.unused_agreements = unused_list;
    status.n_unused_agreements = 1;
    status.address = (char *)"blo-maesai@th";
    status.inbox_count = 17;
    status.unacknowledged = 2;
    status.store_used = 90;
    status.store_limit = 100;
    status.certificate_expires_at =
        ent_time_now_ms() + UINT64_C(12) * 86400000 + 1000;
    status.journal_root =
        (ProtobufCBinaryData){.data = root, .len = sizeof root};
    status.brokers = brokers;
    status.n_brokers = 1;
    status.agreements = agreements;
    status.n_agreements = 1;
    broker.address = (char *)"broker-bangkok@th";
    broker.connected = false;
    agreement.name = (char *)"th-mm";
    agreement.in_force = true;
    agreement.review_due = true;
    agreement.parties = parties;
    agreement.n_parties = 2;
    reply->reply_case = ENTENTE__V1__API_REPLY__REPLY_STATUS;
    reply->status = &status;
}

static void
answer_counts(Entente__V1__ApiReply *reply)
{
    static Entente__V1__CountsReply counts;
    static Entente__V1__Count count;
    static Entente__V1__Count *list[] = {&count};

    entente__v1__counts_reply__init(&counts);
    entente__v1__count__init(&count);
    count.year = 2026;
    count.month = 8;
    count.family = (char *)"hotline_alert";
    count.state = (char *)"mm";
    count.outgoing = true;
    count.count = 1204;
    counts.counts = list;
    counts.n_counts = 1;
    reply->reply_case = ENTENTE__V1__API_REPLY__REPLY_COUNTS;
    reply->counts = &counts;
}

static void
answer_journal(bool good, Entente__V1__ApiReply *reply)
{
    static Entente__V1__JournalVerifyReply journal;

    entente__v1__journal_verify_reply__init(&journal);
    journal.good = good;
    journal.done = true;
    journal.job = 3;
    journal.checked = 42;
    journal.entries = 42;
    if (good) {
        journal.checkpoint = (char *)"blo-maesai@th\n42\nroot=\n";
    } else {
        journal.fault = (char *)"entry 7 is another one";
    }
    reply->reply_case = ENTENTE__V1__API_REPLY__REPLY_JOURNAL_VERIFY;
    reply->journal_verify = &journal;
}

/* Laos is refused; what is no administration is refused to an acknowledgement.
 */
static void
answer_explain(
    const Entente__V1__ExplainRequest *request, Entente__V1__ApiReply *reply)
{
    static Entente__V1__ExplainReply explain;
    static Entente__V1__CopyResult result;
    static Entente__V1__Withheld withheld;
    static Entente__V1__Withheld *list[] = {&withheld};

    entente__v1__explain_reply__init(&explain);
    entente__v1__copy_result__init(&result);
    entente__v1__withheld__init(&withheld);
    explain.result = &result;
    explain.agreement = (char *)"th-mm";
    explain.agreement_version = 3;
    result.to = request->to;
    result.accepted = strstr(request->to, "@la") == NULL;
    result.clause = (char *)"5.1";
    result.line = 37;
    if (!result.accepted) {
        result.reason = 204;
        result.reason_name = (char *)"FAMILY_NOT_AGREED";
    } else if (request->message->body_case ==
                   ENTENTE__V1__MESSAGE__BODY_ACKNOWLEDGEMENT &&
               request->message->purpose !=
                   ENTENTE__V1__PURPOSE__ADMINISTRATION) {
        result.accepted = false;
        result.reason = 205;
    } else {
        withheld.field = (char *)"conveyance.plate";
        withheld.clause = (char *)"fields";
        explain.withheld = list;
        explain.n_withheld = 1;
    }
    reply->reply_case = ENTENTE__V1__API_REPLY__REPLY_EXPLAIN;
    reply->explain = &explain;
}

static enum fake_deed
answer_all(const Entente__V1__ApiRequest *request, unsigned life, unsigned nth,
    Entente__V1__ApiReply *reply)
{
    (void)life;
    (void)nth;
    switch (request->request_case) {
    case ENTENTE__V1__API_REQUEST__REQUEST_SUBMIT:
        answer_submit(request->submit, reply);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_INBOX:
        answer_inbox(request->inbox, reply);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_CURSOR:
        reply->reply_case = ENTENTE__V1__API_REPLY__REPLY_CURSOR;
        reply->cursor = true;
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_TRACE:
        answer_trace(request->trace, reply);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_STATUS:
        answer_status(reply);
        return FAKE_ANSWER;
    case ENTENTE__V1__API_REQUEST__REQUEST_COUNTS:
        answer_counts(reply);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_JOURNAL_VERIFY:
        answer_journal(true, reply);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_EXPLAIN:
        answer_explain(request->explain, reply);
        break;
    default:
        return FAKE_SILENT;
    }
    return FAKE_ANSWER;
}

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

/* ---- what is looked for in the output ---- */

static void
expect_no_output(const char *words)
{
    if (strstr(output, words) != NULL) {
        print_error("'%s' in:\n%s\n", words, output);
        fail();
    }
}

/* Nothing in it that a terminal obeys, but line ends. */
static void
expect_harmless(void)
{
    for (const char *c = output; *c != '\0'; c++) {
        assert_true((unsigned char)*c >= 0x20 || *c == '\n');
        assert_false((unsigned char)c[0] == 0xe2 &&
                     (unsigned char)c[1] == 0x80 &&
                     (unsigned char)c[2] == 0xae);
    }
}

static Entente__V1__ApiRequest *
request(void **state, unsigned n)
{
    Entente__V1__ApiRequest *got = fake_node_request(*state, n);

    if (got == NULL) {
        print_error("the node got no request %u\n", n);
        fail();
    }
    return got;
}

/* The same on a terminal of so many columns: its exit code. */
static int
on_a_terminal(const char *word, const char *second, unsigned short columns)
{
    struct winsize size = {.ws_row = 25, .ws_col = columns};
    char *argv[] = {(char *)"entente", (char *)(uintptr_t)word,
        (char *)(uintptr_t)second, NULL};
    int terminal;
    int status;
    size_t len = 0;
    ssize_t got;
    pid_t pid;

    (void)fflush(stdout);
    pid = forkpty(&terminal, NULL, NULL, &size);
    assert_true(pid >= 0);
    if (pid == 0) {
        exit(cli_run(second == NULL ? 2 : 3, argv));
    }
    while (len < sizeof output - 1 &&
           (got = read(terminal, output + len, sizeof output - 1 - len)) > 0) {
        len += (size_t)got;
    }
    output[len] = '\0';
    (void)close(terminal);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WEXITSTATUS(status);
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
    start(state, be_silent);
    expect_exit(state, "status --timeout 1", EX_UNAVAILABLE);
    expect_output("does not answer");
    write_file(state, "alert.json", alert_json, 0600);
    expect_exit(state, "send --timeout 1 alert.json", EX_UNAVAILABLE);
    expect_output("UNKNOWN");
}

static void
an_error_of_the_node_has_its_code_and_harmless_words(void **state)
{
    start(state, be_broken);
    expect_exit(state, "status", EX_IOERR);
    expect_output("the disk<U+001B>[2J is gone");
}

static void
an_answer_to_another_question_is_a_protocol_error(void **state)
{
    start(state, answer_something_else);
    expect_exit(state, "status", EX_PROTOCOL);
    expect_output("answers another question");
}

static void
the_node_of_a_configuration_is_asked(void **state)
{
    start(state, answer_all);
    (void)unsetenv("ENTENTE_API");
    write_file(state, "node.yaml", "address: a@th\napi: api.sock\n", 0600);
    expect_exit(state, "status --node node.yaml", EX_OK);
    expect_exit(state, "status --api api.sock", EX_OK);
    expect_exit(state, "status --node none.yaml", EX_NOINPUT);
}

/* ---- send ---- */

static void
an_accepted_message_is_told_with_its_id(void **state)
{
    Entente__V1__ApiRequest *got;

    write_file(state, "alert.json", alert_json, 0600);
    start(state, answer_all);
    expect_exit(state, "send alert.json", EX_OK);
    got = request(state, 0);
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
    start(state, die_once);
    expect_exit(state, "send alert.json", EX_OK);
    expect_output("accepted");
    first = request(state, 0);
    second = request(state, 1);
    assert_int_equal(
        strlen(first->submit->submissions[0]->message->id), ENT_ID_TEXT_LEN);
    assert_string_equal(first->submit->submissions[0]->message->id,
        second->submit->submissions[0]->message->id);
    assert_null(fake_node_request(*state, 2));
    entente__v1__api_request__free_unpacked(first, NULL);
    entente__v1__api_request__free_unpacked(second, NULL);
}

static void
a_node_that_is_busy_is_asked_again(void **state)
{
    write_file(state, "alert.json", alert_json, 0600);
    start(state, be_busy_once);
    expect_exit(state, "send alert.json", EX_OK);
    expect_output("accepted");
}

static void
a_refused_copy_shows_its_clause_and_exits_1(void **state)
{
    write_file(state, "alert.json", alert_json, 0600);
    start(state, answer_all);
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
    start(state, answer_all);
    expect_exit(
        state, "send --to ncc@mm --to ncc@kh --to ncc@mm alert.json", EX_OK);
    got = request(state, 0);
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
    start(state, answer_all);
    expect_exit(state, "send lines", EX_DATAERR);
    expect_output("lines: message in line 2: ");
    expect_output("txet");
    expect_output("2 accepted, 0 refused, 1 malformed");
    got = request(state, 0);
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
    start(state, answer_all);
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
    start(state, answer_all);
    expect_exit(state, "send list", EX_DATAERR);
    expect_output("a message begins with '{'");
    expect_exit(state, "send empty", EX_DATAERR);
    expect_output("holds no message");
    expect_exit(state, "send nowhere", EX_NOINPUT);
    assert_null(fake_node_request(*state, 0));
}

static void
a_message_to_nobody_is_malformed(void **state)
{
    write_file(state, "nobody", "{\"test\": {\"text\": \"hello\"}}", 0600);
    start(state, answer_all);
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
    start(state, answer_all);
    expect_exit(state, "send many", EX_OK);
    expect_output("700 accepted, 0 refused");
    for (unsigned n = 0; seen < COUNT; n++) {
        Entente__V1__ApiRequest *got = request(state, n);

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

/* ---- the desk ---- */

static void
the_inbox_shows_what_is_urgent_and_what_is_not_real(void **state)
{
    start(state, answer_all);
    expect_exit(state, "inbox", EX_OK);
    expect_output("FLASH");
    expect_output("4 min");
    expect_output("[EXERCISE] STOP: drugs; Mae Sai");
    expect_output("OVERDUE 3 min");
    expect_output("[out of order, 3 missing] radio check; how do you read");
    expect_output("2025-11-22 17:00"); /* by the clock in Thailand */
    expect_harmless();
}

static void
only_what_is_open_is_listed_soonest_first(void **state)
{
    start(state, answer_all);
    expect_exit(state, "inbox --unacknowledged", EX_OK);
    assert_true(strstr(output, "radio check") < strstr(output, "STOP"));
}

static void
an_inbox_for_programs_is_lines_of_json(void **state)
{
    start(state, answer_all);
    expect_exit(state, "inbox --json --from 2", EX_OK);
    assert_string_equal(printed("id"), TEST_ID);
    assert_string_equal(printed("outOfOrderMissing"), "3");
}

/* Where the node was told that the consumer is done with something. */
static Entente__V1__ApiRequest *
cursor_request(void **state)
{
    for (unsigned n = 0;; n++) {
        Entente__V1__ApiRequest *got = request(state, n);

        if (got->request_case == ENTENTE__V1__API_REQUEST__REQUEST_CURSOR) {
            return got;
        }
        entente__v1__api_request__free_unpacked(got, NULL);
    }
}

static void
a_consumer_moves_on_when_it_has_what_came(void **state)
{
    Entente__V1__ApiRequest *got;

    start(state, answer_all);
    expect_exit(state, "inbox --json --consumer case-system", EX_OK);
    assert_string_equal(printed("id"), TEST_ID);
    got = cursor_request(state);
    assert_string_equal(got->cursor->consumer, "case-system");
    assert_int_equal(got->cursor->through, 2);
    entente__v1__api_request__free_unpacked(got, NULL);
}

static void
a_terminal_gets_colours_and_nothing_else_that_it_obeys(void **state)
{
    static const char *const ours[] = {
        "\033[31m", "\033[33m", "\033[2m", "\033[0m", "\033[m"};

    start(state, answer_all);
    assert_int_equal(on_a_terminal("inbox", NULL, 80), EX_OK);
    expect_output("\033[31m");
    expect_output("FLASH");
    assert_int_equal(on_a_terminal("show", "1", 80), EX_OK);
    expect_output("look<U+001B>[31m <U+202E>");
    assert_int_equal(on_a_terminal("inbox", NULL, 80), EX_OK);
    for (char *c = strchr(output, '\033'); c != NULL;
         c = strchr(c + 1, '\033')) {
        bool known = false;

        for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
            known = known || strncmp(c, ours[i], strlen(ours[i])) == 0;
        }
        assert_true(known);
    }
    expect_no_output("\a");
    expect_no_output("\xe2\x80\xae");
}

static void
without_colour_the_words_are_enough(void **state)
{
    start(state, answer_all);
    (void)setenv("NO_COLOR", "1", 1);
    assert_int_equal(on_a_terminal("inbox", NULL, 80), EX_OK);
    (void)unsetenv("NO_COLOR");
    expect_no_output("\033[31m");
    expect_output("OVERDUE");
    expect_output("[EXERCISE]");
}

static void
a_whole_message_says_what_is_not_real_and_what_is_withheld(void **state)
{
    start(state, answer_all);
    expect_exit(state, "show 1", EX_OK);
    expect_output("*** EXERCISE *** THIS IS NOT REAL *** EXERCISE ***");
    expect_output("conveyance.plate, by clause fields.withhold");
    expect_output("2025-11-22 17:00:05 +0700 (10:00:05Z)");
    expect_output("let in by clause");
    expect_output("| number 99"); /* it cannot pass for a line of ours */
    expect_harmless();
}

static void
a_message_is_found_by_its_id(void **state)
{
    start(state, answer_all);
    expect_exit(state, "show --json " TEST_ID, EX_OK);
    assert_string_equal(printed("id"), TEST_ID);
    expect_exit(state, "show 01926b3e-7c00-7abc-8def-0123456789ff", EX_NOINPUT);
    expect_exit(state, "show 3", EX_NOINPUT);
    expect_exit(state, "show x", EX_USAGE);
}

static void
a_replay_is_marked_and_counted(void **state)
{
    start(state, answer_all);
    expect_exit(state, "replay --from 1", EX_OK);
    expect_output("[EXERCISE] [replayed] STOP");
    expect_output("\nreplayed 2 messages\n");
    expect_exit(state, "replay --from 2 --json", EX_OK);
    expect_output("\"replayed\":true");
    expect_output("replayed 1 messages");
}

/* ---- answering ---- */

static void
an_acknowledgement_follows_what_it_answers(void **state)
{
    Entente__V1__ApiRequest *got;
    const Entente__V1__Submission *submission;
    const Entente__V1__Message *message;

    start(state, answer_all);
    expect_exit(state,
        "ack 1 --role supervisor --level actioned --outcome located", EX_OK);
    expect_output("accepted");
    got = request(state, 2); /* find, explain, submit */
    submission = got->submit->submissions[0];
    message = submission->message;
    assert_int_equal(submission->n_to, 1);
    assert_string_equal(submission->to[0], "blo-tachileik@mm");
    assert_string_equal(message->in_reply_to, ALERT_ID);
    assert_int_equal(message->mode, ENTENTE__V1__MODE__EXERCISE);
    assert_int_equal(message->precedence, ENTENTE__V1__PRECEDENCE__FLASH);
    assert_int_equal(
        message->classification, ENTENTE__V1__CLASSIFICATION__OFFICIAL);
    /* This agreement lets answers pass for administration only. */
    assert_int_equal(message->purpose, ENTENTE__V1__PURPOSE__ADMINISTRATION);
    assert_string_equal(message->acknowledgement->message_id, ALERT_ID);
    assert_string_equal(message->acknowledgement->role, "supervisor");
    assert_int_equal(message->acknowledgement->outcome,
        ENTENTE__V1__ACTION_OUTCOME__LOCATED);
    assert_true(message->acknowledgement->at->seconds > 1700000000);
    entente__v1__api_request__free_unpacked(got, NULL);
}

static void
nothing_is_acknowledged_that_is_not_there(void **state)
{
    start(state, answer_all);
    expect_exit(state, "ack 9", EX_NOINPUT);
    expect_output("no message 9 is on this desk");
}

/* ---- what became of it ---- */

static void
a_trace_tells_each_copy_in_words(void **state)
{
    start(state, answer_all);
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
    start(state, answer_all);
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
    start(state, answer_all);
    expect_exit(state, "counts", EX_OK);
    expect_output("2026-08");
    expect_output("hotline_alert");
    expect_output("sent to");
    expect_output("1204");
    expect_exit(state, "counts --json", EX_OK);
    expect_output("\"state\":\"mm\"");
}

static void
a_whole_journal_gives_its_checkpoint(void **state)
{
    start(state, answer_all);
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

    start(state, check_in_slices);
    expect_exit(state, "journal verify --json", EX_OK);
    expect_output("\"checked\":\"20\"");
    expect_output("\"stage\":\"journal\"");
    expect_output("\"good\":true");
    for (unsigned n = 0; n < 3; n++) {
        got = request(state, n);
        assert_int_equal(got->journal_verify->job, n == 0 ? 0 : 3);
        entente__v1__api_request__free_unpacked(got, NULL);
    }
    assert_null(fake_node_request(*state, 3));
}

static void
a_changed_journal_exits_1(void **state)
{
    start(state, be_broken);
    expect_exit(state, "journal verify", 1);
    expect_output("entry 7 is another one");
}

static void
explaining_sends_nothing(void **state)
{
    Entente__V1__ApiRequest *got;

    write_file(state, "alert.json", alert_json, 0600);
    start(state, answer_all);
    expect_exit(state, "explain alert.json", EX_OK);
    expect_output("goes to blo-tachileik@mm, by clause 5.1, line 37");
    expect_output("agreement th-mm, version 3");
    expect_output("without conveyance.plate, by clause fields");
    expect_exit(state, "explain --to ncc@la --to ncc@mm alert.json", 1);
    expect_output("REFUSED for ncc@la: ");
    for (unsigned n = 0; n < 3; n++) {
        got = request(state, n);
        assert_int_equal(
            got->request_case, ENTENTE__V1__API_REQUEST__REQUEST_EXPLAIN);
        entente__v1__api_request__free_unpacked(got, NULL);
    }
    assert_null(fake_node_request(*state, 3));
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
        NODE_TEST(wrong_options_are_wrong_usage),
        NODE_TEST(the_inbox_shows_what_is_urgent_and_what_is_not_real),
        NODE_TEST(only_what_is_open_is_listed_soonest_first),
        NODE_TEST(an_inbox_for_programs_is_lines_of_json),
        NODE_TEST(a_consumer_moves_on_when_it_has_what_came),
        NODE_TEST(a_terminal_gets_colours_and_nothing_else_that_it_obeys),
        NODE_TEST(without_colour_the_words_are_enough),
        NODE_TEST(a_whole_message_says_what_is_not_real_and_what_is_withheld),
        NODE_TEST(a_message_is_found_by_its_id),
        NODE_TEST(a_replay_is_marked_and_counted),
        NODE_TEST(an_acknowledgement_follows_what_it_answers),
        NODE_TEST(nothing_is_acknowledged_that_is_not_there),
        NODE_TEST(a_trace_tells_each_copy_in_words),
        NODE_TEST(the_status_says_what_needs_attention),
        NODE_TEST(counts_say_how_many_there_were_and_of_nobody),
        NODE_TEST(a_whole_journal_gives_its_checkpoint),
        NODE_TEST(a_long_check_is_asked_for_until_it_is_done),
        NODE_TEST(a_changed_journal_exits_1),
        NODE_TEST(explaining_sends_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
