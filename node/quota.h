/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quota - how many document checks were asked for under an agreement: by an
 * office in a day, by one of its officers in an hour (UTC, by our own clock).
 *
 * Counted in the turn that accepts the message, or takes it in: what was
 * counted and what was sent are on disk together. While our clock is in doubt
 * no new day or hour begins.
 */
#ifndef NODE_QUOTA_H
#define NODE_QUOTA_H

#include "node/node.h"

struct node_quota {
    uint64_t today;
    uint64_t this_hour;
};

/* What `office` has asked for until now, and of that `officer` (the author's
 * role; those who give none are one; NULL: not asked for). What cannot be read
 * counts as more than any limit. */
struct node_quota node_quota_look(struct node *node,
    const struct ent_agreement *agreement, const struct ent_address *office,
    const char *officer);

/* One more; the same parameters. */
enum ent_status node_quota_count(struct node *node,
    const struct ent_agreement *agreement, const struct ent_address *office,
    const char *officer, struct ent_error *err) ENT_MUST_CHECK;

/* Forget an officer who has not asked for a month. */
enum ent_status node_quota_prune(
    struct node *node, uint64_t number, struct ent_error *err) ENT_MUST_CHECK;

#endif
