/* SPDX-License-Identifier: Apache-2.0 */
/* Whether something is on a list, and that it is not said where nobody knows.
 */
#include <stdio.h>
#include <sysexits.h>

#include "tests/command.h"
#include "tests/node_answers.h"

/* Of each that is asked for so many entries, and perhaps others. */
static size_t entries_told;
static bool entries_more;

static enum fake_deed
answer_lists(const Entente__V1__ApiRequest *request, unsigned life,
    unsigned nth, Entente__V1__ApiReply *reply)
{
    static Entente__V1__ListCheckReply told;
    static Entente__V1__ListAnswer answer;
    static Entente__V1__ListAnswer *answers[] = {&answer, &answer};
    static Entente__V1__ListEntry entry;
    static Entente__V1__ListEntry *entries[] = {&entry};

    (void)life;
    (void)nth;
    entente__v1__list_check_reply__init(&told);
    entente__v1__list_answer__init(&answer);
    entente__v1__list_entry__init(&entry);
    entry.id = (char *)TEST_ID;
    entry.family = (char *)"conveyance_alert";
    entry.office = (char *)"ncc@th";
    answer.entries = entries;
    answer.n_entries = entries_told;
    answer.more = entries_more;
    told.answers = answers;
    told.n_answers = request->list_check->n_terms;
    reply->reply_case = ENTENTE__V1__API_REPLY__REPLY_LIST_CHECK;
    reply->list_check = &told;
    return FAKE_ANSWER;
}

static void
start(void **state, size_t entries, bool more)
{
    entries_told = entries;
    entries_more = more;
    write_file(state, "cars.csv", "plate\nA1\nA2\n", 0600);
    fake_node_start(state, answer_lists);
}

/* The command line, with the file's path behind it. */
static void
expect_screen(void **state, const char *options, int want)
{
    char line[512];

    (void)snprintf(
        line, sizeof line, "screen %s %s", path_of(state, "cars.csv"), options);
    expect_exit(state, line, want);
}

/* ---- tests ---- */

static void
a_hit_and_no_hit_are_told(void **state)
{
    start(state, 1, false);
    expect_exit(state, "check plate A1", 1);
    expect_output("HIT: this plate is on a list.");
    expect_no_output("may be more");
    expect_screen(state, "", 1);
    expect_output("hits 2, not looked up 0");
}

static void
no_hit_is_exit_0(void **state)
{
    start(state, 0, false);
    expect_exit(state, "check plate A1", EX_OK);
    expect_output("No hit for this plate.");
    expect_screen(state, "", EX_OK);
    expect_output("hits 0, not looked up 0");
}

/* So much is here of it that not all was looked at: no answer is not "no". */
static void
what_was_not_looked_at_whole_is_not_called_no_hit(void **state)
{
    start(state, 0, true);
    expect_exit(state, "check plate A1", EX_DATAERR);
    expect_no_output("No hit");
    expect_output("NOT KNOWN: ");
    expect_output("entente search");
    expect_exit(state, "check plate A1 --json", EX_DATAERR);
    expect_output("\"more\":true");
    expect_screen(state, "", EX_DATAERR);
    expect_output("hits 0, not looked up 2");
    expect_output("line 2, column 1: ");
    expect_output("entente search");
}

static void
more_entries_than_are_told_are_said_to_be_more(void **state)
{
    start(state, 1, true);
    expect_exit(state, "check plate A1", 1);
    expect_output("There may be more entries");
    expect_screen(state, "", 1);
    expect_output("line 2: there may be more entries");
    expect_screen(state, "--json", 1);
    expect_output("\"more\":true");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        NODE_TEST(a_hit_and_no_hit_are_told),
        NODE_TEST(no_hit_is_exit_0),
        NODE_TEST(what_was_not_looked_at_whole_is_not_called_no_hit),
        NODE_TEST(more_entries_than_are_told_are_said_to_be_more),
    };

    return cmocka_run_group_tests_name("cli_lists", tests, NULL, NULL);
}
