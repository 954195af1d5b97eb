/* SPDX-License-Identifier: Apache-2.0 */
/* What stays of messages that were deleted; who asked the lists how often. */
#include "node/api.h"

#include <string.h>

#include "node/asked.h"
#include "node/counts.h"
#include "node/submit.h"
#include "proto/message.h"

#define USES_MAX 8192
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

/* ---- who asked the lists ---- */

static enum ent_status
add_purposes(const node_asked_row *row, struct ent_arena *arena,
    Entente__V1__ListUse *use, struct ent_error *err)
{
    use->purposes =
        ent_arena_alloc(arena, (row->n_purposes + 1) * sizeof *use->purposes);
    for (size_t i = 0; use->purposes != NULL && i < row->n_purposes; i++) {
        Entente__V1__PurposeUse *purpose;

        if (row->purposes[i] == 0) {
            continue;
        }
        purpose = ent_arena_alloc(arena, sizeof *purpose);
        if (purpose == NULL) {
            return ent_fail(err, ENT_NO_MEMORY, "telling who asked");
        }
        entente__v1__purpose_use__init(purpose);
        purpose->purpose = (Entente__V1__Purpose)i;
        purpose->asked = row->purposes[i];
        use->purposes[use->n_purposes++] = purpose;
    }
    return use->purposes == NULL
               ? ent_fail(err, ENT_NO_MEMORY, "telling who asked")
               : ENT_OK;
}

static enum ent_status
add_use(uint64_t hour, const node_asked_row *row, struct ent_arena *arena,
    Entente__V1__CountsReply *reply, struct ent_error *err)
{
    Entente__V1__ListUse *use = ent_arena_alloc(arena, sizeof *use);

    if (use == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "telling who asked");
    }
    entente__v1__list_use__init(use);
    use->hour = hour * (NODE_DAY_MS / 24);
    use->user = row->user;
    use->role = node_text_in(arena, row->role);
    use->asked = row->asked;
    use->hits = row->hits;
    reply->uses[reply->n_uses++] = use;
    return add_purposes(row, arena, use, err);
}

/* From that time on, as many as a reply has room for. */
static enum ent_status
tell_uses(struct node *node, uint64_t from_ms, struct ent_arena *arena,
    Entente__V1__CountsReply *reply, struct ent_error *err)
{
    uint64_t hour = from_ms / (NODE_DAY_MS / 24);
    uint64_t place = 0;
    enum ent_status rc = ENT_OK;

    reply->uses = ent_arena_alloc(arena, USES_MAX * sizeof *reply->uses);
    if (reply->uses == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "telling who asked");
    }
    while (rc == ENT_OK && reply->n_uses < USES_MAX) {
        ENT_AUTO(node_row_free) node_asked_row *row = NULL;

        rc = node_asked_next(node, &hour, &place, &row, err);
        if (rc == ENT_OK) {
            rc = add_use(hour, row, arena, reply, err);
        }
        place++;
        hour += place == 0;
    }
    reply->more_uses = rc == ENT_OK;
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

enum ent_status
node_api_counts(struct node *node, const Entente__V1__CountsRequest *request,
    struct ent_arena *arena, Entente__V1__CountsReply *reply,
    struct ent_error *err)
{
    uint8_t key[NODE_KEY_MAX] = {0};
    enum ent_status rc = ENT_OK;

    if (request->checks) {
        return tell_uses(node, request->from, arena, reply, err);
    }
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
