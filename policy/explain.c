/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/explain.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/word.h"
#include "proto/base/text.h"
#include "proto/base/time.h"
#include "proto/refusal.h"

#define TITLE_WIDTH 15
#define LINE_SHOWN 200
#define NAMES_LEN 128

struct ent_view
ent_agreement_line(const struct ent_agreement *agreement, size_t line)
{
    struct ent_view rest = ent_agreement_text(agreement);

    for (size_t number = 1; line > 0 && rest.len > 0; number++) {
        const uint8_t *end = memchr(rest.data, '\n', rest.len);
        size_t len = end != NULL ? (size_t)(end - rest.data) : rest.len;

        if (number == line) {
            while (len > 0 && rest.data[len - 1] <= ' ') {
                len--;
            }
            while (len > 0 && *rest.data <= ' ') {
                rest.data++;
                len--;
            }
            return ent_view_of(rest.data, len);
        }
        len += end != NULL ? 1 : 0;
        rest = ent_view_of(rest.data + len, rest.len - len);
    }
    return (struct ent_view){0};
}

static void put(FILE *out, const char *title, const char *format, ...)
    ENT_PRINTF(3, 4);

/* A line: title, then the words under each other. */
static void
put(FILE *out, const char *title, const char *format, ...)
{
    va_list args;

    fprintf(out, "%-*s", TITLE_WIDTH, title);
    va_start(args, format);
    vfprintf(out, format, args);
    va_end(args);
    fputc('\n', out);
}

/* The line of the file, made safe to print, and cut between characters. */
static void
put_quote(FILE *out, const struct ent_agreement *agreement, size_t line)
{
    struct ent_view quote = ent_agreement_line(agreement, line);
    const char *more = "";
    char *text;

    if (quote.len > LINE_SHOWN) {
        quote.len = LINE_SHOWN;
        while (quote.len > 0 && (quote.data[quote.len] & 0xc0) == 0x80) {
            quote.len--;
        }
        more = " ...";
    }
    text = ent_text_neutral(quote, false);
    if (quote.len > 0 && text != NULL) {
        put(out, "text", "%s%s", text, more);
    }
    free(text);
}

static void
put_asked(FILE *out, const struct ent_facts *facts)
{
    const struct ent_family *family = ent_family_of(facts->message);

    put(out, "message", "%s from %s to %s, %s",
        family != NULL ? family->name : "no family", facts->sender->text,
        facts->recipient->text, facts->receiving ? "receiving" : "sending");
}

static void
put_clause(FILE *out, const struct ent_agreement *agreement,
    const struct ent_decision *decision)
{
    if (agreement != NULL) {
        put(out, "agreement", "%s, version %" PRIu64,
            ent_agreement_name(agreement), ent_agreement_version(agreement));
    }
    if (decision->line == 0) {
        put(out, "clause", "%s", decision->clause);
    } else {
        put(out, "clause", "%s, line %zu", decision->clause, decision->line);
    }
    if (agreement != NULL) {
        put_quote(out, agreement, decision->line);
    }
    put(out, "why", "%s", decision->sentence);
}

static void
put_time(FILE *out, const char *title, uint64_t ms, const char *what)
{
    char duration[ENT_TIME_TEXT_MAX];

    if (ms > 0) {
        ent_duration_format(ms, duration);
        put(out, title, "%s%s", duration, what);
    }
}

/* Words that a set of terms stands for; nothing for none. */
static void
put_terms(FILE *out, const char *title, const struct ent_terms *terms,
    uint32_t bits, const char *what)
{
    char words[NAMES_LEN];

    ent_term_list(terms, bits, words, sizeof words);
    if (words[0] != '\0') {
        put(out, title, "%s%s", words, what);
    }
}

static void
put_marks(FILE *out, const struct ent_decision *decision)
{
    char codes[NAMES_LEN];

    for (size_t i = 0; i < decision->mask_count; i++) {
        put(out, "withhold", "%s (%s)", decision->masks[i],
            decision->mask_clause[i]);
    }
    ent_word_list(&entente__v1__handling__descriptor, decision->handling, codes,
        sizeof codes);
    if (codes[0] != '\0') {
        put(out, "mark", "%s", codes);
    }
    ent_word_list(&entente__v1__safeguard__descriptor, decision->safeguards,
        codes, sizeof codes);
    if (codes[0] != '\0') {
        put(out, "safeguard", "%s", codes);
    }
    if (decision->marking != NULL) {
        put(out, "classified", "%s, where it goes", decision->marking);
    }
    if (decision->court_by_consent) {
        put(out, "in court", "only with the sender's consent");
    }
    put_terms(
        out, "no prejudice", &ent_prejudices, decision->without_prejudice, "");
    put_terms(out, "desk", &ent_desks,
        decision->desk != ENT_DESK_NONE ? UINT32_C(1) << decision->desk : 0,
        " alone");
    put_terms(out, "copy", &ent_desks, decision->copy_to, "");
}

static void
put_ladder(FILE *out, const struct ent_decision *decision)
{
    for (size_t i = 0; i < decision->step_count; i++) {
        char after[ENT_TIME_TEXT_MAX];

        ent_duration_format(decision->ladder[i].after_ms, after);
        put(out, i == 0 ? "unanswered" : "", "after %s to %s", after,
            ent_term_word(&ent_roles, decision->ladder[i].to));
    }
}

static void
put_end(FILE *out, const struct ent_decision *decision)
{
    const char *then =
        decision->aggregate ? "a count of it stays" : "nothing of it stays";
    char duration[ENT_TIME_TEXT_MAX];

    ent_duration_format(decision->retain_ms, duration);
    if (decision->retain_line != 0) {
        put(out, "keep", "%s from delivery at the longest (line %zu), then %s",
            duration, decision->retain_line, then);
    } else {
        put(out, "keep",
            "%s from delivery at the longest (the catalogue), then %s",
            duration, then);
    }
    put_time(
        out, "review", decision->review_ms, ", each time, or it is deleted");
}

static void
put_obligations(FILE *out, const struct ent_decision *decision)
{
    put_marks(out, decision);
    put_time(out, "acknowledge", decision->acknowledge_ms,
        " from delivery at the latest");
    put_time(out, "reply", decision->reply_ms,
        " from delivery at the latest, if it asks for one");
    put_ladder(out, decision);
    put_end(out, decision);
    put_time(out, "correct", decision->correct_notify_ms,
        " from knowing that it is wrong, to tell everybody who has it");
    put_time(out, "correct", decision->correct_apply_ms,
        " from hearing of it, to apply it");
    put_time(out, "recall", decision->recall_purge_ms,
        decision->recall_certificate
            ? " from hearing of it, to delete it and sign that it is"
            : " from hearing of it, to delete it");
    if (decision->answer == ENT_CHECK_ANSWER_HIT_OR_NO_HIT) {
        put(out, "answer", "a hit or no hit, nothing else");
    }
    put_terms(out, "relaxed", &ent_relaxations, decision->relaxed,
        ", by the emergency it names");
    put_time(out, "review", decision->emergency_review_ms,
        " from the end of the emergency");
}

static void
put_all(FILE *out, const struct ent_agreement *agreement,
    const struct ent_facts *facts, const struct ent_decision *decision)
{
    const struct ent_refusal_info *refusal = ent_refusal_info(decision->reason);

    if (decision->permit) {
        fputs("PERMITTED\n", out);
    } else {
        put(out, "DENIED", "%s", ent_refusal_name(decision->reason));
    }
    put_asked(out, facts);
    put_clause(out, agreement, decision);
    if (decision->permit) {
        put_obligations(out, decision);
    } else if (refusal != NULL) {
        put(out, "remedy", "%s", refusal->remedy);
    }
}

enum ent_status
ent_explain(const struct ent_agreement *agreement,
    const struct ent_facts *facts, const struct ent_decision *decision,
    struct ent_bytes *ret_text, struct ent_error *err)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    enum ent_status rc;

    assert(facts != NULL && decision != NULL && ret_text != NULL);

    if (out == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "explaining a decision");
    }
    put_all(out, agreement, facts, decision);
    if (fclose(out) != 0) {
        free(text);
        return ent_fail(err, ENT_NO_MEMORY, "explaining a decision");
    }
    rc = ent_bytes_copy(ent_view_of(text, len), ret_text, err);
    free(text);
    return rc;
}
