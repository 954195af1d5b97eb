/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

static void
big_endian_numbers_read_back_as_written(void **state)
{
    uint8_t wire[8];

    (void)state;
    ent_put_be(wire, UINT64_C(0x0102030405060708), sizeof wire);
    assert_int_equal(wire[0], 1);
    assert_int_equal(wire[7], 8);
    assert_true(ent_get_be(wire, 8) == UINT64_C(0x0102030405060708));
    assert_int_equal(ent_get_be(wire + 6, 2), 0x0708);
}

static void
a_copy_owns_its_bytes(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes copy = {0};

    (void)state;
    expect_ok(ent_bytes_copy(view("Mae Sai"), &copy, &last_error));
    expect_bytes(ent_bytes_view(&copy), "Mae Sai");
}

static void
out_of_memory_is_a_status_and_writes_nothing(void **state)
{
    struct ent_bytes copy = {0};

    (void)state;
    fail_allocation(1);
    expect_status(
        ent_bytes_copy(view("Mae Sai"), &copy, &last_error), ENT_NO_MEMORY);
    assert_null(copy.data);
}

static void
views_are_equal_by_length_and_content(void **state)
{
    (void)state;
    assert_true(ent_view_equal(view("th"), view("th")));
    assert_false(ent_view_equal(view("th"), view("tha")));
    assert_false(ent_view_equal(view("th"), view("mm")));
    assert_true(ent_view_equal(view(""), ent_view_text(NULL)));
}

static void
a_common_end_is_found_whatever_its_length(void **state)
{
    uint8_t bytes[300];
    uint8_t other[sizeof bytes];

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)i;
    }
    for (size_t len = 0; len <= sizeof bytes; len++) {
        for (size_t more = 0; more <= sizeof bytes - len; more++) {
            const struct ent_view view = ent_view_of(bytes, sizeof bytes);
            const struct ent_view end =
                ent_view_of(other + sizeof other - len - more, len + more);

            memcpy(other, bytes, sizeof other);
            if (len < sizeof other) {
                other[sizeof other - len - 1] ^= 1;
            }
            assert_int_equal(ent_view_common_end(view, end), len);
            assert_int_equal(ent_view_common_end(end, view), len);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(big_endian_numbers_read_back_as_written),
        cmocka_unit_test(a_copy_owns_its_bytes),
        cmocka_unit_test(out_of_memory_is_a_status_and_writes_nothing),
        cmocka_unit_test(views_are_equal_by_length_and_content),
        cmocka_unit_test(a_common_end_is_found_whatever_its_length),
    };

    return cmocka_run_group_tests_name("bytes", tests, NULL, NULL);
}
