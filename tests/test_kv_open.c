/* SPDX-License-Identifier: Apache-2.0 */
/* Who may make a store, and who may open it. */
#include "tests/kv_store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void
opening_never_makes_a_store(void **state)
{
    struct ent_kv *kv = NULL;
    char path[64];

    expect_status(
        ent_kv_open(*state, &kv_options, &kv, &last_error), ENT_NOT_FOUND);
    assert_non_null(strstr(last_error.text, "init"));
    (void)snprintf(path, sizeof path, "%s/none", (char *)*state);
    expect_status(
        ent_kv_open(path, &kv_options, &kv, &last_error), ENT_NOT_FOUND);
    assert_int_equal(access(path, F_OK), -1);
    assert_null(kv);
}

static void
a_store_is_made_once_and_for_its_owner_alone(void **state)
{
    struct stat stat_of;
    char path[64];
    char file[80];

    (void)snprintf(path, sizeof path, "%s/store", (char *)*state);
    expect_ok(ent_kv_create(path, &kv_options, &last_error));
    expect_status(ent_kv_create(path, &kv_options, &last_error), ENT_EXISTS);
    assert_int_equal(stat(path, &stat_of), 0);
    assert_int_equal(stat_of.st_mode & 0777, 0700);
    (void)snprintf(file, sizeof file, "%s/data.mdb", path);
    assert_int_equal(stat(file, &stat_of), 0);
    assert_int_equal(stat_of.st_mode & 0777, 0600);
    assert_int_equal(unlink(file), 0);
    (void)snprintf(file, sizeof file, "%s/redo.log", path);
    assert_int_equal(unlink(file), 0);
    (void)snprintf(file, sizeof file, "%s/long.mdb", path);
    assert_int_equal(unlink(file), 0);
    (void)snprintf(file, sizeof file, "%s/owner.lock", path);
    assert_int_equal(unlink(file), 0);
    assert_int_equal(rmdir(path), 0); /* nothing else was left in it */
}

static void
a_creation_cut_short_can_be_repeated(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = NULL;
    char path[64];
    int file;

    (void)snprintf(path, sizeof path, "%s/new.mdb", (char *)*state);
    file = open(path, O_WRONLY | O_CREAT, 0600);
    assert_int_equal(write(file, "half", 4), 4);
    assert_int_equal(close(file), 0);
    kv = new_store(state);
    put(kv, LETTERS, 1, "a");
}

static void
a_creation_that_fails_leaves_no_store(void **state)
{
    struct ent_kv *kv = NULL;

    sync_errno = EIO;
    expect_status(ent_kv_create(*state, &kv_options, &last_error), ENT_IO);
    sync_errno = 0;
    expect_status(
        ent_kv_open(*state, &kv_options, &kv, &last_error), ENT_NOT_FOUND);
    kv = new_store(state);
    ent_kv_close(&kv);
}

static void
a_second_process_is_refused_until_the_first_ends(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct ent_kv *again = NULL;
    int status = 0;
    pid_t pid;

    pid = fork();
    if (pid == 0) {
        _exit((int)ent_kv_open(*state, &kv_options, &again, NULL));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(WEXITSTATUS(status), ENT_BUSY);

    expect_status(
        ent_kv_open(*state, &kv_options, &again, &last_error), ENT_BUSY);
    assert_non_null(strstr(last_error.text, "in use by process"));
    ent_kv_close(&kv);
    kv = open_store(state);
}

static void
the_wrong_storage_key_is_named_as_such(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct ent_kv_options other = kv_options;

    ent_kv_close(&kv);
    other.store_key[0] ^= 1;
    expect_status(ent_kv_open(*state, &other, &kv, &last_error), ENT_REJECTED);
    assert_non_null(
        strstr(last_error.text, "wrong storage key or damaged store"));
}

static void
another_format_is_told_from_a_wrong_key(void **state)
{
    static const uint8_t first[4 + 16 + 16] = {0, 0, 0, 1};
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);

    ent_kv_close(&kv);
    write_disk_at(
        state, "entente.store", view("entente.store"), first, sizeof first);
    expect_status(
        ent_kv_open(*state, &kv_options, &kv, &last_error), ENT_UNSUPPORTED);
    assert_non_null(strstr(last_error.text, "its format is version 1"));
}

static void
other_tables_mean_another_version(void **state)
{
    struct ent_kv_table changed[] = {kv_tables[0], kv_tables[1], kv_tables[2],
        kv_tables[3], {.name = "fifth", .key_len = 1}};
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);
    struct ent_kv_options other = kv_options;

    ent_kv_close(&kv);
    other.tables = changed;
    other.table_count = 5;
    expect_status(
        ent_kv_open(*state, &other, &kv, &last_error), ENT_UNSUPPORTED);
    other.table_count = 3;
    expect_status(
        ent_kv_open(*state, &other, &kv, &last_error), ENT_UNSUPPORTED);
    other.table_count = 4;
    changed[1].key_len = 16;
    expect_status(
        ent_kv_open(*state, &other, &kv, &last_error), ENT_UNSUPPORTED);
    changed[1] = kv_tables[1];
    changed[1].form = ENT_KV_BARE;
    expect_status(
        ent_kv_open(*state, &other, &kv, &last_error), ENT_UNSUPPORTED);
    assert_non_null(strstr(last_error.text, "begin a new store"));
    assert_null(kv);
}

static void
options_out_of_bounds_are_refused(void **state)
{
    struct ent_kv_table table = {.name = "t", .key_len = 512};
    struct ent_kv_options other = kv_options;

    other.tables = &table;
    other.table_count = 1;
    expect_status(ent_kv_create(*state, &other, &last_error), ENT_BAD_INPUT);
    table.key_len = 0;
    expect_status(ent_kv_create(*state, &other, &last_error), ENT_BAD_INPUT);
    table = (struct ent_kv_table){.name = "entente.store", .key_len = 1};
    expect_status(ent_kv_create(*state, &other, &last_error), ENT_BAD_INPUT);
    other = kv_options;
    other.table_count = ENT_KV_TABLES_MAX + 1;
    expect_status(ent_kv_create(*state, &other, &last_error), ENT_BAD_INPUT);
    other = kv_options;
    other.size_max = 4096;
    expect_status(ent_kv_create(*state, &other, &last_error), ENT_BAD_INPUT);
    other = kv_options;
    other.cipher = NULL;
    expect_status(ent_kv_create(*state, &other, &last_error), ENT_BAD_INPUT);
}

static void
out_of_memory_opens_nothing(void **state)
{
    ENT_AUTO(ent_kv_close) struct ent_kv *kv = new_store(state);

    ent_kv_close(&kv);
    fail_allocation(1);
    expect_status(
        ent_kv_open(*state, &kv_options, &kv, &last_error), ENT_NO_MEMORY);
    assert_null(kv);
    kv = open_store(state); /* the lock is free again */
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        KV_TEST(opening_never_makes_a_store),
        KV_TEST(a_store_is_made_once_and_for_its_owner_alone),
        KV_TEST(a_creation_cut_short_can_be_repeated),
        KV_TEST(a_creation_that_fails_leaves_no_store),
        KV_TEST(a_second_process_is_refused_until_the_first_ends),
        KV_TEST(the_wrong_storage_key_is_named_as_such),
        KV_TEST(another_format_is_told_from_a_wrong_key),
        KV_TEST(other_tables_mean_another_version),
        KV_TEST(options_out_of_bounds_are_refused),
        KV_TEST(out_of_memory_opens_nothing),
    };

    return cmocka_run_group_tests_name("kv_open", tests, NULL, NULL);
}
