/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <stdlib.h>

#include "proto/carriage.h"

#define FILE_MAX 8192
#define FRAMES_MAX 16

/* A file while it is put together, and what was read out of one. */
struct file {
    uint8_t bytes[FILE_MAX];
    size_t len;
    uint64_t records;
};

struct reading {
    struct ent_carriage state;
    char texts[FRAMES_MAX][64];
    size_t count;
    uint64_t damaged;      /* bytes */
    uint64_t first_damage; /* offset */
};

static void
add(struct file *file, const void *data, size_t len)
{
    assert_true(file->len + len <= sizeof file->bytes);
    memcpy(file->bytes + file->len, data, len);
    file->len += len;
}

static void
begin(struct file *file)
{
    memset(file, 0, sizeof *file);
    add(file, ENT_CARRIAGE_MAGIC, ENT_CARRIAGE_MAGIC_LEN);
}

static void
add_frame(
    struct file *file, uint8_t type, const char *payload, const char *body)
{
    struct ent_carried frame = {
        .type = type, .payload = view(payload), .body = view(body)};
    uint8_t head[ENT_CARRIAGE_HEAD_LEN];

    ent_carriage_head(&frame, head);
    add(file, head, sizeof head);
    add(file, frame.payload.data, frame.payload.len);
    add(file, frame.body.data, frame.body.len);
    file->records++;
}

static void
end(struct file *file)
{
    uint8_t last[ENT_CARRIAGE_END_LEN];

    ent_carriage_end(file->records, last);
    add(file, last, sizeof last);
}

/* Three frames, "one", "two" and "three". */
static void
three(struct file *file)
{
    begin(file);
    add_frame(file, ENT_FRAME_RECEIPT, "one", "");
    add_frame(file, ENT_FRAME_BUNDLE, "two", "and its body");
    add_frame(file, ENT_FRAME_SKIP, "three", "");
    end(file);
}

static void
note(struct reading *reading, const struct ent_carried *frame)
{
    assert_true(reading->count < FRAMES_MAX && frame->payload.len < 64);
    memcpy(reading->texts[reading->count], frame->payload.data,
        frame->payload.len);
    reading->count++;
}

/* Read it through a window that grows by `step` bytes whenever that is asked
 * for. */
static void
read_file(const struct file *file, size_t step, struct reading *ret_reading)
{
    struct reading reading = {.first_damage = UINT64_MAX};
    size_t seen = 0;

    for (;;) {
        struct ent_carried frame;
        uint64_t at = reading.state.offset;
        size_t used = 0;
        enum ent_carriage_found found = ent_carriage_next(&reading.state,
            ent_view_of(file->bytes + at, seen - at), seen == file->len, &frame,
            &used);

        if (found == ENT_CARRIAGE_OVER) {
            break;
        }
        if (found == ENT_CARRIAGE_MORE) {
            assert_true(seen < file->len);
            seen = file->len - seen < step ? file->len : seen + step;
            continue;
        }
        assert_true(used > 0 && reading.state.offset == at + used);
        if (found == ENT_CARRIAGE_RECORD) {
            note(&reading, &frame);
        } else if (found == ENT_CARRIAGE_DAMAGE) {
            reading.damaged += used;
            reading.first_damage =
                at < reading.first_damage ? at : reading.first_damage;
        }
    }
    assert_int_equal(reading.state.offset, file->len);
    *ret_reading = reading;
}

static void
expect_texts(const struct reading *reading, const char *const *texts)
{
    for (size_t i = 0; i < reading->count; i++) {
        assert_non_null(texts[i]);
        assert_string_equal(reading->texts[i], texts[i]);
    }
    assert_null(texts[reading->count]);
}

static void
what_was_put_in_comes_out(void **state)
{
    static const char *const all[] = {"one", "two", "three", NULL};
    struct reading reading;
    struct file file;

    (void)state;
    three(&file);
    read_file(&file, FILE_MAX, &reading);
    expect_texts(&reading, all);
    assert_int_equal(reading.damaged, 0);
    assert_true(reading.state.begun && reading.state.ended);
    assert_int_equal(reading.state.promised, 3);
}

static void
however_slowly_it_is_read_it_says_the_same(void **state)
{
    static const char *const all[] = {"one", "two", "three", NULL};
    struct file file;

    (void)state;
    three(&file);
    for (size_t step = 1; step < file.len; step += 3) {
        struct reading reading;

        read_file(&file, step, &reading);
        expect_texts(&reading, all);
        assert_int_equal(reading.damaged, 0);
    }
}

/* Wherever it was cut: what is whole comes out, and the rest is named. */
static void
a_file_that_was_cut_gives_what_is_whole(void **state)
{
    struct file whole;

    (void)state;
    three(&whole);
    for (size_t len = 0; len < whole.len; len++) {
        struct file file = whole;
        struct reading reading;

        file.len = len;
        read_file(&file, 7, &reading);
        assert_false(reading.state.ended);
        assert_true(reading.count <= 3);
        if (reading.damaged > 0) {
            assert_int_equal(reading.first_damage + reading.damaged, len);
        }
    }
}

/* One wrong byte costs one record, and the beginning none. */
static void
a_wrong_byte_spoils_one_record_alone(void **state)
{
    struct file whole;

    (void)state;
    three(&whole);
    for (size_t at = 0; at < whole.len; at++) {
        struct file file = whole;
        struct reading reading;
        bool magic = at < ENT_CARRIAGE_MAGIC_LEN;
        bool last = at >= whole.len - ENT_CARRIAGE_END_LEN;

        file.bytes[at] ^= 0x20;
        read_file(&file, FILE_MAX, &reading);
        assert_true(reading.damaged > 0);
        assert_true(reading.first_damage <= at &&
                    at < reading.first_damage + reading.damaged);
        assert_int_equal(reading.count, magic || last ? 3 : 2);
        assert_int_equal(reading.state.begun, !magic);
        assert_int_equal(reading.state.ended, !last);
    }
}

static void
bytes_that_were_lost_in_the_middle_cost_only_what_they_were_in(void **state)
{
    static const char *const rest[] = {"one", "three", NULL};
    struct file file;
    struct reading reading;
    size_t at;

    (void)state;
    three(&file);
    at = ENT_CARRIAGE_MAGIC_LEN + ENT_CARRIAGE_HEAD_LEN + 3 +
         ENT_CARRIAGE_HEAD_LEN + 2;
    memmove(file.bytes + at, file.bytes + at + 5, file.len - at - 5);
    file.len -= 5;
    read_file(&file, FILE_MAX, &reading);
    expect_texts(&reading, rest);
    assert_int_equal(reading.state.promised, 3);
}

static void
two_files_one_behind_the_other_are_a_file(void **state)
{
    struct file first;
    struct file second;
    struct reading reading;

    (void)state;
    three(&first);
    three(&second);
    add(&first, second.bytes, second.len);
    read_file(&first, 11, &reading);
    assert_int_equal(reading.count, 6);
    assert_int_equal(reading.damaged, 0);
    assert_true(reading.state.ended);
}

static void
what_is_no_such_file_is_damage_from_its_first_byte(void **state)
{
    struct file file = {.len = 4000};
    struct reading reading;

    (void)state;
    memset(file.bytes, 0x9c, sizeof file.bytes);
    read_file(&file, 100, &reading);
    assert_false(reading.state.begun);
    assert_int_equal(reading.count, 0);
    assert_int_equal(reading.damaged, 4000);
}

/* A head may promise more than any record has: it is none. */
static void
a_length_beyond_the_limit_is_never_waited_for(void **state)
{
    struct ent_carriage reading = {0};
    struct file file;
    struct ent_carried frame;
    size_t used;

    (void)state;
    begin(&file);
    add_frame(&file, ENT_FRAME_SKIP, "x", "");
    file.bytes[ENT_CARRIAGE_MAGIC_LEN + 8] = 0x7f;
    assert_int_equal(ent_carriage_next(&reading,
                         ent_view_of(file.bytes + ENT_CARRIAGE_MAGIC_LEN,
                             file.len - ENT_CARRIAGE_MAGIC_LEN),
                         false, &frame, &used),
        ENT_CARRIAGE_DAMAGE);
}

/* A hostile file of nothing but heads, each before the longest wrong content,
 * is read in time that grows with its length alone. */
static void
a_file_of_nothing_but_heads_is_read_to_its_end(void **state)
{
    const size_t len = (size_t)4 * 1024 * 1024;
    uint8_t *bytes = calloc(1, len);
    struct ent_carried frame = {.type = ENT_FRAME_BUNDLE};
    struct ent_carriage reading = {0};
    uint8_t head[ENT_CARRIAGE_HEAD_LEN];
    size_t used = 0;

    (void)state;
    assert_non_null(bytes);
    frame.payload = ent_view_of(bytes, ENT_FRAME_PAYLOAD_MAX);
    frame.body = ent_view_of(bytes, ENT_FRAME_BODY_MAX);
    ent_carriage_head(&frame, head);
    for (size_t at = 0; at + sizeof head <= len; at += sizeof head) {
        memcpy(bytes + at, head, sizeof head);
    }
    while (reading.offset < len) {
        enum ent_carriage_found found = ent_carriage_next(&reading,
            ent_view_of(bytes + reading.offset, len - reading.offset), true,
            &frame, &used);

        assert_int_equal(found, ENT_CARRIAGE_DAMAGE);
    }
    assert_true(reading.spoilt < 100);
    free(bytes);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_put_in_comes_out),
        cmocka_unit_test(however_slowly_it_is_read_it_says_the_same),
        cmocka_unit_test(a_file_that_was_cut_gives_what_is_whole),
        cmocka_unit_test(a_wrong_byte_spoils_one_record_alone),
        cmocka_unit_test(
            bytes_that_were_lost_in_the_middle_cost_only_what_they_were_in),
        cmocka_unit_test(two_files_one_behind_the_other_are_a_file),
        cmocka_unit_test(what_is_no_such_file_is_damage_from_its_first_byte),
        cmocka_unit_test(a_length_beyond_the_limit_is_never_waited_for),
        cmocka_unit_test(a_file_of_nothing_but_heads_is_read_to_its_end),
    };

    return cmocka_run_group_tests_name("carriage", tests, NULL, NULL);
}
