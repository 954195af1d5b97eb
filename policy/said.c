/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/said.h"

enum ent_measure
ent_said_measure(const ent_message *message)
{
    switch (message->body_case) {
    case ENTENTE__V1__MESSAGE__BODY_PERSON_ALERT:
        if (message->person_alert == NULL) {
            return ENT_MEASURE_NONE;
        }
        if (message->person_alert->action ==
            ENTENTE__V1__PERSON_ACTION__PROTECT) {
            return ENT_MEASURE_PROTECT;
        }
        return message->person_alert->action ==
                       ENTENTE__V1__PERSON_ACTION__LOCATE
                   ? ENT_MEASURE_LOCATE
                   : ENT_MEASURE_NONE;
    case ENTENTE__V1__MESSAGE__BODY_AT_RISK_PERSON_ALERT:
        return ENT_MEASURE_LOCATE;
    default:
        return ENT_MEASURE_NONE;
    }
}

static bool
is_consent(Entente__V1__PersonConsent consent)
{
    return consent == ENTENTE__V1__PERSON_CONSENT__CONSENT_GIVEN ||
           consent == ENTENTE__V1__PERSON_CONSENT__CONSENT_BY_GUARDIAN;
}

bool
ent_said_consent(const ent_message *message)
{
    switch (message->body_case) {
    case ENTENTE__V1__MESSAGE__BODY_TRAFFICKING_REFERRAL:
        return message->trafficking_referral != NULL &&
               is_consent(message->trafficking_referral->consent);
    case ENTENTE__V1__MESSAGE__BODY_VULNERABLE_PERSON_REFERRAL:
        return message->vulnerable_person_referral != NULL &&
               is_consent(message->vulnerable_person_referral->consent);
    default:
        return false;
    }
}

const char *
ent_said_issuer(const ent_message *message)
{
    switch (message->body_case) {
    case ENTENTE__V1__MESSAGE__BODY_DOCUMENT_ALERT:
        return message->document_alert == NULL
                   ? NULL
                   : message->document_alert->issuer;
    case ENTENTE__V1__MESSAGE__BODY_DOCUMENT_CHECK:
        return message->document_check == NULL
                   ? NULL
                   : message->document_check->issuer;
    default:
        return NULL;
    }
}
