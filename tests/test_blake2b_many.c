/* SPDX-License-Identifier: Apache-2.0 */
/* Many inputs hashed at once, in each number of lanes that is here. */
#include "tests/support.h"

#include <sodium.h>
#include <sys/mman.h>
#include <unistd.h>

#include "proto/base/blake2b_many.h"

#define COUNT_MAX 40
#define LEN_MAX 5000
#define ROUNDS 300

static const size_t ways[] = {1, 4, 8};
#define WAYS (sizeof ways / sizeof *ways)

/* Around one block and two, an envelope, a long one, a pair of nodes. */
static const size_t lengths[] = {
    0, 1, 63, 64, 126, 127, 128, 129, 254, 255, 256, 257, 1100, LEN_MAX};
#define LENGTHS (sizeof lengths / sizeof *lengths)

static uint8_t bytes[2 * LEN_MAX];

struct digests {
    uint8_t list[COUNT_MAX][ENT_BLAKE2B_LEN];
};

/* A number below `end`, from a seed that every run has. */
static size_t
below(size_t end)
{
    static uint32_t counter;
    uint8_t seed[randombytes_SEEDBYTES] = {0};
    uint8_t number[8];

    ent_put_be(seed, ++counter, 4);
    randombytes_buf_deterministic(number, sizeof number, seed);
    return (size_t)ent_get_be(number, sizeof number) % end;
}

static void
reference(uint8_t prefix, struct ent_view input, uint8_t *ret_digest)
{
    static uint8_t whole[1 + LEN_MAX];

    whole[0] = prefix;
    if (input.len > 0) {
        memcpy(whole + 1, input.data, input.len);
    }
    crypto_generichash(
        ret_digest, ENT_BLAKE2B_LEN, whole, 1 + input.len, NULL, 0);
}

/* Those of libsodium, in every number of lanes, and no byte behind them. */
static void
expect_digests(uint8_t prefix, const struct ent_view *inputs, size_t count)
{
    for (size_t way = 0; way < WAYS && ways[way] <= ent_blake2b_lanes();
         way++) {
        struct digests got;
        struct digests want;

        memset(&got, 0x5a, sizeof got);
        want = got;
        for (size_t i = 0; i < count; i++) {
            reference(prefix, inputs[i], want.list[i]);
        }
        ent_blake2b_many_in(ways[way], prefix, inputs, count, got.list);
        if (memcmp(&got, &want, sizeof got) != 0) {
            fail_msg("%zu inputs in %zu lanes", count, ways[way]);
        }
    }
}

/* Lengths, places and counts at random; a lane gets several of them. */
static void
every_number_of_lanes_gives_what_libsodium_gives(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        const size_t count = below(COUNT_MAX + 1);
        struct ent_view inputs[COUNT_MAX];

        for (size_t i = 0; i < count; i++) {
            const size_t len =
                below(2) == 0 ? lengths[below(LENGTHS)] : below(300);

            inputs[i] = ent_view_of(bytes + below(sizeof bytes - len), len);
        }
        expect_digests((uint8_t)below(256), inputs, count);
    }
}

static void
every_length_is_hashed_beside_every_other(void **state)
{
    (void)state;
    for (size_t a = 0; a < LENGTHS; a++) {
        for (size_t b = 0; b < LENGTHS; b++) {
            const struct ent_view inputs[] = {ent_view_of(bytes, lengths[a]),
                ent_view_of(bytes + 1, lengths[b])};

            expect_digests(0, inputs, 2);
        }
    }
}

static void
nothing_may_be_nowhere(void **state)
{
    const struct ent_view inputs[9] = {{0}};

    (void)state;
    for (size_t count = 0; count <= 9; count++) {
        expect_digests(1, inputs, count);
    }
    expect_digests(1, NULL, 0);
}

/* RFC 7693's input, and its digest of 32 bytes by b2sum(1). */
static void
abc_has_the_digest_that_others_compute(void **state)
{
    static const char want[] =
        "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319";
    struct ent_view inputs[9];

    (void)state;
    for (size_t i = 0; i < 9; i++) {
        inputs[i] = view("bc");
    }
    for (size_t way = 0; way < WAYS && ways[way] <= ent_blake2b_lanes();
         way++) {
        struct digests got;

        ent_blake2b_many_in(ways[way], 'a', inputs, 9, got.list);
        for (size_t i = 0; i < 9; i++) {
            char text[2 * ENT_BLAKE2B_LEN + 1];

            sodium_bin2hex(text, sizeof text, got.list[i], ENT_BLAKE2B_LEN);
            assert_string_equal(text, want);
        }
    }
}

/* They begin or end with pages before and behind which nothing can be read. */
static void
no_input_is_read_past_its_ends(void **state)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t room = (LEN_MAX / page + 1) * page;
    uint8_t *const begin = mmap(
        NULL, room + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint8_t *const first = begin + page;

    (void)state;
    assert_ptr_not_equal(begin, MAP_FAILED);
    assert_int_equal(mprotect(first, room, PROT_READ | PROT_WRITE), 0);
    memcpy(first, bytes, room < sizeof bytes ? room : sizeof bytes);
    for (size_t i = 0; i < LENGTHS; i++) {
        struct ent_view inputs[9];

        for (size_t k = 0; k < 9; k++) {
            const size_t len = k % 3 == 0 ? lengths[i] : lengths[k];

            inputs[k] =
                ent_view_of(k % 2 == 0 ? first + room - len : first, len);
        }
        expect_digests(0, inputs, 9);
    }
    assert_int_equal(munmap(begin, room + 2 * page), 0);
}

static void
the_widest_lanes_are_taken_unless_fewer_are_asked_for(void **state)
{
    struct ent_view inputs[COUNT_MAX];
    struct digests widest;
    struct digests alone;

    (void)state;
    for (size_t i = 0; i < COUNT_MAX; i++) {
        inputs[i] = ent_view_of(bytes + i, 1100);
    }
    ent_blake2b_many(0, inputs, COUNT_MAX, widest.list);
    ent_blake2b_many_in(1, 0, inputs, COUNT_MAX, alone.list);
    assert_memory_equal(&widest, &alone, sizeof widest);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_number_of_lanes_gives_what_libsodium_gives),
        cmocka_unit_test(every_length_is_hashed_beside_every_other),
        cmocka_unit_test(nothing_may_be_nowhere),
        cmocka_unit_test(abc_has_the_digest_that_others_compute),
        cmocka_unit_test(no_input_is_read_past_its_ends),
        cmocka_unit_test(the_widest_lanes_are_taken_unless_fewer_are_asked_for),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    randombytes_buf(bytes, sizeof bytes);
    return cmocka_run_group_tests_name("blake2b_many", tests, NULL, NULL);
}
