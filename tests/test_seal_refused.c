/* SPDX-License-Identifier: Apache-2.0 */
/* What was changed, moved to another place or sealed otherwise is not opened.
 */
#include "tests/seal_case.h"

#include <sodium.h>

static void
expect_refused(const struct border *border)
{
    struct ent_view message = {0};

    expect_status(receive(border, &message), ENT_REJECTED);
    assert_null(message.data);
}

static void
no_flipped_bit_of_an_envelope_goes_unnoticed(void **state)
{
    struct border *border = *state;

    for (size_t bit = 0; bit < border->wire_len * 8; bit++) {
        uint8_t mask = (uint8_t)(1u << bit % 8);

        border->wire[bit / 8] ^= mask;
        expect_refused(border);
        border->wire[bit / 8] ^= mask;
    }
}

static void
no_shorter_envelope_is_opened(void **state)
{
    struct border *border = *state;
    const size_t whole = border->wire_len;

    for (border->wire_len = 48; border->wire_len < whole; border->wire_len++) {
        expect_refused(border);
    }
}

/* One change to each field that HPKE binds. */
static void
change_field(struct ent_label *label, int field)
{
    switch (field) {
    case 0:
        label->stream.precedence ^= 1;
        break;
    case 1:
        label->mode ^= 3;
        break;
    case 2:
        label->stream.sender_incarnation ^= UINT64_C(1) << 63;
        break;
    case 3:
        label->stream.recipient_incarnation++;
        break;
    case 4:
        label->first++;
        break;
    case 5:
        label->count ^= 1;
        break;
    case 6:
        label->signing_key_id.bytes[15] ^= 1;
        break;
    case 7:
        label->sealing_key_id.bytes[0] ^= 1;
        break;
    case 8:
        label->psk_id.bytes[0] ^= 1;
        break;
    case 9:
        label->agreement.bytes[31] ^= 1;
        break;
    case 10:
        name_office(&label->stream.sender, "blo-maesay@th");
        break;
    case 11:
        name_office(&label->stream.recipient, "blo-tachileik@th");
        break;
    case 12:
        label->suite++;
        break;
    default: /* a letter moved from one address to the other */
        name_office(&label->stream.sender, "blo-maesai@t");
        name_office(&label->stream.recipient, "hblo-tachileik@mm");
        break;
    }
}

static void
no_changed_field_of_a_label_goes_unnoticed(void **state)
{
    struct border *border = *state;
    const struct ent_label label = border->label;

    for (int field = 0; field <= 13; field++) {
        change_field(&border->label, field);
        expect_refused(border);
        border->label = label;
    }
}

static void
no_flipped_bit_of_the_encapsulated_key_goes_unnoticed(void **state)
{
    struct border *border = *state;

    for (size_t bit = 0; bit < ENT_HPKE_ENC_LEN * 8; bit++) {
        uint8_t mask = (uint8_t)(1u << bit % 8);

        border->label.enc[bit / 8] ^= mask;
        expect_refused(border);
        border->label.enc[bit / 8] ^= mask;
    }
}

static void
another_office_cannot_open_it(void **state)
{
    struct border *border = *state;
    ENT_AUTO(ent_secret_free) struct ent_secret *secret = NULL;

    expect_ok(ent_secret_new(&secret, &last_error));
    expect_ok(ent_secret_ecdh(secret, &border->tachileik, &last_error));
    expect_refused(border);

    /* Nor when the label is made to name its key. */
    border->label.sealing_key_id =
        ent_key_id_of(ENT_KEY_SEALING, border->tachileik.public_key);
    expect_refused(border);
}

static void
an_envelope_stays_in_its_place(void **state)
{
    const struct border *border = *state;
    struct ent_envelope envelope = envelope_of(border);
    struct ent_view message = {0};

    expect_status(receive_with(border, NULL, 1, &message), ENT_REJECTED);
    /* Not even with the right key. */
    expect_status(ent_open_envelope(&border->key, 1, &envelope, buffer,
                      sizeof buffer, &message, &last_error),
        ENT_REJECTED);
    assert_null(message.data);
}

static void
a_ciphertext_under_another_key_is_refused(void **state)
{
    struct border *border = *state;
    const struct ent_message_key key = border->key;
    const struct ent_message_key other =
        ent_seal_message_key(&border->secrets, 3);
    struct ent_envelope envelope;
    struct ent_view message = {0};
    uint8_t commitment[ENT_COMMITMENT_LEN];

    /* Sealed under the other key, but committed to ours: opening under either
     * would let one ciphertext have two meanings. */
    memcpy(commitment, border->wire + 16, sizeof commitment);
    border->key = other;
    seal(border, view("no action needed"));
    memcpy(border->wire + 16, commitment, sizeof commitment);
    envelope = envelope_of(border);

    expect_status(ent_open_envelope(&other, 2, &envelope, buffer, sizeof buffer,
                      &message, &last_error),
        ENT_REJECTED);
    assert_string_equal(last_error.text, "sealed under another key");
    expect_status(ent_open_envelope(&key, 2, &envelope, buffer, sizeof buffer,
                      &message, &last_error),
        ENT_REJECTED);
    assert_string_equal(last_error.text, "ciphertext was altered");
    assert_null(message.data);
}

/* Put `plain` into the envelope as a sender who pads as he likes would. */
static void
seal_plain(struct border *border, const uint8_t *plain, size_t len)
{
    static const uint8_t nonce[24];
    uint8_t position[20];

    memcpy(position, border->id.bytes, 16);
    ent_put_be(position + 16, 2, 4);
    crypto_aead_xchacha20poly1305_ietf_encrypt(border->wire + 48, NULL, plain,
        len, position, sizeof position, NULL, nonce, border->key.bytes);
    border->wire_len = 48 + len + TAG_LEN;
}

static void
a_message_padded_otherwise_is_refused(void **state)
{
    struct border *border = *state;
    struct ent_view message = {0};
    uint8_t plain[1024] = {0, 0, 0, 1, 'x'};

    seal_plain(border, plain, 512);
    expect_ok(receive(border, &message));
    seal_plain(border, plain, 513);
    expect_refused(border);
    seal_plain(border, plain, 544);
    expect_refused(border);

    plain[511] = 1; /* the last byte of the padding */
    seal_plain(border, plain, 512);
    expect_refused(border);
    assert_int_equal(sodium_is_zero(buffer, 512), 1); /* nothing is left */

    plain[511] = 0;
    plain[2] = 2; /* 513 bytes of message in 508 */
    seal_plain(border, plain, 512);
    expect_refused(border);
    memset(plain, 0xff, 4);
    seal_plain(border, plain, 512);
    expect_refused(border);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(no_flipped_bit_of_an_envelope_goes_unnoticed),
        TEST(no_shorter_envelope_is_opened),
        TEST(no_changed_field_of_a_label_goes_unnoticed),
        TEST(no_flipped_bit_of_the_encapsulated_key_goes_unnoticed),
        TEST(another_office_cannot_open_it),
        TEST(an_envelope_stays_in_its_place),
        TEST(a_ciphertext_under_another_key_is_refused),
        TEST(a_message_padded_otherwise_is_refused),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests_name("seal_refused", tests, NULL, NULL);
}
