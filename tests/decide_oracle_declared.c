/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/decide_oracle.h"

#include <string.h>

bool
oracle_declared(const struct ent_facts *facts, int kind, const char *state,
    int risk, uint64_t now_ms)
{
    const struct ent_declarations *declarations = facts->declarations;
    const struct ent_family *family = ent_family_of(facts->message);
    size_t count;
    const struct ent_family *list = ent_family_list(&count);

    for (size_t i = 0; declarations != NULL && i < declarations->count; i++) {
        const struct ent_declaration *d = &declarations->list[i];
        bool meant = d->all_families;
        bool office = d->office_count == 0;
        int offence = (int)facts->message->offence;

        for (size_t n = 0; n < count; n++) {
            meant |= &list[n] == family &&
                     (d->families.bits[n / 64] >> n % 64 & 1) != 0;
        }
        for (size_t n = 0; n < d->office_count; n++) {
            office |= strcmp(d->offices[n].text, facts->sender->text) == 0 ||
                      strcmp(d->offices[n].text, facts->recipient->text) == 0;
        }
        if ((int)d->kind == kind && meant && office && now_ms >= d->from_ms &&
            now_ms < d->until_ms && strcmp(d->state, state) == 0 &&
            (kind != ENT_ASSURANCE ||
                ((int)d->risk == risk &&
                    (d->offences == 0 ||
                        (offence >= 0 && offence < 32 &&
                            (d->offences >> offence & 1) != 0))))) {
            return true;
        }
    }
    return false;
}
