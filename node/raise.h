/* SPDX-License-Identifier: Apache-2.0 */
/*
 * raise - a message turns out to be about something graver than was known when
 * it was sent: who was smuggled is a victim of trafficking. Its sender says so
 * (`reclassified` of a lifecycle message), and from then on every copy is
 * handled at least so: by more handling codes and safeguards, a narrower TLP, a
 * higher classification, and read by one desk alone. What was raised is never
 * lowered, whoever says what later.
 *
 * It is kept with what else the sender said (node/lifecycle.h), so that a late
 * message is raised as it comes. Whoever passed the message on tells those who
 * have it from here, by itself.
 */
#ifndef NODE_RAISE_H
#define NODE_RAISE_H

#include "node/desk.h"
#include "proto/message.h"
#include "proto/schema/api.pb-c.h"

typedef Entente__Rest__V1__Raise node_raise; /* a generated name */

/* What `said` makes of `held` (NULL: nothing was said before). False: it raises
 * nothing. `ret_raise` looks into `held`; by and at are the caller's to set. */
bool node_raise_add(const node_raise *held,
    const Entente__V1__Reclassification *said, node_raise *ret_raise);

/* The row of a message on our desk becomes what `raise` asks, and looks into
 * it. */
void node_raise_settle(
    const struct node *node, const node_raise *raise, node_desk_row *row);

/* Does it end an alert's being an entry of a list? A presumed victim is on no
 * list (catalogue: victims and suspects), so an alert about a person or a
 * document ends; vehicles and cargo are to be found all the more. */
bool node_raise_unlists(const node_raise *raise, uint32_t family);
/* Our own message is an entry of no list any more, whoever was told why. */
enum ent_status node_raise_unlist(struct node *node, const struct ent_id *id,
    struct ent_error *err) ENT_MUST_CHECK;

/* Journal it: of the party's message `of`, or of ours that the party has. */
enum ent_status node_raise_record(struct node *node,
    const struct ent_party *party, const struct ent_id *of,
    const node_raise *raise, struct ent_error *err) ENT_MUST_CHECK;

/* Message `of` of `sender` is raised so: whoever has it from here is told. */
enum ent_status node_raise_pass_on(struct node *node,
    const struct ent_party *sender, const struct ent_id *of,
    const ent_message *message, struct ent_error *err) ENT_MUST_CHECK;

/* What says something of a raised message bears the same marks at least. */
enum ent_status node_raise_mark(const node_raise *raise, ent_message *message,
    struct ent_arena *arena, struct ent_error *err) ENT_MUST_CHECK;

/* For programs; NULL: it is not raised, or there is no memory. */
Entente__V1__Reclassified *node_raise_tell(
    const node_raise *raise, struct ent_arena *arena);

#endif
