/* SPDX-License-Identifier: Apache-2.0 */
/*
 * office - how an agency's own program sends, follows and acknowledges: an
 * example to begin from (docs/API.md).
 *
 *     example-office SOCKET send ADDRESS TEXT
 *     example-office SOCKET follow [COUNT]
 *
 * `follow` acknowledges what comes and ends after COUNT messages.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "proto/base/time.h"
#include "proto/id.h"
#include "tools/client/client.h"

#define CONSUMER "example"
#define TIMEOUT_MS 30000
#define WAIT_MS 10000

static int
complain(int code, const struct ent_error *err)
{
    fprintf(stderr, "example-office: %s\n", err->text);
    return code;
}

/* Hand it in, and say what became of each copy. An own id makes it one message,
 * however often this is repeated. */
static int
submit(struct ent_client *client, Entente__V1__Message *message, const char *to,
    struct ent_error *err)
{
    const struct ent_id made = ent_id_new(ent_time_now_ms());
    const Entente__V1__SubmitResult *result = NULL;
    char id[ENT_ID_TEXT_LEN + 1];
    int code;

    ent_id_format(&made, id);
    message->id = id;
    message->mode = ENTENTE__V1__MODE__TEST;
    message->purpose = ENTENTE__V1__PURPOSE__ADMINISTRATION;
    code = ent_client_submit(client, message, &to, 1, &result, err);
    if (code != EX_OK) {
        return code;
    }
    for (size_t i = 0; i < result->n_copies; i++) {
        const Entente__V1__CopyResult *copy = result->copies[i];

        printf("%s to %s: %s %s\n", result->id, copy->to,
            copy->accepted ? "accepted" : "refused", copy->sentence);
        code = copy->accepted ? code : 1;
    }
    return code;
}

static int
send_text(struct ent_client *client, const char *to, char *text,
    struct ent_error *err)
{
    Entente__V1__Message message = ENTENTE__V1__MESSAGE__INIT;
    Entente__V1__Test test = ENTENTE__V1__TEST__INIT;

    test.text = text;
    message.body_case = ENTENTE__V1__MESSAGE__BODY_TEST;
    message.test = &test;
    return submit(client, &message, to, err);
}

/* Say to its sender that somebody here has seen it to. */
static int
acknowledge(struct ent_client *client, const char *id, const char *to,
    struct ent_error *err)
{
    Entente__V1__Message message = ENTENTE__V1__MESSAGE__INIT;
    Entente__V1__Acknowledgement answer = ENTENTE__V1__ACKNOWLEDGEMENT__INIT;
    Google__Protobuf__Timestamp at = GOOGLE__PROTOBUF__TIMESTAMP__INIT;

    at.seconds = (int64_t)(ent_time_now_ms() / 1000);
    answer.message_id = (char *)(uintptr_t)id;
    answer.level = ENTENTE__V1__ACKNOWLEDGEMENT_LEVEL__ACKNOWLEDGED;
    answer.role = (char *)(uintptr_t) "example in C";
    answer.at = &at;
    message.body_case = ENTENTE__V1__MESSAGE__BODY_ACKNOWLEDGEMENT;
    message.acknowledgement = &answer;
    return submit(client, &message, to, err);
}

/* One message: show it, answer it, and only then say that it is dealt with. The
 * item dies with the next question, so what is needed later is copied. */
static int
deal_with(struct ent_client *client, const Entente__V1__InboxItem *item,
    struct ent_error *err)
{
    const uint64_t sequence = item->sequence;
    char *id = strdup(item->id);
    char *from = strdup(item->from);
    int code = EX_OSERR;

    printf("%s from %s: %s%s\n", item->id, item->from, item->family,
        item->message == NULL ? " (deleted)" : "");
    (void)fflush(stdout);
    if (id != NULL && from != NULL) {
        code = strcmp(item->family, "acknowledgement") == 0
                   ? EX_OK
                   : acknowledge(client, id, from, err);
    }
    free(id);
    free(from);
    return code != EX_OK ? code
                         : ent_client_done(client, CONSUMER, sequence, err);
}

static int
follow(struct ent_client *client, unsigned long count, struct ent_error *err)
{
    unsigned long seen = 0;
    int code = EX_OK;

    while (code == EX_OK && (count == 0 || seen < count)) {
        const Entente__V1__InboxItem *item = NULL;

        code = ent_client_next(client, CONSUMER, WAIT_MS, &item, err);
        if (code == EX_OK && item != NULL) {
            code = deal_with(client, item, err);
            seen++;
        }
    }
    return code;
}

int
main(int argc, char *argv[])
{
    ENT_AUTO(ent_client_close) struct ent_client *client = NULL;
    struct ent_error err = {0};
    int code;

    if (argc < 3 || (strcmp(argv[2], "send") == 0 && argc != 5)) {
        fputs("usage: example-office SOCKET send ADDRESS TEXT | follow "
              "[COUNT]\n",
            stderr);
        return EX_USAGE;
    }
    code = ent_client_open(argv[1], TIMEOUT_MS, true, &client, &err);
    if (code != EX_OK) {
        return complain(code, &err);
    }
    code =
        strcmp(argv[2], "send") == 0
            ? send_text(client, argv[3], argv[4], &err)
            : follow(client, argc > 3 ? strtoul(argv[3], NULL, 10) : 0, &err);
    return code > 1 ? complain(code, &err) : code;
}
