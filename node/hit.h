/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hit - has the office that would get a message met whom or what it speaks of?
 * What an agreement withholds until a hit goes then, and then alone.
 */
#ifndef NODE_HIT_H
#define NODE_HIT_H

#include "node/node.h"
#include "proto/message.h"

/* True when the message answers (in_reply_to) a hit_notice of that office which
 * came here. */
bool node_hit_came(struct node *node, const ent_message *message,
    const struct ent_address *from);

/* True when it answers a hit_notice of ours that went to that office. */
bool node_hit_went(struct node *node, const ent_message *message,
    const struct ent_address *to);

#endif
