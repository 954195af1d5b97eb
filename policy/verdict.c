/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/verdict_internal.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "policy/sign.h"

const char *
ent_standing_name(enum ent_standing standing)
{
    static const char *const names[] = {
        [ENT_PROVEN] = "proven",
        [ENT_CLAIMED] = "claimed",
        [ENT_UNCHECKED] = "unchecked",
        [ENT_WRONG] = "wrong",
    };

    return names[standing];
}

/* ---- claims ---- */

static void
add(struct verdict_case *part, enum ent_standing standing, const char *topic,
    uint64_t at_ms, const char *format, va_list arguments)
{
    struct ent_verdict *verdict = part->verdict;
    struct ent_claim *claim = &verdict->claims[verdict->claim_count];

    if (standing == ENT_WRONG) {
        verdict->sound = false;
    }
    assert(verdict->claim_count < ENT_CLAIMS_MAX);
    verdict->claim_count++;
    claim->standing = standing;
    claim->topic = topic;
    claim->at_ms = at_ms;
    (void)vsnprintf(claim->text, sizeof claim->text, format, arguments);
}

void
ent_verdict_say(struct verdict_case *part, enum ent_standing standing,
    const char *topic, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    add(part, standing, topic, 0, format, arguments);
    va_end(arguments);
}

void
ent_verdict_say_at(struct verdict_case *part, const char *topic, uint64_t at_ms,
    const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    add(part, ENT_CLAIMED, topic, at_ms, format, arguments);
    va_end(arguments);
}

void
ent_verdict_name(const struct ent_certificate *certificate,
    char out[static VERDICT_NAME_LEN])
{
    const struct ent_display_name *name = &certificate->names[0];

    for (size_t i = 0; i < certificate->name_count; i++) {
        if (strcmp(certificate->names[i].lang, "en") == 0) {
            name = &certificate->names[i];
        }
    }
    if (certificate->name_count == 0) {
        (void)snprintf(out, VERDICT_NAME_LEN, "%s", certificate->address.text);
    } else {
        (void)snprintf(out, VERDICT_NAME_LEN, "%s (%s)",
            certificate->address.text, name->text);
    }
}

/* ---- what nothing refers to ---- */

static void
check_unused(struct verdict_case *part)
{
    const struct ent_evidence *evidence = part->evidence;

    for (size_t i = 0; i < evidence->certificate_count; i++) {
        if (!part->certificates[i].used) {
            ent_verdict_say(part, ENT_WRONG, "file",
                "it holds a certificate that nothing in it refers to");
        }
    }
    for (size_t i = 0; i < evidence->authority_count; i++) {
        if (!part->authority_used[i]) {
            ent_verdict_say(part, ENT_WRONG, "file",
                "it holds a key of the authority of '%s' that nothing in it "
                "refers to",
                evidence->authorities[i].state);
        }
    }
    for (size_t i = 0; i < evidence->agreement_count; i++) {
        if (!part->agreement_used[i]) {
            ent_verdict_say(part, ENT_WRONG, "file",
                "it holds an agreement that nothing in it refers to");
        }
    }
}

/* What no file of this kind can show. */
static void
say_limits(struct verdict_case *part)
{
    ent_verdict_say(part, ENT_UNCHECKED, "revocation",
        "whether one of these keys had been withdrawn: ask the authorities for "
        "their lists");
    if (part->evidence->rollover_count > 0) {
        ent_verdict_say(part, ENT_UNCHECKED, "rollover",
            "whether an old key was in two hands, and signed another "
            "statement about its successor");
    }
    ent_verdict_say(part, ENT_UNCHECKED, "time",
        "when things happened: each time is that of whoever claims it");
}

static void
judge(struct verdict_case *part, struct ent_view payload,
    const struct ent_signatures *signatures, struct ent_error *err)
{
    ent_verdict_on_trust(part);
    ent_verdict_on_maker(part, payload, signatures);
    ent_verdict_on_label(part);
    ent_verdict_on_message(part, err);
    ent_verdict_on_officers(part);
    ent_verdict_on_agreement(part);
    ent_verdict_on_receipt(part);
    ent_verdict_on_custody(part);
    ent_verdict_on_skip(part);
    ent_verdict_on_journal(part);
    check_unused(part);
    say_limits(part);
}

static void
case_fini(struct verdict_case *part)
{
    for (size_t i = 0; i < ENT_EVIDENCE_AGREEMENTS_MAX; i++) {
        ent_agreement_free(&part->agreements[i]);
    }
    ent_bytes_free(&part->outcomes);
}

enum ent_status
ent_verdict_reach(struct ent_view wire, const struct ent_authority_key *named,
    size_t named_count, struct ent_verdict *ret_verdict, struct ent_error *err)
{
    struct verdict_case part = {
        .verdict = ret_verdict,
        .evidence = &ret_verdict->evidence,
        .label = &ret_verdict->label,
        .named = named,
        .named_count = named_count,
    };
    struct ent_signatures signatures;
    struct ent_view payload;
    enum ent_status rc;

    memset(ret_verdict, 0, sizeof *ret_verdict);
    rc = ent_evidence_read(
        wire, &ret_verdict->evidence, &payload, &signatures, err);
    if (rc == ENT_OK) {
        rc = ent_label_decode(
            ret_verdict->evidence.label, &ret_verdict->label, err);
    }
    if (rc == ENT_OK) {
        rc = ent_arena_init(&ret_verdict->arena, ENT_MESSAGE_ARENA, err);
    }
    if (rc != ENT_OK) {
        ent_verdict_fini(ret_verdict);
        return rc == ENT_NO_MEMORY ? rc : ENT_BAD_INPUT;
    }
    ret_verdict->sound = true;
    ret_verdict->anchored = true;
    part.label_hash = ent_digest_of(ret_verdict->evidence.label);
    judge(&part, payload, &signatures, err);
    case_fini(&part);
    return ENT_OK;
}

void
ent_verdict_fini(struct ent_verdict *verdict)
{
    ent_evidence_wipe(&verdict->evidence);
    ent_arena_fini(&verdict->arena);
    verdict->message = NULL;
}
