/* SPDX-License-Identifier: Apache-2.0 */
/* A broker whose clock cannot be believed, and who ends that. */
#include "tests/broker_talk.h"

/* The wall clock alone. */
static void
jump(struct scene *scene, int64_t ms)
{
    scene->now.wall_ms = (uint64_t)((int64_t)scene->now.wall_ms + ms);
    turn(scene, NULL, 0);
}

static size_t
bundles_here(struct scene *scene)
{
    return usage_of(scene, MAESAI, TACHILEIK).entries;
}

static void
a_clock_that_jumped_drops_nothing(void **state)
{
    const int64_t months = 200 * 24 * (int64_t)HOUR;
    struct scene *scene = *state;
    struct made made = from_maesai(scene, ROUTINE, 1);

    connect_both(scene, MAESAI);
    leave(scene, BULK, &made);
    jump(scene, months);
    pass(scene, 2 * SECOND);
    assert_int_equal(bundles_here(scene), 1);
    scene_restart(scene);
    pass(scene, 2 * SECOND);
    assert_int_equal(bundles_here(scene), 1);

    scene->now.wall_ms -= (uint64_t)months; /* right again, and started */
    scene_restart(scene);
    connect_both(scene, TACHILEIK);
    pass(scene, 2 * SECOND);
    scene_hang_up(scene);
    forget_sent(scene);
    connect_both(scene, TACHILEIK);
    pass(scene, 3 * HOUR);
    assert_int_equal(bundles_here(scene), 0); /* believed: it is over */
    made_free(&made);
}

/* What is taken and handed on meanwhile is judged by its own time. */
static void
in_doubt_bundles_are_taken_and_handed_on(void **state)
{
    const int64_t months[] = {
        200 * 24 * (int64_t)HOUR, -100 * 24 * (int64_t)HOUR};
    struct scene *scene = *state;
    uint64_t right = scene->now.wall_ms;

    for (size_t i = 0; i < 2; i++) {
        struct made made;

        scene->now.wall_ms = right;
        made = from_maesai(scene, ROUTINE, i + 1);
        scene->now.wall_ms = (uint64_t)((int64_t)right + months[i]);
        scene_restart(scene);
        connect_both(scene, MAESAI);
        connect_both(scene, TACHILEIK);
        forget_sent(scene); /* of the turn before */
        leave(scene, BULK, &made);
        expect_bundle(scene, TACHILEIK, BULK, &made);
        made_free(&made);
    }
}

static void
two_offices_with_the_same_time_end_the_doubt(void **state)
{
    struct scene *scene = *state;
    struct made early = from_maesai(scene, ROUTINE, 1);
    struct made late;
    struct ent_bytes receipt;

    connect_both(scene, MAESAI);
    leave(scene, BULK, &early);
    scene->now.wall_ms += 3 * 24 * HOUR; /* it was away, and is right */
    scene_restart(scene);
    pass(scene, 2 * SECOND);
    assert_int_equal(bundles_here(scene), 1);
    connect_both(scene, MAESAI);
    connect_both(scene, TACHILEIK);
    forget_sent(scene); /* the early one */
    late = from_maesai(scene, ROUTINE, 2);
    leave(scene, BULK, &late);
    pass(scene, 2 * SECOND);
    assert_int_equal(bundles_here(scene), 2); /* one alone proves nothing */
    receipt = make_receipt(scene, TACHILEIK, &late, 1, NOT_YET, 0);
    say(scene, TACHILEIK, BULK, ENT_FRAME_RECEIPT, ent_bytes_view(&receipt),
        NOTHING);
    pass(scene, 2 * SECOND);
    assert_int_equal(bundles_here(scene), 1); /* the early one is over */
    ent_bytes_free(&receipt);
    made_free(&early);
    made_free(&late);
}

/* Set back, no office counts; a person does. */
static void
a_person_ends_the_doubt_of_a_clock_that_was_set_back(void **state)
{
    struct scene *scene = *state;
    struct made made = from_maesai(scene, ROUTINE, 1);

    pass(scene, 20 * 24 * HOUR); /* it is ahead, and nobody knew */
    pass(scene, HOUR);
    scene->now.wall_ms -= 20 * 24 * HOUR;
    scene_restart(scene);
    connect_both(scene, MAESAI);
    leave(scene, BULK, &made);
    pass(scene, 5 * HOUR);
    assert_int_equal(bundles_here(scene), 1);
    expect_ok(broker_spool_begin(scene->spool, true, &last_error));
    expect_ok(
        broker_clock_confirm(scene->spool, scene->now.wall_ms, &last_error));
    expect_ok(broker_spool_commit(scene->spool, &last_error));
    broker_spool_abort(scene->spool);
    scene_restart(scene);
    pass(scene, 2 * SECOND);
    assert_int_equal(bundles_here(scene), 0);
    made_free(&made);
}

/* ---- who ends it ---- */

/* Mae Sai left something that is over, if the clock is right; it is not
 * believed yet. */
static void
begin_in_doubt(struct scene *scene, int64_t ms)
{
    ENT_AUTO(made_free) struct made early = from_maesai(scene, ROUTINE, 1);

    connect_both(scene, MAESAI);
    leave(scene, BULK, &early);
    jump(scene, ms);
    scene_restart(scene);
    pass(scene, 2 * SECOND);
    assert_int_equal(bundles_here(scene), 1);
    connect_both(scene, MAESAI);
    connect_both(scene, TACHILEIK);
    forget_sent(scene);
}

/* It leaves one that is not over. */
static struct made
maesai_signs(struct scene *scene, uint64_t first)
{
    struct made made = from_maesai(scene, ROUTINE, first);

    leave(scene, BULK, &made);
    forget_sent(scene);
    return made;
}

/* It answers that one, by a clock that differs by so much. */
static void
tachileik_signs(struct scene *scene, const struct made *made, int64_t ms)
{
    const uint64_t right = scene->now.wall_ms;
    ENT_AUTO(ent_bytes_free) struct ent_bytes receipt = {0};

    scene->now.wall_ms = (uint64_t)((int64_t)right + ms);
    receipt = make_receipt(scene, TACHILEIK, made, 1, NOT_YET, 0);
    scene->now.wall_ms = right;
    say(scene, TACHILEIK, BULK, ENT_FRAME_RECEIPT, ent_bytes_view(&receipt),
        NOTHING);
    pass(scene, 2 * SECOND);
    forget_sent(scene);
}

#define AWAY (3 * 24 * (int64_t)HOUR)

static void
one_office_alone_never_ends_it(void **state)
{
    struct scene *scene = *state;

    begin_in_doubt(scene, AWAY);
    for (uint64_t first = 2; first < 5; first++) {
        struct made made = maesai_signs(scene, first);

        made_free(&made);
        pass(scene, 2 * SECOND);
        assert_int_equal(bundles_here(scene), first);
    }
}

static void
an_office_with_another_time_does_not_end_it(void **state)
{
    struct scene *scene = *state;
    ENT_AUTO(made_free) struct made made = {0};

    begin_in_doubt(scene, AWAY);
    made = maesai_signs(scene, 2);
    tachileik_signs(scene, &made, -(int64_t)HOUR);
    assert_int_equal(bundles_here(scene), 2);
    tachileik_signs(scene, &made, (int64_t)HOUR);
    assert_int_equal(bundles_here(scene), 2);
    tachileik_signs(scene, &made, 0);
    assert_int_equal(bundles_here(scene), 1);
}

/* What they signed earlier can only be repeated. */
static void
no_two_offices_make_a_clock_right_that_was_set_back(void **state)
{
    struct scene *scene = *state;
    ENT_AUTO(made_free) struct made made = {0};

    begin_in_doubt(scene, -AWAY);
    made = maesai_signs(scene, 2);
    tachileik_signs(scene, &made, 0);
    pass(scene, 30 * (uint64_t)AWAY);
    assert_int_equal(bundles_here(scene), 2);
}

/* Who agreed with it before it stepped says nothing of it after. */
static void
another_step_needs_two_offices_anew(void **state)
{
    struct scene *scene = *state;
    ENT_AUTO(made_free) struct made made = {0};
    ENT_AUTO(made_free) struct made late = {0};

    begin_in_doubt(scene, AWAY);
    made = maesai_signs(scene, 2);
    jump(scene, (int64_t)HOUR);
    tachileik_signs(scene, &made, 0);
    assert_int_equal(bundles_here(scene), 2);
    late = maesai_signs(scene, 3);
    pass(scene, 2 * SECOND);
    assert_int_equal(bundles_here(scene), 2); /* the first is over */
}

static uint64_t
kept_time(struct scene *scene)
{
    struct ent_view ignored;
    uint64_t kept = 0;

    expect_ok(broker_spool_begin(scene->spool, false, &last_error));
    expect_ok(broker_spool_get_object(scene->spool, BROKER_KIND_CLOCK, "clock",
        &kept, &ignored, &last_error));
    broker_spool_abort(scene->spool);
    return kept;
}

/* Or an idle broker writes to its disk in every turn. */
static void
the_time_is_kept_every_five_minutes(void **state)
{
    struct scene *scene = *state;
    uint64_t first;

    pass(scene, SECOND);
    first = kept_time(scene);
    pass(scene, 4 * MINUTE);
    assert_true(kept_time(scene) == first);
    pass(scene, MINUTE);
    assert_true(kept_time(scene) == scene->now.wall_ms);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_clock_that_jumped_drops_nothing),
        SCENE_TEST(in_doubt_bundles_are_taken_and_handed_on),
        SCENE_TEST(two_offices_with_the_same_time_end_the_doubt),
        SCENE_TEST(a_person_ends_the_doubt_of_a_clock_that_was_set_back),
        SCENE_TEST(one_office_alone_never_ends_it),
        SCENE_TEST(an_office_with_another_time_does_not_end_it),
        SCENE_TEST(no_two_offices_make_a_clock_right_that_was_set_back),
        SCENE_TEST(another_step_needs_two_offices_anew),
        SCENE_TEST(the_time_is_kept_every_five_minutes),
    };

    return cmocka_run_group_tests_name("broker_clock", tests, NULL, NULL);
}
