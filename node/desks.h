/* SPDX-License-Identifier: Apache-2.0 */
/*
 * desks - who inside this office reads what comes. An agreement gives some
 * messages to one desk alone, and of others a copy (`safeguards.minors.copy_to`
 * of what concerns a child). Which desks have people, the configuration says.
 */
#ifndef NODE_DESKS_H
#define NODE_DESKS_H

#include "node/desk.h"
#include "proto/schema/api.pb-c.h"

/* A message is put on the desk: that a copy is owed is journalled, and where
 * the office has no such desk, or none that it is for, an alarm asks to hand it
 * on. */
enum ent_status node_desks_tell(struct node *node, uint64_t sequence,
    const node_desk_row *row, struct ent_error *err) ENT_MUST_CHECK;

/* It is for one desk alone: an alarm where the office has no such desk. */
enum ent_status node_desks_miss(struct node *node, uint64_t sequence,
    const node_desk_row *row, struct ent_error *err) ENT_MUST_CHECK;

/* Of what is for the desk `owner` alone: may a reader who is on that desk ("":
 * on none) be told what it says, or that it says what he asks for? */
bool node_desks_may_know(uint32_t owner, const char *desk);
/* May a reader who is on that desk ("": on none) see what it says? */
bool node_desks_may_read(const node_desk_row *row, const char *desk);

/* May such a reader open what `sender` sent as `id`, and its files?
 * ENT_BAD_INPUT when it is for another desk; ENT_OK when it is not here. */
enum ent_status node_desks_check(struct node *node,
    const struct ent_party *sender, const struct ent_id *id, const char *desk,
    struct ent_error *err) ENT_MUST_CHECK;

/* What its agreement asks of who reads it; NULL: nothing, or no memory. */
Entente__V1__Obligations *node_desks_obligations(
    const node_desk_row *row, struct ent_arena *arena);

#endif
