/* SPDX-License-Identifier: Apache-2.0 */
/* The vectors of docs/PROTOCOL.md about bundles, and the answers to them. */
#include "tests/protocol_keys.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/schema/delivery.pb-c.h"
#include "proto/seal.h"
#include "proto/tree.h"

/* ---- padding ---- */

void
padding_fills_these_sizes(void **state)
{
    const struct block *block = block_named("padding");
    const char *length = block_text(block, "messages");
    char sizes[256] = "";
    size_t len = 0;

    (void)state;
    while (*length != '\0') {
        char *end;
        size_t message_len = strtoull(length, &end, 10);

        len += (size_t)snprintf(sizes + len, sizeof sizes - len, "%s%zu",
            len == 0 ? "" : " ",
            ent_seal_envelope_len(message_len) - ENT_ENVELOPE_OVERHEAD);
        length = end + (*end == ' ' ? 1 : 0);
    }
    expect_vector(block, "sizes", view(sizes));
}

/* ---- the bundle ---- */

static struct ent_view
message_at(size_t index)
{
    return index == 0 ? block_bytes(block_named("message"), "message")
                      : block_bytes(block_named("bundle"), "message-1");
}

/* The label as far as sealing needs it. */
static struct ent_label
the_label(const struct key *office)
{
    const struct block *block = block_named("bundle");
    struct ent_label label = {
        .stream = the_stream(),
        .suite = ENT_SUITE_X25519,
        .mode = (uint32_t)block_number(block, "mode"),
        .first = 1,
        .count = MESSAGES,
        .signing_key_id = office->signer.key_id,
        .agreement = block_digest("agreement", "digest"),
        .sealed_at = block_number(block, "sealed-at"),
        .expires_at = block_number(block, "expires-at"),
    };
    uint8_t sealing_key[ENT_PUBLIC_KEY_LEN];

    x25519_public(block_named("manifest"), "sealing-secret-1", sealing_key);
    label.sealing_key_id = ent_key_id_of(ENT_KEY_SEALING, sealing_key);
    label.previous = ent_chain_genesis(&label.stream);
    return label;
}

/* With the document's info HPKE gives the document's exporter, and the bundle's
 * own sealing gives the same secrets: so that info is the one it uses. */
static void
expect_secrets(const struct block *block, struct ent_label *label,
    const uint8_t *psk, struct ent_bundle_secrets *ret_secrets)
{
    const uint8_t *seed =
        block_array(block_named("bundle"), "ephemeral-seed", 32);
    const struct ent_hpke_psk pair = {
        .psk = ent_view_of(psk, 32), .id = ARRAY(label->psk_id.bytes)};
    uint8_t sealing_key[ENT_PUBLIC_KEY_LEN];
    uint8_t enc[ENT_HPKE_ENC_LEN];
    uint8_t exported[32];
    struct ent_hpke hpke;

    x25519_public(block_named("manifest"), "sealing-secret-1", sealing_key);
    expect_ok(
        ent_hpke_setup_sender(sealing_key, seed, block_bytes(block, "info"),
            psk == NULL ? NULL : &pair, enc, &hpke, &last_error));
    expect_vector(block, "exporter", ARRAY(hpke.exporter_secret));
    ent_hpke_export(&hpke, view("entente bundle v1"), exported, 32);
    expect_vector(block, "messages", ARRAY(exported));

    expect_ok(ent_seal_setup(
        label, sealing_key, seed, psk, ret_secrets, &last_error));
    expect_vector(block_named("bundle"), "enc", ARRAY(label->enc));
    expect_vector(block, "messages", ARRAY(ret_secrets->messages));
    expect_vector(block, "answers", ARRAY(ret_secrets->receipt));
}

/* Seal message `index` at `at`; returns how much of the body it fills. */
static size_t
seal_one(const struct block *block, const struct ent_bundle_secrets *secrets,
    size_t index, uint8_t *at)
{
    const struct ent_message_key key =
        ent_seal_message_key(secrets, (uint32_t)index);
    const size_t len = ent_seal_envelope_len(message_at(index).len);
    struct ent_digest leaf;
    struct ent_id id;
    char name[32];

    (void)snprintf(name, sizeof name, "key-%zu", index);
    expect_vector(block, name, ARRAY(key.bytes));
    (void)snprintf(name, sizeof name, "envelope-id-%zu", index);
    memcpy(id.bytes, block_array(block, name, ENT_ID_LEN), ENT_ID_LEN);
    ent_put_be(at, len, 4);
    expect_ok(ent_seal_envelope(
        &key, &id, (uint32_t)index, message_at(index), at + 4, &last_error));
    (void)snprintf(name, sizeof name, "envelope-%zu", index);
    expect_vector(block, name, ent_view_of(at + 4, len));
    leaf = ent_tree_leaf(ent_tree_blake2b, ent_view_of(at + 4, len));
    (void)snprintf(name, sizeof name, "leaf-%zu", index);
    expect_digest(block, name, &leaf);
    return 4 + len;
}

/* The body, freshly sealed; the caller frees it. */
static void
seal_body(const struct block *block, struct ent_label *label,
    struct ent_bytes *ret_body)
{
    struct ent_bundle_secrets secrets;
    size_t at = 0;

    expect_secrets(block, label, NULL, &secrets);
    expect_ok(ent_bytes_alloc(
        MESSAGES * (4 + ent_seal_envelope_len(0)), ret_body, &last_error));
    for (size_t i = 0; i < MESSAGES; i++) {
        at += seal_one(block, &secrets, i, ret_body->data + at);
    }
    assert_int_equal(at, ret_body->len);
    label->body_len = (uint32_t)at;
    expect_ok(ent_body_root(
        ent_bytes_view(ret_body), MESSAGES, &label->root, &last_error));
}

static void
expect_heads(const struct block *block, struct ent_view label,
    const struct ent_signatures *signatures)
{
    const struct ent_hop none = {.count = 0};
    const struct ent_hop one = {
        .brokers = {block_address(block, "broker")}, .count = 1};
    ENT_AUTO(ent_bytes_free) struct ent_bytes head = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes forwarded = {0};

    expect_ok(
        ent_bundle_encode_head(&none, label, signatures, &head, &last_error));
    expect_vector(block, "head", ent_bytes_view(&head));
    expect_ok(ent_bundle_encode_head(
        &one, label, signatures, &forwarded, &last_error));
    expect_vector(block, "head-forwarded", ent_bytes_view(&forwarded));
}

void
a_bundle_is_sealed_to_these_bytes(void **state)
{
    const struct block *block = block_named("bundle");
    struct ent_signatures signatures = {.count = 1};
    ENT_AUTO(ent_bytes_free) struct ent_bytes body = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_digest digest;
    struct ent_label label;
    uint8_t ephemeral[32];
    struct key office;

    (void)state;
    key_from(&office, block, "seed", ENT_KEY_OFFICE);
    label = the_label(&office);
    expect_digest(block, "genesis", &label.previous);
    seal_body(block, &label, &body);
    x25519_public(block, "ephemeral-secret", ephemeral);
    expect_vector(block, "enc", ARRAY(ephemeral));
    expect_digest(block, "root", &label.root);

    expect_ok(ent_label_encode(&label, &wire, &last_error));
    expect_vector(block, "label", ent_bytes_view(&wire));
    digest = ent_digest_of(ent_bytes_view(&wire));
    expect_digest(block, "label-hash", &digest);
    expect_ok(ent_signing_sign(&office.signer, ENT_TYPE_LABEL,
        ent_bytes_view(&wire), &signatures.list[0], &last_error));
    expect_vector(block, "signature", ARRAY(signatures.list[0].value));
    digest = ent_chain_next(&label.previous, ent_bytes_view(&wire));
    expect_digest(block, "next", &digest);
    expect_heads(block, ent_bytes_view(&wire), &signatures);
    key_fini(&office);
}

/* The body as the document has it, envelope by envelope. */
static void
the_body(struct ent_bytes *ret_body)
{
    const struct block *block = block_named("bundle");
    const struct ent_view first = block_bytes(block, "envelope-0");
    const struct ent_view second = block_bytes(block, "envelope-1");

    expect_ok(
        ent_bytes_alloc(4 + first.len + 4 + second.len, ret_body, &last_error));
    ent_put_be(ret_body->data, first.len, 4);
    memcpy(ret_body->data + 4, first.data, first.len);
    ent_put_be(ret_body->data + 4 + first.len, second.len, 4);
    memcpy(ret_body->data + 8 + first.len, second.data, second.len);
}

/* What the recipient's sealing key makes of the document's bundle. */
static void
open_all(const struct ent_bundle *bundle)
{
    struct ent_bundle_secrets secrets;
    struct ent_secret *sealing = NULL;
    struct ent_envelope envelope;
    struct ent_ecdh ecdh;
    size_t offset = 0;

    expect_ok(ent_secret_from(
        block_array(block_named("manifest"), "sealing-secret-1", 32), &sealing,
        &last_error));
    expect_ok(ent_secret_ecdh(sealing, &ecdh, &last_error));
    expect_ok(
        ent_seal_receive(&bundle->label, &ecdh, NULL, &secrets, &last_error));
    for (uint32_t i = 0; i < MESSAGES; i++) {
        const struct ent_message_key key = ent_seal_message_key(&secrets, i);
        uint8_t buffer[1024];
        struct ent_view message;

        assert_true(ent_body_next(bundle->body, &offset, &envelope));
        expect_ok(ent_open_envelope(
            &key, i, &envelope, buffer, sizeof buffer, &message, &last_error));
        assert_true(ent_view_equal(message, message_at(i)));
    }
    ent_secret_free(&sealing);
}

void
a_bundle_opens_again(void **state)
{
    const struct block *block = block_named("bundle");
    const struct block *trust = block_named("certificate");
    ENT_AUTO(ent_bytes_free) struct ent_bytes body = {0};
    struct ent_certificate sender;
    struct ent_bundle bundle;
    struct key authority;

    (void)state;
    key_from(&authority, trust, "authority-seed", ENT_KEY_AUTHORITY);
    expect_ok(ent_certificate_open(block_bytes(trust, "signed"),
        &authority.signer.key, &sender, &last_error));
    the_body(&body);
    expect_ok(ent_bundle_decode(block_bytes(block, "head-forwarded"),
        ent_bytes_view(&body), &bundle, &last_error));
    expect_ok(ent_bundle_verify(&bundle, &sender, &last_error));
    expect_ok(ent_bundle_check_time(
        &bundle, &sender, block_number(block, "sealed-at"), &last_error));
    open_all(&bundle);
    key_fini(&authority);
}

void
a_pair_key_makes_these_secrets(void **state)
{
    const struct block *block = block_named("bundle-pair");
    struct ent_bundle_secrets secrets;
    struct ent_label label;
    struct key office;

    (void)state;
    key_from(&office, block_named("bundle"), "seed", ENT_KEY_OFFICE);
    label = the_label(&office);
    memcpy(label.psk_id.bytes, block_array(block, "psk-id", ENT_KEY_ID_LEN),
        ENT_KEY_ID_LEN);
    expect_secrets(block, &label, block_array(block, "psk", 32), &secrets);
    key_fini(&office);
}

/* ---- answers ---- */

void
outcomes_open_and_are_encoded_so(void **state)
{
    const struct block *block = block_named("outcomes");
    const struct ent_digest label_hash = block_digest("bundle", "label-hash");
    struct ent_outcome outcomes[MESSAGES] = {
        {.index = 0, .code = ENTENTE__V1__OUTCOME_CODE__DELIVERED},
        {.index = 1,
            .code = ENTENTE__V1__OUTCOME_CODE__REFUSED,
            .reason = (uint32_t)block_number(block, "reason-1"),
            .line = (uint32_t)block_number(block, "line-1")},
    };
    struct ent_bundle_secrets secrets = {{0}, {0}};
    ENT_AUTO(ent_bytes_free) struct ent_bytes plain = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes opened = {0};

    (void)state;
    strcpy(outcomes[1].clause, block_text(block, "clause-1"));
    expect_ok(ent_outcomes_encode(outcomes, MESSAGES, &plain, &last_error));
    expect_vector(block, "outcomes", ent_bytes_view(&plain));

    memcpy(secrets.receipt, block_array(block_named("bundle"), "answers", 32),
        sizeof secrets.receipt);
    expect_ok(ent_open_outcomes(&secrets, &label_hash,
        block_bytes(block, "sealed"), &opened, &last_error));
    expect_vector(block, "outcomes", ent_bytes_view(&opened));
    expect_vector(
        block, "nonce", ent_view_of(block_bytes(block, "sealed").data, 24));
}

void
a_receipt_is_signed_so(void **state)
{
    const struct block *block = block_named("receipt");
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_receipt receipt = {
        .stream = the_stream(),
        .settled_up_to = block_number(block, "settled-up-to"),
        .further = {{block_number(block, "further-first"),
            block_number(block, "further-last")}},
        .further_count = 1,
        .chain = block_digest("bundle", "next"),
        .issued_at = block_number(block, "issued-at"),
        .revocation = block_digest("revocation-list", "digest"),
        .agreement = block_digest("agreement", "digest"),
        .answers =
            {
                {.first = 1,
                    .count = MESSAGES,
                    .code = ENTENTE__V1__ANSWER_CODE__SETTLED,
                    .label_hash = block_digest("bundle", "label-hash"),
                    .sealed = block_bytes(block_named("outcomes"), "sealed")},
                {.first = block_number(block, "not-yet-first"),
                    .count = (uint32_t)block_number(block, "not-yet-count"),
                    .code = ENTENTE__V1__ANSWER_CODE__NOT_YET,
                    .label_hash = block_digest("receipt", "not-yet-label-hash"),
                    .reason = (uint32_t)block_number(block, "not-yet-reason")},
            },
        .answer_count = 2,
    };
    struct ent_digest hash;
    struct key office;

    (void)state;
    key_from(&office, block, "seed", ENT_KEY_OFFICE);
    expect_ok(ent_receipt_make(&receipt, &office.signer, &wire, &last_error));
    expect_vector(block, "signed", ent_bytes_view(&wire));
    expect_payload(block, ent_bytes_view(&wire));
    hash = ent_digest_of(ent_bytes_view(&wire));
    expect_digest(block, "hash", &hash);
    key_fini(&office);
}

void
a_custody_receipt_is_signed_so(void **state)
{
    const struct block *block = block_named("custody");
    struct ent_custody custody = {
        .broker = block_address(block, "broker"),
        .stream = the_stream(),
        .first = 1,
        .count = MESSAGES,
        .label_hash = block_digest("bundle", "label-hash"),
        .taken_at = block_number(block, "taken-at"),
    };
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct key broker;

    (void)state;
    key_from(&broker, block, "seed", ENT_KEY_BROKER);
    expect_ok(ent_custody_make(&custody, &broker.signer, &wire, &last_error));
    expect_vector(block, "signed", ent_bytes_view(&wire));
    expect_payload(block, ent_bytes_view(&wire));
    key_fini(&broker);
}

void
a_skip_is_signed_so(void **state)
{
    const struct block *block = block_named("skip");
    struct ent_skip skip = {
        .stream = the_stream(),
        .from = 1,
        .to = MESSAGES,
        .chain_before = block_digest("bundle", "genesis"),
        .chain_after = block_digest("bundle", "next"),
        .reason = (uint32_t)block_number(block, "reason"),
        .issued_at = block_number(block, "issued-at"),
    };
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_digest hash;
    struct key office;

    (void)state;
    key_from(&office, block_named("bundle"), "seed", ENT_KEY_OFFICE);
    expect_ok(ent_skip_make(&skip, &office.signer, &wire, &last_error));
    expect_vector(block, "signed", ent_bytes_view(&wire));
    expect_payload(block, ent_bytes_view(&wire));
    hash = ent_digest_of(ent_bytes_view(&wire));
    expect_digest(block, "hash", &hash);
    key_fini(&office);
}
