/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spool - what a broker keeps on disk: bundles and skips until their recipient
 * settles them, receipts until their sender has them, and the signed objects
 * that offices ask for.
 *
 * Everything is done inside a transaction, of which there is one at a time;
 * what was committed is durable. Nothing is ever read whole: whoever walks asks
 * for the next one.
 *
 * Errors: ENT_FULL: abort, later transactions may work. ENT_IO from a commit:
 * leave the process. A damaged value is as if it were not there, and counted;
 * only the bytes of an entry that is there can be ENT_IO.
 */
#ifndef BROKER_SPOOL_H
#define BROKER_SPOOL_H

#include "broker/route.h"
#include "proto/base/kv.h"
#include "proto/delivery.h"

/* Receipts kept for one who is to have them from one recipient; a quarter of
 * that when they settle nothing, so that those that do find room. */
#define SPOOL_RECEIPTS_MAX 4096

struct broker_spool;

/* Make the folder, or open it (ENT_NOT_FOUND, ENT_BUSY, ENT_REJECTED as in
 * proto/base/kv.h). */
enum ent_status broker_spool_create(const char *path,
    const uint8_t store_key[static ENT_KV_STORE_KEY_LEN], uint64_t size_max,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status broker_spool_open(const char *path,
    const uint8_t store_key[static ENT_KV_STORE_KEY_LEN], uint64_t size_max,
    struct broker_spool **ret_spool, struct ent_error *err) ENT_MUST_CHECK;
void broker_spool_close(struct broker_spool **spool);

enum ent_status broker_spool_begin(struct broker_spool *spool, bool write,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status broker_spool_commit(
    struct broker_spool *spool, struct ent_error *err) ENT_MUST_CHECK;
/* Also the end of a transaction that only read. Fine without one. */
void broker_spool_abort(struct broker_spool *spool);

/* In a quiet moment: write some space ahead (ent_kv_prepare). True: there is
 * more to do in another one. */
bool broker_spool_prepare(struct broker_spool *spool);

/* How many damaged values were passed over since it was opened. */
uint64_t broker_spool_damaged(const struct broker_spool *spool);

/* ---- bundles and skips ---- */

enum broker_entry_kind {
    BROKER_BUNDLE = 1,
    BROKER_FORK = 2, /* another label for a position that has a bundle */
    BROKER_SKIP = 3,
};

/* Who gave it to us and where it goes on are offices that we serve or
 * neighbouring brokers; who signed it and whom it is for may be behind those.
 */
struct broker_entry {
    uint64_t arrival; /* grows with each entry */
    enum broker_entry_kind kind;
    struct ent_party from;
    struct ent_party to;
    struct ent_address sender; /* "" in a store of an earlier version */
    struct ent_address recipient;
    uint8_t rank;
    struct ent_digest stream;
    uint64_t sender_incarnation;
    uint64_t recipient_incarnation;
    uint64_t first;
    uint64_t last;
    struct ent_digest hash; /* of the label, or of the skip */
    struct ent_digest root; /* put: of the envelopes of its body */
    uint64_t size;          /* bytes of head and body */
    uint64_t drop_at;
    bool put_off;     /* answered NOT_YET */
    uint64_t held_at; /* the next broker signed for it, ms; 0: it has not */
    uint32_t refusal; /* the next broker's, and why; 0: none */
};

/* Keep it; fills `arrival` and `size`. A skip has no body; that a body is what
 * its `root` says was checked by whoever puts it, and is again when it is read
 * back. The position must have no entry of that kind. */
enum ent_status broker_spool_put(struct broker_spool *spool,
    struct broker_entry *entry, struct ent_view head, struct ent_view body,
    struct ent_error *err) ENT_MUST_CHECK;

/* It was answered NOT_YET. */
enum ent_status broker_spool_put_off(struct broker_spool *spool,
    struct broker_entry *entry, struct ent_error *err) ENT_MUST_CHECK;
/* The next broker signed for it. */
enum ent_status broker_spool_hold(struct broker_spool *spool,
    struct broker_entry *entry, uint64_t at_ms,
    struct ent_error *err) ENT_MUST_CHECK;
/* The next broker does not take it, or holds it no longer: it is put off. */
enum ent_status broker_spool_refuse(struct broker_spool *spool,
    struct broker_entry *entry, uint32_t refusal,
    struct ent_error *err) ENT_MUST_CHECK;
/* Drop it at `drop_at_ms` already, if that is earlier than before. */
enum ent_status broker_spool_hasten(struct broker_spool *spool,
    struct broker_entry *entry, uint64_t drop_at_ms,
    struct ent_error *err) ENT_MUST_CHECK;

enum ent_status broker_spool_drop(struct broker_spool *spool,
    const struct broker_entry *entry, struct ent_error *err) ENT_MUST_CHECK;

/* The entry of that kind at a position, or ENT_NOT_FOUND. */
enum ent_status broker_spool_find(struct broker_spool *spool,
    const struct ent_digest *stream, uint64_t first,
    enum broker_entry_kind kind, struct broker_entry *ret_entry,
    struct ent_error *err) ENT_MUST_CHECK;

/* The first entry of a stream at `first` or later whose kind, at `first`
 * itself, is at least `kind` (0: any). ENT_NOT_FOUND: none. */
enum ent_status broker_spool_next_of_stream(struct broker_spool *spool,
    const struct ent_digest *stream, uint64_t first, unsigned kind,
    struct broker_entry *ret_entry, struct ent_error *err) ENT_MUST_CHECK;

/* The first entry that goes to `to` at `rank` and arrived as `arrival` or
 * later. ENT_NOT_FOUND: none. */
enum ent_status broker_spool_next_for(struct broker_spool *spool,
    const struct ent_party *to, uint8_t rank, uint64_t arrival,
    struct broker_entry *ret_entry, struct ent_error *err) ENT_MUST_CHECK;

/* Any entry after that one, or the first of all (NULL); a walk over the whole
 * store, which may be written meanwhile. ENT_NOT_FOUND: none. */
enum ent_status broker_spool_next_entry(struct broker_spool *spool,
    const struct broker_entry *after, struct broker_entry *ret_entry,
    struct ent_error *err) ENT_MUST_CHECK;
/* It goes to another now, who has not signed for it. */
enum ent_status broker_spool_move(struct broker_spool *spool,
    const struct broker_entry *entry, const struct ent_party *to,
    struct ent_error *err) ENT_MUST_CHECK;

/* Its bytes, looking into the store, or what was given to it last, until the
 * next write or the end of the transaction. ENT_IO: they are not what was put,
 * or not there. */
enum ent_status broker_spool_read(struct broker_spool *spool,
    const struct broker_entry *entry, struct ent_view *ret_head,
    struct ent_view *ret_body, struct ent_error *err) ENT_MUST_CHECK;

/* What is kept that one gave us for a recipient. */
enum ent_status broker_spool_usage(struct broker_spool *spool,
    const struct ent_party *from, const struct ent_party *recipient,
    struct broker_usage *ret_usage, struct ent_error *err) ENT_MUST_CHECK;

/* What is in use of the whole store, in a transaction that writes, and what may
 * be at most. */
void broker_spool_room(const struct broker_spool *spool, uint64_t *ret_used,
    uint64_t *ret_size_max);

/* Drop up to `max` entries and receipts whose time is over; how many. */
enum ent_status broker_spool_expire(struct broker_spool *spool, uint64_t now_ms,
    size_t max, size_t *ret_dropped, struct ent_error *err) ENT_MUST_CHECK;
/* True, in any transaction, when there is something to expire. */
bool broker_spool_has_expired(struct broker_spool *spool, uint64_t now_ms);

/* ---- receipts ---- */

struct broker_receipt {
    uint64_t arrival;
    struct ent_party to; /* the sender of the bundles, or a broker before it */
    struct ent_party recipient; /* who signed it */
    uint8_t rank;
    struct ent_digest stream;
    struct ent_digest hash;
    uint64_t drop_at;
    bool final;           /* put: it settles something */
    struct ent_view wire; /* read: looks into the store */
};

/* Keep it; fills `arrival`. ENT_EXISTS when its hash is kept already, ENT_BUSY
 * when there are SPOOL_RECEIPTS_MAX, or more than `bytes_max` of them with it.
 * `answers` are those inside. */
enum ent_status broker_spool_put_receipt(struct broker_spool *spool,
    struct broker_receipt *receipt, const struct ent_answer *answers,
    size_t answer_count, uint64_t bytes_max,
    struct ent_error *err) ENT_MUST_CHECK;
bool broker_spool_keeps_receipt(struct broker_spool *spool,
    const struct ent_party *to, const struct ent_digest *hash);

/* It has it: ENT_NOT_FOUND when it is not kept. */
enum ent_status broker_spool_drop_receipt(struct broker_spool *spool,
    const struct ent_party *to, const struct ent_digest *hash,
    struct ent_error *err) ENT_MUST_CHECK;

/* The first receipt that goes to `to` at `rank` and arrived as `arrival` or
 * later. ENT_NOT_FOUND: none. */
enum ent_status broker_spool_next_receipt(struct broker_spool *spool,
    const struct ent_party *to, uint8_t rank, uint64_t arrival,
    struct broker_receipt *ret_receipt, struct ent_error *err) ENT_MUST_CHECK;

/* As broker_spool_next_entry and broker_spool_move. */
enum ent_status broker_spool_each_receipt(struct broker_spool *spool,
    const struct broker_receipt *after, struct broker_receipt *ret_receipt,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status broker_spool_move_receipt(struct broker_spool *spool,
    const struct broker_receipt *receipt, const struct ent_party *to,
    struct ent_error *err) ENT_MUST_CHECK;

/* The receipt that settles the bundle with that label, if one is kept. */
enum ent_status broker_spool_find_answer(struct broker_spool *spool,
    const struct ent_digest *stream, uint64_t first,
    const struct ent_digest *label_hash, struct broker_receipt *ret_receipt,
    struct ent_error *err) ENT_MUST_CHECK;

/* ---- custody receipts of brokers further on ---- */

/* Keep what `signer` has signed for an entry, as long as that is kept.
 * ENT_EXISTS: something of it is kept already; ENT_BUSY: of ENT_HOPS_MAX
 * brokers. */
enum ent_status broker_spool_put_custody(struct broker_spool *spool,
    const struct broker_entry *entry, const struct ent_party *signer,
    struct ent_view wire, struct ent_error *err) ENT_MUST_CHECK;

/* The first for entries that `to` gave us at `rank`, and that came as `arrival`
 * or later. `ret_wire` looks into the store. ENT_NOT_FOUND: none. */
enum ent_status broker_spool_next_custody(struct broker_spool *spool,
    const struct ent_party *to, uint8_t rank, uint64_t arrival,
    uint64_t *ret_arrival, struct ent_view *ret_wire,
    struct ent_error *err) ENT_MUST_CHECK;

/* ---- signed objects ---- */

/* Of a certificate that became older when a newer one was put, or was put so:
 * the kind under which it is found. */
#define BROKER_OBJECT_BEFORE UINT32_C(128)

/* A rollover that contradicts the one that is followed: kept, not handed out.
 */
#define BROKER_KIND_RIVAL 104
/* Of the spool only: whom an office tells of its journal, parties in a row. */
#define BROKER_KIND_WITNESSED 201
/* Of the spool only: when it was last written, by a clock that was believed. */
#define BROKER_KIND_CLOCK 220

/* The newest of a kind about a subject; `number` is its serial, sequence or
 * number. `wire` looks into the store. */
enum ent_status broker_spool_get_object(struct broker_spool *spool,
    uint32_t kind, const char *subject, uint64_t *ret_number,
    struct ent_view *ret_wire, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status broker_spool_put_object(struct broker_spool *spool,
    uint32_t kind, const char *subject, uint64_t number, struct ent_view wire,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
