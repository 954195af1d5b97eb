/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include "tests/parties.h"

static struct parties all;

static int
setup(void **state)
{
    (void)state;
    parties_init(&all);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    parties_fini(&all);
    return 0;
}

/* Mae Sai's: a key for today, one for tomorrow, a broker and an endpoint. */
static struct ent_manifest
offer(void)
{
    struct ent_manifest manifest = {
        .address = all.maesai.cert.address,
        .sequence = 3,
        .incarnation = PARTIES_NOW * 1000,
        .key_count = 2,
        .brokers = {all.broker.cert.address},
        .broker_count = 1,
        .endpoints = {"tcp://192.0.2.7:7100"},
        .endpoint_count = 1,
        .issued_at = PARTIES_NOW,
    };

    for (size_t i = 0; i < 2; i++) {
        struct ent_sealing_key *key = &manifest.keys[i];

        memset(key->key, (int)(i + 1), sizeof key->key);
        key->key_id = ent_key_id_of(ENT_KEY_SEALING, key->key);
        key->not_before = PARTIES_NOW + i * PARTIES_DAY;
        key->not_after = PARTIES_NOW + (i + 1) * PARTIES_DAY;
    }
    return manifest;
}

static struct ent_bytes
made(const struct ent_manifest *manifest)
{
    struct ent_bytes wire;

    expect_ok(
        ent_manifest_make(manifest, &all.maesai.signer, &wire, &last_error));
    return wire;
}

static enum ent_status
opened(const struct ent_bytes *wire, struct ent_manifest *ret_manifest)
{
    return ent_manifest_open(
        ent_bytes_view(wire), &all.maesai.cert, ret_manifest, &last_error);
}

static void
a_manifest_reads_back_as_made(void **state)
{
    const struct ent_manifest manifest = offer();
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = made(&manifest);
    struct ent_manifest again;

    (void)state;
    expect_ok(opened(&wire, &again));
    assert_string_equal(again.address.text, "blo-maesai@th");
    assert_true(again.sequence == 3);
    assert_true(again.incarnation == manifest.incarnation);
    assert_true(again.issued_at == PARTIES_NOW);
    assert_int_equal(again.key_count, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct ent_sealing_key *key = &again.keys[i];

        assert_memory_equal(key->key, manifest.keys[i].key, 32);
        assert_true(ent_key_id_equal(&key->key_id, &manifest.keys[i].key_id));
        assert_true(key->not_before == manifest.keys[i].not_before);
        assert_true(key->not_after == manifest.keys[i].not_after);
    }
    assert_int_equal(again.broker_count, 1);
    assert_string_equal(again.brokers[0].text, "broker-bangkok@th");
    assert_int_equal(again.endpoint_count, 1);
    assert_string_equal(again.endpoints[0], "tcp://192.0.2.7:7100");
}

static void
a_full_manifest_fits(void **state)
{
    struct ent_manifest manifest = offer();
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_manifest again;

    (void)state;
    manifest.key_count = ENT_MANIFEST_KEYS_MAX;
    manifest.broker_count = 8;
    manifest.endpoint_count = 8;
    for (size_t i = 0; i < ENT_MANIFEST_KEYS_MAX; i++) {
        manifest.keys[i] = manifest.keys[0];
        manifest.keys[i].key[0] = (uint8_t)i;
    }
    for (size_t i = 0; i < 8; i++) {
        memset(manifest.brokers[i].text, 'b', 63);
        strcpy(manifest.brokers[i].text + 63, "@xpo");
        memset(manifest.endpoints[i], 'e', 127);
        memcpy(manifest.endpoints[i], "tcp://", 6);
    }
    wire = made(&manifest);
    expect_ok(opened(&wire, &again));
    assert_int_equal(again.key_count, ENT_MANIFEST_KEYS_MAX);
    assert_int_equal(strlen(again.endpoints[7]), 127);
}

static void
only_the_office_itself_speaks_in_its_manifest(void **state)
{
    struct ent_manifest manifest = offer();
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = made(&manifest);
    ENT_AUTO(ent_bytes_free) struct ent_bytes other = {0};

    (void)state;
    expect_status(ent_manifest_open(ent_bytes_view(&wire), &all.tachileik.cert,
                      &manifest, &last_error),
        ENT_REJECTED);
    expect_status(ent_manifest_open(ent_bytes_view(&wire), &all.broker.cert,
                      &manifest, &last_error),
        ENT_REJECTED);
    manifest.address = all.tachileik.cert.address;
    other = made(&manifest); /* signed by Mae Sai, about Tachileik */
    expect_status(opened(&other, &manifest), ENT_REJECTED);
}

static void
no_flipped_bit_goes_unnoticed(void **state)
{
    struct ent_manifest manifest = offer();
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = made(&manifest);

    (void)state;
    for (size_t bit = 0; bit < wire.len * 8; bit++) {
        enum ent_status rc;

        wire.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        rc = opened(&wire, &manifest);
        wire.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_true(rc == ENT_BAD_INPUT || rc == ENT_REJECTED);
    }
}

static void
what_would_not_open_is_not_made(void **state)
{
    const struct ent_manifest good = offer();
    struct ent_manifest bent[9] = {
        good, good, good, good, good, good, good, good, good};
    struct ent_bytes wire = {0};

    (void)state;
    bent[0].sequence = 0;
    bent[1].address.text[0] = '\0';
    strcpy(bent[2].brokers[0].text, "broker");
    strcpy(bent[3].endpoints[0], "ipc:///run/entente/node.sock");
    strcpy(bent[4].endpoints[0], "tcp://a b");
    memset(bent[5].keys[1].key, 0, 32);
    bent[6].keys[1].not_after = bent[6].keys[1].not_before;
    bent[7].keys[1].not_after =
        bent[7].keys[1].not_before + ENT_SEALING_EPOCH_MAX_MS + 1;
    memcpy(bent[8].keys[1].key, bent[8].keys[0].key, 32);
    for (size_t i = 0; i < 9; i++) {
        expect_status(
            ent_manifest_make(&bent[i], &all.maesai.signer, &wire, &last_error),
            ENT_BAD_INPUT);
        assert_null(wire.data);
    }
}

/* Mae Sai's manifest with lists that our own code would not write. */
static enum ent_status
open_with_lists(uint32_t version, size_t suites, size_t endpoints)
{
    static uint32_t numbers[20] = {9, 9, 9, 1};
    static char *texts[20];
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    Entente__V1__Manifest message = ENTENTE__V1__MANIFEST__INIT;
    struct ent_manifest manifest;

    for (size_t i = 0; i < 20; i++) {
        texts[i] = (char *)"tcp://192.0.2.7:7100";
    }
    message.version = 1;
    message.address = (char *)"blo-maesai@th";
    message.sequence = 1;
    message.n_protocol_versions = 1;
    message.protocol_versions = &version;
    message.n_suites = suites;
    message.suites = numbers;
    message.n_endpoints = endpoints;
    message.endpoints = texts;
    expect_ok(ent_bytes_alloc(entente__v1__manifest__get_packed_size(&message),
        &payload, &last_error));
    entente__v1__manifest__pack(&message, payload.data);
    expect_ok(ent_signed_make(&all.maesai.signer, ENT_TYPE_MANIFEST,
        ent_bytes_view(&payload), &wire, &last_error));
    return opened(&wire, &manifest);
}

static void
an_office_must_speak_what_we_speak(void **state)
{
    (void)state;
    expect_ok(open_with_lists(1, 4, 0));
    expect_status(open_with_lists(2, 4, 0), ENT_UNSUPPORTED);
    expect_status(open_with_lists(1, 3, 0), ENT_UNSUPPORTED);
    expect_status(open_with_lists(1, 0, 0), ENT_UNSUPPORTED);
    expect_status(open_with_lists(1, 17, 0), ENT_BAD_INPUT);
    expect_ok(open_with_lists(1, 4, 8));
    expect_status(open_with_lists(1, 4, 9), ENT_BAD_INPUT);
}

static void
the_key_of_the_epoch_is_used_and_else_the_newest(void **state)
{
    const struct ent_manifest manifest = offer();
    const struct ent_manifest none = {0};

    (void)state;
    assert_ptr_equal(
        ent_manifest_key(&manifest, PARTIES_NOW), &manifest.keys[0]);
    assert_ptr_equal(ent_manifest_key(&manifest, PARTIES_NOW + PARTIES_DAY - 1),
        &manifest.keys[0]);
    assert_ptr_equal(ent_manifest_key(&manifest, PARTIES_NOW + PARTIES_DAY),
        &manifest.keys[1]);
    assert_ptr_equal(
        ent_manifest_key(&manifest, PARTIES_NOW + PARTIES_DAY * 99),
        &manifest.keys[1]);
    assert_null(ent_manifest_key(&none, PARTIES_NOW));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_manifest_reads_back_as_made),
        TEST(a_full_manifest_fits),
        TEST(only_the_office_itself_speaks_in_its_manifest),
        TEST(no_flipped_bit_goes_unnoticed),
        TEST(what_would_not_open_is_not_made),
        TEST(an_office_must_speak_what_we_speak),
        TEST(the_key_of_the_epoch_is_used_and_else_the_newest),
    };

    return cmocka_run_group_tests_name("manifest", tests, NULL, NULL);
}
