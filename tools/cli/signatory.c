/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/signatory.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "proto/base/time.h"
#include "proto/statement.h"
#include "tools/cli/armourfile.h"
#include "tools/cli/batch.h"
#include "tools/cli/folder.h"
#include "tools/cli/output.h"
#include "tools/cli/root.h"

#define CERTIFICATE_TEXT_MAX (2 * ENT_OFFICER_WIRE_MAX + 256)

/* ---- key and certificate ---- */

enum ent_status
cli_signatory_read(const char *path, struct ent_bytes *ret_wire,
    struct ent_officer *ret_officer, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    enum ent_status rc = cli_armourfile_read(
        path, CERTIFICATE_TEXT_MAX, ENT_ARMOUR_OFFICER, &wire, err);

    if (rc == ENT_OK) {
        rc = ent_officer_peek(ent_bytes_view(&wire), ret_officer, err);
    }
    if (rc != ENT_OK) {
        ent_error_wrap(err, "'%s'", path);
        return rc;
    }
    *ret_wire = wire;
    wire = (struct ent_bytes){0};
    return ENT_OK;
}

static enum ent_status
read_key(const char *path, const char *folder, struct cli_passphrase *from,
    struct cli_signatory *signatory, struct ent_error *err)
{
    struct ent_passphrase passphrase = cli_passphrase_asker(from);
    char inside[PATH_MAX];
    enum ent_status rc =
        cli_folder_path(folder, CLI_OFFICER_KEY_FILE, inside, err);

    if (rc == ENT_OK) {
        rc = ent_keyfile_read(strcmp(path, folder) == 0 ? inside : path,
            ENT_KEY_OFFICER, &passphrase, &signatory->secret, err);
    }
    return rc != ENT_OK ? rc
                        : ent_secret_signer(signatory->secret, ENT_KEY_OFFICER,
                              &signatory->signer, err);
}

enum ent_status
cli_signatory_open(const char *path, struct cli_passphrase *from,
    struct cli_signatory *ret_signatory, struct ent_error *err)
{
    ENT_AUTO(cli_signatory_close) struct cli_signatory signatory = {0};
    char certificate[PATH_MAX];
    char folder[PATH_MAX];
    enum ent_status rc = cli_root_folder(path, folder, err);

    if (rc == ENT_OK) {
        rc = cli_folder_path(
            folder, CLI_OFFICER_CERTIFICATE_FILE, certificate, err);
    }
    if (rc == ENT_OK) {
        rc = cli_signatory_read(
            certificate, &signatory.certificate, &signatory.officer, err);
    }
    if (rc == ENT_OK) {
        rc = read_key(path, folder, from, &signatory, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (memcmp(&signatory.officer.key, &signatory.signer.key,
            sizeof signatory.signer.key) != 0) {
        return ent_fail(err, ENT_REJECTED,
            "'%s' is the certificate of another key", certificate);
    }
    *ret_signatory = signatory;
    signatory = (struct cli_signatory){0};
    return ENT_OK;
}

void
cli_signatory_close(struct cli_signatory *signatory)
{
    ent_secret_free(&signatory->secret);
    ent_bytes_free(&signatory->certificate);
    *signatory = (struct cli_signatory){0};
}

/* ---- what is held ---- */

int
cli_held_ask(struct cli_client *client, const char *id, const char *to,
    const Entente__V1__HeldReply **ret_held, struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__HeldRequest question = ENTENTE__V1__HELD_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    size_t found = 0;
    int code;

    question.id = (char *)(uintptr_t)id;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_HELD;
    request.held = &question;
    code = cli_client_ask(client, &request, 0, &reply, err);
    if (code != EX_OK) {
        return code;
    }
    for (size_t i = 0; i < reply->held->n_copies; i++) {
        found += to[0] == '\0' || strcmp(reply->held->copies[i]->to, to) == 0;
    }
    if (found == 0) {
        (void)ent_fail(err, ENT_NOT_FOUND,
            "nothing of %s waits for an officer here: `entente trace` says "
            "what became of it",
            id);
        return EX_NOINPUT;
    }
    *ret_held = reply->held;
    return EX_OK;
}

/* ---- signing ---- */

/* The signatures on their way to the node. */
struct signing {
    struct ent_bytes statements[CLI_RECIPIENTS_MAX];
    Entente__V1__OfficerSignature signatures[CLI_RECIPIENTS_MAX];
    Entente__V1__CopySignature copies[CLI_RECIPIENTS_MAX];
    Entente__V1__CopySignature *list[CLI_RECIPIENTS_MAX];
    char to[CLI_RECIPIENTS_MAX][ENT_ADDRESS_MAX + 1];
    size_t count;
};

static void
signing_fini(struct signing *signing)
{
    for (size_t i = 0; i < signing->count; i++) {
        ent_bytes_free(&signing->statements[i]);
    }
}

/* What the officer says of one copy, over its bytes. */
static enum ent_status
state(const struct cli_signatory *signatory, const Entente__V1__HeldCopy *copy,
    struct ent_bytes *ret_wire, struct ent_error *err)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    struct ent_statement statement = {
        .act = (uint32_t)copy->awaits, .signed_at = ent_time_now_ms()};
    ent_message *message;
    enum ent_status rc = ent_arena_init(&arena, ENT_MESSAGE_ARENA, err);

    if (rc == ENT_OK) {
        rc = ent_message_decode(
            ent_view_of(copy->message.data, copy->message.len), &arena,
            &message, err);
    }
    if (rc == ENT_OK) {
        rc = ent_statement_content(message, &statement.content, err);
    }
    return rc != ENT_OK ? rc
                        : ent_statement_make(
                              &statement, &signatory->signer, ret_wire, err);
}

static enum ent_status
add(struct signing *signing, const struct cli_signatory *signatory,
    const Entente__V1__HeldCopy *copy, struct ent_error *err)
{
    size_t at = signing->count;
    enum ent_status rc;

    if (at == CLI_RECIPIENTS_MAX || strlen(copy->to) > ENT_ADDRESS_MAX) {
        return ent_fail(err, ENT_BAD_INPUT, "the node's answer is odd");
    }
    rc = state(signatory, copy, &signing->statements[at], err);
    if (rc != ENT_OK) {
        return rc;
    }
    memcpy(signing->to[at], copy->to, strlen(copy->to) + 1);
    entente__v1__officer_signature__init(&signing->signatures[at]);
    signing->signatures[at].certificate.data = signatory->certificate.data;
    signing->signatures[at].certificate.len = signatory->certificate.len;
    signing->signatures[at].statement.data = signing->statements[at].data;
    signing->signatures[at].statement.len = signing->statements[at].len;
    entente__v1__copy_signature__init(&signing->copies[at]);
    signing->copies[at].to = signing->to[at];
    signing->copies[at].signature = &signing->signatures[at];
    signing->list[at] = &signing->copies[at];
    signing->count++;
    return ENT_OK;
}

static int
hand_over(const struct signing *signing, struct cli_client *client,
    const char *id, const Entente__V1__SubmitResult **ret_result,
    struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__SignRequest question = ENTENTE__V1__SIGN_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    int code;

    question.id = (char *)(uintptr_t)id;
    question.signatures = (Entente__V1__CopySignature **)signing->list;
    question.n_signatures = signing->count;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_SIGN;
    request.sign = &question;
    code = cli_client_ask(client, &request, 0, &reply, err);
    if (code == EX_OK) {
        *ret_result = reply->sign->result;
    }
    return code;
}

int
cli_signatory_sign(const struct cli_signatory *signatory,
    struct cli_client *client, const Entente__V1__HeldReply *held,
    const char *to, Entente__V1__OfficerAct act,
    const Entente__V1__SubmitResult **ret_result, struct ent_error *err)
{
    ENT_AUTO(signing_fini) struct signing signing = {.count = 0};
    char id[ENT_ID_TEXT_LEN + 1];
    enum ent_status rc = ENT_OK;

    (void)snprintf(id, sizeof id, "%s", held->copies[0]->id);
    for (size_t i = 0; rc == ENT_OK && i < held->n_copies; i++) {
        if (held->copies[i]->awaits == act &&
            (to[0] == '\0' || strcmp(held->copies[i]->to, to) == 0)) {
            rc = add(&signing, signatory, held->copies[i], err);
        }
    }
    if (rc != ENT_OK) {
        return cli_exit_code(rc);
    }
    if (signing.count == 0) {
        (void)ent_fail(err, ENT_REJECTED, "%s waits for %s", id,
            act == ENTENTE__V1__OFFICER_ACT__RELEASED
                ? "its author to sign: `entente send --officer` again"
                : "a second officer to release it");
        return EX_NOINPUT;
    }
    return hand_over(&signing, client, id, ret_result, err);
}

/* ---- the author ---- */

static bool
awaits_author(const Entente__V1__SubmitResult *result)
{
    for (size_t i = 0; i < result->n_copies; i++) {
        if (result->copies[i]->awaits == ENTENTE__V1__OFFICER_ACT__AUTHORED) {
            return true;
        }
    }
    return false;
}

/* A copy of its own; NULL: no memory. */
static Entente__V1__CopyResult *
own_copy(const Entente__V1__CopyResult *copy)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};

    return ent_pb_pack(&copy->base, &wire, NULL) != ENT_OK
               ? NULL
               : entente__v1__copy_result__unpack(NULL, wire.len, wire.data);
}

/* What became of a copy by signing, instead of what was before. */
static enum ent_status
merge(Entente__V1__SubmitResult *result, const Entente__V1__SubmitResult *after,
    struct ent_error *err)
{
    for (size_t i = 0; i < after->n_copies; i++) {
        for (size_t k = 0; k < result->n_copies; k++) {
            Entente__V1__CopyResult *copy;

            if (strcmp(result->copies[k]->to, after->copies[i]->to) != 0) {
                continue;
            }
            copy = own_copy(after->copies[i]);
            if (copy == NULL) {
                return ent_fail(err, ENT_NO_MEMORY, "signing");
            }
            entente__v1__copy_result__free_unpacked(result->copies[k], NULL);
            result->copies[k] = copy;
        }
    }
    return ENT_OK;
}

int
cli_signatory_author(const struct cli_signatory *signatory,
    struct cli_client *client, Entente__V1__SubmitReply *reply,
    struct ent_error *err)
{
    for (size_t i = 0; i < reply->n_results; i++) {
        const Entente__V1__HeldReply *held = NULL;
        const Entente__V1__SubmitResult *after = NULL;
        enum ent_status rc;
        int code;

        if (!awaits_author(reply->results[i])) {
            continue;
        }
        code = cli_held_ask(client, reply->results[i]->id, "", &held, err);
        if (code == EX_OK) {
            code = cli_signatory_sign(signatory, client, held, "",
                ENTENTE__V1__OFFICER_ACT__AUTHORED, &after, err);
        }
        if (code != EX_OK) {
            return code;
        }
        rc = merge(reply->results[i], after, err);
        if (rc != ENT_OK) {
            return cli_exit_code(rc);
        }
    }
    return EX_OK;
}
