/* SPDX-License-Identifier: Apache-2.0 */
/*
 * output - what `entente` prints, once for people and once for programs.
 *
 * A verb makes jansson values and names the fields worth showing; here they
 * become a table, a list of named values, or with --json the values themselves.
 * Text from outside is neutralised on its way to a person; a program gets it
 * whole, escaped as far as a terminal in its place would need it. Colour goes
 * to terminals only, and not where NO_COLOR is set.
 */
#ifndef TOOLS_CLI_OUTPUT_H
#define TOOLS_CLI_OUTPUT_H

#include <argp.h>
#include <jansson.h>
#include <stdio.h>

#include "proto/base/bytes.h"

/* What a field's colour may be. */
#define CLI_RED "\033[31m"
#define CLI_GREEN "\033[32m"
#define CLI_YELLOW "\033[33m"
#define CLI_DIM "\033[2m"
#define CLI_PLAIN "\033[0m"

struct cli_field {
    const char *key;   /* in the object; what is not there is left out */
    const char *title; /* for people */
    bool right;        /* numbers: set against the right edge */
    bool wrap;         /* long texts: go on below where a terminal is narrow */
    bool broad;        /* only where there is room: not on a narrow terminal */
    /* The colour for this text, or NULL; may be NULL itself. */
    const char *(*colour)(const char *text);
};

/* May `out` show colours? */
bool cli_is_colourful(FILE *out);

/* An array of objects: a table with a line each, or the array. */
enum ent_status cli_print_table(FILE *out, const json_t *rows,
    const struct cli_field *fields, size_t count, bool json,
    struct ent_error *err) ENT_MUST_CHECK;

/* One object: a line for each field, or the object. */
enum ent_status cli_print_record(FILE *out, const json_t *object,
    const struct cli_field *fields, size_t count, bool json,
    struct ent_error *err) ENT_MUST_CHECK;

/* Any value on a line of its own: for verbs that never end (JSON lines). */
enum ent_status cli_print_json(
    FILE *out, const json_t *value, struct ent_error *err) ENT_MUST_CHECK;

/* How a value looks to people, in one line. The caller frees it; NULL: no
 * memory. */
char *cli_text_of(const json_t *value);

/* A JSON string of `text`; what is not UTF-8 in it is made visible first.
 * NULL: no memory. */
json_t *cli_json_text(struct ent_view text);

/* Columns of the terminal behind `out`; 0: it is none, write on. */
size_t cli_width(FILE *out);

/* Tell the operator on stderr, neutralised. */
void cli_complain(const char *format, ...) ENT_PRINTF(1, 2);

/* Complain with the error's sentence and give the status's code of sysexits.h:
 *     return rc == ENT_OK ? EX_OK : cli_fail(rc, &err);                    */
int cli_fail(enum ent_status status, const struct ent_error *err);
int cli_exit_code(enum ent_status status);

/* --json as an argp child; its input is a `bool`. */
extern const struct argp cli_json_argp;

#endif
