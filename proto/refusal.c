/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/refusal.h"

static const struct ent_refusal_info table[] = {
#define ROW(number, name, fault, retry, remedy)                                \
    {number, #name, ENT_FAULT_##fault, ENT_RETRY_##retry, remedy},
    ENT_REFUSAL_TABLE(ROW)
#undef ROW
};

const struct ent_refusal_info *
ent_refusal_info(uint32_t number)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i].number == number) {
            return &table[i];
        }
    }
    return NULL;
}

const char *
ent_refusal_name(uint32_t number)
{
    const struct ent_refusal_info *info = ent_refusal_info(number);

    return info == NULL ? "UNKNOWN" : info->name;
}
