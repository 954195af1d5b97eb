/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench-limit - the primitives that a message cannot do without, in a bare
 * loop, and nothing else: what this machine lets any such system reach.
 *
 *     bench-limit --messages=100000 --size=1024 --folder=/tmp/x
 *
 * Two processes, like two offices. One makes bundles: X25519, a key, an AEAD
 * and a leaf hash for each message, a hash tree, one Ed25519 signature, one
 * synced LMDB commit, and sends them over TCP under CURVE. The other verifies,
 * opens, commits with sync, and signs a receipt, which the first verifies and
 * commits with its next bundle. There is no local api, no protobuf, no policy,
 * no journal, no index. Prints one JSON object.
 */
#include <argp.h>
#include <jansson.h>
#include <lmdb.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "tools/bench/limit_bundle.h"
#include "tools/bench/program.h"

#define MAP_SIZE ((size_t)64 << 30)
#define PATH_MAX_LEN 4096

struct limit {
    unsigned long messages;
    unsigned long size;
    unsigned long bundle;
    unsigned long window; /* bundles that wait for their receipt */
    const char *folder;
};

/* One side: its keys, its store and its end of the link. */
struct side {
    struct limit_keys keys;
    MDB_env *env;
    MDB_dbi dbi;
    void *socket;
};

static double
now_s(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- the store ---- */

static void
store_open(struct side *side, const char *folder, const char *name)
{
    char path[PATH_MAX_LEN];
    MDB_txn *txn;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    bench_must(mkdir(path, 0700) == 0, "its folder exists, or cannot be made");
    bench_must(mdb_env_create(&side->env) == 0 &&
                   mdb_env_set_mapsize(side->env, MAP_SIZE) == 0 &&
                   mdb_env_open(side->env, path, 0, 0600) == 0 &&
                   mdb_txn_begin(side->env, NULL, 0, &txn) == 0 &&
                   mdb_dbi_open(txn, NULL, MDB_INTEGERKEY, &side->dbi) == 0 &&
                   mdb_txn_commit(txn) == 0,
        "the store does not open");
}

static void
store_put(
    struct side *side, MDB_txn *txn, size_t key, const void *value, size_t len)
{
    MDB_val k = {sizeof key, &key}, v = {len, (void *)(uintptr_t)value};

    bench_must(
        mdb_put(txn, side->dbi, &k, &v, 0) == 0, "the store takes no more");
}

/* ---- the recipient ---- */

static void
receive_all(struct side *side, const struct limit *limit)
{
    unsigned long got = 0;

    while (got < limit->messages) {
        struct limit_receipt receipt;
        struct limit_head head;
        zmq_msg_t frame;
        MDB_txn *txn;

        bench_must(zmq_msg_init(&frame) == 0 &&
                       zmq_msg_recv(&frame, side->socket, 0) > 0,
            "nothing comes");
        limit_bundle_open(
            &side->keys, zmq_msg_data(&frame), limit->size, &head);
        bench_must(
            mdb_txn_begin(side->env, NULL, 0, &txn) == 0, "no transaction");
        store_put(
            side, txn, head.number, zmq_msg_data(&frame), zmq_msg_size(&frame));
        bench_must(mdb_txn_commit(txn) == 0, "it cannot be committed");
        limit_receipt_sign(&side->keys, &head, &receipt);
        bench_must(zmq_send(side->socket, &receipt, sizeof receipt, 0) > 0,
            "no receipt leaves");
        got += head.count;
        (void)zmq_msg_close(&frame);
    }
}

/* ---- the sender ---- */

struct progress {
    unsigned long sealed; /* messages */
    unsigned long confirmed;
    uint64_t bundles;
    struct limit_receipt kept; /* the last one, to be committed */
};

static void
send_one(struct side *side, const struct limit *limit, const uint8_t *plain,
    uint8_t *buffer, struct progress *progress)
{
    unsigned long left = limit->messages - progress->sealed;
    size_t count = left < limit->bundle ? left : limit->bundle;
    size_t len = limit_bundle_len(count, limit->size);
    MDB_txn *txn;

    limit_bundle_seal(
        &side->keys, ++progress->bundles, count, plain, limit->size, buffer);
    bench_must(mdb_txn_begin(side->env, NULL, 0, &txn) == 0, "no transaction");
    store_put(side, txn, progress->bundles * 2, buffer, len);
    store_put(side, txn, progress->kept.number * 2 + 1, &progress->kept,
        sizeof progress->kept);
    bench_must(mdb_txn_commit(txn) == 0, "it cannot be committed");
    bench_must(zmq_send(side->socket, buffer, len, 0) > 0, "it cannot be sent");
    progress->sealed += count;
}

static void
take_receipt(
    struct side *side, const struct limit *limit, struct progress *progress)
{
    struct limit_receipt *receipt = &progress->kept;
    unsigned long left = limit->messages - progress->confirmed;

    bench_must(zmq_recv(side->socket, receipt, sizeof *receipt, 0) ==
                   (int)sizeof *receipt,
        "no receipt comes");
    limit_receipt_verify(&side->keys, receipt);
    progress->confirmed += left < limit->bundle ? left : limit->bundle;
}

static void
send_all(struct side *side, const struct limit *limit)
{
    uint8_t *plain = malloc(limit->size);
    uint8_t *buffer = malloc(limit_bundle_len(limit->bundle, limit->size));
    struct progress progress = {0};

    bench_must(plain != NULL && buffer != NULL, "no memory");
    randombytes_buf(plain, limit->size);
    while (progress.confirmed < limit->messages) {
        unsigned long waiting = progress.sealed - progress.confirmed;

        if (progress.sealed < limit->messages &&
            waiting < limit->window * limit->bundle) {
            send_one(side, limit, plain, buffer, &progress);
        } else {
            take_receipt(side, limit, &progress);
        }
    }
    free(plain);
    free(buffer);
}

/* ---- both ---- */

static void
end_socket(struct side *side, void *context)
{
    (void)zmq_close(side->socket);
    (void)zmq_ctx_term(context);
    mdb_env_close(side->env);
}

/* CURVE both ways; the recipient binds, and says on `pipe_fd` where. */
static void
be_recipient(struct side *side, const struct limit *limit,
    const char curve[3][41], int pipe_fd)
{
    void *context = zmq_ctx_new();
    char endpoint[64] = {0};
    size_t len = sizeof endpoint;
    int yes = 1;

    store_open(side, limit->folder, "recipient");
    side->socket = zmq_socket(context, ZMQ_PAIR);
    bench_must(
        zmq_setsockopt(side->socket, ZMQ_CURVE_SERVER, &yes, sizeof yes) == 0 &&
            zmq_setsockopt(side->socket, ZMQ_CURVE_SECRETKEY, curve[1], 40) ==
                0 &&
            zmq_bind(side->socket, "tcp://127.0.0.1:*") == 0 &&
            zmq_getsockopt(side->socket, ZMQ_LAST_ENDPOINT, endpoint, &len) ==
                0 &&
            write(pipe_fd, endpoint, sizeof endpoint) == sizeof endpoint,
        "the recipient does not listen");
    receive_all(side, limit);
    end_socket(side, context);
}

static double
be_sender(struct side *side, const struct limit *limit, const char curve[3][41],
    int pipe_fd)
{
    void *context = zmq_ctx_new();
    char endpoint[64], public[41], secret[41];
    double began;

    store_open(side, limit->folder, "sender");
    side->socket = zmq_socket(context, ZMQ_PAIR);
    bench_must(read(pipe_fd, endpoint, sizeof endpoint) == sizeof endpoint &&
                   zmq_curve_keypair(public, secret) == 0 &&
                   zmq_setsockopt(
                       side->socket, ZMQ_CURVE_SERVERKEY, curve[0], 40) == 0 &&
                   zmq_setsockopt(
                       side->socket, ZMQ_CURVE_PUBLICKEY, public, 40) == 0 &&
                   zmq_setsockopt(
                       side->socket, ZMQ_CURVE_SECRETKEY, secret, 40) == 0 &&
                   zmq_connect(side->socket, endpoint) == 0,
        "the sender does not connect");
    began = now_s();
    send_all(side, limit);
    began = now_s() - began;
    end_socket(side, context);
    return began;
}

static double
run(const struct limit *limit)
{
    struct side sender = {0}, recipient = {0};
    char curve[3][41];
    int ends[2], status = 0;
    double took;
    pid_t pid;

    limit_keys_make(&sender.keys, &recipient.keys);
    bench_must(zmq_curve_keypair(curve[0], curve[1]) == 0, "no keys");
    bench_must(pipe(ends) == 0, "no pipe");
    pid = fork();
    bench_must(pid >= 0, "no second process");
    if (pid == 0) {
        be_recipient(&recipient, limit, (const char(*)[41])curve, ends[1]);
        exit(EX_OK);
    }
    took = be_sender(&sender, limit, (const char(*)[41])curve, ends[0]);
    bench_must(
        waitpid(pid, &status, 0) == pid && status == 0, "the recipient failed");
    return took;
}

/* ---- arguments ---- */

static const struct argp_option options[] = {
    {"messages", 'n', "N", 0, "How many (100000)", 0},
    {"size", 's', "BYTES", 0, "Of each (1024)", 0},
    {"bundle", 'b', "N", 0, "Messages in a bundle, at most 1024 (256)", 0},
    {"window", 'w', "N", 0, "Bundles without a receipt (4)", 0},
    {"folder", 'f', "FOLDER", 0, "An empty one, for the stores", 0},
    {0},
};

static error_t
take_argument(int key, char *argument, struct argp_state *state)
{
    struct limit *limit = state->input;

    switch (key) {
    case 'n':
        limit->messages = bench_number(argument, 100000000, state);
        return 0;
    case 's':
        limit->size = bench_number(argument, LIMIT_SIZE_MAX, state);
        return 0;
    case 'b':
        limit->bundle = bench_number(argument, LIMIT_BUNDLE_MAX, state);
        return 0;
    case 'w':
        limit->window = bench_number(argument, 1000, state);
        return 0;
    case 'f':
        limit->folder = argument;
        return 0;
    case ARGP_KEY_END:
        if (limit->folder == NULL) {
            argp_error(state, "--folder must be given");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {.options = options,
    .parser = take_argument,
    .doc = "The primitives of a message in a bare loop; say how long it took."};

int
main(int argc, char *argv[])
{
    struct limit limit = {
        .messages = 100000, .size = 1024, .bundle = 256, .window = 4};
    json_t *said;

    bench_must(sodium_init() >= 0, "no cryptography");
    if (argp_parse(&argp, argc, argv, 0, NULL, &limit) != 0) {
        return EX_USAGE;
    }
    said = json_pack("{s:I, s:I, s:I, s:I, s:f}", "messages",
        (json_int_t)limit.messages, "bytes", (json_int_t)limit.size, "bundle",
        (json_int_t)limit.bundle, "window", (json_int_t)limit.window,
        "receipts_s", run(&limit));
    bench_must(
        said != NULL && json_dumpf(said, stdout, JSON_REAL_PRECISION(6)) == 0,
        "it cannot be said");
    printf("\n");
    json_decref(said);
    return EX_OK;
}
