/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lookup - what an officer wants to look up: a document, a plate, a container,
 * a ship, a name, as words and options of the command line.
 */
#ifndef TOOLS_CLI_LOOKUP_H
#define TOOLS_CLI_LOOKUP_H

#include <argp.h>

#include "proto/base/bytes.h"
#include "proto/schema/api.pb-c.h"

#define CLI_LOOKUPS_MAX 16

/* Zero is none. It points into the command line and must stay where it is. */
struct cli_lookup {
    Entente__V1__LookupTerm terms[CLI_LOOKUPS_MAX];
    Entente__V1__LookupTerm *list[CLI_LOOKUPS_MAX];
    size_t count;
};

/* --document, --plate and so on, as an argp child whose input is this. */
extern const struct argp cli_lookup_argp;

/* One more: "document" "THA/AA1234567", "vessel" "9074729". A vessel of seven
 * digits is asked for by its IMO number, of nine by its MMSI, else by its name.
 * ENT_BAD_INPUT says what is known, or how it is written. */
enum ent_status cli_lookup_add(struct cli_lookup *lookup, const char *word,
    char *value, struct ent_error *err) ENT_MUST_CHECK;

#endif
