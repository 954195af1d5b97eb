/* SPDX-License-Identifier: Apache-2.0 */
/* What this node's operator must know about trust: alarms, and how fresh its
 * revocation lists are. */
#include "node/alarms.h"
#include "node/api.h"
#include "node/revocations.h"
#include "node/submit.h"

static enum ent_status
add_alarm(struct ent_arena *arena, uint64_t number,
    const Entente__Rest__V1__AlarmRow *row, Entente__V1__StatusReply *reply,
    struct ent_error *err)
{
    Entente__V1__Alarm *alarm = ent_arena_alloc(arena, sizeof *alarm);

    if (alarm == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "telling the alarms");
    }
    entente__v1__alarm__init(alarm);
    alarm->number = number;
    alarm->kind = (char *)(uintptr_t)node_alarm_name(row->kind);
    alarm->subject = node_text_in(arena, row->subject);
    alarm->text = node_text_in(arena, row->text);
    alarm->raised_at = row->raised_at;
    alarm->last_at = row->last_at;
    alarm->count = row->count;
    reply->alarms[reply->n_alarms++] = alarm;
    return ENT_OK;
}

static enum ent_status
add_alarms(struct node *node, struct ent_arena *arena,
    Entente__V1__StatusReply *reply, struct ent_error *err)
{
    uint64_t number = 0;
    enum ent_status rc = ENT_OK;

    reply->alarms =
        ent_arena_alloc(arena, NODE_ALARMS_MAX * sizeof *reply->alarms);
    if (reply->alarms == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "telling the alarms");
    }
    for (; reply->n_alarms < NODE_ALARMS_MAX; number++) {
        ENT_AUTO(node_row_free) Entente__Rest__V1__AlarmRow *row = NULL;

        rc = node_alarm_next(node, &number, &row, err);
        if (rc == ENT_OK) {
            rc = add_alarm(arena, number, row, reply, err);
        }
        if (rc != ENT_OK) {
            break;
        }
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

static enum ent_status
add_lists(struct node *node, struct ent_arena *arena,
    Entente__V1__StatusReply *reply, struct ent_error *err)
{
    struct node_revocation_status status;

    reply->revocation_lists = ent_arena_alloc(
        arena, NODE_STATES_MAX * sizeof *reply->revocation_lists);
    if (reply->revocation_lists == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "telling the lists");
    }
    while (reply->n_revocation_lists < NODE_STATES_MAX &&
           node_revocations_at(node, reply->n_revocation_lists, &status)) {
        Entente__V1__RevocationListStatus *list =
            ent_arena_alloc(arena, sizeof *list);

        if (list == NULL) {
            return ent_fail(err, ENT_NO_MEMORY, "telling the lists");
        }
        entente__v1__revocation_list_status__init(list);
        list->state = node_text_in(arena, status.state);
        list->number = status.number;
        list->next_update = status.next_update;
        list->overdue = status.overdue;
        list->revoked = status.revoked;
        reply->revocation_lists[reply->n_revocation_lists++] = list;
    }
    return ENT_OK;
}

enum ent_status
node_api_trust(struct node *node, struct ent_arena *arena,
    Entente__V1__StatusReply *reply, struct ent_error *err)
{
    enum ent_status rc = add_alarms(node, arena, reply, err);

    return rc != ENT_OK ? rc : add_lists(node, arena, reply, err);
}
