/* SPDX-License-Identifier: Apache-2.0 */
/* What a query is answered with, and whether it may be. */
#include <string.h>

#include "node/copy.h"
#include "node/desk.h"
#include "node/gate.h"
#include "node/query_internal.h"
#include "node/submit.h"
#include "node/submit_internal.h"
#include "proto/base/log.h"

#define COMPONENT "query"
#define ROLE "node, automatically"

/* ---- one alert ---- */

/* Ours, or of another office of our state, and nothing that was passed on. */
static bool
is_of_our_state(const struct query_asking *asking,
    const struct node_found *entry, const ent_message *alert)
{
    struct ent_address owner;

    if (alert->origin != NULL) {
        return false;
    }
    return entry->way == NODE_SENT ||
           (ent_address_parse(ent_view_text(entry->office), &owner, NULL) ==
                   ENT_OK &&
               strcmp(ent_address_state(&owner),
                   ent_address_state(&asking->node->self)) == 0);
}

/* Found by a name: born on the same day. One whose day is not known whole is
 * for people to compare. */
static bool
is_the_person(struct query_asking *asking, const ent_message *alert)
{
    const Entente__V1__Person *asked = asking->query->hit_query->person;
    const Entente__V1__Person *known;

    if (alert->body_case != ENTENTE__V1__MESSAGE__BODY_PERSON_ALERT) {
        return true;
    }
    known = alert->person_alert->person;
    if (asked == NULL) {
        return true; /* by a vehicle or a phone of his */
    }
    if (strlen(known->birth_date) != QUERY_WHOLE_DATE_LEN) {
        asking->unsure = true;
        return false;
    }
    return strcmp(known->birth_date, asked->birth_date) == 0;
}

/* What was re-classified since is handled by people. */
static enum ent_status
is_raised(struct node *node, const struct node_found *entry, bool *ret_raised,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_desk_row *row = NULL;
    ENT_AUTO(node_row_free) node_copy_row *copy = NULL;
    struct ent_address to;
    struct ent_party party;
    enum ent_status rc;

    if (entry->way == NODE_CAME) {
        rc = node_desk_get(node, entry->number, &row, err);
        *ret_raised = rc == ENT_OK && row->raised != NULL;
        return rc;
    }
    rc = ent_address_parse(ent_view_text(entry->office), &to, err);
    if (rc == ENT_OK) {
        party = ent_address_party(&to);
        rc = node_copy_get(node, &entry->id, &party, &copy, err);
    }
    *ret_raised = rc == ENT_OK && copy->raised != NULL;
    return rc;
}

/* ---- the answer ---- */

struct answer {
    ent_message message;
    Entente__V1__HitAnswer body;
    Google__Protobuf__Timestamp as_of;
    char alert_id[ENT_ID_TEXT_LEN + 1];
};

static void
begin(const struct query_asking *asking, Entente__V1__CheckResult result,
    struct answer *answer)
{
    const ent_message *query = asking->query;

    entente__v1__message__init(&answer->message);
    entente__v1__hit_answer__init(&answer->body);
    ent_message_time_set(&answer->as_of, asking->node->now_ms);
    answer->message.mode = query->mode;
    answer->message.precedence = query->precedence;
    answer->message.purpose = query->purpose;
    answer->message.offence = query->offence;
    answer->message.offence_penalty_months = query->offence_penalty_months;
    answer->message.classification = query->classification;
    answer->message.tlp = query->tlp;
    answer->message.conversation_id = query->conversation_id;
    answer->message.in_reply_to = query->id;
    answer->message.author_role = (char *)(uintptr_t)ROLE;
    answer->message.body_case = ENTENTE__V1__MESSAGE__BODY_HIT_ANSWER;
    answer->message.hit_answer = &answer->body;
    answer->body.result = result;
    answer->body.as_of = &answer->as_of;
}

/* It is handled as the alert is. */
static void
tell_alert(const struct query_asking *asking, const struct node_found *entry,
    const ent_message *alert, struct answer *answer)
{
    ent_message *message = &answer->message;

    message->tlp = alert->tlp;
    message->handling = alert->handling;
    message->n_handling = alert->n_handling;
    message->safeguards = alert->safeguards;
    message->n_safeguards = alert->n_safeguards;
    message->protected_from = alert->protected_from;
    message->n_protected_from = alert->n_protected_from;
    if (alert->classification > message->classification) {
        message->classification = alert->classification;
    }
    ent_id_format(&entry->id, answer->alert_id);
    answer->body.alert_id = answer->alert_id;
    answer->body.family = (char *)(uintptr_t)node_found_family(entry);
    answer->body.owner =
        (char *)(uintptr_t)(entry->way == NODE_SENT ? asking->node->self.text
                                                    : entry->office);
}

/* Would the answer go there? */
static enum ent_status
may_go(const struct query_asking *asking, struct answer *answer,
    struct ent_arena *arena, bool *ret_may, struct ent_error *err)
{
    struct ent_decision decision;
    enum ent_status rc = node_submit_fill(
        asking->node, &answer->message, asking->asker->text, arena, err);

    if (rc != ENT_OK) {
        return rc;
    }
    node_gate_out(asking->node, &answer->message, asking->asker, &decision);
    *ret_may = decision.permit;
    if (!decision.permit) {
        ent_log(ENT_LOG_INFO, COMPONENT,
            "the node does not answer to=%s query=%s clause=\"%s\" why=\"%s\"",
            asking->asker->text, asking->query->id, decision.clause,
            decision.sentence);
    }
    return ENT_OK;
}

/* May he hear of that alert: an answer about its offence would go to him, or
 * the alert itself? */
static enum ent_status
may_hear(const struct query_asking *asking, const struct node_found *entry,
    const ent_message *alert, struct answer *answer, struct ent_arena *arena,
    bool *ret_may, struct ent_error *err)
{
    ent_message *message = &answer->message;
    struct ent_decision decision;
    enum ent_status rc;

    message->offence = alert->offence;
    message->offence_penalty_months = alert->offence_penalty_months;
    rc = may_go(asking, answer, arena, ret_may, err);
    if (rc != ENT_OK || *ret_may || entry->way != NODE_SENT) {
        return rc;
    }
    node_gate_hold(asking->node, alert, asking->asker, &decision);
    if (!decision.permit) {
        return ENT_OK;
    }
    message->offence = asking->query->offence;
    message->offence_penalty_months = asking->query->offence_penalty_months;
    return may_go(asking, answer, arena, ret_may, err);
}

static enum ent_status
send(const struct query_asking *asking, struct answer *answer,
    struct ent_arena *arena, bool *ret_answered, struct ent_error *err)
{
    Entente__V1__Submission submission = ENTENTE__V1__SUBMISSION__INIT;
    Entente__V1__SubmitResult *result = NULL;
    char *to = (char *)(uintptr_t)asking->asker->text;
    enum ent_status rc;

    answer->message.protected_from = NULL; /* the details are for people */
    answer->message.n_protected_from = 0;
    submission.message = &answer->message;
    submission.to = &to;
    submission.n_to = 1;
    rc = node_submit(
        asking->node, &submission, (struct ent_view){0}, arena, &result, err);
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_answered = result->error[0] == '\0' && result->copies[0]->accepted;
    if (!*ret_answered) {
        ent_log(ENT_LOG_WARN, COMPONENT,
            "a query cannot be answered by the node from=%s why=\"%s%s\"", to,
            result->error,
            result->n_copies > 0 ? result->copies[0]->sentence : "");
    }
    return ENT_OK;
}

static enum ent_status
answer_with(struct query_asking *asking, const struct node_found *entry,
    struct ent_arena *arena, bool *ret_answered, struct ent_error *err)
{
    ent_message *alert = NULL;
    struct answer answer;
    bool raised = false;
    bool may = false;
    enum ent_status rc =
        node_found_open(asking->node, entry, arena, &alert, err);

    if (rc == ENT_NOT_FOUND) {
        asking->unsure = true; /* not sealed yet: not read by the node */
        return ENT_OK;
    }
    if (rc != ENT_OK || !is_of_our_state(asking, entry, alert) ||
        !is_the_person(asking, alert)) {
        return rc;
    }
    rc = is_raised(asking->node, entry, &raised, err);
    if (rc != ENT_OK || raised) {
        asking->unsure = true;
        return rc;
    }
    begin(asking, ENTENTE__V1__CHECK_RESULT__HIT, &answer);
    tell_alert(asking, entry, alert, &answer);
    rc = may_hear(asking, entry, alert, &answer, arena, &may, err);
    if (rc != ENT_OK || !may) {
        return rc;
    }
    rc = send(asking, &answer, arena, ret_answered, err);
    asking->unsure = asking->unsure || !*ret_answered; /* it is a hit */
    return rc;
}

enum ent_status
node_query_answer_hit(
    struct query_asking *asking, bool *ret_answered, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && !*ret_answered && i < asking->hits.count;
         i++) {
        ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};

        rc = ent_arena_init(&arena, 2 * NODE_MESSAGE_ARENA, err);
        if (rc == ENT_OK) {
            rc = answer_with(
                asking, &asking->hits.entries[i], &arena, ret_answered, err);
        }
    }
    return rc;
}

enum ent_status
node_query_answer_no_hit(const struct query_asking *asking, bool *ret_answered,
    struct ent_error *err)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    struct answer answer;
    bool may = false;
    enum ent_status rc = ent_arena_init(&arena, NODE_MESSAGE_ARENA, err);

    begin(asking, ENTENTE__V1__CHECK_RESULT__NO_HIT, &answer);
    if (rc == ENT_OK) {
        rc = may_go(asking, &answer, &arena, &may, err);
    }
    return rc != ENT_OK || !may
               ? rc
               : send(asking, &answer, &arena, ret_answered, err);
}
