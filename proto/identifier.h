/* SPDX-License-Identifier: Apache-2.0 */
/*
 * identifier - the numbers and codes on ships, aircraft, vehicles, goods,
 * papers and places, which have a form and often a digit that proves the
 * others.
 *
 * A slip of the pen in one sends an officer after the wrong lorry, so it is
 * caught where it is written. Nothing here knows whether the thing exists.
 */
#ifndef ENT_PROTO_IDENTIFIER_H
#define ENT_PROTO_IDENTIFIER_H

#include "proto/base/bytes.h"

enum ent_identifier {
    ENT_IDENTIFIER_COUNTRY,         /* "TH" */
    ENT_IDENTIFIER_STATE,           /* "th" */
    ENT_IDENTIFIER_NATIONALITY,     /* "THA" */
    ENT_IDENTIFIER_AREA,            /* UN/LOCODE, crossing or ISO 3166-2 */
    ENT_IDENTIFIER_UNLOCODE,        /* "THMSA" */
    ENT_IDENTIFIER_CROSSING,        /* "MM-TH:THL-MSA" */
    ENT_IDENTIFIER_FLIGHT,          /* "TG660" */
    ENT_IDENTIFIER_IMO,             /* "9074729" */
    ENT_IDENTIFIER_MMSI,            /* "567001234" */
    ENT_IDENTIFIER_CONTAINER,       /* "CSQU3054383" */
    ENT_IDENTIFIER_S10,             /* "RB123456785GB" */
    ENT_IDENTIFIER_LANGUAGE,        /* "th", "zh-Hant" */
    ENT_IDENTIFIER_AGE_BAND,        /* "12-17" */
    ENT_IDENTIFIER_AIRPORT,         /* "BKK" (IATA) or "VTBS" (ICAO) */
    ENT_IDENTIFIER_AWB,             /* air waybill: "217-12345675" */
    ENT_IDENTIFIER_CALL_SIGN,       /* of a ship: "HSB2345" */
    ENT_IDENTIFIER_CURRENCY,        /* "THB" */
    ENT_IDENTIFIER_DOCUMENT_NUMBER, /* as the MRZ has it: "AA1234567" */
    ENT_IDENTIFIER_HS,              /* goods: "293490", or a country's longer */
    ENT_IDENTIFIER_ICAO24,          /* transponder: "885174" */
    ENT_IDENTIFIER_IMO_COMPANY,     /* a ship's company or owner: "5808451" */
    ENT_IDENTIFIER_PHONE,           /* "+66812345678" */
    ENT_IDENTIFIER_REGISTRATION,    /* aircraft: "HS-TKA" */
    ENT_IDENTIFIER_SCRIPT,          /* "Khmr" */
    ENT_IDENTIFIER_UN_NUMBER,       /* dangerous goods: "UN1090" */
    ENT_IDENTIFIER_UNIT,            /* "KGM", "C62" */
    ENT_IDENTIFIER_VIN,             /* road vehicle: 17 characters */
    ENT_IDENTIFIER_KINDS,
};

/* ENT_BAD_INPUT says what the form is, or which check digit was expected; it
 * does not quote `text`. */
enum ent_status ent_identifier_check(enum ent_identifier kind,
    struct ent_view text, struct ent_error *err) ENT_MUST_CHECK;

/* Where the form comes from: "ISO 6346". Never NULL. */
const char *ent_identifier_source(enum ent_identifier kind);

#endif
