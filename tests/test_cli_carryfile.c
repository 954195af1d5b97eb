/* SPDX-License-Identifier: Apache-2.0 */
/* Carriage files on a disk: whole or not there, and read however large. */
#include "tests/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tools/cli/carryfile.h"

static char path[PATH_MAX];

static const char *
in(void **state, const char *name)
{
    (void)snprintf(path, sizeof path, "%s/%s", (char *)*state, name);
    return path;
}

static void
add(struct cli_carrywriter *writer, const char *payload, size_t body_len)
{
    uint8_t *body = calloc(1, body_len + 1);
    struct ent_carried frame = {.type = ENT_FRAME_BUNDLE,
        .payload = view(payload),
        .body = ent_view_of(body, body_len)};

    assert_non_null(body);
    expect_ok(cli_carrywriter_add(writer, &frame, &last_error));
    free(body);
}

static void
write_one(void **state, const char *name, size_t frames, size_t body_len)
{
    struct cli_carrywriter writer = {.records = 0};

    expect_ok(cli_carrywriter_open(&writer, in(state, name), &last_error));
    for (size_t i = 0; i < frames; i++) {
        add(&writer, "frame", body_len);
    }
    expect_ok(cli_carrywriter_finish(&writer, &last_error));
    cli_carrywriter_abandon(&writer);
}

/* How many whole frames are in it; damaged bytes come out too. */
static size_t
count(void **state, const char *name, uint64_t *ret_damaged)
{
    struct cli_carryreader reader = {.fd = -1};
    enum ent_carriage_found found = ENT_CARRIAGE_PAST;
    size_t frames = 0;

    *ret_damaged = 0;
    expect_ok(cli_carryreader_open(&reader, in(state, name), &last_error));
    while (found != ENT_CARRIAGE_OVER) {
        struct ent_carried frame;
        uint64_t offset;

        expect_ok(cli_carryreader_next(
            &reader, &found, &frame, &offset, &last_error));
        frames += found == ENT_CARRIAGE_RECORD;
        *ret_damaged +=
            found == ENT_CARRIAGE_DAMAGE ? reader.state.offset - offset : 0;
    }
    cli_carryreader_close(&reader);
    return frames;
}

static void
what_was_written_is_read(void **state)
{
    uint64_t damaged;

    write_one(state, "small", 3, 10);
    assert_int_equal(count(state, "small", &damaged), 3);
    assert_int_equal(damaged, 0);
}

static void
a_file_larger_than_any_buffer_is_read_whole(void **state)
{
    uint64_t damaged;

    write_one(state, "large", 12, ENT_FRAME_BODY_MAX);
    assert_int_equal(count(state, "large", &damaged), 12);
    assert_int_equal(damaged, 0);
}

static void
until_it_is_finished_there_is_no_file(void **state)
{
    struct cli_carrywriter writer = {.records = 0};

    expect_ok(cli_carrywriter_open(&writer, in(state, "new"), &last_error));
    add(&writer, "frame", 10);
    assert_int_equal(access(in(state, "new"), F_OK), -1);
    cli_carrywriter_abandon(&writer);
    assert_int_equal(access(in(state, "new"), F_OK), -1);
    assert_int_equal(access(in(state, "new.part"), F_OK), -1);
}

static void
a_file_is_not_overwritten(void **state)
{
    struct cli_carrywriter writer = {.records = 0};

    write_one(state, "old", 1, 10);
    expect_status(cli_carrywriter_open(&writer, in(state, "old"), &last_error),
        ENT_EXISTS);
    cli_carrywriter_abandon(&writer);
    assert_int_equal(access(in(state, "old"), F_OK), 0);
}

static void
a_full_stick_is_said_and_leaves_nothing(void **state)
{
    struct cli_carrywriter writer = {.records = 0};
    struct ent_carried frame = {
        .type = ENT_FRAME_BUNDLE, .payload = view("frame")};
    enum ent_status rc = ENT_OK;

    expect_ok(cli_carrywriter_open(&writer, in(state, "full"), &last_error));
    assert_non_null(freopen("/dev/full", "w", writer.out));
    for (int i = 0; i < 1000 && rc == ENT_OK; i++) {
        rc = cli_carrywriter_add(&writer, &frame, &last_error);
    }
    assert_int_equal(rc, ENT_FULL);
    cli_carrywriter_abandon(&writer);
    assert_int_equal(access(in(state, "full.part"), F_OK), -1);
}

static void
what_is_not_there_or_a_folder_is_said(void **state)
{
    struct cli_carryreader reader = {.fd = -1};

    expect_status(cli_carryreader_open(&reader, in(state, "none"), &last_error),
        ENT_NOT_FOUND);
    cli_carryreader_close(&reader);
    expect_status(
        cli_carryreader_open(&reader, *state, &last_error), ENT_BAD_INPUT);
    cli_carryreader_close(&reader);
}

static void
for_whom_and_where_to_must_be_said(void **state)
{
    expect_exit(state, "carry out stick", 64);
    expect_output("for whom?");
    expect_exit(state, "carry out --all", 64);
    expect_output("where to?");
    expect_exit(state, "carry out --all --to ncc@th stick", 64);
    expect_exit(state, "carry out --to nobody stick", 64);
    expect_exit(state, "carry in", 64);
    expect_output("name the files");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        COMMAND_TEST(what_was_written_is_read),
        COMMAND_TEST(a_file_larger_than_any_buffer_is_read_whole),
        COMMAND_TEST(until_it_is_finished_there_is_no_file),
        COMMAND_TEST(a_file_is_not_overwritten),
        COMMAND_TEST(a_full_stick_is_said_and_leaves_nothing),
        COMMAND_TEST(what_is_not_there_or_a_folder_is_said),
        COMMAND_TEST(for_whom_and_where_to_must_be_said),
    };

    return cmocka_run_group_tests_name("cli_carryfile", tests, NULL, NULL);
}
