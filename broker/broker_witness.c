/* SPDX-License-Identifier: Apache-2.0 */
/* What one office tells another about journals: kept, the newest of each pair,
 * and given to the one whom it is for. */
#include <inttypes.h>

#include "broker/broker_internal.h"
#include "proto/schema/link.pb-c.h"
#include "proto/witness.h"

#define WITNESS ((uint32_t)ENTENTE__V1__OBJECT_KIND__OBJECT_WITNESS)
#define PAIRS_LEN_MAX (BROKER_WITNESSES_MAX * ENT_PARTY_LEN)

bool
broker_may_see(const struct broker *broker, const struct broker_visit *visit,
    const struct ent_fetch *fetch)
{
    struct ent_address from;
    struct ent_address to;

    return fetch->kind != WITNESS ||
           (ent_witness_subject_read(fetch->subject, &from, &to, NULL) ==
                   ENT_OK &&
               broker_registry_may_bring(broker->registry, visit->number, &to));
}

/* To how many an office tells something is bounded: who they are. */
static enum ent_status
count_pair(struct broker *broker, const struct ent_address *from,
    const struct ent_address *to, struct ent_error *err)
{
    struct ent_party party = ent_address_party(to);
    uint8_t pairs[PAIRS_LEN_MAX];
    struct ent_view known = {0};
    uint64_t count = 0;
    enum ent_status rc = broker_spool_get_object(
        broker->spool, BROKER_KIND_WITNESSED, from->text, &count, &known, err);

    if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
        return rc;
    }
    for (size_t at = 0; at + ENT_PARTY_LEN <= known.len; at += ENT_PARTY_LEN) {
        if (memcmp(known.data + at, party.bytes, ENT_PARTY_LEN) == 0) {
            return ENT_OK;
        }
    }
    if (known.len + ENT_PARTY_LEN > sizeof pairs) {
        return ent_fail(err, ENT_REJECTED,
            "%s tells more than %d offices about journals", from->text,
            BROKER_WITNESSES_MAX);
    }
    if (known.len > 0) {
        memcpy(pairs, known.data, known.len);
    }
    memcpy(pairs + known.len, party.bytes, ENT_PARTY_LEN);
    return broker_spool_put_object(broker->spool, BROKER_KIND_WITNESSED,
        from->text, count + 1, ent_view_of(pairs, known.len + ENT_PARTY_LEN),
        err);
}

enum ent_status
broker_learn_witness(struct broker *broker, const struct broker_visit *visit,
    const struct ent_object *object, uint64_t *ret_number,
    struct ent_error *err)
{
    struct ent_certificate certificate;
    struct ent_witness witness;
    struct ent_address from;
    struct ent_address to;
    enum ent_status rc =
        ent_witness_subject_read(object->subject, &from, &to, err);

    if (rc == ENT_OK) {
        rc = ent_witness_peek(object->wire, &witness, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (!ent_address_equal(&witness.from, &from) ||
        !ent_address_equal(&witness.to, &to) ||
        !broker_registry_may_bring(broker->registry, visit->number, &from)) {
        return ent_fail(err, ENT_REJECTED, "another office's witness");
    }
    rc = broker_find_signer_of(
        broker, &from, object->wire, witness.made_at, &certificate, err);
    if (rc == ENT_OK) {
        rc = ent_witness_open(object->wire, &certificate, &witness, err);
    }
    if (rc == ENT_OK &&
        witness.made_at > broker->now.wall_ms + ENT_CLOCK_SKEW_MS) {
        rc = ent_fail(err, ENT_REJECTED, "a witness of the future");
    }
    if (rc == ENT_OK) {
        broker_clock_witness(broker, &from, witness.made_at);
        *ret_number = witness.made_at;
        rc = count_pair(broker, &from, &to, err);
    }
    return rc;
}
