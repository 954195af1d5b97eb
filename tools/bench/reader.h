/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reader - what a measurement asks of a node as an agency's program does: what
 * lies at the desk, and how much still waits for a receipt.
 */
#ifndef TOOLS_BENCH_READER_H
#define TOOLS_BENCH_READER_H

#include "tools/client/client.h"

/* Told of each message that came. */
typedef void bench_see(void *context, const Entente__V1__InboxItem *item);

/* What lies at the desk behind this program's cursor, at most a request's
 * worth, waiting a while for it. The cursor moves to `through` first, which 0
 * leaves where it is; it becomes the last that was read. `see` may be NULL. A
 * code of sysexits.h. */
int bench_read(struct ent_client *client, uint64_t *through, bench_see *see,
    void *context, size_t *ret_count, struct ent_error *err) ENT_MUST_CHECK;
/* Nothing more is read: the cursor moves to `through`. */
int bench_read_end(struct ent_client *client, uint64_t through,
    struct ent_error *err) ENT_MUST_CHECK;

/* How many copies at a sender wait for their receipt. */
int bench_outbox_waiting(struct ent_client *client, uint64_t *ret_waiting,
    struct ent_error *err) ENT_MUST_CHECK;

/* Until none waits, at most so long. */
int bench_await_receipts(const char *socket, unsigned give_up_s,
    struct ent_error *err) ENT_MUST_CHECK;

/* Until the sender's node says that this message was delivered, to the first of
 * those it went to: the signed receipt is verified and kept. */
int bench_await_receipt(
    struct ent_client *client, char *id, struct ent_error *err) ENT_MUST_CHECK;

#endif
