/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who gives gets: as the VRS-MSRC lets only states that provide data read them.
 * Each state gives once in a time without asking what it got, or nobody could
 * begin; more goes only to a state that gave, too. Of what comes its sender
 * decides who may have it.
 *
 * What a return suppresses must not be computed from what it tells: that is
 * looked for in what goes and in what comes, whoever made it.
 */
#include <inttypes.h>
#include <stdio.h>

#include "policy/audit.h"
#include "policy/decide_internal.h"
#include "proto/base/time.h"
#include "proto/refusal.h"

static bool
check_threshold(const struct question *question, struct ent_decision *decision)
{
    const uint64_t agreed = question->agreement->statistics.threshold;
    const Entente__V1__StatisticsReturn *table =
        question->message->statistics_return;
    const uint32_t threshold = table == NULL ? 0 : table->threshold;

    if (threshold >= agreed) {
        return true;
    }
    ent_decision_say(decision,
        "cells of fewer than %llu are to be suppressed, and this suppresses "
        "those of fewer than %u",
        (unsigned long long)agreed, threshold);
    return ent_decision_deny(decision, ENT_REFUSAL_THRESHOLD,
        "statistics.threshold",
        question->agreement->statistics.threshold_mark.line);
}

static bool
deny_audit(const struct question *question, struct ent_decision *decision)
{
    return ent_decision_deny(decision, ENT_REFUSAL_THRESHOLD,
        "statistics.threshold",
        question->agreement->statistics.threshold_mark.line);
}

/* Its suppressed cells could have as many values as its own threshold says. */
static bool
check_suppression(
    const struct question *question, struct ent_decision *decision)
{
    const Entente__V1__StatisticsReturn *all =
        question->message->statistics_return;
    struct ent_audit audit = {.told = false};
    struct ent_error err = {0};
    char table[32] = "";

    if (all == NULL) {
        return true;
    }
    if (ent_audit_return(all, all->threshold, &audit, &err) != ENT_OK) {
        ent_decision_say(decision,
            "nobody can say what can be computed of its suppressed cells: %s",
            err.text);
        return deny_audit(question, decision);
    }
    if (!audit.told) {
        return true;
    }
    if (audit.table > 0) {
        (void)snprintf(table, sizeof table, "tables[%zu].", audit.table - 1);
    }
    ent_decision_say(decision,
        "%scells[%zu] is suppressed, and from other cells everybody can compute "
        "that it is %" PRIu64 " to %" PRIu64 ": suppress more of them, so that "
        "it could have %u values",
        table, audit.cell, audit.least, audit.most, all->threshold);
    return deny_audit(question, decision);
}

static bool
is_within(const struct question *question, uint64_t at_ms)
{
    return at_ms != 0 &&
           question->now_ms <
               at_ms + question->agreement->statistics.contribute_ms;
}

static bool
check_contribution(
    const struct question *question, struct ent_decision *decision)
{
    const struct ent_agreement *agreement = question->agreement;
    const struct ent_facts *facts = question->facts;
    char within[ENT_TIME_TEXT_MAX];

    if (agreement->statistics.contribute_ms == 0 || facts->receiving ||
        question->from->party == question->to->party ||
        ent_message_mends(question->message) ||
        !is_within(question, facts->given_at) ||
        is_within(question, facts->contributed_at)) {
        return true;
    }
    ent_duration_format(agreement->statistics.contribute_ms, within);
    ent_decision_say(decision,
        "statistics went to '%s' within %s and none came from there; who gives "
        "none gets no more",
        agreement->parties[question->to->party].state, within);
    return ent_decision_deny(decision, ENT_REFUSAL_CONTRIBUTION,
        "statistics.contribute_to_access",
        agreement->statistics.contribute_mark.line);
}

bool
ent_decide_statistics(
    const struct question *question, struct ent_decision *decision)
{
    if (question->message->body_case !=
        ENTENTE__V1__MESSAGE__BODY_STATISTICS_RETURN) {
        return true;
    }
    return check_threshold(question, decision) &&
           check_suppression(question, decision) &&
           check_contribution(question, decision);
}
