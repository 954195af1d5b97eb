/* SPDX-License-Identifier: Apache-2.0 */
/* Checking the store, a slice with each request. */
#include <stdlib.h>
#include <string.h>

#include "node/api_internal.h"
#include "node/check.h"
#include "node/submit.h"

#define FORGET_MS 10000 /* nobody asks for it any more */

/* A check under way, between two requests. All zero is a free place. */
struct check_job {
    uint64_t number; /* 0: free */
    uint64_t asked_at;
    struct node_check check;
};

struct node_checks {
    uint64_t last; /* number given */
    struct check_job list[NODE_API_CHECKS_MAX];
};

static void
forget(struct check_job *job)
{
    node_check_fini(&job->check);
    *job = (struct check_job){0};
}

struct node_checks *
node_checks_new(void)
{
    return calloc(1, sizeof(struct node_checks));
}

void
node_checks_free(struct node_checks **checks)
{
    if (*checks == NULL) {
        return;
    }
    for (size_t i = 0; i < NODE_API_CHECKS_MAX; i++) {
        forget(&(*checks)->list[i]);
    }
    free(*checks);
    *checks = NULL;
}

void
node_checks_forget(struct node_checks *checks, uint64_t now_ms)
{
    for (size_t i = 0; i < NODE_API_CHECKS_MAX; i++) {
        struct check_job *job = &checks->list[i];

        if (job->number != 0 && now_ms >= job->asked_at + FORGET_MS) {
            forget(job);
        }
    }
}

uint64_t
node_checks_due(const struct node_checks *checks)
{
    uint64_t due = UINT64_MAX;

    for (size_t i = 0; i < NODE_API_CHECKS_MAX; i++) {
        const struct check_job *job = &checks->list[i];

        if (job->number != 0 && job->asked_at + FORGET_MS < due) {
            due = job->asked_at + FORGET_MS;
        }
    }
    return due;
}

/* The job of that number, or a new one: 0, or it was forgotten in a restart.
 * NULL: there are too many. */
static struct check_job *
job_of(struct node *node, uint64_t number)
{
    struct node_checks *checks = node->api->checks;
    struct check_job *free_place = NULL;

    for (size_t i = 0; i < NODE_API_CHECKS_MAX; i++) {
        struct check_job *job = &checks->list[i];

        if (job->number == 0) {
            free_place = job;
        } else if (job->number == number) {
            return job;
        }
    }
    if (free_place != NULL) {
        free_place->number = ++checks->last;
        node_check_begin(node, &free_place->check);
    }
    return free_place;
}

static const char *
word_of(enum node_check_stage stage)
{
    switch (stage) {
    case NODE_CHECK_JOURNAL:
        return "journal";
    case NODE_CHECK_DESK:
    case NODE_CHECK_BLOCKS:
        return "desk";
    case NODE_CHECK_COPIES:
    case NODE_CHECK_COPY_BLOCKS:
        return "copies";
    case NODE_CHECK_DONE:
        return "";
    }
    return "";
}

/* The note that this office signs for what was found good. */
static enum ent_status
sign(struct node *node, const struct node_check *check, struct ent_arena *arena,
    Entente__V1__JournalVerifyReply *reply, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes note = {0};
    struct ent_checkpoint checkpoint = {.origin = node->self,
        .size = check->audit.size,
        .root = check->audit.root,
        .incarnation = node->incarnation};
    enum ent_status rc = ent_checkpoint_make(
        &checkpoint, node_keeper_signer(node->keeper), &note, err);
    char *text;

    if (rc != ENT_OK) {
        return rc;
    }
    text = ent_arena_alloc(arena, note.len + 1);
    if (text == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "writing the checkpoint");
    }
    memcpy(text, note.data, note.len);
    text[note.len] = '\0';
    reply->checkpoint = text;
    return ENT_OK;
}

static enum ent_status
tell(struct node *node, const struct node_check *check, struct ent_arena *arena,
    Entente__V1__JournalVerifyReply *reply, struct ent_error *err)
{
    uint8_t *root = ent_arena_alloc(arena, ENT_DIGEST_LEN);

    if (root == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "telling of a check");
    }
    memcpy(root, check->audit.root.bytes, ENT_DIGEST_LEN);
    reply->root = (ProtobufCBinaryData){.data = root, .len = ENT_DIGEST_LEN};
    reply->entries = check->audit.size;
    reply->checked = check->checked;
    reply->total = check->total;
    reply->stage = (char *)(uintptr_t)word_of(check->stage);
    reply->done = check->stage == NODE_CHECK_DONE;
    reply->good = check->good;
    if (!reply->done) {
        return ENT_OK;
    }
    reply->fault = node_text_in(arena, check->fault);
    return check->good ? sign(node, check, arena, reply, err) : ENT_OK;
}

enum ent_status
node_api_check(struct node *node,
    const Entente__V1__JournalVerifyRequest *request, struct ent_arena *arena,
    Entente__V1__JournalVerifyReply *reply, struct ent_error *err)
{
    struct check_job *job = job_of(node, request->job);
    enum ent_status rc;

    if (job == NULL) {
        return ent_fail(err, ENT_BUSY,
            "%d checks are running already; try again in a while",
            NODE_API_CHECKS_MAX);
    }
    job->asked_at = node->now_ms;
    reply->job = job->number;
    rc = node_check_step(node, &job->check, NODE_CHECK_ROWS, err);
    if (rc == ENT_OK) {
        rc = tell(node, &job->check, arena, reply, err);
    }
    if (rc != ENT_OK || reply->done) {
        forget(job);
    }
    return rc;
}
