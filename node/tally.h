/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tally - how much lies on the desk and on its way, counted as it changes, so
 * that the status of a node costs the same at ten messages and at ten million.
 *
 * It is written in the same commit as the rows it counts. `entente journal
 * verify` counts them again and compares (node/check.h).
 */
#ifndef NODE_TALLY_H
#define NODE_TALLY_H

#include "node/rest.pb-c.h"
#include "node/store.h"

struct node_tally {
    uint64_t desk;    /* entries, tombstones too */
    uint64_t open;    /* of these somebody has to acknowledge */
    uint64_t waiting; /* copies without a last state */
    uint64_t settled; /* with one, that is not a refusal of our own */
    uint64_t refused; /* by our own gate */
};

/* A row changes from `was` to `is`; NULL: there is none. */
void node_tally_desk(struct node_tally *tally,
    const Entente__Rest__V1__DeskRow *was,
    const Entente__Rest__V1__DeskRow *is);
void node_tally_copy(struct node_tally *tally,
    const Entente__Rest__V1__CopyRow *was,
    const Entente__Rest__V1__CopyRow *is);

/* The rows of so many copies that were waiting are laid over (node/outcome.h).
 */
void node_tally_settled(struct node_tally *tally, uint64_t copies);

bool node_tally_equal(const struct node_tally *a, const struct node_tally *b);

/* As it is stored; all zero when it never was. */
enum ent_status node_tally_load(struct node_store *store,
    struct node_tally *ret_tally, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_tally_decode(struct ent_view value,
    struct node_tally *ret_tally, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_tally_save(struct node_store *store,
    const struct node_tally *tally, struct ent_error *err) ENT_MUST_CHECK;

/* Its row in META. */
struct node_key node_tally_key(void);

#endif
