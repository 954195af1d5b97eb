/* SPDX-License-Identifier: Apache-2.0 */
/*
 * origin - which row of a file it is: the line where it first stood, its bytes
 * there, and, when it comes from a file of rejects (rejects.h), the reason for
 * which it was rejected.
 */
#ifndef TOOLS_CLI_ORIGIN_H
#define TOOLS_CLI_ORIGIN_H

#include "proto/base/bytes.h"

#define CLI_REFUSED "refused" /* how the reason of a refusal begins */

struct cli_origin {
    size_t line;
    struct ent_view raw;
    struct ent_view reason; /* "line 7: ..."; empty: it has none */
};

/* It was rejected for that; the line is the one that it names, if any. */
void cli_origin_take_reason(struct cli_origin *origin, struct ent_view reason);

/* Was it mapped, and an office refused the message? */
bool cli_origin_was_refused(const struct cli_origin *origin);

#endif
