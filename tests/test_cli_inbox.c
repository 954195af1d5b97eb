/* SPDX-License-Identifier: Apache-2.0 */
/* What lies on a desk, and how it is answered. */
#include <stdlib.h>
#include <sysexits.h>

#include "tests/command.h"
#include "tests/node_answers.h"

/* ---- the desk ---- */

static void
the_inbox_shows_what_is_urgent_and_what_is_not_real(void **state)
{
    fake_node_start(state, answer_all);
    expect_exit(state, "inbox", EX_OK);
    expect_output("FLASH");
    expect_output("4 min");
    expect_output("[EXERCISE] STOP: drugs; Mae Sai");
    expect_output("OVERDUE 3 min");
    expect_output("[out of order, 3 missing] radio check; how do you read");
    expect_output("2025-11-22 17:00"); /* by the clock in Thailand */
    expect_harmless();
}

static void
only_what_is_open_is_listed_soonest_first(void **state)
{
    fake_node_start(state, answer_all);
    expect_exit(state, "inbox --unacknowledged", EX_OK);
    assert_true(strstr(output, "radio check") < strstr(output, "STOP"));
}

/* Not the ones that came first. */
static void
of_what_is_open_the_soonest_are_listed_and_the_rest_is_counted(void **state)
{
    fake_node_start(state, answer_all);
    expect_exit(state, "inbox --unacknowledged --limit 1", EX_OK);
    expect_output("radio check");
    expect_no_output("STOP");
    expect_output("1 more to be acknowledged");
    expect_exit(state, "inbox --unacknowledged --limit 2", EX_OK);
    expect_output("STOP");
    expect_no_output("more to be");
}

static void
an_inbox_for_programs_is_lines_of_json(void **state)
{
    fake_node_start(state, answer_all);
    expect_exit(state, "inbox --json --from 2", EX_OK);
    assert_string_equal(printed("id"), TEST_ID);
    assert_string_equal(printed("outOfOrderMissing"), "3");
}

/* Where the node was told that the consumer is done with something. */
static Entente__V1__ApiRequest *
cursor_request(void **state)
{
    for (unsigned n = 0;; n++) {
        Entente__V1__ApiRequest *got = fake_node_request(state, n);

        if (got->request_case == ENTENTE__V1__API_REQUEST__REQUEST_CURSOR) {
            return got;
        }
        entente__v1__api_request__free_unpacked(got, NULL);
    }
}

static void
a_consumer_moves_on_when_it_has_what_came(void **state)
{
    Entente__V1__ApiRequest *got;

    fake_node_start(state, answer_all);
    expect_exit(state, "inbox --json --consumer case-system", EX_OK);
    assert_string_equal(printed("id"), TEST_ID);
    got = cursor_request(state);
    assert_string_equal(got->cursor->consumer, "case-system");
    assert_int_equal(got->cursor->through, 2);
    entente__v1__api_request__free_unpacked(got, NULL);
}

static void
a_terminal_gets_colours_and_nothing_else_that_it_obeys(void **state)
{
    static const char *const ours[] = {
        "\033[31m", "\033[33m", "\033[2m", "\033[0m", "\033[m"};

    fake_node_start(state, answer_all);
    assert_int_equal(on_a_terminal("inbox", NULL, 80), EX_OK);
    expect_output("\033[31m");
    expect_output("FLASH");
    assert_int_equal(on_a_terminal("show", "1", 80), EX_OK);
    expect_output("look<U+001B>[31m <U+202E>");
    assert_int_equal(on_a_terminal("inbox", NULL, 80), EX_OK);
    for (char *c = strchr(output, '\033'); c != NULL;
         c = strchr(c + 1, '\033')) {
        bool known = false;

        for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
            known = known || strncmp(c, ours[i], strlen(ours[i])) == 0;
        }
        assert_true(known);
    }
    expect_no_output("\a");
    expect_no_output("\xe2\x80\xae");
}

static void
without_colour_the_words_are_enough(void **state)
{
    fake_node_start(state, answer_all);
    (void)setenv("NO_COLOR", "1", 1);
    assert_int_equal(on_a_terminal("inbox", NULL, 80), EX_OK);
    (void)unsetenv("NO_COLOR");
    expect_no_output("\033[31m");
    expect_output("OVERDUE");
    expect_output("[EXERCISE]");
}

static void
a_whole_message_says_what_is_not_real_and_what_is_withheld(void **state)
{
    fake_node_start(state, answer_all);
    expect_exit(state, "show 1", EX_OK);
    expect_output("*** EXERCISE *** THIS IS NOT REAL *** EXERCISE ***");
    expect_output("conveyance.plate, by clause fields.withhold");
    expect_output("2025-11-22 17:00:05 +0700 (10:00:05Z)");
    expect_output("let in by clause");
    expect_output("| number 99"); /* it cannot pass for a line of ours */
    expect_harmless();
}

static void
a_message_is_found_by_its_id(void **state)
{
    fake_node_start(state, answer_all);
    expect_exit(state, "show --json " TEST_ID, EX_OK);
    assert_string_equal(printed("id"), TEST_ID);
    expect_exit(state, "show 01926b3e-7c00-7abc-8def-0123456789ff", EX_NOINPUT);
    expect_exit(state, "show 3", EX_NOINPUT);
    expect_exit(state, "show x", EX_USAGE);
}

static void
a_replay_is_marked_and_counted(void **state)
{
    fake_node_start(state, answer_all);
    expect_exit(state, "replay --from 1", EX_OK);
    expect_output("[EXERCISE] [replayed] STOP");
    expect_output("\nreplayed 2 messages\n");
    expect_exit(state, "replay --from 2 --json", EX_OK);
    expect_output("\"replayed\":true");
    expect_output("replayed 1 messages");
}

/* ---- answering ---- */

static void
an_acknowledgement_follows_what_it_answers(void **state)
{
    Entente__V1__ApiRequest *got;
    const Entente__V1__Submission *submission;
    const Entente__V1__Message *message;

    fake_node_start(state, answer_all);
    expect_exit(state,
        "ack 1 --role supervisor --level actioned --outcome located", EX_OK);
    expect_output("accepted");
    got = fake_node_request(state, 2); /* find, explain, submit */
    submission = got->submit->submissions[0];
    message = submission->message;
    assert_int_equal(submission->n_to, 1);
    assert_string_equal(submission->to[0], "blo-tachileik@mm");
    assert_string_equal(message->in_reply_to, ALERT_ID);
    assert_int_equal(message->mode, ENTENTE__V1__MODE__EXERCISE);
    assert_int_equal(message->precedence, ENTENTE__V1__PRECEDENCE__FLASH);
    assert_int_equal(
        message->classification, ENTENTE__V1__CLASSIFICATION__OFFICIAL);
    /* This agreement lets answers pass for administration only. */
    assert_int_equal(message->purpose, ENTENTE__V1__PURPOSE__ADMINISTRATION);
    assert_string_equal(message->acknowledgement->message_id, ALERT_ID);
    assert_string_equal(message->acknowledgement->role, "supervisor");
    assert_int_equal(message->acknowledgement->outcome,
        ENTENTE__V1__ACTION_OUTCOME__LOCATED);
    assert_true(message->acknowledgement->at->seconds > 1700000000);
    entente__v1__api_request__free_unpacked(got, NULL);
}

static void
nothing_is_acknowledged_that_is_not_there(void **state)
{
    fake_node_start(state, answer_all);
    expect_exit(state, "ack 9", EX_NOINPUT);
    expect_output("no message 9 is on this desk");
}

/* ---- what is alike ---- */

/* So many that are alike, and perhaps others. */
static size_t likes_told;
static bool likes_cut;

static enum fake_deed
answer_likes(const Entente__V1__ApiRequest *request, unsigned life,
    unsigned nth, Entente__V1__ApiReply *reply)
{
    static Entente__V1__LikeReply told;
    static Entente__V1__Like like;
    static Entente__V1__Like *list[] = {&like};

    if (request->request_case != ENTENTE__V1__API_REQUEST__REQUEST_LIKE) {
        return answer_all(request, life, nth, reply);
    }
    entente__v1__like_reply__init(&told);
    entente__v1__like__init(&like);
    like.sequence = 2;
    like.id = (char *)TEST_ID;
    like.office = (char *)"ncc@th";
    like.same_case = true;
    told.likes = list;
    told.n_likes = likes_told;
    told.cut = likes_cut;
    reply->reply_case = ENTENTE__V1__API_REPLY__REPLY_LIKE;
    reply->like = &told;
    return FAKE_ANSWER;
}

static void
a_list_of_duplicates_that_is_not_whole_says_so(void **state)
{
    likes_told = 1;
    likes_cut = true;
    fake_node_start(state, answer_likes);
    expect_exit(state, "duplicates 1", EX_OK);
    expect_output("came from");
    expect_output("There may be more");
    expect_exit(state, "duplicates 1 --json", EX_OK);
    expect_output("\"sameCase\":true");
    expect_output("\n{\"cut\":true}\n");
}

static void
nothing_alike_is_said_only_of_all_that_is_here(void **state)
{
    likes_told = 0;
    likes_cut = true;
    fake_node_start(state, answer_likes);
    expect_exit(state, "duplicates 1", EX_OK);
    expect_output("Nothing that was looked at is like it.");
    expect_output("There may be more");
}

static void
a_whole_list_of_duplicates_says_nothing_of_others(void **state)
{
    likes_told = 0;
    likes_cut = false;
    fake_node_start(state, answer_likes);
    expect_exit(state, "duplicates 1", 1);
    expect_output("Nothing here is like it.");
    expect_no_output("more");
}

/* As many as are asked for, and perhaps others. */
static enum fake_deed
answer_search(const Entente__V1__ApiRequest *request, unsigned life,
    unsigned nth, Entente__V1__ApiReply *reply)
{
    static Entente__V1__SearchReply found;
    static Entente__V1__SearchItem item;
    static Entente__V1__SearchItem *list[] = {&item, &item};

    (void)life;
    (void)nth;
    entente__v1__search_reply__init(&found);
    entente__v1__search_item__init(&item);
    item.id = (char *)TEST_ID;
    found.items = list;
    found.n_items = request->search->limit < 2 ? request->search->limit : 2;
    found.more = request->search->limit <= 2;
    reply->reply_case = ENTENTE__V1__API_REPLY__REPLY_SEARCH;
    reply->search = &found;
    return FAKE_ANSWER;
}

static void
a_search_that_was_cut_says_so_to_whoever_reads_it(void **state)
{
    fake_node_start(state, answer_search);
    expect_exit(state, "search --plate 1 --limit 2 --json", EX_OK);
    expect_output(TEST_ID);
    expect_output("there may be more than these 2");
    expect_exit(state, "search --plate 1 --limit 2", EX_OK);
    expect_output("there may be more than these 2");
    expect_exit(state, "search --plate 1 --limit 3", EX_OK);
    expect_no_output("may be more");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        NODE_TEST(the_inbox_shows_what_is_urgent_and_what_is_not_real),
        NODE_TEST(only_what_is_open_is_listed_soonest_first),
        NODE_TEST(
            of_what_is_open_the_soonest_are_listed_and_the_rest_is_counted),
        NODE_TEST(an_inbox_for_programs_is_lines_of_json),
        NODE_TEST(a_consumer_moves_on_when_it_has_what_came),
        NODE_TEST(a_terminal_gets_colours_and_nothing_else_that_it_obeys),
        NODE_TEST(without_colour_the_words_are_enough),
        NODE_TEST(a_whole_message_says_what_is_not_real_and_what_is_withheld),
        NODE_TEST(a_message_is_found_by_its_id),
        NODE_TEST(a_replay_is_marked_and_counted),
        NODE_TEST(an_acknowledgement_follows_what_it_answers),
        NODE_TEST(nothing_is_acknowledged_that_is_not_there),
        NODE_TEST(a_list_of_duplicates_that_is_not_whole_says_so),
        NODE_TEST(nothing_alike_is_said_only_of_all_that_is_here),
        NODE_TEST(a_whole_list_of_duplicates_says_nothing_of_others),
        NODE_TEST(a_search_that_was_cut_says_so_to_whoever_reads_it),
    };

    return cmocka_run_group_tests_name("cli_inbox", tests, NULL, NULL);
}
