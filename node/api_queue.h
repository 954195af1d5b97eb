/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api_queue - requests of local programs that came and have not been served.
 * Those of one program are served in their order; among the programs the one
 * with the smallest request is next, so that an officer's alert does not wait
 * behind the hundreds of messages that a system hands in at once. In every
 * other turn the one that was passed over in NODE_API_PASSED_MAX turns and
 * waits longest is next, after NODE_API_BEFORE_MAX small ones at most, so that
 * however many come, it is served.
 *
 * A submit request may be served in slices (node/api_submit.c): between two of
 * them it waits here again, the first of its program.
 */
#ifndef NODE_API_QUEUE_H
#define NODE_API_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zmq.h>

#include "node/laid.h"
#include "proto/base/bytes.h"

#define NODE_API_QUEUE_MAX 64
#define NODE_API_QUEUE_BYTES                                                   \
    ((size_t)16 * 1024 * 1024) /* then no more come                            \
                                */
#define NODE_API_PASSED_MAX 4
#define NODE_API_BEFORE_MAX 4
#define NODE_API_SMALL ((size_t)16 * 1024)
#define NODE_API_TURN_BYTES ((size_t)640 * 1024)
#define NODE_API_SHORT_TURN_BYTES ((size_t)256 * 1024)
#define NODE_API_URGENT_TURN_BYTES ((size_t)64 * 1024)

/* One request: routing id, payload. */
struct node_api_queued {
    zmq_msg_t client;
    zmq_msg_t payload;
    unsigned passed;        /* turns that ended without it */
    struct node_laid *laid; /* out ahead of its turn; NULL: it is not */

    /* What is served in slices only: */
    size_t at;       /* how far, in bytes of the payload; 0: not yet, */
    size_t done;     /* and in messages */
    bool left;       /* the rest is for another turn */
    bool touched;    /* a slice of it was served in this turn */
    uint64_t number; /* that its program gave it */
    struct ent_bytes results; /* of what was served: a packed SubmitReply */
};

struct node_api_queue {
    struct node_api_queued list[NODE_API_QUEUE_MAX + 1]; /* as they came;
                                          the last place is for who returns */
    size_t count;
    size_t bytes;
    unsigned turns;  /* that ended */
    bool favours;    /* the next one is who waits longest, */
    unsigned before; /* after so many small ones */
};

/* Where the next one that comes is received; NULL: there is no room. It counts
 * once node_api_queue_add was called. */
struct node_api_queued *node_api_queue_room(struct node_api_queue *queue);
void node_api_queue_add(struct node_api_queue *queue);

/* Which is next, taken out: the caller ends or returns it. False: none waits,
 * or the next one has more than `room` bytes or had a slice in this turn. */
bool node_api_queue_take(struct node_api_queue *queue, size_t room,
    struct node_api_queued *ret_request);

void node_api_queued_end(struct node_api_queued *request);
/* Put the one back that was taken last: it is the first again. */
void node_api_queue_return(
    struct node_api_queue *queue, struct node_api_queued *request);

/* Begin to lay out the next large ones, in the order in which they came, as
 * many as `laids` takes. */
void node_api_queue_lay_out(
    struct node_api_queue *queue, struct node_laids *laids, uint64_t now_ms);

/* A turn begins: of none that waits a slice was served in it. */
void node_api_queue_begin(struct node_api_queue *queue);
/* It is over. */
void node_api_queue_pass(struct node_api_queue *queue);
/* Or taken back: who was served a slice in it is forgotten. */
void node_api_queue_take_back(struct node_api_queue *queue);

/* What one turn serves: large requests share its commit as long as no small one
 * comes. That may be urgent: it is served next, and with others like it ends
 * the turn; and a turn that begins with one is short. While something urgent is
 * under way it serves one large one at most, in a slice, and none behind a
 * small one. All zero: it begins. */
struct node_api_turn {
    bool is_urgent; /* something urgent is under way */
    size_t count;
    size_t spent; /* asked and answered, in bytes */
    bool has_large;
    bool has_small;
};
/* For a request of how many bytes there is room; 0: the turn is over. */
size_t node_api_turn_room(const struct node_api_turn *turn);
/* So many bytes of requests were served, and answered with so many. */
void node_api_turn_add(struct node_api_turn *turn, size_t len, size_t answered);

void node_api_queue_clear(struct node_api_queue *queue);

#endif
