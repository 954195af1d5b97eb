/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/verdict.h"
#include "proto/schema/delivery.pb-c.h"
#include "proto/schema/trust.pb-c.h"
#include "tests/protocol_keys.h"

/* A certificate as that of block `certificate`, but for what is given here. */
static struct ent_bytes
certificate_like(struct ent_certificate *cert, const char *seed_block,
    enum ent_key_role role, const char *authority_seed, const char *name,
    const char *link_secret)
{
    const struct block *model = block_named("certificate");
    const struct block *block = block_named("evidence");
    struct ent_bytes wire;
    struct key authority;
    struct key office;

    key_from(&authority, block_named("agreement"), authority_seed,
        ENT_KEY_AUTHORITY);
    key_from(&office, block_named(seed_block), "seed", role);
    cert->name_count = 1;
    strcpy(cert->names[0].lang, block_text(model, "lang"));
    strcpy(cert->names[0].text, block_text(block, name));
    cert->not_before = block_number(model, "not-before");
    cert->not_after = block_number(model, "not-after");
    cert->signing_key = office.signer.key;
    x25519_public(block, link_secret, cert->link_key);
    expect_ok(
        ent_certificate_make(cert, &authority.signer, &wire, &last_error));
    key_fini(&authority);
    key_fini(&office);
    return wire;
}

static void
add_authority(
    struct ent_evidence *evidence, const char *state, const char *seed)
{
    struct ent_authority_key *authority =
        &evidence->authorities[evidence->authority_count++];
    struct key key;

    key_from(&key, block_named("agreement"), seed, ENT_KEY_AUTHORITY);
    strcpy(authority->state, state);
    authority->key = key.signer.key;
    key_fini(&key);
}

/* The message, its label and its place in the bundle. */
static void
add_message(struct ent_evidence *evidence)
{
    const struct block *bundle = block_named("bundle");

    evidence->made_by = block_address(bundle, "sender");
    evidence->made_at = block_number(block_named("evidence"), "made-at");
    expect_ok(ent_id_parse(view(block_text(block_named("message"), "id")),
        &evidence->id, &last_error));
    evidence->label = block_bytes(bundle, "label");
    evidence->signatures.count = 1;
    evidence->signatures.list[0].algorithm = ENTENTE__V1__ALGORITHM__ED25519;
    memcpy(evidence->signatures.list[0].value,
        block_array(bundle, "signature", ENT_SIGNATURE_LEN), ENT_SIGNATURE_LEN);
    evidence->envelope = block_bytes(bundle, "envelope-0");
    evidence->path.count = 1;
    evidence->path.nodes[0] = block_digest("bundle", "leaf-1");
    evidence->has_key = true;
    memcpy(evidence->key.bytes, block_array(bundle, "key-0", 32), 32);
}

/* What the agreement, the recipient, the broker and the journal say. */
static void
add_answers(struct ent_evidence *evidence)
{
    const struct block *journal = block_named("journal");
    const struct block *agreement = block_named("agreement");

    evidence->agreement_count = 1;
    evidence->agreements[0].text = view(block_text(agreement, "text"));
    evidence->agreements[0].signatures =
        view(block_text(agreement, "signatures"));
    evidence->receipt = block_bytes(block_named("receipt"), "signed");
    evidence->has_receipt_secret = true;
    memcpy(evidence->receipt_secret,
        block_array(block_named("bundle"), "answers", 32), 32);
    evidence->custody_count = 1;
    evidence->custodies[0] = block_bytes(block_named("custody"), "signed");
    evidence->entry = block_bytes(journal, "entry-1");
    evidence->entry_path.count = 2;
    evidence->entry_path.nodes[0] = block_digest("journal", "leaf-0");
    evidence->entry_path.nodes[1] = block_digest("journal", "leaf-2");
    evidence->checkpoint = view(block_text(journal, "checkpoint"));
}

static void
expect_verdict(struct ent_view wire, const struct ent_evidence *evidence)
{
    static struct ent_verdict verdict;

    expect_ok(ent_verdict_reach(wire, evidence->authorities,
        evidence->authority_count, &verdict, &last_error));
    assert_true(verdict.sound);
    assert_true(verdict.anchored);
    assert_string_equal(verdict.message->test->text,
        block_text(block_named("message"), "text"));
    assert_int_equal(
        verdict.outcome.code, ENTENTE__V1__OUTCOME_CODE__DELIVERED);
    ent_verdict_fini(&verdict);
}

void
evidence_is_written_so_and_proves_what_it_should(void **state)
{
    const struct block *block = block_named("evidence");
    struct ent_evidence evidence = {.certificate_count = 3};
    struct ent_certificate recipient = {
        .address = block_address(block_named("bundle"), "recipient"),
        .kind = ENTENTE__V1__OFFICE_KIND__BLO,
        .serial = UINT64_C(1767225600001)};
    struct ent_certificate broker = {
        .address = block_address(block_named("custody"), "broker"),
        .kind = ENTENTE__V1__OFFICE_KIND__BROKER,
        .serial = UINT64_C(1767225600002)};
    ENT_AUTO(ent_bytes_free) struct ent_bytes recipient_wire = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes broker_wire = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_signatures signatures;
    struct ent_view payload;
    struct key office;

    (void)state;
    recipient_wire = certificate_like(&recipient, "receipt", ENT_KEY_OFFICE,
        "mm-seed", "recipient-name", "recipient-link-secret");
    broker_wire = certificate_like(&broker, "custody", ENT_KEY_BROKER,
        "th-seed", "broker-name", "broker-link-secret");
    expect_vector(
        block, "recipient-certificate", ent_bytes_view(&recipient_wire));
    expect_vector(block, "broker-certificate", ent_bytes_view(&broker_wire));
    key_from(&office, block_named("bundle"), "seed", ENT_KEY_OFFICE);
    add_message(&evidence);
    evidence.signatures.list[0].key_id = office.signer.key_id;
    evidence.certificates[0] =
        block_bytes(block_named("certificate"), "signed");
    evidence.certificates[1] = ent_bytes_view(&recipient_wire);
    evidence.certificates[2] = ent_bytes_view(&broker_wire);
    add_authority(&evidence, "th", "th-seed");
    add_authority(&evidence, "mm", "mm-seed");
    add_answers(&evidence);
    expect_ok(ent_evidence_make(&evidence, &office.signer, &wire, &last_error));
    expect_vector(block, "signed", ent_bytes_view(&wire));
    expect_ok(ent_signed_decode(
        ent_bytes_view(&wire), &payload, &signatures, &last_error));
    expect_vector(block, "signature",
        ent_view_of(signatures.list[0].value, ENT_SIGNATURE_LEN));
    expect_verdict(ent_bytes_view(&wire), &evidence);
    key_fini(&office);
}
