/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config - a program's configuration: one YAML file, read once, checked whole.
 *
 * A program says what it wants as a table of rows: key, kind, where the value
 * goes, what holds when nothing is said, and a sentence of help. The same rows
 * read the file, refuse keys that nobody knows, print what is in effect, and
 * print the help. Paths are relative to the folder of the file. What a person
 * gets wrong is complained of with line and column, all at once, and nothing is
 * guessed.
 */
#ifndef ENT_PROTO_CONFIG_H
#define ENT_PROTO_CONFIG_H

#include <limits.h>

#include "proto/address.h"
#include "proto/base/yaml.h"
#include "proto/token.h"

#define ENT_ENDPOINT_MAX 127
#define ENT_AUTHORITIES_MAX 64

/* What a row's value is, and the type of the place it goes to. */
enum ent_config_kind {
    ENT_CONFIG_ADDRESS,  /* struct ent_address */
    ENT_CONFIG_PATH,     /* char[PATH_MAX]; "" stays "" */
    ENT_CONFIG_ENDPOINT, /* char[ENT_ENDPOINT_MAX + 1], tcp://HOST:PORT; or ""
                          */
    ENT_CONFIG_TOKEN,    /* char[ENT_TOKEN_URI_MAX + 1], pkcs11:...; or "" */
    ENT_CONFIG_MIB,      /* uint64_t, bytes */
    ENT_CONFIG_NUMBER,   /* uint64_t */
    ENT_CONFIG_DURATION, /* uint64_t, ms; written as in ISO 8601 */
};

struct ent_config_row {
    const char *section; /* the map it stands in; NULL: the top level */
    const char *key;
    enum ent_config_kind kind;
    size_t offset;        /* in the program's own struct */
    uint64_t min;         /* MIB, NUMBER, DURATION; in the unit of the text */
    uint64_t max;         /* (ms for a duration) */
    const char *fallback; /* NULL: must be given */
    const char *help;
};

/* A file that is being read. */
struct ent_config {
    const char *path;
    char folder[PATH_MAX]; /* of the file itself */
    struct ent_yaml *yaml;
    const struct ent_yaml_node *root; /* a map */
    struct ent_complaints *complaints;
};

/* Read the file. `complaints` is empty to begin with. ENT_NOT_FOUND: there is
 * no such file; ENT_BAD_INPUT: it is not YAML, or not a map. */
enum ent_status ent_config_open(struct ent_config *config, const char *path,
    struct ent_complaints *complaints, struct ent_error *err) ENT_MUST_CHECK;
void ent_config_close(struct ent_config *config);

/* Put what the rows ask for into `place`. Keys that are neither in the rows nor
 * in `others` (ends with NULL; what the program reads itself) are complained
 * of. */
void ent_config_read(struct ent_config *config,
    const struct ent_config_row *rows, size_t count, const char *const *others,
    void *place);

/* All has been read: ENT_BAD_INPUT when there is anything to complain of. */
enum ent_status ent_config_end(
    struct ent_config *config, struct ent_error *err) ENT_MUST_CHECK;

/* The text of a scalar in a map, or NULL. */
const char *ent_config_text(const struct ent_yaml_node *map, const char *key);

/* A path as it is meant, relative to the file's folder; false: too long. */
bool ent_config_path(const struct ent_config *config, const char *text,
    char ret_path[static PATH_MAX]);

/* What is in effect, and what can be said, to standard output. */
void ent_config_print(
    const struct ent_config_row *rows, size_t count, const void *place);
void ent_config_help(const struct ent_config_row *rows, size_t count);

/* ---- the keys that trust begins with ---- */

/* A state's authority: the key that certifies its offices. */
struct ent_authority {
    char state[ENT_STATE_MAX + 1];
    struct ent_verify_key key;
};

struct ent_authorities {
    struct ent_authority list[ENT_AUTHORITIES_MAX];
    size_t count;
};

/* The map `authorities: {th: ed25519:..., kh: ed25519:...}`, or a list of
 * {state: th, key: ed25519:...}. At least one; each state once. */
void ent_config_authorities(
    struct ent_config *config, struct ent_authorities *ret_authorities);

/* The key of that state's authority; NULL: none. */
const struct ent_verify_key *ent_authorities_find(
    const struct ent_authorities *authorities, const char *state);

void ent_authorities_print(const struct ent_authorities *authorities);

#endif
