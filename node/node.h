/* SPDX-License-Identifier: Apache-2.0 */
/*
 * node - an office's daemon: the only place with its keys, store and queue.
 *
 * One loop owns everything. A turn of it is: take what has come (requests of
 * local programs, frames, timers), handle all of it inside one transaction,
 * commit, and only then let replies, receipts and bundles out. What is put in
 * `effects` during a turn leaves after its commit, or never.
 *
 * The way of a message: api -> submit (fill, validate) -> gate (policy) ->
 * sealer (bundle) -> uplink; uplink -> intake (verify, open, gate) -> desk ->
 * api; receipts come back through settle.
 */
#ifndef NODE_NODE_H
#define NODE_NODE_H

#include "node/agreements.h"
#include "node/config.h"
#include "node/effects.h"
#include "node/heads.h"
#include "node/journal.h"
#include "node/keeper.h"
#include "node/known.h"
#include "node/numbered.h"
#include "node/outcome.h"
#include "node/prints.h"
#include "node/seen.h"
#include "node/slots.h"
#include "node/store.h"
#include "node/tally.h"
#include "proto/base/doubt.h"
#include "proto/certificate.h"

/* Room to unpack one message of any shape: the same wherever it is done, or
 * what was accepted could not be sealed. */
#define NODE_MESSAGE_ARENA ((size_t)16 * 1024 * 1024)

struct node_authorities;
struct node_peers;
struct node_revocations;
struct node_uplink;
struct node_api;
struct node_answers;
struct node_identity;
struct node_asked;
struct node_outbox;
struct node_helper;
struct node_unsealer;
struct node_unsealer_job;

struct node_clock {
    enum ent_doubt why; /* the time of day is in doubt (node/clock.h) */
    bool has_witness;   /* a peer that has the same time */
    struct ent_party witness;
    uint64_t floor_ms; /* the latest that it has shown, when it was believed */
    uint64_t wall_ms;  /* both clocks, when last looked at */
    uint64_t boot_ms;
};

struct node {
    const struct node_config *config;
    struct ent_address self;
    struct ent_party party; /* of self */
    struct ent_certificate certificate;
    struct ent_bytes certificate_wire;
    struct node_keeper *keeper;
    struct node_prints prints; /* of node/index.h */
    uint8_t given_key[16];     /* of node/submit.h */
    struct node_slots *slots;
    struct node_store *store;
    uint64_t slots_noted; /* how many the store says there are */
    struct node_journal *journal;
    struct node_authorities *authorities;
    struct node_agreements *agreements;
    struct node_peers *peers;
    struct node_revocations *revocations;
    void *zmq; /* the process's one context */
    struct node_uplink *uplink;
    struct node_api *api;
    struct node_effects effects;
    struct node_effects due;         /* of turns whose commit is on its way */
    struct node_answers *answers;    /* of this turn (node/receipts.h) */
    struct node_asked *asked;        /* of node/asked.h, in memory */
    struct node_outbox *outbox;      /* of this turn (node/outbox.h) */
    struct node_helper *helper;      /* NULL: nothing is done ahead */
    struct node_unsealer *unsealer;  /* too */
    struct node_unsealer_job *ahead; /* of the frame that is being handled */
    uint64_t from; /* the neighbour whose frame is being handled; 0: none */
    uint64_t incarnation;
    uint64_t manifest_sequence;
    struct ent_bytes manifest_wire;
    struct node_tally tally;
    struct node_outcomes outcomes; /* those that were read last */
    struct node_numbered numbered; /* the block that was, too */
    struct node_seen seen;         /* what this turn knows */
    struct node_known known;       /* copies that came lately */
    struct node_heads heads;       /* of streams, that wait for room */
    struct {                       /* as committed, while a turn changes it */
        bool clock_doubt;
        uint64_t incarnation;
        uint64_t manifest_sequence;
        struct ent_bytes manifest_wire;
        bool manifest_changed;
        struct node_tally tally;
        struct node_identity *identity; /* until then in use; NULL: the same */
        bool relinks;                   /* the new one has another link key */
        struct node_agreements *agreements; /* until then in use; NULL: the same
                                             */
    } before;
    uint64_t now_ms;     /* wall clock of this turn */
    bool removal_due;    /* a bucket may be to renew (node/removal.h) */
    bool errands_due;    /* something may be to do for files (node/errands.h) */
    bool greeting_due;   /* our certificate is another: say so */
    bool relink_due;     /* our link key is another: connect anew */
    uint64_t watched_at; /* certificates, for their end */
    uint64_t urgent_at;  /* something urgent passed through here last */
    bool may_hurry;      /* something urgent may make this turn a short one */
    bool hurried;        /* and it did: the rest waits for the next one */
    bool recheck_due;    /* whose keys count may have changed (node/peers.h) */
    bool by_file;        /* what is taken in now was carried (node/carry.h) */
    bool clock_doubt;    /* nothing is destroyed, deleted or expired */
    struct node_clock clock;
    bool reckon_due;  /* what is due when, under a clock that may be another */
    bool rolled_back; /* this store is an old copy (node/rollback.h) */
    struct node_witness_state { /* of node/witness.h; not of the store */
        struct ent_bytes note;  /* our checkpoint that is told now */
        uint64_t size;          /* what it is about */
        uint64_t incarnation;
        uint64_t made_at;
        uint64_t run_at;
        uint64_t asked_at;
        size_t turn; /* whose checkpoints are told next */
        bool owing;  /* somebody is to be told something */
    } witness;
    uint64_t started_at;
    uint64_t arrivals; /* messages put on the desk since the start */
    uint64_t endings;  /* copies that came into a last state since then */
};

/* Make keys' store: journal, slots, first sealing keys. Explicit: opening never
 * creates. */
enum ent_status node_init(
    const struct node_config *config, struct ent_error *err) ENT_MUST_CHECK;

/* Somebody put the store back from a copy: the next start begins anew, as what
 * peers know of it would not fit (node/reincarnation.h). */
enum ent_status node_restored(
    const struct node_config *config, struct ent_error *err) ENT_MUST_CHECK;

enum ent_status node_open(const struct node_config *config,
    struct node **ret_node, struct ent_error *err) ENT_MUST_CHECK;
void node_close(struct node **node);

/* One turn: begin it at `now_ms`, let handlers run, and end it with what they
 * returned. ENT_OK commits and lets out what was queued; anything else takes
 * everything back, tells the programs that asked in it, and is returned. */
enum ent_status node_turn_begin(
    struct node *node, uint64_t now_ms, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_turn_end(struct node *node, enum ent_status rc,
    struct ent_error *err) ENT_MUST_CHECK;
/* The same, and what was queued leaves once the commit is on the disk, which
 * the next turn need not wait for: at its end, if it changes anything, or with
 * node_turn_let_out. What was queued by turns that changed nothing waits with
 * it, as they have seen what the commit is about. */
enum ent_status node_turn_end_ahead(struct node *node, enum ent_status rc,
    struct ent_error *err) ENT_MUST_CHECK;
/* Wait for that commit, and let out what was queued. ENT_IO: stop the process.
 */
enum ent_status node_turn_finish(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;
/* The same, if there is nothing to wait for. */
enum ent_status node_turn_let_out(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;

/* Something urgent passes or passed, in the last NODE_URGENT_MS: turns are
 * short, as what follows of it, a receipt or an answer, waits for them. */
#define NODE_URGENT_MS UINT64_C(500)
static inline bool
node_is_urgent(const struct node *node)
{
    return node->now_ms >= node->urgent_at &&
           node->now_ms - node->urgent_at < NODE_URGENT_MS;
}

/* Append to the journal in this turn. */
enum ent_status node_record(struct node *node, enum ent_entry_kind kind,
    const struct ent_party *party, const struct ent_digest *subject,
    const struct ent_digest *result, uint32_t count,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
