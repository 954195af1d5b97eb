/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <sodium.h>

#include "proto/base/blake2b_many.h"
#include "proto/base/selftest.h"

static bool answers_wrongly;
static bool hashes_wrongly; /* the last one */

/* The linker sends the self-test's questions here (see meson.build). */
int __real_crypto_core_ed25519_is_valid_point(const unsigned char *point);
int __wrap_crypto_core_ed25519_is_valid_point(const unsigned char *point);

int
__wrap_crypto_core_ed25519_is_valid_point(const unsigned char *point)
{
    return answers_wrongly ? 1
                           : __real_crypto_core_ed25519_is_valid_point(point);
}

void __real_ent_blake2b_many(uint8_t prefix, const struct ent_view *inputs,
    size_t count, uint8_t (*ret_digests)[ENT_BLAKE2B_LEN]);
void __wrap_ent_blake2b_many(uint8_t prefix, const struct ent_view *inputs,
    size_t count, uint8_t (*ret_digests)[ENT_BLAKE2B_LEN]);

void
__wrap_ent_blake2b_many(uint8_t prefix, const struct ent_view *inputs,
    size_t count, uint8_t (*ret_digests)[ENT_BLAKE2B_LEN])
{
    __real_ent_blake2b_many(prefix, inputs, count, ret_digests);
    ret_digests[count - 1][0] ^= hashes_wrongly;
}

static void
the_libraries_here_are_good_enough(void **state)
{
    (void)state;
    answers_wrongly = hashes_wrongly = false;
    expect_ok(ent_selftest_run(&last_error));
}

static void
a_library_that_takes_mixed_order_keys_is_refused(void **state)
{
    (void)state;
    answers_wrongly = true;
    hashes_wrongly = false;
    expect_status(ent_selftest_run(&last_error), ENT_UNSUPPORTED);
    assert_non_null(strstr(last_error.text, "CVE-2025-69277"));
}

static void
a_processor_whose_lanes_hash_otherwise_is_refused(void **state)
{
    (void)state;
    answers_wrongly = false;
    hashes_wrongly = true;
    expect_status(ent_selftest_run(&last_error), ENT_UNSUPPORTED);
    assert_non_null(strstr(last_error.text, "BLAKE2b"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_libraries_here_are_good_enough),
        cmocka_unit_test(a_library_that_takes_mixed_order_keys_is_refused),
        cmocka_unit_test(a_processor_whose_lanes_hash_otherwise_is_refused),
    };

    return cmocka_run_group_tests_name("selftest", tests, NULL, NULL);
}
