/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/dial.h"

#define PAUSE_MIN_MS 1000
#define PAUSE_MAX_MS 60000
#define NEVER UINT64_MAX

void
broker_dial_up(struct broker_dial *dial)
{
    *dial = (struct broker_dial){.is_up = true, .pause = PAUSE_MIN_MS};
}

void
broker_dial_down(struct broker_dial *dial)
{
    *dial = (struct broker_dial){0};
}

/* It ended: a pause, and each time a longer one. */
static void
wait(struct broker_dial *dial, uint64_t now_ms)
{
    dial->greet_at = now_ms + dial->pause;
    dial->pause =
        dial->pause * 2 > PAUSE_MAX_MS ? PAUSE_MAX_MS : dial->pause * 2;
}

bool
broker_dial_greets(struct broker_dial *dial, bool is_open, uint64_t now_ms)
{
    if (!dial->is_up) {
        return false;
    }
    if (is_open) {
        dial->greet_at = NEVER;
        dial->pause = PAUSE_MIN_MS;
        return false;
    }
    if (dial->greet_at == NEVER) {
        wait(dial, now_ms);
        return false;
    }
    if (now_ms < dial->greet_at) {
        return false;
    }
    dial->greet_at = now_ms + PAUSE_MAX_MS; /* unanswered until then */
    return true;
}

void
broker_dial_dismissed(struct broker_dial *dial)
{
    dial->greet_at = NEVER;
}

uint64_t
broker_dial_due(const struct broker_dial *dial)
{
    return dial->is_up ? dial->greet_at : NEVER;
}
