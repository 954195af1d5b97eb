/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include "proto/delivery.h"
#include "proto/schema/delivery.pb-c.h"

static struct ent_outcome outcomes[ENT_BUNDLE_MESSAGES_MAX];
static struct ent_outcome again[ENT_BUNDLE_MESSAGES_MAX];

/* Delivered, refused and expired in turn; the refused name a clause. */
static void
fill(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        outcomes[i] = (struct ent_outcome){
            .index = (uint32_t)i,
            .code = (uint32_t)(i % 3 + 1),
        };
        if (outcomes[i].code == ENTENTE__V1__OUTCOME_CODE__REFUSED) {
            outcomes[i].reason = 204;
            outcomes[i].line = UINT32_MAX;
            memset(outcomes[i].clause, 'c', ENT_CLAUSE_MAX);
        }
    }
}

static struct ent_bytes
encoded(size_t count)
{
    struct ent_bytes plain;

    expect_ok(ent_outcomes_encode(outcomes, count, &plain, &last_error));
    return plain;
}

static enum ent_status
decoded(const struct ent_bytes *plain, size_t count)
{
    return ent_outcomes_decode(
        ent_bytes_view(plain), count, again, &last_error);
}

static void
outcomes_read_back_as_written(void **state)
{
    const size_t counts[] = {1, 2, 3, 100, ENT_BUNDLE_MESSAGES_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        ENT_AUTO(ent_bytes_free) struct ent_bytes plain = {0};

        fill(counts[i]);
        plain = encoded(counts[i]);
        assert_true(plain.len + 64 <= ENT_ANSWER_SEALED_MAX);
        expect_ok(decoded(&plain, counts[i]));
        for (size_t j = 0; j < counts[i]; j++) {
            assert_int_equal(again[j].index, j);
            assert_int_equal(again[j].code, outcomes[j].code);
            assert_int_equal(again[j].reason, outcomes[j].reason);
            assert_int_equal(again[j].line, outcomes[j].line);
            assert_string_equal(again[j].clause, outcomes[j].clause);
        }
    }
}

static void
there_is_one_for_each_message(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes plain = {0};
    struct ent_bytes none = {0};

    (void)state;
    fill(3);
    plain = encoded(3);
    expect_ok(decoded(&plain, 3));
    expect_status(decoded(&plain, 2), ENT_BAD_INPUT);
    expect_status(decoded(&plain, 4), ENT_BAD_INPUT);
    expect_status(decoded(&none, 1), ENT_BAD_INPUT);
    expect_status(decoded(&plain, 0), ENT_BAD_INPUT);
    expect_status(decoded(&plain, 1025), ENT_BAD_INPUT);
    expect_status(
        ent_outcomes_encode(outcomes, 0, &none, &last_error), ENT_BAD_INPUT);
    expect_status(
        ent_outcomes_encode(outcomes, 1025, &none, &last_error), ENT_BAD_INPUT);
}

/* Empty ones take two bytes each: a small answer could claim very many. */
static void
far_too_many_are_malformed_and_not_a_matter_of_memory(void **state)
{
    static uint8_t empty[60000];
    const struct ent_bytes plain = {.data = empty, .len = sizeof empty};

    (void)state;
    for (size_t i = 0; i < sizeof empty; i += 2) {
        empty[i] = 0x0a;
    }
    for (size_t count = 1; count <= ENT_BUNDLE_MESSAGES_MAX; count *= 2) {
        const struct ent_bytes few = {.data = empty, .len = count * 12};

        expect_status(decoded(&plain, count), ENT_BAD_INPUT);
        expect_status(decoded(&few, count), ENT_BAD_INPUT);
    }
}

static void
what_is_out_of_place_or_unknown_is_refused(void **state)
{
    struct ent_bytes none = {0};

    (void)state;
    fill(3);
    outcomes[1].index = 2;
    expect_status(
        ent_outcomes_encode(outcomes, 3, &none, &last_error), ENT_BAD_INPUT);
    fill(3);
    outcomes[2].code = 0;
    expect_status(
        ent_outcomes_encode(outcomes, 3, &none, &last_error), ENT_BAD_INPUT);
    outcomes[2].code = 4;
    expect_status(
        ent_outcomes_encode(outcomes, 3, &none, &last_error), ENT_BAD_INPUT);
    fill(3);
    strcpy(outcomes[1].clause, "drugs\x1b[2J");
    expect_status(
        ent_outcomes_encode(outcomes, 3, &none, &last_error), ENT_BAD_INPUT);
    assert_null(none.data);
}

/* What a recipient might answer that does not go by the rules. */
static void
expect_refused(uint32_t index, int code, const char *clause)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes plain = {0};
    Entente__V1__Outcomes message = ENTENTE__V1__OUTCOMES__INIT;
    Entente__V1__Outcome outcome = ENTENTE__V1__OUTCOME__INIT;
    Entente__V1__Outcome *list[] = {&outcome};

    outcome.index = index;
    outcome.code = (Entente__V1__OutcomeCode)code;
    outcome.clause = (char *)clause;
    message.n_outcomes = 1;
    message.outcomes = list;
    expect_ok(ent_bytes_alloc(
        entente__v1__outcomes__get_packed_size(&message), &plain, &last_error));
    entente__v1__outcomes__pack(&message, plain.data);
    again[0].line = 99;
    expect_status(decoded(&plain, 1), ENT_BAD_INPUT);
    assert_int_equal(again[0].line, 99);
}

static void
an_answer_against_the_rules_is_refused(void **state)
{
    char too_long[ENT_CLAUSE_MAX + 2] = {0};

    (void)state;
    memset(too_long, 'c', sizeof too_long - 1);
    expect_refused(1, ENTENTE__V1__OUTCOME_CODE__DELIVERED, "");
    expect_refused(0, 0, "");
    expect_refused(0, 4, "");
    expect_refused(0, ENTENTE__V1__OUTCOME_CODE__REFUSED, too_long);
    expect_refused(0, ENTENTE__V1__OUTCOME_CODE__REFUSED, "a\nb");
    expect_refused(0, ENTENTE__V1__OUTCOME_CODE__REFUSED, "\xff");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outcomes_read_back_as_written),
        cmocka_unit_test(there_is_one_for_each_message),
        cmocka_unit_test(far_too_many_are_malformed_and_not_a_matter_of_memory),
        cmocka_unit_test(what_is_out_of_place_or_unknown_is_refused),
        cmocka_unit_test(an_answer_against_the_rules_is_refused),
    };

    return cmocka_run_group_tests_name("outcomes", tests, NULL, NULL);
}
