/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drugcodes - how reporting officers write drugs, units, countries and places,
 * and the code that each is: a table in YAML that people can extend
 * (tools/codes/drug-seizures.yaml is built in, and explains itself).
 *
 * What is not in it has no code. Spellings are compared as they are.
 */
#ifndef TOOLS_CLI_DRUGCODES_H
#define TOOLS_CLI_DRUGCODES_H

#include "proto/base/yaml.h"

enum cli_drugcodes_part {
    CLI_CODES_COUNTRY,      /* text: ISO 3166-1 alpha-2 */
    CLI_CODES_DRUG,         /* number: Entente__V1__Drug */
    CLI_CODES_UNIT,         /* number: Entente__V1__DrugUnit, and text: how much
                               of it one is, a decimal */
    CLI_CODES_INSTALLATION, /* number: Entente__V1__Installation */
    CLI_CODES_TRANSPORT,    /* number: Entente__V1__TransportMode */
    CLI_CODES_PLACE,        /* text: UN/LOCODE */
};

struct cli_drugcode {
    enum cli_drugcodes_part part;
    const char *country; /* of a place; else "" */
    const char *word;    /* as officers write */
    const char *text;
    int number;
};

struct cli_drugcodes;

/* The table that is built in. */
extern const char cli_drugcodes_text[];

/* ENT_BAD_INPUT: all reasons are in `complaints`, with line and column. */
enum ent_status cli_drugcodes_read(struct ent_view text,
    struct cli_drugcodes **ret_codes, struct ent_complaints *complaints,
    struct ent_error *err) ENT_MUST_CHECK;
void cli_drugcodes_free(struct cli_drugcodes **codes);

/* NULL: it has no code. `country` is "" but for a place. */
const struct cli_drugcode *cli_drugcodes_find(const struct cli_drugcodes *codes,
    enum cli_drugcodes_part part, const char *country, const char *word);

#endif
