/* SPDX-License-Identifier: Apache-2.0 */
#include "node/confirmations.h"

#include <stdlib.h>
#include <string.h>

#include "proto/schema/link.pb-c.h"

#define STREAMS_MAX 256

struct entry {
    struct ent_stream_id stream;
    struct ent_digest receipts[ENT_STATE_RECEIPTS_MAX];
    size_t count;
};

struct node_confirmations {
    struct entry list[STREAMS_MAX];
    size_t count;
};

enum ent_status
node_confirmations_new(
    struct node_confirmations **ret_confirmations, struct ent_error *err)
{
    struct node_confirmations *confirmations = calloc(1, sizeof *confirmations);

    if (confirmations == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating confirmations");
    }
    *ret_confirmations = confirmations;
    return ENT_OK;
}

void
node_confirmations_free(struct node_confirmations **confirmations)
{
    free(*confirmations);
    *confirmations = NULL;
}

enum ent_status
node_confirmations_add(struct node_confirmations *confirmations,
    const struct ent_stream_id *stream, const struct ent_digest *receipt,
    struct ent_error *err)
{
    struct entry *at = confirmations->list;
    struct entry *end = at + confirmations->count;

    while (at < end && (!ent_stream_id_equal(&at->stream, stream) ||
                           at->count == ENT_STATE_RECEIPTS_MAX)) {
        at++;
    }
    if (at == end && confirmations->count == STREAMS_MAX) {
        return ent_fail(err, ENT_BUSY, "too many receipts in one turn");
    }
    if (at == end) {
        confirmations->count++;
        at->stream = *stream;
        at->count = 0;
    }
    at->receipts[at->count++] = *receipt;
    return ENT_OK;
}

/* One STATE of at most ENT_STATE_STREAMS_MAX streams, from list[`start`]. */
static enum ent_status
queue_state(struct node *node, const struct node_confirmations *confirmations,
    size_t start, uint64_t via, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct ent_state *state = calloc(1, sizeof *state);
    enum ent_status rc;

    if (state == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "naming receipts");
    }
    for (size_t i = start; i < confirmations->count &&
                           state->stream_count < ENT_STATE_STREAMS_MAX;
         i++) {
        struct ent_stream_state *stream =
            &state->streams[state->stream_count++];
        const struct entry *entry = &confirmations->list[i];

        stream->role = ENTENTE__V1__STATE_ROLE__AS_SENDER;
        stream->stream = entry->stream;
        stream->receipt_count = entry->count;
        memcpy(stream->receipts, entry->receipts, sizeof stream->receipts);
    }
    state->last_page = true;
    rc = ent_state_encode(state, &payload, err);
    free(state);
    if (rc != ENT_OK) {
        return rc;
    }
    return node_effects_frame(
        &node->effects, via, true, ENT_FRAME_STATE, &payload, NULL, err);
}

enum ent_status
node_confirmations_queue(struct node *node,
    struct node_confirmations *confirmations, uint64_t via,
    struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; i < confirmations->count && rc == ENT_OK;
         i += ENT_STATE_STREAMS_MAX) {
        rc = queue_state(node, confirmations, i, via, err);
    }
    confirmations->count = 0;
    return rc;
}

void
node_confirmations_forget(struct node_confirmations *confirmations)
{
    confirmations->count = 0;
}
