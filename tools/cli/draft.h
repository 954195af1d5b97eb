/* SPDX-License-Identifier: Apache-2.0 */
/*
 * draft - a message that has no sender, recipient and time yet, judged as it
 * will be when the node has completed it (node/draft.c).
 */
#ifndef TOOLS_CLI_DRAFT_H
#define TOOLS_CLI_DRAFT_H

#include "proto/message.h"

/* By the catalogue's rules. As ent_message_validate; `message` stays as it is.
 */
enum ent_status cli_draft_check(const ent_message *message, uint64_t now_ms,
    struct ent_findings *ret_findings, struct ent_error *err) ENT_MUST_CHECK;

#endif
