/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/minimise.h"

#include <assert.h>
#include <string.h>

#include "policy/path.h"
#include "policy/repeat.h"
#include "proto/base/pb_field.h"
#include "proto/refusal.h"

static bool
note_first(void *context, const struct ent_path_level *level,
    const ProtobufCFieldDescriptor *field)
{
    char **where = context;

    if (*where != NULL) {
        ent_path_where(level, field, *where);
    }
    *where = NULL;
    return false;
}

bool
ent_message_has(const ent_message *message, const char *path, char *ret_where)
{
    char scratch[ENT_PATH_LEN];
    char *where = ret_where != NULL ? ret_where : scratch;

    assert(message != NULL && path != NULL);

    ent_path_walk(message, path, note_first, &where);
    return where == NULL;
}

static bool
note_known(void *context, const struct ent_path_level *level,
    const ProtobufCFieldDescriptor *field)
{
    (void)level;
    (void)field;
    *(bool *)context = true;
    return false;
}

bool
ent_path_is_known(const char *path)
{
    bool known = false;
    const char *absent;

    assert(path != NULL);

    ent_path_walk_schema(path, note_known, &known);
    for (size_t i = 0; !known && (absent = ent_path_absent(i)) != NULL; i++) {
        known = strcmp(path, absent) == 0;
    }
    return known;
}

/* What is being removed, and the record of it. The record is as long as the
 * message had matches before the first was removed. */
struct removal {
    const char *clause;
    size_t mask;
    struct ent_repeat *values; /* what is removed */
    struct ent_error *err;
    enum ent_status rc; /* of noting them */
    Entente__V1__Withheld **list;
    Entente__V1__Withheld *rows;
    char (*fields)[ENT_PATH_LEN];
    char (*clauses)[ENT_CLAUSE_LEN];
    size_t count;
    size_t room;
};

static bool
count_match(void *context, const struct ent_path_level *level,
    const ProtobufCFieldDescriptor *field)
{
    struct removal *removal = context;

    (void)level;
    (void)field;
    removal->room++;
    return true;
}

static bool
remove_match(void *context, const struct ent_path_level *level,
    const ProtobufCFieldDescriptor *field)
{
    struct removal *removal = context;
    size_t n = removal->count;
    Entente__V1__Withheld *row = &removal->rows[n];

    assert(n < removal->room);

    removal->rc = ent_repeat_add(
        removal->values, level->message, field, removal->mask, removal->err);
    if (removal->rc != ENT_OK) {
        return false;
    }
    entente__v1__withheld__init(row);
    ent_path_where(level, field, removal->fields[n]);
    strncpy(removal->clauses[n], removal->clause, ENT_CLAUSE_LEN - 1);
    row->field = removal->fields[n];
    row->clause = removal->clauses[n];
    removal->list[n] = row;
    removal->count++;
    /* The walk reads; that the message may be changed is our caller's. */
    ent_pb_clear((ProtobufCMessage *)(uintptr_t)level->message, field);
    return true;
}

/* Room for everything that will be withheld, behind what already is. */
static enum ent_status
make_room(struct removal *removal, const ent_message *message,
    struct ent_arena *arena, struct ent_error *err)
{
    size_t kept = message->n_withheld;
    size_t room = removal->room;

    removal->list = ent_arena_alloc(arena, (kept + room) * sizeof(void *));
    removal->rows = ent_arena_alloc(arena, room * sizeof *removal->rows);
    removal->fields = ent_arena_alloc(arena, room * sizeof *removal->fields);
    removal->clauses = ent_arena_alloc(arena, room * sizeof *removal->clauses);
    if (removal->list == NULL || removal->rows == NULL ||
        removal->fields == NULL || removal->clauses == NULL) {
        return ent_fail(
            err, ENT_NO_MEMORY, "recording %zu withheld fields", room);
    }
    if (kept > 0) {
        memcpy(removal->list, message->withheld, kept * sizeof(void *));
    }
    return ENT_OK;
}

/* Clear them, and note in `removal` what they held. */
static enum ent_status
remove_all(const struct ent_decision *decision, ent_message *message,
    struct removal *removal)
{
    Entente__V1__Withheld **list = removal->list;

    removal->list += message->n_withheld;
    for (size_t i = 0; removal->rc == ENT_OK && i < decision->mask_count; i++) {
        removal->clause = decision->mask_clause[i];
        removal->mask = i;
        ent_path_walk(message, decision->masks[i], remove_match, removal);
    }
    message->withheld = list;
    message->n_withheld += removal->count;
    return removal->rc;
}

/* What is left must not say it again. */
static enum ent_status
refuse_repeated(struct ent_decision *decision, const ent_message *message,
    const struct ent_repeat *values, struct ent_error *err)
{
    char where[ENT_PATH_LEN];
    bool found = false;
    size_t mask = 0;
    enum ent_status rc =
        ent_repeat_find(values, message, &found, where, &mask, err);

    if (rc == ENT_OK && found) {
        ent_decision_refuse(decision, ENT_REFUSAL_FIELD_PROHIBITED,
            decision->mask_clause[mask], decision->mask_line[mask],
            "%s says again what %s held, which is withheld there: write it "
            "without",
            where, decision->masks[mask]);
    }
    return rc;
}

enum ent_status
ent_minimise(struct ent_decision *decision, ent_message *message,
    struct ent_arena *arena, struct ent_error *err)
{
    ENT_AUTO(ent_repeat_free) struct ent_repeat *values = NULL;
    struct removal removal = {.err = err};
    enum ent_status rc;

    assert(decision != NULL && decision->permit && message != NULL);

    for (size_t i = 0; i < decision->mask_count; i++) {
        ent_path_walk(message, decision->masks[i], count_match, &removal);
    }
    if (removal.room == 0) {
        return ENT_OK;
    }
    rc = make_room(&removal, message, arena, err);
    if (rc == ENT_OK) {
        rc = ent_repeat_new(&values, err);
    }
    if (rc == ENT_OK) {
        removal.values = values;
        rc = remove_all(decision, message, &removal);
    }
    return rc != ENT_OK ? rc : refuse_repeated(decision, message, values, err);
}
