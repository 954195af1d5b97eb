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
    size_t print_count;
    uint8_t prints[NODE_API_BATCH_MAX][NODE_PRINT_LEN];
};

struct node_laids {
    struct node_helper *helper;
    uint8_t given_key[16];
    struct node_laid list[NODE_LAID_MAX];
};

/* ---- in the helper's thread ---- */

static void
take_prints(struct node_laid *laid)
{
    struct ent_view wire = laid->packed;
    struct ent_view submissions;

    if (!ent_pb_part(
            &wire, ENTENTE__V1__API_REQUEST__REQUEST_SUBMIT, &submissions)) {
        return;
    }
    while (submissions.len > 0 && laid->print_count < NODE_API_BATCH_MAX) {
        struct ent_view message = node_submission_next(&submissions);

        node_submit_print(
            laid->laids->given_key, message, laid->prints[laid->print_count++]);
    }
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
    take_prints(laid);
    laid->request = (const Entente__V1__ApiRequest *)request;
}

/* ---- in the node's own ---- */

enum ent_status
node_laids_new(struct node_helper *helper, const uint8_t given_key[static 16],
    struct node_laids **ret_laids, struct ent_error *err)
{
    struct node_laids *laids = calloc(1, sizeof *laids);

    if (laids == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating laid out requests");
    }
    laids->helper = helper;
    memcpy(laids->given_key, given_key, sizeof laids->given_key);
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
node_laid_begin(struct node_laids *laids, struct ent_view packed)
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
        laid->print_count = 0;
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

const uint8_t *
node_laid_print(const struct node_laid *laid, size_t index)
{
    return laid == NULL || laid->request == NULL || index >= laid->print_count
               ? NULL
               : laid->prints[index];
}

void
node_laid_release(struct node_laid **laid)
{
    if (*laid == NULL) {
        return;
    }
    (void)node_laid_finish(*laid);
    ent_arena_reset(&(*laid)->arena);
    (*laid)->request = NULL;
    (*laid)->is_taken = false;
    *laid = NULL;
}
