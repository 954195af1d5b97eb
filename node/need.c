/* SPDX-License-Identifier: Apache-2.0 */
#include "node/need.h"

#include <string.h>

#include "node/attachment.h"
#include "node/duties.h"
#include "node/removal.h"
#include "node/submit.h"
#include "node/vault.h"
#include "proto/base/time.h"

/* ---- when ---- */

uint64_t
node_need_until(const node_desk_row *row, uint64_t from_ms)
{
    return row->review_ms != 0 && from_ms + row->review_ms < row->keep_until
               ? from_ms + row->review_ms
               : row->keep_until;
}

/* There is a next time: it is not kept to its end yet. */
static bool
is_asked_for(const node_desk_row *row)
{
    return row != NULL && row->deleted_at == 0 && row->review_ms != 0 &&
           row->retain_until < row->keep_until;
}

/* Its time is over; by a clock in doubt nothing is. */
static bool
is_over(const struct node *node, const node_desk_row *row)
{
    return row->deleted_at != 0 ||
           (node->now_ms >= row->retain_until && !node->clock_doubt);
}

static uint64_t
ask_from(const node_desk_row *row)
{
    return row->retain_until - row->review_ms / 2;
}

/* ---- the answer ---- */

static enum ent_status
check(const struct node *node, const Entente__V1__KeepRequest *request,
    const node_desk_row *row, struct ent_error *err)
{
    unsigned long long number = request->sequence;
    char when[ENT_TIME_TEXT_MAX];

    if (request->role[0] == '\0' || request->reason[0] == '\0') {
        return ent_fail(err, ENT_BAD_INPUT,
            "whoever still needs a message says in which role, and why");
    }
    if (is_over(node, row)) {
        return ent_fail(
            err, ENT_BAD_INPUT, "the time of message %llu is over", number);
    }
    ent_time_format(row->retain_until, when);
    if (!is_asked_for(row)) {
        return ent_fail(err, ENT_BAD_INPUT,
            "message %llu is kept until %s, and not longer: nobody need say "
            "that it is still needed",
            number, when);
    }
    ent_time_format(ask_from(row), when);
    return node->now_ms >= ask_from(row)
               ? ENT_OK
               : ent_fail(err, ENT_BAD_INPUT,
                     "whether message %llu is still needed is asked from %s on",
                     number, when);
}

/* Its keys go to the day on which it is deleted now; what wrapped them before
 * opens nothing any more. */
static enum ent_status
move_keys(struct node *node, const struct ent_party *sender,
    const struct ent_id *id, const node_desk_row *row, uint64_t day,
    struct ent_error *err)
{
    enum ent_status rc = node_vault_move(
        node->store, node->slots, row->bundle, row->day, row->index, day, err);

    if (rc == ENT_OK) {
        rc = node_attachments_move(node, sender, id, day, err);
    }
    return rc != ENT_OK || day == row->day
               ? rc
               : node_removal_note(node, row->day, err);
}

static enum ent_status
keep(struct node *node, const Entente__V1__KeepRequest *request,
    const node_desk_row *row, node_desk_row *changed, struct ent_error *err)
{
    struct ent_digest subject = {{0}};
    struct ent_party sender;
    struct ent_id id;
    enum ent_status rc = node_desk_origin(row, &sender, &id, err);

    changed->retain_until = node_need_until(row, row->retain_until);
    changed->day = changed->retain_until / NODE_DAY_MS + 1;
    changed->kept_at = node->now_ms;
    changed->kept_by = request->role;
    changed->kept_why = request->reason;
    if (rc == ENT_OK) {
        rc = move_keys(node, &sender, &id, row, changed->day, err);
    }
    if (rc == ENT_OK) {
        rc = node_desk_set(node, request->sequence, row, changed, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    memcpy(subject.bytes, id.bytes, sizeof id.bytes);
    return node_record(node, ENT_ENTRY_KEPT, &sender, &subject,
        &(struct ent_digest){{0}}, 1, err);
}

enum ent_status
node_need_keep(struct node *node, const Entente__V1__KeepRequest *request,
    Entente__V1__KeepReply *reply, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_desk_row *row = NULL;
    node_desk_row changed;
    enum ent_status rc = node_desk_get(node, request->sequence, &row, err);

    if (rc == ENT_NOT_FOUND) {
        return ent_fail(err, ENT_NOT_FOUND, "there is no message %llu",
            (unsigned long long)request->sequence);
    }
    if (rc == ENT_OK) {
        rc = check(node, request, row, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    changed = *row;
    rc = keep(node, request, row, &changed, err);
    reply->retain_until = changed.retain_until;
    reply->keep_until = changed.keep_until;
    return rc;
}

/* ---- for programs ---- */

Entente__V1__Need *
node_need_tell(
    const struct node *node, const node_desk_row *row, struct ent_arena *arena)
{
    Entente__V1__Need *need;

    if (row->deleted_at != 0 || row->review_ms == 0) {
        return NULL;
    }
    need = ent_arena_alloc(arena, sizeof *need);
    if (need == NULL) {
        return NULL;
    }
    entente__v1__need__init(need);
    if (is_asked_for(row)) {
        need->ask_from = ask_from(row);
        need->asked = node->now_ms >= ask_from(row) && !is_over(node, row);
    }
    need->keep_until = row->keep_until;
    need->kept_at = row->kept_at;
    need->kept_by = node_text_in(arena, row->kept_by);
    need->kept_why = node_text_in(arena, row->kept_why);
    return need;
}

/* ---- the duty ---- */

static enum ent_status
begin(struct node *node, uint64_t sequence, const node_desk_row *row,
    struct ent_error *err)
{
    return node_duty_begin(node,
        &(struct node_duty){.kind = NODE_DUTY_KEEP,
            .number = sequence,
            .office = row->from,
            .id = ent_view_of(row->id.data, row->id.len),
            .from_ms = ask_from(row),
            .due_ms = row->retain_until,
            .clause = {node_agreements_with_office(node->agreements, row->from),
                "retention.review_every", row->keep_line}},
        err);
}

enum ent_status
node_need_follow_desk(struct node *node, uint64_t sequence,
    const node_desk_row *was, const node_desk_row *is, struct ent_error *err)
{
    bool owed = is_asked_for(was);
    bool owes = is_asked_for(is);
    enum ent_status rc = ENT_OK;

    if (owed && owes && was->retain_until == is->retain_until) {
        return ENT_OK;
    }
    if (owed) {
        rc = node_duty_end(node, NODE_DUTY_KEEP, sequence, err);
    }
    return rc != ENT_OK || !owes ? rc : begin(node, sequence, is, err);
}
