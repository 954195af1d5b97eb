/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/seal_case.h"

const uint8_t ephemeral_seed[32] = {42};
uint8_t buffer[ENVELOPE_MAX];

void
name_office(struct ent_address *address, const char *text)
{
    strcpy(address->text, text);
}

static void
fill_label(struct border *border)
{
    struct ent_label *label = &border->label;

    *label = (struct ent_label){
        .suite = ENT_SUITE_X25519,
        .mode = 1,
        .first = 41,
        .count = 3,
        .signing_key_id = {{1, 1, 1}},
        .sealing_key_id =
            ent_key_id_of(ENT_KEY_SEALING, border->tachileik.public_key),
        .agreement = {{2, 2, 2}},
        .stream =
            {
                .precedence = 5,
                .sender_incarnation = UINT64_C(1700000000000000),
                .recipient_incarnation = UINT64_C(1700000000000001),
            },
    };
    name_office(&label->stream.sender, "blo-maesai@th");
    name_office(&label->stream.recipient, "blo-tachileik@mm");
}

void
seal(struct border *border, struct ent_view message)
{
    border->wire_len = ent_seal_envelope_len(message.len);
    assert_true(border->wire_len <= sizeof border->wire);
    expect_ok(ent_seal_envelope(
        &border->key, &border->id, 2, message, border->wire, &last_error));
}

void
set_up_sender(struct border *border, const uint8_t *psk)
{
    expect_ok(ent_seal_setup(&border->label, border->tachileik.public_key,
        ephemeral_seed, psk, &border->secrets, &last_error));
    border->key = ent_seal_message_key(&border->secrets, 2);
}

int
setup(void **state)
{
    static struct border border;

    border = (struct border){.id = {{9, 8, 7}}};
    expect_ok(ent_secret_new(&border.secret, &last_error));
    expect_ok(ent_secret_ecdh(border.secret, &border.tachileik, &last_error));
    fill_label(&border);
    set_up_sender(&border, NULL);
    seal(&border, view("born 1974-03-02"));
    *state = &border;
    return 0;
}

int
teardown(void **state)
{
    struct border *border = *state;

    ent_secret_free(&border->secret);
    return 0;
}

struct ent_envelope
envelope_of(const struct border *border)
{
    struct ent_envelope envelope = {
        .commitment = {.data = border->wire + 16, .len = 32},
        .ciphertext = {.data = border->wire + 48, .len = border->wire_len - 48},
        .whole = {.data = border->wire, .len = border->wire_len},
    };

    memcpy(envelope.id.bytes, border->wire, ENT_ID_LEN);
    return envelope;
}

enum ent_status
receive_with(const struct border *border, const uint8_t *psk, uint32_t index,
    struct ent_view *ret_message)
{
    struct ent_envelope envelope = envelope_of(border);
    struct ent_bundle_secrets secrets;
    struct ent_message_key key;
    enum ent_status rc;

    rc = ent_seal_receive(
        &border->label, &border->tachileik, psk, &secrets, &last_error);
    if (rc != ENT_OK) {
        return rc;
    }
    key = ent_seal_message_key(&secrets, index);
    return ent_open_envelope(&key, index, &envelope, buffer, sizeof buffer,
        ret_message, &last_error);
}

enum ent_status
receive(const struct border *border, struct ent_view *ret_message)
{
    return receive_with(border, NULL, 2, ret_message);
}
