/* SPDX-License-Identifier: Apache-2.0 */
#include "node/ahead.h"

#include <string.h>

#include "node/api.h"
#include "node/intake.h"
#include "node/peers.h"
#include "proto/base/log.h"

/* What is shorter is opened sooner than handed to a thread. */
#define LARGE_BYTES ((size_t)16 * 1024)

static bool
is_large(const struct node_ahead_frame *entry)
{
    return entry->rc == ENT_OK && entry->frame.type == ENT_FRAME_BUNDLE &&
           entry->frame.body.len >= LARGE_BYTES;
}

void
node_ahead_start(struct node *node)
{
    struct ent_error err = {0};

    if (node_helper_start(&node->helper, &err) != ENT_OK ||
        node_unsealer_new(node->helper, &node->unsealer, &err) != ENT_OK ||
        node_api_lay_out_ahead(node->api, node->helper, node->given_key,
            &node->self, &err) != ENT_OK) {
        ent_log(ENT_LOG_WARN, "ahead", "not all is done ahead: %s", err.text);
    }
}

/* ---- a job ---- */

/* Whatever stands against it is found, and said, in its turn. */
static bool
fill_in(struct node *node, const struct ent_frame *frame,
    struct node_unsealer_job *job)
{
    const struct ent_label *label = &job->bundle.label;
    struct ent_bundle_secrets secrets;
    struct ent_error ignored = {0};
    bool gone = true;
    bool begun;

    if (ent_bundle_decode(
            frame->payload, frame->body, &job->bundle, &ignored) != ENT_OK ||
        !ent_address_equal(&label->stream.recipient, &node->self) ||
        !node_peers_knows(node, &label->stream.sender) ||
        node_peers_signer(node, &label->stream.sender, &label->signing_key_id,
            label->sealed_at, &job->signer, &ignored) != ENT_OK ||
        node_intake_secrets(node, label, &secrets, &gone, &ignored) != ENT_OK ||
        gone) {
        return false;
    }
    begun = node_unsealed_begin(
                &job->unsealed, &job->bundle, &secrets, &ignored) == ENT_OK;
    ent_bundle_secrets_wipe(&secrets);
    return begun;
}

static void
open_ahead(struct node *node, struct node_ahead_frame *entry,
    struct node_unsealer_job *job)
{
    if (fill_in(node, &entry->frame, job)) {
        entry->job = job;
        node_unsealer_begin(node->unsealer, job);
    } else {
        node_unsealer_release(node->unsealer, &job);
    }
}

/* ---- frames ---- */

/* False: there is none now. */
static bool
receive_one(struct node_ahead *ahead, struct ent_link *link)
{
    struct node_ahead_frame *entry = &ahead->list[ahead->count];

    *entry = (struct node_ahead_frame){.rc = ENT_OK};
    entry->rc = ent_link_receive(link, &entry->frame, &entry->err);
    if (entry->rc == ENT_BUSY) {
        return false;
    }
    ahead->count++;
    return true;
}

/* Only behind a large bundle: there is time until it was taken. */
static void
look_ahead(struct node *node, struct node_ahead *ahead, struct ent_link *link)
{
    while (ahead->count < NODE_AHEAD_MAX &&
           is_large(&ahead->list[ahead->count - 1])) {
        struct node_unsealer_job *job = node_unsealer_take(node->unsealer);

        if (job == NULL) {
            return;
        }
        if (receive_one(ahead, link) &&
            is_large(&ahead->list[ahead->count - 1])) {
            open_ahead(node, &ahead->list[ahead->count - 1], job);
            continue;
        }
        node_unsealer_release(node->unsealer, &job);
        return;
    }
}

static bool
is_of_one_route(const struct ent_frame *a, const struct ent_frame *b)
{
    return a->route.len == b->route.len &&
           memcmp(a->route.bytes, b->route.bytes, a->route.len) == 0;
}

/* Frames of one connection keep their order; what is short goes before large
 * bundles on others. Looking ahead ended with it, so it is the last. */
static size_t
choose(const struct node_ahead *ahead)
{
    const size_t last = ahead->count - 1;

    for (size_t i = 0; i < last; i++) {
        if (is_of_one_route(&ahead->list[i].frame, &ahead->list[last].frame)) {
            return 0;
        }
    }
    return is_large(&ahead->list[last]) ? 0 : last;
}

static enum ent_status
hand_out(struct node *node, struct node_ahead *ahead, size_t place,
    struct ent_frame *ret_frame, struct ent_error *err)
{
    const struct node_ahead_frame entry = ahead->list[place];

    ahead->count--;
    memmove(&ahead->list[place], &ahead->list[place + 1],
        (ahead->count - place) * sizeof ahead->list[0]);
    if (entry.job != NULL) {
        node_unsealer_finish(node->unsealer, entry.job);
    }
    node->ahead = entry.job;
    *ret_frame = entry.frame;
    if (entry.rc != ENT_OK) {
        *err = entry.err;
    }
    return entry.rc;
}

enum ent_status
node_ahead_receive(struct node *node, struct node_ahead *ahead,
    struct ent_link *link, struct ent_frame *ret_frame, struct ent_error *err)
{
    node_ahead_done(node);
    ahead->unsealer = node->unsealer;
    if (node->unsealer == NULL) {
        return ent_link_receive(link, ret_frame, err);
    }
    if (ahead->count == 0 && !receive_one(ahead, link)) {
        return ENT_BUSY;
    }
    look_ahead(node, ahead, link);
    return hand_out(node, ahead, choose(ahead), ret_frame, err);
}

void
node_ahead_done(struct node *node)
{
    if (node->ahead != NULL) {
        node_unsealer_release(node->unsealer, &node->ahead);
    }
}

void
node_ahead_drop(struct node_ahead *ahead)
{
    for (size_t i = 0; i < ahead->count; i++) {
        if (ahead->list[i].job != NULL) {
            node_unsealer_release(ahead->unsealer, &ahead->list[i].job);
        }
        ent_frame_free(&ahead->list[i].frame);
    }
    ahead->count = 0;
}
