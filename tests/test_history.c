/* SPDX-License-Identifier: Apache-2.0 */
/* Random histories: whatever is cut, edited or told differently, who holds an
 * earlier checkpoint notices; and nobody who is honest is ever accused. */
#include "tests/support.h"

#include "proto/history.h"
#include "tests/parties.h"

#define ENTRIES_MAX 200
#define ROUNDS 3000

/* A journal in memory, with all of its tree. */
struct history {
    uint64_t size;
    uint8_t entries[ENTRIES_MAX];
    struct ent_digest nodes[9][ENTRIES_MAX];
    struct ent_tree_edge edge;
};

static uint64_t seed = 20261129;

static uint32_t
dice(uint32_t sides)
{
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (uint32_t)(seed >> 33) % sides;
}

static void
keep(void *context, unsigned level, uint64_t index,
    const struct ent_digest *node)
{
    ((struct history *)context)->nodes[level][index] = *node;
}

static bool
fetch(
    void *context, unsigned level, uint64_t index, struct ent_digest *ret_node)
{
    *ret_node = ((struct history *)context)->nodes[level][index];
    return true;
}

static void
append(struct history *history, uint8_t entry)
{
    struct ent_digest leaf =
        ent_tree_leaf(ent_tree_sha256, ent_view_of(&entry, 1));

    history->entries[history->size++] = entry;
    ent_tree_append(ent_tree_sha256, &history->edge, &leaf, keep, history);
}

static void
grow(struct history *history, uint64_t size)
{
    while (history->size < size) {
        append(history, (uint8_t)dice(256));
    }
}

/* The same with `count` entries, of which the one at `edited` is another. */
static struct history
rewritten(const struct history *history, uint64_t count, uint64_t edited)
{
    struct history other = {.size = 0};

    for (uint64_t i = 0; i < count; i++) {
        append(&other, history->entries[i] ^ (i == edited ? 1 : 0));
    }
    return other;
}

static struct ent_checkpoint
checkpoint_of(const struct history *history)
{
    return (struct ent_checkpoint){
        .size = history->size,
        .root = ent_tree_edge_root(ent_tree_sha256, &history->edge),
        .incarnation = 7,
    };
}

/* What an office would say that holds this history, whoever asks. */
static struct ent_witness
proof(struct history *history, uint64_t from)
{
    struct ent_witness witness = {.proof_count = 0};

    if (from <= history->size) {
        witness.proofs[0].size = from;
        expect_ok(ent_tree_prove_consistency(ent_tree_sha256, fetch, history,
            from, history->size, &witness.proofs[0].path, &last_error));
        witness.proof_count = 1;
    }
    return witness;
}

static enum ent_history
judged(const struct ent_checkpoint *held, struct history *history)
{
    struct ent_checkpoint now = checkpoint_of(history);
    struct ent_witness witness = proof(history, held->size);

    return ent_history_judge(held, &now, &witness);
}

static void
whoever_only_appends_is_never_accused(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        struct history history = {.size = 0};
        struct ent_checkpoint held;

        grow(&history, 1 + dice(ENTRIES_MAX / 2));
        held = checkpoint_of(&history);
        assert_int_equal(judged(&held, &history), ENT_HISTORY_SAME);
        grow(&history, history.size + 1 + dice(ENTRIES_MAX / 2));
        assert_int_equal(judged(&held, &history), ENT_HISTORY_GROWN);
    }
}

static void
every_cut_edit_and_fork_is_noticed(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        struct history history = {.size = 0};
        struct history other;
        struct ent_checkpoint held;
        uint64_t size;

        grow(&history, 2 + dice(ENTRIES_MAX / 2));
        held = checkpoint_of(&history);
        size = history.size;

        other = rewritten(&history, 1 + dice((uint32_t)size - 1), UINT64_MAX);
        assert_int_equal(judged(&held, &other), ENT_HISTORY_SHORTER);
        grow(&other, size); /* and went on otherwise */
        other.entries[size - 1] ^= 1;
        other = rewritten(&other, size,
            memcmp(other.entries, history.entries, size) == 0 ? 0 : UINT64_MAX);
        assert_int_equal(judged(&held, &other), ENT_HISTORY_FORKED);

        other = rewritten(&history, size, dice((uint32_t)size));
        assert_int_equal(judged(&held, &other), ENT_HISTORY_FORKED);
        grow(&other, size + 1 + dice(ENTRIES_MAX / 2 - 1));
        assert_int_equal(judged(&held, &other), ENT_HISTORY_FORKED);
    }
}

static void
no_other_proof_helps(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        struct history history = {.size = 0};
        struct history other;
        struct ent_checkpoint held;
        struct ent_checkpoint now;
        struct ent_witness witness;

        grow(&history, 2 + dice(ENTRIES_MAX / 2));
        held = checkpoint_of(&history);
        other = rewritten(&history, history.size, dice((uint32_t)history.size));
        grow(&other, other.size + 1 + dice(20));
        now = checkpoint_of(&other);
        grow(&history, other.size);
        witness = proof(&history, held.size); /* of the true one */
        assert_true(
            ent_history_contradicts(ent_history_judge(&held, &now, &witness)));
        witness.proof_count = 0;
        assert_int_equal(
            ent_history_judge(&held, &now, &witness), ENT_HISTORY_UNPROVEN);
    }
}

static void
another_life_of_the_store_is_no_contradiction(void **state)
{
    static const struct ent_witness nothing;
    struct ent_checkpoint held = {.size = 9, .incarnation = 7};
    struct ent_checkpoint now = {.size = 3, .incarnation = 8};

    (void)state;
    assert_int_equal(ent_history_judge(&held, &now, &nothing), ENT_HISTORY_NEW);
    assert_int_equal(
        ent_history_judge(&now, &held, &nothing), ENT_HISTORY_SHORTER);
    assert_int_equal(
        ent_history_compare(&held, &now, &nothing), ENT_HISTORY_UNPROVEN);
}

static void
two_that_were_shown_differently_are_found_out(void **state)
{
    (void)state;
    for (int i = 0; i < ROUNDS; i++) {
        struct history shown = {.size = 0};
        struct history other;
        struct ent_checkpoint there;
        struct ent_checkpoint here;
        struct ent_witness witness;
        uint64_t size = 1 + dice(ENTRIES_MAX / 2);

        grow(&shown, size + dice(ENTRIES_MAX / 2));
        other = rewritten(&shown, size, dice((uint32_t)size));
        there = checkpoint_of(&other);
        here = checkpoint_of(&shown);
        witness = proof(&shown, there.size);
        assert_int_equal(
            ent_history_compare(&there, &here, &witness), ENT_HISTORY_FORKED);
        other = rewritten(&shown, size, UINT64_MAX);
        there = checkpoint_of(&other);
        assert_false(ent_history_contradicts(
            ent_history_compare(&there, &here, &witness)));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whoever_only_appends_is_never_accused),
        cmocka_unit_test(every_cut_edit_and_fork_is_noticed),
        cmocka_unit_test(no_other_proof_helps),
        cmocka_unit_test(another_life_of_the_store_is_no_contradiction),
        cmocka_unit_test(two_that_were_shown_differently_are_found_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
