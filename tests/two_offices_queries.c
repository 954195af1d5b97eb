/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/two_offices_queries.h"

#include <stdio.h>
#include <string.h>

#include "node/found.h"

int
setup_with(
    void **state, const char *families, const struct amendment *more, size_t n)
{
    if (setup(state) != 0) {
        return -1;
    }
    agree_on(families, more, n);
    introduce();
    return 0;
}

int
setup_query(void **state)
{
    return setup_with(state, FAMILIES, NULL, 0);
}

struct ent_id
alert(enum who from, const char *plate, const char *more)
{
    char json[768];

    (void)snprintf(json, sizeof json,
        "{\"purpose\":\"ADMINISTRATION\",\"offence\":\"DRUGS\",%s"
        "\"conveyanceAlert\":{\"conveyance\":{\"mode\":\"LAND_ROAD\","
        "\"plate\":\"%s\"},\"reason\":\"seen at a laboratory\",\"action\":"
        "\"WATCH\",\"expiresAt\":\"2026-09-15T00:00:00Z\"}}",
        more, plate);
    return post(from, !from, json);
}

struct ent_id
person_alert(const char *name, const char *born)
{
    char json[768];

    (void)snprintf(json, sizeof json,
        "{\"purpose\":\"ADMINISTRATION\",\"offence\":\"SMUGGLING_OF_MIGRANTS\","
        "\"reviewAt\":"
        "\"2026-09-01T00:00:00Z\",\"personAlert\":{\"person\":{\"name\":\"%s\","
        "\"birthDate\":\"%s\"},\"action\":\"DISCREET_CHECK\",\"grounds\":"
        "\"a courier\",\"expiresAt\":\"2026-09-15T00:00:00Z\"}}",
        name, born);
    return post(MAESAI, TACHILEIK, json);
}

struct ent_id
ask(const char *of, const char *mode)
{
    char json[768];

    (void)snprintf(json, sizeof json,
        "{\"purpose\":\"ADMINISTRATION\",\"mode\":\"%s\",\"hitQuery\":{%s,"
        "\"encounter\":\"ENTRY_PRIMARY\"}}",
        mode, of);
    return post(TACHILEIK, MAESAI, json);
}

struct ent_id
ask_plate(const char *plate)
{
    char of[256];

    (void)snprintf(of, sizeof of,
        "\"conveyance\":{\"mode\":\"LAND_ROAD\",\"plate\":\"%s\"}", plate);
    return ask(of, "ACTUAL");
}

struct ent_id
ask_person(const char *name, const char *born)
{
    char of[256];

    (void)snprintf(of, sizeof of,
        "\"person\":{\"name\":\"%s\",\"birthDate\":\"%s\"}", name, born);
    return ask(of, "ACTUAL");
}

const ent_message *
answer_to(const struct ent_id *query, struct ent_arena *arena)
{
    struct node *node = world.nodes[TACHILEIK];
    uint64_t newest = number_of(TACHILEIK, "desk");
    const ent_message *answer = NULL;
    char text[ENT_ID_TEXT_LEN + 1];

    ent_id_format(query, text);
    expect_ok(ent_arena_init(arena, 8 * NODE_MESSAGE_ARENA, &last_error));
    expect_ok(node_store_begin(node->store, &last_error));
    for (uint64_t i = 1; i <= newest; i++) {
        struct node_found found;
        ent_message *message;

        expect_ok(node_found_get(node, NODE_CAME, i, &found, &last_error));
        expect_ok(node_found_open(node, &found, arena, &message, &last_error));
        if (strcmp(message->in_reply_to, text) == 0) {
            assert_null(answer);
            answer = message;
        }
    }
    node_store_abort(node->store);
    return answer;
}

const char *
outcome(const struct ent_id *query)
{
    static char told[64];
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    const ent_message *answer;

    exchange();
    answer = answer_to(query, &arena);
    if (answer == NULL) {
        return "";
    }
    if (answer->hit_answer->result == ENTENTE__V1__CHECK_RESULT__NO_HIT) {
        assert_string_equal(answer->hit_answer->owner, "");
        assert_string_equal(answer->hit_answer->alert_id, "");
        assert_string_equal(answer->hit_answer->family, "");
        return "NO_HIT";
    }
    assert_int_equal(
        answer->hit_answer->result, ENTENTE__V1__CHECK_RESULT__HIT);
    (void)snprintf(told, sizeof told, "HIT %s", answer->hit_answer->alert_id);
    return told;
}

const char *
hit_on(const struct ent_id *id)
{
    static char text[64] = "HIT ";

    ent_id_format(id, text + 4);
    return text;
}
