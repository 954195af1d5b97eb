/* SPDX-License-Identifier: Apache-2.0 */
#include "node/journal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct node_journal {
    struct ent_tree_edge kept;    /* as committed */
    struct ent_tree_edge working; /* with this turn's entries */
};

static struct node_key
tree_key(unsigned level, uint64_t index)
{
    struct node_key key = {.len = 9};

    key.bytes[0] = (uint8_t)level;
    ent_put_be(key.bytes + 1, index, 8);
    return key;
}

/* The last complete subtree of each level that `size` has a bit for. */
static enum ent_status
load_peaks(
    struct node_store *store, struct ent_tree_edge *edge, struct ent_error *err)
{
    for (unsigned level = 0; level < 64; level++) {
        struct node_key key;
        struct ent_view value;
        enum ent_status rc;

        if ((edge->size >> level & 1) == 0) {
            continue;
        }
        key = tree_key(level, (edge->size >> level) - 1);
        rc = node_store_get(store, NODE_TREE, node_key_view(&key), &value, err);
        if (rc == ENT_NOT_FOUND ||
            (rc == ENT_OK && value.len != ENT_DIGEST_LEN)) {
            return ent_fail(err, ENT_IO,
                "the journal's tree has no node at level %u", level);
        }
        if (rc != ENT_OK) {
            return rc;
        }
        memcpy(edge->peaks[level].bytes, value.data, ENT_DIGEST_LEN);
    }
    return ENT_OK;
}

enum ent_status
node_journal_open(struct node_store *store, struct node_journal **ret_journal,
    struct ent_error *err)
{
    ENT_AUTO(node_journal_close) struct node_journal *journal = NULL;
    enum ent_status rc;

    journal = calloc(1, sizeof *journal);
    if (journal == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating the journal");
    }
    rc = node_number_get(store, "journal", &journal->kept.size, err);
    if (rc == ENT_OK) {
        rc = load_peaks(store, &journal->kept, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    journal->working = journal->kept;
    *ret_journal = journal;
    journal = NULL;
    return ENT_OK;
}

void
node_journal_close(struct node_journal **journal)
{
    free(*journal);
    *journal = NULL;
}

/* Where ent_tree_append reports subtrees: into the store of this turn. */
struct tree_writer {
    struct node_store *store;
    struct ent_error *err;
    enum ent_status rc;
};

static void
write_node(void *context, unsigned level, uint64_t index,
    const struct ent_digest *node)
{
    struct tree_writer *writer = context;
    struct node_key key = tree_key(level, index);

    if (writer->rc == ENT_OK) {
        writer->rc =
            node_store_put(writer->store, NODE_TREE, node_key_view(&key),
                ent_view_of(node->bytes, ENT_DIGEST_LEN), writer->err);
    }
}

enum ent_status
node_journal_append(struct node_journal *journal, struct node_store *store,
    struct ent_entry *entry, struct ent_error *err)
{
    struct tree_writer writer = {.store = store, .err = err, .rc = ENT_OK};
    uint8_t wire[ENT_ENTRY_LEN];
    struct ent_view view = {.data = wire, .len = sizeof wire};
    struct ent_digest leaf;
    struct node_key key;
    enum ent_status rc;

    entry->sequence = journal->working.size;
    ent_entry_encode(entry, wire);
    key = node_key_u64(entry->sequence);
    rc = node_store_put(store, NODE_JOURNAL, node_key_view(&key), view, err);
    if (rc != ENT_OK) {
        return rc;
    }
    leaf = ent_tree_leaf(ent_tree_sha256, view);
    ent_tree_append(
        ent_tree_sha256, &journal->working, &leaf, write_node, &writer);
    if (writer.rc != ENT_OK) {
        return writer.rc;
    }
    return node_number_set(store, "journal", journal->working.size, err);
}

void
node_journal_keep(struct node_journal *journal)
{
    journal->kept = journal->working;
}

void
node_journal_take_back(struct node_journal *journal)
{
    journal->working = journal->kept;
}

uint64_t
node_journal_size(const struct node_journal *journal)
{
    return journal->kept.size;
}

struct ent_digest
node_journal_root(const struct node_journal *journal)
{
    return ent_tree_edge_root(ent_tree_sha256, &journal->kept);
}

/* Entry `sequence` as stored; it must say its own number. */
static enum ent_status
read_entry(struct node_store *store, uint64_t sequence,
    struct ent_view *ret_wire, struct ent_error *err)
{
    struct node_key key = node_key_u64(sequence);
    struct ent_entry entry;
    enum ent_status rc;

    rc =
        node_store_get(store, NODE_JOURNAL, node_key_view(&key), ret_wire, err);
    if (rc == ENT_NOT_FOUND) {
        return ent_fail(err, ENT_IO, "it is missing");
    }
    if (rc == ENT_OK && ent_entry_decode(*ret_wire, &entry, err) != ENT_OK) {
        rc = ENT_IO;
    }
    if (rc == ENT_OK && entry.sequence != sequence) {
        return ent_fail(
            err, ENT_IO, "it says it is entry %" PRIu64, entry.sequence);
    }
    return rc;
}

void
node_audit_begin(
    const struct node_journal *journal, struct node_audit *ret_audit)
{
    *ret_audit = (struct node_audit){
        .size = journal->kept.size, .root = node_journal_root(journal)};
}

static enum ent_status
compare(const struct node_audit *audit, struct ent_error *err)
{
    struct ent_digest rebuilt =
        ent_tree_edge_root(ent_tree_sha256, &audit->edge);

    if (!ent_digest_equal(&rebuilt, &audit->root)) {
        return ent_fail(err, ENT_IO,
            "the %" PRIu64 " journal entries do not give the tree that was "
            "kept: one was altered",
            audit->size);
    }
    return ENT_OK;
}

enum ent_status
node_audit_step(struct node_audit *audit, struct node_store *store,
    size_t entries, bool *ret_done, struct ent_error *err)
{
    struct ent_tree_edge *edge = &audit->edge;

    for (size_t i = 0; i < entries && edge->size < audit->size; i++) {
        struct ent_view wire;
        struct ent_digest leaf;
        enum ent_status rc = read_entry(store, edge->size, &wire, err);

        if (rc != ENT_OK) {
            ent_error_wrap(err, "journal entry %" PRIu64, edge->size);
            return rc;
        }
        leaf = ent_tree_leaf(ent_tree_sha256, wire);
        ent_tree_append(ent_tree_sha256, edge, &leaf, NULL, NULL);
    }
    *ret_done = edge->size == audit->size;
    return *ret_done ? compare(audit, err) : ENT_OK;
}

enum ent_status
node_journal_verify(struct node_journal *journal, struct node_store *store,
    struct ent_error *err)
{
    struct node_audit audit;
    bool done = false;

    node_audit_begin(journal, &audit);
    return node_audit_step(&audit, store, SIZE_MAX, &done, err);
}

enum ent_status
node_journal_entry(const struct node_journal *journal, struct node_store *store,
    uint64_t sequence, struct ent_entry *ret_entry, struct ent_error *err)
{
    struct ent_view wire;
    enum ent_status rc;

    if (sequence >= journal->kept.size) {
        return ENT_NOT_FOUND;
    }
    rc = read_entry(store, sequence, &wire, err);
    if (rc == ENT_OK && ent_entry_decode(wire, ret_entry, err) != ENT_OK) {
        rc = ENT_IO;
    }
    return rc;
}

uint64_t
node_journal_last(const struct node_journal *journal)
{
    return journal->working.size - 1;
}

static bool
fetch_node(
    void *context, unsigned level, uint64_t index, struct ent_digest *ret_node)
{
    struct node_key key = tree_key(level, index);
    struct ent_view value;

    if (node_store_get(context, NODE_TREE, node_key_view(&key), &value, NULL) !=
            ENT_OK ||
        value.len != ENT_DIGEST_LEN) {
        return false;
    }
    memcpy(ret_node->bytes, value.data, ENT_DIGEST_LEN);
    return true;
}

enum ent_status
node_journal_prove(struct node_journal *journal, struct node_store *store,
    uint64_t sequence, uint8_t ret_entry[static ENT_ENTRY_LEN],
    struct ent_tree_path *ret_path, struct ent_error *err)
{
    struct ent_view wire;
    enum ent_status rc = read_entry(store, sequence, &wire, err);

    if (rc != ENT_OK) {
        return rc;
    }
    memcpy(ret_entry, wire.data, ENT_ENTRY_LEN);
    rc = ent_tree_prove_inclusion(ent_tree_sha256, fetch_node, store, sequence,
        journal->kept.size, ret_path, err);
    return rc == ENT_OK ? rc : ENT_IO;
}

enum ent_status
node_journal_checkpoint(const struct node_journal *journal,
    const struct ent_address *origin, uint64_t incarnation,
    const struct ent_signer *office, struct ent_bytes *ret_note,
    struct ent_error *err)
{
    struct ent_checkpoint checkpoint = {
        .origin = *origin,
        .size = journal->kept.size,
        .root = node_journal_root(journal),
        .incarnation = incarnation,
    };

    return ent_checkpoint_make(&checkpoint, office, ret_note, err);
}

enum ent_status
node_journal_root_at(const struct node_journal *journal,
    struct node_store *store, uint64_t size, struct ent_digest *ret_root,
    struct ent_error *err)
{
    struct ent_tree_edge edge = {.size = size};
    enum ent_status rc;

    if (size == 0 || size > journal->kept.size) {
        return ent_fail(
            err, ENT_NOT_FOUND, "the journal never had %" PRIu64, size);
    }
    rc = load_peaks(store, &edge, err);
    if (rc == ENT_OK) {
        *ret_root = ent_tree_edge_root(ent_tree_sha256, &edge);
    }
    return rc;
}

enum ent_status
node_journal_prove_growth(const struct node_journal *journal,
    struct node_store *store, uint64_t old_size, uint64_t new_size,
    struct ent_tree_path *ret_path, struct ent_error *err)
{
    enum ent_status rc;

    if (old_size == 0 || old_size > new_size || new_size > journal->kept.size) {
        return ent_fail(err, ENT_NOT_FOUND, "the journal never grew like that");
    }
    rc = ent_tree_prove_consistency(
        ent_tree_sha256, fetch_node, store, old_size, new_size, ret_path, err);
    return rc == ENT_OK ? rc : ENT_IO;
}
