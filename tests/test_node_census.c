/* SPDX-License-Identifier: Apache-2.0 */
/* What passed is counted once, as long as it is kept and as far as is agreed
 * afterwards. */
#include "tests/two_offices_rows.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "node/census.h"
#include "node/copy_block.h"
#include "node/link.h"
#include "node/outbox.h"
#include "node/sealer.h"
#include "proto/base/log.h"

#define AUGUST UINT64_C(1785542400000)    /* 2026-08-01T00:00:00Z */
#define SEPTEMBER UINT64_C(1788220800000) /* 2026-09-01T00:00:00Z */

#define SEIZURE(more)                                                          \
    "{\"mode\":\"ACTUAL\",\"purpose\":\"LISTED_CRIME\",\"offence\":\"DRUGS\"," \
    "\"offencePenaltyMonths\":120," more                                       \
    "\"drugSeizure\":{\"place\":{\"country\":\"TH\"},\"seizedAt\":"            \
    "\"2026-08-14T09:00:00Z\",\"items\":[{\"drug\":\"HEROIN\",\"quantity\":"   \
    "\"2\",\"unit\":\"KILOGRAM\"},{\"drug\":\"KETAMINE\",\"quantity\":\"1\","  \
    "\"unit\":\"LITRE\"}],\"arrests\":[{\"sex\":\"MALE\",\"count\":3}]}}"

static const char seizure[] = SEIZURE("");
static const struct amendment aggregate = {
    "keep: P5Y, then: delete", "keep: P30D, then: aggregate"};
static const struct amendment delete_it = {
    "keep: P5Y, then: delete", "keep: P30D, then: delete"};

#define TOGETHER (NODE_COPY_BLOCK_MIN + 2)

#define EXPIRED ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED

static struct ent_arena arena;

static int
begin(void **state)
{
    return ent_arena_init(&arena, 1 << 22, &last_error) == ENT_OK ? setup(state)
                                                                  : -1;
}

static int
end(void **state)
{
    ent_arena_fini(&arena);
    return teardown(state);
}

/* All slices of a census of August. */
static uint64_t
count(enum who who, Entente__V1__Counted what, unsigned by)
{
    Entente__V1__CensusRequest request = ENTENTE__V1__CENSUS_REQUEST__INIT;
    Entente__V1__Dimension dimension = (Entente__V1__Dimension)by;
    struct node *node = world.nodes[who];
    uint64_t sum = 0;

    request.what = what;
    request.from = AUGUST;
    request.until = SEPTEMBER;
    request.dimensions = &dimension;
    request.n_dimensions = by == 0 ? 0 : 1;
    do {
        Entente__V1__CensusReply reply = ENTENTE__V1__CENSUS_REPLY__INIT;

        expect_ok(node_turn_begin(node, world.now, &last_error));
        expect_ok(node_turn_end(node,
            node_census_slice(node, &request, &arena, &reply, &last_error),
            &last_error));
        for (size_t i = 0; i < reply.n_cells; i++) {
            sum += reply.cells[i]->cell->count;
        }
        request.place = reply.next;
    } while (request.place.len > 0);
    return sum;
}

static void
expect_counts(enum who who, uint64_t cases, uint64_t substances, uint64_t men)
{
    assert_int_equal(count(who, ENTENTE__V1__COUNTED__SEIZURES_MADE, 0), cases);
    assert_int_equal(count(who, ENTENTE__V1__COUNTED__SEIZURES_MADE,
                         ENTENTE__V1__DIMENSION__BY_SUBSTANCE),
        substances);
    assert_int_equal(count(who, ENTENTE__V1__COUNTED__PERSONS_ARRESTED,
                         ENTENTE__V1__DIMENSION__BY_SEX),
        men);
}

static struct ent_id
deliver(const char *json)
{
    struct ent_id id = post(MAESAI, TACHILEIK, json);

    pass(0);
    pass(6000);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
    return id;
}

/* The same case once more, as an update of that message. */
static void
deliver_update(const struct ent_id *of)
{
    char text[ENT_ID_TEXT_LEN + 1];
    char json[1024];

    ent_id_format(of, text);
    (void)snprintf(json, sizeof json,
        SEIZURE("\"action\":\"UPDATE\",\"references\":[{\"id\":\"%s\"}],"),
        text);
    (void)deliver(json);
}

static void
tidy_both(uint64_t later_ms)
{
    world.now += later_ms;
    tidy(MAESAI);
    tidy(TACHILEIK);
}

static void
what_was_deleted_is_counted_as_before(void **state)
{
    (void)state;
    agree_on("lifecycle", &aggregate, 1);
    expect_counts(TACHILEIK, 0, 0, 0);
    (void)deliver(seizure);
    (void)deliver(seizure);
    expect_counts(MAESAI, 2, 4, 6);
    expect_counts(TACHILEIK, 2, 4, 6);
    tidy_both(32 * DAY);
    assert_int_equal(number_of(TACHILEIK, "deleted"), 2);
    expect_counts(MAESAI, 2, 4, 6);
    expect_counts(TACHILEIK, 2, 4, 6);
}

/* The rows of what was handed in at once are one (node/copy_block.h). */
static void
what_was_sent_together_is_counted_each_for_itself(void **state)
{
    struct node *node;

    (void)state;
    agree_on("lifecycle", &aggregate, 1);
    (void)deliver(seizure);
    node = world.nodes[MAESAI];
    expect_ok(node_turn_begin(node, world.now, &last_error));
    node_outbox_open(node);
    for (size_t i = 0; i < TOGETHER; i++) {
        Entente__V1__SubmitResult *result;

        submit_one(MAESAI, TACHILEIK, seizure, &result, &arena);
        assert_true(result->copies[0]->accepted);
    }
    node_outbox_close(node);
    expect_ok(node_sealer_fresh(node, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    assert_int_equal(rows_in(MAESAI, NODE_COPY_BLOCK), 1);
    expect_counts(MAESAI, 1, 2, 3);
    pass(6000);
    expect_counts(MAESAI, TOGETHER + 1, 2 * (TOGETHER + 1), 3 * (TOGETHER + 1));
    tidy_both(32 * DAY);
    assert_int_equal(rows_in(MAESAI, NODE_COPY_BLOCK), 0);
    expect_counts(MAESAI, TOGETHER + 1, 2 * (TOGETHER + 1), 3 * (TOGETHER + 1));
}

static void
nothing_stays_where_that_is_agreed(void **state)
{
    (void)state;
    agree_on("lifecycle", &delete_it, 1);
    (void)deliver(seizure);
    expect_counts(TACHILEIK, 1, 2, 3);
    tidy_both(32 * DAY);
    expect_counts(MAESAI, 0, 0, 0);
    expect_counts(TACHILEIK, 0, 0, 0);
}

static void
what_never_arrived_does_not_count_at_its_sender(void **state)
{
    (void)state;
    agree_on("lifecycle", &aggregate, 1);
    (void)deliver(seizure);
    world.lose = 100;
    (void)post(MAESAI, TACHILEIK, seizure);
    pass(10);
    expect_counts(MAESAI, 1, 2, 3);
    tidy_both(32 * DAY);
    expect_counts(MAESAI, 1, 2, 3);
}

/* Of one case only the first message counts, whatever is said of it besides. */
static void
an_update_is_no_other_case(void **state)
{
    struct ent_id id;

    (void)state;
    agree_on("lifecycle", &aggregate, 1);
    id = deliver(seizure);
    deliver_update(&id);
    expect_counts(MAESAI, 1, 2, 3);
    expect_counts(TACHILEIK, 1, 2, 3);
}

static void
link_at(enum who who, const struct ent_id *one, const struct ent_id *other)
{
    struct node *node = world.nodes[who];
    const struct ent_party sender = world.nodes[MAESAI]->party;
    const struct node_linked a = {.id = *one, .sender = sender};
    const struct node_linked b = {.id = *other, .sender = sender};

    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_link_put(node, &a, &b, "duty officer", "", &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
}

/* As if that was the state of a message's copy for an office. */
static void
set_copy(const struct ent_id *id, const char *office, uint32_t state)
{
    ENT_AUTO(node_row_free) node_copy_row *is = copy_row(MAESAI, TACHILEIK, id);
    ENT_AUTO(node_row_free) node_copy_row *was = NULL;
    struct node *node = world.nodes[MAESAI];
    struct ent_address address;
    struct ent_party party;

    expect_ok(ent_address_parse(view(office), &address, &last_error));
    party = ent_address_party(&address);
    is->state = state;
    expect_ok(node_turn_begin(node, world.now, &last_error));
    if (node_copy_get(node, id, &party, &was, NULL) != ENT_OK) {
        was = NULL;
    }
    expect_ok(node_copy_set(node, id, &party, was, is, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
}

static void
one_message_to_several_offices_is_one_case(void **state)
{
    struct ent_id id;

    (void)state;
    agree_on("lifecycle", &aggregate, 1);
    id = deliver(seizure);
    set_copy(&id, "ncc@la", DELIVERED);
    expect_counts(MAESAI, 1, 2, 3);
}

/* What it adds to reached nobody: then the case is told by it. */
static void
an_update_of_what_was_refused_is_the_case(void **state)
{
    struct ent_id id;

    (void)state;
    agree_on("lifecycle", &aggregate, 1);
    id = deliver(seizure);
    deliver_update(&id);
    set_copy(&id, addresses[TACHILEIK],
        ENTENTE__V1__TRACE_STATE__TRACE_REFUSED_HERE);
    expect_counts(MAESAI, 1, 2, 3);
    set_copy(&id, "ncc@la", DELIVERED); /* another office has it */
    expect_counts(MAESAI, 1, 2, 3);
}

/* Tachileik passes it on, back to where it came from. */
static void
what_is_passed_on_is_no_other_case(void **state)
{
    char text[ENT_ID_TEXT_LEN + 1];
    char json[1024];
    struct ent_id id;

    (void)state;
    agree_on("lifecycle", &aggregate, 1);
    id = deliver(seizure);
    ent_id_format(&id, text);
    (void)snprintf(json, sizeof json,
        SEIZURE("\"origin\":{\"from\":\"%s\",\"messageId\":\"%s\"},"),
        addresses[MAESAI], text);
    id = post(TACHILEIK, MAESAI, json);
    pass(0);
    pass(6000);
    assert_int_equal(state_of(TACHILEIK, MAESAI, &id), DELIVERED);
    expect_counts(MAESAI, 1, 2, 3);
    expect_counts(TACHILEIK, 1, 2, 3);
    tidy_both(32 * DAY);
    expect_counts(MAESAI, 1, 2, 3);
    expect_counts(TACHILEIK, 1, 2, 3);
}

/* The one that it counts under is withdrawn: then it counts under the other. */
static void
what_is_linked_counts_once_while_one_of_them_holds(void **state)
{
    struct ent_id first;
    struct ent_id second;

    (void)state;
    agree_on("lifecycle", &aggregate, 1);
    first = deliver(seizure);
    second = deliver(seizure);
    expect_counts(TACHILEIK, 2, 4, 6);
    link_at(MAESAI, &first, &second);
    link_at(TACHILEIK, &second, &first);
    expect_counts(MAESAI, 1, 2, 3);
    expect_counts(TACHILEIK, 1, 2, 3);
    (void)say_of(MAESAI, "WITHDRAWAL",
        memcmp(&first, &second, sizeof first) < 0 ? &first : &second);
    pass(0);
    pass(6000);
    expect_counts(MAESAI, 1, 2, 3);
    expect_counts(TACHILEIK, 1, 2, 3);
}

static void
what_is_linked_counts_once_when_it_is_deleted(void **state)
{
    struct ent_id first;
    struct ent_id second;

    (void)state;
    agree_on("lifecycle", &aggregate, 1);
    first = deliver(seizure);
    second = deliver(seizure);
    link_at(MAESAI, &first, &second);
    link_at(TACHILEIK, &second, &first);
    tidy_both(32 * DAY);
    assert_int_equal(number_of(TACHILEIK, "deleted"), 2);
    expect_counts(MAESAI, 1, 2, 3);
    expect_counts(TACHILEIK, 1, 2, 3);
}

/* A hotline alert counts no seizures, and is the older one. */
static void
what_is_linked_with_what_does_not_count_itself_counts(void **state)
{
    struct ent_id alert;
    struct ent_id id;

    (void)state;
    agree_on("lifecycle", &aggregate, 1);
    alert = deliver(hotline);
    world.now += 1000;
    id = deliver(seizure);
    link_at(MAESAI, &alert, &id);
    link_at(TACHILEIK, &id, &alert);
    expect_counts(MAESAI, 1, 2, 3);
    expect_counts(TACHILEIK, 1, 2, 3);
    tidy_both(32 * DAY);
    expect_counts(MAESAI, 1, 2, 3);
    expect_counts(TACHILEIK, 1, 2, 3);
}

static void
what_is_linked_with_what_never_arrived_counts(void **state)
{
    struct ent_id first;
    struct ent_id second;

    (void)state;
    first = deliver(seizure);
    world.now += 1000;
    second = deliver(seizure);
    set_copy(&first, addresses[TACHILEIK], EXPIRED);
    link_at(MAESAI, &first, &second);
    expect_counts(MAESAI, 1, 2, 3);
}

static void
what_is_no_question_is_refused(void **state)
{
    Entente__V1__CensusRequest request = ENTENTE__V1__CENSUS_REQUEST__INIT;
    Entente__V1__CensusReply reply = ENTENTE__V1__CENSUS_REPLY__INIT;
    Entente__V1__Dimension dimension = ENTENTE__V1__DIMENSION__BY_SUBSTANCE;
    uint8_t place[4] = {9};

    (void)state;
    expect_status(node_census_slice(world.nodes[MAESAI], &request, &arena,
                      &reply, &last_error),
        ENT_BAD_INPUT);
    request.what = ENTENTE__V1__COUNTED__MIGRANTS_SMUGGLED;
    request.dimensions = &dimension;
    request.n_dimensions = 1;
    expect_status(node_census_slice(world.nodes[MAESAI], &request, &arena,
                      &reply, &last_error),
        ENT_BAD_INPUT);
    dimension = (Entente__V1__Dimension)(32 + ENTENTE__V1__DIMENSION__BY_SEX);
    expect_status(node_census_slice(world.nodes[MAESAI], &request, &arena,
                      &reply, &last_error),
        ENT_BAD_INPUT);
    request.n_dimensions = 0;
    request.place.data = place;
    request.place.len = sizeof place;
    expect_status(node_census_slice(world.nodes[MAESAI], &request, &arena,
                      &reply, &last_error),
        ENT_BAD_INPUT);
}

#define CENSUS_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CENSUS_TEST(what_was_deleted_is_counted_as_before),
        CENSUS_TEST(what_was_sent_together_is_counted_each_for_itself),
        CENSUS_TEST(nothing_stays_where_that_is_agreed),
        CENSUS_TEST(what_never_arrived_does_not_count_at_its_sender),
        CENSUS_TEST(an_update_is_no_other_case),
        CENSUS_TEST(what_is_linked_counts_once_while_one_of_them_holds),
        CENSUS_TEST(one_message_to_several_offices_is_one_case),
        CENSUS_TEST(an_update_of_what_was_refused_is_the_case),
        CENSUS_TEST(what_is_passed_on_is_no_other_case),
        CENSUS_TEST(what_is_linked_with_what_does_not_count_itself_counts),
        CENSUS_TEST(what_is_linked_with_what_never_arrived_counts),
        CENSUS_TEST(what_is_linked_counts_once_when_it_is_deleted),
        CENSUS_TEST(what_is_no_question_is_refused),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_census", tests, NULL, NULL);
}
