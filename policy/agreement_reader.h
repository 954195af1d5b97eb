/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agreement_reader - from the tree of a file into values, with a complaint for
 * whatever is not right, at its place. For all files of this folder:
 * agreements, notices, overlays, signatures.
 */
#ifndef ENT_POLICY_AGREEMENT_READER_H
#define ENT_POLICY_AGREEMENT_READER_H

#include "policy/agreement_internal.h"

/* Reading one file. Whatever is wrong goes to `complaints`; only memory stops
 * the reading. */
struct agreement_reader {
    struct ent_agreement *agreement;
    struct ent_complaints *complaints;
    struct ent_error *err;
    const struct ent_yaml_node *root;
};

/* The tree into the struct: words, numbers, addresses. */
enum ent_status ent_agreement_parse(struct agreement_reader *reader,
    const struct ent_yaml_node *root) ENT_MUST_CHECK;

/* What no single clause can see: that they fit together. */
void ent_agreement_check(struct agreement_reader *reader);

/* The sections, each in the file that bears its name or that of its like; only
 * memory fails. */
enum ent_status ent_parse_parties(struct agreement_reader *reader,
    const struct ent_yaml_node *node) ENT_MUST_CHECK;
enum ent_status ent_parse_offices(struct agreement_reader *reader,
    const struct ent_yaml_node *node) ENT_MUST_CHECK;
enum ent_status ent_parse_pair_keys(struct agreement_reader *reader,
    const struct ent_yaml_node *node) ENT_MUST_CHECK;
enum ent_status ent_parse_purposes(struct agreement_reader *reader,
    const struct ent_yaml_node *node) ENT_MUST_CHECK;
enum ent_status ent_parse_offences(struct agreement_reader *reader,
    const struct ent_yaml_node *node) ENT_MUST_CHECK;
enum ent_status ent_parse_exchange(struct agreement_reader *reader,
    const struct ent_yaml_node *node) ENT_MUST_CHECK;
enum ent_status ent_parse_fields(struct agreement_reader *reader,
    const struct ent_yaml_node *node) ENT_MUST_CHECK;
enum ent_status ent_parse_classification(struct agreement_reader *reader,
    const struct ent_yaml_node *node) ENT_MUST_CHECK;
enum ent_status ent_parse_handling(struct agreement_reader *reader,
    const struct ent_yaml_node *node) ENT_MUST_CHECK;
enum ent_status ent_parse_retention(struct agreement_reader *reader,
    const struct ent_yaml_node *node) ENT_MUST_CHECK;
enum ent_status ent_parse_service_levels(struct agreement_reader *reader,
    const struct ent_yaml_node *node) ENT_MUST_CHECK;
enum ent_status ent_parse_onward(struct agreement_reader *reader,
    const struct ent_yaml_node *node) ENT_MUST_CHECK;
enum ent_status ent_parse_document_check(struct agreement_reader *reader,
    const struct ent_yaml_node *node) ENT_MUST_CHECK;
enum ent_status ent_parse_statistics(struct agreement_reader *reader,
    const struct ent_yaml_node *node) ENT_MUST_CHECK;
enum ent_status ent_parse_correction(struct agreement_reader *reader,
    const struct ent_yaml_node *node) ENT_MUST_CHECK;
enum ent_status ent_parse_recall(struct agreement_reader *reader,
    const struct ent_yaml_node *node) ENT_MUST_CHECK;
enum ent_status ent_parse_safeguards(struct agreement_reader *reader,
    const struct ent_yaml_node *node) ENT_MUST_CHECK;
enum ent_status ent_parse_assurances(struct agreement_reader *reader,
    const struct ent_yaml_node *node) ENT_MUST_CHECK;
enum ent_status ent_parse_hotline(struct agreement_reader *reader,
    const struct ent_yaml_node *node) ENT_MUST_CHECK;
enum ent_status ent_parse_emergency(struct agreement_reader *reader,
    const struct ent_yaml_node *node) ENT_MUST_CHECK;
enum ent_status ent_parse_suspension(struct agreement_reader *reader,
    const struct ent_yaml_node *node) ENT_MUST_CHECK;
enum ent_status ent_parse_without_prejudice(struct agreement_reader *reader,
    const struct ent_yaml_node *node) ENT_MUST_CHECK;

/* Look the path up in the schema once, so that a decision only follows it. */
enum ent_status ent_path_prepare(const struct agreement_reader *reader,
    struct agreement_path *path) ENT_MUST_CHECK;

void ent_paths_free(struct agreement_paths *paths);

/* Complain at the place of `node`. */
#define COMPLAIN(reader, node, ...)                                            \
    ent_complain(                                                              \
        (reader)->complaints, (node)->line, (node)->column, __VA_ARGS__)

/* A table of keys, and its length. */
#define KEYS(keys) (keys), sizeof(keys) / sizeof((keys)[0])

/* An array, zeroed, that dies with the agreement. */
enum ent_status ent_read_alloc(const struct agreement_reader *reader,
    size_t count, size_t size, void *ret_rows) ENT_MUST_CHECK;

/* ---- typed values (agreement_value.c): false after a complaint ---- */

struct agreement_key {
    const char *name;
    enum ent_yaml_kind kind;
    bool needed;
};

#define ENT_KEYS_MAX 32

/* Either may be given; whoever reads it looks. */
#define ENT_YAML_SCALAR_OR_LIST ((enum ent_yaml_kind)(ENT_YAML_MAP + 1))

/* `node` must be a map of these keys, `path` its place ("exchange"); complains
 * about keys that are missing, unknown, or of another kind. */
bool ent_read_map(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, const char *path,
    const struct agreement_key *keys, size_t count);

/* The value of `key` when it is of that kind; NULL otherwise: ent_read_map has
 * complained if it had to be there. */
const struct ent_yaml_node *ent_read_get(
    const struct ent_yaml_node *map, const char *key, enum ent_yaml_kind kind);

/* A list of items of one kind, neither empty nor longer than `max`. */
bool ent_read_list(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, const char *what, size_t max,
    enum ent_yaml_kind kind);

/* A word of `words`, into its value; or a list of them, into bits. */
bool ent_read_word(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, const ProtobufCEnumDescriptor *words,
    const char *what, uint32_t *ret_value);
bool ent_read_words(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, const ProtobufCEnumDescriptor *words,
    const char *what, uint32_t *ret_bits);

/* The same of a list that the schema has not. */
bool ent_read_term(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, const struct ent_terms *terms,
    uint32_t *ret_value);
bool ent_read_terms(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, const struct ent_terms *terms,
    uint32_t *ret_bits);

/* The one word that this clause can have; complains about any other. */
bool ent_read_fixed(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, const char *word, const char *what);

bool ent_read_families(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, struct ent_families *ret_families);

/* A date or an RFC 3339 time. A date as `end` means the whole of that day. */
bool ent_read_time(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, bool end, uint64_t *ret_ms);
bool ent_read_duration(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, uint64_t *ret_ms);
/* A duration of years and months, in months. */
bool ent_read_months(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, uint32_t *ret_months);

/* 1, 2, 3 and so on; `what` it is a number of ("version"). */
bool ent_read_number(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, const char *what, uint64_t *ret_number);
/* "ed25519:" and 32 bytes in base64url without padding. */
bool ent_read_key(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, struct ent_verify_key *ret_key);
/* Text for people, not empty, of at most `max` bytes. */
bool ent_read_text(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, const char *what, size_t max);

/* Where `key` stands in `map`, which has it. */
struct agreement_mark ent_mark_of_key(
    const struct ent_yaml_node *map, const char *key);

static inline struct agreement_mark
ent_mark_of(const struct ent_yaml_node *node)
{
    return (struct agreement_mark){.line = node->line, .column = node->column};
}

#endif
