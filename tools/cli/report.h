/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report - what became of messages that were handed to the node: a line for
 * each copy, with the clause that refused it; one JSON object for each message.
 */
#ifndef TOOLS_CLI_REPORT_H
#define TOOLS_CLI_REPORT_H

#include <stdio.h>

#include "tools/cli/batch.h"

struct cli_report {
    FILE *out;
    const char *source; /* the input, for words to people: "seizures.json" */
    bool json;
    size_t accepted; /* copies */
    size_t refused;
    size_t malformed; /* messages */
    size_t lost;
    bool progress; /* something is on the terminal that must be wiped */
};

/* All the results of a batch. */
enum ent_status cli_report_batch(struct cli_report *report,
    const struct cli_batch *batch, const Entente__V1__SubmitReply *reply,
    struct ent_error *err) ENT_MUST_CHECK;

/* One of them; it came from that line of the input. */
enum ent_status cli_report_result(struct cli_report *report,
    const Entente__V1__SubmitResult *result, size_t line,
    struct ent_error *err) ENT_MUST_CHECK;

/* The node did not accept a batch; when it is `unknown`, it may have. */
enum ent_status cli_report_lost(struct cli_report *report,
    const struct cli_batch *batch, bool unknown,
    struct ent_error *err) ENT_MUST_CHECK;

/* What stands in that line never became a message, for this reason. */
enum ent_status cli_report_malformed(struct cli_report *report, size_t line,
    const char *why, struct ent_error *err) ENT_MUST_CHECK;

/* The closing line, where there was more than one. */
void cli_report_end(struct cli_report *report);

/* EX_OK, 1 when a copy was refused, EX_DATAERR when a message was malformed. */
int cli_report_code(const struct cli_report *report);

/* "the sentence (clause 5.1, line 37; FAMILY_NOT_AGREED)": why one copy was
 * refused. The caller frees it; NULL: no memory. */
char *cli_report_reason(const Entente__V1__CopyResult *copy);

#endif
