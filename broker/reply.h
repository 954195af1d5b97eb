/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reply - frames that wait: for the commit they follow from, or for room on
 * their connection. Small ones only; bundles wait in the spool.
 */
#ifndef BROKER_REPLY_H
#define BROKER_REPLY_H

#include "proto/link.h"

/* What an office that does not read may leave lying here. */
#define BROKER_BACKLOG_MAX 4096
#define BROKER_BACKLOG_BYTES_MAX ((size_t)8 * 1024 * 1024)

struct broker_reply {
    struct broker_reply *next;
    struct ent_route route;
    enum ent_frame_type type;
    struct ent_bytes payload;
};

/* First in, first out. All zero is empty. */
struct broker_replies {
    struct broker_reply *first;
    struct broker_reply *last;
    size_t count;
    size_t bytes;
};

/* Take over `payload`. */
enum ent_status broker_reply_new(const struct ent_route *route,
    enum ent_frame_type type, struct ent_bytes *payload,
    struct broker_reply **ret_reply, struct ent_error *err) ENT_MUST_CHECK;
void broker_reply_free(struct broker_reply **reply);

void broker_replies_push(
    struct broker_replies *replies, struct broker_reply **reply);
/* NULL when there is none. */
struct broker_reply *broker_replies_pop(struct broker_replies *replies);
bool broker_replies_are_full(const struct broker_replies *replies);
void broker_replies_clear(struct broker_replies *replies);

#endif
