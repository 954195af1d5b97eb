/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/base/thread.h"

#include <signal.h>

int
ent_thread_start(pthread_t *ret_thread, const char *name,
    void *(*run)(void *context), void *context)
{
    sigset_t all;
    sigset_t before;
    int rc;

    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    rc = pthread_create(ret_thread, NULL, run, context);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc == 0) {
        (void)pthread_setname_np(*ret_thread, name);
    }
    return rc;
}
