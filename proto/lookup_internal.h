/* SPDX-License-Identifier: Apache-2.0 */
/* What lookup.c, lookup_message.c and lookup_range.c share. */
#ifndef ENT_PROTO_LOOKUP_INTERNAL_H
#define ENT_PROTO_LOOKUP_INTERNAL_H

#include "proto/lookup.h"

struct ent_lookup_key {
    char text[ENT_LOOKUP_KEY_MAX];
    size_t len;
};

/* The one key of what is neither a name nor a range. */
struct ent_lookup_key ent_lookup_key_of(
    enum ent_lookup kind, struct ent_view of, struct ent_view value);

/* Each word of a name. */
enum ent_status ent_lookup_words(struct ent_view name, ent_lookup_visit *visit,
    void *context, struct ent_error *err) ENT_MUST_CHECK;

/* Blocks of numbers: "THA/AA12*3" is every number "AA12" and three digits. */
enum ent_status ent_lookup_range(struct ent_view of, struct ent_view first,
    struct ent_view last, ent_lookup_visit *visit, void *context,
    struct ent_error *err) ENT_MUST_CHECK;
/* Every block that a number is in. */
enum ent_status ent_lookup_blocks(struct ent_view of, struct ent_view number,
    ent_lookup_visit *visit, void *context,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
