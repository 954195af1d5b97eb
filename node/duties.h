/* SPDX-License-Identifier: Apache-2.0 */
/*
 * duties - what an agreement asks people of this office to do by a time, and
 * that they are reminded: once when half of the time is over, by an alarm when
 * all of it is, and each day until it is done.
 *
 * One that begins later is planned: kept, and not told before its time.
 *
 * A duty is known by its kind and a number: what it is about. It begins and
 * ends in the turn that gives cause to it.
 */
#ifndef NODE_DUTIES_H
#define NODE_DUTIES_H

#include "node/node.h"
#include "proto/schema/api.pb-c.h"

enum node_duty_kind {
    NODE_DUTY_APPLY = 1,  /* a correction that came; number: on the desk */
    NODE_DUTY_NOTIFY = 2, /* what we said to one we owe to another who has it;
                             number: of the submission */
    NODE_DUTY_DRILL = 3,  /* of the hotline; number: of the office */
    NODE_DUTY_REVIEW = 4, /* of an emergency that is over */
    NODE_DUTY_PURGE = 5,  /* what we recalled is to be gone there, and they are
                             to say so; number: of the submission */
    NODE_DUTY_REPLY =
        6, /* to a message that asks for it; number: on the desk */
    NODE_DUTY_AWAIT = 7, /* the same at who sent it: they are to be asked;
                            number: of the submission */
    NODE_DUTY_KEEP = 8,  /* to say that a message is still needed, or it is
                            deleted; number: on the desk. Late it is no more
                            owed: that nobody says so is an answer */
};

/* By which clause: `recall.purge_within`, line 31 of an agreement. */
struct node_duty_clause {
    const struct ent_agreement *agreement; /* NULL: the kind says it */
    const char *key;
    size_t line;
};

struct node_duty {
    enum node_duty_kind kind;
    uint64_t number;
    const char *office; /* whom it concerns */
    struct ent_view id; /* of what it is about; empty: of nothing */
    uint64_t from_ms;   /* not before; 0: now */
    uint64_t due_ms;
    struct node_duty_clause clause; /* that says by when */
};

/* One that is owed already stays as it is. */
enum ent_status node_duty_begin(struct node *node, const struct node_duty *duty,
    struct ent_error *err) ENT_MUST_CHECK;
/* Done, or no longer owed; nothing when it was not. */
enum ent_status node_duty_end(struct node *node, enum node_duty_kind kind,
    uint64_t number, struct ent_error *err) ENT_MUST_CHECK;

/* Remind of what is due. `ret_due`: when to come again; UINT64_MAX: never. */
enum ent_status node_duties_run(
    struct node *node, uint64_t *ret_due, struct ent_error *err) ENT_MUST_CHECK;

/* What is owed, for the status: the first few, in no order of time. */
enum ent_status node_duties_list(struct node *node, struct ent_arena *arena,
    Entente__V1__Duty ***ret_list, size_t *ret_count,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
