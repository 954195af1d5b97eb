/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/message.h"

#include <assert.h>
#include <string.h>

/*
 * Number of a family: 100 + its number in the catalogue, and 200 + for the
 * second name of a number that has two. 151 stays free: the answer to a
 * document check is counted by the catalogue and has the family of the
 * question.
 *
 * Precedence, time to acknowledge and retention are the catalogue's; where it
 * gives no time to acknowledge, that of the precedence, and none for
 * bulletins, queries, returns and what offices tell each other about
 * themselves. An agreement overrides all three.
 */
#define MINUTES(n) (UINT64_C(60000) * (n))
#define HOURS(n) MINUTES(UINT64_C(60) * (n))
#define DAYS(n) HOURS(UINT64_C(24) * (n))
#define YEARS(n) DAYS(UINT64_C(365) * (n))

#define ROW(number, code, name, precedence, acknowledge_ms, keep_ms, traits)   \
    {                                                                          \
        (number), #code, #name, ((traits)&SCHEMA) != 0,                        \
            ((traits)&NOMINAL) != 0, ENTENTE__V1__PRECEDENCE__##precedence,    \
            (acknowledge_ms), (keep_ms)                                        \
    }

enum trait {
    PLAIN = 0,
    SCHEMA = 1,
    NOMINAL = 2,
};

/* Ascending by number. */
static const struct ent_family families[] = {
    ROW(101, M01, hotline_alert, FLASH, MINUTES(5), DAYS(30), SCHEMA),
    ROW(102, M02, hub_alert, IMMEDIATE, MINUTES(30), DAYS(30), SCHEMA),
    ROW(103, M03, at_risk_person_alert, FLASH, MINUTES(5), DAYS(30), NOMINAL),
    ROW(110, M10, person_alert, PRIORITY, HOURS(3), YEARS(1), NOMINAL),
    ROW(111, M11, document_alert, ROUTINE, 0, YEARS(10), PLAIN),
    ROW(112, M12, document_fraud_bulletin, ROUTINE, 0, YEARS(5), PLAIN),
    ROW(113, M13, conveyance_alert, PRIORITY, HOURS(3), DAYS(90), PLAIN),
    ROW(114, M14, cargo_alert, IMMEDIATE, MINUTES(30), DAYS(30), PLAIN),
    ROW(115, M15, risk_indicator_bulletin, ROUTINE, 0, YEARS(1), PLAIN),
    ROW(120, M20, drug_seizure, PRIORITY, HOURS(3), YEARS(5), SCHEMA),
    ROW(121, M21, wildlife_timber_seizure, PRIORITY, HOURS(3), YEARS(5), PLAIN),
    ROW(122, M22, other_seizure, PRIORITY, HOURS(3), YEARS(5), PLAIN),
    ROW(123, M23, smuggling_incident, PRIORITY, HOURS(3), YEARS(5), PLAIN),
    ROW(124, M24, incident_handover, IMMEDIATE, MINUTES(30), YEARS(10),
        NOMINAL),
    ROW(130, M30, trafficking_referral, IMMEDIATE, MINUTES(30), YEARS(1),
        NOMINAL),
    ROW(131, M31, vulnerable_person_referral, IMMEDIATE, MINUTES(30), YEARS(1),
        NOMINAL),
    ROW(140, M40, intelligence_report, ROUTINE, HOURS(12), YEARS(3), NOMINAL),
    ROW(141, M41, information_request, ROUTINE, HOURS(12), YEARS(1), NOMINAL),
    ROW(142, M42, information_reply, ROUTINE, HOURS(12), YEARS(1), NOMINAL),
    ROW(143, M43, feedback, ROUTINE, 0, YEARS(1), PLAIN),
    ROW(144, M44, consent_request, ROUTINE, HOURS(12), YEARS(5), SCHEMA),
    ROW(145, M45, joint_action, PRIORITY, HOURS(3), YEARS(1), PLAIN),
    ROW(150, M50, document_check, IMMEDIATE, 0, DAYS(1), SCHEMA),
    ROW(152, M52, hit_query, IMMEDIATE, 0, DAYS(1), NOMINAL),
    ROW(153, M53, hit_answer, IMMEDIATE, 0, DAYS(1), NOMINAL),
    ROW(154, M54, hit_notice, IMMEDIATE, HOURS(1), YEARS(1), NOMINAL),
    ROW(155, M55, inadmissible_notice, PRIORITY, HOURS(3), YEARS(1), NOMINAL),
    ROW(156, M56, removal_notice, PRIORITY, HOURS(3), YEARS(1), NOMINAL),
    ROW(157, M57, carrier_advice, IMMEDIATE, 0, DAYS(30), PLAIN),
    ROW(158, M58, health_alert, IMMEDIATE, MINUTES(30), DAYS(28), PLAIN),
    ROW(159, M59, border_status, PRIORITY, 0, DAYS(90), PLAIN),
    ROW(160, M60, evidence_transfer, ROUTINE, HOURS(12), YEARS(10), NOMINAL),
    ROW(161, M61, statistics_return, DEFERRED, 0, YEARS(5), PLAIN),
    ROW(162, M62, situation_report, ROUTINE, 0, YEARS(1), PLAIN),
    ROW(170, M70, roster, ROUTINE, 0, DAYS(30), PLAIN),
    ROW(171, M71, exercise_control, PRIORITY, HOURS(3), YEARS(1), PLAIN),
    ROW(172, M72, training_material, ROUTINE, 0, YEARS(5), PLAIN),
    ROW(173, M73, lifecycle, IMMEDIATE, 0, YEARS(10), SCHEMA),
    ROW(174, M74, acknowledgement, IMMEDIATE, 0, YEARS(1), SCHEMA),
    ROW(175, M75, agreement_control, IMMEDIATE, 0, YEARS(10), SCHEMA),
    ROW(176, M76, breach_notice, IMMEDIATE, MINUTES(30), YEARS(5), PLAIN),
    ROW(177, M77, test, ROUTINE, 0, DAYS(1), SCHEMA),
    ROW(244, M44, consent_decision, ROUTINE, 0, YEARS(5), SCHEMA),
    ROW(256, M56, readmission, PRIORITY, HOURS(3), YEARS(1), NOMINAL),
    ROW(276, M76, audit_extract, ROUTINE, 0, YEARS(5), PLAIN),
};

#define FAMILY_COUNT (sizeof families / sizeof families[0])

const struct ent_family *
ent_family_by_name(struct ent_view name)
{
    for (size_t i = 0; i < FAMILY_COUNT; i++) {
        if (ent_view_equal(name, ent_view_text(families[i].name))) {
            return &families[i];
        }
    }
    return NULL;
}

const struct ent_family *
ent_family_by_number(uint32_t number)
{
    size_t low = 0;
    size_t high = FAMILY_COUNT;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (families[middle].number < number) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < FAMILY_COUNT && families[low].number == number ? &families[low]
                                                                : NULL;
}

const struct ent_family *
ent_family_list(size_t *ret_count)
{
    assert(ret_count != NULL);

    *ret_count = FAMILY_COUNT;
    return families;
}

const struct ent_family *
ent_family_of(const ent_message *message)
{
    assert(message != NULL);

    return message->body_case == ENTENTE__V1__MESSAGE__BODY__NOT_SET
               ? NULL
               : ent_family_by_number((uint32_t)message->body_case);
}
