/* SPDX-License-Identifier: Apache-2.0 */
#include "node/draft.h"

#include <stdio.h>
#include <string.h>

#include "node/submit.h"

static Google__Protobuf__Timestamp *
timestamp(struct ent_arena *arena, uint64_t ms)
{
    Google__Protobuf__Timestamp *time = ent_arena_alloc(arena, sizeof *time);

    if (time != NULL) {
        ent_message_time_set(time, ms);
    }
    return time;
}

void
node_draft_fill(const struct ent_address *self, uint64_t now_ms,
    ent_message *message, struct ent_arena *arena)
{
    const struct ent_family *family = ent_family_of(message);
    uint64_t created;

    if (message->id[0] == '\0') {
        char text[ENT_ID_TEXT_LEN + 1];
        struct ent_id id = ent_id_new(now_ms);

        ent_id_format(&id, text);
        message->id = node_text_in(arena, text);
    }
    message->from = (char *)(uintptr_t)self->text;
    message->schema_version = 1;
    if (message->mode == ENTENTE__V1__MODE__MODE_UNSPECIFIED) {
        message->mode = ENTENTE__V1__MODE__ACTUAL;
    }
    if (message->action == ENTENTE__V1__ACTION__ACTION_UNSPECIFIED) {
        message->action = ENTENTE__V1__ACTION__NEW;
    }
    if (message->precedence ==
            ENTENTE__V1__PRECEDENCE__PRECEDENCE_UNSPECIFIED &&
        family != NULL) {
        message->precedence = (Entente__V1__Precedence)family->precedence;
    }
    if (message->created_at == NULL) {
        message->created_at = timestamp(arena, now_ms);
    }
    created = ent_message_time_ms(message->created_at);
    if (message->valid_until == NULL && created != 0) {
        message->valid_until =
            timestamp(arena, created + ent_precedence_life_max_ms(
                                           (uint32_t)message->precedence));
    }
}

const char *
node_draft_fault(const ent_message *message, struct ent_arena *arena)
{
    struct ent_findings findings;
    char text[400];

    if (message->restored != NULL) {
        return "restored: nodes say it when a message is given again";
    }
    if (message->n_duplicate_keys > 0) {
        return "duplicate_keys: must not be given: whoever can compare such a "
               "key can try what it was made of, also of what is withheld";
    }
    if (ent_message_validate(message, &findings, NULL) == ENT_OK) {
        return NULL;
    }
    if (findings.count == 0) {
        return "the message cannot be checked";
    }
    (void)snprintf(text, sizeof text, "%s: %s (%s)%s", findings.list[0].field,
        findings.list[0].rule, findings.list[0].source,
        findings.count > 1 ? ", and more" : "");
    return node_text_in(arena, text);
}
