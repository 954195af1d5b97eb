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

bool
node_api_queue_take(struct node_api_queue *queue, size_t room,
    struct node_api_queued *ret_request)
{
    size_t next = find_next(queue);

    if (queue->count == 0 || zmq_msg_size(&queue->list[next].payload) > room) {
        return false;
    }
    zmq_msg_init(&ret_request->client);
    zmq_msg_init(&ret_request->payload);
    (void)zmq_msg_move(&ret_request->client, &queue->list[next].client);
    (void)zmq_msg_move(&ret_request->payload, &queue->list[next].payload);
    count_taken(queue, zmq_msg_size(&ret_request->payload));
    queue->bytes -= zmq_msg_size(&ret_request->payload);
    queue->count--;
    for (size_t i = next; i < queue->count; i++) {
        queue->list[i].passed = queue->list[i + 1].passed;
        (void)zmq_msg_move(&queue->list[i].client, &queue->list[i + 1].client);
        (void)zmq_msg_move(
            &queue->list[i].payload, &queue->list[i + 1].payload);
    }
    zmq_msg_close(&queue->list[queue->count].client);
    zmq_msg_close(&queue->list[queue->count].payload);
    return true;
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
    const size_t most = turn->is_short || turn->has_small
                            ? NODE_API_SHORT_TURN_BYTES
                            : NODE_API_TURN_BYTES;

    if (turn->count == 0) {
        return SIZE_MAX;
    }
    if (turn->count >= NODE_API_QUEUE_MAX) {
        return 0;
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
        zmq_msg_close(&queue->list[i].client);
        zmq_msg_close(&queue->list[i].payload);
    }
    queue->count = queue->bytes = 0;
}
