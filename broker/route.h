/* SPDX-License-Identifier: Apache-2.0 */
/*
 * route - what a broker decides about one bundle, and which way it goes.
 *
 * Pure: everything it needs to know is an argument. What costs a signature is
 * asked last, by the caller, when nothing cheaper speaks against the bundle.
 */
#ifndef BROKER_ROUTE_H
#define BROKER_ROUTE_H

#include "proto/bundle.h"
#include "proto/refusal.h"

/* Rank 0 is FLASH, so that what sorts first goes first. */
#define BROKER_RANKS 5
#define BROKER_URGENT_RANKS 2 /* FLASH and IMMEDIATE */

uint8_t broker_rank(uint32_t precedence);
uint32_t broker_rank_precedence(uint8_t rank);

/* What is spooled from one sender to one recipient. */
struct broker_usage {
    uint64_t bytes;
    uint64_t entries;
    uint64_t receipts;
    uint64_t receipt_bytes;
};

struct broker_quota {
    uint64_t bytes;         /* of one sender for one recipient */
    uint64_t entries;       /* bundles and skips */
    uint64_t flash_reserve; /* percent of both that only FLASH may use */
    uint64_t signatures;    /* of anything that one has us check in a second */
};

/* True when one more of `size` bytes at `rank` fits. */
bool broker_quota_allows(const struct broker_quota *quota,
    const struct broker_usage *usage, uint8_t rank, uint64_t size);

/* True when the store as a whole has that much room at `rank`: it keeps the
 * same reserve for FLASH as each pair does, whoever filled it. */
bool broker_room_allows(uint64_t used, uint64_t size_max,
    uint64_t flash_reserve, uint8_t rank, uint64_t size);

/* What speaks against a bundle by the brokers it has seen: it never comes to
 * one twice, and to ENT_HOPS_MAX at most. `from` is the neighbour that gave it
 * to us, `next` the one it would go to; NULL: an office. 0, or a number of the
 * refusal table with a sentence in `err`. */
uint32_t broker_route_judge_hops(const struct ent_hop *hop,
    const struct ent_address *self, const struct ent_address *from,
    const struct ent_address *next, struct ent_error *err);

/* All else that speaks against custody, but for its signature. */
struct broker_facts {
    const struct ent_bundle *bundle;
    const struct ent_certificate *sender; /* of whom the label names */
    struct broker_usage usage;
    struct broker_quota quota;
    uint64_t store_used; /* of the whole store */
    uint64_t store_max;
    uint64_t size; /* bytes of head and body */
    uint64_t now_ms;
};

/* 0, or a number of the refusal table with a sentence in `err`. */
uint32_t broker_route_judge(
    const struct broker_facts *facts, struct ent_error *err);

/* True when a neighbour that refuses a bundle so will never take it: its sender
 * must know. Anything else may help itself. */
bool broker_route_is_hopeless(uint32_t refusal);

/* True when a bundle that the next broker signed for at `held_at` may be sent
 * there again: it never answers otherwise, if it has lost it. Wall clock, ms;
 * `held_at` 0: it has not signed. */
bool broker_route_may_repeat(uint64_t held_at, uint8_t rank, uint64_t now_ms);

/* Until when a bundle or skip stays at most. */
uint64_t broker_route_drop_at(uint64_t expires_at);

#endif
