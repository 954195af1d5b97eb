/* SPDX-License-Identifier: Apache-2.0 */
/*
 * welcome - which offices this node talks to itself, without a broker between:
 * those that an agreement in force names, under the link key of a certificate
 * that is valid now and not revoked. Everybody else is refused (fail closed).
 *
 * It is asked when a connection is made and again before every frame, because
 * a connection outlives a revocation. Every call needs a turn.
 */
#ifndef NODE_WELCOME_H
#define NODE_WELCOME_H

#include "node/peers.h"

/* True when that office may talk to us now. */
bool node_welcome(struct node *node, const struct node_peer *peer);

/* True when an agreement that is in use lists it, in force or not. */
bool node_welcome_is_named(
    const struct node *node, const struct ent_address *office);

/* The office whose link key it is, if it is welcome; NULL: nobody. */
struct node_peer *node_welcome_key(
    struct node *node, const uint8_t link_key[static ENT_PUBLIC_KEY_LEN]);

/* Know the offices that agreements name and the certificates that the
 * configuration gives for peers. A file that cannot be used is told in the log
 * and left out. */
enum ent_status node_welcome_prepare(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;

#endif
