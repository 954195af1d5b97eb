/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/vectors.h"

#include "proto/tree.h"

#define LEAVES_MAX 130
#define LEVELS_MAX 9

/* A growing tree, and the complete subtrees somebody would keep of it. */
struct forest {
    ent_tree_hash *hash;
    struct ent_tree_edge edge;
    struct ent_digest leaves[LEAVES_MAX];
    struct ent_digest nodes[LEVELS_MAX][LEAVES_MAX];
    bool stored[LEVELS_MAX][LEAVES_MAX];
    struct ent_digest roots[LEAVES_MAX + 1]; /* by size */
};

static struct forest forest;

static void
keep(void *context, unsigned level, uint64_t index,
    const struct ent_digest *node)
{
    struct forest *kept = context;

    assert_in_range(level, 0, LEVELS_MAX - 1);
    assert_in_range(index, 0, LEAVES_MAX - 1);
    assert_false(kept->stored[level][index]); /* each once */
    kept->nodes[level][index] = *node;
    kept->stored[level][index] = true;
}

static bool
find(void *context, unsigned level, uint64_t index, struct ent_digest *ret_node)
{
    const struct forest *kept = context;

    if (level >= LEVELS_MAX || index >= LEAVES_MAX ||
        !kept->stored[level][index]) {
        return false;
    }
    *ret_node = kept->nodes[level][index];
    return true;
}

static int
grow(void **state)
{
    forest = (struct forest){.hash = ent_tree_blake2b};
    forest.roots[0] = ent_tree_edge_root(forest.hash, &forest.edge);
    for (size_t i = 0; i < LEAVES_MAX; i++) {
        const uint8_t data[] = {(uint8_t)i};

        forest.leaves[i] =
            ent_tree_leaf(forest.hash, ent_view_of(data, sizeof data));
        ent_tree_append(
            forest.hash, &forest.edge, &forest.leaves[i], keep, &forest);
        forest.roots[i + 1] = ent_tree_edge_root(forest.hash, &forest.edge);
    }
    *state = &forest;
    return 0;
}

/* The definition in RFC 9162, 2.1.1, by recursion. */
static struct ent_digest
defined_root(ent_tree_hash *hash, const struct ent_digest *leaves, size_t count)
{
    struct ent_digest left;
    struct ent_digest right;
    size_t split = 1;

    if (count == 1) {
        return leaves[0];
    }
    while (split * 2 < count) {
        split *= 2;
    }
    left = defined_root(hash, leaves, split);
    right = defined_root(hash, leaves + split, count - split);
    return ent_tree_node(hash, &left, &right);
}

static void
the_edge_has_the_root_that_the_definition_gives(void **state)
{
    const struct forest *f = *state;

    for (size_t size = 1; size <= LEAVES_MAX; size++) {
        struct ent_digest want = defined_root(f->hash, f->leaves, size);
        struct ent_digest whole = ent_tree_root(f->hash, f->leaves, size);

        assert_true(ent_digest_equal(&f->roots[size], &want));
        assert_true(ent_digest_equal(&whole, &want));
    }
}

static void
the_empty_tree_is_the_hash_of_nothing(void **state)
{
    const struct forest *f = *state;
    const struct ent_digest nothing = ent_digest_of((struct ent_view){0});
    const struct ent_digest none = ent_tree_root(f->hash, NULL, 0);

    assert_true(ent_digest_equal(&f->roots[0], &nothing));
    assert_true(ent_digest_equal(&none, &nothing));
}

static struct ent_tree_path
inclusion(uint64_t index, uint64_t size)
{
    struct ent_tree_path path;

    expect_ok(ent_tree_prove_inclusion(
        forest.hash, find, &forest, index, size, &path, &last_error));
    return path;
}

static struct ent_tree_path
consistency(uint64_t old_size, uint64_t new_size)
{
    struct ent_tree_path path;

    expect_ok(ent_tree_prove_consistency(
        forest.hash, find, &forest, old_size, new_size, &path, &last_error));
    return path;
}

static bool
included(const struct ent_tree_path *path, uint64_t index, uint64_t size)
{
    return ent_tree_verify_inclusion(forest.hash, &forest.leaves[index], index,
        size, path, &forest.roots[size]);
}

static bool
consistent(
    const struct ent_tree_path *path, uint64_t old_size, uint64_t new_size)
{
    return ent_tree_verify_consistency(forest.hash, old_size, new_size,
        &forest.roots[old_size], &forest.roots[new_size], path);
}

static void
every_leaf_of_every_size_is_proven(void **state)
{
    (void)state;
    for (uint64_t size = 1; size <= LEAVES_MAX; size++) {
        for (uint64_t index = 0; index < size; index++) {
            struct ent_tree_path path = inclusion(index, size);

            assert_true(included(&path, index, size));
        }
    }
}

static void
every_growth_is_proven(void **state)
{
    (void)state;
    for (uint64_t size = 1; size <= LEAVES_MAX; size++) {
        for (uint64_t old_size = 1; old_size <= size; old_size++) {
            struct ent_tree_path path = consistency(old_size, size);

            assert_true(consistent(&path, old_size, size));
        }
    }
}

typedef bool verify_path(
    const struct ent_tree_path *path, uint64_t a, uint64_t b);

/* No node altered, left out, repeated or put at the end goes unnoticed. */
static void
expect_only(
    verify_path *verify, struct ent_tree_path path, uint64_t a, uint64_t b)
{
    assert_true(verify(&path, a, b));
    for (size_t i = 0; i < path.count; i++) {
        struct ent_tree_path shorter = path;
        struct ent_tree_path longer = path;

        path.nodes[i].bytes[(a + i) % 32] ^= (uint8_t)(1u << b % 8);
        assert_false(verify(&path, a, b));
        path.nodes[i].bytes[(a + i) % 32] ^= (uint8_t)(1u << b % 8);

        shorter.count--;
        memmove(&shorter.nodes[i], &path.nodes[i + 1],
            (path.count - i - 1) * sizeof path.nodes[0]);
        assert_false(verify(&shorter, a, b));

        longer.count++;
        memmove(&longer.nodes[i + 1], &path.nodes[i],
            (path.count - i) * sizeof path.nodes[0]);
        assert_false(verify(&longer, a, b));
    }
    path.nodes[path.count] = forest.roots[b];
    path.count++;
    assert_false(verify(&path, a, b));
}

static void
no_altered_proof_is_believed(void **state)
{
    (void)state;
    for (uint64_t size = 1; size <= LEAVES_MAX; size++) {
        for (uint64_t i = 0; i < size; i++) {
            expect_only(included, inclusion(i, size), i, size);
            expect_only(consistent, consistency(i + 1, size), i + 1, size);
        }
    }
}

static void
a_proof_is_for_one_leaf_and_one_size(void **state)
{
    struct ent_tree_path path = inclusion(5, 100);

    (void)state;
    for (uint64_t other = 0; other < 100; other++) {
        assert_true(included(&path, other, 100) == (other == 5));
    }
    assert_false(included(&path, 5, 101));
    assert_false(ent_tree_verify_inclusion(forest.hash, &forest.leaves[5], 5,
        UINT64_MAX, &path, &forest.roots[100]));

    path = consistency(70, 100);
    for (uint64_t other = 1; other <= 100; other++) {
        assert_true(consistent(&path, other, 100) == (other == 70));
    }
}

/* With sizes and path as they were, the roots alone must be right. */
static void
both_roots_of_a_growth_are_compared(void **state)
{
    (void)state;
    for (uint64_t size = 2; size <= 20; size++) {
        for (uint64_t old_size = 1; old_size <= size; old_size++) {
            struct ent_tree_path path = consistency(old_size, size);
            struct ent_digest wrong = forest.roots[old_size];

            wrong.bytes[31] ^= 1;
            assert_false(ent_tree_verify_consistency(forest.hash, old_size,
                size, &wrong, &forest.roots[size], &path));
            wrong = forest.roots[size];
            wrong.bytes[0] ^= 1;
            assert_false(ent_tree_verify_consistency(forest.hash, old_size,
                size, &forest.roots[old_size], &wrong, &path));
        }
    }
}

static void
what_no_tree_has_cannot_be_proven(void **state)
{
    struct ent_tree_path path = {.count = 1};
    const struct ent_digest *leaf = &forest.leaves[0];
    const struct ent_digest *root = &forest.roots[0];

    (void)state;
    expect_status(ent_tree_prove_inclusion(
                      forest.hash, find, &forest, 7, 7, &path, &last_error),
        ENT_BAD_INPUT);
    expect_status(ent_tree_prove_consistency(
                      forest.hash, find, &forest, 8, 7, &path, &last_error),
        ENT_BAD_INPUT);
    expect_status(ent_tree_prove_consistency(
                      forest.hash, find, &forest, 0, 7, &path, &last_error),
        ENT_BAD_INPUT);
    assert_int_equal(path.count, 1);

    path.count = 0;
    assert_false(
        ent_tree_verify_inclusion(forest.hash, leaf, 0, 0, &path, root));
    assert_false(
        ent_tree_verify_consistency(forest.hash, 0, 0, root, root, &path));
    path.count = ENT_TREE_PATH_MAX + 1;
    assert_false(
        ent_tree_verify_inclusion(forest.hash, leaf, 0, 9, &path, root));
}

static void
a_missing_subtree_is_said_to_be_missing(void **state)
{
    struct ent_tree_path path;

    (void)state;
    forest.stored[2][1] = false;
    expect_status(ent_tree_prove_inclusion(
                      forest.hash, find, &forest, 0, 8, &path, &last_error),
        ENT_NOT_FOUND);
    assert_non_null(strstr(last_error.text, "subtree 1 of level 2"));
    forest.stored[2][1] = true;
}

/* ---- the numbers of others, with SHA-256 ---- */

/* The eight leaves of the Certificate Transparency tests, as a forest. */
static void
plant(struct forest *reference, FILE *file)
{
    static const char *const keys[] = {"leaf_0", "leaf_1", "leaf_2", "leaf_3",
        "leaf_4", "leaf_5", "leaf_6", "leaf_7"};
    struct vector vector;

    *reference = (struct forest){.hash = ent_tree_sha256};
    reference->roots[0] = ent_tree_edge_root(ent_tree_sha256, &reference->edge);
    assert_true(vector_next(file, &vector));
    for (size_t i = 0; i < 8; i++) {
        reference->leaves[i] =
            ent_tree_leaf(ent_tree_sha256, vector_get(&vector, keys[i]));
        ent_tree_append(ent_tree_sha256, &reference->edge,
            &reference->leaves[i], keep, reference);
        reference->roots[i + 1] =
            ent_tree_edge_root(ent_tree_sha256, &reference->edge);
    }
}

static struct ent_digest
digest_in(const struct vector *vector, const char *key)
{
    struct ent_digest digest;

    memcpy(digest.bytes, vector_bytes(vector, key, ENT_DIGEST_LEN),
        ENT_DIGEST_LEN);
    return digest;
}

static uint64_t
number_in(const struct vector *vector, const char *key)
{
    return ent_get_be(vector_bytes(vector, key, 8), 8);
}

static struct ent_tree_path
path_in(const struct vector *vector)
{
    struct ent_view value = vector_get(vector, "path");
    struct ent_tree_path path = {.count = value.len / ENT_DIGEST_LEN};

    assert_int_equal(value.len % ENT_DIGEST_LEN, 0);
    assert_true(path.count <= ENT_TREE_PATH_MAX);
    if (value.len > 0) {
        memcpy(path.nodes, value.data, value.len);
    }
    return path;
}

static void
roots_are_those_of_certificate_transparency(void **state)
{
    static const char *const keys[] = {"root_0", "root_1", "root_2", "root_3",
        "root_4", "root_5", "root_6", "root_7", "root_8"};
    static struct forest reference;
    FILE *file = vectors_open("rfc9162.txt");
    struct vector vector;

    (void)state;
    plant(&reference, file);
    assert_true(vector_next(file, &vector));
    for (size_t size = 0; size <= 8; size++) {
        struct ent_digest want = digest_in(&vector, keys[size]);

        assert_true(ent_digest_equal(&reference.roots[size], &want));
    }
    (void)fclose(file);
}

static bool
vector_holds(const struct vector *vector)
{
    const struct ent_tree_path path = path_in(vector);

    if (vector_has(vector, "index")) {
        const struct ent_digest leaf = digest_in(vector, "leaf");
        const struct ent_digest root = digest_in(vector, "root");

        return ent_tree_verify_inclusion(ent_tree_sha256, &leaf,
            number_in(vector, "index"), number_in(vector, "size"), &path,
            &root);
    } else {
        const struct ent_digest old_root = digest_in(vector, "old_root");
        const struct ent_digest new_root = digest_in(vector, "new_root");

        return ent_tree_verify_consistency(ent_tree_sha256,
            number_in(vector, "old_size"), number_in(vector, "new_size"),
            &old_root, &new_root, &path);
    }
}

static void
proofs_are_judged_as_others_judge_them(void **state)
{
    static struct forest unused;
    FILE *file = vectors_open("rfc9162.txt");
    struct vector vector;
    size_t count[2] = {0};

    (void)state;
    plant(&unused, file);
    assert_true(vector_next(file, &vector)); /* the roots */
    while (vector_next(file, &vector)) {
        const bool valid = *vector_bytes(&vector, "valid", 1) == 1;

        if (vector_holds(&vector) != valid) {
            fail_msg("%.*s", (int)vector_get(&vector, "name").len,
                (const char *)vector_get(&vector, "name").data);
        }
        count[valid]++;
    }
    (void)fclose(file);
    assert_int_equal(count[true], 11);
    assert_int_equal(count[false], 132);
}

/* What the vector proves, proven by us from the reference leaves. */
static struct ent_tree_path
proven_anew(struct forest *reference, const struct vector *vector)
{
    struct ent_tree_path path;

    if (vector_has(vector, "index")) {
        expect_ok(ent_tree_prove_inclusion(ent_tree_sha256, find, reference,
            number_in(vector, "index"), number_in(vector, "size"), &path,
            &last_error));
    } else {
        expect_ok(ent_tree_prove_consistency(ent_tree_sha256, find, reference,
            number_in(vector, "old_size"), number_in(vector, "new_size"), &path,
            &last_error));
    }
    return path;
}

static void
our_proofs_are_the_same_as_others_make(void **state)
{
    static struct forest reference;
    FILE *file = vectors_open("rfc9162.txt");
    struct vector vector;
    size_t count = 0;

    (void)state;
    plant(&reference, file);
    while (vector_next(file, &vector)) {
        struct ent_view name = vector_get(&vector, "name");
        struct ent_tree_path theirs;
        struct ent_tree_path ours;

        if (name.len < 10 ||
            memcmp(name.data + name.len - 10, "happy-path", 10) != 0) {
            continue;
        }
        theirs = path_in(&vector);
        ours = proven_anew(&reference, &vector);
        assert_int_equal(ours.count, theirs.count);
        assert_memory_equal(
            ours.nodes, theirs.nodes, ours.count * sizeof ours.nodes[0]);
        count++;
    }
    (void)fclose(file);
    assert_int_equal(count, 10);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_edge_has_the_root_that_the_definition_gives),
        cmocka_unit_test(the_empty_tree_is_the_hash_of_nothing),
        cmocka_unit_test(every_leaf_of_every_size_is_proven),
        cmocka_unit_test(every_growth_is_proven),
        cmocka_unit_test(no_altered_proof_is_believed),
        cmocka_unit_test(a_proof_is_for_one_leaf_and_one_size),
        cmocka_unit_test(both_roots_of_a_growth_are_compared),
        cmocka_unit_test(what_no_tree_has_cannot_be_proven),
        cmocka_unit_test(a_missing_subtree_is_said_to_be_missing),
        cmocka_unit_test(roots_are_those_of_certificate_transparency),
        cmocka_unit_test(proofs_are_judged_as_others_judge_them),
        cmocka_unit_test(our_proofs_are_the_same_as_others_make),
    };

    return cmocka_run_group_tests_name("tree", tests, grow, NULL);
}
