/* SPDX-License-Identifier: Apache-2.0 */
#include "node/laid.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "node/api.h"
#include "node/submit.h"

#define ARENA_LEN ((size_t)16 * 1024 * 1024)

struct node_laid {
    struct node_task task;
    struct node_laids *laids;
    bool is_taken;
    struct ent_arena arena;
    struct ent_view packed;
    const Entente__V1__ApiRequest *request; /* NULL: it is not laid out */
    uint64_t now_ms;
    size_t foreseen_count;
    struct node_foreseen foreseen[NODE_API_BATCH_MAX];
};

struct node_laids {
    struct node_helper *helper;
    struct node_foresight foresight;
    struct node_laid list[NODE_LAID_MAX];
};

/* ---- in the helper's thread ---- */

static void
foresee(struct node_laid *laid, const Entente__V1__SubmitRequest *submit)
{
    struct node_foresight foresight = laid->laids->foresight;
    struct ent_view wire = laid->packed;
    struct ent_view submissions = ent_view_of(NULL, 0);

    foresight.now_ms = laid->now_ms;
    (void)ent_pb_part(
        &wire, ENTENTE__V1__API_REQUEST__REQUEST_SUBMIT, &submissions);
    for (size_t i = 0; i < submit->n_submissions && i < NODE_API_BATCH_MAX;
         i++) {
        node_submit_foresee(&foresight, submit->submissions[i],
            node_submission_next(&submissions), &laid->arena,
            &laid->foreseen[i]);
        laid->foreseen_count = i + 1;
    }
    sodium_memzero(&foresight, sizeof foresight);
}

static void
run(struct node_task *task)
{
    static const struct ent_pb_limits limits = {
        .size_max = NODE_LAID_BYTES_MAX, .fields_max = NODE_API_FIELDS_MAX};
    struct node_laid *laid = (struct node_laid *)task;
    struct ent_error ignored = {0};
    ProtobufCMessage *request;

    if (ent_pb_unpack(&entente__v1__api_request__descriptor, laid->packed,
            &limits, &laid->arena, &request, &ignored) != ENT_OK) {
        return;
    }
    laid->request = (const Entente__V1__ApiRequest *)request;
    if (laid->request->request_case ==
        ENTENTE__V1__API_REQUEST__REQUEST_SUBMIT) {
        foresee(laid, laid->request->submit);
    }
}

/* ---- in the node's own ---- */

enum ent_status
node_laids_new(struct node_helper *helper, const uint8_t given_key[static 16],
    const struct ent_address *self, struct node_laids **ret_laids,
    struct ent_error *err)
{
    struct node_laids *laids = calloc(1, sizeof *laids);

    if (laids == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating laid out requests");
    }
    laids->helper = helper;
    memcpy(laids->foresight.given_key, given_key,
        sizeof laids->foresight.given_key);
    laids->foresight.self = self;
    *ret_laids = laids;
    return ENT_OK;
}

void
node_laids_free(struct node_laids **laids)
{
    if (*laids == NULL) {
        return;
    }
    for (size_t i = 0; i < NODE_LAID_MAX; i++) {
        struct node_laid *laid = &(*laids)->list[i];

        if (laid->is_taken) {
            node_laid_release(&laid);
        }
        ent_arena_fini(&(*laids)->list[i].arena);
    }
    sodium_memzero(*laids, sizeof **laids);
    free(*laids);
    *laids = NULL;
}

/* NULL: none is free, or there is no memory. */
static struct node_laid *
take(struct node_laids *laids)
{
    for (size_t i = 0; i < NODE_LAID_MAX; i++) {
        struct node_laid *laid = &laids->list[i];

        if (laid->is_taken) {
            continue;
        }
        if (laid->arena.block == NULL &&
            ent_arena_init(&laid->arena, ARENA_LEN, NULL) != ENT_OK) {
            return NULL;
        }
        laid->is_taken = true;
        return laid;
    }
    return NULL;
}

struct node_laid *
node_laid_begin(
    struct node_laids *laids, struct ent_view packed, uint64_t now_ms)
{
    struct node_laid *laid;

    if (packed.len < NODE_LAID_BYTES_MIN || packed.len > NODE_LAID_BYTES_MAX) {
        return NULL;
    }
    laid = take(laids);
    if (laid != NULL) {
        laid->task.run = run;
        laid->laids = laids;
        laid->packed = packed;
        laid->request = NULL;
        laid->now_ms = now_ms;
        laid->foreseen_count = 0;
        node_helper_begin(laids->helper, &laid->task);
    }
    return laid;
}

const Entente__V1__ApiRequest *
node_laid_finish(struct node_laid *laid)
{
    node_helper_finish(laid->laids->helper, &laid->task);
    return laid->request;
}

const struct node_foreseen *
node_laid_foreseen(const struct node_laid *laid, size_t index)
{
    return laid == NULL || laid->request == NULL ||
                   index >= laid->foreseen_count
               ? NULL
               : &laid->foreseen[index];
}

void
node_laid_release(struct node_laid **laid)
{
    if (*laid == NULL) {
        return;
    }
    (void)node_laid_finish(*laid);
    ent_arena_reset(&(*laid)->arena);
    sodium_memzero((*laid)->foreseen,
        (*laid)->foreseen_count * sizeof(*laid)->foreseen[0]);
    (*laid)->request = NULL;
    (*laid)->is_taken = false;
    *laid = NULL;
}
