/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/suppress_reader.h"

#define STEPS_MAX 30000 /* beyond them nothing is known */

static void
know(struct reader *reader, unsigned dimensions, const uint32_t *cell,
    bool exact, uint64_t sum)
{
    size_t rule = reader->rule_count++;

    assert_true(rule < RULES_MAX);
    reader->rules[rule].exact = exact;
    reader->rules[rule].left = sum;
    reader->rules[rule].about = 0;
    for (size_t i = 0; i < reader->people; i++) {
        if (is_of(reader->values[i], dimensions, cell)) {
            reader->rules[rule].about |= UINT64_C(1) << i;
            reader->rules[rule].last = i;
        }
    }
}

static uint64_t
count_like(const uint32_t *values)
{
    for (size_t i = 0; i < census.count; i++) {
        if (is_of(values, ~0U, census.cells[i].values)) {
            return census.cells[i].count;
        }
    }
    return 0;
}

/* All combinations of values that there are. */
static void
meet_everybody(struct reader *reader)
{
    reader->people = 0;
    for (uint32_t a = 0; a <= 3; a++) {
        for (uint32_t b = 0; b <= 3; b++) {
            for (uint32_t c = 0; c <= 3; c++) {
                const uint32_t values[ENT_DIMENSIONS] = {a, b, c};
                bool seen[3] = {false, false, false};

                for (size_t i = 0; i < census.count; i++) {
                    for (size_t k = 0; k < 3; k++) {
                        seen[k] =
                            seen[k] || census.cells[i].values[k] == values[k];
                    }
                }
                if (seen[0] && seen[1] && seen[2]) {
                    memcpy(
                        reader->values[reader->people], values, sizeof values);
                    reader->truth[reader->people++] = count_like(values);
                }
            }
        }
    }
}

static const struct ent_table_cell *
find(const struct ent_table *table, const uint32_t *values)
{
    for (size_t i = 0; i < table->count; i++) {
        if (is_of(values, table->dimensions, table->cells[i].values)) {
            return &table->cells[i];
        }
    }
    return NULL;
}

/* Everything that the tables say: what is there, and that there is no more. */
static void
read_tables(struct reader *reader)
{
    reader->rule_count = 0;
    for (size_t i = 0; i < tables.count; i++) {
        const struct ent_table *table = &tables.list[i];

        for (size_t k = 0; k < table->count; k++) {
            const struct ent_table_cell *cell = &table->cells[k];

            know(reader, table->dimensions, cell->values, !cell->suppressed,
                cell->suppressed ? 1 : cell->count);
        }
        for (size_t k = 0; k < reader->people; k++) {
            if (find(table, reader->values[k]) == NULL) {
                know(reader, table->dimensions, reader->values[k], true, 0);
            }
        }
    }
}

void
reader_read(struct reader *reader, uint64_t range)
{
    meet_everybody(reader);
    read_tables(reader);
    reader->most = range;
    for (size_t i = 0; i < census.count; i++) {
        reader->most += census.cells[i].count;
    }
}

/* Is there any population from the one at `index` on that fits? */
static bool
is_possible(struct reader *reader, size_t index)
{
    const uint64_t truth = index < reader->people ? reader->truth[index] : 0;
    uint64_t most = reader->most;

    if (reader->steps++ > STEPS_MAX) {
        return false;
    }
    if (index == reader->people) {
        return true;
    }
    for (size_t i = 0; i < reader->rule_count; i++) {
        if ((reader->rules[i].about >> index & 1) != 0 &&
            reader->rules[i].exact && reader->rules[i].left < most) {
            most = reader->rules[i].left;
        }
    }
    for (uint64_t i = 0; i <= 2 * (most + truth) + 1; i++) {
        const uint64_t apart = (i + 1) / 2; /* 0, 1 more, 1 less, 2 more... */
        const uint64_t count = i % 2 == 1 ? truth + apart : truth - apart;
        struct reader then = *reader;
        bool good = count <= most; /* less than none is more */

        for (size_t k = 0; good && k < then.rule_count; k++) {
            if ((then.rules[k].about >> index & 1) != 0) {
                then.rules[k].left =
                    then.rules[k].left < count ? 0 : then.rules[k].left - count;
                good = then.rules[k].last != index || then.rules[k].left == 0;
            }
        }
        if (good && is_possible(&then, index + 1)) {
            return true;
        }
        reader->steps = good ? then.steps : reader->steps;
    }
    return false;
}

uint64_t
reader_values(const struct reader *reader, const struct ent_table *table,
    const struct ent_table_cell *cell, uint64_t range, bool *ret_gave_up)
{
    const uint64_t truth = truth_of(table, cell);
    uint64_t found = 0;
    uint64_t value = truth > range ? truth - range : 1;

    for (; value <= truth + range && found < range; value++) {
        struct reader then = *reader;

        then.steps = 0;
        know(&then, table->dimensions, cell->values, true, value);
        found += is_possible(&then, 0) ? 1 : 0;
        *ret_gave_up = *ret_gave_up || then.steps > STEPS_MAX;
    }
    return found;
}
