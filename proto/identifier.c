/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/identifier.h"

#include <assert.h>

#include "proto/identifier_internal.h"

struct kind {
    enum ent_status (*check)(struct ent_view text, struct ent_error *err);
    const char *source;
};

static const struct kind kinds[] = {
#define KIND(name, noun, source)                                               \
    [ENT_IDENTIFIER_##name] = {ent_identifier_check_##noun, source}
    KIND(COUNTRY, country, "ISO 3166-1"),
    KIND(STATE, state, "ISO 3166-1"),
    KIND(NATIONALITY, nationality, "ISO 3166-1, ICAO Doc 9303-3"),
    KIND(AREA, area, "catalogue: geographic scope"),
    KIND(UNLOCODE, unlocode, "UN/LOCODE"),
    KIND(CROSSING, crossing, "catalogue: crossings"),
    KIND(FLIGHT, flight, "catalogue: flight designators"),
    KIND(IMO, imo, "IMO Resolution A.1117(30)"),
    KIND(MMSI, mmsi, "ITU-R M.585"),
    KIND(CONTAINER, container, "ISO 6346"),
    KIND(S10, s10, "UPU S10"),
    KIND(LANGUAGE, language, "BCP 47"),
    KIND(AGE_BAND, age_band, "catalogue: age bands"),
    KIND(AIRPORT, airport, "IATA Resolution 763, ICAO Doc 7910"),
    KIND(AWB, awb, "IATA Resolution 600a"),
    KIND(CALL_SIGN, call_sign, "ITU Radio Regulations, Article 19"),
    KIND(CURRENCY, currency, "ISO 4217"),
    KIND(DOCUMENT_NUMBER, document_number, "ICAO Doc 9303-3"),
    KIND(HS, hs, "WCO Harmonized System"),
    KIND(ICAO24, icao24, "ICAO Annex 10, Volume III"),
    KIND(IMO_COMPANY, imo_company, "IMO Resolution MSC.160(78)"),
    KIND(PHONE, phone, "ITU-T E.164"),
    KIND(REGISTRATION, registration, "ICAO Annex 7"),
    KIND(SCRIPT, script, "ISO 15924"),
    KIND(UN_NUMBER, un_number, "UN Recommendations on dangerous goods"),
    KIND(UNIT, unit, "UN/ECE Recommendation 20"),
    KIND(VIN, vin, "ISO 3779"),
#undef KIND
};

enum ent_status
ent_identifier_check(
    enum ent_identifier kind, struct ent_view text, struct ent_error *err)
{
    assert((size_t)kind < sizeof kinds / sizeof kinds[0]);

    return kinds[kind].check(text, err);
}

const char *
ent_identifier_source(enum ent_identifier kind)
{
    assert((size_t)kind < sizeof kinds / sizeof kinds[0]);

    return kinds[kind].source;
}
