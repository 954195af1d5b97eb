/* SPDX-License-Identifier: Apache-2.0 */
#include "node/desk_block.h"

#include <string.h>

#include "node/store.h"

/* ---- bits ---- */

static bool
is_here(const node_desk_block *block, size_t place)
{
    return (block->here.data[place / 8] >> place % 8 & 1) != 0;
}

static size_t
count_of(const node_desk_block *block)
{
    return block->ids.len / ENT_ID_LEN;
}

/* ---- what rows have in common ---- */

/* Nothing is known of it but what every message has. */
static bool
is_plain(const node_desk_row *row)
{
    return row->id.len == ENT_ID_LEN && row->print.len == 0 &&
           row->blinds.len == 0 && row->fate_by.len == 0 &&
           row->raised == NULL && row->kept_by[0] == '\0' &&
           row->kept_why[0] == '\0' && row->deleted_at == 0 &&
           row->acknowledged_at == 0 && row->index <= UINT16_MAX;
}

static bool
is_same_bytes(const ProtobufCBinaryData *a, const ProtobufCBinaryData *b)
{
    return a->len == b->len &&
           (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

static bool
is_same_list(const void *a, const void *b, size_t len)
{
    return len == 0 || memcmp(a, b, len) == 0;
}

/* Of two ladders that are as long. */
static bool
is_same_ladder(const node_desk_row *a, const node_desk_row *b)
{
    return is_same_list(a->call_after, b->call_after,
               a->n_call_after * sizeof *a->call_after) &&
           is_same_list(
               a->call_to, b->call_to, a->n_call_to * sizeof *a->call_to);
}

/* All but numbers: they are compared as they lie. */
static node_desk_row
numbers_of(const node_desk_row *row)
{
    node_desk_row numbers = *row;

    numbers.id = (ProtobufCBinaryData){0};
    numbers.index = 0;
    numbers.from = NULL;
    numbers.clause = NULL;
    numbers.fate_by = (ProtobufCBinaryData){0};
    numbers.call_after = NULL;
    numbers.call_to = NULL;
    numbers.kept_by = NULL;
    numbers.kept_why = NULL;
    numbers.marking = NULL;
    numbers.print = (ProtobufCBinaryData){0};
    numbers.signed_by = (ProtobufCBinaryData){0};
    numbers.blinds = (ProtobufCBinaryData){0};
    return numbers;
}

static bool
is_like(const node_desk_row *row, const node_desk_row *common,
    const node_desk_row *numbers)
{
    const node_desk_row own = numbers_of(row);

    return is_plain(row) && memcmp(&own, numbers, sizeof own) == 0 &&
           strcmp(row->from, common->from) == 0 &&
           strcmp(row->clause, common->clause) == 0 &&
           strcmp(row->marking, common->marking) == 0 &&
           is_same_bytes(&row->signed_by, &common->signed_by) &&
           is_same_ladder(row, common);
}

/* ---- making one ---- */

static const node_desk_row *
first_plain(const node_desk_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (is_plain(&rows[i])) {
            return &rows[i];
        }
    }
    return NULL;
}

static size_t
add_alike(struct node_desk_draft *draft, const node_desk_row *rows,
    size_t count, const node_desk_row *common)
{
    const node_desk_row numbers = numbers_of(common);
    size_t alike = 0;

    for (size_t i = 0; i < count; i++) {
        if (is_like(&rows[i], common, &numbers)) {
            memcpy(draft->ids + i * ENT_ID_LEN, rows[i].id.data, ENT_ID_LEN);
            ent_put_be(draft->indexes + i * 2, rows[i].index, 2);
            draft->here[i / 8] |= (uint8_t)(1U << i % 8);
            alike++;
        }
    }
    return alike;
}

static void
look_into(struct node_desk_draft *draft, uint64_t first, size_t count)
{
    static const node_desk_block empty =
        ENTENTE__REST__V1__DESK_BLOCK_ROW__INIT;

    draft->block = empty;
    draft->block.first = first;
    draft->block.row = &draft->common;
    draft->block.ids.data = draft->ids;
    draft->block.ids.len = count * ENT_ID_LEN;
    draft->block.indexes.data = draft->indexes;
    draft->block.indexes.len = count * 2;
    draft->block.here.data = draft->here;
    draft->block.here.len = (count + 7) / 8;
}

bool
node_desk_draft_make(struct node_desk_draft *draft, uint64_t first,
    const node_desk_row *rows, size_t count)
{
    const node_desk_row *common = first_plain(rows, count);

    if (common == NULL || count < NODE_DESK_BLOCK_MIN) {
        return false;
    }
    memset(draft->ids, 0, count * ENT_ID_LEN);
    memset(draft->indexes, 0, count * 2);
    memset(draft->here, 0, sizeof draft->here);
    if (add_alike(draft, rows, count, common) < NODE_DESK_BLOCK_MIN) {
        return false;
    }
    draft->common = *common;
    draft->common.id = (ProtobufCBinaryData){0};
    draft->common.index = 0;
    look_into(draft, first, count);
    return true;
}

/* ---- reading one ---- */

enum ent_status
node_desk_block_check(const node_desk_block *block, struct ent_error *err)
{
    const size_t count = count_of(block);

    return count > 0 && count <= NODE_DESK_BLOCK_MAX && block->row != NULL &&
                   block->ids.len == count * ENT_ID_LEN &&
                   block->indexes.len == count * 2 &&
                   block->here.len == (count + 7) / 8 &&
                   block->first <= UINT64_MAX - count
               ? ENT_OK
               : ent_fail(err, ENT_IO, "a block of the desk is odd");
}

enum ent_status
node_desk_block_read(
    struct ent_view value, node_desk_block **ret_block, struct ent_error *err)
{
    enum ent_status rc =
        node_row_unpack(value, &entente__rest__v1__desk_block_row__descriptor,
            (ProtobufCMessage **)ret_block, err);

    return rc != ENT_OK ? rc : node_desk_block_check(*ret_block, err);
}

uint64_t
node_desk_block_last(const node_desk_block *block)
{
    return block->first + count_of(block) - 1;
}

bool
node_desk_block_has(const node_desk_block *block, uint64_t sequence)
{
    return sequence >= block->first &&
           sequence <= node_desk_block_last(block) &&
           is_here(block, (size_t)(sequence - block->first));
}

bool
node_desk_block_next(
    const node_desk_block *block, uint64_t from, uint64_t *ret_sequence)
{
    const uint64_t last = node_desk_block_last(block);

    for (uint64_t at = from > block->first ? from : block->first; at <= last;
         at++) {
        if (node_desk_block_has(block, at)) {
            *ret_sequence = at;
            return true;
        }
    }
    return false;
}

void
node_desk_block_row(
    const node_desk_block *block, uint64_t sequence, node_desk_row *ret_row)
{
    const size_t place = (size_t)(sequence - block->first);

    *ret_row = *block->row;
    ret_row->id.data = block->ids.data + place * ENT_ID_LEN;
    ret_row->id.len = ENT_ID_LEN;
    ret_row->index = (uint32_t)ent_get_be(block->indexes.data + place * 2, 2);
}

bool
node_desk_block_take(node_desk_block *block, uint64_t sequence)
{
    const size_t place = (size_t)(sequence - block->first);
    uint64_t left;

    block->here.data[place / 8] &= (uint8_t) ~(1U << place % 8);
    return node_desk_block_next(block, 0, &left);
}
