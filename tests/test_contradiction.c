/* SPDX-License-Identifier: Apache-2.0 */
/* Two labels for one place, shown to a third. Statements about a journal are
 * judged in test_history. */
#include "tests/support.h"

#include "proto/contradiction.h"
#include "proto/schema/delivery.pb-c.h"
#include "tests/parties.h"

struct fork {
    struct parties all;
    struct ent_label label;
    struct ent_bytes heads[2];
};

static struct ent_bytes
head_of(const struct ent_label *label, const struct party *signer)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_signatures signatures = {.count = 1};
    struct ent_bytes head = {0};
    const struct ent_hop nowhere = {.count = 0};

    expect_ok(ent_label_encode(label, &wire, &last_error));
    expect_ok(ent_signing_sign(&signer->signer, ENT_TYPE_LABEL,
        ent_bytes_view(&wire), &signatures.list[0], &last_error));
    expect_ok(ent_bundle_encode_head(
        &nowhere, ent_bytes_view(&wire), &signatures, &head, &last_error));
    return head;
}

static int
setup(void **state)
{
    static struct fork fork;

    fork = (struct fork){0};
    parties_init(&fork.all);
    fork.label = (struct ent_label){
        .stream =
            {
                .sender = fork.all.maesai.cert.address,
                .recipient = fork.all.tachileik.cert.address,
                .precedence = ENTENTE__V1__PRECEDENCE__FLASH,
                .sender_incarnation = 5,
                .recipient_incarnation = 6,
            },
        .suite = ENT_SUITE_X25519,
        .mode = ENTENTE__V1__MODE__ACTUAL,
        .first = 8,
        .count = 3,
        .body_len = 300,
        .signing_key_id = fork.all.maesai.cert.signing_key_id,
        .sealed_at = PARTIES_NOW,
        .expires_at = PARTIES_NOW + 3600000,
    };
    fork.heads[0] = head_of(&fork.label, &fork.all.maesai);
    *state = &fork;
    return 0;
}

static int
teardown(void **state)
{
    struct fork *fork = *state;

    ent_bytes_free(&fork->heads[0]);
    ent_bytes_free(&fork->heads[1]);
    parties_fini(&fork->all);
    return 0;
}

/* What the first head and another one prove, by way of a file. */
static enum ent_status
judged(const struct fork *fork, struct ent_view second,
    struct ent_contradiction_verdict *ret_verdict)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_contradiction made = {
        .certificates = {ent_bytes_view(&fork->all.maesai.wire)},
        .certificate_count = 1,
        .first = ent_bytes_view(&fork->heads[0]),
        .second = second,
    };
    struct ent_contradiction read;

    expect_ok(ent_contradiction_encode(&made, &wire, &last_error));
    expect_ok(
        ent_contradiction_decode(ent_bytes_view(&wire), &read, &last_error));
    return ent_contradiction_judge(
        &read, &fork->all.thailand.signer.key, ret_verdict, &last_error);
}

static enum ent_history
history_of(struct fork *fork, const struct ent_label *label)
{
    struct ent_contradiction_verdict verdict;

    ent_bytes_free(&fork->heads[1]);
    fork->heads[1] = head_of(label, &fork->all.maesai);
    expect_ok(judged(fork, ent_bytes_view(&fork->heads[1]), &verdict));
    assert_string_equal(verdict.office.text, "blo-maesai@th");
    assert_int_equal(verdict.sides[1].kind, ENT_CONTRADICTION_LABEL);
    assert_int_equal(verdict.sides[1].label.first, label->first);
    return verdict.history;
}

static void
two_labels_for_one_place_are_proven(void **state)
{
    struct fork *fork = *state;
    struct ent_label other = fork->label;

    other.root.bytes[0] ^= 1;
    assert_int_equal(history_of(fork, &other), ENT_HISTORY_FORKED);
    other.first = 10; /* the last place of the first one */
    assert_int_equal(history_of(fork, &other), ENT_HISTORY_FORKED);
    other.first = 6;
    assert_int_equal(history_of(fork, &other), ENT_HISTORY_FORKED);
}

static void
labels_that_an_honest_office_signs_prove_nothing(void **state)
{
    struct fork *fork = *state;
    struct ent_label other = fork->label;

    assert_int_equal(history_of(fork, &other), ENT_HISTORY_SAME);
    other.first = 11;
    assert_int_equal(history_of(fork, &other), ENT_HISTORY_UNPROVEN);
    other.first = 5;
    assert_int_equal(history_of(fork, &other), ENT_HISTORY_UNPROVEN);
    other = fork->label;
    other.stream.precedence = ENTENTE__V1__PRECEDENCE__ROUTINE;
    assert_int_equal(history_of(fork, &other), ENT_HISTORY_UNPROVEN);
    other = fork->label;
    other.stream.sender_incarnation = 7;
    other.root.bytes[0] ^= 1;
    assert_int_equal(history_of(fork, &other), ENT_HISTORY_UNPROVEN);
}

static void
what_it_did_not_sign_is_not_held_against_it(void **state)
{
    struct fork *fork = *state;
    struct ent_contradiction_verdict verdict;
    struct ent_label other = fork->label;

    other.root.bytes[0] ^= 1;
    fork->heads[1] = head_of(&other, &fork->all.tachileik);
    expect_status(
        judged(fork, ent_bytes_view(&fork->heads[1]), &verdict), ENT_REJECTED);
    ent_bytes_free(&fork->heads[1]);
    other.sealed_at = fork->all.maesai.cert.not_after + 1;
    other.expires_at = other.sealed_at + 3600000;
    fork->heads[1] = head_of(&other, &fork->all.maesai);
    assert_int_not_equal(
        judged(fork, ent_bytes_view(&fork->heads[1]), &verdict), ENT_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(two_labels_for_one_place_are_proven),
        TEST(labels_that_an_honest_office_signs_prove_nothing),
        TEST(what_it_did_not_sign_is_not_held_against_it),
    };

    return cmocka_run_group_tests_name("contradiction", tests, NULL, NULL);
}
