/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client - an agency's own program speaks to the node of its office, over the
 * node's local socket (docs/API.md): hands messages in, follows what comes, and
 * acknowledges. The command `entente` is such a program.
 *
 *     struct ent_client *client = NULL;
 *
 *     ent_client_open("/run/entente/api.sock", 30000, &client, &err);
 *     ent_client_submit(client, &message, to, 1, &result, &err);
 *     while (ent_client_next(client, "registry", 60000, &item, &err) == 0)
 *         if (item != NULL && store(item))
 *             ent_client_done(client, "registry", item->sequence, &err);
 *     ent_client_close(&client);
 *
 * A node may be restarted in the middle. The request is then sent again, the
 * same bytes, as soon as a node answers; that is harmless for every request
 * there is, since a message is known by its id. So what is said here is not
 * lost by a crash and not doubled by the repair.
 *
 * Ownership: what is returned lives until the next call with the same client.
 * Errors: a code of sysexits.h, 0 for good, and `err` says why: EX_UNAVAILABLE
 * when no node answers in time, EX_PROTOCOL when what answers is no node, else
 * the code that the node gave. Threads: a client belongs to one at a time.
 */
#ifndef TOOLS_CLIENT_CLIENT_H
#define TOOLS_CLIENT_CLIENT_H

#include "proto/base/bytes.h"
#include "proto/schema/api.pb-c.h"

#define ENT_CLIENT_PATH_MAX 107 /* what a Unix address has room for */

struct ent_client;

/* Nothing is sent yet, so a node need not run. `timeout_ms` is how long to wait
 * for a node that is restarted; one that was never there gets 3 s of it, unless
 * `patient`. */
int ent_client_open(const char *socket_path, unsigned timeout_ms, bool patient,
    struct ent_client **ret_client, struct ent_error *err) ENT_MUST_CHECK;
void ent_client_close(struct ent_client **client);

/* Hear that the node is away (`back` false) and that it is there again. */
typedef void ent_client_notice(void *context, bool back);
void ent_client_on_notice(
    struct ent_client *client, ent_client_notice *notice, void *context);

/* Was there a node at any time? If not, nothing was ever sent. */
bool ent_client_met(const struct ent_client *client);

/* ---- any request of api.proto ---- */

/* Ask, and wait for the reply at most the time-out and `patience_ms` for what
 * the node itself needs. `request->number` is set here. The reply holds what
 * the request asked for. */
int ent_client_ask(struct ent_client *client, Entente__V1__ApiRequest *request,
    unsigned patience_ms, const Entente__V1__ApiReply **ret_reply,
    struct ent_error *err) ENT_MUST_CHECK;

/* ---- what an agency's program does all day ---- */

/* Hand one message in, for each of these addresses. Give it an id (UUIDv7) that
 * your own records have: handed in again, after a crash of yours, it stays one
 * message. Look at every copy of the result: accepted is on the node's disk. */
int ent_client_submit(struct ent_client *client, Entente__V1__Message *message,
    const char *const *to, size_t to_count,
    const Entente__V1__SubmitResult **ret_result,
    struct ent_error *err) ENT_MUST_CHECK;

/* The next message for this consumer, waiting up to `wait_ms` (60,000 at most)
 * for one; NULL: none came. The same again until ent_client_done. */
int ent_client_next(struct ent_client *client, const char *consumer,
    unsigned wait_ms, const Entente__V1__InboxItem **ret_item,
    struct ent_error *err) ENT_MUST_CHECK;

/* This consumer has dealt with everything up to `sequence`: call it when that
 * is safe in your own records. */
int ent_client_done(struct ent_client *client, const char *consumer,
    uint64_t sequence, struct ent_error *err) ENT_MUST_CHECK;

#endif
