/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock - whether the time of day can be believed.
 *
 * What is destroyed, deleted or called expired cannot be taken back. So the
 * time of day is set against two others: when this store was last written,
 * which only our own commits move, and a clock that never steps. While it is in
 * doubt nothing of the kind happens, what is urgent still goes, and an alarm
 * says so. It is over when two peers sign something at about the time that our
 * clock shows (what was signed earlier can only be repeated, so it proves
 * nothing about a clock that is behind), when somebody looked at a watch and
 * says `entente clock confirm`, or when the node is started under a better one.
 */
#ifndef NODE_CLOCK_H
#define NODE_CLOCK_H

#include "node/node.h"
#include "proto/schema/api.pb-c.h"

/* Set against the last time this store was open. */
enum ent_status node_clock_judge(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;

/* Set against the clock that never steps; between turns. True: it stepped, and
 * what was planned by it is to be planned anew. */
bool node_clock_watch(struct node *node);

/* By when permissions end: the latest that the clock has shown, though it was
 * set back meanwhile. What is over stays over. */
uint64_t node_clock_latest_ms(const struct node *node);

/* In a turn: while in doubt the alarm, else the time is kept. */
enum ent_status node_clock_keep(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;

/* That peer signed something then, by its clock: a second one who agrees with
 * ours ends a doubt that begins with a clock that is ahead. */
enum ent_status node_clock_witness(struct node *node,
    const struct ent_party *peer, uint64_t signed_at,
    struct ent_error *err) ENT_MUST_CHECK;

/* `who` says that what we seal is from the future: an alarm, as one of the two
 * clocks is wrong. */
enum ent_status node_clock_differs(
    struct node *node, const char *who, struct ent_error *err) ENT_MUST_CHECK;

/* What the clock shows, and what is wrong with it; with `confirm` somebody says
 * that it is right. */
enum ent_status node_api_clock(struct node *node,
    const Entente__V1__ClockRequest *request, struct ent_arena *arena,
    Entente__V1__ClockReply *reply, struct ent_error *err) ENT_MUST_CHECK;

#endif
