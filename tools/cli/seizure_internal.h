/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seizure_internal - a row of seizures on its way to being a message: its texts
 * by column, and where the parts of the message lie (seizure_row.c reads the
 * row, seizure.c makes the message).
 */
#ifndef TOOLS_CLI_SEIZURE_INTERNAL_H
#define TOOLS_CLI_SEIZURE_INTERNAL_H

#include "tools/cli/seizure.h"

enum cli_seizure_columns {
    REGION = 1,
    SUBREGION,
    COUNTRY,
    ADMINISTRATIVE_DIVISION,
    PLACE,
    SEIZURE_DATE,
    DRUG_NAME,
    AMOUNT,
    DRUG_UNIT,
    HIDING_PLACE,
    INSTALLATION,
    TRANSPORT,
    PRODUCING_COUNTRY,
    DEPARTURE_COUNTRY,
    DESTINATION_COUNTRY,
    ROUTING,
};

/* One row on its way. The first that fails sets `rc`, and all after it does
 * nothing. */
struct cli_mapping {
    const struct cli_csv_row *row;
    const struct cli_drugcodes *codes;
    struct ent_arena *arena;
    struct cli_seizure_fault *fault;
    uint64_t now_ms;
    char *texts[CLI_SEIZURE_COLUMNS + 1]; /* by column; "": empty */
    enum ent_status rc;
};

/* Why there is no message; the first reason counts. */
void cli_mapping_reject(struct cli_mapping *m, size_t column,
    const char *format, ...) ENT_PRINTF(3, 4);

/* In the arena, zeroed. NULL: no memory, or rejected already. */
void *cli_mapping_room(struct cli_mapping *m, size_t len);
/* A text of these bytes, in the same way. */
char *cli_mapping_copy(struct cli_mapping *m, const void *data, size_t len);

/* Fill `texts` in: trimmed, valid, in one line, in Unicode's form C. */
void cli_mapping_read(struct cli_mapping *m, bool reasoned);

#endif
