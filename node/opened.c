/* SPDX-License-Identifier: Apache-2.0 */
#include "node/opened.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct message {
    struct ent_message_key key;
    struct node_plain plain; /* no data: it was not read */
};

struct node_opened_bundle {
    uint64_t number;
    uint64_t until_ms;
    struct ent_bytes plain; /* of all */
    uint32_t count;
    struct message list[];
};

static size_t
size_of(const struct node_opened_bundle *bundle)
{
    return sizeof *bundle + bundle->count * sizeof *bundle->list +
           bundle->plain.len;
}

static void
wipe(struct node_opened_bundle *bundle)
{
    ent_bytes_free(&bundle->plain);
    sodium_memzero(bundle->list, bundle->count * sizeof *bundle->list);
    free(bundle);
}

static void
take_out(struct node_opened *opened, size_t place)
{
    struct node_opened_bundle *bundle = opened->list[place];

    opened->bytes -= size_of(bundle);
    opened->count--;
    memmove(&opened->list[place], &opened->list[place + 1],
        (opened->count - place) * sizeof opened->list[0]);
    wipe(bundle);
}

/* NULL: no memory, and then it is read from the store. */
static struct node_opened_bundle *
bundle_of(uint64_t number, uint64_t now_ms, struct node_unsealed *unsealed)
{
    const uint32_t count = unsealed->count;
    struct node_opened_bundle *bundle =
        calloc(1, sizeof *bundle + count * sizeof *bundle->list);

    if (bundle == NULL) {
        return NULL;
    }
    bundle->number = number;
    bundle->until_ms = now_ms + NODE_OPENED_MS;
    bundle->count = count;
    for (uint32_t i = 0; i < count; i++) {
        const struct node_unsealed_message *from = &unsealed->list[i];

        bundle->list[i] = (struct message){.key = from->key,
            .plain = {.wire = from->plain, .is_bare = from->is_bare}};
    }
    bundle->plain = unsealed->plain;
    unsealed->plain = (struct ent_bytes){0};
    return bundle;
}

void
node_opened_keep(struct node_opened *opened, uint64_t number, uint64_t now_ms,
    struct node_unsealed *unsealed)
{
    struct node_opened_bundle *bundle = bundle_of(number, now_ms, unsealed);

    if (bundle == NULL) {
        return;
    }
    node_opened_forget(opened, number);
    while (opened->count > 0 &&
           (opened->count == NODE_OPENED_MAX ||
               opened->bytes + size_of(bundle) > NODE_OPENED_BYTES)) {
        take_out(opened, 0);
    }
    opened->list[opened->count++] = bundle;
    opened->bytes += size_of(bundle);
}

/* NODE_OPENED_MAX: it is not here. Who reads, reads the newest the most. */
static size_t
place_of(const struct node_opened *opened, uint64_t number)
{
    for (size_t i = opened->count; i > 0; i--) {
        if (opened->list[i - 1]->number == number) {
            return i - 1;
        }
    }
    return NODE_OPENED_MAX;
}

bool
node_opened_find(const struct node_opened *opened, uint64_t number,
    uint32_t index, const struct ent_message_key *key,
    struct node_plain *ret_plain)
{
    const size_t place = place_of(opened, number);
    const struct message *message;

    if (place == NODE_OPENED_MAX || index >= opened->list[place]->count) {
        return false;
    }
    message = &opened->list[place]->list[index];
    *ret_plain = message->plain;
    return message->plain.wire.data != NULL &&
           sodium_memcmp(&message->key, key, sizeof *key) == 0;
}

void
node_opened_forget(struct node_opened *opened, uint64_t number)
{
    const size_t place = place_of(opened, number);

    if (place != NODE_OPENED_MAX) {
        take_out(opened, place);
    }
}

void
node_opened_clear(struct node_opened *opened)
{
    while (opened->count > 0) {
        take_out(opened, opened->count - 1);
    }
}

/* A clock that was put back wipes all the same. */
static bool
is_over(const struct node_opened_bundle *bundle, uint64_t now_ms)
{
    return now_ms >= bundle->until_ms ||
           bundle->until_ms > now_ms + NODE_OPENED_MS;
}

void
node_opened_expire(struct node_opened *opened, uint64_t now_ms)
{
    while (opened->count > 0 && is_over(opened->list[0], now_ms)) {
        take_out(opened, 0);
    }
}

uint64_t
node_opened_due(const struct node_opened *opened)
{
    return opened->count == 0 ? UINT64_MAX : opened->list[0]->until_ms;
}
