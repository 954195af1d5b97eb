/* SPDX-License-Identifier: Apache-2.0 */
#include "node/api_queue.h"

#include <string.h>

struct node_api_queued *
node_api_queue_room(struct node_api_queue *queue)
{
    return queue->count < NODE_API_QUEUE_MAX &&
                   queue->bytes < NODE_API_QUEUE_BYTES
               ? &queue->list[queue->count]
               : NULL;
}

void
node_api_queue_add(struct node_api_queue *queue)
{
    struct node_api_queued *request = &queue->list[queue->count++];

    request->passed = 0;
    request->laid = NULL;
    request->at = request->done = 0;
    request->number = 0;
    request->left = request->touched = false;
    request->results = (struct ent_bytes){0};
    queue->bytes += zmq_msg_size(&request->payload);
}

static bool
same_client(struct node_api_queued *a, struct node_api_queued *b)
{
    size_t len = zmq_msg_size(&a->client);

    return len == zmq_msg_size(&b->client) &&
           memcmp(zmq_msg_data(&a->client), zmq_msg_data(&b->client), len) == 0;
}

/* Nothing of its program came before it. */
static bool
is_first(struct node_api_queue *queue, size_t place)
{
    for (size_t i = 0; i < place; i++) {
        if (same_client(&queue->list[i], &queue->list[place])) {
            return false;
        }
    }
    return true;
}

/* The first that was passed over too often; `count`: none was. */
static size_t
find_passed(const struct node_api_queue *queue)
{
    size_t place = 0;

    while (place < queue->count &&
           queue->list[place].passed < NODE_API_PASSED_MAX) {
        place++;
    }
    return place;
}

/* Who came first among those with the smallest request. */
static size_t
find_smallest(struct node_api_queue *queue)
{
    size_t next = 0;

    for (size_t i = 1; i < queue->count; i++) {
        if (zmq_msg_size(&queue->list[i].payload) <
                zmq_msg_size(&queue->list[next].payload) &&
            is_first(queue, i)) {
            next = i;
        }
    }
    return next;
}

/* Of one program none was passed over less often than a later one. */
static size_t
find_next(struct node_api_queue *queue)
{
    size_t passed = queue->favours ? find_passed(queue) : queue->count;
    size_t smallest = find_smallest(queue);

    return passed == queue->count ||
                   (queue->before < NODE_API_BEFORE_MAX &&
                       zmq_msg_size(&queue->list[smallest].payload) <=
                           NODE_API_SMALL)
               ? smallest
               : passed;
}

/* That one is taken; who waits longest is still to come, or was it. */
static void
count_taken(struct node_api_queue *queue, size_t len)
{
    if (queue->favours && len <= NODE_API_SMALL &&
        queue->before < NODE_API_BEFORE_MAX) {
        queue->before++;
        return;
    }
    queue->favours = false;
    queue->before = 0;
}

/* Into a place that has no parts of its own. */
static void
move(struct node_api_queued *to, struct node_api_queued *from)
{
    *to = *from;
    zmq_msg_init(&to->client);
    zmq_msg_init(&to->payload);
    (void)zmq_msg_move(&to->client, &from->client);
    (void)zmq_msg_move(&to->payload, &from->payload);
    zmq_msg_close(&from->client);
    zmq_msg_close(&from->payload);
    from->results = (struct ent_bytes){0};
    from->laid = NULL;
}

static void
take_out(struct node_api_queue *queue, size_t place,
    struct node_api_queued *ret_request)
{
    move(ret_request, &queue->list[place]);
    queue->bytes -= zmq_msg_size(&ret_request->payload);
    queue->count--;
    for (size_t i = place; i < queue->count; i++) {
        move(&queue->list[i], &queue->list[i + 1]);
    }
}

bool
node_api_queue_take(struct node_api_queue *queue, size_t room,
    struct node_api_queued *ret_request)
{
    size_t next = find_next(queue);

    if (queue->count == 0 || queue->list[next].touched ||
        zmq_msg_size(&queue->list[next].payload) > room) {
        return false;
    }
    take_out(queue, next, ret_request);
    count_taken(queue, zmq_msg_size(&ret_request->payload));
    return true;
}

void
node_api_queued_end(struct node_api_queued *request)
{
    node_laid_release(&request->laid); /* it looks into the payload */
    zmq_msg_close(&request->client);
    zmq_msg_close(&request->payload);
    ent_bytes_free(&request->results);
}

void
node_api_queue_lay_out(
    struct node_api_queue *queue, struct node_laids *laids, uint64_t now_ms)
{
    for (size_t i = 0; i < queue->count; i++) {
        struct node_api_queued *request = &queue->list[i];
        const size_t len = zmq_msg_size(&request->payload);

        if (request->laid == NULL && request->at == 0 &&
            len >= NODE_LAID_BYTES_MIN) {
            request->laid = node_laid_begin(laids,
                ent_view_of(zmq_msg_data(&request->payload), len), now_ms);
        }
    }
}

void
node_api_queue_return(
    struct node_api_queue *queue, struct node_api_queued *request)
{
    for (size_t i = queue->count; i > 0; i--) {
        move(&queue->list[i], &queue->list[i - 1]);
    }
    queue->bytes += zmq_msg_size(&request->payload);
    queue->count++;
    move(&queue->list[0], request);
}

void
node_api_queue_begin(struct node_api_queue *queue)
{
    for (size_t i = 0; i < queue->count; i++) {
        queue->list[i].touched = false;
    }
}

void
node_api_queue_take_back(struct node_api_queue *queue)
{
    size_t i = 0;

    while (i < queue->count) {
        struct node_api_queued request;

        if (!queue->list[i].touched) {
            i++;
            continue;
        }
        take_out(queue, i, &request);
        node_api_queued_end(&request);
    }
}

void
node_api_queue_pass(struct node_api_queue *queue)
{
    for (size_t i = 0; i < queue->count; i++) {
        queue->list[i].passed++;
    }
    queue->favours |= ++queue->turns % 2 == 0;
}

size_t
node_api_turn_room(const struct node_api_turn *turn)
{
    const size_t most =
        turn->has_small ? NODE_API_SHORT_TURN_BYTES : NODE_API_TURN_BYTES;

    if (turn->count == 0) {
        return SIZE_MAX;
    }
    if (turn->count >= NODE_API_QUEUE_MAX) {
        return 0;
    }
    if (turn->is_urgent) {
        return turn->spent < NODE_API_URGENT_TURN_BYTES ? NODE_API_SMALL : 0;
    }
    if (turn->has_small && turn->has_large) {
        return turn->spent < NODE_API_TURN_BYTES ? NODE_API_SMALL : 0;
    }
    return turn->spent < most ? most - turn->spent : 0;
}

void
node_api_turn_add(struct node_api_turn *turn, size_t len, size_t answered)
{
    turn->count++;
    turn->spent += len + answered;
    turn->has_large |= len > NODE_API_SMALL;
    turn->has_small |= len <= NODE_API_SMALL;
}

void
node_api_queue_clear(struct node_api_queue *queue)
{
    for (size_t i = 0; i < queue->count; i++) {
        node_api_queued_end(&queue->list[i]);
    }
    queue->count = queue->bytes = 0;
}
