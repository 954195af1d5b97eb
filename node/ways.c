/* SPDX-License-Identifier: Apache-2.0 */
#include "node/ways.h"

#include <stdlib.h>
#include <string.h>

#include "node/uplink.h"

node_way *
node_ways_find(const struct node_dispatch *dispatch, const char *via)
{
    for (size_t i = 0; i < dispatch->row->n_ways; i++) {
        if (strcmp(dispatch->row->ways[i]->via, via) == 0) {
            return dispatch->row->ways[i];
        }
    }
    return NULL;
}

static void
forget_oldest(Entente__Rest__V1__DispatchRow *row)
{
    protobuf_c_message_free_unpacked(&row->ways[0]->base, NULL);
    row->n_ways--;
    memmove(row->ways, row->ways + 1, row->n_ways * sizeof *row->ways);
}

/* The row's entry for that neighbour, new or old. */
static enum ent_status
way_of(struct node_dispatch *dispatch, const char *via, node_way **ret_way,
    struct ent_error *err)
{
    Entente__Rest__V1__DispatchRow *row = dispatch->row;
    node_way *way = node_ways_find(dispatch, via);
    node_way **list;

    if (way != NULL) {
        *ret_way = way;
        return ENT_OK;
    }
    if (row->n_ways == NODE_WAYS_MAX) {
        forget_oldest(row);
    }
    list = realloc(row->ways, (row->n_ways + 1) * sizeof *list);
    if (list == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "noting a way");
    }
    row->ways = list;
    way = malloc(sizeof *way);
    if (way != NULL) {
        entente__rest__v1__way__init(way);
        way->via = strdup(via);
    }
    if (way == NULL || way->via == NULL) {
        free(way);
        return ent_fail(err, ENT_NO_MEMORY, "noting a way");
    }
    list[row->n_ways++] = way;
    *ret_way = way;
    return ENT_OK;
}

/* What the bundle has been through, beside what the connections are like. */
static void
recall(const struct node_dispatch *dispatch, struct node_route *routes,
    size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const node_way *way = node_ways_find(dispatch, routes[i].via);

        if (way != NULL) {
            routes[i].tries = way->tries;
            routes[i].in_custody = way->custody_at != 0;
            routes[i].has_refused = way->refused;
        }
    }
}

static enum ent_status
note_sent(const struct node *node, struct node_dispatch *dispatch,
    const struct node_route *route, struct ent_error *err)
{
    node_way *way = NULL;
    enum ent_status rc = way_of(dispatch, route->via, &way, err);

    if (rc == ENT_OK) {
        way->direct = route->is_direct;
        way->sent_at = node->now_ms;
        way->tries += way->tries < UINT32_MAX;
    }
    return rc;
}

/* Pay on the chosen ways; who has no credit for it is not there for now. */
static enum ent_status
pay(struct node *node, struct node_dispatch *dispatch,
    struct node_route *routes, size_t count, uint64_t bytes, uint64_t *via,
    struct ent_error *err)
{
    bool urgent = ent_precedence_is_urgent(dispatch->state.precedence);
    enum ent_status rc = ENT_OK;

    for (unsigned i = 0; i < count && rc == ENT_OK; i++) {
        if ((*via & NODE_VIA(i)) == 0) {
            continue;
        }
        if (node_uplink_spend(node->uplink, i, urgent, bytes)) {
            rc = note_sent(node, dispatch, &routes[i], err);
        } else {
            routes[i].is_ready = false;
            *via &= ~NODE_VIA(i);
        }
    }
    return rc;
}

enum ent_status
node_ways_take(struct node *node, struct node_dispatch *dispatch,
    const struct ent_address *to, uint64_t bytes, uint64_t *ret_via,
    struct ent_error *err)
{
    struct node_route routes[NODE_NEIGHBOURS_MAX];
    bool urgent = ent_precedence_is_urgent(dispatch->state.precedence);
    size_t count = node_uplink_routes(node->uplink, to, urgent, routes);
    uint64_t chosen;
    enum ent_status rc;

    recall(dispatch, routes, count);
    do {
        chosen = node_route_choose(routes, count, dispatch->state.precedence);
        *ret_via = chosen;
        rc = pay(node, dispatch, routes, count, bytes, ret_via, err);
    } while (rc == ENT_OK && *ret_via == 0 && chosen != 0);
    return rc;
}

enum ent_status
node_ways_custody(struct node *node, struct node_dispatch *dispatch,
    const char *via, struct ent_error *err)
{
    node_way *way = NULL;
    enum ent_status rc = way_of(dispatch, via, &way, err);

    if (rc == ENT_OK) {
        way->refused = false;
        way->custody_at = way->custody_at == 0 ? node->now_ms : way->custody_at;
    }
    return rc;
}

void
node_ways_refuse(struct node_dispatch *dispatch, const char *via)
{
    node_way *way = node_ways_find(dispatch, via);

    if (way != NULL) {
        way->refused = true;
        way->custody_at = 0;
    }
}

bool
node_ways_in_custody(const struct node_dispatch *dispatch)
{
    for (size_t i = 0; i < dispatch->row->n_ways; i++) {
        if (dispatch->row->ways[i]->custody_at != 0) {
            return true;
        }
    }
    return false;
}

bool
node_ways_open(const struct node_dispatch *dispatch)
{
    for (size_t i = 0; i < dispatch->row->n_ways; i++) {
        if (!dispatch->row->ways[i]->refused) {
            return true;
        }
    }
    return false;
}
