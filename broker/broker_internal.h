/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the broker share: its state, and the visit of one frame.
 *
 *     broker.c          its life, whom it lets in, when it is due
 *     broker_turn.c     frames into one commit
 *     broker_send.c     what leaves after it
 *     broker_greet.c    HELLO, CREDIT, BYE
 *     broker_object.c   FETCH and OBJECT
 *     broker_sync.c     registry and spool, and the operator's folder anew
 *     broker_take.c     BUNDLE from a sender
 *     broker_skip.c     SKIP from a sender
 *     broker_settle.c   RECEIPT from a recipient, STATE from a sender
 *     broker_forward.c  from the spool to the offices
 */
#ifndef BROKER_BROKER_INTERNAL_H
#define BROKER_BROKER_INTERNAL_H

#include "broker/broker.h"
#include "broker/reply.h"
#include "broker/session.h"
#include "proto/frame.h"

#define COMPONENT "broker"
#define BROKER_DAMAGED_MAX 16

/* One office, by its number in the registry. */
struct broker_line {
    struct broker_peer peer;
    struct broker_replies backlog[BROKER_LANES];
};

struct broker {
    struct ent_address address;
    struct ent_bytes certificate;
    const struct ent_signer *signer;
    struct broker_registry *registry;
    struct broker_spool *spool;
    struct broker_port port;
    struct broker_quota quota;
    struct broker_now now;
    uint64_t turn;             /* its number */
    struct broker_line *lines; /* BROKER_OFFICES_MAX */
    size_t line_count;
    struct broker_replies replies; /* of this turn, until it is committed */
    struct broker_entry damaged[BROKER_DAMAGED_MAX];
    size_t damaged_count;
    bool blocked;             /* a connection was full: try again soon */
    uint64_t expire_at;       /* boot_ms of the next look */
    bool expire_more;         /* the last look did not see everything */
    uint64_t warn_at;         /* boot_ms */
    uint64_t damage_told;     /* of broker_spool_damaged */
    struct ent_state *states; /* room for decoding one */
};

/* One frame of a turn, and who sent it. */
struct broker_visit {
    const struct ent_frame *frame;
    size_t number; /* of the office */
    const struct broker_office *office;
    struct broker_line *line;
    struct broker_session *session; /* NULL before HELLO */
};

/* Send `payload`, which is taken over, after the commit. */
enum ent_status broker_answer(struct broker *broker,
    const struct ent_route *route, enum ent_frame_type type,
    struct ent_bytes *payload, struct ent_error *err) ENT_MUST_CHECK;

/* BYE: about one bundle, or to end the conversation on that route (and the
 * session there, if `line` is given and has one). */
enum ent_status broker_refuse(struct broker *broker,
    const struct ent_route *route, uint32_t reason,
    const struct ent_stream_id *stream, uint64_t first, const char *text,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status broker_say_bye(struct broker *broker, struct broker_line *line,
    const struct ent_route *route, uint32_t reason, const char *text,
    struct ent_error *err) ENT_MUST_CHECK;

/* Forget the session of a lane, and what waits there. */
void broker_end_lane(struct broker_line *line, enum broker_lane lane);
void broker_end_route(struct broker_line *line, const struct ent_route *route);

/* The line of an office, by party or address; NULL: not served. */
struct broker_line *broker_line_of(
    struct broker *broker, const struct ent_party *party);

/* Room for offices that the registry has learnt of. */
void broker_add_lines(struct broker *broker);

/* CREDIT for what was dealt with, one frame for each connection. */
enum ent_status broker_give_credit(
    struct broker *broker, struct ent_error *err) ENT_MUST_CHECK;
/* After the commit: let the answers leave. */
void broker_deliver(struct broker *broker);

/* Keep an object that is newer than what the spool has. The registry may have
 * learnt of it before, in a turn that found no room and was taken back. */
enum ent_status broker_keep_object(struct broker *broker, uint32_t kind,
    const char *subject, uint64_t number, struct ent_view wire,
    struct ent_error *err) ENT_MUST_CHECK;

/* Handlers. What a peer did wrong is answered and ENT_OK; other statuses are
 * those of the spool, and undo the commit. */
enum ent_status broker_take_hello(struct broker *broker,
    struct broker_visit *visit, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status broker_take_credit(struct broker *broker,
    struct broker_visit *visit, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status broker_take_fetch(struct broker *broker,
    struct broker_visit *visit, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status broker_take_object(struct broker *broker,
    struct broker_visit *visit, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status broker_take_bye(struct broker *broker,
    struct broker_visit *visit, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status broker_take_bundle(struct broker *broker,
    struct broker_visit *visit, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status broker_take_skip(struct broker *broker,
    struct broker_visit *visit, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status broker_take_receipt(struct broker *broker,
    struct broker_visit *visit, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status broker_take_state(struct broker *broker,
    struct broker_visit *visit, struct ent_error *err) ENT_MUST_CHECK;

/* Send what waits and can go. ENT_IO: a table of the spool is damaged. */
enum ent_status broker_forward(
    struct broker *broker, struct ent_error *err) ENT_MUST_CHECK;

#endif
