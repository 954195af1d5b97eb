/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit - what a reader of a return of statistics can compute of the cells that
 * it suppresses.
 *
 * A cell of a table is the sum of the cells of each finer table that have its
 * values, and what is not there is none. So each suppressed cell has a least
 * and a most, which narrow those of others until nothing moves any more. A cell
 * that is left with fewer values than the threshold is told, not suppressed.
 *
 * What only all equations together would show is not found, nor what other
 * returns tell: who sends has to suppress by more than this
 * (policy/suppress.h), whose returns always pass.
 */
#ifndef ENT_POLICY_AUDIT_H
#define ENT_POLICY_AUDIT_H

#include "policy/census.h"

#define ENT_AUDIT_CELLS_MAX 32768
#define ENT_AUDIT_ROUNDS 32 /* of narrowing, at most */

/* A suppressed cell that is told: its place in the return, and its values. */
struct ent_audit {
    bool told;
    size_t table; /* 0: the return's own; else tables[table - 1] */
    size_t cell;
    uint64_t least;
    uint64_t most;
};

/* The first that has fewer than `threshold` values. ENT_FULL: there are more
 * tables or cells than are looked at; ENT_BAD_INPUT: a cell has values that are
 * of no list. */
enum ent_status ent_audit_return(const Entente__V1__StatisticsReturn *all,
    uint64_t threshold, struct ent_audit *ret_audit,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
