/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/base/aside.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "proto/base/thread.h"

struct ent_aside {
    pthread_t thread;
    pthread_mutex_t mutex; /* of all below but `begun` and `file` */
    pthread_cond_t given;
    pthread_cond_t done;
    void (*run)(void *context); /* NULL: nothing is to be done */
    void *context;
    bool stop;
    bool begun; /* its owner's */
    int file;
};

/* ---- the thread ---- */

static void
tell(const struct ent_aside *aside)
{
    const uint64_t one = 1;

    (void)!write(aside->file, &one, sizeof one);
}

static void *
work(void *context)
{
    struct ent_aside *aside = context;

    (void)pthread_mutex_lock(&aside->mutex);
    while (!aside->stop || aside->run != NULL) {
        if (aside->run == NULL) {
            (void)pthread_cond_wait(&aside->given, &aside->mutex);
            continue;
        }
        (void)pthread_mutex_unlock(&aside->mutex);
        aside->run(aside->context);
        (void)pthread_mutex_lock(&aside->mutex);
        aside->run = NULL;
        tell(aside);
        (void)pthread_cond_signal(&aside->done);
    }
    (void)pthread_mutex_unlock(&aside->mutex);
    return NULL;
}

/* ---- beginning and end ---- */

static void
destroy(struct ent_aside *aside)
{
    (void)pthread_cond_destroy(&aside->given);
    (void)pthread_cond_destroy(&aside->done);
    (void)pthread_mutex_destroy(&aside->mutex);
    if (aside->file >= 0) {
        (void)close(aside->file);
    }
    free(aside);
}

enum ent_status
ent_aside_start(
    const char *name, struct ent_aside **ret_aside, struct ent_error *err)
{
    struct ent_aside *aside = calloc(1, sizeof *aside);
    int rc;

    if (aside == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating a thread's place");
    }
    (void)pthread_mutex_init(&aside->mutex, NULL);
    (void)pthread_cond_init(&aside->given, NULL);
    (void)pthread_cond_init(&aside->done, NULL);
    aside->file = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    rc = aside->file < 0 ? errno
                         : ent_thread_start(&aside->thread, name, work, aside);
    if (rc != 0) {
        destroy(aside);
        return ent_fail(
            err, ENT_NO_MEMORY, "starting a thread: %s", strerror(rc));
    }
    *ret_aside = aside;
    return ENT_OK;
}

void
ent_aside_stop(struct ent_aside **aside)
{
    if (*aside == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&(*aside)->mutex);
    (*aside)->stop = true;
    (void)pthread_cond_signal(&(*aside)->given);
    (void)pthread_mutex_unlock(&(*aside)->mutex);
    (void)pthread_join((*aside)->thread, NULL);
    destroy(*aside);
    *aside = NULL;
}

/* ---- work ---- */

void
ent_aside_begin(
    struct ent_aside *aside, void (*run)(void *context), void *context)
{
    assert(!aside->begun);
    aside->begun = true;
    (void)pthread_mutex_lock(&aside->mutex);
    aside->run = run;
    aside->context = context;
    (void)pthread_cond_signal(&aside->given);
    (void)pthread_mutex_unlock(&aside->mutex);
}

void
ent_aside_finish(struct ent_aside *aside)
{
    uint64_t ignored;

    if (!aside->begun) {
        return;
    }
    (void)pthread_mutex_lock(&aside->mutex);
    while (aside->run != NULL) {
        (void)pthread_cond_wait(&aside->done, &aside->mutex);
    }
    (void)pthread_mutex_unlock(&aside->mutex);
    (void)!read(aside->file, &ignored, sizeof ignored);
    aside->begun = false;
}

bool
ent_aside_is_begun(const struct ent_aside *aside)
{
    return aside->begun;
}

bool
ent_aside_is_done(struct ent_aside *aside)
{
    bool done;

    if (!aside->begun) {
        return false;
    }
    (void)pthread_mutex_lock(&aside->mutex);
    done = aside->run == NULL;
    (void)pthread_mutex_unlock(&aside->mutex);
    return done;
}

int
ent_aside_file(const struct ent_aside *aside)
{
    return aside->file;
}
