/* SPDX-License-Identifier: Apache-2.0 */
#include "node/neighbour.h"

#include <stdio.h>
#include <string.h>

#include "node/authorities.h"
#include "proto/base/armour.h"
#include "proto/base/file.h"
#include "proto/base/log.h"
#include "proto/frame.h"
#include "proto/refusal.h"

#define COMPONENT "uplink"
#define CERTIFICATE_FILE_MAX 65536

enum ent_status
node_neighbour_read_broker(struct node *node, const struct node_broker *broker,
    struct ent_rollover *ret_authority, struct ent_bytes *ret_wire,
    struct ent_certificate *ret_certificate, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    const char *state = ent_address_state(&broker->address);
    const struct ent_verify_key *pinned =
        ent_authorities_find(&node->config->authorities, state);
    enum ent_status rc;

    if (pinned == NULL) {
        return ent_fail(err, ENT_BAD_INPUT,
            "'authorities' names no key for '%s', the state of %s", state,
            broker->address.text);
    }
    node_authorities_join(node, state, pinned, ret_authority);
    rc = ent_file_read(broker->certificate, CERTIFICATE_FILE_MAX, &text, err);
    if (rc == ENT_OK) {
        rc = ent_armour_decode(
            ENT_ARMOUR_CERTIFICATE, ent_bytes_view(&text), ret_wire, err);
    }
    if (rc == ENT_OK) {
        rc = ent_authority_open_certificate(
            ret_authority, ent_bytes_view(ret_wire), ret_certificate, err);
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

static enum ent_status
connect_to(struct node *node, void *zmq_context, const char *endpoint,
    struct node_neighbour *neighbour, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    neighbour->lost_ms = node->now_ms;
    (void)snprintf(
        neighbour->endpoint, sizeof neighbour->endpoint, "%s", endpoint);
    for (size_t i = 0; i < 2 && rc == ENT_OK; i++) {
        rc = node_connection_open(node, zmq_context, neighbour->endpoint,
            &neighbour->certificate, i == 0, &neighbour->lanes[i], err);
    }
    return rc;
}

enum ent_status
node_neighbour_open_broker(struct node *node, void *zmq_context,
    const struct node_broker *broker, struct node_neighbour *neighbour,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_rollover authority;
    enum ent_status rc = node_neighbour_read_broker(
        node, broker, &authority, &wire, &neighbour->certificate, err);

    neighbour->is_broker = true;
    if (rc == ENT_OK) {
        rc = node_confirmations_new(&neighbour->confirmations, err);
    }
    if (rc == ENT_OK) {
        rc = connect_to(node, zmq_context, broker->endpoint, neighbour, err);
    }
    if (rc != ENT_OK) {
        node_neighbour_close(neighbour);
    }
    return rc;
}

enum ent_status
node_neighbour_reopen(struct node *node, void *zmq_context,
    struct node_neighbour *neighbour, struct ent_error *err)
{
    char endpoint[ENT_ENDPOINT_MAX + 1];

    memcpy(endpoint, neighbour->endpoint, sizeof endpoint);
    for (size_t i = 0; i < 2; i++) {
        node_connection_close(&neighbour->lanes[i]);
        neighbour->lanes[i] = (struct node_connection){0};
    }
    return connect_to(node, zmq_context, endpoint, neighbour, err);
}

enum ent_status
node_neighbour_open_office(struct node *node, void *zmq_context,
    const struct ent_certificate *certificate, const char *endpoint,
    struct node_neighbour *neighbour, struct ent_error *err)
{
    enum ent_status rc;

    neighbour->certificate = *certificate;
    rc = connect_to(node, zmq_context, endpoint, neighbour, err);
    if (rc != ENT_OK) {
        node_neighbour_close(neighbour);
    }
    return rc;
}

void
node_neighbour_close(struct node_neighbour *neighbour)
{
    node_connection_close(&neighbour->lanes[0]);
    node_connection_close(&neighbour->lanes[1]);
    node_confirmations_free(&neighbour->confirmations);
    *neighbour = (struct node_neighbour){0};
}

struct node_connection *
node_neighbour_lane(struct node_neighbour *neighbour, bool urgent)
{
    return &neighbour->lanes[urgent ? 0 : 1];
}

bool
node_neighbour_is_whole(const struct node_neighbour *neighbour)
{
    return neighbour->lanes[0].ready && neighbour->lanes[1].ready;
}

bool
node_neighbour_is_there(const struct node_neighbour *neighbour)
{
    return neighbour->lanes[0].ready || neighbour->lanes[1].ready;
}

void
node_neighbour_send(
    struct node_neighbour *neighbour, const struct node_effect *effect)
{
    struct node_connection *lane =
        node_neighbour_lane(neighbour, effect->urgent);
    struct ent_error err = {0};

    if (!lane->ready && !node_effect_is_bound(effect)) {
        lane = node_neighbour_lane(neighbour, !effect->urgent);
    }
    if (!lane->ready) {
        return;
    }
    if (node_connection_send(lane, effect->type, &effect->payload,
            node_effect_body(effect), &err) != ENT_OK) {
        if (effect->type == ENT_FRAME_BUNDLE) {
            node_connection_refill(
                lane, effect->payload.len + node_effect_body(effect).len);
        }
        ent_log(
            ENT_LOG_DEBUG, COMPONENT, "a frame did not leave: %s", err.text);
    }
}

void
node_neighbour_take_back(
    struct node_neighbour *neighbour, const struct node_effect *effect)
{
    struct node_connection *lane =
        node_neighbour_lane(neighbour, effect->urgent);
    uint64_t bytes = 0;

    if (!lane->ready) {
        return;
    }
    if (effect->type == ENT_FRAME_BUNDLE) {
        node_connection_refill(
            lane, effect->payload.len + node_effect_body(effect).len);
    } else if (effect->type == ENT_FRAME_CREDIT &&
               ent_credit_decode(
                   ent_bytes_view(&effect->payload), &bytes, NULL) == ENT_OK) {
        ent_window_owe(&lane->window, bytes);
    }
}

static enum ent_status
queue_credit(struct node *node, struct node_connection *lane, uint64_t via,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    uint64_t bytes = ent_window_give_back(&lane->window);
    enum ent_status rc;

    if (bytes == 0) {
        return ENT_OK;
    }
    rc = ent_credit_encode(bytes, &payload, err);
    if (rc == ENT_OK) {
        rc = node_effects_frame(&node->effects, via, lane->urgent,
            ENT_FRAME_CREDIT, &payload, NULL, err);
    }
    return rc;
}

enum ent_status
node_neighbour_settle_up(struct node *node, struct node_neighbour *neighbour,
    uint64_t via, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    if (neighbour->confirmations != NULL) {
        rc = node_confirmations_queue(node, neighbour->confirmations, via, err);
    }
    for (size_t i = 0; i < 2 && rc == ENT_OK; i++) {
        rc = queue_credit(node, &neighbour->lanes[i], via, err);
    }
    return rc;
}

void
node_neighbour_bye(struct node_neighbour *neighbour)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct ent_bye bye = {.reason = ENT_REFUSAL_CLOSING, .text = "stopping"};

    if (ent_bye_encode(&bye, &payload, NULL) != ENT_OK) {
        return;
    }
    for (size_t i = 0; i < 2; i++) {
        if (neighbour->lanes[i].ready &&
            node_connection_send(&neighbour->lanes[i], ENT_FRAME_BYE, &payload,
                (struct ent_view){0}, NULL) != ENT_OK) {
            return; /* it will notice by itself */
        }
    }
}

uint64_t
node_neighbour_due(const struct node_neighbour *neighbour)
{
    uint64_t urgent = node_connection_due(&neighbour->lanes[0]);
    uint64_t bulk = node_connection_due(&neighbour->lanes[1]);

    return urgent < bulk ? urgent : bulk;
}
