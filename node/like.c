/* SPDX-License-Identifier: Apache-2.0 */
#include "node/like.h"

#include <stdlib.h>
#include <string.h>

#include "node/search.h"

#define SEEN_MAX NODE_LIKE_OPENED
#define KEYS_MAX 64

/* By what candidates are found. */
struct key {
    struct node_blind blind;
    bool weak; /* a place: of many events */
};

struct comparing {
    struct node *node;
    const struct node_found *subject;
    const ent_message *message;
    bool exercise;
    struct node_blind family;
    struct key keys[KEYS_MAX];
    size_t key_count;
    struct ent_id seen[SEEN_MAX];
    size_t seen_count;
    struct node_like_budget *budget;
    struct node_likes *likes;
};

/* ---- where, and by what ---- */

static enum ent_status
keep_key(void *context, enum ent_lookup kind, struct ent_view key,
    struct ent_error *err)
{
    struct comparing *comparing = context;

    (void)err;
    if (kind != ENT_LOOKUP_CASE && kind != ENT_LOOKUP_PLACE &&
        !ent_lookup_is_identifier(kind)) {
        return ENT_OK;
    }
    if (comparing->key_count == KEYS_MAX) {
        comparing->likes->cut = true;
        return ENT_OK;
    }
    comparing->keys[comparing->key_count++] =
        (struct key){.blind = node_index_blind(
                         comparing->node, comparing->exercise, kind, key),
            .weak = kind == ENT_LOOKUP_PLACE};
    return ENT_OK;
}

/* Where the newest is that can be of one event with it, or some days newer. */
static enum ent_status
begin(struct comparing *comparing, struct ent_error *err)
{
    struct node_like_budget *budget = comparing->budget;
    const uint64_t wanted =
        comparing->subject->at_ms + NODE_LIKE_DAYS * NODE_DAY_MS;
    struct node_search search = {.until_ms = wanted + NODE_DAY_MS};
    enum ent_status rc;

    if (budget->until_ms >= wanted &&
        budget->until_ms <= wanted + NODE_DAY_MS) {
        return ENT_OK;
    }
    rc = node_search_begin(comparing->node, &search, NODE_CAME, err);
    if (rc == ENT_OK) {
        rc = node_search_begin(comparing->node, &search, NODE_SENT, err);
    }
    budget->until_ms = rc == ENT_OK ? search.until_ms : 0;
    for (size_t way = 0; way < 2; way++) {
        budget->before[way] = search.places[way].before;
    }
    return rc;
}

/* ---- candidates ---- */

static bool
is_known(struct comparing *comparing, const struct ent_id *id)
{
    for (size_t i = 0; i < comparing->seen_count; i++) {
        if (memcmp(&comparing->seen[i], id, sizeof *id) == 0) {
            return true;
        }
    }
    return memcmp(&comparing->subject->id, id, sizeof *id) == 0;
}

static enum ent_status
compare(struct comparing *comparing, const struct node_found *found,
    struct ent_error *err)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    struct node_likes *likes = comparing->likes;
    struct node_like like = {.found = *found};
    ent_message *message = NULL;
    enum ent_status rc = ent_arena_init(&arena, NODE_MESSAGE_ARENA, err);

    if (rc == ENT_OK) {
        rc = node_found_open(comparing->node, found, &arena, &message, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    like.likeness = ent_likeness_of(comparing->message, message);
    if (like.likeness.bases == 0) {
        return ENT_OK;
    }
    if (likes->count == NODE_LIKES_MAX) {
        likes->cut = true;
        return ENT_OK;
    }
    likes->list[likes->count++] = like;
    return ENT_OK;
}

/* What is of another family tells of something else. ENT_NOT_FOUND: it is
 * nothing to compare with; `*ret_end`: nor is what is older. */
static enum ent_status
consider(struct comparing *comparing, enum node_way way, uint64_t number,
    bool *ret_end, struct ent_error *err)
{
    struct node_like_budget *budget = comparing->budget;
    struct node_found found;
    enum ent_status rc =
        node_index_has(comparing->node, &comparing->family, way, number, err);

    if (rc == ENT_OK) {
        rc = node_found_get(comparing->node, way, number, &found, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_end =
        found.at_ms + NODE_LIKE_DAYS * NODE_DAY_MS < comparing->subject->at_ms;
    if (*ret_end || is_known(comparing, &found.id) ||
        found.at_ms >
            comparing->subject->at_ms + NODE_LIKE_DAYS * NODE_DAY_MS) {
        return ENT_OK;
    }
    if (budget->opened == 0 || comparing->seen_count == SEEN_MAX) {
        comparing->likes->cut = *ret_end = true;
        return ENT_OK;
    }
    budget->opened--;
    comparing->seen[comparing->seen_count++] = found.id;
    return compare(comparing, &found, err);
}

static enum ent_status
consider_all(struct comparing *comparing, const struct node_blind *key,
    enum node_way way, struct ent_error *err)
{
    uint64_t number = comparing->budget->before[way];
    bool end = false;

    while (!end) {
        enum ent_status rc;

        if (comparing->budget->entries == 0) {
            comparing->likes->cut = true;
            return ENT_OK;
        }
        comparing->budget->entries--;
        rc = node_index_before(comparing->node, key, way, &number, err);
        if (rc != ENT_OK) {
            return rc == ENT_NOT_FOUND ? ENT_OK : rc;
        }
        rc = consider(comparing, way, number, &end, err);
        if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
            return rc;
        }
    }
    return ENT_OK;
}

/* Those that share more come first. */
static int
better_first(const void *a, const void *b)
{
    const struct node_like *one = a;
    const struct node_like *other = b;
    int bases = __builtin_popcount(other->likeness.bases) -
                __builtin_popcount(one->likeness.bases);

    return bases != 0 ? bases
                      : (one->found.at_ms < other->found.at_ms) -
                            (one->found.at_ms > other->found.at_ms);
}

static enum ent_status
consider_keys(struct comparing *comparing, bool weak, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < comparing->key_count; i++) {
        const struct key *key = &comparing->keys[i];

        if (key->weak != weak) {
            continue;
        }
        rc = consider_all(comparing, &key->blind, NODE_CAME, err);
        if (rc == ENT_OK) {
            rc = consider_all(comparing, &key->blind, NODE_SENT, err);
        }
    }
    return rc;
}

static enum ent_status
find(struct comparing *comparing, struct ent_error *err)
{
    enum ent_status rc =
        ent_lookup_message(comparing->message, keep_key, comparing, err);

    if (rc == ENT_OK && comparing->key_count > 0) {
        rc = begin(comparing, err);
    }
    if (rc == ENT_OK) {
        rc = consider_keys(comparing, false, err);
    }
    return rc != ENT_OK ? rc : consider_keys(comparing, true, err);
}

enum ent_status
node_like_find(struct node *node, const struct node_found *subject,
    const ent_message *message, struct node_like_budget *budget,
    struct node_likes *ret_likes, struct ent_error *err)
{
    const bool exercise = message->mode != ENTENTE__V1__MODE__ACTUAL;
    struct comparing comparing = {
        .node = node,
        .subject = subject,
        .message = message,
        .exercise = exercise,
        .family = node_index_family(node, exercise, subject->family),
        .budget = budget,
        .likes = ret_likes,
    };
    enum ent_status rc;

    ret_likes->count = 0;
    ret_likes->cut = false;
    rc = find(&comparing, err);
    qsort(ret_likes->list, ret_likes->count, sizeof ret_likes->list[0],
        better_first);
    return rc;
}
