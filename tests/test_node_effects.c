/* SPDX-License-Identifier: Apache-2.0 */
/* What leaves after a commit, in its order, and what does not any more. */
#include "node/effects.h"

#include <stdio.h>
#include <string.h>

#include "tests/support.h"

static struct node_effects effects;
static struct node_effects more;

static int
forget(void **state)
{
    (void)state;
    node_effects_fini(&effects);
    node_effects_fini(&more);
    return 0;
}

static void
queue(struct node_effects *to, const char *text, uint64_t via, bool urgent,
    enum ent_frame_type type)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};

    expect_ok(ent_bytes_copy(ent_view_text(text), &payload, &last_error));
    expect_ok(
        node_effects_frame(to, via, urgent, type, &payload, NULL, &last_error));
}

static void
join(void)
{
    expect_ok(node_effects_reserve(&effects, more.count, &last_error));
    node_effects_join(&effects, &more);
}

static void
what_is_joined_comes_behind(void **state)
{
    (void)state;
    join();
    assert_int_equal(effects.count, 0);
    for (int i = 0; i < 200; i++) {
        char text[8];

        (void)snprintf(text, sizeof text, "%03d", i);
        queue(&more, text, 1, false, ENT_FRAME_STATE);
        if (i % 7 == 0) {
            join();
            assert_int_equal(more.count, 0);
            assert_int_equal(more.bytes, 0);
        }
    }
    join();
    assert_int_equal(effects.count, 200);
    assert_int_equal(effects.bytes, 600);
    for (size_t i = 1; i < effects.count; i++) {
        assert_true(memcmp(effects.list[i - 1].payload.data,
                        effects.list[i].payload.data, 3) < 0);
    }
    node_effects_clear(&effects);
    assert_int_equal(effects.bytes, 0);
}

/* Credit is of one connection, and what it pays for is charged there. */
static void
what_belongs_to_a_connection_does_not_go_on_another(void **state)
{
    (void)state;
    queue(&effects, "a", 2, false, ENT_FRAME_BUNDLE);
    queue(&effects, "b", 2, false, ENT_FRAME_CREDIT);
    queue(&effects, "c", 2, false, ENT_FRAME_RECEIPT);
    queue(&effects, "d", 2, true, ENT_FRAME_BUNDLE);
    queue(&effects, "e", 1, false, ENT_FRAME_BUNDLE);
    node_effects_unbind(&effects, 2, false);
    assert_int_equal(effects.list[0].via, 0);
    assert_int_equal(effects.list[1].via, 0);
    assert_int_equal(effects.list[2].via, 2);
    assert_int_equal(effects.list[3].via, 2);
    assert_int_equal(effects.list[4].via, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(what_is_joined_comes_behind, forget),
        cmocka_unit_test_teardown(
            what_belongs_to_a_connection_does_not_go_on_another, forget),
    };

    return cmocka_run_group_tests_name("node_effects", tests, NULL, NULL);
}
