/* SPDX-License-Identifier: Apache-2.0 */
/* Whether there is space for a bundle. What is in it is looked at only when
 * there is none for what just brings messages. */
#include "node/intake_internal.h"

#include <sodium.h>

#include "node/share.h"

enum node_bundle_kind
node_intake_kind(const ent_message *message)
{
    if (message->attachment_chunk != NULL || message->restored != NULL) {
        return NODE_OWED;
    }
    switch (message->body_case) {
    case ENTENTE__V1__MESSAGE__BODY_LIFECYCLE:
    case ENTENTE__V1__MESSAGE__BODY_ACKNOWLEDGEMENT:
    case ENTENTE__V1__MESSAGE__BODY_CONSENT_DECISION:
    case ENTENTE__V1__MESSAGE__BODY_AGREEMENT_CONTROL:
        return NODE_SETTLES;
    default:
        return NODE_BRINGS;
    }
}

static enum node_bundle_kind
kind_of_envelope(const struct ent_bundle_secrets *secrets, uint32_t index,
    const struct ent_envelope *envelope, struct ent_arena *arena,
    uint8_t *buffer, size_t buffer_len)
{
    struct ent_message_key key = ent_seal_message_key(secrets, index);
    enum node_bundle_kind kind = NODE_BRINGS;
    struct ent_view plain;
    ent_message *message;

    ent_arena_reset(arena);
    if (ent_open_envelope(&key, index, envelope, buffer, buffer_len, &plain,
            NULL) == ENT_OK &&
        ent_message_decode(plain, arena, &message, NULL) == ENT_OK) {
        kind = node_intake_kind(message);
    }
    sodium_memzero(&key, sizeof key);
    return kind;
}

/* The least that any message in it is. */
static enum ent_status
look_inside(const struct ent_bundle *bundle,
    const struct ent_bundle_secrets *secrets, enum node_bundle_kind *ret_kind,
    struct ent_error *err)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes buffer = {0};
    struct ent_envelope envelope;
    size_t offset = 0;
    enum ent_status rc = ent_arena_init(&arena, NODE_MESSAGE_ARENA, err);

    if (rc == ENT_OK) {
        rc = ent_bytes_alloc(bundle->body.len, &buffer, err);
    }
    *ret_kind = NODE_SETTLES;
    for (uint32_t i = 0; rc == ENT_OK && *ret_kind != NODE_BRINGS &&
                         ent_body_next(bundle->body, &offset, &envelope);
         i++) {
        enum node_bundle_kind kind = kind_of_envelope(
            secrets, i, &envelope, &arena, buffer.data, buffer.len);

        *ret_kind = kind < *ret_kind ? kind : *ret_kind;
    }
    if (rc == ENT_OK) {
        sodium_memzero(buffer.data, buffer.len);
    }
    return rc;
}

enum ent_status
node_intake_room(struct node *node, const struct node_arrival *arrival,
    const struct ent_bundle_secrets *secrets, uint32_t *ret_refusal,
    struct ent_error *err)
{
    const struct ent_bundle *bundle = arrival->bundle;
    const struct ent_stream_id *stream = &bundle->label.stream;
    struct node_space space;
    enum ent_status rc =
        node_share_look(node, &arrival->peer->party, &space, err);

    if (rc != ENT_OK) {
        return rc;
    }
    space.rank = node_rank(stream->precedence);
    space.size = node_space_of(
        arrival->head.len + bundle->body.len, bundle->label.count);
    *ret_refusal = node_space_judge(&space);
    if (*ret_refusal != 0) {
        rc = look_inside(bundle, secrets, &space.kind, err);
        *ret_refusal = node_space_judge(&space);
    }
    return rc != ENT_OK || *ret_refusal == 0
               ? rc
               : node_share_alarm(
                     node, &stream->sender, &space, *ret_refusal, err);
}
