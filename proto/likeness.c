/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/likeness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/pb_field.h"
#include "proto/digest.h"
#include "proto/schema/google/protobuf/timestamp.pb-c.h"

#define HOUR_MS (UINT64_C(3600) * 1000)
#define EARTH_KM 6371.0

/* ---- identifiers ---- */

bool
ent_lookup_is_identifier(enum ent_lookup kind)
{
    switch (kind) {
    case ENT_LOOKUP_DOCUMENT:
    case ENT_LOOKUP_PLATE:
    case ENT_LOOKUP_VIN:
    case ENT_LOOKUP_CONTAINER:
    case ENT_LOOKUP_IMO:
    case ENT_LOOKUP_MMSI:
    case ENT_LOOKUP_AIRCRAFT:
    case ENT_LOOKUP_MAIL:
    case ENT_LOOKUP_AWB:
    case ENT_LOOKUP_BILL_OF_LADING:
    case ENT_LOOKUP_SEAL:
        return true;
    default:
        return false;
    }
}

struct identifiers {
    enum ent_lookup kinds[ENT_LIKE_IDENTIFIERS];
    struct ent_digest keys[ENT_LIKE_IDENTIFIERS];
    size_t count;
};

static enum ent_status
keep(void *context, enum ent_lookup kind, struct ent_view key,
    struct ent_error *err)
{
    struct identifiers *all = context;

    (void)err;
    if (all->count < ENT_LIKE_IDENTIFIERS &&
        (kind == ENT_LOOKUP_CASE || ent_lookup_is_identifier(kind))) {
        all->kinds[all->count] = kind;
        all->keys[all->count++] = ent_digest_of(key);
    }
    return ENT_OK;
}

static void
compare_identifiers(const ent_message *one, const ent_message *other,
    struct ent_likeness *likeness)
{
    struct identifiers a = {.count = 0};
    struct identifiers b = {.count = 0};

    if (ent_lookup_message(one, keep, &a, NULL) != ENT_OK ||
        ent_lookup_message(other, keep, &b, NULL) != ENT_OK) {
        return;
    }
    for (size_t i = 0; i < a.count; i++) {
        for (size_t k = 0; k < b.count; k++) {
            if (a.kinds[i] != b.kinds[k] ||
                memcmp(&a.keys[i], &b.keys[k], sizeof a.keys[i]) != 0) {
                continue;
            }
            if (a.kinds[i] == ENT_LOOKUP_CASE) {
                likeness->bases |= ENT_LIKE_CASE;
            } else if ((likeness->bases & ENT_LIKE_IDENTIFIER) == 0) {
                likeness->bases |= ENT_LIKE_IDENTIFIER;
                likeness->shared = a.kinds[i];
            }
        }
    }
}

/* ---- events ---- */

/* What a body says of where and when; absent: zero. */
struct event {
    const Entente__V1__Location *place;
    uint64_t at_ms;
    bool date_only;
    int mode;
};

static const void *
field_of(const ProtobufCMessage *body, const char *name)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(body->descriptor, name);

    return field == NULL || ent_pb_count(body, field) == 0
               ? NULL
               : ent_pb_value(body, field, 0);
}

/* False: its family is about no event. */
static bool
read_event(const ent_message *message, struct event *event)
{
    static const char *const times[] = {"seized_at", "occurred_at"};
    const ProtobufCMessage *body = &message->test->base; /* whichever it is */
    const void *value = field_of(body, "place");

    *event = (struct event){.place = NULL};
    if (value == NULL) {
        return false;
    }
    event->place = *(Entente__V1__Location *const *)value;
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        value = field_of(body, times[i]);
        if (value != NULL) {
            event->at_ms = ent_message_time_ms(
                *(Google__Protobuf__Timestamp *const *)value);
        }
    }
    value = field_of(body, "date_only");
    event->date_only = value != NULL && *(const protobuf_c_boolean *)value;
    value = field_of(body, "mode");
    event->mode = value == NULL ? 0 : *(const int *)value;
    return event->at_ms != 0;
}

static bool
are_one_code(const char *one, const char *other)
{
    return one[0] != '\0' && strcmp(one, other) == 0;
}

static double
radians(const char *degrees)
{
    return strtod(degrees, NULL) * acos(-1) / 180;
}

/* Over the sphere (haversine). */
static double
distance_km(
    const Entente__V1__Location *one, const Entente__V1__Location *other)
{
    double a = radians(one->latitude);
    double b = radians(other->latitude);
    double north = sin((b - a) / 2);
    double east =
        sin((radians(other->longitude) - radians(one->longitude)) / 2);

    return 2 * EARTH_KM *
           asin(sqrt(north * north + cos(a) * cos(b) * east * east));
}

static bool
are_one_place(
    const Entente__V1__Location *one, const Entente__V1__Location *other)
{
    if (are_one_code(one->crossing, other->crossing) ||
        are_one_code(one->unlocode, other->unlocode)) {
        return true;
    }
    return one->latitude[0] != '\0' && other->latitude[0] != '\0' &&
           distance_km(one, other) <= ENT_LIKE_PLACE_KM;
}

/* ---- quantities ---- */

/* Nothing can be said where one has none. */
static bool
are_near(double one, double other)
{
    double most = one > other ? one : other;

    return one <= 0 || other <= 0 ||
           fabs(one - other) * 100 <= most * ENT_LIKE_PER_CENT;
}

/* In grams where it is a weight. */
static double
amount_of(const Entente__V1__SeizedDrug *item)
{
    double amount = strtod(item->quantity, NULL);

    return item->unit == ENTENTE__V1__DRUG_UNIT__KILOGRAM ||
                   item->unit == ENTENTE__V1__DRUG_UNIT__LITRE
               ? amount * 1000
               : amount;
}

static bool
are_one_kind(
    const Entente__V1__SeizedDrug *one, const Entente__V1__SeizedDrug *other)
{
    return one->drug == other->drug;
}

/* Of each drug that both name as much was seized, and they name one at least.
 */
static bool
are_like_drugs(
    const Entente__V1__DrugSeizure *one, const Entente__V1__DrugSeizure *other)
{
    bool shared = false;

    for (size_t i = 0; i < one->n_items; i++) {
        for (size_t k = 0; k < other->n_items; k++) {
            if (!are_one_kind(one->items[i], other->items[k])) {
                continue;
            }
            shared = true;
            if (!are_near(
                    amount_of(one->items[i]), amount_of(other->items[k]))) {
                return false;
            }
        }
    }
    return shared;
}

static double
persons_of(const Entente__V1__SmugglingIncident *incident)
{
    double sum = 0;

    for (size_t i = 0; i < incident->n_persons; i++) {
        sum += incident->persons[i]->count;
    }
    return sum;
}

/* Of each term of a taxon, likewise. */
static bool
are_like_specimens(const Entente__V1__WildlifeTimberSeizure *one,
    const Entente__V1__WildlifeTimberSeizure *other)
{
    bool shared = false;

    for (size_t i = 0; i < one->n_specimens; i++) {
        for (size_t k = 0; k < other->n_specimens; k++) {
            const Entente__V1__Specimen *a = one->specimens[i];
            const Entente__V1__Specimen *b = other->specimens[k];

            if (strcmp(a->taxon, b->taxon) != 0 ||
                strcmp(a->term, b->term) != 0 ||
                strcmp(a->unit, b->unit) != 0) {
                continue;
            }
            shared = true;
            if (!are_near(
                    strtod(a->quantity, NULL), strtod(b->quantity, NULL))) {
                return false;
            }
        }
    }
    return shared;
}

static bool
are_like_quantities(const ent_message *one, const ent_message *other)
{
    switch (one->body_case) {
    case ENTENTE__V1__MESSAGE__BODY_DRUG_SEIZURE:
        return are_like_drugs(one->drug_seizure, other->drug_seizure);
    case ENTENTE__V1__MESSAGE__BODY_WILDLIFE_TIMBER_SEIZURE:
        return are_like_specimens(
            one->wildlife_timber_seizure, other->wildlife_timber_seizure);
    case ENTENTE__V1__MESSAGE__BODY_SMUGGLING_INCIDENT:
        return are_near(persons_of(one->smuggling_incident),
            persons_of(other->smuggling_incident));
    default:
        return true;
    }
}

static bool
are_one_event(const ent_message *one, const ent_message *other)
{
    struct event a;
    struct event b;
    uint64_t apart;
    uint64_t most;

    if (one->body_case != other->body_case || !read_event(one, &a) ||
        !read_event(other, &b)) {
        return false;
    }
    apart = a.at_ms > b.at_ms ? a.at_ms - b.at_ms : b.at_ms - a.at_ms;
    most = a.date_only || b.date_only ? 24 * HOUR_MS : ENT_LIKE_HOURS * HOUR_MS;
    return apart <= most && are_one_place(a.place, b.place) &&
           (a.mode == b.mode || a.mode == 0 || b.mode == 0) &&
           are_like_quantities(one, other);
}

struct ent_likeness
ent_likeness_of(const ent_message *one, const ent_message *other)
{
    struct ent_likeness likeness = {.bases = 0};

    if (one->test == NULL || other->test == NULL) {
        return likeness; /* no body */
    }
    compare_identifiers(one, other, &likeness);
    if (are_one_event(one, other)) {
        likeness.bases |= ENT_LIKE_EVENT;
    }
    return likeness;
}
