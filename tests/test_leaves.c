/* SPDX-License-Identifier: Apache-2.0 */
/* The leaves of a bundle and their root, held against the tree's definition. */
#include "tests/support.h"

#include <sodium.h>

#include "proto/label.h"
#include "proto/leaves.h"
#include "proto/tree.h"

#define SMALL 70 /* bundles up to here are tried at every count */

static uint8_t bytes[ENT_BUNDLE_MESSAGES_MAX + 2000];
static struct ent_view envelopes[ENT_BUNDLE_MESSAGES_MAX];
static struct ent_digest leaves[ENT_BUNDLE_MESSAGES_MAX];

/* Of different lengths, each from a place of its own. */
static int
setup(void **state)
{
    (void)state;
    randombytes_buf(bytes, sizeof bytes);
    for (size_t i = 0; i < ENT_BUNDLE_MESSAGES_MAX; i++) {
        envelopes[i] = ent_view_of(bytes + i, i * 97 % 2000);
    }
    ent_leaves_hash(envelopes, ENT_BUNDLE_MESSAGES_MAX, leaves);
    return 0;
}

static bool
has_the_root_of_the_tree(size_t count)
{
    const struct ent_digest got = ent_leaves_root(leaves, count);
    const struct ent_digest want =
        ent_tree_root(ent_tree_blake2b, leaves, count);

    return ent_digest_equal(&got, &want);
}

static void
a_leaf_is_that_of_the_tree(void **state)
{
    (void)state;
    for (size_t i = 0; i < ENT_BUNDLE_MESSAGES_MAX; i++) {
        const struct ent_digest want =
            ent_tree_leaf(ent_tree_blake2b, envelopes[i]);

        assert_true(ent_digest_equal(&leaves[i], &want));
    }
}

static void
it_is_the_same_whoever_is_hashed_with_it(void **state)
{
    (void)state;
    for (size_t count = 1; count <= SMALL; count++) {
        struct ent_digest some[SMALL];

        ent_leaves_hash(envelopes + SMALL - count, count, some);
        assert_memory_equal(some, leaves + SMALL - count, count * sizeof *some);
    }
}

static void
the_root_is_that_of_the_tree_for_every_count(void **state)
{
    (void)state;
    for (size_t count = 0; count <= SMALL; count++) {
        assert_true(has_the_root_of_the_tree(count));
    }
    for (size_t count = 1; count <= ENT_BUNDLE_MESSAGES_MAX; count *= 2) {
        assert_true(has_the_root_of_the_tree(count - 1));
        assert_true(has_the_root_of_the_tree(count));
    }
}

/* In whichever leaf: none is left out, at the edge or in the middle. */
static void
no_flipped_bit_leaves_the_root_as_it_was(void **state)
{
    static const size_t counts[] = {1, 2, 3, 64, 65, ENT_BUNDLE_MESSAGES_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        const struct ent_digest whole = ent_leaves_root(leaves, counts[i]);

        for (size_t at = 0; at < counts[i]; at += 1 + counts[i] / 70) {
            uint8_t *const byte = &leaves[at].bytes[at % ENT_DIGEST_LEN];
            struct ent_digest other;

            *byte ^= (uint8_t)(1u << at % 8);
            other = ent_leaves_root(leaves, counts[i]);
            *byte ^= (uint8_t)(1u << at % 8);
            assert_false(ent_digest_equal(&other, &whole));
        }
    }
}

static void
the_leaves_stay_as_they_were(void **state)
{
    static struct ent_digest before[ENT_BUNDLE_MESSAGES_MAX];

    (void)state;
    memcpy(before, leaves, sizeof before);
    (void)ent_leaves_root(leaves, ENT_BUNDLE_MESSAGES_MAX);
    assert_memory_equal(leaves, before, sizeof before);
}

/* A leaf that is the bytes of two nodes is not the node above them. */
static void
an_envelope_cannot_pass_for_two(void **state)
{
    const struct ent_view two = ent_view_of(leaves, 2 * sizeof *leaves);
    const struct ent_digest node = ent_leaves_root(leaves, 2);
    struct ent_digest leaf;

    (void)state;
    ent_leaves_hash(&two, 1, &leaf);
    assert_false(ent_digest_equal(&leaf, &node));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_leaf_is_that_of_the_tree),
        cmocka_unit_test(it_is_the_same_whoever_is_hashed_with_it),
        cmocka_unit_test(the_root_is_that_of_the_tree_for_every_count),
        cmocka_unit_test(no_flipped_bit_leaves_the_root_as_it_was),
        cmocka_unit_test(the_leaves_stay_as_they_were),
        cmocka_unit_test(an_envelope_cannot_pass_for_two),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests_name("leaves", tests, setup, NULL);
}
