/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quota - how much of something there was in one period: a day, an hour.
 *
 * Periods are numbered from 1970. What was counted in one that is later than
 * today's counts still: a clock that is set back gives nothing anew.
 */
#ifndef ENT_POLICY_QUOTA_H
#define ENT_POLICY_QUOTA_H

#include <stdint.h>

struct ent_quota {
    uint64_t period; /* the latest in which something was counted */
    uint64_t count;
};

/* How much counts against the limit of that period. */
uint64_t ent_quota_used(const struct ent_quota *quota, uint64_t period);

/* One more in that period. */
void ent_quota_count(struct ent_quota *quota, uint64_t period);

#endif
