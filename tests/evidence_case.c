/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/evidence_case.h"

#include <sodium.h>
#include <stdio.h>

#include "policy/sign.h"
#include "proto/checkpoint.h"
#include "proto/message.h"
#include "proto/refusal.h"
#include "proto/schema/delivery.pb-c.h"
#include "proto/secret.h"
#include "tests/support.h"

static const char agreement_text[] =
    "# FICTIONAL. For the tests.\n"
    "agreement: th-mm-tests\n"
    "version: 1\n"
    "title: Radio checks between Mae Sai and Tachileik\n"
    "in_force: {from: 2026-01-01, until: 2027-12-31}\n"
    "\n"
    "parties:\n"
    "  th: {name: {en: Thailand}, authority: "
    "ed25519:iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w}\n"
    "  mm: {name: {en: Myanmar}, authority: "
    "ed25519:gTl3Dqh9F19Wo1Rmw0x-zMuNipG07jeiXfYPW4_Js5Q}\n"
    "\n"
    "offices:\n"
    "  - {address: blo-maesai@th, kind: blo, pair: blo-tachileik@mm}\n"
    "  - {address: blo-tachileik@mm, kind: blo, pair: blo-maesai@th}\n"
    "\n"
    "purposes: {permitted: [administration]}\n"
    "\n"
    "exchange:\n"
    "  - {clause: \"1\", families: [test], direction: both, between: [blo], "
    "purposes: [administration], release: one_officer}\n"
    "\n"
    "classification: {ceiling: official}\n"
    "\n"
    "retention:\n"
    "  - {families: [test], keep: P1D, then: delete}\n";

/* ---- messages ---- */

static Google__Protobuf__Timestamp
timestamp(uint64_t ms)
{
    Google__Protobuf__Timestamp time = GOOGLE__PROTOBUF__TIMESTAMP__INIT;

    time.seconds = (int64_t)(ms / 1000);
    return time;
}

static void
write_message(struct evidence_case *made, size_t index)
{
    ent_message message = ENTENTE__V1__MESSAGE__INIT;
    Entente__V1__Test test = ENTENTE__V1__TEST__INIT;
    Google__Protobuf__Timestamp created = timestamp(PARTIES_NOW - 1000);
    Google__Protobuf__Timestamp until = timestamp(PARTIES_NOW + PARTIES_DAY);
    char id[ENT_ID_TEXT_LEN + 1];
    char text[64];
    struct ent_id bytes = {{1, 0x92, 0x6b, 0x3e, 0x7c, 0, 0x7a, 0xbc, 0x8d,
        0xef, 1, 0x23, 0x45, 0x67, 0x89, (uint8_t)index}};

    ent_id_format(&bytes, id);
    (void)snprintf(text, sizeof text, "Radio check number %zu.", index);
    test.text = text;
    message.id = id;
    message.from = made->label.stream.sender.text;
    message.to = made->label.stream.recipient.text;
    message.mode = ENTENTE__V1__MODE__TEST;
    message.precedence = ENTENTE__V1__PRECEDENCE__ROUTINE;
    message.created_at = &created;
    message.valid_until = &until;
    message.schema_version = 1;
    message.action = ENTENTE__V1__ACTION__NEW;
    message.purpose = ENTENTE__V1__PURPOSE__ADMINISTRATION;
    message.classification = ENTENTE__V1__CLASSIFICATION__OFFICIAL;
    message.body_case = ENTENTE__V1__MESSAGE__BODY_TEST;
    message.test = &test;
    expect_ok(
        ent_message_encode(&message, &made->messages[index], &last_error));
    if (index == CASE_INDEX) {
        made->evidence.id = bytes;
    }
}

/* ---- the bundle ---- */

static void
fill_label(struct evidence_case *made)
{
    made->label = (struct ent_label){
        .stream = {.sender = made->parties.maesai.cert.address,
            .recipient = made->parties.tachileik.cert.address,
            .precedence = ENTENTE__V1__PRECEDENCE__ROUTINE,
            .sender_incarnation = UINT64_C(1780000000000000),
            .recipient_incarnation = UINT64_C(1790000000000000)},
        .suite = ENT_SUITE_X25519,
        .mode = ENTENTE__V1__MODE__TEST,
        .first = 41,
        .count = CASE_MESSAGES,
        .previous = {{5, 5, 5}},
        .signing_key_id = made->parties.maesai.signer.key_id,
        .agreement = ent_digest_of(ent_bytes_view(&made->agreement)),
        .sealed_at = PARTIES_NOW,
        .expires_at = PARTIES_NOW + PARTIES_DAY,
    };
}

static void
seal_body(struct evidence_case *made)
{
    size_t len = 0;
    size_t at = 0;

    for (size_t i = 0; i < CASE_MESSAGES; i++) {
        len += 4 + ent_seal_envelope_len(made->messages[i].len);
    }
    expect_ok(ent_bytes_alloc(len, &made->body, &last_error));
    for (uint32_t i = 0; i < CASE_MESSAGES; i++) {
        struct ent_message_key key = ent_seal_message_key(&made->secrets, i);
        struct ent_id id = {{(uint8_t)(0x40 + i)}};
        size_t size = ent_seal_envelope_len(made->messages[i].len);

        ent_put_be(made->body.data + at, size, 4);
        expect_ok(
            ent_seal_envelope(&key, &id, i, ent_bytes_view(&made->messages[i]),
                made->body.data + at + 4, &last_error));
        at += 4 + size;
    }
    made->label.body_len = (uint32_t)len;
    expect_ok(ent_body_root(ent_bytes_view(&made->body), CASE_MESSAGES,
        &made->label.root, &last_error));
}

static void
seal_bundle(struct evidence_case *made)
{
    static const uint8_t ephemeral_seed[32] = {42};
    static const uint8_t sealing_secret[32] = {11};
    uint8_t sealing_key[32];

    crypto_scalarmult_base(sealing_key, sealing_secret);
    made->label.sealing_key_id = ent_key_id_of(ENT_KEY_SEALING, sealing_key);
    expect_ok(ent_seal_setup(&made->label, sealing_key, ephemeral_seed, NULL,
        &made->secrets, &last_error));
    seal_body(made);
    expect_ok(ent_label_encode(&made->label, &made->label_wire, &last_error));
    made->label_hash = ent_digest_of(ent_bytes_view(&made->label_wire));
    made->signatures.count = 1;
    expect_ok(ent_signing_sign(&made->parties.maesai.signer, ENT_TYPE_LABEL,
        ent_bytes_view(&made->label_wire), &made->signatures.list[0],
        &last_error));
}

/* ---- what others sign ---- */

static void
sign_agreement(struct evidence_case *made)
{
    struct ent_complaints complaints = {0};
    ENT_AUTO(ent_agreement_free) struct ent_agreement *agreement = NULL;
    ENT_AUTO(ent_bytes_free) struct ent_bytes one = {0};
    struct ent_view text = view(agreement_text);

    expect_ok(ent_bytes_copy(text, &made->agreement, &last_error));
    expect_ok(ent_agreement_load(text, &agreement, &complaints, &last_error));
    expect_ok(ent_agreement_sign(agreement, text, "th",
        &made->parties.thailand.signer, (struct ent_view){0}, &one,
        &last_error));
    expect_ok(
        ent_agreement_sign(agreement, text, "mm", &made->parties.myanmar.signer,
            ent_bytes_view(&one), &made->agreement_signatures, &last_error));
}

static void
sign_receipt(struct evidence_case *made, const struct ent_answer *answer)
{
    struct ent_receipt receipt = {
        .stream = made->label.stream,
        .settled_up_to = 43,
        .chain = {{6, 6, 6}},
        .issued_at = PARTIES_NOW + 2000,
        .agreement = made->label.agreement,
        .answers = {*answer},
        .answer_count = 1,
    };

    ent_bytes_free(&made->receipt);
    expect_ok(ent_receipt_make(&receipt, &made->parties.tachileik.signer,
        &made->receipt, &last_error));
    made->evidence.receipt = ent_bytes_view(&made->receipt);
}

void
evidence_case_answer(struct evidence_case *made, uint32_t code)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes plain = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes sealed = {0};
    struct ent_answer answer = {
        .first = made->label.first,
        .count = CASE_MESSAGES,
        .code = code,
        .label_hash = made->label_hash,
        .reason = code == ENTENTE__V1__ANSWER_CODE__NOT_YET
                      ? ENT_REFUSAL_CLOCK_IN_DOUBT
                      : 0,
    };

    if (code == ENTENTE__V1__ANSWER_CODE__SETTLED) {
        expect_ok(ent_outcomes_encode(
            made->outcomes, CASE_MESSAGES, &plain, &last_error));
        expect_ok(ent_seal_outcomes(&made->secrets, &made->label_hash,
            ent_bytes_view(&plain), &sealed, &last_error));
        answer.sealed = ent_bytes_view(&sealed);
    }
    if (code == ENTENTE__V1__ANSWER_CODE__SKIPPED) {
        answer.label_hash = ent_digest_of(ent_bytes_view(&made->skip));
    }
    sign_receipt(made, &answer);
}

void
evidence_case_skip(struct evidence_case *made)
{
    struct ent_skip skip = {
        .stream = made->label.stream,
        .from = made->label.first,
        .to = made->label.first + CASE_MESSAGES - 1,
        .chain_before = made->label.previous,
        .chain_after = ent_chain_next(
            &made->label.previous, ent_bytes_view(&made->label_wire)),
        .reason = ENTENTE__V1__SKIP_REASON__SKIP_EXPIRED,
        .issued_at = PARTIES_NOW + 2 * PARTIES_DAY,
    };

    expect_ok(ent_skip_make(
        &skip, &made->parties.maesai.signer, &made->skip, &last_error));
    made->evidence.skip = ent_bytes_view(&made->skip);
    evidence_case_answer(made, ENTENTE__V1__ANSWER_CODE__SKIPPED);
    made->evidence.has_receipt_secret = false;
}

static void
sign_custody(struct evidence_case *made)
{
    struct ent_custody custody = {
        .broker = made->parties.broker.cert.address,
        .stream = made->label.stream,
        .first = made->label.first,
        .count = CASE_MESSAGES,
        .label_hash = made->label_hash,
        .taken_at = PARTIES_NOW + 1000,
    };

    expect_ok(ent_custody_make(
        &custody, &made->parties.broker.signer, &made->custody, &last_error));
}

/* A journal of six entries, of which the fourth is this. */
static void
write_journal(struct evidence_case *made, enum ent_entry_kind kind,
    const struct ent_digest *result, const struct party *of,
    const struct party *other)
{
    struct ent_entry entry = {.kind = kind,
        .count = CASE_MESSAGES,
        .sequence = 3,
        .at_ms = PARTIES_NOW + 500,
        .subject = made->label_hash,
        .result = *result,
        .party = ent_address_party(&other->cert.address)};
    struct ent_digest leaves[6];
    struct ent_checkpoint checkpoint = {.origin = of->cert.address, .size = 6};
    struct ent_tree_path *path = &made->evidence.entry_path;

    ent_entry_encode(&entry, made->entry);
    made->evidence.entry = ent_view_of(made->entry, sizeof made->entry);
    for (size_t i = 0; i < 6; i++) {
        leaves[i] = ent_tree_leaf(ent_tree_sha256,
            i == 3 ? made->evidence.entry : ent_view_of(&i, sizeof i));
    }
    checkpoint.root = ent_tree_root(ent_tree_sha256, leaves, 6);
    path->count = 3;
    path->nodes[0] = leaves[2];
    path->nodes[1] = ent_tree_node(ent_tree_sha256, &leaves[0], &leaves[1]);
    path->nodes[2] = ent_tree_node(ent_tree_sha256, &leaves[4], &leaves[5]);
    ent_bytes_free(&made->checkpoint);
    expect_ok(ent_checkpoint_make(
        &checkpoint, &of->signer, &made->checkpoint, &last_error));
    made->evidence.checkpoint = ent_bytes_view(&made->checkpoint);
}

void
evidence_case_by_recipient(struct evidence_case *made)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes plain = {0};
    struct ent_digest result;

    expect_ok(ent_outcomes_encode(
        made->outcomes, CASE_MESSAGES, &plain, &last_error));
    result = ent_digest_of(ent_bytes_view(&plain));
    made->evidence.made_by = made->parties.tachileik.cert.address;
    write_journal(made, ENT_ENTRY_BUNDLE_IN, &result, &made->parties.tachileik,
        &made->parties.maesai);
}

/* ---- the file ---- */

static void
gather(struct evidence_case *made)
{
    struct ent_evidence *evidence = &made->evidence;
    const struct parties *parties = &made->parties;

    evidence->made_by = parties->maesai.cert.address;
    evidence->made_at = PARTIES_NOW + PARTIES_DAY;
    evidence->label = ent_bytes_view(&made->label_wire);
    evidence->signatures = made->signatures;
    expect_ok(ent_evidence_take(evidence, ent_bytes_view(&made->body),
        CASE_MESSAGES, CASE_INDEX, &last_error));
    evidence->has_key = true;
    evidence->key = ent_seal_message_key(&made->secrets, CASE_INDEX);
    evidence->certificates[0] = ent_bytes_view(&parties->maesai.wire);
    evidence->certificates[1] = ent_bytes_view(&parties->tachileik.wire);
    evidence->certificates[2] = ent_bytes_view(&parties->broker.wire);
    evidence->certificate_count = 3;
    strcpy(evidence->authorities[0].state, "th");
    evidence->authorities[0].key = parties->thailand.signer.key;
    strcpy(evidence->authorities[1].state, "mm");
    evidence->authorities[1].key = parties->myanmar.signer.key;
    evidence->authority_count = 2;
    evidence->agreements[0].text = ent_bytes_view(&made->agreement);
    evidence->agreements[0].signatures =
        ent_bytes_view(&made->agreement_signatures);
    evidence->agreement_count = 1;
    evidence->has_receipt_secret = true;
    memcpy(evidence->receipt_secret, made->secrets.receipt,
        sizeof evidence->receipt_secret);
    evidence->custodies[0] = ent_bytes_view(&made->custody);
    evidence->custody_count = 1;
}

void
evidence_case_init(struct evidence_case *made)
{
    memset(made, 0, sizeof *made);
    parties_init(&made->parties);
    sign_agreement(made);
    fill_label(made);
    for (size_t i = 0; i < CASE_MESSAGES; i++) {
        write_message(made, i);
        made->outcomes[i] = (struct ent_outcome){
            .index = (uint32_t)i, .code = ENTENTE__V1__OUTCOME_CODE__DELIVERED};
    }
    made->outcomes[2].code = ENTENTE__V1__OUTCOME_CODE__REFUSED;
    made->outcomes[2].reason = ENT_REFUSAL_FAMILY_NOT_AGREED;
    strcpy(made->outcomes[2].clause, "exchange");
    made->outcomes[2].line = 18;
    seal_bundle(made);
    evidence_case_answer(made, ENTENTE__V1__ANSWER_CODE__SETTLED);
    sign_custody(made);
    write_journal(made, ENT_ENTRY_BUNDLE_OUT, &made->label.root,
        &made->parties.maesai, &made->parties.tachileik);
    gather(made);
}

void
evidence_case_fini(struct evidence_case *made)
{
    parties_fini(&made->parties);
    ent_bundle_secrets_wipe(&made->secrets);
    ent_bytes_free(&made->label_wire);
    for (size_t i = 0; i < CASE_MESSAGES; i++) {
        ent_bytes_free(&made->messages[i]);
    }
    ent_bytes_free(&made->body);
    ent_bytes_free(&made->agreement);
    ent_bytes_free(&made->agreement_signatures);
    ent_bytes_free(&made->receipt);
    ent_bytes_free(&made->custody);
    ent_bytes_free(&made->skip);
    ent_bytes_free(&made->checkpoint);
}

struct ent_bytes
evidence_case_wire(const struct evidence_case *made)
{
    const bool sender =
        ent_address_equal(&made->evidence.made_by, &made->label.stream.sender);
    struct ent_bytes wire;

    expect_ok(ent_evidence_make(&made->evidence,
        sender ? &made->parties.maesai.signer : &made->parties.tachileik.signer,
        &wire, &last_error));
    return wire;
}
