/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vault_office - a store and key slots in a folder of their own, in a turn.
 */
#ifndef ENT_TESTS_VAULT_OFFICE_H
#define ENT_TESTS_VAULT_OFFICE_H

#include "node/vault.h"
#include "tests/support.h"

extern struct vault_office {
    char folder[64];
    struct ent_secret *storage;
    struct node_slots *slots;
    struct node_store *store;
} office;

int vault_office_setup(void **state);
int vault_office_teardown(void **state);

/* Commit, close the store, and open it again: nothing is in memory. */
void vault_office_reopen(void);

#endif
