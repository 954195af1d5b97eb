/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/validate_internal.h"

#include <string.h>

/* Rules for questions about documents, and their answers: document_check. */

/* Letters and digits, as a document's machine readable zone has them. */
static bool
is_number(const char *text)
{
    size_t len = strlen(text);

    return len >= 4 && len <= 24 &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == len;
}

/* Hit or no hit is all that is answered: no words beside it, and no file. */
static void
check_nothing_beside(struct ent_validation *v)
{
    const ent_message *message = v->message;
    size_t mark = strlen(v->path);
    char inside[sizeof v->path];

    memcpy(inside, v->path, sizeof inside);
    v->path[0] = '\0'; /* these stand in the header */
    if (message->n_text > 0) {
        ent_rule_broken(v, "text", "must not be given with a document check");
    }
    if (message->n_attachments > 0) {
        ent_rule_broken(
            v, "attachments", "must not be given with a document check");
    }
    if (message->document_check->result != 0) {
        ent_rule_need(v, "inReplyTo", is_given(message->in_reply_to));
    }
    memcpy(v->path, inside, mark + 1);
}

void
ent_validate_document_check(
    struct ent_validation *v, const Entente__V1__DocumentCheck *check)
{
    size_t mark = ent_rule_enter(v, "documentCheck");

    v->source = "catalogue: document_check";
    ent_rule_need(v, "issuer", is_given(check->issuer));
    ent_rule_need_identifier(
        v, "issuer", ENT_IDENTIFIER_NATIONALITY, check->issuer);
    ent_rule_need(v, "type", check->type != 0);
    ent_rule_need(v, "number", is_given(check->number));
    if (is_given(check->number) && !is_number(check->number)) {
        ent_rule_broken(v, "number",
            "must be 4 to 24 capital letters and digits, without spaces");
    }
    if (check->as_of != NULL && check->result == 0) {
        ent_rule_broken(v, "asOf", "must not be given without result");
    }
    ent_rule_need_past(v, "asOf", check->as_of);
    check_nothing_beside(v);
    ent_rule_leave(v, mark);
}
