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
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "proto/base/bytes.h"
#include "tools/bench/program.h"

#define BUNDLE_MAX 1024 /* messages */
#define SIZE_MAX_BYTES 65536
#define TAG crypto_aead_xchacha20poly1305_ietf_ABYTES
#define HASH 32
#define MAP_SIZE ((size_t)64 << 30)
#define PATH_MAX_LEN 4096

struct limit {
    unsigned long messages;
    unsigned long size;
    unsigned long bundle;
    unsigned long window; /* bundles that wait for their receipt */
    const char *folder;
};

/* One side: its keys, the other's, its store and its end of the link. */
struct side {
    uint8_t sign_pk[crypto_sign_PUBLICKEYBYTES];
    uint8_t sign_sk[crypto_sign_SECRETKEYBYTES];
    uint8_t other_sign_pk[crypto_sign_PUBLICKEYBYTES];
    uint8_t box_pk[crypto_scalarmult_BYTES]; /* the recipient's */
    uint8_t box_sk[crypto_scalarmult_SCALARBYTES];
    MDB_env *env;
    MDB_dbi dbi;
    void *socket;
};

/* What stands before the sealed messages of a bundle. */
struct head {
    uint64_t number;
    uint64_t count;
    uint8_t ephemeral[crypto_scalarmult_BYTES];
    uint8_t root[HASH];
    uint8_t signature[crypto_sign_BYTES];
};

struct receipt {
    uint64_t number;
    uint8_t root[HASH];
    uint8_t signature[crypto_sign_BYTES];
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

/* ---- a bundle ---- */

/* X25519 with a key of this bundle alone, and what comes of it. */
static void
agree(
    const uint8_t *secret, const uint8_t *public, uint8_t ret_key[static HASH])
{
    uint8_t shared[crypto_scalarmult_BYTES];

    bench_must(crypto_scalarmult(shared, secret, public) == 0, "no shared key");
    crypto_generichash(ret_key, HASH, shared, sizeof shared, NULL, 0);
    sodium_memzero(shared, sizeof shared);
}

static void
message_key(const uint8_t *secret, uint64_t index, uint8_t ret_key[static HASH])
{
    crypto_generichash(
        ret_key, HASH, (const uint8_t *)&index, sizeof index, secret, HASH);
}

/* The root over `count` leaves, which are used up. */
static void
tree_root(uint8_t (*leaves)[HASH], size_t count, uint8_t ret_root[static HASH])
{
    while (count > 1) {
        size_t half = (count + 1) / 2;

        for (size_t i = 0; i + 1 < count; i += 2) {
            uint8_t parent[HASH];

            crypto_generichash(
                parent, HASH, leaves[i], sizeof(uint8_t[2 * HASH]), NULL, 0);
            memcpy(leaves[i / 2], parent, HASH);
        }
        if (count % 2 == 1) {
            memmove(leaves[half - 1], leaves[count - 1], HASH);
        }
        count = half;
    }
    memcpy(ret_root, leaves[0], HASH);
}

static size_t
seal(const struct side *side, const struct limit *limit, uint64_t number,
    size_t count, const uint8_t *plain, uint8_t *out)
{
    static uint8_t leaves[BUNDLE_MAX][HASH];
    const uint8_t nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES] = {0};
    struct head head = {.number = number, .count = count};
    uint8_t ephemeral[crypto_scalarmult_SCALARBYTES], secret[HASH], key[HASH];
    uint8_t *at = out + sizeof head;

    randombytes_buf(ephemeral, sizeof ephemeral);
    bench_must(
        crypto_scalarmult_base(head.ephemeral, ephemeral) == 0, "no key");
    agree(ephemeral, side->box_pk, secret);
    for (size_t i = 0; i < count; i++) {
        message_key(secret, i, key);
        crypto_aead_xchacha20poly1305_ietf_encrypt(
            at, NULL, plain, limit->size, NULL, 0, NULL, nonce, key);
        crypto_generichash(leaves[i], HASH, at, limit->size + TAG, NULL, 0);
        at += limit->size + TAG;
    }
    tree_root(leaves, count, head.root);
    crypto_sign_detached(
        head.signature, NULL, head.root, sizeof head.root, side->sign_sk);
    memcpy(out, &head, sizeof head);
    return (size_t)(at - out);
}

static void
open_bundle(const struct side *side, const struct limit *limit,
    const struct head *head, const uint8_t *at)
{
    static uint8_t leaves[BUNDLE_MAX][HASH];
    static uint8_t plain[SIZE_MAX_BYTES];
    const uint8_t nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES] = {0};
    uint8_t secret[HASH], key[HASH], root[HASH];

    bench_must(crypto_sign_verify_detached(head->signature, head->root,
                   sizeof head->root, side->other_sign_pk) == 0,
        "a bundle is not signed");
    agree(side->box_sk, head->ephemeral, secret);
    for (size_t i = 0; i < head->count; i++) {
        message_key(secret, i, key);
        bench_must(crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL,
                       at, limit->size + TAG, NULL, 0, nonce, key) == 0,
            "a message does not open");
        crypto_generichash(leaves[i], HASH, at, limit->size + TAG, NULL, 0);
        at += limit->size + TAG;
    }
    tree_root(leaves, head->count, root);
    bench_must(
        memcmp(root, head->root, HASH) == 0, "a bundle has another root");
}

/* ---- the recipient ---- */

static void
receive_all(struct side *side, const struct limit *limit)
{
    unsigned long got = 0;

    while (got < limit->messages) {
        struct receipt receipt;
        struct head head;
        zmq_msg_t frame;
        MDB_txn *txn;

        bench_must(zmq_msg_init(&frame) == 0 &&
                       zmq_msg_recv(&frame, side->socket, 0) > 0,
            "nothing comes");
        memcpy(&head, zmq_msg_data(&frame), sizeof head);
        open_bundle(side, limit, &head,
            (const uint8_t *)zmq_msg_data(&frame) + sizeof head);
        bench_must(
            mdb_txn_begin(side->env, NULL, 0, &txn) == 0, "no transaction");
        store_put(
            side, txn, head.number, zmq_msg_data(&frame), zmq_msg_size(&frame));
        bench_must(mdb_txn_commit(txn) == 0, "it cannot be committed");
        receipt.number = head.number;
        memcpy(receipt.root, head.root, HASH);
        crypto_sign_detached(receipt.signature, NULL, receipt.root,
            sizeof receipt.root, side->sign_sk);
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
    struct receipt kept; /* the last one, to be committed */
};

static void
send_one(struct side *side, const struct limit *limit, const uint8_t *plain,
    uint8_t *buffer, struct progress *progress)
{
    unsigned long left = limit->messages - progress->sealed;
    size_t count = left < limit->bundle ? left : limit->bundle;
    size_t len = seal(side, limit, ++progress->bundles, count, plain, buffer);
    MDB_txn *txn;

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
    struct receipt *receipt = &progress->kept;
    unsigned long left = limit->messages - progress->confirmed;

    bench_must(zmq_recv(side->socket, receipt, sizeof *receipt, 0) ==
                   (int)sizeof *receipt,
        "no receipt comes");
    bench_must(crypto_sign_verify_detached(receipt->signature, receipt->root,
                   sizeof receipt->root, side->other_sign_pk) == 0,
        "a receipt is not signed");
    progress->confirmed += left < limit->bundle ? left : limit->bundle;
}

static void
send_all(struct side *side, const struct limit *limit)
{
    size_t room = sizeof(struct head) + limit->bundle * (limit->size + TAG);
    uint8_t *plain = malloc(limit->size), *buffer = malloc(room);
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

static void
make_keys(struct side *sender, struct side *recipient, char curve[3][41])
{
    bench_must(
        crypto_sign_keypair(sender->sign_pk, sender->sign_sk) == 0 &&
            crypto_sign_keypair(recipient->sign_pk, recipient->sign_sk) == 0 &&
            crypto_box_keypair(recipient->box_pk, recipient->box_sk) == 0 &&
            zmq_curve_keypair(curve[0], curve[1]) == 0,
        "no keys");
    memcpy(sender->box_pk, recipient->box_pk, sizeof sender->box_pk);
    memcpy(sender->other_sign_pk, recipient->sign_pk, sizeof sender->sign_pk);
    memcpy(recipient->other_sign_pk, sender->sign_pk, sizeof sender->sign_pk);
}

static double
run(const struct limit *limit)
{
    struct side sender = {0}, recipient = {0};
    char curve[3][41];
    int ends[2], status = 0;
    double took;
    pid_t pid;

    make_keys(&sender, &recipient, curve);
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
        limit->size = bench_number(argument, SIZE_MAX_BYTES, state);
        return 0;
    case 'b':
        limit->bundle = bench_number(argument, BUNDLE_MAX, state);
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
