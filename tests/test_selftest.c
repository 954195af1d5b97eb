/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <sodium.h>

#include "proto/base/selftest.h"

static bool answers_wrongly;

/* The linker sends the self-test's question here (see meson.build). */
int __real_crypto_core_ed25519_is_valid_point(const unsigned char *point);
int __wrap_crypto_core_ed25519_is_valid_point(const unsigned char *point);

int
__wrap_crypto_core_ed25519_is_valid_point(const unsigned char *point)
{
    return answers_wrongly ? 1
                           : __real_crypto_core_ed25519_is_valid_point(point);
}

static void
the_libraries_here_are_good_enough(void **state)
{
    (void)state;
    answers_wrongly = false;
    expect_ok(ent_selftest_run(&last_error));
}

static void
a_library_that_takes_mixed_order_keys_is_refused(void **state)
{
    (void)state;
    answers_wrongly = true;
    expect_status(ent_selftest_run(&last_error), ENT_UNSUPPORTED);
    assert_non_null(strstr(last_error.text, "CVE-2025-69277"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_libraries_here_are_good_enough),
        cmocka_unit_test(a_library_that_takes_mixed_order_keys_is_refused),
    };

    return cmocka_run_group_tests_name("selftest", tests, NULL, NULL);
}
