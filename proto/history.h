/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history - whether what an office says of its journal now continues what it
 * said before. Pure; who holds a checkpoint decides by it, and so does, years
 * later, who is shown two statements that contradict each other.
 */
#ifndef ENT_PROTO_HISTORY_H
#define ENT_PROTO_HISTORY_H

#include "proto/checkpoint.h"
#include "proto/witness.h"

enum ent_history {
    ENT_HISTORY_SAME = 1, /* it has not grown */
    ENT_HISTORY_GROWN,    /* and what was held is its beginning */
    ENT_HISTORY_NEW,      /* another life of the store */
    ENT_HISTORY_UNPROVEN, /* it is longer, and no proof is there */
    ENT_HISTORY_SHORTER,  /* an older life, or less than there was: a copy */
    ENT_HISTORY_FORKED,   /* other entries stand where those stood */
};

/* `held` was said before `now`, which came in `witness` with proofs; both have
 * an incarnation. */
enum ent_history ent_history_judge(const struct ent_checkpoint *held,
    const struct ent_checkpoint *now, const struct ent_witness *witness);

/* The same of two notes of which nobody knows which was said first: SAME,
 * GROWN (either is the beginning of the other), FORKED, or UNPROVEN. `now` is
 * the one that the proofs of `witness` lead to. */
enum ent_history ent_history_compare(const struct ent_checkpoint *other,
    const struct ent_checkpoint *now, const struct ent_witness *witness);

/* The two say what no honest office can have said. */
bool ent_history_contradicts(enum ent_history history);

/* "forked" */
const char *ent_history_name(enum ent_history history);

#endif
