/* SPDX-License-Identifier: Apache-2.0 */
/* What offices tell each other about journals, at a broker: by whom it is
 * taken, to whom it is given, and of how many. */
#include "tests/broker_talk.h"

#include <stdio.h>

#include "broker/broker_internal.h"
#include "proto/witness.h"

#define WITNESS ENTENTE__V1__OBJECT_KIND__OBJECT_WITNESS

/* ---- the vocabulary ---- */

static struct ent_bytes
make_witness(const struct party *signer, const struct ent_address *from,
    const struct ent_address *to, uint64_t made_at)
{
    struct ent_witness witness = {.from = *from,
        .to = *to,
        .made_at = made_at,
        .checkpoint = view("a note that no broker reads")};
    struct ent_bytes wire = {0};

    expect_ok(ent_witness_make(&witness, &signer->signer, &wire, &last_error));
    return wire;
}

/* `by` brings what `signer` signed as said from one to the other. */
static void
bring(struct scene *scene, const struct party *by, const struct party *signer,
    const struct ent_address *from, const struct ent_address *to,
    uint64_t made_at)
{
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes wire = make_witness(signer, from, to, made_at);
    char subject[ENT_WITNESS_SUBJECT_MAX + 1];

    ent_witness_subject(from, to, subject);
    say_object(scene, by, WITNESS, subject, ent_bytes_view(&wire));
}

/* An office says it itself. */
static void
say_to(struct scene *scene, const struct party *by,
    const struct ent_address *to, uint64_t made_at)
{
    bring(scene, by, by, &by->cert.address, to, made_at);
}

/* When the one that is kept from one to the other was made; 0: none is. */
static uint64_t
kept(struct scene *scene, const struct ent_address *from,
    const struct ent_address *to)
{
    char subject[ENT_WITNESS_SUBJECT_MAX + 1];
    struct ent_view wire;
    uint64_t number = 0;
    enum ent_status rc;

    ent_witness_subject(from, to, subject);
    expect_ok(broker_spool_begin(scene->spool, false, &last_error));
    rc = broker_spool_get_object(
        scene->spool, WITNESS, subject, &number, &wire, &last_error);
    broker_spool_abort(scene->spool);
    assert_true(rc == ENT_OK || rc == ENT_NOT_FOUND);
    return rc == ENT_OK ? number : 0;
}

static uint64_t
kept_of_maesai(struct scene *scene)
{
    return kept(scene, &MAESAI->cert.address, &TACHILEIK->cert.address);
}

/* Is there anything for who asks? */
static bool
is_given(struct scene *scene, const struct party *by,
    const struct ent_address *from, const struct ent_address *to,
    uint64_t newer_than)
{
    char subject[ENT_WITNESS_SUBJECT_MAX + 1];

    ent_witness_subject(from, to, subject);
    return fetch(scene, by, WITNESS, subject, newer_than).len > 0;
}

static struct ent_address
office_number(unsigned number)
{
    struct ent_address address;
    char text[32];

    (void)snprintf(text, sizeof text, "blo-%u@mm", number);
    expect_ok(ent_address_parse(view(text), &address, &last_error));
    return address;
}

static void
connect_all(struct scene *scene)
{
    connect_both(scene, MAESAI);
    connect_both(scene, scene->relays ? YANGON : TACHILEIK);
}

/* ---- tests ---- */

static void
it_is_given_to_whom_it_is_for_and_to_nobody_else(void **state)
{
    struct scene *scene = *state;
    const struct ent_address *from = &MAESAI->cert.address;
    const struct ent_address *to = &TACHILEIK->cert.address;

    connect_all(scene);
    say_to(scene, MAESAI, to, PARTIES_NOW);
    assert_true(is_given(scene, TACHILEIK, from, to, 0));
    assert_true(is_given(scene, TACHILEIK, from, to, PARTIES_NOW - 1));
    assert_false(is_given(scene, TACHILEIK, from, to, PARTIES_NOW));
    assert_false(is_given(scene, MAESAI, from, to, 0));
    assert_false(is_given(scene, TACHILEIK, to, from, 0));
}

static void
the_newest_is_kept(void **state)
{
    struct scene *scene = *state;
    const struct ent_address *to = &TACHILEIK->cert.address;

    connect_all(scene);
    say_to(scene, MAESAI, to, PARTIES_NOW);
    say_to(scene, MAESAI, to, PARTIES_NOW - 1);
    assert_true(kept_of_maesai(scene) == PARTIES_NOW);
    say_to(scene, MAESAI, to, PARTIES_NOW + 1);
    assert_true(kept_of_maesai(scene) == PARTIES_NOW + 1);
    scene_restart(scene);
    assert_true(kept_of_maesai(scene) == PARTIES_NOW + 1);
}

static void
nobody_says_it_for_another(void **state)
{
    struct scene *scene = *state;
    const struct ent_address *from = &MAESAI->cert.address;
    const struct ent_address *to = &TACHILEIK->cert.address;

    connect_all(scene);
    bring(scene, TACHILEIK, MAESAI, from, to, PARTIES_NOW);
    bring(scene, TACHILEIK, TACHILEIK, from, to, PARTIES_NOW);
    bring(scene, MAESAI, TACHILEIK, from, to, PARTIES_NOW);
    assert_true(kept_of_maesai(scene) == 0);
}

static void
it_must_say_what_its_subject_says(void **state)
{
    struct scene *scene = *state;
    const struct ent_address *to = &TACHILEIK->cert.address;
    const struct ent_address other = office_number(1);
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes to_other =
        make_witness(MAESAI, &MAESAI->cert.address, &other, PARTIES_NOW);
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes from_other = make_witness(MAESAI, &other, to, PARTIES_NOW);

    connect_all(scene);
    say_object(scene, MAESAI, WITNESS, "blo-maesai@th blo-tachileik@mm",
        ent_bytes_view(&to_other));
    say_object(scene, MAESAI, WITNESS, "blo-maesai@th blo-tachileik@mm",
        ent_bytes_view(&from_other));
    say_object(
        scene, MAESAI, WITNESS, "blo-maesai@th", ent_bytes_view(&to_other));
    assert_true(kept_of_maesai(scene) == 0);
}

static void
one_of_the_future_is_not_taken(void **state)
{
    struct scene *scene = *state;
    const struct ent_address *to = &TACHILEIK->cert.address;

    connect_all(scene);
    say_to(scene, MAESAI, to, scene->now.wall_ms + ENT_CLOCK_SKEW_MS + SECOND);
    assert_true(kept_of_maesai(scene) == 0);
    say_to(scene, MAESAI, to, scene->now.wall_ms + ENT_CLOCK_SKEW_MS);
    assert_true(kept_of_maesai(scene) > 0);
}

static void
an_office_tells_no_more_others_than_it_can_have(void **state)
{
    struct scene *scene = *state;
    const struct ent_address *from = &MAESAI->cert.address;
    const struct ent_address first = office_number(0);
    const struct ent_address last = office_number(BROKER_WITNESSES_MAX - 1);
    const struct ent_address more = office_number(BROKER_WITNESSES_MAX);

    connect_all(scene);
    for (unsigned i = 0; i < BROKER_WITNESSES_MAX; i++) {
        const struct ent_address to = office_number(i);

        say_to(scene, MAESAI, &to, PARTIES_NOW);
        scene->now.boot_ms += SECOND; /* and takes its time */
        scene->now.wall_ms += SECOND;
    }
    assert_true(kept(scene, from, &last) == PARTIES_NOW);
    scene_restart(scene);
    connect_all(scene);
    say_to(scene, MAESAI, &more, PARTIES_NOW);
    assert_true(kept(scene, from, &more) == 0);
    say_to(scene, MAESAI, &first, PARTIES_NOW + 1);
    assert_true(kept(scene, from, &first) == PARTIES_NOW + 1);
    say_to(scene, TACHILEIK, from, PARTIES_NOW); /* the others may */
    assert_true(kept(scene, &TACHILEIK->cert.address, from) == PARTIES_NOW);
}

static void
a_neighbour_brings_and_gets_what_is_of_those_behind_it(void **state)
{
    struct scene *scene = *state;
    const struct ent_address *here = &MAESAI->cert.address;
    const struct ent_address *there = &TACHILEIK->cert.address;

    connect_all(scene);
    say_object(scene, YANGON, CERTIFICATE, there->text,
        ent_bytes_view(&TACHILEIK->wire));
    say_to(scene, MAESAI, there, PARTIES_NOW);
    bring(scene, YANGON, TACHILEIK, there, here, PARTIES_NOW);
    forget_sent(scene);
    assert_true(is_given(scene, YANGON, here, there, 0));
    assert_false(is_given(scene, YANGON, there, here, 0));
    assert_true(is_given(scene, MAESAI, there, here, 0));
    bring(scene, YANGON, MAESAI, here, there, PARTIES_NOW + 1);
    assert_true(kept_of_maesai(scene) == PARTIES_NOW);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(it_is_given_to_whom_it_is_for_and_to_nobody_else),
        SCENE_TEST(the_newest_is_kept),
        SCENE_TEST(nobody_says_it_for_another),
        SCENE_TEST(it_must_say_what_its_subject_says),
        SCENE_TEST(one_of_the_future_is_not_taken),
        SCENE_TEST(an_office_tells_no_more_others_than_it_can_have),
        RELAY_TEST(a_neighbour_brings_and_gets_what_is_of_those_behind_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
