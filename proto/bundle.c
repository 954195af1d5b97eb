/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/bundle.h"

#include <assert.h>
#include <inttypes.h>
#include <stdalign.h>
#include <string.h>

#include "proto/base/pb.h"
#include "proto/field.h"
#include "proto/leaves.h"
#include "proto/schema/link.pb-c.h"
#include "proto/schema/trust.pb-c.h"

#define LABEL_FIELD 2
#define LENGTH_LEN 4

/* A whole head takes less than 2,048 bytes. */
static const struct ent_pb_limits limits = {
    .size_max = 2048,
    .fields_max = 4 + ENT_HOPS_MAX + ENT_SIGNATURES_MAX * 4,
};

/* ---- head ---- */

enum ent_status
ent_bundle_encode_head(const struct ent_hop *hop, struct ent_view label_wire,
    const struct ent_signatures *signatures, struct ent_bytes *ret_head,
    struct ent_error *err)
{
    Entente__V1__Bundle message = ENTENTE__V1__BUNDLE__INIT;
    Entente__V1__Hop hop_message = ENTENTE__V1__HOP__INIT;
    struct ent_field_signatures field;
    char *brokers[ENT_HOPS_MAX];

    assert(hop->count <= ENT_HOPS_MAX);

    if (label_wire.len == 0 || label_wire.len > ENT_LABEL_MAX) {
        return ent_fail(
            err, ENT_BAD_INPUT, "a label of %zu bytes", label_wire.len);
    }
    for (size_t i = 0; i < hop->count; i++) {
        brokers[i] = (char *)hop->brokers[i].text;
    }
    if (hop->count > 0) {
        hop_message.n_brokers = hop->count;
        hop_message.brokers = brokers;
        message.hop = &hop_message;
    }
    ent_field_from_signatures(signatures, &field);
    message.label = ent_field_bytes(label_wire.data, label_wire.len, false);
    message.n_signatures = signatures->count;
    message.signatures = field.list;
    return ent_pb_pack(&message.base, ret_head, err);
}

static enum ent_status
hop_read(const Entente__V1__Hop *in, struct ent_hop *hop, struct ent_error *err)
{
    if (in == NULL) {
        return ENT_OK;
    }
    if (in->n_brokers < 1 || in->n_brokers > ENT_HOPS_MAX) {
        return ent_fail(err, ENT_BAD_INPUT,
            "hop.brokers: %zu, where 1 to %d may be", in->n_brokers,
            ENT_HOPS_MAX);
    }
    for (size_t i = 0; i < in->n_brokers; i++) {
        enum ent_status rc = ent_field_address(
            "hop.brokers", in->brokers[i], &hop->brokers[i], err);

        if (rc != ENT_OK) {
            return rc;
        }
    }
    hop->count = in->n_brokers;
    return ENT_OK;
}

static enum ent_status
head_decode(
    struct ent_view head, struct ent_bundle *bundle, struct ent_error *err)
{
    alignas(max_align_t) uint8_t block[ENT_FIELD_BLOCK_LEN] = {0};
    const Entente__V1__Bundle *in;
    ProtobufCMessage *message;
    struct ent_arena arena;
    enum ent_status rc;

    ent_arena_over(&arena, block, sizeof block);
    rc = ent_pb_unpack(
        &entente__v1__bundle__descriptor, head, &limits, &arena, &message, err);
    if (rc != ENT_OK) {
        return rc;
    }
    in = (const Entente__V1__Bundle *)message;
    if (in->body.len > 0) {
        return ent_fail(
            err, ENT_BAD_INPUT, "body: it belongs in the next part");
    }
    rc = hop_read(in->hop, &bundle->hop, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_field_signatures(
        in->signatures, in->n_signatures, &bundle->signatures, err);
    if (rc != ENT_OK) {
        return rc;
    }
    bundle->label_wire = ent_field_find(head, LABEL_FIELD);
    return ent_label_decode(bundle->label_wire, &bundle->label, err);
}

enum ent_status
ent_bundle_decode(struct ent_view head, struct ent_view body,
    struct ent_bundle *ret_bundle, struct ent_error *err)
{
    struct ent_bundle bundle = {.body = body};
    enum ent_status rc;

    rc = head_decode(head, &bundle, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (body.len != bundle.label.body_len) {
        return ent_fail(err, ENT_BAD_INPUT,
            "a body of %zu bytes, where the label says %" PRIu32, body.len,
            bundle.label.body_len);
    }
    rc = ent_body_check(body, bundle.label.count, err);
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_bundle = bundle;
    return ENT_OK;
}

enum ent_status
ent_bundle_decode_head(
    struct ent_view head, struct ent_bundle *ret_bundle, struct ent_error *err)
{
    struct ent_bundle bundle = {0};
    enum ent_status rc = head_decode(head, &bundle, err);

    if (rc == ENT_OK) {
        *ret_bundle = bundle;
    }
    return rc;
}

/* ---- body ---- */

/* The next envelope with its framing; false when there is none that fits. */
static bool
envelope_take(
    struct ent_view body, size_t *offset, struct ent_view *ret_envelope)
{
    const size_t left = body.len - *offset;
    uint64_t len;

    if (left < LENGTH_LEN) {
        return false;
    }
    len = ent_get_be(body.data + *offset, LENGTH_LEN);
    if (len < ENT_ENVELOPE_OVERHEAD || len > left - LENGTH_LEN) {
        return false;
    }
    *ret_envelope = ent_view_of(body.data + *offset + LENGTH_LEN, (size_t)len);
    *offset += LENGTH_LEN + (size_t)len;
    return true;
}

bool
ent_body_next(
    struct ent_view body, size_t *offset, struct ent_envelope *ret_envelope)
{
    struct ent_envelope envelope = {0};
    const uint8_t *data;

    if (!envelope_take(body, offset, &envelope.whole)) {
        return false;
    }
    data = envelope.whole.data;
    memcpy(envelope.id.bytes, data, ENT_ID_LEN);
    data += ENT_ID_LEN;
    envelope.commitment = ent_view_of(data, ENT_COMMITMENT_LEN);
    data += ENT_COMMITMENT_LEN;
    envelope.ciphertext =
        ent_view_of(data, envelope.whole.len - ENT_ID_LEN - ENT_COMMITMENT_LEN);
    *ret_envelope = envelope;
    return true;
}

enum ent_status
ent_body_check(struct ent_view body, uint32_t count, struct ent_error *err)
{
    struct ent_view envelope;
    size_t offset = 0;
    uint32_t found = 0;

    if (body.len > ENT_BODY_MAX) {
        return ent_fail(err, ENT_BAD_INPUT,
            "a body of %zu bytes, more than %zu", body.len, ENT_BODY_MAX);
    }
    while (envelope_take(body, &offset, &envelope)) {
        found++;
    }
    if (offset != body.len) {
        return ent_fail(err, ENT_BAD_INPUT,
            "the body's envelope %" PRIu32 " does not fit its length", found);
    }
    if (found != count) {
        return ent_fail(err, ENT_BAD_INPUT,
            "a body of %" PRIu32 " envelopes, where the label says %" PRIu32,
            found, count);
    }
    return ENT_OK;
}

enum ent_status
ent_body_root(struct ent_view body, uint32_t count, struct ent_digest *ret_root,
    struct ent_error *err)
{
    struct ent_view envelopes[ENT_BUNDLE_MESSAGES_MAX];
    struct ent_digest leaves[ENT_BUNDLE_MESSAGES_MAX];
    size_t offset = 0;
    uint32_t found = 0;

    while (found < ENT_BUNDLE_MESSAGES_MAX &&
           envelope_take(body, &offset, &envelopes[found])) {
        found++;
    }
    if (offset != body.len || found != count) {
        return ent_fail(err, ENT_BAD_INPUT, "the body's framing is broken");
    }
    ent_leaves_hash(envelopes, count, leaves);
    *ret_root = ent_leaves_root(leaves, count);
    return ENT_OK;
}

/* ---- authenticity ---- */

static enum ent_status
not_authentic(struct ent_error *err, const char *detail)
{
    return ent_fail(err, ENT_REJECTED, "bundle is not authentic: %s", detail);
}

/* Cheapest first; the hashing of a body comes after all that could spare it. */
enum ent_status
ent_bundle_verify_label(const struct ent_bundle *bundle,
    const struct ent_certificate *sender, struct ent_error *err)
{
    const struct ent_label *label = &bundle->label;
    enum ent_status rc;

    if (sender->kind == ENTENTE__V1__OFFICE_KIND__BROKER) {
        return not_authentic(err, "a broker sends none of its own");
    }
    if (!ent_address_equal(&label->stream.sender, &sender->address)) {
        return not_authentic(err, "the certificate is another office's");
    }
    if (!ent_key_id_equal(&label->signing_key_id, &sender->signing_key_id)) {
        return not_authentic(err, "its label names another key");
    }
    rc = ent_signing_verify(&bundle->signatures, ENT_KEY_OFFICE,
        &sender->signing_key, ENT_TYPE_LABEL, bundle->label_wire, err);
    if (rc == ENT_REJECTED) {
        return not_authentic(err, "its label is not signed by the sender");
    }
    return rc;
}

enum ent_status
ent_bundle_verify(const struct ent_bundle *bundle,
    const struct ent_certificate *sender, struct ent_error *err)
{
    const struct ent_label *label = &bundle->label;
    struct ent_digest root;
    enum ent_status rc = ent_bundle_verify_label(bundle, sender, err);

    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_body_root(bundle->body, label->count, &root, err);
    if (rc != ENT_OK || !ent_digest_equal(&root, &label->root)) {
        return not_authentic(err, "its body is not what was signed");
    }
    return ENT_OK;
}

enum ent_status
ent_bundle_check_time(const struct ent_bundle *bundle,
    const struct ent_certificate *sender, uint64_t now_ms,
    struct ent_error *err)
{
    const struct ent_label *label = &bundle->label;

    if (ent_label_is_ahead(label, now_ms)) {
        return ent_fail(err, ENT_REJECTED,
            "bundle is sealed %" PRIu64 " s ahead of our clock",
            (label->sealed_at - now_ms) / 1000);
    }
    if (label->expires_at - label->sealed_at >
        ent_precedence_life_max_ms(label->stream.precedence)) {
        return ent_fail(err, ENT_REJECTED,
            "bundle has a longer life than %s may have",
            ent_precedence_name(label->stream.precedence));
    }
    if (ent_certificate_check_time(sender, label->sealed_at, err) != ENT_OK) {
        return ent_fail(err, ENT_REJECTED,
            "bundle was sealed when the sender's certificate was not valid");
    }
    if (now_ms >= label->expires_at) {
        return ent_fail(err, ENT_EXPIRED, "bundle expired %" PRIu64 " s ago",
            (now_ms - label->expires_at) / 1000);
    }
    return ENT_OK;
}
