/* SPDX-License-Identifier: Apache-2.0 */
#include "node/node.h"

#include "node/api.h"
#include "node/asked.h"
#include "node/authorities.h"
#include "node/outbox.h"
#include "node/receipts.h"
#include "node/renewal.h"
#include "node/uplink.h"
#include "proto/base/log.h"
#include "proto/base/time.h"

#define COMPONENT "node"

enum ent_status
node_record(struct node *node, enum ent_entry_kind kind,
    const struct ent_party *party, const struct ent_digest *subject,
    const struct ent_digest *result, uint32_t count, struct ent_error *err)
{
    struct ent_entry entry = {
        .kind = kind,
        .count = count,
        .at_ms = node->now_ms,
        .subject = *subject,
        .result = *result,
        .party = *party,
    };

    return node_journal_append(node->journal, node->store, &entry, err);
}

/* ---- a turn ---- */

#define DUE_BYTES_MAX ((size_t)16 * 1024 * 1024)

static void
let_out(struct node *node, struct node_effects *effects)
{
    for (size_t i = 0; i < effects->count; i++) {
        struct node_effect *effect = &effects->list[i];

        if (effect->kind == NODE_EFFECT_REPLY) {
            node_api_send(node->api, effect);
        } else if (!node->rolled_back) {
            node_uplink_send(node->uplink, effect);
        }
    }
    node_effects_clear(effects);
}

/* What this turn said of ourselves is said for good. */
static void
keep_self(struct node *node)
{
    ent_bytes_free(&node->before.manifest_wire);
    node->before.manifest_changed = false;
    node_agreements_free(&node->before.agreements);
    node_renewal_keep(node);
}

static void
take_back_self(struct node *node)
{
    node_renewal_take_back(node);
    node_authorities_forget(node);
    if (node->before.agreements != NULL) {
        node_agreements_free(&node->agreements);
        node->agreements = node->before.agreements;
        node->before.agreements = NULL;
        node->recheck_due = true;
    }
    node->clock_doubt = node->before.clock_doubt;
    node->incarnation = node->before.incarnation;
    node->manifest_sequence = node->before.manifest_sequence;
    node->tally = node->before.tally;
    node_outcomes_clear(&node->outcomes);
    node_numbered_clear(&node->numbered);
    node_seen_clear(&node->seen);
    node_known_take_back(&node->known);
    if (node->before.manifest_changed) {
        ent_bytes_free(&node->manifest_wire);
        node->manifest_wire = node->before.manifest_wire;
        node->before.manifest_wire = (struct ent_bytes){0};
        node->before.manifest_changed = false;
    }
}

/* Nothing of this turn has happened; who asked in it is told why. */
static void
take_back(struct node *node, const char *why)
{
    node_store_abort(node->store);
    if (node->journal != NULL) {
        node_journal_take_back(node->journal);
    }
    take_back_self(node);
    node_asked_take_back(node);
    node_outbox_forget(node->outbox);
    node->errands_due = true; /* whatever that turn did of it */
    node->reckon_due = true;
    node_receipts_forget(node);
    node_heads_forget(&node->heads);
    node_uplink_take_back(node->uplink, &node->effects);
    node_effects_clear(&node->effects);
    if (node->api != NULL) {
        node_api_take_back(node, why);
        let_out(node, &node->effects);
    }
}

enum ent_status
node_turn_begin(struct node *node, uint64_t now_ms, struct ent_error *err)
{
    node->now_ms = now_ms;
    node->before.clock_doubt = node->clock_doubt;
    node->before.incarnation = node->incarnation;
    node->before.manifest_sequence = node->manifest_sequence;
    node->before.tally = node->tally;
    node_opened_expire(node_store_opened(node->store), now_ms);
    if (node->api != NULL) {
        node_api_begin(node->api);
    }
    return node_store_begin(node->store, err);
}

/* The store knows how many key slots there are, so that a file that was cut
 * short is not taken for keys that were destroyed. */
static enum ent_status
note_slots(struct node *node, struct ent_error *err)
{
    uint64_t count = node_slots_count(node->slots);

    return count == node->slots_noted
               ? ENT_OK
               : node_number_set(node->store, "slots", count, err);
}

static enum ent_status
note_tally(struct node *node, struct ent_error *err)
{
    return node_tally_equal(&node->tally, &node->before.tally)
               ? ENT_OK
               : node_tally_save(node->store, &node->tally, err);
}

/* What memory has of it goes to the store. */
static enum ent_status
flush(struct node *node, struct ent_error *err)
{
    enum ent_status rc = node_outbox_keep(node, err);

    if (rc == ENT_OK) {
        rc = node_receipts_flush(node, err);
    }
    if (rc == ENT_OK) {
        rc = node_uplink_settle_up(node, err);
    }
    if (rc == ENT_OK) {
        rc = note_slots(node, err);
    }
    if (rc == ENT_OK) {
        rc = node_numbered_flush(node, err);
    }
    if (rc == ENT_OK) {
        rc = node_seen_flush(node, err);
    }
    if (rc == ENT_OK) {
        rc = node_known_flush(node, err);
    }
    if (rc == ENT_OK) {
        rc = note_tally(node, err);
    }
    return rc;
}

/* What changes something commits behind what is on its way; and what waits for
 * that is bounded. */
static bool
has_to_wait(const struct node *node)
{
    return node_store_has_changed(node->store) ||
           node->due.bytes + node->effects.bytes > DUE_BYTES_MAX;
}

static enum ent_status
commit(struct node *node, struct ent_error *err)
{
    enum ent_status rc =
        has_to_wait(node) ? node_turn_finish(node, err) : ENT_OK;

    if (rc == ENT_OK) {
        rc = node_effects_reserve(&node->due, node->effects.count, err);
    }
    return rc != ENT_OK ? rc : node_store_commit_ahead(node->store, err);
}

/* Those before it are told first that theirs is done. */
static enum ent_status
fail(struct node *node, enum ent_status rc, struct ent_error *err)
{
    struct ent_error worse = {0};

    if (node_turn_finish(node, &worse) != ENT_OK && rc != ENT_IO) {
        rc = ENT_IO;
        *err = worse;
    }
    take_back(node, err->text);
    return rc;
}

enum ent_status
node_turn_end_ahead(
    struct node *node, enum ent_status rc, struct ent_error *err)
{
    if (rc == ENT_OK) {
        rc = flush(node, err);
    }
    if (rc == ENT_OK) {
        rc = commit(node, err);
    }
    if (rc != ENT_OK) {
        return fail(node, rc, err);
    }
    node->slots_noted = node_slots_count(node->slots);
    node_journal_keep(node->journal);
    node_asked_keep(node);
    keep_self(node);
    node_effects_join(&node->due, &node->effects);
    return node_store_is_going(node->store) ? ENT_OK
                                            : node_turn_finish(node, err);
}

enum ent_status
node_turn_end(struct node *node, enum ent_status rc, struct ent_error *err)
{
    rc = node_turn_end_ahead(node, rc, err);
    return rc != ENT_OK ? rc : node_turn_finish(node, err);
}

enum ent_status
node_turn_finish(struct node *node, struct ent_error *err)
{
    enum ent_status rc = node_store_finish(node->store, err);

    if (rc == ENT_OK) {
        let_out(node, &node->due);
    }
    return rc;
}

enum ent_status
node_turn_let_out(struct node *node, struct ent_error *err)
{
    return node_store_is_done(node->store) ? node_turn_finish(node, err)
                                           : ENT_OK;
}
