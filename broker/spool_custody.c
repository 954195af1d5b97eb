/* SPDX-License-Identifier: Apache-2.0 */
/* What brokers further on have signed for our entries, kept with them for who
 * gave them to us. */
#include <string.h>

#include "broker/spool_internal.h"

/*
 * Two rows in tables of receipts, which look like nothing else there:
 *
 *     RECEIPT  from(16), rank + 128, u64 arrival  -> wire
 *     HASH     from(16), hash of the label(32)    -> signer(16), u64 arrival,
 *                                                    for each
 *
 * `from`, rank and hash are those of the entry.
 */
#define CUSTODY_RANK 128
#define SIGNED_LEN (ENT_PARTY_LEN + 8)

_Static_assert(BROKER_RANKS <= CUSTODY_RANK, "ranks are others'");

static struct spool_key
custody_key(const struct ent_party *to, uint8_t rank, uint64_t arrival)
{
    return broker_row_queue_key(to, (uint8_t)(rank + CUSTODY_RANK), arrival);
}

static struct spool_key
signed_key(const struct broker_entry *entry)
{
    struct spool_key key = {0};

    broker_row_key_add(&key, entry->from.bytes, sizeof entry->from.bytes);
    broker_row_key_add(&key, entry->hash.bytes, sizeof entry->hash.bytes);
    return key;
}

/* Who has signed for it; empty if nobody has, or it cannot be read. */
static enum ent_status
get_signed(struct broker_spool *spool, const struct broker_entry *entry,
    struct ent_view *ret_list, struct ent_error *err)
{
    const struct spool_key key = signed_key(entry);
    enum ent_status rc = broker_row_get(spool, SPOOL_HASH, &key, ret_list, err);

    if (rc == ENT_NOT_FOUND ||
        (rc == ENT_OK && ret_list->len % SIGNED_LEN != 0)) {
        *ret_list = (struct ent_view){0};
        return ENT_OK;
    }
    return rc;
}

static bool
has_signed(struct ent_view list, const struct ent_party *signer)
{
    for (size_t at = 0; at < list.len; at += SIGNED_LEN) {
        if (memcmp(list.data + at, signer->bytes, sizeof signer->bytes) == 0) {
            return true;
        }
    }
    return false;
}

enum ent_status
broker_spool_put_custody(struct broker_spool *spool,
    const struct broker_entry *entry, const struct ent_party *signer,
    struct ent_view wire, struct ent_error *err)
{
    const struct spool_key key =
        custody_key(&entry->from, entry->rank, spool->next_arrival);
    const struct spool_key name = signed_key(entry);
    uint8_t list[ENT_HOPS_MAX * SIGNED_LEN];
    struct ent_view known;
    enum ent_status rc = get_signed(spool, entry, &known, err);

    if (rc != ENT_OK) {
        return rc;
    }
    if (has_signed(known, signer)) {
        return ent_fail(err, ENT_EXISTS, "what it signed is kept already");
    }
    if (known.len + SIGNED_LEN > sizeof list) {
        return ent_fail(err, ENT_BUSY, "more brokers than may be on its way");
    }
    if (known.len > 0) {
        memcpy(list, known.data, known.len);
    }
    memcpy(list + known.len, signer->bytes, sizeof signer->bytes);
    ent_put_be(list + known.len + ENT_PARTY_LEN, spool->next_arrival, 8);
    rc = broker_row_put(spool, SPOOL_RECEIPT, &key, wire, err);
    if (rc == ENT_OK) {
        rc = broker_row_put(spool, SPOOL_HASH, &name,
            ent_view_of(list, known.len + SIGNED_LEN), err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    spool->next_arrival++;
    return ENT_OK;
}

enum ent_status
broker_spool_next_custody(struct broker_spool *spool,
    const struct ent_party *to, uint8_t rank, uint64_t arrival,
    uint64_t *ret_arrival, struct ent_view *ret_wire, struct ent_error *err)
{
    const struct spool_key from = custody_key(to, rank, arrival);
    struct spool_key found;
    enum ent_status rc = broker_row_seek(
        spool, SPOOL_RECEIPT, &from, ENT_PARTY_LEN + 1, &found, ret_wire, err);

    if (rc == ENT_OK) {
        *ret_arrival = ent_get_be(found.bytes + ENT_PARTY_LEN + 1, 8);
    }
    return rc;
}

enum ent_status
broker_row_drop_custodies(struct broker_spool *spool,
    const struct broker_entry *entry, struct ent_error *err)
{
    const struct spool_key name = signed_key(entry);
    uint64_t arrivals[ENT_HOPS_MAX];
    size_t count = 0;
    struct ent_view list;
    enum ent_status rc = get_signed(spool, entry, &list, err);

    if (rc != ENT_OK || list.len == 0) {
        return rc;
    }
    for (size_t at = 0; at < list.len && count < ENT_HOPS_MAX;
         at += SIGNED_LEN) {
        arrivals[count++] = ent_get_be(list.data + at + ENT_PARTY_LEN, 8);
    }
    rc = broker_row_delete(spool, SPOOL_HASH, &name, err);
    for (size_t i = 0; rc == ENT_OK && i < count; i++) {
        const struct spool_key key =
            custody_key(&entry->from, entry->rank, arrivals[i]);

        rc = broker_row_delete(spool, SPOOL_RECEIPT, &key, err);
    }
    return rc;
}
