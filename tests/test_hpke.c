/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"
#include "tests/vectors.h"

#include <sodium.h>

#include "proto/hpke.h"
#include "proto/secret.h"

#define EXPORTS 3 /* in each vector */

/* Both sides of one vector, set up by our code. */
struct exchange {
    struct vector vector;
    struct ent_hpke_psk psk;
    bool has_psk;
    uint8_t enc[ENT_HPKE_ENC_LEN];
    struct ent_hpke sender;
    struct ent_hpke recipient;
};

static const struct ent_hpke_psk *
psk_of(struct exchange *exchange)
{
    exchange->has_psk = vector_has(&exchange->vector, "psk");
    if (!exchange->has_psk) {
        return NULL;
    }
    exchange->psk.psk = vector_get(&exchange->vector, "psk");
    exchange->psk.id = vector_get(&exchange->vector, "psk_id");
    return &exchange->psk;
}

static void
set_up(struct exchange *exchange)
{
    ENT_AUTO(ent_secret_free) struct ent_secret *secret = NULL;
    const struct vector *vector = &exchange->vector;
    const struct ent_hpke_psk *psk = psk_of(exchange);
    struct ent_ecdh ecdh;

    expect_ok(ent_hpke_setup_sender(vector_bytes(vector, "pkRm", 32),
        vector_bytes(vector, "ikmE", 32), vector_get(vector, "info"), psk,
        exchange->enc, &exchange->sender, &last_error));

    expect_ok(ent_secret_from(
        vector_bytes(vector, "skRm", 32), &secret, &last_error));
    expect_ok(ent_secret_ecdh(secret, &ecdh, &last_error));
    assert_memory_equal(ecdh.public_key, vector_bytes(vector, "pkRm", 32), 32);
    expect_ok(ent_hpke_setup_recipient(vector_bytes(vector, "enc", 32), &ecdh,
        vector_get(vector, "info"), psk, &exchange->recipient, &last_error));
}

static void
check_exports(const struct exchange *exchange)
{
    for (int i = 1; i <= EXPORTS; i++) {
        char context[32];
        char value[32];
        struct ent_view want;
        uint8_t got[32];

        (void)snprintf(context, sizeof context, "exporter_context_%d", i);
        (void)snprintf(value, sizeof value, "exported_value_%d", i);
        want = vector_get(&exchange->vector, value);
        assert_int_equal(want.len, sizeof got);
        ent_hpke_export(&exchange->recipient,
            vector_get(&exchange->vector, context), got, sizeof got);
        assert_memory_equal(got, want.data, sizeof got);
    }
}

static void
both_setups_are_those_of_rfc_9180(void **state)
{
    static struct exchange exchange;
    FILE *file = vectors_open("hpke.txt");
    size_t count = 0;
    size_t with_psk = 0;

    (void)state;
    while (vector_next(file, &exchange.vector)) {
        const uint8_t *secret =
            vector_bytes(&exchange.vector, "exporter_secret", 32);

        set_up(&exchange);
        assert_memory_equal(
            exchange.enc, vector_bytes(&exchange.vector, "enc", 32), 32);
        assert_memory_equal(exchange.sender.exporter_secret, secret, 32);
        assert_memory_equal(exchange.recipient.exporter_secret, secret, 32);
        check_exports(&exchange);
        count++;
        with_psk += exchange.has_psk;
    }
    (void)fclose(file);
    assert_int_equal(count, 2);
    assert_int_equal(with_psk, 1);
}

/* DeriveKeyPair is seen through `enc`, which is the public half. */
static void
derived_key_pairs_are_those_of_rfc_9180(void **state)
{
    static struct vector vector;
    FILE *file = vectors_open("hpke.txt");

    (void)state;
    while (vector_next(file, &vector)) {
        struct ent_hpke hpke;
        uint8_t enc[ENT_HPKE_ENC_LEN];

        expect_ok(ent_hpke_setup_sender(vector_bytes(&vector, "pkRm", 32),
            vector_bytes(&vector, "ikmR", 32), view(""), NULL, enc, &hpke,
            &last_error));
        assert_memory_equal(enc, vector_bytes(&vector, "pkRm", 32), 32);
    }
    (void)fclose(file);
}

/* Every X25519 point whose order divides the cofactor, and the encodings of
 * them that are not reduced (RFC 7748, section 7; Wycheproof's list). */
static const char *const weak_points[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
};

static void
no_weak_point_makes_a_secret(void **state)
{
    ENT_AUTO(ent_secret_free) struct ent_secret *secret = NULL;
    static const uint8_t seed[32] = {7};
    struct ent_ecdh ecdh;

    (void)state;
    expect_ok(ent_secret_from(seed, &secret, &last_error));
    expect_ok(ent_secret_ecdh(secret, &ecdh, &last_error));
    for (size_t i = 0; i < sizeof weak_points / sizeof *weak_points; i++) {
        struct ent_hpke hpke = {.exporter_secret = {1}};
        uint8_t point[32];
        uint8_t enc[ENT_HPKE_ENC_LEN] = {1};

        assert_int_equal(sodium_hex2bin(point, sizeof point, weak_points[i], 64,
                             NULL, NULL, NULL),
            0);
        expect_status(ent_hpke_setup_sender(point, seed, view("info"), NULL,
                          enc, &hpke, &last_error),
            ENT_REJECTED);
        expect_status(ent_hpke_setup_recipient(
                          point, &ecdh, view("info"), NULL, &hpke, &last_error),
            ENT_REJECTED);
        assert_int_equal(enc[0], 1); /* nothing was written */
        assert_int_equal(hpke.exporter_secret[0], 1);
    }
}

static void
a_short_or_nameless_pair_key_is_refused(void **state)
{
    static const uint8_t bytes[32] = {9};
    const struct ent_hpke_psk psks[] = {
        {.psk = {.data = bytes, .len = 31}, .id = {.data = bytes, .len = 16}},
        {.psk = {.data = bytes, .len = 32}},
        {.id = {.data = bytes, .len = 16}},
    };
    struct ent_hpke hpke;
    uint8_t enc[ENT_HPKE_ENC_LEN];

    (void)state;
    for (size_t i = 0; i < sizeof psks / sizeof *psks; i++) {
        expect_status(ent_hpke_setup_sender(bytes, bytes, view(""), &psks[i],
                          enc, &hpke, &last_error),
            ENT_BAD_INPUT);
    }
}

static void
a_long_export_is_not_a_short_one_continued(void **state)
{
    static const struct ent_hpke hpke = {.exporter_secret = {3}};
    static uint8_t longest[8160];
    uint8_t two_blocks[64];
    uint8_t one_block[32];

    (void)state;
    ent_hpke_export(&hpke, view("x"), longest, sizeof longest);
    ent_hpke_export(&hpke, view("x"), two_blocks, sizeof two_blocks);
    ent_hpke_export(&hpke, view("x"), one_block, sizeof one_block);
    assert_memory_not_equal(two_blocks, longest, 32);
    assert_memory_not_equal(one_block, two_blocks, 32); /* length is bound */
    assert_memory_not_equal(two_blocks, two_blocks + 32, 32);
    assert_int_equal(sodium_is_zero(longest + 8128, 32), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_setups_are_those_of_rfc_9180),
        cmocka_unit_test(derived_key_pairs_are_those_of_rfc_9180),
        cmocka_unit_test(no_weak_point_makes_a_secret),
        cmocka_unit_test(a_short_or_nameless_pair_key_is_refused),
        cmocka_unit_test(a_long_export_is_not_a_short_one_continued),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests_name("hpke", tests, NULL, NULL);
}
