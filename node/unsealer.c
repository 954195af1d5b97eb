/* SPDX-License-Identifier: Apache-2.0 */
#include "node/unsealer.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum state {
    FREE,
    TAKEN, /* the caller's */
    WAITING,
    RUNNING,
    DONE, /* the caller's again, once he asks */
};

struct node_unsealer {
    pthread_t thread;
    pthread_mutex_t mutex; /* of all states, the order and `stop` */
    pthread_cond_t given;
    pthread_cond_t done;
    bool stop;
    struct node_unsealer_job jobs[NODE_UNSEALER_JOBS];
    struct node_unsealer_job *order[NODE_UNSEALER_JOBS]; /* that wait */
    size_t count;
};

/* ---- the thread ---- */

static void
run(struct node_unsealer_job *job)
{
    struct ent_error ignored = {0};

    job->is_verified =
        ent_bundle_verify(&job->bundle, &job->signer, &ignored) == ENT_OK;
    if (job->is_verified) {
        node_unsealed_run(&job->unsealed);
    }
    job->is_done = true;
}

static struct node_unsealer_job *
take_first(struct node_unsealer *unsealer)
{
    struct node_unsealer_job *job = unsealer->order[0];

    unsealer->count--;
    memmove(&unsealer->order[0], &unsealer->order[1],
        unsealer->count * sizeof *unsealer->order);
    job->state = RUNNING;
    return job;
}

static void *
work(void *context)
{
    struct node_unsealer *unsealer = context;

    (void)pthread_mutex_lock(&unsealer->mutex);
    while (!unsealer->stop) {
        struct node_unsealer_job *job;

        if (unsealer->count == 0) {
            (void)pthread_cond_wait(&unsealer->given, &unsealer->mutex);
            continue;
        }
        job = take_first(unsealer);
        (void)pthread_mutex_unlock(&unsealer->mutex);
        run(job);
        (void)pthread_mutex_lock(&unsealer->mutex);
        job->state = DONE;
        (void)pthread_cond_signal(&unsealer->done);
    }
    (void)pthread_mutex_unlock(&unsealer->mutex);
    return NULL;
}

/* ---- beginning and end ---- */

/* Signals are for the node's own thread. */
static int
start_thread(struct node_unsealer *unsealer)
{
    sigset_t all;
    sigset_t before;
    int rc;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    rc = pthread_create(&unsealer->thread, NULL, work, unsealer);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc == 0) {
        (void)pthread_setname_np(unsealer->thread, "unsealer");
    }
    return rc;
}

static void
destroy(struct node_unsealer *unsealer)
{
    for (size_t i = 0; i < NODE_UNSEALER_JOBS; i++) {
        node_unsealed_fini(&unsealer->jobs[i].unsealed);
    }
    (void)pthread_cond_destroy(&unsealer->given);
    (void)pthread_cond_destroy(&unsealer->done);
    (void)pthread_mutex_destroy(&unsealer->mutex);
    free(unsealer);
}

enum ent_status
node_unsealer_start(struct node_unsealer **ret_unsealer, struct ent_error *err)
{
    struct node_unsealer *unsealer = calloc(1, sizeof *unsealer);
    int rc;

    if (unsealer == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating the unsealer");
    }
    (void)pthread_mutex_init(&unsealer->mutex, NULL);
    (void)pthread_cond_init(&unsealer->given, NULL);
    (void)pthread_cond_init(&unsealer->done, NULL);
    rc = start_thread(unsealer);
    if (rc != 0) {
        destroy(unsealer);
        return ent_fail(
            err, ENT_NO_MEMORY, "starting a thread: %s", strerror(rc));
    }
    *ret_unsealer = unsealer;
    return ENT_OK;
}

void
node_unsealer_stop(struct node_unsealer **unsealer)
{
    if (*unsealer == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&(*unsealer)->mutex);
    (*unsealer)->stop = true;
    (void)pthread_cond_signal(&(*unsealer)->given);
    (void)pthread_mutex_unlock(&(*unsealer)->mutex);
    (void)pthread_join((*unsealer)->thread, NULL);
    destroy(*unsealer);
    *unsealer = NULL;
}

/* ---- jobs ---- */

struct node_unsealer_job *
node_unsealer_take(struct node_unsealer *unsealer)
{
    for (size_t i = 0; i < NODE_UNSEALER_JOBS; i++) {
        struct node_unsealer_job *job = &unsealer->jobs[i];
        bool free_one;

        (void)pthread_mutex_lock(&unsealer->mutex);
        free_one = job->state == FREE;
        job->state = free_one ? TAKEN : job->state;
        (void)pthread_mutex_unlock(&unsealer->mutex);
        if (free_one) {
            job->is_verified = false;
            job->is_done = false;
            return job;
        }
    }
    return NULL;
}

void
node_unsealer_begin(
    struct node_unsealer *unsealer, struct node_unsealer_job *job)
{
    (void)pthread_mutex_lock(&unsealer->mutex);
    job->state = WAITING;
    unsealer->order[unsealer->count++] = job;
    (void)pthread_cond_signal(&unsealer->given);
    (void)pthread_mutex_unlock(&unsealer->mutex);
}

static void
take_back(struct node_unsealer *unsealer, struct node_unsealer_job *job)
{
    size_t kept = 0;

    for (size_t i = 0; i < unsealer->count; i++) {
        if (unsealer->order[i] != job) {
            unsealer->order[kept++] = unsealer->order[i];
        }
    }
    unsealer->count = kept;
}

void
node_unsealer_finish(
    struct node_unsealer *unsealer, struct node_unsealer_job *job)
{
    (void)pthread_mutex_lock(&unsealer->mutex);
    if (job->state == WAITING) {
        take_back(unsealer, job);
    }
    while (job->state == RUNNING) {
        (void)pthread_cond_wait(&unsealer->done, &unsealer->mutex);
    }
    job->state = TAKEN;
    (void)pthread_mutex_unlock(&unsealer->mutex);
}

void
node_unsealer_release(
    struct node_unsealer *unsealer, struct node_unsealer_job **job)
{
    if (*job == NULL) {
        return;
    }
    node_unsealer_finish(unsealer, *job);
    node_unsealed_end(&(*job)->unsealed);
    (void)pthread_mutex_lock(&unsealer->mutex);
    (*job)->state = FREE;
    (void)pthread_mutex_unlock(&unsealer->mutex);
    *job = NULL;
}
