/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/render_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "proto/message.h"
#include "tools/cli/alike.h"
#include "tools/cli/attachment.h"
#include "tools/cli/consents.h"
#include "tools/cli/deletion.h"
#include "tools/cli/obligations.h"
#include "tools/cli/output.h"
#include "tools/cli/paragraph.h"
#include "tools/cli/reclassified.h"
#include "tools/cli/summary.h"
#include "tools/cli/words.h"

#define NAME_MAX_LEN 64
#define ROW_TEXT_MAX (3 * CLI_WORDS_MAX)

/* ---- the whole item ---- */

/* Nobody must take an exercise for the real thing, or the other way round. */
static void
print_banner(const struct cli_page *page, const Entente__V1__InboxItem *item,
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
print_headline(const struct cli_page *page, const Entente__V1__InboxItem *item,
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
print_desk(const struct cli_page *page, const Entente__V1__InboxItem *item,
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

    (void)cli_page_title(page, 0, "On this desk");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum ent_status rc =
            rows[i].text[0] == '\0'
                ? ENT_OK
                : cli_page_text(page, 1, rows[i].name, rows[i].text);

        if (rc != ENT_OK) {
            return rc;
        }
    }
    return item->clause[0] == '\0'
               ? ENT_OK
               : cli_page_text(page, 1, "let in by clause", item->clause);
}

/* What the agreement asks of who reads it. */
static enum ent_status
print_obligations(
    const struct cli_page *page, const Entente__V1__InboxItem *item)
{
    struct cli_obligation list[CLI_OBLIGATIONS_MAX];
    size_t count = cli_obligations_list(item->obligations, list);
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < count; i++) {
        rc = cli_page_text(page, 1, list[i].name, list[i].text);
    }
    return rc;
}

/* What it is about by now, which its words below do not say. */
static enum ent_status
print_reclassified(const struct cli_page *page,
    const Entente__V1__InboxItem *item, uint64_t now_ms)
{
    ENT_AUTO(cli_summary_free) char *text = NULL;

    if (item->reclassified == NULL) {
        return ENT_OK;
    }
    text = cli_reclassified_text(item->reclassified, now_ms);
    return text == NULL ? ent_fail(page->err, ENT_NO_MEMORY, "out of memory")
                        : cli_page_text(page, 1, "RE-CLASSIFIED", text);
}

/* What it may be the same as, or is. */
static enum ent_status
print_alike(const struct cli_page *page, const Entente__V1__InboxItem *item)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < item->n_alike; i++) {
        const Entente__V1__Like *like = item->alike[i];
        ENT_AUTO(cli_summary_free) char *text = cli_alike_text(like);

        rc = text == NULL
                 ? ent_fail(page->err, ENT_NO_MEMORY, "printing a message")
                 : cli_page_text(page, 1,
                       like->linked ? "linked with" : "perhaps the same as",
                       text);
    }
    return rc != ENT_OK || !item->alike_cut
               ? rc
               : cli_page_text(
                     page, 1, "there may be more", "`entente duplicates`");
}

/* Who wrote it, and who else released it. */
static enum ent_status
print_signatories(
    const struct cli_page *page, const Entente__V1__InboxItem *item)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < item->n_signatories; i++) {
        const Entente__V1__Signatory *signatory = item->signatories[i];
        char text[128];

        (void)snprintf(text, sizeof text, "%s by badge %s, role %s",
            signatory->act == ENTENTE__V1__OFFICER_ACT__RELEASED ? "released"
                                                                 : "written",
            signatory->badge, signatory->role);
        rc = cli_page_text(page, 1, "officer", text);
    }
    return rc;
}

/* Where it may go further, and went. */
static enum ent_status
print_consents(const struct cli_page *page, const Entente__V1__InboxItem *item,
    uint64_t now_ms)
{
    for (size_t i = 0; i < item->n_consents; i++) {
        char *text = cli_consent_text(item->consents[i], now_ms);
        enum ent_status rc =
            text == NULL
                ? ent_fail(page->err, ENT_NO_MEMORY, "printing a message")
                : cli_page_text(page, 1, "consent", text);

        free(text);
        if (rc != ENT_OK) {
            return rc;
        }
    }
    return ENT_OK;
}

/* What they are is their sender's claim; how far they are is what we know. */
static enum ent_status
print_attachments(
    const struct cli_page *page, const Entente__V1__InboxItem *item)
{
    enum ent_status rc = ENT_OK;

    if (item->message->n_attachments > 0) {
        (void)cli_page_title(page, 0, "\nFiles (`entente attachment get`)");
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
                          : cli_page_text(page, 1, number, text);
        free(progress);
        free(text);
    }
    return rc;
}

/* Absent is not unknown: the reader must see what is kept from them. */
static enum ent_status
print_withheld(const struct cli_page *page, const ent_message *message)
{
    if (message->n_withheld > 0) {
        (void)cli_page_title(
            page, 0, "\nWithheld under the agreement (not unknown: taken out)");
    }
    for (size_t i = 0; i < message->n_withheld; i++) {
        char text[2 * NAME_MAX_LEN];
        enum ent_status rc;

        (void)snprintf(text, sizeof text, "%s, by clause %s",
            message->withheld[i]->field, message->withheld[i]->clause);
        rc = cli_page_text(page, 1, "field", text);
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
    const struct cli_page page = {out, cli_width(out), err};
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
        rc = cli_page_text(&page, 1, "id", item->id);
        return rc != ENT_OK ? rc : cli_page_text(&page, 1, "from", item->from);
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
