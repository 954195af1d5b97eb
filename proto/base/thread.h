/* SPDX-License-Identifier: Apache-2.0 */
/*
 * thread - one that hears no signals: those are for the program's own.
 */
#ifndef ENT_PROTO_BASE_THREAD_H
#define ENT_PROTO_BASE_THREAD_H

#include <pthread.h>

/* 0, or why not (errno(3)). `name` has 15 letters at most. */
int ent_thread_start(pthread_t *ret_thread, const char *name,
    void *(*run)(void *context), void *context);

#endif
