/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peer - where the way to another office stands, in plain words, and what to do
 * about it. Pure: what is known goes in, a finding comes out.
 *
 * A way has steps, in this order, and each must hold before the next means
 * anything: an agreement, our own certificate, theirs, a key to seal for, a
 * connection; then the message: accepted here, sent, in custody, answered.
 */
#ifndef TOOLS_CLI_PEER_H
#define TOOLS_CLI_PEER_H

#include <stdbool.h>

#include "proto/schema/api.pb-c.h"

#define CLI_PEER_TEXT_MAX 600

/* What `entente peer test` exits with besides EX_OK. */
#define CLI_PEER_REFUSED 1 /* an agreement refuses it, here or there */

struct cli_finding {
    const char *step; /* for programs: "agreement", "delivered" */
    int code;         /* EX_OK: this is as it should be */
    char said[CLI_PEER_TEXT_MAX];
    char advice[CLI_PEER_TEXT_MAX]; /* "" for nothing to do */
};

/* Before anything is sent. False: something is in the way, and that is the
 * finding; true: "ready". */
bool cli_peer_is_ready(const Entente__V1__PeersReply *reply,
    const Entente__V1__PeerStatus *peer, struct cli_finding *ret_finding);

/* Of a test message: what our own node said to it. False: refused. */
bool cli_peer_is_accepted(
    const Entente__V1__CopyResult *result, struct cli_finding *ret_finding);

/* Where it is. True: that is final. */
bool cli_peer_is_over(
    const Entente__V1__TraceCopy *copy, struct cli_finding *ret_finding);

#endif
