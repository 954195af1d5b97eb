/* SPDX-License-Identifier: Apache-2.0 */
/*
 * archive - what evidence needs years later and the world forgets meanwhile:
 * every certificate that something here was verified with, and every agreement
 * that was ever in use, byte for byte.
 */
#ifndef NODE_ARCHIVE_H
#define NODE_ARCHIVE_H

#include "node/node.h"
#include "node/rest.pb-c.h"
#include "proto/checkpoint.h"

typedef Entente__Rest__V1__CertificateRow node_certificate_row;
typedef Entente__Rest__V1__AgreementRow node_agreement_row; /* generated */

/* Keep a certificate that `authority` signed, by the id of its signing key. */
enum ent_status node_archive_certificate(struct node *node,
    const struct ent_certificate *certificate, struct ent_view wire,
    const struct ent_verify_key *authority,
    struct ent_error *err) ENT_MUST_CHECK;

/* The one that was valid at `at_ms`, of those for that key; else the newest of
 * them. Free with node_row_free; ENT_NOT_FOUND: none was ever here. */
enum ent_status node_archive_certificate_get(struct node *node,
    const struct ent_key_id *signing_key_id, uint64_t at_ms,
    node_certificate_row **ret_row, struct ent_error *err) ENT_MUST_CHECK;

/* Read a checkpoint of that office, ours or another: of all its keys that a
 * certificate here ever named, the one that signed it, unless that was revoked
 * or another is pinned. `ret_row`, which may be NULL, has the certificate; free
 * with node_row_free. ENT_REJECTED: none of them signed it. */
enum ent_status node_archive_note_open(struct node *node,
    const struct ent_address *office, struct ent_view note,
    struct ent_checkpoint *ret_checkpoint, node_certificate_row **ret_row,
    struct ent_error *err) ENT_MUST_CHECK;

/* Keep an agreement that is in use, and its signatures. */
enum ent_status node_archive_agreement(struct node *node,
    const struct ent_agreement *agreement, struct ent_view signatures,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_archive_agreement_get(struct node *node,
    const struct ent_digest *digest, node_agreement_row **ret_row,
    struct ent_error *err) ENT_MUST_CHECK;

/* At the start: our own certificate, and those of our brokers. */
enum ent_status node_archive_own(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;

#endif
