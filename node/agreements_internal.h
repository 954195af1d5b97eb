/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agreements_internal - the files of the folder while they are taken up: what
 * agreements_load.c reads, and rules.c puts in use.
 */
#ifndef NODE_AGREEMENTS_INTERNAL_H
#define NODE_AGREEMENTS_INTERNAL_H

#include "node/agreements.h"
#include "policy/notice.h"
#include "policy/overlay.h"

#define NODE_NOTICES_MAX 1024 /* in one folder */

struct node_loaded {
    char file[NAME_MAX + 1];
    struct ent_agreement *agreement;
    struct ent_bytes signatures;           /* of its .sig */
    struct ent_declarations *declarations; /* NULL: nothing is declared */
    uint64_t declared_ms; /* what is sealed from then on knows all notices */
};

/* A notice of the folder; which agreement it is about is seen later. */
struct node_loaded_notice {
    char file[NAME_MAX + 1];
    char agreement[ENT_AGREEMENT_NAME_LEN];
    struct ent_bytes text;
    struct ent_bytes signatures;
};

/* The rules of this office for itself; all zero: there are none. */
struct node_overlay {
    char file[NAME_MAX + 1];
    struct ent_bytes text;
    struct ent_overlay *rules;
    bool broken;       /* there is a file, and it cannot be used */
    uint64_t since_ms; /* what is sealed from then on knows it */
};

/* Which of the list governs what passes between us and one state: so that a
 * decision costs the same among ten thousand. */
struct node_governed {
    char state[ENT_STATE_MAX + 1];
    size_t place;
};

struct node_agreements {
    char state[ENT_STATE_MAX + 1];
    struct node_loaded *list;
    size_t count;
    size_t room;
    struct node_governed *governed; /* sorted by state */
    size_t governed_count;
    size_t governed_room;
    struct node_loaded_notice *notices;
    size_t notice_count;
    struct node_overlay overlay;
    struct node_agreement_fault faults[NODE_AGREEMENT_FAULTS_MAX];
    size_t fault_count;
};

void node_agreements_report(struct node_agreements *agreements,
    const char *file, size_t line, const char *format, ...) ENT_PRINTF(4, 5);

/* Of that name; NULL: none. */
struct node_loaded *node_agreements_named(
    struct node_agreements *agreements, const char *name);

/* Take it out of the list, with all it holds. */
void node_agreements_drop(
    struct node_agreements *agreements, struct node_loaded *loaded);

/* One that yields to another of the same parties, `ret_to`; NULL: none does. */
struct node_loaded *node_agreements_yielding(struct node_agreements *agreements,
    uint64_t now_ms, const struct node_loaded **ret_to);

/* Move one over from another list, to its end, which may move the list; false:
 * there is no room. */
bool node_agreements_move(
    struct node_agreements *to, struct node_loaded *loaded);

/* Where that state stands in `governed`, or would (agreements_governed.c). */
size_t node_governed_find(const struct node_agreements *agreements,
    const char *state, bool *ret_found);

/* What list[place] governs; false: there is no memory. */
bool node_governed_add(struct node_agreements *agreements, size_t place);

/* All of it anew, after one was taken out. */
void node_governed_renew(struct node_agreements *agreements);

#endif
