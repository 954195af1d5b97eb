/* SPDX-License-Identifier: Apache-2.0 */
/* What feed.c and feed_again.c share: the row. */
#ifndef NODE_FEED_INTERNAL_H
#define NODE_FEED_INTERNAL_H

#include "node/feed.h"
#include "proto/schema/api.pb-c.h"

#define NODE_FEED_WAITING ENTENTE__V1__ATTACHMENT_STATE__ATTACHMENT_WAITING
#define NODE_FEED_MOVING ENTENTE__V1__ATTACHMENT_STATE__ATTACHMENT_MOVING

enum ent_status node_feed_put(struct node *node, uint64_t number,
    const node_feed_row *row, struct ent_error *err) ENT_MUST_CHECK;

/* Nothing more of it will go. */
bool node_feed_is_over(const node_feed_row *row);

#endif
