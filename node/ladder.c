/* SPDX-License-Identifier: Apache-2.0 */
#include "node/ladder.h"

#include <string.h>

#include "node/alarms.h"
#include "node/lifecycle.h"
#include "policy/term.h"

#define BUDGET 64 /* rungs in one turn */
#define KEY_LEN 17

static struct node_key
key_of(uint64_t at_ms, uint64_t sequence, size_t step)
{
    struct node_key key = node_key_u64_u64(at_ms, sequence);

    key.bytes[key.len++] = (uint8_t)step;
    return key;
}

enum ent_status
node_ladder_set(struct node *node, uint64_t sequence, const node_desk_row *row,
    struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < row->n_call_after; i++) {
        struct node_key key =
            key_of(row->received_at + row->call_after[i], sequence, i);

        rc = node_store_put(node->store, NODE_CALL, node_key_view(&key),
            (struct ent_view){0}, err);
    }
    return rc;
}

static bool
is_open(const node_desk_row *row)
{
    return row->acknowledged_at == 0 && row->deleted_at == 0 &&
           row->fate < NODE_FATE_WITHDRAWN;
}

static enum ent_status
call(struct node *node, uint64_t sequence, size_t step, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_desk_row *row = NULL;
    struct ent_digest subject = {{0}};
    enum ent_status rc = node_desk_get(node, sequence, &row, err);

    if (rc != ENT_OK || !is_open(row) || step >= row->n_call_to ||
        step >= row->n_call_after) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    rc = node_alarm_raise(node, NODE_ALARM_HOTLINE, row->from, err,
        "nobody has acknowledged alert %llu of %s in %llu s: call the %s",
        (unsigned long long)sequence, row->from,
        (unsigned long long)(row->call_after[step] / 1000),
        ent_term_word(&ent_roles, row->call_to[step]));
    if (rc == ENT_OK && row->id.len <= sizeof subject.bytes) {
        memcpy(subject.bytes, row->id.data, row->id.len);
        rc = node_record(node, ENT_ENTRY_CALLED, &node->party, &subject,
            &(struct ent_digest){{0}}, (uint32_t)step + 1, err);
    }
    return rc;
}

enum ent_status
node_ladder_run(struct node *node, uint64_t *ret_due, struct ent_error *err)
{
    *ret_due = UINT64_MAX;
    for (size_t i = 0; i < BUDGET; i++) {
        struct node_key key = {.len = KEY_LEN};
        enum ent_status rc = node_store_seek(node->store, NODE_CALL,
            node_key_view(&key), 0, key.bytes, NULL, err);

        if (rc != ENT_OK) {
            return rc == ENT_NOT_FOUND ? ENT_OK : rc;
        }
        *ret_due = ent_get_be(key.bytes, 8);
        if (*ret_due > node->now_ms) {
            return ENT_OK;
        }
        rc = call(node, ent_get_be(key.bytes + 8, 8), key.bytes[16], err);
        if (rc == ENT_OK) {
            rc = node_store_delete(
                node->store, NODE_CALL, node_key_view(&key), err);
        }
        if (rc != ENT_OK) {
            return rc;
        }
    }
    return ENT_OK;
}
