/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "tools/bench/ends.h"

/* How many the next request of a producer has; 0: there are no more. */
static size_t
take_share(struct bench_load *load)
{
    unsigned long at = atomic_fetch_add(&load->taken, load->batch);

    if (at >= load->messages) {
        return 0;
    }
    return load->messages - at < load->batch ? load->messages - at
                                             : load->batch;
}

static int
hand_in(
    struct bench_load *load, struct bench_batch *batch, struct ent_error *err)
{
    ENT_AUTO(ent_client_close) struct ent_client *client = NULL;
    size_t count;
    int rc = bench_open(load->socket, &client, err);

    while (rc == EX_OK && (count = take_share(load)) > 0) {
        bench_batch_fill(batch, &load->kind, count);
        rc = bench_batch_submit(client, batch, count, err);
        if (rc == EX_OK) {
            atomic_fetch_add(&load->accepted, count);
        }
    }
    return rc;
}

static void *
produce(void *context)
{
    struct bench_load *load = context;
    struct bench_batch *batch = calloc(1, sizeof *batch);
    struct ent_error err = {.text = "no memory"};

    if (batch == NULL || hand_in(load, batch, &err) != EX_OK) {
        fprintf(stderr, "bench: %s: %s\n", load->socket, err.text);
        atomic_store(&load->failed, true);
    }
    free(batch);
    return NULL;
}

void
bench_load_start(struct bench_load *load)
{
    for (size_t i = 0; i < load->producers; i++) {
        if (pthread_create(&load->threads[i], NULL, produce, load) != 0) {
            fprintf(stderr, "bench: no thread can be started\n");
            exit(EX_OSERR);
        }
    }
}

void
bench_load_stop(struct bench_load *load)
{
    atomic_store(&load->taken, load->messages);
}

void
bench_load_join(struct bench_load *load)
{
    for (size_t i = 0; i < load->producers; i++) {
        (void)pthread_join(load->threads[i], NULL);
    }
}
