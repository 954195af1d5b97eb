/* SPDX-License-Identifier: Apache-2.0 */
/*
 * office - an office made for a measurement: its keys, its certificate by an
 * authority made for it too, an empty store, and its node, open, without links.
 */
#ifndef TOOLS_BENCH_OFFICE_H
#define TOOLS_BENCH_OFFICE_H

#include "node/node.h"

struct bench_office {
    struct node_config config;
    struct node *node;
};

/* In `folder`, which is made and must not exist; `again`: what such a call left
 * there. The node looks into `office` until it is closed. */
enum ent_status bench_office_open(struct bench_office *office,
    const char *folder, bool again, uint64_t store_limit,
    struct ent_error *err) ENT_MUST_CHECK;
void bench_office_close(struct bench_office *office);

#endif
