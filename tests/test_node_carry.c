/* SPDX-License-Identifier: Apache-2.0 */
/* Two offices and a stick between them, instead of the wire or beside it. */
#include "tests/carry_stick.h"

#include <sodium.h>
#include <stdlib.h>

#include "proto/base/log.h"
#include "proto/refusal.h"

static void
the_same_stick_twice_changes_nothing_more(void **state)
{
    struct outcomes outcomes;
    struct ent_id id;
    uint64_t journal;

    (void)state;
    introduce_by_stick();
    id = post(MAESAI, TACHILEIK, hotline);
    write_stick(MAESAI, TACHILEIK, carried);
    read_stick(TACHILEIK, carried, &outcomes);
    journal = node_journal_size(world.nodes[TACHILEIK]->journal);
    read_stick(TACHILEIK, carried, &outcomes);
    assert_int_equal(outcomes.of[ENT_FRAME_BUNDLE][KNOWN], 1);
    assert_int_equal(outcomes.of[ENT_FRAME_OBJECT][KNOWN], 2);
    assert_int_equal(outcomes.of[ENT_FRAME_OBJECT][TAKEN], 0);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(
        node_journal_size(world.nodes[TACHILEIK]->journal), journal);
}

static void
what_comes_by_wire_and_by_stick_comes_once(void **state)
{
    struct outcomes outcomes;
    struct ent_id first;
    struct ent_id second;

    (void)state;
    introduce();
    world.lose = 100;
    first = post(MAESAI, TACHILEIK, hotline);
    pass(10);
    write_stick(MAESAI, TACHILEIK, carried);
    world.lose = 0;
    pass(5000); /* the wire is there again, and first */
    assert_int_equal(times_on_desk(TACHILEIK, &first), 1);
    read_stick(TACHILEIK, carried, &outcomes);
    assert_int_equal(outcomes.of[ENT_FRAME_BUNDLE][KNOWN], 1);

    world.lose = 100;
    second = post(MAESAI, TACHILEIK, hotline);
    pass(10);
    outcomes = carry(MAESAI, TACHILEIK); /* the stick is first */
    assert_int_equal(outcomes.of[ENT_FRAME_BUNDLE][TAKEN], 1);
    world.lose = 0;
    pass(5000);
    pass(5000);
    assert_int_equal(times_on_desk(TACHILEIK, &first), 1);
    assert_int_equal(times_on_desk(TACHILEIK, &second), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &second), DELIVERED);
}

static void
carrying_takes_nothing_off_the_wire(void **state)
{
    struct ent_id id;

    (void)state;
    introduce();
    world.lose = 100;
    id = post(MAESAI, TACHILEIK, hotline);
    pass(10);
    write_stick(MAESAI, TACHILEIK, carried); /* and lost on the way */
    world.lose = 0;
    pass(5000);
    pass(5000);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

static void
a_bundle_of_somebody_unknown_is_put_off_and_taken_with_his_certificate(
    void **state)
{
    struct outcomes outcomes = {.reason = 0};
    struct ent_id id;

    (void)state;
    world.up = false;
    (void)carry(TACHILEIK, MAESAI);
    id = post(MAESAI, TACHILEIK, hotline);
    write_stick(MAESAI, TACHILEIK, carried);
    assert_int_equal(carried->count, 3); /* certificate, manifest, bundle */
    read_some(TACHILEIK, carried, 2, 1, &outcomes);
    assert_int_equal(outcomes.of[ENT_FRAME_BUNDLE][NOT_YET], 1);
    assert_int_equal(outcomes.reason, ENT_REFUSAL_UNKNOWN_CERTIFICATE);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
    read_stick(TACHILEIK, carried, &outcomes);
    assert_int_equal(outcomes.of[ENT_FRAME_BUNDLE][TAKEN], 1);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
}

static void
what_was_sealed_under_an_older_key_is_carried_anew(void **state)
{
    struct outcomes outcomes;
    struct ent_id id;

    (void)state;
    introduce_by_stick();
    id = post(MAESAI, TACHILEIK, hotline);
    turn(MAESAI, NULL);
    renew(MAESAI);
    outcomes = carry(MAESAI, TACHILEIK);
    assert_int_equal(outcomes.of[ENT_FRAME_SKIP][TAKEN], 1);
    (void)carry(MAESAI, TACHILEIK);
    (void)carry(TACHILEIK, MAESAI);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
}

static void
what_is_for_others_is_left_alone(void **state)
{
    struct outcomes outcomes;

    (void)state;
    introduce_by_stick();
    (void)post(MAESAI, TACHILEIK, hotline);
    write_stick(MAESAI, TACHILEIK, carried);
    read_stick(MAESAI, carried, &outcomes); /* the wrong office */
    assert_int_equal(outcomes.of[ENT_FRAME_BUNDLE][NOT_OURS], 1);
    assert_int_equal(outcomes.of[ENT_FRAME_OBJECT][NOT_OURS], 2);
}

/* Whatever is wrong with a frame, the others of its stick are taken. */
static void
a_frame_that_was_altered_is_refused_alone(void **state)
{
    struct outcomes outcomes;
    struct ent_id id;
    size_t last;

    (void)state;
    introduce_by_stick();
    (void)post(MAESAI, TACHILEIK, hotline);
    turn(MAESAI, NULL);
    id = post(MAESAI, TACHILEIK, hotline);
    write_stick(MAESAI, TACHILEIK, carried);
    put_on(carried, ENT_FRAME_HELLO, view("hello"), (struct ent_view){0});
    put_on(
        carried, ENT_FRAME_RECEIPT, view("no receipt"), (struct ent_view){0});
    put_on(carried, ENT_FRAME_OBJECT, view("no object"), (struct ent_view){0});
    last = carried->count - 5;
    assert_int_equal(carried->frames[last].type, ENT_FRAME_BUNDLE);
    carried->frames[last].body.data[100] ^= 1;
    read_stick(TACHILEIK, carried, &outcomes);
    assert_int_equal(outcomes.of[ENT_FRAME_BUNDLE][REFUSED], 1);
    assert_int_equal(outcomes.of[ENT_FRAME_HELLO][REFUSED], 1);
    assert_int_equal(outcomes.of[ENT_FRAME_RECEIPT][REFUSED], 1);
    assert_int_equal(outcomes.of[ENT_FRAME_OBJECT][REFUSED], 1);
    assert_int_equal(outcomes.of[ENT_FRAME_BUNDLE][TAKEN], 1);
    (void)carry(MAESAI, TACHILEIK);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
}

static void
flash_lies_before_what_is_less_urgent(void **state)
{
    static const char check[] =
        "{\"mode\":\"TEST\",\"purpose\":\"ADMINISTRATION\",\"precedence\":"
        "\"ROUTINE\",\"test\":{\"text\":\"how do you read\"}}";
    struct ent_bundle bundle;

    (void)state;
    introduce_by_stick();
    (void)post(MAESAI, TACHILEIK, check);
    turn(MAESAI, NULL);
    (void)post(MAESAI, TACHILEIK, hotline);
    write_stick(MAESAI, TACHILEIK, carried);
    expect_ok(ent_bundle_decode(
        ent_bytes_view(&carried->frames[carried->count - 2].payload),
        ent_bytes_view(&carried->frames[carried->count - 2].body), &bundle,
        &last_error));
    assert_int_equal(
        bundle.label.stream.precedence, ENTENTE__V1__PRECEDENCE__FLASH);
}

static void
every_office_of_an_agreement_is_named(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__CarryOutRequest request = ENTENTE__V1__CARRY_OUT_REQUEST__INIT;
    Entente__V1__CarryOutReply reply = ENTENTE__V1__CARRY_OUT_REPLY__INIT;

    (void)state;
    expect_ok(ent_arena_init(&arena, 1 << 16, &last_error));
    expect_ok(node_turn_begin(world.nodes[MAESAI], world.now, &last_error));
    expect_ok(node_carry_out(
        world.nodes[MAESAI], &request, &arena, &reply, &last_error));
    seal_and_end(MAESAI);
    assert_int_equal(reply.n_offices, 3);
    for (size_t i = 0; i < reply.n_offices; i++) {
        assert_string_not_equal(reply.offices[i], addresses[MAESAI]);
    }
}

static void
a_place_that_is_none_is_refused(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__CarryOutRequest request = ENTENTE__V1__CARRY_OUT_REQUEST__INIT;
    Entente__V1__CarryOutReply reply = ENTENTE__V1__CARRY_OUT_REPLY__INIT;
    uint8_t from[3] = {9, 9, 9};

    (void)state;
    expect_ok(ent_arena_init(&arena, 1 << 16, &last_error));
    request.to = (char *)(uintptr_t)addresses[TACHILEIK];
    request.from = (ProtobufCBinaryData){.data = from, .len = sizeof from};
    expect_ok(node_turn_begin(world.nodes[MAESAI], world.now, &last_error));
    expect_status(node_carry_out(world.nodes[MAESAI], &request, &arena, &reply,
                      &last_error),
        ENT_BAD_INPUT);
    request.to = (char *)(uintptr_t)addresses[MAESAI];
    expect_status(node_carry_out(world.nodes[MAESAI], &request, &arena, &reply,
                      &last_error),
        ENT_BAD_INPUT);
    seal_and_end(MAESAI);
}

/* A wire that loses, and sticks that are lost, late, repeated and mixed up. */
static void
on_wire_and_sticks_nothing_is_lost_and_nothing_doubled(void **state)
{
    enum { POCKETS = 4 };
    struct stick *pockets[2][POCKETS] = {{NULL}};
    struct outcomes outcomes;

    (void)state;
    introduce();
    world.lose = 70;
    world.repeat = 20;
    for (int i = 0; i < 60; i++) {
        enum who who = dice(2) == 0 ? MAESAI : TACHILEIK;
        struct stick **pocket = &pockets[who][dice(POCKETS)];

        (void)post(MAESAI, TACHILEIK, hotline);
        world.now += dice(20000);
        turn(MAESAI, NULL);
        if (world.flying > 0 && dice(3) == 0) {
            deliver_one();
        }
        if (*pocket == NULL) {
            *pocket = calloc(1, sizeof **pocket);
            assert_non_null(*pocket);
            write_stick(who, who == MAESAI ? TACHILEIK : MAESAI, *pocket);
        } else if (dice(2) == 0) {
            read_stick(who == MAESAI ? TACHILEIK : MAESAI, *pocket, &outcomes);
        } else {
            empty(*pocket);
            free(*pocket);
            *pocket = NULL;
        }
        if (dice(12) == 0) {
            crash(dice(2) == 0 ? MAESAI : TACHILEIK);
        }
    }
    world.up = false; /* the rest goes by stick alone */
    for (int i = 0; i < 3; i++) {
        (void)carry(MAESAI, TACHILEIK);
        (void)carry(TACHILEIK, MAESAI);
    }
    for (size_t i = 0; i < world.sent_count; i++) {
        assert_int_equal(times_on_desk(TACHILEIK, &world.sent[i]), 1);
        assert_int_equal(
            state_of(MAESAI, TACHILEIK, &world.sent[i]), DELIVERED);
    }
    journal_is_good(MAESAI);
    journal_is_good(TACHILEIK);
    for (int i = 0; i < 2 * POCKETS; i++) {
        struct stick *pocket = pockets[i / POCKETS][i % POCKETS];

        if (pocket != NULL) {
            empty(pocket);
            free(pocket);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        STICK_TEST(the_same_stick_twice_changes_nothing_more),
        STICK_TEST(what_comes_by_wire_and_by_stick_comes_once),
        STICK_TEST(carrying_takes_nothing_off_the_wire),
        STICK_TEST(
            a_bundle_of_somebody_unknown_is_put_off_and_taken_with_his_certificate),
        STICK_TEST(what_was_sealed_under_an_older_key_is_carried_anew),
        STICK_TEST(what_is_for_others_is_left_alone),
        STICK_TEST(a_frame_that_was_altered_is_refused_alone),
        STICK_TEST(flash_lies_before_what_is_less_urgent),
        STICK_TEST(every_office_of_an_agreement_is_named),
        STICK_TEST(a_place_that_is_none_is_refused),
        STICK_TEST(on_wire_and_sticks_nothing_is_lost_and_nothing_doubled),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_carry", tests, NULL, NULL);
}
