/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/id.h"

#include <sodium.h>
#include <string.h>

#include "proto/base/random.h"

/*
 * RFC 9562, 5.7, with the dedicated counter of 6.2, method 1, in rand_a:
 *
 *     unix_ts_ms  version  counter  variant  random
 *     48 bits     4        12       2        62
 *
 * A new millisecond begins with a random counter whose highest bit is clear,
 * so that at least 2,048 ids follow before it is full; a full counter borrows
 * from the next millisecond.
 */
#define TIME_MASK ((UINT64_C(1) << 48) - 1)
#define COUNTER_MAX 0xfffu
#define COUNTER_SEED_MASK 0x7ffu

/* Time and counter of the id that this thread made last. */
static _Thread_local uint64_t last_ms;
static _Thread_local uint32_t last_counter;

static void
position_advance(uint64_t now_ms)
{
    if (now_ms > last_ms) {
        last_ms = now_ms;
    } else if (last_counter < COUNTER_MAX) {
        last_counter++;
        return;
    } else {
        last_ms++;
    }
    last_counter = randombytes_random() & COUNTER_SEED_MASK;
}

struct ent_id
ent_id_new(uint64_t now_ms)
{
    struct ent_id id;

    position_advance(now_ms & TIME_MASK);
    ent_put_be(id.bytes, last_ms, 6);
    ent_put_be(id.bytes + 6, 0x7000u | last_counter, 2);
    ent_random(id.bytes + 8, 8);
    id.bytes[8] = (uint8_t)(0x80u | (id.bytes[8] & 0x3fu));
    return id;
}

struct ent_id
ent_id_of_thing(uint64_t ms, const uint8_t own[static ENT_ID_OWN_LEN])
{
    struct ent_id id;

    ent_put_be(id.bytes, ms & TIME_MASK, 6);
    memcpy(id.bytes + 6, own, ENT_ID_OWN_LEN);
    id.bytes[6] = (uint8_t)(0x80u | (id.bytes[6] & 0x0fu));
    id.bytes[8] = (uint8_t)(0x80u | (id.bytes[8] & 0x3fu));
    return id;
}

/* A hyphen stands before bytes 4, 6, 8 and 10. */
static bool
hyphen_before(size_t byte)
{
    return byte >= 4 && byte <= 10 && byte % 2 == 0;
}

void
ent_id_format(const struct ent_id *id, char out[static ENT_ID_TEXT_LEN + 1])
{
    static const char digits[] = "0123456789abcdef";
    char *next = out;

    for (size_t i = 0; i < ENT_ID_LEN; i++) {
        if (hyphen_before(i)) {
            *next++ = '-';
        }
        *next++ = digits[id->bytes[i] >> 4];
        *next++ = digits[id->bytes[i] & 0xf];
    }
    *next = '\0';
}

/* The value of a hexadecimal digit, or -1. */
static int
digit_value(uint8_t c)
{
    static const uint8_t values[UINT8_MAX + 1] = {/* plus 1 */
        ['0'] = 1,
        ['1'] = 2,
        ['2'] = 3,
        ['3'] = 4,
        ['4'] = 5,
        ['5'] = 6,
        ['6'] = 7,
        ['7'] = 8,
        ['8'] = 9,
        ['9'] = 10,
        ['a'] = 11,
        ['b'] = 12,
        ['c'] = 13,
        ['d'] = 14,
        ['e'] = 15,
        ['f'] = 16,
        ['A'] = 11,
        ['B'] = 12,
        ['C'] = 13,
        ['D'] = 14,
        ['E'] = 15,
        ['F'] = 16};

    return values[c] - 1;
}

static enum ent_status
parse(struct ent_view text, struct ent_id *ret_id, struct ent_error *err)
{
    const uint8_t *next = text.data;
    struct ent_id id;

    if (text.len != ENT_ID_TEXT_LEN) {
        return ent_fail(err, ENT_BAD_INPUT, "an id has %d characters, not %zu",
            ENT_ID_TEXT_LEN, text.len);
    }
    for (size_t i = 0; i < ENT_ID_LEN; i++) {
        int high;
        int low;

        if (hyphen_before(i) && *next++ != '-') {
            return ent_fail(err, ENT_BAD_INPUT,
                "an id has the form 8-4-4-4-12, with hyphens between");
        }
        high = digit_value(next[0]);
        low = digit_value(next[1]);
        if (high < 0 || low < 0) {
            return ent_fail(err, ENT_BAD_INPUT,
                "character %zu of an id is not a hexadecimal digit",
                (size_t)(next - text.data) + (high < 0 ? 1 : 2));
        }
        id.bytes[i] = (uint8_t)(high << 4 | low);
        next += 2;
    }
    *ret_id = id;
    return ENT_OK;
}

/* A message's id is read several times in a row: the last is kept at hand. */
enum ent_status
ent_id_parse(struct ent_view text, struct ent_id *ret_id, struct ent_error *err)
{
    static _Thread_local struct {
        uint8_t text[ENT_ID_TEXT_LEN]; /* of zeros: there is none */
        struct ent_id id;
    } last;
    enum ent_status rc;

    if (text.len == sizeof last.text &&
        memcmp(text.data, last.text, sizeof last.text) == 0 &&
        text.data[0] != '\0') {
        *ret_id = last.id;
        return ENT_OK;
    }
    rc = parse(text, ret_id, err);
    if (rc == ENT_OK) {
        memcpy(last.text, text.data, sizeof last.text);
        last.id = *ret_id;
    }
    return rc;
}

bool
ent_id_equal(const struct ent_id *a, const struct ent_id *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}
