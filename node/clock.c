/* SPDX-License-Identifier: Apache-2.0 */
#include "node/clock.h"

#include <stdio.h>
#include <string.h>

#include "node/alarms.h"
#include "node/submit.h"
#include "proto/base/log.h"
#include "proto/base/time.h"

#define COMPONENT "clock"
#define AHEAD_MS (UINT64_C(30) * NODE_DAY_MS)
#define SKEW_MS ENT_CLOCK_SKEW_MS
#define FLOOR "clock"

static void
doubt(struct node *node, enum ent_doubt why)
{
    node->clock_doubt = true;
    node->clock.why = why;
    ent_log(ENT_LOG_ERROR, COMPONENT,
        "the clock is in doubt: nothing is deleted or expired until it is "
        "right and the node is started again, or `entente clock confirm`");
}

enum ent_status
node_clock_judge(struct node *node, struct ent_error *err)
{
    uint64_t last = 0;
    enum ent_doubt why;
    enum ent_status rc = node_store_begin(node->store, err);

    if (rc == ENT_OK) {
        rc = node_number_get(node->store, FLOOR, &last, err);
        node_store_abort(node->store);
    }
    why = ent_doubt_since(node->now_ms, last, AHEAD_MS);
    if (rc == ENT_OK && why != ENT_DOUBT_NONE) {
        doubt(node, why);
    }
    node->reckon_due = true;
    node->clock.floor_ms = last;
    return rc;
}

bool
node_clock_watch(struct node *node)
{
    struct node_clock *clock = &node->clock;
    uint64_t wall = ent_time_now_ms();
    uint64_t boot = ent_time_boot_ms();
    uint64_t expected = clock->wall_ms + (boot - clock->boot_ms);
    enum ent_doubt why =
        clock->boot_ms == 0 ? ENT_DOUBT_NONE : ent_doubt_step(wall, expected);

    if (why != ENT_DOUBT_NONE) {
        clock->has_witness = false; /* of another time */
        if (!node->clock_doubt) {
            doubt(node, why);
        }
    }
    if (why == ENT_DOUBT_BEHIND && expected > clock->floor_ms) {
        clock->floor_ms = expected;
    }
    clock->wall_ms = wall;
    clock->boot_ms = boot;
    return why != ENT_DOUBT_NONE;
}

uint64_t
node_clock_latest_ms(const struct node *node)
{
    const struct node_clock *clock = &node->clock;
    const bool was_set_back =
        node->clock_doubt && clock->why == ENT_DOUBT_BEHIND;

    return was_set_back && clock->floor_ms > node->now_ms ? clock->floor_ms
                                                          : node->now_ms;
}

/* ---- in a turn ---- */

static void
say_why(const struct node *node, uint64_t last, char *out, size_t size)
{
    char now_text[ENT_TIME_TEXT_MAX];
    char last_text[ENT_TIME_TEXT_MAX];

    ent_time_format(node->now_ms, now_text);
    ent_time_format(last, last_text);
    (void)snprintf(out, size,
        "the clock shows %s, and this node last worked at %s by it: %s. "
        "Nothing is deleted or called expired. If it is wrong set it right and "
        "start the node again; if it is right, `entente clock confirm`",
        now_text, last_text,
        node->clock.why == ENT_DOUBT_BEHIND
            ? "it was set back"
            : "it is far ahead, or the node was away for long");
}

enum ent_status
node_clock_keep(struct node *node, struct ent_error *err)
{
    char why[400];
    uint64_t last = 0;
    enum ent_status rc = ENT_OK;

    if (!node->clock_doubt) {
        node->clock.floor_ms = node->now_ms;
        return node_number_set(node->store, FLOOR, node->now_ms, err);
    }
    rc = node_number_get(node->store, FLOOR, &last, err);
    if (rc != ENT_OK) {
        return rc;
    }
    say_why(node, last, why, sizeof why);
    return node_alarm_raise(
        node, NODE_ALARM_CLOCK, node->self.text, err, "%s", why);
}

/* It is right: the floor is what it shows, and what waited goes on. */
static enum ent_status
believe(struct node *node, struct ent_error *err)
{
    struct ent_digest last = {{0}};
    uint64_t floor = 0;
    enum ent_status rc = node_number_get(node->store, FLOOR, &floor, err);

    ent_put_be(last.bytes, floor, 8);
    node->clock_doubt = false;
    node->errands_due = true;
    node->reckon_due = true;
    if (rc == ENT_OK) {
        rc = node_number_set(node->store, FLOOR, node->now_ms, err);
    }
    if (rc == ENT_OK) {
        rc = node_alarm_settle(node, NODE_ALARM_CLOCK, node->self.text, err);
    }
    return rc != ENT_OK ? rc
                        : node_record(node, ENT_ENTRY_CLOCK, &node->party,
                              &last, &(struct ent_digest){{0}}, 0, err);
}

enum ent_status
node_clock_witness(struct node *node, const struct ent_party *peer,
    uint64_t signed_at, struct ent_error *err)
{
    struct node_clock *clock = &node->clock;

    if (!node->clock_doubt || clock->why != ENT_DOUBT_AHEAD ||
        signed_at + SKEW_MS < node->now_ms ||
        signed_at > node->now_ms + SKEW_MS) {
        return ENT_OK;
    }
    if (!clock->has_witness) {
        clock->has_witness = true;
        clock->witness = *peer;
        return ENT_OK;
    }
    if (memcmp(&clock->witness, peer, sizeof *peer) == 0) {
        return ENT_OK;
    }
    ent_log(ENT_LOG_INFO, COMPONENT, "two peers have the same time: believed");
    return believe(node, err);
}

enum ent_status
node_clock_differs(struct node *node, const char *who, struct ent_error *err)
{
    char now_text[ENT_TIME_TEXT_MAX];

    ent_time_format(node->now_ms, now_text);
    return node_alarm_raise(node, NODE_ALARM_CLOCK, who, err,
        "%s says that what is sealed here is from the future: our clock (%s) "
        "is ahead, or that one is behind. Look at a watch. If ours is wrong "
        "set it right, start the node again and, where it asks for that, "
        "`entente clock confirm`: what waits is sealed anew then",
        who, now_text);
}

/* ---- people ---- */

enum ent_status
node_api_clock(struct node *node, const Entente__V1__ClockRequest *request,
    struct ent_arena *arena, Entente__V1__ClockReply *reply,
    struct ent_error *err)
{
    char why[400] = "";
    uint64_t last = 0;
    enum ent_status rc = node_number_get(node->store, FLOOR, &last, err);

    if (rc == ENT_OK && request->confirm && node->clock_doubt) {
        ent_log(ENT_LOG_WARN, COMPONENT, "somebody confirms that it is right");
        reply->confirmed = true;
        rc = believe(node, err);
    }
    if (node->clock_doubt) {
        say_why(node, last, why, sizeof why);
    }
    reply->at = node->now_ms;
    reply->last = last;
    reply->doubt = node->clock_doubt;
    reply->why = node_text_in(arena, why);
    return rc;
}
