/* SPDX-License-Identifier: Apache-2.0 */
/*
 * passing - what was checked against the lists here as it passed, for a day: an
 * alert that comes too late still says where its subject was, and where it went
 * on to (a late hit).
 *
 * Kept are blinded keys, the time, the kind of encounter, the place and the
 * next one; no name and no number. A day later nothing is left of it (domain:
 * a query is not kept longer than 24 hours unless there was a hit).
 */
#ifndef NODE_PASSING_H
#define NODE_PASSING_H

#include "node/desk.h"
#include "node/index.h"

#define NODE_PASSING_MS NODE_DAY_MS
#define NODE_PASSINGS_TOLD 8 /* of one alert, the newest */

struct node_passing {
    uint32_t encounter; /* enum Encounter */
    const char *place;  /* crossing or UN/LOCODE; "" */
    const char *next;   /* where it went on to; "" */
};

/* A crossing ("MM-TH:THL-MSA") or a UN/LOCODE ("THMSA"); where it goes on to
 * may be an office's address as well. ENT_BAD_INPUT says what is wrong. */
enum ent_status node_passing_check(
    const struct node_passing *passing, struct ent_error *err) ENT_MUST_CHECK;

/* It passed now; its places are as that says. */
enum ent_status node_passing_note(struct node *node,
    const struct node_passing *passing, const struct node_blind *blinds,
    size_t count, struct ent_error *err) ENT_MUST_CHECK;

/* An alert is put on the desk: an alarm for each time, of the newest, that what
 * it is about passed here within the day. */
enum ent_status node_passing_meet(struct node *node, uint64_t sequence,
    const node_desk_row *row, struct ent_error *err) ENT_MUST_CHECK;

/* Its day is over. */
enum ent_status node_passing_forget(
    struct node *node, uint64_t number, struct ent_error *err) ENT_MUST_CHECK;

#endif
