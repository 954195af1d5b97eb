/* SPDX-License-Identifier: Apache-2.0 */
/* What a permit obliges to. */
#include "tests/decide_scene.h"

#include <sodium.h>

static void
a_permit_says_what_must_be_done(void **state)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data("th-kh.yaml");
    struct scene scene = {.from = "ncc@kh",
        .to = "ncc@th",
        .family = HOTLINE,
        .purpose = LIFE,
        .precedence = ENTENTE__V1__PRECEDENCE__FLASH};
    struct ent_decision decision = decide_scene(agreement, &scene);

    (void)state;
    assert_true(decision.permit);
    assert_int_equal(decision.acknowledge_ms, 5 * 60 * 1000);
    assert_int_equal(decision.reply_ms, 30 * 60 * 1000);
    assert_true(decision.retain_ms == UINT64_C(30) * 24 * 60 * 60 * 1000);
    assert_int_equal(decision.retain_line, 48);
    assert_int_equal(decision.handling,
        1 << ENTENTE__V1__HANDLING__H1 | 1 << ENTENTE__V1__HANDLING__H2);

    scene.precedence = ENTENTE__V1__PRECEDENCE__DEFERRED;
    assert_int_equal(decide_scene(agreement, &scene).acknowledge_ms, 0);
    scene.precedence = UINT32_MAX;
    assert_int_equal(decide_scene(agreement, &scene).acknowledge_ms, 0);
}

static void
an_acknowledgement_is_not_acknowledged(void **state)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data("th-kh.yaml");
    const struct scene scene = {.from = "ncc@kh",
        .to = "ncc@th",
        .family = ACKNOWLEDGEMENT,
        .purpose = ADMINISTRATION,
        .precedence = ENTENTE__V1__PRECEDENCE__FLASH};
    struct ent_decision decision = decide_scene(agreement, &scene);

    (void)state;
    assert_true(decision.permit);
    assert_int_equal(decision.acknowledge_ms, 0);
    assert_int_equal(decision.reply_ms, 0);
}

static void
a_radio_check_is_a_message_like_others(void **state)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data("kr-th.yaml");
    const struct scene scene = {.from = "ncc@kr",
        .to = "mail-bangkok@th",
        .family = RADIO_CHECK,
        .purpose = ADMINISTRATION,
        .precedence = ENTENTE__V1__PRECEDENCE__ROUTINE};
    struct ent_decision decision = decide_scene(agreement, &scene);

    (void)state;
    assert_true(decision.permit);
    assert_string_equal(decision.clause, "Article 4(4)");
    assert_int_equal(decision.handling, 1 << ENTENTE__V1__HANDLING__H1);
}

static void
a_decision_allocates_nothing(void **state)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data("th-kh.yaml");
    const struct scene scene = {.from = "ncc@kh",
        .to = "ncc@th",
        .family = HOTLINE,
        .purpose = LIFE,
        .plate = "AB 1"};
    struct ent_bytes probe = {0};

    (void)state;
    fail_allocation(1);
    assert_true(decide_scene(agreement, &scene).permit);
    /* The failure still waits: nobody has allocated. */
    expect_status(ent_bytes_alloc(1, &probe, &last_error), ENT_NO_MEMORY);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_permit_says_what_must_be_done),
        cmocka_unit_test(an_acknowledgement_is_not_acknowledged),
        cmocka_unit_test(a_radio_check_is_a_message_like_others),
        cmocka_unit_test(a_decision_allocates_nothing),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests_name("decide_obligations", tests, NULL, NULL);
}
