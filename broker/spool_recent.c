/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/spool_recent.h"

void
broker_recent_add(
    struct broker_recent *recent, uint64_t arrival, struct ent_bytes *frame)
{
    if (recent->count == BROKER_RECENT_FRAMES_MAX ||
        frame->len > BROKER_RECENT_BYTES_MAX - recent->bytes) {
        return;
    }
    recent->list[recent->count].arrival = arrival;
    recent->list[recent->count].frame = *frame;
    recent->count++;
    recent->bytes += frame->len;
    *frame = (struct ent_bytes){0};
}

bool
broker_recent_find(const struct broker_recent *recent, uint64_t arrival,
    struct ent_view *ret_frame)
{
    for (size_t i = 0; i < recent->count; i++) {
        if (recent->list[i].arrival == arrival) {
            *ret_frame = ent_bytes_view(&recent->list[i].frame);
            return true;
        }
    }
    return false;
}

void
broker_recent_clear(struct broker_recent *recent)
{
    for (size_t i = 0; i < recent->count; i++) {
        ent_bytes_free(&recent->list[i].frame);
    }
    recent->count = 0;
    recent->bytes = 0;
}
