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
#include "proto/seal.h"

enum ent_status node_intake_bundle(struct node *node, struct ent_view head,
    struct ent_view body, struct ent_error *err) ENT_MUST_CHECK;

/* The secrets of a bundle that is for us; `ret_gone`: the sealing key that it
 * names is not here any more. Random ones, when there is no opening it. */
enum ent_status node_intake_secrets(struct node *node,
    const struct ent_label *label, struct ent_bundle_secrets *ret_secrets,
    bool *ret_gone, struct ent_error *err) ENT_MUST_CHECK;

enum ent_status node_intake_skip(struct node *node, struct ent_view wire,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
