/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/told.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS 256
#define CERTIFICATE 1
#define LIST 2
#define ROLLOVER 3

/* Each name has one slot, and takes it from who had it. */
struct broker_told {
    uint64_t slots[SLOTS];
};

/* Spreads what it gets over all bits (the finaliser of MurmurHash3). */
static uint64_t
mix(uint64_t value)
{
    value ^= value >> 33;
    value *= UINT64_C(0xff51afd7ed558ccd);
    value ^= value >> 33;
    value *= UINT64_C(0xc4ceb9fe1a85ec53);
    value ^= value >> 33;
    return value;
}

static uint64_t
name_of(unsigned kind, uint64_t whose, uint64_t version)
{
    uint64_t name = mix(mix(whose ^ kind) ^ version);

    return name == 0 ? 1 : name;
}

uint64_t
broker_told_certificate(const struct ent_address *address, uint64_t serial)
{
    const struct ent_party party = ent_address_party(address);

    return name_of(CERTIFICATE, ent_get_be(party.bytes, 8), serial);
}

static uint64_t
number_of(const char *state)
{
    uint64_t number = 0;

    for (size_t i = 0; state[i] != '\0'; i++) {
        number = number << 8 | (uint8_t)state[i];
    }
    return number;
}

uint64_t
broker_told_list(const char *state, uint64_t number)
{
    return name_of(LIST, number_of(state), number);
}

uint64_t
broker_told_rollover(const char *state, uint64_t number)
{
    return name_of(ROLLOVER, number_of(state), number);
}

bool
broker_told_has(const struct broker_told *told, uint64_t name)
{
    return told != NULL && told->slots[name % SLOTS] == name;
}

void
broker_told_add(struct broker_told **told, uint64_t name)
{
    if (*told == NULL) {
        *told = calloc(1, sizeof **told);
    }
    if (*told != NULL) {
        (*told)->slots[name % SLOTS] = name;
    }
}

void
broker_told_free(struct broker_told **told)
{
    free(*told);
    *told = NULL;
}
