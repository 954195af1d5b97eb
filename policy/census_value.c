/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "policy/census_internal.h"
#include "proto/base/ascii.h"
#include "proto/country.h"

#define LETTERS 27 /* A is 1 */
#define LETTER_CODE_MAX 4

static const char *const age_bands[] = {
    "0-11", "12-17", "18-24", "25-34", "35-44", "45-59", "60+", "unknown"};
#define AGE_BANDS (sizeof age_bands / sizeof age_bands[0])

/* Capital letters as a number. */
static uint32_t
pack(const char *text, size_t len)
{
    uint32_t value = 0;

    for (size_t i = 0; i < len; i++) {
        value = value * LETTERS + (uint32_t)(text[i] - 'A' + 1);
    }
    return value;
}

static void
unpack(uint32_t value, char out[static LETTER_CODE_MAX + 1])
{
    char reversed[LETTER_CODE_MAX];
    size_t len = 0;

    while (value > 0 && len < LETTER_CODE_MAX) {
        reversed[len++] = (char)('A' + value % LETTERS - 1);
        value /= LETTERS;
    }
    for (size_t i = 0; i < len; i++) {
        out[i] = reversed[len - 1 - i];
    }
    out[len] = '\0';
}

/* A code of the enumeration, or the one for what is none. */
static uint32_t
code_or(const ProtobufCEnumDescriptor *list, int code, int other)
{
    return (uint32_t)(code != 0 && protobuf_c_enum_descriptor_get_value(
                                       list, code) != NULL
                          ? code
                          : other);
}

uint32_t
ent_census_sex_value(Entente__V1__Sex sex)
{
    return code_or(
        &entente__v1__sex__descriptor, (int)sex, ENTENTE__V1__SEX__X);
}

uint32_t
ent_census_offence_value(Entente__V1__Offence offence)
{
    return code_or(&entente__v1__offence__descriptor, (int)offence,
        ENTENTE__V1__OFFENCE__OTHER_OFFENCE);
}

uint32_t
ent_census_mode_value(Entente__V1__TransportMode mode)
{
    return code_or(&entente__v1__transport_mode__descriptor, (int)mode,
        ENTENTE__V1__TRANSPORT_MODE__UNKNOWN_MODE);
}

uint32_t
ent_census_substance_value(Entente__V1__Drug drug)
{
    return code_or(&entente__v1__drug__descriptor, (int)drug,
        ENTENTE__V1__DRUG__UNKNOWN_DRUG);
}

uint32_t
ent_census_age_value(const char *age_band)
{
    for (uint32_t i = 0; i < AGE_BANDS; i++) {
        if (strcmp(age_band, age_bands[i]) == 0) {
            return i + 1;
        }
    }
    return AGE_BANDS; /* unknown */
}

uint32_t
ent_census_origin_value(const char *nationality)
{
    return ent_country_is_nationality(ent_view_text(nationality))
               ? pack(nationality, strlen(nationality))
               : pack("XXX", 3);
}

/* The country of a place: as it says, or by its UN/LOCODE. */
static const char *
country_of(const Entente__V1__Location *place)
{
    if (place != NULL && ent_country_is_alpha2(ent_view_text(place->country))) {
        return place->country;
    }
    if (place != NULL && strlen(place->unlocode) > 2 &&
        ent_country_is_alpha2(ent_view_of(place->unlocode, 2))) {
        return place->unlocode;
    }
    return "XX";
}

uint32_t
ent_census_route_value(
    const Entente__V1__Location *from, const Entente__V1__Location *to)
{
    char both[LETTER_CODE_MAX];

    memcpy(both, country_of(from), 2);
    memcpy(both + 2, country_of(to), 2);
    return pack(both, sizeof both);
}

/* ---- amounts ---- */

struct unit {
    enum ent_census_unit unit;
    uint64_t millionths; /* in one of the catalogue's */
};

static const struct unit units[] = {
    [ENTENTE__V1__DRUG_UNIT__GRAM] = {ENT_CENSUS_KILOGRAM, 1000},
    [ENTENTE__V1__DRUG_UNIT__KILOGRAM] = {ENT_CENSUS_KILOGRAM, 1000000},
    [ENTENTE__V1__DRUG_UNIT__MILLILITRE] = {ENT_CENSUS_LITRE, 1000},
    [ENTENTE__V1__DRUG_UNIT__LITRE] = {ENT_CENSUS_LITRE, 1000000},
    [ENTENTE__V1__DRUG_UNIT__TABLET] = {ENT_CENSUS_TABLET, 1000000},
    [ENTENTE__V1__DRUG_UNIT__AMPOULE] = {ENT_CENSUS_AMPOULE, 1000000},
    [ENTENTE__V1__DRUG_UNIT__PLANT] = {ENT_CENSUS_PLANT, 1000000},
    [ENTENTE__V1__DRUG_UNIT__PIECE] = {ENT_CENSUS_PIECE, 1000000},
};

Entente__V1__DrugUnit
ent_census_unit_code(enum ent_census_unit unit)
{
    static const Entente__V1__DrugUnit codes[] = {
        [ENT_CENSUS_KILOGRAM] = ENTENTE__V1__DRUG_UNIT__KILOGRAM,
        [ENT_CENSUS_LITRE] = ENTENTE__V1__DRUG_UNIT__LITRE,
        [ENT_CENSUS_TABLET] = ENTENTE__V1__DRUG_UNIT__TABLET,
        [ENT_CENSUS_AMPOULE] = ENTENTE__V1__DRUG_UNIT__AMPOULE,
        [ENT_CENSUS_PLANT] = ENTENTE__V1__DRUG_UNIT__PLANT,
        [ENT_CENSUS_PIECE] = ENTENTE__V1__DRUG_UNIT__PIECE,
    };

    return codes[unit];
}

/* A plain decimal in millionths, what is finer cut off; false: it is none, or
 * more than there can be. */
static bool
parse_millionths(const char *text, uint64_t *ret_millionths)
{
    uint64_t value = 0;
    int decimals = -1; /* behind the point */

    if (!ent_is_digit(text[0])) {
        return false;
    }
    for (; *text != '\0'; text++) {
        if (*text == '.' && decimals < 0) {
            decimals = 0;
        } else if (!ent_is_digit(*text)) {
            return false;
        } else if (decimals < 6) {
            if (value > UINT64_MAX / 10 - 1) {
                return false;
            }
            value = value * 10 + (uint64_t)(*text - '0');
            decimals += decimals >= 0 ? 1 : 0;
        }
    }
    for (int i = decimals < 0 ? 0 : decimals; i < 6; i++) {
        if (value > UINT64_MAX / 10) {
            return false;
        }
        value *= 10;
    }
    *ret_millionths = value;
    return true;
}

bool
ent_census_amount_of(const Entente__V1__SeizedDrug *item,
    enum ent_census_unit *ret_unit, uint64_t *ret_millionths)
{
    const size_t code = (size_t)item->unit;
    uint64_t value;

    if (code == 0 || code >= sizeof units / sizeof units[0] ||
        !parse_millionths(item->quantity, &value)) {
        return false;
    }
    *ret_unit = units[code].unit;
    *ret_millionths = units[code].millionths == 1000 ? value / 1000 : value;
    return true;
}

/* ---- as a return has them ---- */

static enum ent_status
put_text(const char *text, struct ent_arena *arena, char **ret_text,
    struct ent_error *err)
{
    const size_t size = strlen(text) + 1;
    char *copy = ent_arena_alloc(arena, size);

    if (copy == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "writing a table");
    }
    memcpy(copy, text, size);
    *ret_text = copy;
    return ENT_OK;
}

static uint32_t
value_at(const uint32_t values[static ENT_DIMENSIONS],
    Entente__V1__Dimension dimension)
{
    return values[dimension - 1];
}

enum ent_status
ent_census_write(const uint32_t values[static ENT_DIMENSIONS],
    struct ent_arena *arena, Entente__V1__StatisticsCell *ret_cell,
    struct ent_error *err)
{
    uint32_t age = value_at(values, ENTENTE__V1__DIMENSION__BY_AGE_BAND);
    uint32_t route = value_at(values, ENTENTE__V1__DIMENSION__BY_ROUTE);
    char letters[LETTER_CODE_MAX + 1];
    enum ent_status rc = ENT_OK;

    ret_cell->sex =
        (Entente__V1__Sex)value_at(values, ENTENTE__V1__DIMENSION__BY_SEX);
    ret_cell->offence = (Entente__V1__Offence)value_at(
        values, ENTENTE__V1__DIMENSION__BY_OFFENCE);
    ret_cell->mode = (Entente__V1__TransportMode)value_at(
        values, ENTENTE__V1__DIMENSION__BY_MODE);
    ret_cell->substance = (Entente__V1__Drug)value_at(
        values, ENTENTE__V1__DIMENSION__BY_SUBSTANCE);
    if (age != 0 && age <= AGE_BANDS) {
        rc = put_text(age_bands[age - 1], arena, &ret_cell->age_band, err);
    }
    if (rc == ENT_OK) {
        unpack(value_at(values, ENTENTE__V1__DIMENSION__BY_ORIGIN), letters);
        rc = put_text(letters, arena, &ret_cell->origin, err);
    }
    if (rc == ENT_OK && route != 0) {
        char text[LETTER_CODE_MAX + 2];

        unpack(route, letters);
        memcpy(text, letters, 2);
        text[2] = '-';
        memcpy(text + 3, letters + 2, 3);
        rc = put_text(text, arena, &ret_cell->route, err);
    }
    return rc;
}

static bool
is_country(const char *code)
{
    return memcmp(code, "XX", 2) == 0 ||
           ent_country_is_alpha2(ent_view_of(code, 2));
}

/* "TH-MY"; 0: it is none. */
static uint32_t
read_route(const char *text)
{
    char both[LETTER_CODE_MAX];

    if (strlen(text) != 5 || text[2] != '-' || !is_country(text) ||
        !is_country(text + 3)) {
        return 0;
    }
    memcpy(both, text, 2);
    memcpy(both + 2, text + 3, 2);
    return pack(both, sizeof both);
}

enum ent_status
ent_census_read(const Entente__V1__StatisticsCell *cell,
    uint32_t ret_values[static ENT_DIMENSIONS], struct ent_error *err)
{
    const bool has_age = cell->age_band[0] != '\0';
    const bool has_origin = cell->origin[0] != '\0';
    const bool has_route = cell->route[0] != '\0';
    const uint32_t values[ENT_DIMENSIONS] = {
        [ENTENTE__V1__DIMENSION__BY_SEX - 1] = (uint32_t)cell->sex,
        [ENTENTE__V1__DIMENSION__BY_AGE_BAND - 1] =
            has_age ? ent_census_age_value(cell->age_band) : 0,
        [ENTENTE__V1__DIMENSION__BY_ORIGIN - 1] =
            has_origin ? ent_census_origin_value(cell->origin) : 0,
        [ENTENTE__V1__DIMENSION__BY_OFFENCE - 1] = (uint32_t)cell->offence,
        [ENTENTE__V1__DIMENSION__BY_MODE - 1] = (uint32_t)cell->mode,
        [ENTENTE__V1__DIMENSION__BY_ROUTE - 1] =
            has_route ? read_route(cell->route) : 0,
        [ENTENTE__V1__DIMENSION__BY_SUBSTANCE - 1] = (uint32_t)cell->substance,
    };

    if (has_route && values[ENTENTE__V1__DIMENSION__BY_ROUTE - 1] == 0) {
        return ent_fail(err, ENT_BAD_INPUT, "a cell has a route that is none");
    }
    memcpy(ret_values, values, sizeof values);
    return ENT_OK;
}

int
ent_census_values_compare(const void *one, const void *other)
{
    const uint32_t *a = one;
    const uint32_t *b = other;

    for (size_t i = 0; i < ENT_DIMENSIONS; i++) {
        if (a[i] != b[i]) {
            return a[i] < b[i] ? -1 : 1;
        }
    }
    return 0;
}
