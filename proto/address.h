/* SPDX-License-Identifier: Apache-2.0 */
/*
 * address - the name of an office or broker: `blo-maesai@th`.
 *
 * Before the `@` 3 to 63 characters a-z 0-9 and `-`, neither first nor last a
 * `-`; after it the state whose authority must have certified it: ISO 3166-1
 * alpha-2, or an ICAO Doc 9303-3 organisation code of three letters (`xpo`),
 * lower case. A value: compare, copy and print it freely.
 */
#ifndef ENT_PROTO_ADDRESS_H
#define ENT_PROTO_ADDRESS_H

#include "proto/base/bytes.h"

#define ENT_ADDRESS_MAX 67 /* 63 + '@' + 3 */
#define ENT_STATE_MAX 3
#define ENT_PARTY_LEN 16

struct ent_address {
    char text[ENT_ADDRESS_MAX + 1]; /* NUL-terminated; "" is no address */
};

/* A fixed-length stand-in for an address in keys and fixed records. */
struct ent_party {
    uint8_t bytes[ENT_PARTY_LEN];
};

/* Read an address; ENT_BAD_INPUT says which rule it breaks. */
enum ent_status ent_address_parse(struct ent_view text,
    struct ent_address *ret_address, struct ent_error *err) ENT_MUST_CHECK;

/* The part after the '@', inside `address`. "" for no address. */
const char *ent_address_state(const struct ent_address *address);

/* A number of 32 bits to find it by in a table. Whoever chooses addresses can
 * choose some that have the same. */
uint64_t ent_address_hash(const struct ent_address *address);

bool ent_address_equal(
    const struct ent_address *a, const struct ent_address *b);

/* BLAKE2b-128 of "entente party v1" and the address. */
struct ent_party ent_address_party(const struct ent_address *address);

#endif
