/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wish - who asked for an object that is not here yet: one behind a neighbour,
 * which was asked for it, or one that an office here is about to say. Each gets
 * it when it comes.
 *
 * Pure: monotonic time is an argument. All zero is empty. When there are too
 * many, or after a while, a wish is forgotten: who still lacks it asks again.
 */
#ifndef BROKER_WISH_H
#define BROKER_WISH_H

#include "proto/frame.h"

#define BROKER_WISHES_MAX 256

struct broker_wish {
    struct ent_fetch fetch;
    size_t asker;      /* number in the registry */
    uint64_t made_at;  /* 0: none; monotonic ms */
    uint64_t asked_at; /* the neighbour, for anybody */
};

struct broker_wishes {
    struct broker_wish list[BROKER_WISHES_MAX];
};

/* Remember it. True when the neighbour is to be asked now, and was not just
 * asked for the same. */
bool broker_wish_make(struct broker_wishes *wishes,
    const struct ent_fetch *fetch, size_t asker, uint64_t now_ms);

/* The next that waits at or after `*index`, which then is behind it; NULL: no
 * more. */
const struct broker_wish *broker_wish_next(
    struct broker_wishes *wishes, size_t *index, uint64_t now_ms);

/* Somebody who waits for that object, and does not any more; false: nobody. */
bool broker_wish_grant(struct broker_wishes *wishes, uint32_t kind,
    const char *subject, size_t *ret_asker);

#endif
