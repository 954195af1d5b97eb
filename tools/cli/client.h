/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client - the node that a verb speaks to, by way of the library that any
 * program of the agency can use (tools/client/client.h): which node, and how
 * long to wait for it, come from the command line.
 *
 * Errors: the functions return a code of sysexits.h, and `err` says why, as
 * those of the library.
 */
#ifndef TOOLS_CLI_CLIENT_H
#define TOOLS_CLI_CLIENT_H

#include <argp.h>

#include "proto/base/bytes.h"
#include "proto/schema/api.pb-c.h"

#define CLI_TIMEOUT_S 30
#define CLI_TIMEOUT_MAX_S 86400
#define CLI_BATCH_MAX 256 /* messages in a request, of api.proto */

/* The options that every verb with a node shares, as an argp child whose input
 * is this. Zero is the default. */
struct cli_client_options {
    const char *node_file;
    const char *api;
    unsigned timeout_s;
};
extern const struct argp cli_client_argp;

/* All options of a verb that only asks, as an argp child whose input is this.
 */
struct cli_question {
    struct cli_client_options client;
    bool json;
};
extern const struct argp cli_question_argp;

struct cli_client;

/* Nothing is sent yet, so a node need not run. */
int cli_client_open(const struct cli_client_options *options,
    struct cli_client **ret_client, struct ent_error *err) ENT_MUST_CHECK;
void cli_client_close(struct cli_client **client);

/* What a verb does with the node; `arguments` are its own. A code of
 * sysexits.h; `err` is empty where it has told all there is to tell. */
typedef int cli_client_verb(
    struct cli_client *client, const void *arguments, struct ent_error *err);

/* Do it, with a client that is open as long as that; an error is complained of.
 * The code is that of the verb. */
int cli_client_run(const struct cli_client_options *options,
    cli_client_verb *verb, const void *arguments);

/* Ask, and wait for the reply at most the time-out and `patience_ms` for what
 * the node itself needs. `request->number` is set here. The reply holds what
 * the request asked for, and lives until the next ask. */
int cli_client_ask(struct cli_client *client, Entente__V1__ApiRequest *request,
    unsigned patience_ms, const Entente__V1__ApiReply **ret_reply,
    struct ent_error *err) ENT_MUST_CHECK;

/* Was there a node at any time? If not, nothing was ever sent. */
bool cli_client_met(const struct cli_client *client);

#endif
