/* SPDX-License-Identifier: Apache-2.0 */
/* Who asked the lists how often, page by page. */
#include "node/api.h"

#include <string.h>

#include "node/asked.h"
#include "node/submit.h"

#define PAGE 1024

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
    Entente__V1__ListUsesReply *reply, struct ent_error *err)
{
    Entente__V1__ListUse *use = ent_arena_alloc(arena, sizeof *use);

    if (use == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "telling who asked");
    }
    entente__v1__list_use__init(use);
    use->hour = hour * NODE_HOUR_MS;
    use->user = row->user;
    use->role = node_text_in(arena, row->role);
    use->asked = row->asked;
    use->hits = row->hits;
    reply->uses[reply->n_uses++] = use;
    return add_purposes(row, arena, use, err);
}

/* Where the request begins. */
static enum ent_status
read_place(const Entente__V1__ListUsesRequest *request,
    uint8_t ret_key[static NODE_KEY_MAX], struct ent_error *err)
{
    memset(ret_key, 0, NODE_KEY_MAX);
    if (request->place.len == 0) {
        ent_put_be(ret_key, request->from / NODE_HOUR_MS, 8);
        return ENT_OK;
    }
    if (request->place.len != NODE_ASKED_KEY_LEN) {
        return ent_fail(err, ENT_BAD_INPUT, "that is no place to go on from");
    }
    memcpy(ret_key, request->place.data, NODE_ASKED_KEY_LEN);
    return ENT_OK;
}

static enum ent_status
tell_next(const uint8_t *key, struct ent_arena *arena,
    Entente__V1__ListUsesReply *reply, struct ent_error *err)
{
    reply->next.data = ent_arena_alloc(arena, NODE_ASKED_KEY_LEN);
    if (reply->next.data == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "telling who asked");
    }
    memcpy(reply->next.data, key, NODE_ASKED_KEY_LEN);
    reply->next.len = NODE_ASKED_KEY_LEN;
    return ENT_OK;
}

enum ent_status
node_api_list_uses(struct node *node,
    const Entente__V1__ListUsesRequest *request, struct ent_arena *arena,
    Entente__V1__ListUsesReply *reply, struct ent_error *err)
{
    uint8_t key[NODE_KEY_MAX];
    enum ent_status rc = read_place(request, key, err);

    if (rc != ENT_OK) {
        return rc;
    }
    reply->uses = ent_arena_alloc(arena, PAGE * sizeof *reply->uses);
    if (reply->uses == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "telling who asked");
    }
    while (rc == ENT_OK && reply->n_uses < PAGE) {
        ENT_AUTO(node_row_free) node_asked_row *row = NULL;
        uint64_t hour;

        rc = node_asked_next(node, key, &hour, &row, err);
        if (rc == ENT_OK) {
            rc = add_use(hour, row, arena, reply, err);
        }
    }
    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    return tell_next(key, arena, reply, err);
}
