/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <sodium.h>
#include <stdlib.h>

#include "proto/checkpoint.h"
#include "tests/parties.h"

static struct parties parties;

static int
setup(void **state)
{
    (void)state;
    parties_init(&parties);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    parties_fini(&parties);
    return 0;
}

static struct ent_bytes
note_of(uint64_t size)
{
    struct ent_checkpoint checkpoint = {
        .origin = parties.maesai.cert.address, .size = size, .root = {{7}}};
    struct ent_bytes note;

    expect_ok(ent_checkpoint_make(
        &checkpoint, &parties.maesai.signer, &note, &last_error));
    return note;
}

static enum ent_status
open_note(struct ent_view note, struct ent_checkpoint *ret_checkpoint)
{
    return ent_checkpoint_open(
        note, &parties.maesai.signer.key, ret_checkpoint, &last_error);
}

/* Held against libsodium alone, as C2SP signed-note has it. */
static void
a_checkpoint_is_a_note_signed_by_the_office(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes note = note_of(4);
    const char *text = (const char *)note.data;
    const char *blank = memmem(text, note.len, "\n\n", 2);
    const char *last;
    uint8_t signature[4 + ENT_SIGNATURE_LEN];
    size_t len;

    (void)state;
    assert_memory_equal(text, "blo-maesai@th\n4\n", 16);
    assert_non_null(blank);
    last = blank + 2 + strlen("\xe2\x80\x94 blo-maesai@th ");
    assert_int_equal(sodium_base642bin(signature, sizeof signature, last,
                         note.len - (size_t)(last - text) - 1, NULL, &len, NULL,
                         sodium_base64_VARIANT_ORIGINAL),
        0);
    assert_int_equal(len, sizeof signature);
    assert_int_equal(crypto_sign_verify_detached(signature + 4, note.data,
                         (unsigned long long)(blank + 1 - text),
                         parties.maesai.signer.key.bytes),
        0);
}

static void
a_checkpoint_reads_back_as_written(void **state)
{
    static const uint64_t sizes[] = {0, 1, 10, UINT64_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        ENT_AUTO(ent_bytes_free) struct ent_bytes note = note_of(sizes[i]);
        struct ent_checkpoint checkpoint;

        expect_ok(open_note(ent_bytes_view(&note), &checkpoint));
        assert_string_equal(checkpoint.origin.text, "blo-maesai@th");
        assert_true(checkpoint.size == sizes[i]);
        assert_int_equal(checkpoint.root.bytes[0], 7);
    }
}

static void
no_flipped_bit_of_a_checkpoint_goes_unnoticed(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes note = note_of(123456);

    (void)state;
    for (size_t bit = 0; bit < note.len * 8; bit++) {
        struct ent_checkpoint checkpoint;

        note.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_not_equal(
            open_note(ent_bytes_view(&note), &checkpoint), ENT_OK);
        note.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

static void
another_office_cannot_sign_for_it(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes note = note_of(4);
    struct ent_checkpoint checkpoint;

    (void)state;
    expect_status(ent_checkpoint_open(ent_bytes_view(&note),
                      &parties.tachileik.signer.key, &checkpoint, &last_error),
        ENT_REJECTED);
}

static void
a_note_is_written_in_one_way_only(void **state)
{
    static const char *const others[] = {
        "",
        "blo-maesai@th\n",
        "blo-maesai@th\n4\n",
        "blo-maesai@th\n04\nBwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n",
        "no address\n4\nBwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n",
    };
    ENT_AUTO(ent_bytes_free) struct ent_bytes note = note_of(4);
    ENT_AUTO(ent_bytes_free) struct ent_bytes longer = {0};
    struct ent_checkpoint checkpoint;

    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        expect_status(open_note(view(others[i]), &checkpoint), ENT_BAD_INPUT);
    }
    for (size_t len = 0; len < note.len; len++) {
        expect_status(
            open_note(ent_view_of(note.data, len), &checkpoint), ENT_BAD_INPUT);
    }
    expect_ok(ent_bytes_alloc(note.len + 1, &longer, &last_error));
    memcpy(longer.data, note.data, note.len);
    longer.data[note.len] = '\n';
    expect_status(
        open_note(ent_bytes_view(&longer), &checkpoint), ENT_BAD_INPUT);
}

static void
whose_it_claims_to_be_can_be_read_before(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes note = note_of(4);
    struct ent_checkpoint checkpoint;

    (void)state;
    expect_ok(
        ent_checkpoint_peek(ent_bytes_view(&note), &checkpoint, &last_error));
    assert_string_equal(checkpoint.origin.text, "blo-maesai@th");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_checkpoint_is_a_note_signed_by_the_office),
        cmocka_unit_test(a_checkpoint_reads_back_as_written),
        cmocka_unit_test(no_flipped_bit_of_a_checkpoint_goes_unnoticed),
        cmocka_unit_test(another_office_cannot_sign_for_it),
        cmocka_unit_test(a_note_is_written_in_one_way_only),
        cmocka_unit_test(whose_it_claims_to_be_can_be_read_before),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
