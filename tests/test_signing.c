/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/vectors.h"

#include <sodium.h>

#include "proto/schema/common.pb-c.h"
#include "proto/signing.h"

#define TYPE_LETTER "application/vnd.entente.letter.v1"

/* A key in plain memory, with which an authority signs. */
struct key {
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    struct ent_signer signer;
};

static struct key thailand;
static struct key myanmar;

static enum ent_status
sign(void *context, struct ent_view message,
    uint8_t ret_value[static ENT_SIGNATURE_LEN], struct ent_error *err)
{
    const struct key *key = context;

    (void)err;
    crypto_sign_detached(
        ret_value, NULL, message.data, message.len, key->secret);
    return ENT_OK;
}

static void
key_make(struct key *key, uint8_t seed_byte)
{
    uint8_t seed[crypto_sign_SEEDBYTES];

    memset(seed, seed_byte, sizeof seed);
    crypto_sign_seed_keypair(key->signer.key.bytes, key->secret, seed);
    key->signer.key_id =
        ent_key_id_of(ENT_KEY_AUTHORITY, key->signer.key.bytes);
    key->signer.sign = sign;
    key->signer.context = key;
}

static int
setup(void **state)
{
    (void)state;
    key_make(&thailand, 1);
    key_make(&myanmar, 2);
    return sodium_init() < 0 ? -1 : 0;
}

static struct ent_signatures
signed_by(const struct key *key, const char *type, struct ent_view body)
{
    struct ent_signatures signatures = {.count = 1};

    expect_ok(ent_signing_sign(
        &key->signer, type, body, &signatures.list[0], &last_error));
    return signatures;
}

static enum ent_status
verify(const struct ent_signatures *signatures, const struct key *key,
    struct ent_view body)
{
    return ent_signing_verify(signatures, ENT_KEY_AUTHORITY, &key->signer.key,
        TYPE_LETTER, body, &last_error);
}

/* The type string of a vector, which is none of our constants. */
static const char *
type_of(const struct vector *vector)
{
    static char type[64];
    struct ent_view value = vector_get(vector, "type");

    assert_true(value.len < sizeof type);
    memcpy(type, value.data, value.len);
    type[value.len] = '\0';
    return type;
}

static void
what_is_signed_is_the_encoding_of_dsse(void **state)
{
    FILE *file = vectors_open("dsse.txt");
    struct vector vector;
    size_t count = 0;

    (void)state;
    while (vector_next(file, &vector)) {
        ENT_AUTO(ent_bytes_free) struct ent_bytes pae = {0};

        expect_ok(ent_signing_pae(
            type_of(&vector), vector_get(&vector, "body"), &pae, &last_error));
        assert_true(
            ent_view_equal(ent_bytes_view(&pae), vector_get(&vector, "pae")));
        count++;
    }
    (void)fclose(file);
    assert_int_equal(count, 6);
}

static void
signatures_of_others_over_it_are_good(void **state)
{
    FILE *file = vectors_open("dsse.txt");
    struct vector vector;
    size_t count = 0;

    (void)state;
    while (vector_next(file, &vector)) {
        struct ent_signatures signatures = {.count = 1};
        struct ent_signature *signature = &signatures.list[0];
        struct ent_verify_key key;

        if (!vector_has(&vector, "signature")) {
            continue;
        }
        memcpy(key.bytes, vector_bytes(&vector, "key", 32), 32);
        memcpy(signature->value, vector_bytes(&vector, "signature", 64), 64);
        signature->key_id = ent_key_id_of(ENT_KEY_OFFICE, key.bytes);
        signature->algorithm = ENTENTE__V1__ALGORITHM__ED25519;
        expect_ok(ent_signing_verify(&signatures, ENT_KEY_OFFICE, &key,
            type_of(&vector), vector_get(&vector, "body"), &last_error));
        expect_status(ent_signing_verify(&signatures, ENT_KEY_OFFICE, &key,
                          "application/vnd.example.other+json",
                          vector_get(&vector, "body"), &last_error),
            ENT_REJECTED);
        count++;
    }
    (void)fclose(file);
    assert_int_equal(count, 5);
}

static void
a_signature_is_by_one_key_over_one_text_of_one_kind(void **state)
{
    struct ent_signatures signatures =
        signed_by(&thailand, TYPE_LETTER, view("let it pass"));

    (void)state;
    expect_ok(verify(&signatures, &thailand, view("let it pass")));
    expect_status(
        verify(&signatures, &thailand, view("let it past")), ENT_REJECTED);
    expect_status(
        verify(&signatures, &myanmar, view("let it pass")), ENT_REJECTED);
    expect_status(
        ent_signing_verify(&signatures, ENT_KEY_AUTHORITY, &thailand.signer.key,
            ENT_TYPE_SKIP, view("let it pass"), &last_error),
        ENT_REJECTED);
    expect_status(
        ent_signing_verify(&signatures, ENT_KEY_OFFICE, &thailand.signer.key,
            TYPE_LETTER, view("let it pass"), &last_error),
        ENT_REJECTED);
}

static void
every_rejection_reads_the_same(void **state)
{
    struct ent_signatures signatures =
        signed_by(&thailand, TYPE_LETTER, view("let it pass"));
    struct ent_error first;

    (void)state;
    expect_status(
        verify(&signatures, &myanmar, view("let it pass")), ENT_REJECTED);
    first = last_error;
    expect_status(verify(&signatures, &thailand, view("")), ENT_REJECTED);
    assert_string_equal(last_error.text, first.text);
    signatures.count = 0;
    expect_status(
        verify(&signatures, &thailand, view("let it pass")), ENT_REJECTED);
    assert_string_equal(last_error.text, first.text);
}

static void
no_flipped_bit_of_a_signature_goes_unnoticed(void **state)
{
    struct ent_signatures signatures =
        signed_by(&thailand, TYPE_LETTER, view("let it pass"));
    struct ent_signature *signature = &signatures.list[0];

    (void)state;
    for (size_t bit = 0; bit < sizeof signature->value * 8; bit++) {
        signature->value[bit / 8] ^= (uint8_t)(1u << bit % 8);
        expect_status(
            verify(&signatures, &thailand, view("let it pass")), ENT_REJECTED);
        signature->value[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t bit = 0; bit < sizeof signature->key_id * 8; bit++) {
        signature->key_id.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        expect_status(
            verify(&signatures, &thailand, view("let it pass")), ENT_REJECTED);
        signature->key_id.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    signature->algorithm = 2;
    expect_status(
        verify(&signatures, &thailand, view("let it pass")), ENT_REJECTED);
}

static void
one_good_signature_among_others_is_enough(void **state)
{
    struct ent_signatures signatures =
        signed_by(&myanmar, TYPE_LETTER, view("let it pass"));

    (void)state;
    signatures.list[1] =
        signed_by(&thailand, TYPE_LETTER, view("let it pass")).list[0];
    signatures.count = 2;
    expect_ok(verify(&signatures, &thailand, view("let it pass")));
    expect_ok(verify(&signatures, &myanmar, view("let it pass")));
}

static void
long_and_empty_texts_are_signed_too(void **state)
{
    static uint8_t text[100000];
    const size_t lengths[] = {0, 1990, 2000, 2010, sizeof text};

    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        struct ent_view body = ent_view_of(text, lengths[i]);
        struct ent_signatures signatures =
            signed_by(&thailand, TYPE_LETTER, body);

        expect_ok(verify(&signatures, &thailand, body));
    }
}

static void
out_of_memory_is_not_a_rejection(void **state)
{
    static uint8_t text[100000];
    struct ent_view body = ent_view_of(text, sizeof text);
    struct ent_signatures signatures = signed_by(&thailand, TYPE_LETTER, body);

    (void)state;
    fail_allocation(1);
    expect_status(verify(&signatures, &thailand, body), ENT_NO_MEMORY);
    fail_allocation(0);
}

static void
a_key_is_named_by_what_it_is_for(void **state)
{
    const uint8_t *key = thailand.signer.key.bytes;
    struct ent_key_id authority = ent_key_id_of(ENT_KEY_AUTHORITY, key);
    struct ent_key_id office = ent_key_id_of(ENT_KEY_OFFICE, key);

    (void)state;
    assert_true(ent_key_id_equal(&authority, &thailand.signer.key_id));
    assert_false(ent_key_id_equal(&authority, &office));
}

/* The second key is what libsodium without the fix of CVE-2025-69277 takes: a
 * good point plus the one of order two. */
static void
only_points_of_prime_order_are_keys(void **state)
{
    /* (0, -1): order two. */
    static const uint8_t two[32] = {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0x7f};
    struct ent_verify_key key = thailand.signer.key;

    (void)state;
    expect_ok(ent_verify_key_check(&key, &last_error));

    assert_int_equal(
        crypto_core_ed25519_add(key.bytes, thailand.signer.key.bytes, two), 0);
    expect_status(ent_verify_key_check(&key, &last_error), ENT_BAD_INPUT);
    memcpy(key.bytes, two, sizeof two);
    expect_status(ent_verify_key_check(&key, &last_error), ENT_BAD_INPUT);
    memset(key.bytes, 0, sizeof key.bytes);
    expect_status(ent_verify_key_check(&key, &last_error), ENT_BAD_INPUT);
    memset(key.bytes, 0xff, sizeof key.bytes);
    expect_status(ent_verify_key_check(&key, &last_error), ENT_BAD_INPUT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_signed_is_the_encoding_of_dsse),
        cmocka_unit_test(signatures_of_others_over_it_are_good),
        cmocka_unit_test(a_signature_is_by_one_key_over_one_text_of_one_kind),
        cmocka_unit_test(every_rejection_reads_the_same),
        cmocka_unit_test(no_flipped_bit_of_a_signature_goes_unnoticed),
        cmocka_unit_test(one_good_signature_among_others_is_enough),
        cmocka_unit_test(long_and_empty_texts_are_signed_too),
        cmocka_unit_test(out_of_memory_is_not_a_rejection),
        cmocka_unit_test(a_key_is_named_by_what_it_is_for),
        cmocka_unit_test(only_points_of_prime_order_are_keys),
    };

    return cmocka_run_group_tests_name("signing", tests, setup, NULL);
}
