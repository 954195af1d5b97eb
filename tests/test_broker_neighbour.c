/* SPDX-License-Identifier: Apache-2.0 */
/* What a broker takes from a neighbour, and on whose word: Mae Sai is served
 * here, Tachileik is behind Yangon. */
#include "tests/broker_talk.h"

#include "proto/pace.h"

#define ROLLOVER ENTENTE__V1__OBJECT_KIND__OBJECT_ROLLOVER

/* ---- words ---- */

static void
meet(struct scene *scene)
{
    connect_both(scene, MAESAI);
    connect_both(scene, YANGON);
}

/* Tachileik with a new signing key, certified with a greater serial. */
static void
renew_tachileik(struct scene *scene, struct party *ret_renewed)
{
    *ret_renewed = scene->all.tachileik;
    ret_renewed->wire = (struct ent_bytes){0};
    party_key(ret_renewed, ENT_KEY_OFFICE, 44);
    ret_renewed->cert.signing_key = ret_renewed->signer.key;
    ret_renewed->cert.serial = 44;
    party_certify(ret_renewed, &scene->all.myanmar);
}

/* ---- what it brings ---- */

static void
a_neighbour_brings_nothing_that_it_does_not_lead_to(void **state)
{
    struct scene *scene = *state;
    ENT_AUTO(made_free) struct made made = from_maesai(scene, ROUTINE, 1);

    meet(scene);
    send_made(scene, YANGON, BULK, &made);
    expect_bye(scene, YANGON, BULK, ENT_REFUSAL_NOT_SERVED, &made);
    assert_int_equal(usage_of(scene, YANGON, TACHILEIK).entries, 0);
}

static void
a_neighbour_is_the_last_that_its_bundles_have_passed(void **state)
{
    struct scene *scene = *state;
    const struct ent_hop hops[] = {
        {.count = 0},
        {.brokers = {MANDALAY->cert.address}, .count = 1},
        {.brokers = {YANGON->cert.address, MANDALAY->cert.address}, .count = 2},
    };

    meet(scene);
    bring_certificate(scene, TACHILEIK);
    for (size_t i = 0; i < sizeof hops / sizeof hops[0]; i++) {
        ENT_AUTO(made_free)
        struct made made = passed(scene, TACHILEIK, 1, &hops[i]);

        send_made(scene, YANGON, BULK, &made);
        expect_bye(scene, YANGON, BULK, ENT_REFUSAL_BAD_FRAME, &made);
        forget_sent(scene);
    }
    assert_int_equal(usage_of(scene, YANGON, MAESAI).entries, 0);
}

/* ---- certificates ---- */

static void
what_was_signed_under_the_certificate_before_still_counts(void **state)
{
    struct scene *scene = *state;
    struct party renewed;
    ENT_AUTO(made_free) struct made old = from_behind(scene, TACHILEIK, 1);
    ENT_AUTO(made_free) struct made new = {0};

    renew_tachileik(scene, &renewed);
    new = from_behind(scene, &renewed, 2);
    connect_both(scene, YANGON);
    bring_certificate(scene, TACHILEIK);
    bring_certificate(scene, &renewed);
    send_made(scene, YANGON, BULK, &old);
    expect_custody(scene, YANGON, BULK, &old);
    (void)expect_sent(scene, YANGON, BULK, ENT_FRAME_CREDIT);
    send_made(scene, YANGON, BULK, &new);
    expect_custody(scene, YANGON, BULK, &new);
    ent_bytes_free(&renewed.wire);
}

static void
it_counts_when_it_comes_after_the_newer_one(void **state)
{
    struct scene *scene = *state;
    struct party renewed;
    ENT_AUTO(made_free) struct made old = from_behind(scene, TACHILEIK, 1);
    ENT_AUTO(ent_bytes_free) struct ent_bytes receipt = {0};
    ENT_AUTO(made_free) struct made ours = {0};

    renew_tachileik(scene, &renewed);
    connect_both(scene, MAESAI);
    ours = from_maesai(scene, ROUTINE, 1);
    leave(scene, BULK, &ours);
    connect_both(scene, YANGON);
    forget_sent(scene);
    bring_certificate(scene, &renewed);
    send_made(scene, YANGON, BULK, &old);
    expect_bye(scene, YANGON, BULK, ENT_REFUSAL_NOT_AUTHENTIC, &old);
    forget_sent(scene);
    bring_certificate(scene, TACHILEIK);
    receipt = make_receipt(scene, TACHILEIK, &ours, 1, SETTLED, 1);
    say(scene, YANGON, BULK, ENT_FRAME_RECEIPT, ent_bytes_view(&receipt),
        NOTHING);
    (void)expect_sent(scene, YANGON, BULK, ENT_FRAME_STATE);
    expect_receipt(scene, BULK, ent_bytes_view(&receipt));
    ent_bytes_free(&renewed.wire);
}

static void
the_certificate_before_is_introduced_too(void **state)
{
    struct scene *scene = *state;
    struct party renewed = scene->all.maesai;
    ENT_AUTO(made_free) struct made made = from_maesai(scene, ROUTINE, 1);

    connect_both(scene, MAESAI);
    leave(scene, BULK, &made);
    renewed.wire = (struct ent_bytes){0};
    renewed.cert.serial = 33;
    party_certify(&renewed, &scene->all.thailand);
    say_object(scene, MAESAI, CERTIFICATE, "blo-maesai@th",
        ent_bytes_view(&renewed.wire));
    connect_both(scene, YANGON);
    expect_certificate(scene, YANGON, BULK, MAESAI);
    expect_certificate(scene, YANGON, BULK, &renewed);
    expect_bundle(scene, YANGON, BULK, &made);
    ent_bytes_free(&renewed.wire);
}

/* ---- sealing keys ---- */

/* Yangon asks for it because Tachileik needs it; the question was faster than
 * what showed that there is one. */
static void
a_manifest_goes_on_when_it_comes_after_it_was_asked_for(void **state)
{
    struct scene *scene = *state;
    const char *office = MAESAI->cert.address.text;

    meet(scene);
    for (uint64_t number = 1; number <= 3; number++) {
        ENT_AUTO(ent_bytes_free)
        struct ent_bytes manifest = make_manifest(scene, MAESAI, number);

        assert_int_equal(
            fetch(scene, YANGON, MANIFEST, office, number - 1).len, 0);
        expect_silence(scene);
        say_object(scene, MAESAI, MANIFEST, office, ent_bytes_view(&manifest));
        expect_object(scene, YANGON, URGENT, ent_bytes_view(&manifest));
        say_object(scene, MAESAI, MANIFEST, office, ent_bytes_view(&manifest));
        expect_silence(scene); /* once */
    }
}

/* ---- quota ---- */

static void
what_a_neighbour_brings_is_charged_to_it(void **state)
{
    struct scene *scene = *state;
    ENT_AUTO(made_free) struct made one = from_behind(scene, TACHILEIK, 1);
    ENT_AUTO(made_free) struct made two = from_behind(scene, TACHILEIK, 2);

    scene->quota.entries = 2; /* one, and one that only FLASH may use */
    scene->quota.flash_reserve = 50;
    scene_restart(scene);
    meet(scene);
    bring_certificate(scene, TACHILEIK);
    send_made(scene, YANGON, BULK, &one);
    forget_sent(scene);
    assert_int_equal(usage_of(scene, YANGON, MAESAI).entries, 1);
    assert_int_equal(usage_of(scene, TACHILEIK, MAESAI).entries, 0);
    send_made(scene, YANGON, BULK, &two);
    expect_bye(scene, YANGON, BULK, ENT_REFUSAL_QUOTA, &two);
}

/* As many signatures as its offices may have checked, not as one office. */
static void
a_neighbour_speaks_for_many(void **state)
{
    struct scene *scene = *state;
    const uint64_t most = ENT_PACE_BURSTS_MAX * ENT_PACE_BURST_S * 10;

    scene->quota.signatures = 10;
    scene_restart(scene);
    meet(scene);
    for (uint64_t i = 0; i < 2 * most; i++) {
        say(scene, YANGON, BULK, ENT_FRAME_RECEIPT, view("junk"), NOTHING);
    }
    forget_sent(scene);
    greet(scene, YANGON, BULK, GENEROUS);
    (void)expect_sent(scene, YANGON, BULK, ENT_FRAME_HELLO);
    for (uint64_t i = 0; i < 8 * most; i++) {
        say(scene, YANGON, BULK, ENT_FRAME_RECEIPT, view("junk"), NOTHING);
    }
    forget_sent(scene);
    greet(scene, YANGON, BULK, GENEROUS);
    expect_bye(scene, YANGON, BULK, ENT_REFUSAL_QUOTA, NULL);
}

/* ---- an authority that took a new key ---- */

/* Yangon shows a certificate by a key of which nobody said a word here. */
static void
a_neighbours_new_authority_key_is_asked_for_and_then_it_is_greeted(void **state)
{
    struct scene *scene = *state;
    ENT_AUTO(ent_bytes_free) struct ent_bytes said = {0};
    const struct sent *asked;
    struct ent_fetch fetch;
    struct party heir;

    party_key(&heir, ENT_KEY_AUTHORITY, 77);
    expect_ok(ent_rollover_make("mm", (struct ent_view){0},
        &scene->all.myanmar.signer, &heir.signer, PARTIES_NOW,
        PARTIES_NOW + PARTIES_DAY, &said, &last_error));
    scene_hang_up(scene);
    YANGON->cert.serial++;
    party_certify(YANGON, &heir);
    forget_sent(scene);
    greet(scene, YANGON, BULK, GENEROUS);
    asked = expect_sent(scene, YANGON, BULK, ENT_FRAME_FETCH);
    expect_ok(
        ent_fetch_decode(ent_bytes_view(&asked->payload), &fetch, &last_error));
    assert_int_equal(fetch.kind, ROLLOVER);
    assert_string_equal(fetch.subject, "mm");
    expect_bye(scene, YANGON, BULK, ENT_REFUSAL_NOT_AUTHENTIC, NULL);
    say_object(scene, YANGON, ROLLOVER, "mm", ent_bytes_view(&said));
    forget_sent(scene);
    greet(scene, YANGON, BULK, GENEROUS);
    (void)expect_sent(scene, YANGON, BULK, ENT_FRAME_HELLO);
}

/* Before HELLO there is nothing else to speak of, and not with an office. */
static void
before_hello_brokers_speak_of_keys_alone(void **state)
{
    struct scene *scene = *state;

    scene_hang_up(scene);
    forget_sent(scene);
    say_object(scene, YANGON, CERTIFICATE, TACHILEIK->cert.address.text,
        ent_bytes_view(&TACHILEIK->wire));
    expect_bye(scene, YANGON, BULK, ENT_REFUSAL_BAD_FRAME, NULL);
    say_object(scene, MAESAI, ROLLOVER, "mm", view("anything"));
    expect_bye(scene, MAESAI, BULK, ENT_REFUSAL_BAD_FRAME, NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        RELAY_TEST(
            a_neighbours_new_authority_key_is_asked_for_and_then_it_is_greeted),
        RELAY_TEST(before_hello_brokers_speak_of_keys_alone),
        RELAY_TEST(a_neighbour_brings_nothing_that_it_does_not_lead_to),
        RELAY_TEST(a_neighbour_is_the_last_that_its_bundles_have_passed),
        RELAY_TEST(what_was_signed_under_the_certificate_before_still_counts),
        RELAY_TEST(it_counts_when_it_comes_after_the_newer_one),
        RELAY_TEST(the_certificate_before_is_introduced_too),
        RELAY_TEST(a_manifest_goes_on_when_it_comes_after_it_was_asked_for),
        RELAY_TEST(what_a_neighbour_brings_is_charged_to_it),
        RELAY_TEST(a_neighbour_speaks_for_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
