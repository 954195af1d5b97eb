/* SPDX-License-Identifier: Apache-2.0 */
/* One office that is hostile, or unlucky, and what the others notice of it:
 * nothing. */
#include "tests/broker_talk.h"

#include <stdlib.h>

/* ---- keys that changed ---- */

/* Tachileik under another link key, certified anew. */
static struct party
renewed(struct scene *scene)
{
    struct party party = scene->all.tachileik;

    party.wire = (struct ent_bytes){0};
    party.cert.serial += 1;
    memset(party.cert.link_key, 0x44, sizeof party.cert.link_key);
    party_certify(&party, &scene->all.myanmar);
    return party;
}

static void
who_still_has_the_older_link_key_gets_nothing_more(void **state)
{
    struct scene *scene = *state;
    struct made made = from_maesai(scene, FLASH, 1);
    struct party fresh = renewed(scene);

    connect_both(scene, MAESAI);
    connect_both(scene, TACHILEIK); /* under the key that was stolen */
    say_object(scene, MAESAI, CERTIFICATE, "blo-tachileik@mm",
        ent_bytes_view(&fresh.wire));
    expect_bye(scene, TACHILEIK, URGENT, ENT_REFUSAL_NOT_SERVED, NULL);
    expect_bye(scene, TACHILEIK, BULK, ENT_REFUSAL_NOT_SERVED, NULL);
    leave(scene, URGENT, &made);
    expect_silence(scene);
    greet(scene, &fresh, URGENT, GENEROUS);
    (void)expect_sent(scene, &fresh, URGENT, ENT_FRAME_HELLO);
    expect_bundle(scene, &fresh, URGENT, &made);
    ent_bytes_free(&fresh.wire);
    made_free(&made);
}

/* ---- what a full store takes back ---- */

/* Fill the store of 4 MiB with bundles of a quarter MiB, until one is refused.
 */
static uint64_t
fill_store(struct scene *scene, uint32_t precedence)
{
    for (uint64_t first = 1;; first++) {
        struct made made =
            make_bundle(scene, MAESAI, TACHILEIK, precedence, first, 1, 250000);
        bool refused;

        send_made(scene, MAESAI, BULK, &made);
        refused = scene->sent[scene->read_count].type == ENT_FRAME_BYE;
        forget_sent(scene);
        made_free(&made);
        if (refused) {
            return first;
        }
    }
}

static void
a_revocation_that_found_no_room_is_kept_when_there_is_some(void **state)
{
    struct scene *scene = *state;
    struct ent_bytes list = make_revocation(
        scene, "mm", &scene->all.myanmar, 1, &scene->all.tachileik);
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct ent_object object = {
        .kind = REVOCATIONS, .subject = "mm", .wire = ent_bytes_view(&list)};
    struct made made;
    struct ent_frame frames[2];

    scene->store_size = 4 * 1024 * 1024;
    scene_restart(scene);
    connect_both(scene, MAESAI);
    made = make_bundle(scene, MAESAI, TACHILEIK, FLASH,
        fill_store(scene, FLASH) + 1, 1, 250000);
    expect_ok(ent_object_encode(&object, &payload, &last_error));
    frames[0] = frame_from(scene, MAESAI, BULK, ENT_FRAME_OBJECT,
        ent_bytes_view(&payload), NOTHING);
    frames[1] = frame_from(scene, MAESAI, BULK, ENT_FRAME_BUNDLE,
        ent_bytes_view(&made.head), ent_bytes_view(&made.body));
    turn(scene, frames, 2); /* the bundle spoils the first try */
    assert_false(broker_admit(scene->broker, TACHILEIK->cert.link_key));
    scene_restart(scene);
    assert_false(broker_admit(scene->broker, TACHILEIK->cert.link_key));
    ent_bytes_free(&list);
    made_free(&made);
}

static void
a_store_keeps_a_reserve_for_flash_whoever_filled_it(void **state)
{
    struct scene *scene = *state;
    struct made flash = from_maesai(scene, FLASH, 1);
    struct made routine;

    scene->store_size = 4 * 1024 * 1024;
    scene->quota.flash_reserve = 50;
    scene_restart(scene);
    connect_both(scene, MAESAI);
    routine = make_bundle(scene, MAESAI, TACHILEIK, ROUTINE,
        fill_store(scene, ROUTINE) + 1, 1, 250000);
    assert_in_range(usage_of(scene, MAESAI, TACHILEIK).bytes,
        scene->store_size * 4 / 10, scene->store_size * 5 / 10);
    send_made(scene, MAESAI, BULK, &routine);
    expect_bye(scene, MAESAI, BULK, ENT_REFUSAL_STORE_FULL, &routine);
    expect_credit(scene, MAESAI, BULK, made_size(&routine));
    leave(scene, URGENT, &flash);
    made_free(&routine);
    made_free(&flash);
}

/* ---- what cannot travel ---- */

static void
an_object_too_long_to_travel_ends_nothing(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes big = {0};
    struct scene *scene = *state;

    expect_ok(ent_bytes_alloc(ENT_FRAME_PAYLOAD_MAX - 10, &big, &last_error));
    memset(big.data, 1, big.len);
    expect_ok(broker_spool_begin(scene->spool, true, &last_error));
    expect_ok(broker_spool_put_object(
        scene->spool, REVOCATIONS, "th", 7, ent_bytes_view(&big), &last_error));
    expect_ok(broker_spool_commit(scene->spool, &last_error));
    connect_both(scene, MAESAI);
    assert_int_equal(fetch(scene, MAESAI, REVOCATIONS, "th", 0).len, 0);
}

/* ---- one connection for all ---- */

static void
what_waits_for_credit_is_not_overtaken_by_what_is_less_urgent(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes back = {0};
    struct scene *scene = *state;
    struct made first =
        make_bundle(scene, MAESAI, TACHILEIK, ROUTINE, 1, 1, 1000000);
    struct made flash =
        make_bundle(scene, MAESAI, TACHILEIK, FLASH, 1, 1, 1000000);
    struct made small = from_maesai(scene, ROUTINE, 2);

    connect_both(scene, MAESAI);
    greet(scene, TACHILEIK, BULK, ENT_CREDIT_MIN);
    (void)expect_sent(scene, TACHILEIK, BULK, ENT_FRAME_HELLO);
    leave(scene, BULK, &first);
    expect_bundle(scene, TACHILEIK, BULK, &first);
    leave(scene, URGENT, &flash);
    leave(scene, BULK, &small);
    expect_silence(scene); /* there is credit for the small one only */
    expect_ok(ent_credit_encode(made_size(&first), &back, &last_error));
    say(scene, TACHILEIK, BULK, ENT_FRAME_CREDIT, ent_bytes_view(&back),
        NOTHING);
    expect_bundle(scene, TACHILEIK, BULK, &flash);
    expect_bundle(scene, TACHILEIK, BULK, &small);
    made_free(&first);
    made_free(&flash);
    made_free(&small);
}

static void
nothing_is_taken_before_the_greeting_was_answered(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct scene *scene = *state;
    struct made made = from_maesai(scene, ROUTINE, 1);
    const struct ent_hello hello = {
        .certificate = ent_bytes_view(&scene->all.maesai.wire),
        .lane = ENTENTE__V1__LANE__BULK,
        .credit = GENEROUS,
    };
    struct ent_frame frames[2];

    expect_ok(ent_hello_encode(&hello, &payload, &last_error));
    frames[0] = frame_from(scene, MAESAI, BULK, ENT_FRAME_HELLO,
        ent_bytes_view(&payload), NOTHING);
    frames[1] = frame_from(scene, MAESAI, BULK, ENT_FRAME_BUNDLE,
        ent_bytes_view(&made.head), ent_bytes_view(&made.body));
    turn(scene, frames, 2); /* else it would have cost no credit */
    (void)expect_sent(scene, MAESAI, BULK, ENT_FRAME_HELLO);
    expect_bye(scene, MAESAI, BULK, ENT_REFUSAL_BAD_FRAME, NULL);
    assert_int_equal(usage_of(scene, MAESAI, TACHILEIK).entries, 0);
    made_free(&made);
}

/* ---- receipts ---- */

/* A receipt by Tachileik whose sealed outcomes have that many bytes. */
static struct ent_bytes
make_long_receipt(struct scene *scene, const struct made *made, size_t len)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes sealed = {0};
    struct ent_receipt receipt = {
        .stream = made->label.stream,
        .settled_up_to = made->label.first,
        .issued_at = scene->now.wall_ms,
        .answer_count = 1,
    };
    struct ent_bytes wire = {0};

    expect_ok(ent_bytes_alloc(len, &sealed, &last_error));
    memset(sealed.data, 7, len);
    receipt.answers[0] = (struct ent_answer){
        .first = made->label.first,
        .count = made->label.count,
        .code = SETTLED,
        .label_hash = made->hash,
        .sealed = ent_bytes_view(&sealed),
    };
    expect_ok(
        ent_receipt_make(&receipt, &TACHILEIK->signer, &wire, &last_error));
    return wire;
}

static void
nobody_is_sent_receipts_about_what_he_never_left(void **state)
{
    struct scene *scene = *state;
    struct made made = from_maesai(scene, FLASH, 1);
    struct ent_bytes receipt =
        make_receipt(scene, TACHILEIK, &made, 1, SETTLED, 1);

    connect_both(scene, MAESAI);
    connect_both(scene, TACHILEIK);
    say(scene, TACHILEIK, URGENT, ENT_FRAME_RECEIPT, ent_bytes_view(&receipt),
        NOTHING);
    expect_silence(scene);
    assert_int_equal(usage_of(scene, MAESAI, TACHILEIK).receipts, 0);
    ent_bytes_free(&receipt);
    made_free(&made);
}

static void
long_receipts_are_kept_within_the_quota_only(void **state)
{
    struct scene *scene = *state;
    size_t kept = 0;

    scene->quota.bytes = 1000000;
    scene_restart(scene);
    connect_both(scene, MAESAI);
    connect_both(scene, TACHILEIK);
    for (uint64_t first = 1; first <= 10; first++) {
        struct made made = from_maesai(scene, ROUTINE, first);
        struct ent_bytes receipt = make_long_receipt(scene, &made, 120000);

        leave(scene, BULK, &made);
        say(scene, TACHILEIK, BULK, ENT_FRAME_RECEIPT, ent_bytes_view(&receipt),
            NOTHING);
        forget_sent(scene);
        made_free(&made);
        ent_bytes_free(&receipt);
    }
    kept = usage_of(scene, MAESAI, TACHILEIK).receipts;
    assert_in_range(kept, 7, 8);
}

#define BATCH 128

/* Many receipts that put it off, each another one. */
static void
say_put_off(struct scene *scene, const struct made *made)
{
    struct ent_bytes receipts[BATCH];
    struct ent_frame frames[BATCH];

    for (size_t i = 0; i < BATCH; i++) {
        scene->now.wall_ms++;
        receipts[i] = make_receipt(scene, TACHILEIK, made, 1, NOT_YET, 0);
        frames[i] = frame_from(scene, TACHILEIK, BULK, ENT_FRAME_RECEIPT,
            ent_bytes_view(&receipts[i]), NOTHING);
    }
    turn(scene, frames, BATCH);
    scene_forget(scene);
    for (size_t i = 0; i < BATCH; i++) {
        ent_bytes_free(&receipts[i]);
    }
}

static void
what_is_only_put_off_leaves_room_for_what_is_settled(void **state)
{
    struct scene *scene = *state;
    struct made made = from_maesai(scene, ROUTINE, 1);
    struct ent_bytes receipt;

    connect_both(scene, MAESAI);
    leave(scene, BULK, &made);
    scene_hang_up(scene); /* the sender is away for a long time */
    connect_both(scene, TACHILEIK);
    for (size_t i = 0; i < SPOOL_RECEIPTS_MAX + BATCH; i += BATCH) {
        say_put_off(scene, &made);
    }
    receipt = make_receipt(scene, TACHILEIK, &made, 1, SETTLED, 1);
    say(scene, TACHILEIK, BULK, ENT_FRAME_RECEIPT, ent_bytes_view(&receipt),
        NOTHING);
    assert_int_equal(usage_of(scene, MAESAI, TACHILEIK).entries, 0);
    ent_bytes_free(&receipt);
    made_free(&made);
}

static void
what_must_be_sealed_anew_is_not_sent_for_ever(void **state)
{
    struct scene *scene = *state;
    struct made made = from_maesai(scene, ROUTINE, 1);
    struct ent_bytes receipt;

    connect_both(scene, MAESAI);
    connect_both(scene, TACHILEIK);
    leave(scene, BULK, &made); /* for a store that is gone: no skip will come */
    expect_bundle(scene, TACHILEIK, BULK, &made);
    receipt = answer(scene, BULK, &made, RESEAL, 0);
    expect_receipt(scene, BULK, ent_bytes_view(&receipt));
    pass(scene, HOUR + SECOND);
    assert_int_equal(usage_of(scene, MAESAI, TACHILEIK).entries, 0);
    ent_bytes_free(&receipt);
    made_free(&made);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(who_still_has_the_older_link_key_gets_nothing_more),
        SCENE_TEST(a_revocation_that_found_no_room_is_kept_when_there_is_some),
        SCENE_TEST(a_store_keeps_a_reserve_for_flash_whoever_filled_it),
        SCENE_TEST(an_object_too_long_to_travel_ends_nothing),
        SCENE_TEST(
            what_waits_for_credit_is_not_overtaken_by_what_is_less_urgent),
        SCENE_TEST(nothing_is_taken_before_the_greeting_was_answered),
        SCENE_TEST(nobody_is_sent_receipts_about_what_he_never_left),
        SCENE_TEST(long_receipts_are_kept_within_the_quota_only),
        SCENE_TEST(what_is_only_put_off_leaves_room_for_what_is_settled),
        SCENE_TEST(what_must_be_sealed_anew_is_not_sent_for_ever),
    };

    return cmocka_run_group_tests_name("broker_hostile", tests, NULL, NULL);
}
