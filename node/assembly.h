/* SPDX-License-Identifier: Apache-2.0 */
/*
 * assembly - the files of messages that came, put together from their chunks.
 *
 * A message that was let in says which files it has; only then is there a place
 * for their chunks. Each is known by its path to the root that the message
 * names, whatever order they come in, and kept as it is. From the first on they
 * are opened as well, so that the file is complete only when the last was
 * verified: its end, its size and its SHA-256.
 */
#ifndef NODE_ASSEMBLY_H
#define NODE_ASSEMBLY_H

#include "node/attachment.h"
#include "node/opening.h"

/* A message of `sender` was let in, to be deleted on `day`: its files may come,
 * if there is room for them. */
enum ent_status node_assembly_expect(struct node *node,
    const struct ent_party *sender, const struct ent_id *id,
    const ent_message *message, uint64_t day,
    struct ent_error *err) ENT_MUST_CHECK;

/* A chunk came from `sender`: its outcome. */
enum ent_status node_assembly_take(struct node *node,
    const struct ent_party *sender, const ent_message *message,
    struct ent_outcome *outcome, struct ent_error *err) ENT_MUST_CHECK;

/* Open up to `*budget` chunks of attachment `number` that lie here. */
enum ent_status node_assembly_run(struct node *node, uint64_t number,
    size_t *budget, struct ent_error *err) ENT_MUST_CHECK;

/* The message is deleted, or recalled: its files are too. */
enum ent_status node_assembly_forget(struct node *node,
    const struct ent_party *sender, const struct ent_id *id,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
