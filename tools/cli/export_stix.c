/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/pb_field.h"
#include "proto/base/time.h"
#include "tools/cli/export.h"
#include "tools/cli/stixid.h"
#include "tools/cli/summary.h"

/* A bundle of STIX 2.1 (OASIS, 2021). Of each message a report, which refers to
 * its sender, its places and what was observed on the net; indicators of risk
 * are notes on it: an indicator of STIX is a pattern over what a computer sees,
 * and they are words for people. Persons are no objects of it. Each object
 * stands under the message's TLP 2.0 marking. */

#define SEEN_MAX 1024 /* ids that are not said again */
#define TIME_MAX 40

/* What does not change, and belongs to no message. */
#define ALWAYS "2026-01-01T00:00:00.000Z"

struct state {
    bool begun;
    bool more; /* an object stands there already */
    char seen[SEEN_MAX][CLI_STIXID_MAX];
};

/* One message on its way. The first that fails sets `rc`. */
struct telling {
    struct cli_export *export;
    struct state *state;
    const ent_message *message;
    const char *marking;
    json_t *refs;
    char sender[CLI_STIXID_MAX];
    char created[TIME_MAX];
    enum ent_status rc;
};

/* An id of something of this message: of its sender, as ids of messages are
 * their senders' choice. */
static void
make_id(const struct telling *t, const char *type, const char *what,
    char out[static CLI_STIXID_MAX])
{
    char whole[ENT_ADDRESS_MAX + ENT_ID_TEXT_LEN + CLI_STIXID_MAX + 4];

    (void)snprintf(whole, sizeof whole, "%s %.60s%s%.80s", t->message->from,
        t->message->id, *what == '\0' ? "" : " ", what);
    cli_stixid_make(type, whole, out);
}

/* ---- markings ---- */

/* FIRST TLP 2.0, with the ids that OASIS gave its markings. */
static const struct {
    Entente__V1__Tlp code;
    const char *id;
    const char *name;
    const char *word;
} markings[] = {
    {ENTENTE__V1__TLP__TLP_CLEAR,
        "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", "TLP:CLEAR",
        "clear"},
    {ENTENTE__V1__TLP__TLP_GREEN,
        "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "TLP:GREEN",
        "green"},
    {ENTENTE__V1__TLP__TLP_AMBER,
        "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", "TLP:AMBER",
        "amber"},
    {ENTENTE__V1__TLP__TLP_AMBER_STRICT,
        "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
        "TLP:AMBER+STRICT", "amber+strict"},
    {ENTENTE__V1__TLP__TLP_RED,
        "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", "TLP:RED",
        "red"},
};
#define MARKINGS (sizeof markings / sizeof markings[0])
#define TLP_EXTENSION                                                          \
    "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"

static size_t
marking_of(const ent_message *message)
{
    const Entente__V1__Tlp tlp = ent_message_tlp(message);
    size_t i = 0;

    while (i + 1 < MARKINGS && markings[i].code != tlp) {
        i++; /* what is not known counts as red */
    }
    return i;
}

/* ---- objects ---- */

static bool
is_seen(struct state *state, const char *id)
{
    const char *uuid = strstr(id, "--") + 2;
    size_t at =
        (size_t)strtoul((char[]){uuid[0], uuid[1], uuid[2], 0}, NULL, 16) %
        SEEN_MAX;

    if (strcmp(state->seen[at], id) == 0) {
        return true;
    }
    (void)snprintf(state->seen[at], CLI_STIXID_MAX, "%s", id);
    return false;
}

/* Takes the object, which is new or was seen. */
static void
write_object(struct telling *t, json_t *object)
{
    const char *id = json_string_value(json_object_get(object, "id"));
    char *text = NULL;

    if (t->rc == ENT_OK && object != NULL && !is_seen(t->state, id)) {
        text = json_dumps(object, JSON_COMPACT);
    } else if (object != NULL) {
        json_decref(object);
        return;
    }
    json_decref(object);
    if (text == NULL) {
        t->rc = ENT_NO_MEMORY;
        return;
    }
    fprintf(t->export->out, "%s\n%s", t->state->more ? "," : "", text);
    t->state->more = true;
    free(text);
}

static void
refer(struct telling *t, const char *id)
{
    size_t i;
    json_t *each;

    json_array_foreach(t->refs, i, each)
    {
        if (strcmp(json_string_value(each), id) == 0) {
            return;
        }
    }
    (void)json_array_append_new(t->refs, json_string(id));
}

/* What every object of a message has. */
static json_t *
object_of(const struct telling *t, const char *type, const char *id,
    const char *created)
{
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:[s]}", "type", type,
        "spec_version", "2.1", "id", id, "created_by_ref", t->sender, "created",
        created, "modified", created, "object_marking_refs", t->marking);
}

static void
set(json_t *object, const char *key, const char *value)
{
    if (*value != '\0') {
        (void)json_object_set_new(object, key, json_string(value));
    }
}

static void
write_marking(struct telling *t)
{
    size_t i = marking_of(t->message);

    t->marking = markings[i].id;
    write_object(
        t, json_pack("{s:s,s:s,s:s,s:s,s:s,s:{s:{s:s,s:s}}}", "type",
               "marking-definition", "spec_version", "2.1", "id",
               markings[i].id, "created", "2022-10-01T00:00:00.000Z", "name",
               markings[i].name, "extensions", TLP_EXTENSION, "extension_type",
               "property-extension", "tlp_2_0", markings[i].word));
}

static void
write_sender(struct telling *t)
{
    cli_stixid_make("identity", t->message->from, t->sender);
    write_object(t, json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "type",
                        "identity", "spec_version", "2.1", "id", t->sender,
                        "created", ALWAYS, "modified", ALWAYS, "name",
                        t->message->from, "identity_class", "organization"));
    refer(t, t->sender);
}

/* ---- places ---- */

static void
set_number(json_t *object, const char *key, const char *decimal)
{
    (void)json_object_set_new(object, key, json_real(strtod(decimal, NULL)));
}

static void
set_codes(json_t *object, const Entente__V1__Location *place)
{
    json_t *codes = json_array();

    if (place->unlocode[0] != '\0') {
        (void)json_array_append_new(
            codes, json_pack("{s:s,s:s}", "source_name", "UN/LOCODE",
                       "external_id", place->unlocode));
    }
    if (place->crossing[0] != '\0') {
        (void)json_array_append_new(
            codes, json_pack("{s:s,s:s}", "source_name", "entente-crossings",
                       "external_id", place->crossing));
    }
    if (json_array_size(codes) > 0) {
        (void)json_object_set(object, "external_references", codes);
    }
    json_decref(codes);
}

/* STIX wants a country, or a point: a UN/LOCODE begins with its country. Under
 * another marking, or of another sender, a place is another object. */
static void
write_place(struct telling *t, const Entente__V1__Location *place)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes json = {0};
    const char *country = place->country;
    bool has_point = place->latitude[0] != '\0' && place->longitude[0] != '\0';
    char two[3] = "", id[CLI_STIXID_MAX];
    char *what = NULL;
    json_t *object;

    if (*country == '\0' && strlen(place->unlocode) == 5) {
        memcpy(two, place->unlocode, 2);
        country = two;
    }
    if ((*country == '\0' && !has_point) ||
        ent_json_write(&place->base, false, &json, NULL) != ENT_OK) {
        return;
    }
    if (asprintf(&what, "%s %s %.*s", t->sender, t->marking, (int)json.len,
            (const char *)json.data) < 0) {
        t->rc = ENT_NO_MEMORY;
        return;
    }
    cli_stixid_make("location", what, id);
    free(what);
    object = object_of(t, "location", id, ALWAYS);
    set(object, "country", country);
    set(object, "administrative_area", place->subdivision);
    set(object, "name",
        place->place[0] != '\0' ? place->place : place->crossing);
    if (has_point) {
        set_number(object, "latitude", place->latitude);
        set_number(object, "longitude", place->longitude);
    }
    set_codes(object, place);
    write_object(t, object);
    refer(t, id);
}

/* ---- what was observed ---- */

static void
write_online(struct telling *t, const Entente__V1__Online *online)
{
    char id[CLI_STIXID_MAX], observed[CLI_STIXID_MAX];
    json_t *value, *object;
    char *json;

    if (online->url[0] == '\0') {
        return;
    }
    value = json_pack("{s:s}", "value", online->url);
    json = json_dumps(value, JSON_COMPACT);
    json_decref(value);
    if (json == NULL) {
        t->rc = ENT_NO_MEMORY;
        return;
    }
    cli_stixid_make_observable("url", json, id);
    free(json);
    write_object(t, json_pack("{s:s,s:s,s:s,s:s,s:[s]}", "type", "url",
                        "spec_version", "2.1", "id", id, "value", online->url,
                        "object_marking_refs", t->marking));
    make_id(t, "observed-data", id, observed);
    object = object_of(t, "observed-data", observed, t->created);
    set(object, "first_observed", t->created);
    set(object, "last_observed", t->created);
    (void)json_object_set_new(object, "number_observed", json_integer(1));
    (void)json_object_set_new(object, "object_refs", json_pack("[s]", id));
    write_object(t, object);
    refer(t, observed);
}

/* In words, as they are given: notes on the report, which is told last. */
static void
write_indicators(
    struct telling *t, const Entente__V1__RiskIndicatorBulletin *bulletin)
{
    char report[CLI_STIXID_MAX];

    make_id(t, "report", "", report);
    for (size_t i = 0; i < bulletin->n_indicators; i++) {
        char what[24], id[CLI_STIXID_MAX];
        json_t *object;

        (void)snprintf(what, sizeof what, "%zu", i);
        make_id(t, "note", what, id);
        object = object_of(t, "note", id, t->created);
        set(object, "abstract", "indicator of risk");
        set(object, "content", bulletin->indicators[i]);
        (void)json_object_set_new(
            object, "object_refs", json_pack("[s]", report));
        write_object(t, object);
    }
}

/* All places and addresses on the net that the message speaks of, wherever they
 * are in it; as deep as messages are. */
static void
write_parts(struct telling *t, const ProtobufCMessage *message)
{
    const ProtobufCMessageDescriptor *type = message->descriptor;

    if (type == &entente__v1__location__descriptor) {
        write_place(t, (const Entente__V1__Location *)message);
    } else if (type == &entente__v1__online__descriptor) {
        write_online(t, (const Entente__V1__Online *)message);
    } else if (type == &entente__v1__risk_indicator_bulletin__descriptor) {
        write_indicators(
            t, (const Entente__V1__RiskIndicatorBulletin *)message);
    }
    for (unsigned i = 0; i < type->n_fields && t->rc == ENT_OK; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        size_t count = field->type == PROTOBUF_C_TYPE_MESSAGE &&
                               ent_pb_is_given(message, field)
                           ? ent_pb_count(message, field)
                           : 0;

        for (size_t j = 0; j < count; j++) {
            const ProtobufCMessage *const *inside =
                ent_pb_value(message, field, j);

            write_parts(t, *inside);
        }
    }
}

/* ---- the report ---- */

static void
write_report(struct telling *t)
{
    const ent_message *message = t->message;
    const struct ent_family *family = ent_family_of(message);
    const ProtobufCEnumValue *mode = protobuf_c_enum_descriptor_get_value(
        &entente__v1__mode__descriptor, (int)message->mode);
    ENT_AUTO(cli_summary_free) char *summary = cli_summary(message);
    char id[CLI_STIXID_MAX];
    json_t *report;

    if (summary == NULL) {
        t->rc = ENT_NO_MEMORY;
        return;
    }
    make_id(t, "report", "", id);
    report = object_of(t, "report", id, t->created);
    set(report, "published", t->created);
    set(report, "name", family == NULL ? "Message" : family->title);
    set(report, "description", summary);
    set(report, "lang", message->lang);
    (void)json_object_set_new(report, "labels",
        json_pack("[s,s]", family == NULL ? "message" : family->name,
            mode == NULL ? "ACTUAL" : mode->name));
    (void)json_object_set_new(report, "external_references",
        json_pack("[{s:s,s:s}]", "source_name", "entente", "external_id",
            message->id));
    (void)json_object_set(report, "object_refs", t->refs);
    write_object(t, report);
}

static void
format_time(uint64_t ms, char out[static TIME_MAX])
{
    char text[ENT_TIME_TEXT_MAX];

    ent_time_format(ms - ms % 1000, text);
    text[strlen(text) - 1] = '\0';
    (void)snprintf(out, TIME_MAX, "%s.%03uZ", text, (unsigned)(ms % 1000));
}

/* ---- the bundle ---- */

static enum ent_status
begin(struct cli_export *export, struct ent_error *err)
{
    export->state = calloc(1, sizeof(struct state));
    return export->state == NULL ? ent_fail(err, ENT_NO_MEMORY, "exporting")
                                 : ENT_OK;
}

static void
begin_bundle(struct cli_export *export, const char *what)
{
    struct state *state = export->state;
    char id[CLI_STIXID_MAX];

    if (!state->begun) {
        cli_stixid_make("bundle", what, id);
        fprintf(export->out, "{\"type\":\"bundle\",\"id\":\"%s\"%s", id,
            *what == '\0' ? "" : ",\"objects\":[");
        state->begun = true;
    }
}

static enum ent_status
put(struct cli_export *export, const Entente__V1__InboxItem *item,
    enum cli_leaving *ret_rule, struct ent_error *err)
{
    struct telling t = {.export = export,
        .state = export->state,
        .message = item->message,
        .refs = json_array()};

    (void)ret_rule;
    if (t.refs == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "exporting");
    }
    format_time(ent_message_time_ms(item->message->created_at), t.created);
    begin_bundle(export, item->message->id);
    write_marking(&t);
    write_sender(&t);
    write_parts(&t, &item->message->base);
    write_report(&t);
    json_decref(t.refs);
    return t.rc == ENT_OK ? ENT_OK : ent_fail(err, t.rc, "exporting");
}

static enum ent_status
end(struct cli_export *export, struct ent_error *err)
{
    struct state *state = export->state;
    bool filled = state->begun;

    begin_bundle(export, "");
    (void)fputs(filled ? "\n]}\n" : "}\n", export->out);
    return cli_export_written(export, err);
}

const struct cli_export_format cli_export_as_stix = {
    .once = true, .begin = begin, .put = put, .end = end};
