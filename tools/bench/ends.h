/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ends - the two nodes between which a measurement is made, as its command line
 * names them, and the way to either of them.
 */
#ifndef TOOLS_BENCH_ENDS_H
#define TOOLS_BENCH_ENDS_H

#include <argp.h>

#include "tools/client/client.h"

struct bench_ends {
    const char *from; /* local socket of the sender's node */
    const char *at;   /* of the recipient's */
    const char *to;   /* the recipient's address */
};

/* --from, --at and --to, which must all be given. Its input is a struct
 * bench_ends. */
extern const struct argp bench_ends_argp;

/* To a node that may be busy for long. A code of sysexits.h. */
int bench_open(const char *socket, struct ent_client **ret_client,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
