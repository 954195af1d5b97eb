/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link - one encrypted connection, and the only place that makes one.
 *
 * ZeroMQ over TCP with CURVE. Every option that security depends on is set and
 * read back here. A connection is an identity only through its CURVE key: who
 * may connect is decided by our own ZAP handler (proto/zap.h), fail closed, and
 * every frame carries the key it came under, so that the caller can check it
 * against revocation again.
 *
 * A frame has two or three parts: head (u8 protocol version 1, u8 type),
 * payload (protobuf), and for a bundle its body. docs/PROTOCOL.md, section 4.
 *
 * Threads: a link belongs to one thread.
 */
#ifndef ENT_PROTO_LINK_H
#define ENT_PROTO_LINK_H

#include "proto/base/bytes.h"
#include "proto/digest.h"
#include "proto/ear.h"
#include "proto/secret.h"

/* A long revocation list. */
#define ENT_FRAME_PAYLOAD_MAX ((size_t)768 * 1024)
#define ENT_FRAME_BODY_MAX ((size_t)1024 * 1024)

enum ent_frame_type {
    ENT_FRAME_HELLO = 1,
    ENT_FRAME_STATE = 2,
    ENT_FRAME_BUNDLE = 3,
    ENT_FRAME_RECEIPT = 4, /* payload: a Signed */
    ENT_FRAME_SKIP = 5,    /* payload: a Signed */
    ENT_FRAME_CUSTODY = 6, /* payload: a Signed */
    ENT_FRAME_CREDIT = 7,
    ENT_FRAME_FETCH = 8,
    ENT_FRAME_OBJECT = 9,
    ENT_FRAME_BYE = 10,
};

/* Which of a listener's connections; opaque, copied freely. */
struct ent_route {
    uint8_t bytes[64];
    size_t len;
    unsigned dialled; /* the caller's number of a connecting link; 0: none */
};

/* A frame that came. Owns the memory that payload and body look into. */
struct ent_frame {
    struct ent_route route;               /* listener only */
    uint8_t link_key[ENT_PUBLIC_KEY_LEN]; /* listener only: proven by CURVE */
    enum ent_frame_type type;
    struct ent_view payload;
    struct ent_view body;
    void *parts; /* private */
};
void ent_frame_free(struct ent_frame *frame);

struct ent_link;

/* Listen at `endpoint` ("tcp://127.0.0.1:7100"), zmq_ctx from the caller. The
 * ZAP handler of that context must be bound already (ENT_REJECTED if not). */
enum ent_status ent_link_listen(void *zmq_context, const char *endpoint,
    struct ent_secret *link_secret, struct ent_link **ret_link,
    struct ent_error *err) ENT_MUST_CHECK;

/* Connect to `endpoint`, whose key must be `peer_key`. Returns at once; the
 * connection is made, and made again after a loss, in the background with
 * capped backoff. */
enum ent_status ent_link_connect(void *zmq_context, const char *endpoint,
    const uint8_t peer_key[static ENT_PUBLIC_KEY_LEN],
    struct ent_secret *link_secret, struct ent_link **ret_link,
    struct ent_error *err) ENT_MUST_CHECK;

/* What was handed over goes on leaving for a second at most; it is ending the
 * context that waits for it. */
void ent_link_close(struct ent_link **link);

/* Whether frames may have come. */
struct ent_ear *ent_link_ear(struct ent_link *link);

/* What has happened to the connection since the last call (from the socket's
 * monitor): `ret_up` when it is ready and was not, `ret_down` when it was lost;
 * both: it was lost and is back. A connecting link only. Its monitor has an ear
 * of its own: while that is not open nothing has happened. */
struct ent_ear *ent_link_monitor_ear(struct ent_link *link);
void ent_link_events(struct ent_link *link, bool *ret_up, bool *ret_down);

/* The next frame, if there is one: ENT_BUSY if not. A malformed one is
 * consumed and is ENT_BAD_INPUT; `ret_frame` then holds route and key only. */
enum ent_status ent_link_receive(struct ent_link *link,
    struct ent_frame *ret_frame, struct ent_error *err) ENT_MUST_CHECK;

/* Hand a frame to the connection without waiting. ENT_BUSY: full, try later;
 * ENT_NOT_FOUND: that route is gone. ENT_OK is proof of nothing. `route` is
 * NULL on a connecting link; an empty body sends two parts. */
enum ent_status ent_link_send(struct ent_link *link,
    const struct ent_route *route, enum ent_frame_type type,
    struct ent_view payload, struct ent_view body,
    struct ent_error *err) ENT_MUST_CHECK;

/* CURVE public key of a secret. */
void ent_link_public_key(
    struct ent_secret *link_secret, uint8_t ret_key[static ENT_PUBLIC_KEY_LEN]);

#endif
