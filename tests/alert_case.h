/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alert_case - an alert of CAP 1.2 as text, and the message that it becomes.
 */
#ifndef TESTS_ALERT_CASE_H
#define TESTS_ALERT_CASE_H

#include "tools/cli/alert.h"

#define CAP_NOW_MS UINT64_C(1795946400000) /* 2026-11-29T10:00:00Z */

/* For a group of tests. */
int cap_set_up(void **state);
int cap_tear_down(void **state);

extern struct cli_capcodes *cap_codes; /* the table that is built in */
extern char cap_text[65536];
extern uint64_t cap_now_ms; /* CAP_NOW_MS to begin with */

/* The text, with `with` in place of `what`, which is in it. */
void cap_change(const char *what, const char *with);

/* Make the message of it. `refused`: for what it was before; "": it was not. */
enum ent_status cap_map(const char *refused) ENT_MUST_CHECK;

extern struct ent_arena cap_arena;
extern struct cli_cap_fault cap_fault;
extern ent_message *cap_message;

#endif
