/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/ear.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <zmq.h>

struct ent_ear
ent_ear_of(void *socket)
{
    struct ent_ear ear = {.socket = socket, .state = ENT_EAR_OPEN};
    size_t size = sizeof ear.file;
    int rc = zmq_getsockopt(socket, ZMQ_FD, &ear.file, &size);

    assert(rc == 0);
    (void)rc;
    return ear;
}

void
ent_ears_add(struct ent_ears *ears, struct ent_ear *ear)
{
    assert(ears->count < ENT_EARS_MAX);
    ears->list[ears->count++] = ear;
}

void
ent_ears_add_file(struct ent_ears *ears, int file)
{
    assert(!ears->has_other);
    ears->has_other = file >= 0;
    ears->other_file = file;
}

/* What the library took back with the call it tells when it is asked. */
static void
ask(struct ent_ear *ear)
{
    int events = 0;
    size_t size = sizeof events;
    bool came = zmq_getsockopt(ear->socket, ZMQ_EVENTS, &events, &size) != 0 ||
                (events & ZMQ_POLLIN) != 0;

    ear->state = came ? ENT_EAR_OPEN : ENT_EAR_QUIET;
}

/* True: one is open already. */
static bool
make_sure(struct ent_ears *ears)
{
    bool open = false;

    for (size_t i = 0; i < ears->count; i++) {
        if (ears->list[i]->state == ENT_EAR_UNSURE) {
            ask(ears->list[i]);
        }
        open |= ent_ear_is_open(ears->list[i]);
    }
    return open;
}

static int
clip(long timeout_ms)
{
    return timeout_ms > INT_MAX ? INT_MAX : (int)timeout_ms;
}

enum ent_status
ent_ears_wait(struct ent_ears *ears, int file, long timeout_ms,
    bool *ret_readable, struct ent_error *err)
{
    struct pollfd calls[ENT_EARS_MAX + 2];
    const size_t count = ears->count;
    const bool open = make_sure(ears);

    for (size_t i = 0; i < count; i++) {
        calls[i] = (struct pollfd){.fd = ears->list[i]->file, .events = POLLIN};
    }
    calls[count] = (struct pollfd){.fd = file, .events = POLLIN};
    calls[count + 1] = (struct pollfd){
        .fd = ears->has_other ? ears->other_file : -1, .events = POLLIN};
    if (poll(calls, (nfds_t)count + 2, open ? 0 : clip(timeout_ms)) < 0) {
        if (errno != EINTR) {
            return ent_fail(err, ENT_IO, "waiting: %s", strerror(errno));
        }
        return ENT_OK;
    }
    for (size_t i = 0; i < count; i++) {
        if (calls[i].revents != 0) {
            ears->list[i]->state = ENT_EAR_OPEN;
        }
    }
    if (ret_readable != NULL) {
        *ret_readable = (calls[count].revents & POLLIN) != 0;
    }
    return ENT_OK;
}
