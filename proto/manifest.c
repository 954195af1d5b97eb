/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "proto/base/pb.h"
#include "proto/certificate.h"
#include "proto/field.h"
#include "proto/schema/trust.pb-c.h"

#define VERSIONS_MAX 16 /* of protocol and suites each */
#define ARENA_SIZE ((size_t)32 * 1024)

#define PROTOCOL_VERSION 1

static const struct ent_pb_limits limits = {
    .size_max = 8192,
    .fields_max = 12 + ENT_MANIFEST_KEYS_MAX * 4 + ENT_MANIFEST_ENDPOINTS_MAX +
                  ENT_MANIFEST_BROKERS_MAX + 2 * VERSIONS_MAX +
                  ENT_MANIFEST_OFFICERS_MAX,
};

/* ---- what must hold of every manifest, ours or another's ---- */

static enum ent_status
key_check(const struct ent_sealing_key *key, struct ent_error *err)
{
    if (sodium_is_zero(key->key, sizeof key->key)) {
        return ent_fail(err, ENT_BAD_INPUT, "key: zeros");
    }
    if (key->not_after <= key->not_before) {
        return ent_fail(err, ENT_BAD_INPUT, "not_after: never valid");
    }
    if (key->not_after - key->not_before > ENT_SEALING_EPOCH_MAX_MS) {
        return ent_fail(
            err, ENT_BAD_INPUT, "not_after: an epoch lasts a week at most");
    }
    return ENT_OK;
}

/* A key stands for one epoch: given twice, it would outlive the first. */
static bool
is_repeated(const struct ent_manifest *manifest, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (memcmp(manifest->keys[i].key, manifest->keys[index].key,
                ENT_PUBLIC_KEY_LEN) == 0) {
            return true;
        }
    }
    return false;
}

static enum ent_status
keys_check(const struct ent_manifest *manifest, struct ent_error *err)
{
    for (size_t i = 0; i < manifest->key_count; i++) {
        enum ent_status rc = key_check(&manifest->keys[i], err);

        if (rc != ENT_OK) {
            ent_error_wrap(err, "sealing_keys[%zu]", i);
            return rc;
        }
        if (is_repeated(manifest, i)) {
            return ent_fail(
                err, ENT_BAD_INPUT, "sealing_keys[%zu]: given before", i);
        }
    }
    return ENT_OK;
}

/* Another transport would let a peer point us at our own machine's sockets. */
static bool
is_endpoint(const char *text)
{
    static const char scheme[] = "tcp://";

    if (strncmp(text, scheme, sizeof scheme - 1) != 0 ||
        text[sizeof scheme - 1] == '\0') {
        return false;
    }
    for (; *text != '\0'; text++) {
        if (*text <= ' ' || *text > '~') {
            return false;
        }
    }
    return true;
}

static enum ent_status
endpoints_check(const struct ent_manifest *manifest, struct ent_error *err)
{
    for (size_t i = 0; i < manifest->endpoint_count; i++) {
        if (!is_endpoint(manifest->endpoints[i])) {
            return ent_fail(err, ENT_BAD_INPUT,
                "endpoints[%zu]: not of the form tcp://host:port", i);
        }
    }
    return ENT_OK;
}

static enum ent_status
manifest_check(const struct ent_manifest *manifest, struct ent_error *err)
{
    enum ent_status rc;

    if (manifest->sequence == 0) {
        return ent_fail(err, ENT_BAD_INPUT, "sequence: begins with 1");
    }
    if (manifest->restore_incarnation > manifest->incarnation) {
        return ent_fail(err, ENT_BAD_INPUT,
            "restore_incarnation: greater than its incarnation");
    }
    if (manifest->restore_incarnation == 0 && manifest->restore_since != 0) {
        return ent_fail(
            err, ENT_BAD_INPUT, "restore_since: only with restore_incarnation");
    }
    rc = keys_check(manifest, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return endpoints_check(manifest, err);
}

/* ---- making ---- */

struct manifest_field {
    Entente__V1__SealingKey keys[ENT_MANIFEST_KEYS_MAX];
    Entente__V1__SealingKey *key_list[ENT_MANIFEST_KEYS_MAX];
    char *endpoints[ENT_MANIFEST_ENDPOINTS_MAX];
    char *brokers[ENT_MANIFEST_BROKERS_MAX];
    ProtobufCBinaryData officers[ENT_MANIFEST_OFFICERS_MAX];
};

static void
lists_write(const struct ent_manifest *manifest, struct manifest_field *field)
{
    for (size_t i = 0; i < manifest->key_count; i++) {
        const struct ent_sealing_key *key = &manifest->keys[i];

        field->keys[i] =
            (Entente__V1__SealingKey)ENTENTE__V1__SEALING_KEY__INIT;
        field->keys[i].key =
            ent_field_bytes(key->key, ENT_PUBLIC_KEY_LEN, false);
        field->keys[i].not_before = key->not_before;
        field->keys[i].not_after = key->not_after;
        field->key_list[i] = &field->keys[i];
    }
    for (size_t i = 0; i < manifest->endpoint_count; i++) {
        field->endpoints[i] = (char *)manifest->endpoints[i];
    }
    for (size_t i = 0; i < manifest->broker_count; i++) {
        field->brokers[i] = (char *)manifest->brokers[i].text;
    }
    for (size_t i = 0; i < manifest->officer_count; i++) {
        field->officers[i] =
            ent_field_bytes(manifest->officers[i].bytes, ENT_KEY_ID_LEN, false);
    }
}

static enum ent_status
manifest_pack(const struct ent_manifest *manifest,
    struct ent_bytes *ret_payload, struct ent_error *err)
{
    static uint32_t versions[] = {PROTOCOL_VERSION};
    static uint32_t suites[] = {ENT_SUITE_X25519};
    Entente__V1__Manifest out = ENTENTE__V1__MANIFEST__INIT;
    struct manifest_field field;

    lists_write(manifest, &field);
    out.version = 1;
    out.address = (char *)manifest->address.text;
    out.sequence = manifest->sequence;
    out.incarnation = manifest->incarnation;
    out.n_sealing_keys = manifest->key_count;
    out.sealing_keys = field.key_list;
    out.n_endpoints = manifest->endpoint_count;
    out.endpoints = field.endpoints;
    out.n_brokers = manifest->broker_count;
    out.brokers = field.brokers;
    out.n_protocol_versions = 1;
    out.protocol_versions = versions;
    out.n_suites = 1;
    out.suites = suites;
    out.issued_at = manifest->issued_at;
    out.restore_incarnation = manifest->restore_incarnation;
    out.restore_since = manifest->restore_since;
    out.n_revoked_officers = manifest->officer_count;
    out.revoked_officers = field.officers;
    return ent_pb_pack(&out.base, ret_payload, err);
}

static enum ent_status
addresses_check(const struct ent_manifest *manifest, struct ent_error *err)
{
    struct ent_address parsed;
    enum ent_status rc;

    rc = ent_field_address("address", manifest->address.text, &parsed, err);
    for (size_t i = 0; rc == ENT_OK && i < manifest->broker_count; i++) {
        rc = ent_field_address(
            "brokers", manifest->brokers[i].text, &parsed, err);
    }
    return rc;
}

enum ent_status
ent_manifest_make(const struct ent_manifest *manifest,
    const struct ent_signer *office, struct ent_bytes *ret_wire,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    enum ent_status rc;

    assert(manifest->key_count <= ENT_MANIFEST_KEYS_MAX);
    assert(manifest->broker_count <= ENT_MANIFEST_BROKERS_MAX);
    assert(manifest->endpoint_count <= ENT_MANIFEST_ENDPOINTS_MAX);

    rc = addresses_check(manifest, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = manifest_check(manifest, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = manifest_pack(manifest, &payload, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return ent_signed_make(
        office, ENT_TYPE_MANIFEST, ent_bytes_view(&payload), ret_wire, err);
}

/* ---- reading ---- */

static enum ent_status
count_check(const char *name, size_t count, size_t max, struct ent_error *err)
{
    if (count > max) {
        return ent_fail(
            err, ENT_BAD_INPUT, "%s: %zu, more than %zu", name, count, max);
    }
    return ENT_OK;
}

static enum ent_status
keys_read(const Entente__V1__Manifest *in, struct ent_manifest *manifest,
    struct ent_error *err)
{
    enum ent_status rc;

    rc = count_check(
        "sealing_keys", in->n_sealing_keys, ENT_MANIFEST_KEYS_MAX, err);
    if (rc != ENT_OK) {
        return rc;
    }
    for (size_t i = 0; i < in->n_sealing_keys; i++) {
        const Entente__V1__SealingKey *from = in->sealing_keys[i];
        struct ent_sealing_key *key = &manifest->keys[i];
        const struct ent_field field = {
            "sealing_keys.key", from->key, key->key, ENT_PUBLIC_KEY_LEN};

        rc = ent_field_read(&field, 1, err);
        if (rc != ENT_OK) {
            return rc;
        }
        key->key_id = ent_key_id_of(ENT_KEY_SEALING, key->key);
        key->not_before = from->not_before;
        key->not_after = from->not_after;
    }
    manifest->key_count = in->n_sealing_keys;
    return ENT_OK;
}

static enum ent_status
endpoints_read(const Entente__V1__Manifest *in, struct ent_manifest *manifest,
    struct ent_error *err)
{
    enum ent_status rc;

    rc = count_check(
        "endpoints", in->n_endpoints, ENT_MANIFEST_ENDPOINTS_MAX, err);
    if (rc != ENT_OK) {
        return rc;
    }
    for (size_t i = 0; i < in->n_endpoints; i++) {
        const size_t len = strlen(in->endpoints[i]);

        if (len >= sizeof manifest->endpoints[i]) {
            return ent_fail(
                err, ENT_BAD_INPUT, "endpoints[%zu]: %zu bytes", i, len);
        }
        memcpy(manifest->endpoints[i], in->endpoints[i], len + 1);
    }
    manifest->endpoint_count = in->n_endpoints;
    return ENT_OK;
}

static enum ent_status
brokers_read(const Entente__V1__Manifest *in, struct ent_manifest *manifest,
    struct ent_error *err)
{
    enum ent_status rc;

    rc = count_check("brokers", in->n_brokers, ENT_MANIFEST_BROKERS_MAX, err);
    for (size_t i = 0; rc == ENT_OK && i < in->n_brokers; i++) {
        rc = ent_field_address(
            "brokers", in->brokers[i], &manifest->brokers[i], err);
    }
    manifest->broker_count = in->n_brokers;
    return rc;
}

static enum ent_status
officers_read(const Entente__V1__Manifest *in, struct ent_manifest *manifest,
    struct ent_error *err)
{
    enum ent_status rc = count_check("revoked_officers", in->n_revoked_officers,
        ENT_MANIFEST_OFFICERS_MAX, err);

    for (size_t i = 0; rc == ENT_OK && i < in->n_revoked_officers; i++) {
        const struct ent_field field = {"revoked_officers",
            in->revoked_officers[i], manifest->officers[i].bytes,
            ENT_KEY_ID_LEN};

        rc = ent_field_read(&field, 1, err);
    }
    manifest->officer_count = in->n_revoked_officers;
    return rc;
}

/* Whether the office still speaks what we speak. */
static enum ent_status
common_check(const char *name, const uint32_t *list, size_t count,
    uint32_t ours, struct ent_error *err)
{
    enum ent_status rc = count_check(name, count, VERSIONS_MAX, err);

    if (rc != ENT_OK) {
        return rc;
    }
    for (size_t i = 0; i < count; i++) {
        if (list[i] == ours) {
            return ENT_OK;
        }
    }
    return ent_fail(
        err, ENT_UNSUPPORTED, "%s: %" PRIu32 " is not among them", name, ours);
}

static enum ent_status
lists_read(const Entente__V1__Manifest *in, struct ent_manifest *manifest,
    struct ent_error *err)
{
    enum ent_status rc;

    rc = common_check("protocol_versions", in->protocol_versions,
        in->n_protocol_versions, PROTOCOL_VERSION, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc =
        common_check("suites", in->suites, in->n_suites, ENT_SUITE_X25519, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = keys_read(in, manifest, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = endpoints_read(in, manifest, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = brokers_read(in, manifest, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return officers_read(in, manifest, err);
}

static enum ent_status
payload_read(struct ent_view payload, struct ent_manifest *manifest,
    struct ent_error *err)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    const Entente__V1__Manifest *in;
    ProtobufCMessage *message;
    enum ent_status rc;

    rc = ent_arena_init(&arena, ARENA_SIZE, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_pb_unpack(&entente__v1__manifest__descriptor, payload, &limits,
        &arena, &message, err);
    if (rc != ENT_OK) {
        return rc;
    }
    in = (const Entente__V1__Manifest *)message;
    rc = ent_field_version(in->version, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_field_address("address", in->address, &manifest->address, err);
    if (rc != ENT_OK) {
        return rc;
    }
    manifest->sequence = in->sequence;
    manifest->incarnation = in->incarnation;
    manifest->issued_at = in->issued_at;
    manifest->restore_incarnation = in->restore_incarnation;
    manifest->restore_since = in->restore_since;
    rc = lists_read(in, manifest, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return manifest_check(manifest, err);
}

static enum ent_status
open_checked(struct ent_view wire, const struct ent_certificate *office,
    struct ent_manifest *manifest, struct ent_error *err)
{
    struct ent_view payload;
    enum ent_status rc;

    rc = ent_signed_open(wire, ent_certificate_role(office),
        &office->signing_key, ENT_TYPE_MANIFEST, &payload, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = payload_read(payload, manifest, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (!ent_address_equal(&manifest->address, &office->address)) {
        return ent_fail(err, ENT_REJECTED, "it is about %s, not its signer",
            manifest->address.text);
    }
    return ENT_OK;
}

enum ent_status
ent_manifest_open(struct ent_view wire, const struct ent_certificate *office,
    struct ent_manifest *ret_manifest, struct ent_error *err)
{
    struct ent_manifest manifest = {0};
    enum ent_status rc = open_checked(wire, office, &manifest, err);

    if (rc != ENT_OK) {
        ent_error_wrap(err, "manifest of %s", office->address.text);
        return rc;
    }
    *ret_manifest = manifest;
    return ENT_OK;
}

/* ---- choosing a key ---- */

const struct ent_sealing_key *
ent_manifest_key(const struct ent_manifest *manifest, uint64_t now_ms)
{
    const struct ent_sealing_key *current = NULL;
    const struct ent_sealing_key *newest = NULL;

    for (size_t i = 0; i < manifest->key_count; i++) {
        const struct ent_sealing_key *key = &manifest->keys[i];

        if (newest == NULL || key->not_after > newest->not_after) {
            newest = key;
        }
        if (key->not_before <= now_ms && now_ms < key->not_after &&
            (current == NULL || key->not_after > current->not_after)) {
            current = key;
        }
    }
    return current != NULL ? current : newest;
}
