/* SPDX-License-Identifier: Apache-2.0 */
#include "node/gate.h"

#include "node/clock.h"
#include "node/contribution.h"
#include "node/emergency.h"
#include "node/hit.h"
#include "node/lifecycle.h"
#include "node/officers.h"
#include "node/onward.h"
#include "node/overlay.h"
#include "node/pairs.h"
#include "node/quota.h"

static const struct ent_agreement *
governing(const struct node *node, const struct ent_address *office)
{
    return node_agreements_with(node->agreements, ent_address_state(office));
}

/* What counts against the quota of the other state's agreement. */
static void
look_at_quota(struct node *node, const struct ent_agreement *agreement,
    struct ent_facts *facts)
{
    struct node_quota quota;

    if (agreement == NULL || !ent_message_asks_for_check(facts->message)) {
        return;
    }
    quota = node_quota_look(node, agreement, facts->sender,
        facts->receiving ? NULL : facts->message->author_role);
    facts->checks_today = quota.today;
    facts->checks_this_hour = quota.this_hour;
}

/* What officers signed, or are going to. */
static const struct ent_release all_signed = {
    .authored = true, .released = true};

static void
judge_out(struct node *node, const ent_message *message,
    const struct ent_address *recipient, bool first,
    const struct ent_release *release, struct ent_decision *ret_decision)
{
    const struct ent_declarations *declarations = NULL;
    const struct ent_agreement *agreement = node_agreements_governing(
        node->agreements, ent_address_state(recipient), &declarations);
    struct ent_facts facts = {
        .sender = &node->self,
        .recipient = recipient,
        .message = message,
        .precedence = (uint32_t)message->precedence,
        .receiving = false,
        .declarations = declarations,
        .emergency = node_emergency_holds(node, message, recipient, first),
        .hit = node_hit_came(node, message, recipient),
        .release = release,
    };

    if (first) {
        look_at_quota(node, agreement, &facts);
        node_contribution_look(node, recipient, &facts);
    }
    ent_decide(agreement, &facts, node_clock_latest_ms(node), ret_decision);
    node_onward_judge(node, message, recipient, ret_decision);
    node_overlay_judge(node, &facts, ret_decision);
    if (first) {
        node_pair_judge(node, recipient, ret_decision);
    }
}

void
node_gate_out(struct node *node, const ent_message *message,
    const struct ent_address *recipient, struct ent_decision *ret_decision)
{
    struct ent_release room;

    judge_out(node, message, recipient, true,
        node_officers_judge(node, message, &node->self, &room), ret_decision);
}

void
node_gate_out_again(struct node *node, const ent_message *message,
    const struct ent_address *recipient, struct ent_decision *ret_decision)
{
    struct ent_release room;

    judge_out(node, message, recipient, false,
        node_officers_judge(node, message, &node->self, &room), ret_decision);
}

void
node_gate_hold(struct node *node, const ent_message *message,
    const struct ent_address *recipient, struct ent_decision *ret_decision)
{
    judge_out(node, message, recipient, true, &all_signed, ret_decision);
}

void
node_gate_held(struct node *node, const ent_message *message,
    const struct ent_address *recipient, struct ent_decision *ret_decision)
{
    judge_out(node, message, recipient, false, &all_signed, ret_decision);
}

void
node_gate_in(struct node *node, const ent_message *message,
    const struct ent_address *sender, struct ent_decision *ret_decision)
{
    struct ent_release room;
    const struct ent_declarations *declarations = NULL;
    const struct ent_agreement *agreement = node_agreements_governing(
        node->agreements, ent_address_state(sender), &declarations);
    struct ent_facts facts = {
        .sender = sender,
        .recipient = &node->self,
        .message = message,
        .precedence = (uint32_t)message->precedence,
        .receiving = true,
        .declarations = declarations,
        .desks = node->config->desks,
        .emergency_over = node_emergency_is_over(node, message, sender),
        .mends = node_lifecycle_mends(node, sender, message),
        .hit = node_hit_went(node, message, sender),
        .release = node_officers_judge(node, message, sender, &room),
    };

    look_at_quota(node, agreement, &facts);
    ent_decide(agreement, &facts, node_clock_latest_ms(node), ret_decision);
    node_overlay_judge(node, &facts, ret_decision);
}

enum ent_status
node_gate_count(struct node *node, const ent_message *message,
    const struct ent_address *sender, const struct ent_address *recipient,
    struct ent_error *err)
{
    bool ours = ent_address_equal(sender, &node->self);
    const struct ent_agreement *agreement =
        governing(node, ours ? recipient : sender);

    return agreement == NULL ? ENT_OK
                             : node_quota_count(node, agreement, sender,
                                   ours ? message->author_role : NULL, err);
}

struct ent_digest
node_gate_agreement(const struct node *node, const struct ent_address *office)
{
    const struct ent_agreement *agreement = governing(node, office);

    return agreement == NULL ? (struct ent_digest){{0}}
                             : *ent_agreement_digest(agreement);
}

bool
node_gate_can_judge(struct node *node, const struct ent_address *office,
    const struct ent_digest *agreement)
{
    struct node_key key = node_key_digest(agreement);
    struct ent_view value;

    return governing(node, office) != NULL &&
           node_store_get(node->store, NODE_AGREED, node_key_view(&key), &value,
               NULL) == ENT_OK;
}

bool
node_gate_is_in_doubt(struct node *node, const struct ent_address *office)
{
    const struct ent_agreement *agreement = governing(node, office);

    return node->clock_doubt && agreement != NULL &&
           !ent_agreement_in_force(agreement, node_clock_latest_ms(node));
}

bool
node_gate_still_stands(const struct node *node, const struct ent_label *label)
{
    const struct ent_address *office = &label->stream.recipient;
    struct ent_digest digest = node_gate_agreement(node, office);

    return ent_digest_equal(&digest, &label->agreement) &&
           label->sealed_at >= node_agreements_changed_at(node->agreements,
                                   ent_address_state(office), node->now_ms);
}
