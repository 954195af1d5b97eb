/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <sodium.h>
#include <stdlib.h>

#include "node/opening.h"
#include "proto/message.h"
#include "proto/refusal.h"
#include "proto/schema/delivery.pb-c.h"

/*
 * What an office makes of a message that does not say what its label says. All
 * of it is decided before agreement or store are asked, so the node is empty.
 */
static const struct ent_bundle_secrets secrets = {{1}, {2}};

/* A message from Mae Sai to Tachileik, and a label that agrees with it. */
struct scene {
    ent_message message;
    Entente__V1__Test test;
    struct ent_label label;
    struct node_opening opening;
};

static void
set_scene(struct scene *scene)
{
    entente__v1__message__init(&scene->message);
    entente__v1__test__init(&scene->test);
    scene->message.id = (char *)"01926b3e-7c00-7abc-8def-0123456789ab";
    scene->message.from = (char *)"blo-maesai@th";
    scene->message.to = (char *)"blo-tachileik@mm";
    scene->message.mode = ENTENTE__V1__MODE__ACTUAL;
    scene->message.precedence = ENTENTE__V1__PRECEDENCE__ROUTINE;
    scene->message.body_case = ENTENTE__V1__MESSAGE__BODY_TEST;
    scene->message.test = &scene->test;

    scene->label = (struct ent_label){
        .mode = ENTENTE__V1__MODE__ACTUAL,
        .stream = {.precedence = ENTENTE__V1__PRECEDENCE__ROUTINE},
    };
    strcpy(scene->label.stream.sender.text, "blo-maesai@th");
    strcpy(scene->label.stream.recipient.text, "blo-tachileik@mm");
}

/* Seal `plain` as the only envelope, flip `flipped` bits of it, and open. */
static void
open_sealed(struct scene *scene, struct ent_view plain, uint8_t flipped)
{
    const struct ent_message_key key = ent_seal_message_key(&secrets, 0);
    const struct ent_id id = {{3}};
    const size_t len = ent_seal_envelope_len(plain.len);
    ENT_AUTO(node_unsealed_fini) struct node_unsealed unsealed = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes body = {0};
    struct ent_bundle bundle = {.label = scene->label};
    struct node node = {0};

    assert_true(sodium_init() >= 0);
    expect_ok(ent_bytes_alloc(4 + len, &body, &last_error));
    ent_put_be(body.data, len, 4);
    expect_ok(
        ent_seal_envelope(&key, &id, 0, plain, body.data + 4, &last_error));
    body.data[body.len - 1] ^= flipped;
    bundle.body = ent_bytes_view(&body);
    bundle.label.count = 1;
    expect_ok(node_unsealed_begin(&unsealed, &bundle, &secrets, &last_error));
    expect_ok(
        node_opening_run(&node, &unsealed, 0, &scene->opening, &last_error));
}

static void
expect_refused(struct scene *scene, uint32_t reason)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};

    expect_ok(ent_message_encode(&scene->message, &wire, &last_error));
    open_sealed(scene, ent_bytes_view(&wire), 0);
    assert_int_equal(
        scene->opening.outcome.code, ENTENTE__V1__OUTCOME_CODE__REFUSED);
    assert_int_equal(scene->opening.outcome.reason, reason);
    assert_false(scene->opening.is_new);
}

/* Poipet got it from Mae Sai, and seals it for Tachileik in its own bundle. */
static void
a_message_sealed_again_for_a_third_office_is_refused(void **state)
{
    struct scene scene;

    (void)state;
    set_scene(&scene);
    strcpy(scene.label.stream.sender.text, "blo-poipet@kh");
    expect_refused(&scene, ENT_REFUSAL_MISADDRESSED);

    set_scene(&scene);
    scene.message.to = (char *)"blo-poipet@kh";
    expect_refused(&scene, ENT_REFUSAL_MISADDRESSED);
}

static void
an_exercise_in_a_label_of_real_traffic_is_refused(void **state)
{
    struct scene scene;

    (void)state;
    set_scene(&scene);
    scene.message.mode = ENTENTE__V1__MODE__EXERCISE;
    expect_refused(&scene, ENT_REFUSAL_MODE_MISMATCH);
}

static void
a_message_faster_than_its_label_is_refused(void **state)
{
    struct scene scene;

    (void)state;
    set_scene(&scene);
    scene.message.precedence = ENTENTE__V1__PRECEDENCE__FLASH;
    expect_refused(&scene, ENT_REFUSAL_MALFORMED);
    assert_string_equal(scene.opening.outcome.clause, "precedence");
}

static void
a_message_against_the_catalogue_is_refused_with_the_field(void **state)
{
    struct scene scene;

    (void)state;
    set_scene(&scene);
    expect_refused(&scene, ENT_REFUSAL_MALFORMED);
    assert_string_equal(scene.opening.outcome.clause, "schemaVersion");

    set_scene(&scene);
    scene.message.id = (char *)"not an id";
    expect_refused(&scene, ENT_REFUSAL_MALFORMED);
    assert_string_equal(scene.opening.outcome.clause, "id");
}

static void
what_is_no_message_is_refused(void **state)
{
    struct scene scene;

    (void)state;
    set_scene(&scene);
    open_sealed(&scene, view("these bytes are no message"), 0);
    assert_int_equal(scene.opening.outcome.reason, ENT_REFUSAL_MALFORMED);
    assert_false(scene.opening.is_new);
}

static void
a_family_of_a_later_version_is_refused_as_such(void **state)
{
    static const uint8_t later[] = {0x92, 0x0b, 0x00}; /* field 178 */
    struct scene scene;

    (void)state;
    set_scene(&scene);
    open_sealed(&scene, ent_view_of(later, sizeof later), 0);
    assert_int_equal(scene.opening.outcome.reason, ENT_REFUSAL_UNSUPPORTED);
    assert_false(scene.opening.is_new);
}

static void
an_altered_envelope_is_refused_alone(void **state)
{
    struct scene scene;

    (void)state;
    set_scene(&scene);
    open_sealed(&scene, view("anything"), 1);
    assert_int_equal(scene.opening.outcome.reason, ENT_REFUSAL_NOT_AUTHENTIC);
    assert_false(scene.opening.is_new);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_sealed_again_for_a_third_office_is_refused),
        cmocka_unit_test(an_exercise_in_a_label_of_real_traffic_is_refused),
        cmocka_unit_test(a_message_faster_than_its_label_is_refused),
        cmocka_unit_test(
            a_message_against_the_catalogue_is_refused_with_the_field),
        cmocka_unit_test(what_is_no_message_is_refused),
        cmocka_unit_test(a_family_of_a_later_version_is_refused_as_such),
        cmocka_unit_test(an_altered_envelope_is_refused_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
