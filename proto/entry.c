/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/entry.h"

#include <string.h>

#define ENTRY_VERSION 1

#define AT_KIND 1
#define AT_COUNT 4
#define AT_SEQUENCE 8
#define AT_TIME 16
#define AT_SUBJECT 24
#define AT_RESULT 56
#define AT_PARTY 88

void
ent_entry_encode(
    const struct ent_entry *entry, uint8_t out[static ENT_ENTRY_LEN])
{
    memset(out, 0, ENT_ENTRY_LEN);
    out[0] = ENTRY_VERSION;
    out[AT_KIND] = (uint8_t)entry->kind;
    ent_put_be(out + AT_COUNT, entry->count, 4);
    ent_put_be(out + AT_SEQUENCE, entry->sequence, 8);
    ent_put_be(out + AT_TIME, entry->at_ms, 8);
    memcpy(out + AT_SUBJECT, entry->subject.bytes, ENT_DIGEST_LEN);
    memcpy(out + AT_RESULT, entry->result.bytes, ENT_DIGEST_LEN);
    memcpy(out + AT_PARTY, entry->party.bytes, ENT_PARTY_LEN);
}

enum ent_status
ent_entry_decode(
    struct ent_view wire, struct ent_entry *ret_entry, struct ent_error *err)
{
    struct ent_entry entry;
    uint8_t again[ENT_ENTRY_LEN];

    if (wire.len != ENT_ENTRY_LEN || wire.data[0] != ENTRY_VERSION) {
        return ent_fail(err, ENT_BAD_INPUT,
            "a journal entry of %zu bytes, version %d", wire.len,
            wire.len > 0 ? wire.data[0] : -1);
    }
    entry.kind = wire.data[AT_KIND];
    entry.count = (uint32_t)ent_get_be(wire.data + AT_COUNT, 4);
    entry.sequence = ent_get_be(wire.data + AT_SEQUENCE, 8);
    entry.at_ms = ent_get_be(wire.data + AT_TIME, 8);
    memcpy(entry.subject.bytes, wire.data + AT_SUBJECT, ENT_DIGEST_LEN);
    memcpy(entry.result.bytes, wire.data + AT_RESULT, ENT_DIGEST_LEN);
    memcpy(entry.party.bytes, wire.data + AT_PARTY, ENT_PARTY_LEN);
    ent_entry_encode(&entry, again);
    if (memcmp(again, wire.data, sizeof again) != 0) {
        return ent_fail(err, ENT_BAD_INPUT,
            "a journal entry with something where zeros belong");
    }
    *ret_entry = entry;
    return ENT_OK;
}
