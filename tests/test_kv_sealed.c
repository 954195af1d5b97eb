/* SPDX-License-Identifier: Apache-2.0 */
/* Who has the disk reads nothing, and changes nothing unnoticed. */
#include "tests/kv_store.h"

#include <malloc.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define LEN_MAX VALUE_MAX
#define PREFIX_LEN 16
#define NONCE_LEN 24
#define SEAL_LEN (NONCE_LEN + 16) /* nonce, tag */

/* ---- what lies on the disk ---- */

static enum ent_status
get_again(void **state, size_t table, uint64_t key, const char *want)
{
    struct ent_kv *kv = open_store(state);
    enum ent_status rc = get(kv, table, key, want);

    ent_kv_close(&kv);
    return rc;
}

/* `bytes` are somewhere in the data file. */
static bool
is_in_file(void **state, const void *bytes, size_t len)
{
    size_t size = (size_t)data_size(state);
    uint8_t *content = malloc(size);
    FILE *file = fopen(data_file(state), "rb");
    bool found;

    assert_non_null(content);
    assert_non_null(file);
    assert_int_equal(fread(content, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
    found = memmem(content, size, bytes, len) != NULL;
    free(content);
    return found;
}

/* The nonce of a value whose store is not open. */
static void
read_nonce(void **state, const char *table, uint64_t key,
    uint8_t out[static NONCE_LEN])
{
    uint8_t stored[64 + SEAL_LEN];

    assert_true(read_disk(state, table, key, stored) >= NONCE_LEN);
    memcpy(out, stored, NONCE_LEN);
}

/* Where a letter lies (proto/base/kv_value.c). */
static size_t
place_of_letter(uint64_t key, uint8_t *out)
{
    static const char head[] = "entente store v3\x07letters\x00\x08";

    memcpy(out, head, sizeof head - 1);
    memcpy(out + sizeof head - 1, key_of(key).data, KEY_LEN);
    return sizeof head - 1 + KEY_LEN;
}

static void
key_of_cipher(uint8_t out[static 32], const char *name)
{
    assert_int_equal(
        crypto_generichash(out, 32, (const uint8_t *)name, strlen(name),
            kv_options.store_key, sizeof kv_options.store_key),
        0);
}

/* ---- tests ---- */

static void
nothing_of_a_value_is_in_the_file(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct ent_kv_txn *txn = begin(kv, true);
    static const size_t lens[] = {8, 16, 17, 100, 1000, LEN_MAX};

    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        expect_ok(ent_kv_put(
            txn, LETTERS, key_of(i), value_of(i, lens[i]), &last_error));
        expect_ok(ent_kv_put(
            txn, POUCHES, key_of(i), value_of(i, lens[i]), &last_error));
    }
    expect_ok(ent_kv_put(txn, LABELS, key_of(1), value_of(9, 8), &last_error));
    expect_ok(ent_kv_put(txn, NOTES, key_of(1), value_of(10, 8), &last_error));
    expect_ok(ent_kv_commit(&txn, &last_error));
    ent_kv_close(&kv);
    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        struct ent_view value = value_of(i, lens[i]);

        for (size_t at = 0; at + 8 <= value.len; at += 4) {
            assert_false(is_in_file(state, value.data + at, 8));
        }
    }
    assert_true(is_in_file(state, value_of(9, 8).data, 8));
    assert_true(is_in_file(state, value_of(10, 8).data, 8));
}

static void
a_value_of_any_length_comes_back(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);

    for (size_t len = 0; len <= LEN_MAX; len += len < 300 ? 1 : 97) {
        struct ent_kv_txn *txn = begin(kv, true);
        struct ent_view value;

        for (size_t table = LETTERS; table <= POUCHES; table++) {
            expect_ok(ent_kv_put(
                txn, table, key_of(1), value_of(7, len), &last_error));
            expect_ok(ent_kv_get(txn, table, key_of(1), &value, &last_error));
            assert_true(ent_view_equal(value, value_of(7, len)));
        }
        expect_ok(ent_kv_commit(&txn, &last_error));
        txn = begin(kv, false);
        expect_ok(ent_kv_get(txn, LETTERS, key_of(1), &value, &last_error));
        assert_true(ent_view_equal(value, value_of(7, len)));
        ent_kv_abort(&txn);
    }
}

static void
no_flipped_bit_of_a_value_goes_unnoticed(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    uint8_t stored[64 + SEAL_LEN];
    size_t len;

    put(kv, LETTERS, 1, "seen at the bridge");
    ent_kv_close(&kv);
    len = read_disk(state, "letters", 1, stored);
    assert_int_equal(len, strlen("seen at the bridge") + SEAL_LEN);
    for (size_t bit = 0; bit < len * 8; bit++) {
        stored[bit / 8] ^= (uint8_t)(1u << bit % 8);
        write_disk(state, "letters", 1, stored, len);
        expect_status(get_again(state, LETTERS, 1, ""), ENT_IO);
        stored[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t cut = 0; cut < len; cut++) {
        write_disk(state, "letters", 1, stored, cut);
        expect_status(get_again(state, LETTERS, 1, ""), ENT_IO);
    }
    write_disk(state, "letters", 1, stored, len);
    expect_ok(get_again(state, LETTERS, 1, "seen at the bridge"));
}

static void
a_value_counts_only_where_it_was_put(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    uint8_t stored[64 + SEAL_LEN];
    size_t len;

    put(kv, LETTERS, 1, "seen at the bridge");
    ent_kv_close(&kv);
    len = read_disk(state, "letters", 1, stored);
    write_disk(state, "letters", 2, stored, len);
    write_disk(state, "stamps", 1, stored, len);
    write_disk(state, "labels", 1, stored, len);
    expect_ok(get_again(state, LETTERS, 1, "seen at the bridge"));
    expect_status(get_again(state, LETTERS, 2, ""), ENT_IO);
    expect_status(get_again(state, STAMPS, 1, ""), ENT_IO);
    expect_status(get_again(state, LABELS, 1, ""), ENT_IO);
}

/* The disk does not even tell that a value is again what it was. */
static void
a_value_lies_otherwise_each_time(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    const char *const value = "nothing to report";
    const size_t len = strlen(value) + SEAL_LEN;
    uint8_t first[64 + SEAL_LEN];
    uint8_t other[64 + SEAL_LEN];

    put(kv, LETTERS, 1, value);
    put(kv, LETTERS, 2, value);
    ent_kv_close(&kv);
    assert_int_equal(read_disk(state, "letters", 1, first), len);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(
            read_disk(state, "letters", i == 0 ? 2 : 1, other), len);
        for (size_t at = 0; at + 8 <= len; at += 8) {
            if (at != PREFIX_LEN) { /* the first of a turn is counted 0 */
                assert_memory_not_equal(first + at, other + at, 8);
            }
        }
        kv = open_store(state);
        put(kv, LETTERS, 1, value);
        ent_kv_close(&kv);
    }
}

/* libsodium's own function reads what lies there. */
static void
what_seals_is_xchacha20_poly1305(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct ent_kv_txn *txn = begin(kv, true);
    uint8_t stored[LEN_MAX + SEAL_LEN];
    uint8_t plain[LEN_MAX];
    uint8_t place[64];
    uint8_t key[32];

    for (size_t i = 0; i < 300; i++) {
        expect_ok(
            ent_kv_put(txn, LETTERS, key_of(i), value_of(i, i), &last_error));
    }
    expect_ok(ent_kv_commit(&txn, &last_error));
    ent_kv_close(&kv);
    key_of_cipher(key, "entente store cipher v3");
    for (size_t i = 0; i < 300; i++) {
        size_t len = read_disk(state, "letters", i, stored);

        assert_int_equal(len, i + SEAL_LEN);
        assert_int_equal(crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL,
                             NULL, stored + NONCE_LEN, len - NONCE_LEN, place,
                             place_of_letter(i, place), stored, key),
            0);
        assert_true(ent_view_equal(ent_view_of(plain, i), value_of(i, i)));
    }
}

/* ... and what it has sealed is read. */
static void
whatever_xchacha20_poly1305_sealed_there_is_read(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct ent_view value = view("seen at the bridge");
    uint8_t stored[64 + SEAL_LEN];
    uint8_t place[64];
    uint8_t key[32];

    ent_kv_close(&kv);
    key_of_cipher(key, "entente store cipher v3");
    randombytes_buf(stored, NONCE_LEN);
    assert_int_equal(crypto_aead_xchacha20poly1305_ietf_encrypt(
                         stored + NONCE_LEN, NULL, value.data, value.len, place,
                         place_of_letter(1, place), NULL, stored, key),
        0);
    write_disk(state, "letters", 1, stored, value.len + SEAL_LEN);
    expect_ok(get_again(state, LETTERS, 1, "seen at the bridge"));
}

/* A veil is the stream alone, and of another key. */
static void
what_veils_is_xchacha20(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct ent_kv_txn *txn = begin(kv, true);
    uint8_t stored[LEN_MAX + NONCE_LEN];
    uint8_t letter[64 + SEAL_LEN];
    uint8_t plain[LEN_MAX];
    uint8_t subkey[32];
    uint8_t key[32];

    expect_ok(ent_kv_put(txn, LETTERS, key_of(1), view("one"), &last_error));
    expect_ok(
        ent_kv_put(txn, POUCHES, key_of(1), value_of(1, LEN_MAX), &last_error));
    expect_ok(
        ent_kv_put(txn, POUCHES, key_of(2), value_of(1, LEN_MAX), &last_error));
    expect_ok(ent_kv_commit(&txn, &last_error));
    ent_kv_close(&kv);
    assert_true(read_disk(state, "letters", 1, letter) > 0);
    key_of_cipher(key, "entente store veil v4");
    for (uint64_t i = 1; i <= 2; i++) {
        uint8_t nonce[12] = {0};

        assert_int_equal(read_disk(state, "pouches", i, stored), sizeof stored);
        assert_memory_not_equal(stored, letter, PREFIX_LEN);
        assert_int_equal(crypto_core_hchacha20(subkey, stored, key, NULL), 0);
        memcpy(nonce + 4, stored + PREFIX_LEN, 8);
        assert_int_equal(ent_get_be(nonce + 4, 8), i - 1);
        assert_int_equal(crypto_stream_chacha20_ietf_xor(
                             plain, stored + NONCE_LEN, LEN_MAX, nonce, subkey),
            0);
        assert_true(
            ent_view_equal(ent_view_of(plain, LEN_MAX), value_of(1, LEN_MAX)));
    }
}

/* What is cut so short that it has no nonce is noticed by itself. */
static void
a_veiled_value_leaves_checking_to_its_owner(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    uint8_t stored[64 + NONCE_LEN];
    size_t len;

    put(kv, POUCHES, 1, "signed by itself");
    ent_kv_close(&kv);
    len = read_disk(state, "pouches", 1, stored);
    stored[NONCE_LEN] ^= 1;
    write_disk(state, "pouches", 1, stored, len);
    expect_ok(get_again(state, POUCHES, 1, "rigned by itself"));
    write_disk(state, "pouches", 1, stored, NONCE_LEN);
    expect_ok(get_again(state, POUCHES, 1, ""));
    write_disk(state, "pouches", 1, stored, NONCE_LEN - 1);
    expect_status(get_again(state, POUCHES, 1, ""), ENT_IO);
}

/* A prefix that was never asked for has no key, not one of zeros. */
static void
what_is_sealed_under_zeros_is_not_read(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    static const uint8_t zeros[32];
    struct ent_view value = view("seen at the bridge");
    uint8_t stored[64 + SEAL_LEN] = {0};
    uint8_t place[64];

    ent_kv_close(&kv);
    assert_int_equal(crypto_aead_chacha20poly1305_ietf_encrypt(
                         stored + NONCE_LEN, NULL, value.data, value.len, place,
                         place_of_letter(1, place), NULL, zeros, zeros),
        0);
    write_disk(state, "letters", 1, stored, value.len + SEAL_LEN);
    expect_status(get_again(state, LETTERS, 1, ""), ENT_IO);
}

/* Values of a turn are counted, and each turn begins anew: what was taken back
 * or is put back from a copy has used the same counts. */
static void
expect_own_nonces(void **state, size_t table, const char *name)
{
    struct ent_kv *kv = open_store(state);
    uint8_t nonces[12][NONCE_LEN];
    struct ent_kv_txn *txn = NULL;

    for (size_t i = 0; i < 12; i++) { /* four turns, three of one opening */
        if (i % 3 == 0) {
            txn = begin(kv, true);
        }
        expect_ok(
            ent_kv_put(txn, table, key_of(i), view("letter"), &last_error));
        if (i % 3 == 2) {
            expect_ok(ent_kv_commit(&txn, &last_error));
            txn = begin(kv, true);
            expect_ok(
                ent_kv_put(txn, table, key_of(99), view("none"), &last_error));
            ent_kv_abort(&txn);
        }
        if (i == 8) {
            ent_kv_close(&kv);
            kv = open_store(state);
        }
    }
    ent_kv_close(&kv);
    for (size_t i = 0; i < 12; i++) {
        read_nonce(state, name, i, nonces[i]);
        for (size_t j = 0; j < i; j++) {
            assert_int_equal(
                memcmp(nonces[i], nonces[j], PREFIX_LEN) == 0, i / 3 == j / 3);
            assert_memory_not_equal(nonces[i], nonces[j], NONCE_LEN);
        }
    }
}

static void
no_two_values_have_one_nonce(void **state)
{
    struct ent_kv *kv = new_store(state);

    ent_kv_close(&kv);
    expect_own_nonces(state, LETTERS, "letters");
    expect_own_nonces(state, POUCHES, "pouches");
}

/* More of them than are kept at hand, in any order. */
static void
values_of_many_turns_are_read(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct ent_kv_txn *txn;
    struct ent_view value;

    for (size_t i = 0; i < 100; i++) {
        txn = begin(kv, true);
        expect_ok(
            ent_kv_put(txn, LETTERS, key_of(i), value_of(i, 50), &last_error));
        expect_ok(ent_kv_commit(&txn, &last_error));
    }
    txn = begin(kv, true);
    expect_ok(
        ent_kv_put(txn, LETTERS, key_of(100), value_of(100, 50), &last_error));
    for (size_t i = 0; i <= 500; i++) {
        size_t key = i * 37 % 101;

        expect_ok(ent_kv_get(txn, LETTERS, key_of(key), &value, &last_error));
        assert_true(ent_view_equal(value, value_of(key, 50)));
    }
    ent_kv_abort(&txn);
}

static void
what_was_read_stays_while_a_few_more_are(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct ent_view values[ENT_KV_VALUES_KEPT + 1];
    struct ent_kv_txn *txn = begin(kv, true);

    for (size_t i = 0; i <= ENT_KV_VALUES_KEPT; i++) {
        expect_ok(ent_kv_put(txn, LETTERS, key_of(i),
            value_of(i, i % 2 == 0 ? 20 : LEN_MAX), &last_error));
    }
    for (size_t i = 0; i <= ENT_KV_VALUES_KEPT; i++) {
        expect_ok(ent_kv_get(txn, LETTERS, key_of(i), &values[i], &last_error));
    }
    for (size_t i = 1; i <= ENT_KV_VALUES_KEPT; i++) {
        assert_true(
            ent_view_equal(values[i], value_of(i, i % 2 == 0 ? 20 : LEN_MAX)));
    }
    ent_kv_abort(&txn);
}

/* Two that read at once, and one that writes, have each their own. */
static void
transactions_do_not_share_what_they_read(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct ent_kv_txn *txns[3];
    struct ent_view values[3];

    put(kv, LETTERS, 0, "one");
    put(kv, LETTERS, 1, "two");
    put(kv, LETTERS, 2, "six");
    for (size_t i = 0; i < 3; i++) {
        txns[i] = begin(kv, i == 2);
        expect_ok(
            ent_kv_get(txns[i], LETTERS, key_of(i), &values[i], &last_error));
    }
    expect_bytes(values[0], "one");
    ent_kv_abort(&txns[0]);
    for (size_t i = 0; i < ENT_KV_VALUES_KEPT; i++) {
        struct ent_view ignored;

        expect_ok(
            ent_kv_get(txns[2], LETTERS, key_of(0), &ignored, &last_error));
    }
    expect_bytes(values[1], "two");
    ent_kv_abort(&txns[2]);
    expect_bytes(values[1], "two");
    ent_kv_abort(&txns[1]);
}

static void
a_long_walk_keeps_no_memory(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    ENT_AUTO(ent_kv_cursor_close) struct ent_kv_cursor *cursor = NULL;
    struct ent_kv_txn *txn = begin(kv, true);
    struct ent_view value;
    struct ent_view key;
    size_t rows = 0;
    size_t before;

    for (uint64_t i = 0; i < 20000; i++) {
        expect_ok(
            ent_kv_put(txn, LETTERS, key_of(i), value_of(1, 100), &last_error));
    }
    expect_ok(ent_kv_commit(&txn, &last_error));
    txn = begin(kv, false);
    expect_ok(ent_kv_cursor_open(txn, LETTERS, &cursor, &last_error));
    before = mallinfo2().uordblks;
    while (ent_kv_cursor_next(cursor, &key, &value, &last_error) == ENT_OK) {
        assert_int_equal(value.len, 100);
        rows++;
    }
    assert_int_equal(rows, 20000);
    assert_true(mallinfo2().uordblks - before < 16 * 1024);
    ent_kv_abort(&txn);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        KV_TEST(nothing_of_a_value_is_in_the_file),
        KV_TEST(a_value_of_any_length_comes_back),
        KV_TEST(no_flipped_bit_of_a_value_goes_unnoticed),
        KV_TEST(a_value_counts_only_where_it_was_put),
        KV_TEST(a_value_lies_otherwise_each_time),
        KV_TEST(what_seals_is_xchacha20_poly1305),
        KV_TEST(whatever_xchacha20_poly1305_sealed_there_is_read),
        KV_TEST(what_veils_is_xchacha20),
        KV_TEST(a_veiled_value_leaves_checking_to_its_owner),
        KV_TEST(what_is_sealed_under_zeros_is_not_read),
        KV_TEST(no_two_values_have_one_nonce),
        KV_TEST(values_of_many_turns_are_read),
        KV_TEST(what_was_read_stays_while_a_few_more_are),
        KV_TEST(transactions_do_not_share_what_they_read),
        KV_TEST(a_long_walk_keeps_no_memory),
    };

    return cmocka_run_group_tests_name("kv_sealed", tests, NULL, NULL);
}
