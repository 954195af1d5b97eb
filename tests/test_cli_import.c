/* SPDX-License-Identifier: Apache-2.0 */
/* Rows on their way to a node that refuses, is busy, dies or is not there: each
 * is sent once, or is in the rejects. */
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "tests/command.h"
#include "tests/node_answers.h"
#include "tools/cli/client.h"

#define HEAD                                                                   \
    "REGION,SUBREGION,COUNTRY,ADMINISTRATIVE_DIVISION,PLACE,SEIZURE_DATE,"     \
    "DRUG_NAME,AMOUNT,DRUG_UNIT,HIDING_PLACE,INSTALLATION,TRANSPORT,"          \
    "PRODUCING_COUNTRY,DEPARTURE_COUNTRY,DESTINATION_COUNTRY,ROUTING"
#define ROW "Asia,,Thailand,,,2013-11-22,Heroin,5.0,Gram,,,,,,,"
#define GOOD HEAD "\n" ROW "\n" ROW "\n"
#define MANY (2 * CLI_BATCH_MAX + 44)
#define IMPORT "import drug-seizures --rejects=bad.csv "

static char rejects[65536];

/* ---- nodes ---- */

static enum fake_deed
fail_later(const Entente__V1__ApiRequest *request, unsigned life, unsigned nth,
    Entente__V1__ApiReply *reply)
{
    if (nth == 1) {
        reply->error = (char *)"broken\033[2J";
        reply->exit_code = EX_SOFTWARE; /* not to be tried again */
        return FAKE_ANSWER;
    }
    return answer_all(request, life, nth, reply);
}

static enum fake_deed
be_silent(const Entente__V1__ApiRequest *request, unsigned life, unsigned nth,
    Entente__V1__ApiReply *reply)
{
    (void)request, (void)life, (void)nth, (void)reply;
    return FAKE_SILENT;
}

/* The second row is none, says this node. */
static enum fake_deed
find_fault(const Entente__V1__ApiRequest *request, unsigned life, unsigned nth,
    Entente__V1__ApiReply *reply)
{
    enum fake_deed deed = answer_all(request, life, nth, reply);

    reply->submit->results[1]->error = (char *)"drugSeizure: is odd";
    reply->submit->results[1]->n_copies = 0;
    return deed;
}

/* ---- files ---- */

static void
write_many(void **state)
{
    static char text[(MANY + 2) * sizeof HEAD];
    size_t len = (size_t)sprintf(text, "%s\n", HEAD);

    for (int i = 0; i < MANY; i++) {
        len += (size_t)sprintf(text + len, "%s\n", ROW);
    }
    write_file(state, "in.csv", text, 0600);
}

/* Read the rejects. How many lines they have. */
static size_t
read_rejects(void **state)
{
    FILE *file = fopen(path_of(state, "bad.csv"), "re");
    size_t len, lines = 0;

    assert_non_null(file);
    len = fread(rejects, 1, sizeof rejects - 1, file);
    rejects[len] = '\0';
    (void)fclose(file);
    for (size_t i = 0; i < len; i++) {
        lines += rejects[i] == '\n';
    }
    return lines;
}

static void
expect_reject(const char *line)
{
    assert_non_null(strstr(rejects, line));
}

static void
expect_no_rejects(void **state)
{
    assert_int_not_equal(access(path_of(state, "bad.csv"), F_OK), 0);
}

/* Is message `a` of one request message `b` of another? */
static bool
is_same(
    void **state, unsigned request_a, size_t a, unsigned request_b, size_t b)
{
    Entente__V1__ApiRequest *one = fake_node_request(state, request_a);
    Entente__V1__ApiRequest *other = fake_node_request(state, request_b);
    bool same = strcmp(one->submit->submissions[a]->message->id,
                    other->submit->submissions[b]->message->id) == 0;

    entente__v1__api_request__free_unpacked(one, NULL);
    entente__v1__api_request__free_unpacked(other, NULL);
    return same;
}

/* ---- tests ---- */

static void
the_same_file_again_is_the_same_messages(void **state)
{
    write_file(state, "in.csv", GOOD, 0600);
    fake_node_start(state, answer_all);
    expect_exit(state, IMPORT "--to ncc@mm in.csv", EX_OK);
    expect_output("rows 2, mapped 2, rejected 0\n");
    expect_no_output("not sent");
    expect_no_rejects(state);
    expect_exit(state, IMPORT "--to ncc@kh in.csv", EX_OK);
    assert_true(is_same(state, 0, 0, 1, 0));
    assert_true(is_same(state, 0, 1, 1, 1));
    assert_false(is_same(state, 0, 0, 0, 1)); /* two rows, the same words */
}

static void
what_one_office_refuses_is_kept_and_told(void **state)
{
    write_file(state, "in.csv", GOOD, 0600);
    fake_node_start(state, answer_all);
    expect_exit(
        state, IMPORT "--to ncc@mm --to ncc@la --to blo-x@la in.csv", 1);
    expect_output("2 accepted, 4 refused\n");
    expect_output("of those mapped, accepted 0, refused 2, not sent 0\n");
    expect_output("rows 2, mapped 2, rejected 0\n");
    expect_output("bad.csv");
    assert_int_equal(read_rejects(state), 3);
    expect_reject(HEAD ",REASON\n");
    expect_reject("\n" ROW ",\"line 3: refused for ncc@la and 1 more: ");
    expect_reject("clause 5.1, line 37");
    assert_null(strchr(rejects, '\033'));
    /* Tried again it is another message, once. */
    expect_exit(state,
        "import drug-seizures --rejects=worse.csv --to ncc@mm bad.csv", EX_OK);
    expect_exit(state,
        "import drug-seizures --rejects=worse.csv --to ncc@mm bad.csv", EX_OK);
    assert_false(is_same(state, 0, 0, 1, 0));
    assert_true(is_same(state, 1, 0, 2, 0));
}

static void
what_comes_after_a_failure_is_kept(void **state)
{
    write_many(state);
    fake_node_start(state, fail_later);
    expect_exit(state, IMPORT "--to ncc@mm in.csv", EX_SOFTWARE);
    expect_output("of those mapped, accepted 256, refused 0, not sent 300\n");
    expect_output("rows 556, mapped 556, rejected 0\n");
    assert_int_equal(read_rejects(state), 301);
    expect_reject(HEAD ",REASON\n" ROW ",\"line 258: not sent: ");
    expect_reject(ROW ",\"line 557: not sent: ");
    assert_null(strchr(rejects, '\033'));
    /* They are the same messages when they are sent from there. */
    expect_exit(state,
        "import drug-seizures --rejects=worse.csv --to ncc@mm bad.csv", EX_OK);
    assert_true(is_same(state, 1, 0, 2, 0));
    assert_true(is_same(state, 1, 255, 2, 255));
}

static void
what_a_node_does_not_confirm_is_kept(void **state)
{
    write_file(state, "in.csv", GOOD, 0600);
    fake_node_start(state, be_silent);
    expect_exit(state, IMPORT "--timeout 1 --to ncc@mm in.csv", EX_UNAVAILABLE);
    expect_output("accepted 0, refused 0, not sent 2\n");
    expect_output("rows 2, mapped 2, rejected 0\n");
    assert_int_equal(read_rejects(state), 3);
    expect_reject(ROW ",\"line 2: not confirmed: ");
}

static void
without_a_node_all_rows_are_kept(void **state)
{
    write_file(state, "in.csv", GOOD, 0600);
    (void)setenv("ENTENTE_API", path_of(state, "nobody.sock"), 1);
    expect_exit(state, IMPORT "--timeout 1 --to ncc@mm in.csv", EX_UNAVAILABLE);
    expect_output("accepted 0, refused 0, not sent 2\n");
    expect_output("rows 2, mapped 2, rejected 0\n");
    assert_int_equal(read_rejects(state), 3);
    expect_reject(ROW ",\"line 2: not sent: ");
    expect_reject(ROW ",\"line 3: not sent: ");
}

static void
what_the_node_finds_wrong_is_kept(void **state)
{
    write_file(state, "in.csv", GOOD, 0600);
    fake_node_start(state, find_fault);
    expect_exit(state, IMPORT "--to ncc@mm in.csv", EX_DATAERR);
    expect_output("message in line 3: drugSeizure: is odd");
    expect_output("of those mapped, accepted 1, refused 1, not sent 0\n");
    assert_int_equal(read_rejects(state), 2);
    expect_reject(ROW ",\"line 3: not taken: drugSeizure: is odd\"\n");
}

static void
rejects_that_cannot_be_written_are_told(void **state)
{
    write_file(state, "in.csv", HEAD "\n" ROW "\n,,,\n", 0600);
    expect_exit(state,
        "import drug-seizures --dry-run --rejects=/dev/full in.csv", EX_IOERR);
    expect_output("/dev/full: No space left on device");
    expect_output("line 3: the row has 4 fields");
    expect_output("rows 2, mapped 1, rejected 1\n");
    expect_no_output("to be looked at");
}

/* The reason is that of the last time, and the line that of the first. */
static void
a_row_rejected_again_has_the_new_reason(void **state)
{
    write_file(state, "in.csv",
        HEAD ",REASON\n"
             "Asia,,Thailand,,,2013-11-22,Heroin,none,Gram,,,,,,,,\"line 9: "
             "was, once\"\n"
             ",,,,line 12: the row has 4 fields\n",
        0600);
    expect_exit(state, IMPORT "--dry-run in.csv", 1);
    expect_output("in.csv: line 2, column 8 (AMOUNT): 'none' is no number");
    assert_int_equal(read_rejects(state), 3);
    expect_reject(HEAD ",REASON\n");
    expect_reject("Gram,,,,,,,,\"line 9, column 8 (AMOUNT): 'none' is no");
    expect_reject("\n,,,,line 12: the row has 4 fields\n");
    assert_null(strstr(rejects, "was, once"));
}

/* A row of many parts is one row, and comes out as it went in. */
static void
a_line_that_is_too_long_is_rejected_once(void **state)
{
    const size_t len = 150000;
    const size_t head = sizeof HEAD; /* with its line break for a NUL */
    char *text = malloc(len + head + 2);
    char *got = malloc(len + head + 512);
    FILE *file;

    assert_non_null(text);
    assert_non_null(got);
    memcpy(text, HEAD "\n", head);
    memset(text + head, 'x', len);
    memcpy(text + head + len, "\n", 2);
    write_file(state, "in.csv", text, 0600);
    expect_exit(state, IMPORT "--dry-run in.csv", 1);
    expect_output("rows 1, mapped 0, rejected 1\n");
    file = fopen(path_of(state, "bad.csv"), "re");
    assert_non_null(file);
    got[fread(got, 1, len + head + 511, file)] = '\0';
    (void)fclose(file);
    assert_memory_equal(got + head + strlen(",REASON"), text + head, len);
    assert_string_equal(strchr(got + head + len, ',') - 1,
        "x,\"line 2: is longer than 65,536 bytes\"\n");
    free(text);
    free(got);
}

/* What is quoted is cut, and may be so in the middle of a letter. */
static void
a_reason_is_told_to_its_end_in_any_script(void **state)
{
    write_file(state, "in.xml",
        "<alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'><identifier>A-1"
        "</identifier><sender>desk@example.org</sender><sent>"
        "2026-11-29T17:00:00+07:00</sent><status>Actual</status><msgType>Alert"
        "</msgType><scope>Restricted</scope><info><category>Security"
        "</category><event>x การลักลอบขนคนเข้าเมืองโดยผิดกฎหมายที่ชายแดน</event>"
        "<urgency>Immediate</urgency><severity>Minor</severity><certainty>"
        "Observed</certainty></info></alert>\n",
        0600);
    expect_exit(state, "import cap --dry-run --rejects=bad.xml in.xml", 1);
    expect_output(
        "for 'x การลักลอบขนคนเข้าเม' of category Security no line of the "
        "table of codes holds");
    expect_exit(state, "import cap --dry-run --rejects=again.xml bad.xml", 1);
    expect_output("of category Security no line");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        NODE_TEST(the_same_file_again_is_the_same_messages),
        NODE_TEST(what_one_office_refuses_is_kept_and_told),
        NODE_TEST(what_comes_after_a_failure_is_kept),
        NODE_TEST(what_a_node_does_not_confirm_is_kept),
        NODE_TEST(without_a_node_all_rows_are_kept),
        NODE_TEST(what_the_node_finds_wrong_is_kept),
        NODE_TEST(rejects_that_cannot_be_written_are_told),
        NODE_TEST(a_row_rejected_again_has_the_new_reason),
        NODE_TEST(a_line_that_is_too_long_is_rejected_once),
        NODE_TEST(a_reason_is_told_to_its_end_in_any_script),
    };

    return cmocka_run_group_tests_name("cli_import", tests, NULL, NULL);
}
