/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/carriage.h"

#include <assert.h>
#include <sodium.h>
#include <string.h>

#define VERSION 1
#define CONTENT_HASH_LEN 16
#define HEAD_HASH_LEN 8

#define AT_VERSION 4
#define AT_TYPE 5
#define AT_PAYLOAD_LEN 8
#define AT_BODY_LEN 12
#define AT_CONTENT_HASH 16
#define AT_HEAD_HASH 32

/* Behind this many wrong contents no record is looked for inside another: who
 * makes a file of nothing but heads does not get each of them hashed to its
 * end. */
#define SPOILT_MAX 64

/* Rare in everything else, and not text. */
static const uint8_t mark[AT_VERSION] = {0x9c, 'E', 'N', 'T'};

struct head {
    uint8_t type;
    size_t payload_len;
    size_t body_len;
};

static void
hash(struct ent_view a, struct ent_view b, uint8_t ret[static CONTENT_HASH_LEN])
{
    crypto_generichash_state state;

    crypto_generichash_init(&state, NULL, 0, CONTENT_HASH_LEN);
    crypto_generichash_update(&state, a.data, a.len);
    crypto_generichash_update(&state, b.data, b.len);
    crypto_generichash_final(&state, ret, CONTENT_HASH_LEN);
}

static void
hash_head(const uint8_t *head, uint8_t ret[static CONTENT_HASH_LEN])
{
    hash(ent_view_of(head, AT_HEAD_HASH), (struct ent_view){0}, ret);
}

void
ent_carriage_head(const struct ent_carried *frame,
    uint8_t ret_head[static ENT_CARRIAGE_HEAD_LEN])
{
    uint8_t digest[CONTENT_HASH_LEN];

    assert(frame->payload.len <= ENT_FRAME_PAYLOAD_MAX &&
           frame->body.len <= ENT_FRAME_BODY_MAX);

    memset(ret_head, 0, ENT_CARRIAGE_HEAD_LEN);
    memcpy(ret_head, mark, sizeof mark);
    ret_head[AT_VERSION] = VERSION;
    ret_head[AT_TYPE] = frame->type;
    ent_put_be(ret_head + AT_PAYLOAD_LEN, frame->payload.len, 4);
    ent_put_be(ret_head + AT_BODY_LEN, frame->body.len, 4);
    hash(frame->payload, frame->body, ret_head + AT_CONTENT_HASH);
    hash_head(ret_head, digest);
    memcpy(ret_head + AT_HEAD_HASH, digest, HEAD_HASH_LEN);
}

void
ent_carriage_end(uint64_t records, uint8_t ret_end[static ENT_CARRIAGE_END_LEN])
{
    uint8_t *count = ret_end + ENT_CARRIAGE_HEAD_LEN;
    struct ent_carried end = {
        .type = ENT_CARRIAGE_END, .payload = {.data = count, .len = 8}};

    ent_put_be(count, records, 8);
    ent_carriage_head(&end, ret_end);
}

/* ---- reading ---- */

/* A head that stands at the front of `input`: false when none does. */
static bool
read_head(struct ent_view input, struct head *ret_head)
{
    const uint8_t *at = input.data;
    uint8_t digest[CONTENT_HASH_LEN];

    if (input.len < ENT_CARRIAGE_HEAD_LEN ||
        memcmp(at, mark, sizeof mark) != 0 || at[AT_VERSION] != VERSION ||
        ent_get_be(at + AT_TYPE + 1, 2) != 0) {
        return false;
    }
    hash_head(at, digest);
    if (memcmp(at + AT_HEAD_HASH, digest, HEAD_HASH_LEN) != 0) {
        return false;
    }
    ret_head->type = at[AT_TYPE];
    ret_head->payload_len = ent_get_be(at + AT_PAYLOAD_LEN, 4);
    ret_head->body_len = ent_get_be(at + AT_BODY_LEN, 4);
    return ret_head->payload_len <= ENT_FRAME_PAYLOAD_MAX &&
           ret_head->body_len <= ENT_FRAME_BODY_MAX;
}

static bool
is_whole(const uint8_t *head, const struct ent_carried *frame)
{
    uint8_t digest[CONTENT_HASH_LEN];

    hash(frame->payload, frame->body, digest);
    return memcmp(head + AT_CONTENT_HASH, digest, sizeof digest) == 0;
}

/* How many bytes, the first at least, cannot be the front of anything. */
static size_t
useless(struct ent_view input, bool last)
{
    for (size_t i = 1; i < input.len; i++) {
        size_t rest = input.len - i;
        size_t len = rest < sizeof mark ? rest : sizeof mark;

        if (memcmp(input.data + i, mark, len) == 0 &&
            (len == sizeof mark || !last)) {
            return i;
        }
    }
    return input.len;
}

static bool
begins_with(struct ent_view input, const void *bytes, size_t len)
{
    return memcmp(input.data, bytes, input.len < len ? input.len : len) == 0;
}

/* Too short to say what stands here. */
static bool
is_unclear(struct ent_view input)
{
    return (input.len < ENT_CARRIAGE_MAGIC_LEN &&
               begins_with(
                   input, ENT_CARRIAGE_MAGIC, ENT_CARRIAGE_MAGIC_LEN)) ||
           (input.len < ENT_CARRIAGE_HEAD_LEN &&
               begins_with(input, mark, sizeof mark));
}

static enum ent_carriage_found
consume(struct ent_carriage *reading, enum ent_carriage_found found, size_t len,
    size_t *ret_used)
{
    reading->offset += len;
    *ret_used = len;
    return found;
}

/* The record behind a right head, whose bytes are all here. */
static enum ent_carriage_found
take(struct ent_carriage *reading, struct ent_view input, bool last,
    const struct head *head, struct ent_carried *ret_frame, size_t *ret_used)
{
    const uint8_t *payload = input.data + ENT_CARRIAGE_HEAD_LEN;
    const size_t len =
        ENT_CARRIAGE_HEAD_LEN + head->payload_len + head->body_len;
    const struct ent_carried frame = {.type = head->type,
        .payload = ent_view_of(payload, head->payload_len),
        .body = ent_view_of(payload + head->payload_len, head->body_len)};

    if (!is_whole(input.data, &frame)) {
        reading->spoilt++;
        return consume(reading, ENT_CARRIAGE_DAMAGE,
            reading->spoilt > SPOILT_MAX ? len : useless(input, last),
            ret_used);
    }
    if (frame.type == ENT_CARRIAGE_END) {
        reading->ended = true;
        reading->promised = frame.payload.len == 8 && frame.body.len == 0
                                ? ent_get_be(payload, 8)
                                : reading->records;
        return consume(reading, ENT_CARRIAGE_PAST, len, ret_used);
    }
    reading->records++;
    *ret_frame = frame;
    return consume(reading, ENT_CARRIAGE_RECORD, len, ret_used);
}

enum ent_carriage_found
ent_carriage_next(struct ent_carriage *reading, struct ent_view input,
    bool last, struct ent_carried *ret_frame, size_t *ret_used)
{
    struct head head;

    if (input.len == 0 || (is_unclear(input) && !last)) {
        return input.len == 0 && last ? ENT_CARRIAGE_OVER : ENT_CARRIAGE_MORE;
    }
    if (input.len >= ENT_CARRIAGE_MAGIC_LEN &&
        begins_with(input, ENT_CARRIAGE_MAGIC, ENT_CARRIAGE_MAGIC_LEN)) {
        reading->begun = true;
        reading->ended = false;
        reading->records = 0;
        return consume(
            reading, ENT_CARRIAGE_PAST, ENT_CARRIAGE_MAGIC_LEN, ret_used);
    }
    if (!read_head(input, &head)) {
        return consume(
            reading, ENT_CARRIAGE_DAMAGE, useless(input, last), ret_used);
    }
    if (input.len >= ENT_CARRIAGE_HEAD_LEN + head.payload_len + head.body_len) {
        return take(reading, input, last, &head, ret_frame, ret_used);
    }
    return last ? consume(reading, ENT_CARRIAGE_DAMAGE, useless(input, last),
                      ret_used)
                : ENT_CARRIAGE_MORE;
}
