/* SPDX-License-Identifier: Apache-2.0 */
#include "node/helper.h"

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/thread.h"

enum state {
    IDLE, /* its owner's */
    WAITING,
    RUNNING,
    DONE,
};

struct node_helper {
    pthread_t thread;
    pthread_mutex_t mutex; /* of all states, the list and `stop` */
    pthread_cond_t given;
    pthread_cond_t done;
    bool stop;
    struct node_task *first; /* that waits */
    struct node_task **end;  /* where the next one goes */
};

/* ---- the thread ---- */

static struct node_task *
take_first(struct node_helper *helper)
{
    struct node_task *task = helper->first;

    helper->first = task->next;
    if (helper->first == NULL) {
        helper->end = &helper->first;
    }
    task->state = RUNNING;
    return task;
}

static void *
work(void *context)
{
    struct node_helper *helper = context;

    (void)pthread_mutex_lock(&helper->mutex);
    while (!helper->stop) {
        struct node_task *task;

        if (helper->first == NULL) {
            (void)pthread_cond_wait(&helper->given, &helper->mutex);
            continue;
        }
        task = take_first(helper);
        (void)pthread_mutex_unlock(&helper->mutex);
        task->run(task);
        (void)pthread_mutex_lock(&helper->mutex);
        task->state = DONE;
        (void)pthread_cond_signal(&helper->done);
    }
    (void)pthread_mutex_unlock(&helper->mutex);
    return NULL;
}

/* ---- beginning and end ---- */

static void
destroy(struct node_helper *helper)
{
    (void)pthread_cond_destroy(&helper->given);
    (void)pthread_cond_destroy(&helper->done);
    (void)pthread_mutex_destroy(&helper->mutex);
    free(helper);
}

enum ent_status
node_helper_start(struct node_helper **ret_helper, struct ent_error *err)
{
    struct node_helper *helper = calloc(1, sizeof *helper);
    int rc;

    if (helper == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating the helper");
    }
    helper->end = &helper->first;
    (void)pthread_mutex_init(&helper->mutex, NULL);
    (void)pthread_cond_init(&helper->given, NULL);
    (void)pthread_cond_init(&helper->done, NULL);
    rc = ent_thread_start(&helper->thread, "helper", work, helper);
    if (rc != 0) {
        destroy(helper);
        return ent_fail(
            err, ENT_NO_MEMORY, "starting a thread: %s", strerror(rc));
    }
    *ret_helper = helper;
    return ENT_OK;
}

void
node_helper_stop(struct node_helper **helper)
{
    if (*helper == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&(*helper)->mutex);
    (*helper)->stop = true;
    (void)pthread_cond_signal(&(*helper)->given);
    (void)pthread_mutex_unlock(&(*helper)->mutex);
    (void)pthread_join((*helper)->thread, NULL);
    destroy(*helper);
    *helper = NULL;
}

/* ---- tasks ---- */

/* At that place of the list. */
static void
put(struct node_helper *helper, struct node_task *task,
    struct node_task **place)
{
    assert(task->state == IDLE);
    task->state = WAITING;
    task->next = *place;
    *place = task;
    if (task->next == NULL) {
        helper->end = &task->next;
    }
    (void)pthread_cond_signal(&helper->given);
}

void
node_helper_begin(struct node_helper *helper, struct node_task *task)
{
    (void)pthread_mutex_lock(&helper->mutex);
    put(helper, task, helper->end);
    (void)pthread_mutex_unlock(&helper->mutex);
}

void
node_helper_begin_first(struct node_helper *helper, struct node_task *task)
{
    (void)pthread_mutex_lock(&helper->mutex);
    put(helper, task, &helper->first);
    (void)pthread_mutex_unlock(&helper->mutex);
}

static void
take_back(struct node_helper *helper, const struct node_task *task)
{
    struct node_task **place = &helper->first;

    while (*place != task) {
        place = &(*place)->next;
    }
    *place = task->next;
    if (*place == NULL) {
        helper->end = place;
    }
}

void
node_helper_finish(struct node_helper *helper, struct node_task *task)
{
    (void)pthread_mutex_lock(&helper->mutex);
    if (task->state == WAITING) {
        take_back(helper, task);
    }
    while (task->state == RUNNING) {
        (void)pthread_cond_wait(&helper->done, &helper->mutex);
    }
    task->state = IDLE;
    (void)pthread_mutex_unlock(&helper->mutex);
}
