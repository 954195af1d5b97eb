/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seal_case - Mae Sai seals a message for Tachileik, and what Tachileik makes
 * of it.
 */
#ifndef ENT_TESTS_SEAL_CASE_H
#define ENT_TESTS_SEAL_CASE_H

#include "tests/support.h"

#include "proto/seal.h"
#include "proto/secret.h"

#define ENVELOPE_MAX (ENT_MESSAGE_MAX * 9 / 8 + ENT_ENVELOPE_OVERHEAD)
#define TAG_LEN 16

/* Both keys and the label between them. */
struct border {
    struct ent_secret *secret;
    struct ent_ecdh tachileik;
    struct ent_label label;
    struct ent_bundle_secrets secrets; /* Mae Sai's */
    struct ent_message_key key;        /* k_2 */
    struct ent_id id;
    uint8_t wire[ENVELOPE_MAX]; /* envelope 2 of the bundle */
    size_t wire_len;
};

extern const uint8_t ephemeral_seed[32];
extern uint8_t buffer[ENVELOPE_MAX]; /* what was opened last */

/* "born 1974-03-02" is sealed, without a pair key. */
int setup(void **state);
int teardown(void **state);

void name_office(struct ent_address *address, const char *text);

/* The sender's secrets anew, for the label as it is; `psk` may be NULL. */
void set_up_sender(struct border *border, const uint8_t *psk);
/* `message` becomes the envelope. */
void seal(struct border *border, struct ent_view message);

/* The envelope as it is on the wire now. */
struct ent_envelope envelope_of(const struct border *border);

/* What Tachileik makes of label and envelope, as envelope `index`; or as the
 * second, without a pair key. */
enum ent_status receive_with(const struct border *border, const uint8_t *psk,
    uint32_t index, struct ent_view *ret_message);
enum ent_status receive(
    const struct border *border, struct ent_view *ret_message);

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
