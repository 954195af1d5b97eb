/* SPDX-License-Identifier: Apache-2.0 */
/* To what the seed of an ephemeral key is bound. */
#include "tests/support.h"

#include <sodium.h>
#include <stdio.h>

#include "node/keeper.h"

#define SEED_LEN 32
#define FIRST 7

static const struct ent_digest stream = {{1, 2, 3}};

/* An office's keys in a folder of their own. */
struct office {
    void *folder;
    struct node_keeper *keeper;
};

static void
write_key(struct office *office, const char *name, enum ent_key_role role)
{
    struct ent_secret *secret = NULL;
    char path[128];

    (void)snprintf(path, sizeof path, "%s/%s", (char *)office->folder, name);
    expect_ok(ent_secret_new(&secret, &last_error));
    expect_ok(ent_keyfile_write(path, role, secret, NULL, &last_error));
    ent_secret_free(&secret);
}

static int
setup(void **state)
{
    static struct office office;

    if (make_folder(&office.folder) != 0) {
        return -1;
    }
    write_key(&office, "office.key", ENT_KEY_OFFICE);
    write_key(&office, "link.key", ENT_KEY_LINK);
    write_key(&office, "storage.key", ENT_KEY_STORAGE);
    expect_ok(
        node_keeper_open(office.folder, NULL, &office.keeper, &last_error));
    *state = &office;
    return 0;
}

static int
teardown(void **state)
{
    struct office *office = *state;

    node_keeper_close(&office->keeper);
    return remove_folder(&office->folder);
}

/* ---- a machine whose randomness repeats ---- */

static const char *
name_of_worn_out(void)
{
    return "worn out";
}

static uint32_t
one_number(void)
{
    return 4;
}

static void
one_value(void *const bytes, const size_t len)
{
    memset(bytes, 4, len);
}

static struct randombytes_implementation worn_out = {
    .implementation_name = name_of_worn_out,
    .random = one_number,
    .buf = one_value,
};

#define MANY 2

/* Was the same seed made of both, while the system gives one value for ever? */
static bool
is_same_seed(struct node_keeper *keeper,
    const struct node_keeper_message *messages,
    const struct node_keeper_message *others, size_t count)
{
    uint8_t seed[SEED_LEN];
    uint8_t other[SEED_LEN];

    (void)randombytes_set_implementation(&worn_out);
    node_keeper_ephemeral(keeper, &stream, FIRST, messages, count, seed);
    node_keeper_ephemeral(keeper, &stream, FIRST, others, count, other);
    (void)randombytes_set_implementation(&randombytes_sysrandom_implementation);
    return memcmp(seed, other, sizeof seed) == 0;
}

/* The same of messages of which nothing was hashed before. */
static bool
is_same(struct node_keeper *keeper, const struct ent_view *bytes,
    const struct ent_view *other_bytes, size_t count)
{
    struct node_keeper_message messages[MANY] = {{.end.len = 0}};
    struct node_keeper_message others[MANY] = {{.end.len = 0}};

    for (size_t i = 0; i < count; i++) {
        messages[i].bytes = bytes[i];
        others[i].bytes = other_bytes[i];
    }
    return is_same_seed(keeper, messages, others, count);
}

static void
another_content_at_the_same_place_has_another_key(void **state)
{
    struct office *office = *state;
    const struct ent_view messages[] = {view("to Tachileik"), view("STOP")};
    const struct ent_view changed[] = {view("to Tachileik"), view("STOp")};
    const struct ent_view turned[] = {view("STOP"), view("to Tachileik")};
    const struct ent_view moved[] = {view("to Tachilei"), view("kSTOP")};

    assert_true(is_same(office->keeper, messages, messages, 2));
    assert_false(is_same(office->keeper, messages, changed, 2));
    assert_false(is_same(office->keeper, messages, turned, 2));
    assert_false(is_same(office->keeper, messages, moved, 2));
    assert_false(is_same(office->keeper, messages, turned, 1));
}

static void
every_bit_of_a_message_counts(void **state)
{
    struct office *office = *state;
    uint8_t bytes[40] = "an alert that is longer than one block";
    uint8_t other[sizeof bytes];
    const struct ent_view message = ent_view_of(bytes, sizeof bytes);
    const struct ent_view changed = ent_view_of(other, sizeof other);

    for (size_t bit = 0; bit < 8 * sizeof bytes; bit++) {
        memcpy(other, bytes, sizeof other);
        other[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_false(is_same(office->keeper, &message, &changed, 1));
    }
}

/* A message whose end was hashed when it was given. */
static struct node_keeper_message
partly(const uint8_t bytes[static 40])
{
    return (struct node_keeper_message){.bytes = ent_view_of(bytes, 40),
        .end = {.len = 20, .print = {1, 2, 3}}};
}

static void
before_an_end_that_was_hashed_every_bit_counts(void **state)
{
    struct office *office = *state;
    uint8_t bytes[40] = "an alert that is longer than one block";
    uint8_t other[sizeof bytes];
    const struct node_keeper_message message = partly(bytes);
    const struct node_keeper_message changed = partly(other);

    for (size_t bit = 0; bit < 8 * sizeof bytes; bit++) {
        memcpy(other, bytes, sizeof other);
        other[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(
            is_same_seed(office->keeper, &message, &changed, 1), bit / 8 >= 20);
    }
}

static void
another_end_or_print_of_it_has_another_key(void **state)
{
    struct office *office = *state;
    const uint8_t bytes[40] = {0};
    const struct node_keeper_message message = partly(bytes);
    struct node_keeper_message other = message;

    assert_true(is_same_seed(office->keeper, &message, &other, 1));
    other.end.len--;
    assert_false(is_same_seed(office->keeper, &message, &other, 1));
    other = message;
    other.end.print[NODE_PRINT_LEN - 1] ^= 1;
    assert_false(is_same_seed(office->keeper, &message, &other, 1));
    other = message;
    other.end.len--;
    other.bytes.len--;
    assert_false(is_same_seed(office->keeper, &message, &other, 1));
    other = message;
    other.end.len = 0; /* all of it is hashed */
    assert_false(is_same_seed(office->keeper, &message, &other, 1));
}

/* Where little is saved by it, all of a message is hashed. */
static void
behind_too_many_bytes_no_end_is_left_out(void **state)
{
    struct office *office = *state;
    static uint8_t bytes[2000];
    static uint8_t other[2000];
    struct node_keeper_message message = {
        .bytes = ent_view_of(bytes, sizeof bytes), .end = {.len = 9}};
    struct node_keeper_message changed = message;

    changed.bytes.data = other;
    assert_true(is_same_seed(office->keeper, &message, &changed, 1));
    other[1995] = 1;
    assert_false(is_same_seed(office->keeper, &message, &changed, 1));
}

static void
another_place_has_another_key(void **state)
{
    struct office *office = *state;
    const struct node_keeper_message message = {.bytes = view("STOP")};
    const struct ent_digest elsewhere = {{1, 2, 4}};
    uint8_t seeds[3][SEED_LEN];

    (void)randombytes_set_implementation(&worn_out);
    node_keeper_ephemeral(
        office->keeper, &stream, FIRST, &message, 1, seeds[0]);
    node_keeper_ephemeral(
        office->keeper, &stream, FIRST + 1, &message, 1, seeds[1]);
    node_keeper_ephemeral(
        office->keeper, &elsewhere, FIRST, &message, 1, seeds[2]);
    (void)randombytes_set_implementation(&randombytes_sysrandom_implementation);
    assert_memory_not_equal(seeds[0], seeds[1], SEED_LEN);
    assert_memory_not_equal(seeds[0], seeds[2], SEED_LEN);
}

static void
a_key_is_never_made_twice(void **state)
{
    struct office *office = *state;
    const struct node_keeper_message message = {.bytes = view("STOP")};
    uint8_t seeds[2][SEED_LEN];

    for (size_t i = 0; i < 2; i++) {
        node_keeper_ephemeral(
            office->keeper, &stream, FIRST, &message, 1, seeds[i]);
    }
    assert_memory_not_equal(seeds[0], seeds[1], SEED_LEN);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(another_content_at_the_same_place_has_another_key),
        cmocka_unit_test(every_bit_of_a_message_counts),
        cmocka_unit_test(before_an_end_that_was_hashed_every_bit_counts),
        cmocka_unit_test(another_end_or_print_of_it_has_another_key),
        cmocka_unit_test(behind_too_many_bytes_no_end_is_left_out),
        cmocka_unit_test(another_place_has_another_key),
        cmocka_unit_test(a_key_is_never_made_twice),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests_name("node_keeper", tests, setup, teardown);
}
