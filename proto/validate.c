/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/validate_internal.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/pb_field.h"

void
ent_rule_broken_by(struct ent_validation *v, const char *source,
    const char *field, const char *format, ...)
{
    struct ent_findings *findings = v->findings;
    struct ent_finding *finding;
    va_list args;
    int len;

    if (findings->count == ENT_FINDINGS_MAX) {
        findings->dropped++;
        return;
    }
    finding = &findings->list[findings->count++];
    len = snprintf(finding->field, sizeof finding->field, "%s%s%s", v->path,
        *v->path != '\0' && *field != '\0' ? "." : "", field);
    assert(len >= 0); /* a longer path is cut */
    (void)snprintf(finding->source, sizeof finding->source, "%s", source);
    va_start(args, format);
    (void)vsnprintf(finding->rule, sizeof finding->rule, format, args);
    va_end(args);
}

/* What is longer than a path can be is cut. */
static void
put_path(struct ent_validation *v, size_t at, const char *text)
{
    size_t len = strnlen(text, sizeof v->path - 1 - at);

    memcpy(v->path + at, text, len);
    v->path[at + len] = '\0';
}

size_t
ent_rule_enter(struct ent_validation *v, const char *field)
{
    size_t mark = strlen(v->path);

    if (mark > 0 && mark < sizeof v->path - 1 && *field != '\0') {
        put_path(v, mark, ".");
        put_path(v, mark + 1, field);
    } else {
        put_path(v, mark, field);
    }
    return mark;
}

size_t
ent_rule_enter_element(
    struct ent_validation *v, const char *field, size_t index)
{
    size_t mark = ent_rule_enter(v, field);
    size_t len = strlen(v->path);

    (void)snprintf(v->path + len, sizeof v->path - len, "[%zu]", index);
    return mark;
}

#define PLACE_MAX (ENT_PB_JSON_NAME_MAX + 24)

static const char *
name_of(const struct ent_place *place, char out[static PLACE_MAX])
{
    size_t len;

    ent_pb_json_name(place->field, out);
    if (place->field->label == PROTOBUF_C_LABEL_REPEATED &&
        place->index != ENT_PLACE_WHOLE) {
        len = strlen(out);
        (void)snprintf(out + len, PLACE_MAX - len, "[%zu]", place->index);
    }
    return out;
}

size_t
ent_rule_enter_place(struct ent_validation *v, const struct ent_place *place)
{
    char name[PLACE_MAX];

    return ent_rule_enter(v, name_of(place, name));
}

void
ent_place_wrong(struct ent_validation *v, const struct ent_place *place,
    const char *source, const char *format, ...)
{
    char name[PLACE_MAX];
    char rule[sizeof v->findings->list[0].rule];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(rule, sizeof rule, format, args);
    va_end(args);
    ent_rule_broken_by(v, source, name_of(place, name), "%s", rule);
}

bool
ent_place_is_withheld(
    const struct ent_validation *v, const ProtobufCFieldDescriptor *field)
{
    const struct ent_place place = {.field = field, .index = ENT_PLACE_WHOLE};
    size_t mark;
    char name[PLACE_MAX];

    if (v->message->n_withheld == 0) {
        return false; /* nearly always */
    }
    mark = strlen(v->path);
    for (size_t i = 0; i < v->message->n_withheld; i++) {
        const char *withheld = v->message->withheld[i]->field;

        if (strncmp(withheld, v->path, mark) == 0 &&
            (mark == 0 || withheld[mark] == '.') &&
            strcmp(withheld + mark + (mark > 0 ? 1 : 0),
                name_of(&place, name)) == 0) {
            return true;
        }
    }
    return false;
}

void
ent_rule_leave(struct ent_validation *v, size_t mark)
{
    assert(mark < sizeof v->path);

    v->path[mark] = '\0';
}

/* All bodies are pointers, which a message built by hand may leave NULL. */
static bool
has_body(const ent_message *message)
{
    return ent_family_of(message) != NULL && message->test != NULL;
}

/* The first finding in a sentence, and how many there are besides. */
static enum ent_status
first_finding(const struct ent_findings *findings, struct ent_error *err)
{
    const struct ent_finding *first = &findings->list[0];
    size_t more = findings->count + findings->dropped - 1;
    enum ent_status rc;

    rc = ent_fail(err, ENT_BAD_INPUT, "%s: %s (%s)", first->field, first->rule,
        first->source);
    if (more > 0 && err != NULL) {
        size_t len = strlen(err->text);

        (void)snprintf(
            err->text + len, sizeof err->text - len, ", and %zu more", more);
    }
    return rc;
}

enum ent_status
ent_message_validate(const ent_message *message,
    struct ent_findings *ret_findings, struct ent_error *err)
{
    struct ent_validation v = {
        .message = message,
        .family = ent_family_of(message),
        .created_ms = ent_message_time_ms(message->created_at),
        .findings = ret_findings,
    };

    assert(message != NULL && ret_findings != NULL);

    ret_findings->count = 0;
    ret_findings->dropped = 0;
    ent_validate_header(&v);
    ent_validate_fields(&v);
    ent_validate_apart(&v);
    if (!has_body(message)) {
        ent_rule_broken_by(&v, "catalogue: header", "",
            "a message must have one body, as "
            "hotlineAlert or drugSeizure");
    }
    return ret_findings->count > 0 ? first_finding(ret_findings, err) : ENT_OK;
}
