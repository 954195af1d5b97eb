/* SPDX-License-Identifier: Apache-2.0 */
/* What is done ahead of its turn by another thread, and large requests there.
 */
#include <semaphore.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "node/laid.h"
#include "node/submit.h"
#include "tests/support.h"

#define MESSAGES 200
#define TEXT_LEN 500

static const uint8_t key[16] = "a key of prints";
static struct node_helper *helper;
static struct node_laids *laids;
static struct ent_address self;

#define NOW UINT64_C(1786752000000)

/* ---- tasks ---- */

struct gate {
    struct node_task task;
    sem_t *open;
    sem_t *reached;
    unsigned number;
};

static unsigned order[4];
static unsigned order_count;

static void
pass_gate(struct node_task *task)
{
    struct gate *gate = (struct gate *)task;

    (void)sem_post(gate->reached);
    (void)sem_wait(gate->open);
    order[order_count++] = gate->number;
}

static void
tasks_are_done_in_their_order_and_one_that_waits_can_be_taken_back(void **state)
{
    struct gate gates[4];
    sem_t open;
    sem_t reached;

    (void)state;
    order_count = 0;
    assert_int_equal(sem_init(&open, 0, 0), 0);
    assert_int_equal(sem_init(&reached, 0, 0), 0);
    for (unsigned i = 0; i < 4; i++) {
        gates[i] = (struct gate){.task = {.run = pass_gate},
            .open = &open,
            .reached = &reached,
            .number = i};
        node_helper_begin(helper, &gates[i].task);
    }
    (void)sem_wait(&reached); /* the first is under way */
    node_helper_finish(helper, &gates[3].task);
    node_helper_finish(helper, &gates[1].task);
    for (unsigned i = 0; i < 2; i++) {
        (void)sem_post(&open);
    }
    (void)sem_wait(&reached); /* and the one behind the one that was not */
    node_helper_finish(helper, &gates[0].task);
    node_helper_finish(helper, &gates[2].task);
    assert_int_equal(order_count, 2);
    assert_int_equal(order[0], 0);
    assert_int_equal(order[1], 2);
    (void)sem_destroy(&open);
    (void)sem_destroy(&reached);
}

/* ---- requests ---- */

/* A request that hands in messages, the third of which is none. */
static struct ent_bytes
request_of(size_t text_len)
{
    static char texts[MESSAGES][TEXT_LEN + 1];
    static ent_message messages[MESSAGES];
    static Entente__V1__Submission submissions[MESSAGES];
    Entente__V1__Submission *list[MESSAGES];
    Entente__V1__SubmitRequest submit = ENTENTE__V1__SUBMIT_REQUEST__INIT;
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    struct ent_bytes wire = {0};

    for (size_t i = 0; i < MESSAGES; i++) {
        (void)snprintf(texts[i], sizeof texts[i], "%0*zu", (int)text_len, i);
        entente__v1__message__init(&messages[i]);
        messages[i].id = texts[i];
        entente__v1__submission__init(&submissions[i]);
        submissions[i].message = i == 2 ? NULL : &messages[i];
        list[i] = &submissions[i];
    }
    submit.submissions = list;
    submit.n_submissions = MESSAGES;
    request.number = 4711;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_SUBMIT;
    request.submit = &submit;
    expect_ok(ent_pb_pack(&request.base, &wire, &last_error));
    return wire;
}

/* Who asks soon may come before it was begun. */
static struct node_laid *
laid_out(struct ent_view wire)
{
    struct node_laid *laid = node_laid_begin(laids, wire, NOW);

    for (unsigned i = 1; i < 1000; i++) {
        assert_non_null(laid);
        (void)usleep(100 * i);
        if (node_laid_finish(laid) != NULL) {
            break;
        }
        node_laid_release(&laid);
        laid = node_laid_begin(laids, wire, NOW);
    }
    return laid;
}

static void
a_large_request_is_laid_out_with_the_prints_of_its_messages(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = request_of(TEXT_LEN);
    struct node_laid *laid = laid_out(ent_bytes_view(&wire));
    const Entente__V1__ApiRequest *request = node_laid_finish(laid);

    (void)state;
    assert_non_null(request);
    assert_int_equal(request->number, 4711);
    assert_int_equal(request->submit->n_submissions, MESSAGES);
    for (size_t i = 0; i < MESSAGES; i++) {
        const ent_message *message = request->submit->submissions[i]->message;
        ENT_AUTO(ent_bytes_free) struct ent_bytes packed = {0};
        uint8_t want[NODE_PRINT_LEN];

        if (i == 2) {
            assert_null(message);
            continue;
        }
        assert_int_equal(strtoul(message->id, NULL, 10), i);
        expect_ok(ent_pb_pack(&message->base, &packed, &last_error));
        node_submit_print(key, ent_bytes_view(&packed), want);
        assert_memory_equal(
            node_laid_foreseen(laid, i)->print, want, sizeof want);
    }
    assert_null(node_laid_foreseen(laid, MESSAGES));
    node_laid_release(&laid);
    assert_null(laid);
}

static void
one_that_cannot_be_read_is_left_to_its_turn(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = request_of(TEXT_LEN);
    struct node_laid *laid;

    (void)state;
    wire.data[wire.len - 1] = '\0'; /* in a text */
    laid = node_laid_begin(laids, ent_bytes_view(&wire), NOW);
    (void)usleep(100000);
    assert_null(node_laid_finish(laid));
    assert_null(node_laid_foreseen(laid, 0));
    node_laid_release(&laid);
}

static void
short_ones_are_not_laid_out_and_of_large_ones_a_few_at_a_time(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes small = request_of(10);
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = request_of(TEXT_LEN);
    struct node_laid *list[NODE_LAID_MAX];

    (void)state;
    assert_true(small.len < NODE_LAID_BYTES_MIN);
    assert_null(node_laid_begin(laids, ent_bytes_view(&small), NOW));
    for (size_t i = 0; i < NODE_LAID_MAX; i++) {
        list[i] = node_laid_begin(laids, ent_bytes_view(&wire), NOW);
        assert_non_null(list[i]);
    }
    assert_null(node_laid_begin(laids, ent_bytes_view(&wire), NOW));
    node_laid_release(&list[1]);
    list[1] = node_laid_begin(laids, ent_bytes_view(&wire), NOW);
    assert_non_null(list[1]);
    for (size_t i = 0; i < NODE_LAID_MAX; i++) {
        node_laid_release(&list[i]);
    }
}

static int
start(void **state)
{
    (void)state;
    return node_helper_start(&helper, &last_error) == ENT_OK &&
                   node_laids_new(helper, key, &self, &laids, &last_error) ==
                       ENT_OK
               ? 0
               : -1;
}

static int
stop(void **state)
{
    (void)state;
    node_laids_free(&laids);
    node_helper_stop(&helper);
    return 0;
}

#define LAID_TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        LAID_TEST(
            tasks_are_done_in_their_order_and_one_that_waits_can_be_taken_back),
        LAID_TEST(a_large_request_is_laid_out_with_the_prints_of_its_messages),
        LAID_TEST(one_that_cannot_be_read_is_left_to_its_turn),
        LAID_TEST(
            short_ones_are_not_laid_out_and_of_large_ones_a_few_at_a_time),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests_name("node_laid", tests, NULL, NULL);
}
