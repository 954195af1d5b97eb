/* SPDX-License-Identifier: Apache-2.0 */
#include "node/contribution.h"

#include <stdio.h>

#define NAME_LEN 17 /* of a number in the store */
#define CAME "returns from"
#define WENT "returns to"

static uint64_t
last_of(struct node *node, const char *way, const struct ent_address *office,
    char name[static NAME_LEN])
{
    uint64_t at_ms = 0;

    (void)snprintf(name, NAME_LEN, "%s %.3s", way, ent_address_state(office));
    return node_number_get(node->store, name, &at_ms, NULL) == ENT_OK ? at_ms
                                                                      : 0;
}

/* It is the last one from now on. */
static enum ent_status
note(struct node *node, const char *way, const struct ent_address *office,
    const ent_message *message, uint64_t at_ms, struct ent_error *err)
{
    char name[NAME_LEN];

    if (message->body_case != ENTENTE__V1__MESSAGE__BODY_STATISTICS_RETURN ||
        message->mode != ENTENTE__V1__MODE__ACTUAL ||
        at_ms <= last_of(node, way, office, name)) {
        return ENT_OK;
    }
    return node_number_set(node->store, name, at_ms, err);
}

enum ent_status
node_contribution_take(struct node *node, const struct ent_address *sender,
    const ent_message *message, struct ent_error *err)
{
    uint64_t at_ms = node->now_ms;

    if (message->restored != NULL) { /* what is given again came before */
        at_ms = ent_message_time_ms(message->restored->delivered_at);
        at_ms = at_ms < node->now_ms ? at_ms : node->now_ms;
    }
    return note(node, CAME, sender, message, at_ms, err);
}

enum ent_status
node_contribution_said(struct node *node, const struct ent_address *recipient,
    const ent_message *message, struct ent_error *err)
{
    return note(node, WENT, recipient, message, node->now_ms, err);
}

void
node_contribution_look(struct node *node, const struct ent_address *recipient,
    struct ent_facts *facts)
{
    char name[NAME_LEN];

    if (facts->message->body_case !=
        ENTENTE__V1__MESSAGE__BODY_STATISTICS_RETURN) {
        return;
    }
    facts->given_at = last_of(node, WENT, recipient, name);
    facts->contributed_at = last_of(node, CAME, recipient, name);
}
