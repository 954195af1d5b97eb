/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/render.h"

#include <assert.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/base/text.h"
#include "proto/base/time.h"
#include "proto/message.h"
#include "proto/namekey.h"
#include "proto/schema/google/protobuf/timestamp.pb-c.h"
#include "tools/cli/alike.h"
#include "tools/cli/attachment.h"
#include "tools/cli/canonical.h"
#include "tools/cli/consents.h"
#include "tools/cli/deletion.h"
#include "tools/cli/item.h"
#include "tools/cli/obligations.h"
#include "tools/cli/paragraph.h"
#include "tools/cli/reclassified.h"
#include "tools/cli/summary.h"
#include "tools/cli/words.h"

#define HEAD_MAX 64
#define TITLE_COLUMNS 24
#define LEVEL_COLUMNS 2
#define NAME_MAX_LEN 64
#define ROW_TEXT_MAX (3 * CLI_WORDS_MAX)

/*
 * Which fields are given, and their values, are taken from the canonical JSON
 * of the message; what kind each is, from its descriptor.
 */
struct page {
    FILE *out;
    size_t width;
    struct ent_error *err;
};

static enum ent_status render_object(const struct page *page,
    const ProtobufCMessageDescriptor *descriptor, const json_t *object,
    unsigned depth);

/* ---- lines ---- */

/* "  call back role         duty officer" */
static enum ent_status
print_text(
    const struct page *page, unsigned depth, const char *name, const char *text)
{
    char head[HEAD_MAX];

    (void)snprintf(head, sizeof head, "%*s%-*s ", (int)(depth * LEVEL_COLUMNS),
        "", TITLE_COLUMNS - (int)(depth * LEVEL_COLUMNS), name);
    return cli_print_paragraph(
        page->out, head, ent_view_text(text), page->width, page->err);
}

static enum ent_status
print_title(const struct page *page, unsigned depth, const char *name)
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
print_string(
    const struct page *page, unsigned depth, const char *name, const char *text)
{
    ENT_AUTO(cli_summary_free) char *flagged = NULL;

    if (!ent_namekey_is_zawgyi(ent_view_text(text))) {
        return print_text(page, depth, name, text);
    }
    return asprintf(
               &flagged, "%s (in Zawgyi, not in Unicode: as it came)", text) < 0
               ? ent_fail(page->err, ENT_NO_MEMORY, "out of memory")
               : print_text(page, depth, name, flagged);
}

static enum ent_status
render_scalar(const struct page *page, const ProtobufCFieldDescriptor *field,
    const char *name, const json_t *value, unsigned depth)
{
    char text[2 * CLI_WORDS_MAX];

    if (is_time(field)) {
        text_of_time(value, text);
        return print_text(page, depth, name, text);
    }
    if (field->type == PROTOBUF_C_TYPE_ENUM) {
        text_of_enum(field->descriptor, value, text);
        return print_text(page, depth, name, text);
    }
    if (json_is_string(value)) {
        return print_string(page, depth, name, json_string_value(value));
    }
    if (json_is_integer(value)) {
        (void)snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT,
            json_integer_value(value));
        return print_text(page, depth, name, text);
    }
    return print_text(page, depth, name, json_is_true(value) ? "yes" : "no");
}

static enum ent_status
render_value(const struct page *page, const ProtobufCFieldDescriptor *field,
    const char *name, const json_t *value, unsigned depth)
{
    if (json_is_object(value)) {
        (void)print_title(page, depth, name);
        return render_object(page, field->descriptor, value, depth + 1);
    }
    return render_scalar(page, field, name, value, depth);
}

static enum ent_status
render_field(const struct page *page, const ProtobufCFieldDescriptor *field,
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
render_object(const struct page *page,
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
    const struct page page = {out, cli_width(out), err};
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

/* ---- the whole item ---- */

/* Nobody must take an exercise for the real thing, or the other way round. */
static void
print_banner(const struct page *page, const Entente__V1__InboxItem *item,
    const char *before, const char *after)
{
    char mode[CLI_WORDS_MAX];

    if (item->message == NULL ||
        item->message->mode == ENTENTE__V1__MODE__ACTUAL) {
        return;
    }
    cli_code(&entente__v1__mode__descriptor, (int)item->message->mode, mode);
    fprintf(page->out, "%s*** %s *** THIS IS NOT REAL *** %s ***\n%s", before,
        mode, mode, after);
}

static enum ent_status
print_headline(const struct page *page, const Entente__V1__InboxItem *item,
    uint64_t now_ms)
{
    ENT_AUTO(cli_summary_free) char *summary = NULL;
    enum ent_status rc;

    if (item->message == NULL && !item->deleted) {
        summary = cli_deletion_of_item(item, now_ms);
    } else if (item->message == NULL) {
        fputs("Its time was over. What crossed the border stands in the "
              "journal.\n",
            page->out);
        summary = cli_deletion_of_item(item, now_ms);
    } else {
        summary = cli_summary(item->message);
    }
    if (summary == NULL) {
        return ent_fail(page->err, ENT_NO_MEMORY, "printing a message");
    }
    rc = cli_print_paragraph(
        page->out, "  ", ent_view_text(summary), page->width, page->err);
    fputc('\n', page->out);
    return rc;
}

struct row {
    const char *name;
    char text[ROW_TEXT_MAX];
};

/* The time to answer, and how far off that is. */
static void
describe_deadline(const Entente__V1__InboxItem *item, uint64_t now_ms,
    char out[static ROW_TEXT_MAX])
{
    char by[CLI_WORDS_MAX];
    char left[CLI_WORDS_MAX];

    if (item->acknowledge_by == 0) {
        out[0] = '\0';
        return;
    }
    cli_time_long(item->acknowledge_by, by);
    cli_time_left(item->acknowledge_by, item->acknowledged_at, now_ms, left);
    (void)snprintf(out, ROW_TEXT_MAX, "%s: %s", by, left);
}

/* "said by prosecutor on 4 Dec 10:00: ...; to be said again by 9 Dec 10:00" */
static void
describe_need(const Entente__V1__Need *need, uint64_t retain_until,
    char out[static ROW_TEXT_MAX])
{
    char when[CLI_WORDS_MAX];
    size_t len = 0;

    out[0] = '\0';
    if (need == NULL) {
        return;
    }
    if (need->kept_at != 0) {
        cli_time_long(need->kept_at, when);
        len = (size_t)snprintf(out, ROW_TEXT_MAX, "said by %.64s %s: %.256s",
            need->kept_by, when, need->kept_why);
    }
    if (need->ask_from != 0 && len < ROW_TEXT_MAX) {
        cli_time_long(retain_until, when);
        (void)snprintf(out + len, ROW_TEXT_MAX - len,
            "%sto be said by %s (entente keep)%s", len > 0 ? "; " : "", when,
            need->asked ? ", now" : "");
    }
}

static enum ent_status
print_desk(const struct page *page, const Entente__V1__InboxItem *item,
    uint64_t now_ms)
{
    struct row rows[] = {{"number", ""}, {"received", ""}, {"precedence", ""},
        {"to acknowledge by", ""}, {"acknowledged", ""}, {"out of order", ""},
        {"kept until", ""}, {"to be applied by", ""}, {"to reply by", ""},
        {"still needed", ""}};

    (void)snprintf(
        rows[0].text, sizeof rows[0].text, "%" PRIu64, item->sequence);
    cli_time_long(item->received_at, rows[1].text);
    cli_code(&entente__v1__precedence__descriptor, (int)item->precedence,
        rows[2].text);
    describe_deadline(item, now_ms, rows[3].text);
    cli_time_long(item->acknowledged_at, rows[4].text);
    if (item->out_of_order_missing != 0) {
        (void)snprintf(rows[5].text, sizeof rows[5].text,
            "%" PRIu64 " missing before it", item->out_of_order_missing);
    }
    cli_time_long(item->retain_until, rows[6].text);
    cli_time_long(item->apply_by, rows[7].text);
    cli_time_long(item->reply_by, rows[8].text);
    describe_need(item->need, item->retain_until, rows[9].text);

    (void)print_title(page, 0, "On this desk");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum ent_status rc =
            rows[i].text[0] == '\0'
                ? ENT_OK
                : print_text(page, 1, rows[i].name, rows[i].text);

        if (rc != ENT_OK) {
            return rc;
        }
    }
    return item->clause[0] == '\0'
               ? ENT_OK
               : print_text(page, 1, "let in by clause", item->clause);
}

/* What the agreement asks of who reads it. */
static enum ent_status
print_obligations(const struct page *page, const Entente__V1__InboxItem *item)
{
    struct cli_obligation list[CLI_OBLIGATIONS_MAX];
    size_t count = cli_obligations_list(item->obligations, list);
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < count; i++) {
        rc = print_text(page, 1, list[i].name, list[i].text);
    }
    return rc;
}

/* What it is about by now, which its words below do not say. */
static enum ent_status
print_reclassified(const struct page *page, const Entente__V1__InboxItem *item,
    uint64_t now_ms)
{
    ENT_AUTO(cli_summary_free) char *text = NULL;

    if (item->reclassified == NULL) {
        return ENT_OK;
    }
    text = cli_reclassified_text(item->reclassified, now_ms);
    return text == NULL ? ent_fail(page->err, ENT_NO_MEMORY, "out of memory")
                        : print_text(page, 1, "RE-CLASSIFIED", text);
}

/* What it may be the same as, or is. */
static enum ent_status
print_alike(const struct page *page, const Entente__V1__InboxItem *item)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < item->n_alike; i++) {
        const Entente__V1__Like *like = item->alike[i];
        ENT_AUTO(cli_summary_free) char *text = cli_alike_text(like);

        rc = text == NULL
                 ? ent_fail(page->err, ENT_NO_MEMORY, "printing a message")
                 : print_text(page, 1,
                       like->linked ? "linked with" : "perhaps the same as",
                       text);
    }
    return rc != ENT_OK || !item->alike_cut
               ? rc
               : print_text(
                     page, 1, "there may be more", "`entente duplicates`");
}

/* Who wrote it, and who else released it. */
static enum ent_status
print_signatories(const struct page *page, const Entente__V1__InboxItem *item)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < item->n_signatories; i++) {
        const Entente__V1__Signatory *signatory = item->signatories[i];
        char text[128];

        (void)snprintf(text, sizeof text, "%s by badge %s, role %s",
            signatory->act == ENTENTE__V1__OFFICER_ACT__RELEASED ? "released"
                                                                 : "written",
            signatory->badge, signatory->role);
        rc = print_text(page, 1, "officer", text);
    }
    return rc;
}

/* Where it may go further, and went. */
static enum ent_status
print_consents(const struct page *page, const Entente__V1__InboxItem *item,
    uint64_t now_ms)
{
    for (size_t i = 0; i < item->n_consents; i++) {
        char *text = cli_consent_text(item->consents[i], now_ms);
        enum ent_status rc =
            text == NULL
                ? ent_fail(page->err, ENT_NO_MEMORY, "printing a message")
                : print_text(page, 1, "consent", text);

        free(text);
        if (rc != ENT_OK) {
            return rc;
        }
    }
    return ENT_OK;
}

/* What they are is their sender's claim; how far they are is what we know. */
static enum ent_status
print_attachments(const struct page *page, const Entente__V1__InboxItem *item)
{
    enum ent_status rc = ENT_OK;

    if (item->message->n_attachments > 0) {
        (void)print_title(page, 0, "\nFiles (`entente attachment get`)");
    }
    for (size_t i = 0; rc == ENT_OK && i < item->message->n_attachments; i++) {
        const Entente__V1__AttachmentNote *note = item->message->attachments[i];
        const Entente__V1__Attachment *state = cli_attachment_find(
            item->attachments, item->n_attachments, (uint32_t)i + 1);
        char *progress = state == NULL ? strdup("does not travel")
                                       : cli_attachment_text(state);
        char number[24];
        char *text = NULL;

        (void)snprintf(number, sizeof number, "%zu", i + 1);
        if (progress != NULL &&
            asprintf(&text, "%s (said to be %s), %s", note->name,
                note->media_type, progress) < 0) {
            text = NULL;
        }
        rc = text == NULL ? ent_fail(page->err, ENT_NO_MEMORY, "showing files")
                          : print_text(page, 1, number, text);
        free(progress);
        free(text);
    }
    return rc;
}

/* Absent is not unknown: the reader must see what is kept from them. */
static enum ent_status
print_withheld(const struct page *page, const ent_message *message)
{
    if (message->n_withheld > 0) {
        (void)print_title(
            page, 0, "\nWithheld under the agreement (not unknown: taken out)");
    }
    for (size_t i = 0; i < message->n_withheld; i++) {
        char text[2 * NAME_MAX_LEN];
        enum ent_status rc;

        (void)snprintf(text, sizeof text, "%s, by clause %s",
            message->withheld[i]->field, message->withheld[i]->clause);
        rc = print_text(page, 1, "field", text);
        if (rc != ENT_OK) {
            return rc;
        }
    }
    return ENT_OK;
}

enum ent_status
cli_render_item(FILE *out, const Entente__V1__InboxItem *item, uint64_t now_ms,
    struct ent_error *err)
{
    const struct page page = {out, cli_width(out), err};
    ent_message shown;
    enum ent_status rc;

    print_banner(&page, item, "", "\n");
    rc = print_headline(&page, item, now_ms);
    if (rc == ENT_OK) {
        rc = print_desk(&page, item, now_ms);
    }
    if (rc == ENT_OK) {
        rc = print_reclassified(&page, item, now_ms);
    }
    if (rc == ENT_OK) {
        rc = print_obligations(&page, item);
    }
    if (rc == ENT_OK) {
        rc = print_alike(&page, item);
    }
    if (rc == ENT_OK) {
        rc = print_signatories(&page, item);
    }
    if (rc == ENT_OK) {
        rc = print_consents(&page, item, now_ms);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (item->message == NULL) {
        rc = print_text(&page, 1, "id", item->id);
        return rc != ENT_OK ? rc : print_text(&page, 1, "from", item->from);
    }
    fputs("\nAs its sender wrote it\n", out);
    shown = *item->message;
    shown.n_withheld = 0; /* told in words below */
    shown.n_attachments = 0;
    shown.n_officer_signatures = 0; /* named above */
    rc = cli_render_fields(out, &shown.base, 1, err);
    if (rc == ENT_OK) {
        rc = print_attachments(&page, item);
    }
    if (rc == ENT_OK) {
        rc = print_withheld(&page, item->message);
    }
    print_banner(&page, item, "\n", "");
    return rc;
}
