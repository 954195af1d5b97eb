/* SPDX-License-Identifier: Apache-2.0 */
/*
 * contradiction - what `entente verify` says of a file of `entente journal
 * contradiction`.
 */
#ifndef TOOLS_CLI_CONTRADICTION_H
#define TOOLS_CLI_CONTRADICTION_H

#include "proto/contradiction.h"
#include "proto/evidence.h"

/* True for the text of such a file, whole or not. */
bool cli_contradiction_is(struct ent_view text);

/* Judge it under the keys that were named, and say what it proves; the exit
 * code: 0 proven, 1 it proves nothing. ENT_NOT_FOUND: the authority that it
 * rests on was not named. */
enum ent_status cli_contradiction_verify(struct ent_view text,
    const struct ent_authority_key *named, size_t count, bool json,
    int *ret_code, struct ent_error *err) ENT_MUST_CHECK;

#endif
