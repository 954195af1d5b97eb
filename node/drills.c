/* SPDX-License-Identifier: Apache-2.0 */
#include "node/drills.h"

#include <string.h>

#include "node/duties.h"
#include "node/rest.pb-c.h"
#include "node/submit.h"

#define LISTED_MAX 64

typedef Entente__Rest__V1__DrillRow drill_row; /* a generated name */

static enum ent_status
row_get(struct node *node, const struct ent_party *party, drill_row **ret_row,
    struct ent_error *err)
{
    struct node_key key = node_key_party(party);

    return node_row_get(node->store, NODE_DRILL, node_key_view(&key),
        &entente__rest__v1__drill_row__descriptor, (ProtobufCMessage **)ret_row,
        err);
}

/* The row as it is, or as it begins. */
static enum ent_status
row_open(struct node *node, const struct ent_address *office, drill_row **old,
    drill_row *ret_row, struct ent_error *err)
{
    static const drill_row empty = ENTENTE__REST__V1__DRILL_ROW__INIT;
    struct ent_party party = ent_address_party(office);
    enum ent_status rc = row_get(node, &party, old, err);

    if (rc == ENT_OK) {
        *ret_row = **old;
        return ENT_OK;
    }
    *ret_row = empty;
    ret_row->office = (char *)(uintptr_t)office->text;
    ret_row->since = node->now_ms;
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

static enum ent_status
row_put(struct node *node, const struct ent_party *party, const drill_row *row,
    struct ent_error *err)
{
    struct node_key key = node_key_party(party);

    return node_row_put(
        node->store, NODE_DRILL, node_key_view(&key), &row->base, err);
}

/* ---- sent and answered ---- */

enum ent_status
node_drill_sent(struct node *node, const ent_message *message,
    const struct ent_id *id, const struct ent_address *to,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) drill_row *old = NULL;
    struct ent_party party = ent_address_party(to);
    drill_row row;
    enum ent_status rc;

    if (message->body_case != ENTENTE__V1__MESSAGE__BODY_HOTLINE_ALERT ||
        message->mode == ENTENTE__V1__MODE__ACTUAL) {
        return ENT_OK;
    }
    rc = row_open(node, to, &old, &row, err);
    if (rc != ENT_OK) {
        return rc;
    }
    row.id.data = (uint8_t *)(uintptr_t)id->bytes;
    row.id.len = sizeof id->bytes;
    row.sent_at = node->now_ms;
    return row_put(node, &party, &row, err);
}

static enum ent_status
record(struct node *node, const struct ent_party *party,
    const struct ent_id *id, uint64_t answer_ms, struct ent_error *err)
{
    struct ent_digest subject = {{0}};
    uint64_t seconds = answer_ms / 1000;

    memcpy(subject.bytes, id->bytes, sizeof id->bytes);
    return node_record(node, ENT_ENTRY_DRILL, party, &subject,
        &(struct ent_digest){{0}},
        seconds > UINT32_MAX ? UINT32_MAX : (uint32_t)seconds, err);
}

enum ent_status
node_drill_answered(struct node *node, const struct ent_id *id,
    const struct ent_party *by, uint64_t delivered_at, struct ent_error *err)
{
    ENT_AUTO(node_row_free) drill_row *old = NULL;
    drill_row row;
    enum ent_status rc = row_get(node, by, &old, err);

    if (rc != ENT_OK || old->id.len != sizeof id->bytes ||
        memcmp(old->id.data, id->bytes, sizeof id->bytes) != 0) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    row = *old;
    row.answered_at = node->now_ms;
    row.answer_ms = delivered_at == 0 || delivered_at > node->now_ms
                        ? 0
                        : node->now_ms - delivered_at;
    rc = row_put(node, by, &row, err);
    if (rc == ENT_OK) {
        rc = record(node, by, id, row.answer_ms, err);
    }
    return rc != ENT_OK ? rc
                        : node_duty_end(node, NODE_DUTY_DRILL,
                              node_store_number_of(node->store, by), err);
}

/* ---- owed ---- */

/* How often one is owed to that office by what is in use; 0: never. */
static uint64_t
owed_every(const struct node *node, const struct ent_address *office)
{
    const struct ent_agreement *agreement =
        node_agreements_with(node->agreements, ent_address_state(office));

    return agreement == NULL || !ent_agreement_in_force(agreement, node->now_ms)
               ? 0
               : ent_agreement_drill_ms(agreement, &node->self, office);
}

static enum ent_status
watch(struct node *node, const struct ent_address *office, uint64_t every_ms,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) drill_row *old = NULL;
    struct ent_party party = ent_address_party(office);
    struct node_duty duty = {.kind = NODE_DUTY_DRILL,
        .number = node_store_number_of(node->store, &party),
        .office = office->text};
    drill_row row;
    enum ent_status rc = row_open(node, office, &old, &row, err);

    if (rc == ENT_OK && old == NULL) {
        rc = row_put(node, &party, &row, err);
    }
    duty.due_ms =
        (row.answered_at > row.since ? row.answered_at : row.since) + every_ms;
    return rc != ENT_OK ? rc : node_duty_begin(node, &duty, err);
}

/* Those that no agreement asks for any more. */
static enum ent_status
release(struct node *node, struct ent_error *err)
{
    struct node_key key = {.len = node_key_len(NODE_DRILL)};

    for (;;) {
        ENT_AUTO(node_row_free) drill_row *row = NULL;
        struct ent_address office;
        struct ent_view value;
        enum ent_status rc = node_store_seek(node->store, NODE_DRILL,
            node_key_view(&key), 0, key.bytes, &value, err);

        if (rc == ENT_OK) {
            rc = node_row_unpack(value,
                &entente__rest__v1__drill_row__descriptor,
                (ProtobufCMessage **)&row, err);
        }
        if (rc == ENT_OK) {
            rc = ent_address_parse(ent_view_text(row->office), &office, err);
        }
        if (rc == ENT_OK && owed_every(node, &office) == 0) {
            struct ent_party party = ent_address_party(&office);

            rc = node_duty_end(node, NODE_DUTY_DRILL,
                node_store_number_of(node->store, &party), err);
        }
        if (rc != ENT_OK || !node_key_after(key.bytes, key.len)) {
            return rc == ENT_NOT_FOUND ? ENT_OK : rc;
        }
    }
}

enum ent_status
node_drills_watch(struct node *node, struct ent_error *err)
{
    const struct ent_agreement *agreement;
    enum ent_status rc = release(node, err);

    for (size_t i = 0; rc == ENT_OK && (agreement = node_agreements_at(
                                            node->agreements, i, NULL)) != NULL;
         i++) {
        const struct ent_address *office;

        for (size_t k = 0; rc == ENT_OK && (office = ent_agreement_office(
                                                agreement, k)) != NULL;
             k++) {
            uint64_t every_ms = owed_every(node, office);

            rc = every_ms == 0 ? ENT_OK : watch(node, office, every_ms, err);
        }
    }
    return rc;
}

/* ---- for programs ---- */

static Entente__V1__Drill *
drill_of(const drill_row *row, struct ent_arena *arena)
{
    Entente__V1__Drill *drill = ent_arena_alloc(arena, sizeof *drill);

    if (drill == NULL) {
        return NULL;
    }
    entente__v1__drill__init(drill);
    drill->office = node_text_in(arena, row->office);
    drill->id = node_id_in(arena, &row->id);
    drill->sent_at = row->sent_at;
    drill->answered_at = row->answered_at;
    drill->answer_ms = row->answer_ms;
    return drill;
}

enum ent_status
node_drills_list(struct node *node, struct ent_arena *arena,
    Entente__V1__Drill ***ret_list, size_t *ret_count, struct ent_error *err)
{
    struct node_key key = {.len = node_key_len(NODE_DRILL)};
    Entente__V1__Drill **list =
        ent_arena_alloc(arena, LISTED_MAX * sizeof(*list));
    size_t count = 0;
    enum ent_status rc = ENT_OK;

    *ret_count = 0;
    if (list == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "listing drills");
    }
    while (rc == ENT_OK && count < LISTED_MAX) {
        ENT_AUTO(node_row_free) drill_row *row = NULL;
        struct ent_view value;

        rc = node_store_seek(node->store, NODE_DRILL, node_key_view(&key), 0,
            key.bytes, &value, err);
        if (rc == ENT_OK) {
            rc = node_row_unpack(value,
                &entente__rest__v1__drill_row__descriptor,
                (ProtobufCMessage **)&row, err);
        }
        if (rc == ENT_OK && row->sent_at != 0) {
            list[count] = drill_of(row, arena);
            if (list[count++] == NULL) {
                return ent_fail(err, ENT_NO_MEMORY, "listing drills");
            }
        }
        if (rc == ENT_OK && !node_key_after(key.bytes, key.len)) {
            break;
        }
    }
    *ret_list = list;
    *ret_count = count;
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}
