/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include "proto/witness.h"
#include "tests/parties.h"

static struct parties all;

static int
setup(void **state)
{
    (void)state;
    parties_init(&all);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    parties_fini(&all);
    return 0;
}

/* Mae Sai's word to Tachileik. */
static struct ent_witness
word(void)
{
    struct ent_witness witness = {
        .from = all.maesai.cert.address,
        .to = all.tachileik.cert.address,
        .made_at = PARTIES_NOW,
        .checkpoint = view("a note"),
        .proofs = {{.size = 3, .path = {.count = 2}}, {.size = 9}},
        .proof_count = 2,
        .held = view("their note"),
        .wanted = {1, 7},
        .wanted_count = 2,
        .others = {view("a third one's"), view("a fourth one's")},
        .other_count = 2,
    };

    witness.proofs[0].path.nodes[1].bytes[31] = 7;
    return witness;
}

static enum ent_status
make(const struct ent_witness *witness, struct ent_bytes *ret_wire)
{
    return ent_witness_make(witness, &all.maesai.signer, ret_wire, &last_error);
}

static void
expect_refused(const struct ent_witness *witness)
{
    struct ent_bytes wire;

    expect_status(make(witness, &wire), ENT_BAD_INPUT);
}

static void
what_was_said_is_read(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    const struct ent_witness said = word();
    struct ent_witness heard;

    (void)state;
    expect_ok(make(&said, &wire));
    expect_ok(ent_witness_open(
        ent_bytes_view(&wire), &all.maesai.cert, &heard, &last_error));
    assert_string_equal(heard.from.text, "blo-maesai@th");
    assert_string_equal(heard.to.text, "blo-tachileik@mm");
    assert_true(heard.made_at == PARTIES_NOW);
    expect_bytes(heard.checkpoint, "a note");
    expect_bytes(heard.held, "their note");
    assert_int_equal(heard.proof_count, 2);
    assert_int_equal(heard.proofs[0].path.count, 2);
    assert_int_equal(heard.proofs[0].path.nodes[1].bytes[31], 7);
    assert_non_null(ent_witness_proof_from(&heard, 9));
    assert_null(ent_witness_proof_from(&heard, 4));
    assert_int_equal(heard.wanted_count, 2);
    assert_true(heard.wanted[1] == 7);
    assert_int_equal(heard.other_count, 2);
    expect_bytes(heard.others[1], "a fourth one's");
}

static void
only_its_office_can_have_said_it(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_witness said = word();
    struct ent_witness heard;

    (void)state;
    expect_ok(make(&said, &wire));
    expect_status(ent_witness_open(ent_bytes_view(&wire), &all.tachileik.cert,
                      &heard, &last_error),
        ENT_REJECTED);
    ent_bytes_free(&wire);

    said.from = all.tachileik.cert.address;
    said.to = all.maesai.cert.address;
    expect_ok(make(&said, &wire));
    expect_status(ent_witness_open(ent_bytes_view(&wire), &all.maesai.cert,
                      &heard, &last_error),
        ENT_REJECTED);
}

static void
no_flipped_bit_is_believed(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    const struct ent_witness said = word();
    struct ent_witness heard;

    (void)state;
    expect_ok(make(&said, &wire));
    for (size_t bit = 0; bit < wire.len * 8; bit++) {
        wire.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_not_equal(ent_witness_open(ent_bytes_view(&wire),
                                 &all.maesai.cert, &heard, &last_error),
            ENT_OK);
        wire.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void
what_breaks_a_rule_is_refused(void **state)
{
    struct ent_witness witness = word();
    static const char note[ENT_WITNESS_NOTE_MAX + 1];

    (void)state;
    witness.to = witness.from;
    expect_refused(&witness);
    witness = word();
    witness.made_at = 0;
    expect_refused(&witness);
    witness = word();
    witness.checkpoint = view("");
    expect_refused(&witness);
    witness = word();
    witness.held = ent_view_of((const uint8_t *)note, sizeof note);
    expect_refused(&witness);
    witness = word();
    witness.proofs[1].size = 3;
    expect_refused(&witness);
    witness = word();
    witness.wanted[0] = 0;
    expect_refused(&witness);
    witness = word();
    witness.others[1] = view("");
    expect_refused(&witness);
}

static void
a_subject_is_two_different_addresses(void **state)
{
    static const char *const wrong[] = {"", "blo-maesai@th",
        "blo-maesai@th blo-maesai@th", "blo-maesai@th  blo-tachileik@mm",
        "blo-maesai@th blo-tachileik@mm ", " blo-maesai@th",
        "blo-maesai@th th"};
    char subject[ENT_WITNESS_SUBJECT_MAX + 1];
    struct ent_address from;
    struct ent_address to;

    (void)state;
    ent_witness_subject(
        &all.maesai.cert.address, &all.tachileik.cert.address, subject);
    assert_string_equal(subject, "blo-maesai@th blo-tachileik@mm");
    expect_ok(ent_witness_subject_read(subject, &from, &to, &last_error));
    assert_true(ent_address_equal(&from, &all.maesai.cert.address));
    assert_true(ent_address_equal(&to, &all.tachileik.cert.address));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        expect_status(
            ent_witness_subject_read(wrong[i], &from, &to, &last_error),
            ENT_BAD_INPUT);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_said_is_read),
        cmocka_unit_test(only_its_office_can_have_said_it),
        cmocka_unit_test(no_flipped_bit_is_believed),
        cmocka_unit_test(what_breaks_a_rule_is_refused),
        cmocka_unit_test(a_subject_is_two_different_addresses),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
