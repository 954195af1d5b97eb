/* SPDX-License-Identifier: Apache-2.0 */
#include "node/query_internal.h"

#include <string.h>

/* ---- what is asked ---- */

static bool
is_exercise(const struct query_asking *asking)
{
    return asking->query->mode != ENTENTE__V1__MODE__ACTUAL;
}

static enum ent_status
keep_key(void *context, enum ent_lookup kind, struct ent_view key,
    struct ent_error *err)
{
    struct query_asking *asking = context;

    (void)err;
    if (asking->key_count == QUERY_KEYS_MAX) {
        asking->unsure = true;
        return ENT_OK;
    }
    asking->keys[asking->key_count++] =
        node_index_blind(asking->node, is_exercise(asking), kind, key);
    return ENT_OK;
}

static enum ent_status
keep_number(void *context, enum ent_lookup kind, struct ent_view key,
    struct ent_error *err)
{
    return node_list_is_by(kind) ? keep_key(context, kind, key, err) : ENT_OK;
}

static enum ent_status
look_by_numbers(struct query_asking *asking, struct ent_error *err)
{
    const Entente__V1__HitQuery *query = asking->query->hit_query;
    enum ent_status rc =
        ent_lookup_message(asking->query, keep_number, asking, err);

    asking->unsure = asking->unsure ||
                     (asking->key_count == 0 &&
                         (query->conveyance != NULL || query->cargo != NULL));
    for (size_t i = 0; rc == ENT_OK && i < asking->key_count; i++) {
        rc = node_list_look(
            asking->node, &asking->keys[i], 1, &asking->hits, err);
    }
    return rc;
}

/* Entries that have all words of one name; `looked` is as it was when it has
 * no letter that can be compared. */
static enum ent_status
look_by_name(struct query_asking *asking, const char *name, bool *looked,
    struct ent_error *err)
{
    enum ent_status rc;

    asking->key_count = 0;
    rc = ent_lookup_ask(ENT_LOOKUP_NAME, (struct ent_view){0},
        ent_view_text(name), keep_key, asking, err);
    if (rc == ENT_BAD_INPUT) {
        return ENT_OK;
    }
    if (rc == ENT_OK) {
        *looked = true;
        rc = node_list_look(
            asking->node, asking->keys, asking->key_count, &asking->hits, err);
    }
    return rc;
}

static enum ent_status
look_by_person(struct query_asking *asking, struct ent_error *err)
{
    const Entente__V1__Person *person = asking->query->hit_query->person;
    bool looked = false;
    enum ent_status rc = ENT_OK;

    if (person == NULL) {
        return ENT_OK;
    }
    if (strlen(person->birth_date) != QUERY_WHOLE_DATE_LEN) {
        asking->unsure = true;
        return ENT_OK;
    }
    if (person->name[0] != '\0') {
        rc = look_by_name(asking, person->name, &looked, err);
    }
    if (rc == ENT_OK && person->native_name != NULL) {
        rc = look_by_name(asking, person->native_name->text, &looked, err);
    }
    for (size_t i = 0; rc == ENT_OK && i < person->n_aliases; i++) {
        rc = look_by_name(asking, person->aliases[i]->text, &looked, err);
    }
    asking->unsure = asking->unsure || !looked;
    return rc;
}

static enum ent_status
answer(struct node *node, const struct ent_address *sender,
    const ent_message *message, bool *ret_answered, struct ent_error *err)
{
    struct query_asking asking = {
        .node = node, .query = message, .asker = sender};
    enum ent_status rc = look_by_numbers(&asking, err);

    if (rc == ENT_OK) {
        rc = look_by_person(&asking, err);
    }
    if (rc == ENT_OK) {
        rc = node_query_answer_hit(&asking, ret_answered, err);
    }
    if (rc != ENT_OK || *ret_answered || asking.unsure || asking.hits.more) {
        return rc;
    }
    return node_query_answer_no_hit(&asking, ret_answered, err);
}

enum ent_status
node_query_take(struct node *node, const struct ent_address *sender,
    const ent_message *message, bool *ret_answered, struct ent_error *err)
{
    *ret_answered = false;
    return message->body_case != ENTENTE__V1__MESSAGE__BODY_HIT_QUERY ||
                   message->restored != NULL || message->origin != NULL
               ? ENT_OK
               : answer(node, sender, message, ret_answered, err);
}
