/* SPDX-License-Identifier: Apache-2.0 */
/* Keys that two offices gave each other by hand. */
#include "tests/two_offices_rows.h"

#include "node/pairs.h"
#include "node/slots.h"
#include "proto/refusal.h"
#include "proto/seal.h"

#include <stdio.h>

static const uint8_t key[NODE_PAIR_KEY_LEN] = {13, 13, 13};

/* Both have the key, and an agreement that names it. */
static void
agree(bool maesai_has_it, bool tachileik_has_it)
{
    const struct ent_key_id id = ent_key_id_of_symmetric(ENT_KEY_PAIR, key);
    char section[256];
    char hex[2 * ENT_KEY_ID_LEN + 1];

    for (size_t i = 0; i < sizeof id.bytes; i++) {
        (void)snprintf(hex + 2 * i, 3, "%02x", id.bytes[i]);
    }
    (void)snprintf(section, sizeof section,
        "pair_keys: [{offices: [%s, %s], key: %s}]\npurposes:",
        addresses[MAESAI], addresses[TACHILEIK], hex);
    for (int i = 0; i < 2; i++) {
        struct node *node;
        struct ent_key_id ignored;

        give_agreement((enum who)i, "purposes:", section);
        node = world.nodes[i];
        if (i == MAESAI ? !maesai_has_it : !tachileik_has_it) {
            continue;
        }
        expect_ok(node_turn_begin(node, world.now, &last_error));
        expect_ok(node_pair_put(
            node, &world.configs[1 - i].address, key, &ignored, &last_error));
        expect_ok(node_turn_end(node, ENT_OK, &last_error));
    }
}

static void
what_is_agreed_is_sealed_with_it_and_opens(void **state)
{
    struct ent_id id;

    (void)state;
    agree(true, true);
    introduce();
    id = post(MAESAI, TACHILEIK, hotline);
    pass(1000);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
}

/* The first bundle on the wire, which `who` has sent. */
static const struct flying *
bundle_on_wire(void)
{
    for (size_t i = 0; i < world.flying; i++) {
        if (world.wire[i].type == ENT_FRAME_BUNDLE) {
            return &world.wire[i];
        }
    }
    fail_msg("no bundle is on the wire");
    return NULL;
}

static enum ent_status
open_first(const struct ent_bundle *bundle, const struct ent_label *label,
    const uint8_t *psk)
{
    static uint8_t buffer[ENT_BODY_MAX];
    struct ent_bundle_secrets secrets;
    struct ent_message_key message_key;
    struct ent_envelope envelope;
    struct ent_view plain;
    struct ent_ecdh ecdh;
    size_t offset = 0;
    enum ent_status rc;

    /* Who has broken the sealing key can do what its holder can. */
    expect_ok(node_slots_ecdh(world.nodes[TACHILEIK]->slots,
        &label->sealing_key_id, &ecdh, &last_error));
    rc = ent_seal_receive(label, &ecdh, psk, &secrets, &last_error);
    if (rc != ENT_OK) {
        return rc;
    }
    message_key = ent_seal_message_key(&secrets, 0);
    assert_true(ent_body_next(bundle->body, &offset, &envelope));
    return ent_open_envelope(
        &message_key, 0, &envelope, buffer, sizeof buffer, &plain, &last_error);
}

static void
what_was_recorded_does_not_open_with_the_sealing_secret_alone(void **state)
{
    static const uint8_t guess[NODE_PAIR_KEY_LEN] = {1};
    const struct flying *frame;
    struct ent_bundle bundle;
    struct ent_label label;

    (void)state;
    agree(true, true);
    introduce();
    (void)post(MAESAI, TACHILEIK, hotline);
    turn(MAESAI, NULL);
    frame = bundle_on_wire();
    expect_ok(ent_bundle_decode(ent_bytes_view(&frame->payload),
        ent_bytes_view(&frame->body), &bundle, &last_error));
    expect_ok(open_first(&bundle, &bundle.label, key));
    expect_status(open_first(&bundle, &bundle.label, NULL), ENT_REJECTED);
    expect_status(open_first(&bundle, &bundle.label, guess), ENT_REJECTED);
    label = bundle.label;
    label.psk_id = (struct ent_key_id){{0}}; /* as if there were none */
    expect_status(open_first(&bundle, &label, NULL), ENT_REJECTED);
}

static void
who_lacks_the_key_keeps_what_comes_waiting(void **state)
{
    struct node *node;
    struct ent_key_id ignored;
    struct ent_id id;

    (void)state;
    introduce();
    agree(true, false);
    id = post(MAESAI, TACHILEIK, hotline);
    pass(1000);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
    node = world.nodes[TACHILEIK];
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_pair_put(
        node, &world.configs[MAESAI].address, key, &ignored, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    for (int i = 0; i < 10; i++) {
        pass(60000);
    }
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
}

static void
a_bundle_without_the_key_that_is_agreed_is_refused(void **state)
{
    const struct ent_key_id agreed = {{1}};
    const struct ent_key_id other = {{2}};
    struct ent_label label = {.count = 1};

    (void)state;
    assert_int_equal(
        node_pair_decide(NULL, &label, true, false), NODE_PAIR_FINE);
    assert_int_equal(
        node_pair_decide(&agreed, &label, true, false), NODE_PAIR_REFUSED);
    assert_int_equal(
        node_pair_decide(&agreed, &label, false, false), NODE_PAIR_LATER);
    label.psk_id = agreed;
    assert_int_equal(
        node_pair_decide(&agreed, &label, true, true), NODE_PAIR_FINE);
    assert_int_equal(
        node_pair_decide(&agreed, &label, true, false), NODE_PAIR_MISSING);
    assert_int_equal(
        node_pair_decide(NULL, &label, true, true), NODE_PAIR_FINE);
    label.psk_id = other;
    assert_int_equal(
        node_pair_decide(&agreed, &label, true, true), NODE_PAIR_REFUSED);
    assert_int_equal(
        node_pair_decide(&agreed, &label, false, true), NODE_PAIR_LATER);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_agreed_is_sealed_with_it_and_opens),
        TEST(what_was_recorded_does_not_open_with_the_sealing_secret_alone),
        TEST(who_lacks_the_key_keeps_what_comes_waiting),
        TEST(a_bundle_without_the_key_that_is_agreed_is_refused),
    };

    return cmocka_run_group_tests_name("node_pairs", tests, NULL, NULL);
}
