/* SPDX-License-Identifier: Apache-2.0 */
#include "node/receipts.h"

#include <stdlib.h>
#include <string.h>

#include "node/carry.h"
#include "node/gate.h"
#include "node/lifetime.h"
#include "node/revocations.h"
#include "node/streams.h"
#include "node/uplink.h"
#include "proto/schema/delivery.pb-c.h"

#define SEALED_MAX ((size_t)128 * 1024) /* of all answers in one receipt */

/* The receipt that a stream will get at the end of the turn. */
struct node_answers {
    struct node_answers *next;
    struct ent_stream_id stream;
    struct ent_answer list[ENT_ANSWERS_MAX];
    struct ent_bytes sealed[ENT_ANSWERS_MAX];
    size_t sealed_len;
    size_t count;
    uint64_t from;     /* the neighbours that brought what it answers */
    bool by_file;      /* one at least of what it answers was carried here */
    uint64_t until_ms; /* the last of them is asked for */
};

static void
answers_free(struct node_answers *answers)
{
    for (size_t i = 0; i < answers->count; i++) {
        ent_bytes_free(&answers->sealed[i]);
    }
    free(answers);
}

void
node_receipts_forget(struct node *node)
{
    while (node->answers != NULL) {
        struct node_answers *answers = node->answers;

        node->answers = answers->next;
        answers_free(answers);
    }
}

static bool
is_final(const struct ent_answer *answer)
{
    return answer->code == ENTENTE__V1__ANSWER_CODE__SETTLED ||
           answer->code == ENTENTE__V1__ANSWER_CODE__SKIPPED;
}

/* The open receipt of `stream`, or a new one. NULL: no memory. */
static struct node_answers *
open_for(struct node *node, const struct ent_stream_id *stream, size_t len)
{
    struct node_answers **at = &node->answers;

    while (*at != NULL) {
        struct node_answers *answers = *at;

        if (answers->count < ENT_ANSWERS_MAX &&
            answers->sealed_len + len <= SEALED_MAX &&
            ent_stream_id_equal(&answers->stream, stream)) {
            return answers;
        }
        at = &answers->next;
    }
    *at = calloc(1, sizeof **at);
    if (*at != NULL) {
        (*at)->stream = *stream;
    }
    return *at;
}

enum ent_status
node_receipts_add(struct node *node, const struct ent_stream_id *stream,
    const struct ent_answer *answer, struct ent_bytes *sealed,
    uint64_t until_ms, struct ent_error *err)
{
    struct node_answers *answers = open_for(node, stream, sealed->len);

    if (answers == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "collecting answers");
    }
    answers->list[answers->count] = *answer;
    answers->list[answers->count].sealed = ent_bytes_view(sealed);
    answers->sealed[answers->count] = *sealed;
    answers->sealed_len += sealed->len;
    answers->count++;
    answers->from |= node->from;
    answers->by_file |= node->by_file;
    if (until_ms > answers->until_ms) {
        answers->until_ms = until_ms;
    }
    *sealed = (struct ent_bytes){0};
    return ENT_OK;
}

const struct ent_answer *
node_receipts_answer(
    const struct node *node, const struct ent_stream_id *stream, uint64_t first)
{
    for (const struct node_answers *answers = node->answers; answers != NULL;
         answers = answers->next) {
        if (!ent_stream_id_equal(&answers->stream, stream)) {
            continue;
        }
        for (size_t i = answers->count; i > 0; i--) {
            if (answers->list[i - 1].first == first) {
                return &answers->list[i - 1];
            }
        }
    }
    return NULL;
}

enum ent_status
node_receipts_has(struct node *node, const struct ent_stream_id *stream,
    uint64_t first, bool *ret_has, struct ent_error *err)
{
    struct ent_digest genesis = ent_chain_genesis(stream);
    struct node_key key = node_key_stream(&genesis, first);
    struct ent_view value;
    enum ent_status rc = node_store_get(
        node->store, NODE_ANSWER, node_key_view(&key), &value, err);

    *ret_has = rc == ENT_OK;
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

/* A receipt goes back the way the bundle came. What came by no neighbour's hand
 * is answered on every way. */
static enum ent_status
queue(struct node *node, const struct ent_stream_id *stream, uint64_t from,
    struct ent_view wire, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    uint64_t via =
        from != 0 ? from : node_uplink_toward(node->uplink, &stream->sender);
    enum ent_status rc = ent_bytes_copy(wire, &payload, err);

    if (rc != ENT_OK) {
        return rc;
    }
    return node_effects_frame(&node->effects, via,
        ent_precedence_is_urgent(stream->precedence), ENT_FRAME_RECEIPT,
        &payload, NULL, err);
}

enum ent_status
node_receipts_sign_anew(const struct node *node, struct ent_view wire,
    struct ent_bytes *ret_wire, struct ent_error *err)
{
    const struct ent_signer *signer = node_keeper_signer(node->keeper);
    struct ent_signatures signatures;
    struct ent_view payload;
    struct ent_receipt *receipt;
    enum ent_status rc;

    rc = ent_signed_decode(wire, &payload, &signatures, err);
    if (rc != ENT_OK) {
        return rc;
    }
    receipt = calloc(1, sizeof *receipt);
    if (receipt == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "signing a receipt anew");
    }
    rc = ent_receipt_peek(wire, receipt, err);
    if (rc == ENT_OK &&
        (!ent_key_id_equal(&signatures.list[0].key_id, &signer->key_id) ||
            ent_certificate_check_time(
                &node->certificate, receipt->issued_at, NULL) != ENT_OK)) {
        receipt->issued_at = node->now_ms;
        rc = ent_receipt_make(receipt, signer, ret_wire, err);
    }
    free(receipt);
    return rc;
}

enum ent_status
node_receipts_again(struct node *node, const struct ent_stream_id *stream,
    uint64_t first, const struct ent_digest *label_hash, struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__AnswerRow *row = NULL;
    ENT_AUTO(ent_bytes_free) struct ent_bytes anew = {0};
    struct ent_digest genesis = ent_chain_genesis(stream);
    struct node_key key = node_key_stream(&genesis, first);
    struct ent_view wire;
    bool same;
    enum ent_status rc;

    rc = node_row_get(node->store, NODE_ANSWER, node_key_view(&key),
        &entente__rest__v1__answer_row__descriptor, (ProtobufCMessage **)&row,
        err);
    if (rc == ENT_NOT_FOUND &&
        node_receipts_answer(node, stream, first) != NULL) {
        return ENT_OK; /* it leaves at the end of this turn */
    }
    if (rc != ENT_OK) {
        return rc;
    }
    same = row->label_hash.len == ENT_DIGEST_LEN &&
           memcmp(row->label_hash.data, label_hash->bytes, ENT_DIGEST_LEN) == 0;
    key = node_key_u64(row->receipt);
    rc = node_store_get(
        node->store, NODE_RECEIPT, node_key_view(&key), &wire, err);
    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc; /* it is in this turn's */
    }
    rc = node_receipts_sign_anew(node, wire, &anew, err);
    if (rc == ENT_OK && anew.len > 0) {
        wire = ent_bytes_view(&anew);
        rc = node_store_put(
            node->store, NODE_RECEIPT, node_key_view(&key), wire, err);
    }
    if (rc == ENT_OK) {
        rc = queue(node, stream, node->from, wire, err);
    }
    if (rc == ENT_OK && node->by_file) {
        rc = node_carry_keep(node, stream, first, wire, true, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    return same
               ? ENT_OK
               : ent_fail(err, ENT_EXISTS, "another label stands at place %llu",
                     (unsigned long long)first);
}

enum ent_status
node_receipts_label(struct node *node, const struct ent_digest *stream,
    uint64_t first, struct ent_digest *ret_label_hash, struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__AnswerRow *row = NULL;
    struct node_key key = node_key_stream(stream, first);
    enum ent_status rc = node_row_get(node->store, NODE_ANSWER,
        node_key_view(&key), &entente__rest__v1__answer_row__descriptor,
        (ProtobufCMessage **)&row, err);

    if (rc == ENT_OK && row->label_hash.len == ENT_DIGEST_LEN) {
        memcpy(ret_label_hash->bytes, row->label_hash.data, ENT_DIGEST_LEN);
    }
    return rc;
}

enum ent_status
node_receipts_find(struct node *node, const struct ent_digest *stream,
    uint64_t first, struct ent_view *ret_wire, struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__AnswerRow *row = NULL;
    struct node_key key = node_key_stream(stream, first);
    enum ent_status rc = node_row_get(node->store, NODE_ANSWER,
        node_key_view(&key), &entente__rest__v1__answer_row__descriptor,
        (ProtobufCMessage **)&row, err);

    if (rc != ENT_OK) {
        return rc;
    }
    key = node_key_u64(row->receipt);
    return node_store_get(
        node->store, NODE_RECEIPT, node_key_view(&key), ret_wire, err);
}

/* Remember which receipt answered which bundle. */
static enum ent_status
index_answers(struct node *node, const struct node_answers *answers,
    uint64_t number, struct ent_error *err)
{
    struct ent_digest genesis = ent_chain_genesis(&answers->stream);
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < answers->count; i++) {
        const struct ent_answer *answer = &answers->list[i];
        Entente__Rest__V1__AnswerRow row = ENTENTE__REST__V1__ANSWER_ROW__INIT;
        struct node_key key = node_key_stream(&genesis, answer->first);

        if (is_final(answer)) {
            row.receipt = number;
            row.label_hash.data =
                (uint8_t *)(uintptr_t)answer->label_hash.bytes;
            row.label_hash.len = ENT_DIGEST_LEN;
            rc = node_row_put(
                node->store, NODE_ANSWER, node_key_view(&key), &row.base, err);
        }
    }
    return rc;
}

static bool
has_final(const struct node_answers *answers)
{
    for (size_t i = 0; i < answers->count; i++) {
        if (is_final(&answers->list[i])) {
            return true;
        }
    }
    return false;
}

/* Where the stream stands now, in words of a receipt. */
static enum ent_status
describe(struct node *node, const struct ent_stream_id *stream,
    struct ent_receipt *receipt, struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__StreamRow *row = NULL;
    struct ent_digest genesis = ent_chain_genesis(stream);
    struct ent_incoming incoming;
    struct ent_stream_id id;
    struct ent_view rest;
    enum ent_status rc;

    rc = node_stream_get(node, NODE_INCOMING, &genesis, &id, &rest, &row, err);
    if (rc == ENT_NOT_FOUND) {
        ent_incoming_init(stream, &incoming);
    } else if (rc == ENT_OK) {
        rc = ent_incoming_decode(rest, &incoming, err);
    }
    if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
        return rc;
    }
    ent_incoming_describe(&incoming, receipt);
    return ENT_OK;
}

static enum ent_status
keep(struct node *node, const struct node_answers *answers,
    struct ent_view wire, struct ent_error *err)
{
    struct ent_party party = ent_address_party(&answers->stream.sender);
    struct ent_digest digest = ent_digest_of(wire);
    struct node_key key;
    uint64_t number;
    enum ent_status rc = node_number_next(node->store, "receipt", &number, err);

    if (rc == ENT_OK) {
        key = node_key_u64(number);
        rc = node_store_put(
            node->store, NODE_RECEIPT, node_key_view(&key), wire, err);
    }
    if (rc == ENT_OK) {
        rc = index_answers(node, answers, number, err);
    }
    if (rc == ENT_OK) {
        rc = node_lifetime_put(
            node->store, NODE_LIFE_RECEIPT, number, answers->until_ms, err);
    }
    if (rc == ENT_OK) {
        rc = node_record(node, NODE_ENTRY_RECEIPT_OUT, &party, &digest,
            &(struct ent_digest){{0}}, (uint32_t)answers->count, err);
    }
    return rc;
}

static enum ent_status
flush_one(struct node *node, const struct node_answers *answers,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_receipt *receipt = calloc(1, sizeof *receipt);
    const struct ent_address *sender = &answers->stream.sender;
    enum ent_status rc;

    if (receipt == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "making a receipt");
    }
    receipt->stream = answers->stream;
    receipt->issued_at = node->now_ms;
    receipt->agreement = node_gate_agreement(node, sender);
    receipt->revocation =
        node_revocations_digest(node, ent_address_state(sender));
    receipt->answer_count = answers->count;
    memcpy(receipt->answers, answers->list,
        answers->count * sizeof answers->list[0]);
    rc = describe(node, &answers->stream, receipt, err);
    if (rc == ENT_OK) {
        rc = ent_receipt_make(
            receipt, node_keeper_signer(node->keeper), &wire, err);
    }
    free(receipt);
    if (rc == ENT_OK && has_final(answers)) {
        rc = keep(node, answers, ent_bytes_view(&wire), err);
    } else if (rc == ENT_OK && answers->by_file) {
        rc = node_carry_keep(node, &answers->stream, answers->list[0].first,
            ent_bytes_view(&wire), false, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    return queue(
        node, &answers->stream, answers->from, ent_bytes_view(&wire), err);
}

enum ent_status
node_receipts_flush(struct node *node, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (const struct node_answers *answers = node->answers;
         answers != NULL && rc == ENT_OK; answers = answers->next) {
        rc = flush_one(node, answers, err);
    }
    node_receipts_forget(node);
    return rc;
}

/* The answer at that place, unless a later receipt gave it again. */
static enum ent_status
prune_answer(struct node *node, const struct ent_digest *genesis,
    uint64_t first, uint64_t number, struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__AnswerRow *row = NULL;
    struct node_key key = node_key_stream(genesis, first);
    enum ent_status rc = node_row_get(node->store, NODE_ANSWER,
        node_key_view(&key), &entente__rest__v1__answer_row__descriptor,
        (ProtobufCMessage **)&row, err);

    if (rc != ENT_OK || row->receipt != number) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    return node_store_delete(
        node->store, NODE_ANSWER, node_key_view(&key), err);
}

enum ent_status
node_receipts_prune(struct node *node, uint64_t number, struct ent_error *err)
{
    struct node_key key = node_key_u64(number);
    struct ent_receipt *receipt;
    struct ent_digest genesis;
    struct ent_view wire;
    enum ent_status rc = node_store_get(
        node->store, NODE_RECEIPT, node_key_view(&key), &wire, err);

    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    receipt = calloc(1, sizeof *receipt);
    if (receipt == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "reading a receipt");
    }
    rc = ent_receipt_peek(wire, receipt, err);
    genesis = ent_chain_genesis(&receipt->stream);
    for (size_t i = 0; rc == ENT_OK && i < receipt->answer_count; i++) {
        rc = prune_answer(
            node, &genesis, receipt->answers[i].first, number, err);
    }
    free(receipt);
    return rc != ENT_OK ? rc
                        : node_store_delete(node->store, NODE_RECEIPT,
                              node_key_view(&key), err);
}
