/* SPDX-License-Identifier: Apache-2.0 */
/* Of which copies a bundle says what became of them. */
#include "node/outcome.h"

#include "node/copy.h"
#include "node/fate.h"
#include "proto/schema/api.pb-c.h"
#include "tests/support.h"

#define DELIVERED ENTENTE__V1__TRACE_STATE__TRACE_DELIVERED
#define REFUSED ENTENTE__V1__TRACE_STATE__TRACE_REFUSED
#define EXPIRED ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED

static void
with_whom_something_is_to_be_done_is_not_plain(void **state)
{
    node_copy_row plain = ENTENTE__REST__V1__COPY_ROW__INIT;
    node_copy_row row;

    (void)state;
    plain.bundle = 3;
    plain.aggregate = true;
    plain.listed_until = 5;
    plain.reply_after = 5;
    assert_true(node_copy_is_plain(&plain));
    row = plain;
    row.files = 1;
    assert_false(node_copy_is_plain(&row));
    row = plain;
    row.feed = 1;
    assert_false(node_copy_is_plain(&row));
    row = plain;
    row.given.len = 16;
    assert_false(node_copy_is_plain(&row));
    row = plain;
    row.reply_ms = 1;
    assert_false(node_copy_is_plain(&row));
    row = plain;
    row.purge_by = 1;
    assert_false(node_copy_is_plain(&row));
    row = plain;
    row.notify_by = 1;
    assert_false(node_copy_is_plain(&row));
    row = plain;
    row.fate = NODE_FATE_CORRECTED;
    assert_false(node_copy_is_plain(&row));
    row = plain;
    row.state = EXPIRED;
    assert_false(node_copy_is_plain(&row));
}

static void
it_lies_over_nobody_else(void **state)
{
    struct node_outcome outcome = {.bundle = 3, .settled_at = 9};
    node_copy_row copy = ENTENTE__REST__V1__COPY_ROW__INIT;
    node_copy_row row;

    (void)state;
    node_outcome_add(&outcome, 1023);
    copy.bundle = 3;
    copy.index = 1023;
    row = copy;
    node_outcome_lay(&outcome, &row);
    assert_int_equal(row.state, DELIVERED);
    assert_int_equal(row.settled_at, 9);
    row = copy;
    row.index = 1022;
    node_outcome_lay(&outcome, &row);
    assert_int_equal(row.state, 0);
    row = copy;
    row.bundle = 4;
    node_outcome_lay(&outcome, &row);
    assert_int_equal(row.state, 0);
    row = copy;
    row.state = REFUSED;
    node_outcome_lay(&outcome, &row);
    assert_int_equal(row.state, REFUSED);
    outcome.settled_at = 0;
    row = copy;
    node_outcome_lay(&outcome, &row);
    assert_int_equal(row.state, 0);
}

static void
those_that_were_read_last_are_at_hand(void **state)
{
    struct node_outcomes outcomes = {0};
    const struct node_outcome one = {.bundle = 1, .settled_at = 5};
    const struct node_outcome other = {.bundle = 1 + NODE_OUTCOMES_MAX};

    (void)state;
    assert_null(node_outcomes_find(&outcomes, 0));
    assert_null(node_outcomes_find(&outcomes, 1));
    node_outcomes_keep(&outcomes, &one);
    assert_int_equal(node_outcomes_find(&outcomes, 1)->settled_at, 5);
    assert_null(node_outcomes_find(&outcomes, other.bundle));
    node_outcomes_drop(&outcomes, other.bundle);
    assert_non_null(node_outcomes_find(&outcomes, 1));
    node_outcomes_keep(&outcomes, &other);
    assert_null(node_outcomes_find(&outcomes, 1));
    node_outcomes_drop(&outcomes, other.bundle);
    assert_null(node_outcomes_find(&outcomes, other.bundle));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_whom_something_is_to_be_done_is_not_plain),
        cmocka_unit_test(it_lies_over_nobody_else),
        cmocka_unit_test(those_that_were_read_last_are_at_hand),
    };

    return cmocka_run_group_tests_name("node_outcome", tests, NULL, NULL);
}
