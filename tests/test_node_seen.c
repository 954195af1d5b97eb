/* SPDX-License-Identifier: Apache-2.0 */
/* Which messages came before, and how that lies in the store. */
#include "tests/two_offices_rows.h"

#include <sodium.h>

#include "node/seen.h"
#include "proto/base/log.h"
#include "proto/schema/delivery.pb-c.h"

static const struct ent_party party = {{1, 2, 3}};

/* All of one time; some of the last bytes are the same. */
static struct ent_id
id_of(uint64_t number)
{
    struct ent_id id = {{1, 0x92, 0x6b, 0x3e, 0x7c, 5}};

    ent_put_be(id.bytes + 7, number * UINT64_C(0x9e3779b97f4a7c15) + 1, 8);
    id.bytes[ENT_ID_LEN - 1] = (uint8_t)(number % 100);
    return id;
}

static node_seen_row
seen_of(uint64_t number)
{
    node_seen_row seen = ENTENTE__REST__V1__SEEN_ROW__INIT;

    seen.code = ENTENTE__V1__OUTCOME_CODE__DELIVERED;
    seen.forget_at = 77;
    seen.bundle = 5;
    seen.desk = number + 1000;
    return seen;
}

static void
expect_same(const node_seen_row *row, const node_seen_row *wanted)
{
    assert_int_equal(row->code, wanted->code);
    assert_int_equal(row->reason, wanted->reason);
    assert_int_equal(row->line, wanted->line);
    assert_int_equal(row->forget_at, wanted->forget_at);
    assert_int_equal(row->bundle, wanted->bundle);
    assert_int_equal(row->desk, wanted->desk);
    assert_string_equal(row->clause, wanted->clause);
}

/* ---- a block ---- */

static struct node_seen_block block;
static struct node_seen_block again;
static struct node_seen_draft draft;
static struct node_seen_draft drafted_again;

static void
put_in(struct node_seen_block *into, uint64_t number, bool expect_new)
{
    const struct ent_id id = id_of(number);
    const node_seen_row seen = seen_of(number);
    bool is_new;

    assert_true(node_seen_block_put(into, &id, &seen, &is_new));
    assert_true(is_new == expect_new);
}

static void
expect_in(const struct node_seen_draft *in, uint64_t number)
{
    const struct ent_id id = id_of(number);
    const node_seen_row wanted = seen_of(number);
    node_seen_row row;

    assert_true(node_seen_block_find(&in->row, &id, &row));
    expect_same(&row, &wanted);
}

static bool
is_in(const struct node_seen_draft *in, uint64_t number)
{
    const struct ent_id id = id_of(number);
    node_seen_row row;

    return node_seen_block_find(&in->row, &id, &row);
}

/* Those from 0 on, and what came of it in `draft`. */
static void
make(uint64_t count)
{
    node_seen_block_read(&block, NULL);
    for (uint64_t i = 0; i < count; i++) {
        put_in(&block, i, true);
    }
    node_seen_draft_make(&draft, &block);
    expect_ok(node_seen_block_check(&draft.row, &last_error));
}

static void
each_message_of_a_block_is_found_with_its_own_place(void **state)
{
    (void)state;
    make(NODE_SEEN_BLOCK_MAX);
    assert_int_equal(draft.row.n_together, 1);
    for (uint64_t i = 0; i < NODE_SEEN_BLOCK_MAX; i++) {
        expect_in(&draft, i);
    }
    for (uint64_t i = 0; i < 300; i++) {
        assert_false(is_in(&draft, NODE_SEEN_BLOCK_MAX + i));
    }
}

/* Whatever it is that is known of one and not of the others. */
static void
of_each_is_known_what_was_put(void **state)
{
    node_seen_row rows[7];

    (void)state;
    node_seen_block_read(&block, NULL);
    for (uint64_t i = 0; i < 7; i++) {
        rows[i] = seen_of(i);
    }
    rows[1].code = ENTENTE__V1__OUTCOME_CODE__REFUSED;
    rows[2].reason = 3;
    rows[3].clause = (char *)"families";
    rows[4].line = 9;
    rows[5].forget_at = 78;
    rows[6].bundle = 6;
    for (uint64_t i = 0; i < 14; i++) {
        const struct ent_id id = id_of(i);
        bool is_new;

        assert_true(node_seen_block_put(&block, &id, &rows[i % 7], &is_new));
    }
    node_seen_draft_make(&draft, &block);
    assert_int_equal(draft.row.n_together, 7);
    for (uint64_t i = 0; i < 14; i++) {
        const struct ent_id id = id_of(i);
        node_seen_row row;

        assert_true(node_seen_block_find(&draft.row, &id, &row));
        expect_same(&row, &rows[i % 7]);
    }
}

static void
a_full_block_takes_no_more_and_changes_what_it_has(void **state)
{
    const struct ent_id other = id_of(NODE_SEEN_BLOCK_MAX);
    node_seen_row seen = seen_of(0);
    bool is_new;

    (void)state;
    make(NODE_SEEN_BLOCK_MAX);
    node_seen_block_read(&again, &draft.row);
    assert_false(node_seen_block_put(&again, &other, &seen, &is_new));
    assert_true(is_new);
    put_in(&again, 3, false);
    node_seen_draft_make(&drafted_again, &again);
    expect_in(&drafted_again, 3);
    assert_false(is_in(&drafted_again, NODE_SEEN_BLOCK_MAX));
}

/* What it has of that message would not be true any more. */
static void
what_is_known_in_too_many_ways_stays_out(void **state)
{
    const struct ent_id first = id_of(0);
    node_seen_row seen = seen_of(0);
    bool is_new;

    (void)state;
    node_seen_block_read(&block, NULL);
    for (uint64_t i = 0; i < NODE_SEEN_KINDS_MAX; i++) {
        const struct ent_id id = id_of(i);

        seen.line = (uint32_t)i;
        assert_true(node_seen_block_put(&block, &id, &seen, &is_new));
    }
    node_seen_draft_make(&draft, &block);
    expect_ok(node_seen_block_check(&draft.row, &last_error));
    node_seen_block_read(&again, &draft.row);
    seen.line = NODE_SEEN_KINDS_MAX;
    assert_false(node_seen_block_put(&again, &first, &seen, &is_new));
    node_seen_draft_make(&drafted_again, &again);
    assert_false(is_in(&drafted_again, 0));
    assert_true(is_in(&drafted_again, 1));
}

static void
what_is_removed_is_not_found_until_nothing_is_left(void **state)
{
    const struct ent_id nobody = id_of(50);

    (void)state;
    make(20);
    node_seen_block_read(&again, &draft.row);
    for (uint64_t i = 0; i < 20; i++) {
        const struct ent_id id = id_of(i);

        assert_int_equal(again.left, 20 - i);
        assert_true(node_seen_block_remove(&again, &id));
        node_seen_draft_make(&drafted_again, &again);
        assert_false(is_in(&drafted_again, i));
        assert_true(i == 19 || is_in(&drafted_again, i + 1));
    }
    assert_int_equal(again.left, 0);
    assert_false(node_seen_block_remove(&again, &nobody));
}

static void
an_odd_block_is_not_read(void **state)
{
    (void)state;
    make(20);
    draft.together[0].messages.len--;
    expect_status(node_seen_block_check(&draft.row, &last_error), ENT_IO);
    draft.together[0].messages.len = 0;
    expect_status(node_seen_block_check(&draft.row, &last_error), ENT_IO);
    draft.together[0].messages.len = 18 * (NODE_SEEN_BLOCK_MAX + 1);
    expect_status(node_seen_block_check(&draft.row, &last_error), ENT_IO);
    draft.together[0].messages.len = 18;
    expect_ok(node_seen_block_check(&draft.row, &last_error));
    draft.together[0].row = NULL;
    expect_status(node_seen_block_check(&draft.row, &last_error), ENT_IO);
}

/* ---- at a node ---- */

static struct node *
maesai(void)
{
    return world.nodes[MAESAI];
}

static void
put(uint64_t from, uint64_t behind)
{
    for (uint64_t i = from; i < behind; i++) {
        const struct ent_id id = id_of(i);
        const node_seen_row seen = seen_of(i);

        expect_ok(node_seen_put(maesai(), &party, &id, &seen, &last_error));
    }
}

static void
forget(uint64_t from, uint64_t behind)
{
    for (uint64_t i = from; i < behind; i++) {
        const struct ent_id id = id_of(i);

        expect_ok(node_seen_delete(maesai(), &party, &id, &last_error));
    }
}

static bool
is_known(uint64_t number)
{
    ENT_AUTO(node_row_free) node_seen_row *row = NULL;
    const struct ent_id id = id_of(number);
    const node_seen_row wanted = seen_of(number);
    enum ent_status rc =
        node_seen_get(maesai(), &party, &id, &row, &last_error);

    if (rc == ENT_NOT_FOUND) {
        return false;
    }
    expect_ok(rc);
    expect_same(row, &wanted);
    return true;
}

static void
expect_known(uint64_t from, uint64_t behind, bool known)
{
    for (uint64_t i = from; i < behind; i++) {
        assert_true(is_known(i) == known);
    }
}

static void
what_a_turn_saw_is_known_at_once_and_later_in_one_row(void **state)
{
    (void)state;
    begin_turn(MAESAI);
    expect_known(0, 300, false);
    put(0, 300);
    expect_known(0, 300, true);
    end_turn(MAESAI);
    assert_int_equal(rows_in(MAESAI, NODE_SEEN), 0);
    assert_int_equal(rows_in(MAESAI, NODE_SEEN_BLOCK), 1);
    crash(MAESAI);
    begin_turn(MAESAI);
    expect_known(0, 300, true);
    expect_known(300, 600, false);
    end_turn(MAESAI);
}

static void
another_office_or_another_time_is_another_message(void **state)
{
    ENT_AUTO(node_row_free) node_seen_row *row = NULL;
    const struct ent_party other = {{1, 2, 4}};
    struct ent_id id = id_of(1);

    (void)state;
    begin_turn(MAESAI);
    put(1, 2);
    end_turn(MAESAI);
    begin_turn(MAESAI);
    expect_status(
        node_seen_get(maesai(), &other, &id, &row, &last_error), ENT_NOT_FOUND);
    id.bytes[5]++;
    expect_status(
        node_seen_get(maesai(), &party, &id, &row, &last_error), ENT_NOT_FOUND);
    end_turn(MAESAI);
}

static void
what_a_turn_saw_is_unknown_when_it_is_taken_back(void **state)
{
    (void)state;
    begin_turn(MAESAI);
    put(0, 1);
    end_turn(MAESAI);
    begin_turn(MAESAI);
    forget(0, 1);
    put(1, 2);
    expect_known(0, 1, false);
    expect_known(1, 2, true);
    expect_status(node_turn_end(maesai(), ENT_FULL, &last_error), ENT_FULL);
    begin_turn(MAESAI);
    expect_known(0, 1, true);
    expect_known(1, 2, false);
    end_turn(MAESAI);
}

static void
its_place_on_the_desk_is_noted_in_the_same_turn_and_later(void **state)
{
    struct ent_id id = id_of(0);
    node_seen_row seen = seen_of(0);

    (void)state;
    begin_turn(MAESAI);
    expect_status(node_seen_place(maesai(), &party, &id, 1, 2, &last_error),
        ENT_NOT_FOUND);
    for (uint64_t i = 0; i < 2; i++) {
        id = id_of(i);
        seen.desk = seen.bundle = 0;
        expect_ok(node_seen_put(maesai(), &party, &id, &seen, &last_error));
        if (i == 1) {
            end_turn(MAESAI);
            begin_turn(MAESAI);
        }
        expect_ok(
            node_seen_place(maesai(), &party, &id, i + 1000, 5, &last_error));
        expect_known(i, i + 1, true);
    }
    end_turn(MAESAI);
    begin_turn(MAESAI);
    expect_known(0, 2, true);
    end_turn(MAESAI);
}

/* Somebody's choice: more of one millisecond than a block has room for. */
static void
what_has_no_room_in_a_block_is_known_as_well_and_leaves_no_trace(void **state)
{
    const uint64_t all = NODE_SEEN_BLOCK_MAX + 100;

    (void)state;
    begin_turn(MAESAI);
    put(0, all);
    end_turn(MAESAI);
    assert_int_equal(rows_in(MAESAI, NODE_SEEN), 100);
    begin_turn(MAESAI);
    expect_known(0, all, true);
    expect_known(all, all + 100, false);
    forget(0, 50);
    end_turn(MAESAI);
    begin_turn(MAESAI);
    put(all - 10, all); /* now there is room */
    end_turn(MAESAI);
    assert_int_equal(rows_in(MAESAI, NODE_SEEN), 90);
    begin_turn(MAESAI);
    expect_known(0, 50, false);
    expect_known(50, all, true);
    forget(50, all);
    end_turn(MAESAI);
    begin_turn(MAESAI);
    expect_known(0, all, false);
    end_turn(MAESAI);
    assert_int_equal(rows_in(MAESAI, NODE_SEEN), 0);
    assert_int_equal(rows_in(MAESAI, NODE_SEEN_BLOCK), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_message_of_a_block_is_found_with_its_own_place),
        cmocka_unit_test(of_each_is_known_what_was_put),
        cmocka_unit_test(a_full_block_takes_no_more_and_changes_what_it_has),
        cmocka_unit_test(what_is_known_in_too_many_ways_stays_out),
        cmocka_unit_test(what_is_removed_is_not_found_until_nothing_is_left),
        cmocka_unit_test(an_odd_block_is_not_read),
        TEST(what_a_turn_saw_is_known_at_once_and_later_in_one_row),
        TEST(another_office_or_another_time_is_another_message),
        TEST(what_a_turn_saw_is_unknown_when_it_is_taken_back),
        TEST(its_place_on_the_desk_is_noted_in_the_same_turn_and_later),
        TEST(what_has_no_room_in_a_block_is_known_as_well_and_leaves_no_trace),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_seen", tests, NULL, NULL);
}
