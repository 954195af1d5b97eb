/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signatory - an officer who signs messages: key and certificate, opened for as
 * long as one command.
 *
 * They lie in one folder, officer.key and officer.cert; `--officer` names the
 * folder, or the key with the certificate beside it.
 */
#ifndef TOOLS_CLI_SIGNATORY_H
#define TOOLS_CLI_SIGNATORY_H

#include "proto/officer.h"
#include "tools/cli/client.h"
#include "tools/cli/passphrase.h"

#define CLI_OFFICER_KEY_FILE "officer.key"
#define CLI_OFFICER_CERTIFICATE_FILE "officer.cert"

struct cli_signatory {
    struct ent_secret *secret;
    struct ent_signer signer;
    struct ent_officer officer;
    struct ent_bytes certificate; /* a Signed */
};

/* ENT_REJECTED: the certificate is for another key. */
enum ent_status cli_signatory_open(const char *path,
    struct cli_passphrase *from, struct cli_signatory *ret_signatory,
    struct ent_error *err) ENT_MUST_CHECK;
void cli_signatory_close(struct cli_signatory *signatory);

/* An officer's certificate as it lies in a file. */
enum ent_status cli_signatory_read(const char *path, struct ent_bytes *ret_wire,
    struct ent_officer *ret_officer, struct ent_error *err) ENT_MUST_CHECK;

/* What is held of message `id` (for `to`; "": for everyone). The reply lives
 * until the next ask. EX_NOINPUT: nothing. */
int cli_held_ask(struct cli_client *client, const char *id, const char *to,
    const Entente__V1__HeldReply **ret_held,
    struct ent_error *err) ENT_MUST_CHECK;

/* Sign all of `held` (for `to`) that waits for that act, exactly as it stands
 * there, and hand the signatures to the node: that ends `held`, and the result
 * lives until the next ask. */
int cli_signatory_sign(const struct cli_signatory *signatory,
    struct cli_client *client, const Entente__V1__HeldReply *held,
    const char *to, Entente__V1__OfficerAct act,
    const Entente__V1__SubmitResult **ret_result,
    struct ent_error *err) ENT_MUST_CHECK;

/* Sign as the author whatever of `reply` waits for that; the results in it
 * become those after signing. It was unpacked with protobuf-c's allocator. */
int cli_signatory_author(const struct cli_signatory *signatory,
    struct cli_client *client, Entente__V1__SubmitReply *reply,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
