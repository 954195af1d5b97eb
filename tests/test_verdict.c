/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>

#include "policy/verdict.h"
#include "proto/refusal.h"
#include "proto/rollover.h"
#include "proto/schema/common.pb-c.h"
#include "proto/schema/delivery.pb-c.h"
#include "tests/evidence_case.h"

static struct evidence_case made;
static struct ent_verdict verdict;

static int
setup(void **state)
{
    (void)state;
    evidence_case_init(&made);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    ent_verdict_fini(&verdict);
    evidence_case_fini(&made);
    return 0;
}

/* ---- vocabulary ---- */

/* Both authorities, as a reader who knows them names them. */
static void
known(struct ent_authority_key named[static 2])
{
    named[0] = (struct ent_authority_key){
        .state = "th", .key = made.parties.thailand.signer.key};
    named[1] = (struct ent_authority_key){
        .state = "mm", .key = made.parties.myanmar.signer.key};
}

static enum ent_status
judge(struct ent_view wire)
{
    struct ent_authority_key named[2];

    known(named);
    ent_verdict_fini(&verdict);
    return ent_verdict_reach(wire, named, 2, &verdict, &last_error);
}

static struct ent_bytes file;

/* Make the file as the case stands now. */
static void
write_file(void)
{
    ent_bytes_free(&file);
    file = evidence_case_wire(&made);
}

static void
judge_case(void)
{
    write_file();
    expect_ok(judge(ent_bytes_view(&file)));
}

static const struct ent_claim *
find_claim(enum ent_standing standing, const char *words)
{
    for (size_t i = 0; i < verdict.claim_count; i++) {
        if (verdict.claims[i].standing == standing &&
            strstr(verdict.claims[i].text, words) != NULL) {
            return &verdict.claims[i];
        }
    }
    return NULL;
}

static void
expect_claim(enum ent_standing standing, const char *words)
{
    if (find_claim(standing, words) == NULL) {
        for (size_t i = 0; i < verdict.claim_count; i++) {
            print_message("# %s: %s\n",
                ent_standing_name(verdict.claims[i].standing),
                verdict.claims[i].text);
        }
        fail_msg(
            "%s: '%s' is not among them", ent_standing_name(standing), words);
    }
}

static void
expect_wrong(const char *words)
{
    assert_false(verdict.sound);
    expect_claim(ENT_WRONG, words);
}

static bool
holds(const struct ent_bytes *wire, struct ent_view part)
{
    return memmem(wire->data, wire->len, part.data, part.len) != NULL;
}

/* ---- authorities that took a new key ---- */

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

/* ---- what a good file proves ---- */

static void
it_proves_who_said_what_to_whom_and_what_came_of_it(void **state)
{
    (void)state;
    judge_case();
    assert_true(verdict.sound);
    assert_true(verdict.anchored);
    assert_string_equal(verdict.message->test->text, "Radio check number 1.");
    assert_int_equal(
        verdict.outcome.code, ENTENTE__V1__OUTCOME_CODE__DELIVERED);
    expect_claim(ENT_PROVEN,
        "blo-maesai@th (blo-maesai@th) sealed this message, number 42 in its "
        "ROUTINE stream, for blo-tachileik@mm and for nobody else");
    expect_claim(ENT_PROVEN,
        "under agreement th-mm-tests, version 1, signed by th and mm");
    expect_claim(ENT_PROVEN, "its clause 1 (line 18) lets such a message pass");
    expect_claim(ENT_PROVEN, "answered: delivered");
    expect_claim(ENT_PROVEN, "broker-bangkok@th (broker-bangkok@th) held it");
    expect_claim(ENT_PROVEN, "entry 3 of the 6 in the journal");
}

static void
every_time_is_the_word_of_who_claims_it(void **state)
{
    (void)state;
    judge_case();
    assert_true(find_claim(ENT_CLAIMED, "sealed, says blo-maesai@th")->at_ms ==
                PARTIES_NOW);
    assert_true(
        find_claim(ENT_CLAIMED, "custody, says broker-bangkok@th")->at_ms ==
        PARTIES_NOW + 1000);
    assert_true(
        find_claim(ENT_CLAIMED, "signed, says blo-tachileik@mm")->at_ms ==
        PARTIES_NOW + 2000);
    assert_true(find_claim(ENT_CLAIMED, "journal, says blo-maesai@th")->at_ms ==
                PARTIES_NOW + 500);
    for (size_t i = 0; i < verdict.claim_count; i++) {
        if (verdict.claims[i].at_ms != 0) {
            assert_int_equal(verdict.claims[i].standing, ENT_CLAIMED);
        }
    }
}

static void
the_recipient_can_prove_it_too(void **state)
{
    (void)state;
    evidence_case_by_recipient(&made);
    judge_case();
    assert_true(verdict.sound);
    expect_claim(
        ENT_PROVEN, "blo-tachileik@mm (blo-tachileik@mm) gave out this file");
    expect_claim(
        ENT_PROVEN, "entry 3 of the 6 in the journal of blo-tachileik@mm");
}

static void
a_refusal_is_told_with_its_clause(void **state)
{
    (void)state;
    made.outcomes[CASE_INDEX] = (struct ent_outcome){.index = CASE_INDEX,
        .code = ENTENTE__V1__OUTCOME_CODE__REFUSED,
        .reason = ENT_REFUSAL_PURPOSE_NOT_AGREED,
        .clause = "purposes",
        .line = 15};
    evidence_case_answer(&made, ENTENTE__V1__ANSWER_CODE__SETTLED);
    judge_case();
    assert_true(verdict.sound);
    expect_claim(ENT_PROVEN,
        "answered: refused, PURPOSE_NOT_AGREED, by clause purposes (line 15)");
}

static void
what_never_came_is_told_with_the_senders_skip(void **state)
{
    (void)state;
    evidence_case_skip(&made);
    judge_case();
    assert_true(verdict.sound);
    expect_claim(ENT_PROVEN, "signed that it will not come, because its time");
    expect_claim(ENT_PROVEN, "answered: it never came");
}

static void
an_answer_that_settles_nothing_is_told_as_such(void **state)
{
    (void)state;
    evidence_case_answer(&made, ENTENTE__V1__ANSWER_CODE__NOT_YET);
    made.evidence.has_receipt_secret = false;
    judge_case();
    assert_true(verdict.sound);
    expect_claim(ENT_PROVEN, "could not take it yet (CLOCK_IN_DOUBT)");
}

static void
without_an_answer_nobody_knows_whether_it_arrived(void **state)
{
    (void)state;
    made.evidence.receipt = (struct ent_view){0};
    made.evidence.has_receipt_secret = false;
    made.evidence.certificates[1] = made.evidence.certificates[2];
    made.evidence.certificate_count = 2;
    judge_case();
    assert_true(verdict.sound);
    expect_claim(ENT_UNCHECKED, "whether it arrived");
}

static void
a_deleted_message_leaves_proof_that_something_was_sent(void **state)
{
    (void)state;
    made.evidence.has_key = false;
    judge_case();
    assert_true(verdict.sound);
    assert_null(verdict.message);
    expect_claim(ENT_UNCHECKED, "it was deleted and its key destroyed");
    expect_claim(ENT_PROVEN, "answered: delivered");
}

/* ---- on whose word ---- */

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

/* ---- what is no proof ---- */

static void
no_flipped_bit_verifies(void **state)
{
    (void)state;
    write_file();
    for (size_t i = 0; i < file.len; i += 7) {
        const uint8_t bit = (uint8_t)(1 << (i * 5 + i / 8) % 8);

        file.data[i] ^= bit;
        if (judge(ent_bytes_view(&file)) == ENT_OK) {
            assert_false(verdict.sound);
        }
        file.data[i] ^= bit;
    }
}

/* Sign `payload` as if the office that gives it out had written it so. */
static struct ent_bytes
sign_anew(struct ent_view payload)
{
    struct ent_bytes wire;

    expect_ok(ent_signed_make(&made.parties.maesai.signer, ENT_TYPE_EVIDENCE,
        payload, &wire, &last_error));
    return wire;
}

/* True when only that differs which is the maker's own: when it was made, and
 * how the file of signatures beside the agreement is spelled. */
static bool
only_its_own_word_differs(void)
{
    const struct ent_evidence *got = &verdict.evidence;

    return got->made_at != made.evidence.made_at ||
           !ent_view_equal(got->agreements[0].signatures,
               made.evidence.agreements[0].signatures);
}

/* The office that gives it out holds the key: its lies must show without that
 * signature. */
static void
who_gives_it_out_can_change_nothing_else(void **state)
{
    struct ent_signatures signatures;
    struct ent_view payload;
    struct ent_bytes copy;

    (void)state;
    write_file();
    expect_ok(ent_signed_decode(
        ent_bytes_view(&file), &payload, &signatures, &last_error));
    expect_ok(ent_bytes_copy(payload, &copy, &last_error));
    for (size_t i = 0; i < copy.len; i += 3) {
        const uint8_t bit = (uint8_t)(1 << (i * 3 + i / 8) % 8);
        ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};

        copy.data[i] ^= bit;
        wire = sign_anew(ent_bytes_view(&copy));
        if (judge(ent_bytes_view(&wire)) == ENT_OK && verdict.sound) {
            assert_true(only_its_own_word_differs());
        }
        copy.data[i] ^= bit;
    }
    ent_bytes_free(&copy);
}

static void
its_neighbours_stay_closed(void **state)
{
    (void)state;
    write_file();
    for (uint32_t i = 0; i < CASE_MESSAGES; i++) {
        struct ent_message_key key = ent_seal_message_key(&made.secrets, i);

        assert_true(holds(&file, ent_view_of(key.bytes, sizeof key.bytes)) ==
                    (i == CASE_INDEX));
    }
    assert_false(holds(&file,
        ent_view_of(made.secrets.messages, sizeof made.secrets.messages)));
    assert_false(holds(&file, view("Radio check number 0")));
    assert_false(holds(&file, view("Radio check number 2")));
}

/* The message was sealed for somebody else first. */
static void
a_message_in_anothers_label_is_wrong(void **state)
{
    (void)state;
    made.evidence.id.bytes[15] ^= 1;
    judge_case();
    expect_wrong("another id than this file says");
}

static void
an_envelope_of_another_bundle_is_wrong(void **state)
{
    (void)state;
    made.evidence.path.nodes[0].bytes[0] ^= 1;
    judge_case();
    expect_wrong("is not one of those that the label speaks of");
}

static void
a_third_office_cannot_give_it_out(void **state)
{
    (void)state;
    made.evidence.made_by = made.parties.broker.cert.address;
    judge_case();
    expect_wrong("who neither sent nor received the message");
}

static void
what_nothing_refers_to_has_no_place_in_it(void **state)
{
    (void)state;
    made.evidence.custody_count = 0;
    judge_case();
    expect_wrong("a certificate that nothing in it refers to");
}

static void
an_agreement_that_one_side_did_not_sign_is_wrong(void **state)
{
    size_t line = (size_t)((uint8_t *)memchr(made.agreement_signatures.data,
                               '\n', made.agreement_signatures.len) -
                           made.agreement_signatures.data);

    (void)state;
    made.evidence.agreements[0].signatures.len = line + 1;
    judge_case();
    expect_wrong("is not signed by all its parties");
}

static void
an_agreement_that_this_program_cannot_read_is_told(void **state)
{
    (void)state;
    made.evidence.agreements[0].text = view("agreement: [of a later version\n");
    made.evidence.agreements[0].signatures = view("-\n");
    judge_case();
    expect_claim(ENT_UNCHECKED, "cannot read one of its agreements");
    expect_claim(ENT_UNCHECKED, "under which agreement it was sent");
}

static void
what_is_no_evidence_is_not_judged(void **state)
{
    (void)state;
    expect_status(judge(view("something else")), ENT_BAD_INPUT);
    expect_status(judge((struct ent_view){0}), ENT_BAD_INPUT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static int
forget_file(void **state)
{
    (void)state;
    ent_bytes_free(&file);
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
        TEST(it_proves_who_said_what_to_whom_and_what_came_of_it),
        TEST(every_time_is_the_word_of_who_claims_it),
        TEST(the_recipient_can_prove_it_too),
        TEST(a_refusal_is_told_with_its_clause),
        TEST(what_never_came_is_told_with_the_senders_skip),
        TEST(an_answer_that_settles_nothing_is_told_as_such),
        TEST(without_an_answer_nobody_knows_whether_it_arrived),
        TEST(a_deleted_message_leaves_proof_that_something_was_sent),
        TEST(a_file_cannot_vouch_for_its_own_authorities),
        TEST(another_key_than_the_one_i_know_is_wrong),
        TEST(another_key_than_the_agreement_pins_is_wrong),
        TEST(no_flipped_bit_verifies),
        TEST(who_gives_it_out_can_change_nothing_else),
        TEST(its_neighbours_stay_closed),
        TEST(a_message_in_anothers_label_is_wrong),
        TEST(an_envelope_of_another_bundle_is_wrong),
        TEST(a_third_office_cannot_give_it_out),
        TEST(what_nothing_refers_to_has_no_place_in_it),
        TEST(an_agreement_that_one_side_did_not_sign_is_wrong),
        TEST(an_agreement_that_this_program_cannot_read_is_told),
        TEST(what_is_no_evidence_is_not_judged),
    };

    return cmocka_run_group_tests(tests, NULL, forget_file);
}
