/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/alert.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/pb_field.h"
#include "proto/base/time.h"
#include "tools/cli/alert_internal.h"

static const struct cli_alert_shape shapes[] = {
    {.family = "hotline_alert",
        .category = "Security",
        .where = "where",
        .when = "when",
        .text = "description",
        .action = "action"},
    {.family = "hub_alert",
        .category = "Security",
        .where = "routes[].crossing",
        .when = "foundAt",
        .text = "item",
        .action = "action"},
    {.family = "at_risk_person_alert",
        .category = "Rescue",
        .where = "lastSeen",
        .when = "lastSeenAt",
        .text = "description",
        .action = "action"},
    {.family = "health_alert",
        .category = "Health",
        .where = "place",
        .when = "since",
        .event = "event"},
    {.family = "border_status",
        .category = "Transport",
        .where = "crossing",
        .window = "effective",
        .text = "reason"},
    {.family = "situation_report",
        .category = "Other",
        .where = "place",
        .window = "period",
        .text = "incidents[0]"},
};
#define SHAPES (sizeof shapes / sizeof shapes[0])

const struct cli_alert_shape *
cli_alert_shape_of(const struct ent_family *family)
{
    for (size_t i = 0; i < SHAPES; i++) {
        if (strcmp(shapes[i].family, family->name) == 0) {
            return &shapes[i];
        }
    }
    return NULL;
}

/* ---- values ---- */

/* "hotline_alert" is "hotlineAlert" in JSON. */
static void
name_body(
    const struct ent_family *family, char out[static ENT_PB_JSON_NAME_MAX])
{
    ent_pb_json_name(protobuf_c_message_descriptor_get_field_by_name(
                         &entente__v1__message__descriptor, family->name),
        out);
}

const char *
cli_alert_path(const struct ent_family *family, const char *path,
    char out[static CLI_PATH_LEN_MAX])
{
    char name[ENT_PB_JSON_NAME_MAX];
    char whole[CLI_PATH_LEN_MAX + ENT_PB_JSON_NAME_MAX];

    name_body(family, name);
    (void)snprintf(whole, sizeof whole, "%s%.*s", name, CLI_PATH_LEN_MAX - 1,
        strncmp(path, "body.", 5) == 0 ? path + 4 : "");
    (void)snprintf(out, CLI_PATH_LEN_MAX, "%.*s", CLI_PATH_LEN_MAX - 1,
        strncmp(path, "body.", 5) == 0 ? whole : path);
    return out;
}

bool
cli_alert_carries(const char *path)
{
    static const char *const whole[] = {
        "id", "from", "to", "createdAt", "schemaVersion", NULL};
    static const char *const begins[] = {
        "restored.", "officerSignatures[", "attachmentChunk.", NULL};
    static const char *const ends[] = {"].key", "].root", "].header", NULL};

    for (size_t i = 0; whole[i] != NULL; i++) {
        if (strcmp(path, whole[i]) == 0) {
            return false;
        }
    }
    for (size_t i = 0; begins[i] != NULL; i++) {
        size_t len = strlen(ends[i]);

        if (strncmp(path, begins[i], strlen(begins[i])) == 0 ||
            (strncmp(path, "attachments[", 12) == 0 && strlen(path) > len &&
                strcmp(path + strlen(path) - len, ends[i]) == 0)) {
            return false;
        }
    }
    return true;
}

enum ent_status
cli_alert_set(struct cli_paths *paths, const struct ent_family *family,
    const char *path, const char *value, const void *origin,
    struct ent_error *err)
{
    char whole[CLI_PATH_LEN_MAX];

    return cli_paths_set(
        paths, cli_alert_path(family, path, whole), value, origin, err);
}

void
cli_alerting_reject(struct cli_alerting *a,
    const struct cli_cap_element *element, const char *format, ...)
{
    char reason[ENT_ERROR_TEXT_MAX];
    va_list args;

    if (a->rc == ENT_OK) {
        a->rc = ENT_BAD_INPUT;
        va_start(args, format);
        (void)vsnprintf(reason, sizeof reason, format, args);
        va_end(args);
        cli_cap_fault_at(a->fault, element, "%s", reason);
    }
}

void
cli_alerting_set(struct cli_alerting *a, const struct cli_cap_element *element,
    const char *path, const char *value)
{
    struct ent_error why = {0};

    if (a->rc == ENT_OK && cli_alert_set(a->paths, a->family, path, value,
                               element, &why) != ENT_OK) {
        cli_alerting_reject(a, element, "%s", why.text);
    }
}

void
cli_alerting_set_body(struct cli_alerting *a,
    const struct cli_cap_element *element, const char *field,
    const char *deeper, const char *value)
{
    char path[CLI_PATH_LEN_MAX];

    if (field != NULL) {
        (void)snprintf(path, sizeof path, "body.%s%s%s", field,
            *deeper == '\0' ? "" : ".", deeper);
        cli_alerting_set(a, element, path, value);
    }
}

bool
cli_alerting_has_body(
    const struct cli_alerting *a, const char *field, const char *deeper)
{
    char path[CLI_PATH_LEN_MAX];

    (void)snprintf(path, sizeof path, "body.%s.%s", field, deeper);
    return cli_paths_find(a->paths, cli_alert_path(a->family, path, path)) !=
           NULL;
}

void
cli_alerting_append(struct cli_alerting *a,
    const struct cli_cap_element *element, const char *list, size_t *next,
    const char *value)
{
    char path[32];

    do {
        (void)snprintf(path, sizeof path, "%s[%zu]", list, (*next)++);
    } while (cli_paths_find(a->paths, path) != NULL);
    cli_alerting_set(a, element, path, value);
}

void
cli_alerting_say(struct cli_alerting *a, const struct cli_cap_element *element,
    const char *what, const char *text)
{
    size_t size = strlen(what) + strlen(text) + sizeof "CAP : ";
    char *words = ent_arena_alloc(a->paths->arena, size);

    if (words == NULL) {
        cli_alerting_reject(a, element,
            "there is more in it than a message "
            "may hold");
        return;
    }
    (void)snprintf(words, size, "CAP %s: %s", what, text);
    for (size_t i = 0; i < a->paths->count; i++) {
        if (strcmp(a->paths->list[i].value, words) == 0) {
            return;
        }
    }
    cli_alerting_append(a, element, "caveats", &a->caveats, words);
}

bool
cli_alert_is_said(const struct cli_paths *paths, const char *path)
{
    const struct cli_path *found = cli_paths_find(paths, path);

    return found != NULL && cli_cap_is(found->origin, "parameter");
}

/* ---- the alert itself ---- */

static const char *const modes[][2] = {{"Actual", "ACTUAL"},
    {"Exercise", "EXERCISE"}, {"Test", "TEST"}, {NULL, NULL}};
static const char *const actions[][2] = {
    {"Alert", "NEW"}, {"Update", "UPDATE"}, {"Cancel", "NEW"}, {NULL, NULL}};

static void
set_code(struct cli_alerting *a, const char *name, const char *path,
    const char *const codes[][2])
{
    const struct cli_cap_element *element = cli_cap_child(a->alert, name);

    while ((*codes)[0] != NULL && strcmp((*codes)[0], element->text) != 0) {
        codes++;
    }
    if ((*codes)[0] == NULL) {
        cli_alerting_reject(a, element,
            "%s '%s' has no counterpart here: nothing is sent for it", name,
            element->text);
    } else {
        cli_alerting_set(a, element, path, (*codes)[1]);
    }
}

/* A triple of <references>: "sender,identifier,sent". False: it is none. */
static bool
id_of_reference(
    const char *text, size_t len, char out[static ENT_ID_TEXT_LEN + 1])
{
    const char *first = memchr(text, ',', len);
    const char *last = memrchr(text, ',', len);
    uint64_t sent_ms;

    if (first == NULL || last == first || first == text || last == first + 1 ||
        ent_time_parse(ent_view_of(last + 1, len - (size_t)(last + 1 - text)),
            &sent_ms, NULL) != ENT_OK) {
        return false;
    }
    cli_alerting_id(ent_view_of(text, (size_t)(first - text)),
        ent_view_of(first + 1, (size_t)(last - first - 1)), sent_ms, out);
    return true;
}

static void
add_reference(struct cli_alerting *a, const struct cli_cap_element *element,
    size_t index, const char *text, size_t len)
{
    char id[ENT_ID_TEXT_LEN + 1];
    char path[32];

    if (!id_of_reference(text, len, id)) {
        cli_alerting_reject(a, element,
            "'%.*s' is no reference: sender,identifier,sent",
            (int)(len < 60 ? len : 60), text);
        return;
    }
    (void)snprintf(path, sizeof path, "references[%zu].id", index);
    cli_alerting_set(a, element, path, id);
}

static size_t
read_references(struct cli_alerting *a)
{
    const struct cli_cap_element *element =
        cli_cap_child(a->alert, "references");
    const char *text = element == NULL ? "" : element->text;
    size_t count = 0;

    while (*text != '\0') {
        size_t len = strcspn(text, " \t\r\n");

        if (len > 0) {
            add_reference(a, element, count++, text, len);
        }
        text += len + strspn(text + len, " \t\r\n");
    }
    return count;
}

/* "KR:ICN:2026-000123", one. */
static void
read_incidents(struct cli_alerting *a)
{
    const struct cli_cap_element *element =
        cli_cap_child(a->alert, "incidents");

    if (element != NULL && element->text[0] != '\0') {
        if (strlen(element->text) > 4 && element->text[2] == ':' &&
            strchr(element->text, ' ') == NULL) {
            cli_alerting_set(a, element, "incidentId", element->text);
        } else {
            cli_alerting_say(a, element, "incidents", element->text);
        }
    }
}

/* What is words here. */
static void
read_words(struct cli_alerting *a)
{
    static const char *const words[] = {
        "source", "restriction", "addresses", "code", "note", NULL};

    for (size_t i = 0; words[i] != NULL && a->codes != NULL; i++) {
        const struct cli_cap_element *each = cli_cap_child(a->alert, words[i]);

        for (; each != NULL; each = cli_cap_next(each)) {
            if (each->text[0] != '\0') {
                cli_alerting_say(a, each, words[i], each->text);
            }
        }
    }
    if (a->codes != NULL) {
        const struct cli_cap_element *sender =
            cli_cap_child(a->alert, "sender");

        cli_alerting_say(a, sender, "sender", sender->text);
        sender = cli_cap_child(a->alert, "identifier");
        cli_alerting_say(a, sender, "identifier", sender->text);
    }
}

static void
apply(struct cli_alerting *a, const struct cli_cap_element *element,
    const struct ent_yaml_node *set)
{
    for (size_t i = 0; set != NULL && i < set->count; i++) {
        cli_alerting_set(a, element, set->keys[i]->text, set->items[i]->text);
    }
}

/* ---- a cancellation ---- */

static bool
is_cancel(const struct cli_cap_element *alert)
{
    return strcmp(cli_cap_text(alert, "msgType"), "Cancel") == 0;
}

/* Why it no longer holds: a person's words. */
static const struct cli_cap_element *
reason_of(const struct cli_alerting *a)
{
    static const char *const names[] = {"description", "headline", NULL};
    const struct cli_cap_element *found = cli_cap_child(a->alert, "note");

    for (size_t i = 0;
         (found == NULL || found->text[0] == '\0') && names[i] != NULL; i++) {
        found = cli_cap_child(a->info, names[i]);
    }
    return found;
}

/* A Cancel is a lifecycle message about the alert that it names. Its <info>
 * tells again what is withdrawn, and is not sent again. */
static void
read_cancel(struct cli_alerting *a)
{
    const struct cli_cap_element *element =
        cli_cap_child(a->alert, "references");
    const struct cli_cap_element *reason = reason_of(a);
    const struct cli_cap_element *sent = cli_cap_child(a->alert, "sent");
    const struct cli_path *first;

    if (read_references(a) != 1) {
        cli_alerting_reject(a, element == NULL ? a->alert : element,
            "a Cancel names in <references> the one alert that it withdraws");
    } else if (reason == NULL || reason->text[0] == '\0') {
        cli_alerting_reject(
            a, a->alert, "a Cancel says in <note> or <description> why");
    }
    if (a->rc != ENT_OK) {
        return;
    }
    first = cli_paths_find(a->paths, "references[0].id");
    cli_alerting_set(a, element, "body.messageId", first->value);
    cli_alerting_set(a, sent, "body.act", "WITHDRAWAL");
    cli_alerting_set(a, sent, "body.at", sent->text);
    cli_alerting_set(a, sent, "body.role", "duty officer");
    cli_alerting_set(a, reason, "body.reason", reason->text);
    cli_alerting_read_marking(a);
    cli_paths_remove(a->paths, "references[0].id");
}

/* ---- all of it ---- */

static void
read_all(struct cli_alerting *a, const struct ent_yaml_node *set)
{
    set_code(a, "status", "mode", modes);
    set_code(a, "msgType", "action", actions);
    if (is_cancel(a->alert) && a->codes != NULL) {
        read_cancel(a);
        return;
    }
    if (a->codes != NULL) {
        const struct cli_cap_element *scope = cli_cap_child(a->alert, "scope");

        apply(a, scope, cli_capcodes_set(a->codes, "scopes", scope->text));
        apply(a, a->info, set);
        cli_alerting_read_marking(a);
        (void)read_references(a);
    }
    read_words(a);
    read_incidents(a);
    cli_alerting_read_infos(a);
    if (a->codes != NULL) {
        cli_alerting_read_areas(a);
    }
}

enum ent_status
cli_alert_read(struct cli_paths *paths, const struct cli_cap_element *alert,
    const struct ent_family *family, const struct cli_capcodes *codes,
    struct cli_cap_fault *fault, struct ent_error *err)
{
    struct cli_alerting a = {.paths = paths,
        .alert = alert,
        .info = cli_cap_child(alert, "info"),
        .family = family,
        .codes = codes,
        .fault = fault};
    const struct ent_yaml_node *set = NULL;

    if (is_cancel(alert) && codes != NULL) {
        a.family = ent_family_by_number(ENT_FAMILY_LIFECYCLE);
    } else if (a.info == NULL) {
        cli_alerting_reject(&a, alert,
            "it has no <info>, which says what it "
            "is about");
    } else if (codes != NULL) {
        a.family = cli_capcodes_family(codes, a.info, &set);
    }
    if (a.rc == ENT_OK && a.family == NULL) {
        const struct cli_cap_element *event = cli_cap_child(a.info, "event");

        cli_alerting_reject(&a, event,
            "for '%.60s' of category %s no line of the table of codes holds",
            event->text, cli_cap_text(a.info, "category"));
    }
    if (a.rc == ENT_OK) {
        a.shape = cli_alert_shape_of(a.family);
        read_all(&a, set);
    }
    return a.rc == ENT_OK ? ENT_OK : ent_fail(err, a.rc, "%s", fault->reason);
}
