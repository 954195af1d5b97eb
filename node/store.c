/* SPDX-License-Identifier: Apache-2.0 */
#include "node/store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "proto/schema/common.pb-c.h"

#define META_NAME_LEN 16

static const struct ent_kv_table tables[NODE_TABLE_COUNT] = {
    [NODE_META] = {.name = "meta", .key_len = META_NAME_LEN},
    [NODE_JOURNAL] = {.name = "journal", .key_len = 8},
    [NODE_TREE] = {.name = "tree", .key_len = 9},
    [NODE_BUNDLE] = {.name = "bundle", .key_len = 8},
    [NODE_KEYS] = {.name = "keys", .key_len = 16},
    [NODE_PENDING] = {.name = "pending", .key_len = 25},
    [NODE_COPY] = {.name = "copy", .key_len = 32},
    [NODE_NUMBER] = {.name = "number", .key_len = 8},
    [NODE_OUTGOING] = {.name = "outgoing", .key_len = 32},
    [NODE_DISPATCH] = {.name = "dispatch", .key_len = 40},
    [NODE_DUE] = {.name = "due", .key_len = 49},
    [NODE_INCOMING] = {.name = "incoming", .key_len = 32},
    [NODE_ANSWER] = {.name = "answer", .key_len = 40},
    [NODE_RECEIPT] = {.name = "receipt", .key_len = 8},
    [NODE_PROOF] = {.name = "proof", .key_len = 41},
    [NODE_HEARD] = {.name = "heard", .key_len = 8},
    [NODE_SEEN] = {.name = "seen", .key_len = 32},
    [NODE_DESK] = {.name = "desk", .key_len = 8},
    [NODE_HELD] = {.name = "held", .key_len = 40},
    [NODE_GAP] = {.name = "gap", .key_len = 40},
    [NODE_CURSOR] = {.name = "cursor", .key_len = 16},
    [NODE_OBJECT] = {.name = "object", .key_len = 17},
    [NODE_PEER] = {.name = "peer", .key_len = 16},
    [NODE_AGREED] = {.name = "agreed", .key_len = 32},
    [NODE_CERTIFICATE] = {.name = "certificate", .key_len = 24},
    [NODE_AGREEMENT] = {.name = "agreement", .key_len = 32},
    [NODE_VERSION] = {.name = "version", .key_len = 32},
    [NODE_NOTICE] = {.name = "notice", .key_len = 32},
    [NODE_LIFE] = {.name = "life", .key_len = 17},
    [NODE_COUNT] = {.name = "count", .key_len = 12},
    [NODE_FATE] = {.name = "fate", .key_len = 32},
    [NODE_REMOVAL] = {.name = "removal", .key_len = 8},
    [NODE_CARRY] = {.name = "carry", .key_len = 32},
    [NODE_CONSENT] = {.name = "consent", .key_len = 48},
    [NODE_ORIGIN] = {.name = "origin", .key_len = 24},
    [NODE_CALL] = {.name = "call", .key_len = 17},
    [NODE_ALARM] = {.name = "alarm", .key_len = 8},
    [NODE_SOURCE] = {.name = "source", .key_len = 17},
    [NODE_PAIR] = {.name = "pair", .key_len = 16},
    [NODE_PIN] = {.name = "pin", .key_len = 16},
    [NODE_ATTACHMENT] = {.name = "attachment", .key_len = 8},
    [NODE_CHUNK] = {.name = "chunk", .key_len = 13, .form = ENT_KV_AUTHENTIC},
    [NODE_ATTACHED] = {.name = "attached", .key_len = 34},
    [NODE_FEED] = {.name = "feed", .key_len = 8},
    [NODE_ERRAND] = {.name = "errand", .key_len = 9},
    [NODE_QUOTA] = {.name = "quota", .key_len = 8},
    [NODE_DUTY] = {.name = "duty", .key_len = 9},
    [NODE_REMIND] = {.name = "remind", .key_len = 17},
    [NODE_DRILL] = {.name = "drill", .key_len = 16},
    [NODE_EMERGENCY] = {.name = "emergency", .key_len = 32},
    [NODE_FATE_END] = {.name = "fate_end", .key_len = 40},
    [NODE_OFFICER] = {.name = "officer", .key_len = 16},
    [NODE_SIGNER] = {.name = "signer", .key_len = 16},
    [NODE_WITNESS] = {.name = "witness", .key_len = 16},
    [NODE_SHARE] = {.name = "share", .key_len = 16},
    [NODE_CENSUS] = {.name = "census", .key_len = 33},
    [NODE_RESTITUTION] = {.name = "restitution", .key_len = 16},
    [NODE_INDEX] = {.name = "index", .key_len = 25, .form = ENT_KV_BARE},
    [NODE_INDEXED] = {.name = "indexed", .key_len = 9},
    [NODE_PASSING] = {.name = "passing", .key_len = 8},
    [NODE_LINK] = {.name = "link", .key_len = 32},
    [NODE_PASSED] = {.name = "passed", .key_len = 24, .form = ENT_KV_BARE},
};

struct node_store {
    struct ent_kv *kv;
    struct ent_kv_txn *txn;
    bool dirty;
    uint64_t commits;
};

static struct ent_kv_options
options_of(const uint8_t *store_key, size_t size_max)
{
    struct ent_kv_options options = {
        .tables = tables,
        .table_count = NODE_TABLE_COUNT,
        .size_max = size_max,
        .cipher = &ent_kv_cipher,
    };

    memcpy(options.store_key, store_key, sizeof options.store_key);
    return options;
}

enum ent_status
node_store_create(const char *path,
    const uint8_t store_key[static ENT_KV_STORE_KEY_LEN], size_t size_max,
    struct ent_error *err)
{
    struct ent_kv_options options = options_of(store_key, size_max);

    return ent_kv_create(path, &options, err);
}

enum ent_status
node_store_open(const char *path,
    const uint8_t store_key[static ENT_KV_STORE_KEY_LEN], size_t size_max,
    struct node_store **ret_store, struct ent_error *err)
{
    ENT_AUTO(node_store_close) struct node_store *store = NULL;
    struct ent_kv_options options = options_of(store_key, size_max);
    enum ent_status rc;

    store = calloc(1, sizeof *store);
    if (store == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating a store");
    }
    rc = ent_kv_open(path, &options, &store->kv, err);
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_store = store;
    store = NULL;
    return ENT_OK;
}

void
node_store_close(struct node_store **store)
{
    if (*store == NULL) {
        return;
    }
    ent_kv_abort(&(*store)->txn);
    ent_kv_close(&(*store)->kv);
    free(*store);
    *store = NULL;
}

enum ent_status
node_store_begin(struct node_store *store, struct ent_error *err)
{
    assert(store->txn == NULL);
    store->dirty = false;
    return ent_kv_begin(store->kv, true, &store->txn, err);
}

enum ent_status
node_store_commit(struct node_store *store, struct ent_error *err)
{
    assert(store->txn != NULL);
    if (!store->dirty) {
        node_store_abort(store);
        return ENT_OK;
    }
    store->commits++;
    return ent_kv_commit(&store->txn, err);
}

void
node_store_abort(struct node_store *store)
{
    ent_kv_abort(&store->txn);
}

uint64_t
node_store_commits(const struct node_store *store)
{
    return store->commits;
}

enum ent_status
node_store_usage(
    struct node_store *store, uint64_t *ret_used, struct ent_error *err)
{
    uint64_t entries;

    return ent_kv_usage(store->kv, ret_used, &entries, err);
}

void
node_store_room(struct node_store *store, uint64_t *ret_used, uint64_t *ret_max)
{
    assert(store->txn != NULL);
    ent_kv_room(store->txn, ret_used, ret_max);
}

uint64_t
node_store_disk_room(struct node_store *store)
{
    assert(store->txn != NULL);
    return ent_kv_disk_room(store->txn);
}

enum ent_status
node_store_get(struct node_store *store, enum node_table table,
    struct ent_view key, struct ent_view *ret_value, struct ent_error *err)
{
    assert(store->txn != NULL && key.len == tables[table].key_len);
    return ent_kv_get(store->txn, table, key, ret_value, err);
}

enum ent_status
node_store_put(struct node_store *store, enum node_table table,
    struct ent_view key, struct ent_view value, struct ent_error *err)
{
    assert(store->txn != NULL && key.len == tables[table].key_len);
    store->dirty = true;
    return ent_kv_put(store->txn, table, key, value, err);
}

enum ent_status
node_store_delete(struct node_store *store, enum node_table table,
    struct ent_view key, struct ent_error *err)
{
    enum ent_status rc;

    assert(store->txn != NULL && key.len == tables[table].key_len);
    rc = ent_kv_delete(store->txn, table, key, err);
    if (rc == ENT_NOT_FOUND) {
        return ENT_OK;
    }
    store->dirty = true;
    return rc;
}

enum ent_status
node_row_unpack(struct ent_view value,
    const ProtobufCMessageDescriptor *descriptor, ProtobufCMessage **ret_row,
    struct ent_error *err)
{
    ProtobufCMessage *row =
        protobuf_c_message_unpack(descriptor, NULL, value.len, value.data);

    if (row == NULL) {
        return ent_fail(
            err, ENT_IO, "a stored %s cannot be read", descriptor->short_name);
    }
    *ret_row = row;
    return ENT_OK;
}

enum ent_status
node_row_get(struct node_store *store, enum node_table table,
    struct ent_view key, const ProtobufCMessageDescriptor *descriptor,
    ProtobufCMessage **ret_row, struct ent_error *err)
{
    struct ent_view value;
    enum ent_status rc;

    rc = node_store_get(store, table, key, &value, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return node_row_unpack(value, descriptor, ret_row, err);
}

enum ent_status
node_row_put(struct node_store *store, enum node_table table,
    struct ent_view key, const ProtobufCMessage *row, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    enum ent_status rc;

    rc = ent_pb_pack(row, &wire, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return node_store_put(store, table, key, ent_bytes_view(&wire), err);
}

void
node_row_free(void *row_pointer)
{
    ProtobufCMessage **row = row_pointer;

    if (*row != NULL) {
        protobuf_c_message_free_unpacked(*row, NULL);
        *row = NULL;
    }
}

static enum ent_status
seek(struct ent_kv_txn *txn, enum node_table table, struct ent_view from,
    size_t prefix_len, uint8_t *ret_key, struct ent_view *ret_value,
    struct ent_error *err)
{
    ENT_AUTO(ent_kv_cursor_close) struct ent_kv_cursor *cursor = NULL;
    struct ent_view key;
    struct ent_view value;
    enum ent_status rc;

    rc = ent_kv_cursor_open(txn, table, &cursor, err);
    if (rc == ENT_OK) {
        rc = ent_kv_cursor_seek(cursor, from, &key, &value, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (prefix_len > 0 && memcmp(key.data, from.data, prefix_len) != 0) {
        return ENT_NOT_FOUND;
    }
    memcpy(ret_key, key.data, key.len);
    if (ret_value != NULL) {
        *ret_value = value;
    }
    return ENT_OK;
}

enum ent_status
node_store_seek(struct node_store *store, enum node_table table,
    struct ent_view from, size_t prefix_len, uint8_t *ret_key,
    struct ent_view *ret_value, struct ent_error *err)
{
    return seek(store->txn, table, from, prefix_len, ret_key, ret_value, err);
}

struct node_snapshot {
    struct ent_kv_txn *txn;
};

enum ent_status
node_snapshot_open(struct node_store *store,
    struct node_snapshot **ret_snapshot, struct ent_error *err)
{
    ENT_AUTO(node_snapshot_close)
    struct node_snapshot *snapshot = calloc(1, sizeof *snapshot);
    enum ent_status rc;

    if (snapshot == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "reading the store as it was");
    }
    rc = ent_kv_begin(store->kv, false, &snapshot->txn, err);
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_snapshot = snapshot;
    snapshot = NULL;
    return ENT_OK;
}

void
node_snapshot_close(struct node_snapshot **snapshot)
{
    if (*snapshot == NULL) {
        return;
    }
    ent_kv_abort(&(*snapshot)->txn);
    free(*snapshot);
    *snapshot = NULL;
}

enum ent_status
node_snapshot_seek(struct node_snapshot *snapshot, enum node_table table,
    struct ent_view from, size_t prefix_len, uint8_t *ret_key,
    struct ent_view *ret_value, struct ent_error *err)
{
    return seek(
        snapshot->txn, table, from, prefix_len, ret_key, ret_value, err);
}

bool
node_key_after(uint8_t *key, size_t len)
{
    for (size_t i = len; i > 0; i--) {
        if (++key[i - 1] != 0) {
            return true;
        }
    }
    return false;
}

size_t
node_key_len(enum node_table table)
{
    return tables[table].key_len;
}

enum ent_status
node_number_get(struct node_store *store, const char *name,
    uint64_t *ret_number, struct ent_error *err)
{
    struct node_key key = node_key_meta(name);
    struct ent_view value;
    enum ent_status rc;

    rc = node_store_get(store, NODE_META, node_key_view(&key), &value, err);
    if (rc == ENT_NOT_FOUND) {
        *ret_number = 0;
        return ENT_OK;
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (value.len != 8) {
        return ent_fail(err, ENT_IO, "the stored number '%s' is odd", name);
    }
    *ret_number = ent_get_be(value.data, 8);
    return ENT_OK;
}

enum ent_status
node_number_set(struct node_store *store, const char *name, uint64_t number,
    struct ent_error *err)
{
    struct node_key key = node_key_meta(name);
    uint8_t value[8];

    ent_put_be(value, number, sizeof value);
    return node_store_put(store, NODE_META, node_key_view(&key),
        ent_view_of(value, sizeof value), err);
}

enum ent_status
node_number_next(struct node_store *store, const char *name,
    uint64_t *ret_number, struct ent_error *err)
{
    uint64_t number;
    enum ent_status rc;

    rc = node_number_get(store, name, &number, err);
    if (rc == ENT_OK) {
        rc = node_number_set(store, name, number + 1, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_number = number + 1;
    return ENT_OK;
}

/* ---- keys ---- */

static void
key_add(struct node_key *key, const void *data, size_t len)
{
    assert(key->len + len <= sizeof key->bytes);
    memcpy(key->bytes + key->len, data, len);
    key->len += len;
}

static void
key_add_u64(struct node_key *key, uint64_t number)
{
    assert(key->len + 8 <= sizeof key->bytes);
    ent_put_be(key->bytes + key->len, number, 8);
    key->len += 8;
}

struct node_key
node_key_meta(const char *name)
{
    struct node_key key = {.len = META_NAME_LEN};

    assert(strlen(name) <= META_NAME_LEN);
    memcpy(key.bytes, name, strlen(name)); /* padded with zeros */
    return key;
}

struct node_key
node_key_u64(uint64_t number)
{
    struct node_key key = {0};

    key_add_u64(&key, number);
    return key;
}

struct node_key
node_key_u64_u64(uint64_t a, uint64_t b)
{
    struct node_key key = {0};

    key_add_u64(&key, a);
    key_add_u64(&key, b);
    return key;
}

struct node_key
node_key_digest(const struct ent_digest *digest)
{
    struct node_key key = {0};

    key_add(&key, digest->bytes, sizeof digest->bytes);
    return key;
}

struct node_key
node_key_stream(const struct ent_digest *stream, uint64_t first)
{
    struct node_key key = node_key_digest(stream);

    key_add_u64(&key, first);
    return key;
}

struct node_key
node_key_party(const struct ent_party *party)
{
    struct node_key key = {0};

    key_add(&key, party->bytes, sizeof party->bytes);
    return key;
}

struct node_key
node_key_copy(const struct ent_id *id, const struct ent_party *party)
{
    struct node_key key = {0};

    key_add(&key, id->bytes, sizeof id->bytes);
    key_add(&key, party->bytes, sizeof party->bytes);
    return key;
}

struct node_key
node_key_seen(const struct ent_party *party, const struct ent_id *id)
{
    struct node_key key = node_key_party(party);

    key_add(&key, id->bytes, sizeof id->bytes);
    return key;
}

struct node_key
node_key_pending(
    uint32_t precedence, const struct ent_party *party, uint64_t number)
{
    struct node_key key = {0};
    uint8_t rank = node_rank(precedence);

    key_add(&key, &rank, 1);
    key_add(&key, party->bytes, sizeof party->bytes);
    key_add_u64(&key, number);
    return key;
}

struct node_key
node_key_held(
    uint32_t precedence, const struct ent_party *party, uint64_t number)
{
    struct node_key key = node_key_pending(precedence, party, number);

    key.bytes[0] |= NODE_RANK_HELD;
    return key;
}

struct node_key
node_key_due(uint32_t precedence, uint64_t due_ms,
    const struct ent_digest *stream, uint64_t first)
{
    struct node_key key = {0};
    uint8_t rank = node_rank(precedence);

    key_add(&key, &rank, 1);
    key_add_u64(&key, due_ms);
    key_add(&key, stream->bytes, sizeof stream->bytes);
    key_add_u64(&key, first);
    return key;
}

struct node_key
node_key_gap(uint64_t due_ms, const struct ent_digest *stream)
{
    struct node_key key = {0};

    key_add_u64(&key, due_ms);
    key_add(&key, stream->bytes, sizeof stream->bytes);
    return key;
}

struct node_key
node_key_object(uint32_t kind, const struct ent_party *party)
{
    struct node_key key = {0};
    uint8_t byte = (uint8_t)kind;

    key_add(&key, &byte, 1);
    key_add(&key, party->bytes, sizeof party->bytes);
    return key;
}

uint8_t
node_rank(uint32_t precedence)
{
    assert(precedence >= ENTENTE__V1__PRECEDENCE__DEFERRED &&
           precedence <= ENTENTE__V1__PRECEDENCE__FLASH);
    return (uint8_t)(ENTENTE__V1__PRECEDENCE__FLASH - precedence);
}
