/* SPDX-License-Identifier: Apache-2.0 */
/* What officers of two offices do, and what they see. */
#include "tests/two_offices.h"

#include "proto/message.h"

const char hotline[] =
    "{\"purpose\":\"THREAT_TO_LIFE\",\"offence\":\"DRUGS\",\"hotlineAlert\":{"
    "\"what\":\"DRUGS\",\"where\":{\"country\":\"TH\"},\"when\":"
    "\"2026-08-15T09:59:00Z\",\"action\":\"STOP\",\"direction\":\"toward mm\","
    "\"description\":\"white pick-up\"}}";

const char not_agreed[] =
    "{\"purpose\":\"STATISTICS\",\"precedence\":\"ROUTINE\",\"test\":{}}";

void
submit(enum who from, enum who to, const char *json,
    Entente__V1__SubmitResult **ret_result, struct ent_arena *arena)
{
    Entente__V1__Submission submission = ENTENTE__V1__SUBMISSION__INIT;
    ProtobufCMessage *message;
    char *recipient = (char *)(uintptr_t)addresses[to];

    expect_ok(ent_json_read(view(json), &entente__v1__message__descriptor,
        arena, &message, &last_error));
    submission.message = (ent_message *)message;
    submission.to = &recipient;
    submission.n_to = 1;
    expect_ok(node_turn_begin(world.nodes[from], world.now, &last_error));
    expect_ok(node_submit(
        world.nodes[from], &submission, arena, ret_result, &last_error));
    expect_ok(node_turn_end(world.nodes[from], ENT_OK, &last_error));
}

/* Send it and remember its id as accepted. */
struct ent_id
post(enum who from, enum who to, const char *json)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__SubmitResult *result;
    struct ent_id id;

    expect_ok(ent_arena_init(&arena, 1 << 22, &last_error));
    submit(from, to, json, &result, &arena);
    assert_string_equal(result->error, "");
    if (!result->copies[0]->accepted) {
        fail_msg("refused: %s", result->copies[0]->sentence);
    }
    expect_ok(ent_id_parse(view(result->id), &id, &last_error));
    assert_true(world.sent_count < SENT_MAX);
    world.sent[world.sent_count++] = id;
    return id;
}

/* A number that the store counts by. */
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

uint64_t
desk_count(enum who who)
{
    return number_of(who, "desk");
}

/* How often a message lies on that desk. */
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

uint32_t
state_of(enum who from, enum who to, const struct ent_id *id)
{
    struct node *node = world.nodes[from];
    struct ent_party party = ent_address_party(&world.configs[to].address);
    node_copy_row *row = NULL;
    uint32_t state;

    expect_ok(node_store_begin(node->store, &last_error));
    expect_ok(node_copy_get(node, id, &party, &row, &last_error));
    state = row->state;
    node_row_free(&row);
    node_store_abort(node->store);
    return state;
}

void
journal_is_good(enum who who)
{
    struct node *node = world.nodes[who];

    expect_ok(node_store_begin(node->store, &last_error));
    expect_ok(node_journal_verify(node->journal, node->store, &last_error));
    node_store_abort(node->store);
}

/* A first message, so that each knows the other's keys. */
void
introduce(void)
{
    (void)post(MAESAI, TACHILEIK, hotline);
    pass(0);
    pass(6000);
    assert_int_equal(desk_count(TACHILEIK), 1);
}
