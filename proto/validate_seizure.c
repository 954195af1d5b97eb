/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/validate_internal.h"

/* Rules for what was found and taken: drug_seizure.
 */

/* A quantity with a coded unit, or as the officer wrote it, or both. */
static void
check_quantity(struct ent_validation *v, const Entente__V1__SeizedDrug *item)
{
    if (!is_given(item->quantity) && !is_given(item->quantity_as_reported)) {
        ent_rule_broken(v, "quantity", "must be given, or quantityAsReported");
    }
    ent_rule_need_positive(v, "quantity", item->quantity);
    if (is_given(item->quantity) && item->unit == 0) {
        ent_rule_broken(v, "unit", "must be given with quantity");
    }
    if (!is_given(item->quantity) && item->unit != 0) {
        ent_rule_broken(v, "unit", "must not be given without quantity");
    }
}

static void
check_item(
    struct ent_validation *v, size_t index, const Entente__V1__SeizedDrug *item)
{
    size_t mark = ent_rule_enter_element(v, "items", index);

    ent_rule_need(v, "drug", item->drug != 0);
    check_quantity(v, item);
    ent_rule_need_percent(v, "purity", item->purity);
    ent_rule_leave(v, mark);
}

static void
check_places(struct ent_validation *v, const Entente__V1__DrugSeizure *seizure)
{
    ent_validate_location(v, "place", seizure->place, true);
    ent_validate_location(v, "producedIn", seizure->produced_in, false);
    ent_validate_location(v, "departure", seizure->departure, false);
    for (size_t i = 0; i < seizure->n_transit; i++) {
        size_t mark = ent_rule_enter_element(v, "transit", i);

        ent_validate_location(v, "", seizure->transit[i], false);
        ent_rule_leave(v, mark);
    }
    ent_validate_location(v, "destination", seizure->destination, false);
}

void
ent_validate_drug_seizure(
    struct ent_validation *v, const Entente__V1__DrugSeizure *seizure)
{
    size_t mark = ent_rule_enter(v, "drugSeizure");

    v->source = "catalogue: drug_seizure";
    check_places(v, seizure);
    ent_rule_need(v, "seizedAt", seizure->seized_at != NULL);
    ent_rule_need_past(v, "seizedAt", seizure->seized_at);
    ent_rule_need(v, "items", seizure->n_items > 0);
    for (size_t i = 0; i < seizure->n_items; i++) {
        check_item(v, i, seizure->items[i]);
    }
    ent_validate_conveyance(v, seizure->conveyance);
    for (size_t i = 0; i < seizure->n_arrests; i++) {
        ent_validate_count(v, "arrests", i, seizure->arrests[i]);
    }
    for (size_t i = 0; i < seizure->n_forums; i++) {
        size_t at = ent_rule_enter_element(v, "forums", i);

        ent_rule_need(v, "", is_given(seizure->forums[i]));
        ent_rule_leave(v, at);
    }
    ent_rule_leave(v, mark);
}
