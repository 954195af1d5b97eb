/* SPDX-License-Identifier: Apache-2.0 */
/* What is sealed is laid out as the protocol says, and its recipient reads it;
 * outcomes come back to its sender. */
#include "tests/seal_case.h"

#include <sodium.h>

static const uint8_t pair_key[32] = {11, 22, 33};

static void
the_recipient_reads_what_was_sealed(void **state)
{
    struct ent_view message = {0};

    expect_ok(receive(*state, &message));
    expect_bytes(message, "born 1974-03-02");
}

static void
messages_of_every_size_come_back(void **state)
{
    static const size_t sizes[] = {
        0, 1, 507, 508, 509, 540, 541, 4096, 100000, ENT_MESSAGE_MAX};
    static uint8_t text[ENT_MESSAGE_MAX];
    struct border *border = *state;

    randombytes_buf_deterministic(text, sizeof text, ephemeral_seed);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct ent_view message = {0};

        seal(border, ent_view_of(text, sizes[i]));
        expect_ok(receive(border, &message));
        assert_int_equal(message.len, sizes[i]);
        assert_memory_equal(message.data, text, sizes[i]);
    }
}

static void
a_message_above_the_limit_is_refused(void **state)
{
    static uint8_t text[ENT_MESSAGE_MAX + 1];
    struct border *border = *state;

    expect_status(
        ent_seal_envelope(&border->key, &border->id, 2,
            ent_view_of(text, sizeof text), border->wire, &last_error),
        ENT_BAD_INPUT);
}

static void
a_pair_key_is_part_of_the_secret(void **state)
{
    struct border *border = *state;
    const struct ent_bundle_secrets without = border->secrets;
    struct ent_view message = {0};
    uint8_t other[32] = {0};

    border->label.psk_id.bytes[3] = 1;
    set_up_sender(border, pair_key);
    assert_memory_not_equal(&border->secrets, &without, sizeof without);
    seal(border, view("through the pair key"));
    expect_ok(receive_with(border, pair_key, 2, &message));
    expect_bytes(message, "through the pair key");

    expect_status(receive_with(border, other, 2, &message), ENT_REJECTED);
    expect_status(receive_with(border, NULL, 2, &message), ENT_REJECTED);
    assert_string_equal(last_error.text, "sealed with a pair key");
    border->label.psk_id = (struct ent_key_id){0};
    expect_status(receive_with(border, pair_key, 2, &message), ENT_REJECTED);
    assert_string_equal(last_error.text, "sealed without the pair key");
}

/* protocol.md, section 2, by hand: what a stranger would write. */
static struct ent_view
info_by_hand(const struct ent_label *label, uint8_t out[static 300])
{
    static const uint8_t zero_psk_id[16];
    uint8_t *at = out;

    memcpy(at, "entente bundle v1", 17);
    memcpy(at + 17, "\x00\x01\x05\x01", 4);
    memcpy(at + 21, "\x00\x06\x0a\x24\x18\x1e\x40\x00", 8);
    memcpy(at + 29, "\x00\x06\x0a\x24\x18\x1e\x40\x01", 8);
    memcpy(at + 37, "\x00\x00\x00\x00\x00\x00\x00\x29", 8);
    memcpy(at + 45, "\x00\x00\x00\x03", 4);
    memcpy(at + 49, label->signing_key_id.bytes, 16);
    memcpy(at + 65, label->sealing_key_id.bytes, 16);
    memcpy(at + 81, zero_psk_id, 16);
    memcpy(at + 97, label->agreement.bytes, 32);
    memcpy(at + 129,
        "\x0d"
        "blo-maesai@th",
        14);
    memcpy(at + 143,
        "\x10"
        "blo-tachileik@mm",
        17);
    return ent_view_of(out, 160);
}

static void
hpke_info_is_laid_out_as_the_protocol_says(void **state)
{
    struct border *border = *state;
    uint8_t info[300];
    struct ent_hpke hpke;
    struct ent_bundle_secrets want;

    expect_ok(ent_hpke_setup_recipient(border->label.enc, &border->tachileik,
        info_by_hand(&border->label, info), NULL, &hpke, &last_error));
    ent_hpke_export(&hpke, view("entente bundle v1"), want.messages, 32);
    ent_hpke_export(&hpke, view("entente receipt v1"), want.receipt, 32);
    assert_memory_equal(&border->secrets, &want, sizeof want);
}

static void
an_envelope_is_laid_out_as_the_protocol_says(void **state)
{
    struct border *border = *state;
    static const uint8_t nonce[24];
    const uint8_t *wire = border->wire;
    uint8_t position[20];
    uint8_t committed[17 + sizeof position];
    uint8_t key[32];
    uint8_t commitment[32];
    uint8_t plain[512];

    memcpy(position, border->id.bytes, 16);
    memcpy(position + 16, "\x00\x00\x00\x02", 4);
    memcpy(committed, "entente commit v1", 17);
    memcpy(committed + 17, position, sizeof position);

    crypto_kdf_derive_from_key(
        key, 32, 2, "entmsg01", border->secrets.messages);
    crypto_generichash(commitment, 32, committed, sizeof committed, key, 32);
    assert_memory_equal(wire, border->id.bytes, 16);
    assert_memory_equal(wire + 16, commitment, 32);
    assert_int_equal(border->wire_len, 48 + 512 + TAG_LEN);
    assert_int_equal(
        crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, wire + 48,
            512 + TAG_LEN, position, sizeof position, nonce, key),
        0);
    assert_memory_equal(plain,
        "\x00\x00\x00\x0f"
        "born 1974-03-02",
        19);
    assert_int_equal(sodium_is_zero(plain + 19, sizeof plain - 19), 1);
}

static void
lengths_are_those_of_padme(void **state)
{
    static const struct {
        size_t len; /* with the length in front */
        size_t padded;
    } rows[] = {{4, 512}, {512, 512}, {513, 544}, {544, 544}, {545, 576},
        {1000, 1024}, {1025, 1088}, {10000, 10240}, {65537, 67584},
        {262144, 262144}, {262148, 270336}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(ent_seal_envelope_len(rows[i].len - 4),
            rows[i].padded + ENT_ENVELOPE_OVERHEAD);
    }
}

static void
padding_costs_at_most_an_eighth_and_never_shrinks(void **state)
{
    size_t before = 0;

    (void)state;
    for (size_t len = 0; len <= ENT_MESSAGE_MAX; len++) {
        size_t padded = ent_seal_envelope_len(len) - ENT_ENVELOPE_OVERHEAD;

        assert_true(padded >= len + 4);
        assert_true(padded == 512 || padded - (len + 4) <= (len + 4) / 8);
        assert_true(padded >= before);
        before = padded;
    }
}

static void
every_message_has_a_key_of_its_own(void **state)
{
    const struct border *border = *state;
    struct ent_message_key first = ent_seal_message_key(&border->secrets, 0);
    struct ent_message_key last =
        ent_seal_message_key(&border->secrets, UINT32_MAX);

    assert_memory_not_equal(&first, &last, sizeof first);
    assert_memory_not_equal(&first, &border->key, sizeof first);
}

static const struct ent_digest label_hash = {{4, 5, 6}};

static void
outcomes_come_back_to_the_sender_alone(void **state)
{
    const struct border *border = *state;
    ENT_AUTO(ent_bytes_free) struct ent_bytes sealed = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes plain = {0};
    struct ent_bundle_secrets others = border->secrets;
    struct ent_digest other_hash = {{4, 5, 7}};

    expect_ok(ent_seal_outcomes(&border->secrets, &label_hash,
        view("delivered"), &sealed, &last_error));
    expect_ok(ent_open_outcomes(&border->secrets, &label_hash,
        ent_bytes_view(&sealed), &plain, &last_error));
    expect_bytes(ent_bytes_view(&plain), "delivered");
    ent_bytes_free(&plain);

    expect_status(ent_open_outcomes(&border->secrets, &other_hash,
                      ent_bytes_view(&sealed), &plain, &last_error),
        ENT_REJECTED);
    others.receipt[0] ^= 1;
    expect_status(ent_open_outcomes(&others, &label_hash,
                      ent_bytes_view(&sealed), &plain, &last_error),
        ENT_REJECTED);
    assert_null(plain.data);
}

static void
no_flipped_bit_or_missing_byte_of_outcomes_goes_unnoticed(void **state)
{
    const struct border *border = *state;
    ENT_AUTO(ent_bytes_free) struct ent_bytes sealed = {0};
    struct ent_bytes plain = {0};

    expect_ok(ent_seal_outcomes(&border->secrets, &label_hash,
        view("delivered"), &sealed, &last_error));
    for (size_t bit = 0; bit < sealed.len * 8; bit++) {
        uint8_t mask = (uint8_t)(1u << bit % 8);

        sealed.data[bit / 8] ^= mask;
        expect_status(ent_open_outcomes(&border->secrets, &label_hash,
                          ent_bytes_view(&sealed), &plain, &last_error),
            ENT_REJECTED);
        sealed.data[bit / 8] ^= mask;
    }
    for (size_t len = 0; len < sealed.len; len++) {
        expect_status(ent_open_outcomes(&border->secrets, &label_hash,
                          ent_view_of(sealed.data, len), &plain, &last_error),
            ENT_REJECTED);
    }
    assert_null(plain.data);
}

static void
outcomes_above_the_limit_are_refused(void **state)
{
    static const uint8_t huge[ENT_OUTCOMES_MAX + 24 + TAG_LEN + 1];
    const struct border *border = *state;
    struct ent_bytes plain = {0};

    expect_status(ent_open_outcomes(&border->secrets, &label_hash,
                      ent_view_of(huge, sizeof huge), &plain, &last_error),
        ENT_REJECTED);
}

static void
no_memory_is_a_status_and_leaks_nothing(void **state)
{
    const struct border *border = *state;
    ENT_AUTO(ent_bytes_free) struct ent_bytes sealed = {0};
    struct ent_bytes plain = {0};

    fail_allocation(1);
    expect_status(ent_seal_outcomes(&border->secrets, &label_hash, view("x"),
                      &sealed, &last_error),
        ENT_NO_MEMORY);
    assert_null(sealed.data);
    expect_ok(ent_seal_outcomes(
        &border->secrets, &label_hash, view("x"), &sealed, &last_error));
    fail_allocation(1);
    expect_status(ent_open_outcomes(&border->secrets, &label_hash,
                      ent_bytes_view(&sealed), &plain, &last_error),
        ENT_NO_MEMORY);
    assert_null(plain.data);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_recipient_reads_what_was_sealed),
        TEST(messages_of_every_size_come_back),
        TEST(a_message_above_the_limit_is_refused),
        TEST(a_pair_key_is_part_of_the_secret),
        TEST(hpke_info_is_laid_out_as_the_protocol_says),
        TEST(an_envelope_is_laid_out_as_the_protocol_says),
        TEST(lengths_are_those_of_padme),
        TEST(padding_costs_at_most_an_eighth_and_never_shrinks),
        TEST(every_message_has_a_key_of_its_own),
        TEST(outcomes_come_back_to_the_sender_alone),
        TEST(no_flipped_bit_or_missing_byte_of_outcomes_goes_unnoticed),
        TEST(outcomes_above_the_limit_are_refused),
        TEST(no_memory_is_a_status_and_leaks_nothing),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests_name("seal", tests, NULL, NULL);
}
