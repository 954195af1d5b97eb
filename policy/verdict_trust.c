/* SPDX-License-Identifier: Apache-2.0 */
/* Who is who in an evidence file, and on whose word. */
#include "policy/verdict_internal.h"

#include <string.h>

#include "policy/sign.h"

/* ---- authorities ---- */

/* The file's keys of `state`; NULL: it has none. */
static const struct ent_rollover *
authority_of(struct verdict_case *part, const char *state)
{
    for (size_t i = 0; i < part->evidence->authority_count; i++) {
        if (strcmp(part->evidence->authorities[i].state, state) == 0) {
            part->authority_used[i] = true;
            return &part->keys[i];
        }
    }
    return NULL;
}

/* Is it that authority's, by itself or by a statement? */
static bool
is_one_of(const struct ent_rollover *keys, const struct ent_verify_key *key)
{
    const struct ent_key_id id = ent_key_id_of(ENT_KEY_AUTHORITY, key->bytes);

    return ent_rollover_find(keys, &id) != SIZE_MAX;
}

/* Join to the keys what a statement says of one of them; false: of none. */
static bool
join(struct verdict_case *part, const struct ent_rollover *said)
{
    const struct ent_evidence *evidence = part->evidence;

    for (size_t i = 0; i < evidence->authority_count; i++) {
        const struct ent_authority_key *authority = &evidence->authorities[i];

        if (strcmp(said->state, authority->state) == 0 &&
            part->keys[i].key_count == 1 && is_one_of(said, &authority->key)) {
            part->keys[i] = *said;
            return true;
        }
    }
    return false;
}

static void
read_rollovers(struct verdict_case *part)
{
    const struct ent_evidence *evidence = part->evidence;

    for (size_t i = 0; i < evidence->authority_count; i++) {
        ent_authority_know(evidence->authorities[i].state,
            &evidence->authorities[i].key, NULL, &part->keys[i]);
    }
    for (size_t i = 0; i < evidence->rollover_count; i++) {
        struct ent_rollover said;
        struct ent_error err = {0};

        if (ent_rollover_read(evidence->rollovers[i], &said, &err) != ENT_OK) {
            ent_verdict_say(part, ENT_WRONG, "authority",
                "it holds a statement about an authority's new key that does "
                "not hold: %s",
                err.text);
        } else if (!join(part, &said)) {
            ent_verdict_say(part, ENT_WRONG, "authority",
                "it holds a statement about a new key of the authority of '%s' "
                "that nothing in it refers to",
                said.state);
        } else {
            ent_verdict_say(part, ENT_PROVEN, "authority",
                "the authority of '%s' gave its key up for a new one, %s, with "
                "the signatures of both",
                said.state, said.key_count == 2 ? "once" : "more than once");
        }
    }
}

/* Held against what the reader knows. */
static void
check_named(struct verdict_case *part, const char *state,
    const struct ent_rollover *keys)
{
    for (size_t i = 0; i < part->named_count; i++) {
        if (strcmp(part->named[i].state, state) != 0) {
            continue;
        }
        if (!is_one_of(keys, &part->named[i].key)) {
            ent_verdict_say(part, ENT_WRONG, "authority",
                "the key of the authority of '%s' in this file is not the one "
                "that you named",
                state);
        }
        return;
    }
    part->verdict->anchored = false;
}

/* Held against the agreements: they pin the keys of their parties. */
static void
check_pinned(struct verdict_case *part, const char *state,
    const struct ent_rollover *keys)
{
    for (size_t i = 0; i < part->evidence->agreement_count; i++) {
        const struct ent_verify_key *pinned =
            part->agreements[i] == NULL
                ? NULL
                : ent_agreement_authority(part->agreements[i], state);

        if (pinned != NULL && !is_one_of(keys, pinned)) {
            ent_verdict_say(part, ENT_WRONG, "authority",
                "agreement %s names another key for the authority of '%s' "
                "than this file",
                ent_agreement_name(part->agreements[i]), state);
        }
    }
}

static void
check_authorities(struct verdict_case *part)
{
    const struct ent_evidence *evidence = part->evidence;

    for (size_t i = 0; i < evidence->authority_count; i++) {
        const struct ent_authority_key *authority = &evidence->authorities[i];

        for (size_t k = 0; k < i; k++) {
            if (strcmp(evidence->authorities[k].state, authority->state) == 0) {
                ent_verdict_say(part, ENT_WRONG, "authority",
                    "it holds two keys of the authority of '%s'",
                    authority->state);
            }
        }
        check_named(part, authority->state, &part->keys[i]);
        check_pinned(part, authority->state, &part->keys[i]);
    }
    if (evidence->authority_count == 0) {
        part->verdict->anchored = false;
    }
}

/* ---- certificates ---- */

static void
open_certificate(struct verdict_case *part, size_t index)
{
    struct verdict_certificate *entry = &part->certificates[index];
    const struct ent_view wire = part->evidence->certificates[index];
    const struct ent_rollover *authority;
    struct ent_error err = {0};

    if (ent_certificate_peek(wire, &entry->certificate, &err) != ENT_OK) {
        ent_verdict_say(part, ENT_WRONG, "certificate",
            "it holds a certificate that cannot be read: %s", err.text);
        return;
    }
    authority =
        authority_of(part, ent_address_state(&entry->certificate.address));
    if (authority == NULL) {
        ent_verdict_say(part, ENT_WRONG, "certificate",
            "it holds no key of the authority that certified %s",
            entry->certificate.address.text);
        return;
    }
    entry->good = ent_authority_open_certificate(
                      authority, wire, &entry->certificate, &err) == ENT_OK;
    if (!entry->good) {
        ent_verdict_say(part, ENT_WRONG, "certificate",
            "the certificate of %s is not by that authority",
            entry->certificate.address.text);
    }
}

/* An office may have had its key certified more than once. */
static struct verdict_certificate *
find_certificate(struct verdict_case *part, const struct ent_address *address,
    const struct ent_key_id *key_id, uint64_t at_ms)
{
    struct verdict_certificate *found = NULL;

    for (size_t i = 0; i < part->evidence->certificate_count; i++) {
        struct verdict_certificate *entry = &part->certificates[i];

        if (!entry->good ||
            !ent_address_equal(&entry->certificate.address, address) ||
            !ent_key_id_equal(&entry->certificate.signing_key_id, key_id)) {
            continue;
        }
        if (ent_certificate_check_time(&entry->certificate, at_ms, NULL) ==
            ENT_OK) {
            return entry;
        }
        found = found == NULL ? entry : found;
    }
    return found;
}

const struct ent_certificate *
ent_verdict_certificate_for(struct verdict_case *part, const char *topic,
    const struct ent_address *address, const struct ent_key_id *key_id,
    uint64_t at_ms)
{
    struct verdict_certificate *entry =
        find_certificate(part, address, key_id, at_ms);

    if (entry == NULL) {
        ent_verdict_say(part, ENT_WRONG, topic,
            "it holds no good certificate for the key that signed as %s",
            address->text);
        return NULL;
    }
    entry->used = true;
    return &entry->certificate;
}

bool
ent_verdict_key_of(struct ent_view wire, struct ent_key_id *ret_key_id)
{
    struct ent_signatures signatures;
    struct ent_view payload;

    if (ent_signed_decode(wire, &payload, &signatures, NULL) != ENT_OK) {
        return false;
    }
    *ret_key_id = signatures.list[0].key_id;
    return true;
}

void
ent_verdict_check_validity(struct verdict_case *part, const char *topic,
    const struct ent_certificate *certificate, uint64_t at_ms)
{
    if (ent_certificate_check_time(certificate, at_ms, NULL) != ENT_OK) {
        ent_verdict_say(part, ENT_UNCHECKED, topic,
            "why the certificate of %s was not valid at the time that it "
            "claims: it may have signed again under a newer key",
            certificate->address.text);
    }
}

void
ent_verdict_on_trust(struct verdict_case *part)
{
    for (size_t i = 0; i < part->evidence->agreement_count; i++) {
        struct ent_complaints complaints = {0};
        struct ent_error err = {0};

        if (ent_agreement_load(part->evidence->agreements[i].text,
                &part->agreements[i], &complaints, &err) != ENT_OK) {
            part->agreements[i] = NULL;
            ent_verdict_say(part, ENT_UNCHECKED, "agreement",
                "this program cannot read one of its agreements: %s", err.text);
        }
    }
    read_rollovers(part);
    check_authorities(part);
    for (size_t i = 0; i < part->evidence->certificate_count; i++) {
        open_certificate(part, i);
    }
}

/* ---- who gives it out ---- */

void
ent_verdict_on_maker(struct verdict_case *part, struct ent_view payload,
    const struct ent_signatures *signatures)
{
    const struct ent_evidence *evidence = part->evidence;
    const struct ent_stream_id *stream = &part->label->stream;
    const struct ent_certificate *maker;
    char name[VERDICT_NAME_LEN];
    struct ent_error err = {0};

    if (!ent_address_equal(&evidence->made_by, &stream->sender) &&
        !ent_address_equal(&evidence->made_by, &stream->recipient)) {
        ent_verdict_say(part, ENT_WRONG, "file",
            "%s gives it out, who neither sent nor received the message",
            evidence->made_by.text);
        return;
    }
    maker = ent_verdict_certificate_for(part, "file", &evidence->made_by,
        &signatures->list[0].key_id, evidence->made_at);
    if (maker == NULL) {
        return;
    }
    ent_verdict_name(maker, name);
    if (ent_signing_verify(signatures, ENT_KEY_OFFICE, &maker->signing_key,
            ENT_TYPE_EVIDENCE, payload, &err) != ENT_OK) {
        ent_verdict_say(part, ENT_WRONG, "file",
            "it was changed after %s had signed it, or %s never signed it",
            name, evidence->made_by.text);
        return;
    }
    ent_verdict_say(part, ENT_PROVEN, "file", "%s gave out this file", name);
    ent_verdict_say_at(part, "file", evidence->made_at,
        "this file was made, says %s", evidence->made_by.text);
}
