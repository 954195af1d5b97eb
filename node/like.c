/* SPDX-License-Identifier: Apache-2.0 */
#include "node/like.h"

#include <stdlib.h>
#include <string.h>

#define OPENED_MAX 256 /* candidates */
#define KEYS_MAX 64
#define LOOKED_AT 64 /* messages with one key */

struct comparing {
    struct node *node;
    const struct node_found *subject;
    const ent_message *message;
    struct node_blind keys[KEYS_MAX]; /* by which candidates are found */
    size_t key_count;
    struct ent_id seen[OPENED_MAX];
    size_t seen_count;
    struct node_likes *likes;
};

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
    return memcmp(&comparing->subject->id, id, sizeof *id) == 0;
}

static uint64_t
apart(uint64_t one, uint64_t other)
{
    return one > other ? one - other : other - one;
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
    if (like.likeness.bases != 0 && likes->count < NODE_LIKES_MAX) {
        likes->list[likes->count++] = like;
    }
    return ENT_OK;
}

/* What is of another family tells of something else. ENT_NOT_FOUND: nothing of
 * it can be read. */
static enum ent_status
consider(struct comparing *comparing, enum node_way way, uint64_t number,
    struct ent_error *err)
{
    const struct node_found *subject = comparing->subject;
    struct node_found found;
    enum ent_status rc =
        node_found_get(comparing->node, way, number, &found, err);

    if (rc != ENT_OK || found.family != subject->family ||
        apart(found.at_ms, subject->at_ms) > NODE_LIKE_DAYS * NODE_DAY_MS ||
        is_known(comparing, &found.id) || comparing->seen_count == OPENED_MAX) {
        return rc;
    }
    comparing->seen[comparing->seen_count++] = found.id;
    return compare(comparing, &found, err);
}

static enum ent_status
consider_all(struct comparing *comparing, const struct node_blind *key,
    enum node_way way, struct ent_error *err)
{
    uint64_t number = UINT64_MAX;

    for (size_t i = 0; i < LOOKED_AT; i++) {
        enum ent_status rc =
            node_index_before(comparing->node, key, way, &number, err);

        if (rc != ENT_OK) {
            return rc == ENT_NOT_FOUND ? ENT_OK : rc;
        }
        rc = consider(comparing, way, number, err);
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
    return rc;
}

enum ent_status
node_like_find(struct node *node, const struct node_found *subject,
    const ent_message *message, struct node_likes *ret_likes,
    struct ent_error *err)
{
    struct comparing comparing = {
        .node = node,
        .subject = subject,
        .message = message,
        .likes = ret_likes,
    };
    enum ent_status rc;

    ret_likes->count = 0;
    rc = find(&comparing, err);
    qsort(ret_likes->list, ret_likes->count, sizeof ret_likes->list[0],
        better_first);
    return rc;
}
