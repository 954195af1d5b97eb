/* SPDX-License-Identifier: Apache-2.0 */
#include "node/like.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/copy.h"
#include "node/desk.h"
#include "node/index.h"
#include "node/link.h"
#include "node/submit.h"
#include "node/vault.h"
#include "proto/likeness.h"

#define FOUND_MAX 64
#define OPENED_MAX 256 /* candidates */
#define KEYS_MAX 64
#define LOOKED_AT 64 /* messages with one key */
#define NOTE_MAX 1000

/* One message here, as it is compared. */
struct one {
    enum node_way way;
    uint64_t number;
    struct ent_id id;
    char office[ENT_ADDRESS_MAX + 1];
    uint32_t family;
    uint64_t at_ms;
    uint64_t bundle;
    uint64_t day;
    uint32_t index;
    bool gone;
};

struct finding {
    struct one one;
    struct ent_likeness likeness;
};

struct comparing {
    struct node *node;
    struct one subject;
    const ent_message *message;
    struct node_blind keys[KEYS_MAX]; /* by which candidates are found */
    size_t key_count;
    struct ent_id seen[OPENED_MAX];
    size_t seen_count;
    struct finding found[FOUND_MAX];
    size_t found_count;
};

/* ---- one message ---- */

static void
name_office(struct one *one, const char *office)
{
    (void)snprintf(one->office, sizeof one->office, "%s", office);
}

static enum ent_status
load_came(
    struct node *node, uint64_t number, struct one *one, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_desk_row *row = NULL;
    enum ent_status rc = node_desk_get(node, number, &row, err);

    if (rc != ENT_OK || row->id.len != sizeof one->id.bytes) {
        return rc != ENT_OK ? rc : ENT_NOT_FOUND;
    }
    memcpy(one->id.bytes, row->id.data, sizeof one->id.bytes);
    name_office(one, row->from);
    one->family = row->family;
    one->at_ms = row->received_at;
    one->bundle = row->bundle;
    one->day = row->day;
    one->index = row->index;
    one->gone = row->deleted_at != 0;
    return ENT_OK;
}

static enum ent_status
load_sent(
    struct node *node, uint64_t number, struct one *one, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    struct ent_party to;
    enum ent_status rc =
        node_copy_by_number(node, number, &one->id, &to, &row, err);

    if (rc != ENT_OK) {
        return rc;
    }
    name_office(one, row->to);
    one->family = row->family;
    one->at_ms = row->accepted_at;
    one->bundle = row->bundle;
    one->day = row->day;
    one->index = row->index;
    one->gone = row->deleted_at != 0 || row->bundle == 0;
    return ENT_OK;
}

static enum ent_status
load(struct node *node, enum node_way way, uint64_t number, struct one *one,
    struct ent_error *err)
{
    *one = (struct one){.way = way, .number = number};
    return way == NODE_CAME ? load_came(node, number, one, err)
                            : load_sent(node, number, one, err);
}

static enum ent_status
open_one(struct node *node, const struct one *one, struct ent_arena *arena,
    ent_message **ret_message, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes plain = {0};
    enum ent_status rc;

    if (one->gone) {
        return ENT_NOT_FOUND;
    }
    rc = node_vault_open(node->store, node->slots, one->bundle, one->day,
        one->index, &plain, err);
    return rc != ENT_OK ? rc
                        : ent_message_decode(
                              ent_bytes_view(&plain), arena, ret_message, err);
}

/* ---- candidates ---- */

static enum ent_status
keep_key(void *context, enum ent_lookup kind, struct ent_view key,
    struct ent_error *err)
{
    struct comparing *comparing = context;

    (void)err;
    if (comparing->key_count < KEYS_MAX &&
        (kind == ENT_LOOKUP_CASE || kind == ENT_LOOKUP_PLACE ||
            ent_lookup_is_identifier(kind))) {
        comparing->keys[comparing->key_count++] = node_index_blind(
            comparing->node,
            comparing->message->mode != ENTENTE__V1__MODE__ACTUAL, kind, key);
    }
    return ENT_OK;
}

static bool
is_known(struct comparing *comparing, const struct ent_id *id)
{
    for (size_t i = 0; i < comparing->seen_count; i++) {
        if (memcmp(&comparing->seen[i], id, sizeof *id) == 0) {
            return true;
        }
    }
    return memcmp(&comparing->subject.id, id, sizeof *id) == 0;
}

static uint64_t
apart(uint64_t one, uint64_t other)
{
    return one > other ? one - other : other - one;
}

static enum ent_status
compare(
    struct comparing *comparing, const struct one *one, struct ent_error *err)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    struct finding finding = {.one = *one};
    ent_message *message = NULL;
    enum ent_status rc = ent_arena_init(&arena, NODE_MESSAGE_ARENA, err);

    if (rc == ENT_OK) {
        rc = open_one(comparing->node, one, &arena, &message, err);
    }
    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    finding.likeness = ent_likeness_of(comparing->message, message);
    if (finding.likeness.bases != 0 && comparing->found_count < FOUND_MAX) {
        comparing->found[comparing->found_count++] = finding;
    }
    return ENT_OK;
}

/* What is of another family tells of something else. */
static enum ent_status
consider(struct comparing *comparing, enum node_way way, uint64_t number,
    struct ent_error *err)
{
    struct one one;
    enum ent_status rc = load(comparing->node, way, number, &one, err);

    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    if (one.gone || one.family != comparing->subject.family ||
        apart(one.at_ms, comparing->subject.at_ms) >
            NODE_LIKE_DAYS * NODE_DAY_MS ||
        is_known(comparing, &one.id) || comparing->seen_count == OPENED_MAX) {
        return ENT_OK;
    }
    comparing->seen[comparing->seen_count++] = one.id;
    return compare(comparing, &one, err);
}

static enum ent_status
consider_all(struct comparing *comparing, const struct node_blind *key,
    enum node_way way, struct ent_error *err)
{
    uint64_t number = UINT64_MAX;
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < LOOKED_AT; i++) {
        rc = node_index_before(comparing->node, key, way, &number, err);
        if (rc == ENT_OK) {
            rc = consider(comparing, way, number, err);
        }
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

/* Those that share more come first. */
static int
better_first(const void *a, const void *b)
{
    const struct finding *one = a;
    const struct finding *other = b;
    int bases = __builtin_popcount(other->likeness.bases) -
                __builtin_popcount(one->likeness.bases);

    return bases != 0 ? bases
                      : (one->one.at_ms < other->one.at_ms) -
                            (one->one.at_ms > other->one.at_ms);
}

static enum ent_status
find(struct comparing *comparing, struct ent_error *err)
{
    enum ent_status rc =
        ent_lookup_message(comparing->message, keep_key, comparing, err);

    for (size_t i = 0; rc == ENT_OK && i < comparing->key_count; i++) {
        rc = consider_all(comparing, &comparing->keys[i], NODE_CAME, err);
        if (rc == ENT_OK) {
            rc = consider_all(comparing, &comparing->keys[i], NODE_SENT, err);
        }
    }
    qsort(comparing->found, comparing->found_count, sizeof *comparing->found,
        better_first);
    return rc;
}

/* ---- the answer ---- */

static void
fill(const struct one *one, struct ent_arena *arena, Entente__V1__Like *like)
{
    const struct ent_family *family = ent_family_by_number(one->family);
    const ProtobufCBinaryData id = {
        .data = (uint8_t *)(uintptr_t)one->id.bytes,
        .len = sizeof one->id.bytes,
    };

    like->outgoing = one->way == NODE_SENT;
    like->sequence = one->way == NODE_CAME ? one->number : 0;
    like->id = node_id_in(arena, &id);
    like->office = node_text_in(arena, one->office);
    like->at = one->at_ms;
    if (family != NULL) {
        like->family = (char *)(uintptr_t)family->name;
    }
}

static bool
is_among(const struct node_linked *all, size_t count, const struct ent_id *id)
{
    for (size_t i = 0; i < count; i++) {
        if (memcmp(&all[i].id, id, sizeof *id) == 0) {
            return true;
        }
    }
    return false;
}

static enum ent_status
tell(struct comparing *comparing, struct ent_arena *arena,
    Entente__V1__LikeReply *reply, struct ent_error *err)
{
    struct node_linked linked[NODE_LINKED_MAX];
    size_t linked_count = 0;
    enum ent_status rc = node_link_all(
        comparing->node, &comparing->subject.id, linked, &linked_count, err);

    if (rc != ENT_OK) {
        return rc;
    }
    reply->likes = ent_arena_alloc(
        arena, (comparing->found_count + 1) * sizeof *reply->likes);
    for (size_t i = 0; i < comparing->found_count; i++) {
        const struct finding *finding = &comparing->found[i];
        Entente__V1__Like *like = ent_arena_alloc(arena, sizeof *like);

        if (like == NULL || reply->likes == NULL) {
            return ent_fail(err, ENT_NO_MEMORY, "telling what is alike");
        }
        entente__v1__like__init(like);
        fill(&finding->one, arena, like);
        like->same_case = (finding->likeness.bases & ENT_LIKE_CASE) != 0;
        like->same_event = (finding->likeness.bases & ENT_LIKE_EVENT) != 0;
        if ((finding->likeness.bases & ENT_LIKE_IDENTIFIER) != 0) {
            like->same_identifier =
                (char *)(uintptr_t)ent_lookup_name(finding->likeness.shared);
        }
        like->linked = is_among(linked, linked_count, &finding->one.id);
        reply->likes[reply->n_likes++] = like;
    }
    reply->linked = (uint32_t)linked_count;
    return ENT_OK;
}

/* ---- what is asked about ---- */

static enum ent_status
no_such(struct ent_error *err)
{
    return ent_fail(err, ENT_NOT_FOUND,
        "there is no such message here, or nothing of it is left");
}

/* Of one that was sent any copy will do. */
static enum ent_status
find_sent(
    struct node *node, const char *text, struct one *one, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    struct ent_party to;
    struct ent_id id;
    enum ent_status rc = ent_id_parse(ent_view_text(text), &id, err);

    if (rc == ENT_OK) {
        rc = node_copy_of(node, &id, &to, &row, err);
    }
    return rc != ENT_OK ? rc : load(node, NODE_SENT, row->number, one, err);
}

static enum ent_status
resolve(struct node *node, uint64_t sequence, const char *id, struct one *one,
    struct ent_error *err)
{
    enum ent_status rc = sequence != 0
                             ? load(node, NODE_CAME, sequence, one, err)
                             : find_sent(node, id, one, err);

    return rc == ENT_NOT_FOUND ? no_such(err) : rc;
}

enum ent_status
node_api_like(struct node *node, const Entente__V1__LikeRequest *request,
    struct ent_arena *arena, Entente__V1__LikeReply *reply,
    struct ent_error *err)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena own = {0};
    struct comparing *comparing = calloc(1, sizeof *comparing);
    ent_message *message = NULL;
    enum ent_status rc;

    if (comparing == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "comparing messages");
    }
    comparing->node = node;
    rc =
        resolve(node, request->sequence, request->id, &comparing->subject, err);
    if (rc == ENT_OK) {
        rc = ent_arena_init(&own, NODE_MESSAGE_ARENA, err);
    }
    if (rc == ENT_OK) {
        rc = open_one(node, &comparing->subject, &own, &message, err);
        rc = rc == ENT_NOT_FOUND ? no_such(err) : rc;
    }
    if (rc == ENT_OK) {
        comparing->message = message;
        rc = find(comparing, err);
    }
    if (rc == ENT_OK) {
        rc = tell(comparing, arena, reply, err);
    }
    free(comparing);
    return rc;
}

/* ---- linking ---- */

static enum ent_status
linked_of(struct node *node, const struct one *one,
    struct node_linked *ret_linked, struct ent_error *err)
{
    struct ent_address sender;
    enum ent_status rc;

    ret_linked->id = one->id;
    ret_linked->sender = node->party;
    if (one->way == NODE_SENT) {
        return ENT_OK;
    }
    rc = ent_address_parse(ent_view_text(one->office), &sender, err);
    if (rc == ENT_OK) {
        ret_linked->sender = ent_address_party(&sender);
    }
    return rc;
}

static enum ent_status
join(struct node *node, const struct one *one, const struct one *other,
    const Entente__V1__LinkRequest *request, struct ent_error *err)
{
    struct node_linked a;
    struct node_linked b;
    enum ent_status rc = linked_of(node, one, &a, err);

    if (rc == ENT_OK) {
        rc = linked_of(node, other, &b, err);
    }
    return rc != ENT_OK
               ? rc
               : node_link_put(node, &a, &b, request->role, request->note, err);
}

enum ent_status
node_api_link(struct node *node, const Entente__V1__LinkRequest *request,
    struct ent_error *err)
{
    struct one one;
    struct one other;
    enum ent_status rc =
        resolve(node, request->sequence, request->id, &one, err);

    if (rc == ENT_OK) {
        rc = resolve(
            node, request->other_sequence, request->other_id, &other, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (memcmp(&one.id, &other.id, sizeof one.id) == 0) {
        return ent_fail(err, ENT_BAD_INPUT, "that is one message");
    }
    if (request->role[0] == '\0' || strlen(request->role) > NOTE_MAX ||
        strlen(request->note) > NOTE_MAX) {
        return ent_fail(err, ENT_BAD_INPUT,
            "a link needs a role, and a note of at most %d bytes", NOTE_MAX);
    }
    if (!request->cut) {
        return join(node, &one, &other, request, err);
    }
    rc = node_link_delete(node, &one.id, &other.id, err);
    return rc == ENT_NOT_FOUND
               ? ent_fail(err, ENT_NOT_FOUND, "nobody said that they are one")
               : rc;
}
