/* SPDX-License-Identifier: Apache-2.0 */
#include "node/envelopes.h"

#include <assert.h>
#include <stdatomic.h>

#include "proto/leaves.h"

#define LENGTH_LEN 4
#define STEP 8 /* taken at a time by either thread, and hashed at once */

struct sharing {
    struct node_task task;
    const struct ent_bundle_secrets *secrets;
    const struct node_envelope *list;
    size_t count;
    struct ent_message_key *keys;
    struct ent_digest *leaves;
    _Atomic size_t next; /* that nobody has taken */
};

static struct ent_view
seal_one(struct sharing *sharing, size_t i)
{
    const struct node_envelope *envelope = &sharing->list[i];
    const size_t len = ent_seal_envelope_len(envelope->message.len);
    uint8_t *const out = envelope->out + LENGTH_LEN;
    enum ent_status rc;

    ent_put_be(envelope->out, len, LENGTH_LEN);
    sharing->keys[i] = ent_seal_message_key(sharing->secrets, (uint32_t)i);
    rc = ent_seal_envelope(&sharing->keys[i], &envelope->id, (uint32_t)i,
        envelope->message, out, NULL);
    assert(rc == ENT_OK); /* none is too long */
    return ent_view_of(out, len);
}

static void
seal_step(struct sharing *sharing, size_t at)
{
    const size_t left = sharing->count - at;
    const size_t count = left < STEP ? left : STEP;
    struct ent_view envelopes[STEP];

    for (size_t i = 0; i < count; i++) {
        envelopes[i] = seal_one(sharing, at + i);
    }
    ent_leaves_hash(envelopes, count, sharing->leaves + at);
}

/* As long as there are some that nobody has taken. */
static void
seal_some(struct sharing *sharing)
{
    size_t at = atomic_fetch_add(&sharing->next, STEP);

    while (at < sharing->count) {
        seal_step(sharing, at);
        at = atomic_fetch_add(&sharing->next, STEP);
    }
}

static void
help(struct node_task *task)
{
    seal_some((struct sharing *)task);
}

void
node_envelopes_seal(struct node_helper *helper,
    const struct ent_bundle_secrets *secrets, const struct node_envelope *list,
    size_t count, struct ent_message_key *ret_keys,
    struct ent_digest *ret_leaves)
{
    const bool shared = helper != NULL && count >= NODE_ENVELOPES_SHARED_MIN;
    struct sharing sharing = {.task = {.run = help},
        .secrets = secrets,
        .list = list,
        .count = count,
        .keys = ret_keys,
        .leaves = ret_leaves};

    if (shared) {
        node_helper_begin_first(helper, &sharing.task);
    }
    seal_some(&sharing);
    if (shared) {
        node_helper_finish(helper, &sharing.task);
    }
}
