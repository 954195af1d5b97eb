/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fake_node - something that answers on a local socket as a node would, in a
 * process of its own, and can be killed and come back in the middle.
 */
#ifndef ENT_TESTS_FAKE_NODE_H
#define ENT_TESTS_FAKE_NODE_H

#include <sys/types.h>

#include "proto/schema/api.pb-c.h"
#include "tests/support.h"

/* What a fake node does with a request. */
enum fake_deed {
    FAKE_ANSWER,
    FAKE_DIE,    /* kill -9 before it answers; it comes back */
    FAKE_SILENT, /* say nothing */
};

/* Fill `reply`, whose number is set. `life` counts the node's lives from 0,
 * `nth` the requests of this life from 0. */
typedef enum fake_deed fake_script(const Entente__V1__ApiRequest *request,
    unsigned life, unsigned nth, Entente__V1__ApiReply *reply);

/* Answer at `folder`/api.sock. The requests are kept in `folder`/request-N. */
pid_t fake_node_start(const char *folder, fake_script *script);
void fake_node_stop(pid_t node);

/* Request N (from 0) that any life got; NULL: there were fewer. The caller
 * frees it with entente__v1__api_request__free_unpacked. */
Entente__V1__ApiRequest *fake_node_request(const char *folder, unsigned n);

#endif
