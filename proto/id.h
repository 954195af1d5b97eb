/* SPDX-License-Identifier: Apache-2.0 */
/*
 * id - a UUIDv7 (RFC 9562): time-ordered, so that index inserts append.
 */
#ifndef ENT_PROTO_ID_H
#define ENT_PROTO_ID_H

#include "proto/base/bytes.h"

#define ENT_ID_LEN 16
#define ENT_ID_TEXT_LEN 36
#define ENT_ID_OWN_LEN 10

struct ent_id {
    uint8_t bytes[ENT_ID_LEN];
};

/* A new id for the time `now_ms`; later calls of one thread sort later, even
 * within a millisecond (RFC 9562 section 6.2, method 1). */
struct ent_id ent_id_new(uint64_t now_ms);

/* The id that a thing always gets, of `ms` and what else is its own (a digest):
 * UUIDv8 (RFC 9562 section 5.8), which sorts by `ms` among the others. */
struct ent_id ent_id_of_thing(
    uint64_t ms, const uint8_t own[static ENT_ID_OWN_LEN]);

/* 8-4-4-4-12 lower-case hexadecimal digits and a NUL. */
void ent_id_format(
    const struct ent_id *id, char out[static ENT_ID_TEXT_LEN + 1]);

/* The same, any case; ENT_BAD_INPUT unless exactly that form. Any UUID version
 * is taken: ids come from other systems too. */
enum ent_status ent_id_parse(struct ent_view text, struct ent_id *ret_id,
    struct ent_error *err) ENT_MUST_CHECK;

bool ent_id_equal(const struct ent_id *a, const struct ent_id *b);

#endif
