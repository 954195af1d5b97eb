/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/node_answers.h"

#include "proto/base/time.h"

const char alert_json[] =
    "{\"to\": \"blo-tachileik@mm\", \"purpose\": \"THREAT_TO_LIFE\",\n"
    " \"hotlineAlert\": {\"what\": \"DRUGS\", \"action\": \"STOP\"}}\n";

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

/* An alert with a poisoned text. */
static void
fill_alert(Entente__V1__InboxItem *item)
{
    static Entente__V1__Message alert;
    static Entente__V1__HotlineAlert hotline;
    static Entente__V1__Location where;
    static Entente__V1__Withheld withheld;
    static Entente__V1__Withheld *withheld_list[] = {&withheld};

    entente__v1__inbox_item__init(item);
    item->sequence = 1;
    item->id = (char *)ALERT_ID;
    item->from = (char *)"blo-tachileik@mm";
    item->family = (char *)"hotline_alert";
    item->precedence = ENTENTE__V1__PRECEDENCE__FLASH;
    item->received_at = UINT64_C(1763805605000);
    item->acknowledge_by = ent_time_now_ms() + 240500;
    item->clause = (char *)"5.1";
    item->message = &alert;
    entente__v1__message__init(&alert);
    entente__v1__hotline_alert__init(&hotline);
    entente__v1__location__init(&where);
    entente__v1__withheld__init(&withheld);
    alert.id = item->id;
    alert.from = item->from;
    alert.to = (char *)"blo-maesai@th";
    alert.mode = ENTENTE__V1__MODE__EXERCISE;
    alert.precedence = item->precedence;
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
}

/* A test that is late. */
static void
fill_radio_check(Entente__V1__InboxItem *item)
{
    static Entente__V1__Message radio;
    static Entente__V1__Test test;

    entente__v1__inbox_item__init(item);
    item->sequence = 2;
    item->id = (char *)TEST_ID;
    item->from = (char *)"ncc@mm";
    item->family = (char *)"test";
    item->precedence = ENTENTE__V1__PRECEDENCE__ROUTINE;
    item->received_at = UINT64_C(1763805606000);
    item->acknowledge_by = ent_time_now_ms() - 180500;
    item->out_of_order_missing = 3;
    item->message = &radio;
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
    fill_alert(&items[0]);
    fill_radio_check(&items[1]);
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

/* A copy that two brokers have taken, one after the other. */
static void
fill_in_custody(Entente__V1__TraceCopy *copy)
{
    static Entente__V1__TraceCustody custodies[2];
    static Entente__V1__TraceCustody *custody_list[2];

    copy->to = (char *)"ncc@kh";
    copy->state = ENTENTE__V1__TRACE_STATE__TRACE_IN_CUSTODY;
    copy->custody_by = (char *)"broker-bangkok@th";
    copy->custody_at = UINT64_C(1763805602000);
    for (size_t i = 0; i < 2; i++) {
        entente__v1__trace_custody__init(&custodies[i]);
        custody_list[i] = &custodies[i];
    }
    custodies[0].by = (char *)"broker-bangkok@th";
    custodies[0].at = UINT64_C(1763805601000);
    custodies[1].by = (char *)"broker-phnompenh@kh";
    custodies[1].at = UINT64_C(1763805602000);
    copy->custodies = custody_list;
    copy->n_custodies = 2;
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
    fill_in_custody(&copies[1]);
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

/* Two pages of one each. */
static void
answer_list_uses(
    const Entente__V1__ListUsesRequest *request, Entente__V1__ApiReply *reply)
{
    static const uint8_t place[] = {7};
    static Entente__V1__ListUsesReply uses;
    static Entente__V1__ListUse use;
    static Entente__V1__ListUse *list[] = {&use};
    static Entente__V1__PurposeUse purposes[2];
    static Entente__V1__PurposeUse *purpose_list[] = {
        &purposes[0], &purposes[1]};
    const bool first = request->place.len == 0;

    entente__v1__list_uses_reply__init(&uses);
    entente__v1__list_use__init(&use);
    entente__v1__purpose_use__init(&purposes[0]);
    entente__v1__purpose_use__init(&purposes[1]);
    purposes[0].asked = 3;
    purposes[1].purpose = ENTENTE__V1__PURPOSE__BORDER_DECISION;
    purposes[1].asked = 12;
    use.hour = UINT64_C(1763805600000);
    use.user = UINT64_MAX;
    use.role = (char *)(first ? "clerk 7" : "clerk 8");
    use.asked = 15;
    use.purposes = purpose_list;
    use.n_purposes = 2;
    uses.uses = list;
    uses.n_uses = 1;
    uses.next.data = (uint8_t *)(uintptr_t)place;
    uses.next.len = first ? sizeof place : 0;
    reply->reply_case = ENTENTE__V1__API_REPLY__REPLY_LIST_USES;
    reply->list_uses = &uses;
}

/* 40 seizures: kilograms were told of all, litres of three. */
static void
answer_census_of_seizures(Entente__V1__ApiReply *reply)
{
    static Entente__V1__CensusReply census;
    static Entente__V1__StatisticsCell values;
    static Entente__V1__CensusCell cell;
    static Entente__V1__CensusAmount amounts[2];
    static Entente__V1__CensusAmount *amount_list[] = {
        &amounts[0], &amounts[1]};
    static Entente__V1__CensusCell *list[] = {&cell};

    entente__v1__census_reply__init(&census);
    entente__v1__statistics_cell__init(&values);
    entente__v1__census_cell__init(&cell);
    values.substance = ENTENTE__V1__DRUG__METH_CRYSTAL;
    values.count = 40;
    for (size_t i = 0; i < 2; i++) {
        entente__v1__census_amount__init(&amounts[i]);
        amounts[i].millionths = 2500000;
        amounts[i].unit = i == 0 ? ENTENTE__V1__DRUG_UNIT__KILOGRAM
                                 : ENTENTE__V1__DRUG_UNIT__LITRE;
        amounts[i].cases = i == 0 ? 40 : 3;
    }
    cell.cell = &values;
    cell.amounts = amount_list;
    cell.n_amounts = 2;
    census.cells = list;
    census.n_cells = 1;
    reply->reply_case = ENTENTE__V1__API_REPLY__REPLY_CENSUS;
    reply->census = &census;
}

/* In two slices: 12 and 20 of KHM, and 3 of LAO. */
static void
answer_census(
    const Entente__V1__CensusRequest *request, Entente__V1__ApiReply *reply)
{
    static const uint8_t place = 1;
    static Entente__V1__CensusReply census;
    static Entente__V1__StatisticsCell values[3];
    static Entente__V1__CensusCell cells[3];
    static Entente__V1__CensusCell *list[] = {&cells[0], &cells[1], &cells[2]};
    static const char *const origins[] = {"KHM", "LAO", "KHM"};
    static const uint64_t counts[] = {12, 3, 20};

    if (request->what == ENTENTE__V1__COUNTED__SEIZURES_MADE) {
        answer_census_of_seizures(reply);
        return;
    }
    entente__v1__census_reply__init(&census);
    for (size_t i = 0; i < 3; i++) {
        entente__v1__statistics_cell__init(&values[i]);
        entente__v1__census_cell__init(&cells[i]);
        values[i].origin = (char *)(uintptr_t)origins[i];
        values[i].count = counts[i];
        cells[i].cell = &values[i];
    }
    census.cells = request->place.len == 0 ? list : list + 2;
    census.n_cells = request->place.len == 0 ? 2 : 1;
    census.next.data = (uint8_t *)(uintptr_t)&place;
    census.next.len = request->place.len == 0 ? 1 : 0;
    reply->reply_case = ENTENTE__V1__API_REPLY__REPLY_CENSUS;
    reply->census = &census;
}

void
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

enum fake_deed
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
    case ENTENTE__V1__API_REQUEST__REQUEST_LIST_USES:
        answer_list_uses(request->list_uses, reply);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_CENSUS:
        answer_census(request->census, reply);
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
