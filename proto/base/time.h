/* SPDX-License-Identifier: Apache-2.0 */
/*
 * time - dates as people and agreements write them. Milliseconds since 1970,
 * UTC, inside; RFC 3339 outside; durations ISO 8601. Pure but for the clocks.
 */
#ifndef ENT_PROTO_BASE_TIME_H
#define ENT_PROTO_BASE_TIME_H

#include "proto/base/bytes.h"

#define ENT_TIME_TEXT_MAX 32

/* Wall clock, and a clock that never steps and counts suspended time. */
uint64_t ent_time_now_ms(void);
uint64_t ent_time_boot_ms(void);

/* "2026-11-22T10:00:00Z", with ".123" when there are milliseconds. */
void ent_time_format(uint64_t ms, char out[static ENT_TIME_TEXT_MAX]);

/* The month it lies in: 2026 and 8, UTC. */
void ent_time_month(uint64_t ms, uint32_t *ret_year, uint32_t *ret_month);

/* RFC 3339 date-time with any offset. Refuses what no calendar has, and years
 * before 1970 or after 2200 (a Buddhist year is not a Gregorian one). */
enum ent_status ent_time_parse(struct ent_view text, uint64_t *ret_ms,
    struct ent_error *err) ENT_MUST_CHECK;

/* "2026-01-01": its first millisecond, UTC. */
enum ent_status ent_date_parse(struct ent_view text, uint64_t *ret_ms,
    struct ent_error *err) ENT_MUST_CHECK;

/* ISO 8601 duration: PnYnMnDTnHnMnS or PnW; a year is 365 days and a month 30.
 * At most 100 years. */
enum ent_status ent_duration_parse(struct ent_view text, uint64_t *ret_ms,
    struct ent_error *err) ENT_MUST_CHECK;
/* "5 min", "2 d 3 h": at most two units, for people. */
void ent_duration_format(uint64_t ms, char out[static ENT_TIME_TEXT_MAX]);

#endif
