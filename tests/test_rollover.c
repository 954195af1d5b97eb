/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/succession.h"

#define YEAR (365 * PARTIES_DAY)

static enum ent_status
opened(const struct ent_bytes *wire, size_t pinned,
    struct ent_rollover *ret_rollover)
{
    return ent_rollover_open(ent_bytes_view(wire), &heirs[pinned].signer.key,
        ret_rollover, &last_error);
}

static void
expect_keys(const struct ent_rollover *rollover, size_t count)
{
    assert_int_equal(rollover->key_count, count);
    for (size_t i = 0; i < count; i++) {
        assert_memory_equal(
            &rollover->keys[i], &heirs[i].signer.key, sizeof rollover->keys[i]);
        assert_int_equal(
            ent_rollover_find(rollover, &heirs[i].signer.key_id), i);
    }
}

static void
who_trusts_the_old_key_learns_the_new_one(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_rollover rollover;

    (void)state;
    expect_ok(succession_say(0, 1, NULL, &wire));
    expect_ok(opened(&wire, 0, &rollover));
    assert_string_equal(rollover.state, "th");
    assert_int_equal(ent_rollover_number(&rollover), 1);
    expect_keys(&rollover, 2);
    assert_memory_equal(ent_rollover_newest(&rollover), &heirs[1].signer.key,
        sizeof(struct ent_verify_key));
    assert_true(rollover.until[0] == PARTIES_NOW + 30 * PARTIES_DAY);
    assert_true(rollover.until[1] == UINT64_MAX);
}

/* An agreement of the year before still pins the older key. */
static void
who_pins_the_new_key_knows_what_was_before(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_rollover rollover;

    (void)state;
    expect_ok(succession_say(0, 1, NULL, &wire));
    expect_ok(opened(&wire, 1, &rollover));
    expect_keys(&rollover, 2);
}

static void
the_newest_statement_leads_from_any_key_to_todays(void **state)
{
    struct ent_bytes wires[ENT_ROLLOVERS_MAX] = {{0}};
    struct ent_rollover rollover;

    (void)state;
    for (size_t i = 0; i < ENT_ROLLOVERS_MAX; i++) {
        expect_ok(
            succession_say(i, i + 1, i == 0 ? NULL : &wires[i - 1], &wires[i]));
        assert_true(wires[i].len <= ENT_ROLLOVER_LEN_MAX);
        for (size_t pinned = 0; pinned <= i + 1; pinned++) {
            expect_ok(opened(&wires[i], pinned, &rollover));
            expect_keys(&rollover, i + 2);
        }
    }
    expect_status(succession_say(ENT_ROLLOVERS_MAX, ENT_ROLLOVERS_MAX + 1,
                      &wires[ENT_ROLLOVERS_MAX - 1], &wires[0]),
        ENT_BAD_INPUT);
    for (size_t i = 0; i < ENT_ROLLOVERS_MAX; i++) {
        ent_bytes_free(&wires[i]);
    }
}

static void
who_pins_another_key_is_told_nothing(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_rollover rollover;

    (void)state;
    expect_ok(succession_say(0, 1, NULL, &wire));
    expect_status(opened(&wire, 2, &rollover), ENT_REJECTED);
}

/* The new key alone could claim any state; the old one alone could hand it to
 * somebody who does not know. */
static void
one_signature_is_not_enough(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_rollover rollover;

    (void)state;
    expect_ok(succession_say(0, 1, NULL, &wire));
    for (size_t drop = 0; drop < 2; drop++) {
        ENT_AUTO(ent_bytes_free) struct ent_bytes less = {0};
        struct ent_signatures signatures;
        struct ent_view payload;

        expect_ok(ent_signed_decode(
            ent_bytes_view(&wire), &payload, &signatures, &last_error));
        assert_int_equal(signatures.count, 2);
        signatures.list[drop] = signatures.list[1 - drop];
        expect_ok(ent_signed_encode(payload, &signatures, &less, &last_error));
        expect_status(opened(&less, 0, &rollover), ENT_REJECTED);
    }
}

static void
no_flipped_bit_goes_unnoticed(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes first = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_rollover rollover;

    (void)state;
    expect_ok(succession_say(0, 1, NULL, &first));
    expect_ok(succession_say(1, 2, &first, &wire));
    for (size_t bit = 0; bit < wire.len * 8; bit++) {
        wire.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_not_equal(opened(&wire, 0, &rollover), ENT_OK);
        wire.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    expect_ok(opened(&wire, 0, &rollover));
}

static void
a_statement_follows_the_one_inside_it(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes first = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};

    (void)state;
    expect_ok(succession_say(0, 1, NULL, &first));
    expect_status(succession_say(2, 3, &first, &wire), ENT_BAD_INPUT);
    expect_status(succession_say(1, 0, &first, &wire), ENT_BAD_INPUT);
    expect_status(ent_rollover_make("mm", ent_bytes_view(&first),
                      &heirs[1].signer, &heirs[2].signer, PARTIES_NOW + 1,
                      PARTIES_NOW + 1, &wire, &last_error),
        ENT_BAD_INPUT);
    expect_status(
        ent_rollover_make("th", ent_bytes_view(&first), &heirs[1].signer,
            &heirs[2].signer, PARTIES_NOW - 1, PARTIES_NOW, &wire, &last_error),
        ENT_BAD_INPUT);
    assert_int_equal(wire.len, 0);
}

static void
what_makes_no_sense_is_not_said(void **state)
{
    static const struct {
        const char *state;
        size_t to;
        uint64_t overlap;
    } wrong[] = {
        {"t", 1, 0}, {"TH", 1, 0}, {"thai", 1, 0}, {"th", 0, 0},
        {"th", 1, YEAR + 2 * PARTIES_DAY},
        {"th", 1, UINT64_MAX - PARTIES_NOW}, /* before it was issued */
    };
    struct ent_bytes wire = {0};

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        expect_status(
            ent_rollover_make(wrong[i].state, (struct ent_view){0},
                &heirs[0].signer, &heirs[wrong[i].to].signer, PARTIES_NOW,
                PARTIES_NOW + wrong[i].overlap, &wire, &last_error),
            ENT_BAD_INPUT);
    }
    assert_int_equal(wire.len, 0);
}

static void
a_longer_history_may_continue_or_contradict_a_shorter_one(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes first = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes second = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes fork = {0};
    struct ent_rollover shorter;
    struct ent_rollover longer;
    struct ent_rollover other;
    struct ent_rollover sooner;

    (void)state;
    expect_ok(succession_say(0, 1, NULL, &first));
    expect_ok(succession_say(1, 2, &first, &second));
    expect_ok(succession_say(0, 3, NULL, &fork));
    expect_ok(opened(&first, 0, &shorter));
    expect_ok(opened(&second, 0, &longer));
    expect_ok(opened(&fork, 0, &other));
    assert_true(ent_rollover_continues(&longer, &shorter));
    assert_true(ent_rollover_continues(&shorter, &shorter));
    assert_false(ent_rollover_continues(&shorter, &longer));
    assert_false(ent_rollover_continues(&other, &shorter));
    assert_false(ent_rollover_continues(&longer, &other));
    sooner = longer; /* it gives the first key up at another time */
    sooner.until[0]--;
    assert_false(ent_rollover_continues(&sooner, &shorter));
    assert_false(ent_rollover_continues(&sooner, &longer));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SUCCESSION_TEST(who_trusts_the_old_key_learns_the_new_one),
        SUCCESSION_TEST(who_pins_the_new_key_knows_what_was_before),
        SUCCESSION_TEST(the_newest_statement_leads_from_any_key_to_todays),
        SUCCESSION_TEST(who_pins_another_key_is_told_nothing),
        SUCCESSION_TEST(one_signature_is_not_enough),
        SUCCESSION_TEST(no_flipped_bit_goes_unnoticed),
        SUCCESSION_TEST(a_statement_follows_the_one_inside_it),
        SUCCESSION_TEST(what_makes_no_sense_is_not_said),
        SUCCESSION_TEST(
            a_longer_history_may_continue_or_contradict_a_shorter_one),
    };

    return cmocka_run_group_tests_name("rollover", tests, NULL, NULL);
}
