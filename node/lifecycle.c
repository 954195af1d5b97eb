/* SPDX-License-Identifier: Apache-2.0 */
#include "node/lifecycle.h"

#include <string.h>

#include "node/consent.h"
#include "node/correction.h"
#include "node/desks.h"
#include "node/outbox.h"
#include "node/pending.h"
#include "node/purge.h"
#include "node/raise.h"
#include "node/removal.h"
#include "node/submit.h"
#include "node/vault.h"
#include "node/withdrawal.h"
#include "policy/decide.h"
#include "proto/base/log.h"
#include "proto/schema/api.pb-c.h"

static ProtobufCBinaryData
id_bytes(const struct ent_id *id)
{
    return (ProtobufCBinaryData){
        .data = (uint8_t *)(uintptr_t)id->bytes, .len = sizeof id->bytes};
}

static bool
parse_id(const char *text, struct ent_id *ret_id)
{
    return ent_id_parse(ent_view_text(text), ret_id, NULL) == ENT_OK;
}

static enum node_fate
fate_of_act(Entente__V1__LifecycleAct act)
{
    switch (act) {
    case ENTENTE__V1__LIFECYCLE_ACT__WITHDRAWAL:
        return NODE_FATE_WITHDRAWN;
    case ENTENTE__V1__LIFECYCLE_ACT__RECALL:
        return NODE_FATE_RECALLED;
    default:
        return NODE_FATE_NONE;
    }
}

/* The `index`th thing that a message says of others; false: that was all. */
static bool
saying_at(
    const ent_message *message, size_t index, struct node_saying *ret_saying)
{
    ret_saying->reclassified = NULL;
    if (message->body_case == ENTENTE__V1__MESSAGE__BODY_LIFECYCLE) {
        if (message->lifecycle == NULL) {
            return false;
        }
        ret_saying->fate = fate_of_act(message->lifecycle->act);
        if (message->lifecycle->act ==
            ENTENTE__V1__LIFECYCLE_ACT__RECLASSIFICATION) {
            ret_saying->reclassified = message->lifecycle->reclassified;
        }
        return index == 0 &&
               (ret_saying->fate != NODE_FATE_NONE ||
                   ret_saying->reclassified != NULL) &&
               parse_id(message->lifecycle->message_id, &ret_saying->of);
    }
    ret_saying->fate = message->action == ENTENTE__V1__ACTION__WITHDRAW
                           ? NODE_FATE_WITHDRAWN
                           : NODE_FATE_CORRECTED;
    return (message->action == ENTENTE__V1__ACTION__CORRECT ||
               message->action == ENTENTE__V1__ACTION__WITHDRAW) &&
           index < message->n_references &&
           parse_id(message->references[index]->id, &ret_saying->of);
}

/* ---- at the recipient ---- */

/* Recalled: the key of its message goes, and with it everything the row says
 * of its content. */
static enum ent_status
remove_row(struct node *node, const struct ent_party *sender,
    const struct ent_id *id, node_desk_row *row, struct ent_error *err)
{
    struct ent_digest subject = {{0}};
    enum ent_status rc =
        node_removal_take(node, row->bundle, row->day, row->index, err);

    if (rc == ENT_OK) {
        rc = node_consent_forget(node, sender, id, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    row->deleted_at = node->now_ms;
    row->print = (ProtobufCBinaryData){0};
    row->family = 0;
    row->precedence = 0;
    row->acknowledged_at = 0;
    memcpy(subject.bytes, id->bytes, sizeof id->bytes);
    return node_record(node, ENT_ENTRY_RECALLED, sender, &subject,
        &(struct ent_digest){{0}}, 1, err);
}

enum ent_status
node_lifecycle_settle(struct node *node, const struct ent_party *sender,
    const struct ent_id *id, node_desk_row *row, struct node_settled *said,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_fate_row *fate = NULL;
    enum ent_status rc = node_fate_get(node, sender, id, &fate, err);

    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    if (fate->raised != NULL && fate->raised->by.len == ENT_ID_LEN) {
        said->raise = *fate->raised;
        memcpy(said->raised_by.bytes, fate->raised->by.data, ENT_ID_LEN);
        said->raise.by = id_bytes(&said->raised_by);
        node_raise_settle(node, &said->raise, row);
    }
    if (row->fate >= fate->fate || fate->by.len != ENT_ID_LEN) {
        return ENT_OK;
    }
    row->fate = fate->fate;
    row->fate_at = fate->at;
    memcpy(said->by.bytes, fate->by.data, sizeof said->by.bytes);
    row->fate_by = id_bytes(&said->by);
    row->apply_by = row->fate == NODE_FATE_RECALLED
                        ? 0
                        : node_correction_apply_by(node, row->from);
    if (row->fate >= NODE_FATE_WITHDRAWN) {
        row->acknowledge_by = 0; /* nobody need answer it any more */
        row->reply_by = 0;
    }
    if (row->fate == NODE_FATE_RECALLED && row->deleted_at == 0) {
        rc = remove_row(node, sender, id, row, err);
    }
    return rc;
}

/* If it is on the desk already, its row learns it now. */
static enum ent_status
tell_desk(struct node *node, const struct ent_party *sender,
    const struct ent_id *id, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_seen_row *seen = NULL;
    ENT_AUTO(node_row_free) node_desk_row *row = NULL;
    node_desk_row changed;
    struct node_settled said;
    enum ent_status rc = node_seen_get(node, sender, id, &seen, err);

    if (rc == ENT_NOT_FOUND || (rc == ENT_OK && seen->desk == 0)) {
        return ENT_OK;
    }
    if (rc == ENT_OK) {
        rc = node_desk_get(node, seen->desk, &row, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    changed = *row;
    rc = node_lifecycle_settle(node, sender, id, &changed, &said, err);
    if (rc == ENT_OK && changed.desk != row->desk) {
        rc = node_desks_miss(node, seen->desk, &changed, err);
    }
    return rc != ENT_OK ? rc
                        : node_desk_set(node, seen->desk, row, &changed, err);
}

/* It is raised here, and wherever it went from here. */
static enum ent_status
take_raise(struct node *node, const struct ent_party *sender,
    const struct ent_id *of, const ent_message *message, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_fate_row *fate = NULL;
    enum ent_status rc = node_fate_get(node, sender, of, &fate, err);

    if (rc == ENT_OK) {
        rc = node_raise_record(node, sender, of, fate->raised, err);
    }
    return rc != ENT_OK ? rc
                        : node_raise_pass_on(node, sender, of, message, err);
}

/* Removed is removed: only one that says so too can take its place. */
static bool
keeps_removal(const node_copy_row *row, const Entente__V1__Lifecycle *answer)
{
    return row->fate == NODE_FATE_RECALLED && row->final_at != 0 &&
           row->answer == ENTENTE__V1__LIFECYCLE_ACT__COMPLIED &&
           answer->final_at == NULL;
}

/* What the answer says goes into the row, without owning its strings. */
static void
put_answer(node_copy_row *row, const Entente__V1__Lifecycle *answer,
    const struct ent_id *id, uint64_t now_ms)
{
    bool keeps = keeps_removal(row, answer);

    if (!keeps) {
        row->answer = answer->act;
        row->answer_by = id_bytes(id);
        row->answer_at = now_ms;
        row->final_at = ent_message_time_ms(answer->final_at);
    }
    if (row->deleted_at != 0) {
        return; /* the words are in the answer itself */
    }
    if (!keeps || answer->act == ENTENTE__V1__LIFECYCLE_ACT__ALREADY_USED) {
        row->used_where = answer->used_where;
    }
    if (!keeps || answer->act == ENTENTE__V1__LIFECYCLE_ACT__DECLINED) {
        row->answer_clause = answer->clause;
    }
}

/* An answer of theirs about something of ours. */
static enum ent_status
note_answer(struct node *node, const struct ent_party *sender,
    const ent_message *message, const struct ent_id *id, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    const Entente__V1__Lifecycle *answer = message->lifecycle;
    node_copy_row changed;
    struct ent_id of;
    enum ent_status rc;

    if (message->body_case != ENTENTE__V1__MESSAGE__BODY_LIFECYCLE ||
        answer->act < ENTENTE__V1__LIFECYCLE_ACT__COMPLIED ||
        !parse_id(answer->message_id, &of)) {
        return ENT_OK;
    }
    rc = node_copy_get(node, &of, sender, &row, err);
    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    changed = *row;
    put_answer(&changed, answer, id, node->now_ms);
    node_purge_answered(&changed, message->in_reply_to);
    return node_copy_set(node, &of, sender, row, &changed, err);
}

/* Given again, and answered for by the store that is lost. */
static bool
is_answered(const ent_message *message)
{
    return message->restored != NULL && message->restored->answered_at != NULL;
}

enum ent_status
node_lifecycle_take(struct node *node, const struct ent_address *sender,
    const ent_message *message, const struct ent_id *id, struct ent_error *err)
{
    struct ent_party party;
    struct node_saying saying;
    enum ent_status rc;

    if (message->body_case != ENTENTE__V1__MESSAGE__BODY_LIFECYCLE &&
        !saying_at(message, 0, &saying)) {
        return ENT_OK; /* as most */
    }
    party = ent_address_party(sender);
    rc = note_answer(node, &party, message, id, err);
    for (size_t i = 0; rc == ENT_OK && saying_at(message, i, &saying); i++) {
        struct node_news news;

        rc = node_fate_put(node, &party, &saying, id, &news, err);
        if (rc == ENT_OK && (news.fate || news.raise)) {
            rc = tell_desk(node, &party, &saying.of, err);
        }
        if (rc == ENT_OK && news.raise) {
            rc = take_raise(node, &party, &saying.of, message, err);
        }
        if (rc == ENT_OK && news.fate) {
            rc = node_correction_heard(node, &party, &saying.of, err);
        }
        if (rc == ENT_OK && saying.fate == NODE_FATE_RECALLED &&
            !is_answered(message)) {
            rc = node_removal_answer(node, message, &saying.of, &party, err);
        }
    }
    return rc;
}

bool
node_lifecycle_mends(struct node *node, const struct ent_address *sender,
    const ent_message *message)
{
    for (size_t i = 0; i < message->n_references; i++) {
        ENT_AUTO(node_row_free) node_seen_row *seen = NULL;
        const struct ent_party party = ent_address_party(sender);
        struct ent_id id;

        if (!parse_id(message->references[i]->id, &id) ||
            node_seen_get(node, &party, &id, &seen, NULL) != ENT_OK ||
            seen->desk == 0) {
            return false;
        }
    }
    return ent_message_mends(message);
}

/* ---- at the sender ---- */

/* It may have been sent with a store of this office that is lost: the time of
 * its id says when it was made. */
static bool
may_be_lost(struct node *node, const struct ent_id *of)
{
    uint64_t restore = 0;
    uint64_t made_ms = ent_get_be(of->bytes, 6); /* RFC 9562, 5.7 */

    return node_number_get(node->store, "restore", &restore, NULL) == ENT_OK &&
           made_ms < restore / 1000; /* 0: no store was lost */
}

enum ent_status
node_lifecycle_check(struct node *node, const ent_message *message,
    const struct ent_address *to, struct ent_arena *arena,
    const char **ret_fault, struct ent_error *err)
{
    struct ent_party party = ent_address_party(to);
    struct node_saying saying;
    enum ent_status rc = ENT_OK;

    *ret_fault = NULL;
    for (size_t i = 0; rc == ENT_OK && saying_at(message, i, &saying); i++) {
        ENT_AUTO(node_row_free) node_copy_row *row = NULL;
        char text[ENT_ID_TEXT_LEN + 1];

        rc = node_copy_get(node, &saying.of, &party, &row, err);
        if (rc == ENT_NOT_FOUND && may_be_lost(node, &saying.of)) {
            rc = ENT_OK;
        } else if (rc == ENT_NOT_FOUND ||
                   (rc == ENT_OK && !node_copy_has_left(row))) {
            struct ent_error fault = {0};

            ent_id_format(&saying.of, text);
            (void)ent_fail(&fault, ENT_NOT_FOUND,
                "no message %s was sent from here to %s: only its sender can "
                "correct, withdraw, recall or re-classify it",
                text, to->text);
            *ret_fault = node_text_in(arena, fault.text);
            return ENT_OK;
        }
    }
    return rc;
}

/* Our copy of a message, sealed or still waiting; ENT_NOT_FOUND: deleted. */
static enum ent_status
open_copy(struct node *node, const struct ent_party *to,
    const node_copy_row *row, struct ent_bytes *ret_plain,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__PendingRow *pending = NULL;
    struct node_key key;
    enum ent_status rc;

    if (row->bundle != 0) {
        return node_vault_open(node->store, node->slots, row->bundle, row->day,
            row->index, ret_plain, err);
    }
    key = node_key_pending(row->precedence, to, row->number);
    rc = node_outbox_keep(node, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = node_row_get(node->store, NODE_PENDING, node_key_view(&key),
        &entente__rest__v1__pending_row__descriptor,
        (ProtobufCMessage **)&pending, err);
    return rc != ENT_OK ? rc : node_pending_open(node, pending, ret_plain, err);
}

static void
take_over(ent_message *message, const ent_message *meant)
{
    if (message->mode == 0) {
        message->mode = meant->mode;
    }
    if (message->purpose == 0) {
        message->purpose = meant->purpose;
    }
    if (message->purpose == meant->purpose && message->offence == 0) {
        message->offence = meant->offence;
        message->offence_penalty_months = meant->offence_penalty_months;
    }
    if (message->classification == 0) {
        message->classification = meant->classification;
    }
    if (message->tlp == 0) {
        message->tlp = meant->tlp;
    }
}

/* What is said of a message that nobody here knows any more. */
static const ent_message unknown = {
    .mode = ENTENTE__V1__MODE__ACTUAL,
    .purpose = ENTENTE__V1__PURPOSE__ADMINISTRATION,
    .classification = ENTENTE__V1__CLASSIFICATION__OFFICIAL,
};

enum ent_status
node_lifecycle_fill(struct node *node, ent_message *message, const char *to,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    ENT_AUTO(ent_bytes_free) struct ent_bytes plain = {0};
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    struct ent_address address;
    struct ent_party party;
    struct node_saying saying;
    ent_message *meant;
    enum ent_status rc;

    if (message->body_case != ENTENTE__V1__MESSAGE__BODY_LIFECYCLE ||
        message->lifecycle == NULL || !saying_at(message, 0, &saying) ||
        ent_address_parse(ent_view_text(to), &address, NULL) != ENT_OK) {
        return ENT_OK;
    }
    party = ent_address_party(&address);
    rc = node_copy_get(node, &saying.of, &party, &row, err);
    if (rc == ENT_OK) {
        rc = open_copy(node, &party, row, &plain, err);
    }
    if (rc == ENT_NOT_FOUND && may_be_lost(node, &saying.of)) {
        take_over(message, &unknown);
    }
    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    rc = ent_arena_init(&arena, NODE_MESSAGE_ARENA, err);
    if (rc == ENT_OK) {
        rc = ent_message_decode(ent_bytes_view(&plain), &arena, &meant, err);
    }
    if (rc == ENT_OK) {
        take_over(message, meant);
    }
    return rc;
}

/* Our answer to what they said of something of theirs. */
static enum ent_status
note_applied(struct node *node, const ent_message *message,
    const struct ent_party *to, struct ent_error *err)
{
    struct ent_id of;

    return message->body_case == ENTENTE__V1__MESSAGE__BODY_LIFECYCLE &&
                   message->lifecycle->act >=
                       ENTENTE__V1__LIFECYCLE_ACT__COMPLIED &&
                   parse_id(message->lifecycle->message_id, &of)
               ? node_correction_applied(node, to, &of, err)
               : ENT_OK;
}

/* Our copy is raised, as whoever has the message hears. */
static enum ent_status
say_raise(struct node *node, const struct node_saying *saying,
    const struct ent_id *id, const struct ent_party *to, node_copy_row *row,
    struct ent_error *err)
{
    node_copy_row changed = *row;
    node_raise raise;
    enum ent_status rc;

    if (saying->reclassified == NULL ||
        !node_raise_add(row->raised, saying->reclassified, &raise)) {
        return ENT_OK;
    }
    raise.by = id_bytes(id);
    raise.at = node->now_ms;
    changed.raised = &raise;
    rc = node_copy_set(node, &saying->of, to, row, &changed, err);
    if (rc == ENT_OK && node_raise_unlists(&raise, row->family)) {
        rc = node_raise_unlist(node, &saying->of, err);
    }
    return rc != ENT_OK ? rc
                        : node_raise_record(node, to, &saying->of, &raise, err);
}

enum ent_status
node_lifecycle_said(struct node *node, const ent_message *message,
    const struct ent_id *id, const struct ent_party *to, struct ent_error *err)
{
    struct node_saying saying;
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && saying_at(message, i, &saying); i++) {
        ENT_AUTO(node_row_free) node_copy_row *row = NULL;
        node_copy_row changed;

        if (saying.fate >= NODE_FATE_WITHDRAWN) {
            rc = node_withdrawal_run(node, &saying.of, to, err);
        }
        if (rc == ENT_OK) {
            rc = node_copy_get(node, &saying.of, to, &row, err);
        }
        if (rc == ENT_NOT_FOUND) {
            rc = ENT_OK; /* sent with a store that is lost */
            continue;
        }
        if (rc == ENT_OK) {
            rc = say_raise(node, &saying, id, to, row, err);
        }
        if (rc != ENT_OK) {
            return rc;
        }
        if (row->fate >= (uint32_t)saying.fate) {
            continue;
        }
        changed = *row;
        changed.fate = saying.fate;
        changed.fate_by = id_bytes(id);
        changed.fate_at = node->now_ms;
        if (saying.fate == NODE_FATE_RECALLED) {
            changed.purge_by = node_purge_by(node, row->to);
        }
        rc = node_copy_set(node, &saying.of, to, row, &changed, err);
        if (rc == ENT_OK) {
            rc = node_correction_said(node, &saying.of, err);
        }
    }
    return rc != ENT_OK ? rc : note_applied(node, message, to, err);
}
