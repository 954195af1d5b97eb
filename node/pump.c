/* SPDX-License-Identifier: Apache-2.0 */
#include "node/pump.h"

#include "node/dispatch.h"
#include "node/due.h"
#include "node/heads.h"
#include "node/uplink.h"
#include "node/ways.h"
#include "proto/refusal.h"

#define PUMP_BUNDLES_MAX 32 /* in one turn on one connection */
#define STUCK_MAX 64
#define RESUME_AHEAD_MS (UINT64_C(10) * 60 * 1000)
#define PAUSE_MAX_MS (2 * NODE_HOUR_MS) /* none is as long */

/* What may still be done in this turn on one lane. */
struct budget {
    size_t left;
    bool more; /* bundles are left over for the next turn */
    struct ent_digest stuck[STUCK_MAX]; /* streams that no way leads on now */
    size_t stuck_count;
};

static bool
is_over(const struct node *node, const struct ent_dispatch *state)
{
    return state->state != ENT_DISPATCH_SKIPPING &&
           node->now_ms >= state->expires_at + ENT_EXPIRY_GRACE_MS;
}

/* What would take the room of one before it waits as if it had been refused. */
static enum ent_status
step_in_order(
    struct node *node, struct node_dispatch *dispatch, struct ent_error *err)
{
    bool behind = false;
    enum ent_status rc = ENT_OK;

    if (dispatch->state.state == ENT_DISPATCH_WAITING &&
        !is_over(node, &dispatch->state)) {
        rc = node_heads_is_behind(node, dispatch, &behind, err);
    }
    if (rc != ENT_OK || !behind) {
        return rc != ENT_OK
                   ? rc
                   : node_dispatch_step(node, dispatch, ENT_EVENT_TICK, err);
    }
    dispatch->row->answer = ENT_REFUSAL_QUOTA;
    return node_dispatch_step(node, dispatch, ENT_EVENT_NOT_YET, err);
}

static enum ent_status
step_due(struct node *node, const struct node_due *due, struct ent_error *err)
{
    ENT_AUTO(node_dispatch_fini) struct node_dispatch dispatch = {0};
    enum ent_status rc =
        node_dispatch_get(node, &due->stream, due->first, &dispatch, err);

    if (rc == ENT_NOT_FOUND) {
        return ent_fail(err, ENT_IO, "a bundle is due that is not there");
    }
    if (rc == ENT_OK && node->clock_doubt && is_over(node, &dispatch.state)) {
        return ENT_OK; /* who knows */
    }
    return rc != ENT_OK ? rc : step_in_order(node, &dispatch, err);
}

static bool
is_stuck(const struct budget *budget, const struct ent_digest *stream)
{
    for (size_t i = 0; i < budget->stuck_count; i++) {
        if (ent_digest_equal(&budget->stuck[i], stream)) {
            return true;
        }
    }
    return false;
}

/* What comes behind it in its stream waits too, and what is less urgent once
 * nobody has credit. False: enough was tried. */
static bool
note_stuck(struct budget *budget, const struct ent_digest *stream)
{
    if (budget->stuck_count == STUCK_MAX) {
        return false;
    }
    budget->stuck[budget->stuck_count++] = *stream;
    return true;
}

static enum ent_status
pump_rank(struct node *node, uint8_t rank, struct budget *budget,
    struct ent_error *err)
{
    struct node_due due = node_due_walk(rank, 0);

    while (node_uplink_ready(node->uplink, node_due_is_urgent(rank))) {
        enum ent_status rc = node_due_next(node, &due, err);

        if (rc == ENT_NOT_FOUND || (rc == ENT_OK && due.at > node->now_ms)) {
            return ENT_OK;
        }
        if (rc == ENT_OK && budget->left == 0) {
            budget->more = true;
            return ENT_OK;
        }
        if (rc == ENT_OK && is_stuck(budget, &due.stream)) {
            continue;
        }
        if (rc == ENT_OK) {
            rc = step_due(node, &due, err);
        }
        if (rc == ENT_BUSY) {
            if (!note_stuck(budget, &due.stream)) {
                return ENT_OK;
            }
            continue;
        }
        if (rc != ENT_OK) {
            return rc;
        }
        budget->left--;
    }
    return ENT_OK;
}

/* What is to go now: due from then until then, and chosen (NULL: all). */
struct haste {
    uint64_t from_ms;
    uint64_t until_ms;
    bool (*choose)(const struct node *node, struct node_dispatch *dispatch,
        const char *via);
    const char *via;
};

static enum ent_status
hasten(struct node *node, const struct haste *haste, uint8_t rank,
    struct ent_error *err)
{
    struct node_due due = node_due_walk(rank, haste->from_ms);

    for (;;) {
        ENT_AUTO(node_dispatch_fini) struct node_dispatch dispatch = {0};
        enum ent_status rc = node_due_next(node, &due, err);

        if (rc == ENT_NOT_FOUND || (rc == ENT_OK && due.at > haste->until_ms)) {
            return ENT_OK;
        }
        if (rc == ENT_OK) {
            rc =
                node_dispatch_get(node, &due.stream, due.first, &dispatch, err);
        }
        if (rc == ENT_OK && (haste->choose == NULL ||
                                haste->choose(node, &dispatch, haste->via))) {
            dispatch.state.due = node->now_ms;
            rc = node_dispatch_put(node, &dispatch, err);
        }
        if (rc != ENT_OK) {
            return rc;
        }
    }
}

/* What is due further ahead than any pause was put off by a clock that was
 * ahead. */
static enum ent_status
reckon(struct node *node, struct ent_error *err)
{
    const struct haste haste = {
        .from_ms = node->now_ms + PAUSE_MAX_MS, .until_ms = UINT64_MAX};
    enum ent_status rc = ENT_OK;

    if (!node->reckon_due || node->clock_doubt) {
        return ENT_OK;
    }
    for (uint8_t rank = 0; rc == ENT_OK && rank < NODE_DUE_RANKS; rank++) {
        rc = hasten(node, &haste, rank, err);
    }
    node->reckon_due = rc != ENT_OK;
    return rc;
}

enum ent_status
node_pump_run(struct node *node, bool *ret_more, struct ent_error *err)
{
    struct budget urgent = {.left = PUMP_BUNDLES_MAX};
    struct budget bulk = {.left = PUMP_BUNDLES_MAX};
    enum ent_status rc = reckon(node, err);

    for (uint8_t rank = 0; rank < NODE_DUE_RANKS && rc == ENT_OK; rank++) {
        rc = pump_rank(
            node, rank, node_due_is_urgent(rank) ? &urgent : &bulk, err);
    }
    if (rc == ENT_OK) {
        *ret_more = urgent.more || bulk.more;
    }
    return rc;
}

enum ent_status
node_pump_expire(struct node *node, const struct ent_digest *stream,
    uint64_t first, struct ent_error *err)
{
    ENT_AUTO(node_dispatch_fini) struct node_dispatch dispatch = {0};
    enum ent_status rc = node_dispatch_get(node, stream, first, &dispatch, err);

    if (rc != ENT_OK || node_dispatch_is_final(&dispatch.state) ||
        !is_over(node, &dispatch.state)) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    dispatch.state.due = node->now_ms;
    return node_dispatch_step(node, &dispatch, ENT_EVENT_TICK, err);
}

/* It was given to that neighbour, and nobody has answered since: its pauses
 * begin anew. */
static bool
hangs_on(
    const struct node *node, struct node_dispatch *dispatch, const char *via)
{
    bool hangs = dispatch->state.state == ENT_DISPATCH_SKIPPING ||
                 (dispatch->state.state == ENT_DISPATCH_SENT &&
                     node_ways_find(dispatch, via) != NULL);

    (void)node;
    if (hangs) {
        dispatch->state.attempts = 0;
    }
    return hangs;
}

/* What was sent by that neighbour and is due within a retry's longest pause is
 * due now; the pump sends it, in its order and as credit allows. What is in
 * custody lies further ahead, or is passed over. */
enum ent_status
node_pump_resume(
    struct node *node, const char *via, bool urgent, struct ent_error *err)
{
    const struct haste haste = {.from_ms = node->now_ms + 1,
        .until_ms = node->now_ms + RESUME_AHEAD_MS,
        .choose = hangs_on,
        .via = via};
    enum ent_status rc = ENT_OK;

    for (uint8_t rank = 0; rc == ENT_OK && rank < NODE_DUE_RANKS; rank++) {
        if (node_due_is_urgent(rank) == urgent) {
            rc = hasten(node, &haste, rank, err);
        }
    }
    return rc;
}

/* That broker has it in custody, and none that is there has. */
static bool
lies_with(
    const struct node *node, struct node_dispatch *dispatch, const char *via)
{
    const node_way *way = node_ways_find(dispatch, via);

    if (dispatch->state.state != ENT_DISPATCH_CUSTODY || way == NULL ||
        way->custody_at == 0) {
        return false;
    }
    for (size_t i = 0; i < dispatch->row->n_ways; i++) {
        const node_way *other = dispatch->row->ways[i];

        if (other->custody_at != 0 &&
            node_uplink_has(node->uplink, other->via)) {
            return false;
        }
    }
    return true;
}

enum ent_status
node_pump_doubt(struct node *node, const char *via, struct ent_error *err)
{
    const struct haste haste = {.from_ms = node->now_ms + 1,
        .until_ms = UINT64_MAX,
        .choose = lies_with,
        .via = via};
    enum ent_status rc = ENT_OK;

    for (uint8_t rank = 0; rc == ENT_OK && rank < NODE_DUE_RANKS; rank++) {
        rc = hasten(node, &haste, rank, err);
    }
    return rc;
}

enum ent_status
node_pump_due(struct node *node, uint64_t *ret_due, struct ent_error *err)
{
    uint64_t soonest = UINT64_MAX;

    for (uint8_t rank = 0; rank < NODE_DUE_RANKS; rank++) {
        /* What is due already waits for credit, not for time. */
        struct node_due due = node_due_walk(rank, node->now_ms + 1);
        enum ent_status rc;

        if (!node_uplink_ready(node->uplink, node_due_is_urgent(rank))) {
            continue;
        }
        rc = node_due_next(node, &due, err);
        if (rc == ENT_OK && due.at < soonest) {
            soonest = due.at;
        }
        if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
            return rc;
        }
    }
    *ret_due = soonest;
    return ENT_OK;
}
