/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zones - machine readable zones for tests: the specimens of ICAO Doc 9303, and
 * what is read of them and of their variations.
 */
#ifndef ENT_TESTS_ZONES_H
#define ENT_TESTS_ZONES_H

#include "proto/mrz.h"

/* The specimens of ICAO Doc 9303, parts 4 to 7. */
#define TD3                                                                    \
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n"                           \
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10"
#define TD1                                                                    \
    "I<UTOD231458907<<<<<<<<<<<<<<<\n"                                         \
    "7408122F1204159UTO<<<<<<<<<<<6\n"                                         \
    "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"
#define TD2                                                                    \
    "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\n"                                   \
    "D231458907UTO7408122F1204159<<<<<<<6"
#define MRV_A                                                                  \
    "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n"                           \
    "L8988901C4XXX4009078F96121096ZE184226B<<<<<<"
#define MRV_B                                                                  \
    "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\n"                                   \
    "L8988901C4XXX4009078F9612109<<<<<<<<"
/* Their documents whose number has eleven characters. */
#define TD1_LONG                                                               \
    "I<UTOD23145890<7349<<<<<<<<<<<\n"                                         \
    "3407127M9507122UTO<<<<<<<<<<<2\n"                                         \
    "STEVENSON<<PETER<JOHN<<<<<<<<<"
#define TD2_LONG                                                               \
    "I<UTOSTEVENSON<<PETER<JOHN<<<<<<<<<<\n"                                   \
    "D23145890<UTO3407127M95071227349<<<8"

#define DATE(...)                                                              \
    (struct ent_mrz_date)                                                      \
    {                                                                          \
        __VA_ARGS__                                                            \
    }

/* When that day ("2026-11-29") begins, UTC. */
uint64_t day_ms(const char *text);

/* Read on that day. */
enum ent_status parse_on(
    const char *date, const char *text, struct ent_mrz *ret_mrz);

/* Read on the day this was written. Fails the test when it is not good. */
struct ent_mrz read_mrz(const char *text);

/* It is refused with that sentence, and nothing is given. */
void expect_complaint(const char *text, const char *sentence);

/* The specimen, with other characters in line and column, counted from 1. Lasts
 * until the next call. */
const char *changed(
    const char *specimen, unsigned line, unsigned column, const char *to);

void expect_same(const struct ent_mrz *a, const struct ent_mrz *b);

/* A passport whose holder was born, and which expires, on such dates. */
struct ent_mrz passport(struct ent_mrz_date birth, struct ent_mrz_date expiry);

#endif
