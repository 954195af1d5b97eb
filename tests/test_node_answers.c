/* SPDX-License-Identifier: Apache-2.0 */
/* What is answered to a withdrawal or a recall, at who said it. */
#include "tests/two_offices_rows.h"

#include <sodium.h>
#include <stdio.h>

#include "proto/base/log.h"

static int
setup_lifecycle(void **state)
{
    if (setup(state) != 0) {
        return -1;
    }
    agree_on("lifecycle", NULL, 0);
    introduce();
    return 0;
}

/* Tachileik answers: `more` is what else the answer has. */
static struct ent_id
answer(const char *act, const char *more, const struct ent_id *of)
{
    char id[ENT_ID_TEXT_LEN + 1];
    char json[512];

    ent_id_format(of, id);
    (void)snprintf(json, sizeof json,
        "{\"purpose\":\"ADMINISTRATION\",\"lifecycle\":{\"messageId\":\"%s\","
        "\"act\":\"%s\",\"at\":\"2026-08-15T10:00:00Z\",\"role\":"
        "\"supervisor\"%s}}",
        id, act, more);
    return post(TACHILEIK, MAESAI, json);
}

static void
expect_answered(const struct ent_id *id, Entente__V1__LifecycleAct act,
    const struct ent_id *by, const char *used_where, const char *clause)
{
    node_copy_row *copy = copy_row(MAESAI, TACHILEIK, id);

    assert_int_equal(copy->answer, act);
    assert_int_equal(copy->answer_by.len, sizeof by->bytes);
    assert_memory_equal(copy->answer_by.data, by->bytes, sizeof by->bytes);
    assert_string_equal(copy->used_where, used_where);
    assert_string_equal(copy->answer_clause, clause);
    node_row_free(&copy);
}

static void
an_officer_answers_for_a_message_that_was_used(void **state)
{
    struct ent_id id = post(MAESAI, TACHILEIK, hotline);
    struct ent_id used;
    struct ent_id declined;

    (void)state;
    exchange();
    (void)say_of(MAESAI, "WITHDRAWAL", &id);
    exchange();
    used =
        answer("ALREADY_USED", ",\"usedWhere\":\"a lorry was stopped\"", &id);
    exchange();
    expect_answered(&id, ENTENTE__V1__LIFECYCLE_ACT__ALREADY_USED, &used,
        "a lorry was stopped", "");
    declined = answer("DECLINED", ",\"clause\":\"9.2\"", &id);
    exchange();
    expect_answered(
        &id, ENTENTE__V1__LIFECYCLE_ACT__DECLINED, &declined, "", "9.2");
}

/* What an officer adds is told beside it. */
static void
a_later_answer_does_not_take_back_a_removal(void **state)
{
    struct ent_id id = post(MAESAI, TACHILEIK, hotline);
    node_copy_row *removed;
    node_copy_row *copy;
    struct ent_id by;

    (void)state;
    exchange();
    (void)say_of(MAESAI, "RECALL", &id);
    exchange();
    removed = copy_row(MAESAI, TACHILEIK, &id);
    assert_int_equal(removed->answer_by.len, sizeof by.bytes);
    memcpy(by.bytes, removed->answer_by.data, sizeof by.bytes);
    world.now += 60000;
    (void)answer("ALREADY_USED", ",\"usedWhere\":\"in court\"", &id);
    exchange();
    expect_answered(
        &id, ENTENTE__V1__LIFECYCLE_ACT__COMPLIED, &by, "in court", "");
    (void)answer("DECLINED", ",\"clause\":\"9.2\"", &id);
    (void)answer("COMPLIED", "", &id);
    exchange();
    expect_answered(
        &id, ENTENTE__V1__LIFECYCLE_ACT__COMPLIED, &by, "in court", "9.2");
    copy = copy_row(MAESAI, TACHILEIK, &id);
    assert_int_equal(copy->final_at, removed->final_at);
    assert_int_equal(copy->answer_at, removed->answer_at);
    node_row_free(&copy);
    node_row_free(&removed);
}

/* It answered a withdrawal, and then the recall: that one it keeps to. */
static void
a_removal_takes_the_place_of_an_earlier_answer(void **state)
{
    struct ent_id id = post(MAESAI, TACHILEIK, hotline);
    node_copy_row *copy;

    (void)state;
    exchange();
    (void)say_of(MAESAI, "WITHDRAWAL", &id);
    exchange();
    (void)answer("DECLINED", ",\"clause\":\"9.2\"", &id);
    exchange();
    (void)say_of(MAESAI, "RECALL", &id);
    exchange();
    copy = copy_row(MAESAI, TACHILEIK, &id);
    assert_int_equal(copy->answer, ENTENTE__V1__LIFECYCLE_ACT__COMPLIED);
    assert_true(copy->final_at > world.now);
    assert_string_equal(copy->answer_clause, "");
    node_row_free(&copy);
}

static void
the_words_of_an_answer_go_with_the_message(void **state)
{
    struct ent_id id = post(MAESAI, TACHILEIK, hotline);
    struct ent_id by;

    (void)state;
    exchange();
    (void)say_of(MAESAI, "WITHDRAWAL", &id);
    exchange();
    by = answer("ALREADY_USED", ",\"usedWhere\":\"in court\"", &id);
    exchange();
    world.now += 32 * DAY; /* alerts are kept for 30 */
    tidy(MAESAI);
    expect_answered(&id, ENTENTE__V1__LIFECYCLE_ACT__ALREADY_USED, &by, "", "");
    exchange(); /* the keys of today */
    by = answer("DECLINED", ",\"clause\":\"9.2\"", &id);
    exchange();
    expect_answered(&id, ENTENTE__V1__LIFECYCLE_ACT__DECLINED, &by, "", "");
}

#define LIFECYCLE_TEST(name)                                                   \
    cmocka_unit_test_setup_teardown(name, setup_lifecycle, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        LIFECYCLE_TEST(an_officer_answers_for_a_message_that_was_used),
        LIFECYCLE_TEST(a_later_answer_does_not_take_back_a_removal),
        LIFECYCLE_TEST(a_removal_takes_the_place_of_an_earlier_answer),
        LIFECYCLE_TEST(the_words_of_an_answer_go_with_the_message),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_answers", tests, NULL, NULL);
}
