/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/two_offices_rows.h"

#include <stdio.h>

#include "node/alarms.h"
#include "node/check.h"
#include "node/keeping.h"

uint64_t
number_of(enum who who, const char *name)
{
    uint64_t number;

    expect_ok(node_store_begin(world.nodes[who]->store, &last_error));
    expect_ok(
        node_number_get(world.nodes[who]->store, name, &number, &last_error));
    node_store_abort(world.nodes[who]->store);
    return number;
}

unsigned
rows_in(enum who who, enum node_table table)
{
    struct node *node = world.nodes[who];
    struct node_key key = {.len = node_key_len(table)};
    unsigned count = 0;

    expect_ok(node_store_begin(node->store, &last_error));
    while (node_store_seek(node->store, table, node_key_view(&key), 0,
               key.bytes, NULL, &last_error) == ENT_OK) {
        count++;
        assert_true(node_key_after(key.bytes, key.len));
    }
    node_store_abort(node->store);
    return count;
}

void
tidy(enum who who)
{
    for (uint64_t due = 0; due <= world.now;) {
        expect_ok(node_keeping_turn(
            world.nodes[who], world.now, NODE_KEEPING_ROWS, &due, &last_error));
    }
}

/* ---- desks ---- */

uint64_t
desk_count(enum who who)
{
    return number_of(who, "desk");
}

unsigned
times_on_desk(enum who who, const struct ent_id *id)
{
    struct node *node = world.nodes[who];
    uint64_t count = desk_count(who);
    unsigned times = 0;

    expect_ok(node_store_begin(node->store, &last_error));
    for (uint64_t i = 1; i <= count; i++) {
        ENT_AUTO(node_row_free) node_desk_row *row = NULL;

        expect_ok(node_desk_get(node, i, &row, &last_error));
        times += row->id.len == sizeof id->bytes &&
                 memcmp(row->id.data, id->bytes, sizeof id->bytes) == 0;
    }
    node_store_abort(node->store);
    return times;
}

node_desk_row *
desk_row(enum who who, const struct ent_id *id)
{
    struct node *node = world.nodes[who];
    uint64_t count = desk_count(who);
    node_desk_row *found = NULL;

    expect_ok(node_store_begin(node->store, &last_error));
    for (uint64_t i = 1; i <= count && found == NULL; i++) {
        expect_ok(node_desk_get(node, i, &found, &last_error));
        if (memcmp(found->id.data, id->bytes, sizeof id->bytes) != 0) {
            node_row_free(&found);
        }
    }
    node_store_abort(node->store);
    assert_non_null(found);
    return found;
}

/* ---- copies ---- */

node_copy_row *
copy_row(enum who from, enum who to, const struct ent_id *id)
{
    struct node *node = world.nodes[from];
    struct ent_party party = ent_address_party(&world.configs[to].address);
    node_copy_row *row = NULL;

    expect_ok(node_store_begin(node->store, &last_error));
    expect_ok(node_copy_get(node, id, &party, &row, &last_error));
    node_store_abort(node->store);
    return row;
}

uint32_t
state_of(enum who from, enum who to, const struct ent_id *id)
{
    ENT_AUTO(node_row_free) node_copy_row *row = copy_row(from, to, id);

    return row->state;
}

/* ---- what is written down ---- */

size_t
alarms_of(enum who who, uint32_t kind)
{
    struct node *node = world.nodes[who];
    size_t count = 0;

    expect_ok(node_store_begin(node->store, &last_error));
    for (uint64_t number = 0;; number++) {
        ENT_AUTO(node_row_free) Entente__Rest__V1__AlarmRow *row = NULL;
        enum ent_status rc = node_alarm_next(node, &number, &row, &last_error);

        if (rc == ENT_NOT_FOUND) {
            break;
        }
        expect_ok(rc);
        count += row->kind == kind;
    }
    node_store_abort(node->store);
    return count;
}

void
alarm_text(enum who who, uint32_t kind, char text[static 512])
{
    struct node *node = world.nodes[who];
    uint64_t number = 1;

    text[0] = '\0';
    expect_ok(node_store_begin(node->store, &last_error));
    for (;; number++) {
        ENT_AUTO(node_row_free) Entente__Rest__V1__AlarmRow *row = NULL;

        if (node_alarm_next(node, &number, &row, &last_error) != ENT_OK) {
            break;
        }
        if (row->kind == kind) {
            (void)snprintf(text, 512, "%s: %s", row->subject, row->text);
        }
    }
    node_store_abort(node->store);
}

void
journal_is_good(enum who who)
{
    struct node *node = world.nodes[who];

    expect_ok(node_store_begin(node->store, &last_error));
    expect_ok(node_journal_verify(node->journal, node->store, &last_error));
    node_store_abort(node->store);
}

size_t
entries_in(enum who who, enum ent_entry_kind kind)
{
    struct node *node = world.nodes[who];
    struct ent_entry entry;
    size_t count = 0;

    expect_ok(node_store_begin(node->store, &last_error));
    for (uint64_t i = 0; i < node_journal_size(node->journal); i++) {
        expect_ok(node_journal_entry(
            node->journal, node->store, i, &entry, &last_error));
        count += entry.kind == kind;
    }
    node_store_abort(node->store);
    return count;
}

void
tally_is_good(enum who who)
{
    struct node *node = world.nodes[who];
    struct node_check check;

    node_check_begin(node, &check);
    while (check.stage != NODE_CHECK_DONE) {
        begin_turn(who);
        expect_ok(node_check_step(node, &check, 3, &last_error));
        end_turn(who);
    }
    if (!check.good) {
        fail_msg("%s: %s", addresses[who], check.fault);
    }
    node_check_fini(&check);
}
