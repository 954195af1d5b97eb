/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alarms - what somebody of this office must look at, kept until they say that
 * they did (`entente alarm clear`).
 *
 * An alarm is raised in the turn that finds its cause. One cause, a kind and
 * whom it is about, has one alarm: what happens again is counted. What repairs
 * itself raises none.
 */
#ifndef NODE_ALARMS_H
#define NODE_ALARMS_H

#include "node/node.h"
#include "node/rest.pb-c.h"

#define NODE_ALARMS_MAX 256 /* more are logged only */

/* A kind and its name for programs. */
#define NODE_ALARM_TABLE(X)                                                    \
    X(CERTIFICATE, 1, "certificate") /* another key of a pinned office */      \
    X(MANIFEST, 2, "manifest")       /* it offers less than before */          \
    X(REVOCATION, 3, "revocation")   /* a list that no longer says all */      \
    X(ROLLOVER, 4, "rollover")       /* an authority's key in two hands */     \
    X(FORK, 5, "fork")               /* two labels for one place */            \
    X(KEY, 6, "key")                 /* our own key or certificate */          \
    X(AGREEMENT, 7, "agreement")     /* a file that is not in use */           \
    X(RESTORE, 48, "restore")        /* a store was lost, or is an old copy */ \
    X(HISTORY, 200, "history")       /* a journal that was changed */          \
    X(ROLLBACK, 201, "rollback")     /* our store is an old copy */            \
    X(HOTLINE, 40, "hotline")        /* nobody acknowledges an alert */        \
    X(CLOCK, 49, "clock")            /* ours is in doubt */                    \
    X(DESK, 41, "desk")              /* a copy for a desk that is not here */  \
    X(DUTY, 42, "duty")              /* what is to be done by a time */        \
    X(OVERDUE, 43, "overdue")        /* what was not */                        \
    X(LATE_HIT, 45, "late-hit")      /* what an alert is about passed here */  \
    X(PROBING, 230, "probing")       /* more is asked than is agreed */        \
    X(EMERGENCY, 44, "emergency")    /* another office has declared one */     \
    X(STORE, 220, "store")           /* too full for what others send */       \
    X(SHARE, 221, "share")           /* an office has as much as it may */     \
    X(WITHDRAWN, 180, "withdrawn")   /* a key that something was signed with */

enum node_alarm_kind {
#define NODE_ALARM_ENUM(name, number, word) NODE_ALARM_##name = number,
    NODE_ALARM_TABLE(NODE_ALARM_ENUM)
#undef NODE_ALARM_ENUM
};

/* "certificate"; "alarm" for a number that is none. */
const char *node_alarm_name(uint32_t kind);

/* Raise one about `subject`, an address or a state; logged at once. */
enum ent_status node_alarm_raise(struct node *node, enum node_alarm_kind kind,
    const char *subject, struct ent_error *err, const char *format,
    ...) ENT_MUST_CHECK ENT_PRINTF(5, 6);

/* The first with at least `*number`, which it becomes; ENT_NOT_FOUND. Freed
 * with node_row_free. */
enum ent_status node_alarm_next(struct node *node, uint64_t *number,
    Entente__Rest__V1__AlarmRow **ret_row,
    struct ent_error *err) ENT_MUST_CHECK;

/* The beginning of a digest, for an alarm about two labels. */
#define NODE_FORK_TEXT 17
void node_fork_text(
    const struct ent_digest *digest, char ret_text[static NODE_FORK_TEXT]);

/* Its cause is gone, and so is it. */
enum ent_status node_alarm_settle(struct node *node, enum node_alarm_kind kind,
    const char *subject, struct ent_error *err) ENT_MUST_CHECK;

/* Somebody looked: it is gone. ENT_NOT_FOUND: there is none of that number. */
enum ent_status node_alarm_clear(
    struct node *node, uint64_t number, struct ent_error *err) ENT_MUST_CHECK;

#endif
