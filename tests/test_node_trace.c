/* SPDX-License-Identifier: Apache-2.0 */
/* A list of what was sent skips nothing, wherever it begins and its pages end.
 */
#include "tests/two_offices_rows.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "node/api.h"
#include "node/found.h"
#include "proto/base/log.h"

#define OTHERS 9 /* offices that nothing was agreed with */
#define LISTED_MAX 256
#define REFUSED_HERE ENTENTE__V1__TRACE_STATE__TRACE_REFUSED_HERE

/* ---- what is sent ---- */

/* One message of Mae Sai to so many other offices, which are refused, and among
 * them, at `place`, to Tachileik. */
static struct ent_id
post_among(size_t others, size_t place, const char *json, bool accepted)
{
    static char names[OTHERS][32];
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__Submission submission = ENTENTE__V1__SUBMISSION__INIT;
    Entente__V1__SubmitResult *result;
    struct node *node = world.nodes[MAESAI];
    ProtobufCMessage *message;
    char *to[OTHERS + 1];
    struct ent_id id;

    expect_ok(ent_arena_init(&arena, 1 << 22, &last_error));
    expect_ok(ent_json_read(view(json), &entente__v1__message__descriptor,
        &arena, &message, &last_error));
    for (size_t i = 0, other_one = 0; i <= others; i++) {
        if (i == place) {
            to[i] = (char *)(uintptr_t)addresses[TACHILEIK];
            continue;
        }
        (void)snprintf(
            names[other_one], sizeof names[other_one], "blo-%zu@la", other_one);
        to[i] = names[other_one++];
    }
    submission.message = (ent_message *)message;
    submission.to = to;
    submission.n_to = others + 1;
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_submit(
        node, &submission, (struct ent_view){0}, &arena, &result, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    assert_string_equal(result->error, "");
    assert_int_equal(result->copies[place]->accepted, accepted);
    expect_ok(ent_id_parse(view(result->id), &id, &last_error));
    return id;
}

/* ---- what is listed ---- */

struct listed {
    uint64_t number;
    uint64_t accepted_at;
    uint32_t state;
    char id[ENT_ID_TEXT_LEN + 1];
};

static struct listed listed[LISTED_MAX];
static size_t listed_count;

static uint64_t
read_page(uint64_t from, uint64_t from_time, uint32_t limit)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__TraceRequest request = ENTENTE__V1__TRACE_REQUEST__INIT;
    Entente__V1__TraceReply reply = ENTENTE__V1__TRACE_REPLY__INIT;
    struct node *node = world.nodes[MAESAI];

    request.from = from;
    request.from_time = from_time;
    request.limit = limit;
    request.content = true;
    expect_ok(ent_arena_init(&arena, 1 << 22, &last_error));
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_api_trace(node, &request, &arena, &reply, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    assert_true(reply.n_items <= limit);
    for (size_t i = 0; i < reply.n_items; i++) {
        const Entente__V1__TraceItem *item = reply.items[i];
        struct listed *one = &listed[listed_count++];

        assert_true(listed_count < LISTED_MAX);
        assert_int_equal(item->n_copies, 1);
        one->number = item->copies[0]->number;
        one->accepted_at = item->copies[0]->accepted_at;
        one->state = (uint32_t)item->copies[0]->state;
        strcpy(one->id, item->id);
    }
    return reply.n_items == 0 ? 0 : reply.next;
}

static size_t
list_from(uint64_t from_time, uint32_t limit)
{
    uint64_t next;

    listed_count = 0;
    next = read_page(1, from_time, limit);
    while (next != 0) {
        next = read_page(next, 0, limit);
    }
    return listed_count;
}

/* How often a message is listed that did not end here. */
static size_t
times_listed(const struct ent_id *id)
{
    char text[ENT_ID_TEXT_LEN + 1];
    size_t times = 0;

    ent_id_format(id, text);
    for (size_t i = 0; i < listed_count; i++) {
        times +=
            strcmp(listed[i].id, text) == 0 && listed[i].state != REFUSED_HERE;
    }
    return times;
}

/* Whatever time and page: each copy of that time or later, once, in order. */
static void
expect_nothing_skipped(void)
{
    static struct listed all[LISTED_MAX];
    const size_t count = list_from(0, NODE_API_BATCH_MAX);

    memcpy(all, listed, sizeof all);
    for (size_t from = 0; from < count; from++) {
        size_t first = from;

        while (
            first > 0 && all[first - 1].accepted_at >= all[from].accepted_at) {
            first--;
        }
        for (uint32_t limit = 1; limit < 5; limit++) {
            assert_int_equal(
                list_from(all[from].accepted_at, limit), count - first);
            assert_memory_equal(
                listed, &all[first], (count - first) * sizeof all[0]);
        }
    }
    assert_int_equal(list_from(world.now + 1, 4), 0);
}

/* ---- tests ---- */

static int
setup_trace(void **state)
{
    if (setup(state) != 0) {
        return -1;
    }
    introduce();
    return 0;
}

static void
what_was_refused_hides_nothing(void **state)
{
    struct ent_id ids[4];

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        world.now += HOUR;
        ids[i] = post_among(OTHERS, 3 * i, hotline, true);
        world.now += HOUR;
        (void)post_among(OTHERS, i, not_agreed, false);
    }
    exchange();
    expect_nothing_skipped();
    (void)list_from(world.now - 2 * DAY, 3);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(times_listed(&ids[i]), 1);
    }
}

static void
what_was_sent_in_one_millisecond_is_listed_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        world.now += HOUR;
        for (size_t j = 0; j < 4; j++) {
            (void)post_among(j % 2, 0, j == 3 ? not_agreed : hotline, j != 3);
        }
    }
    exchange();
    expect_nothing_skipped();
}

/* Chunks of files take numbers and are no copies that are listed. */
static void
numbers_that_are_no_copies_hide_nothing(void **state)
{
    struct node *node = world.nodes[MAESAI];

    (void)state;
    for (size_t i = 0; i < 5; i++) {
        world.now += HOUR;
        (void)post(MAESAI, TACHILEIK, hotline);
        expect_ok(node_turn_begin(node, world.now, &last_error));
        for (size_t j = 0; j < 3 * i * i; j++) {
            uint64_t number;

            expect_ok(node_numbered_new(node, &number, &last_error));
        }
        expect_ok(node_turn_end(node, ENT_OK, &last_error));
    }
    exchange();
    expect_nothing_skipped();
}

/* One of its recipients has it, whichever of its copies the store has first. */
static void
a_message_was_sent_when_any_copy_left(void **state)
{
    struct node *node = world.nodes[MAESAI];
    struct node_found found;
    struct ent_id ids[4];
    struct ent_id refused = post_among(OTHERS, 0, not_agreed, false);

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        ids[i] = post_among(OTHERS, 2 * i, hotline, true);
    }
    exchange();
    expect_ok(node_turn_begin(node, world.now, &last_error));
    for (size_t i = 0; i < 4; i++) {
        expect_ok(node_found_sent(node, &ids[i], &found, &last_error));
        assert_string_equal(found.office, addresses[TACHILEIK]);
        assert_memory_equal(&found.id, &ids[i], sizeof ids[i]);
        assert_true(found.bundle != 0);
    }
    expect_status(
        node_found_sent(node, &refused, &found, &last_error), ENT_NOT_FOUND);
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
}

#define TRACE(name) cmocka_unit_test_setup_teardown(name, setup_trace, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TRACE(what_was_refused_hides_nothing),
        TRACE(what_was_sent_in_one_millisecond_is_listed_whole),
        TRACE(numbers_that_are_no_copies_hide_nothing),
        TRACE(a_message_was_sent_when_any_copy_left),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_trace", tests, NULL, NULL);
}
