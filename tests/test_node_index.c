/* SPDX-License-Identifier: Apache-2.0 */
/* Messages are found by what is in them, for as long as they are there. */
#include "tests/two_offices_rows.h"

#include <sodium.h>
#include <stdio.h>

#include "node/api.h"
#include "node/index.h"
#include "node/search.h"

#define FOUND_MAX 256

/* ---- the vocabulary ---- */

struct found {
    size_t count;
    struct ent_id ids[FOUND_MAX];
    size_t steps; /* requests that it took */
};

static struct ent_id
id_of(const char *text)
{
    struct ent_id id;

    expect_ok(ent_id_parse(view(text), &id, &last_error));
    return id;
}

/* All that `request` finds at `who`, `limit` in a request. */
static struct found
search(enum who who, Entente__V1__SearchRequest request, uint32_t limit)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    struct node *node = world.nodes[who];
    struct found found = {.count = 0};
    bool more = true;

    expect_ok(ent_arena_init(&arena, 1u << 18, &last_error));
    request.limit = limit;
    expect_ok(node_store_begin(node->store, &last_error));
    while (more) {
        Entente__V1__SearchReply reply = ENTENTE__V1__SEARCH_REPLY__INIT;

        expect_ok(node_api_search(node, &request, &arena, &reply, &last_error));
        for (size_t i = 0; i < reply.n_items; i++) {
            assert_true(found.count < FOUND_MAX);
            found.ids[found.count++] = id_of(reply.items[i]->id);
        }
        more = reply.more;
        request.came_before = reply.came_before;
        request.sent_before = reply.sent_before;
        found.steps++;
        ent_arena_reset(&arena);
    }
    node_store_abort(node->store);
    return found;
}

static struct found
search_for(enum who who, const char *kind, const char *of, const char *value)
{
    Entente__V1__SearchRequest request = ENTENTE__V1__SEARCH_REQUEST__INIT;
    Entente__V1__LookupTerm term = ENTENTE__V1__LOOKUP_TERM__INIT;
    Entente__V1__LookupTerm *terms[] = {&term};

    term.kind = (char *)(uintptr_t)kind;
    term.of = (char *)(uintptr_t)of;
    term.value = (char *)(uintptr_t)value;
    request.terms = terms;
    request.n_terms = 1;
    return search(who, request, 100);
}

static struct ent_id
post_case(const char *mode, unsigned number)
{
    char json[512];

    (void)snprintf(json, sizeof json,
        "{\"purpose\":\"THREAT_TO_LIFE\",\"mode\":\"%s\",\"offence\":"
        "\"DRUGS\",\"incidentId\":\"TH:MSA:2026-%06u\",\"hotlineAlert\":{"
        "\"what\":\"DRUGS\",\"where\":{\"crossing\":\"MM-TH:THL-MSA\"},"
        "\"when\":\"2026-08-15T09:59:00Z\",\"action\":\"STOP\",\"direction\":"
        "\"toward mm\",\"description\":\"white pick-up\",\"conveyance\":{"
        "\"plate\":\"1กก 1234\"}}}",
        mode, number);
    return post(MAESAI, TACHILEIK, json);
}

static void
expect_found(const struct found *found, const struct ent_id *id)
{
    assert_int_equal(found->count, 1);
    assert_memory_equal(&found->ids[0], id, sizeof *id);
}

/* ---- tests ---- */

static void
both_sides_find_a_message(void **state)
{
    struct ent_id id = post_case("ACTUAL", 1);
    struct found found;

    (void)state;
    (void)post_case("ACTUAL", 2);
    exchange();
    for (int who = 0; who < 2; who++) {
        found = search_for((enum who)who, "case", "", "th:msa:2026-000001");
        expect_found(&found, &id);
        found = search_for((enum who)who, "plate", "", "1กก1234");
        assert_int_equal(found.count, 2);
        found = search_for((enum who)who, "plate", "", "1กก1235");
        assert_int_equal(found.count, 0);
    }
}

static void
an_exercise_is_found_by_who_asks_for_exercises(void **state)
{
    Entente__V1__SearchRequest request = ENTENTE__V1__SEARCH_REQUEST__INIT;
    struct ent_id id = post_case("EXERCISE", 1);
    struct found found;

    (void)state;
    exchange();
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    found = search_for(TACHILEIK, "case", "", "TH:MSA:2026-000001");
    assert_int_equal(found.count, 0);
    request.exercises = true;
    request.family = (char *)(uintptr_t) "hotline_alert";
    found = search(TACHILEIK, request, 10);
    expect_found(&found, &id);
}

static void
what_is_deleted_is_not_found_and_leaves_nothing(void **state)
{
    struct found found;

    (void)state;
    (void)post_case("ACTUAL", 1);
    exchange();
    assert_true(rows_in(TACHILEIK, NODE_INDEX) > 0);
    assert_true(rows_in(TACHILEIK, NODE_COMMON) > 0);
    world.now += 32 * DAY;
    tidy(MAESAI);
    tidy(TACHILEIK);
    for (int who = 0; who < 2; who++) {
        found = search_for((enum who)who, "plate", "", "1กก 1234");
        assert_int_equal(found.count, 0);
        assert_int_equal(rows_in((enum who)who, NODE_INDEX), 0);
        assert_int_equal(rows_in((enum who)who, NODE_INDEXED), 0);
        assert_int_equal(rows_in((enum who)who, NODE_COMMON), 0);
        assert_int_equal(rows_in((enum who)who, NODE_COMMON_LIST), 0);
    }
}

static void
what_is_refused_is_not_found(void **state)
{
    const Entente__V1__SearchRequest everything =
        ENTENTE__V1__SEARCH_REQUEST__INIT;
    struct found found;
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__SubmitResult *result;

    (void)state;
    expect_ok(ent_arena_init(&arena, 1u << 20, &last_error));
    submit(MAESAI, TACHILEIK, not_agreed, &result, &arena);
    assert_false(result->copies[0]->accepted);
    assert_int_equal(rows_in(MAESAI, NODE_INDEX), 0);
    assert_int_equal(rows_in(MAESAI, NODE_COMMON), 0);
    found = search(MAESAI, everything, 10);
    assert_int_equal(found.count, 0);
}

/* However few a request gives, together they are all, newest first. */
static void
pages_make_up_the_whole(void **state)
{
    Entente__V1__SearchRequest request = ENTENTE__V1__SEARCH_REQUEST__INIT;
    struct ent_id ids[12];

    (void)state;
    for (unsigned i = 0; i < 12; i++) {
        ids[i] = post_case("ACTUAL", i);
        world.now += 1000;
        exchange();
    }
    for (uint32_t limit = 1; limit < 14; limit += 4) {
        struct found found = search(MAESAI, request, limit);

        assert_int_equal(found.count, 12);
        for (size_t i = 0; i < 12; i++) {
            assert_memory_equal(
                &found.ids[i], &ids[11 - i], sizeof(struct ent_id));
        }
    }
}

static void
a_span_of_time_is_a_bound(void **state)
{
    Entente__V1__SearchRequest request = ENTENTE__V1__SEARCH_REQUEST__INIT;
    uint64_t begin[6];
    struct ent_id ids[6];

    (void)state;
    for (unsigned i = 0; i < 6; i++) {
        world.now += HOUR;
        begin[i] = world.now;
        ids[i] = post_case("ACTUAL", i);
        exchange();
    }
    for (size_t i = 0; i < 6; i++) {
        struct found found;

        request.from = begin[i];
        request.until = begin[i] + HOUR / 2;
        found = search(MAESAI, request, 10);
        expect_found(&found, &ids[i]);
        found = search(TACHILEIK, request, 10);
        expect_found(&found, &ids[i]);
    }
}

static void
a_question_that_is_none_is_told_so(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__SearchReply reply = ENTENTE__V1__SEARCH_REPLY__INIT;
    Entente__V1__LookupTerm term = ENTENTE__V1__LOOKUP_TERM__INIT;
    Entente__V1__LookupTerm *terms[] = {&term};
    struct node *node = world.nodes[MAESAI];
    const char *const wrong[][3] = {{"colour", "", "red"},
        {"document", "", "AA1"}, {"seal", "", "--"}, {"mrz", "", "P<THA"}};

    (void)state;
    expect_ok(ent_arena_init(&arena, 1u << 18, &last_error));
    expect_ok(node_store_begin(node->store, &last_error));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        Entente__V1__SearchRequest request = ENTENTE__V1__SEARCH_REQUEST__INIT;

        term.kind = (char *)(uintptr_t)wrong[i][0];
        term.of = (char *)(uintptr_t)wrong[i][1];
        term.value = (char *)(uintptr_t)wrong[i][2];
        request.terms = terms;
        request.n_terms = 1;
        expect_status(
            node_api_search(node, &request, &arena, &reply, &last_error),
            ENT_BAD_INPUT);
    }
    node_store_abort(node->store);
}

/* Of two that share a plate, the one that has the case too. */
static void
all_that_is_asked_must_be_true(void **state)
{
    Entente__V1__LookupTerm terms[2] = {
        ENTENTE__V1__LOOKUP_TERM__INIT, ENTENTE__V1__LOOKUP_TERM__INIT};
    Entente__V1__LookupTerm *orders[2][2] = {
        {&terms[0], &terms[1]}, {&terms[1], &terms[0]}};
    struct ent_id first = post_case("ACTUAL", 1);

    (void)state;
    (void)post_case("ACTUAL", 2);
    exchange();
    terms[0].kind = (char *)(uintptr_t) "plate";
    terms[0].value = (char *)(uintptr_t) "1กก 1234";
    terms[1].kind = (char *)(uintptr_t) "case";
    terms[1].value = (char *)(uintptr_t) "TH:MSA:2026-000001";
    for (int order = 0; order < 2; order++) {
        Entente__V1__SearchRequest request = ENTENTE__V1__SEARCH_REQUEST__INIT;
        struct found found;

        request.terms = orders[order];
        request.n_terms = 2;
        found = search(TACHILEIK, request, 100);
        expect_found(&found, &first);
    }
    terms[1].value = (char *)(uintptr_t) "TH:MSA:2026-000003";
    assert_int_equal(
        search_for(TACHILEIK, "case", "", terms[1].value).count, 0);
}

/* Who has the disk and not the key cannot try out plates. */
static void
what_messages_are_found_by_lies_blinded(void **state)
{
    static const char plate[] = "ABCDEFGHIJKLMNOP1234";
    struct node *node = world.nodes[MAESAI];
    struct ent_view key = view(plate);
    struct node_key at = {.len = node_key_len(NODE_INDEX)};
    struct node_blind ours =
        node_index_blind(node, false, ENT_LOOKUP_PLATE, key);
    struct node_blind theirs =
        node_index_blind(world.nodes[TACHILEIK], false, ENT_LOOKUP_PLATE, key);
    size_t rows = 0;

    (void)state;
    assert_memory_not_equal(&ours, &theirs, sizeof ours);
    (void)post(MAESAI, TACHILEIK,
        "{\"purpose\":\"THREAT_TO_LIFE\",\"offence\":\"DRUGS\",\"hotlineAlert\":{"
        "\"what\":\"DRUGS\",\"where\":{\"country\":\"TH\"},\"when\":"
        "\"2026-08-15T09:59:00Z\",\"action\":\"STOP\",\"direction\":\"toward "
        "mm\",\"description\":\"x\",\"conveyance\":{\"plate\":"
        "\"ABCDEFGHIJKLMNOP1234\"}}}");
    expect_ok(node_store_begin(node->store, &last_error));
    while (node_store_seek(node->store, NODE_INDEX, node_key_view(&at), 0,
               at.bytes, NULL, &last_error) == ENT_OK) {
        rows++;
        assert_null(memmem(at.bytes, at.len, "ABCD", 4));
        assert_null(memmem(at.bytes, at.len, "abcd", 4));
        assert_true(node_key_after(at.bytes, at.len));
    }
    node_store_abort(node->store);
    assert_true(rows >= 1);
    assert_int_equal(search_for(MAESAI, "plate", "", plate).count, 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(both_sides_find_a_message),
        TEST(an_exercise_is_found_by_who_asks_for_exercises),
        TEST(what_is_deleted_is_not_found_and_leaves_nothing),
        TEST(what_is_refused_is_not_found),
        TEST(pages_make_up_the_whole),
        TEST(a_span_of_time_is_a_bound),
        TEST(all_that_is_asked_must_be_true),
        TEST(what_messages_are_found_by_lies_blinded),
        TEST(a_question_that_is_none_is_told_so),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
