/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journal - everything that crossed the border of this office, append-only.
 *
 * An RFC 9162 tree with SHA-256 over entries of 128 bytes, in the same commit
 * as what they record:
 *
 *     version kind flags count sequence time subject result party reserved
 *     1       1    2     4     8        8    32      32     32    8
 *
 * subject is the digest of what travelled (label, receipt, skip, agreement
 * file, message), result what came of it (Merkle root of the envelopes, digest
 * of the outcomes), party the other office (16 bytes, then zeros). Entries hold
 * no personal data and are never removed.
 */
#ifndef NODE_JOURNAL_H
#define NODE_JOURNAL_H

#include "node/store.h"
#include "proto/signing.h"
#include "proto/tree.h"

#define NODE_ENTRY_LEN 128

enum node_entry_kind {
    NODE_ENTRY_START = 1, /* the store was made; subject: certificate */
    NODE_ENTRY_BUNDLE_OUT = 2,
    NODE_ENTRY_BUNDLE_IN = 3,
    NODE_ENTRY_RECEIPT_OUT = 4,
    NODE_ENTRY_RECEIPT_IN = 5,
    NODE_ENTRY_SKIP_OUT = 6,
    NODE_ENTRY_SKIP_IN = 7,
    NODE_ENTRY_CUSTODY_IN = 8,
    NODE_ENTRY_AGREEMENT = 9,     /* loaded; subject: its digest */
    NODE_ENTRY_REFUSED_HERE = 10, /* our own gate; subject: the message */
    NODE_ENTRY_FORK = 11,         /* subject: the label not followed */
    NODE_ENTRY_ACKNOWLEDGED = 12,
    NODE_ENTRY_DELETED = 13, /* count messages; subject: day as digest */
    NODE_ENTRY_REINCARNATED = 14,
    NODE_ENTRY_EXPIRED = 15,
};

struct node_entry {
    enum node_entry_kind kind;
    uint32_t count; /* messages it speaks of */
    uint64_t sequence;
    uint64_t at_ms;
    struct ent_digest subject;
    struct ent_digest result;
    struct ent_party party;
};

void node_entry_encode(
    const struct node_entry *entry, uint8_t out[static NODE_ENTRY_LEN]);
enum ent_status node_entry_decode(struct ent_view rest,
    struct node_entry *ret_entry, struct ent_error *err) ENT_MUST_CHECK;

struct node_journal;

/* Needs an open turn of `store`. */
enum ent_status node_journal_open(struct node_store *store,
    struct node_journal **ret_journal, struct ent_error *err) ENT_MUST_CHECK;
void node_journal_close(struct node_journal **journal);

/* Append in the current turn; sequence is filled in. */
enum ent_status node_journal_append(struct node_journal *journal,
    struct node_store *store, struct node_entry *entry,
    struct ent_error *err) ENT_MUST_CHECK;

/* The turn was committed, or it was not: keep or take back the appended. */
void node_journal_keep(struct node_journal *journal);
void node_journal_take_back(struct node_journal *journal);

uint64_t node_journal_size(const struct node_journal *journal);
struct ent_digest node_journal_root(const struct node_journal *journal);

/* Read every entry again and rebuild the tree: ENT_IO, with what is wrong and
 * where, unless it is the tree that was kept. */
enum ent_status node_journal_verify(struct node_journal *journal,
    struct node_store *store, struct ent_error *err) ENT_MUST_CHECK;

/* A signed note (C2SP tlog-checkpoint) of the journal as it is. */
enum ent_status node_journal_checkpoint(const struct node_journal *journal,
    const char *origin, const struct ent_signer *office,
    struct ent_bytes *ret_note, struct ent_error *err) ENT_MUST_CHECK;

#endif
