/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include "proto/entry.h"

static const struct ent_entry written = {
    .kind = ENT_ENTRY_SKIP_OUT,
    .count = 7,
    .sequence = 42,
    .at_ms = UINT64_C(1790000000000),
    .subject = {{1}},
    .result = {{2}},
    .party = {{3}},
};

static void
an_entry_reads_back_as_written(void **state)
{
    struct ent_entry again;
    uint8_t wire[ENT_ENTRY_LEN];

    (void)state;
    ent_entry_encode(&written, wire);
    expect_ok(
        ent_entry_decode(ent_view_of(wire, sizeof wire), &again, &last_error));
    assert_int_equal(again.kind, written.kind);
    assert_int_equal(again.count, written.count);
    assert_true(again.sequence == written.sequence);
    assert_true(again.at_ms == written.at_ms);
    assert_memory_equal(&again.subject, &written.subject, ENT_DIGEST_LEN);
    assert_memory_equal(&again.result, &written.result, ENT_DIGEST_LEN);
    assert_memory_equal(&again.party, &written.party, ENT_PARTY_LEN);
}

/* Every bit says something, or must be zero. */
static void
no_flipped_bit_of_an_entry_goes_unnoticed(void **state)
{
    uint8_t wire[ENT_ENTRY_LEN];

    (void)state;
    ent_entry_encode(&written, wire);
    for (size_t bit = 0; bit < sizeof wire * 8; bit++) {
        struct ent_entry again;
        uint8_t back[ENT_ENTRY_LEN];

        wire[bit / 8] ^= (uint8_t)(1 << bit % 8);
        if (ent_entry_decode(ent_view_of(wire, sizeof wire), &again, NULL) ==
            ENT_OK) {
            ent_entry_encode(&again, back);
            assert_memory_equal(back, wire, sizeof wire);
        }
        wire[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void
an_entry_of_another_length_or_version_is_refused(void **state)
{
    struct ent_entry again;
    uint8_t wire[ENT_ENTRY_LEN + 1] = {0};

    (void)state;
    ent_entry_encode(&written, wire);
    expect_status(
        ent_entry_decode(ent_view_of(wire, sizeof wire), &again, &last_error),
        ENT_BAD_INPUT);
    expect_status(ent_entry_decode(ent_view_of(wire, 0), &again, &last_error),
        ENT_BAD_INPUT);
    wire[0] = 2;
    expect_status(
        ent_entry_decode(ent_view_of(wire, ENT_ENTRY_LEN), &again, &last_error),
        ENT_BAD_INPUT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_reads_back_as_written),
        cmocka_unit_test(no_flipped_bit_of_an_entry_goes_unnoticed),
        cmocka_unit_test(an_entry_of_another_length_or_version_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
