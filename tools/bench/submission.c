/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/submission.h"

#include <stdlib.h>
#include <sysexits.h>

#include "proto/base/time.h"
#include "tools/bench/words.h"

#define LANGUAGE "en"

enum ent_status
bench_kind_make(struct bench_kind *kind, const char *to, size_t size,
    Entente__V1__Precedence precedence, struct ent_error *err)
{
    size_t body = size > BENCH_TEXT_MAX ? BENCH_TEXT_MAX : size;

    *kind = (struct bench_kind){
        .to = to, .body = bench_words(body), .precedence = precedence};
    if (size > body) {
        kind->beside = bench_words(size - body);
    }
    return kind->body == NULL || (size > body && kind->beside == NULL)
               ? ent_fail(err, ENT_NO_MEMORY, "the text of a message")
               : ENT_OK;
}

void
bench_kind_free(struct bench_kind *kind)
{
    free(kind->body);
    free(kind->beside);
    *kind = (struct bench_kind){.to = NULL};
}

static void
fill_message(struct bench_batch *batch, const struct bench_kind *kind, size_t i)
{
    Entente__V1__Message *message = &batch->messages[i];

    entente__v1__message__init(message);
    entente__v1__test__init(&batch->bodies[i]);
    entente__v1__text__init(&batch->texts[i]);
    batch->bodies[i].text = kind->body;
    batch->texts[i].lang = (char *)(uintptr_t)LANGUAGE;
    batch->texts[i].text = kind->beside;
    batch->beside[i] = &batch->texts[i];
    message->id = batch->ids[i];
    message->mode = ENTENTE__V1__MODE__TEST;
    message->precedence = kind->precedence;
    message->purpose = ENTENTE__V1__PURPOSE__ADMINISTRATION;
    message->body_case = ENTENTE__V1__MESSAGE__BODY_TEST;
    message->test = &batch->bodies[i];
    message->text = &batch->beside[i];
    message->n_text = kind->beside == NULL ? 0 : 1;
}

void
bench_batch_fill(
    struct bench_batch *batch, const struct bench_kind *kind, size_t count)
{
    batch->to = (char *)(uintptr_t)kind->to;
    for (size_t i = 0; i < count; i++) {
        struct ent_id id = ent_id_new(ent_time_now_ms());

        ent_id_format(&id, batch->ids[i]);
        fill_message(batch, kind, i);
        entente__v1__submission__init(&batch->submissions[i]);
        batch->submissions[i].message = &batch->messages[i];
        batch->submissions[i].to = &batch->to;
        batch->submissions[i].n_to = 1;
        batch->list[i] = &batch->submissions[i];
    }
}

static int
fault_of(
    const Entente__V1__SubmitReply *reply, size_t count, struct ent_error *err)
{
    if (reply->n_results != count) {
        (void)ent_fail(err, ENT_BAD_INPUT,
            "the node answers for another number of messages");
        return EX_PROTOCOL;
    }
    for (size_t i = 0; i < count; i++) {
        const Entente__V1__SubmitResult *result = reply->results[i];

        if (result->error[0] != '\0' || !result->copies[0]->accepted) {
            (void)ent_fail(err, ENT_BAD_INPUT, "%s",
                result->error[0] != '\0' ? result->error
                                         : result->copies[0]->sentence);
            return EX_DATAERR;
        }
    }
    return EX_OK;
}

int
bench_batch_submit(struct ent_client *client, struct bench_batch *batch,
    size_t count, struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__SubmitRequest submit = ENTENTE__V1__SUBMIT_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    int rc;

    submit.submissions = batch->list;
    submit.n_submissions = count;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_SUBMIT;
    request.submit = &submit;
    rc = ent_client_ask(client, &request, 0, &reply, err);
    return rc != EX_OK ? rc : fault_of(reply->submit, count, err);
}
