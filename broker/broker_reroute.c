/* SPDX-License-Identifier: Apache-2.0 */
/* What waits here, brought to where it goes now: an office may be served here
 * that was behind a neighbour, or behind another one. */
#include <inttypes.h>

#include "broker/broker_internal.h"
#include "proto/base/log.h"

/* Where it goes now; NULL: where it is, or nowhere better. It never goes back
 * to who gave it to us. */
static const struct ent_party *
way_of(const struct broker *broker, const struct ent_address *address,
    const struct ent_party *to, const struct ent_party *from)
{
    const size_t number = broker_registry_toward(broker->registry, address);
    const struct ent_party *party;

    if (address->text[0] == '\0' || number == BROKER_NOBODY) {
        return NULL;
    }
    party = &broker_registry_at(broker->registry, number)->party;
    return broker_party_equal(party, to) ||
                   (from != NULL && broker_party_equal(party, from))
               ? NULL
               : party;
}

static enum ent_status
reroute_entries(struct broker *broker, uint64_t *moved, struct ent_error *err)
{
    struct broker_entry entry;
    enum ent_status rc =
        broker_spool_next_entry(broker->spool, NULL, &entry, err);

    while (rc == ENT_OK) {
        const struct ent_party *way =
            way_of(broker, &entry.recipient, &entry.to, &entry.from);

        if (way != NULL) {
            rc = broker_spool_move(broker->spool, &entry, way, err);
            (*moved)++;
        }
        if (rc == ENT_OK) {
            rc = broker_spool_next_entry(broker->spool, &entry, &entry, err);
        }
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

static enum ent_status
reroute_receipts(struct broker *broker, uint64_t *moved, struct ent_error *err)
{
    struct broker_receipt row;
    enum ent_status rc =
        broker_spool_each_receipt(broker->spool, NULL, &row, err);

    while (rc == ENT_OK) {
        const struct ent_party *way = NULL;
        struct ent_receipt receipt;

        if (ent_receipt_peek(row.wire, &receipt, NULL) == ENT_OK) {
            way = way_of(broker, &receipt.stream.sender, &row.to, NULL);
        }
        if (way != NULL) {
            rc = broker_spool_move_receipt(broker->spool, &row, way, err);
            (*moved)++;
        }
        if (rc == ENT_OK) {
            rc = broker_spool_each_receipt(broker->spool, &row, &row, err);
        }
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

enum ent_status
broker_reroute(struct broker *broker, struct ent_error *err)
{
    uint64_t moved = 0;
    enum ent_status rc = broker_spool_begin(broker->spool, true, err);

    if (rc != ENT_OK) {
        return rc;
    }
    rc = reroute_entries(broker, &moved, err);
    if (rc == ENT_OK) {
        rc = reroute_receipts(broker, &moved, err);
    }
    if (rc == ENT_OK) {
        rc = broker_spool_commit(broker->spool, err);
    }
    broker_spool_abort(broker->spool);
    if (rc == ENT_FULL) {
        ent_log(ENT_LOG_ERROR, COMPONENT,
            "the store is full: what waits is not brought to where it goes "
            "now");
        return ENT_OK;
    }
    if (rc != ENT_OK || moved == 0) {
        return rc;
    }
    ent_log(
        ENT_LOG_INFO, COMPONENT, "goes another way now count=%" PRIu64, moved);
    for (size_t i = 0; i < broker->line_count; i++) {
        for (uint8_t rank = 0; rank < BROKER_RANKS; rank++) {
            broker_walk_again(&broker->lines[i].peer.bundles[rank]);
            broker_walk_again(&broker->lines[i].peer.receipts[rank]);
        }
    }
    return ENT_OK;
}
