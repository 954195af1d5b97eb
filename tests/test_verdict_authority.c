/* SPDX-License-Identifier: Apache-2.0 */
/* On whose word: authorities, their keys and those that took their place. */
#include "tests/verdict_case.h"

#include "proto/rollover.h"

static struct party heir; /* of Myanmar's authority */
static struct ent_bytes statement;

/* Myanmar's authority says who takes its place, and the new key certifies
 * Tachileik; `whose` of the keys stands in the file. */
static void
let_it_change(const struct party *whose)
{
    party_key(&heir, ENT_KEY_AUTHORITY, 77);
    ent_bytes_free(&statement);
    expect_ok(ent_rollover_make("mm", (struct ent_view){0},
        &made.parties.myanmar.signer, &heir.signer, PARTIES_NOW - PARTIES_DAY,
        PARTIES_NOW - 1, &statement, &last_error));
    party_certify(&made.parties.tachileik, &heir);
    made.evidence.certificates[1] =
        ent_bytes_view(&made.parties.tachileik.wire);
    made.evidence.authorities[1].key = whose->signer.key;
    made.evidence.rollovers[0] = ent_bytes_view(&statement);
    made.evidence.rollover_count = 1;
}

static void
over_an_authoritys_new_key_it_proves_as_much(void **state)
{
    (void)state;
    let_it_change(&heir);
    judge_case();
    assert_true(verdict.sound);
    assert_true(verdict.anchored);
    expect_claim(ENT_PROVEN, "the authority of 'mm' gave its key up");
    expect_claim(ENT_UNCHECKED, "in two hands");
    let_it_change(&made.parties.myanmar);
    judge_case();
    assert_true(verdict.sound);
    assert_true(verdict.anchored);
}

static void
a_new_key_without_its_statement_proves_nothing(void **state)
{
    (void)state;
    let_it_change(&heir);
    made.evidence.rollover_count = 0;
    judge_case();
    expect_wrong("is not the one that you named");
    expect_wrong("names another key for the authority of 'mm'");
    let_it_change(&made.parties.myanmar);
    made.evidence.rollover_count = 0;
    judge_case();
    expect_wrong(
        "the certificate of blo-tachileik@mm is not by that authority");
}

static void
a_statement_of_keys_that_are_not_in_it_has_no_place(void **state)
{
    struct party other;
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};

    (void)state;
    party_key(&other, ENT_KEY_AUTHORITY, 78);
    expect_ok(ent_rollover_make("mm", (struct ent_view){0}, &other.signer,
        &made.parties.thailand.signer, PARTIES_NOW, PARTIES_NOW, &wire,
        &last_error));
    made.evidence.rollovers[0] = ent_bytes_view(&wire);
    made.evidence.rollover_count = 1;
    judge_case();
    expect_wrong("that nothing in it refers to");
    wire.data[wire.len - 1] ^= 1;
    judge_case();
    expect_wrong("does not hold");
    made.evidence.rollovers[1] = made.evidence.rollovers[0];
    let_it_change(&heir);
    made.evidence.rollovers[1] = made.evidence.rollovers[0];
    made.evidence.rollover_count = 2;
    judge_case();
    expect_wrong("that nothing in it refers to");
}

/* The office was certified again, with the same key, before it gave out the
 * file. */
static void
of_two_certificates_of_one_key_that_of_the_time_counts(void **state)
{
    struct party *maesai = &made.parties.maesai;
    struct party again = *maesai;

    (void)state;
    maesai->cert.not_after = PARTIES_NOW + 60000;
    party_certify(maesai, &made.parties.thailand);
    again.wire = (struct ent_bytes){0};
    again.cert.serial++;
    again.cert.not_before = PARTIES_NOW + 30000;
    party_certify(&again, &made.parties.thailand);
    made.evidence.certificates[0] = ent_bytes_view(&maesai->wire);
    made.evidence.certificates[3] = ent_bytes_view(&again.wire);
    made.evidence.certificate_count = 4;
    judge_case();
    assert_true(verdict.sound);
    ent_bytes_free(&again.wire);
}

/* As much as a file can hold, and nothing of it fits together. */
static void
a_file_that_is_wrong_in_every_part_is_told(void **state)
{
    struct ent_evidence *evidence = &made.evidence;

    (void)state;
    let_it_change(&heir);
    for (size_t i = 0; i < ENT_EVIDENCE_AUTHORITIES_MAX; i++) {
        struct party other;

        party_key(&other, ENT_KEY_AUTHORITY, (uint8_t)(80 + i));
        strcpy(evidence->authorities[i].state, "th");
        evidence->authorities[i].key = other.signer.key;
        evidence->rollovers[i] = ent_bytes_view(&statement);
    }
    evidence->authority_count = ENT_EVIDENCE_AUTHORITIES_MAX;
    evidence->rollover_count = ENT_EVIDENCE_AUTHORITIES_MAX;
    for (size_t i = 0; i < ENT_EVIDENCE_CERTIFICATES_MAX; i++) {
        evidence->certificates[i] = evidence->certificates[0];
    }
    evidence->certificate_count = ENT_EVIDENCE_CERTIFICATES_MAX;
    evidence->agreements[1] = evidence->agreements[0];
    evidence->agreement_count = ENT_EVIDENCE_AGREEMENTS_MAX;
    for (size_t i = 0; i < ENT_EVIDENCE_CUSTODIES_MAX; i++) {
        evidence->custodies[i] = evidence->custodies[0];
    }
    evidence->custody_count = ENT_EVIDENCE_CUSTODIES_MAX;
    judge_case();
    expect_wrong("it holds two keys of the authority of 'th'");
    expect_wrong("it holds an agreement that nothing in it refers to");
}

static void
a_file_cannot_vouch_for_its_own_authorities(void **state)
{
    struct ent_authority_key named[2];

    (void)state;
    write_file();
    known(named);
    expect_ok(ent_verdict_reach(
        ent_bytes_view(&file), named, 1, &verdict, &last_error));
    assert_true(verdict.sound);
    assert_false(verdict.anchored);
}

static void
another_key_than_the_one_i_know_is_wrong(void **state)
{
    struct ent_authority_key named[2];

    (void)state;
    write_file();
    known(named);
    named[1].key = named[0].key;
    expect_ok(ent_verdict_reach(
        ent_bytes_view(&file), named, 2, &verdict, &last_error));
    expect_wrong("is not the one that you named");
}

static void
another_key_than_the_agreement_pins_is_wrong(void **state)
{
    (void)state;
    made.evidence.authorities[1].key = made.parties.thailand.signer.key;
    judge_case();
    expect_wrong("names another key for the authority of 'mm'");
    expect_wrong(
        "the certificate of blo-tachileik@mm is not by that authority");
}

static int
forget_statement(void **state)
{
    (void)state;
    ent_bytes_free(&statement);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(over_an_authoritys_new_key_it_proves_as_much),
        TEST(a_new_key_without_its_statement_proves_nothing),
        TEST(a_statement_of_keys_that_are_not_in_it_has_no_place),
        TEST(a_file_that_is_wrong_in_every_part_is_told),
        TEST(of_two_certificates_of_one_key_that_of_the_time_counts),
        TEST(a_file_cannot_vouch_for_its_own_authorities),
        TEST(another_key_than_the_one_i_know_is_wrong),
        TEST(another_key_than_the_agreement_pins_is_wrong),
    };

    return cmocka_run_group_tests_name(
        "verdict_authority", tests, NULL, forget_statement);
}
