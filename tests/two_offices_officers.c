/* SPDX-License-Identifier: Apache-2.0 */
/* What officers of two offices write and send. */
#include "tests/two_offices_rows.h"

#include <stdio.h>

#include "node/outbox.h"
#include "node/sealer.h"
#include "proto/message.h"

const char hotline[] =
    "{\"purpose\":\"THREAT_TO_LIFE\",\"offence\":\"DRUGS\",\"hotlineAlert\":{"
    "\"what\":\"DRUGS\",\"where\":{\"country\":\"TH\"},\"when\":"
    "\"2026-08-15T09:59:00Z\",\"action\":\"STOP\",\"direction\":\"toward mm\","
    "\"description\":\"white pick-up\"}}";

const char not_agreed[] =
    "{\"purpose\":\"STATISTICS\",\"precedence\":\"ROUTINE\",\"test\":{}}";

void
submit_one(enum who from, enum who to, const char *json,
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
    expect_ok(node_submit(world.nodes[from], &submission, (struct ent_view){0},
        arena, ret_result, &last_error));
}

/* Every other message is sealed in the turn in which it is handed in. */
void
submit(enum who from, enum who to, const char *json,
    Entente__V1__SubmitResult **ret_result, struct ent_arena *arena)
{
    struct node *node = world.nodes[from];

    world.at_once = !world.at_once;
    expect_ok(node_turn_begin(node, world.now, &last_error));
    if (world.at_once) {
        node_outbox_open(node);
    }
    submit_one(from, to, json, ret_result, arena);
    node_outbox_close(node);
    expect_ok(node_sealer_fresh(node, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
}

void
post_together(enum who from, enum who to, struct ent_id *ids, size_t count)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    struct node *node = world.nodes[from];

    expect_ok(ent_arena_init(&arena, 1 << 24, &last_error));
    node_outbox_open(node);
    for (size_t i = 0; i < count; i++) {
        Entente__V1__SubmitResult *result;

        submit_one(from, to, hotline, &result, &arena);
        assert_int_equal(refusal_of(result), 0);
        expect_ok(
            ent_id_parse(ent_view_text(result->id), &ids[i], &last_error));
    }
    node_outbox_close(node);
    expect_ok(node_sealer_fresh(node, &last_error));
}

const char *
with_id(const char *json, const struct ent_id *id)
{
    static char given[512];
    char text[ENT_ID_TEXT_LEN + 1];

    ent_id_format(id, text);
    assert_true(snprintf(given, sizeof given, "{\"id\":\"%s\",%s", text,
                    json + 1) < (int)sizeof given);
    return given;
}

uint32_t
refusal_of(const Entente__V1__SubmitResult *result)
{
    assert_int_equal(result->n_copies, 1);
    assert_true(
        result->copies[0]->accepted == (result->copies[0]->reason == 0));
    return result->copies[0]->reason;
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

struct ent_id
say_of(enum who from, const char *act, const struct ent_id *of)
{
    char id[ENT_ID_TEXT_LEN + 1];
    char json[512];

    ent_id_format(of, id);
    (void)snprintf(json, sizeof json,
        "{\"purpose\":\"ADMINISTRATION\",\"lifecycle\":{\"messageId\":\"%s\","
        "\"act\":\"%s\",\"at\":\"2026-08-15T10:00:00Z\",\"role\":"
        "\"supervisor\",\"reason\":\"sent in error\"}}",
        id, act);
    return post(from, from == MAESAI ? TACHILEIK : MAESAI, json);
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
