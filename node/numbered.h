/* SPDX-License-Identifier: Apache-2.0 */
/*
 * numbered - which copy a number of a submission stands for.
 *
 * Copies that an officer submitted are numbered as they come. Programs read on
 * from a number, the index names copies by it, and in the order of numbers they
 * are given again and forgotten. Numbers of a request follow each other, so one
 * row has a block of NODE_NUMBERED_BLOCK of them: at each place the id of the
 * message and the party of its recipient. A place of zeros is nobody's: that
 * number went to a chunk of a file or to what is given again, or its copy was
 * forgotten. A row in which all are goes.
 */
#ifndef NODE_NUMBERED_H
#define NODE_NUMBERED_H

#include "proto/address.h"
#include "proto/id.h"

struct node;

#define NODE_NUMBERED_BLOCK 32

/* What one number stands for. */
struct node_numbered_copy {
    struct ent_id id;
    struct ent_party to;
};

/* The block that was looked at last: who reads or puts one number, does so with
 * the next ones. What a turn changes in it goes to the store when another one
 * is looked at and at the end of the turn, and so does the last number that was
 * given out. All zero: none is known. A turn that is taken back clears it. */
struct node_numbered {
    bool known;
    bool changed;   /* since it was read or put */
    uint64_t block; /* its first number is NODE_NUMBERED_BLOCK times that */
    struct node_numbered_copy copies[NODE_NUMBERED_BLOCK];
    uint64_t given; /* the last number, if this turn gave any out; else 0 */
};

/* The turn is about to end. */
enum ent_status node_numbered_flush(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;
void node_numbered_clear(struct node_numbered *numbered);

/* The next number, from 1; and the last one that was given out, 0: none. */
enum ent_status node_numbered_new(struct node *node, uint64_t *ret_number,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_numbered_last(struct node *node, uint64_t *ret_number,
    struct ent_error *err) ENT_MUST_CHECK;

enum ent_status node_numbered_put(struct node *node, uint64_t number,
    const struct node_numbered_copy *copy,
    struct ent_error *err) ENT_MUST_CHECK;
/* ENT_NOT_FOUND is ordinary. */
enum ent_status node_numbered_get(struct node *node, uint64_t number,
    struct node_numbered_copy *ret_copy, struct ent_error *err) ENT_MUST_CHECK;
/* The first from `*number` on, which `*number` becomes. ENT_NOT_FOUND: there is
 * none. */
enum ent_status node_numbered_next(struct node *node, uint64_t *number,
    struct node_numbered_copy *ret_copy, struct ent_error *err) ENT_MUST_CHECK;
/* That it stands for nothing any more is ENT_OK if it did not before. */
enum ent_status node_numbered_delete(
    struct node *node, uint64_t number, struct ent_error *err) ENT_MUST_CHECK;

#endif
