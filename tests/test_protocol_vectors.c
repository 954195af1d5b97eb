/* SPDX-License-Identifier: Apache-2.0 */
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>

#include "policy/sign.h"
#include "proto/address.h"
#include "proto/base/armour.h"
#include "proto/base/file.h"
#include "proto/certificate.h"
#include "proto/id.h"
#include "proto/keyfile_internal.h"
#include "proto/keytext.h"
#include "proto/link.h"
#include "proto/message.h"
#include "proto/rollover.h"
#include "proto/statement.h"
#include "tests/protocol_keys.h"
#include "tools/cli/request.h"

/*
 * Every number in docs/PROTOCOL.md, computed again by the code that the
 * programs run. protocol_vectors.py does the same with code of its own.
 */

/* ---- vocabulary ---- */

static void
expect_text(const struct block *block, const char *key, const char *got)
{
    expect_vector(block, key, view(got));
}

/* ---- names and keys ---- */

static void
primitives_are_these(void **state)
{
    const struct block *block = block_named("primitives");
    const struct ent_view text = view(block_text(block, "text"));
    const uint8_t *key = block_array(block, "key", 32);
    struct ent_digest digest = ent_digest_of(text);
    uint8_t short_hash[16];

    (void)state;
    expect_vector(block, "h", ARRAY(digest.bytes));
    crypto_generichash(
        short_hash, sizeof short_hash, text.data, text.len, NULL, 0);
    expect_vector(block, "h16", ARRAY(short_hash));
    crypto_generichash(digest.bytes, 32, text.data, text.len, key, 32);
    expect_vector(block, "hk", ARRAY(digest.bytes));
    crypto_kdf_derive_from_key(digest.bytes, 32, 1, "entmsg01", key);
    expect_vector(block, "kdf-1", ARRAY(digest.bytes));
}

static void
addresses_and_ids_have_these_bytes(void **state)
{
    const struct block *names = block_named("party");
    const struct block *ids = block_named("id");
    const struct ent_address address = block_address(names, "address");
    const struct ent_party party = ent_address_party(&address);
    char text[ENT_ID_TEXT_LEN + 1];
    struct ent_id id;

    (void)state;
    expect_vector(names, "party", ARRAY(party.bytes));
    expect_ok(ent_id_parse(view(block_text(ids, "text")), &id, &last_error));
    expect_vector(ids, "bytes", ARRAY(id.bytes));
    ent_id_format(&id, text);
    expect_text(ids, "text", text);
}

static void
expect_id(const struct block *block, const char *key, enum ent_key_role role,
    const uint8_t public_key[static ENT_PUBLIC_KEY_LEN])
{
    const struct ent_key_id id = ent_key_id_of(role, public_key);

    expect_vector(block, key, ARRAY(id.bytes));
}

/* The id of a symmetric key stands as `check` in its key file. */
static void
expect_symmetric_id(
    const struct block *block, const char *key, enum ent_key_role role)
{
    struct ent_secret *secret = NULL;
    struct ent_key_id id;

    expect_ok(ent_secret_from(
        block_array(block, "symmetric", ENT_SECRET_LEN), &secret, &last_error));
    expect_ok(ent_keyfile_check(secret, role, &id, &last_error));
    ent_secret_free(&secret);
    expect_vector(block, key, ARRAY(id.bytes));
}

static void
keys_have_these_ids(void **state)
{
    const struct block *block = block_named("key");
    char text[ENT_KEY_TEXT_LEN + 1];
    uint8_t x25519[ENT_PUBLIC_KEY_LEN];
    struct key office;

    (void)state;
    key_from(&office, block, "ed25519-seed", ENT_KEY_OFFICE);
    expect_vector(block, "ed25519-public", ARRAY(office.signer.key.bytes));
    ent_key_format(&office.signer.key, text);
    expect_text(block, "ed25519-text", text);
    expect_id(
        block, "id-authority", ENT_KEY_AUTHORITY, office.signer.key.bytes);
    expect_id(block, "id-office", ENT_KEY_OFFICE, office.signer.key.bytes);
    expect_id(block, "id-broker", ENT_KEY_BROKER, office.signer.key.bytes);
    ent_fingerprint_format(&office.signer.key_id, text);
    expect_text(block, "fingerprint-office", text);
    key_fini(&office);

    x25519_public(block, "x25519-secret", x25519);
    expect_vector(block, "x25519-public", ARRAY(x25519));
    expect_id(block, "id-sealing", ENT_KEY_SEALING, x25519);
    expect_id(block, "id-link", ENT_KEY_LINK, x25519);
    expect_symmetric_id(block, "id-storage", ENT_KEY_STORAGE);
    expect_symmetric_id(block, "id-pair", ENT_KEY_PAIR);
}

static void
armour_has_this_text(void **state)
{
    const struct block *block = block_named("armour");
    const char *kind = block_text(block, "kind");
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes data = {0};

    (void)state;
    expect_ok(ent_armour_encode(
        kind, block_bytes(block, "data"), &text, &last_error));
    expect_vector(block, "text", ent_bytes_view(&text));
    expect_ok(
        ent_armour_decode(kind, ent_bytes_view(&text), &data, &last_error));
    expect_vector(block, "data", ent_bytes_view(&data));
}

static enum ent_status
say_passphrase(void *context, const char *path, char *ret_text, size_t size,
    struct ent_error *err)
{
    (void)path;
    (void)err;
    (void)snprintf(ret_text, size, "%s", (const char *)context);
    return ENT_OK;
}

/* Write the block's file, armoured, and read the secret in it. */
static void
expect_secret_in(const struct block *block, const char *key)
{
    struct ent_passphrase passphrase = {.ask = say_passphrase,
        .context = (char *)(uintptr_t)block_text(block, "passphrase")};
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    struct ent_secret *secret = NULL;
    char path[64];
    void *folder;

    assert_int_equal(make_folder(&folder), 0);
    (void)snprintf(path, sizeof path, "%s/%s.key", (char *)folder, key);
    expect_ok(ent_armour_encode(
        ENT_KEYFILE_KIND, block_bytes(block, key), &text, &last_error));
    expect_ok(ent_file_create(path, 0600, ent_bytes_view(&text), &last_error));
    expect_ok(
        ent_keyfile_read(path, (enum ent_key_role)block_number(block, "role"),
            &passphrase, &secret, &last_error));
    expect_vector(block, "secret",
        ent_view_of(ent_secret_reveal(secret), ENT_SECRET_LEN));
    ent_secret_conceal(secret);
    ent_secret_free(&secret);
    assert_int_equal(remove_folder(&folder), 0);
}

static void
key_files_open_and_are_laid_out_so(void **state)
{
    const struct block *block = block_named("key-file");
    struct ent_keyfile keyfile;
    uint8_t wire[ENT_KEYFILE_LEN];
    uint8_t stretched[32];

    (void)state;
    expect_ok(ent_keyfile_decode(
        block_bytes(block, "wrapped"), &keyfile, &last_error));
    assert_int_equal(keyfile.opslimit, block_number(block, "passes"));
    assert_int_equal(keyfile.memlimit_kib, block_number(block, "memory"));
    expect_vector(block, "salt", ARRAY(keyfile.salt));
    expect_vector(block, "nonce", ARRAY(keyfile.nonce));
    expect_ok(ent_keyfile_stretch(
        &keyfile, block_text(block, "passphrase"), stretched, &last_error));
    expect_vector(block, "stretched", ARRAY(stretched));
    ent_keyfile_encode(&keyfile, wire);
    expect_vector(block, "wrapped", ARRAY(wire));
    expect_secret_in(block, "wrapped");

    expect_ok(
        ent_keyfile_decode(block_bytes(block, "plain"), &keyfile, &last_error));
    ent_keyfile_encode(&keyfile, wire);
    expect_vector(block, "plain", ARRAY(wire));
    expect_secret_in(block, "plain");
}

/* ---- what authorities and offices sign ---- */

static void
what_is_signed_is_encoded_so(void **state)
{
    const struct block *block = block_named("pae");
    ENT_AUTO(ent_bytes_free) struct ent_bytes pae = {0};

    (void)state;
    expect_text(block, "type", ENT_TYPE_LABEL);
    expect_ok(ent_signing_pae(block_text(block, "type"),
        view(block_text(block, "body")), &pae, &last_error));
    expect_vector(block, "pae", ent_bytes_view(&pae));
}

static void
a_request_is_written_so(void **state)
{
    const struct block *block = block_named("request");
    struct cli_request request = {.address = block_address(block, "address")};
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct key office;

    (void)state;
    key_from(&office, block, "seed", ENT_KEY_OFFICE);
    request.signing_key = office.signer.key;
    x25519_public(block, "link-secret", request.link_key);
    expect_vector(block, "link-key", ARRAY(request.link_key));
    expect_ok(cli_request_make(&request, &office.signer, &text, &last_error));
    expect_vector(block, "text", ent_bytes_view(&text));
    expect_ok(ent_armour_decode(
        CLI_REQUEST_KIND, ent_bytes_view(&text), &wire, &last_error));
    expect_payload(block, ent_bytes_view(&wire));
    key_fini(&office);
}

static void
a_certificate_is_signed_so(void **state)
{
    const struct block *block = block_named("certificate");
    struct ent_certificate cert = {
        .address = block_address(block, "address"),
        .kind = (uint32_t)block_number(block, "kind"),
        .name_count = 1,
        .not_before = block_number(block, "not-before"),
        .not_after = block_number(block, "not-after"),
        .serial = block_number(block, "serial"),
    };
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_signatures signatures;
    struct ent_view payload;
    struct key authority;
    struct key office;

    (void)state;
    key_from(&authority, block, "authority-seed", ENT_KEY_AUTHORITY);
    key_from(&office, block, "seed", ENT_KEY_OFFICE);
    strcpy(cert.names[0].lang, block_text(block, "lang"));
    strcpy(cert.names[0].text, block_text(block, "name"));
    cert.signing_key = office.signer.key;
    x25519_public(block, "link-secret", cert.link_key);

    expect_ok(
        ent_certificate_make(&cert, &authority.signer, &wire, &last_error));
    expect_vector(block, "signed", ent_bytes_view(&wire));
    expect_ok(ent_signed_decode(
        ent_bytes_view(&wire), &payload, &signatures, &last_error));
    expect_vector(block, "payload", payload);
    expect_vector(block, "signature", ARRAY(signatures.list[0].value));
    expect_vector(
        block, "authority-key-id", ARRAY(signatures.list[0].key_id.bytes));
    expect_ok(ent_certificate_open(
        ent_bytes_view(&wire), &authority.signer.key, &cert, &last_error));
    key_fini(&authority);
    key_fini(&office);
}

static void
an_officers_certificate_is_signed_so(void **state)
{
    const struct block *block = block_named("officer");
    const struct block *of = block_named("certificate");
    struct ent_officer officer = {
        .office = block_address(of, "address"),
        .not_before = block_number(block, "not-before"),
        .not_after = block_number(block, "not-after"),
        .serial = block_number(block, "serial"),
    };
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_signatures signatures;
    struct ent_view payload;
    struct key office;
    struct key key;

    (void)state;
    key_from(&office, of, "seed", ENT_KEY_OFFICE);
    key_from(&key, block, "seed", ENT_KEY_OFFICER);
    strcpy(officer.badge, block_text(block, "badge"));
    strcpy(officer.role, block_text(block, "role"));
    officer.key = key.signer.key;
    expect_vector(block, "key-id", ARRAY(key.signer.key_id.bytes));

    expect_ok(ent_officer_make(&officer, &office.signer, &wire, &last_error));
    expect_vector(block, "signed", ent_bytes_view(&wire));
    expect_ok(ent_signed_decode(
        ent_bytes_view(&wire), &payload, &signatures, &last_error));
    expect_vector(block, "payload", payload);
    expect_vector(block, "signature", ARRAY(signatures.list[0].value));
    key_fini(&office);
    key_fini(&key);
}

static void
an_officers_statement_is_signed_so(void **state)
{
    const struct block *block = block_named("statement");
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_statement statement = {
        .act = (uint32_t)block_number(block, "act"),
        .signed_at = block_number(block, "signed-at"),
    };
    struct ent_signatures signatures;
    struct ent_view payload;
    ent_message *message;
    struct key key;

    (void)state;
    key_from(&key, block_named("officer"), "seed", ENT_KEY_OFFICER);
    expect_ok(ent_arena_init(&arena, ENT_MESSAGE_ARENA, &last_error));
    expect_ok(ent_message_decode(block_bytes(block_named("message"), "message"),
        &arena, &message, &last_error));
    expect_ok(ent_statement_content(message, &statement.content, &last_error));
    expect_digest(block, "content", &statement.content);

    expect_ok(ent_statement_make(&statement, &key.signer, &wire, &last_error));
    expect_vector(block, "signed", ent_bytes_view(&wire));
    expect_ok(ent_signed_decode(
        ent_bytes_view(&wire), &payload, &signatures, &last_error));
    expect_vector(block, "payload", payload);
    expect_vector(block, "signature", ARRAY(signatures.list[0].value));
    key_fini(&key);
}

static void
a_manifest_is_signed_so(void **state)
{
    const struct block *block = block_named("manifest");
    struct ent_manifest manifest = {
        .address = block_address(block, "address"),
        .sequence = block_number(block, "sequence"),
        .incarnation = block_number(block, "incarnation"),
        .keys =
            {
                {.not_before = block_number(block, "not-before-1"),
                    .not_after = block_number(block, "not-after-1")},
                {.not_before = block_number(block, "not-before-2"),
                    .not_after = block_number(block, "not-after-2")},
            },
        .key_count = 2,
        .brokers = {block_address(block, "broker")},
        .broker_count = 1,
        .issued_at = block_number(block, "issued-at"),
    };
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct key office;

    (void)state;
    key_from(&office, block, "seed", ENT_KEY_OFFICE);
    x25519_public(block, "sealing-secret-1", manifest.keys[0].key);
    x25519_public(block, "sealing-secret-2", manifest.keys[1].key);
    expect_ok(ent_manifest_make(&manifest, &office.signer, &wire, &last_error));
    expect_vector(block, "signed", ent_bytes_view(&wire));
    expect_payload(block, ent_bytes_view(&wire));
    key_fini(&office);
}

static void
a_revocation_list_is_signed_so(void **state)
{
    const struct block *block = block_named("revocation-list");
    struct ent_revocation entry = {
        .address = block_address(block, "address"),
        .serial = block_number(block, "serial"),
        .revoked_at = block_number(block, "revoked-at"),
    };
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    ENT_AUTO(ent_revocation_list_free) struct ent_revocation_list *list = NULL;
    struct ent_digest digest;
    struct key authority;

    (void)state;
    key_from(&authority, block, "authority-seed", ENT_KEY_AUTHORITY);
    memcpy(entry.key_id.bytes, block_array(block, "key-id", ENT_KEY_ID_LEN),
        ENT_KEY_ID_LEN);
    expect_ok(ent_revocation_list_make(block_text(block, "state"),
        block_number(block, "number"), block_number(block, "issued-at"),
        block_number(block, "next-update"), &entry, 1, &authority.signer, &wire,
        &last_error));
    expect_vector(block, "signed", ent_bytes_view(&wire));
    expect_payload(block, ent_bytes_view(&wire));
    expect_ok(ent_revocation_list_open(
        ent_bytes_view(&wire), &authority.signer.key, &list, &last_error));
    digest = ent_revocation_list_digest(list);
    expect_vector(block, "digest", ARRAY(digest.bytes));
    key_fini(&authority);
}

static void
a_rollover_is_signed_so_by_both_keys(void **state)
{
    const struct block *block = block_named("rollover");
    struct ent_bytes wires[3] = {{0}}; /* before the first there is none */
    struct ent_rollover rollover;
    struct key keys[3];
    char name[16];

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(name, sizeof name, "seed-%zu", i + 1);
        key_from(&keys[i], block, name, ENT_KEY_AUTHORITY);
    }
    for (size_t i = 1; i < 3; i++) {
        char at[16];
        char until[16];
        struct ent_signatures signatures;
        struct ent_view payload;

        (void)snprintf(at, sizeof at, "issued-at-%zu", i);
        (void)snprintf(until, sizeof until, "old-until-%zu", i);
        expect_ok(ent_rollover_make(block_text(block, "state"),
            ent_bytes_view(&wires[i - 1]), &keys[i - 1].signer, &keys[i].signer,
            block_number(block, at), block_number(block, until), &wires[i],
            &last_error));
        (void)snprintf(name, sizeof name, "signed-%zu", i);
        expect_vector(block, name, ent_bytes_view(&wires[i]));
        expect_ok(ent_signed_decode(
            ent_bytes_view(&wires[i]), &payload, &signatures, &last_error));
        (void)snprintf(name, sizeof name, "payload-%zu", i);
        expect_vector(block, name, payload);
    }
    expect_ok(ent_rollover_open(ent_bytes_view(&wires[2]), &keys[0].signer.key,
        &rollover, &last_error));
    assert_int_equal(rollover.key_count, 3);
    for (size_t i = 0; i < 3; i++) {
        key_fini(&keys[i]);
        ent_bytes_free(&wires[i]);
    }
}

static void
an_agreement_is_signed_so_by_both(void **state)
{
    const struct block *block = block_named("agreement");
    const struct ent_view text = view(block_text(block, "text"));
    struct ent_complaints complaints = {0};
    ENT_AUTO(ent_agreement_free) struct ent_agreement *agreement = NULL;
    ENT_AUTO(ent_bytes_free) struct ent_bytes one = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes both = {0};
    struct key thailand;
    struct key myanmar;

    (void)state;
    expect_ok(ent_agreement_load(text, &agreement, &complaints, &last_error));
    expect_vector(
        block, "digest", ARRAY(ent_agreement_digest(agreement)->bytes));
    key_from(&thailand, block, "th-seed", ENT_KEY_AUTHORITY);
    key_from(&myanmar, block, "mm-seed", ENT_KEY_AUTHORITY);
    expect_ok(ent_agreement_sign(agreement, text, "th", &thailand.signer,
        (struct ent_view){0}, &one, &last_error));
    expect_ok(ent_agreement_sign(agreement, text, "mm", &myanmar.signer,
        ent_bytes_view(&one), &both, &last_error));
    expect_vector(block, "signatures", ent_bytes_view(&both));
    expect_ok(ent_agreement_verify(
        agreement, text, ent_bytes_view(&both), &last_error));
    key_fini(&thailand);
    key_fini(&myanmar);
}

/* ---- a message ---- */

static Google__Protobuf__Timestamp
timestamp(uint64_t ms)
{
    Google__Protobuf__Timestamp time = GOOGLE__PROTOBUF__TIMESTAMP__INIT;

    time.seconds = (int64_t)(ms / 1000);
    time.nanos = (int32_t)(ms % 1000) * 1000000;
    return time;
}

static void
a_message_is_encoded_so(void **state)
{
    const struct block *block = block_named("message");
    ent_message message = ENTENTE__V1__MESSAGE__INIT;
    Entente__V1__Test test = ENTENTE__V1__TEST__INIT;
    Google__Protobuf__Timestamp created =
        timestamp(block_number(block, "created-at"));
    Google__Protobuf__Timestamp until =
        timestamp(block_number(block, "valid-until"));
    struct ent_findings findings;
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};

    (void)state;
    test.text = (char *)(uintptr_t)block_text(block, "text");
    message.id = (char *)(uintptr_t)block_text(block, "id");
    message.from = (char *)(uintptr_t)block_text(block, "from");
    message.to = (char *)(uintptr_t)block_text(block, "to");
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
    expect_ok(ent_message_validate(&message, &findings, &last_error));
    expect_ok(ent_message_encode(&message, &wire, &last_error));
    expect_vector(block, "message", ent_bytes_view(&wire));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(primitives_are_these),
        cmocka_unit_test(addresses_and_ids_have_these_bytes),
        cmocka_unit_test(keys_have_these_ids),
        cmocka_unit_test(armour_has_this_text),
        cmocka_unit_test(key_files_open_and_are_laid_out_so),
        cmocka_unit_test(what_is_signed_is_encoded_so),
        cmocka_unit_test(a_request_is_written_so),
        cmocka_unit_test(a_certificate_is_signed_so),
        cmocka_unit_test(an_officers_certificate_is_signed_so),
        cmocka_unit_test(an_officers_statement_is_signed_so),
        cmocka_unit_test(a_manifest_is_signed_so),
        cmocka_unit_test(a_revocation_list_is_signed_so),
        cmocka_unit_test(a_rollover_is_signed_so_by_both_keys),
        cmocka_unit_test(an_agreement_is_signed_so_by_both),
        cmocka_unit_test(a_message_is_encoded_so),
        cmocka_unit_test(padding_fills_these_sizes),
        cmocka_unit_test(a_bundle_is_sealed_to_these_bytes),
        cmocka_unit_test(a_bundle_opens_again),
        cmocka_unit_test(a_pair_key_makes_these_secrets),
        cmocka_unit_test(outcomes_open_and_are_encoded_so),
        cmocka_unit_test(a_receipt_is_signed_so),
        cmocka_unit_test(a_custody_receipt_is_signed_so),
        cmocka_unit_test(a_skip_is_signed_so),
        cmocka_unit_test(frames_have_these_payloads),
        cmocka_unit_test(a_file_of_frames_has_these_bytes),
        cmocka_unit_test(a_file_is_cut_and_sealed_to_these_chunks),
        cmocka_unit_test(a_journal_has_these_entries_and_roots),
        cmocka_unit_test(a_witness_is_signed_so),
        cmocka_unit_test(evidence_is_written_so_and_proves_what_it_should),
    };

    return cmocka_run_group_tests(tests, blocks_open, blocks_close);
}
