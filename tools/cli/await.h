/* SPDX-License-Identifier: Apache-2.0 */
/*
 * await - what became of a message that was sent, as soon as it is known: the
 * node answers when each of its copies has its last state
 * (TraceRequest.wait_ms), or when the time is over.
 */
#ifndef TOOLS_CLI_AWAIT_H
#define TOOLS_CLI_AWAIT_H

#include "tools/cli/client.h"

/* At `until`, ms of ent_time_boot_ms, at the latest; a time that is past asks
 * once. The reply lives until the next ask; `ret_over`: it is the last there
 * will be. An exit code, 66 when no such message was sent. */
int cli_await(struct cli_client *client, const char *id, uint64_t until,
    const Entente__V1__TraceReply **ret_reply, bool *ret_over,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
