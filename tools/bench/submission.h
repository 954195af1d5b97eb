/* SPDX-License-Identifier: Apache-2.0 */
/*
 * submission - test messages that a measurement hands in at a node, many in one
 * request, as an agency's program does.
 */
#ifndef TOOLS_BENCH_SUBMISSION_H
#define TOOLS_BENCH_SUBMISSION_H

#include <stddef.h>

#include "proto/id.h"
#include "proto/schema/message.pb-c.h"
#include "tools/client/client.h"

#define BENCH_BATCH_MAX 256 /* of the local api */
/* A body's text has 12,000 characters at most; the rest goes as the text that
 * every message may have beside its body, up to as many again. */
#define BENCH_TEXT_MAX 12000
#define BENCH_SIZE_MAX 24000

/* What all messages of a measurement share. */
struct bench_kind {
    const char *to;
    char *body;   /* words (words.h); bench_kind_free */
    char *beside; /* NULL: the body has all */
    Entente__V1__Precedence precedence;
};

/* `size` bytes of text, at most BENCH_SIZE_MAX. */
enum ent_status bench_kind_make(struct bench_kind *kind, const char *to,
    size_t size, Entente__V1__Precedence precedence,
    struct ent_error *err) ENT_MUST_CHECK;
void bench_kind_free(struct bench_kind *kind);

/* Room for one request. It points into itself: not to be copied. */
struct bench_batch {
    char ids[BENCH_BATCH_MAX][ENT_ID_TEXT_LEN + 1];
    Entente__V1__Message messages[BENCH_BATCH_MAX];
    Entente__V1__Test bodies[BENCH_BATCH_MAX];
    Entente__V1__Text texts[BENCH_BATCH_MAX];
    Entente__V1__Text *beside[BENCH_BATCH_MAX];
    Entente__V1__Submission submissions[BENCH_BATCH_MAX];
    Entente__V1__Submission *list[BENCH_BATCH_MAX];
    char *to;
};

/* `count` messages of that kind, with new ids. */
void bench_batch_fill(
    struct bench_batch *batch, const struct bench_kind *kind, size_t count);

/* All of them accepted: EX_OK; else `err` says why not. */
int bench_batch_submit(struct ent_client *client, struct bench_batch *batch,
    size_t count, struct ent_error *err) ENT_MUST_CHECK;

#endif
