/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/outgoing_case.h"

/* ---- the stream ---- */

static void
the_first_bundle_begins_at_one_and_the_genesis(void **state)
{
    struct ent_outgoing outgoing = new_stream();
    struct ent_digest genesis = ent_chain_genesis(&stream);
    struct ent_dispatch bundle = append(&outgoing, 3, "label");
    struct ent_digest hash = ent_digest_of(view("label"));
    struct ent_digest after = ent_chain_next(&genesis, view("label"));

    (void)state;
    assert_int_equal(bundle.state, ENT_DISPATCH_WAITING);
    assert_int_equal(bundle.first, 1);
    assert_int_equal(bundle.count, 3);
    assert_int_equal(bundle.precedence, ROUTINE);
    assert_int_equal(bundle.expires_at, NOW + DAY);
    assert_true(ent_digest_equal(&bundle.label_hash, &hash));
    assert_true(ent_digest_equal(&bundle.chain_before, &genesis));
    assert_true(ent_digest_equal(&bundle.chain_after, &after));
}

static void
each_bundle_continues_the_one_before(void **state)
{
    struct ent_outgoing outgoing = new_stream();
    struct ent_dispatch one = append(&outgoing, 3, "one");
    struct ent_dispatch two = append(&outgoing, 1, "two");

    (void)state;
    assert_int_equal(two.first, 4);
    assert_int_equal(outgoing.next, 5);
    assert_true(ent_digest_equal(&two.chain_before, &one.chain_after));
    assert_true(ent_digest_equal(&outgoing.chain, &two.chain_after));
}

static void
a_label_made_for_another_place_is_refused(void **state)
{
    struct ent_outgoing outgoing = new_stream();
    struct ent_label label = next_label(&outgoing, 1);
    struct ent_dispatch untouched = {.first = 77};

    (void)state;
    label.first = 2;
    expect_status(ent_outgoing_append(&outgoing, &label, view("label"),
                      &untouched, &last_error),
        ENT_BAD_INPUT);
    label.first = 1;
    label.previous.bytes[31] ^= 1;
    expect_status(ent_outgoing_append(&outgoing, &label, view("label"),
                      &untouched, &last_error),
        ENT_BAD_INPUT);
    assert_int_equal(untouched.first, 77);
    assert_int_equal(outgoing.next, 1);
}

static void
a_frozen_stream_takes_no_bundle(void **state)
{
    struct ent_outgoing outgoing = new_stream();
    struct ent_label label = next_label(&outgoing, 1);
    struct ent_dispatch bundle;

    (void)state;
    outgoing.frozen = true;
    expect_status(ent_outgoing_append(
                      &outgoing, &label, view("label"), &bundle, &last_error),
        ENT_REJECTED);
}

static void
numbers_end_and_never_begin_again(void **state)
{
    struct ent_outgoing outgoing = new_stream();
    struct ent_label label;
    struct ent_dispatch bundle;

    (void)state;
    outgoing.next = UINT64_MAX - 1;
    append(&outgoing, 1, "last");
    assert_true(outgoing.next == UINT64_MAX);
    label = next_label(&outgoing, 1);
    expect_status(ent_outgoing_append(
                      &outgoing, &label, view("label"), &bundle, &last_error),
        ENT_FULL);
}

/* ---- what the recipient claims ---- */

static void
a_receipt_moves_what_is_known_to_be_settled(void **state)
{
    struct ent_outgoing outgoing = new_stream();
    struct ent_digest genesis = outgoing.chain;
    struct ent_dispatch one = append(&outgoing, 3, "one");
    struct ent_dispatch two = append(&outgoing, 2, "two");

    (void)state;
    assert_int_equal(
        ent_outgoing_claim(&outgoing, 0, &genesis, &genesis), ENT_CLAIM_KNOWN);
    assert_int_equal(
        ent_outgoing_claim(&outgoing, 3, &one.chain_after, &one.chain_after),
        ENT_CLAIM_NEWS);
    assert_int_equal(outgoing.settled_up_to, 3);
    assert_int_equal(ent_outgoing_claim(&outgoing, 5, &two.chain_after, NULL),
        ENT_CLAIM_NEWS);
    assert_int_equal(outgoing.settled_up_to, 5);
}

static void
an_older_receipt_moves_nothing_back(void **state)
{
    struct ent_outgoing outgoing = new_stream();
    struct ent_dispatch one = append(&outgoing, 3, "one");
    struct ent_dispatch two = append(&outgoing, 2, "two");

    (void)state;
    assert_int_equal(ent_outgoing_claim(&outgoing, 5, &two.chain_after, NULL),
        ENT_CLAIM_NEWS);
    assert_int_equal(
        ent_outgoing_claim(&outgoing, 3, &one.chain_after, &one.chain_after),
        ENT_CLAIM_OLDER);
    assert_int_equal(/* long settled and forgotten here */
        ent_outgoing_claim(&outgoing, 3, &one.chain_after, NULL),
        ENT_CLAIM_OLDER);
    assert_int_equal(outgoing.settled_up_to, 5);
    assert_false(outgoing.frozen);
}

static void
another_chain_value_than_ours_freezes_the_stream(void **state)
{
    struct ent_outgoing outgoing = new_stream();
    struct ent_dispatch one = append(&outgoing, 3, "one");
    struct ent_dispatch two = append(&outgoing, 2, "two");

    (void)state;
    assert_int_equal(
        ent_outgoing_claim(&outgoing, 3, &two.chain_after, &one.chain_after),
        ENT_CLAIM_FORK);
    assert_true(outgoing.frozen);
    assert_int_equal(outgoing.settled_up_to, 0);
}

static void
a_claim_inside_a_bundle_freezes_the_stream(void **state)
{
    struct ent_outgoing outgoing = new_stream();
    struct ent_dispatch one = append(&outgoing, 3, "one");

    (void)state;
    assert_int_equal(ent_outgoing_claim(&outgoing, 2, &one.chain_after, NULL),
        ENT_CLAIM_FORK);
    assert_true(outgoing.frozen);
}

static void
nobody_can_settle_what_was_never_sealed(void **state)
{
    struct ent_outgoing outgoing = new_stream();
    struct ent_dispatch one = append(&outgoing, 3, "one");

    (void)state;
    assert_int_equal(
        ent_outgoing_claim(&outgoing, 4, &one.chain_after, &one.chain_after),
        ENT_CLAIM_FORK);
    assert_true(outgoing.frozen);
}

static void
a_sender_put_back_from_a_backup_learns_it_from_a_receipt(void **state)
{
    struct ent_outgoing outgoing = new_stream();
    struct ent_outgoing backup;
    struct ent_dispatch two;

    (void)state;
    append(&outgoing, 3, "one");
    backup = outgoing;
    two = append(&outgoing, 2, "two");
    assert_int_equal(
        ent_outgoing_claim(&backup, 5, &two.chain_after, NULL), ENT_CLAIM_FORK);
    assert_true(backup.frozen);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_bundle_begins_at_one_and_the_genesis),
        cmocka_unit_test(each_bundle_continues_the_one_before),
        cmocka_unit_test(a_label_made_for_another_place_is_refused),
        cmocka_unit_test(a_frozen_stream_takes_no_bundle),
        cmocka_unit_test(numbers_end_and_never_begin_again),
        cmocka_unit_test(a_receipt_moves_what_is_known_to_be_settled),
        cmocka_unit_test(an_older_receipt_moves_nothing_back),
        cmocka_unit_test(another_chain_value_than_ours_freezes_the_stream),
        cmocka_unit_test(a_claim_inside_a_bundle_freezes_the_stream),
        cmocka_unit_test(nobody_can_settle_what_was_never_sealed),
        cmocka_unit_test(
            a_sender_put_back_from_a_backup_learns_it_from_a_receipt),
    };

    return cmocka_run_group_tests_name("stream_outgoing", tests, NULL, NULL);
}
