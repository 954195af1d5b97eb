/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A look into the lists of a node with many entries: a request of one thing, as
 * the local API answers it, within a turn of its own that is committed. Half of
 * what is asked for is on a list.
 *
 * The entries are put where the intake puts them (index, desk), with the prints
 * that an alert about a vehicle has, but without bundles and keys behind them:
 * making, sealing and opening ten million alerts would take hours and is not
 * what is measured. No socket is in the figures either.
 */
#include <argp.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "node/api.h"
#include "node/asked.h"
#include "node/desk.h"
#include "node/index.h"
#include "node/list.h"
#include "proto/base/time.h"
#include "proto/schema/list.pb-c.h"
#include "tools/bench/office.h"
#include "tools/bench/spread.h"

#define GIVER "ncc@mm"
#define FAMILY 113 /* conveyance_alert */
#define BATCH 20000
#define PLATE_MAX 32
#define PRINTS 4
#define ARENA_LEN ((size_t)1 << 20)

struct arguments {
    uint64_t entries;
    uint64_t checks;
    const char *folder;
    bool again;
    bool json;
};

/* ---- arguments ---- */

static uint64_t
number(struct argp_state *state, const char *name, const char *text)
{
    char *end = NULL;
    unsigned long long value = strtoull(text, &end, 10);

    if (text[0] < '0' || text[0] > '9' || *end != '\0' || value == 0 ||
        value > 100000000) {
        argp_error(state, "%s takes a number, 1 to 100000000", name);
    }
    return value;
}

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case 'n':
        arguments->entries = number(state, "--entries", argument);
        return 0;
    case 'c':
        arguments->checks = number(state, "--checks", argument);
        return 0;
    case 'f':
        arguments->folder = argument;
        return 0;
    case 'a':
        arguments->again = true;
        return 0;
    case 'j':
        arguments->json = true;
        return 0;
    case ARGP_KEY_END:
        if (arguments->folder == NULL || arguments->checks < 2) {
            argp_error(state, "--folder is needed, and two --checks at least");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option options[] = {
    {"entries", 'n', "N", 0, "Alerts on the lists (1000000)", 0},
    {"checks", 'c', "N", 0, "Looks to be measured (100000)", 0},
    {"folder", 'f', "DIR", 0,
        "A folder to be made for the store; it is left there", 0},
    {"again", 'a', NULL, 0,
        "Measure what the same --entries left in --folder; fill nothing", 0},
    {"json", 'j', NULL, 0, "For programs", 0},
    {0},
};

static const char doc[] =
    "How long a look into the lists takes.\v"
    "Fills a new store with alerts about vehicles, and asks for single "
    "vehicles: half of them are on a list. Each is a turn of the node, with "
    "its commit. Progress goes to standard error.\n\n"
    "Example:\n"
    "  entente-bench lists --entries 10000000 --folder /var/tmp/bench\n";

static const struct argp argp = {
    .options = options, .parser = parse, .doc = doc};

/* ---- the entries ---- */

static void
plate_of(uint64_t entry, char ret_plate[static PLATE_MAX])
{
    (void)snprintf(ret_plate, PLATE_MAX, "%" PRIu64 "K %04" PRIu64,
        entry / 10000, entry % 10000);
}

struct prints {
    struct node *node;
    struct node_blind list[PRINTS];
    size_t count;
};

static enum ent_status
add_print(void *context, enum ent_lookup kind, struct ent_view key,
    struct ent_error *err)
{
    struct prints *prints = context;

    if (prints->count == PRINTS) {
        return ent_fail(err, ENT_FULL, "a plate has one key");
    }
    prints->list[prints->count++] =
        node_index_blind(prints->node, false, kind, key);
    return ENT_OK;
}

static enum ent_status
put_row(struct node *node, uint64_t entry, struct ent_error *err)
{
    node_desk_row row = ENTENTE__REST__V1__DESK_ROW__INIT;
    struct node_key key = node_key_u64(entry);
    uint8_t id[16] = {0};

    ent_put_be(id + 8, entry, 8);
    row.id.data = id;
    row.id.len = sizeof id;
    row.from = (char *)(uintptr_t)GIVER;
    row.family = FAMILY;
    row.precedence = ENTENTE__V1__PRECEDENCE__PRIORITY;
    row.bundle = entry;
    row.day = node->now_ms / NODE_DAY_MS + 90;
    row.received_at = node->now_ms;
    row.retain_until = node->now_ms + 90 * NODE_DAY_MS;
    row.clause = (char *)(uintptr_t) "5.1";
    row.listed_until = node->now_ms + 30 * NODE_DAY_MS;
    return node_row_put(
        node->store, NODE_DESK, node_key_view(&key), &row.base, err);
}

static enum ent_status
put_entry(struct node *node, uint64_t entry, struct ent_error *err)
{
    struct prints prints = {
        .node = node,
        .list = {node_index_office(node, false, GIVER),
            node_index_family(node, false, FAMILY),
            node_index_list(node, GIVER)},
        .count = PRINTS - 1,
    };
    char plate[PLATE_MAX];
    enum ent_status rc;

    plate_of(entry, plate);
    rc = ent_lookup_ask(ENT_LOOKUP_PLATE, (struct ent_view){0},
        ent_view_text(plate), add_print, &prints, err);
    if (rc == ENT_OK) {
        rc = node_index_put(node, NODE_CAME, entry,
            ent_view_of(prints.list, sizeof prints.list), err);
    }
    return rc != ENT_OK ? rc : put_row(node, entry, err);
}

static enum ent_status
put_batch(
    struct node *node, uint64_t *entry, uint64_t end, struct ent_error *err)
{
    enum ent_status rc = node_turn_begin(node, ent_time_now_ms(), err);

    if (rc != ENT_OK) {
        return rc;
    }
    for (; rc == ENT_OK && *entry < end; (*entry)++) {
        rc = put_entry(node, *entry, err);
    }
    return node_turn_end(node, rc, err);
}

static enum ent_status
fill(struct node *node, uint64_t entries, struct ent_error *err)
{
    uint64_t told = bench_now_ns();
    uint64_t entry = 1;
    enum ent_status rc = ENT_OK;

    while (rc == ENT_OK && entry <= entries) {
        uint64_t end = entry + BATCH;

        rc =
            put_batch(node, &entry, end > entries + 1 ? entries + 1 : end, err);
        if (bench_now_ns() - told > UINT64_C(1000000000)) {
            told = bench_now_ns();
            fprintf(stderr, "\r%" PRIu64 " of %" PRIu64 " entries", entry - 1,
                entries);
        }
    }
    fprintf(
        stderr, "\r%" PRIu64 " of %" PRIu64 " entries\n", entry - 1, entries);
    return rc;
}

/* ---- the looks ---- */

struct measured {
    uint64_t *hits; /* ns each */
    uint64_t *misses;
    size_t hit_count;
    size_t miss_count;
};

/* One request, and how fresh that list is. */
static enum ent_status
look(struct node *node, const char *plate, struct ent_arena *arena,
    size_t *ret_found, struct ent_error *err)
{
    Entente__V1__ListCheckRequest request =
        ENTENTE__V1__LIST_CHECK_REQUEST__INIT;
    Entente__V1__ListCheckReply reply = ENTENTE__V1__LIST_CHECK_REPLY__INIT;
    Entente__V1__LookupTerm term = ENTENTE__V1__LOOKUP_TERM__INIT;
    Entente__V1__LookupTerm *terms[] = {&term};
    uint64_t newest_ms;
    enum ent_status rc;

    term.kind = (char *)(uintptr_t) "plate";
    term.value = (char *)(uintptr_t)plate;
    request.terms = terms;
    request.n_terms = 1;
    ent_arena_reset(arena);
    rc = node_turn_begin(node, ent_time_now_ms(), err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = node_api_list_check(
        node, NODE_USER_UNKNOWN, &request, arena, &reply, err);
    if (rc == ENT_OK) {
        rc = node_list_newest(node, GIVER, &newest_ms, err);
    }
    *ret_found = rc == ENT_OK ? reply.answers[0]->n_entries : 0;
    return node_turn_end(node, rc, err);
}

static enum ent_status
measure(struct node *node, const struct arguments *arguments,
    struct measured *measured, struct ent_error *err)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    enum ent_status rc = ent_arena_init(&arena, ARENA_LEN, err);

    for (uint64_t i = 0; rc == ENT_OK && i < arguments->checks; i++) {
        bool listed = i % 2 == 0;
        uint64_t entry = 1 + randombytes_random() % arguments->entries;
        char plate[PLATE_MAX];
        size_t found = 0;
        uint64_t from;

        plate_of(listed ? entry : entry + arguments->entries, plate);
        from = bench_now_ns();
        rc = look(node, plate, &arena, &found, err);
        from = bench_now_ns() - from;
        if (rc == ENT_OK && found != (listed ? 1 : 0)) {
            rc = ent_fail(err, ENT_IO, "'%s' is on %zu lists", plate, found);
        }
        if (listed) {
            measured->hits[measured->hit_count++] = from;
        } else {
            measured->misses[measured->miss_count++] = from;
        }
    }
    return rc;
}

/* ---- what came of it ---- */

static void
print(const char *name, const struct bench_spread *spread, bool json)
{
    printf(json ? ",\"%s\":{\"p50Us\":%.1f,\"p99Us\":%.1f,\"p999Us\":%.1f,"
                  "\"maxUs\":%.1f}"
                : "%-6s p50 %.1f us, p99 %.1f us, p99.9 %.1f us, max %.1f us\n",
        name, (double)spread->p50 / 1000, (double)spread->p99 / 1000,
        (double)spread->p999 / 1000, (double)spread->max / 1000);
}

static enum ent_status
report(struct node *node, const struct arguments *arguments,
    const struct measured *measured, uint64_t fill_ns, struct ent_error *err)
{
    struct bench_spread hits =
        bench_spread_of(measured->hits, measured->hit_count);
    struct bench_spread misses =
        bench_spread_of(measured->misses, measured->miss_count);
    uint64_t used = 0;
    enum ent_status rc = node_store_begin(node->store, err);

    if (rc == ENT_OK) {
        rc = node_store_usage(node->store, &used, err);
        node_store_abort(node->store);
    }
    printf(arguments->json ? "{\"entries\":%" PRIu64 ",\"checks\":%" PRIu64
                             ",\"storeMiB\":%.1f,\"fillS\":%.1f"
                           : "%" PRIu64 " entries, %" PRIu64
                             " checks; store %.1f MiB, filled in %.1f s\n",
        arguments->entries, arguments->checks, (double)used / (1 << 20),
        (double)fill_ns / 1e9);
    print("hit", &hits, arguments->json);
    print("miss", &misses, arguments->json);
    if (arguments->json) {
        puts("}");
    }
    return rc;
}

static enum ent_status
run(const struct arguments *arguments, struct node *node,
    struct measured *measured, struct ent_error *err)
{
    uint64_t from = bench_now_ns();
    uint64_t filled;
    enum ent_status rc =
        arguments->again ? ENT_OK : fill(node, arguments->entries, err);

    filled = bench_now_ns() - from;
    if (rc == ENT_OK) {
        rc = measure(node, arguments, measured, err);
    }
    return rc != ENT_OK ? rc : report(node, arguments, measured, filled, err);
}

int
main(int argc, char *argv[])
{
    struct arguments arguments = {.entries = 1000000, .checks = 100000};
    struct measured measured = {0};
    struct bench_office office;
    struct ent_error err = {0};
    enum ent_status rc;

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    measured.hits = calloc(arguments.checks, sizeof *measured.hits);
    measured.misses = calloc(arguments.checks, sizeof *measured.misses);
    rc = sodium_init() < 0 || measured.hits == NULL || measured.misses == NULL
             ? ent_fail(&err, ENT_NO_MEMORY, "starting")
             : bench_office_open(&office, arguments.folder, arguments.again,
                   (uint64_t)64 << 30, &err);
    if (rc == ENT_OK) {
        rc = run(&arguments, office.node, &measured, &err);
        bench_office_close(&office);
    }
    free(measured.hits);
    free(measured.misses);
    if (rc != ENT_OK) {
        fprintf(stderr, "bench-lists: %s\n", err.text);
        return EX_SOFTWARE;
    }
    return EX_OK;
}
