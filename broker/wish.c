/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/wish.h"

#include <string.h>

#define LIFE_MS (UINT64_C(10) * 60 * 1000)
#define PAUSE_MS 1000 /* between two questions about the same */

static bool
is_about(const struct broker_wish *wish, uint32_t kind, const char *subject)
{
    return wish->made_at != 0 && wish->fetch.kind == kind &&
           strcmp(wish->fetch.subject, subject) == 0;
}

/* Where a new one goes: its own older self, a free place, or the oldest. */
static struct broker_wish *
place_for(
    struct broker_wishes *wishes, const struct ent_fetch *fetch, size_t asker)
{
    struct broker_wish *oldest = &wishes->list[0];

    for (size_t i = 0; i < BROKER_WISHES_MAX; i++) {
        struct broker_wish *wish = &wishes->list[i];

        if (is_about(wish, fetch->kind, fetch->subject) &&
            wish->asker == asker) {
            return wish;
        }
        if (wish->made_at < oldest->made_at) {
            oldest = wish;
        }
    }
    return oldest;
}

bool
broker_wish_make(struct broker_wishes *wishes, const struct ent_fetch *fetch,
    size_t asker, uint64_t now_ms)
{
    uint64_t asked_at = 0;
    bool ask;

    for (size_t i = 0; i < BROKER_WISHES_MAX; i++) {
        const struct broker_wish *wish = &wishes->list[i];

        if (is_about(wish, fetch->kind, fetch->subject) &&
            wish->asked_at > asked_at) {
            asked_at = wish->asked_at;
        }
    }
    ask = asked_at == 0 || now_ms - asked_at >= PAUSE_MS;
    *place_for(wishes, fetch, asker) = (struct broker_wish){
        .fetch = *fetch,
        .asker = asker,
        .made_at = now_ms,
        .asked_at = ask ? now_ms : asked_at,
    };
    return ask;
}

const struct broker_wish *
broker_wish_next(struct broker_wishes *wishes, size_t *index, uint64_t now_ms)
{
    while (*index < BROKER_WISHES_MAX) {
        struct broker_wish *wish = &wishes->list[(*index)++];

        if (wish->made_at != 0 && now_ms - wish->made_at >= LIFE_MS) {
            *wish = (struct broker_wish){0};
        }
        if (wish->made_at != 0) {
            return wish;
        }
    }
    return NULL;
}

bool
broker_wish_grant(struct broker_wishes *wishes, uint32_t kind,
    const char *subject, size_t *ret_asker)
{
    for (size_t i = 0; i < BROKER_WISHES_MAX; i++) {
        struct broker_wish *wish = &wishes->list[i];

        if (is_about(wish, kind, subject)) {
            *ret_asker = wish->asker;
            *wish = (struct broker_wish){0};
            return true;
        }
    }
    return false;
}
