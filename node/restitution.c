/* SPDX-License-Identifier: Apache-2.0 */
#include "node/restitution.h"

#include <string.h>

#include "node/alarms.h"
#include "node/feed.h"
#include "node/lifecycle.h"
#include "node/pending.h"
#include "node/streams.h"
#include "node/vault.h"
#include "proto/base/log.h"
#include "proto/refusal.h"
#include "proto/schema/api.pb-c.h"

#define COMPONENT "restitution"
#define DEFERRED ENTENTE__V1__PRECEDENCE__DEFERRED
#define GIVEN_COST 8 /* what giving one takes of a budget of looking */

typedef Entente__Rest__V1__RestitutionRow restitution_row; /* generated */

/* One office that is given to. */
struct giving {
    struct ent_party party;
    struct ent_address to;
    restitution_row *row;
};

/* ---- the row ---- */

static enum ent_status
row_get(struct node *node, const struct ent_party *party,
    restitution_row **ret_row, struct ent_error *err)
{
    struct node_key key = node_key_party(party);

    return node_row_get(node->store, NODE_RESTITUTION, node_key_view(&key),
        &entente__rest__v1__restitution_row__descriptor,
        (ProtobufCMessage **)ret_row, err);
}

static enum ent_status
row_put(struct node *node, const struct ent_party *party,
    const restitution_row *row, struct ent_error *err)
{
    struct node_key key = node_key_party(party);

    return node_row_put(
        node->store, NODE_RESTITUTION, node_key_view(&key), &row->base, err);
}

/* ---- the wish ---- */

/* Every store says that it was made: the first of that office that was ever
 * known here took the place of none that had anything from here. */
static bool
has_nothing_before(const struct node_peer *peer)
{
    return peer->first_incarnation != 0 &&
           peer->manifest.restore_incarnation <= peer->first_incarnation;
}

enum ent_status
node_restitution_heed(struct node *node, const struct node_peer *peer,
    struct ent_view wire, struct ent_error *err)
{
    ENT_AUTO(node_row_free) restitution_row *old = NULL;
    restitution_row row = ENTENTE__REST__V1__RESTITUTION_ROW__INIT;
    struct ent_digest digest = ent_digest_of(wire);
    enum ent_status rc;

    if (peer->manifest.restore_incarnation == 0 || has_nothing_before(peer) ||
        !node_peers_trusts(node, &peer->certificate)) {
        return ENT_OK;
    }
    rc = row_get(node, &peer->party, &old, err);
    if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
        return rc;
    }
    if (rc == ENT_OK &&
        peer->manifest.restore_incarnation <= old->incarnation) {
        return ENT_OK; /* heeded before */
    }
    row.to = (char *)(uintptr_t)peer->address.text;
    row.incarnation = peer->manifest.restore_incarnation;
    row.since = peer->manifest.restore_since;
    if (rc == ENT_OK && !old->through && old->since < row.since) {
        row.since = old->since; /* of that, something may still be lacking */
    }
    row.asked_by.data = digest.bytes;
    row.asked_by.len = sizeof digest.bytes;
    row.next = 1;
    row.flying = rc == ENT_OK ? old->flying : 0;
    rc = row_put(node, &peer->party, &row, err);
    return rc != ENT_OK
               ? rc
               : node_errand_put(node, NODE_ERRAND_GIVE,
                     node_store_number_of(node->store, &peer->party), err);
}

/* There is something to give: people know, and the journal does. */
static enum ent_status
tell(struct node *node, struct giving *giving, struct ent_error *err)
{
    struct ent_digest asked_by = {{0}};
    struct ent_digest incarnation = {{0}};
    enum ent_status rc;

    if (giving->row->told) {
        return ENT_OK;
    }
    giving->row->told = true;
    memcpy(asked_by.bytes, giving->row->asked_by.data,
        giving->row->asked_by.len < sizeof asked_by.bytes
            ? giving->row->asked_by.len
            : sizeof asked_by.bytes);
    ent_put_be(incarnation.bytes, giving->row->incarnation, 8);
    rc = node_record(node, ENT_ENTRY_RESTORE_ASKED, &giving->party, &asked_by,
        &incarnation, 0, err);
    return rc != ENT_OK
               ? rc
               : node_alarm_raise(node, NODE_ALARM_RESTORE, giving->to.text,
                     err,
                     "%s says that it lost its store; what it had from here "
                     "and may still have is given to it again: if it did not "
                     "tell you, call it, and if it lost nothing have its key "
                     "revoked",
                     giving->to.text);
}

/* ---- what is given ---- */

/* True when the store that settled it is one of those that are lost. */
static enum ent_status
was_lost(struct node *node, const struct giving *giving,
    const node_copy_row *copy, bool *ret_lost, struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__StreamRow *row = NULL;
    struct ent_stream_id id;
    struct ent_digest stream;
    struct ent_view rest;
    enum ent_status rc;

    *ret_lost = true;
    if (copy->stream.len != sizeof stream.bytes) {
        return ENT_OK;
    }
    memcpy(stream.bytes, copy->stream.data, sizeof stream.bytes);
    rc = node_stream_get(node, NODE_OUTGOING, &stream, &id, &rest, &row, err);
    if (rc == ENT_OK) {
        *ret_lost = id.recipient_incarnation < giving->row->incarnation;
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

/* It was delivered, and both may still have it. */
static bool
may_stay(const struct node *node, const node_copy_row *copy)
{
    return copy->state == ENTENTE__V1__TRACE_STATE__TRACE_DELIVERED &&
           copy->deleted_at == 0 && copy->fate != NODE_FATE_RECALLED &&
           copy->day > node->now_ms / NODE_DAY_MS;
}

/* When its recipient answered for it: a person, or the node to a recall. */
static enum ent_status
answered_at(struct node *node, const struct giving *giving,
    const ent_message *message, const node_copy_row *copy, uint64_t *ret_ms,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_copy_row *meant = NULL;
    struct ent_id id;
    enum ent_status rc;

    *ret_ms = copy->acknowledged_at;
    if (message->body_case != ENTENTE__V1__MESSAGE__BODY_LIFECYCLE ||
        ent_id_parse(ent_view_text(message->lifecycle->message_id), &id,
            NULL) != ENT_OK) {
        return ENT_OK;
    }
    rc = node_copy_get(node, &id, &giving->party, &meant, err);
    if (rc == ENT_OK) {
        *ret_ms = meant->answer_at;
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

/* The message as it was sent, and that it was delivered before. */
static enum ent_status
mark(struct node *node, const struct giving *giving, const struct ent_id *id,
    const node_copy_row *copy, struct ent_view plain,
    struct ent_bytes *ret_wire, struct ent_error *err)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__Restored restored = ENTENTE__V1__RESTORED__INIT;
    Google__Protobuf__Timestamp delivered;
    Google__Protobuf__Timestamp answered;
    uint32_t files[ENT_ATTACHMENTS_MAX];
    uint64_t answered_ms = 0;
    ent_message *message;
    enum ent_status rc = ent_arena_init(&arena, NODE_MESSAGE_ARENA, err);

    if (rc == ENT_OK) {
        rc = ent_message_decode(plain, &arena, &message, err);
    }
    if (rc == ENT_OK) {
        rc = answered_at(node, giving, message, copy, &answered_ms, err);
    }
    if (rc == ENT_OK && copy->fate < NODE_FATE_WITHDRAWN) {
        rc = node_feed_restart(
            node, id, &giving->party, files, &restored.n_files, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    ent_message_time_set(&delivered, copy->settled_at);
    ent_message_time_set(&answered, answered_ms);
    restored.delivered_at = &delivered;
    restored.answered_at = answered_ms == 0 ? NULL : &answered;
    restored.files = files;
    message->restored = &restored;
    return ent_message_encode(message, ret_wire, err);
}

/* A copy of its own for the sealer, under an id of its own. */
static enum ent_status
hand_on(struct node *node, const struct giving *giving, const struct ent_id *of,
    uint64_t day, struct ent_view wire, struct ent_error *err)
{
    node_copy_row copy = ENTENTE__REST__V1__COPY_ROW__INIT;
    struct ent_id id = ent_id_new(node->now_ms);
    enum ent_status rc;

    copy.to = (char *)(uintptr_t)giving->to.text;
    copy.precedence = DEFERRED;
    copy.accepted_at = node->now_ms;
    copy.day = day;
    copy.valid_until = day * NODE_DAY_MS;
    copy.given.data = (uint8_t *)(uintptr_t)of->bytes;
    copy.given.len = sizeof of->bytes;
    rc = node_numbered_new(node, &copy.number, err);
    if (rc == ENT_OK) {
        rc = node_copy_set(node, &id, &giving->party, NULL, &copy, err);
    }
    return rc != ENT_OK ? rc
                        : node_pending_put(node, &id, &giving->to, DEFERRED,
                              copy.number, day, wire, err);
}

/* `ret_given` false: there is nothing to give of it any more. */
static enum ent_status
give(struct node *node, struct giving *giving, const struct ent_id *id,
    const node_copy_row *copy, bool *ret_given, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes plain = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    enum ent_status rc = node_vault_open(node->store, node->slots, copy->bundle,
        copy->day, copy->index, &plain, err);

    *ret_given = false;
    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    rc = tell(node, giving, err);
    if (rc == ENT_OK) {
        rc = mark(node, giving, id, copy, ent_bytes_view(&plain), &wire, err);
    }
    if (rc == ENT_BAD_INPUT) { /* larger than a message may be, so marked */
        ent_log(ENT_LOG_WARN, COMPONENT, "not given again: %s", err->text);
        giving->row->refused++;
        return ENT_OK;
    }
    if (rc == ENT_OK) {
        rc = hand_on(node, giving, id, copy->day, ent_bytes_view(&wire), err);
    }
    if (rc == ENT_OK) {
        *ret_given = true;
        giving->row->flying++;
    }
    return rc;
}

/* ---- one submission after the other ---- */

static enum ent_status
look_at(struct node *node, struct giving *giving,
    const struct node_numbered_copy *place, size_t *budget,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_copy_row *copy = NULL;
    bool lost = false;
    bool given = false;
    enum ent_status rc;

    if (memcmp(&place->to, &giving->party, sizeof place->to) != 0) {
        return ENT_OK;
    }
    rc = node_copy_get(node, &place->id, &giving->party, &copy, err);
    if (rc != ENT_OK || !may_stay(node, copy) ||
        (copy->settled_at < giving->row->since &&
            copy->given_again_at < giving->row->since)) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    rc = was_lost(node, giving, copy, &lost, err);
    if (rc == ENT_OK && lost) {
        rc = give(node, giving, &place->id, copy, &given, err);
        *budget -= *budget < GIVEN_COST ? *budget : GIVEN_COST;
    }
    return rc;
}

static void
say_if_done(const struct giving *giving)
{
    if (giving->row->through && giving->row->flying == 0 && giving->row->told) {
        ent_log(ENT_LOG_INFO, COMPONENT,
            "given again peer=%s messages=%llu "
            "refused=%llu",
            giving->to.text, (unsigned long long)giving->row->given,
            (unsigned long long)giving->row->refused);
    }
}

static enum ent_status
walk(struct node *node, struct giving *giving, size_t *budget,
    struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    while (rc == ENT_OK && *budget > 0 &&
           giving->row->flying < NODE_RESTITUTION_WINDOW) {
        uint64_t number = giving->row->next;
        struct node_numbered_copy place;

        rc = node_numbered_next(node, &number, &place, err);
        if (rc == ENT_NOT_FOUND) {
            giving->row->through = true;
            say_if_done(giving);
            return node_errand_delete(node, NODE_ERRAND_GIVE,
                node_store_number_of(node->store, &giving->party), err);
        }
        if (rc == ENT_OK) {
            giving->row->next = number + 1;
            (*budget)--;
            rc = look_at(node, giving, &place, budget, err);
        }
    }
    return rc;
}

enum ent_status
node_restitution_run(
    struct node *node, uint64_t number, size_t *budget, struct ent_error *err)
{
    struct node_key key = {.len = node_key_len(NODE_RESTITUTION)};
    struct giving giving = {0};
    enum ent_status rc = ENT_OK;

    if (node->clock_doubt) {
        return ENT_OK; /* who knows what may still be kept */
    }
    while (rc == ENT_OK) {
        ENT_AUTO(node_row_free) restitution_row *row = NULL;
        struct ent_view value;

        rc = node_store_seek(node->store, NODE_RESTITUTION, node_key_view(&key),
            0, giving.party.bytes, &value, err);
        key = node_key_party(&giving.party);
        (void)node_key_after(key.bytes, key.len);
        if (rc == ENT_OK &&
            node_store_number_of(node->store, &giving.party) != number) {
            continue;
        }
        if (rc == ENT_OK) {
            rc = node_row_unpack(value,
                &entente__rest__v1__restitution_row__descriptor,
                (ProtobufCMessage **)&row, err);
        }
        if (rc == ENT_OK) {
            rc = ent_address_parse(ent_view_text(row->to), &giving.to, err);
        }
        giving.row = row;
        if (rc == ENT_OK && !row->through) {
            rc = walk(node, &giving, budget, err);
        }
        if (rc == ENT_OK) {
            rc = row_put(node, &giving.party, row, err);
        }
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

enum ent_status
node_restitution_stands(struct node *node, const ent_message *message,
    const struct ent_party *to, bool *ret_stands, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_copy_row *copy = NULL;
    struct ent_id id;
    enum ent_status rc = ENT_NOT_FOUND;

    *ret_stands = false;
    if (ent_id_parse(ent_view_text(message->id), &id, NULL) == ENT_OK) {
        rc = node_copy_get(node, &id, to, &copy, err);
    }
    if (rc == ENT_OK) {
        *ret_stands = may_stay(node, copy);
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

/* ---- what comes back ---- */

/* It has it again: so says its copy, and the journal. */
static enum ent_status
note_given(struct node *node, struct giving *giving, const struct ent_id *id,
    const node_copy_row *copy, struct ent_error *err)
{
    struct ent_digest subject = {{0}};
    node_copy_row changed = *copy;
    enum ent_status rc;

    giving->row->given++;
    changed.given_again_at = node->now_ms;
    rc = node_copy_set(node, id, &giving->party, copy, &changed, err);
    if (rc == ENT_OK) {
        rc = node_feed_again(node, id, &giving->party, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    memcpy(subject.bytes, id->bytes, sizeof id->bytes);
    return node_record(node, ENT_ENTRY_GIVEN_AGAIN, &giving->party, &subject,
        &(struct ent_digest){{0}}, 1, err);
}

static enum ent_status
settle(struct node *node, struct giving *giving, const struct ent_id *id,
    const node_copy_row *given, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_copy_row *copy = NULL;
    bool again = false;
    enum ent_status rc = node_copy_get(node, id, &giving->party, &copy, err);

    if (rc == ENT_OK &&
        given->state == ENTENTE__V1__TRACE_STATE__TRACE_DELIVERED) {
        return note_given(node, giving, id, copy, err);
    }
    if (rc == ENT_OK && may_stay(node, copy) &&
        given->state == ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED) {
        return give(node, giving, id, copy, &again, err);
    }
    giving->row->refused++;
    ent_log(ENT_LOG_WARN, COMPONENT, "not taken again peer=%s reason=%s",
        giving->to.text, ent_refusal_name(given->reason));
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

enum ent_status
node_restitution_settle(struct node *node, const struct ent_party *to,
    const node_copy_row *given, struct ent_error *err)
{
    ENT_AUTO(node_row_free) restitution_row *row = NULL;
    struct giving giving = {.party = *to};
    struct ent_id id;
    enum ent_status rc = row_get(node, to, &row, err);

    if (rc != ENT_OK || given->given.len != sizeof id.bytes) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    node->errands_due = true;
    memcpy(id.bytes, given->given.data, sizeof id.bytes);
    giving.row = row;
    row->flying -= row->flying > 0;
    rc = ent_address_parse(ent_view_text(row->to), &giving.to, err);
    if (rc == ENT_OK) {
        rc = settle(node, &giving, &id, given, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    say_if_done(&giving);
    return row_put(node, to, row, err);
}
