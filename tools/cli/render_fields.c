/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/render_internal.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "proto/base/time.h"
#include "proto/namekey.h"
#include "proto/schema/google/protobuf/timestamp.pb-c.h"
#include "tools/cli/canonical.h"
#include "tools/cli/output.h"
#include "tools/cli/paragraph.h"
#include "tools/cli/summary.h"
#include "tools/cli/words.h"

#define HEAD_MAX 64
#define TITLE_COLUMNS 24
#define LEVEL_COLUMNS 2
#define NAME_MAX_LEN 64

/*
 * Which fields are given, and their values, are taken from the canonical JSON
 * of the message; what kind each is, from its descriptor.
 */
static enum ent_status render_object(const struct cli_page *page,
    const ProtobufCMessageDescriptor *descriptor, const json_t *object,
    unsigned depth);

/* ---- lines ---- */

enum ent_status
cli_page_text(const struct cli_page *page, unsigned depth, const char *name,
    const char *text)
{
    char head[HEAD_MAX];

    (void)snprintf(head, sizeof head, "%*s%-*s ", (int)(depth * LEVEL_COLUMNS),
        "", TITLE_COLUMNS - (int)(depth * LEVEL_COLUMNS), name);
    return cli_print_paragraph(
        page->out, head, ent_view_text(text), page->width, page->err);
}

enum ent_status
cli_page_title(const struct cli_page *page, unsigned depth, const char *name)
{
    fprintf(page->out, "%*s%s\n", (int)(depth * LEVEL_COLUMNS), "", name);
    return ENT_OK;
}

static void
name_of(const ProtobufCFieldDescriptor *field, char out[static NAME_MAX_LEN])
{
    (void)snprintf(out, NAME_MAX_LEN, "%s", field->name);
    for (char *c = out; *c != '\0'; c++) {
        *c = *c == '_' ? ' ' : *c;
    }
}

/* "callBackRole" for "call_back_role": its key in JSON. */
static void
key_of(const ProtobufCFieldDescriptor *field, char out[static NAME_MAX_LEN])
{
    size_t len = 0;

    for (const char *c = field->name; *c != '\0' && len < NAME_MAX_LEN - 1;
         c++) {
        if (*c == '_' && c[1] != '\0') {
            c++;
            out[len++] = (char)toupper((unsigned char)*c);
        } else {
            out[len++] = *c;
        }
    }
    out[len] = '\0';
}

/* ---- values ---- */

static bool
is_time(const ProtobufCFieldDescriptor *field)
{
    return field->type == PROTOBUF_C_TYPE_MESSAGE &&
           field->descriptor == &google__protobuf__timestamp__descriptor;
}

static void
text_of_time(const json_t *value, char out[static CLI_WORDS_MAX])
{
    uint64_t ms = 0;

    if (ent_time_parse(ent_view_text(json_string_value(value)), &ms, NULL) ==
            ENT_OK &&
        ms > 0) {
        cli_time_long(ms, out);
    } else {
        (void)snprintf(out, CLI_WORDS_MAX, "%s", json_string_value(value));
    }
}

/* What officers say as it is written: FLASH, H2. The rest is words. */
static bool
is_said_as_code(const ProtobufCEnumDescriptor *descriptor)
{
    return descriptor == &entente__v1__precedence__descriptor ||
           descriptor == &entente__v1__mode__descriptor ||
           descriptor == &entente__v1__action__descriptor ||
           descriptor == &entente__v1__classification__descriptor ||
           descriptor == &entente__v1__handling__descriptor;
}

/* "URGENCY_IMMEDIATE" of Urgency is "immediate". */
static void
text_of_enum(const ProtobufCEnumDescriptor *descriptor, const json_t *value,
    char out[static 2 * CLI_WORDS_MAX])
{
    const char *code = json_string_value(value);
    const size_t len = strlen(descriptor->short_name);

    if (code == NULL) {
        (void)snprintf(out, CLI_WORDS_MAX, "code %" JSON_INTEGER_FORMAT,
            json_integer_value(value));
        return;
    }
    if (strncasecmp(code, descriptor->short_name, len) == 0 &&
        code[len] == '_') {
        code += len + 1;
    }
    (void)snprintf(out, CLI_WORDS_MAX, "%s", code);
    for (char *c = out; *c != '\0' && !is_said_as_code(descriptor); c++) {
        *c = *c == '_' ? ' ' : (char)tolower((unsigned char)*c);
    }
}

/* Letters of Zawgyi look like others in a font of Unicode: whoever reads them
 * is told. */
static enum ent_status
print_string(const struct cli_page *page, unsigned depth, const char *name,
    const char *text)
{
    ENT_AUTO(cli_summary_free) char *flagged = NULL;

    if (!ent_namekey_is_zawgyi(ent_view_text(text))) {
        return cli_page_text(page, depth, name, text);
    }
    return asprintf(
               &flagged, "%s (in Zawgyi, not in Unicode: as it came)", text) < 0
               ? ent_fail(page->err, ENT_NO_MEMORY, "out of memory")
               : cli_page_text(page, depth, name, flagged);
}

static enum ent_status
render_scalar(const struct cli_page *page,
    const ProtobufCFieldDescriptor *field, const char *name,
    const json_t *value, unsigned depth)
{
    char text[2 * CLI_WORDS_MAX];

    if (is_time(field)) {
        text_of_time(value, text);
        return cli_page_text(page, depth, name, text);
    }
    if (field->type == PROTOBUF_C_TYPE_ENUM) {
        text_of_enum(field->descriptor, value, text);
        return cli_page_text(page, depth, name, text);
    }
    if (json_is_string(value)) {
        return print_string(page, depth, name, json_string_value(value));
    }
    if (json_is_integer(value)) {
        (void)snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT,
            json_integer_value(value));
        return cli_page_text(page, depth, name, text);
    }
    return cli_page_text(page, depth, name, json_is_true(value) ? "yes" : "no");
}

static enum ent_status
render_value(const struct cli_page *page, const ProtobufCFieldDescriptor *field,
    const char *name, const json_t *value, unsigned depth)
{
    if (json_is_object(value)) {
        (void)cli_page_title(page, depth, name);
        return render_object(page, field->descriptor, value, depth + 1);
    }
    return render_scalar(page, field, name, value, depth);
}

static enum ent_status
render_field(const struct cli_page *page, const ProtobufCFieldDescriptor *field,
    const json_t *value, unsigned depth)
{
    char name[NAME_MAX_LEN];
    const json_t *element;
    size_t i;

    name_of(field, name);
    if (!json_is_array(value)) {
        return render_value(page, field, name, value, depth);
    }
    json_array_foreach(value, i, element)
    {
        char numbered[NAME_MAX_LEN + 24];
        enum ent_status rc;

        (void)snprintf(numbered, sizeof numbered,
            json_array_size(value) > 1 ? "%s %zu" : "%s", name, i + 1);
        rc = render_value(page, field, numbered, element, depth);
        if (rc != ENT_OK) {
            return rc;
        }
    }
    return ENT_OK;
}

static enum ent_status
render_object(const struct cli_page *page,
    const ProtobufCMessageDescriptor *descriptor, const json_t *object,
    unsigned depth)
{
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
        char key[NAME_MAX_LEN];
        const json_t *value;
        enum ent_status rc;

        key_of(field, key);
        value = json_object_get(object, key);
        if (value == NULL) {
            continue;
        }
        rc = render_field(page, field, value, depth);
        if (rc != ENT_OK) {
            return rc;
        }
    }
    return ENT_OK;
}

enum ent_status
cli_render_fields(FILE *out, const ProtobufCMessage *message, unsigned depth,
    struct ent_error *err)
{
    const struct cli_page page = {out, cli_width(out), err};
    json_t *object;
    enum ent_status rc;

    assert(message != NULL && depth < ENT_PB_DEPTH_MAX);

    rc = cli_canonical(message, &object, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = render_object(&page, message->descriptor, object, depth);
    json_decref(object);
    return rc;
}
