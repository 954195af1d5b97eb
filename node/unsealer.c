/* SPDX-License-Identifier: Apache-2.0 */
#include "node/unsealer.h"

#include <stdlib.h>

struct node_unsealer {
    struct node_helper *helper;
    struct node_unsealer_job jobs[NODE_UNSEALER_JOBS];
};

/* In the helper's thread. */
static void
run(struct node_task *task)
{
    struct node_unsealer_job *job = (struct node_unsealer_job *)task;
    struct ent_error ignored = {0};

    job->is_verified =
        ent_bundle_verify(&job->bundle, &job->signer, &ignored) == ENT_OK;
    if (job->is_verified) {
        node_unsealed_run(&job->unsealed);
    }
    job->is_done = true;
}

enum ent_status
node_unsealer_new(struct node_helper *helper,
    struct node_unsealer **ret_unsealer, struct ent_error *err)
{
    struct node_unsealer *unsealer = calloc(1, sizeof *unsealer);

    if (unsealer == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating the unsealer");
    }
    unsealer->helper = helper;
    *ret_unsealer = unsealer;
    return ENT_OK;
}

void
node_unsealer_free(struct node_unsealer **unsealer)
{
    if (*unsealer == NULL) {
        return;
    }
    for (size_t i = 0; i < NODE_UNSEALER_JOBS; i++) {
        struct node_unsealer_job *job = &(*unsealer)->jobs[i];

        node_unsealer_release(*unsealer, &job);
        node_unsealed_fini(&(*unsealer)->jobs[i].unsealed);
    }
    free(*unsealer);
    *unsealer = NULL;
}

struct node_unsealer_job *
node_unsealer_take(struct node_unsealer *unsealer)
{
    for (size_t i = 0; i < NODE_UNSEALER_JOBS; i++) {
        struct node_unsealer_job *job = &unsealer->jobs[i];

        if (!job->is_taken) {
            job->task.run = run;
            job->is_taken = true;
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
    node_helper_begin(unsealer->helper, &job->task);
}

void
node_unsealer_finish(
    struct node_unsealer *unsealer, struct node_unsealer_job *job)
{
    node_helper_finish(unsealer->helper, &job->task);
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
    (*job)->is_taken = false;
    *job = NULL;
}
