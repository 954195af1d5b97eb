/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lifecycle - what the verbs share that say something of a message which was
 * sent: correct, withdraw, recall, answer, acknowledge, consent, pass.
 */
#ifndef TOOLS_CLI_LIFECYCLE_H
#define TOOLS_CLI_LIFECYCLE_H

#include "tools/cli/batch.h"

/* The options that they share, as an argp child whose input is this: in which
 * role the officer acts ($ENTENTE_ROLE, else the duty officer), which node, and
 * --json. */
struct cli_lifecycle_options {
    const char *role;
    struct cli_client_options client;
    bool json;
};
extern const struct argp cli_lifecycle_argp;

/* A message about another, and all it looks into. */
struct cli_lifecycle {
    struct cli_batch batch; /* of this one */
    Entente__V1__Submission submission;
    ent_message message;
    Entente__V1__Lifecycle body;
    Google__Protobuf__Timestamp at;
};

/* What a verb does with the node and a message that is still empty; as
 * cli_client_verb. */
typedef int cli_lifecycle_verb(struct cli_lifecycle *lifecycle,
    struct cli_client *client, const void *arguments, struct ent_error *err);

/* As cli_client_run. */
int cli_lifecycle_run(const struct cli_lifecycle_options *options,
    cli_lifecycle_verb *verb, const void *arguments);

/* To whom that message was sent from here, with its precedence. EX_NOINPUT: no
 * such message was. Where recipients are given, the node may know it no longer.
 */
int cli_lifecycle_recipients(struct cli_client *client, const char *id,
    struct cli_recipients *recipients, Entente__V1__Precedence *ret_precedence,
    struct ent_error *err) ENT_MUST_CHECK;

/* The body: `act` about the message `id`, in this role, now. */
enum ent_status cli_lifecycle_begin(struct cli_lifecycle *lifecycle,
    Entente__V1__LifecycleAct act, const char *id, const char *role,
    struct ent_error *err) ENT_MUST_CHECK;

/* It answers that item: with its header, to its sender. The item goes away with
 * the next ask. */
enum ent_status cli_lifecycle_follow(struct cli_lifecycle *lifecycle,
    const Entente__V1__InboxItem *item, struct cli_recipients *recipients,
    struct ent_error *err) ENT_MUST_CHECK;

/* To these offices; where the agreement lets it pass as administration only, it
 * has that purpose. Reports as `send` does, and gives its codes. */
int cli_lifecycle_submit(struct cli_lifecycle *lifecycle,
    const struct cli_recipients *recipients, struct cli_client *client,
    bool json, struct ent_error *err) ENT_MUST_CHECK;

/* The same for its own purpose, and no other. */
int cli_lifecycle_submit_as_is(struct cli_lifecycle *lifecycle,
    const struct cli_recipients *recipients, struct cli_client *client,
    bool json, struct ent_error *err) ENT_MUST_CHECK;

#endif
