/* SPDX-License-Identifier: Apache-2.0 */
/*
 * copy - one message for one recipient, at its sender: what became of it.
 *
 * Its row follows it from acceptance to its last state; what happens on the way
 * (sent, in custody) is read off its bundle's dispatch. Copies that were sealed
 * together may lie together (node/copy_rows.h), and that they were delivered
 * may be said once for all of them (node/outcome.h): the rows that are read
 * here have that laid over them.
 */
#ifndef NODE_COPY_H
#define NODE_COPY_H

#include "node/copy_block.h"
#include "node/dispatch.h"
#include "policy/decide.h"

/* Not what an officer sent, but a chunk of a file or a message that is given
 * again: programs are told of those themselves. */
static inline bool
node_copy_is_aside(const node_copy_row *row)
{
    return row->feed != 0 || row->given.len != 0;
}

/* It left, or is about to: neither refused or given back here, nor held for
 * officers to sign. */
bool node_copy_has_left(const node_copy_row *row);

/* Nothing is to be done when it is delivered but to know it: nobody owes
 * anything from then on, and no file and no other row waits for it. */
bool node_copy_is_plain(const node_copy_row *row);

/* ENT_NOT_FOUND is ordinary. Free with node_row_free. */
enum ent_status node_copy_get(struct node *node, const struct ent_id *id,
    const struct ent_party *to, node_copy_row **ret_row,
    struct ent_error *err) ENT_MUST_CHECK;
/* The copy that has that number of a submission, its id and recipient. */
enum ent_status node_copy_by_number(struct node *node, uint64_t number,
    struct ent_id *ret_id, struct ent_party *ret_to, node_copy_row **ret_row,
    struct ent_error *err) ENT_MUST_CHECK;
/* Copies of a message of ours, one after the other: the first one for `*to`, or
 * for a party behind it, which `*to` becomes; begin with zeros, and go on with
 * node_key_after of its bytes. ENT_NOT_FOUND: there are no more. */
enum ent_status node_copy_next(struct node *node, const struct ent_id *id,
    struct ent_party *to, node_copy_row **ret_row,
    struct ent_error *err) ENT_MUST_CHECK;
/* The same of a row as a walk through COPY has found it. */
enum ent_status node_copy_unpack(struct node *node, struct ent_view value,
    node_copy_row **ret_row, struct ent_error *err) ENT_MUST_CHECK;
/* What its bundle says of it, laid over a row that was found without that. */
enum ent_status node_copy_lay(struct node *node, node_copy_row *row,
    struct ent_error *err) ENT_MUST_CHECK;
/* Its row was `was` (NULL: there was none) and is `is` from now on (NULL: it is
 * deleted); the tally follows. */
enum ent_status node_copy_set(struct node *node, const struct ent_id *id,
    const struct ent_party *to, const node_copy_row *was,
    const node_copy_row *is, struct ent_error *err) ENT_MUST_CHECK;

/* Copies for one recipient were sealed as a bundle, and lie there; what is owed
 * because of them and what is counted stays as it is. */
struct node_copy_sealed {
    uint64_t bundle;
    uint64_t first;           /* of the bundle, in its stream */
    struct ent_view stream;   /* its hash; to stay until the turn ends */
    uint64_t expires_at;      /* of the bundle */
    const struct ent_id *ids; /* of each, by its index */
    const bool *fresh;        /* it was accepted in this turn */
    size_t count;
};
/* Of the bundle, which of them are plain. ENT_NOT_FOUND: one is not here. */
enum ent_status node_copy_seal(struct node *node, const struct ent_party *to,
    const struct node_copy_sealed *sealed, struct node_outcome *ret_outcome,
    struct ent_error *err) ENT_MUST_CHECK;

/* It ends here, without having left: in that state, for that reason (NULL: its
 * time is over). */
enum ent_status node_copy_end(struct node *node, const struct ent_id *id,
    const struct ent_party *to, const node_copy_row *row, uint32_t state,
    const struct ent_decision *decision, struct ent_error *err) ENT_MUST_CHECK;

/* The recipient's outcomes, one a message of that bundle. Of those that are
 * plain and delivered the bundle says it; of each other one, its own row. */
enum ent_status node_copy_settle(struct node *node,
    const struct node_dispatch *dispatch, const struct ent_outcome *outcomes,
    size_t count, struct ent_error *err) ENT_MUST_CHECK;

/* The bundle expired; `confirmed`: its recipient receipted the skip. What is
 * valid for longer goes back to be sealed anew. */
enum ent_status node_copy_expire(struct node *node,
    const struct node_dispatch *dispatch, bool confirmed,
    struct ent_error *err) ENT_MUST_CHECK;

/* Its messages go back to be sealed anew; what is over by now expires. */
enum ent_status node_copy_repend(struct node *node,
    const struct node_dispatch *dispatch, struct ent_error *err) ENT_MUST_CHECK;

/* A person at the recipient answered for it. */
enum ent_status node_copy_acknowledged(struct node *node,
    const struct ent_id *id, const struct ent_party *by, const char *role,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
