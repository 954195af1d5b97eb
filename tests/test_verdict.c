/* SPDX-License-Identifier: Apache-2.0 */
/* What a good file proves: who said what to whom, and what came of it. */
#include "tests/verdict_case.h"

#include "proto/refusal.h"
#include "proto/schema/common.pb-c.h"
#include "proto/schema/delivery.pb-c.h"

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

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_proves_who_said_what_to_whom_and_what_came_of_it),
        TEST(every_time_is_the_word_of_who_claims_it),
        TEST(the_recipient_can_prove_it_too),
        TEST(a_refusal_is_told_with_its_clause),
        TEST(what_never_came_is_told_with_the_senders_skip),
        TEST(an_answer_that_settles_nothing_is_told_as_such),
        TEST(without_an_answer_nobody_knows_whether_it_arrived),
        TEST(a_deleted_message_leaves_proof_that_something_was_sent),
    };

    return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
