/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/signatures.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "policy/agreement_reader.h"
#include "proto/schema/common.pb-c.h"

#define VALUE_TEXT_LEN                                                         \
    sodium_base64_ENCODED_LEN(ENT_SIGNATURE_LEN, sodium_base64_VARIANT_ORIGINAL)
#define KEY_TEXT_LEN (2 * ENT_KEY_ID_LEN + 1)
#define LINE_MAX_LEN                                                           \
    (sizeof "- {state: , key: , ed25519: }\n" + ENT_STATE_MAX + KEY_TEXT_LEN + \
        VALUE_TEXT_LEN)

static bool
read_key_id(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, struct ent_key_id *ret_id)
{
    const char *end;
    size_t len;

    if (sodium_hex2bin(ret_id->bytes, sizeof ret_id->bytes, node->text,
            strlen(node->text), NULL, &len, &end) != 0 ||
        len != sizeof ret_id->bytes || *end != '\0') {
        COMPLAIN(reader, node, "not a key id; it has 32 hexadecimal digits");
        return false;
    }
    return true;
}

static bool
read_value(const struct agreement_reader *reader,
    const struct ent_yaml_node *node,
    uint8_t ret_value[static ENT_SIGNATURE_LEN])
{
    const char *end;
    size_t len;

    if (sodium_base642bin(ret_value, ENT_SIGNATURE_LEN, node->text,
            strlen(node->text), NULL, &len, &end,
            sodium_base64_VARIANT_ORIGINAL) != 0 ||
        len != ENT_SIGNATURE_LEN || *end != '\0') {
        COMPLAIN(
            reader, node, "not a signature; it has 88 characters of base64");
        return false;
    }
    return true;
}

static void
read_entry(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, struct ent_signature_file *file)
{
    static const struct agreement_key keys[] = {
        {"state", ENT_YAML_SCALAR, true},
        {"key", ENT_YAML_SCALAR, true},
        {"ed25519", ENT_YAML_SCALAR, true},
    };
    struct ent_signature signature = {
        .algorithm = ENTENTE__V1__ALGORITHM__ED25519};
    const struct ent_yaml_node *state;
    size_t party;

    if (!ent_read_map(reader, node, "signatures", KEYS(keys))) {
        return;
    }
    state = ent_yaml_get(node, "state");
    party = ent_agreement_find_party(reader->agreement, state->text);
    if (party == ENT_NONE) {
        COMPLAIN(reader, state, "'%.60s' is no party to %s", state->text,
            reader->agreement->name);
        return;
    }
    if (file->of[party].there) {
        COMPLAIN(reader, state, "'%s' has signed twice", state->text);
        return;
    }
    if (read_key_id(reader, ent_yaml_get(node, "key"), &signature.key_id) &&
        read_value(reader, ent_yaml_get(node, "ed25519"), signature.value)) {
        file->of[party].there = true;
        file->of[party].signature = signature;
    }
}

enum ent_status
ent_signatures_read(const struct ent_agreement *agreement, struct ent_view text,
    struct ent_signature_file *ret_file, struct ent_error *err)
{
    ENT_AUTO(ent_yaml_free) struct ent_yaml *yaml = NULL;
    struct ent_complaints complaints = {0};
    struct agreement_reader reader = {
        .agreement = (struct ent_agreement *)(uintptr_t)agreement, /* read */
        .complaints = &complaints,
    };
    struct ent_signature_file file = {0};
    const struct ent_yaml_node *root;
    enum ent_status rc;

    if (text.len == 0) {
        *ret_file = file;
        return ENT_OK;
    }
    if (text.len > ENT_SIGNATURES_FILE_MAX) {
        return ent_fail(err, ENT_BAD_INPUT, "signatures: %zu bytes, %d allowed",
            text.len, ENT_SIGNATURES_FILE_MAX);
    }
    rc = ent_yaml_read(text, &yaml, &complaints, err);
    if (rc != ENT_OK) {
        ent_error_wrap(err, "signatures");
        return rc;
    }
    root = ent_yaml_root(yaml);
    if (root->kind != ENT_YAML_LIST) {
        COMPLAIN(&reader, root, "the file must be a list of signatures");
    } else if (ent_read_list(
                   &reader, root, "the file", ENT_PARTIES_MAX, ENT_YAML_MAP)) {
        for (size_t i = 0; i < root->count; i++) {
            read_entry(&reader, root->items[i], &file);
        }
    }
    if (complaints.count > 0) {
        ent_complaints_sort(&complaints);
        return ent_fail(err, ENT_BAD_INPUT, "signatures: %zu:%zu: %s",
            complaints.list[0].line, complaints.list[0].column,
            complaints.list[0].text);
    }
    *ret_file = file;
    return ENT_OK;
}

enum ent_status
ent_signatures_write(const struct ent_agreement *agreement,
    const struct ent_signature_file *file, struct ent_bytes *ret_text,
    struct ent_error *err)
{
    char text[ENT_PARTIES_MAX * LINE_MAX_LEN + 1];
    size_t len = 0;

    for (size_t i = 0; i < agreement->party_count; i++) {
        const struct ent_signature *signature = &file->of[i].signature;
        char key[KEY_TEXT_LEN];
        char value[VALUE_TEXT_LEN];

        if (!file->of[i].there) {
            continue;
        }
        sodium_bin2hex(key, sizeof key, signature->key_id.bytes,
            sizeof signature->key_id.bytes);
        sodium_bin2base64(value, sizeof value, signature->value,
            sizeof signature->value, sodium_base64_VARIANT_ORIGINAL);
        len += (size_t)snprintf(text + len, sizeof text - len,
            "- {state: %.3s, key: %s, ed25519: %s}\n",
            agreement->parties[i].state, key, value);
    }
    return ent_bytes_copy(ent_view_of(text, len), ret_text, err);
}

enum ent_status
ent_signatures_verify(const struct ent_agreement *agreement, size_t party,
    const struct ent_signature_file *file, const struct ent_verify_key *key,
    const char *type, struct ent_view body, struct ent_error *err)
{
    struct ent_signatures signatures = {.count = 1};
    enum ent_status rc;

    assert(party < agreement->party_count);

    signatures.list[0] = file->of[party].signature;
    rc = ent_signing_verify(
        &signatures, ENT_KEY_AUTHORITY, key, type, body, err);
    if (rc == ENT_REJECTED) {
        return ent_fail(err, ENT_REJECTED,
            "what stands there for '%s' is not its authority's signature of "
            "these bytes",
            agreement->parties[party].state);
    }
    return rc;
}

/* The key that the agreement names, or one that took its place. */
static bool
is_authority(const struct agreement_party *party, const struct ent_signer *key,
    const struct ent_rollover *keys)
{
    const struct ent_key_id named =
        ent_key_id_of(ENT_KEY_AUTHORITY, party->authority.bytes);

    return ent_key_id_equal(&named, &key->key_id) ||
           (keys != NULL && ent_rollover_find(keys, &named) != SIZE_MAX &&
               ent_rollover_find(keys, &key->key_id) != SIZE_MAX);
}

enum ent_status
ent_signatures_sign(const struct ent_agreement *agreement, const char *state,
    const struct ent_signer *authority, const struct ent_rollover *keys,
    const char *type, struct ent_view body, struct ent_signature_file *file,
    struct ent_error *err)
{
    size_t index = ent_agreement_find_party(agreement, state);
    const struct agreement_party *party;
    enum ent_status rc;

    if (index == ENT_NONE) {
        return ent_fail(
            err, ENT_DENIED, "'%s' is no party to %s", state, agreement->name);
    }
    party = &agreement->parties[index];
    if (!is_authority(party, authority, keys)) {
        return ent_fail(err, ENT_DENIED,
            "this is not the authority key that %s names for '%s'",
            agreement->name, state);
    }
    if (file->of[index].there) {
        return ent_fail(err, ENT_EXISTS, "'%s' has signed already", state);
    }
    rc = ent_signing_sign(
        authority, type, body, &file->of[index].signature, err);
    file->of[index].there = rc == ENT_OK;
    return rc;
}
