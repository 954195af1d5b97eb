/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store_tables - the tables of a node's store: how each is called on the disk,
 * how long its keys are, and how its values lie. What is in them, node/store.h
 * says.
 */
#ifndef NODE_STORE_TABLES_H
#define NODE_STORE_TABLES_H

#include "node/store.h"

extern const struct ent_kv_table node_tables[NODE_TABLE_COUNT];

/* Its rows are mostly read and put several times in a turn: they go to the
 * store at its end, or before the table is walked (node/written.h). */
bool node_table_is_late(enum node_table table);

#endif
