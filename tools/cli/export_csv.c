/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "proto/base/time.h"
#include "tools/cli/export.h"

/* A row for each message (RFC 4180, UTF-8): what every family has in columns of
 * its own, the rest as JSON in the last. */

static const char *const heads[] = {"number", "received", "id", "family",
    "from", "to", "mode", "precedence", "created", "valid until", "tlp",
    "classification", "offence", "urgency", "severity", "certainty", "incident",
    "language", "message"};
#define HEADS (sizeof heads / sizeof heads[0])

/* A text that begins so is a formula in a spreadsheet, which would compute it
 * (CWE-1236): behind an apostrophe it is a text. */
static bool
is_formula(const char *text)
{
    return *text != '\0' && strchr("=+-@\t\r\n", *text) != NULL;
}

static void
put_field(FILE *out, const char *text, bool last)
{
    (void)fputc('"', out);
    if (is_formula(text)) {
        (void)fputc('\'', out);
    }
    for (; *text != '\0'; text++) {
        if (*text == '"') {
            (void)fputc('"', out);
        }
        (void)fputc(*text, out);
    }
    (void)fputs(last ? "\"\r\n" : "\",", out);
}

static void
put_time(FILE *out, uint64_t ms)
{
    char text[ENT_TIME_TEXT_MAX] = "";

    if (ms != 0) {
        ent_time_format(ms, text);
    }
    put_field(out, text, false);
}

/* The name of a code; "": it is not given. */
static void
put_code(FILE *out, const ProtobufCEnumDescriptor *codes, int code)
{
    const ProtobufCEnumValue *value =
        code == 0 ? NULL : protobuf_c_enum_descriptor_get_value(codes, code);

    put_field(out, value == NULL ? "" : value->name, false);
}

static void
put_codes(FILE *out, const ent_message *message)
{
    put_code(out, &entente__v1__tlp__descriptor, (int)message->tlp);
    put_code(out, &entente__v1__classification__descriptor,
        (int)message->classification);
    put_code(out, &entente__v1__offence__descriptor, (int)message->offence);
    put_code(out, &entente__v1__urgency__descriptor, (int)message->urgency);
    put_code(out, &entente__v1__severity__descriptor, (int)message->severity);
    put_code(out, &entente__v1__certainty__descriptor, (int)message->certainty);
}

static enum ent_status
begin(struct cli_export *export, struct ent_error *err)
{
    for (size_t i = 0; i < HEADS; i++) {
        put_field(export->out, export->sent && i == 1 ? "accepted" : heads[i],
            i + 1 == HEADS);
    }
    return cli_export_written(export, err);
}

static enum ent_status
put(struct cli_export *export, const Entente__V1__InboxItem *item,
    enum cli_leaving *ret_rule, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes json = {0};
    const ent_message *message = item->message;
    FILE *out = export->out;
    char number[24];
    enum ent_status rc = cli_export_json(message, &json, err);

    (void)ret_rule;
    if (rc != ENT_OK) {
        return rc;
    }
    (void)snprintf(
        number, sizeof number, "%llu", (unsigned long long)item->sequence);
    put_field(out, number, false);
    put_time(out, item->received_at);
    put_field(out, message->id, false);
    put_field(out, item->family, false);
    put_field(out, message->from, false);
    put_field(out, message->to, false);
    put_code(out, &entente__v1__mode__descriptor, (int)message->mode);
    put_code(
        out, &entente__v1__precedence__descriptor, (int)message->precedence);
    put_time(out, ent_message_time_ms(message->created_at));
    put_time(out, ent_message_time_ms(message->valid_until));
    put_codes(out, message);
    put_field(out, message->incident_id, false);
    put_field(out, message->lang, false);
    put_field(out, (const char *)json.data, true);
    return ENT_OK;
}

static enum ent_status
end(struct cli_export *export, struct ent_error *err)
{
    return cli_export_written(export, err);
}

const struct cli_export_format cli_export_as_csv = {
    .begin = begin, .put = put, .end = end};
