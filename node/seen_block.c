/* SPDX-License-Identifier: Apache-2.0 */
#include "node/seen_block.h"

#include <string.h>

#include "proto/base/bytes.h"

#define DESK_LEN sizeof(uint64_t)
#define MESSAGE_LEN (NODE_SEEN_REST_LEN + DESK_LEN)
#define REMOVED NODE_SEEN_KINDS_MAX
#define LAST_BYTES 256

typedef Entente__Rest__V1__SeenTogether together; /* a generated name */

static size_t
count_of(const together *some)
{
    return some->messages.len / MESSAGE_LEN;
}

static const uint8_t *
rest_of(const struct ent_id *id)
{
    return id->bytes + NODE_SEEN_TIME_LEN;
}

static uint8_t
last_of(const uint8_t *rest)
{
    return rest[NODE_SEEN_REST_LEN - 1];
}

/* ---- as it is stored ---- */

enum ent_status
node_seen_block_check(const node_seen_block_row *row, struct ent_error *err)
{
    size_t count = 0;
    bool good = row->n_together <= NODE_SEEN_KINDS_MAX;

    for (size_t i = 0; i < row->n_together; i++) {
        const together *some = row->together[i];

        good =
            good && some->row != NULL && some->messages.len % MESSAGE_LEN == 0;
        count += count_of(some);
    }
    return good && count > 0 && count <= NODE_SEEN_BLOCK_MAX
               ? ENT_OK
               : ent_fail(err, ENT_IO, "a block of what was seen is odd");
}

/* Those that are told together lie in the order of their last byte, which in
 * most ids is random: the first place with that byte or a greater one. */
static size_t
first_place(const together *some, uint8_t last)
{
    size_t from = 0;
    size_t behind = count_of(some);

    while (from < behind) {
        const size_t middle = from + (behind - from) / 2;

        if (last_of(some->messages.data + middle * MESSAGE_LEN) < last) {
            from = middle + 1;
        } else {
            behind = middle;
        }
    }
    return from;
}

static bool
find_in(const together *some, const uint8_t *rest, size_t *ret_place)
{
    const size_t count = count_of(some);

    for (size_t i = first_place(some, last_of(rest)); i < count; i++) {
        const uint8_t *at = some->messages.data + i * MESSAGE_LEN;

        if (memcmp(at, rest, NODE_SEEN_REST_LEN) == 0) {
            *ret_place = i;
            return true;
        }
        if (last_of(at) != last_of(rest)) {
            break;
        }
    }
    return false;
}

bool
node_seen_block_find(const node_seen_block_row *row, const struct ent_id *id,
    node_seen_row *ret_seen)
{
    for (size_t i = 0; i < row->n_together; i++) {
        const together *some = row->together[i];
        size_t place;

        if (find_in(some, rest_of(id), &place)) {
            *ret_seen = *some->row;
            ret_seen->desk = ent_get_be(
                some->messages.data + place * MESSAGE_LEN + NODE_SEEN_REST_LEN,
                DESK_LEN);
            return true;
        }
    }
    return false;
}

/* ---- to be changed ---- */

void
node_seen_block_read(
    struct node_seen_block *block, const node_seen_block_row *row)
{
    block->was = row;
    block->count = 0;
    block->kind_count = row == NULL ? 0 : row->n_together;
    for (size_t i = 0; i < block->kind_count; i++) {
        const together *some = row->together[i];

        block->kinds[i] = *some->row;
        for (size_t j = 0; j < count_of(some); j++) {
            const uint8_t *at = some->messages.data + j * MESSAGE_LEN;
            struct node_seen_entry *entry = &block->list[block->count++];

            memcpy(entry->rest, at, NODE_SEEN_REST_LEN);
            entry->desk = ent_get_be(at + NODE_SEEN_REST_LEN, DESK_LEN);
            entry->kind = (uint16_t)i;
        }
    }
    block->left = block->count;
}

/* NULL: it was not in it when it was read. */
static struct node_seen_entry *
find_read(struct node_seen_block *block, const struct ent_id *id)
{
    struct node_seen_entry *first = block->list;

    for (size_t i = 0; block->was != NULL && i < block->was->n_together; i++) {
        const together *some = block->was->together[i];
        size_t place;

        if (find_in(some, rest_of(id), &place)) {
            return first + place;
        }
        first += count_of(some);
    }
    return NULL;
}

static bool
is_same(const node_seen_row *a, const node_seen_row *b)
{
    return a->bundle == b->bundle && a->forget_at == b->forget_at &&
           a->code == b->code && a->reason == b->reason && a->line == b->line &&
           strcmp(a->clause, b->clause) == 0;
}

/* The newest first: who comes next is mostly of the same. REMOVED: there is no
 * room for another kind. */
static uint16_t
kind_of(struct node_seen_block *block, const node_seen_row *seen)
{
    for (size_t i = block->kind_count; i > 0; i--) {
        if (is_same(&block->kinds[i - 1], seen)) {
            return (uint16_t)(i - 1);
        }
    }
    if (block->kind_count == NODE_SEEN_KINDS_MAX) {
        return REMOVED;
    }
    block->kinds[block->kind_count] = *seen;
    block->kinds[block->kind_count].desk = 0;
    return (uint16_t)block->kind_count++;
}

bool
node_seen_block_put(struct node_seen_block *block, const struct ent_id *id,
    const node_seen_row *seen, bool *ret_is_new)
{
    struct node_seen_entry *entry = find_read(block, id);
    const bool is_new = entry == NULL;
    uint16_t kind;

    *ret_is_new = is_new;
    if (is_new && block->count == NODE_SEEN_BLOCK_MAX) {
        return false;
    }
    kind = kind_of(block, seen);
    if (kind == REMOVED) {
        (void)node_seen_block_remove(block, id);
        return false;
    }
    if (is_new) {
        entry = &block->list[block->count++];
        memcpy(entry->rest, rest_of(id), NODE_SEEN_REST_LEN);
        block->left++;
    }
    entry->desk = seen->desk;
    entry->kind = kind;
    return true;
}

bool
node_seen_block_remove(struct node_seen_block *block, const struct ent_id *id)
{
    struct node_seen_entry *entry = find_read(block, id);

    if (entry == NULL) {
        return false;
    }
    entry->kind = REMOVED;
    block->left--;
    return true;
}

/* ---- to be stored ---- */

/* The places of one kind, by last byte. */
static void
find_places(const struct node_seen_block *block, size_t kind,
    size_t places[static LAST_BYTES + 1])
{
    for (size_t i = 0; i < block->count; i++) {
        if (block->list[i].kind == kind) {
            places[last_of(block->list[i].rest) + 1]++;
        }
    }
    for (size_t i = 0; i < LAST_BYTES; i++) {
        places[i + 1] += places[i];
    }
}

/* Those of one kind, from `at` on; where they end. */
static uint8_t *
put_kind(const struct node_seen_block *block, size_t kind, uint8_t *at)
{
    size_t places[LAST_BYTES + 1] = {0};

    find_places(block, kind, places);
    for (size_t i = 0; i < block->count; i++) {
        const struct node_seen_entry *entry = &block->list[i];

        if (entry->kind == kind) {
            const size_t place = places[last_of(entry->rest)]++;
            uint8_t *to = at + place * MESSAGE_LEN;

            memcpy(to, entry->rest, NODE_SEEN_REST_LEN);
            ent_put_be(to + NODE_SEEN_REST_LEN, entry->desk, DESK_LEN);
        }
    }
    return at + places[LAST_BYTES] * MESSAGE_LEN;
}

void
node_seen_draft_make(
    struct node_seen_draft *draft, struct node_seen_block *block)
{
    static const node_seen_block_row empty =
        ENTENTE__REST__V1__SEEN_BLOCK_ROW__INIT;
    static const together none = ENTENTE__REST__V1__SEEN_TOGETHER__INIT;
    uint8_t *at = draft->messages;

    draft->row = empty;
    draft->row.together = draft->list;
    for (size_t i = 0; i < block->kind_count; i++) {
        together *some = &draft->together[draft->row.n_together];
        uint8_t *behind = put_kind(block, i, at);

        if (behind > at) {
            *some = none;
            some->row = &block->kinds[i];
            some->messages.data = at;
            some->messages.len = (size_t)(behind - at);
            draft->list[draft->row.n_together++] = some;
        }
        at = behind;
    }
}
