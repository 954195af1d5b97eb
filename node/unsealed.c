/* SPDX-License-Identifier: Apache-2.0 */
#include "node/unsealed.h"

#include <sodium.h>
#include <stdlib.h>

#define ARENA_LEN ((size_t)16 * 1024 * 1024) /* mapped: used, it is memory */
#define ARENA_KEPT_MAX ((size_t)2 * 1024 * 1024) /* what was, and stays */

static enum ent_status
find_starts(struct node_unsealed *unsealed, struct ent_error *err)
{
    const struct ent_bundle *bundle = unsealed->bundle;
    struct ent_envelope envelope;
    size_t offset = 0;

    for (uint32_t i = 0; i < bundle->label.count; i++) {
        unsealed->starts[i] = offset;
        if (!ent_body_next(bundle->body, &offset, &envelope)) {
            return ent_fail(err, ENT_REJECTED, "a checked body ended early");
        }
    }
    return ENT_OK;
}

static enum ent_status
make_room(struct node_unsealed *unsealed, struct ent_error *err)
{
    const uint32_t count = unsealed->bundle->label.count;

    unsealed->count = count;
    unsealed->list = calloc(count, sizeof *unsealed->list);
    unsealed->starts = calloc(count, sizeof *unsealed->starts);
    if (unsealed->list == NULL || unsealed->starts == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "opening %u messages", count);
    }
    return ent_bytes_room(unsealed->bundle->body.len, &unsealed->plain, err);
}

enum ent_status
node_unsealed_begin(struct node_unsealed *unsealed,
    const struct ent_bundle *bundle, const struct ent_bundle_secrets *secrets,
    struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    unsealed->bundle = bundle;
    unsealed->secrets = *secrets;
    if (unsealed->arena.block == NULL) {
        rc = ent_arena_init(&unsealed->arena, ARENA_LEN, err);
    }
    if (rc == ENT_OK) {
        rc = make_room(unsealed, err);
    }
    return rc != ENT_OK ? rc : find_starts(unsealed, err);
}

/* Its key, then its plaintext behind that of those before it. */
static enum ent_status
open_one(struct node_unsealed *unsealed, uint32_t index,
    struct node_unsealed_message *message, struct ent_error *err)
{
    const struct ent_bytes *plain = &unsealed->plain;
    size_t offset = unsealed->starts[index];
    struct ent_envelope envelope;
    enum ent_status rc;

    (void)ent_body_next(unsealed->bundle->body, &offset, &envelope);
    message->key = ent_seal_message_key(&unsealed->secrets, index);
    rc = ent_open_envelope(&message->key, index, &envelope,
        plain->data + unsealed->plain_used, plain->len - unsealed->plain_used,
        &message->plain, err);
    if (rc == ENT_OK) {
        unsealed->plain_used += envelope.ciphertext.len;
    }
    return rc;
}

static enum ent_status
read_one(struct node_unsealed *unsealed, uint32_t index,
    struct node_unsealed_message *message, struct ent_error *err)
{
    enum ent_status rc = open_one(unsealed, index, message, err);

    if (rc == ENT_OK) {
        rc = ent_message_decode(
            message->plain, &unsealed->arena, &message->message, err);
    }
    message->is_bare = rc == ENT_OK && message->message->n_attachments == 0 &&
                       message->message->n_officer_signatures == 0;
    return rc;
}

/* A piece of a file is no message of the catalogue. */
static bool
is_of_the_catalogue(const ent_message *message)
{
    return message->body_case != ENTENTE__V1__MESSAGE__BODY__NOT_SET;
}

void
node_unsealed_run(struct node_unsealed *unsealed)
{
    struct ent_findings findings;
    struct ent_error ignored = {0};

    for (uint32_t i = 0; i < unsealed->count; i++) {
        struct node_unsealed_message *message = &unsealed->list[i];
        const size_t used = unsealed->plain_used;

        if (read_one(unsealed, i, message, &ignored) != ENT_OK) {
            unsealed->plain_used = used;
            return;
        }
        message->is_valid = is_of_the_catalogue(message->message) &&
                            ent_message_validate(message->message, &findings,
                                &ignored) == ENT_OK;
        unsealed->ahead = i + 1;
    }
}

enum ent_status
node_unsealed_get(struct node_unsealed *unsealed, uint32_t index,
    struct node_unsealed_message **ret_message, struct ent_error *err)
{
    struct node_unsealed_message *message = &unsealed->list[index];

    *ret_message = message;
    if (index < unsealed->ahead) {
        return ENT_OK;
    }
    *message = (struct node_unsealed_message){.message = NULL};
    ent_arena_reset(&unsealed->arena);
    return read_one(unsealed, index, message, err);
}

void
node_unsealed_forget(struct node_unsealed *unsealed, uint32_t index)
{
    struct node_unsealed_message *message = &unsealed->list[index];

    if (message->plain.data != NULL) {
        sodium_memzero(
            (uint8_t *)(uintptr_t)message->plain.data, message->plain.len);
    }
    sodium_memzero(message, sizeof *message);
}

void
node_unsealed_end(struct node_unsealed *unsealed)
{
    if (unsealed->list != NULL) {
        sodium_memzero(
            unsealed->list, unsealed->count * sizeof *unsealed->list);
    }
    free(unsealed->list);
    free(unsealed->starts);
    unsealed->list = NULL;
    unsealed->starts = NULL;
    ent_bytes_free(&unsealed->plain);
    ent_bundle_secrets_wipe(&unsealed->secrets);
    unsealed->plain_used = 0;
    unsealed->ahead = 0;
    unsealed->bundle = NULL;
    if (unsealed->arena.block != NULL) {
        ent_arena_reset(&unsealed->arena);
    }
    if (unsealed->arena.peak > ARENA_KEPT_MAX) {
        ent_arena_fini(&unsealed->arena);
    }
}

void
node_unsealed_fini(struct node_unsealed *unsealed)
{
    node_unsealed_end(unsealed);
    ent_arena_fini(&unsealed->arena);
}
