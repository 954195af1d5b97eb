/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the broker share: its state, and the visit of one frame.
 *
 *     broker.c          its life, whom it lets in, when it is due
 *     broker_turn.c     frames into one commit
 *     broker_send.c     what leaves after it
 *     broker_clock.c    whether the time of day can be believed
 *     broker_greet.c    HELLO, CREDIT, BYE
 *     broker_object.c   FETCH and OBJECT
 *     broker_sync.c     registry and spool, and the operator's folder anew
 *     broker_reroute.c  what waits for whom is behind another neighbour now
 *     broker_take.c     BUNDLE from a sender
 *     broker_skip.c     SKIP from a sender
 *     broker_neighbour.c  neighbouring brokers, greeted and introduced
 *     broker_guest.c    certificates from behind them
 *     broker_wish.c     FETCH for what is behind them
 *     broker_witness.c  what offices tell each other about journals
 *     broker_relay.c    CUSTODY from one, and BYE about a bundle
 *     broker_settle.c   RECEIPT from a recipient, STATE from a sender
 *     broker_forward.c  from the spool to the offices
 */
#ifndef BROKER_BROKER_INTERNAL_H
#define BROKER_BROKER_INTERNAL_H

#include <string.h>

#include "broker/broker.h"
#include "broker/dial.h"
#include "broker/reply.h"
#include "broker/session.h"
#include "broker/told.h"
#include "broker/wish.h"
#include "proto/base/doubt.h"
#include "proto/frame.h"
#include "proto/pace.h"

#define COMPONENT "broker"
#define BROKER_DAMAGED_MAX 16
#define BROKER_WITNESSES_MAX 256 /* offices that one tells of its journal */

/* So that it fits into a frame beside its kind and subject. */
#define BROKER_OBJECT_WIRE_MAX (ENT_FRAME_PAYLOAD_MAX - 256)

/* One office or neighbouring broker, by its number in the registry. */
struct broker_line {
    struct broker_peer peer;
    struct broker_replies backlog[BROKER_LANES];
    struct broker_told *told[BROKER_LANES];
    struct ent_pace pace; /* outlives its connections */
    /* Of a neighbour that we connect to: */
    struct broker_dial dials[BROKER_LANES];
    struct ent_route routes[BROKER_LANES];
};

/* The newest revocation list that was told to who is connected. */
struct broker_list_told {
    char state[ENT_STATE_MAX + 1];
    uint64_t number;
};

struct broker_clock {
    enum ent_doubt doubt;
    bool has_begun;
    bool has_witness; /* an office that has the same time */
    struct ent_party witness;
    struct broker_now seen; /* both clocks, when last looked at */
    uint64_t keep_at;       /* boot_ms */
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
    struct broker_clock clock;
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
    struct broker_wishes wishes;
    bool neighbours_changed; /* their certificates */
    struct broker_list_told lists_told[ENT_AUTHORITIES_MAX];
};

/* One frame of a turn, and who sent it. */
struct broker_visit {
    const struct ent_frame *frame;
    size_t number; /* of the office */
    const struct broker_office *office;
    struct broker_line *line;
    struct broker_session *session; /* NULL before HELLO */
};

/* Once a turn: does the clock step, and does it fit to the spool? */
void broker_clock_watch(struct broker *broker);
/* In a transaction: the spool knows the time, now and then, if it is believed.
 */
bool broker_clock_is_due(const struct broker *broker);
enum ent_status broker_clock_keep(
    struct broker *broker, struct ent_error *err) ENT_MUST_CHECK;
/* That office signed something then: two with our time end a doubt, as in
 * node/clock.h. */
void broker_clock_witness(struct broker *broker,
    const struct ent_address *signer, uint64_t signed_at);
/* It is served, and its certificate counts now. */
bool broker_trusts(const struct broker *broker, size_t number);

/* Whose frame it is; false when it is nobody's that we serve now. */
bool broker_identify(struct broker *broker, const struct ent_frame *frame,
    struct broker_visit *ret_visit);

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

static inline bool
broker_party_equal(const struct ent_party *a, const struct ent_party *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

/* What came to be known of revocations, to everybody who is connected. */
enum ent_status broker_tell_lists(
    struct broker *broker, struct ent_error *err) ENT_MUST_CHECK;

/* True when it is the lane of a neighbour, and it is we who connect to it. */
bool broker_dials(const struct broker *broker, size_t number);
/* Say HELLO where it is due, on connections that we made. */
void broker_greet_neighbours(struct broker *broker);
/* When that is next, in boot_ms. */
uint64_t broker_greet_due(const struct broker *broker);

/* The newest certificate that we have of an office or broker, served here or
 * not: as it travels, and verified. ENT_NOT_FOUND: none; ENT_REJECTED: it
 * counts no more. */
enum ent_status broker_find_wire(struct broker *broker,
    const struct ent_address *address, uint64_t *ret_serial,
    struct ent_view *ret_wire, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status broker_find_certificate(struct broker *broker,
    const struct ent_address *address, struct ent_certificate *ret_certificate,
    struct ent_error *err) ENT_MUST_CHECK;
/* The one before it, as it travels; ENT_NOT_FOUND: none. */
enum ent_status broker_find_before(struct broker *broker,
    const struct ent_address *address, uint64_t *ret_serial,
    struct ent_view *ret_wire, struct ent_error *err) ENT_MUST_CHECK;
/* An authentic one that is older than the newest: kept, if it is the newest of
 * those. */
enum ent_status broker_keep_before(struct broker *broker, const char *subject,
    uint64_t serial, struct ent_view wire,
    struct ent_error *err) ENT_MUST_CHECK;
/* The certificate under which somebody signed something then: the newest or the
 * one before; if neither is of that key and time the newest, which will not
 * verify it. Of a Signed one of them must be (ENT_REJECTED). */
enum ent_status broker_find_signer(struct broker *broker,
    const struct ent_address *address, const struct ent_key_id *key_id,
    uint64_t signed_at, struct ent_certificate *ret_certificate,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status broker_find_signer_of(struct broker *broker,
    const struct ent_address *address, struct ent_view wire, uint64_t signed_at,
    struct ent_certificate *ret_certificate,
    struct ent_error *err) ENT_MUST_CHECK;
/* A certificate from behind a neighbour: ENT_OK when it counts and is newer
 * than what is kept. */
enum ent_status broker_learn_guest(struct broker *broker, struct ent_view wire,
    uint64_t *ret_serial, struct ent_error *err) ENT_MUST_CHECK;

/* Before what `signer` has signed: its certificate and its state's list, once a
 * conversation, at once. Statuses of the port. */
enum ent_status broker_introduce(struct broker *broker,
    struct broker_line *line, const struct broker_session *session,
    const struct ent_address *signer, struct ent_error *err) ENT_MUST_CHECK;
/* Somebody asks for what may be behind a neighbour: ask that. */
enum ent_status broker_ask_behind(struct broker *broker,
    const struct broker_visit *visit, const struct ent_fetch *fetch,
    struct ent_error *err) ENT_MUST_CHECK;
/* Somebody asks for a newer manifest of an office here, before it came. */
void broker_await_here(struct broker *broker, const struct broker_visit *visit,
    const struct ent_fetch *fetch);
/* A neighbour is there: ask it for all that somebody waits for. */
enum ent_status broker_ask_again(struct broker *broker,
    const struct broker_visit *visit, struct ent_error *err) ENT_MUST_CHECK;
/* It has come: to everybody who waits for it. */
enum ent_status broker_grant_wishes(struct broker *broker, uint32_t kind,
    const char *subject, struct ent_view wire,
    struct ent_error *err) ENT_MUST_CHECK;

/* What one office tells another about journals: verified and counted; its
 * number. Who asks for it may see it if it is for them, or for somebody behind
 * them. */
enum ent_status broker_learn_witness(struct broker *broker,
    const struct broker_visit *visit, const struct ent_object *object,
    uint64_t *ret_number, struct ent_error *err) ENT_MUST_CHECK;
bool broker_may_see(const struct broker *broker,
    const struct broker_visit *visit, const struct ent_fetch *fetch);

/* What waits here goes where it is to go now. */
enum ent_status broker_reroute(
    struct broker *broker, struct ent_error *err) ENT_MUST_CHECK;

void broker_forget_told(struct broker_line *line);

/* Room for offices that the registry has learnt of. */
void broker_add_lines(struct broker *broker);

/* broker_credit.c: what the frames of a turn cost, ours and theirs; once. */
enum ent_status broker_reckon(struct broker *broker,
    const struct ent_frame *frames, size_t count,
    struct ent_error *err) ENT_MUST_CHECK;
/* CREDIT for what was dealt with, one frame for each connection. */
enum ent_status broker_give_credit(
    struct broker *broker, struct ent_error *err) ENT_MUST_CHECK;
/* When credit that waits for its pace is due, in boot_ms. */
uint64_t broker_credit_due(const struct broker *broker);
/* This one had too much checked, whatever its credit; and BYE for that. */
bool broker_is_beyond(
    const struct broker *broker, const struct broker_visit *visit);
enum ent_status broker_slow_down(struct broker *broker,
    struct broker_visit *visit, struct ent_error *err) ENT_MUST_CHECK;

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
enum ent_status broker_take_custody(struct broker *broker,
    struct broker_visit *visit, struct ent_error *err) ENT_MUST_CHECK;
/* A BYE about one bundle or skip, from a neighbour. */
enum ent_status broker_take_refusal(struct broker *broker,
    struct broker_visit *visit, const struct ent_bye *bye,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status broker_take_state(struct broker *broker,
    struct broker_visit *visit, struct ent_error *err) ENT_MUST_CHECK;

/* Send what waits and can go. ENT_IO: a table of the spool is damaged. */
enum ent_status broker_forward(
    struct broker *broker, struct ent_error *err) ENT_MUST_CHECK;

#endif
