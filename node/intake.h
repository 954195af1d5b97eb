/* SPDX-License-Identifier: Apache-2.0 */
/*
 * intake - what comes from other offices: verified, opened, judged by our own
 * agreement, put on the desk or refused, and answered; all in one turn.
 *
 * What is not authentic moves nothing, is not answered, and stands in the log.
 */
#ifndef NODE_INTAKE_H
#define NODE_INTAKE_H

#include "node/node.h"

enum ent_status node_intake_bundle(struct node *node, struct ent_view head,
    struct ent_view body, struct ent_error *err) ENT_MUST_CHECK;

enum ent_status node_intake_skip(struct node *node, struct ent_view wire,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
