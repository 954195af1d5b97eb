/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/notice.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "policy/agreement_reader.h"
#include "policy/word.h"
#include "proto/authority.h"
#include "proto/base/text.h"
#include "proto/base/time.h"

/* Signed as an object of its own kind. */
#define TYPE_NOTICE "application/vnd.entente.notice.v1"

static const char *const kinds[] = {
    [ENT_NOTICE_SUSPENSION] = "suspension",
    [ENT_NOTICE_RESUMPTION] = "resumption",
    [ENT_NOTICE_ASSURANCE] = "assurance",
    [ENT_NOTICE_WITHDRAWAL] = "withdrawal",
};

#define KIND_COUNT (sizeof kinds / sizeof kinds[0])

const char *
ent_notice_kind_name(enum ent_notice_kind kind)
{
    assert((size_t)kind < KIND_COUNT);

    return kinds[kind];
}

bool
ent_notice_kind_of_file(const char *name, enum ent_notice_kind *ret_kind)
{
    const char *dot = strrchr(name, '.');

    for (size_t i = 0; dot != NULL && dot != name && i < KIND_COUNT; i++) {
        if (strcmp(dot + 1, kinds[i]) == 0) {
            *ret_kind = (enum ent_notice_kind)i;
            return true;
        }
    }
    return false;
}

/* ---- reading ---- */

/* One notice on its way out of a file. */
struct reading {
    struct agreement_reader *reader;
    const struct ent_yaml_node *root;
    struct ent_notice *notice;
};

static void
read_kind(struct reading *reading)
{
    const struct ent_yaml_node *node =
        ent_read_get(reading->root, "notice", ENT_YAML_SCALAR);

    for (size_t i = 0; node != NULL && i < KIND_COUNT; i++) {
        if (strcmp(node->text, kinds[i]) == 0) {
            reading->notice->kind = (enum ent_notice_kind)i;
            return;
        }
    }
    if (node != NULL) {
        COMPLAIN(reading->reader, node,
            "'%.60s' is no notice; there are suspension, resumption, "
            "assurance, withdrawal",
            node->text);
    }
}

/* Which agreement, which state, which number. */
static void
read_subject(struct reading *reading)
{
    const struct ent_agreement *agreement = reading->reader->agreement;
    struct ent_declaration *declaration = &reading->notice->declaration;
    const struct ent_yaml_node *node;

    node = ent_read_get(reading->root, "agreement", ENT_YAML_SCALAR);
    if (node != NULL && strcmp(node->text, agreement->name) != 0) {
        COMPLAIN(reading->reader, node, "it is about '%.60s', and not about %s",
            node->text, agreement->name);
    }
    (void)snprintf(reading->notice->agreement,
        sizeof reading->notice->agreement, "%s", agreement->name);
    node = ent_read_get(reading->root, "state", ENT_YAML_SCALAR);
    if (node != NULL) {
        if (ent_agreement_find_party(agreement, node->text) == ENT_NONE) {
            COMPLAIN(reading->reader, node, "'%.60s' is no party to %s",
                node->text, agreement->name);
        }
        (void)snprintf(
            declaration->state, sizeof declaration->state, "%.3s", node->text);
    }
    node = ent_read_get(reading->root, "number", ENT_YAML_SCALAR);
    if (node != NULL) {
        (void)ent_read_number(
            reading->reader, node, "number", &declaration->number);
    }
}

static void
read_times(struct reading *reading)
{
    struct ent_declaration *declaration = &reading->notice->declaration;
    const struct ent_yaml_node *node;

    declaration->until_ms = UINT64_MAX;
    node = ent_read_get(reading->root, "from", ENT_YAML_SCALAR);
    if (node != NULL) {
        (void)ent_read_time(
            reading->reader, node, false, &declaration->from_ms);
    }
    node = ent_read_get(reading->root, "until", ENT_YAML_SCALAR);
    if (node != NULL &&
        ent_read_time(reading->reader, node, true, &declaration->until_ms) &&
        declaration->until_ms <= declaration->from_ms) {
        COMPLAIN(reading->reader, node, "'until' must be later than 'from'");
    }
}

static void
read_office(struct reading *reading, const struct ent_yaml_node *node)
{
    struct ent_declaration *declaration = &reading->notice->declaration;
    struct ent_address *office =
        &declaration->offices[declaration->office_count];
    struct ent_error err;

    if (ent_address_parse(ent_view_text(node->text), office, &err) != ENT_OK) {
        COMPLAIN(reading->reader, node, "%s", err.text);
    } else if (ent_agreement_find_office(reading->reader->agreement, office) ==
               ENT_NONE) {
        COMPLAIN(reading->reader, node, "'%s' is not among the offices of %s",
            office->text, reading->reader->agreement->name);
    } else {
        declaration->office_count++;
    }
}

/* What it is about: families, offices. */
static void
read_scope(struct reading *reading)
{
    struct ent_declaration *declaration = &reading->notice->declaration;
    const struct ent_yaml_node *node;

    node = ent_read_get(reading->root, "families", ENT_YAML_LIST);
    declaration->all_families = node == NULL;
    if (node != NULL) {
        (void)ent_read_families(reading->reader, node, &declaration->families);
    }
    node = ent_read_get(reading->root, "offices", ENT_YAML_LIST);
    if (node != NULL && ent_read_list(reading->reader, node, "offices",
                            ENT_DECLARED_OFFICES_MAX, ENT_YAML_SCALAR)) {
        for (size_t i = 0; i < node->count; i++) {
            read_office(reading, node->items[i]);
        }
    }
}

static void
read_assurance(struct reading *reading)
{
    struct ent_declaration *declaration = &reading->notice->declaration;
    const struct ent_yaml_node *node;
    uint32_t risk;

    declaration->kind = ENT_ASSURANCE;
    node = ent_read_get(reading->root, "risk", ENT_YAML_SCALAR);
    if (node != NULL &&
        ent_read_term(reading->reader, node, &ent_risks, &risk)) {
        declaration->risk = (enum ent_risk)risk;
    }
    node = ent_read_get(reading->root, "offences", ENT_YAML_LIST);
    if (node != NULL) {
        (void)ent_read_words(reading->reader, node,
            &entente__v1__offence__descriptor, "offence",
            &declaration->offences);
    }
}

static void
read_of(struct reading *reading)
{
    const struct ent_yaml_node *node =
        ent_read_get(reading->root, "of", ENT_YAML_SCALAR);

    if (node != NULL &&
        ent_read_number(
            reading->reader, node, "number", &reading->notice->of) &&
        reading->notice->of >= reading->notice->declaration.number) {
        COMPLAIN(reading->reader, node,
            "it can only end a notice that came before it");
    }
}

static void
read_reason(struct reading *reading)
{
    const struct ent_yaml_node *node =
        ent_read_get(reading->root, "reason", ENT_YAML_SCALAR);

    if (node == NULL || !ent_read_text(reading->reader, node, "the reason",
                            ENT_NOTICE_REASON_LEN - 1)) {
        return;
    }
    if (!ent_text_is_one_line(ent_view_text(node->text))) {
        COMPLAIN(reading->reader, node, "the reason is one line of text");
        return;
    }
    (void)snprintf(reading->notice->reason, sizeof reading->notice->reason,
        "%s", node->text);
}

/* What every notice has. */
#define COMMON_KEYS                                                            \
    {"notice", ENT_YAML_SCALAR, true}, {"agreement", ENT_YAML_SCALAR, true},   \
        {"state", ENT_YAML_SCALAR, true}, {"number", ENT_YAML_SCALAR, true},   \
        {"from", ENT_YAML_SCALAR, true},                                       \
    {                                                                          \
        "reason", ENT_YAML_SCALAR, false                                       \
    }

static void
check_keys(struct reading *reading)
{
    static const struct agreement_key suspension[] = {
        COMMON_KEYS,
        {"families", ENT_YAML_LIST, false},
        {"offices", ENT_YAML_LIST, false},
    };
    static const struct agreement_key assurance[] = {
        COMMON_KEYS,
        {"risk", ENT_YAML_SCALAR, true},
        {"families", ENT_YAML_LIST, false},
        {"offences", ENT_YAML_LIST, false},
        {"until", ENT_YAML_SCALAR, false},
    };
    static const struct agreement_key end[] = {
        COMMON_KEYS,
        {"of", ENT_YAML_SCALAR, false},
    };

    switch (reading->notice->kind) {
    case ENT_NOTICE_SUSPENSION:
        (void)ent_read_map(
            reading->reader, reading->root, "", KEYS(suspension));
        break;
    case ENT_NOTICE_ASSURANCE:
        (void)ent_read_map(reading->reader, reading->root, "", KEYS(assurance));
        break;
    default:
        (void)ent_read_map(reading->reader, reading->root, "", KEYS(end));
        break;
    }
}

static void
read_all(struct reading *reading)
{
    if (reading->root->kind != ENT_YAML_MAP) {
        COMPLAIN(reading->reader, reading->root,
            "a notice must be a map, {key: value}");
        return;
    }
    read_kind(reading);
    check_keys(reading);
    read_subject(reading);
    read_times(reading);
    read_reason(reading);
    switch (reading->notice->kind) {
    case ENT_NOTICE_SUSPENSION:
        read_scope(reading);
        break;
    case ENT_NOTICE_ASSURANCE:
        read_scope(reading);
        read_assurance(reading);
        break;
    default:
        read_of(reading);
        break;
    }
}

enum ent_status
ent_notice_read(const struct ent_agreement *agreement, struct ent_view text,
    struct ent_notice *ret_notice, struct ent_complaints *complaints,
    struct ent_error *err)
{
    ENT_AUTO(ent_yaml_free) struct ent_yaml *yaml = NULL;
    struct agreement_reader reader = {
        .agreement = (struct ent_agreement *)(uintptr_t)agreement, /* read */
        .complaints = complaints,
        .err = err,
    };
    struct ent_notice notice = {0};
    struct reading reading = {.reader = &reader, .notice = &notice};
    enum ent_status rc;

    assert(agreement != NULL && ret_notice != NULL && complaints != NULL);

    *complaints = (struct ent_complaints){0};
    if (text.len > ENT_NOTICE_SIZE_MAX) {
        ent_complain(complaints, 1, 1, "a notice has at most %zu bytes",
            ENT_NOTICE_SIZE_MAX);
        return ent_fail(err, ENT_BAD_INPUT, "%s", complaints->list[0].text);
    }
    rc = ent_yaml_read(text, &yaml, complaints, err);
    if (rc != ENT_OK) {
        return rc;
    }
    reading.root = ent_yaml_root(yaml);
    read_all(&reading);
    if (complaints->count > 0) {
        ent_complaints_sort(complaints);
        return ent_fail(err, ENT_BAD_INPUT, "%zu:%zu: %s",
            complaints->list[0].line, complaints->list[0].column,
            complaints->list[0].text);
    }
    *ret_notice = notice;
    return ENT_OK;
}

enum ent_status
ent_notice_agreement(struct ent_view text,
    char ret_name[static ENT_AGREEMENT_NAME_LEN], struct ent_error *err)
{
    ENT_AUTO(ent_yaml_free) struct ent_yaml *yaml = NULL;
    struct ent_complaints complaints = {0};
    const struct ent_yaml_node *name;
    enum ent_status rc;

    if (text.len > ENT_NOTICE_SIZE_MAX) {
        return ent_fail(err, ENT_BAD_INPUT, "a notice has at most %zu bytes",
            ENT_NOTICE_SIZE_MAX);
    }
    rc = ent_yaml_read(text, &yaml, &complaints, err);
    if (rc != ENT_OK) {
        return rc;
    }
    name = ent_read_get(ent_yaml_root(yaml), "agreement", ENT_YAML_SCALAR);
    if (name == NULL || strlen(name->text) >= ENT_AGREEMENT_NAME_LEN) {
        return ent_fail(
            err, ENT_BAD_INPUT, "it does not say which agreement it is about");
    }
    (void)snprintf(ret_name, ENT_AGREEMENT_NAME_LEN, "%s", name->text);
    return ENT_OK;
}

/* ---- signatures ---- */

enum ent_status
ent_notice_sign(const struct ent_agreement *agreement, struct ent_view text,
    const char *state, const struct ent_signer *authority,
    const struct ent_rollover *keys, struct ent_bytes *ret_signatures,
    struct ent_error *err)
{
    struct ent_signature_file file = {0};
    enum ent_status rc;

    assert(agreement != NULL && state != NULL && authority != NULL);

    rc = ent_signatures_sign(
        agreement, state, authority, keys, TYPE_NOTICE, text, &file, err);
    return rc != ENT_OK
               ? rc
               : ent_signatures_write(agreement, &file, ret_signatures, err);
}

/* The key of that id; NULL: it is none, or its time is over. */
static const struct ent_verify_key *
key_for(const struct ent_rollover *keys, const struct ent_key_id *id,
    enum ent_notice_kind kind, uint64_t at_ms)
{
    bool narrows =
        kind == ENT_NOTICE_SUSPENSION || kind == ENT_NOTICE_WITHDRAWAL;

    return narrows || ent_authority_is(keys, id, at_ms)
               ? ent_authority_key(keys, id)
               : NULL;
}

static enum ent_status
verify_party(const struct ent_agreement *agreement, size_t party,
    const struct ent_signature_file *file, enum ent_notice_kind kind,
    struct ent_view text, const struct ent_rollover *keys, uint64_t at_ms,
    struct ent_error *err)
{
    const struct agreement_party *entry = &agreement->parties[party];
    const struct ent_verify_key *key;
    struct ent_rollover named;

    if (keys == NULL) {
        ent_authority_know(entry->state, &entry->authority, NULL, &named);
        keys = &named;
    }
    key = key_for(keys, &file->of[party].signature.key_id, kind, at_ms);
    if (key == NULL) {
        return ent_fail(err, ENT_REJECTED,
            "it is signed with a key that is not, or not any more, that of the "
            "authority of '%s'",
            entry->state);
    }
    return ent_signatures_verify(
        agreement, party, file, key, TYPE_NOTICE, text, err);
}

enum ent_status
ent_notice_verify(const struct ent_agreement *agreement,
    const struct ent_notice *notice, struct ent_view text,
    struct ent_view signatures, const struct ent_rollover *keys, uint64_t at_ms,
    struct ent_error *err)
{
    const char *state = notice->declaration.state;
    struct ent_signature_file file;
    size_t party;
    enum ent_status rc;

    assert(agreement != NULL && notice != NULL);

    party = ent_agreement_find_party(agreement, state);
    if (party == ENT_NONE) {
        return ent_fail(err, ENT_REJECTED, "'%s' is no party to %s", state,
            agreement->name);
    }
    rc = ent_signatures_read(agreement, signatures, &file, err);
    if (rc == ENT_OK && !file.of[party].there) {
        return ent_fail(err, ENT_REJECTED, "'%s' has not signed it", state);
    }
    return rc != ENT_OK ? rc
                        : verify_party(agreement, party, &file, notice->kind,
                              text, keys, at_ms, err);
}
