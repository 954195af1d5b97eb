/* SPDX-License-Identifier: Apache-2.0 */
#include "node/raise.h"

#include <assert.h>
#include <string.h>

#include "node/alarms.h"
#include "node/consent.h"
#include "node/gate.h"
#include "node/submit.h"
#include "node/submit_internal.h"
#include "proto/refusal.h"

#define ROLE "node, automatically"
#define REASON "Its originator has re-classified what was passed on."

typedef Entente__V1__Reclassification case_now; /* a generated name */

static_assert(
    (int)ENTENTE__V1__DESK__DESK_PROTECTION == (int)ENT_DESK_PROTECTION,
    "desks have the same numbers in messages and in agreements");

/* ---- what is raised ---- */

static uint32_t
bit(int value)
{
    return UINT32_C(1) << ((uint32_t)value & 31);
}

static uint32_t
handling_of(const case_now *said)
{
    uint32_t bits = 0;

    for (size_t i = 0; i < said->n_handling; i++) {
        bits |= bit((int)said->handling[i]);
    }
    return bits;
}

static uint32_t
safeguards_of(const case_now *said)
{
    uint32_t bits = 0;

    for (size_t i = 0; i < said->n_safeguards; i++) {
        bits |= bit((int)said->safeguards[i]);
    }
    return bits;
}

/* TLP counts down from RED, and 0 says nothing. */
static uint32_t
narrower(uint32_t one, uint32_t other)
{
    return one == 0 || (other != 0 && other < one) ? other : one;
}

static uint32_t
higher(uint32_t one, uint32_t other)
{
    return one > other ? one : other;
}

bool
node_raise_add(
    const node_raise *held, const case_now *said, node_raise *ret_raise)
{
    node_raise raise = ENTENTE__REST__V1__RAISE__INIT;
    const node_raise none = raise;

    if (held == NULL) {
        held = &none;
    } else {
        raise = *held;
    }
    raise.handling |= handling_of(said);
    raise.safeguards |= safeguards_of(said);
    raise.tlp = narrower(held->tlp, (uint32_t)said->tlp);
    raise.classification =
        higher(held->classification, (uint32_t)said->classification);
    raise.desk = held->desk != 0 ? held->desk : (uint32_t)said->desk;
    if (held->offence != ENTENTE__V1__OFFENCE__TRAFFICKING_IN_PERSONS) {
        /* nothing is graver here: that one stays */
        raise.offence = (uint32_t)said->offence;
    }
    *ret_raise = raise;
    return raise.handling != held->handling ||
           raise.safeguards != held->safeguards || raise.tlp != held->tlp ||
           raise.classification != held->classification ||
           raise.desk != held->desk || raise.offence != held->offence;
}

bool
node_raise_unlists(const node_raise *raise, uint32_t family)
{
    return (raise->safeguards &
               bit(ENTENTE__V1__SAFEGUARD__PRESUMED_TIP_VICTIM)) != 0 &&
           (family == ENTENTE__V1__MESSAGE__BODY_PERSON_ALERT ||
               family == ENTENTE__V1__MESSAGE__BODY_DOCUMENT_ALERT);
}

enum ent_status
node_raise_unlist(
    struct node *node, const struct ent_id *id, struct ent_error *err)
{
    struct ent_party to = {{0}};

    for (;;) {
        ENT_AUTO(node_row_free) node_copy_row *row = NULL;
        node_copy_row changed;
        enum ent_status rc = node_copy_next(node, id, &to, &row, err);

        if (rc == ENT_OK && row->listed_until != 0) {
            changed = *row;
            changed.listed_until = 0;
            rc = node_copy_set(node, id, &to, row, &changed, err);
        }
        if (rc != ENT_OK || !node_key_after(to.bytes, sizeof to.bytes)) {
            return rc == ENT_NOT_FOUND ? ENT_OK : rc;
        }
    }
}

void
node_raise_settle(
    const struct node *node, const node_raise *raise, node_desk_row *row)
{
    const struct ent_agreement *agreement =
        node_agreements_with_office(node->agreements, row->from);
    const char *marking =
        agreement == NULL || raise->classification == 0
            ? NULL
            : ent_agreement_marking(agreement, ent_address_state(&node->self),
                  raise->classification);

    row->raised = (node_raise *)(uintptr_t)raise;
    row->desk = row->desk != 0 ? row->desk : raise->desk;
    if (node_raise_unlists(raise, row->family)) {
        row->listed_until = 0;
    }
    if (marking != NULL) {
        row->marking = (char *)(uintptr_t)marking;
    }
    if ((raise->handling & bit(ENTENTE__V1__HANDLING__H1)) != 0) {
        row->court_by_consent = true;
    }
}

enum ent_status
node_raise_record(struct node *node, const struct ent_party *party,
    const struct ent_id *of, const node_raise *raise, struct ent_error *err)
{
    struct ent_digest subject = {{0}};
    struct ent_digest result = {{0}};

    memcpy(subject.bytes, of->bytes, sizeof of->bytes);
    if (raise->by.len <= sizeof result.bytes) {
        memcpy(result.bytes, raise->by.data, raise->by.len);
    }
    return node_record(node, ENT_ENTRY_RECLASSIFIED, party, &subject, &result,
        raise->offence, err);
}

/* ---- those who have it from here ---- */

/* The message that tells them; everything in it is borrowed. */
struct telling {
    ent_message message;
    Entente__V1__Lifecycle body;
    Google__Protobuf__Timestamp at;
    char of[ENT_ID_TEXT_LEN + 1];
};

static void
begin(const struct node *node, const ent_message *heard,
    const struct ent_id *of, struct telling *telling)
{
    google__protobuf__timestamp__init(&telling->at);
    telling->at.seconds = (int64_t)(node->now_ms / 1000);
    entente__v1__lifecycle__init(&telling->body);
    ent_id_format(of, telling->of);
    telling->body.message_id = telling->of;
    telling->body.act = ENTENTE__V1__LIFECYCLE_ACT__RECLASSIFICATION;
    telling->body.at = &telling->at;
    telling->body.role = (char *)(uintptr_t)ROLE;
    telling->body.reason = (char *)(uintptr_t)REASON;
    telling->body.reclassified = heard->lifecycle->reclassified;
    entente__v1__message__init(&telling->message);
    telling->message.precedence = heard->precedence;
    telling->message.body_case = ENTENTE__V1__MESSAGE__BODY_LIFECYCLE;
    telling->message.lifecycle = &telling->body;
}

/* Agreements often let such messages pass as administration, whatever they are
 * about. */
static enum ent_status
choose_purpose(struct node *node, ent_message *message, const char *to,
    struct ent_arena *arena, struct ent_error *err)
{
    struct ent_decision decision;
    struct ent_address address;
    enum ent_status rc = ent_address_parse(ent_view_text(to), &address, err);

    if (rc == ENT_OK) {
        rc = node_submit_fill(node, message, to, arena, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    node_gate_out(node, message, &address, &decision);
    if (!decision.permit && decision.reason == ENT_REFUSAL_PURPOSE_NOT_AGREED) {
        message->purpose = ENTENTE__V1__PURPOSE__ADMINISTRATION;
    }
    return ENT_OK;
}

static enum ent_status
tell(struct node *node, const ent_message *heard, const struct ent_id *of,
    char *to, struct ent_error *err)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__Submission submission = ENTENTE__V1__SUBMISSION__INIT;
    Entente__V1__SubmitResult *result = NULL;
    struct telling telling;
    enum ent_status rc = ent_arena_init(&arena, NODE_MESSAGE_ARENA, err);

    begin(node, heard, of, &telling);
    if (rc == ENT_OK) {
        rc = choose_purpose(node, &telling.message, to, &arena, err);
    }
    submission.message = &telling.message;
    submission.to = &to;
    submission.n_to = 1;
    if (rc == ENT_OK) {
        rc = node_submit(
            node, &submission, (struct ent_view){0}, &arena, &result, err);
    }
    if (rc != ENT_OK ||
        (result->error[0] == '\0' && result->copies[0]->accepted)) {
        return rc;
    }
    return node_alarm_raise(node, NODE_ALARM_OVERDUE, to, err,
        "message %s went to %s from here and is re-classified since, and that "
        "cannot be said by the node: tell them (%s%s)",
        telling.of, to, result->error,
        result->n_copies > 0 ? result->copies[0]->sentence : "");
}

/* Everybody to whom message `of` of ours went, and who was told less; a
 * node_consent_visit. */
static enum ent_status
tell_all(struct node *node, const struct ent_id *of, const void *context,
    struct ent_error *err)
{
    const ent_message *heard = context;
    struct ent_party to = {{0}};

    for (;;) {
        ENT_AUTO(node_row_free) node_copy_row *row = NULL;
        node_raise raise;
        enum ent_status rc = node_copy_next(node, of, &to, &row, err);

        if (rc == ENT_OK && node_copy_has_left(row) &&
            node_raise_add(
                row->raised, heard->lifecycle->reclassified, &raise)) {
            rc = tell(node, heard, of, row->to, err);
        }
        if (rc != ENT_OK || !node_key_after(to.bytes, sizeof to.bytes)) {
            return rc == ENT_NOT_FOUND ? ENT_OK : rc;
        }
    }
}

enum ent_status
node_raise_pass_on(struct node *node, const struct ent_party *sender,
    const struct ent_id *of, const ent_message *message, struct ent_error *err)
{
    return node_consent_passed(node, sender, of, tell_all, message, err);
}

/* ---- what says something of it ---- */

/* The values of an enumeration that are given, and those whose bits are set. */
static int *
join(const int *given, size_t *count, uint32_t bits, struct ent_arena *arena)
{
    int *list = ent_arena_alloc(arena, (*count + 32) * sizeof *list);

    for (size_t i = 0; list != NULL && i < *count; i++) {
        list[i] = given[i];
        bits &= ~bit(given[i]);
    }
    for (int value = 1; list != NULL && value < 32; value++) {
        if ((bits >> value & 1) != 0) {
            list[(*count)++] = value;
        }
    }
    return list;
}

enum ent_status
node_raise_mark(const node_raise *raise, ent_message *message,
    struct ent_arena *arena, struct ent_error *err)
{
    int *handling = join((const int *)message->handling, &message->n_handling,
        raise->handling, arena);
    int *safeguards = join((const int *)message->safeguards,
        &message->n_safeguards, raise->safeguards, arena);

    if (handling == NULL || safeguards == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "raising what is passed on");
    }
    message->handling = (Entente__V1__Handling *)handling;
    message->safeguards = (Entente__V1__Safeguard *)safeguards;
    message->tlp =
        (Entente__V1__Tlp)narrower((uint32_t)message->tlp, raise->tlp);
    message->classification = (Entente__V1__Classification)higher(
        (uint32_t)message->classification, raise->classification);
    return ENT_OK;
}

/* ---- for programs ---- */

Entente__V1__Reclassified *
node_raise_tell(const node_raise *raise, struct ent_arena *arena)
{
    Entente__V1__Reclassified *told = ent_arena_alloc(arena, sizeof *told);
    case_now *as = ent_arena_alloc(arena, sizeof *as);

    if (raise == NULL || told == NULL || as == NULL) {
        return NULL;
    }
    entente__v1__reclassified__init(told);
    entente__v1__reclassification__init(as);
    as->offence = (Entente__V1__Offence)raise->offence;
    as->handling = (Entente__V1__Handling *)join(
        NULL, &as->n_handling, raise->handling, arena);
    as->tlp = (Entente__V1__Tlp)raise->tlp;
    as->classification = (Entente__V1__Classification)raise->classification;
    as->safeguards = (Entente__V1__Safeguard *)join(
        NULL, &as->n_safeguards, raise->safeguards, arena);
    as->desk = (Entente__V1__Desk)raise->desk;
    if (as->handling == NULL || as->safeguards == NULL) {
        return NULL;
    }
    told->as = as;
    told->by = node_id_in(arena, &raise->by);
    told->at = raise->at;
    return told;
}
