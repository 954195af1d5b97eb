/* SPDX-License-Identifier: Apache-2.0 */
/* suppress_internal - what suppress.c and suppress_move.c share. */
#ifndef ENT_POLICY_SUPPRESS_INTERNAL_H
#define ENT_POLICY_SUPPRESS_INTERNAL_H

#include "policy/suppress.h"

/* Persons with the same values, and the cell of each table they are in. */
struct record {
    uint32_t values[ENT_DIMENSIONS];
    uint64_t count; /* as it would be after the moves that are made */
    uint32_t cells[ENT_TABLES_MAX];
};

struct suppression {
    struct ent_tables *tables;
    struct record *records; /* sorted by their values */
    size_t record_count;
    unsigned dimensions; /* of all tables */
    uint64_t threshold;
};

/* A cell of a table. */
struct cell_name {
    size_t table;
    size_t cell;
};

#define EFFECTS_MAX (4 * ENT_TABLES_MAX)
#define NOBODY SIZE_MAX

/* Persons of one or two records get other values: what it does to cells. */
struct move {
    struct {
        struct cell_name at;
        int change; /* 1 or -1 for each person */
    } effects[EFFECTS_MAX];
    size_t effect_count;
    size_t givers[2]; /* records that have one person less; or NOBODY */
    uint64_t most;    /* times that it can be made */
    uint64_t cost;    /* of what would have to be suppressed; 0: nothing */
};

/* What a search is for: to have one more in a cell, or one less. */
struct search {
    struct cell_name target;
    int change;
    uint64_t need;
    bool free; /* what is suppressed already has to do, and is done at once */
    uint64_t gained;
    struct move best; /* else: the one that costs least for what it gives */
    bool found;
    size_t work; /* moves that were looked at */
    size_t pairs;
    struct move *made; /* to be taken back */
    uint64_t *times;
    size_t made_count;
    size_t made_room;
};

/* Look through moves that change the target, in one order for all tables. */
void ent_suppress_search(
    struct suppression *suppression, struct search *search);

/* Take back what a search made. */
void ent_suppress_undo(struct suppression *suppression, struct search *search);

#define ENT_TABLE_CELL_NONE SIZE_MAX
/* The cell of those values, of which a table has its own dimensions. */
size_t ent_suppress_find(const struct suppression *suppression, size_t table,
    const uint32_t values[static ENT_DIMENSIONS]);

static inline struct ent_table_cell *
ent_suppress_cell(const struct suppression *suppression, struct cell_name name)
{
    return &suppression->tables->list[name.table].cells[name.cell];
}

/* `from` where `dimensions` have a bit, else `other`. */
void ent_suppress_mix(unsigned dimensions,
    const uint32_t from[static ENT_DIMENSIONS],
    const uint32_t other[static ENT_DIMENSIONS],
    uint32_t ret[static ENT_DIMENSIONS]);

#endif
