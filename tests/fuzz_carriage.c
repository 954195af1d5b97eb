/* SPDX-License-Identifier: Apache-2.0 */
/* Property: any file is read to its end, each byte of it once, and the same
 * whether it is seen at once or in pieces; what is taken for a record is
 * written to the same bytes. The first byte says how long the pieces are. */
#include "tests/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "proto/carriage.h"

/* What reading came to. */
struct sum {
    uint64_t records;
    uint64_t record_bytes;
    uint64_t damaged;
};

static void
check_record(const struct ent_carried *frame, const uint8_t *at, size_t used)
{
    uint8_t head[ENT_CARRIAGE_HEAD_LEN];

    ent_carriage_head(frame, head);
    if (used != sizeof head + frame->payload.len + frame->body.len ||
        memcmp(at, head, sizeof head) != 0) {
        abort();
    }
}

static struct sum
read_all(const uint8_t *data, size_t len, size_t step)
{
    struct ent_carriage reading = {0};
    struct sum sum = {0};
    size_t seen = step;

    for (;;) {
        struct ent_carried frame;
        size_t at = (size_t)reading.offset;
        size_t used = 0;
        enum ent_carriage_found found;

        seen = seen > len ? len : seen;
        found = ent_carriage_next(&reading, ent_view_of(data + at, seen - at),
            seen == len, &frame, &used);
        if (found == ENT_CARRIAGE_OVER) {
            return sum;
        }
        if (found == ENT_CARRIAGE_MORE) {
            if (seen == len) {
                abort();
            }
            seen += step;
            continue;
        }
        if (used == 0 || reading.offset != at + used || reading.offset > len) {
            abort();
        }
        if (found == ENT_CARRIAGE_RECORD) {
            check_record(&frame, data + at, used);
            sum.records++;
            sum.record_bytes += used;
        }
        sum.damaged += found == ENT_CARRIAGE_DAMAGE ? used : 0;
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct sum whole;
    struct sum pieces;

    if (len == 0) {
        return 0;
    }
    whole = read_all(data + 1, len - 1, len);
    pieces = read_all(data + 1, len - 1, (size_t)data[0] + 1);
    if (memcmp(&whole, &pieces, sizeof whole) != 0) {
        abort();
    }
    return 0;
}
