/* SPDX-License-Identifier: Apache-2.0 */
/*
 * protocol_keys - the keys that the vectors of docs/PROTOCOL.md give, and the
 * tests of its second half.
 */
#ifndef ENT_TESTS_PROTOCOL_KEYS_H
#define ENT_TESTS_PROTOCOL_KEYS_H

#include "proto/address.h"
#include "proto/label.h"
#include "proto/secret.h"
#include "tests/protocol_blocks.h"

struct key {
    struct ent_secret *secret;
    struct ent_signer signer;
};

/* The key of `role` whose seed the block gives under `name`. */
void key_from(struct key *ret_key, const struct block *block, const char *name,
    enum ent_key_role role);
void key_fini(struct key *key);

/* The public half of the X25519 secret of that name. */
void x25519_public(const struct block *block, const char *name,
    uint8_t ret_key[static ENT_PUBLIC_KEY_LEN]);

/* An address that the block gives. */
struct ent_address block_address(const struct block *block, const char *key);

/* A digest of a block. */
struct ent_digest block_digest(const char *block, const char *key);

/* The stream of the document's bundle, and how many messages that has. */
struct ent_stream_id the_stream(void);
#define MESSAGES 2

#define ARRAY(bytes) ent_view_of(bytes, sizeof(bytes))

/* What a Signed carries is the block's payload. */
void expect_payload(const struct block *block, struct ent_view wire);

void expect_digest(
    const struct block *block, const char *key, const struct ent_digest *got);

/* ---- protocol_delivery.c, protocol_frames.c, protocol_files.c ---- */

void padding_fills_these_sizes(void **state);
void a_bundle_is_sealed_to_these_bytes(void **state);
void a_bundle_opens_again(void **state);
void a_pair_key_makes_these_secrets(void **state);
void outcomes_open_and_are_encoded_so(void **state);
void a_receipt_is_signed_so(void **state);
void a_custody_receipt_is_signed_so(void **state);
void a_skip_is_signed_so(void **state);
void frames_have_these_payloads(void **state);
void a_file_of_frames_has_these_bytes(void **state);
void a_file_is_cut_and_sealed_to_these_chunks(void **state);

/* ---- protocol_journal.c, protocol_evidence.c ---- */

void a_journal_has_these_entries_and_roots(void **state);
void a_witness_is_signed_so(void **state);
void evidence_is_written_so_and_proves_what_it_should(void **state);

#endif
