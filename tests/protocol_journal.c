/* SPDX-License-Identifier: Apache-2.0 */
/* The vectors of docs/PROTOCOL.md about the journal, and what is said of it. */
#include "tests/protocol_keys.h"

#include <stdio.h>

#include "node/journal.h"
#include "proto/tree.h"
#include "proto/witness.h"

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
    static const uint8_t store_key[ENT_KV_STORE_KEY_LEN] = "a key of the tests";
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
    expect_ok(node_store_create(path, store_key, 1 << 24, &last_error));
    expect_ok(node_store_open(path, store_key, 1 << 24, &store, &last_error));
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

/* ---- what one office tells another ---- */

static void
note_of(const struct block *block, const char *name,
    struct ent_address *ret_origin, struct ent_bytes *ret_note)
{
    char keys[4][32];
    struct ent_checkpoint checkpoint;
    struct key key;

    (void)snprintf(keys[0], sizeof keys[0], "%s-origin", name);
    (void)snprintf(keys[1], sizeof keys[1], "%s-size", name);
    (void)snprintf(keys[2], sizeof keys[2], "%s-root", name);
    (void)snprintf(keys[3], sizeof keys[3], "%s-incarnation", name);
    checkpoint = (struct ent_checkpoint){
        .origin = block_address(block, keys[0]),
        .size = block_number(block, keys[1]),
        .root = block_digest("witness", keys[2]),
        .incarnation = block_number(block, keys[3]),
    };
    (void)snprintf(keys[0], sizeof keys[0], "%s-seed", name);
    key_from(&key, block, keys[0], ENT_KEY_OFFICE);
    expect_ok(
        ent_checkpoint_make(&checkpoint, &key.signer, ret_note, &last_error));
    expect_vector(block, name, ent_bytes_view(ret_note));
    *ret_origin = checkpoint.origin;
    key_fini(&key);
}

static bool
node_of(void *context, unsigned level, uint64_t index, struct ent_digest *node)
{
    static const char *const names[] = {"leaf-0", "leaf-1", "leaf-2"};

    (void)context;
    if (level == 0) {
        *node = block_digest("journal", names[index]);
    } else { /* of three leaves there is one more that is complete */
        *node = block_digest("journal", "root-2");
    }
    return true;
}

static void
prove_growth(const struct block *block, uint64_t from,
    struct ent_witness_proof *ret_proof)
{
    char name[32];

    ret_proof->size = from;
    expect_ok(ent_tree_prove_consistency(ent_tree_sha256, node_of, NULL, from,
        3, &ret_proof->path, &last_error));
    (void)snprintf(name, sizeof name, "path-%d", (int)from);
    expect_vector(block, name,
        ent_view_of(ret_proof->path.nodes[0].bytes,
            ret_proof->path.count * ENT_DIGEST_LEN));
}

void
a_witness_is_signed_so(void **state)
{
    const struct block *block = block_named("witness");
    const struct block *of = block_named("journal");
    struct ent_checkpoint checkpoint = {
        .origin = block_address(of, "origin"),
        .size = 3,
        .root = block_digest("journal", "root-3"),
        .incarnation = block_number(block, "incarnation"),
    };
    struct ent_witness witness = {
        .from = checkpoint.origin,
        .made_at = block_number(block, "made-at"),
        .proof_count = 2,
        .wanted = {block_number(block, "wanted")},
        .wanted_count = 1,
        .other_count = 1,
    };
    ENT_AUTO(ent_bytes_free) struct ent_bytes note = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes held = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes other = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_address third;
    struct key office;

    (void)state;
    key_from(&office, of, "seed", ENT_KEY_OFFICE);
    expect_ok(
        ent_checkpoint_make(&checkpoint, &office.signer, &note, &last_error));
    expect_vector(block, "checkpoint", ent_bytes_view(&note));
    note_of(block, "held", &witness.to, &held);
    note_of(block, "other", &third, &other);
    prove_growth(block, 1, &witness.proofs[0]);
    prove_growth(block, 2, &witness.proofs[1]);
    witness.checkpoint = ent_bytes_view(&note);
    witness.held = ent_bytes_view(&held);
    witness.others[0] = ent_bytes_view(&other);
    expect_ok(ent_witness_make(&witness, &office.signer, &wire, &last_error));
    expect_vector(block, "signed", ent_bytes_view(&wire));
    expect_payload(block, ent_bytes_view(&wire));
    key_fini(&office);
}
