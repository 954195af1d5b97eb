/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/validate_internal.h"

#include <string.h>

/* Rules for what several families speak of. */

/* Codes that name one place twice must name the same one. */
static void
check_agreement(struct ent_validation *v, const Entente__V1__Location *location)
{
    const char *country = location->country;
    const char *crossing = location->crossing;

    if (strlen(country) != 2) {
        return;
    }
    if (strlen(location->unlocode) == 5 &&
        memcmp(country, location->unlocode, 2) != 0) {
        ent_rule_broken_by(
            v, "UN/LOCODE", "unlocode", "must lie in the country %s", country);
    }
    if (strlen(crossing) == 13 && memcmp(country, crossing, 2) != 0 &&
        memcmp(country, crossing + 3, 2) != 0) {
        ent_rule_broken_by(v, "catalogue: crossings", "crossing",
            "must be one of the country %s", country);
    }
}

void
ent_validate_location(struct ent_validation *v, const char *field,
    const Entente__V1__Location *location, bool required)
{
    size_t mark;

    if (location == NULL) {
        ent_rule_need(v, field, !required);
        return;
    }
    mark = ent_rule_enter(v, field);
    if (required && !is_given(location->country) &&
        !is_given(location->unlocode) && !is_given(location->crossing)) {
        ent_rule_broken(v, "", "must give country, unlocode or crossing");
    }
    ent_rule_need_identifier(
        v, "country", ENT_IDENTIFIER_COUNTRY, location->country);
    ent_rule_need_identifier(
        v, "unlocode", ENT_IDENTIFIER_UNLOCODE, location->unlocode);
    ent_rule_need_identifier(
        v, "crossing", ENT_IDENTIFIER_CROSSING, location->crossing);
    check_agreement(v, location);
    ent_rule_need_degrees(v, "latitude", location->latitude, 90);
    ent_rule_need_degrees(v, "longitude", location->longitude, 180);
    if (is_given(location->latitude) != is_given(location->longitude)) {
        ent_rule_broken_by(v, "WGS 84", "",
            "must give both latitude and longitude, or neither");
    }
    ent_rule_leave(v, mark);
}

void
ent_validate_conveyance(
    struct ent_validation *v, const Entente__V1__Conveyance *conveyance)
{
    size_t mark;

    if (conveyance == NULL) {
        return;
    }
    mark = ent_rule_enter(v, "conveyance");
    ent_rule_need_identifier(
        v, "plateCountry", ENT_IDENTIFIER_COUNTRY, conveyance->plate_country);
    ent_rule_need_identifier(
        v, "flight", ENT_IDENTIFIER_FLIGHT, conveyance->flight);
    ent_rule_need_date(v, "flightDate", conveyance->flight_date);
    ent_rule_need_identifier(v, "imo", ENT_IDENTIFIER_IMO, conveyance->imo);
    ent_rule_need_identifier(v, "mmsi", ENT_IDENTIFIER_MMSI, conveyance->mmsi);
    ent_rule_need_identifier(
        v, "container", ENT_IDENTIFIER_CONTAINER, conveyance->container);
    ent_rule_leave(v, mark);
}

void
ent_validate_mail(
    struct ent_validation *v, size_t index, const Entente__V1__MailItem *item)
{
    size_t mark = ent_rule_enter_element(v, "mail", index);

    if (!is_given(item->s10) && !is_given(item->courier_reference)) {
        ent_rule_broken(v, "", "must give s10 or courierReference");
    }
    ent_rule_need_identifier(v, "s10", ENT_IDENTIFIER_S10, item->s10);
    ent_rule_leave(v, mark);
}

void
ent_validate_window(struct ent_validation *v, const char *field,
    const Entente__V1__TimeWindow *window)
{
    size_t mark;

    if (window == NULL) {
        return;
    }
    mark = ent_rule_enter(v, field);
    ent_rule_need(v, "from", window->from != NULL);
    ent_rule_need(v, "until", window->until != NULL);
    if (window->from != NULL && window->until != NULL &&
        ent_message_time_ms(window->until) <
            ent_message_time_ms(window->from)) {
        ent_rule_broken(v, "until", "must not be before from");
    }
    ent_rule_leave(v, mark);
}

void
ent_validate_count(struct ent_validation *v, const char *field, size_t index,
    const Entente__V1__PersonCount *count)
{
    size_t mark = ent_rule_enter_element(v, field, index);

    ent_rule_need(v, "count", count->count > 0);
    ent_rule_need_identifier(
        v, "ageBand", ENT_IDENTIFIER_AGE_BAND, count->age_band);
    ent_rule_need_identifier(
        v, "nationality", ENT_IDENTIFIER_NATIONALITY, count->nationality);
    ent_rule_leave(v, mark);
}
