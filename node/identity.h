/* SPDX-License-Identifier: Apache-2.0 */
/*
 * identity - who this office is: its keys, and the certificate by which its
 * authority says so. Read at the start, and again when a renewed one was put in
 * place (node/renewal.h).
 */
#ifndef NODE_IDENTITY_H
#define NODE_IDENTITY_H

#include "node/node.h"
#include "proto/authority.h"

/* The key files of the configuration. ENT_BAD_INPUT: it names no authority of
 * our own state either, by which anything could be verified. */
enum ent_status node_identity_keys(const struct node_config *config,
    struct node_keeper **ret_keeper, struct ent_error *err) ENT_MUST_CHECK;

/* The certificate of the configuration: by our authority, for these very keys,
 * valid at `now_ms`. The caller owns the result. */
enum ent_status node_identity_certificate(const struct node_config *config,
    struct node_keeper *keeper, const struct ent_rollover *authority,
    uint64_t now_ms, struct ent_certificate *ret_certificate,
    struct ent_bytes *ret_wire, struct ent_error *err) ENT_MUST_CHECK;

#endif
