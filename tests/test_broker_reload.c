/* SPDX-License-Identifier: Apache-2.0 */
/* The operator changes the folder of certificates while the broker runs. */
#include "tests/broker_talk.h"

/* The folder names these now. */
static void
reload(struct scene *scene, const struct party *one, const struct party *other)
{
    struct broker_registry *fresh = make_registry(scene, one, other);

    expect_ok(broker_reload(scene->broker, &fresh, &last_error));
    assert_null(fresh);
    turn(scene, NULL, 0);
}

static void
expect_shut_out(struct scene *scene, const struct party *party)
{
    expect_bye(scene, party, URGENT, ENT_REFUSAL_NOT_SERVED, NULL);
    expect_bye(scene, party, BULK, ENT_REFUSAL_NOT_SERVED, NULL);
}

static void
who_is_taken_out_of_the_folder_is_out_at_once(void **state)
{
    struct scene *scene = *state;
    struct made made = from_maesai(scene, FLASH, 1);

    connect_both(scene, MAESAI);
    connect_both(scene, TACHILEIK);
    reload(scene, MAESAI, NULL);
    expect_shut_out(scene, TACHILEIK);
    assert_false(broker_admit(scene->broker, TACHILEIK->cert.link_key));
    assert_true(broker_admit(scene->broker, MAESAI->cert.link_key));
    greet(scene, TACHILEIK, BULK, GENEROUS); /* on the open connection */
    expect_bye(scene, TACHILEIK, BULK, ENT_REFUSAL_NOT_SERVED, NULL);
    send_made(scene, MAESAI, URGENT, &made);
    expect_bye(scene, MAESAI, URGENT, ENT_REFUSAL_NOT_SERVED, &made);
    expect_credit(scene, MAESAI, URGENT, made_size(&made));
    expect_silence(scene);
    made_free(&made);
}

static void
who_comes_back_finds_what_was_left(void **state)
{
    struct scene *scene = *state;
    struct made made = from_maesai(scene, FLASH, 1);

    connect_both(scene, MAESAI);
    leave(scene, URGENT, &made);
    reload(scene, MAESAI, NULL);
    pass(scene, HOUR);
    reload(scene, MAESAI, TACHILEIK);
    greet(scene, TACHILEIK, URGENT, GENEROUS);
    (void)expect_sent(scene, TACHILEIK, URGENT, ENT_FRAME_HELLO);
    expect_bundle(scene, TACHILEIK, URGENT, &made);
    expect_silence(scene);
    made_free(&made);
}

static void
who_takes_anothers_place_takes_nothing_else(void **state)
{
    struct scene *scene = *state;
    struct party maehongson = scene->all.maesai;
    struct made left = from_maesai(scene, ROUTINE, 1);
    struct made made;

    maehongson.wire = (struct ent_bytes){0};
    party_key(&maehongson, ENT_KEY_OFFICE, 9);
    strcpy(maehongson.cert.address.text, "blo-maehongson@th");
    maehongson.cert.signing_key = maehongson.signer.key;
    memset(maehongson.cert.link_key, 9, sizeof maehongson.cert.link_key);
    party_certify(&maehongson, &scene->all.thailand);

    connect_both(scene, MAESAI);
    leave(scene, BULK, &left);
    connect_both(scene, TACHILEIK);
    forget_sent(scene);
    reload(scene, MAESAI, &maehongson);
    expect_shut_out(scene, TACHILEIK);
    made = make_bundle(scene, MAESAI, &maehongson, FLASH, 1, 1, 100);
    leave(scene, URGENT, &made);
    expect_silence(scene);
    greet(scene, &maehongson, URGENT, GENEROUS);
    (void)expect_sent(scene, &maehongson, URGENT, ENT_FRAME_HELLO);
    expect_bundle(scene, &maehongson, URGENT, &made);
    expect_silence(scene);
    made_free(&left);
    made_free(&made);
    ent_bytes_free(&maehongson.wire);
}

static void
a_folder_that_names_nobody_changes_nothing(void **state)
{
    struct scene *scene = *state;
    struct broker_registry *fresh = make_registry(scene, NULL, NULL);

    connect_both(scene, TACHILEIK);
    expect_status(
        broker_reload(scene->broker, &fresh, &last_error), ENT_REJECTED);
    turn(scene, NULL, 0);
    expect_silence(scene);
    assert_true(broker_admit(scene->broker, TACHILEIK->cert.link_key));
    broker_registry_free(&fresh);
}

static void
who_was_revoked_stays_revoked_without_the_list_in_the_folder(void **state)
{
    struct scene *scene = *state;
    struct ent_bytes list = make_revocation(
        scene, "mm", &scene->all.myanmar, 1, &scene->all.tachileik);

    connect_both(scene, MAESAI);
    say_object(scene, MAESAI, REVOCATIONS, "mm", ent_bytes_view(&list));
    reload(scene, MAESAI, TACHILEIK);
    assert_false(broker_admit(scene->broker, TACHILEIK->cert.link_key));
    ent_bytes_free(&list);
}

static void
a_list_by_an_authority_of_before_is_not_handed_out_any_more(void **state)
{
    struct scene *scene = *state;
    struct broker_registry *fresh = make_registry(scene, MAESAI, TACHILEIK);
    struct ent_bytes before =
        make_revocation(scene, "mm", &scene->all.thailand, 9, NULL);
    struct ent_bytes now =
        make_revocation(scene, "mm", &scene->all.myanmar, 1, NULL);
    uint64_t number;

    expect_ok(broker_spool_begin(scene->spool, true, &last_error));
    expect_ok(broker_spool_put_object(scene->spool, REVOCATIONS, "mm", 9,
        ent_bytes_view(&before), &last_error));
    expect_ok(broker_spool_commit(scene->spool, &last_error));
    expect_ok(broker_registry_revoke(
        fresh, "mm", ent_bytes_view(&now), PARTIES_NOW, &number, &last_error));
    expect_ok(broker_reload(scene->broker, &fresh, &last_error));
    pass(scene, 0);
    connect_both(scene, MAESAI);
    assert_true(ent_view_equal(
        fetch(scene, MAESAI, REVOCATIONS, "mm", 0), ent_bytes_view(&now)));
    ent_bytes_free(&before);
    ent_bytes_free(&now);
}

static void
a_list_in_the_folder_goes_at_once_to_who_is_there(void **state)
{
    struct scene *scene = *state;
    struct broker_registry *fresh = make_registry(scene, MAESAI, TACHILEIK);
    struct ent_bytes list = make_revocation(
        scene, "mm", &scene->all.myanmar, 1, &scene->all.yangon);
    const struct sent *sent;
    struct ent_object object;
    uint64_t number;

    connect_both(scene, MAESAI);
    expect_ok(broker_registry_revoke(
        fresh, "mm", ent_bytes_view(&list), PARTIES_NOW, &number, &last_error));
    expect_ok(broker_reload(scene->broker, &fresh, &last_error));
    pass(scene, 0);
    sent = expect_sent(scene, MAESAI, URGENT, ENT_FRAME_OBJECT);
    expect_ok(ent_object_decode(
        ent_bytes_view(&sent->payload), &object, &last_error));
    assert_true(ent_view_equal(object.wire, ent_bytes_view(&list)));
    expect_silence(scene);
    ent_bytes_free(&list);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(who_is_taken_out_of_the_folder_is_out_at_once),
        SCENE_TEST(who_comes_back_finds_what_was_left),
        SCENE_TEST(who_takes_anothers_place_takes_nothing_else),
        SCENE_TEST(a_folder_that_names_nobody_changes_nothing),
        SCENE_TEST(
            who_was_revoked_stays_revoked_without_the_list_in_the_folder),
        SCENE_TEST(a_list_in_the_folder_goes_at_once_to_who_is_there),
        SCENE_TEST(a_list_by_an_authority_of_before_is_not_handed_out_any_more),
    };

    return cmocka_run_group_tests_name("broker_reload", tests, NULL, NULL);
}
