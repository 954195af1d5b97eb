/* SPDX-License-Identifier: Apache-2.0 */
/* edit_journal - what an administrator could do who has a node's store and its
 * keys: change one entry of the journal and rebuild the whole tree over it, so
 * that the store is whole. The node must not be running.
 *
 *     edit_journal NODE.YAML SEQUENCE
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/identity.h"
#include "node/journal.h"

static struct node_config config;
static struct ent_error err;

static void
must(enum ent_status rc)
{
    if (rc != ENT_OK) {
        fprintf(stderr, "edit_journal: %s\n", err.text);
        exit(1);
    }
}

static void
write_node(void *context, unsigned level, uint64_t index,
    const struct ent_digest *node)
{
    struct node_key key = {.len = 9};

    key.bytes[0] = (uint8_t)level;
    ent_put_be(key.bytes + 1, index, 8);
    must(node_store_put(context, NODE_TREE, node_key_view(&key),
        ent_view_of(node->bytes, sizeof node->bytes), &err));
}

/* The entry as it is from now on. */
static void
rewrite(struct node_store *store, uint64_t sequence, bool change,
    uint8_t wire[static ENT_ENTRY_LEN])
{
    struct node_key key = node_key_u64(sequence);
    struct ent_view view;
    struct ent_entry entry;

    must(node_store_get(store, NODE_JOURNAL, node_key_view(&key), &view, &err));
    must(ent_entry_decode(view, &entry, &err));
    entry.at_ms += change ? 60000 : 0;
    ent_entry_encode(&entry, wire);
    must(node_store_put(store, NODE_JOURNAL, node_key_view(&key),
        ent_view_of(wire, ENT_ENTRY_LEN), &err));
}

static void
edit(struct node_store *store, uint64_t sequence)
{
    struct ent_tree_edge edge = {.size = 0};
    uint64_t size = 0;

    must(node_store_begin(store, &err));
    must(node_number_get(store, "journal", &size, &err));
    while (edge.size < size) {
        uint8_t wire[ENT_ENTRY_LEN];
        struct ent_digest leaf;

        rewrite(store, edge.size, edge.size == sequence, wire);
        leaf = ent_tree_leaf(ent_tree_sha256, ent_view_of(wire, sizeof wire));
        ent_tree_append(ent_tree_sha256, &edge, &leaf, write_node, store);
    }
    must(node_store_commit(store, &err));
}

int
main(int argc, char *argv[])
{
    struct ent_complaints complaints = {0};
    struct node_keeper *keeper = NULL;
    struct node_store *store = NULL;
    uint8_t store_key[ENT_KV_STORE_KEY_LEN];

    if (argc != 3) {
        fprintf(stderr, "usage: edit_journal NODE.YAML SEQUENCE\n");
        return 2;
    }
    must(node_config_load(argv[1], &config, &complaints, &err));
    must(node_identity_keys(&config, &keeper, &err));
    node_keeper_store_key(keeper, store_key);
    must(node_store_open(
        config.store, store_key, config.store_limit, &store, &err));
    edit(store, strtoull(argv[2], NULL, 10));
    node_store_close(&store);
    node_keeper_close(&keeper);
    return 0;
}
