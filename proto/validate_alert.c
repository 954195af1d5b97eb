/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/validate_internal.h"

#include <string.h>

#include "proto/country.h"

/* Rules for what happens now or arrives soon: hotline_alert and hub_alert. */

#define TOWARD "toward "

/* "toward th", or "away". */
static bool
is_direction(const char *text)
{
    struct ent_view state;

    if (strncmp(text, TOWARD, strlen(TOWARD)) != 0) {
        return strcmp(text, "away") == 0;
    }
    state = ent_view_text(text + strlen(TOWARD));
    return ent_country_is_state(state);
}

/* FLASH and IMMEDIATE are held to this for every text (validate_fields.c). */
static void
check_description(struct ent_validation *v, const char *text)
{
    size_t count = ent_rule_characters(text);

    if (!ent_precedence_is_urgent((uint32_t)v->message->precedence) &&
        count > ENT_BRIEF_MAX) {
        ent_rule_broken(v, "description", "%zu characters; at most %d", count,
            ENT_BRIEF_MAX);
    }
}

void
ent_validate_hotline_alert(
    struct ent_validation *v, const Entente__V1__HotlineAlert *alert)
{
    size_t mark = ent_rule_enter(v, "hotlineAlert");

    v->source = "catalogue: hotline_alert";
    ent_rule_need(v, "what", alert->what != 0);
    ent_validate_location(v, "where", alert->where, true);
    ent_rule_need(v, "when", alert->when != NULL);
    if (is_given(alert->direction) && !is_direction(alert->direction)) {
        ent_rule_broken(v, "direction",
            "must be \"away\" or \"toward\" and a state, as \"toward th\"");
    }
    ent_validate_conveyance(v, alert->conveyance);
    ent_rule_need(v, "action", alert->action != 0);
    if (alert->action == ENTENTE__V1__REQUESTED_ACTION__CALL_BACK &&
        !is_given(alert->call_back_role)) {
        ent_rule_broken(v, "callBackRole", "must be given to be called back");
    }
    check_description(v, alert->description);
    ent_rule_leave(v, mark);
}

static void
check_expected(struct ent_validation *v, size_t index,
    const Entente__V1__ExpectedRoute *route)
{
    size_t mark = ent_rule_enter_element(v, "routes", index);

    ent_validate_location(v, "crossing", route->crossing, true);
    ent_validate_window(v, "expected", route->expected);
    ent_rule_leave(v, mark);
}

void
ent_validate_hub_alert(
    struct ent_validation *v, const Entente__V1__HubAlert *alert)
{
    size_t mark = ent_rule_enter(v, "hubAlert");

    v->source = "catalogue: hub_alert";
    ent_rule_need(v, "trigger", alert->trigger != 0);
    ent_validate_location(v, "hub", alert->hub, true);
    ent_rule_need(v, "foundAt", alert->found_at != NULL);
    ent_rule_need_past(v, "foundAt", alert->found_at);
    if (!is_given(alert->item) && alert->conveyance == NULL &&
        alert->n_mail == 0) {
        ent_rule_broken(v, "", "must give item, conveyance or mail");
    }
    ent_validate_conveyance(v, alert->conveyance);
    for (size_t i = 0; i < alert->n_mail; i++) {
        ent_validate_mail(v, i, alert->mail[i]);
    }
    ent_rule_need(v, "routes", alert->n_routes > 0);
    for (size_t i = 0; i < alert->n_routes; i++) {
        check_expected(v, i, alert->routes[i]);
    }
    ent_rule_need(v, "action", alert->action != 0);
    if (alert->confidence > 100) {
        ent_rule_broken(v, "confidence", "must be a percentage from 0 to 100");
    }
    ent_rule_leave(v, mark);
}
