/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decide_oracle - the decision once more, slowly: it reads the agreement's YAML
 * again for every question, word by word, with nothing prepared, as a reader of
 * the file would.
 */
#ifndef ENT_TESTS_DECIDE_ORACLE_H
#define ENT_TESTS_DECIDE_ORACLE_H

#include "policy/decide.h"
#include "proto/base/yaml.h"

bool oracle_permits(const struct ent_yaml_node *root,
    const struct ent_facts *facts, uint64_t now_ms);

/* A declaration of that kind (enum ent_declaration_kind) that holds, of that
 * state, for the message's family; an assurance: against that risk. */
bool oracle_declared(const struct ent_facts *facts, int kind, const char *state,
    int risk, uint64_t now_ms);

/* May an office of another state, of that kind, have the message of its family
 * at all? The catalogue once more, as it stands on paper. Who receives it finds
 * what should have been withheld. */
bool oracle_tier_permits(
    const ent_message *message, const char *kind, bool receiving);

#endif
