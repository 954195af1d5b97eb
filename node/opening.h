/* SPDX-License-Identifier: Apache-2.0 */
/*
 * opening - one message of a bundle that came: opened, read, checked against
 * its label and the catalogue, looked up among those already taken, and judged.
 */
#ifndef NODE_OPENING_H
#define NODE_OPENING_H

#include "node/desk.h"
#include "node/keeper.h"
#include "node/unsealed.h"
#include "node/vault.h"
#include "policy/decide.h"
#include "proto/message.h"

/* What came of it. `row` is what the desk gets when it was delivered. */
struct node_opening {
    struct ent_outcome outcome;
    struct ent_id id;   /* zero when it could not be read */
    bool is_new;        /* delivered now, and not a repetition */
    bool is_chunk;      /* of a file: not for the desk */
    uint64_t forget_at; /* its id, when it was not known before; else 0 */
    struct node_vault_key key;
    node_desk_row row;
    char from[ENT_ADDRESS_MAX + 1];
    char clause[ENT_CLAUSE_MAX + 1];
    uint64_t call_after[ENT_STEPS_MAX]; /* node/ladder.h */
    uint32_t call_to[ENT_STEPS_MAX];
    uint8_t print[NODE_PRINT_LEN]; /* node/onward.h */
    struct ent_bytes blinds;       /* node/index.h; the caller frees them */
};

/* Open message `index` of a bundle, one after the other. `bundle_number` is not
 * known yet: the caller sets row.bundle. Its (sender, id) is remembered in this
 * turn, whatever the outcome; an acknowledgement is noted on what it
 * acknowledges. Fails only for our own storage. */
enum ent_status node_opening_run(struct node *node,
    struct node_unsealed *unsealed, uint32_t index,
    struct node_opening *ret_opening, struct ent_error *err) ENT_MUST_CHECK;

#endif
