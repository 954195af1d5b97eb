/* SPDX-License-Identifier: Apache-2.0 */
/*
 * onward - what came from another state and would go further from here.
 *
 * Whoever passes something on says so (`origin` of the message). A message that
 * repeats word for word the body of one that came is recognised without that,
 * by a keyed print of what lies on the desk, and treated the same; what was
 * rewritten is not recognised. policy/onward.h decides by the agreement that it
 * came under.
 */
#ifndef NODE_ONWARD_H
#define NODE_ONWARD_H

#include "node/desk.h"
#include "node/keeper.h"
#include "policy/decide.h"
#include "proto/message.h"

/* The print of what a message says, header aside; false: it says nothing that
 * could be passed on, such as an acknowledgement. */
enum ent_status node_onward_print(struct node *node, const ent_message *message,
    uint8_t ret_print[static NODE_PRINT_LEN], bool *ret_has,
    struct ent_error *err) ENT_MUST_CHECK;

/* The desk's row `sequence` changes from `was` to `is`: its print comes and
 * goes with its content. Either may be NULL. */
enum ent_status node_onward_note(struct node *node, uint64_t sequence,
    const node_desk_row *was, const node_desk_row *is,
    struct ent_error *err) ENT_MUST_CHECK;

/* Fill in the origin of a message that repeats what came from another state. */
enum ent_status node_onward_recognise(struct node *node, ent_message *message,
    struct ent_arena *arena, struct ent_error *err) ENT_MUST_CHECK;

/* What is passed on bears what its originator raised it to since, before it is
 * judged. */
enum ent_status node_onward_raise(struct node *node, ent_message *message,
    struct ent_arena *arena, struct ent_error *err) ENT_MUST_CHECK;

/* Deny what its originator has not let go there; what denies or cannot be
 * looked up is a denial. A message without an origin is left alone. */
void node_onward_judge(struct node *node, const ent_message *message,
    const struct ent_address *to, struct ent_decision *decision);

/* May what came from `office` be used in proceedings? Permits what nothing was
 * agreed about; else its originator's consent decides. */
void node_onward_court(struct node *node, const struct ent_address *office,
    const struct ent_id *id, struct ent_decision *ret_decision);

/* Does what came from `office` go further by its consent alone? Also what came
 * under an agreement that is no more. */
bool node_onward_binds(const struct node *node, const char *office);

/* Say in the message by which consent it goes. */
enum ent_status node_onward_mark(struct node *node, ent_message *message,
    const struct ent_address *to, struct ent_arena *arena,
    struct ent_error *err) ENT_MUST_CHECK;

/* It goes: noted on what it came from, and journalled. */
enum ent_status node_onward_said(struct node *node, const ent_message *message,
    const struct ent_id *id, const struct ent_address *to,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
