/* SPDX-License-Identifier: Apache-2.0 */
#include "node/emergency.h"

#include <string.h>

#include "node/alarms.h"
#include "node/clock.h"
#include "node/copy.h"
#include "node/duties.h"
#include "node/rest.pb-c.h"
#include "node/submit.h"
#include "proto/base/time.h"

#define LISTED_MAX 64

typedef Entente__Rest__V1__EmergencyRow emergency_row; /* a generated name */

enum act {
    DECLARED = 1,
    ENDED = 2,
    REVIEWED = 3,
};

static bool
parse_id(const char *text, struct ent_id *ret_id)
{
    return ent_id_parse(ent_view_text(text), ret_id, NULL) == ENT_OK;
}

/* ---- rows ---- */

/* Under whose it is, so that an office ends its own and nobody else's. */
static enum ent_status
row_get(struct node *node, const struct ent_party *whose,
    const struct ent_id *id, emergency_row **ret_row, struct ent_error *err)
{
    struct node_key key = node_key_seen(whose, id);

    return node_row_get(node->store, NODE_EMERGENCY, node_key_view(&key),
        &entente__rest__v1__emergency_row__descriptor,
        (ProtobufCMessage **)ret_row, err);
}

static enum ent_status
row_put(struct node *node, const struct ent_party *whose,
    const struct ent_id *id, const emergency_row *row, struct ent_error *err)
{
    struct node_key key = node_key_seen(whose, id);

    return node_row_put(
        node->store, NODE_EMERGENCY, node_key_view(&key), &row->base, err);
}

static enum ent_status
record(struct node *node, const struct ent_party *party,
    const struct ent_id *id, enum act act, struct ent_error *err)
{
    struct ent_digest subject = {{0}};

    memcpy(subject.bytes, id->bytes, sizeof id->bytes);
    return node_record(node, ENT_ENTRY_EMERGENCY, party, &subject,
        &(struct ent_digest){{0}}, (uint32_t)act, err);
}

static const struct ent_agreement *
agreement_with(const struct node *node, const struct ent_address *office)
{
    return node_agreements_with(node->agreements, ent_address_state(office));
}

/* By which its duty is known. */
static uint64_t
number_of(const struct ent_id *id)
{
    return ent_get_be(id->bytes + 8, 8);
}

/* ---- declared and ended ---- */

static enum ent_status
owe_review(struct node *node, const struct ent_id *id, const emergency_row *row,
    struct ent_error *err)
{
    struct node_duty duty = {.kind = NODE_DUTY_REVIEW,
        .number = number_of(id),
        .office = row->office,
        .id = ent_view_of(id->bytes, sizeof id->bytes),
        .due_ms = row->review_by};
    enum ent_status rc =
        node_duty_end(node, NODE_DUTY_REVIEW, duty.number, err);

    return rc != ENT_OK ? rc : node_duty_begin(node, &duty, err);
}

static enum ent_status
tell(struct node *node, const struct ent_address *office,
    const Entente__V1__EmergencyNotice *notice, uint64_t until_ms,
    struct ent_error *err)
{
    char until[ENT_TIME_TEXT_MAX];

    ent_time_format(until_ms, until);
    return node_alarm_raise(node, NODE_ALARM_EMERGENCY, office->text, err,
        "the %.64s of %s has declared an emergency until %s: %.160s",
        notice->role, office->text, until, notice->reason);
}

static enum ent_status
declare(struct node *node, const ent_message *message, const struct ent_id *id,
    const struct ent_address *office, bool ours, struct ent_error *err)
{
    ENT_AUTO(node_row_free) emergency_row *old = NULL;
    const Entente__V1__EmergencyNotice *notice =
        message->agreement_control->emergency;
    const struct ent_agreement *agreement = agreement_with(node, office);
    struct ent_party party = ent_address_party(office);
    const struct ent_party *whose = ours ? &node->party : &party;
    uint64_t until = ent_message_time_ms(notice->until);
    struct ent_agreement_emergency term;
    emergency_row row = ENTENTE__REST__V1__EMERGENCY_ROW__INIT;
    enum ent_status rc = row_get(node, whose, id, &old, err);

    if (agreement == NULL || rc != ENT_NOT_FOUND) {
        return rc == ENT_OK          ? record(node, &party, id, DECLARED, err)
               : rc == ENT_NOT_FOUND ? ENT_OK
                                     : rc;
    }
    term = ent_agreement_emergency(agreement);
    row.office = (char *)(uintptr_t)office->text;
    row.agreement = (char *)(uintptr_t)ent_agreement_name(agreement);
    row.role = notice->role;
    row.reason = notice->reason;
    row.mode = (uint32_t)message->mode;
    row.relaxes = term.may_relax;
    row.declared_at = ent_message_time_ms(message->created_at);
    row.until = until != 0 ? until : row.declared_at + term.length_ms;
    row.review_ms = term.review_ms;
    row.review_by = row.until + term.review_ms;
    rc = row_put(node, whose, id, &row, err);
    if (rc == ENT_OK) {
        rc = record(node, &party, id, DECLARED, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    return ours ? owe_review(node, id, &row, err)
                : tell(node, office, notice, row.until, err);
}

static enum ent_status
end(struct node *node, const ent_message *message,
    const struct ent_address *office, bool ours, struct ent_error *err)
{
    ENT_AUTO(node_row_free) emergency_row *row = NULL;
    struct ent_party party = ent_address_party(office);
    const struct ent_party *whose = ours ? &node->party : &party;
    uint64_t ended_at = ent_message_time_ms(message->created_at);
    struct ent_id id;
    enum ent_status rc = ENT_NOT_FOUND;

    if (parse_id(message->agreement_control->emergency->declaration_id, &id)) {
        rc = row_get(node, whose, &id, &row, err);
    }
    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    rc = record(node, &party, &id, ENDED, err);
    if (rc != ENT_OK || ended_at >= row->until) {
        return rc;
    }
    row->until = ended_at;
    row->review_by = ended_at + row->review_ms;
    rc = row_put(node, whose, &id, row, err);
    return rc != ENT_OK || !ours || row->reviewed_at != 0
               ? rc
               : owe_review(node, &id, row, err);
}

/* That a message passed by relaxed rules: what a review looks at. */
static enum ent_status
record_relaxed(struct node *node, const ent_message *message,
    const struct ent_id *id, const struct ent_party *party, uint32_t relaxed,
    struct ent_error *err)
{
    struct ent_digest subject = {{0}};
    struct ent_digest result = {{0}};
    struct ent_id declaration;

    memcpy(subject.bytes, id->bytes, sizeof id->bytes);
    if (parse_id(message->emergency->id, &declaration)) {
        memcpy(result.bytes, declaration.bytes, sizeof declaration.bytes);
    }
    return node_record(
        node, ENT_ENTRY_RELAXED, party, &subject, &result, relaxed, err);
}

enum ent_status
node_emergency_passed(struct node *node, const ent_message *message,
    const struct ent_id *id, const struct ent_address *office, bool ours,
    uint32_t relaxed, struct ent_error *err)
{
    const Entente__V1__EmergencyNotice *notice = NULL;
    enum ent_status rc = ENT_OK;

    if (relaxed != 0 && message->emergency != NULL) {
        const struct ent_party party = ent_address_party(office);

        rc = record_relaxed(node, message, id, &party, relaxed, err);
    }
    if (message->body_case == ENTENTE__V1__MESSAGE__BODY_AGREEMENT_CONTROL) {
        notice = message->agreement_control->emergency;
    }
    if (rc != ENT_OK || notice == NULL) {
        return rc;
    }
    return notice->declaration_id[0] == '\0'
               ? declare(node, message, id, office, ours, err)
               : end(node, message, office, ours, err);
}

/* ---- does it hold ---- */

bool
node_emergency_holds(struct node *node, const ent_message *message,
    const struct ent_address *recipient, bool first)
{
    ENT_AUTO(node_row_free) emergency_row *row = NULL;
    ENT_AUTO(node_row_free) node_copy_row *copy = NULL;
    struct ent_party party = ent_address_party(recipient);
    struct ent_id id;

    return message->emergency != NULL &&
           parse_id(message->emergency->id, &id) &&
           row_get(node, &node->party, &id, &row, NULL) == ENT_OK &&
           row->mode == (uint32_t)message->mode &&
           (!first || node_clock_latest_ms(node) < row->until) &&
           node_copy_get(node, &id, &party, &copy, NULL) == ENT_OK &&
           node_copy_has_left(copy);
}

bool
node_emergency_is_over(struct node *node, const ent_message *message,
    const struct ent_address *sender)
{
    ENT_AUTO(node_row_free) emergency_row *row = NULL;
    struct ent_party party;
    struct ent_id id;

    if (message->emergency == NULL || !parse_id(message->emergency->id, &id)) {
        return false;
    }
    party = ent_address_party(sender);
    return row_get(node, &party, &id, &row, NULL) == ENT_OK &&
           (row->mode != (uint32_t)message->mode ||
               ent_message_time_ms(message->created_at) > row->until);
}

enum ent_status
node_emergency_fill(struct node *node, ent_message *message,
    struct ent_arena *arena, struct ent_error *err)
{
    ENT_AUTO(node_row_free) emergency_row *row = NULL;
    struct ent_id id;
    enum ent_status rc;

    if (message->emergency == NULL ||
        message->emergency->approved_by[0] != '\0' ||
        !parse_id(message->emergency->id, &id)) {
        return ENT_OK;
    }
    rc = row_get(node, &node->party, &id, &row, err);
    if (rc == ENT_OK) {
        message->emergency->approved_by = node_text_in(arena, row->role);
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

enum ent_status
node_emergency_forget(struct node *node, const struct ent_party *whose,
    const struct ent_id *id, struct ent_error *err)
{
    struct node_key key = node_key_seen(whose, id);

    return node_store_delete(
        node->store, NODE_EMERGENCY, node_key_view(&key), err);
}

/* ---- reviewed ---- */

enum ent_status
node_emergency_review(struct node *node,
    const Entente__V1__ReviewRequest *request, struct ent_error *err)
{
    ENT_AUTO(node_row_free) emergency_row *row = NULL;
    emergency_row changed;
    struct ent_id id;
    enum ent_status rc = ENT_NOT_FOUND;

    if (request->role[0] == '\0' || request->finding[0] == '\0') {
        return ent_fail(err, ENT_BAD_INPUT,
            "a review says who has made it, and what was found");
    }
    if (parse_id(request->id, &id)) {
        rc = row_get(node, &node->party, &id, &row, err);
    }
    if (rc == ENT_NOT_FOUND) {
        return ent_fail(err, ENT_NOT_FOUND,
            "no emergency %.40s was declared here", request->id);
    }
    if (rc == ENT_OK && node->now_ms < row->until) {
        return ent_fail(err, ENT_BAD_INPUT,
            "emergency %.40s is not over: end it first", request->id);
    }
    if (rc != ENT_OK || row->reviewed_at != 0) {
        return rc;
    }
    changed = *row;
    changed.reviewed_at = node->now_ms;
    changed.reviewed_by = request->role;
    changed.finding = request->finding;
    rc = row_put(node, &node->party, &id, &changed, err);
    if (rc == ENT_OK) {
        rc = record(node, &node->party, &id, REVIEWED, err);
    }
    return rc != ENT_OK
               ? rc
               : node_duty_end(node, NODE_DUTY_REVIEW, number_of(&id), err);
}

/* ---- for programs ---- */

static Entente__V1__EmergencyStatus *
status_of(struct node *node, const uint8_t *key, const emergency_row *row,
    struct ent_arena *arena)
{
    Entente__V1__EmergencyStatus *status =
        ent_arena_alloc(arena, sizeof *status);
    char words[128];
    char text[ENT_ID_TEXT_LEN + 1];
    struct ent_id id;

    if (status == NULL) {
        return NULL;
    }
    entente__v1__emergency_status__init(status);
    memcpy(id.bytes, key + sizeof node->party.bytes, sizeof id.bytes);
    ent_id_format(&id, text);
    ent_term_list(&ent_relaxations, row->relaxes, words, sizeof words);
    status->id = node_text_in(arena, text);
    status->ours =
        memcmp(key, node->party.bytes, sizeof node->party.bytes) == 0;
    status->office = node_text_in(arena, row->office);
    status->agreement = node_text_in(arena, row->agreement);
    status->role = node_text_in(arena, row->role);
    status->reason = node_text_in(arena, row->reason);
    status->mode = (Entente__V1__Mode)row->mode;
    status->relaxes = node_text_in(arena, words);
    status->declared_at = row->declared_at;
    status->until = row->until;
    status->over = node->now_ms >= row->until;
    status->review_by = row->review_by;
    status->reviewed_at = row->reviewed_at;
    status->reviewed_by = node_text_in(arena, row->reviewed_by);
    status->finding = node_text_in(arena, row->finding);
    return status;
}

enum ent_status
node_emergency_list(struct node *node, struct ent_arena *arena,
    Entente__V1__EmergencyStatus ***ret_list, size_t *ret_count,
    struct ent_error *err)
{
    struct node_key key = {.len = node_key_len(NODE_EMERGENCY)};
    Entente__V1__EmergencyStatus **list =
        ent_arena_alloc(arena, LISTED_MAX * sizeof(*list));
    size_t count = 0;
    enum ent_status rc = ENT_OK;

    if (list == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "listing emergencies");
    }
    while (rc == ENT_OK && count < LISTED_MAX) {
        ENT_AUTO(node_row_free) emergency_row *row = NULL;
        struct ent_view value;

        rc = node_store_seek(node->store, NODE_EMERGENCY, node_key_view(&key),
            0, key.bytes, &value, err);
        if (rc == ENT_OK) {
            rc = node_row_unpack(value,
                &entente__rest__v1__emergency_row__descriptor,
                (ProtobufCMessage **)&row, err);
        }
        if (rc == ENT_OK) {
            list[count] = status_of(node, key.bytes, row, arena);
            if (list[count++] == NULL) {
                return ent_fail(err, ENT_NO_MEMORY, "listing emergencies");
            }
        }
        if (rc == ENT_OK && !node_key_after(key.bytes, key.len)) {
            break;
        }
    }
    *ret_list = list;
    *ret_count = count;
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}
