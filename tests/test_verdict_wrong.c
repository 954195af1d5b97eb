/* SPDX-License-Identifier: Apache-2.0 */
/* What is no proof: a file that was changed, or that does not fit together. */
#include "tests/verdict_case.h"

static bool
holds(const struct ent_bytes *wire, struct ent_view part)
{
    return memmem(wire->data, wire->len, part.data, part.len) != NULL;
}

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

int
main(void)
{
    const struct CMUnitTest tests[] = {
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

    return cmocka_run_group_tests_name("verdict_wrong", tests, NULL, NULL);
}
