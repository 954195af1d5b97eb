/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/catalogue_tables.h"
#include "proto/validate_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/time.h"
#include "proto/country.h"
#include "proto/lookup.h"
#include "proto/mrz.h"

/* Checks that manifests name, of what no word of theirs can say. */

/* The finding is about a field of the header, wherever we are. */
static void
broken_in_header(struct ent_validation *v, const char *field, const char *rule)
{
    const char inside = v->path[0];

    v->path[0] = '\0';
    ent_rule_broken(v, field, "%s", rule);
    v->path[0] = inside;
}

void
ent_check_location(struct ent_validation *v, const ProtobufCMessage *message)
{
    const Entente__V1__Location *location =
        (const Entente__V1__Location *)message;
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
ent_check_document_check(
    struct ent_validation *v, const ProtobufCMessage *message)
{
    const Entente__V1__DocumentCheck *check =
        (const Entente__V1__DocumentCheck *)message;

    if (check->result != 0 && !is_given(v->message->in_reply_to)) {
        broken_in_header(v, "inReplyTo", "must be given");
    }
}

/* ---- papers ---- */

/* Its lines, with newlines between them; false when they are too long. */
static bool
join_mrz(const Entente__V1__Document *document, char out[static 160])
{
    size_t len = 0;

    out[0] = '\0';
    for (size_t i = 0; i < document->n_mrz; i++) {
        int put = snprintf(
            out + len, 160 - len, "%s%s", i > 0 ? "\n" : "", document->mrz[i]);

        len += (size_t)put;
        if (len >= 160) {
            return false;
        }
    }
    return true;
}

void
ent_check_document(struct ent_validation *v, const ProtobufCMessage *message)
{
    const Entente__V1__Document *document =
        (const Entente__V1__Document *)message;
    struct ent_error why = {0};
    struct ent_mrz mrz;
    char text[160];

    if (document->n_mrz == 0) {
        return;
    }
    if (!join_mrz(document, text) || ent_mrz_parse(ent_view_text(text),
                                         v->created_ms, &mrz, &why) != ENT_OK) {
        ent_rule_broken_by(v, "ICAO Doc 9303", "mrz", "%s",
            why.text[0] == '\0' ? "must be two or three lines" : why.text);
        return;
    }
    if (strcmp(mrz.issuer, document->issuer) != 0) {
        ent_rule_broken(v, "issuer", "must be %s, as in mrz", mrz.issuer);
    }
    if (is_given(document->number) &&
        strcmp(mrz.number, document->number) != 0) {
        ent_rule_broken(v, "number", "must be the number in mrz");
    }
}

/* What only the state knows that issued it. */
static bool
is_owners_word(Entente__V1__DocumentStatus status)
{
    switch (status) {
    case ENTENTE__V1__DOCUMENT_STATUS__STOLEN:
    case ENTENTE__V1__DOCUMENT_STATUS__LOST:
    case ENTENTE__V1__DOCUMENT_STATUS__STOLEN_BLANK:
    case ENTENTE__V1__DOCUMENT_STATUS__REVOKED:
    case ENTENTE__V1__DOCUMENT_STATUS__INVALIDATED:
    case ENTENTE__V1__DOCUMENT_STATUS__RECOVERED:
        return true;
    default:
        return false;
    }
}

void
ent_check_document_alert(
    struct ent_validation *v, const ProtobufCMessage *message)
{
    const Entente__V1__DocumentAlert *alert =
        (const Entente__V1__DocumentAlert *)message;
    const char *at = strchr(v->message->from, '@');

    if (is_owners_word(alert->status) && at != NULL &&
        ent_country_is_nationality(ent_view_text(alert->issuer)) &&
        !ent_country_issues(at + 1, alert->issuer)) {
        ent_rule_broken_by(v, "INTERPOL: rule of the issuing state", "status",
            "only the state that issued a document says this of it");
    }
    if (is_given(alert->last_number) &&
        !ent_lookup_is_range(
            ent_view_text(alert->number), ent_view_text(alert->last_number))) {
        ent_rule_broken(v, "lastNumber",
            "must be as long as number, not before it, and differ from it in "
            "digits at the end alone");
    }
}

/* ---- persons ---- */

/* Domain A3.2, after the ASEAN concept paper, 19. */
#define VICTIMS "catalogue: victims and suspects"

static bool
is_victim(const Entente__V1__Person *person)
{
    return person->role == ENTENTE__V1__PERSON_ROLE__VICTIM ||
           person->role == ENTENTE__V1__PERSON_ROLE__PRESUMED_VICTIM;
}

static bool
is_suspect(const Entente__V1__Person *person)
{
    return person->role == ENTENTE__V1__PERSON_ROLE__SUSPECT ||
           person->role == ENTENTE__V1__PERSON_ROLE__FACILITATOR;
}

/* Who reads a list takes all on it for alike. */
static void
check_apart(
    struct ent_validation *v, const char *field, bool victims, bool suspects)
{
    if (victims && suspects) {
        ent_rule_broken_by(v, VICTIMS, field,
            "must not list victims beside suspects or facilitators");
        v->victims = false; /* said once */
    }
}

static bool
header_bears(const struct ent_validation *v, Entente__V1__Safeguard safeguard)
{
    for (size_t i = 0; i < v->message->n_safeguards; i++) {
        if (v->message->safeguards[i] == safeguard) {
            return true;
        }
    }
    return false;
}

void
ent_check_person(struct ent_validation *v, const ProtobufCMessage *message)
{
    const Entente__V1__Person *person = (const Entente__V1__Person *)message;

    v->victims = v->victims || is_victim(person);
    v->suspects = v->suspects || is_suspect(person);
}

void
ent_validate_apart(struct ent_validation *v)
{
    bool victim = header_bears(v, ENTENTE__V1__SAFEGUARD__PRESUMED_TIP_VICTIM);

    if (v->message->body_case ==
        ENTENTE__V1__MESSAGE__BODY_AT_RISK_PERSON_ALERT) {
        return; /* its fields say who is who: a child, and who took it away */
    }
    if (v->suspects && (v->victims || victim)) {
        ent_rule_broken_by(v, VICTIMS, v->victims ? "" : "safeguards",
            "must not speak of a victim beside a suspect or facilitator: two "
            "messages");
    }
}

/* Younger than 18 as the message was made, or perhaps so. */
static bool
may_be_under_age(const struct ent_validation *v, const char *birth_date)
{
    char now[ENT_TIME_TEXT_MAX];
    char limit[ENT_TIME_TEXT_MAX];
    size_t len = strlen(birth_date);
    int order;

    if (len < 4 || len > 10 || v->created_ms == 0) {
        return false;
    }
    ent_time_format(v->created_ms, now);
    if (strncmp(birth_date, now, 4) > 0) {
        return false; /* no year of ours: its format is told */
    }
    (void)snprintf(
        limit, sizeof limit, "%04lu%.6s", strtoul(now, NULL, 10) - 18, now + 4);
    order = strncmp(birth_date, limit, len);
    return order > 0 || (order == 0 && len < 10);
}

/* By what is known of the person: the flag, the band, the date of birth. */
static bool
is_minor(const struct ent_validation *v, const Entente__V1__Person *person)
{
    return person->minor || header_bears(v, ENTENTE__V1__SAFEGUARD__MINOR) ||
           (is_given(person->age_band) &&
               strtoul(person->age_band, NULL, 10) < 18) ||
           may_be_under_age(v, person->birth_date);
}

void
ent_check_subjects(struct ent_validation *v, const ProtobufCMessage *message)
{
    const Entente__V1__Subjects *subjects =
        (const Entente__V1__Subjects *)message;
    bool victims = false;
    bool suspects = false;

    for (size_t i = 0; i < subjects->n_persons; i++) {
        victims = victims || is_victim(subjects->persons[i]);
        suspects = suspects || is_suspect(subjects->persons[i]);
    }
    check_apart(v, "persons", victims, suspects);
}

void
ent_check_incident_handover(
    struct ent_validation *v, const ProtobufCMessage *message)
{
    const Entente__V1__IncidentHandover *handover =
        (const Entente__V1__IncidentHandover *)message;
    bool victims = false;
    bool suspects = false;

    for (size_t i = 0; i < handover->n_transfers; i++) {
        const Entente__V1__Person *person = handover->transfers[i]->person;

        victims = victims || (person != NULL && is_victim(person));
        suspects = suspects || (person != NULL && is_suspect(person));
    }
    check_apart(v, "transfers", victims, suspects);
}

void
ent_check_person_alert(
    struct ent_validation *v, const ProtobufCMessage *message)
{
    const Entente__V1__PersonAlert *alert =
        (const Entente__V1__PersonAlert *)message;

    if (alert->person != NULL && is_victim(alert->person)) {
        ent_rule_broken_by(v, VICTIMS, "person.role",
            "a victim is on no list: a referral is for that");
    }
    if (alert->person != NULL && is_minor(v, alert->person) &&
        alert->action != ENTENTE__V1__PERSON_ACTION__PROTECT &&
        alert->action != ENTENTE__V1__PERSON_ACTION__LOCATE) {
        ent_rule_broken(v, "action", "must be PROTECT or LOCATE for a minor");
    }
}

static bool
bears(const Entente__V1__Reclassification *case_now,
    Entente__V1__Safeguard safeguard)
{
    for (size_t i = 0; i < case_now->n_safeguards; i++) {
        if (case_now->safeguards[i] == safeguard) {
            return true;
        }
    }
    return false;
}

static bool
has_handling(const Entente__V1__Reclassification *case_now, uint32_t wanted)
{
    for (size_t i = 0; i < case_now->n_handling; i++) {
        wanted &= ~(UINT32_C(1) << ((uint32_t)case_now->handling[i] & 31));
    }
    return wanted == 0;
}

/* Domain A3.9: who was smuggled turns out to be a victim, and earlier copies
 * are protected as a referral is from the start. */
void
ent_check_reclassification(
    struct ent_validation *v, const ProtobufCMessage *message)
{
    static const char source[] = "catalogue: trafficking_referral";
    const Entente__V1__Reclassification *case_now =
        (const Entente__V1__Reclassification *)message;
    const struct ent_family *referral =
        ent_family_by_number(ENT_FAMILY_TRAFFICKING_REFERRAL);

    if (bears(case_now, ENTENTE__V1__SAFEGUARD__ASYLUM_SEEKER) ||
        bears(case_now, ENTENTE__V1__SAFEGUARD__REFOULEMENT_RISK)) {
        ent_rule_broken_by(v, "catalogue: lifecycle", "safeguards",
            "must not say so to who may be the state fled: recall the message");
    }
    if (case_now->offence != ENTENTE__V1__OFFENCE__TRAFFICKING_IN_PERSONS) {
        return;
    }
    if ((uint32_t)case_now->tlp != referral->tlp) {
        ent_rule_broken_by(v, source, "tlp", "must be TLP_RED");
    }
    if (!has_handling(case_now, referral->handling)) {
        ent_rule_broken_by(v, source, "handling", "must have H1 and H2");
    }
    if (!bears(case_now, ENTENTE__V1__SAFEGUARD__PRESUMED_TIP_VICTIM)) {
        ent_rule_broken_by(
            v, source, "safeguards", "must have PRESUMED_TIP_VICTIM");
    }
    if (case_now->desk != ENTENTE__V1__DESK__DESK_PROTECTION) {
        ent_rule_broken_by(v, source, "desk", "must be DESK_PROTECTION");
    }
}

/* ---- intelligence ---- */

struct scheme {
    const char *name;
    const char *source;
    const char *information;
};

/* Grades are compared as given: schemes are never converted. */
static const struct scheme schemes[] = {
    {"4x4", "ABCX", "1234"},
    {"3x5x2", "123", "ABCDE"},
    {"admiralty", "ABCDEFG", "123456"},
};

static void
check_grade(struct ent_validation *v, const char *field, const char *grade,
    const char *grades)
{
    if (is_given(grade) &&
        (strlen(grade) != 1 || strchr(grades, *grade) == NULL)) {
        ent_rule_broken_by(v, "catalogue: evaluation grades", field,
            "must be one of %s", grades);
    }
}

void
ent_validate_grade(struct ent_validation *v, const char *scheme,
    const char *source, const char *information)
{
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        if (strcmp(scheme, schemes[i].name) == 0) {
            check_grade(v, "source", source, schemes[i].source);
            check_grade(v, "information", information, schemes[i].information);
        }
    }
}

void
ent_check_grade(struct ent_validation *v, const ProtobufCMessage *message)
{
    const Entente__V1__Grade *grade = (const Entente__V1__Grade *)message;

    ent_validate_grade(v, grade->scheme, grade->source, grade->information);
}

void
ent_check_information_request(
    struct ent_validation *v, const ProtobufCMessage *message)
{
    const Entente__V1__InformationRequest *request =
        (const Entente__V1__InformationRequest *)message;

    if (v->message->precedence > ENTENTE__V1__PRECEDENCE__ROUTINE &&
        !is_given(request->urgency_reason)) {
        ent_rule_broken(v, "urgencyReason", "must be given above ROUTINE");
    }
}

void
ent_check_evidence_transfer(
    struct ent_validation *v, const ProtobufCMessage *message)
{
    const Entente__V1__EvidenceTransfer *transfer =
        (const Entente__V1__EvidenceTransfer *)message;

    if (transfer->admissibility == ENTENTE__V1__ADMISSIBILITY__MLA_PENDING &&
        !is_given(v->message->mla_reference)) {
        broken_in_header(v, "mlaReference", "must be given with MLA_PENDING");
    }
}

/* ---- counts ---- */

static bool
has_dimension(
    const Entente__V1__StatisticsCell *cell, Entente__V1__Dimension dimension)
{
    switch (dimension) {
    case ENTENTE__V1__DIMENSION__BY_SEX:
        return cell->sex != 0;
    case ENTENTE__V1__DIMENSION__BY_AGE_BAND:
        return is_given(cell->age_band);
    case ENTENTE__V1__DIMENSION__BY_ORIGIN:
        return is_given(cell->origin);
    case ENTENTE__V1__DIMENSION__BY_OFFENCE:
        return cell->offence != 0;
    case ENTENTE__V1__DIMENSION__BY_MODE:
        return cell->mode != 0;
    case ENTENTE__V1__DIMENSION__BY_ROUTE:
        return is_given(cell->route);
    case ENTENTE__V1__DIMENSION__BY_SUBSTANCE:
        return cell->substance != 0;
    default:
        return true;
    }
}

/* One table of a return. */
struct statistics {
    const Entente__V1__Dimension *dimensions;
    size_t dimension_count;
    Entente__V1__StatisticsCell *const *cells;
    size_t cell_count;
};

/* A value that no dimension asks for makes a cell finer than it says. */
static bool
has_these(
    const struct statistics *table, const Entente__V1__StatisticsCell *cell)
{
    unsigned asked = 0;

    for (size_t i = 0; i < table->dimension_count; i++) {
        const unsigned code = (unsigned)table->dimensions[i];

        asked |= code <= ENTENTE__V1__DIMENSION__BY_SUBSTANCE ? 1U << code : 0;
    }
    for (unsigned i = 1; i <= ENTENTE__V1__DIMENSION__BY_SUBSTANCE; i++) {
        if (has_dimension(cell, (Entente__V1__Dimension)i) !=
            ((asked >> i & 1) != 0)) {
            return false;
        }
    }
    return true;
}

static void
check_cells(struct ent_validation *v, const struct statistics *table,
    uint32_t threshold)
{
    for (size_t i = 0; i < table->cell_count; i++) {
        const Entente__V1__StatisticsCell *cell = table->cells[i];
        size_t mark = ent_rule_enter_element(v, "cells", i);

        if (!has_these(table, cell)) {
            ent_rule_broken(
                v, "", "must have the table's dimensions, and no other");
        }
        if (!cell->suppressed && cell->count > 0 && cell->count < threshold) {
            ent_rule_broken(v, "count",
                "must be suppressed: %" PRIu64 " is less than %u", cell->count,
                threshold);
        }
        ent_rule_leave(v, mark);
    }
}

/* Is the total among the tables, and told? */
static bool
tells_total(const Entente__V1__StatisticsReturn *all)
{
    for (size_t i = 0; i < all->n_tables; i++) {
        const Entente__V1__StatisticsTable *table = all->tables[i];

        if (table->n_dimensions == 0 && table->n_cells == 1 &&
            !table->cells[0]->suppressed) {
            return true;
        }
    }
    return false;
}

/* What is missing in a table that has all but one is the total's rest. */
static void
check_alone(struct ent_validation *v, const struct statistics *table)
{
    size_t suppressed = 0;

    for (size_t i = 0; i < table->cell_count; i++) {
        suppressed += table->cells[i]->suppressed ? 1 : 0;
    }
    if (table->dimension_count > 0 && suppressed == 1) {
        ent_rule_broken(v, "cells",
            "must not have one suppressed cell alone: the total tells it");
    }
}

/* Smaller ones protect nobody. */
#define THRESHOLD_MIN 3

void
ent_check_statistics_return(
    struct ent_validation *v, const ProtobufCMessage *message)
{
    const Entente__V1__StatisticsReturn *all =
        (const Entente__V1__StatisticsReturn *)message;
    const struct statistics first = {
        all->dimensions, all->n_dimensions, all->cells, all->n_cells};

    if (all->threshold > 0 && all->threshold < THRESHOLD_MIN) {
        ent_rule_broken(v, "threshold", "must be at least %d", THRESHOLD_MIN);
    }
    check_cells(v, &first, all->threshold);
    if (tells_total(all)) {
        check_alone(v, &first);
    }
    for (size_t i = 0; i < all->n_tables; i++) {
        const Entente__V1__StatisticsTable *table = all->tables[i];
        const struct statistics further = {table->dimensions,
            table->n_dimensions, table->cells, table->n_cells};
        size_t mark = ent_rule_enter_element(v, "tables", i);

        check_cells(v, &further, all->threshold);
        if (tells_total(all)) {
            check_alone(v, &further);
        }
        ent_rule_leave(v, mark);
    }
}
