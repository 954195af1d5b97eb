/* SPDX-License-Identifier: Apache-2.0 */
/*
 * families - a set of families of the catalogue, as agreements list them.
 */
#ifndef ENT_POLICY_FAMILIES_H
#define ENT_POLICY_FAMILIES_H

#include "proto/message.h"

#define ENT_FAMILIES_MAX 128

/* Bit n: the nth family of ent_family_list. */
struct ent_families {
    uint64_t bits[ENT_FAMILIES_MAX / 64];
};

/* Its place in ent_family_list. */
size_t ent_family_index(const struct ent_family *family);

void ent_families_add(struct ent_families *families, size_t index);

static inline bool
ent_families_have(const struct ent_families *families, size_t index)
{
    return (families->bits[index / 64] >> index % 64 & 1) != 0;
}

/* What both have. */
struct ent_families ent_families_both(
    const struct ent_families *a, const struct ent_families *b);
bool ent_families_are_none(const struct ent_families *families);

/* Their names, joined by ", ". */
void ent_families_list(
    const struct ent_families *families, char *out, size_t size);

#endif
