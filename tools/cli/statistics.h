/* SPDX-License-Identifier: Apache-2.0 */
/*
 * statistics - a return of counts on its way out: as tables for people, as CSV
 * (RFC 4180) for a spreadsheet, or as the message that `entente send` takes.
 */
#ifndef TOOLS_CLI_STATISTICS_H
#define TOOLS_CLI_STATISTICS_H

#include <stdio.h>

#include "policy/statistics.h"

/* "2026-01": its first millisecond, and that of the month behind it. */
enum ent_status cli_month_parse(const char *text, uint64_t *ret_from_ms,
    uint64_t *ret_until_ms, struct ent_error *err) ENT_MUST_CHECK;

/* "sex,age-band": bits, as of a census. */
enum ent_status cli_dimensions_parse(const char *text, unsigned *ret_dimensions,
    struct ent_error *err) ENT_MUST_CHECK;

/* "vrs-msrc", "migrants": codes; 0: there is no such word. */
Entente__V1__ReturnShape cli_shape_parse(const char *word);
Entente__V1__Counted cli_counted_parse(const char *word);

/* All words of a list, for a complaint: "a, b, c". */
const char *cli_shape_words(void);
const char *cli_counted_words(void);

enum ent_status cli_statistics_print(FILE *out,
    const Entente__V1__StatisticsReturn *written,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status cli_statistics_csv(FILE *out,
    const Entente__V1__StatisticsReturn *written,
    struct ent_error *err) ENT_MUST_CHECK;
/* A message of it, as `role` writes it. */
enum ent_status cli_statistics_message(FILE *out,
    Entente__V1__StatisticsReturn *written, const char *role,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
