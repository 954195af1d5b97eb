/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ear - whether anything may have come to a ZeroMQ socket, so that nobody asks
 * one to which nothing came: asking takes system calls each time, and a node
 * has dozens of sockets of which one has spoken.
 *
 * The library calls whoever waits for a socket's descriptor once, and takes the
 * call back when anything else is done with the socket. So an ear is open from
 * a call on until receiving finds nothing, and unsure once something was done
 * with its socket; an unsure one is asked before it is waited for.
 *
 * Threads: an ear belongs to the thread of its socket.
 */
#ifndef ENT_PROTO_EAR_H
#define ENT_PROTO_EAR_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#include "proto/base/error.h"

#define ENT_EARS_MAX 192

enum ent_ear_state {
    ENT_EAR_OPEN,   /* something may be there: receive */
    ENT_EAR_UNSURE, /* nothing was there; a call since then may be lost */
    ENT_EAR_QUIET,  /* nothing is there until the descriptor calls */
};

struct ent_ear {
    void *socket;
    int file; /* the socket's descriptor */
    enum ent_ear_state state;
};

/* Of a socket that outlives it; open. */
struct ent_ear ent_ear_of(void *socket);

static inline bool
ent_ear_is_open(const struct ent_ear *ear)
{
    return ear->state == ENT_EAR_OPEN;
}

/* Receiving has just failed, and errno says why: nothing was there, or it is to
 * be asked what is. */
static inline void
ent_ear_drained(struct ent_ear *ear)
{
    ear->state = errno == EAGAIN ? ENT_EAR_QUIET : ENT_EAR_UNSURE;
}

/* Something else than receiving was done with the socket, or will be now. */
static inline void
ent_ear_disturb(struct ent_ear *ear)
{
    if (ear->state == ENT_EAR_QUIET) {
        ear->state = ENT_EAR_UNSURE;
    }
}

/* Those that are waited for together. Zero is nobody; it borrows its ears. */
struct ent_ears {
    struct ent_ear *list[ENT_EARS_MAX];
    size_t count;
    int other_file;
    bool has_other;
};

void ent_ears_add(struct ent_ears *ears, struct ent_ear *ear);
/* A wait ends when that can be read, too; -1 is none. At most one. */
void ent_ears_add_file(struct ent_ears *ears, int file);

/* Wait until an ear is open, `file` can be read (-1: none), a signal came, or
 * the time is up; no time passes when an ear is open already. `ret_readable`
 * (may be NULL): `file` can be read. */
enum ent_status ent_ears_wait(struct ent_ears *ears, int file, long timeout_ms,
    bool *ret_readable, struct ent_error *err) ENT_MUST_CHECK;

#endif
