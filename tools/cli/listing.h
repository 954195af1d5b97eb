/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listing - messages of the desk on their way to a person or a program: a table
 * when all of them are known, a line each for a program.
 */
#ifndef TOOLS_CLI_LISTING_H
#define TOOLS_CLI_LISTING_H

#include "tools/cli/desk.h"
#include "tools/cli/rows.h"

struct cli_listing {
    struct cli_rows rows;
    bool replayed;    /* mark all of them so */
    bool by_deadline; /* the table: soonest first */
    size_t most;      /* of these so many, and how many more; 0: all */
    size_t count;     /* that were shown, or will be */
};
void cli_listing_fini(struct cli_listing *listing);

enum ent_status cli_listing_add(struct cli_listing *listing,
    const Entente__V1__InboxItem *item, struct ent_error *err) ENT_MUST_CHECK;

/* Print the table, if it is one. */
enum ent_status cli_listing_print(
    struct cli_listing *listing, struct ent_error *err) ENT_MUST_CHECK;

#endif
