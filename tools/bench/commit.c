/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench-commit - what one bare synced commit of LMDB costs here: one row of so
 * many bytes, one transaction, again and again.
 *
 *     bench-commit --folder=/tmp/x --count=1000 --size=1024
 *
 * Prints one JSON object, in microseconds. This is what latencies are held
 * against, as a disk decides them.
 */
#include <argp.h>
#include <lmdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "tools/bench/program.h"
#include "tools/bench/spread.h"

#define MAP_SIZE ((size_t)16 << 30)

struct arguments {
    const char *folder;
    unsigned long count;
    unsigned long size;
};

static MDB_env *
open_store(const char *folder, MDB_dbi *ret_dbi)
{
    MDB_env *env;
    MDB_txn *txn;

    bench_must(mdb_env_create(&env) == 0 &&
                   mdb_env_set_mapsize(env, MAP_SIZE) == 0 &&
                   mdb_env_open(env, folder, 0, 0600) == 0 &&
                   mdb_txn_begin(env, NULL, 0, &txn) == 0 &&
                   mdb_dbi_open(txn, NULL, MDB_INTEGERKEY, ret_dbi) == 0 &&
                   mdb_txn_commit(txn) == 0,
        "the store does not open");
    return env;
}

static void
commit_one(MDB_env *env, MDB_dbi dbi, size_t number, MDB_val value)
{
    MDB_val key = {sizeof number, &number};
    MDB_txn *txn;

    bench_must(mdb_txn_begin(env, NULL, 0, &txn) == 0 &&
                   mdb_put(txn, dbi, &key, &value, 0) == 0 &&
                   mdb_txn_commit(txn) == 0,
        "it cannot be committed");
}

static void
tell(uint64_t *samples, size_t count)
{
    struct bench_spread spread = bench_spread_of(samples, count);

    printf("{\"commits\":%zu,\"p50_us\":%.1f,\"p99_us\":%.1f,"
           "\"p999_us\":%.1f,\"max_us\":%.1f}\n",
        count, (double)spread.p50 / 1e3, (double)spread.p99 / 1e3,
        (double)spread.p999 / 1e3, (double)spread.max / 1e3);
}

static const struct argp_option options[] = {
    {"folder", 'f', "FOLDER", 0, "An empty one", 0},
    {"count", 'n', "N", 0, "Commits (1000)", 0},
    {"size", 's', "BYTES", 0, "Of the row (1024)", 0},
    {0},
};

static error_t
take_argument(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case 'f':
        arguments->folder = argument;
        return 0;
    case 'n':
        arguments->count = bench_number(argument, 1000000, state);
        return 0;
    case 's':
        arguments->size = bench_number(argument, 1000000, state);
        return 0;
    case ARGP_KEY_END:
        if (arguments->folder == NULL) {
            argp_error(state, "--folder must be given");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int
main(int argc, char *argv[])
{
    static const struct argp argp = {.options = options,
        .parser = take_argument,
        .doc = "What a bare synced commit of LMDB costs."};
    struct arguments arguments = {.count = 1000, .size = 1024};
    MDB_dbi dbi = 0;

    if (argp_parse(&argp, argc, argv, 0, NULL, &arguments) != 0) {
        return EX_USAGE;
    }
    uint64_t *samples = calloc(arguments.count, sizeof *samples);
    MDB_val value = {arguments.size, calloc(1, arguments.size)};
    MDB_env *env = open_store(arguments.folder, &dbi);

    bench_must(samples != NULL && value.mv_data != NULL, "no memory");
    for (size_t i = 0; i < arguments.count; i++) {
        uint64_t began = bench_now_ns();

        commit_one(env, dbi, i, value);
        samples[i] = bench_now_ns() - began;
    }
    mdb_env_close(env);
    tell(samples, arguments.count);
    free(value.mv_data);
    free(samples);
    return EX_OK;
}
