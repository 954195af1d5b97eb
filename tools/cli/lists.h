/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lists - asking the node whether something is on a list, and showing what it
 * answers and how fresh that is.
 */
#ifndef TOOLS_CLI_LISTS_H
#define TOOLS_CLI_LISTS_H

#include "tools/cli/client.h"
#include "tools/cli/output.h"

/* --encounter, --place, --next, --exercises, --role and --purpose, as an argp
 * child whose input is this; zero to begin with. */
struct cli_lists_options {
    Entente__V1__Encounter encounter;
    const char *place;
    const char *next;
    bool exercises;
    const char *role;
    Entente__V1__Purpose purpose;
};
extern const struct argp cli_lists_argp;

/* Ask for `count` terms; the reply has an answer for each, and lives until the
 * next ask. Codes as cli_client_ask. */
int cli_lists_ask(struct cli_client *client,
    const struct cli_lists_options *options, Entente__V1__LookupTerm **terms,
    size_t count, const Entente__V1__ListCheckReply **ret_reply,
    struct ent_error *err) ENT_MUST_CHECK;

enum ent_status cli_lists_print_entries(const Entente__V1__ListAnswer *answer,
    struct ent_error *err) ENT_MUST_CHECK;
/* Whose lists were asked, and of when they are. */
enum ent_status cli_lists_print_sources(
    const Entente__V1__ListCheckReply *reply,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
