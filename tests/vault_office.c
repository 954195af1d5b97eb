/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/vault_office.h"

#include <ftw.h>
#include <stdio.h>

struct vault_office office;

static const uint8_t store_key[ENT_KV_STORE_KEY_LEN] = {1};

static void
path_of(const char *name, char *ret_path, size_t size)
{
    (void)snprintf(ret_path, size, "%s/%s", office.folder, name);
}

int
vault_office_setup(void **state)
{
    char path[128];
    void *folder;

    (void)state;
    office = (struct vault_office){.slots = NULL};
    assert_int_equal(make_folder(&folder), 0);
    (void)snprintf(office.folder, sizeof office.folder, "%s", (char *)folder);
    expect_ok(ent_secret_new(&office.storage, &last_error));
    path_of("slots", path, sizeof path);
    expect_ok(node_slots_create(path, &last_error));
    expect_ok(
        node_slots_open(path, office.storage, &office.slots, &last_error));
    path_of("store", path, sizeof path);
    expect_ok(node_store_create(path, store_key, 1 << 24, &last_error));
    expect_ok(
        node_store_open(path, store_key, 1 << 24, &office.store, &last_error));
    expect_ok(node_store_begin(office.store, &last_error));
    return 0;
}

static int
remove_one(
    const char *path, const struct stat *about, int kind, struct FTW *walk)
{
    (void)about;
    (void)kind;
    (void)walk;
    return remove(path);
}

void
vault_office_reopen(void)
{
    char path[128];

    expect_ok(node_store_commit(office.store, &last_error));
    node_store_close(&office.store);
    path_of("store", path, sizeof path);
    expect_ok(
        node_store_open(path, store_key, 1 << 24, &office.store, &last_error));
    expect_ok(node_store_begin(office.store, &last_error));
}

int
vault_office_teardown(void **state)
{
    (void)state;
    node_store_abort(office.store);
    node_store_close(&office.store);
    node_slots_close(&office.slots);
    ent_secret_free(&office.storage);
    return nftw(office.folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
