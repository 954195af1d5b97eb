/* SPDX-License-Identifier: Apache-2.0 */
/* What is damaged in a broker's spool is as if it were not there. */
#include "tests/spool_scene.h"

/* An entry whose row has a run of one byte in it. */
static struct broker_entry
put_conspicuous(struct scene *scene, uint64_t drop_at)
{
    struct broker_entry entry = entry_at(1, 2, drop_at);

    memset(entry.stream.bytes, 0x5d, sizeof entry.stream.bytes);
    memset(entry.hash.bytes, 0x5d, sizeof entry.hash.bytes);
    put_entry(scene, &entry, 'b');
    return entry;
}

static void
a_damaged_entry_is_as_if_it_were_not_there(void **state)
{
    struct scene *scene = *state;
    struct broker_entry damaged;
    struct broker_entry found;
    struct broker_usage usage;
    size_t dropped;

    begin(scene);
    damaged = put_conspicuous(scene, PARTIES_NOW + 1000);
    (void)put(scene, 11, 2, PARTIES_NOW + 3000);
    commit(scene);
    scene_damage(scene, 0x5d);
    begin(scene);
    expect_ok(broker_spool_next_for(
        scene->spool, &recipient, 2, 0, &found, &last_error));
    assert_int_equal(found.first, 11);
    expect_status(broker_spool_find(scene->spool, &damaged.stream, 1,
                      BROKER_BUNDLE, &found, &last_error),
        ENT_NOT_FOUND);
    (void)put_conspicuous(scene, PARTIES_NOW + 2000); /* sent again */
    expect_ok(broker_spool_expire(
        scene->spool, PARTIES_NOW + 2500, 9, &dropped, &last_error));
    assert_int_equal(dropped, 2);
    expect_ok(broker_spool_usage(
        scene->spool, &sender, &recipient, &usage, &last_error));
    assert_true(usage.entries >= 1);
    expect_ok(broker_spool_next_for(
        scene->spool, &recipient, 2, 0, &found, &last_error));
    assert_int_equal(found.first, 11);
    commit(scene);
}

/* Nor is one that is short, or another entry's. */
static void
a_damaged_body_is_not_read(void **state)
{
    struct scene *scene = *state;
    struct broker_entry damaged = entry_at(1, 2, PARTIES_NOW + 1000);
    struct broker_entry whole = entry_at(11, 2, PARTIES_NOW + 1000);
    struct ent_view head;
    struct ent_view body;

    begin(scene);
    put_entry(scene, &damaged, 0x60);
    put_entry(scene, &whole, 0x80);
    commit(scene);
    scene_damage(scene, 0x60);
    expect_body(scene, &whole, 0x80);
    expect_ok(broker_spool_begin(scene->spool, false, &last_error));
    expect_status(
        broker_spool_read(scene->spool, &damaged, &head, &body, &last_error),
        ENT_IO);
    assert_int_equal(broker_spool_damaged(scene->spool), 1);
    whole.last--;
    expect_status(
        broker_spool_read(scene->spool, &whole, &head, &body, &last_error),
        ENT_IO);
    whole.last++;
    whole.size--;
    expect_status(
        broker_spool_read(scene->spool, &whole, &head, &body, &last_error),
        ENT_IO);
    broker_spool_abort(scene->spool);
}

static void
a_damaged_object_is_as_if_it_were_not_there(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct scene *scene = *state;
    struct ent_view found;
    uint64_t number;

    expect_ok(ent_bytes_alloc(200, &wire, &last_error));
    memset(wire.data, 0x5e, wire.len);
    begin(scene);
    expect_ok(broker_spool_put_object(scene->spool, MANIFEST, "blo-maesai@th",
        7, ent_bytes_view(&wire), &last_error));
    commit(scene);
    scene_damage(scene, 0x5e);
    connect_both(scene, MAESAI); /* who looks at it, and lives */
    begin(scene);
    expect_status(broker_spool_get_object(scene->spool, MANIFEST,
                      "blo-maesai@th", &number, &found, &last_error),
        ENT_NOT_FOUND);
    expect_ok(broker_spool_put_object(scene->spool, MANIFEST, "blo-maesai@th",
        7, ent_bytes_view(&wire), &last_error));
    commit(scene);
}

static void
a_damaged_receipt_is_as_if_it_were_not_there(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct scene *scene = *state;
    struct broker_receipt receipt = receipt_of("receipt");
    struct broker_receipt other = receipt_of("other");
    struct broker_receipt found;
    const struct ent_answer answer = {.first = 1,
        .count = 1,
        .code = ENTENTE__V1__ANSWER_CODE__SETTLED,
        .label_hash = stream};
    size_t dropped;

    expect_ok(ent_bytes_alloc(200, &wire, &last_error));
    memset(wire.data, 0x5f, wire.len);
    receipt.wire = ent_bytes_view(&wire);
    receipt.drop_at = PARTIES_NOW + 1000;
    other.drop_at = PARTIES_NOW + 9000;
    begin(scene);
    expect_ok(broker_spool_put_receipt(
        scene->spool, &receipt, &answer, 1, 1000000, &last_error));
    expect_ok(broker_spool_put_receipt(
        scene->spool, &other, NULL, 0, 1000000, &last_error));
    commit(scene);
    scene_damage(scene, 0x5f);
    begin(scene);
    expect_ok(broker_spool_next_receipt(
        scene->spool, &sender, 1, 0, &found, &last_error));
    expect_bytes(found.wire, "other");
    expect_status(broker_spool_find_answer(
                      scene->spool, &stream, 1, &stream, &found, &last_error),
        ENT_NOT_FOUND);
    expect_ok(broker_spool_put_receipt(/* it is offered again */
        scene->spool, &receipt, &answer, 1, 1000000, &last_error));
    expect_ok(broker_spool_expire(
        scene->spool, PARTIES_NOW + 2000, 9, &dropped, &last_error));
    expect_ok(broker_spool_drop_receipt(
        scene->spool, &sender, &other.hash, &last_error));
    expect_status(broker_spool_next_receipt(
                      scene->spool, &sender, 1, 0, &found, &last_error),
        ENT_NOT_FOUND);
    commit(scene);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(a_damaged_entry_is_as_if_it_were_not_there),
        SCENE_TEST(a_damaged_body_is_not_read),
        SCENE_TEST(a_damaged_object_is_as_if_it_were_not_there),
        SCENE_TEST(a_damaged_receipt_is_as_if_it_were_not_there),
    };

    return cmocka_run_group_tests_name(
        "broker_spool_damage", tests, NULL, NULL);
}
