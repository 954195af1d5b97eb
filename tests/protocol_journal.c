/* SPDX-License-Identifier: Apache-2.0 */
/* The vectors of docs/PROTOCOL.md about the journal. */
#include "tests/protocol_keys.h"

#include <stdio.h>

#include "node/journal.h"
#include "proto/tree.h"

static struct ent_party
party_of(const char *text)
{
    struct ent_address address;

    expect_ok(ent_address_parse(view(text), &address, &last_error));
    return ent_address_party(&address);
}

/* Append in a turn of its own; entry, leaf and root are the document's. */
static void
append(const struct block *block, struct node_store *store,
    struct node_journal *journal, struct ent_entry *entry)
{
    uint8_t wire[ENT_ENTRY_LEN];
    struct ent_digest digest;
    char name[32];

    entry->at_ms = block_number(block, "at");
    expect_ok(node_store_begin(store, &last_error));
    expect_ok(node_journal_append(journal, store, entry, &last_error));
    expect_ok(node_store_commit(store, &last_error));
    node_journal_keep(journal);

    ent_entry_encode(entry, wire);
    (void)snprintf(name, sizeof name, "entry-%d", (int)entry->sequence);
    expect_vector(block, name, ARRAY(wire));
    digest = ent_tree_leaf(ent_tree_sha256, ARRAY(wire));
    (void)snprintf(name, sizeof name, "leaf-%d", (int)entry->sequence);
    expect_digest(block, name, &digest);
    digest = node_journal_root(journal);
    (void)snprintf(name, sizeof name, "root-%d", (int)entry->sequence + 1);
    expect_digest(block, name, &digest);
}

static void
write_journal(const struct block *block, struct node_store *store,
    struct node_journal *journal)
{
    struct ent_entry loaded = {
        .kind = NODE_ENTRY_AGREEMENT,
        .subject = block_digest("agreement", "digest"),
        .party = party_of("blo-maesai@th"),
    };
    struct ent_entry sent = {
        .kind = NODE_ENTRY_BUNDLE_OUT,
        .count = MESSAGES,
        .subject = block_digest("bundle", "label-hash"),
        .result = block_digest("bundle", "root"),
        .party = party_of("blo-tachileik@mm"),
    };
    struct ent_entry answered = {
        .kind = NODE_ENTRY_RECEIPT_IN,
        .count = 2,
        .subject = block_digest("receipt", "hash"),
        .result = block_digest("bundle", "next"),
        .party = party_of("blo-tachileik@mm"),
    };

    append(block, store, journal, &loaded);
    append(block, store, journal, &sent);
    append(block, store, journal, &answered);
}

void
a_journal_has_these_entries_and_roots(void **state)
{
    static const uint8_t mac_key[ENT_KV_MAC_KEY_LEN] = "a key of the tests";
    const struct block *block = block_named("journal");
    const struct ent_address origin = block_address(block, "origin");
    ENT_AUTO(ent_bytes_free) struct ent_bytes note = {0};
    struct node_journal *journal = NULL;
    struct node_store *store = NULL;
    struct key office;
    char path[64];
    void *folder;
    void *inside = path;

    (void)state;
    assert_int_equal(make_folder(&folder), 0);
    (void)snprintf(path, sizeof path, "%s/store", (char *)folder);
    expect_ok(node_store_create(path, mac_key, 1 << 24, &last_error));
    expect_ok(node_store_open(path, mac_key, 1 << 24, &store, &last_error));
    expect_ok(node_store_begin(store, &last_error));
    expect_ok(node_journal_open(store, &journal, &last_error));
    node_store_abort(store);

    write_journal(block, store, journal);
    key_from(&office, block, "seed", ENT_KEY_OFFICE);
    expect_ok(node_journal_checkpoint(
        journal, &origin, 0, &office.signer, &note, &last_error));
    expect_vector(block, "checkpoint", ent_bytes_view(&note));

    key_fini(&office);
    node_journal_close(&journal);
    node_store_close(&store);
    assert_int_equal(remove_folder(&inside), 0);
    assert_int_equal(remove_folder(&folder), 0);
}
