/* SPDX-License-Identifier: Apache-2.0 */
/*
 * boarding_pass - what the bar code on a boarding pass says: whose it is, as
 * the airline wrote it, and on which flights. IATA Resolution 792 (BCBP).
 *
 * It is paper that a traveller brings, and proves nothing: its signature, where
 * it has one, is the airline's to verify. What is the airline's own, and the
 * traveller's number in its programme, is left where it is.
 */
#ifndef ENT_PROTO_BOARDING_PASS_H
#define ENT_PROTO_BOARDING_PASS_H

#include "proto/base/bytes.h"

#define ENT_BOARDING_LEGS_MAX 4
#define ENT_BOARDING_BAGS_MAX 3
#define ENT_BOARDING_NAME_MAX 20

/* Spaces that only fill a field are not part of it; what is not given is empty,
 * or '\0'. */
struct ent_boarding_leg {
    char booking[8]; /* the operating carrier's reference (PNR) */
    char from[4];    /* IATA airports */
    char to[4];
    char flight[9];   /* operating carrier and number: "TG660" */
    char date[11];    /* "2026-11-29", local at departure */
    char compartment; /* 'Y' */
    char seat[5];     /* as printed: "023A", "INF" */
    char sequence[6]; /* of check-in: "0025" */
    char status;      /* of the passenger: '0' not checked in, '1' checked in */
    char ticket[14];  /* the airline's three digits and ten of the ticket */
    char documents;   /* '0' no check needed, '1' needed, '2' done */
};

struct ent_boarding_pass {
    char surname[ENT_BOARDING_NAME_MAX + 1];
    char given[ENT_BOARDING_NAME_MAX + 1]; /* with a title at its end, often */
    bool name_may_be_cut;                  /* it fills the field */
    size_t leg_count;
    struct ent_boarding_leg legs[ENT_BOARDING_LEGS_MAX];
    size_t bag_count;
    char bags[ENT_BOARDING_BAGS_MAX][14]; /* tags of baggage: first of each */
    bool has_signature;
};

/* Read what a scanner read. `now_ms` tells the year, which the code does not:
 * the flight is in that which puts it nearest to now. ENT_BAD_INPUT says the
 * column, what must stand there, and quotes nothing. */
enum ent_status ent_boarding_pass_parse(struct ent_view text, uint64_t now_ms,
    struct ent_boarding_pass *ret_pass, struct ent_error *err) ENT_MUST_CHECK;

#endif
