/* SPDX-License-Identifier: Apache-2.0 */
#include "node/duties.h"

#include <stdio.h>
#include <string.h>

#include "node/alarms.h"
#include "node/submit.h"
#include "proto/base/time.h"

#define BUDGET 64 /* reminders in one turn */
#define LISTED_MAX 64
#define KEY_LEN 9     /* kind, number */
#define REMIND_LEN 17 /* time, kind, number */
#define TEXT_LEN 512
#define CLAUSE_LEN 160

typedef Entente__Rest__V1__DutyRow duty_row; /* a generated name */

static const char *const names[] = {"", "apply_correction", "tell_correction",
    "drill", "review_emergency", "confirm_recall", "reply", "await_reply",
    "say_still_needed"};

#define KINDS (sizeof names / sizeof names[0])
#define PLANNED 0x80 /* in the key of one that has not begun; behind all */

static struct node_key
key_of(uint32_t kind, uint64_t number)
{
    struct node_key key = {.len = KEY_LEN};

    key.bytes[0] = (uint8_t)kind;
    ent_put_be(key.bytes + 1, number, 8);
    return key;
}

static struct node_key
remind_key(uint64_t at_ms, const struct node_key *duty)
{
    struct node_key key = {.len = REMIND_LEN};

    ent_put_be(key.bytes, at_ms, 8);
    memcpy(key.bytes + 8, duty->bytes, KEY_LEN);
    return key;
}

static enum ent_status
remind_at(struct node *node, uint64_t at_ms, const struct node_key *duty,
    struct ent_error *err)
{
    struct node_key key = remind_key(at_ms, duty);

    return node_store_put(node->store, NODE_REMIND, node_key_view(&key),
        (struct ent_view){0}, err);
}

static enum ent_status
row_get(struct node *node, const struct node_key *key, duty_row **ret_row,
    struct ent_error *err)
{
    return node_row_get(node->store, NODE_DUTY, node_key_view(key),
        &entente__rest__v1__duty_row__descriptor, (ProtobufCMessage **)ret_row,
        err);
}

static enum ent_status
row_put(struct node *node, const struct node_key *key, const duty_row *row,
    struct ent_error *err)
{
    return node_row_put(
        node->store, NODE_DUTY, node_key_view(key), &row->base, err);
}

/* ---- beginning and end ---- */

/* Its row, and when it is looked at. */
static enum ent_status
put(struct node *node, const struct node_key *key, const duty_row *row,
    struct ent_error *err)
{
    enum ent_status rc = row_put(node, key, row, err);

    return rc != ENT_OK ? rc : remind_at(node, row->next, key, err);
}

static bool
is_known(struct node *node, const struct node_key *key)
{
    ENT_AUTO(node_row_free) duty_row *row = NULL;

    return row_get(node, key, &row, NULL) == ENT_OK;
}

/* "recall.purge_within, line 31 of th-kh-border-information" */
static void
tell_clause(const struct node_duty_clause *clause, char text[static CLAUSE_LEN])
{
    text[0] = '\0';
    if (clause->agreement != NULL) {
        (void)snprintf(text, CLAUSE_LEN, "%s, line %zu of %.64s", clause->key,
            clause->line, ent_agreement_name(clause->agreement));
    }
}

enum ent_status
node_duty_begin(
    struct node *node, const struct node_duty *duty, struct ent_error *err)
{
    bool later = duty->from_ms > node->now_ms;
    struct node_key key = key_of(duty->kind, duty->number);
    struct node_key planned = key_of(duty->kind | PLANNED, duty->number);
    uint64_t now = node->now_ms;
    duty_row row = ENTENTE__REST__V1__DUTY_ROW__INIT;
    char clause[CLAUSE_LEN];

    if (is_known(node, &key) || is_known(node, &planned)) {
        return ENT_OK;
    }
    row.office = (char *)(uintptr_t)duty->office;
    row.id.data = (uint8_t *)(uintptr_t)duty->id.data;
    row.id.len = duty->id.len;
    tell_clause(&duty->clause, clause);
    row.clause = clause;
    row.since = later ? duty->from_ms : now;
    row.due = duty->due_ms;
    row.next = later                ? duty->from_ms
               : duty->from_ms != 0 ? now
               : duty->due_ms > now ? now + (duty->due_ms - now) / 2
                                    : now;
    return put(node, later ? &planned : &key, &row, err);
}

static enum ent_status
end(struct node *node, const struct node_key *key, struct ent_error *err)
{
    ENT_AUTO(node_row_free) duty_row *row = NULL;
    struct node_key remind;
    enum ent_status rc = row_get(node, key, &row, err);

    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    remind = remind_key(row->next, key);
    rc = node_store_delete(
        node->store, NODE_REMIND, node_key_view(&remind), err);
    return rc != ENT_OK ? rc
                        : node_store_delete(
                              node->store, NODE_DUTY, node_key_view(key), err);
}

enum ent_status
node_duty_end(struct node *node, enum node_duty_kind kind, uint64_t number,
    struct ent_error *err)
{
    struct node_key key = key_of(kind, number);
    struct node_key planned = key_of(kind | PLANNED, number);
    enum ent_status rc = end(node, &key, err);

    return rc != ENT_OK ? rc : end(node, &planned, err);
}

/* ---- in words ---- */

/* Of what it is about; "": of nothing that has one. */
static void
format_id(const duty_row *row, char out[static ENT_ID_TEXT_LEN + 1])
{
    struct ent_id id;

    out[0] = '\0';
    if (row->id.len == sizeof id.bytes) {
        memcpy(id.bytes, row->id.data, sizeof id.bytes);
        ent_id_format(&id, out);
    }
}

static void
describe(enum node_duty_kind kind, uint64_t number, const duty_row *row,
    char text[static TEXT_LEN])
{
    char id[ENT_ID_TEXT_LEN + 1];

    format_id(row, id);
    switch (kind) {
    case NODE_DUTY_APPLY:
        (void)snprintf(text, TEXT_LEN,
            "%.128s has corrected or withdrawn message %llu: apply that and "
            "answer (entente answer %llu)",
            row->office, (unsigned long long)number,
            (unsigned long long)number);
        return;
    case NODE_DUTY_NOTIFY:
        (void)snprintf(text, TEXT_LEN,
            "%.128s has message %s, which was corrected or withdrawn, and has "
            "not been told: say it there too",
            row->office, id);
        return;
    case NODE_DUTY_DRILL:
        (void)snprintf(text, TEXT_LEN,
            "a drill of the hotline with %.128s is owed: send an alert in mode "
            "EXERCISE, and have it acknowledged",
            row->office);
        return;
    case NODE_DUTY_REVIEW:
        (void)snprintf(text, TEXT_LEN,
            "emergency %s is over: review what was sent under it (entente "
            "emergency review)",
            id);
        return;
    case NODE_DUTY_PURGE:
        (void)snprintf(text, TEXT_LEN,
            "message %s was recalled, and %.128s has not confirmed that it is "
            "removed (%s): call them, and ask that their node answers",
            id, row->office, row->clause);
        return;
    case NODE_DUTY_REPLY:
        (void)snprintf(text, TEXT_LEN,
            "%.128s has asked for a reply to message %llu (%s): send one, with "
            "inReplyTo %s",
            row->office, (unsigned long long)number, row->clause, id);
        return;
    case NODE_DUTY_AWAIT:
        (void)snprintf(text, TEXT_LEN,
            "%.128s has not replied to message %s (%s): call them", row->office,
            id, row->clause);
        return;
    case NODE_DUTY_KEEP:
        (void)snprintf(text, TEXT_LEN,
            "message %llu of %.128s is deleted then, unless somebody says that "
            "it is still needed (%s): entente keep %llu",
            (unsigned long long)number, row->office, row->clause,
            (unsigned long long)number);
        return;
    }
    text[0] = '\0';
}

/* ---- reminders ---- */

static enum ent_status
record(struct node *node, enum node_duty_kind kind, const duty_row *row,
    struct ent_error *err)
{
    struct ent_digest subject = {{0}};
    struct ent_address office;
    struct ent_party party = node->party;

    if (ent_address_parse(ent_view_text(row->office), &office, NULL) ==
        ENT_OK) {
        party = ent_address_party(&office);
    }
    if (row->id.len == ENT_ID_LEN) {
        memcpy(subject.bytes, row->id.data, ENT_ID_LEN);
    }
    return node_record(node, ENT_ENTRY_OVERDUE, &party, &subject,
        &(struct ent_digest){{0}}, (uint32_t)kind, err);
}

/* Nobody said that it is needed, and that is no fault; while the clock is in
 * doubt nothing is deleted, and it can still be said. */
static enum ent_status
let_go(struct node *node, const struct node_key *key, duty_row *row,
    struct ent_error *err)
{
    if (!node->clock_doubt) {
        return node_store_delete(
            node->store, NODE_DUTY, node_key_view(key), err);
    }
    row->next = node->now_ms + NODE_DAY_MS;
    return put(node, key, row, err);
}

/* It is half over, or over; then each day again. */
static enum ent_status
remind(struct node *node, enum node_duty_kind kind, uint64_t number,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) duty_row *row = NULL;
    struct node_key key = key_of(kind, number);
    bool over;
    char text[TEXT_LEN];
    char by[ENT_TIME_TEXT_MAX];
    enum ent_status rc = row_get(node, &key, &row, err);

    if (rc != ENT_OK || row->next > node->now_ms) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    over = node->now_ms >= row->due;
    if (over && kind == NODE_DUTY_KEEP) {
        return let_go(node, &key, row, err);
    }
    describe(kind, number, row, text);
    ent_time_format(row->due, by);
    rc = over ? node_alarm_raise(node, NODE_ALARM_OVERDUE, row->office, err,
                    "since %s: %s", by, text)
              : node_alarm_raise(node, NODE_ALARM_DUTY, row->office, err,
                    "by %s: %s", by, text);
    if (rc == ENT_OK && over && !row->told) {
        rc = record(node, kind, row, err);
        row->told = true;
    }
    row->next = over ? node->now_ms + NODE_DAY_MS : row->due;
    if (rc == ENT_OK) {
        rc = row_put(node, &key, row, err);
    }
    return rc != ENT_OK ? rc : remind_at(node, row->next, &key, err);
}

/* It begins: from now on it is told. */
static enum ent_status
begin_planned(struct node *node, enum node_duty_kind kind, uint64_t number,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) duty_row *row = NULL;
    struct node_key key = key_of(kind, number);
    struct node_key planned = key_of(kind | PLANNED, number);
    enum ent_status rc = row_get(node, &planned, &row, err);

    if (rc == ENT_OK) {
        rc = node_store_delete(
            node->store, NODE_DUTY, node_key_view(&planned), err);
    }
    if (rc == ENT_OK) {
        rc = row_put(node, &key, row, err);
    }
    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    return remind(node, kind, number, err);
}

static enum ent_status
remind_of(struct node *node, const struct node_key *key, struct ent_error *err)
{
    enum node_duty_kind kind =
        (enum node_duty_kind)(key->bytes[8] & (PLANNED - 1));
    uint64_t number = ent_get_be(key->bytes + 9, 8);

    return (key->bytes[8] & PLANNED) != 0
               ? begin_planned(node, kind, number, err)
               : remind(node, kind, number, err);
}

enum ent_status
node_duties_run(struct node *node, uint64_t *ret_due, struct ent_error *err)
{
    *ret_due = UINT64_MAX;
    for (size_t i = 0; i < BUDGET; i++) {
        struct node_key key = {.len = REMIND_LEN};
        enum ent_status rc = node_store_seek(node->store, NODE_REMIND,
            node_key_view(&key), 0, key.bytes, NULL, err);

        if (rc != ENT_OK) {
            return rc == ENT_NOT_FOUND ? ENT_OK : rc;
        }
        *ret_due = ent_get_be(key.bytes, 8);
        if (*ret_due > node->now_ms) {
            return ENT_OK;
        }
        rc = node_store_delete(
            node->store, NODE_REMIND, node_key_view(&key), err);
        if (rc == ENT_OK) {
            rc = remind_of(node, &key, err);
        }
        if (rc != ENT_OK) {
            return rc;
        }
    }
    return ENT_OK;
}

/* ---- for programs ---- */

static Entente__V1__Duty *
duty_of(const struct node *node, enum node_duty_kind kind, uint64_t number,
    const duty_row *row, struct ent_arena *arena)
{
    Entente__V1__Duty *duty = ent_arena_alloc(arena, sizeof *duty);
    char text[TEXT_LEN];

    if (duty == NULL) {
        return NULL;
    }
    entente__v1__duty__init(duty);
    describe(kind, number, row, text);
    duty->kind = (char *)(uintptr_t)names[kind < KINDS ? kind : 0];
    duty->office = node_text_in(arena, row->office);
    duty->id = node_id_in(arena, &row->id);
    duty->since = row->since;
    duty->due = row->due;
    duty->overdue = node->now_ms >= row->due;
    duty->text = node_text_in(arena, text);
    duty->clause = node_text_in(arena, row->clause);
    return duty;
}

enum ent_status
node_duties_list(struct node *node, struct ent_arena *arena,
    Entente__V1__Duty ***ret_list, size_t *ret_count, struct ent_error *err)
{
    struct node_key key = {.len = KEY_LEN};
    Entente__V1__Duty **list =
        ent_arena_alloc(arena, LISTED_MAX * sizeof(*list));
    size_t count = 0;

    if (list == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "listing duties");
    }
    *ret_list = list;
    while (count < LISTED_MAX) {
        ENT_AUTO(node_row_free) duty_row *row = NULL;
        struct ent_view value;
        enum ent_status rc = node_store_seek(node->store, NODE_DUTY,
            node_key_view(&key), 0, key.bytes, &value, err);

        if (rc == ENT_OK) {
            rc =
                node_row_unpack(value, &entente__rest__v1__duty_row__descriptor,
                    (ProtobufCMessage **)&row, err);
        }
        *ret_count = count;
        if (rc != ENT_OK || (key.bytes[0] & PLANNED) != 0) {
            return rc == ENT_NOT_FOUND ? ENT_OK : rc;
        }
        list[count] = duty_of(node, (enum node_duty_kind)key.bytes[0],
            ent_get_be(key.bytes + 1, 8), row, arena);
        if (list[count] == NULL) {
            return ent_fail(err, ENT_NO_MEMORY, "listing duties");
        }
        *ret_count = ++count;
        if (!node_key_after(key.bytes, key.len)) {
            break;
        }
    }
    return ENT_OK;
}
