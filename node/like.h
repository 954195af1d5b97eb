/* SPDX-License-Identifier: Apache-2.0 */
/*
 * like - messages here that may be about the incident of another: the same
 * case, the same vehicle or container, the same event (proto/likeness.h). They
 * are shown to an officer, who links them or not (node/link.h).
 */
#ifndef NODE_LIKE_H
#define NODE_LIKE_H

#include "node/node.h"
#include "proto/base/pb.h"
#include "proto/schema/api.pb-c.h"

#define NODE_LIKE_DAYS 14 /* reports of one event come so far apart at most */

/* What is like the message that is asked for, the best first. ENT_NOT_FOUND:
 * there is no such message, or nothing of it is left. */
enum ent_status node_api_like(struct node *node,
    const Entente__V1__LikeRequest *request, struct ent_arena *arena,
    Entente__V1__LikeReply *reply, struct ent_error *err) ENT_MUST_CHECK;

/* An officer says that two messages are one incident, or that they are not. */
enum ent_status node_api_link(struct node *node,
    const Entente__V1__LinkRequest *request,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
