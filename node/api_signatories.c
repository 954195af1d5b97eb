/* SPDX-License-Identifier: Apache-2.0 */
/* Which officers signed a message that was let in here. */
#include "node/api.h"

#include "node/submit.h"
#include "proto/statement.h"

static struct ent_view
view_of(const ProtobufCBinaryData *data)
{
    return ent_view_of(data->data, data->len);
}

/* The gate has held the certificate against the office's key before. */
static enum ent_status
make(const Entente__V1__OfficerSignature *signature, struct ent_arena *arena,
    Entente__V1__Signatory **ret_signatory, struct ent_error *err)
{
    Entente__V1__Signatory *signatory =
        ent_arena_alloc(arena, sizeof *signatory);
    struct ent_statement statement;
    struct ent_officer officer;
    enum ent_status rc =
        ent_officer_peek(view_of(&signature->certificate), &officer, err);

    if (rc == ENT_OK) {
        rc = ent_statement_open(
            view_of(&signature->statement), &officer.key, &statement, err);
    }
    if (rc != ENT_OK) {
        return ENT_IO;
    }
    if (signatory == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "naming officers");
    }
    entente__v1__signatory__init(signatory);
    signatory->act = (Entente__V1__OfficerAct)statement.act;
    signatory->badge = node_text_in(arena, officer.badge);
    signatory->role = node_text_in(arena, officer.role);
    signatory->at = statement.signed_at;
    *ret_signatory = signatory;
    return ENT_OK;
}

enum ent_status
node_api_signatories(const ent_message *message, struct ent_arena *arena,
    Entente__V1__InboxItem *item, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    if (message->n_officer_signatures == 0) {
        return ENT_OK;
    }
    item->signatories = ent_arena_alloc(
        arena, message->n_officer_signatures * sizeof *item->signatories);
    if (item->signatories == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "naming officers");
    }
    for (size_t i = 0; rc == ENT_OK && i < message->n_officer_signatures; i++) {
        rc = make(
            message->officer_signatures[i], arena, &item->signatories[i], err);
        item->n_signatories = rc == ENT_OK ? i + 1 : i;
    }
    return rc;
}
