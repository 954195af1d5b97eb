/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fake_node - something that answers on a local socket as a node would, in a
 * process of its own, and can be killed and come back in the middle.
 */
#ifndef ENT_TESTS_FAKE_NODE_H
#define ENT_TESTS_FAKE_NODE_H

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

/* Set up and tear down of a test: its folder and the clock of Thailand; the
 * node that it started is stopped. */
int fake_node_open(void **state);
int fake_node_close(void **state);

#define NODE_TEST(name)                                                        \
    cmocka_unit_test_setup_teardown(name, fake_node_open, fake_node_close)

/* Answer in the test's folder, where ENTENTE_API says so. The requests are kept
 * there in request-N. */
void fake_node_start(void **state, fake_script *script);

/* How many requests any life got. */
unsigned fake_node_requests(void **state);

/* Request N (from 0); there must be one. The caller frees it with
 * entente__v1__api_request__free_unpacked. */
Entente__V1__ApiRequest *fake_node_request(void **state, unsigned n);

#endif
