/* SPDX-License-Identifier: Apache-2.0 */
/*
 * batch - messages that are handed to the node in one request.
 *
 * Each gets its id here, before the node hears of it: however often the request
 * has to be repeated, it stays one message.
 */
#ifndef TOOLS_CLI_BATCH_H
#define TOOLS_CLI_BATCH_H

#include <argp.h>

#include "proto/address.h"
#include "proto/message.h"
#include "tools/cli/client.h"

#define CLI_RECIPIENTS_MAX 64 /* of one message, as at the node */

/* To whom all messages go, whatever `to` says in them; none: there. */
struct cli_recipients {
    struct ent_address list[CLI_RECIPIENTS_MAX];
    size_t count;
};

/* ENT_BAD_INPUT for what is no address, ENT_FULL for too many. Once is enough:
 * the same address again changes nothing. */
enum ent_status cli_recipients_add(struct cli_recipients *recipients,
    const char *text, struct ent_error *err) ENT_MUST_CHECK;
/* The same of an option; ends with a usage error. */
void cli_recipients_parse(struct cli_recipients *recipients,
    const char *argument, struct argp_state *state);

struct cli_batch {
    struct ent_arena arena;
    Entente__V1__Submission *list[CLI_BATCH_MAX];
    size_t lines[CLI_BATCH_MAX]; /* where each came from */
    size_t count;
    size_t bytes; /* of text */
};

enum ent_status cli_batch_init(
    struct cli_batch *batch, struct ent_error *err) ENT_MUST_CHECK;
void cli_batch_fini(struct cli_batch *batch);
void cli_batch_clear(struct cli_batch *batch);
/* Send it before adding more. */
bool cli_batch_is_full(const struct cli_batch *batch);

/* Read the JSON of a message into it. ENT_BAD_INPUT: it is none, or says to
 * nobody. */
enum ent_status cli_batch_add_json(struct cli_batch *batch,
    struct ent_view text, size_t line, const struct cli_recipients *recipients,
    uint64_t now_ms, struct ent_error *err) ENT_MUST_CHECK;

/* Hand it to the node: as many results as there are messages. Codes as
 * cli_client_ask. */
int cli_batch_submit(const struct cli_batch *batch, struct cli_client *client,
    const Entente__V1__SubmitReply **ret_reply,
    struct ent_error *err) ENT_MUST_CHECK;

/* A text that lives as long as the arena. NULL: no memory. */
char *cli_text_in(struct ent_arena *arena, const char *text);

#endif
