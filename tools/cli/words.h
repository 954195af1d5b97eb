/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words - codes and times as an officer reads them.
 *
 * Times are shown by the clock on the wall here (TZ), with UTC beside them
 * where there is room: two offices that talk about one moment must find it in
 * both.
 */
#ifndef TOOLS_CLI_WORDS_H
#define TOOLS_CLI_WORDS_H

#include <protobuf-c/protobuf-c.h>

#include "proto/base/bytes.h"

#define CLI_WORDS_MAX 64

/* "TRAFFICKING_IN_PERSONS" is "trafficking in persons"; "" for the value that
 * says nothing (0), a number for one that the schema does not name. */
void cli_words(const ProtobufCEnumDescriptor *descriptor, int value,
    char out[static CLI_WORDS_MAX]);

/* The code itself: "FLASH". "" for 0. */
void cli_code(const ProtobufCEnumDescriptor *descriptor, int value,
    char out[static CLI_WORDS_MAX]);

/* "17:00:05" on the day of `now_ms`, else "2026-11-22 17:00"; "" for 0. */
void cli_time_short(
    uint64_t ms, uint64_t now_ms, char out[static CLI_WORDS_MAX]);

/* "2026-11-22 17:00:05 +0700 (10:00:05Z)"; the date of UTC too where it is
 * another one. "" for 0. */
void cli_time_long(uint64_t ms, char out[static CLI_WORDS_MAX]);

/* How long until `by_ms` somebody must have answered: "4 min 10 s",
 * "OVERDUE 3 min", "acknowledged", or "" when nobody asked. */
void cli_time_left(uint64_t by_ms, uint64_t acknowledged_ms, uint64_t now_ms,
    char out[static CLI_WORDS_MAX]);

#define CLI_OVERDUE "OVERDUE" /* how a passed time begins */

#endif
