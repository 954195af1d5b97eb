/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/batch.h"

#include <assert.h>
#include <string.h>
#include <sysexits.h>

#include "proto/id.h"

#define ARENA_LEN (4 * ENT_MESSAGE_ARENA)
#define BYTES_MAX ((size_t)512 * 1024) /* of text: a request has its limits */

/* ---- recipients ---- */

enum ent_status
cli_recipients_add(
    struct cli_recipients *recipients, const char *text, struct ent_error *err)
{
    struct ent_address address;
    enum ent_status rc;

    rc = ent_address_parse(ent_view_text(text), &address, err);
    if (rc != ENT_OK) {
        ent_error_wrap(err, "'%s' is no address", text);
        return rc;
    }
    for (size_t i = 0; i < recipients->count; i++) {
        if (ent_address_equal(&recipients->list[i], &address)) {
            return ENT_OK;
        }
    }
    if (recipients->count == CLI_RECIPIENTS_MAX) {
        return ent_fail(err, ENT_FULL, "a message has at most %d recipients",
            CLI_RECIPIENTS_MAX);
    }
    recipients->list[recipients->count++] = address;
    return ENT_OK;
}

void
cli_recipients_parse(struct cli_recipients *recipients, const char *argument,
    struct argp_state *state)
{
    struct ent_error err = {0};

    if (cli_recipients_add(recipients, argument, &err) != ENT_OK) {
        argp_error(state, "--to %s", err.text);
    }
}

/* ---- life ---- */

enum ent_status
cli_batch_init(struct cli_batch *batch, struct ent_error *err)
{
    *batch = (struct cli_batch){0};
    return ent_arena_init(&batch->arena, ARENA_LEN, err);
}

void
cli_batch_fini(struct cli_batch *batch)
{
    ent_arena_fini(&batch->arena);
    batch->count = 0;
    batch->bytes = 0;
}

void
cli_batch_clear(struct cli_batch *batch)
{
    ent_arena_reset(&batch->arena);
    batch->count = 0;
    batch->bytes = 0;
}

bool
cli_batch_is_full(const struct cli_batch *batch)
{
    return batch->count == CLI_BATCH_MAX || batch->bytes >= BYTES_MAX ||
           batch->arena.size - batch->arena.used < ENT_MESSAGE_ARENA;
}

/* ---- one message more ---- */

char *
cli_text_in(struct ent_arena *arena, const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = ent_arena_alloc(arena, size);

    if (copy != NULL) {
        memcpy(copy, text, size);
    }
    return copy;
}

/* The message's own, or one for this moment. NULL: no memory. */
static char *
id_of(ent_message *message, uint64_t now_ms, struct ent_arena *arena)
{
    char text[ENT_ID_TEXT_LEN + 1];
    struct ent_id id;

    if (message->id[0] != '\0') {
        return message->id;
    }
    id = ent_id_new(now_ms);
    ent_id_format(&id, text);
    return cli_text_in(arena, text);
}

static enum ent_status
address_to(Entente__V1__Submission *submission,
    const struct cli_recipients *recipients, struct ent_arena *arena,
    struct ent_error *err)
{
    size_t count = recipients->count > 0 ? recipients->count : 1;

    if (recipients->count == 0 && submission->message->to[0] == '\0') {
        return ent_fail(
            err, ENT_BAD_INPUT, "to: must be given, here or with --to");
    }
    submission->to = ent_arena_alloc(arena, count * sizeof *submission->to);
    for (size_t i = 0; submission->to != NULL && i < count; i++) {
        submission->to[i] = recipients->count == 0
                                ? submission->message->to
                                : cli_text_in(arena, recipients->list[i].text);
        if (submission->to[i] == NULL) {
            submission->to = NULL;
        }
    }
    submission->n_to = count;
    return submission->to != NULL
               ? ENT_OK
               : ent_fail(err, ENT_NO_MEMORY, "taking a message in");
}

enum ent_status
cli_batch_add_json(struct cli_batch *batch, struct ent_view text, size_t line,
    const struct cli_recipients *recipients, uint64_t now_ms,
    struct ent_error *err)
{
    Entente__V1__Submission *submission;
    ProtobufCMessage *message;
    enum ent_status rc;

    assert(!cli_batch_is_full(batch));

    rc = ent_json_read(
        text, &entente__v1__message__descriptor, &batch->arena, &message, err);
    if (rc != ENT_OK) {
        return rc;
    }
    submission = ent_arena_alloc(&batch->arena, sizeof *submission);
    if (submission == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "taking a message in");
    }
    entente__v1__submission__init(submission);
    submission->message = (ent_message *)message;
    submission->message->id = id_of(submission->message, now_ms, &batch->arena);
    if (submission->message->id == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "taking a message in");
    }
    rc = address_to(submission, recipients, &batch->arena, err);
    if (rc != ENT_OK) {
        return rc;
    }
    batch->lines[batch->count] = line;
    batch->list[batch->count++] = submission;
    batch->bytes += text.len;
    return ENT_OK;
}

/* ---- to the node ---- */

int
cli_batch_submit(const struct cli_batch *batch, struct cli_client *client,
    const Entente__V1__SubmitReply **ret_reply, struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__SubmitRequest submit = ENTENTE__V1__SUBMIT_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    int code;

    submit.submissions = (Entente__V1__Submission **)(uintptr_t)batch->list;
    submit.n_submissions = batch->count;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_SUBMIT;
    request.submit = &submit;
    code = cli_client_ask(client, &request, 0, &reply, err);
    if (code != EX_OK) {
        return code;
    }
    if (reply->submit->n_results != batch->count) {
        (void)ent_fail(err, ENT_BAD_INPUT,
            "the node answers for %zu messages, not %zu",
            reply->submit->n_results, batch->count);
        return EX_PROTOCOL;
    }
    *ret_reply = reply->submit;
    return EX_OK;
}
