/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check - the journal and the tally of a node, held against what they stand
 * for: every entry is read again and the tree rebuilt, every row on the desk
 * and every copy counted again.
 *
 * In slices, while the node goes on working: who asked asks again until it is
 * done. What it looks at is the journal and the store as they were when that
 * part of it began.
 */
#ifndef NODE_CHECK_H
#define NODE_CHECK_H

#include "node/node.h"

/* Rows in one slice: some 20 ms. */
#define NODE_CHECK_ROWS 4096

enum node_check_stage {
    NODE_CHECK_JOURNAL,
    NODE_CHECK_DESK,
    NODE_CHECK_BLOCKS,
    NODE_CHECK_COPIES,
    NODE_CHECK_COPY_BLOCKS,
    NODE_CHECK_DONE,
};

struct node_check {
    enum node_check_stage stage;
    uint64_t checked; /* rows so far */
    uint64_t total;   /* about how many there are */
    struct node_audit audit;
    bool good;                      /* once done */
    char fault[ENT_ERROR_TEXT_MAX]; /* what is wrong, where */
    struct node_snapshot *snapshot;
    struct node_tally kept;        /* as the snapshot has it */
    struct node_tally counted;     /* in it so far */
    struct node_outcomes outcomes; /* of it, those that were read last */
    uint8_t place[NODE_KEY_MAX];
};

/* Of the journal as it is committed. */
void node_check_begin(const struct node *node, struct node_check *ret_check);
void node_check_fini(struct node_check *check);

/* Look at `rows` more, in a turn. Errors are our own: what is wrong with the
 * store is the result of the check. */
enum ent_status node_check_step(struct node *node, struct node_check *check,
    size_t rows, struct ent_error *err) ENT_MUST_CHECK;

#endif
