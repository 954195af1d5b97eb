/* SPDX-License-Identifier: Apache-2.0 */
/*
 * label - the outside of a bundle: all that a broker may know.
 *
 * A label names sender, recipient, precedence and position in their stream, and
 * commits to the envelopes inside by a Merkle root. It is signed as it travels;
 * decoding refuses every encoding but the canonical one. Schema and meaning of
 * the fields: proto/schema/delivery.proto.
 */
#ifndef ENT_PROTO_LABEL_H
#define ENT_PROTO_LABEL_H

#include "proto/address.h"
#include "proto/digest.h"

#define ENT_LABEL_VERSION 1
#define ENT_SUITE_X25519 1
#define ENT_LABEL_MAX 1024           /* encoded bytes */
#define ENT_BUNDLE_MESSAGES_MAX 1024 /* envelopes */
#define ENT_BODY_MAX ((size_t)1024 * 1024)
#define ENT_MESSAGE_MAX ((size_t)256 * 1024)
#define ENT_CLOCK_SKEW_MS (UINT64_C(10) * 60 * 1000)

/* Which ordered sequence of bundles. */
struct ent_stream_id {
    struct ent_address sender;
    struct ent_address recipient;
    uint32_t precedence; /* Entente__V1__Precedence */
    uint64_t sender_incarnation;
    uint64_t recipient_incarnation;
};

struct ent_label {
    struct ent_stream_id stream;
    uint32_t suite;
    uint32_t mode; /* Entente__V1__Mode */
    uint64_t first;
    uint32_t count;
    uint32_t body_len;
    struct ent_digest previous;
    struct ent_digest root;
    uint8_t enc[32];
    struct ent_key_id signing_key_id;
    struct ent_key_id sealing_key_id;
    struct ent_key_id psk_id; /* all zero: no pair key */
    struct ent_digest agreement;
    uint64_t sealed_at;
    uint64_t expires_at;
};

enum ent_status ent_label_encode(const struct ent_label *label,
    struct ent_bytes *ret_wire, struct ent_error *err) ENT_MUST_CHECK;

/* ENT_BAD_INPUT unless canonical and inside every limit; ENT_UNSUPPORTED for
 * another version or suite. Proves nothing about who wrote it. */
enum ent_status ent_label_decode(struct ent_view wire,
    struct ent_label *ret_label, struct ent_error *err) ENT_MUST_CHECK;

/* Sealed after now, by more than two right clocks may differ. */
bool ent_label_is_ahead(const struct ent_label *label, uint64_t now_ms);

/* Longest life of a label: 24 h FLASH, 3 d IMMEDIATE, 7 d otherwise. */
uint64_t ent_precedence_life_max_ms(uint32_t precedence);

/* "FLASH" and so on; never NULL. Parsing takes either case. */
const char *ent_precedence_name(uint32_t precedence);
enum ent_status ent_precedence_parse(struct ent_view text,
    uint32_t *ret_precedence, struct ent_error *err) ENT_MUST_CHECK;
/* FLASH and IMMEDIATE: the connection of their own. */
bool ent_precedence_is_urgent(uint32_t precedence);
const char *ent_mode_name(uint32_t mode);

bool ent_stream_id_equal(
    const struct ent_stream_id *a, const struct ent_stream_id *b);

/* Chain value before the first bundle: BLAKE2b-256("entente stream v1", u8
 * length, sender, u8 length, recipient, u8 precedence, u64 both incarnations).
 * It is also the fixed-length name of the stream. */
struct ent_digest ent_chain_genesis(const struct ent_stream_id *stream);

/* BLAKE2b-256(0x02, previous, label bytes). */
struct ent_digest ent_chain_next(
    const struct ent_digest *previous, struct ent_view label);

#endif
