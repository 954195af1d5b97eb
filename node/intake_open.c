/* SPDX-License-Identifier: Apache-2.0 */
/* What is in a bundle: opened, judged one by one, and kept. */
#include "node/intake_internal.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/intake.h"
#include "node/pairs.h"
#include "node/unsealer.h"
#include "proto/base/log.h"
#include "proto/refusal.h"
#include "proto/schema/delivery.pb-c.h"

#define COMPONENT "intake"

enum ent_status
node_intake_secrets(struct node *node, const struct ent_label *label,
    struct ent_bundle_secrets *ret_secrets, bool *ret_gone,
    struct ent_error *err)
{
    uint8_t pair[NODE_PAIR_KEY_LEN];
    const uint8_t *psk = NULL;
    struct ent_ecdh ecdh;
    enum ent_status rc =
        node_slots_ecdh(node->slots, &label->sealing_key_id, &ecdh, err);

    *ret_gone = rc == ENT_NOT_FOUND;
    if (rc != ENT_OK) {
        return ENT_OK;
    }
    if (node_pair_has(node, &label->psk_id)) {
        rc = node_pair_get(node, &label->psk_id, pair, err);
        if (rc != ENT_OK) {
            return rc;
        }
        psk = pair;
    }
    rc = ent_seal_receive(label, &ecdh, psk, ret_secrets, err);
    sodium_memzero(pair, sizeof pair);
    if (rc != ENT_OK) {
        /* Authentic, and yet nothing can be opened: refuse each message. */
        ent_log(
            ENT_LOG_WARN, COMPONENT, "a bundle does not open: %s", err->text);
        randombytes_buf(ret_secrets, sizeof *ret_secrets);
    }
    return ENT_OK;
}

/* What another thread did with these very bytes under these secrets. */
static struct node_unsealed *
opened_ahead(const struct node *node, const struct ent_bundle *bundle,
    const struct ent_bundle_secrets *secrets)
{
    struct node_unsealer_job *job = node->ahead;

    return job != NULL && job->is_verified &&
                   job->bundle.body.data == bundle->body.data &&
                   job->bundle.label_wire.data == bundle->label_wire.data &&
                   sodium_memcmp(
                       &job->unsealed.secrets, secrets, sizeof *secrets) == 0
               ? &job->unsealed
               : NULL;
}

static enum ent_status
open_all(struct node *node, struct node_arrival *arrival,
    const struct ent_bundle_secrets *secrets, struct ent_error *err)
{
    const struct ent_bundle *bundle = arrival->bundle;
    enum ent_status rc = ENT_OK;

    arrival->unsealed = opened_ahead(node, bundle, secrets);
    if (arrival->unsealed == NULL) {
        arrival->unsealed = &arrival->own;
        rc = node_unsealed_begin(arrival->unsealed, bundle, secrets, err);
    }
    for (uint32_t i = 0; rc == ENT_OK && i < bundle->label.count; i++) {
        arrival->opened = i + 1;
        rc = node_opening_run(
            node, arrival->unsealed, i, &arrival->openings[i], err);
    }
    return rc;
}

/* All in it alike, and nothing is opened. */
static void
settle_all(struct node_arrival *arrival, uint32_t code, uint32_t reason,
    const char *clause)
{
    for (uint32_t i = 0; i < arrival->bundle->label.count; i++) {
        struct node_opening *opening = &arrival->openings[i];

        *opening = (struct node_opening){
            .outcome = {.index = i, .code = code, .reason = reason}};
        (void)snprintf(opening->outcome.clause, sizeof opening->outcome.clause,
            "%s", clause);
    }
    arrival->opened = arrival->bundle->label.count;
}

static enum ent_status
settle(struct node *node, struct node_arrival *arrival,
    const struct ent_bundle_secrets *secrets, struct ent_error *err)
{
    const struct ent_label *label = &arrival->bundle->label;

    if (node->now_ms >= label->expires_at) {
        settle_all(arrival, ENTENTE__V1__OUTCOME_CODE__EXPIRED,
            ENT_REFUSAL_EXPIRED, "");
        return ENT_OK;
    }
    if (node_pair_look(node, label) == NODE_PAIR_REFUSED) {
        settle_all(arrival, ENTENTE__V1__OUTCOME_CODE__REFUSED,
            ENT_REFUSAL_PAIR_KEY, "pair_keys"); /* agreed, and not used */
        return ENT_OK;
    }
    return open_all(node, arrival, secrets, err);
}

static void
wipe(struct node_arrival *arrival)
{
    for (uint32_t i = 0; i < arrival->opened; i++) {
        ent_bytes_free(&arrival->openings[i].blinds);
    }
    sodium_memzero(
        arrival->openings, arrival->opened * sizeof *arrival->openings);
    free(arrival->openings);
    arrival->openings = NULL;
    arrival->opened = 0;
    node_unsealed_fini(&arrival->own);
}

/* There is space for it. */
static enum ent_status
open_and_keep(struct node *node, struct node_arrival *arrival,
    const struct ent_bundle_secrets *secrets, struct ent_error *err)
{
    const struct ent_label *label = &arrival->bundle->label;
    enum ent_status rc;

    arrival->openings =
        reallocarray(NULL, label->count, sizeof *arrival->openings);
    arrival->opened = 0;
    if (arrival->openings == NULL) {
        return ent_fail(
            err, ENT_NO_MEMORY, "opening %u messages", label->count);
    }
    rc = settle(node, arrival, secrets, err);
    if (rc == ENT_OK) {
        rc = node_peers_incarnation(
            node, arrival->peer, label->stream.sender_incarnation, err);
    }
    if (rc == ENT_OK) {
        rc = node_intake_keep(node, arrival, secrets, err);
    }
    wipe(arrival);
    return rc;
}

enum ent_status
node_intake_take(
    struct node *node, struct node_arrival *arrival, struct ent_error *err)
{
    struct ent_bundle_secrets secrets;
    uint32_t refusal = 0;
    bool gone = false;
    enum ent_status rc = node_intake_secrets(
        node, &arrival->bundle->label, &secrets, &gone, err);

    if (rc == ENT_OK && gone) {
        return node_intake_answer(node, arrival,
            ENTENTE__V1__ANSWER_CODE__RESEAL, ENT_REFUSAL_SEALING_KEY_GONE,
            err);
    }
    if (rc == ENT_OK) {
        rc = node_intake_room(node, arrival, &secrets, &refusal, err);
    }
    if (rc == ENT_OK && refusal != 0) {
        rc = node_intake_answer(
            node, arrival, ENTENTE__V1__ANSWER_CODE__NOT_YET, refusal, err);
    } else if (rc == ENT_OK) {
        rc = open_and_keep(node, arrival, &secrets, err);
    }
    ent_bundle_secrets_wipe(&secrets);
    return rc;
}
