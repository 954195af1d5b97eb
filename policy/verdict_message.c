/* SPDX-License-Identifier: Apache-2.0 */
/* What was said, by whom, to whom, and whether that was agreed. */
#include "policy/verdict_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/decide.h"
#include "policy/sign.h"
#include "proto/base/time.h"

/* ---- label and envelope ---- */

static bool
envelope_is_in_label(const struct verdict_case *part)
{
    const struct ent_evidence *evidence = part->evidence;
    struct ent_digest leaf =
        ent_tree_leaf(ent_tree_blake2b, evidence->envelope);

    return evidence->index < part->label->count &&
           ent_tree_verify_inclusion(ent_tree_blake2b, &leaf, evidence->index,
               part->label->count, &evidence->path, &part->label->root);
}

void
ent_verdict_on_label(struct verdict_case *part)
{
    const struct ent_label *label = part->label;
    const struct ent_certificate *sender =
        ent_verdict_certificate_for(part, "sender", &label->stream.sender,
            &label->signing_key_id, label->sealed_at);
    char name[VERDICT_NAME_LEN];

    if (sender == NULL) {
        return;
    }
    ent_verdict_name(sender, name);
    if (ent_signing_verify(&part->evidence->signatures, ENT_KEY_OFFICE,
            &sender->signing_key, ENT_TYPE_LABEL, part->evidence->label,
            NULL) != ENT_OK) {
        ent_verdict_say(
            part, ENT_WRONG, "sender", "%s did not sign this label", name);
        return;
    }
    if (ent_certificate_check_time(sender, label->sealed_at, NULL) != ENT_OK) {
        ent_verdict_say(part, ENT_WRONG, "sender",
            "the certificate of %s was not valid when the label says that it "
            "was sealed",
            name);
    }
    if (!envelope_is_in_label(part)) {
        ent_verdict_say(part, ENT_WRONG, "message",
            "the sealed message is not one of those that the label speaks of");
        return;
    }
    ent_verdict_say(part, ENT_PROVEN, "sender",
        "%s sealed this message, number %" PRIu64
        " in its %s stream, for %s and for nobody else",
        name, label->first + part->evidence->index,
        ent_precedence_name(label->stream.precedence),
        label->stream.recipient.text);
    ent_verdict_say_at(part, "sender", label->sealed_at,
        "it was sealed, says %s", label->stream.sender.text);
}

/* ---- the message ---- */

/* The envelope's own parts; it is long enough. */
static struct ent_envelope
envelope_of(struct ent_view whole)
{
    struct ent_envelope envelope = {.whole = whole};

    memcpy(envelope.id.bytes, whole.data, ENT_ID_LEN);
    envelope.commitment =
        ent_view_of(whole.data + ENT_ID_LEN, ENT_COMMITMENT_LEN);
    envelope.ciphertext =
        ent_view_of(whole.data + ENT_ID_LEN + ENT_COMMITMENT_LEN,
            whole.len - ENT_ID_LEN - ENT_COMMITMENT_LEN);
    return envelope;
}

static enum ent_status
open_message(struct verdict_case *part, struct ent_bytes *buffer,
    struct ent_view *ret_message, struct ent_error *err)
{
    const struct ent_evidence *evidence = part->evidence;
    struct ent_envelope envelope;
    enum ent_status rc;

    if (evidence->envelope.len < ENT_ENVELOPE_OVERHEAD) {
        return ent_fail(err, ENT_REJECTED, "too short for an envelope");
    }
    envelope = envelope_of(evidence->envelope);
    rc = ent_bytes_alloc(envelope.ciphertext.len, buffer, err);
    return rc != ENT_OK
               ? rc
               : ent_open_envelope(&evidence->key, evidence->index, &envelope,
                     buffer->data, buffer->len, ret_message, err);
}

/* The message repeats what its label says, and is the one that was asked for.
 */
static void
check_repeats(struct verdict_case *part, const ent_message *message)
{
    const struct ent_label *label = part->label;
    struct ent_id id;

    if (strcmp(message->from, label->stream.sender.text) != 0 ||
        strcmp(message->to, label->stream.recipient.text) != 0) {
        ent_verdict_say(part, ENT_WRONG, "message",
            "inside it names other offices than its label");
    }
    if ((uint32_t)message->mode != label->mode ||
        (message->restored == NULL
                ? (uint32_t)message->precedence
                : (uint32_t)ENTENTE__V1__PRECEDENCE__DEFERRED) !=
            label->stream.precedence) {
        ent_verdict_say(part, ENT_WRONG, "message",
            "inside it has another mode or precedence than its label");
    }
    if (ent_id_parse(ent_view_text(message->id), &id, NULL) != ENT_OK ||
        memcmp(&id, &part->evidence->id, sizeof id) != 0) {
        ent_verdict_say(part, ENT_WRONG, "message",
            "inside it has another id than this file says");
    }
}

static void
say_unopened(struct verdict_case *part)
{
    char id[ENT_ID_TEXT_LEN + 1];

    ent_id_format(&part->evidence->id, id);
    ent_verdict_say(part, ENT_UNCHECKED, "message",
        "what it says: it was deleted and its key destroyed; that it had the "
        "id %s is the word of %s alone",
        id, part->evidence->made_by.text);
}

void
ent_verdict_on_message(struct verdict_case *part, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes buffer = {0};
    struct ent_verdict *verdict = part->verdict;
    struct ent_view wire;
    ent_message *message;
    enum ent_status rc;

    if (!part->evidence->has_key) {
        say_unopened(part);
        return;
    }
    if (open_message(part, &buffer, &wire, err) != ENT_OK) {
        ent_verdict_say(part, ENT_WRONG, "message",
            "its key does not open the sealed message: %s", err->text);
        return;
    }
    rc = ent_message_decode(wire, &verdict->arena, &message, err);
    if (rc == ENT_UNSUPPORTED) {
        ent_verdict_say(part, ENT_UNCHECKED, "message",
            "what it says: it is of a later version than this program");
        return;
    }
    if (rc != ENT_OK) {
        ent_verdict_say(part, ENT_WRONG, "message",
            "what was sealed is no message: %s", err->text);
        return;
    }
    verdict->message = message;
    check_repeats(part, message);
    ent_verdict_say(part, ENT_PROVEN, "message",
        "nobody has changed a letter of it since, and under its key it can "
        "say nothing else");
}

/* ---- the agreement ---- */

/* The agreement with that digest; ENT_EVIDENCE_AGREEMENTS_MAX: not here. */
static size_t
find_agreement(struct verdict_case *part, const struct ent_digest *digest)
{
    size_t i = 0;

    while (i < part->evidence->agreement_count) {
        struct ent_digest found =
            ent_digest_of(part->evidence->agreements[i].text);

        if (ent_digest_equal(&found, digest)) {
            part->agreement_used[i] = true;
            return i;
        }
        i++;
    }
    return ENT_EVIDENCE_AGREEMENTS_MAX;
}

/* Its authorities are those that the certificates hang on, too. */
static void
use_parties(struct verdict_case *part, const struct ent_agreement *agreement)
{
    for (size_t i = 0; i < part->evidence->authority_count; i++) {
        if (ent_agreement_authority(
                agreement, part->evidence->authorities[i].state) != NULL) {
            part->authority_used[i] = true;
        }
    }
}

static void
name_parties(const struct ent_agreement *agreement, char *out, size_t size)
{
    size_t count = ent_agreement_party_count(agreement);
    size_t len = 0;

    out[0] = '\0';
    for (size_t i = 0; i < count && len < size; i++) {
        const char *before = i == 0 ? "" : i + 1 == count ? " and " : ", ";

        len += (size_t)snprintf(out + len, size - len, "%s%s", before,
            ent_agreement_party_state(agreement, i));
    }
}

/* True when every party signed these very bytes. */
static bool
is_signed(struct verdict_case *part, size_t index)
{
    const struct ent_agreement *agreement = part->agreements[index];
    const struct ent_agreement_text *text = &part->evidence->agreements[index];
    struct ent_error err = {0};

    use_parties(part, agreement);
    if (ent_agreement_verify(agreement, text->text, text->signatures, &err) !=
        ENT_OK) {
        ent_verdict_say(part, ENT_WRONG, "agreement",
            "agreement %s is not signed by all its parties: %s",
            ent_agreement_name(agreement), err.text);
        return false;
    }
    return true;
}

/* Would it pass? Computed here, from the same bytes as both offices had. */
static void
decide(struct verdict_case *part, const struct ent_agreement *agreement)
{
    const struct ent_label *label = part->label;
    struct ent_facts facts = {
        .sender = &label->stream.sender,
        .recipient = &label->stream.recipient,
        .message = part->verdict->message,
        .precedence = (uint32_t)part->verdict->message->precedence,
        .receiving = true,
        .release = &part->release,
    };
    struct ent_decision decision;

    ent_decide(agreement, &facts, label->sealed_at, &decision);
    if (decision.permit) {
        ent_verdict_say(part, ENT_PROVEN, "clause",
            "its clause %s (line %zu) lets such a message pass",
            decision.clause, decision.line);
    } else {
        ent_verdict_say(part, ENT_PROVEN, "clause",
            "it does not let such a message pass: %s (clause %s, line %zu)",
            decision.sentence, decision.clause, decision.line);
    }
}

void
ent_verdict_on_agreement(struct verdict_case *part)
{
    size_t index = find_agreement(part, &part->label->agreement);
    const struct ent_agreement *agreement;
    char parties[64];

    if (index == ENT_EVIDENCE_AGREEMENTS_MAX) {
        ent_verdict_say(part, ENT_UNCHECKED, "agreement",
            "under which agreement it was sent: that file is not here");
        return;
    }
    agreement = part->agreements[index];
    if (agreement == NULL || !is_signed(part, index)) {
        return; /* said before */
    }
    name_parties(agreement, parties, sizeof parties);
    ent_verdict_say(part, ENT_PROVEN, "agreement",
        "it was sent under agreement %s, version %" PRIu64 ", signed by %s",
        ent_agreement_name(agreement), ent_agreement_version(agreement),
        parties);
    if (part->verdict->message != NULL) {
        decide(part, agreement);
    }
}
