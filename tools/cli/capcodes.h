/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capcodes - what alerts of the Common Alerting Protocol mean here: which
 * message each is, by its content, and what its words are in our codes; a table
 * in YAML that people can extend (tools/codes/cap.yaml is built in, and
 * explains itself).
 *
 * What is not in it has no meaning. Words are compared as they are.
 */
#ifndef TOOLS_CLI_CAPCODES_H
#define TOOLS_CLI_CAPCODES_H

#include "proto/base/yaml.h"
#include "proto/catalogue.h"
#include "tools/cli/cap.h"

/* The table that is built in. */
extern const char cli_capcodes_text[];

struct cli_capcodes;

/* ENT_BAD_INPUT: all reasons are in `complaints`, with line and column. */
enum ent_status cli_capcodes_read(struct ent_view text,
    struct cli_capcodes **ret_codes, struct ent_complaints *complaints,
    struct ent_error *err) ENT_MUST_CHECK;
void cli_capcodes_free(struct cli_capcodes **codes);

/* What such an alert becomes, and which values that sets: a map of paths
 * (tools/cli/paths.h), "body" for the family's. NULL: no line of the table
 * holds for this <info>. */
const struct ent_family *cli_capcodes_family(const struct cli_capcodes *codes,
    const struct cli_cap_element *info, const struct ent_yaml_node **ret_set);

/* A word's code: of a responseType, the valueName of a geocode or of a
 * parameter. NULL: it has none. */
const char *cli_capcodes_word(
    const struct cli_capcodes *codes, const char *part, const char *word);

/* What a word sets: of a scope or an areaDesc. NULL: nothing. */
const struct ent_yaml_node *cli_capcodes_set(
    const struct cli_capcodes *codes, const char *part, const char *word);

#endif
