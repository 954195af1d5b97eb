/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yaml - a small tree read with libyaml that keeps every position, so that each
 * complaint can say file, line and column.
 *
 * YAML 1.2 without anchors, aliases, tags, merge keys or a second document; at
 * most 1 MiB, depth 16, 65,536 nodes; valid UTF-8 in NFC. Every scalar is text:
 * who asks for it gives it a type. Duplicate keys are errors here; unknown keys
 * are for the caller, with ent_yaml_unknown.
 */
#ifndef ENT_PROTO_BASE_YAML_H
#define ENT_PROTO_BASE_YAML_H

#include "proto/base/bytes.h"

#define ENT_YAML_SIZE_MAX ((size_t)1024 * 1024)
#define ENT_YAML_DEPTH_MAX 16
#define ENT_YAML_NODES_MAX ((size_t)65536)

enum ent_yaml_kind {
    ENT_YAML_SCALAR,
    ENT_YAML_LIST,
    ENT_YAML_MAP,
};

struct ent_yaml_node {
    enum ent_yaml_kind kind;
    size_t line;                 /* from 1 */
    size_t column;               /* from 1 */
    const char *text;            /* scalar, NUL-terminated; else NULL */
    size_t count;                /* children: items of a list, pairs of a map */
    struct ent_yaml_node **keys; /* map only, scalars */
    struct ent_yaml_node **items; /* list items or map values */
};

/* All complaints about one file, sorted by position. */
struct ent_complaint {
    size_t line;
    size_t column;
    char text[320]; /* what is wrong, and what would be right */
};

#define ENT_COMPLAINTS_MAX 64

struct ent_complaints {
    struct ent_complaint list[ENT_COMPLAINTS_MAX];
    size_t count;   /* at most ENT_COMPLAINTS_MAX */
    size_t dropped; /* beyond that */
};

/* Safe to print: what the format brings in from outside is neutralised. */
void ent_complain(struct ent_complaints *complaints, size_t line, size_t column,
    const char *format, ...) ENT_PRINTF(4, 5);
void ent_complaints_sort(struct ent_complaints *complaints);

struct ent_yaml;

/* Read `text`. On ENT_BAD_INPUT the reasons are in `complaints`, which is empty
 * to begin with, sorted, and the first of them in `err`. */
enum ent_status ent_yaml_read(struct ent_view text, struct ent_yaml **ret_yaml,
    struct ent_complaints *complaints, struct ent_error *err) ENT_MUST_CHECK;
void ent_yaml_free(struct ent_yaml **yaml);
const struct ent_yaml_node *ent_yaml_root(const struct ent_yaml *yaml);

/* The value of `key` in a map, or NULL. */
const struct ent_yaml_node *ent_yaml_get(
    const struct ent_yaml_node *map, const char *key);

/* Complain about each key of `map` that is not in `known` (ends with NULL),
 * with the nearest known one as a hint. */
void ent_yaml_unknown(const struct ent_yaml_node *map, const char *const *known,
    struct ent_complaints *complaints);

#endif
