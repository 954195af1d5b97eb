/* SPDX-License-Identifier: Apache-2.0 */
/*
 * minimise - remove from a message what its recipient must not have, and say in
 * the message that it was removed: absent is not the same as unknown.
 *
 * A path is words of the schema joined by dots ("person.name"); it matches any
 * field so named in any entity so named, anywhere in the body.
 */
#ifndef ENT_POLICY_MINIMISE_H
#define ENT_POLICY_MINIMISE_H

#include "policy/decide.h"

/* True when `message` has something at `path`. `ret_where` (may be NULL, 96
 * bytes) gets the JSON path of the first. */
bool ent_message_has(
    const ent_message *message, const char *path, char *ret_where);

/* True when `path` can name a field of the catalogue, now or in a later family
 * (known entity words): agreements are checked against it. */
bool ent_path_is_known(const char *path);

/* Clear every field that the decision's masks name, and record each in
 * message->withheld with its clause. Where what is left says any of it again
 * (policy/repeat.h), the decision is a DENY from then on that names where.
 * Memory comes from `arena`. */
enum ent_status ent_minimise(struct ent_decision *decision,
    ent_message *message, struct ent_arena *arena,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
