/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the desk by its sequence, and a consumer's place in it. */
#include "node/api.h"

#include <sodium.h>
#include <string.h>

#include "node/consent.h"
#include "node/desk.h"
#include "node/desks.h"
#include "node/item.h"
#include "node/like.h"
#include "node/need.h"
#include "node/onward.h"
#include "node/raise.h"
#include "node/submit.h"
#include "node/vault.h"
#include "proto/keytext.h"
#include "proto/message.h"

#define ITEMS_DEFAULT 64
#define REPLY_MAX ((size_t)4 * 1024 * 1024) /* of message bytes */

/* What may be looked at to say what the items of a reply are like. */
static const struct node_like_budget page_budget = {
    .entries = 4000, .opened = 64};

static struct node_key
cursor_key(const char *consumer)
{
    struct node_key key = {.len = 16};

    crypto_generichash(key.bytes, key.len, (const uint8_t *)consumer,
        strlen(consumer), NULL, 0);
    return key;
}

static enum ent_status
cursor_of(struct node *node, const char *consumer, uint64_t *ret_through,
    struct ent_error *err)
{
    struct node_key key = cursor_key(consumer);
    struct ent_view value;
    enum ent_status rc;

    *ret_through = 0;
    if (consumer[0] == '\0') {
        return ENT_OK;
    }
    rc = node_store_get(
        node->store, NODE_CURSOR, node_key_view(&key), &value, err);
    if (rc == ENT_OK) {
        *ret_through = ent_get_be(value.data, 8);
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

/* May a reader of that name stand there? */
static enum ent_status
check_cursor(const char *consumer, uint64_t through, uint64_t last,
    struct ent_error *err)
{
    if (consumer[0] == '\0') {
        return ent_fail(err, ENT_BAD_INPUT, "a cursor needs a consumer's name");
    }
    return through <= last
               ? ENT_OK
               : ent_fail(err, ENT_BAD_INPUT,
                     "a cursor at %llu is beyond the last message, %llu",
                     (unsigned long long)through, (unsigned long long)last);
}

static enum ent_status
put_cursor(struct node *node, const char *consumer, uint64_t through,
    struct ent_error *err)
{
    struct node_key key = cursor_key(consumer);
    uint8_t value[8];

    ent_put_be(value, through, sizeof value);
    return node_store_put(node->store, NODE_CURSOR, node_key_view(&key),
        ent_view_of(value, sizeof value), err);
}

enum ent_status
node_api_cursor(struct node *node, const Entente__V1__CursorRequest *request,
    struct ent_error *err)
{
    uint64_t last;
    enum ent_status rc = node_number_get(node->store, "desk", &last, err);

    if (rc == ENT_OK) {
        rc = check_cursor(request->consumer, request->through, last, err);
    }
    return rc != ENT_OK
               ? rc
               : put_cursor(node, request->consumer, request->through, err);
}

enum ent_status
node_api_done(struct node *node, const Entente__V1__InboxRequest *request,
    struct ent_error *err)
{
    return request->through == 0
               ? ENT_OK
               : put_cursor(node, request->consumer, request->through, err);
}

/* The first desk sequence received at or after `time`: received_at never falls
 * along the desk, so halve. What is gone was the oldest. */
static enum ent_status
sequence_at(struct node *node, uint64_t time, uint64_t last,
    uint64_t *ret_sequence, struct ent_error *err)
{
    uint64_t low = 1;
    uint64_t high = last + 1;

    while (low < high) {
        ENT_AUTO(node_row_free) node_desk_row *row = NULL;
        uint64_t middle = low + (high - low) / 2;
        enum ent_status rc = node_desk_get(node, middle, &row, err);

        if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
            return rc;
        }
        if (rc == ENT_NOT_FOUND || row->received_at < time) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *ret_sequence = low;
    return ENT_OK;
}

/* One reply: what its items are made of. */
struct reading {
    struct node *node;
    const Entente__V1__InboxRequest *request;
    struct ent_arena *arena; /* of the reply, rows and all */
    struct node_desk_walk walk;
    uint64_t through; /* what is not behind it was read before */
    bool consents;    /* there are some, about whatever message */
    size_t bytes;     /* of messages */
    struct node_like_budget budget;
    struct node_item_form *form;  /* of the messages of a block; NULL: none */
    const node_desk_block *block; /* that one */
};

/* One of them: its row, and what it says, if that is read. */
struct entry {
    uint64_t sequence;
    node_desk_row row;
    bool is_open;
    bool is_gone; /* its key is, and the row was not yet told */
    struct node_plain plain;
};

/* What the row says of itself; `row` lies in `arena`. */
static void
fill_item(const node_desk_row *row, uint64_t sequence, struct ent_arena *arena,
    Entente__V1__InboxItem *item)
{
    const struct ent_family *family = ent_family_by_number(row->family);
    char key[ENT_KEY_ID_TEXT_LEN + 1];
    char text[ENT_ID_TEXT_LEN + 1];
    struct ent_key_id key_id;
    struct ent_id id = {{0}};

    memcpy(id.bytes, row->id.data,
        row->id.len < sizeof id.bytes ? row->id.len : sizeof id.bytes);
    ent_id_format(&id, text);
    item->sequence = sequence;
    item->received_at = row->received_at;
    item->acknowledge_by = row->acknowledge_by;
    item->acknowledged_at = row->acknowledged_at;
    item->out_of_order_missing = row->missing;
    item->retain_until = row->retain_until;
    item->restored = row->restored;
    item->deleted = row->deleted_at != 0;
    item->deleted_at = row->deleted_at;
    item->deleted_line = row->keep_line;
    item->counted = row->deleted_at != 0 && row->aggregate;
    item->id = node_text_in(arena, text);
    item->fate = (Entente__V1__Fate)row->fate;
    item->fate_at = row->fate_at;
    item->fate_by = node_id_in(arena, &row->fate_by);
    item->from = row->from;
    item->clause = row->clause;
    if (row->signed_by.len == sizeof key_id.bytes) {
        memcpy(key_id.bytes, row->signed_by.data, sizeof key_id.bytes);
        ent_key_id_format(&key_id, key);
        item->signed_by = node_text_in(arena, key);
    }
    item->precedence = (Entente__V1__Precedence)row->precedence;
    if (family != NULL) {
        item->family = (char *)(uintptr_t)family->name;
    }
}

/* Where it may go further. */
static enum ent_status
fill_consents(struct node *node, const node_desk_row *row,
    struct ent_arena *arena, Entente__V1__InboxItem *item,
    struct ent_error *err)
{
    struct ent_address from;
    struct ent_party party;
    struct ent_id id;

    if (row->id.len != sizeof id.bytes ||
        ent_address_parse(ent_view_text(row->from), &from, NULL) != ENT_OK) {
        return ENT_OK;
    }
    memcpy(id.bytes, row->id.data, sizeof id.bytes);
    party = ent_address_party(&from);
    return node_consent_list(
        node, &party, &id, arena, &item->consents, &item->n_consents, err);
}

/* How far its files are. Their keys are nobody's business but the node's. */
static enum ent_status
add_attachments(struct node *node, const node_desk_row *row,
    struct ent_arena *arena, Entente__V1__InboxItem *item,
    struct ent_error *err)
{
    struct ent_address from;
    struct ent_party party;
    struct ent_id id;
    enum ent_status rc;

    for (size_t i = 0; i < item->message->n_attachments; i++) {
        item->message->attachments[i]->root.len = 0;
        item->message->attachments[i]->key.len = 0;
        item->message->attachments[i]->header.len = 0;
    }
    if (item->message->n_attachments == 0 || row->id.len != sizeof id.bytes) {
        return ENT_OK;
    }
    memcpy(id.bytes, row->id.data, sizeof id.bytes);
    rc = ent_address_parse(ent_view_text(row->from), &from, err);
    if (rc != ENT_OK) {
        return rc;
    }
    party = ent_address_party(&from);
    return node_api_attachments(node, true, &party, &id, arena,
        &item->n_attachments, &item->attachments, err);
}

/* Decrypt it, where it may be read. */
static enum ent_status
open_message(
    struct reading *reading, struct entry *entry, struct ent_error *err)
{
    const node_desk_row *row = &entry->row;
    struct node *node = reading->node;
    enum ent_status rc;

    entry->is_open = false;
    entry->is_gone = false;
    if (row->deleted_at != 0 ||
        !node_desks_may_read(row, reading->request->desk)) {
        return ENT_OK;
    }
    rc = node_vault_open_in(node->store, node->slots, row->bundle, row->day,
        row->index, reading->arena, &entry->plain, err);
    entry->is_open = rc == ENT_OK;
    entry->is_gone = rc == ENT_NOT_FOUND;
    reading->bytes += entry->is_open ? entry->plain.wire.len : 0;
    return entry->is_gone ? ENT_OK : rc;
}

/* What it says, as it was decrypted: it was decoded when it was let in, and is
 * laid out again only for who takes something out of it or looks at it. */
static enum ent_status
fill_message(struct reading *reading, const struct entry *entry,
    Entente__V1__InboxItem *item, struct ent_error *err)
{
    struct node *node = reading->node;
    struct ent_arena *arena = reading->arena;
    enum ent_status rc;

    if (!reading->request->alike && entry->plain.is_bare) {
        item->message = (ent_message *)ent_pb_packed(
            &entente__v1__message__descriptor, entry->plain.wire, arena);
        return item->message != NULL
                   ? ENT_OK
                   : ent_fail(err, ENT_NO_MEMORY, "reading the desk");
    }
    rc = ent_message_decode(entry->plain.wire, arena, &item->message, err);
    if (rc == ENT_OK) {
        rc = add_attachments(node, &entry->row, arena, item, err);
    }
    return rc != ENT_OK ? rc
                        : node_api_signatories(item->message, arena, item, err);
}

/* What else is known of it, and follows from it. */
static enum ent_status
fill_rest(struct reading *reading, const node_desk_row *row,
    Entente__V1__InboxItem *item, struct ent_error *err)
{
    struct node *node = reading->node;

    item->apply_by = row->apply_by;
    item->reply_by = row->reply_by;
    item->need = node_need_tell(node, row, reading->arena);
    item->obligations = node_desks_obligations(row, reading->arena);
    item->reclassified = node_raise_tell(row->raised, reading->arena);
    item->onward_by_consent = node_onward_binds(node, row->from);
    return reading->consents
               ? fill_consents(node, row, reading->arena, item, err)
               : ENT_OK;
}

static bool
is_replayed(const struct reading *reading, const struct entry *entry)
{
    return entry->sequence <= reading->through || entry->row.restored != 0;
}

/* All that there is to say of it. */
static enum ent_status
make_whole(struct reading *reading, const struct entry *entry,
    Entente__V1__InboxItem **ret_item, struct ent_error *err)
{
    Entente__V1__InboxItem *item =
        ent_arena_alloc(reading->arena, sizeof *item);
    enum ent_status rc;

    if (item == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "reading the desk");
    }
    entente__v1__inbox_item__init(item);
    fill_item(&entry->row, entry->sequence, reading->arena, item);
    item->deleted = item->deleted || entry->is_gone;
    item->replayed = is_replayed(reading, entry);
    rc = fill_rest(reading, &entry->row, item, err);
    if (rc == ENT_OK && entry->is_open) {
        rc = fill_message(reading, entry, item, err);
    }
    if (rc == ENT_OK && reading->request->alike && item->message != NULL) {
        rc = node_api_alike(reading->node, reading->request->desk,
            &reading->budget, reading->arena, item, err);
        rc = rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    *ret_item = item;
    return rc;
}

/* It is said by the form of its block: nothing is known of it alone. */
static bool
is_like_others(const struct reading *reading, const struct entry *entry)
{
    return entry->is_open && entry->plain.is_bare &&
           node_desk_walk_block(&reading->walk) != NULL &&
           !reading->request->alike && !reading->consents;
}

/* As it is with the first of a block; and where those end that were read
 * before, there is another. */
static bool
has_form(const struct reading *reading, const struct entry *entry)
{
    return reading->form != NULL &&
           reading->block == node_desk_walk_block(&reading->walk) &&
           reading->form->common.replayed == is_replayed(reading, entry);
}

/* One of a block. The first is made whole, and the form for the next of it. */
static enum ent_status
make_like_others(struct reading *reading, const struct entry *entry,
    Entente__V1__InboxItem **ret_item, struct ent_error *err)
{
    struct ent_id id;

    if (!has_form(reading, entry)) {
        enum ent_status rc = make_whole(reading, entry, ret_item, err);

        if (rc == ENT_OK) {
            reading->form = node_item_form_new(*ret_item, reading->arena);
            reading->block = node_desk_walk_block(&reading->walk);
        }
        return rc;
    }
    memcpy(id.bytes, entry->row.id.data, sizeof id.bytes);
    *ret_item = node_item_fill(
        reading->form, entry->sequence, &id, entry->plain.wire, reading->arena);
    return *ret_item != NULL ? ENT_OK
                             : ent_fail(err, ENT_NO_MEMORY, "reading the desk");
}

/* The next one; ENT_NOT_FOUND at the end. */
static enum ent_status
make_item(struct reading *reading, Entente__V1__InboxItem **ret_item,
    struct ent_error *err)
{
    struct entry entry;
    enum ent_status rc =
        node_desk_walk_next(&reading->walk, &entry.sequence, &entry.row, err);

    if (rc == ENT_OK) {
        rc = open_message(reading, &entry, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    return is_like_others(reading, &entry)
               ? make_like_others(reading, &entry, ret_item, err)
               : make_whole(reading, &entry, ret_item, err);
}

/* As many as are there from `*from` on, up to `last`, and have room. */
static enum ent_status
make_items(struct reading *reading, uint64_t last, uint32_t limit,
    uint64_t *from, Entente__V1__InboxReply *reply, struct ent_error *err)
{
    while (
        *from <= last && reply->n_items < limit && reading->bytes < REPLY_MAX) {
        Entente__V1__InboxItem *item = NULL;
        enum ent_status rc = make_item(reading, &item, err);

        if (rc == ENT_NOT_FOUND) {
            *from = last + 1; /* all that was there is gone */
            return ENT_OK;
        }
        if (rc == ENT_NO_MEMORY && reply->n_items > 0) {
            return ENT_OK; /* the rest in the next reply */
        }
        if (rc != ENT_OK) {
            return rc;
        }
        reply->items[reply->n_items++] = item;
        *from = item->sequence + 1;
    }
    return ENT_OK;
}

/* Where the reader is: `ret_through` is what his cursor says, `ret_from` from
 * where he asks to read. */
static enum ent_status
find_place(struct node *node, const Entente__V1__InboxRequest *request,
    uint64_t last, uint64_t *ret_through, uint64_t *ret_from,
    struct ent_error *err)
{
    enum ent_status rc = cursor_of(node, request->consumer, ret_through, err);

    if (rc == ENT_OK && request->through != 0) {
        *ret_through = request->through; /* once he is answered */
        rc = check_cursor(request->consumer, request->through, last, err);
    }
    *ret_from = request->from;
    if (rc == ENT_OK && request->from_time != 0) {
        rc = sequence_at(node, request->from_time, last, ret_from, err);
    } else if (request->from == 0) {
        *ret_from = *ret_through < last ? *ret_through + 1 : last + 1;
    }
    return rc;
}

enum ent_status
node_api_inbox(struct node *node, const Entente__V1__InboxRequest *request,
    struct ent_arena *arena, Entente__V1__InboxReply *reply,
    struct ent_error *err)
{
    struct reading reading = {.node = node,
        .request = request,
        .arena = arena,
        .budget = page_budget};
    const uint32_t most =
        node_is_urgent(node) ? NODE_API_INBOX_SHORT : NODE_API_INBOX_MAX;
    uint32_t limit = request->limit == 0 ? ITEMS_DEFAULT : request->limit;
    uint64_t from = 0;
    uint64_t last = 0;
    enum ent_status rc = node_number_get(node->store, "desk", &last, err);

    if (rc == ENT_OK) {
        rc = find_place(node, request, last, &reading.through, &from, err);
    }
    if (rc == ENT_OK) {
        rc = node_consent_any(node, &reading.consents, err);
    }
    limit = limit > most ? most : limit;
    reply->items = ent_arena_alloc(arena, limit * sizeof *reply->items);
    if (rc == ENT_OK && reply->items == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "reading the desk");
    }
    if (rc == ENT_OK) {
        rc = node_desk_walk_begin(node, from, arena, &reading.walk, err);
    }
    if (rc == ENT_OK) {
        rc = make_items(&reading, last, limit, &from, reply, err);
    }
    node_desk_walk_close(&reading.walk);
    reply->next = from;
    return rc;
}
