/* SPDX-License-Identifier: Apache-2.0 */
/*
 * index_internal - what the parts of index share: index.c (prints, and the
 * entries of those that few messages have) and index_common.c (those that many
 * have). Nobody else includes it.
 */
#ifndef NODE_INDEX_INTERNAL_H
#define NODE_INDEX_INTERNAL_H

#include "node/index.h"

/* A message is there, with that print. */
enum ent_status node_index_common_put(struct node *node, const uint8_t *blind,
    enum node_way way, uint64_t number, struct ent_error *err) ENT_MUST_CHECK;
/* It is gone, with all such prints. */
enum ent_status node_index_common_forget(struct node *node, enum node_way way,
    uint64_t number, struct ent_error *err) ENT_MUST_CHECK;

/* As node_index_before and node_index_has. */
enum ent_status node_index_common_before(struct node *node,
    const uint8_t *blind, enum node_way way, uint64_t *number,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_index_common_has(struct node *node, const uint8_t *blind,
    enum node_way way, uint64_t number, struct ent_error *err) ENT_MUST_CHECK;

/* Keys: print(16), u8 way, u64 ~number, the newest first; and u8 way, u64
 * number. A number may be that of a group. */
struct node_key node_index_entry(
    const uint8_t *blind, enum node_way way, uint64_t number);
struct node_key node_index_all_of(enum node_way way, uint64_t number);

#endif
