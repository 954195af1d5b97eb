/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kv_boxes.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/file.h"
#include "proto/base/redo.h"

/* ---- the files ---- */

const char *
file_in(void **state, const char *folder, const char *name)
{
    static char path[128];

    (void)snprintf(path, sizeof path, "%s/%s%s", (char *)*state, folder, name);
    return path;
}

void
copy_file(void **state, const char *name)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes content = {0};

    expect_ok(ent_file_read(
        file_in(state, "", name), 8 * STORE_MAX, &content, &last_error));
    (void)unlink(file_in(state, COPY "/", name));
    expect_ok(ent_file_create(file_in(state, COPY "/", name), 0600,
        ent_bytes_view(&content), &last_error));
}

void
make_copy(void **state)
{
    assert_true(mkdir(file_in(state, COPY, ""), 0700) == 0 || errno == EEXIST);
}

struct ent_kv *
open_copy(void **state)
{
    struct ent_kv *kv = NULL;

    expect_ok(
        ent_kv_open(file_in(state, COPY, ""), &kv_options, &kv, &last_error));
    return kv;
}

struct ent_kv *
after_a_power_cut(void **state)
{
    make_copy(state);
    copy_file(state, "data.mdb");
    copy_file(state, "long.mdb");
    copy_file(state, ENT_REDO_FILE);
    return open_copy(state);
}

/* ---- values ---- */

struct ent_view
long_of(uint64_t number, size_t len)
{
    static uint8_t bytes[LONG_LEN];

    for (size_t i = 0; i < len; i++) {
        bytes[i] = (uint8_t)(number * 31 + i + (i >> 8));
    }
    return ent_view_of(bytes, len);
}

void
put_box(struct ent_kv_txn *txn, uint64_t key, size_t len)
{
    expect_ok(
        ent_kv_put(txn, BOXES, key_of(key), long_of(key, len), &last_error));
    expect_ok(
        ent_kv_put(txn, LETTERS, key_of(key), view("its row"), &last_error));
}

void
delete_box(struct ent_kv_txn *txn, uint64_t key)
{
    expect_ok(ent_kv_delete(txn, BOXES, key_of(key), &last_error));
    expect_ok(ent_kv_delete(txn, LETTERS, key_of(key), &last_error));
}

bool
has_box_in(struct ent_kv_txn *txn, uint64_t key, size_t len)
{
    struct ent_view value;
    enum ent_status rc =
        ent_kv_get(txn, BOXES, key_of(key), &value, &last_error);

    if (rc == ENT_OK) {
        assert_true(ent_view_equal(value, long_of(key, len)));
    } else {
        expect_status(rc, ENT_NOT_FOUND);
    }
    return rc == ENT_OK;
}

bool
has_box(struct ent_kv *kv, uint64_t key, size_t len)
{
    struct ent_kv_txn *txn = begin(kv, true);
    struct ent_view row;
    bool has_row =
        ent_kv_get(txn, LETTERS, key_of(key), &row, &last_error) == ENT_OK;
    bool has = has_box_in(txn, key, len);

    ent_kv_abort(&txn);
    assert_int_equal(has, has_row);
    return has;
}

void
keep_box(struct ent_kv *kv, uint64_t key, size_t len)
{
    struct ent_kv_txn *txn = begin(kv, true);

    put_box(txn, key, len);
    expect_ok(ent_kv_commit(&txn, &last_error));
}

void
throw_away(struct ent_kv *kv, uint64_t key)
{
    struct ent_kv_txn *txn = begin(kv, true);

    delete_box(txn, key);
    expect_ok(ent_kv_commit(&txn, &last_error));
}

uint64_t
in_the_files(struct ent_kv *kv)
{
    struct ent_kv_txn *txn = begin(kv, false);
    uint64_t entries = 0;
    uint64_t used = 0;

    ent_kv_abort(&txn);
    expect_ok(ent_kv_usage(kv, &used, &entries, &last_error));
    return entries;
}

void
keep_ahead(struct ent_kv *kv, uint64_t key)
{
    struct ent_kv_txn *txn = begin(kv, true);

    put_box(txn, key, LONG_LEN);
    expect_ok(ent_kv_commit_ahead(&txn, &last_error));
    assert_null(txn);
}
