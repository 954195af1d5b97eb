/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cli/alert_internal.h"

#define DETAIL_MAX 8192

/* An area as a place of ours: what codes say exactly, and the rest in words. */
struct place {
    struct cli_alerting *a;
    const struct cli_cap_element *area;
    char path[64]; /* of the Location; "": of an area that has none */
    char detail[DETAIL_MAX];
    size_t scopes; /* of the message */
};

/* ---- parts ---- */

static void
set(struct place *place, const struct cli_cap_element *element,
    const char *field, const char *value)
{
    if (place->path[0] != '\0') {
        cli_alerting_set_body(place->a, element, place->path, field, value);
    }
}

static void
add_detail(struct place *place, const struct cli_cap_element *element,
    const char *what, const char *text)
{
    size_t len = strlen(place->detail);
    int more = snprintf(place->detail + len, sizeof place->detail - len,
        "%s%s %s", len == 0 ? "" : "; ", what, text);

    if ((size_t)more >= sizeof place->detail - len) {
        cli_alerting_reject(place->a, element, "its areas have too many words");
    }
}

/* A plain decimal; where it ends. NULL: it is none. */
static const char *
skip_number(const char *text)
{
    size_t digits;

    text += *text == '-' ? 1 : 0;
    digits = strspn(text, "0123456789");
    text += digits;
    if (*text == '.') {
        size_t behind = strspn(text + 1, "0123456789");

        text += 1 + behind;
        digits = behind == 0 ? 0 : digits;
    }
    return digits == 0 ? NULL : text;
}

/* "20.4433,99.8817 5": a point and kilometres around it. */
static void
read_circle(struct place *place, const struct cli_cap_element *circle)
{
    const char *text = circle->text;
    const char *comma = skip_number(text);
    const char *blank =
        comma == NULL || *comma != ',' ? NULL : skip_number(comma + 1);
    const char *end =
        blank == NULL || *blank != ' ' ? NULL : skip_number(blank + 1);
    char number[32];

    if (end == NULL || *end != '\0' || blank - text > 60 || comma - text > 30 ||
        blank - comma > 30) {
        cli_alerting_reject(place->a, circle,
            "'%.60s' is no circle: latitude,longitude radius", text);
        return;
    }
    if (place->path[0] == '\0' ||
        cli_cap_child(place->area, "circle") != circle) {
        add_detail(place, circle, "circle", text);
        return;
    }
    (void)snprintf(number, sizeof number, "%.*s", (int)(comma - text), text);
    set(place, circle, "latitude", number);
    (void)snprintf(
        number, sizeof number, "%.*s", (int)(blank - comma - 1), comma + 1);
    set(place, circle, "longitude", number);
    if (strtod(blank + 1, NULL) != 0) {
        add_detail(place, circle, "kilometres around:", blank + 1);
    }
}

static void
read_polygon(struct place *place, const struct cli_cap_element *polygon)
{
    static const char blanks[] = " \t\r\n";
    size_t pairs = 0;

    for (const char *at = polygon->text; *at != '\0'; pairs++) {
        const char *comma = skip_number(at);
        const char *end =
            comma == NULL || *comma != ',' ? NULL : skip_number(comma + 1);

        if (end == NULL || (*end != '\0' && strchr(blanks, *end) == NULL)) {
            pairs = 0;
            break;
        }
        at = end + strspn(end, blanks);
    }
    if (pairs < 4) {
        cli_alerting_reject(place->a, polygon,
            "'%.60s' is no polygon: four pairs latitude,longitude or more",
            polygon->text);
        return;
    }
    add_detail(place, polygon, "polygon", polygon->text);
}

static void
read_geocode(struct place *place, const struct cli_cap_element *geocode)
{
    const char *name = cli_cap_text(geocode, "valueName");
    const char *value = cli_cap_text(geocode, "value");
    const char *field = cli_capcodes_word(place->a->codes, "geocodes", name);

    if (field == NULL) {
        cli_alerting_reject(place->a, geocode,
            "geocode '%.60s' is not in the table of codes", name);
    } else if (strcmp(field, "detail") == 0) {
        add_detail(place, geocode, name, value);
    } else if (place->path[0] != '\0' &&
               !cli_alerting_has_body(place->a, place->path, field)) {
        set(place, geocode, field, value);
    } else if (strcmp(field, "country") == 0) {
        add_detail(place, geocode, name, value);
    } else { /* in no field of the place: a part of the message's scope */
        cli_alerting_append(
            place->a, geocode, "geoScope", &place->scopes, value);
    }
}

/* ---- an area ---- */

static void
read_name(struct place *place)
{
    const struct cli_cap_element *name = cli_cap_child(place->area, "areaDesc");
    const struct ent_yaml_node *codes =
        cli_capcodes_set(place->a->codes, "places", name->text);

    set(place, name, "place", name->text);
    for (size_t i = 0; codes != NULL && i < codes->count; i++) {
        set(place, name, codes->keys[i]->text, codes->items[i]->text);
    }
}

/* Of an area that is no place of the message all goes along in words. */
static void
say_area(struct place *place)
{
    const char *name = cli_cap_text(place->area, "areaDesc");
    size_t size = strlen(name) + strlen(place->detail) + 3;
    char *words = ent_arena_alloc(place->a->paths->arena, size);

    if (words == NULL) {
        cli_alerting_reject(place->a, place->area,
            "there is more in it than a message may hold");
        return;
    }
    (void)snprintf(words, size, "%s%s%s", name,
        place->detail[0] == '\0' ? "" : "; ", place->detail);
    cli_alerting_say(place->a, place->area, "area", words);
}

static void
read_area(struct place *place)
{
    static const char *const without[] = {"altitude", "ceiling", NULL};
    const struct cli_cap_element *area = place->area;
    const struct cli_cap_element *each;

    for (size_t i = 0; without[i] != NULL; i++) {
        if (cli_cap_child(area, without[i]) != NULL) {
            cli_alerting_reject(place->a, cli_cap_child(area, without[i]),
                "<%s> has no counterpart here", without[i]);
        }
    }
    read_name(place);
    for (each = cli_cap_child(area, "geocode"); each != NULL;
         each = cli_cap_next(each)) {
        read_geocode(place, each);
    }
    for (each = cli_cap_child(area, "circle"); each != NULL;
         each = cli_cap_next(each)) {
        read_circle(place, each);
    }
    for (each = cli_cap_child(area, "polygon"); each != NULL;
         each = cli_cap_next(each)) {
        read_polygon(place, each);
    }
    if (place->path[0] == '\0') {
        say_area(place);
    } else if (place->detail[0] != '\0') {
        set(place, area, "detail", place->detail);
    }
}

/* Where the place of an area is in the body: of a family that has many, each
 * has one; else only the first. */
static void
name_place(struct place *place, size_t index)
{
    const char *where = place->a->shape->where;
    const char *list = strstr(where, "[]");

    place->path[0] = place->detail[0] = '\0';
    if (list != NULL) {
        (void)snprintf(place->path, sizeof place->path, "%.*s[%zu]%s",
            (int)(list - where), where, index, list + 2);
    } else if (index == 0) {
        (void)snprintf(place->path, sizeof place->path, "%s", where);
    }
}

void
cli_alerting_read_areas(struct cli_alerting *a)
{
    struct place place = {.a = a, .area = cli_cap_child(a->info, "area")};

    for (size_t i = 0; place.area != NULL && a->rc == ENT_OK; i++) {
        name_place(&place, i);
        read_area(&place);
        place.area = cli_cap_next(place.area);
    }
}
