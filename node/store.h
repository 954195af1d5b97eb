/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store - what a node keeps: one LMDB folder, one write transaction at a time.
 *
 * A turn of the node's loop is one transaction: everything that came in is
 * handled inside it, node_store_commit makes it durable, and only then does
 * anything leave (group commit). Keys are fixed-length and big-endian; what
 * they say of who and when lies blinded (node/blinding.h), and then a table is
 * not sorted by it. Rows are the messages of node/rest.proto. Values are sealed
 * (proto/base/kv.h), but for chunks of files, which are sealed as files,
 * prints, which are blinded, places of copies, which are nothing without the
 * row that they lead to, and bodies of bundles: they are ciphertext whose
 * root is in their label, and only veiled, so that whoever carried one does not
 * know it again.
 */
#ifndef NODE_STORE_H
#define NODE_STORE_H

#include <protobuf-c/protobuf-c.h>

#include "node/bundles.h"
#include "node/opened.h"
#include "proto/base/kv.h"
#include "proto/base/pb.h"
#include "proto/id.h"
#include "proto/label.h"

enum node_table {
    NODE_META,     /* name(16)                         -> u64, or fixed bytes */
    NODE_JOURNAL,  /* u64 entry                        -> 128 bytes */
    NODE_TREE,     /* u8 level, u64 index              -> 32 bytes */
    NODE_BUNDLE,   /* u64 bundle                       -> BundleRow */
    NODE_BODY,     /* u64 bundle                       -> body of a bundle */
    NODE_KEYS,     /* u64 day, u64 bundle              -> KeysRow */
    NODE_PENDING,  /* u8 rank (| 0x80: held), party(16), u64 number
                                                       -> PendingRow */
    NODE_COPY,     /* id(16), party(16)                -> CopyRow */
    NODE_NUMBER,   /* u64 block of submissions         -> of each: id(16),
                      party(16) */
    NODE_OUTGOING, /* stream(32)                       -> StreamRow */
    NODE_DISPATCH, /* stream(32), u64 first            -> DispatchRow */
    NODE_DUE,      /* u8 rank, u64 ms, stream(32), u64 -> nothing */
    NODE_INCOMING, /* stream(32)                       -> StreamRow */
    NODE_ANSWER,   /* stream(32), u64 first            -> AnswerRow */
    NODE_RECEIPT,  /* u64 receipt                      -> a Signed */
    NODE_PROOF,    /* u8 kind, stream(32), u64 first   -> u64 heard */
    NODE_HEARD,    /* u64 heard                        -> a Signed */
    NODE_SEEN,     /* party(16), id(16)                -> SeenRow */
    NODE_DESK,     /* u64 desk sequence                -> DeskRow */
    NODE_HELD,     /* stream(32), u64 first            -> HeldRow */
    NODE_GAP,      /* u64 ms, stream(32)               -> nothing */
    NODE_CURSOR,   /* consumer(16)                     -> u64 */
    NODE_OBJECT,   /* u8 kind, party(16)               -> a Signed */
    NODE_PEER, /* party(16)                        -> u64, u64 heard, u64 first
                */
    NODE_AGREED,      /* digest(32)                       -> name and version */
    NODE_COUNT,       /* u32 month, u32 family, u8 way, state(3) -> u64 */
    NODE_FATE,        /* party(16), id(16)                -> FateRow */
    NODE_REMOVAL,     /* u64 day                          -> nothing */
    NODE_CARRY,       /* party(16), place(16)             -> CarryRow */
    NODE_CERTIFICATE, /* signing key id(16), u64 serial   -> CertificateRow */
    NODE_AGREEMENT,   /* digest(32)                      -> AgreementRow */
    NODE_VERSION,     /* digest of a name(32)            -> VersionRow */
    NODE_NOTICE,      /* digest of its place(32)         -> NoticeRow */
    NODE_LIFE,        /* u64 ms, u8 kind, u64 number      -> nothing */
    NODE_ALARM,       /* u64 alarm                        -> AlarmRow */
    NODE_CONSENT,     /* party(16), id(16), use and state(16) -> ConsentRow */
    NODE_ORIGIN,      /* print(16), u64 desk sequence        -> nothing */
    NODE_SOURCE,      /* u8 kind, party(16)               -> SourceRow */
    NODE_PAIR,        /* key id(16)                       -> PairRow */
    NODE_PIN,         /* party(16)                        -> PinRow */
    NODE_CALL,        /* u64 ms, u64 desk sequence, u8 rung  -> nothing */
    NODE_ATTACHMENT,  /* u64 attachment                   -> AttachmentRow */
    NODE_CHUNK,       /* u64 attachment, u8 kind, u32     -> bytes */
    NODE_ATTACHED,    /* u8 way, party(16), id(16), u8    -> u64 */
    NODE_FEED,        /* u64 feed                         -> FeedRow */
    NODE_ERRAND,      /* u8 kind, u64 attachment or feed  -> nothing */
    NODE_FATE_END,    /* u64 ms, party(16), id(16)        -> nothing */
    NODE_QUOTA,       /* u64 of a digest                  -> QuotaRow */
    NODE_RESTITUTION, /* party(16)                        -> RestitutionRow */
    NODE_DUTY,        /* u8 kind, u64 number              -> DutyRow */
    NODE_REMIND,      /* u64 ms, u8 kind, u64 number      -> nothing */
    NODE_DRILL,       /* party(16)                        -> DrillRow */
    NODE_EMERGENCY,   /* party(16), id(16)                -> EmergencyRow */
    NODE_OFFICER,     /* officer's key id(16)             -> OfficerRow */
    NODE_SIGNER,      /* signing key id(16)               -> SignerRow */
    NODE_WITNESS,     /* party(16)                        -> WitnessRow */
    NODE_SHARE,       /* party(16)                        -> u64, u64 */
    NODE_INDEX,       /* print(16), u8 way, u64 ~number   -> nothing */
    NODE_INDEXED,     /* u8 way, u64 number               -> prints */
    NODE_COMMON,      /* print(16), u8 way, u64 ~group    -> 256 bits */
    NODE_COMMON_LIST, /* u8 way, u64 group                -> prints */
    NODE_PASSING,     /* u64 passing                      -> PassingRow */
    NODE_PASSED,      /* print(16), u64 ~passing          -> nothing */
    NODE_LINK,        /* id(16), id(16)                   -> LinkRow */
    NODE_CENSUS,      /* u32 month, u8 what, u32 values(7) -> counts(104) */
    NODE_ASKED,       /* u64 hour, prints of user(8), of role(8) -> AskedRow */
    NODE_OUTCOME,     /* u64 bundle                       -> OutcomeRow */
    NODE_DESK_BLOCK,  /* u64 desk sequence of its last   -> DeskBlockRow */
    NODE_SEEN_BLOCK,  /* party(16), time of ids(6), 0(10) -> SeenBlockRow */
    NODE_COPY_PLACE,  /* id(16), party(16)               -> u64 bundle, u16 */
    NODE_COPY_BLOCK,  /* u64 bundle, u64 index            -> CopyBlockRow */
    NODE_TABLE_COUNT,
};

struct node_store;

/* Make the store; it must not exist. `store_key` comes from the storage key. */
enum ent_status node_store_create(const char *path,
    const uint8_t store_key[static ENT_KV_STORE_KEY_LEN], size_t size_max,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_store_open(const char *path,
    const uint8_t store_key[static ENT_KV_STORE_KEY_LEN], size_t size_max,
    struct node_store **ret_store, struct ent_error *err) ENT_MUST_CHECK;
void node_store_close(struct node_store **store);

/* The turn: begin, then commit or abort. Every call below needs one. */
enum ent_status node_store_begin(
    struct node_store *store, struct ent_error *err) ENT_MUST_CHECK;
/* Nothing is written when nothing was put. ENT_FULL: aborted, later turns may
 * work. ENT_IO: stop the process. */
enum ent_status node_store_commit(
    struct node_store *store, struct ent_error *err) ENT_MUST_CHECK;
/* The same, and it may be on its way to the disk still (ent_kv_commit_ahead):
 * nothing leaves before node_store_finish. */
enum ent_status node_store_commit_ahead(
    struct node_store *store, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_store_finish(
    struct node_store *store, struct ent_error *err) ENT_MUST_CHECK;
bool node_store_is_going(const struct node_store *store);
bool node_store_is_done(const struct node_store *store);
int node_store_done_file(const struct node_store *store);
void node_store_abort(struct node_store *store);
/* Whether the turn has put or deleted anything. */
bool node_store_has_changed(const struct node_store *store);

/* In a quiet moment: write some space ahead (ent_kv_prepare). True: there is
 * more to do in another one. */
bool node_store_prepare(struct node_store *store);

/* How many commits wrote something since the store was opened. */
uint64_t node_store_commits(const struct node_store *store);
enum ent_status node_store_usage(struct node_store *store, uint64_t *ret_used,
    struct ent_error *err) ENT_MUST_CHECK;

/* About what would be in use if the turn were committed now, and the most that
 * may be; and what the disk lets it put, whatever that is. */
void node_store_room(
    struct node_store *store, uint64_t *ret_used, uint64_t *ret_max);
uint64_t node_store_disk_room(struct node_store *store);

/* The bytes at a key, valid until the next put, the end of the turn, or
 * ENT_KV_VALUES_KEPT more reads. ENT_NOT_FOUND leaves `err` alone. */
enum ent_status node_store_get(struct node_store *store, enum node_table table,
    struct ent_view key, struct ent_view *ret_value,
    struct ent_error *err) ENT_MUST_CHECK;
/* Rows of a few tables, which a turn puts several times, go to LMDB at its end
 * or before their table is walked (node/written.h); one that cannot be kept
 * takes the turn back when it is committed. */
enum ent_status node_store_put(struct node_store *store, enum node_table table,
    struct ent_view key, struct ent_view value,
    struct ent_error *err) ENT_MUST_CHECK;
/* The same of a row of those tables as it lies in memory, which is copied: it
 * is packed when it is read or goes to LMDB, once if that is at the end of the
 * turn. */
enum ent_status node_store_hold(struct node_store *store, enum node_table table,
    struct ent_view key, const ProtobufCMessage *row,
    struct ent_error *err) ENT_MUST_CHECK;
/* That copy, until the turn ends; NULL: the row was read since, or put or
 * deleted otherwise, or had to be packed at once. It may be changed where it
 * lies, and point to what stays until then, as node_store_keep's bytes do
 * (NULL: no memory). */
ProtobufCMessage *node_store_held(
    const struct node_store *store, enum node_table table, struct ent_view key);
/* The same, and it does not go to LMDB: what it says is put elsewhere. For a
 * row that was not there before this turn. */
ProtobufCMessage *node_store_take(
    struct node_store *store, enum node_table table, struct ent_view key);
uint8_t *node_store_keep(struct node_store *store, struct ent_view bytes);
/* A row of one of these tables, of always so many bytes, to be changed where it
 * is kept, until the next call; all zero if there was none. */
#define NODE_CHANGE_MAX 64
enum ent_status node_store_change(struct node_store *store,
    enum node_table table, struct ent_view key, size_t len, uint8_t **ret_value,
    struct ent_error *err) ENT_MUST_CHECK;
/* Deleting what is not there is ENT_OK. */
enum ent_status node_store_delete(struct node_store *store,
    enum node_table table, struct ent_view key,
    struct ent_error *err) ENT_MUST_CHECK;

/* A row as a message of rest.proto. The result is freed with node_row_free.
 * Rows of COPY, DESK, OUTCOME, SEEN, SEEN_BLOCK and SIGNER lie in one block
 * with all that they point to, which is cheaper: nothing in them is freed or
 * grown. */
enum ent_status node_row_get(struct node_store *store, enum node_table table,
    struct ent_view key, const ProtobufCMessageDescriptor *descriptor,
    ProtobufCMessage **ret_row, struct ent_error *err) ENT_MUST_CHECK;
/* The same, to be looked at until the next put or delete in its table or the
 * end of the turn, and not freed: large rows that are asked for many times in a
 * row are read and unpacked once. Of each table the last one is kept. */
enum ent_status node_row_look(struct node_store *store, enum node_table table,
    struct ent_view key, const ProtobufCMessageDescriptor *descriptor,
    const ProtobufCMessage **ret_row, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_row_put(struct node_store *store, enum node_table table,
    struct ent_view key, const ProtobufCMessage *row,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_row_unpack(struct ent_view value,
    const ProtobufCMessageDescriptor *descriptor, ProtobufCMessage **ret_row,
    struct ent_error *err) ENT_MUST_CHECK;
void node_row_free(void *row_pointer); /* of any `..Row *` variable */
/* The same into `arena`, and not freed; ENT_NO_MEMORY when it has no room. */
enum ent_status node_row_unpack_in(struct ent_view value,
    const ProtobufCMessageDescriptor *descriptor, struct ent_arena *arena,
    ProtobufCMessage **ret_row, struct ent_error *err) ENT_MUST_CHECK;

/* The bundles that were used last (node/vault.h). */
struct node_bundles *node_store_bundles(struct node_store *store);
/* What came a moment ago, in clear. */
struct node_opened *node_store_opened(struct node_store *store);

/* Walk a table: from `from` on, to the first key that begins with `prefix_len`
 * bytes of it. `from` is the beginning of a key and then zeros, or what
 * node_key_after made of the key that was found last, which may be gone by
 * then: another one is no place in a table whose keys are blinded. The found
 * key is copied, so rows may be put and deleted in between. ENT_NOT_FOUND at
 * the end. `ret_value` may be NULL. */
enum ent_status node_store_seek(struct node_store *store, enum node_table table,
    struct ent_view from, size_t prefix_len, uint8_t *ret_key,
    struct ent_view *ret_value, struct ent_error *err) ENT_MUST_CHECK;
/* Which of two keys a walk of that table finds first: less than 0, or more, as
 * memcmp says it. */
int node_store_order(struct node_store *store, enum node_table table,
    struct ent_view a, struct ent_view b);
/* Whether a table has any row. */
enum ent_status node_store_any(struct node_store *store, enum node_table table,
    bool *ret_any, struct ent_error *err) ENT_MUST_CHECK;

/* To read many rows in their order, of a table whose keys lie as they are and
 * whose rows are put at once: cheaper than to seek each. The caller closes it
 * (ent_kv_cursor_close), before the turn ends or after. */
enum ent_status node_store_cursor(struct node_store *store,
    enum node_table table, struct ent_kv_cursor **ret_cursor,
    struct ent_error *err) ENT_MUST_CHECK;
/* The smallest key greater than `key`, in place; false: there is none. */
bool node_key_after(uint8_t *key, size_t len);
size_t node_key_len(enum node_table table);

/* ---- as it was ---- */

/* The store as it was committed last, to be read over several turns while it
 * changes. What it can see is not used again: close it soon, and before the
 * store. Values are valid until ENT_KV_VALUES_KEPT more were read from it. */
struct node_snapshot;
/* ENT_BUSY: not in this turn, but in one of the next (ent_kv_begin). */
enum ent_status node_snapshot_open(struct node_store *store,
    struct node_snapshot **ret_snapshot, struct ent_error *err) ENT_MUST_CHECK;
void node_snapshot_close(struct node_snapshot **snapshot);
enum ent_status node_snapshot_seek(struct node_snapshot *snapshot,
    enum node_table table, struct ent_view from, size_t prefix_len,
    uint8_t *ret_key, struct ent_view *ret_value,
    struct ent_error *err) ENT_MUST_CHECK;

/* Counters: the next value of a named number, from 1. */
enum ent_status node_number_next(struct node_store *store, const char *name,
    uint64_t *ret_number, struct ent_error *err) ENT_MUST_CHECK;
/* 0 when it was never set. */
enum ent_status node_number_get(struct node_store *store, const char *name,
    uint64_t *ret_number, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_number_set(struct node_store *store, const char *name,
    uint64_t number, struct ent_error *err) ENT_MUST_CHECK;

/* A number by which a row about an office can be called where there is no room
 * for its party: who has the disk does not know which office it is. */
uint64_t node_store_number_of(
    const struct node_store *store, const struct ent_party *party);

/* ---- keys ---- */

#define NODE_KEY_MAX 64
#define NODE_META_NAME_LEN 16

struct node_key {
    uint8_t bytes[NODE_KEY_MAX];
    size_t len;
};

struct node_key node_key_meta(const char *name);
struct node_key node_key_u64(uint64_t number);
struct node_key node_key_u64_u64(uint64_t a, uint64_t b);
struct node_key node_key_digest(const struct ent_digest *digest);
struct node_key node_key_stream(
    const struct ent_digest *stream, uint64_t first);
struct node_key node_key_party(const struct ent_party *party);
struct node_key node_key_copy(
    const struct ent_id *id, const struct ent_party *party);
struct node_key node_key_seen(
    const struct ent_party *party, const struct ent_id *id);
struct node_key node_key_pending(
    uint32_t precedence, const struct ent_party *party, uint64_t number);
/* The same of what officers have yet to sign: out of the sealer's reach. */
struct node_key node_key_held(
    uint32_t precedence, const struct ent_party *party, uint64_t number);
struct node_key node_key_due(uint32_t precedence, uint64_t due_ms,
    const struct ent_digest *stream, uint64_t first);
struct node_key node_key_gap(uint64_t due_ms, const struct ent_digest *stream);
struct node_key node_key_object(uint32_t kind, const struct ent_party *party);

static inline struct ent_view
node_key_view(const struct node_key *key)
{
    return ent_view_of(key->bytes, key->len);
}

/* FLASH is 0, so that it is walked first; DEFERRED is 4. */
uint8_t node_rank(uint32_t precedence);
/* The first rank of PENDING at which what is held lies. */
#define NODE_RANK_HELD 0x80

#endif
