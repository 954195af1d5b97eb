/* SPDX-License-Identifier: Apache-2.0 */
/*
 * officers - whose signatures count here: the officers of this office, enrolled
 * with the certificate that its key signed, until they are revoked.
 *
 * Other offices learn who is revoked from our manifest, as we do from theirs;
 * who is not, they see from the certificate under each message.
 */
#ifndef NODE_OFFICERS_H
#define NODE_OFFICERS_H

#include "node/node.h"
#include "policy/release.h"
#include "proto/schema/api.pb-c.h"

/* Enrol one by certificate. ENT_REJECTED: not of this office's key;
 * ENT_EXPIRED. Twice is once. */
enum ent_status node_officer_enrol(struct node *node, struct ent_view wire,
    struct ent_error *err) ENT_MUST_CHECK;

/* Its signatures count no more, here at once and elsewhere with the manifest
 * that this sends out. ENT_NOT_FOUND: no officer of ours; ENT_FULL: too many
 * at a time. */
enum ent_status node_officer_revoke(struct node *node,
    const struct ent_key_id *key_id, const char *reason,
    struct ent_error *err) ENT_MUST_CHECK;

/* Whose certificate that is. ENT_DENIED: not enrolled, or revoked. */
enum ent_status node_officer_open(struct node *node, struct ent_view wire,
    struct ent_officer *ret_officer, struct ent_error *err) ENT_MUST_CHECK;

/* The signatures of a message of ours, or of one that came from `sender`; NULL
 * when it has none. `room` holds the answer. */
const struct ent_release *node_officers_judge(struct node *node,
    const ent_message *message, const struct ent_address *sender,
    struct ent_release *room);

/* Revoked, and their certificates not over yet: for the manifest. */
enum ent_status node_officers_revoked(struct node *node,
    struct ent_key_id ret_list[static ENT_MANIFEST_OFFICERS_MAX],
    size_t *ret_count, struct ent_error *err) ENT_MUST_CHECK;

/* For programs: all of them, by badge or not. */
enum ent_status node_officers_list(struct node *node, struct ent_arena *arena,
    Entente__V1__OfficersReply *reply, struct ent_error *err) ENT_MUST_CHECK;

#endif
