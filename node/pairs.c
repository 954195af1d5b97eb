/* SPDX-License-Identifier: Apache-2.0 */
#include "node/pairs.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "node/gate.h"
#include "proto/refusal.h"

#define ROW_CONTEXT "entente pair key v1"

typedef Entente__Rest__V1__PairRow pair_row; /* a generated name */

static struct node_key
key_of(const struct ent_key_id *key_id)
{
    struct node_key key = {.len = sizeof key_id->bytes};

    memcpy(key.bytes, key_id->bytes, sizeof key_id->bytes);
    return key;
}

static ProtobufCBinaryData
data_of(const uint8_t *bytes, size_t len)
{
    return (ProtobufCBinaryData){
        .data = (uint8_t *)(uintptr_t)bytes, .len = len};
}

/* ---- what is agreed ---- */

bool
node_pair_demanded(const struct node *node, const struct ent_address *office,
    struct ent_key_id *ret_key_id, size_t *ret_line)
{
    const struct ent_agreement *agreement =
        node_agreements_with(node->agreements, ent_address_state(office));

    return agreement != NULL && ent_agreement_pair_key(agreement, &node->self,
                                    office, ret_key_id, ret_line);
}

void
node_pair_judge(struct node *node, const struct ent_address *recipient,
    struct ent_decision *decision)
{
    struct ent_key_id key_id;
    size_t line = 0;

    if (!decision->permit ||
        !node_pair_demanded(node, recipient, &key_id, &line) ||
        node_pair_has(node, &key_id)) {
        return;
    }
    ent_decision_refuse(decision, ENT_REFUSAL_NO_PAIR_KEY, "pair_keys", line,
        "what goes to %s is to be sealed with a pair key, which is not here: "
        "import it with `entente pair import`",
        recipient->text);
}

enum node_pair_verdict
node_pair_decide(const struct ent_key_id *demanded,
    const struct ent_label *label, bool same_rules, bool here)
{
    const bool named =
        sodium_is_zero(label->psk_id.bytes, sizeof label->psk_id.bytes) == 0;

    if (named && !here) {
        return NODE_PAIR_MISSING;
    }
    if (demanded == NULL || ent_key_id_equal(demanded, &label->psk_id)) {
        return NODE_PAIR_FINE;
    }
    return same_rules ? NODE_PAIR_REFUSED : NODE_PAIR_LATER;
}

enum node_pair_verdict
node_pair_look(struct node *node, const struct ent_label *label)
{
    const struct ent_address *sender = &label->stream.sender;
    const struct ent_digest ours = node_gate_agreement(node, sender);
    struct ent_key_id demanded;
    size_t line;

    return node_pair_decide(
        node_pair_demanded(node, sender, &demanded, &line) ? &demanded : NULL,
        label, ent_digest_equal(&ours, &label->agreement),
        node_pair_has(node, &label->psk_id));
}

/* ---- what is here ---- */

enum ent_status
node_pair_put(struct node *node, const struct ent_address *office,
    const uint8_t key[static NODE_PAIR_KEY_LEN], struct ent_key_id *ret_key_id,
    struct ent_error *err)
{
    const struct ent_key_id id = ent_key_id_of_symmetric(ENT_KEY_PAIR, key);
    const struct node_key place = key_of(&id);
    pair_row row = ENTENTE__REST__V1__PAIR_ROW__INIT;
    uint8_t nonce[NODE_WRAP_NONCE_LEN];
    uint8_t wrapped[NODE_PAIR_KEY_LEN + NODE_WRAP_OVERHEAD];

    *ret_key_id = id;
    if (node_pair_has(node, &id)) {
        return ENT_OK;
    }
    node_keeper_wrap(node->keeper, ent_view_text(ROW_CONTEXT),
        ent_view_of(key, NODE_PAIR_KEY_LEN), nonce, wrapped);
    row.office = (char *)(uintptr_t)office->text;
    row.nonce = data_of(nonce, sizeof nonce);
    row.key = data_of(wrapped, sizeof wrapped);
    row.at = node->now_ms;
    return node_row_put(
        node->store, NODE_PAIR, node_key_view(&place), &row.base, err);
}

enum ent_status
node_pair_get(struct node *node, const struct ent_key_id *key_id,
    uint8_t ret_key[static NODE_PAIR_KEY_LEN], struct ent_error *err)
{
    ENT_AUTO(node_row_free) pair_row *row = NULL;
    const struct node_key place = key_of(key_id);
    enum ent_status rc = node_row_get(node->store, NODE_PAIR,
        node_key_view(&place), &entente__rest__v1__pair_row__descriptor,
        (ProtobufCMessage **)&row, err);

    return rc != ENT_OK
               ? rc
               : node_keeper_unwrap(node->keeper, ent_view_text(ROW_CONTEXT),
                     ent_view_of(row->nonce.data, row->nonce.len),
                     ent_view_of(row->key.data, row->key.len), ret_key,
                     NODE_PAIR_KEY_LEN, err);
}

bool
node_pair_has(struct node *node, const struct ent_key_id *key_id)
{
    const struct node_key place = key_of(key_id);
    struct ent_view ignored;

    return node_store_get(node->store, NODE_PAIR, node_key_view(&place),
               &ignored, NULL) == ENT_OK;
}

enum ent_status
node_pair_next(struct node *node, struct ent_key_id *key_id, pair_row **ret_row,
    struct ent_error *err)
{
    const struct node_key from = key_of(key_id);
    uint8_t key[NODE_KEY_MAX];
    struct ent_view value;
    enum ent_status rc = node_store_seek(
        node->store, NODE_PAIR, node_key_view(&from), 0, key, &value, err);

    if (rc == ENT_OK) {
        rc = node_row_unpack(value, &entente__rest__v1__pair_row__descriptor,
            (ProtobufCMessage **)ret_row, err);
    }
    if (rc == ENT_OK) {
        memcpy(key_id->bytes, key, sizeof key_id->bytes);
    }
    return rc;
}
