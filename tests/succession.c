/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/succession.h"

struct parties all;
struct party heirs[ENT_ROLLOVERS_MAX + 2];

int
succession_open(void **state)
{
    (void)state;
    parties_init(&all);
    heirs[0] = all.thailand;
    for (size_t i = 1; i < sizeof heirs / sizeof heirs[0]; i++) {
        party_key(&heirs[i], ENT_KEY_AUTHORITY, (uint8_t)(100 + i));
    }
    return 0;
}

int
succession_close(void **state)
{
    (void)state;
    parties_fini(&all);
    return 0;
}

enum ent_status
succession_say(size_t from, size_t to, const struct ent_bytes *previous,
    struct ent_bytes *ret_wire)
{
    return ent_rollover_make("th",
        previous == NULL ? (struct ent_view){0} : ent_bytes_view(previous),
        &heirs[from].signer, &heirs[to].signer, PARTIES_NOW + from,
        PARTIES_NOW + from + 30 * PARTIES_DAY, ret_wire, &last_error);
}
