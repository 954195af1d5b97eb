/* SPDX-License-Identifier: Apache-2.0 */
/*
 * authority - whether a key is the authority of a state, at a time: the key
 * that an agreement or a configuration pins, and those that the state's
 * rollover statement joins to it (docs/PROTOCOL.md, section 6.5).
 *
 * What an older key has signed counts until that key's time is over, whenever
 * it was signed: who finds the key later can put any date on a certificate. So
 * a certificate ends with the key that signed it.
 */
#ifndef ENT_PROTO_AUTHORITY_H
#define ENT_PROTO_AUTHORITY_H

#include "proto/certificate.h"
#include "proto/rollover.h"

/* The keys of an authority as one reader knows them: those of the statement, if
 * there is one (`said`, may be NULL) and it speaks of the pinned key; else the
 * pinned key alone, for ever. */
void ent_authority_know(const char *state, const struct ent_verify_key *pinned,
    const struct ent_rollover *said, struct ent_rollover *ret_keys);

/* True when that key is the authority at that time: today's, or an older one
 * whose time is not over. */
bool ent_authority_is(const struct ent_rollover *keys,
    const struct ent_key_id *key_id, uint64_t at_ms);

/* The key of that id, whatever the time; NULL: it never was the authority's. */
const struct ent_verify_key *ent_authority_key(
    const struct ent_rollover *keys, const struct ent_key_id *key_id);

/* Let a certificate, which one of the keys has signed, end with that key. */
void ent_authority_limit(
    const struct ent_rollover *keys, struct ent_certificate *certificate);

/* Open and verify a certificate that one of the keys has signed, and limit it.
 */
enum ent_status ent_authority_open_certificate(const struct ent_rollover *keys,
    struct ent_view wire, struct ent_certificate *ret_certificate,
    struct ent_error *err) ENT_MUST_CHECK;

/* The same of a revocation list; `ret_place` is that of the key in `keys`. */
enum ent_status ent_authority_open_list(const struct ent_rollover *keys,
    struct ent_view wire, struct ent_revocation_list **ret_list,
    size_t *ret_place, struct ent_error *err) ENT_MUST_CHECK;

/* True when a list that keys[place] has signed is to be taken at that time by
 * who holds one of keys[held] (SIZE_MAX: none): an older key, too, in its time,
 * but not after a newer one spoke. */
bool ent_authority_takes_list(
    const struct ent_rollover *keys, size_t place, size_t held, uint64_t at_ms);

/* What a statement is to who holds `known` (NULL: none). A fork: both are
 * authentic, and they contradict each other. */
enum ent_rollover_news {
    ENT_ROLLOVER_OLD,
    ENT_ROLLOVER_NEWER,
    ENT_ROLLOVER_FORK,
};
enum ent_rollover_news ent_authority_compare(
    const struct ent_rollover *known, const struct ent_rollover *came);

#endif
