/* SPDX-License-Identifier: Apache-2.0 */
#include "node/copy_block.h"

#include <string.h>

#include "node/store.h"
#include "proto/base/zero.h"

#define ENTRY_LEN sizeof(struct node_copy_entry)

_Static_assert(ENTRY_LEN == ENT_ID_LEN + NODE_PRINT_LEN + 8 + 8,
    "an entry lies in a row as it does here");

static bool
is_none(const struct node_copy_entry *entry)
{
    return ent_is_zero(entry->id, sizeof entry->id);
}

/* ---- what rows have in common ---- */

/* It left with its bundle, and nothing was said of it since. */
static bool
may_stand(const node_copy_row *row)
{
    return row != NULL && row->state == 0 && row->bundle != 0 &&
           row->awaits == 0 && row->deleted_at == 0 && row->fate == 0 &&
           row->raised == NULL && row->feed == 0 && row->given.len == 0 &&
           row->fate_by.len == 0 && row->answer_by.len == 0 &&
           row->content.len == NODE_PRINT_LEN && row->sentence[0] == '\0' &&
           row->acknowledged_by[0] == '\0' && row->used_where[0] == '\0' &&
           row->answer_clause[0] == '\0';
}

static bool
is_same_bytes(const ProtobufCBinaryData *a, const ProtobufCBinaryData *b)
{
    return a->len == b->len &&
           (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

/* All but numbers, and those that an entry has: they are compared as they lie.
 */
static node_copy_row
numbers_of(const node_copy_row *row)
{
    node_copy_row numbers = *row;

    numbers.to = NULL;
    numbers.number = 0;
    numbers.content = (ProtobufCBinaryData){0};
    numbers.index = 0;
    numbers.stream = (ProtobufCBinaryData){0};
    numbers.clause = NULL;
    numbers.sentence = NULL;
    numbers.acknowledged_by = NULL;
    numbers.valid_until = 0;
    numbers.keep_clause = NULL;
    numbers.fate_by = (ProtobufCBinaryData){0};
    numbers.answer_by = (ProtobufCBinaryData){0};
    numbers.used_where = NULL;
    numbers.answer_clause = NULL;
    numbers.given = (ProtobufCBinaryData){0};
    return numbers;
}

static bool
is_like(const node_copy_row *row, const node_copy_row *common,
    const node_copy_row *numbers)
{
    const node_copy_row own = numbers_of(row);

    return memcmp(&own, numbers, sizeof own) == 0 &&
           strcmp(row->to, common->to) == 0 &&
           strcmp(row->clause, common->clause) == 0 &&
           strcmp(row->keep_clause, common->keep_clause) == 0 &&
           is_same_bytes(&row->stream, &common->stream);
}

/* ---- making one ---- */

/* `count`: none does. */
static size_t
first_that_may(node_copy_row *const *rows, size_t count)
{
    size_t i = 0;

    while (i < count && !may_stand(rows[i])) {
        i++;
    }
    return i;
}

static void
write_entry(struct node_copy_entry *entry, const struct ent_id *id,
    const node_copy_row *row)
{
    memcpy(entry->id, id->bytes, sizeof entry->id);
    memcpy(entry->content, row->content.data, sizeof entry->content);
    ent_put_be(entry->number, row->number, sizeof entry->number);
    ent_put_be(entry->valid_until, row->valid_until, sizeof entry->valid_until);
}

static size_t
add_alike(struct node_copy_draft *draft, const struct ent_id *ids,
    node_copy_row *const *rows, size_t count, const node_copy_row *common)
{
    const node_copy_row numbers = numbers_of(common);
    size_t alike = 0;

    for (size_t i = 0; i < count; i++) {
        if (may_stand(rows[i]) && is_like(rows[i], common, &numbers)) {
            write_entry(&draft->entries[i], &ids[i], rows[i]);
            alike += !is_none(&draft->entries[i]); /* it may be of zeros */
        }
    }
    return alike;
}

bool
node_copy_draft_make(struct node_copy_draft *draft, const struct ent_id *ids,
    node_copy_row *const *rows, size_t count)
{
    static const node_copy_block empty =
        ENTENTE__REST__V1__COPY_BLOCK_ROW__INIT;
    const size_t first = first_that_may(rows, count);

    if (first == count || count < NODE_COPY_BLOCK_MIN) {
        return false;
    }
    memset(draft->entries, 0, count * ENTRY_LEN);
    if (add_alike(draft, ids, rows, count, rows[first]) < NODE_COPY_BLOCK_MIN) {
        return false;
    }
    draft->common = *rows[first];
    draft->common.index -= (uint32_t)first;
    draft->common.number = 0;
    draft->common.valid_until = 0;
    draft->common.content = (ProtobufCBinaryData){0};
    draft->block = empty;
    draft->block.row = &draft->common;
    draft->block.entries.data = (uint8_t *)draft->entries;
    draft->block.entries.len = count * ENTRY_LEN;
    return true;
}

/* ---- reading one ---- */

static size_t
count_of(const node_copy_block *block)
{
    return block->entries.len / ENTRY_LEN;
}

static struct node_copy_entry *
entries_of(const node_copy_block *block)
{
    return (struct node_copy_entry *)(void *)block->entries.data;
}

enum ent_status
node_copy_block_check(const node_copy_block *block, struct ent_error *err)
{
    const size_t count = count_of(block);

    return count > 0 && count <= NODE_COPY_BLOCK_MAX && block->row != NULL &&
                   block->entries.len == count * ENTRY_LEN &&
                   block->row->index <= UINT32_MAX - NODE_COPY_BLOCK_MAX
               ? ENT_OK
               : ent_fail(err, ENT_IO, "a stored block of copies is odd");
}

enum ent_status
node_copy_block_read(
    struct ent_view value, node_copy_block **ret_block, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_copy_block *block = NULL;
    enum ent_status rc =
        node_row_unpack(value, &entente__rest__v1__copy_block_row__descriptor,
            (ProtobufCMessage **)&block, err);

    if (rc == ENT_OK) {
        rc = node_copy_block_check(block, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_block = block;
    block = NULL;
    return ENT_OK;
}

uint64_t
node_copy_block_bundle(const node_copy_block *block)
{
    return block->row->bundle;
}

uint32_t
node_copy_block_first(const node_copy_block *block)
{
    return block->row->index;
}

const struct node_copy_entry *
node_copy_block_entry(const node_copy_block *block, uint32_t index)
{
    const uint32_t first = block->row->index;
    const struct node_copy_entry *entry;

    if (index < first || index - first >= count_of(block)) {
        return NULL;
    }
    entry = &entries_of(block)[index - first];
    return is_none(entry) ? NULL : entry;
}

bool
node_copy_block_next(
    const node_copy_block *block, uint32_t from, uint32_t *ret_index)
{
    const uint32_t first = block->row->index;
    size_t place = from < first ? 0 : from - first;

    while (place < count_of(block) && is_none(&entries_of(block)[place])) {
        place++;
    }
    if (place >= count_of(block)) {
        return false;
    }
    *ret_index = first + (uint32_t)place;
    return true;
}

void
node_copy_block_row(
    const node_copy_block *block, uint32_t index, node_copy_row *ret_row)
{
    struct node_copy_entry *entry =
        &entries_of(block)[index - block->row->index];

    *ret_row = *block->row;
    ret_row->index = index;
    ret_row->content.data = entry->content;
    ret_row->content.len = sizeof entry->content;
    ret_row->number = ent_get_be(entry->number, sizeof entry->number);
    ret_row->valid_until =
        ent_get_be(entry->valid_until, sizeof entry->valid_until);
}

bool
node_copy_block_take(node_copy_block *block, uint32_t index)
{
    uint32_t left;

    memset(&entries_of(block)[index - block->row->index], 0, ENTRY_LEN);
    return node_copy_block_next(block, 0, &left);
}
