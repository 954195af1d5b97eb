/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "proto/base/daemon.h"
#include "proto/base/sanitized.h"

#define MIB ((size_t)1024 * 1024)
#define BLOCKS 8
#define ROUNDS 20
#define PAGE 4096

/* Pages that the kernel had to give this process since it began. */
static long
pages_got(void)
{
    struct rusage usage;

    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_minflt;
}

/* As a turn does: bundles come, are written, and all of it is freed. */
static void
use_and_free(void)
{
    uint8_t *volatile blocks[BLOCKS];

    for (size_t i = 0; i < BLOCKS; i++) {
        blocks[i] = malloc(MIB);
        assert_non_null(blocks[i]);
        memset(blocks[i], 1, MIB);
    }
    for (size_t i = BLOCKS; i > 0; i--) {
        free(blocks[i - 1]);
    }
}

static void
what_was_freed_is_used_again(void **state)
{
    const long once = BLOCKS * (long)MIB / PAGE;
    long before;

    (void)state;
    expect_ok(ent_daemon_limit_memory(1024 * MIB, &last_error));
    use_and_free();
    before = pages_got();
    for (size_t i = 0; i < ROUNDS; i++) {
        use_and_free();
    }
    if (!ENT_SANITIZED) { /* whose allocator keeps what was freed apart */
        assert_in_range(pages_got() - before, 0, once);
    }
}

static void
what_a_lost_peer_or_a_full_file_sends_ends_nobody(void **state)
{
    static const int signals[] = {SIGTERM, 0};
    int file = -1;

    (void)state;
    expect_ok(ent_daemon_signals(signals, &file, &last_error));
    assert_int_equal(raise(SIGPIPE), 0);
    assert_int_equal(raise(SIGXFSZ), 0);
    (void)close(file);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_freed_is_used_again),
        cmocka_unit_test(what_a_lost_peer_or_a_full_file_sends_ends_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
