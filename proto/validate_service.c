/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/validate_internal.h"

/* Rules for messages about messages: domain B4, M74. */

void
ent_validate_acknowledgement(
    struct ent_validation *v, const Entente__V1__Acknowledgement *answer)
{
    size_t mark = ent_rule_enter(v, "acknowledgement");
    bool actioned =
        answer->level == ENTENTE__V1__ACKNOWLEDGEMENT_LEVEL__ACTIONED;

    v->source = "domain B4 M74";
    ent_rule_need(v, "messageId", is_given(answer->message_id));
    ent_rule_need_uuid(v, "messageId", answer->message_id);
    ent_rule_need(v, "level", answer->level != 0);
    ent_rule_need(v, "at", answer->at != NULL);
    ent_rule_need_past(v, "at", answer->at);
    if (answer->level > ENTENTE__V1__ACKNOWLEDGEMENT_LEVEL__READ &&
        !is_given(answer->role)) {
        ent_rule_broken(v, "role", "must be given: a person answers in a role");
    }
    if (actioned && answer->outcome == 0) {
        ent_rule_broken(v, "outcome", "must be given with ACTIONED");
    }
    if (!actioned && answer->outcome != 0) {
        ent_rule_broken(v, "outcome", "must not be given without ACTIONED");
    }
    ent_rule_leave(v, mark);
}
