/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agreement_internal - what an agreement is inside, for the files of this
 * folder. Everything a decision looks up is a bit, an index or an array here,
 * prepared at load.
 *
 * Texts are borrowed from the tree of the file, which lives as long.
 */
#ifndef ENT_POLICY_AGREEMENT_INTERNAL_H
#define ENT_POLICY_AGREEMENT_INTERNAL_H

#include "policy/agreement.h"
#include "policy/decide.h"
#include "policy/path.h"

#define ENT_OFFICES_MAX 1024
#define ENT_EXCHANGES_MAX 256
#define ENT_RETENTIONS_MAX 256
#define ENT_PROHIBITED_MAX 64
#define ENT_FAMILIES_MAX 128

#define ENT_LEVELS 6 /* rungs of Precedence and of Classification, with 0 */

/* Offences for which some laws of the region threaten death: nobody may be
 * named without an assurance (domain C3). */
#define ENT_CAPITAL_OFFENCES                                                   \
    (UINT32_C(1) << ENTENTE__V1__OFFENCE__DRUGS |                              \
        UINT32_C(1) << ENTENTE__V1__OFFENCE__TERRORISM)

#define ENT_NONE SIZE_MAX /* no such index */

/* Where in the file something stands. 0: it does not. */
struct agreement_mark {
    size_t line;
    size_t column;
};

/* Bit n: the nth family of ent_family_list. */
struct agreement_families {
    uint64_t bits[ENT_FAMILIES_MAX / 64];
};

struct agreement_party {
    const char *state; /* NULL: there is no such party */
    struct ent_verify_key authority;
    bool has_authority;
    const struct ent_yaml_node *names; /* map: language to name */
    struct agreement_mark mark;
};

struct agreement_office {
    struct ent_address address;
    uint32_t kind;
    size_t party;
    const char *pair_text; /* NULL: none */
    size_t pair;           /* index of an office, or ENT_NONE */
    struct agreement_mark mark;
    struct agreement_mark pair_mark;
};

struct agreement_exchange {
    const char *clause;
    struct agreement_families families;
    uint32_t kinds;
    uint32_t purposes;
    size_t sender; /* index of the party that may send, or ENT_NONE: both */
    struct agreement_mark mark;
};

struct agreement_retention {
    struct agreement_families families;
    uint64_t keep_ms;
    bool aggregate; /* counts of what was deleted may stay */
    struct agreement_mark mark;
};

/* One place in the schema: the fields to follow from the message down. */
struct agreement_chain {
    size_t count;
    const ProtobufCFieldDescriptor *steps[ENT_PATH_DEPTH_MAX];
};

struct agreement_path {
    const char *text;
    size_t line;
    struct agreement_chain *chains;
    size_t chain_count; /* 0: no family of this version has such a field */
};

struct agreement_paths {
    struct agreement_path *list;
    size_t count;
};

struct agreement_level {
    uint64_t acknowledge_ms;
    uint64_t reply_ms;
};

struct ent_agreement {
    struct ent_yaml *yaml;
    struct ent_bytes text;
    struct ent_digest digest;
    const char *name;
    const char *title;
    uint64_t version;

    struct {
        uint64_t from_ms;
        uint64_t until_ms;  /* the first moment after */
        uint64_t review_ms; /* 0: none */
        const char *from;
        const char *until;
        struct agreement_mark mark;
    } in_force;

    struct agreement_party parties[ENT_PARTIES_MAX];
    size_t party_count;

    struct agreement_office *offices;
    size_t office_count;
    uint32_t *slots;   /* open addressing by address; index + 1, 0: free */
    size_t slot_count; /* a power of two, more than twice the offices */
    struct agreement_mark offices_mark;

    uint32_t purposes;
    struct agreement_mark purposes_mark;

    uint32_t offences;
    uint32_t penalty_months; /* 0: none asked */
    struct agreement_mark offences_mark;
    struct agreement_mark penalty_mark;

    struct agreement_exchange *exchanges;
    size_t exchange_count;
    struct agreement_mark exchange_mark;

    struct agreement_paths prohibited;
    struct agreement_paths withheld;

    uint32_t ceiling;
    uint32_t equivalent; /* bit per rung that both states have a word for */
    const struct ent_yaml_node *equivalence[ENT_LEVELS];
    struct agreement_mark classification_mark;

    uint32_t handling;
    struct agreement_mark handling_mark;

    struct agreement_retention *retentions;
    size_t retention_count;
    size_t retention_of[ENT_FAMILIES_MAX]; /* index, or ENT_NONE */

    struct agreement_level levels[ENT_LEVELS];
    struct agreement_mark levels_mark;
};

/* Reading one file. Whatever is wrong goes to `complaints`; only memory stops
 * the reading. */
struct agreement_reader {
    struct ent_agreement *agreement;
    struct ent_complaints *complaints;
    struct ent_error *err;
    const struct ent_yaml_node *root;
    bool offices_sound; /* nothing to complain about in parties and offices */
};

/* The tree into the struct: words, numbers, addresses. */
enum ent_status ent_agreement_parse(struct agreement_reader *reader,
    const struct ent_yaml_node *root) ENT_MUST_CHECK;

/* What no single clause can see: that they fit together. */
void ent_agreement_check(struct agreement_reader *reader);

/* The sections of agreement_exchange.c and agreement_rules.c; only memory
 * fails. */
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

/* `node` must be a map of these keys, `path` its place ("exchange"); complains
 * about keys that are missing, unknown, not enforced, or of another kind. */
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

bool ent_read_families(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, struct agreement_families *ret_families);

/* A date or an RFC 3339 time. A date as `end` means the whole of that day. */
bool ent_read_time(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, bool end, uint64_t *ret_ms);
bool ent_read_duration(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, uint64_t *ret_ms);
/* A duration of years and months, in months. */
bool ent_read_months(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, uint32_t *ret_months);

bool ent_read_version(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, uint64_t *ret_version);
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

/* ---- the clauses that are not enforced (agreement_refuse.c) ---- */

/* Complain when `key` of the map at `path` ("" at the top, "exchange" ...) is
 * one that this version does not enforce; true when it is. */
bool ent_agreement_refuse_key(const struct agreement_reader *reader,
    const char *path, const struct ent_yaml_node *key);

/* The keys of that path that are not enforced, for hints; NULL past the last.
 */
const char *ent_agreement_refused_key(const char *path, size_t n);

/* The same of a value of `key` there. */
bool ent_agreement_refuse_value(const struct agreement_reader *reader,
    const char *path, const char *key, const struct ent_yaml_node *value);

/* ---- looking things up ---- */

size_t ent_agreement_find_office(
    const struct ent_agreement *agreement, const struct ent_address *address);
/* Put office `index` into the table. */
void ent_agreement_hash_office(struct ent_agreement *agreement, size_t index);

size_t ent_agreement_find_party(
    const struct ent_agreement *agreement, const char *state);

size_t ent_family_index(const struct ent_family *family);
void ent_families_add(struct agreement_families *families, size_t index);
static inline bool
ent_families_have(const struct agreement_families *families, size_t index)
{
    return (families->bits[index / 64] >> index % 64 & 1) != 0;
}

/* May a message of that clause go from one office to the other, by kinds,
 * states, direction and pairing? */
bool ent_exchange_joins(const struct ent_agreement *agreement,
    const struct agreement_exchange *exchange,
    const struct agreement_office *from, const struct agreement_office *to);

/* Does any office use the clause? */
bool ent_exchange_is_usable(const struct ent_agreement *agreement,
    const struct agreement_exchange *exchange);

#endif
