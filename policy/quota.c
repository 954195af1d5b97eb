/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/quota.h"

uint64_t
ent_quota_used(const struct ent_quota *quota, uint64_t period)
{
    return period > quota->period ? 0 : quota->count;
}

void
ent_quota_count(struct ent_quota *quota, uint64_t period)
{
    quota->count = ent_quota_used(quota, period) + 1;
    if (period > quota->period) {
        quota->period = period;
    }
}
