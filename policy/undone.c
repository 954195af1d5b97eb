/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/undone.h"

#include "policy/agreement_internal.h"

/* `act` is what nobody would do. A mark without a line: it is not asked for. */
static void
undone(struct ent_complaints *complaints, struct agreement_mark mark,
    const char *key, const char *act)
{
    if (mark.line != 0) {
        ent_complain(complaints, mark.line, mark.column,
            "'%s' is not done by this version: %s; leave it out until it is",
            key, act);
    }
}

void
ent_agreement_undone(const struct ent_agreement *agreement,
    struct ent_complaints *ret_complaints)
{
    ret_complaints->count = 0;
    ret_complaints->dropped = 0;
    undone(ret_complaints, agreement->correction.mark, "correction",
        "nobody is reminded in time");
    undone(ret_complaints, agreement->hotline.drill_mark, "hotline.drill_every",
        "no drill is sent");
    ent_complaints_sort(ret_complaints);
}
