/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seizure - a row of UNODC's Individual Drug Seizures as a drug_seizure.
 *
 * What the officer wrote is passed on as written; drug, amount, date and state
 * are coded besides, or the row is none. A place gets its UN/LOCODE where the
 * table has one. Nothing is guessed: a departure "Unknown" stays a word.
 */
#ifndef TOOLS_CLI_SEIZURE_H
#define TOOLS_CLI_SEIZURE_H

#include "proto/message.h"
#include "tools/cli/csv.h"
#include "tools/cli/drugcodes.h"
#include "tools/cli/origin.h"

#define CLI_SEIZURE_COLUMNS 16
#define CLI_SEIZURE_REASON "REASON" /* a column that rejected rows get */

struct cli_seizure_fault {
    size_t column; /* from 1; 0: the whole row */
    char reason[ENT_ERROR_TEXT_MAX];
};

/* The name of a column, from 1. */
const char *cli_seizure_column(size_t column);

/* Is that the first line of such a file? ENT_BAD_INPUT says what it should be.
 * With a last column REASON it is one of rejected rows, which may be corrected
 * and imported again. */
enum ent_status cli_seizure_heads(const struct cli_csv_row *row,
    bool *ret_reasoned, struct ent_error *err) ENT_MUST_CHECK;

/* Which row it is. */
struct cli_origin cli_seizure_origin_of(
    const struct cli_csv_row *row, bool reasoned);

/* The message of a row, valid, but without a time of creation, which it gets
 * when it is sent; it lies in `arena`. Its id is that of the row: imported
 * again, from the same file or its rejects, it is the same message.
 * ENT_BAD_INPUT: `fault` says why there is none, and the row is whole in
 * `row->raw`. */
enum ent_status cli_seizure_of(const struct cli_csv_row *row, bool reasoned,
    const struct cli_drugcodes *codes, uint64_t now_ms, struct ent_arena *arena,
    ent_message **ret_message, struct cli_seizure_fault *fault,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
