/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever loads can be asked, and everything else says why not. */
#include "tests/fuzz.h"

#include <assert.h>
#include <string.h>

#include "policy/agreement.h"
#include "policy/decide.h"
#include "proto/refusal.h"

/* A seizure with one of everything that agreements like to forbid. */
static void
ask(const struct ent_agreement *agreement, const struct ent_address *from,
    const struct ent_address *to)
{
    Entente__V1__Conveyance conveyance = ENTENTE__V1__CONVEYANCE__INIT;
    Entente__V1__Location place = ENTENTE__V1__LOCATION__INIT;
    Entente__V1__DrugSeizure seizure = ENTENTE__V1__DRUG_SEIZURE__INIT;
    ent_message message = ENTENTE__V1__MESSAGE__INIT;
    const struct ent_facts facts = {
        .sender = from,
        .recipient = to,
        .message = &message,
        .precedence = ENTENTE__V1__PRECEDENCE__FLASH,
    };
    struct ent_decision decision;

    conveyance.plate = (char *)"AB 1";
    place.place = (char *)"Mae Sai";
    seizure.conveyance = &conveyance;
    seizure.place = &place;
    message.body_case = ENTENTE__V1__MESSAGE__BODY_DRUG_SEIZURE;
    message.drug_seizure = &seizure;
    message.purpose = ENTENTE__V1__PURPOSE__LISTED_CRIME;
    message.offence = ENTENTE__V1__OFFENCE__DRUGS;
    message.offence_penalty_months = 1200;

    ent_decide(agreement, &facts, UINT64_C(1786788000000), &decision);
    assert(decision.permit == (decision.reason == 0));
    assert(decision.permit || ent_refusal_info(decision.reason) != NULL);
    assert(!decision.permit || decision.retain_ms > 0);
    assert(decision.clause[0] != '\0' && decision.sentence[0] != '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    ENT_AUTO(ent_agreement_free) struct ent_agreement *agreement = NULL;
    static struct ent_complaints complaints;
    struct ent_error err;
    enum ent_status rc;

    rc = ent_agreement_load(
        ent_view_of(data, len), &agreement, &complaints, &err);
    if (rc != ENT_OK) {
        assert(rc == ENT_BAD_INPUT && complaints.count > 0);
        for (size_t i = 0; i < complaints.count; i++) {
            assert(complaints.list[i].line > 0);
            assert(complaints.list[i].text[0] != '\0');
        }
        return 0;
    }
    assert(complaints.count == 0);
    for (size_t i = 0; i < 4; i++) {
        const struct ent_address *from = ent_agreement_office(agreement, i);
        const struct ent_address *to = ent_agreement_office(agreement, i + 1);

        if (from != NULL && to != NULL) {
            ask(agreement, from, to);
            ask(agreement, to, from);
        }
    }
    return 0;
}
