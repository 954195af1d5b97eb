/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outgoing_case - a stream as its sender has it, and bundles of it on their
 * way.
 */
#ifndef ENT_TESTS_OUTGOING_CASE_H
#define ENT_TESTS_OUTGOING_CASE_H

#include "tests/support.h"

#include "proto/schema/common.pb-c.h"
#include "proto/schema/delivery.pb-c.h"
#include "proto/stream.h"

#define NOW UINT64_C(1700000000000)
#define SECOND UINT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

#define FLASH ENTENTE__V1__PRECEDENCE__FLASH
#define IMMEDIATE ENTENTE__V1__PRECEDENCE__IMMEDIATE
#define ROUTINE ENTENTE__V1__PRECEDENCE__ROUTINE
#define EXPIRED ENTENTE__V1__SKIP_REASON__SKIP_EXPIRED
#define WITHDRAWN ENTENTE__V1__SKIP_REASON__SKIP_WITHDRAWN
#define RESEALED ENTENTE__V1__SKIP_REASON__SKIP_RESEALED
#define REVOKED ENTENTE__V1__SKIP_REASON__SKIP_REVOKED

extern const struct ent_stream_id stream;

struct ent_outgoing new_stream(void);

/* The label of what comes next in `outgoing`. */
struct ent_label next_label(
    const struct ent_outgoing *outgoing, uint32_t count);

struct ent_dispatch append(
    struct ent_outgoing *outgoing, uint32_t count, const char *wire);

/* A bundle that waits to be sent. */
struct ent_dispatch new_bundle(void);

/* A bundle that was sent at NOW. */
struct ent_dispatch sent_bundle(void);

struct ent_dispatch bundle_in_custody(uint32_t precedence);

/* A bundle for which a skip was signed at NOW. */
struct ent_dispatch skipped_bundle(enum ent_dispatch_event event);

void expect_unchanged(
    struct ent_dispatch bundle, enum ent_dispatch_event event, uint64_t now);

#endif
