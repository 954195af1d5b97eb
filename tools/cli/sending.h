/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sending - rows of a file whose messages go to the node, in batches, until it
 * is known of each what became of it. A row that an office refused, or that the
 * node has not taken, goes to the rejects: it is never lost.
 *
 * Once the node fails nothing more is tried, and all that comes goes there.
 */
#ifndef TOOLS_CLI_SENDING_H
#define TOOLS_CLI_SENDING_H

#include "tools/cli/origin.h"
#include "tools/cli/rejects.h"
#include "tools/cli/report.h"

/* A row that waits for the answer about its message. */
struct cli_sending_row {
    size_t line;         /* where it first stood */
    struct ent_view raw; /* in `bytes` */
};

struct cli_sending {
    struct cli_client *client;
    const struct cli_recipients *recipients;
    struct cli_rejects *rejects;
    struct cli_report report;
    struct cli_batch batch;
    struct cli_sending_row rows[CLI_BATCH_MAX]; /* of the batch */
    uint8_t *bytes;
    size_t used;
    uint64_t accepted; /* rows, by all recipients */
    uint64_t refused;  /* by one at least */
    uint64_t unsent;
    int code; /* of sysexits.h, why nothing is sent any more; EX_OK */
    char why[ENT_ERROR_TEXT_MAX];
};

/* `client`, `recipients`, `rejects` and `report` are set already. */
enum ent_status cli_sending_init(
    struct cli_sending *sending, struct ent_error *err) ENT_MUST_CHECK;
void cli_sending_fini(struct cli_sending *sending);

/* One more: the JSON of its message, and the row, of that line of the input.
 * ENT_IO: the rejects cannot be written. */
enum ent_status cli_sending_add(struct cli_sending *sending,
    struct ent_view text, size_t line, const struct cli_origin *origin,
    struct ent_error *err) ENT_MUST_CHECK;

/* Hand over what waits. */
enum ent_status cli_sending_flush(
    struct cli_sending *sending, struct ent_error *err) ENT_MUST_CHECK;

/* Send nothing any more, for this reason; the first counts. */
void cli_sending_stop(struct cli_sending *sending, int code, const char *why);

#endif
