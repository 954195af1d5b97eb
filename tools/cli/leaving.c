/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/leaving.h"

#include "proto/message.h"

const char *
cli_leaving_words(enum cli_leaving rule)
{
    static const char *const words[] = {
#define CLI_LEAVING_WORDS(name, text) text,
        CLI_LEAVING_TABLE(CLI_LEAVING_WORDS)
#undef CLI_LEAVING_WORDS
    };

    return words[rule];
}

static bool
is_held_back(const ent_message *message)
{
    const struct ent_family *family = ent_family_of(message);
    const uint32_t kept =
        1u << ENTENTE__V1__HANDLING__H2 | 1u << ENTENTE__V1__HANDLING__H3;

    for (size_t i = 0; i < message->n_handling; i++) {
        if (message->handling[i] >= ENTENTE__V1__HANDLING__H2) {
            return true;
        }
    }
    return message->n_handling == 0 && family != NULL &&
           (family->handling & kept) != 0;
}

static enum cli_leaving
decide_outside(const Entente__V1__InboxItem *item)
{
    const ent_message *message = item->message;
    Entente__V1__Tlp tlp = ent_message_tlp(message);

    if (tlp != ENTENTE__V1__TLP__TLP_GREEN &&
        tlp != ENTENTE__V1__TLP__TLP_CLEAR) {
        return CLI_LEAVING_TLP;
    }
    if (is_held_back(message)) {
        return CLI_LEAVING_HANDLING;
    }
    if (message->classification != ENTENTE__V1__CLASSIFICATION__OPEN &&
        message->classification != ENTENTE__V1__CLASSIFICATION__OFFICIAL) {
        return CLI_LEAVING_CLASSIFIED;
    }
    if (message->origin != NULL) {
        return CLI_LEAVING_THIRD;
    }
    if (item->onward_by_consent) {
        return CLI_LEAVING_ONWARD;
    }
    if (item->reclassified != NULL) {
        return CLI_LEAVING_RAISED;
    }
    return message->n_safeguards > 0 ? CLI_LEAVING_SAFEGUARD
                                     : CLI_LEAVING_LEAVES;
}

enum cli_leaving
cli_leaving_decide(const Entente__V1__InboxItem *item, bool within)
{
    const Entente__V1__Obligations *owed = item->obligations;
    const ent_message *message = item->message;

    if (item->deleted) {
        return CLI_LEAVING_GONE;
    }
    if (message == NULL || (owed != NULL && owed->desk[0] != '\0')) {
        return CLI_LEAVING_DESK;
    }
    if (item->fate != ENTENTE__V1__FATE__FATE_UNSPECIFIED) {
        return CLI_LEAVING_REVOKED;
    }
    if (item->reclassified != NULL && item->reclassified->as != NULL &&
        item->reclassified->as->tlp == ENTENTE__V1__TLP__TLP_RED) {
        return CLI_LEAVING_RAISED;
    }
    if (ent_message_tlp(message) == ENTENTE__V1__TLP__TLP_RED) {
        return CLI_LEAVING_RED;
    }
    return within ? CLI_LEAVING_LEAVES : decide_outside(item);
}

/* What keeps a copy that nobody may have; CLI_LEAVING_LEAVES: somebody may. */
static enum cli_leaving
decide_state(Entente__V1__TraceState state)
{
    switch (state) {
    case ENTENTE__V1__TRACE_STATE__TRACE_SENT:
    case ENTENTE__V1__TRACE_STATE__TRACE_IN_CUSTODY:
    case ENTENTE__V1__TRACE_STATE__TRACE_DELIVERED:
    case ENTENTE__V1__TRACE_STATE__TRACE_NOT_YET:
        return CLI_LEAVING_LEAVES;
    case ENTENTE__V1__TRACE_STATE__TRACE_REFUSED:
    case ENTENTE__V1__TRACE_STATE__TRACE_REFUSED_HERE:
    case ENTENTE__V1__TRACE_STATE__TRACE_RETURNED:
        return CLI_LEAVING_REFUSED;
    case ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED:
    case ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED_UNCONFIRMED:
        return CLI_LEAVING_EXPIRED;
    case ENTENTE__V1__TRACE_STATE__TRACE_WITHDRAWN:
        return CLI_LEAVING_REVOKED;
    default:
        return CLI_LEAVING_WAITING;
    }
}

enum cli_leaving
cli_leaving_decide_sent(const Entente__V1__TraceCopy *copy,
    const Entente__V1__InboxItem *item, bool within)
{
    const Entente__V1__Reclassified *raised = copy->reclassified;
    const enum cli_leaving rule = decide_state(copy->state);

    if (copy->deleted_at == 0 && rule != CLI_LEAVING_LEAVES) {
        return rule;
    }
    if (copy->deleted_at == 0 && copy->message == NULL) {
        return copy->fate == ENTENTE__V1__FATE__FATE_UNSPECIFIED
                   ? CLI_LEAVING_WAITING
                   : CLI_LEAVING_REVOKED;
    }
    if (raised != NULL && raised->as != NULL && raised->as->desk != 0) {
        return CLI_LEAVING_DESK;
    }
    return cli_leaving_decide(item, within);
}
