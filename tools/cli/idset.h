/* SPDX-License-Identifier: Apache-2.0 */
/*
 * idset - ids of messages that were met before.
 */
#ifndef TOOLS_CLI_IDSET_H
#define TOOLS_CLI_IDSET_H

#include "proto/id.h"

/* Zero is empty. */
struct cli_idset {
    struct ent_id *places; /* an id, or zeros: there is none */
    size_t size;           /* a power of two, or 0 */
    size_t count;
};
void cli_idset_fini(struct cli_idset *set);

bool cli_idset_has(const struct cli_idset *set, const struct ent_id *id);

/* One more, which is not in it. */
enum ent_status cli_idset_add(struct cli_idset *set, const struct ent_id *id,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
