/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/alert_write.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/base/time.h"
#include "tools/cli/alert.h"
#include "tools/cli/capprint.h"

/* The tree of the alert on its way. The first that fails sets `rc`. */
struct writing {
    const ent_message *message;
    const struct ent_family *family;
    const struct cli_alert_shape *shape;
    struct ent_arena *arena;
    struct cli_paths *values; /* of the message */
    struct cli_cap_element *alert;
    enum ent_status rc;
};

/* ---- the tree ---- */

static const char blanks[] = " \t\r\n";

static const char *
copy_part(struct writing *w, const char *text, size_t len)
{
    char *out = ent_arena_alloc(w->arena, len + 1);

    if (out == NULL) {
        w->rc = ENT_NO_MEMORY;
        return "";
    }
    return memcpy(out, text, len);
}

static const char *
copy(struct writing *w, const char *text)
{
    return copy_part(w, text, strlen(text));
}

/* As it will be read. */
static const char *
trim(struct writing *w, const char *text)
{
    size_t len;

    text += strspn(text, blanks);
    len = strlen(text);
    if (len == 0 || strchr(blanks, text[len - 1]) == NULL) {
        return text;
    }
    while (strchr(blanks, text[len - 1]) != NULL) {
        len--;
    }
    return copy_part(w, text, len);
}

static struct cli_cap_element *
add(struct writing *w, struct cli_cap_element *parent, const char *name,
    const char *text)
{
    struct cli_cap_element *element =
        ent_arena_alloc(w->arena, sizeof *element);

    if (element == NULL) {
        w->rc = ENT_NO_MEMORY;
        return NULL;
    }
    *element = (struct cli_cap_element){.name = name,
        .space = CLI_CAP_NAMESPACE,
        .text = text == NULL ? "" : trim(w, text),
        .parent = parent,
        .line = 1,
        .column = 1};
    if (parent != NULL) {
        *(parent->last == NULL ? &parent->first : &parent->last->next) =
            element;
        parent->last = element;
    }
    return element;
}

static void
add_named(struct writing *w, struct cli_cap_element *parent, const char *name,
    const char *value_name, const char *value)
{
    struct cli_cap_element *element = add(w, parent, name, NULL);

    if (element != NULL) {
        (void)add(w, element, "valueName", value_name);
        (void)add(w, element, "value", value);
    }
}

/* ---- values of the message ---- */

static const char *
value_of(const struct writing *w, const char *path)
{
    const struct cli_path *found = cli_paths_find(w->values, path);

    return found == NULL ? "" : found->value;
}

/* Of the family's part. */
static const char *
body_value(const struct writing *w, const char *field, const char *deeper)
{
    char path[CLI_PATH_LEN_MAX];

    if (field == NULL) {
        return "";
    }
    (void)snprintf(path, sizeof path, "body.%s%s%s", field,
        *deeper == '\0' ? "" : ".", deeper);
    return value_of(w, cli_alert_path(w->family, path, path));
}

/* The word of CAP for a code. */
static const char *
word_of(const char *const words[][2], const char *code, const char *otherwise)
{
    for (; (*words)[0] != NULL; words++) {
        if (strcmp((*words)[0], code) == 0) {
            return (*words)[1];
        }
    }
    return otherwise;
}

/* CAP has no fractions of a second, and writes UTC as an offset. */
static const char *
time_of(struct writing *w, const char *value)
{
    char text[ENT_TIME_TEXT_MAX + 8];
    uint64_t ms;

    if (ent_time_parse(ent_view_text(value), &ms, NULL) != ENT_OK) {
        return NULL;
    }
    ent_time_format(ms - ms % 1000, text);
    text[strlen(text) - 1] = '\0';
    (void)strcat(text, "+00:00");
    return copy(w, text);
}

static void
add_time(struct writing *w, struct cli_cap_element *parent, const char *name,
    const char *value)
{
    const char *time = time_of(w, value);

    if (time != NULL) {
        (void)add(w, parent, name, time);
    }
}

/* ---- the alert ---- */

static const char *const statuses[][2] = {
    {"EXERCISE", "Exercise"}, {"TEST", "Test"}, {NULL, NULL}};
static const char *const kinds[][2] = {{"UPDATE", "Update"},
    {"CORRECT", "Update"}, {"WITHDRAW", "Cancel"}, {NULL, NULL}};
static const char *const scopes[][2] = {{"TLP_CLEAR", "Public"},
    {"TLP_GREEN", "Restricted"}, {"TLP_AMBER", "Restricted"}, {NULL, NULL}};
static const char *const markings[][2] = {{"TLP_CLEAR", "TLP:CLEAR"},
    {"TLP_GREEN", "TLP:GREEN"}, {"TLP_AMBER", "TLP:AMBER"},
    {"TLP_AMBER_STRICT", "TLP:AMBER+STRICT"}, {NULL, NULL}};
static const char *const urgencies[][2] = {{"URGENCY_IMMEDIATE", "Immediate"},
    {"URGENCY_EXPECTED", "Expected"}, {"URGENCY_FUTURE", "Future"},
    {"URGENCY_PAST", "Past"}, {NULL, NULL}};
static const char *const severities[][2] = {{"EXTREME", "Extreme"},
    {"SEVERE", "Severe"}, {"MODERATE", "Moderate"}, {"MINOR_SEVERITY", "Minor"},
    {NULL, NULL}};
static const char *const certainties[][2] = {{"OBSERVED", "Observed"},
    {"LIKELY", "Likely"}, {"POSSIBLE", "Possible"}, {"UNLIKELY", "Unlikely"},
    {NULL, NULL}};
static const char *const responses[][2] = {{"WATCH", "Monitor"},
    {"PREPARE_RESCUE", "Prepare"}, {"INFORM_ONLY", "Assess"},
    {"STOP", "Execute"}, {"HOLD_AND_SCAN", "Execute"}, {"CALL_BACK", "Execute"},
    {NULL, NULL}};

static const char *
tlp_of(const struct writing *w)
{
    const ProtobufCEnumValue *tlp = protobuf_c_enum_descriptor_get_value(
        &entente__v1__tlp__descriptor, (int)ent_message_tlp(w->message));

    return tlp == NULL ? "TLP_RED" : tlp->name;
}

static void
write_alert(struct writing *w)
{
    struct cli_cap_element *alert = add(w, NULL, "alert", NULL);
    const char *scope = word_of(scopes, tlp_of(w), "Private");

    w->alert = alert;
    if (alert == NULL) {
        return;
    }
    (void)add(w, alert, "identifier", value_of(w, "id"));
    (void)add(w, alert, "sender", value_of(w, "from"));
    add_time(w, alert, "sent", value_of(w, "createdAt"));
    (void)add(
        w, alert, "status", word_of(statuses, value_of(w, "mode"), "Actual"));
    (void)add(
        w, alert, "msgType", word_of(kinds, value_of(w, "action"), "Alert"));
    (void)add(w, alert, "scope", scope);
    if (strcmp(scope, "Restricted") == 0) {
        (void)add(
            w, alert, "restriction", word_of(markings, tlp_of(w), "TLP:RED"));
    } else if (strcmp(scope, "Private") == 0) {
        (void)add(w, alert, "addresses", value_of(w, "to"));
    }
    if (*value_of(w, "incidentId") != '\0') {
        (void)add(w, alert, "incidents", value_of(w, "incidentId"));
    }
}

/* ---- places ---- */

static void
write_geocodes(
    struct writing *w, struct cli_cap_element *area, const char *where)
{
    static const char *const codes[][2] = {{"country", "ISO3166-1"},
        {"subdivision", "ISO3166-2"}, {"unlocode", "UN/LOCODE"},
        {"crossing", "BLO"}, {NULL, NULL}};

    for (size_t i = 0; codes[i][0] != NULL; i++) {
        const char *value = body_value(w, where, codes[i][0]);

        if (*value != '\0') {
            add_named(w, area, "geocode", codes[i][1], value);
        }
    }
}

/* False: there is no such place. */
static bool
write_area(struct writing *w, struct cli_cap_element *info, const char *where)
{
    static const char *const names[] = {
        "place", "crossing", "unlocode", "subdivision", "country", NULL};
    const char *latitude = body_value(w, where, "latitude");
    struct cli_cap_element *area;
    const char *name = "";
    char circle[80];

    for (size_t i = 0; *name == '\0' && names[i] != NULL; i++) {
        name = body_value(w, where, names[i]);
    }
    area = *name == '\0' ? NULL : add(w, info, "area", NULL);
    if (area == NULL) {
        return false;
    }
    (void)add(w, area, "areaDesc", name);
    if (*latitude != '\0') {
        (void)snprintf(circle, sizeof circle, "%.32s,%.32s 0", latitude,
            body_value(w, where, "longitude"));
        (void)add(w, area, "circle", copy(w, circle));
    }
    write_geocodes(w, area, where);
    return true;
}

static void
write_areas(struct writing *w, struct cli_cap_element *info)
{
    const char *list = strstr(w->shape->where, "[]");
    char where[64];
    size_t i = 0;

    if (list == NULL) {
        (void)write_area(w, info, w->shape->where);
        return;
    }
    do {
        (void)snprintf(where, sizeof where, "%.*s[%zu]%s",
            (int)(list - w->shape->where), w->shape->where, i++, list + 2);
    } while (write_area(w, info, where));
}

/* ---- infos ---- */

/* What is the same in all languages. */
static struct cli_cap_element *
begin_info(struct writing *w, const char *language)
{
    struct cli_cap_element *info = add(w, w->alert, "info", NULL);
    const char *event = body_value(w, w->shape->event, "");
    const char *response =
        word_of(responses, body_value(w, w->shape->action, ""), NULL);

    if (info == NULL) {
        return NULL;
    }
    if (*language != '\0') {
        (void)add(w, info, "language", language);
    }
    (void)add(w, info, "category", w->shape->category);
    (void)add(w, info, "event", *event == '\0' ? w->family->title : event);
    if (response != NULL) {
        (void)add(w, info, "responseType", response);
    }
    (void)add(w, info, "urgency",
        word_of(urgencies, value_of(w, "urgency"), "Unknown"));
    (void)add(w, info, "severity",
        word_of(severities, value_of(w, "severity"), "Unknown"));
    (void)add(w, info, "certainty",
        word_of(certainties, value_of(w, "certainty"), "Unknown"));
    add_named(w, info, "eventCode", CLI_ALERT_FAMILY, w->family->name);
    add_time(w, info, "effective", body_value(w, w->shape->window, "from"));
    add_time(w, info, "onset", body_value(w, w->shape->when, ""));
    add_time(w, info, "expires", value_of(w, "validUntil"));
    return info;
}

static const char *
language_of(const char *language)
{
    return *language == '\0' ? "en-US" : language;
}

/* CAP has one <info> for a language. */
static bool
is_new(const ent_message *message, size_t index)
{
    const char *language = message->text[index]->lang;

    if (strcasecmp(language_of(message->lang), language) == 0) {
        return false;
    }
    for (size_t i = 0; i < index; i++) {
        if (strcasecmp(message->text[i]->lang, language) == 0) {
            return false;
        }
    }
    return true;
}

/* The first, in which all stands; the others have texts only. */
static struct cli_cap_element *
write_infos(struct writing *w)
{
    const ent_message *message = w->message;
    struct cli_cap_element *first = begin_info(w, message->lang);
    const char *text = body_value(w, w->shape->text, "");
    size_t next = 0;

    if (first == NULL) {
        return NULL;
    }
    if (w->shape->text == NULL && message->n_text > 0 &&
        strcasecmp(language_of(message->lang), message->text[0]->lang) == 0) {
        text = message->text[next++]->text;
    }
    if (*text != '\0') {
        (void)add(w, first, "description", text);
    }
    for (; next < message->n_text && is_new(message, next); next++) {
        struct cli_cap_element *info = begin_info(w, message->text[next]->lang);

        if (info != NULL) {
            (void)add(w, info, "description", message->text[next]->text);
            write_areas(w, info);
        }
    }
    return first;
}

/* ---- what CAP has no element for ---- */

static bool
is_same(const char *one, const char *other)
{
    uint64_t a, b;

    return strcmp(one, other) == 0 ||
           (ent_time_parse(ent_view_text(one), &a, NULL) == ENT_OK &&
               ent_time_parse(ent_view_text(other), &b, NULL) == ENT_OK &&
               a == b);
}

/* Blanks at its ends would be lost: such a value stands in quotes, as JSON. */
static void
add_parameter(struct writing *w, struct cli_cap_element *info,
    const struct cli_path *value)
{
    const char *text = value->value;
    size_t len = strlen(text);
    bool quoted = len > 0 && (strchr(blanks, text[0]) != NULL ||
                                 strchr(blanks, text[len - 1]) != NULL);
    char name[CLI_PATH_LEN_MAX + sizeof CLI_ALERT_QUOTED];

    (void)snprintf(name, sizeof name, "%s%s",
        quoted ? CLI_ALERT_QUOTED : CLI_ALERT_OWN, value->path);
    if (quoted) {
        json_t *string = json_string(text);
        char *json = json_dumps(string, JSON_ENCODE_ANY);

        text = copy(w, json == NULL ? "" : json);
        w->rc = json == NULL ? ENT_NO_MEMORY : w->rc;
        free(json);
        json_decref(string);
    }
    add_named(w, info, "parameter", copy(w, name), text);
}

/* Read what stands there, and say in parameters where it is not the message. */
static enum ent_status
write_rest(struct writing *w, struct cli_cap_element *info,
    struct cli_paths *read, struct ent_error *err)
{
    struct cli_cap_fault fault = {0};
    enum ent_status rc =
        cli_alert_read(read, w->alert, w->family, NULL, &fault, err);

    if (rc != ENT_OK) {
        return rc;
    }
    for (size_t i = 0; i < read->count; i++) {
        if (cli_paths_find(w->values, read->list[i].path) == NULL) {
            add_named(
                w, info, "parameter", CLI_ALERT_WITHOUT, read->list[i].path);
        }
    }
    for (size_t i = 0; i < w->values->count; i++) {
        const struct cli_path *value = &w->values->list[i];
        const struct cli_path *found = cli_paths_find(read, value->path);

        if (cli_alert_carries(value->path) &&
            (found == NULL || !is_same(found->value, value->value))) {
            add_parameter(w, info, value);
        }
    }
    return w->rc;
}

/* ---- all of it ---- */

static enum ent_status
write_all(struct writing *w, struct cli_paths *read, struct ent_error *err)
{
    struct cli_cap_element *first;
    enum ent_status rc;

    w->values->arena = read->arena = w->arena;
    rc = cli_paths_of(w->values, w->message, err);
    if (rc != ENT_OK) {
        return rc;
    }
    write_alert(w);
    first = w->rc == ENT_OK ? write_infos(w) : NULL;
    rc = first == NULL ? ENT_NO_MEMORY : write_rest(w, first, read, err);
    if (rc == ENT_OK) {
        write_areas(w, first); /* behind the parameters, as CAP has it */
        rc = w->rc;
    }
    return rc == ENT_OK ? ENT_OK : ent_fail(err, rc, "writing an alert");
}

enum ent_status
cli_alert_tree(const ent_message *message, struct ent_arena *arena,
    const struct cli_cap_element **ret_alert, struct ent_error *err)
{
    struct writing w = {
        .message = message, .family = ent_family_of(message), .arena = arena};
    struct cli_paths *read;
    enum ent_status rc;

    w.shape = cli_alert_shape_of(w.family);
    w.values = ent_arena_alloc(arena, sizeof *w.values);
    read = ent_arena_alloc(arena, sizeof *read);
    rc = w.values == NULL || read == NULL
             ? ent_fail(err, ENT_NO_MEMORY, "writing an alert")
             : write_all(&w, read, err);
    *ret_alert = w.alert;
    return rc;
}

enum ent_status
cli_alert_write(FILE *out, const ent_message *message, struct ent_arena *arena,
    struct ent_error *err)
{
    const struct cli_cap_element *alert = NULL;
    enum ent_status rc;

    ent_arena_reset(arena);
    rc = cli_alert_tree(message, arena, &alert, err);
    return rc == ENT_OK ? cli_capprint(out, alert, err) : rc;
}
