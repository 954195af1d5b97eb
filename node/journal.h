/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal - everything that crossed the border of this office, append-only.
 *
 * An RFC 9162 tree with SHA-256 over entries of 128 bytes (proto/entry.h), in
 * the same commit as what they record.
 */
#ifndef NODE_JOURNAL_H
#define NODE_JOURNAL_H

#include "node/store.h"
#include "proto/checkpoint.h"
#include "proto/entry.h"
#include "proto/tree.h"

/* What this folder calls the kinds of entry. */
#define NODE_ENTRY_START ENT_ENTRY_START
#define NODE_ENTRY_BUNDLE_OUT ENT_ENTRY_BUNDLE_OUT
#define NODE_ENTRY_BUNDLE_IN ENT_ENTRY_BUNDLE_IN
#define NODE_ENTRY_RECEIPT_OUT ENT_ENTRY_RECEIPT_OUT
#define NODE_ENTRY_RECEIPT_IN ENT_ENTRY_RECEIPT_IN
#define NODE_ENTRY_SKIP_OUT ENT_ENTRY_SKIP_OUT
#define NODE_ENTRY_SKIP_IN ENT_ENTRY_SKIP_IN
#define NODE_ENTRY_CUSTODY_IN ENT_ENTRY_CUSTODY_IN
#define NODE_ENTRY_AGREEMENT ENT_ENTRY_AGREEMENT
#define NODE_ENTRY_REFUSED_HERE ENT_ENTRY_REFUSED_HERE
#define NODE_ENTRY_FORK ENT_ENTRY_FORK
#define NODE_ENTRY_ACKNOWLEDGED ENT_ENTRY_ACKNOWLEDGED
#define NODE_ENTRY_DELETED ENT_ENTRY_DELETED
#define NODE_ENTRY_NEW_INCARNATION ENT_ENTRY_NEW_INCARNATION
#define NODE_ENTRY_EXPIRED ENT_ENTRY_EXPIRED
#define NODE_ENTRY_DISCLOSED ENT_ENTRY_DISCLOSED
#define NODE_ENTRY_NOTICE ENT_ENTRY_NOTICE
#define NODE_ENTRY_CERTIFICATE ENT_ENTRY_CERTIFICATE
#define NODE_ENTRY_ROLLOVER ENT_ENTRY_ROLLOVER
#define NODE_ENTRY_ROLLOVER_FORK ENT_ENTRY_ROLLOVER_FORK

struct node_journal;

/* Needs an open turn of `store`. */
enum ent_status node_journal_open(struct node_store *store,
    struct node_journal **ret_journal, struct ent_error *err) ENT_MUST_CHECK;
void node_journal_close(struct node_journal **journal);

/* Append in the current turn; sequence is filled in. */
enum ent_status node_journal_append(struct node_journal *journal,
    struct node_store *store, struct ent_entry *entry,
    struct ent_error *err) ENT_MUST_CHECK;

/* The turn was committed, or it was not: keep or take back the appended. */
void node_journal_keep(struct node_journal *journal);
void node_journal_take_back(struct node_journal *journal);

uint64_t node_journal_size(const struct node_journal *journal);
struct ent_digest node_journal_root(const struct node_journal *journal);

/* Every entry read again, and the tree rebuilt: of the journal as it was
 * committed when the audit began. It may take several turns, in which others
 * append. */
struct node_audit {
    uint64_t size;             /* of that journal */
    struct ent_digest root;    /* and the tree that was kept */
    struct ent_tree_edge edge; /* as far as it was rebuilt */
};

void node_audit_begin(
    const struct node_journal *journal, struct node_audit *ret_audit);

/* At most `entries` more. ENT_IO, with what is wrong and where, unless all is
 * as it was kept. */
enum ent_status node_audit_step(struct node_audit *audit,
    struct node_store *store, size_t entries, bool *ret_done,
    struct ent_error *err) ENT_MUST_CHECK;

/* All of it at once. */
enum ent_status node_journal_verify(struct node_journal *journal,
    struct node_store *store, struct ent_error *err) ENT_MUST_CHECK;

/* The number of the last entry of this turn; there is one. */
uint64_t node_journal_last(const struct node_journal *journal);

/* Entry `sequence`; ENT_NOT_FOUND past the last that was committed. */
enum ent_status node_journal_entry(const struct node_journal *journal,
    struct node_store *store, uint64_t sequence, struct ent_entry *ret_entry,
    struct ent_error *err) ENT_MUST_CHECK;

/* An entry that was committed, and the path from it to the root that a
 * checkpoint of now is about. */
enum ent_status node_journal_prove(struct node_journal *journal,
    struct node_store *store, uint64_t sequence,
    uint8_t ret_entry[static ENT_ENTRY_LEN], struct ent_tree_path *ret_path,
    struct ent_error *err) ENT_MUST_CHECK;

/* A signed note (proto/checkpoint.h) of the journal as it is, in that life of
 * the store; 0: which one is not told. */
enum ent_status node_journal_checkpoint(const struct node_journal *journal,
    const struct ent_address *origin, uint64_t incarnation,
    const struct ent_signer *office, struct ent_bytes *ret_note,
    struct ent_error *err) ENT_MUST_CHECK;

/* The root when it had `size` entries, 1 to as many as were committed. */
enum ent_status node_journal_root_at(const struct node_journal *journal,
    struct node_store *store, uint64_t size, struct ent_digest *ret_root,
    struct ent_error *err) ENT_MUST_CHECK;

/* That the journal of then is the beginning of the one with `new_size`. */
enum ent_status node_journal_prove_growth(const struct node_journal *journal,
    struct node_store *store, uint64_t old_size, uint64_t new_size,
    struct ent_tree_path *ret_path, struct ent_error *err) ENT_MUST_CHECK;

#endif
