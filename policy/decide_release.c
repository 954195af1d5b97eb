/* SPDX-License-Identifier: Apache-2.0 */
/* Who let it go, what the clause needs besides, how much was asked before, and
 * what an emergency relaxes of that. */
#include "policy/decide_internal.h"

#include <string.h>

#include "proto/id.h"
#include "proto/refusal.h"

/* ---- emergency ---- */

static bool
deny_emergency(struct ent_decision *decision, const char *clause, size_t line)
{
    return ent_decision_deny(decision, ENT_REFUSAL_EMERGENCY, clause, line);
}

/* An emergency is named by the id of its declaration, which holds its time. */
static bool
is_within(const struct question *question)
{
    uint64_t created_ms = ent_message_time_ms(question->message->created_at);
    struct ent_id id;
    uint64_t declared_ms;

    if (ent_id_parse(ent_view_text(question->message->emergency->id), &id,
            NULL) != ENT_OK) {
        return false;
    }
    declared_ms = ent_get_be(id.bytes, 6);
    return created_ms >= declared_ms &&
           created_ms - declared_ms <= question->agreement->emergency.length_ms;
}

static bool
deny_trigger(const struct question *question, struct ent_decision *decision,
    const char *what)
{
    ent_decision_say(decision,
        "it %s an emergency, and its purpose is not threat_to_life", what);
    return deny_emergency(decision, "emergency.trigger",
        question->agreement->emergency.mark.line);
}

/* Who declares one is who may, for what it is meant, and for no longer. Anybody
 * may end one. */
static bool
check_declaration(
    const struct question *question, struct ent_decision *decision)
{
    const struct ent_agreement *agreement = question->agreement;
    const ent_message *message = question->message;
    const Entente__V1__EmergencyNotice *notice = NULL;
    const char *approver =
        ent_term_word(&ent_roles, agreement->emergency.approver);
    uint64_t until_ms;

    if (message->body_case == ENTENTE__V1__MESSAGE__BODY_AGREEMENT_CONTROL &&
        message->agreement_control != NULL) {
        notice = message->agreement_control->emergency;
    }
    if (notice == NULL || notice->declaration_id[0] != '\0') {
        return true;
    }
    if (agreement->emergency.mark.line == 0) {
        ent_decision_say(decision,
            "it declares an emergency, and %s knows none", agreement->name);
        return deny_emergency(decision, "emergency", 0);
    }
    if (message->purpose != ENTENTE__V1__PURPOSE__THREAT_TO_LIFE) {
        return deny_trigger(question, decision, "declares");
    }
    if (strcmp(notice->role, approver) != 0) {
        ent_decision_say(decision,
            "an emergency is declared by a %s, not by a "
            "%.64s",
            approver, notice->role);
        return deny_emergency(decision, "emergency.approve",
            agreement->emergency.approve_mark.line);
    }
    until_ms = ent_message_time_ms(notice->until);
    if (until_ms > ent_message_time_ms(message->created_at) +
                       agreement->emergency.length_ms) {
        ent_decision_say(decision, "it would last longer than is agreed");
        return deny_emergency(decision, "emergency.ends_after",
            agreement->emergency.ends_mark.line);
    }
    return true;
}

/* What the message claims must hold, or nothing of it passes. */
bool
ent_decide_emergency(struct question *question, struct ent_decision *decision)
{
    const struct ent_agreement *agreement = question->agreement;
    const ent_message *message = question->message;
    const char *approver =
        ent_term_word(&ent_roles, agreement->emergency.approver);

    if (!check_declaration(question, decision)) {
        return false;
    }
    if (message->emergency == NULL) {
        return true;
    }
    if (agreement->emergency.mark.line == 0) {
        ent_decision_say(decision, "it names an emergency, and %s knows none",
            agreement->name);
        return deny_emergency(decision, "emergency", 0);
    }
    if (message->purpose != ENTENTE__V1__PURPOSE__THREAT_TO_LIFE) {
        return deny_trigger(question, decision, "names");
    }
    if (strcmp(message->emergency->approved_by, approver) != 0) {
        ent_decision_say(
            decision, "it names an emergency that no %s declared", approver);
        return deny_emergency(decision, "emergency.approve",
            agreement->emergency.approve_mark.line);
    }
    if (!is_within(question) ||
        (question->facts->receiving && question->facts->emergency_over)) {
        ent_decision_say(
            decision, "the emergency it names was over, or had not begun");
        return deny_emergency(decision, "emergency.ends_after",
            agreement->emergency.ends_mark.line);
    }
    if (!question->facts->receiving && !question->facts->emergency) {
        ent_decision_say(
            decision, "the emergency it names is not declared here");
        return deny_emergency(
            decision, "emergency", agreement->emergency.mark.line);
    }
    question->relaxed = agreement->emergency.may_relax;
    return true;
}

static bool
is_relaxed(const struct question *question, enum ent_relaxation relaxation)
{
    return (question->relaxed >> relaxation & 1) != 0;
}

/* ---- what the clause needs ---- */

bool
ent_decide_needs(const struct question *question, struct ent_decision *decision)
{
    const struct agreement_exchange *exchange = question->exchange;
    const struct ent_facts *facts = question->facts;

    if (exchange == NULL) {
        return true;
    }
    if (exchange->needs_mla && question->message->mla_reference[0] == '\0') {
        ent_decision_say(decision,
            "clause %s needs the reference of a request for mutual legal "
            "assistance",
            exchange->clause);
        return ent_decision_deny(decision, ENT_REFUSAL_MLA_REFERENCE,
            exchange->clause, exchange->needs_mark.line);
    }
    if (facts->receiving && exchange->desk != ENT_DESK_NONE &&
        (facts->desks >> exchange->desk & 1) == 0) {
        ent_decision_say(decision,
            "clause %s is for the desk '%s', and nobody here is on it",
            exchange->clause, ent_term_word(&ent_desks, exchange->desk));
        return ent_decision_deny(decision, ENT_REFUSAL_NO_DESK,
            exchange->clause, exchange->desk_mark.line);
    }
    return true;
}

bool
ent_release_is_asked(const struct question *question)
{
    return question->exchange != NULL && question->exchange->two_officers &&
           !is_relaxed(question, ENT_RELAX_RELEASE);
}

/* A second officer released it where the clause asks for one; and nobody stands
 * under it who did not sign, whatever the clause asks. */
bool
ent_decide_release(
    const struct question *question, struct ent_decision *decision)
{
    const struct ent_release *release = question->facts->release;

    if (release != NULL && release->fault[0] != '\0') {
        ent_decision_say(decision, "%s", release->fault);
        return ent_decision_deny(
            decision, ENT_REFUSAL_RELEASE, question->clause, question->line);
    }
    if (!ent_release_is_asked(question) ||
        (release != NULL && release->released)) {
        return true;
    }
    ent_decision_say(decision, "clause %s asks for release by a second officer",
        question->exchange->clause);
    return ent_decision_deny(decision, ENT_REFUSAL_RELEASE,
        question->exchange->clause, question->exchange->release_mark.line);
}

/* ---- quota ---- */

bool
ent_decide_quota(const struct question *question, struct ent_decision *decision)
{
    const struct ent_agreement *agreement = question->agreement;
    const struct ent_facts *facts = question->facts;
    uint64_t day = agreement->document_check.per_day;
    uint64_t hour = agreement->document_check.per_officer_per_hour;

    if (!ent_message_asks_for_check(question->message) ||
        is_relaxed(question, ENT_RELAX_QUOTA)) {
        return true;
    }
    if (day != 0 && facts->checks_today >= day) {
        ent_decision_say(decision,
            "%s has asked for %llu document checks today, and %llu are agreed",
            question->from->address.text,
            (unsigned long long)facts->checks_today, (unsigned long long)day);
        return ent_decision_deny(decision, ENT_REFUSAL_CHECK_QUOTA,
            "document_check.quota.per_day",
            agreement->document_check.day_mark.line);
    }
    if (hour != 0 && !facts->receiving && facts->checks_this_hour >= hour) {
        ent_decision_say(decision,
            "the officer has asked for %llu document checks this hour, and "
            "%llu are agreed",
            (unsigned long long)facts->checks_this_hour,
            (unsigned long long)hour);
        return ent_decision_deny(decision, ENT_REFUSAL_CHECK_QUOTA,
            "document_check.quota.per_officer_per_hour",
            agreement->document_check.officer_mark.line);
    }
    return true;
}
