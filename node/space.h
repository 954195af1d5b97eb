/* SPDX-License-Identifier: Apache-2.0 */
/*
 * space - whether there is space for what another office sends: in the store
 * as a whole, and in the share of it that one office may fill.
 *
 * The fuller either is, the more urgent must be what is still taken: of the
 * reserve DEFERRED may use nothing, ROUTINE a quarter, PRIORITY half, IMMEDIATE
 * three quarters, and FLASH all. What is not taken is put off, never dropped.
 *
 * Pure: everything it needs to know is an argument.
 */
#ifndef NODE_SPACE_H
#define NODE_SPACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As in node.yaml. */
struct node_quota_limits {
    uint64_t bytes;         /* of one office; 0: half of the store */
    uint64_t bundles;       /* of one office */
    uint64_t flash_reserve; /* percent of these, and of the store */
    uint64_t signatures;    /* that one office may have checked in a second */
};

/* What one office has here. */
struct node_usage {
    uint64_t bytes;
    uint64_t bundles;
};

/* What a bundle is, for those who must find space for it. */
enum node_bundle_kind {
    NODE_BRINGS, /* messages, as any other */
    NODE_OWED,   /* parts of a file that was let in, and what is given back */
    NODE_SETTLES /* only what ends something here: acknowledgements, recalls */
};

struct node_space {
    struct node_quota_limits limits;
    struct node_usage usage; /* of its sender */
    uint64_t store_used;     /* bytes */
    uint64_t store_max;
    uint64_t disk_room; /* what its disk has left for it */
    uint64_t size;      /* that it will take (node_space_of) */
    uint8_t rank;       /* node_rank: 0 is FLASH */
    enum node_bundle_kind kind;
};

/* What a bundle takes in the store, rows beside it included: `len` bytes of
 * it, in so many messages. */
uint64_t node_space_of(size_t len, size_t messages);

/* What one office may have at most, at that rank. */
uint64_t node_space_share(
    const struct node_quota_limits *limits, uint64_t store_max, uint8_t rank);

/* How many bundles of one office there may be at most, at that rank. */
uint64_t node_space_bundles(
    const struct node_quota_limits *limits, uint8_t rank);

/* What may be in use when something of that rank comes. The last part of the
 * store is for nobody: receipts and deletion need it. */
uint64_t node_space_store(
    const struct node_quota_limits *limits, uint64_t store_max, uint8_t rank);

/* What must be left on the disk besides, whoever filled it. */
uint64_t node_space_disk(uint8_t rank);

/* 0: there is space. ENT_REFUSAL_QUOTA: its sender has its share; or
 * ENT_REFUSAL_STORE_FULL. What is owed or settles something goes beyond the
 * share, by as much as its reserve. */
uint32_t node_space_judge(const struct node_space *space);

#endif
