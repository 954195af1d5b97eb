/* SPDX-License-Identifier: Apache-2.0 */
/*
 * two_offices_rules - files of two offices that change while they run.
 */
#ifndef ENT_TESTS_TWO_OFFICES_RULES_H
#define ENT_TESTS_TWO_OFFICES_RULES_H

#include "node/rules.h"
#include "tests/two_offices_rows.h"

#define REFUSED_HERE ENTENTE__V1__TRACE_STATE__TRACE_REFUSED_HERE
#define REFUSED ENTENTE__V1__TRACE_STATE__TRACE_REFUSED

/* What the last reading said. */
extern struct node_rules_report report;

/* The folder is read again, in a turn of its own. */
void reload(enum who who);
/* What it said of that file; it must be that. */
const struct node_rule_change *change_of(
    const char *file, enum node_rule_outcome outcome);

void put_file(enum who who, const char *name, struct ent_view content);
void remove_file(enum who who, const char *name);

/* Until everything that was put off was tried again. */
void wait_long(void);

#endif
