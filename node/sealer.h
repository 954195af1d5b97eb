/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sealer - messages of one recipient and precedence, handed in just now or
 * pending since, become a bundle: one encapsulation, one signature, chained to
 * the stream.
 *
 * No timer: idle, a bundle is one message; under load it is what came in during
 * one turn. A message that waited is judged by policy once more, by the
 * agreement of now: what is no longer permitted or valid is not sealed.
 */
#ifndef NODE_SEALER_H
#define NODE_SEALER_H

#include "node/node.h"

/* Seal what can be sealed, FLASH first; `ret_more` when the turn's budget ended
 * before the work. What lacks a certificate or manifest is fetched. */
enum ent_status node_sealer_run(
    struct node *node, bool *ret_more, struct ent_error *err) ENT_MUST_CHECK;

/* Seal what programs handed in just now (node/outbox.h), as it was judged;
 * what cannot be sealed yet becomes pending. */
enum ent_status node_sealer_fresh(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;

#endif
