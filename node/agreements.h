/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agreements - what this office may exchange, and with whom: every agreement
 * and national order in its folder that all parties have signed, and the
 * notices by which one party alone suspends or assures.
 *
 * A file that is broken, half-written, unsigned or older changes nothing and is
 * reported. Of one agreement the newest version counts. Where several cover the
 * same two states, the one with the fewest parties decides: a bilateral before
 * a regional one. Of two between the very same parties one is not used, and
 * that is reported too: one that is not in force when they are read, else the
 * one whose name sorts later, so that it is the same one at all parties,
 * whatever their files are called.
 */
#ifndef NODE_AGREEMENTS_H
#define NODE_AGREEMENTS_H

#include <limits.h>

#include "policy/agreement.h"
#include "policy/declarations.h"
#include "proto/authority.h"

#define NODE_AGREEMENTS_MAX 16384
#define NODE_AGREEMENT_FAULTS_MAX 128 /* what is beyond is not told */

struct node_agreements;

/* Why a file is not in use, or what is wrong with one line of it. */
struct node_agreement_fault {
    char file[NAME_MAX + 1];
    size_t line; /* 0: the whole file */
    char text[ENT_ERROR_TEXT_MAX];
};

/* Read `folder` for an office of `state`, whose authority's key must be one of
 * `authority` in every file. Files that cannot be used are left out and have
 * their faults; ENT_IO only when the folder cannot be read. What was read takes
 * effect through node/rules.h. */
enum ent_status node_agreements_load(const char *folder, const char *state,
    const struct ent_rollover *authority,
    struct node_agreements **ret_agreements,
    struct ent_error *err) ENT_MUST_CHECK;
void node_agreements_free(struct node_agreements **agreements);

/* The agreement with `state`, or this state's own order; NULL: none. */
const struct ent_agreement *node_agreements_with(
    const struct node_agreements *agreements, const char *state);

/* The same, and what its parties have declared; NULL: nothing, or there is
 * none. */
const struct ent_agreement *node_agreements_governing(
    const struct node_agreements *agreements, const char *state,
    const struct ent_declarations **ret_declarations);

/* The agreement with the state of an office, by its address; NULL also when it
 * is none. */
const struct ent_agreement *node_agreements_with_office(
    const struct node_agreements *agreements, const char *office);

/* What its parties have declared; NULL: nothing, or there is none with that
 * state. */
const struct ent_declarations *node_agreements_declared(
    const struct node_agreements *agreements, const char *state);

/* What was sealed for `state` before that moment was sealed before a notice or
 * a rule of this office counted that counts at `now_ms`. */
uint64_t node_agreements_changed_at(const struct node_agreements *agreements,
    const char *state, uint64_t now_ms);

/* By index; NULL past the last. `ret_file` (may be NULL) gets the file. */
const struct ent_agreement *node_agreements_at(
    const struct node_agreements *agreements, size_t index,
    const char **ret_file);
const struct ent_declarations *node_agreements_declared_at(
    const struct node_agreements *agreements, size_t index);
size_t node_agreements_count(const struct node_agreements *agreements);

/* What is wrong with the files that are not in use, by index; NULL past the
 * last. */
const struct node_agreement_fault *node_agreements_fault(
    const struct node_agreements *agreements, size_t index);

/* The text of its file of signatures; lives as long. */
struct ent_view node_agreements_signatures(
    const struct node_agreements *agreements, size_t index);

#endif
