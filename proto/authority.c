/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/authority.h"

#include <assert.h>
#include <string.h>

void
ent_authority_know(const char *state, const struct ent_verify_key *pinned,
    const struct ent_rollover *said, struct ent_rollover *ret_keys)
{
    const struct ent_key_id id =
        ent_key_id_of(ENT_KEY_AUTHORITY, pinned->bytes);

    assert(strlen(state) <= ENT_STATE_MAX);

    if (said != NULL && strcmp(said->state, state) == 0 &&
        ent_rollover_find(said, &id) != SIZE_MAX) {
        *ret_keys = *said;
        return;
    }
    *ret_keys = (struct ent_rollover){.key_count = 1};
    strcpy(ret_keys->state, state);
    ret_keys->keys[0] = *pinned;
    ret_keys->until[0] = UINT64_MAX;
}

bool
ent_authority_is(const struct ent_rollover *keys,
    const struct ent_key_id *key_id, uint64_t at_ms)
{
    const size_t place = ent_rollover_find(keys, key_id);

    return place != SIZE_MAX && at_ms < keys->until[place];
}

const struct ent_verify_key *
ent_authority_key(
    const struct ent_rollover *keys, const struct ent_key_id *key_id)
{
    const size_t place = ent_rollover_find(keys, key_id);

    return place == SIZE_MAX ? NULL : &keys->keys[place];
}

/* Where the key stands that `wire` says it is signed by; the newest when it is
 * none of them, which then does not verify. */
static size_t
place_of(const struct ent_rollover *keys, struct ent_view wire)
{
    struct ent_signatures signatures;
    struct ent_view payload;

    if (ent_signed_decode(wire, &payload, &signatures, NULL) != ENT_OK) {
        return keys->key_count - 1;
    }
    for (size_t i = 0; i < signatures.count; i++) {
        size_t place = ent_rollover_find(keys, &signatures.list[i].key_id);

        if (place != SIZE_MAX) {
            return place;
        }
    }
    return keys->key_count - 1;
}

void
ent_authority_limit(
    const struct ent_rollover *keys, struct ent_certificate *certificate)
{
    const size_t place =
        ent_rollover_find(keys, &certificate->authority_key_id);

    if (place != SIZE_MAX && certificate->not_after > keys->until[place]) {
        certificate->not_after = keys->until[place];
    }
}

enum ent_status
ent_authority_open_certificate(const struct ent_rollover *keys,
    struct ent_view wire, struct ent_certificate *ret_certificate,
    struct ent_error *err)
{
    const size_t place = place_of(keys, wire);
    enum ent_status rc =
        ent_certificate_open(wire, &keys->keys[place], ret_certificate, err);

    if (rc == ENT_OK) {
        ent_authority_limit(keys, ret_certificate);
    }
    return rc;
}

enum ent_status
ent_authority_open_list(const struct ent_rollover *keys, struct ent_view wire,
    struct ent_revocation_list **ret_list, size_t *ret_place,
    struct ent_error *err)
{
    const size_t place = place_of(keys, wire);
    enum ent_status rc =
        ent_revocation_list_open(wire, &keys->keys[place], ret_list, err);

    if (rc == ENT_OK) {
        *ret_place = place;
    }
    return rc;
}

bool
ent_authority_takes_list(
    const struct ent_rollover *keys, size_t place, size_t held, uint64_t at_ms)
{
    return at_ms < keys->until[place] && (held == SIZE_MAX || place >= held);
}

enum ent_rollover_news
ent_authority_compare(
    const struct ent_rollover *known, const struct ent_rollover *came)
{
    if (known == NULL) {
        return ENT_ROLLOVER_NEWER;
    }
    if (ent_rollover_continues(known, came)) {
        return ENT_ROLLOVER_OLD;
    }
    return ent_rollover_continues(came, known) ? ENT_ROLLOVER_NEWER
                                               : ENT_ROLLOVER_FORK;
}
