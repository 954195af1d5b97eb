/* SPDX-License-Identifier: Apache-2.0 */
/* What stays of messages that were deleted. */
#include "node/api.h"

#include "node/counts.h"
#include "node/submit.h"
#include "proto/message.h"

#define COUNTS_MAX 65536 /* of a reply: centuries of five families */

static enum ent_status
add_count(const struct node_count *count, struct ent_arena *arena,
    Entente__V1__CountsReply *reply, struct ent_error *err)
{
    const struct ent_family *family = ent_family_by_number(count->family);
    Entente__V1__Count *entry = ent_arena_alloc(arena, sizeof *entry);

    if (entry == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "telling the counts");
    }
    entente__v1__count__init(entry);
    entry->year = count->year;
    entry->month = count->month;
    if (family != NULL) {
        entry->family = (char *)(uintptr_t)family->name;
    }
    entry->state = node_text_in(arena, count->state);
    entry->outgoing = count->outgoing;
    entry->count = count->count;
    reply->counts[reply->n_counts++] = entry;
    return ENT_OK;
}

enum ent_status
node_api_counts(struct node *node, struct ent_arena *arena,
    Entente__V1__CountsReply *reply, struct ent_error *err)
{
    uint8_t key[NODE_KEY_MAX] = {0};
    enum ent_status rc = ENT_OK;

    reply->counts = ent_arena_alloc(arena, COUNTS_MAX * sizeof *reply->counts);
    if (reply->counts == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "telling the counts");
    }
    while (rc == ENT_OK && reply->n_counts < COUNTS_MAX) {
        struct node_count count;

        rc = node_counts_next(node, key, &count, err);
        if (rc == ENT_OK) {
            rc = add_count(&count, arena, reply, err);
        }
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}
