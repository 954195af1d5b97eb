/* SPDX-License-Identifier: Apache-2.0 */
#include "node/uplink.h"

#include <stdlib.h>

#include "node/uplink_internal.h"
#include "proto/base/armour.h"
#include "proto/base/file.h"
#include "proto/base/log.h"
#include "proto/refusal.h"

#define COMPONENT "uplink"
#define CERTIFICATE_FILE_MAX 65536

static struct node_connection *
lane_of(struct node_uplink *uplink, bool urgent)
{
    return &uplink->lanes[urgent ? 0 : 1];
}

static enum ent_status
read_broker(struct node *node, const struct node_broker *broker,
    struct ent_certificate *ret_certificate, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    const char *state = ent_address_state(&broker->address);
    const struct ent_verify_key *authority =
        ent_authorities_find(&node->config->authorities, state);
    enum ent_status rc;

    if (authority == NULL) {
        return ent_fail(err, ENT_BAD_INPUT,
            "'authorities' names no key for '%s', the state of %s", state,
            broker->address.text);
    }
    rc = ent_file_read(broker->certificate, CERTIFICATE_FILE_MAX, &text, err);
    if (rc == ENT_OK) {
        rc = ent_armour_decode(
            ENT_ARMOUR_CERTIFICATE, ent_bytes_view(&text), &wire, err);
    }
    if (rc == ENT_OK) {
        rc = ent_certificate_open(
            ent_bytes_view(&wire), authority, ret_certificate, err);
    }
    if (rc == ENT_OK &&
        (!ent_address_equal(&ret_certificate->address, &broker->address) ||
            ent_certificate_role(ret_certificate) != ENT_KEY_BROKER)) {
        rc = ent_fail(err, ENT_REJECTED, "it is not the broker's certificate");
    }
    if (rc != ENT_OK) {
        ent_error_wrap(err, "certificate of %s", broker->address.text);
    }
    return rc;
}

enum ent_status
node_uplink_open(struct node *node, void *zmq_context,
    struct node_uplink **ret_uplink, struct ent_error *err)
{
    ENT_AUTO(node_uplink_close) struct node_uplink *uplink = NULL;
    enum ent_status rc;

    uplink = calloc(1, sizeof *uplink);
    if (uplink == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating the uplink");
    }
    rc = node_confirmations_new(&uplink->confirmations, err);
    uplink->has_broker = node->config->broker_count > 0;
    if (rc == ENT_OK && uplink->has_broker) {
        rc = read_broker(node, &node->config->brokers[0], &uplink->broker, err);
    }
    for (size_t i = 0; i < 2 && rc == ENT_OK && uplink->has_broker; i++) {
        rc = node_connection_open(node, zmq_context,
            node->config->brokers[0].endpoint, &uplink->broker, i == 0,
            &uplink->lanes[i], err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_uplink = uplink;
    uplink = NULL;
    return ENT_OK;
}

void
node_uplink_close(struct node_uplink **uplink)
{
    if (*uplink == NULL) {
        return;
    }
    node_connection_close(&(*uplink)->lanes[0]);
    node_connection_close(&(*uplink)->lanes[1]);
    node_confirmations_free(&(*uplink)->confirmations);
    free(*uplink);
    *uplink = NULL;
}

size_t
node_uplink_poll(
    struct node_uplink *uplink, zmq_pollitem_t items[static NODE_UPLINK_ITEMS])
{
    if (!uplink->has_broker) {
        return 0;
    }
    node_connection_poll(&uplink->lanes[0], items);
    node_connection_poll(&uplink->lanes[1], items + NODE_CONNECTION_ITEMS);
    return NODE_UPLINK_ITEMS;
}

/* What the other side did wrong is its own affair; our storage is not. */
static bool
is_ours(enum ent_status rc)
{
    return rc == ENT_IO || rc == ENT_FULL || rc == ENT_NO_MEMORY;
}

static enum ent_status
serve_lane(struct node *node, struct node_connection *lane, size_t budget,
    size_t *handled, struct ent_error *err)
{
    while (*handled < budget) {
        ENT_AUTO(ent_frame_free) struct ent_frame frame = {0};
        enum ent_status rc = ent_link_receive(lane->link, &frame, err);

        if (rc == ENT_BUSY) {
            return ENT_OK;
        }
        if (rc == ENT_OK) {
            rc = node_uplink_frame(node, lane, &frame, err);
        }
        if (is_ours(rc)) {
            return rc;
        }
        if (rc != ENT_OK) {
            ent_log(ENT_LOG_WARN, COMPONENT, "ignoring a frame: %s", err->text);
        }
        (*handled)++;
    }
    return ENT_OK;
}

enum ent_status
node_uplink_serve(struct node *node, size_t budget, size_t *ret_handled,
    struct ent_error *err)
{
    struct node_uplink *uplink = node->uplink;
    size_t handled = 0;
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; i < 2 && uplink->has_broker && rc == ENT_OK; i++) {
        node_connection_watch(node, &uplink->lanes[i]);
        rc = serve_lane(node, &uplink->lanes[i], budget, &handled, err);
    }
    *ret_handled = handled;
    return rc;
}

bool
node_uplink_ready(const struct node_uplink *uplink, bool urgent)
{
    return uplink->lanes[urgent ? 0 : 1].ready;
}

bool
node_uplink_spend(struct node_uplink *uplink, bool urgent, uint64_t bytes)
{
    return ent_window_spend(&lane_of(uplink, urgent)->window, bytes);
}

enum ent_status
node_uplink_confirm(struct node_uplink *uplink,
    const struct ent_stream_id *stream, const struct ent_digest *receipt,
    struct ent_error *err)
{
    return node_confirmations_add(uplink->confirmations, stream, receipt, err);
}

static enum ent_status
queue_credit(
    struct node *node, struct node_connection *lane, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    uint64_t bytes = ent_window_give_back(&lane->window);
    enum ent_status rc;

    if (bytes == 0) {
        return ENT_OK;
    }
    rc = ent_credit_encode(bytes, &payload, err);
    if (rc == ENT_OK) {
        rc = node_effects_frame(&node->effects, lane->urgent, ENT_FRAME_CREDIT,
            &payload, NULL, err);
    }
    return rc;
}

enum ent_status
node_uplink_settle_up(struct node *node, struct ent_error *err)
{
    struct node_uplink *uplink = node->uplink;
    enum ent_status rc =
        node_confirmations_queue(node, uplink->confirmations, err);

    for (size_t i = 0; i < 2 && rc == ENT_OK; i++) {
        rc = queue_credit(node, &uplink->lanes[i], err);
    }
    return rc;
}

/* Credit belongs to one connection, and so does what it pays for. */
static bool
is_bound(const struct node_effect *effect)
{
    return effect->type == ENT_FRAME_BUNDLE || effect->type == ENT_FRAME_CREDIT;
}
void
node_uplink_take_back(
    struct node_uplink *uplink, const struct node_effects *effects)
{
    node_confirmations_forget(uplink->confirmations);
    for (size_t i = 0; i < effects->count; i++) {
        const struct node_effect *effect = &effects->list[i];
        struct node_connection *lane = lane_of(uplink, effect->urgent);
        uint64_t bytes = 0;

        if (effect->kind != NODE_EFFECT_FRAME || !lane->ready) {
            continue;
        }
        if (effect->type == ENT_FRAME_BUNDLE) {
            ent_window_refill(
                &lane->window, effect->payload.len + effect->body.len);
        } else if (effect->type == ENT_FRAME_CREDIT &&
                   ent_credit_decode(ent_bytes_view(&effect->payload), &bytes,
                       NULL) == ENT_OK) {
            ent_window_owe(&lane->window, bytes);
        }
    }
}

void
node_uplink_send(struct node_uplink *uplink, const struct node_effect *effect)
{
    struct node_connection *lane = lane_of(uplink, effect->urgent);
    struct ent_error err = {0};

    if (uplink->has_broker && !lane->ready && !is_bound(effect)) {
        lane = lane_of(uplink, !effect->urgent);
    }
    if (!uplink->has_broker || !lane->ready) {
        return;
    }
    if (node_connection_send(lane, effect->type, &effect->payload,
            &effect->body, &err) != ENT_OK) {
        if (effect->type == ENT_FRAME_BUNDLE) {
            ent_window_refill(
                &lane->window, effect->payload.len + effect->body.len);
        }
        ent_log(
            ENT_LOG_DEBUG, COMPONENT, "a frame did not leave: %s", err.text);
    }
}

void
node_uplink_bye(struct node_uplink *uplink)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct ent_bye bye = {.reason = ENT_REFUSAL_CLOSING, .text = "stopping"};

    if (ent_bye_encode(&bye, &payload, NULL) != ENT_OK) {
        return;
    }
    for (size_t i = 0; i < 2; i++) {
        if (uplink->lanes[i].ready &&
            node_connection_send(&uplink->lanes[i], ENT_FRAME_BYE, &payload,
                NULL, NULL) != ENT_OK) {
            return; /* the broker will notice by itself */
        }
    }
}

bool
node_uplink_connected(const struct node_uplink *uplink, uint64_t *ret_since_ms)
{
    *ret_since_ms = uplink->since_ms;
    return uplink->lanes[0].ready && uplink->lanes[1].ready;
}

const struct ent_certificate *
node_uplink_broker(const struct node_uplink *uplink)
{
    return uplink->has_broker ? &uplink->broker : NULL;
}

uint64_t
node_uplink_due(const struct node_uplink *uplink)
{
    uint64_t urgent = node_connection_due(&uplink->lanes[0]);
    uint64_t bulk = node_connection_due(&uplink->lanes[1]);

    return urgent < bulk ? urgent : bulk;
}
