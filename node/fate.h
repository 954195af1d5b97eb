/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fate - what a sender said of a message of its own, kept under (sender, id),
 * whether the message came already or not.
 *
 * What weighs more stays: a recall before a withdrawal before a correction,
 * whatever came first. What it is raised to (node/raise.h) stays beside that.
 */
#ifndef NODE_FATE_H
#define NODE_FATE_H

#include "node/raise.h"

typedef Entente__Rest__V1__FateRow node_fate_row; /* a generated name */

enum node_fate {
    NODE_FATE_NONE = 0,
    NODE_FATE_CORRECTED = 1,
    NODE_FATE_WITHDRAWN = 2,
    NODE_FATE_RECALLED = 3,
};

/* What one message says of another. */
struct node_saying {
    enum node_fate fate;
    const Entente__V1__Reclassification *reclassified; /* NULL: it is not */
    struct ent_id of; /* the message that is meant */
};

/* What of it was not said before. */
struct node_news {
    bool fate;
    bool raise;
};

/* ENT_NOT_FOUND: nothing was said. Free with node_row_free. */
enum ent_status node_fate_get(struct node *node, const struct ent_party *sender,
    const struct ent_id *id, node_fate_row **ret_row,
    struct ent_error *err) ENT_MUST_CHECK;

/* Something was said of some message. */
enum ent_status node_fate_any(
    struct node *node, bool *ret_any, struct ent_error *err) ENT_MUST_CHECK;

/* `sender` says it in its message `by`. */
enum ent_status node_fate_put(struct node *node, const struct ent_party *sender,
    const struct node_saying *saying, const struct ent_id *by,
    struct node_news *ret_news, struct ent_error *err) ENT_MUST_CHECK;

/* Forget what was said of messages that cannot come any more; each row takes
 * one of `budget`. */
enum ent_status node_fate_prune(
    struct node *node, size_t *budget, struct ent_error *err) ENT_MUST_CHECK;

#endif
