/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What could be otherwise, and nobody would see it. There are three kinds of
 * moves:
 *
 *     a person more, or less            changes every table, the total too
 *     a person has other values         changes tables of these dimensions
 *     two persons exchange some values  changes tables of these and of others
 *
 * The last leaves all margins as they are.
 */
#include "policy/suppress_internal.h"

/* Moves of one kind, and pairs of records, that are looked at for one cell.
 * Beyond them what was found has to do: one move is always possible. */
#define WORK_MAX 20000
#define PAIRS_MAX 2000000

void
ent_suppress_mix(unsigned dimensions,
    const uint32_t from[static ENT_DIMENSIONS],
    const uint32_t other[static ENT_DIMENSIONS],
    uint32_t ret[static ENT_DIMENSIONS])
{
    for (unsigned i = 0; i < ENT_DIMENSIONS; i++) {
        ret[i] = (dimensions >> (i + 1) & 1) != 0 ? from[i] : other[i];
    }
}

/* ---- what a move does ---- */

/* To hide a margin takes more from a reader than to hide a cell. */
static uint64_t
cost_of(const struct suppression *suppression, size_t table)
{
    unsigned dimensions = suppression->tables->list[table].dimensions;

    return UINT64_C(1) << 2 * (ENT_DIMENSIONS - __builtin_popcount(dimensions));
}

/* One more or one less there. False: it cannot be. */
static bool
affect(const struct suppression *suppression, struct move *move, size_t table,
    size_t index, int change)
{
    const struct cell_name at = {.table = table, .cell = index};
    const struct ent_table_cell *cell;

    if (index == ENT_TABLE_CELL_NONE) {
        return false; /* a cell that is not there is known to be none */
    }
    cell = ent_suppress_cell(suppression, at);
    if (change < 0 && cell->count - 1 < move->most) {
        move->most = cell->count - 1; /* one that is there is not none */
    }
    move->cost += cell->suppressed ? 0 : cost_of(suppression, table);
    move->effects[move->effect_count].at = at;
    move->effects[move->effect_count].change = change;
    move->effect_count++;
    return move->most > 0;
}

static bool
give(const struct suppression *suppression, struct move *move, size_t who,
    size_t record)
{
    move->givers[who] = record;
    if (suppression->records[record].count < move->most) {
        move->most = suppression->records[record].count;
    }
    return move->most > 0;
}

static void
begin(struct move *move)
{
    move->effect_count = 0;
    move->cost = 0;
    move->most = UINT64_MAX;
    move->givers[0] = NOBODY;
    move->givers[1] = NOBODY;
}

/* A person more like those of the record, or one less. */
static bool
make_presence(const struct suppression *suppression, size_t record, int change,
    struct move *ret_move)
{
    begin(ret_move);
    if (change < 0 && !give(suppression, ret_move, 0, record)) {
        return false;
    }
    for (size_t i = 0; i < suppression->tables->count; i++) {
        if (!affect(suppression, ret_move, i,
                suppression->records[record].cells[i], change)) {
            return false;
        }
    }
    return true;
}

/* One of the record has those values. */
static bool
make_transfer(const struct suppression *suppression, size_t record,
    const uint32_t values[static ENT_DIMENSIONS], struct move *ret_move)
{
    begin(ret_move);
    if (!give(suppression, ret_move, 0, record)) {
        return false;
    }
    for (size_t i = 0; i < suppression->tables->count; i++) {
        size_t from = suppression->records[record].cells[i];
        size_t to = ent_suppress_find(suppression, i, values);

        if (to != from && (!affect(suppression, ret_move, i, from, -1) ||
                              !affect(suppression, ret_move, i, to, 1))) {
            return false;
        }
    }
    return true;
}

/* One of each exchange their values of some dimensions. */
static bool
make_exchange(const struct suppression *suppression, size_t first,
    size_t second, unsigned dimensions, struct move *ret_move)
{
    const struct record *a = &suppression->records[first];
    const struct record *b = &suppression->records[second];
    uint32_t values[ENT_DIMENSIONS];

    begin(ret_move);
    if (!give(suppression, ret_move, 0, first) ||
        !give(suppression, ret_move, 1, second)) {
        return false;
    }
    for (size_t i = 0; i < suppression->tables->count; i++) {
        unsigned of = suppression->tables->list[i].dimensions;
        size_t to;

        if ((of & dimensions) == 0 || (of & ~dimensions) == 0 ||
            a->cells[i] == b->cells[i]) {
            continue;
        }
        ent_suppress_mix(dimensions, b->values, a->values, values);
        to = ent_suppress_find(suppression, i, values);
        if (to == a->cells[i] || to == b->cells[i]) {
            continue; /* in this table they only change places */
        }
        if (!affect(suppression, ret_move, i, a->cells[i], -1) ||
            !affect(suppression, ret_move, i, b->cells[i], -1) ||
            !affect(suppression, ret_move, i, to, 1)) {
            return false;
        }
        ent_suppress_mix(dimensions, a->values, b->values, values);
        if (!affect(suppression, ret_move, i,
                ent_suppress_find(suppression, i, values), 1)) {
            return false;
        }
    }
    return true;
}

/* ---- making it ---- */

static void
apply(struct suppression *suppression, const struct move *move, uint64_t times,
    bool back)
{
    for (size_t i = 0; i < move->effect_count; i++) {
        struct ent_table_cell *cell =
            ent_suppress_cell(suppression, move->effects[i].at);
        bool more = (move->effects[i].change > 0) != back;

        cell->count = more ? cell->count + times : cell->count - times;
    }
    for (size_t i = 0; i < 2; i++) {
        if (move->givers[i] != NOBODY) {
            struct record *giver = &suppression->records[move->givers[i]];

            giver->count = back ? giver->count + times : giver->count - times;
        }
    }
}

void
ent_suppress_undo(struct suppression *suppression, struct search *search)
{
    while (search->made_count > 0) {
        search->made_count--;
        apply(suppression, &search->made[search->made_count],
            search->times[search->made_count], true);
    }
}

static bool
changes_target(const struct search *search, const struct move *move)
{
    for (size_t i = 0; i < move->effect_count; i++) {
        if (move->effects[i].at.table == search->target.table &&
            move->effects[i].at.cell == search->target.cell) {
            return move->effects[i].change == search->change;
        }
    }
    return false;
}

/* Less of what readers lose for each value that it gives. */
static bool
is_better(const struct search *search, const struct move *move)
{
    uint64_t times = move->most < search->need ? move->most : search->need;
    uint64_t best =
        search->best.most < search->need ? search->best.most : search->need;

    return !search->found || move->cost * best < search->best.cost * times;
}

static bool
is_over(const struct search *search)
{
    return search->work >= WORK_MAX || search->pairs >= PAIRS_MAX ||
           search->gained >= search->need ||
           search->made_count == search->made_room;
}

/* One that could be made. */
static void
consider(struct suppression *suppression, struct search *search,
    const struct move *move)
{
    uint64_t times = search->need - search->gained;

    if (!changes_target(search, move)) {
        return;
    }
    if (search->free && move->cost == 0 && !is_over(search)) {
        times = move->most < times ? move->most : times;
        apply(suppression, move, times, false);
        search->made[search->made_count] = *move;
        search->times[search->made_count++] = times;
        search->gained += times;
    } else if (!search->free && move->cost > 0 && is_better(search, move)) {
        search->best = *move;
        search->found = true;
    }
}

/* ---- looking for it ---- */

static bool
is_in_target(const struct suppression *suppression, const struct search *search,
    size_t record)
{
    return suppression->records[record].cells[search->target.table] ==
           search->target.cell;
}

static void
try_presence(struct suppression *suppression, struct search *search)
{
    struct move move;

    for (size_t i = 0; i < suppression->record_count && !is_over(search); i++) {
        if (!is_in_target(suppression, search, i)) {
            continue;
        }
        search->work++;
        if (make_presence(suppression, i, search->change, &move)) {
            consider(suppression, search, &move);
        }
    }
}

/* Others come into the target: with its values, or with all values of one that
 * is there. */
static void
try_coming(struct suppression *suppression, struct search *search)
{
    unsigned of = suppression->tables->list[search->target.table].dimensions;
    const uint32_t *there =
        ent_suppress_cell(suppression, search->target)->values;
    uint32_t values[ENT_DIMENSIONS];
    struct move move;

    for (size_t i = 0; i < suppression->record_count && !is_over(search); i++) {
        if (is_in_target(suppression, search, i)) {
            continue;
        }
        search->work++;
        ent_suppress_mix(of, there, suppression->records[i].values, values);
        if (make_transfer(suppression, i, values, &move)) {
            consider(suppression, search, &move);
        }
    }
}

/* One of `from` gets all values of `to`. */
static void
try_becoming(struct suppression *suppression, struct search *search,
    size_t from, size_t to)
{
    struct move move;

    search->work++;
    if (make_transfer(
            suppression, from, suppression->records[to].values, &move)) {
        consider(suppression, search, &move);
    }
}

/* Two records, of which one is in the target, or would be. */
static void
try_exchanging(struct suppression *suppression, struct search *search,
    size_t first, size_t second)
{
    unsigned all = suppression->dimensions;
    struct move move;

    /* Each way to part the dimensions in two, once. */
    for (unsigned set = (all - 1) & all; set != 0 && !is_over(search);
         set = (set - 1) & all) {
        if (set < (all & ~set)) {
            break; /* what follows are the same, seen from the other side */
        }
        search->work++;
        if (make_exchange(suppression, first, second, set, &move)) {
            consider(suppression, search, &move);
        }
    }
}

/* How near a record is to the target: dimensions of it that they share. */
static unsigned
shared_with_target(const struct suppression *suppression,
    const struct search *search, size_t record)
{
    unsigned of = suppression->tables->list[search->target.table].dimensions;
    const uint32_t *there =
        ent_suppress_cell(suppression, search->target)->values;
    unsigned shared = 0;

    for (unsigned i = 0; i < ENT_DIMENSIONS; i++) {
        if ((of >> (i + 1) & 1) != 0 &&
            suppression->records[record].values[i] == there[i]) {
            shared |= 1U << (i + 1);
        }
    }
    return shared;
}

/* Two of which one may get into the target: between them they have its values.
 * To get out of it, one is there and the other shares nothing that would keep
 * the place. */
static bool
may_meet(unsigned of, unsigned first, unsigned second, int change)
{
    return change > 0 ? first != of && second != of && (first | second) == of
                      : first == of && second != of;
}

static void
try_pairs(struct suppression *suppression, struct search *search)
{
    unsigned of = suppression->tables->list[search->target.table].dimensions;

    for (size_t i = 0; i < suppression->record_count && !is_over(search); i++) {
        unsigned first = shared_with_target(suppression, search, i);

        if (search->change < 0 ? first != of : first == 0 || first == of) {
            continue;
        }
        for (size_t k = search->change < 0 ? 0 : i + 1;
             k < suppression->record_count && !is_over(search); k++) {
            unsigned second = shared_with_target(suppression, search, k);

            search->pairs++;
            if (k != i && may_meet(of, first, second, search->change)) {
                try_exchanging(suppression, search, i, k);
            }
        }
    }
}

/* Those in the target and all others. */
static void
try_becomings(struct suppression *suppression, struct search *search)
{
    for (size_t i = 0; i < suppression->record_count && !is_over(search); i++) {
        if (!is_in_target(suppression, search, i)) {
            continue;
        }
        for (size_t k = 0; k < suppression->record_count && !is_over(search);
             k++) {
            if (is_in_target(suppression, search, k)) {
                continue;
            }
            if (search->change > 0) {
                try_becoming(suppression, search, k, i);
            } else {
                try_becoming(suppression, search, i, k);
            }
        }
    }
}

void
ent_suppress_search(struct suppression *suppression, struct search *search)
{
    static void (*const ways[])(struct suppression *, struct search *) = {
        try_presence,
        try_coming,
        try_pairs,
        try_becomings,
    };

    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        search->work = 0;
        search->pairs = 0;
        if (ways[i] != try_coming || search->change > 0) {
            ways[i](suppression, search);
        }
    }
}
