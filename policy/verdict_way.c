/* SPDX-License-Identifier: Apache-2.0 */
/* Who else stood on the way: brokers, the sender's own skip, a journal. */
#include "policy/verdict_internal.h"

#include <inttypes.h>
#include <string.h>

#include "proto/checkpoint.h"
#include "proto/schema/delivery.pb-c.h"

/* ---- custody ---- */

static void
judge_custody(struct verdict_case *part, struct ent_view wire)
{
    const struct ent_certificate *broker;
    struct ent_custody custody;
    struct ent_key_id key_id;
    char name[VERDICT_NAME_LEN];

    if (ent_custody_peek(wire, &custody, NULL) != ENT_OK ||
        !ent_verdict_key_of(wire, &key_id)) {
        ent_verdict_say(
            part, ENT_WRONG, "custody", "a custody receipt cannot be read");
        return;
    }
    broker = ent_verdict_certificate_for(
        part, "custody", &custody.broker, &key_id, custody.taken_at);
    if (broker == NULL) {
        return;
    }
    ent_verdict_name(broker, name);
    if (ent_custody_open(wire, broker, &custody, NULL) != ENT_OK) {
        ent_verdict_say(part, ENT_WRONG, "custody",
            "%s did not sign this custody receipt", name);
        return;
    }
    if (!ent_digest_equal(&custody.label_hash, &part->label_hash) ||
        !ent_stream_id_equal(&custody.stream, &part->label->stream) ||
        custody.first != part->label->first ||
        custody.count != part->label->count) {
        ent_verdict_say(part, ENT_WRONG, "custody",
            "the custody receipt of %s is about something else", name);
        return;
    }
    ent_verdict_say(part, ENT_PROVEN, "custody", "%s held it, sealed", name);
    ent_verdict_say_at(part, "custody", custody.taken_at,
        "it was taken into custody, says %s", custody.broker.text);
    ent_verdict_check_validity(part, "custody", broker, custody.taken_at);
}

void
ent_verdict_on_custody(struct verdict_case *part)
{
    for (size_t i = 0; i < part->evidence->custody_count; i++) {
        judge_custody(part, part->evidence->custodies[i]);
    }
}

/* ---- the skip ---- */

static const char *
words_of_reason(uint32_t reason)
{
    switch (reason) {
    case ENTENTE__V1__SKIP_REASON__SKIP_EXPIRED:
        return "its time was over";
    case ENTENTE__V1__SKIP_REASON__SKIP_WITHDRAWN:
        return "it was withdrawn";
    case ENTENTE__V1__SKIP_REASON__SKIP_RESEALED:
        return "it was sealed anew";
    default:
        return "its key was revoked";
    }
}

static bool
is_of_label(const struct verdict_case *part, const struct ent_skip *skip)
{
    const struct ent_label *label = part->label;
    struct ent_digest after =
        ent_chain_next(&label->previous, part->evidence->label);

    return ent_stream_id_equal(&skip->stream, &label->stream) &&
           skip->from == label->first &&
           skip->to == label->first + label->count - 1 &&
           ent_digest_equal(&skip->chain_before, &label->previous) &&
           ent_digest_equal(&skip->chain_after, &after);
}

void
ent_verdict_on_skip(struct verdict_case *part)
{
    const struct ent_address *sender = &part->label->stream.sender;
    const struct ent_certificate *certificate;
    struct ent_key_id key_id;
    struct ent_skip skip;

    if (part->evidence->skip.len == 0) {
        return;
    }
    if (!ent_verdict_key_of(part->evidence->skip, &key_id) ||
        ent_skip_peek(part->evidence->skip, &skip, NULL) != ENT_OK) {
        ent_verdict_say(part, ENT_WRONG, "skip", "its skip cannot be read");
        return;
    }
    certificate = ent_verdict_certificate_for(
        part, "skip", sender, &key_id, skip.issued_at);
    if (certificate == NULL) {
        return;
    }
    if (ent_skip_open(part->evidence->skip, certificate, &skip, NULL) !=
            ENT_OK ||
        !is_of_label(part, &skip)) {
        ent_verdict_say(part, ENT_WRONG, "skip",
            "its skip is not signed by %s, or about something else",
            sender->text);
        return;
    }
    ent_verdict_say(part, ENT_PROVEN, "skip",
        "%s signed that it will not come, because %s", sender->text,
        words_of_reason(skip.reason));
    ent_verdict_say_at(
        part, "skip", skip.issued_at, "it was given up, says %s", sender->text);
    ent_verdict_check_validity(part, "skip", certificate, skip.issued_at);
}

/* ---- the journal ---- */

/* What the entry must say, of a bundle that went out or came in. */
static bool
entry_is_of_bundle(
    const struct verdict_case *part, const struct ent_entry *entry)
{
    const struct ent_stream_id *stream = &part->label->stream;
    const bool out =
        ent_address_equal(&part->evidence->made_by, &stream->sender);
    const struct ent_party party =
        ent_address_party(out ? &stream->recipient : &stream->sender);
    struct ent_digest result = part->label->root;

    if (!out && part->outcomes.len > 0) {
        result = ent_digest_of(ent_bytes_view(&part->outcomes));
    }
    return entry->kind == (out ? ENT_ENTRY_BUNDLE_OUT : ENT_ENTRY_BUNDLE_IN) &&
           entry->count == part->label->count &&
           ent_digest_equal(&entry->subject, &part->label_hash) &&
           memcmp(&entry->party, &party, sizeof party) == 0 &&
           ((!out && part->outcomes.len == 0) ||
               ent_digest_equal(&entry->result, &result));
}

static bool
entry_is_in_journal(const struct verdict_case *part,
    const struct ent_entry *entry, const struct ent_checkpoint *checkpoint)
{
    struct ent_digest leaf =
        ent_tree_leaf(ent_tree_sha256, part->evidence->entry);

    return entry->sequence < checkpoint->size &&
           ent_tree_verify_inclusion(ent_tree_sha256, &leaf, entry->sequence,
               checkpoint->size, &part->evidence->entry_path,
               &checkpoint->root);
}

/* The maker's key signed the whole file; here it signs the checkpoint. */
static bool
open_checkpoint(
    struct verdict_case *part, struct ent_checkpoint *ret_checkpoint)
{
    const struct ent_evidence *evidence = part->evidence;

    for (size_t i = 0; i < evidence->certificate_count; i++) {
        struct verdict_certificate *entry = &part->certificates[i];

        if (entry->good &&
            ent_address_equal(
                &entry->certificate.address, &evidence->made_by) &&
            ent_checkpoint_open(evidence->checkpoint,
                &entry->certificate.signing_key, ret_checkpoint,
                NULL) == ENT_OK) {
            entry->used = true;
            return ent_address_equal(
                &ret_checkpoint->origin, &evidence->made_by);
        }
    }
    return false;
}

void
ent_verdict_on_journal(struct verdict_case *part)
{
    const char *who = part->evidence->made_by.text;
    struct ent_checkpoint checkpoint;
    struct ent_entry entry;

    if (part->evidence->entry.len == 0) {
        ent_verdict_say(part, ENT_UNCHECKED, "journal",
            "what the journal of %s has about it: that is not here", who);
        return;
    }
    if (ent_entry_decode(part->evidence->entry, &entry, NULL) != ENT_OK ||
        !entry_is_of_bundle(part, &entry)) {
        ent_verdict_say(part, ENT_WRONG, "journal",
            "the line from the journal of %s is about something else", who);
        return;
    }
    if (!open_checkpoint(part, &checkpoint)) {
        ent_verdict_say(part, ENT_WRONG, "journal",
            "%s did not sign this checkpoint of its journal", who);
        return;
    }
    if (!entry_is_in_journal(part, &entry, &checkpoint)) {
        ent_verdict_say(part, ENT_WRONG, "journal",
            "that line is not in the journal that the checkpoint is of");
        return;
    }
    ent_verdict_say(part, ENT_PROVEN, "journal",
        "it is entry %" PRIu64 " of the %" PRIu64
        " in the journal of %s, by the checkpoint in this file",
        entry.sequence, checkpoint.size, who);
    ent_verdict_say_at(part, "journal", entry.at_ms,
        "it was written into the journal, says %s", who);
}
