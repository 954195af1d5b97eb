/* SPDX-License-Identifier: Apache-2.0 */
/* Messages that are sealed by one thread or by two. */
#include <sodium.h>
#include <stdlib.h>

#include "node/envelopes.h"
#include "proto/bundle.h"
#include "tests/support.h"

#define MANY 301
#define LONGEST 3000
#define ROUNDS 50

static uint8_t texts[LONGEST];
static struct ent_bundle_secrets secrets;

/* What became of so many messages of different lengths. */
struct sealed {
    struct ent_bytes body;
    struct ent_message_key keys[MANY];
    struct ent_digest leaves[MANY];
};

static struct ent_view
message_of(size_t i)
{
    return ent_view_of(texts, i * 97 % LONGEST);
}

static void
seal(struct node_helper *helper, size_t count, struct sealed *ret)
{
    struct node_envelope list[MANY];
    size_t len = 0;
    size_t at = 0;

    for (size_t i = 0; i < count; i++) {
        len += 4 + ent_seal_envelope_len(message_of(i).len);
    }
    expect_ok(ent_bytes_alloc(len, &ret->body, &last_error));
    for (size_t i = 0; i < count; i++) {
        list[i] = (struct node_envelope){
            .message = message_of(i), .out = ret->body.data + at};
        memset(list[i].id.bytes, (int)i, sizeof list[i].id.bytes);
        at += 4 + ent_seal_envelope_len(list[i].message.len);
    }
    node_envelopes_seal(helper, &secrets, list, count, ret->keys, ret->leaves);
}

static void
whoever_seals_them_they_are_the_same(void **state)
{
    static struct sealed alone;
    static struct sealed shared;
    struct node_helper *helper = NULL;

    (void)state;
    expect_ok(node_helper_start(&helper, &last_error));
    seal(NULL, MANY, &alone);
    for (int round = 0; round < ROUNDS; round++) {
        seal(helper, MANY, &shared);
        assert_true(ent_view_equal(
            ent_bytes_view(&alone.body), ent_bytes_view(&shared.body)));
        assert_memory_equal(alone.keys, shared.keys, sizeof alone.keys);
        assert_memory_equal(alone.leaves, shared.leaves, sizeof alone.leaves);
        ent_bytes_free(&shared.body);
    }
    ent_bytes_free(&alone.body);
    node_helper_stop(&helper);
}

/* As a recipient sees them: framed, in their order, under the root. */
static void
they_are_a_body_whose_root_is_that_of_their_leaves(void **state)
{
    static const size_t counts[] = {1, NODE_ENVELOPES_SHARED_MIN, MANY};
    struct node_helper *helper = NULL;

    (void)state;
    expect_ok(node_helper_start(&helper, &last_error));
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        static struct sealed sealed;
        struct ent_digest root;
        struct ent_digest want;

        seal(helper, counts[i], &sealed);
        expect_ok(ent_body_root(ent_bytes_view(&sealed.body),
            (uint32_t)counts[i], &want, &last_error));
        root = ent_tree_root(ent_tree_blake2b, sealed.leaves, counts[i]);
        assert_true(ent_digest_equal(&root, &want));
        ent_bytes_free(&sealed.body);
    }
    node_helper_stop(&helper);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_seals_them_they_are_the_same),
        cmocka_unit_test(they_are_a_body_whose_root_is_that_of_their_leaves),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    randombytes_buf(texts, sizeof texts);
    randombytes_buf(&secrets, sizeof secrets);
    return cmocka_run_group_tests_name("node_envelopes", tests, NULL, NULL);
}
