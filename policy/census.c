/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/census.h"

#include <stdlib.h>
#include <string.h>

#include "policy/census_internal.h"

#define SLOTS ((size_t)2 * ENT_CENSUS_CELLS_MAX)
#define FIRST_ROOM 64

#define BIT(dimension) (1U << ENTENTE__V1__DIMENSION__##dimension)
#define OF_CASES (BIT(BY_OFFENCE) | BIT(BY_MODE) | BIT(BY_ROUTE))
#define OF_PERSONS (BIT(BY_SEX) | BIT(BY_AGE_BAND) | BIT(BY_ORIGIN))

void
ent_census_fini(struct ent_census *census)
{
    free(census->cells);
    free(census->slots);
    *census = (struct ent_census){.count = 0};
}

unsigned
ent_census_dimensions(Entente__V1__Counted what)
{
    switch (what) {
    case ENTENTE__V1__COUNTED__MIGRANTS_SMUGGLED:
        return OF_CASES | OF_PERSONS;
    case ENTENTE__V1__COUNTED__FACILITATORS_MET:
        return OF_CASES;
    case ENTENTE__V1__COUNTED__PERSONS_ARRESTED:
        return OF_CASES | OF_PERSONS | BIT(BY_SUBSTANCE);
    case ENTENTE__V1__COUNTED__SEIZURES_MADE:
        return OF_CASES | BIT(BY_SUBSTANCE);
    default:
        return 0;
    }
}

bool
ent_census_counts(Entente__V1__Counted what, uint32_t family)
{
    switch (what) {
    case ENTENTE__V1__COUNTED__MIGRANTS_SMUGGLED:
    case ENTENTE__V1__COUNTED__FACILITATORS_MET:
        return family == ENTENTE__V1__MESSAGE__BODY_SMUGGLING_INCIDENT;
    case ENTENTE__V1__COUNTED__PERSONS_ARRESTED:
    case ENTENTE__V1__COUNTED__SEIZURES_MADE:
        return family == ENTENTE__V1__MESSAGE__BODY_DRUG_SEIZURE ||
               family == ENTENTE__V1__MESSAGE__BODY_WILDLIFE_TIMBER_SEIZURE ||
               family == ENTENTE__V1__MESSAGE__BODY_OTHER_SEIZURE;
    default:
        return false;
    }
}

/* ---- the cells ---- */

static size_t
slot_of(const uint32_t values[static ENT_DIMENSIONS])
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < ENT_DIMENSIONS; i++) {
        hash = (hash ^ values[i]) * UINT64_C(0x100000001b3);
        hash ^= hash >> 29;
    }
    return (size_t)(hash % SLOTS);
}

static enum ent_status
make_room(struct ent_census *census, struct ent_error *err)
{
    size_t room = census->room == 0 ? FIRST_ROOM : 2 * census->room;
    struct ent_census_cell *cells;

    if (census->slots == NULL) {
        census->slots = calloc(SLOTS, sizeof *census->slots);
    }
    if (census->slots == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "counting");
    }
    if (census->count < census->room) {
        return ENT_OK;
    }
    if (census->count == ENT_CENSUS_CELLS_MAX) {
        return ent_fail(err, ENT_FULL,
            "these dimensions make more than %d cells; ask for fewer of them, "
            "or a shorter time",
            ENT_CENSUS_CELLS_MAX);
    }
    cells = reallocarray(census->cells, room, sizeof *cells);
    if (cells == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "counting");
    }
    census->cells = cells;
    census->room = room;
    return ENT_OK;
}

/* The cell of these values, a new one of nothing if there is none. */
static enum ent_status
find_cell(struct ent_census *census,
    const uint32_t values[static ENT_DIMENSIONS],
    struct ent_census_cell **ret_cell, struct ent_error *err)
{
    size_t slot = slot_of(values);
    enum ent_status rc;

    while (census->slots != NULL && census->slots[slot] != 0) {
        struct ent_census_cell *cell = &census->cells[census->slots[slot] - 1];

        if (memcmp(cell->values, values, sizeof cell->values) == 0) {
            *ret_cell = cell;
            return ENT_OK;
        }
        slot = (slot + 1) % SLOTS;
    }
    rc = make_room(census, err);
    if (rc != ENT_OK) {
        return rc;
    }
    census->cells[census->count] = (struct ent_census_cell){.count = 0};
    memcpy(census->cells[census->count].values, values,
        sizeof census->cells->values);
    *ret_cell = &census->cells[census->count];
    census->slots[slot] = (uint32_t)++census->count;
    return ENT_OK;
}

/* Beyond what any state will ever seize, it stays there. */
static void
add_up(uint64_t *sum, uint64_t more)
{
    *sum = *sum > UINT64_MAX - more ? UINT64_MAX : *sum + more;
}

enum ent_status
ent_census_add_cell(struct ent_census *census,
    const struct ent_census_cell *cell, struct ent_error *err)
{
    struct ent_census_cell *sum;
    uint32_t values[ENT_DIMENSIONS] = {0};
    enum ent_status rc;

    if (cell->count == 0) {
        return ENT_OK;
    }
    for (unsigned i = 0; i < ENT_DIMENSIONS; i++) {
        if ((census->dimensions >> (i + 1) & 1) != 0) {
            values[i] = cell->values[i];
        }
    }
    rc = find_cell(census, values, &sum, err);
    if (rc != ENT_OK) {
        return rc;
    }
    add_up(&sum->count, cell->count);
    for (size_t i = 0; i < ENT_CENSUS_UNITS; i++) {
        add_up(&sum->amounts[i].millionths, cell->amounts[i].millionths);
        add_up(&sum->amounts[i].cases, cell->amounts[i].cases);
    }
    return ENT_OK;
}

/* ---- a message ---- */

/* What all persons and substances of one message have in common. */
struct subject {
    const Google__Protobuf__Timestamp *at;
    Entente__V1__Offence offence; /* unless the header says another */
    Entente__V1__TransportMode mode;
    const Entente__V1__Location *from;
    const Entente__V1__Location *to;
    Entente__V1__PersonCount *const *persons;
    size_t person_count;
    Entente__V1__SeizedDrug *const *drugs; /* of a drug seizure */
    size_t drug_count;
    uint64_t facilitators;
};

static struct subject
subject_of_incident(const Entente__V1__SmugglingIncident *incident)
{
    struct subject subject = {.at = incident->occurred_at,
        .offence = ENTENTE__V1__OFFENCE__SMUGGLING_OF_MIGRANTS,
        .mode = incident->mode,
        .persons = incident->persons,
        .person_count = incident->n_persons};

    if (incident->n_route > 0) {
        subject.from = incident->route[0]->from;
        subject.to = incident->route[incident->n_route - 1]->to;
    }
    for (size_t i = 0; i < incident->n_facilitators; i++) {
        subject.facilitators += incident->facilitators[i]->count;
    }
    return subject;
}

static struct subject
subject_of_drugs(const Entente__V1__DrugSeizure *seizure)
{
    return (struct subject){.at = seizure->seized_at,
        .offence = ENTENTE__V1__OFFENCE__DRUGS,
        .mode = seizure->mode,
        .from = seizure->departure,
        .to = seizure->destination,
        .persons = seizure->arrests,
        .person_count = seizure->n_arrests,
        .drugs = seizure->items,
        .drug_count = seizure->n_items};
}

static struct subject
subject_of_wildlife(const Entente__V1__WildlifeTimberSeizure *seizure)
{
    return (struct subject){.at = seizure->seized_at,
        .offence = ENTENTE__V1__OFFENCE__WILDLIFE,
        .mode = seizure->mode,
        .from = seizure->departure,
        .to = seizure->destination,
        .persons = seizure->arrests,
        .person_count = seizure->n_arrests};
}

static struct subject
subject_of_other(const Entente__V1__OtherSeizure *seizure)
{
    return (struct subject){.at = seizure->seized_at,
        .offence = seizure->kind == ENTENTE__V1__SEIZURE_KIND__SEIZED_ARMS
                       ? ENTENTE__V1__OFFENCE__ARMS
                       : ENTENTE__V1__OFFENCE__OTHER_OFFENCE,
        .mode = seizure->mode,
        .from = seizure->departure,
        .to = seizure->destination,
        .persons = seizure->arrests,
        .person_count = seizure->n_arrests};
}

/* False: there is nothing of that kind in it. */
static bool
find_subject(const ent_message *message, struct subject *ret_subject)
{
    switch (message->body_case) {
    case ENTENTE__V1__MESSAGE__BODY_SMUGGLING_INCIDENT:
        *ret_subject = subject_of_incident(message->smuggling_incident);
        return true;
    case ENTENTE__V1__MESSAGE__BODY_DRUG_SEIZURE:
        *ret_subject = subject_of_drugs(message->drug_seizure);
        return true;
    case ENTENTE__V1__MESSAGE__BODY_WILDLIFE_TIMBER_SEIZURE:
        *ret_subject = subject_of_wildlife(message->wildlife_timber_seizure);
        return true;
    case ENTENTE__V1__MESSAGE__BODY_OTHER_SEIZURE:
        *ret_subject = subject_of_other(message->other_seizure);
        return true;
    default:
        return false;
    }
}

uint64_t
ent_census_time(const ent_message *message)
{
    struct subject subject;

    return find_subject(message, &subject) ? ent_message_time_ms(subject.at)
                                           : 0;
}

static void
put(struct ent_census_cell *cell, Entente__V1__Dimension dimension,
    uint32_t value)
{
    cell->values[dimension - 1] = value;
}

/* As many of that as the subject has: persons each with their own values. */
static enum ent_status
add_counts(struct ent_census *census, const struct subject *subject,
    struct ent_census_cell *cell, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    if (census->what == ENTENTE__V1__COUNTED__SEIZURES_MADE ||
        census->what == ENTENTE__V1__COUNTED__FACILITATORS_MET) {
        cell->count = census->what == ENTENTE__V1__COUNTED__SEIZURES_MADE
                          ? 1
                          : subject->facilitators;
        return ent_census_add_cell(census, cell, err);
    }
    for (size_t i = 0; rc == ENT_OK && i < subject->person_count; i++) {
        const Entente__V1__PersonCount *persons = subject->persons[i];

        put(cell, ENTENTE__V1__DIMENSION__BY_SEX,
            ent_census_sex_value(persons->sex));
        put(cell, ENTENTE__V1__DIMENSION__BY_AGE_BAND,
            ent_census_age_value(persons->age_band));
        put(cell, ENTENTE__V1__DIMENSION__BY_ORIGIN,
            ent_census_origin_value(persons->nationality));
        cell->count = persons->count;
        rc = ent_census_add_cell(census, cell, err);
    }
    return rc;
}

/* Was that substance among the items before `index`? */
static bool
came_before(const struct subject *subject, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (subject->drugs[i]->drug == subject->drugs[index]->drug) {
            return true;
        }
    }
    return false;
}

/* What of it was seized in this case. */
static void
put_amounts(const struct subject *subject, Entente__V1__Drug drug,
    struct ent_census_cell *cell)
{
    memset(cell->amounts, 0, sizeof cell->amounts);
    for (size_t i = 0; i < subject->drug_count; i++) {
        const Entente__V1__SeizedDrug *item = subject->drugs[i];
        enum ent_census_unit unit;
        uint64_t millionths;

        if (item->drug == drug &&
            ent_census_amount_of(item, &unit, &millionths)) {
            add_up(&cell->amounts[unit].millionths, millionths);
            cell->amounts[unit].cases = 1;
        }
    }
}

/* By substance a case counts once for each that it has; else once. */
static enum ent_status
add_subject(struct ent_census *census, const struct subject *subject,
    struct ent_census_cell *cell, struct ent_error *err)
{
    const bool seizures = census->what == ENTENTE__V1__COUNTED__SEIZURES_MADE;
    enum ent_status rc = ENT_OK;

    if ((census->dimensions & BIT(BY_SUBSTANCE)) == 0) {
        return add_counts(census, subject, cell, err);
    }
    for (size_t i = 0; rc == ENT_OK && i < subject->drug_count; i++) {
        Entente__V1__Drug drug = subject->drugs[i]->drug;

        if (came_before(subject, i)) {
            continue;
        }
        put(cell, ENTENTE__V1__DIMENSION__BY_SUBSTANCE,
            ent_census_substance_value(drug));
        if (seizures) {
            put_amounts(subject, drug, cell);
        }
        rc = add_counts(census, subject, cell, err);
    }
    return rc;
}

enum ent_status
ent_census_add(struct ent_census *census, const ent_message *message,
    struct ent_error *err)
{
    struct ent_census_cell cell = {.count = 0};
    struct subject subject;
    uint64_t at_ms;

    if (message->mode != ENTENTE__V1__MODE__ACTUAL ||
        message->action == ENTENTE__V1__ACTION__WITHDRAW ||
        !ent_census_counts(census->what, (uint32_t)message->body_case) ||
        !find_subject(message, &subject)) {
        return ENT_OK;
    }
    at_ms = ent_message_time_ms(subject.at);
    if (at_ms < census->from_ms || at_ms >= census->until_ms) {
        return ENT_OK;
    }
    put(&cell, ENTENTE__V1__DIMENSION__BY_OFFENCE,
        ent_census_offence_value(
            message->offence != 0 ? message->offence : subject.offence));
    put(&cell, ENTENTE__V1__DIMENSION__BY_MODE,
        ent_census_mode_value(subject.mode));
    put(&cell, ENTENTE__V1__DIMENSION__BY_ROUTE,
        ent_census_route_value(subject.from, subject.to));
    return add_subject(census, &subject, &cell, err);
}
