/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/decide.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "policy/decide_internal.h"
#include "proto/refusal.h"

void
ent_decision_say(struct ent_decision *decision, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vsnprintf(
        decision->sentence, sizeof decision->sentence, format, args);
    va_end(args);
}

static void
name_clause(struct ent_decision *decision, const char *clause, size_t line)
{
    size_t len = strnlen(clause, sizeof decision->clause - 1);

    memcpy(decision->clause, clause, len);
    decision->clause[len] = '\0';
    decision->line = line;
}

bool
ent_decision_deny(struct ent_decision *decision, uint32_t reason,
    const char *clause, size_t line)
{
    decision->reason = reason;
    name_clause(decision, clause, line);
    return false;
}

void
ent_decision_refuse(struct ent_decision *decision, uint32_t reason,
    const char *clause, size_t line, const char *format, ...)
{
    struct ent_decision refusal = {.permit = false};
    va_list args;

    (void)ent_decision_deny(&refusal, reason, clause, line);
    va_start(args, format);
    (void)vsnprintf(refusal.sentence, sizeof refusal.sentence, format, args);
    va_end(args);
    *decision = refusal;
}

void
ent_decision_mask(struct ent_decision *decision, const char *path,
    const char *clause, size_t line)
{
    assert(decision->mask_count < ENT_MASKS_MAX);

    decision->masks[decision->mask_count] = path;
    decision->mask_line[decision->mask_count] = line;
    decision->mask_clause[decision->mask_count++] = clause;
}

/* ---- in force, not suspended ---- */

bool
ent_facts_owe(const struct ent_facts *facts)
{
    const ent_message *message = facts->message;
    const struct ent_family *family = ent_family_of(message);

    if (family == NULL) {
        return false;
    }
    switch (family->number) {
    case ENT_FAMILY_LIFECYCLE:
    case ENT_FAMILY_AGREEMENT_CONTROL:
    case ENT_FAMILY_BREACH_NOTICE:
    case ENT_FAMILY_AUDIT_EXTRACT:
        return true;
    case ENT_FAMILY_CONSENT_DECISION: /* a no can always be said */
        return message->consent_decision != NULL &&
               !message->consent_decision->given;
    default:
        return ent_message_mends(message) &&
               (!facts->receiving || facts->mends);
    }
}

bool
ent_message_asks_for_check(const ent_message *message)
{
    return message->body_case == ENTENTE__V1__MESSAGE__BODY_HIT_QUERY ||
           (message->body_case == ENTENTE__V1__MESSAGE__BODY_DOCUMENT_CHECK &&
               (message->document_check == NULL ||
                   message->document_check->result == 0));
}

bool
ent_message_asks_for_reply(const ent_message *message)
{
    return message->reply_by != NULL || ent_message_asks_for_check(message) ||
           (message->body_case == ENTENTE__V1__MESSAGE__BODY_HIT_NOTICE &&
               message->hit_notice->confirmation == 0) ||
           message->body_case == ENTENTE__V1__MESSAGE__BODY_CONSENT_REQUEST;
}

bool
ent_message_mends(const ent_message *message)
{
    return message->n_references > 0 &&
           (message->action == ENTENTE__V1__ACTION__CORRECT ||
               message->action == ENTENTE__V1__ACTION__WITHDRAW);
}

static bool
check_in_force(const struct question *question, struct ent_decision *decision)
{
    const struct ent_agreement *agreement = question->agreement;

    if (ent_agreement_in_force(agreement, question->now_ms) ||
        (question->now_ms >= agreement->in_force.until_ms &&
            ent_facts_owe(question->facts))) {
        return true;
    }
    ent_decision_say(decision,
        "%s is in force from %.32s until %.32s, and not now", agreement->name,
        agreement->in_force.from, agreement->in_force.until);
    return ent_decision_deny(decision, ENT_REFUSAL_NOT_IN_FORCE, "in_force",
        agreement->in_force.mark.line);
}

static bool
check_suspension(const struct question *question, struct ent_decision *decision)
{
    const struct ent_facts *facts = question->facts;
    const struct ent_declaration *suspension =
        ent_declarations_suspending(facts->declarations, question->family,
            facts->sender, facts->recipient, question->now_ms);

    if (suspension == NULL || ent_facts_owe(question->facts)) {
        return true;
    }
    ent_decision_say(decision, "'%s' has suspended %s%s, notice %llu",
        suspension->state,
        suspension->all_families ? "" : question->family->name,
        suspension->all_families ? question->agreement->name : " under it",
        (unsigned long long)suspension->number);
    return ent_decision_deny(decision, ENT_REFUSAL_SUSPENDED, "suspension",
        question->agreement->suspension_mark.line);
}

/* ---- the answer ---- */

/* How long, how often looked at again, and what then. */
static void
oblige_to_end(const struct question *question, struct ent_decision *decision)
{
    const struct ent_agreement *agreement = question->agreement;
    size_t row = agreement->retention_of[ent_family_index(question->family)];

    if (row == ENT_NONE) {
        decision->retain_ms = question->family->keep_ms;
        return;
    }
    decision->retain_ms = agreement->retentions[row].keep_ms;
    decision->retain_line = agreement->retentions[row].mark.line;
    decision->review_ms = agreement->retentions[row].review_ms;
    decision->aggregate = agreement->retentions[row].aggregate;
}

/* When it is answered, and who is called while it is not. */
static void
oblige_to_answer(const struct question *question, struct ent_decision *decision)
{
    const struct ent_agreement *agreement = question->agreement;
    uint32_t precedence = question->facts->precedence;

    /* An acknowledgement is not acknowledged, or there would be no end. */
    if (precedence < ENT_LEVELS &&
        question->message->body_case !=
            ENTENTE__V1__MESSAGE__BODY_ACKNOWLEDGEMENT) {
        decision->acknowledge_ms = agreement->levels[precedence].acknowledge_ms;
        decision->reply_ms = agreement->levels[precedence].reply_ms;
    }
    if (question->message->body_case ==
        ENTENTE__V1__MESSAGE__BODY_HOTLINE_ALERT) {
        decision->ladder = agreement->hotline.ladder;
        decision->step_count = agreement->hotline.step_count;
    }
    decision->counts = ent_message_asks_for_check(question->message);
    if (question->family->number == ENT_FAMILY_DOCUMENT_CHECK) {
        decision->answer = agreement->document_check.hit_or_no_hit
                               ? ENT_CHECK_ANSWER_HIT_OR_NO_HIT
                               : ENT_CHECK_ANSWER_ANY;
    }
}

/* How it is shown, and to whom. */
static void
oblige_to_show(const struct question *question, struct ent_decision *decision)
{
    const struct ent_agreement *agreement = question->agreement;
    uint32_t rung = (uint32_t)question->message->classification;

    decision->handling = agreement->handling;
    decision->without_prejudice = agreement->without_prejudice;
    decision->court_by_consent = agreement->judicial_mark.line != 0;
    rung = rung == 0 ? ENTENTE__V1__CLASSIFICATION__RESTRICTED : rung;
    if (rung < ENT_LEVELS) {
        decision->marking = agreement->markings[rung][question->to->party];
    }
    if (question->exchange != NULL) {
        decision->desk = question->exchange->desk;
    }
    if (ent_message_bears(question->message, ENTENTE__V1__SAFEGUARD__MINOR)) {
        decision->copy_to = agreement->minors.copy_to;
    }
}

static void
oblige_to_mend(const struct question *question, struct ent_decision *decision)
{
    const struct ent_agreement *agreement = question->agreement;

    decision->correct_notify_ms = agreement->correction.notify_ms;
    decision->correct_apply_ms = agreement->correction.apply_ms;
    decision->recall_purge_ms = agreement->recall.purge_ms;
    decision->recall_certificate = agreement->recall.certificate;
    decision->two_officers = ent_release_is_asked(question);
    decision->relaxed = question->relaxed;
    if (question->relaxed != 0) {
        decision->emergency_review_ms = agreement->emergency.review_ms;
    }
}

/* What is longer than a sentence can be is cut. */
static void
add_words(struct ent_decision *decision, size_t *len, const char *words)
{
    size_t more = strnlen(words, sizeof decision->sentence - 1 - *len);

    memcpy(decision->sentence + *len, words, more);
    *len += more;
    decision->sentence[*len] = '\0';
}

/* "clause 5.1 lets hotline_alert pass from blo-poipet@kh to ncc@th", without
 * printing: it is said of every message. */
static void
say_permitted(const struct question *question, struct ent_decision *decision)
{
    const char *const words[] = {"clause ", question->clause, " lets ",
        question->family->name, " pass from ", question->from->address.text,
        " to ", question->to->address.text};
    size_t len = 0;

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        add_words(decision, &len, words[i]);
    }
}

static void
permit(const struct question *question, struct ent_decision *decision)
{
    decision->permit = true;
    name_clause(decision, question->clause, question->line);
    say_permitted(question, decision);
    oblige_to_end(question, decision);
    oblige_to_answer(question, decision);
    oblige_to_show(question, decision);
    oblige_to_mend(question, decision);
}

static bool
check_all(struct question *question, struct ent_decision *decision)
{
    return check_in_force(question, decision) &&
           check_suspension(question, decision) &&
           ent_decide_hard_blocks(question, decision) &&
           ent_decide_offices(question, decision) &&
           ent_decide_tier(question, decision) &&
           ent_decide_exchange(question, decision) &&
           ent_decide_offence(question, decision) &&
           ent_decide_safeguards(question, decision) &&
           ent_decide_classification(question, decision) &&
           ent_decide_handling(question, decision) &&
           ent_decide_emergency(question, decision) &&
           ent_decide_fields(question, decision) &&
           ent_decide_assurances(question, decision) &&
           ent_decide_needs(question, decision) &&
           ent_decide_release(question, decision) &&
           ent_decide_statistics(question, decision) &&
           ent_decide_quota(question, decision);
}

void
ent_decide(const struct ent_agreement *agreement, const struct ent_facts *facts,
    uint64_t now_ms, struct ent_decision *ret_decision)
{
    struct question question = {
        .agreement = agreement, .facts = facts, .now_ms = now_ms};

    assert(facts != NULL && facts->sender != NULL && facts->recipient != NULL);
    assert(facts->message != NULL && ret_decision != NULL);

    *ret_decision = (struct ent_decision){0};
    if (agreement == NULL) {
        ent_decision_say(ret_decision, "no agreement covers %s and %s",
            facts->sender->text, facts->recipient->text);
        (void)ent_decision_deny(
            ret_decision, ENT_REFUSAL_NO_AGREEMENT, "no agreement", 0);
        return;
    }
    question.message = facts->message;
    question.family = ent_family_of(facts->message);
    if (check_all(&question, ret_decision)) {
        permit(&question, ret_decision);
    } else {
        ret_decision->mask_count = 0;
        ret_decision->safeguards = 0;
    }
}
