/* SPDX-License-Identifier: Apache-2.0 */
#include "node/journal.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY_VERSION 1

#define AT_KIND 1
#define AT_COUNT 4
#define AT_SEQUENCE 8
#define AT_TIME 16
#define AT_SUBJECT 24
#define AT_RESULT 56
#define AT_PARTY 88

struct node_journal {
    struct ent_tree_edge kept;    /* as committed */
    struct ent_tree_edge working; /* with this turn's entries */
};

void
node_entry_encode(
    const struct node_entry *entry, uint8_t out[static NODE_ENTRY_LEN])
{
    memset(out, 0, NODE_ENTRY_LEN);
    out[0] = ENTRY_VERSION;
    out[AT_KIND] = (uint8_t)entry->kind;
    ent_put_be(out + AT_COUNT, entry->count, 4);
    ent_put_be(out + AT_SEQUENCE, entry->sequence, 8);
    ent_put_be(out + AT_TIME, entry->at_ms, 8);
    memcpy(out + AT_SUBJECT, entry->subject.bytes, ENT_DIGEST_LEN);
    memcpy(out + AT_RESULT, entry->result.bytes, ENT_DIGEST_LEN);
    memcpy(out + AT_PARTY, entry->party.bytes, ENT_PARTY_LEN);
}

enum ent_status
node_entry_decode(
    struct ent_view rest, struct node_entry *ret_entry, struct ent_error *err)
{
    struct node_entry entry;

    if (rest.len != NODE_ENTRY_LEN || rest.data[0] != ENTRY_VERSION) {
        return ent_fail(err, ENT_IO, "a journal entry of %zu bytes, version %d",
            rest.len, rest.len > 0 ? rest.data[0] : -1);
    }
    entry.kind = rest.data[AT_KIND];
    entry.count = (uint32_t)ent_get_be(rest.data + AT_COUNT, 4);
    entry.sequence = ent_get_be(rest.data + AT_SEQUENCE, 8);
    entry.at_ms = ent_get_be(rest.data + AT_TIME, 8);
    memcpy(entry.subject.bytes, rest.data + AT_SUBJECT, ENT_DIGEST_LEN);
    memcpy(entry.result.bytes, rest.data + AT_RESULT, ENT_DIGEST_LEN);
    memcpy(entry.party.bytes, rest.data + AT_PARTY, ENT_PARTY_LEN);
    *ret_entry = entry;
    return ENT_OK;
}

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
    struct node_entry *entry, struct ent_error *err)
{
    struct tree_writer writer = {.store = store, .err = err, .rc = ENT_OK};
    uint8_t wire[NODE_ENTRY_LEN];
    struct ent_view view = {.data = wire, .len = sizeof wire};
    struct ent_digest leaf;
    struct node_key key;
    enum ent_status rc;

    entry->sequence = journal->working.size;
    node_entry_encode(entry, wire);
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
    struct node_entry entry;
    enum ent_status rc;

    rc =
        node_store_get(store, NODE_JOURNAL, node_key_view(&key), ret_wire, err);
    if (rc == ENT_NOT_FOUND) {
        return ent_fail(err, ENT_IO, "it is missing");
    }
    if (rc == ENT_OK) {
        rc = node_entry_decode(*ret_wire, &entry, err);
    }
    if (rc == ENT_OK && entry.sequence != sequence) {
        return ent_fail(
            err, ENT_IO, "it says it is entry %" PRIu64, entry.sequence);
    }
    return rc;
}

enum ent_status
node_journal_verify(struct node_journal *journal, struct node_store *store,
    struct ent_error *err)
{
    struct ent_tree_edge edge = {0};
    struct ent_digest rebuilt;
    struct ent_digest kept = node_journal_root(journal);

    while (edge.size < journal->kept.size) {
        struct ent_view wire;
        struct ent_digest leaf;
        enum ent_status rc = read_entry(store, edge.size, &wire, err);

        if (rc != ENT_OK) {
            ent_error_wrap(err, "journal entry %" PRIu64, edge.size);
            return rc;
        }
        leaf = ent_tree_leaf(ent_tree_sha256, wire);
        ent_tree_append(ent_tree_sha256, &edge, &leaf, NULL, NULL);
    }
    rebuilt = ent_tree_edge_root(ent_tree_sha256, &edge);
    if (!ent_digest_equal(&rebuilt, &kept)) {
        return ent_fail(err, ENT_IO,
            "the %" PRIu64 " journal entries do not give the tree that was "
            "kept: one was altered",
            edge.size);
    }
    return ENT_OK;
}

/* Signed note key hash: SHA-256(name, newline, algorithm 1, key), 4 bytes. */
static void
note_key_hash(const char *origin, const struct ent_verify_key *key,
    uint8_t ret_hash[static 4])
{
    crypto_hash_sha256_state state;
    uint8_t full[crypto_hash_sha256_BYTES];

    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, (const uint8_t *)origin, strlen(origin));
    crypto_hash_sha256_update(&state, (const uint8_t *)"\n\x01", 2);
    crypto_hash_sha256_update(&state, key->bytes, sizeof key->bytes);
    crypto_hash_sha256_final(&state, full);
    memcpy(ret_hash, full, 4);
}

enum ent_status
node_journal_checkpoint(const struct node_journal *journal, const char *origin,
    const struct ent_signer *office, struct ent_bytes *ret_note,
    struct ent_error *err)
{
    struct ent_digest root = node_journal_root(journal);
    uint8_t signature[4 + ENT_SIGNATURE_LEN];
    char root_text[64];
    char signature_text[128];
    char text[512];
    int len;
    int whole;
    enum ent_status rc;

    sodium_bin2base64(root_text, sizeof root_text, root.bytes,
        sizeof root.bytes, sodium_base64_VARIANT_ORIGINAL);
    len = snprintf(text, sizeof text, "%s\n%" PRIu64 "\n%s\n", origin,
        journal->kept.size, root_text);
    note_key_hash(origin, &office->key, signature);
    rc = office->sign(
        office->context, ent_view_of(text, (size_t)len), signature + 4, err);
    if (rc != ENT_OK) {
        return rc;
    }
    sodium_bin2base64(signature_text, sizeof signature_text, signature,
        sizeof signature, sodium_base64_VARIANT_ORIGINAL);
    whole = snprintf(text + len, sizeof text - (size_t)len,
        "\n\xe2\x80\x94 %s %s\n", origin, signature_text);
    return ent_bytes_copy(
        ent_view_of(text, (size_t)(len + whole)), ret_note, err);
}
