/* SPDX-License-Identifier: Apache-2.0 */
/*
 * identifier_internal - the checks of the kinds, by noun: identifier_place.c,
 * _transport.c, _trade.c, _person.c; and what they share (identifier_form.c).
 * Each check is as ent_identifier_check.
 */
#ifndef ENT_PROTO_IDENTIFIER_INTERNAL_H
#define ENT_PROTO_IDENTIFIER_INTERNAL_H

#include "proto/base/ascii.h"
#include "proto/identifier.h"

/* ---- identifier_form.c ---- */

static inline unsigned
digit(uint8_t c)
{
    return (unsigned)(c - '0');
}

/* Does `text` look like `form`? '0' stands for a digit, 'A' for an upper-case
 * letter, 'X' for either; anything else for itself. */
bool ent_identifier_has_form(struct ent_view text, const char *form);

struct ent_view ent_identifier_part(
    struct ent_view text, size_t start, size_t len);

/* The digits of `text`, each times its weight. */
unsigned ent_identifier_weigh(struct ent_view text, const unsigned *weights);

/* ENT_OK, or "must be ...". */
enum ent_status ent_identifier_expect(
    bool good, const char *right, struct ent_error *err);
enum ent_status ent_identifier_expect_digit(
    uint8_t written, unsigned computed, struct ent_error *err);

/* ---- the kinds ---- */

#define ENT_IDENTIFIER_CHECK(noun)                                             \
    enum ent_status ent_identifier_check_##noun(                               \
        struct ent_view text, struct ent_error *err)

/* identifier_place.c */
ENT_IDENTIFIER_CHECK(country);
ENT_IDENTIFIER_CHECK(state);
ENT_IDENTIFIER_CHECK(area);
ENT_IDENTIFIER_CHECK(unlocode);
ENT_IDENTIFIER_CHECK(crossing);
ENT_IDENTIFIER_CHECK(airport);

/* identifier_transport.c */
ENT_IDENTIFIER_CHECK(flight);
ENT_IDENTIFIER_CHECK(registration);
ENT_IDENTIFIER_CHECK(icao24);
ENT_IDENTIFIER_CHECK(imo);
ENT_IDENTIFIER_CHECK(imo_company);
ENT_IDENTIFIER_CHECK(mmsi);
ENT_IDENTIFIER_CHECK(call_sign);
ENT_IDENTIFIER_CHECK(vin);

/* identifier_trade.c */
ENT_IDENTIFIER_CHECK(container);
ENT_IDENTIFIER_CHECK(s10);
ENT_IDENTIFIER_CHECK(awb);
ENT_IDENTIFIER_CHECK(hs);
ENT_IDENTIFIER_CHECK(un_number);
ENT_IDENTIFIER_CHECK(currency);
ENT_IDENTIFIER_CHECK(unit);

/* identifier_person.c */
ENT_IDENTIFIER_CHECK(nationality);
ENT_IDENTIFIER_CHECK(document_number);
ENT_IDENTIFIER_CHECK(age_band);
ENT_IDENTIFIER_CHECK(language);
ENT_IDENTIFIER_CHECK(script);
ENT_IDENTIFIER_CHECK(phone);

#endif
