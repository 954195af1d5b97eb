/* SPDX-License-Identifier: Apache-2.0 */
/*
 * told - which signed objects one conversation has brought to the other side,
 * so that each is sent once. It may forget; then one is sent again.
 */
#ifndef BROKER_TOLD_H
#define BROKER_TOLD_H

#include "proto/address.h"

struct broker_told;

/* Names of one version of an object; never 0. */
uint64_t broker_told_certificate(
    const struct ent_address *address, uint64_t serial);
uint64_t broker_told_list(const char *state, uint64_t number);
uint64_t broker_told_rollover(const char *state, uint64_t number);

/* NULL: nothing was. */
bool broker_told_has(const struct broker_told *told, uint64_t name);
/* Made when there is none; without memory for it nothing is remembered. */
void broker_told_add(struct broker_told **told, uint64_t name);
/* The conversation is over. */
void broker_told_free(struct broker_told **told);

#endif
