/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy_support - the agreements of tests/data/, whole or changed, and the
 * authorities that sign them.
 */
#ifndef ENT_TESTS_POLICY_SUPPORT_H
#define ENT_TESTS_POLICY_SUPPORT_H

#include "tests/support.h"

#include "policy/agreement.h"
#include "proto/secret.h"

/* 15 August 2026, 10:00 UTC: every agreement of tests/data/ is in force. */
#define NOON UINT64_C(1786788000000)

/* The text of a file of tests/data/; the caller frees it. */
struct ent_bytes read_data(const char *name);

/* `text` with the first `from` replaced by `to`; fails the test when there is
 * none. The caller frees it. */
struct ent_bytes change(struct ent_view text, const char *from, const char *to);

/* Load a file of tests/data/, whole or with one change; must succeed. */
struct ent_agreement *load_data(const char *name);
struct ent_agreement *load_changed(
    const char *name, const char *from, const char *to);

/* The complaints of the last load that failed. */
extern struct ent_complaints last_complaints;

/* Expect a complaint at that place whose text contains `words`; on failure all
 * complaints are printed. */
void expect_complaint(size_t line, size_t column, const char *words);

/* Load `name` with one change, which must be refused with a complaint that
 * contains `words`, in that line; 0: in the line where the change begins. */
void expect_refused(const char *name, const char *from, const char *to,
    const char *words, size_t line);

/* The signer of a state's authority: its seed is the state's code, repeated. */
struct ent_secret *authority_secret(const char *state);

#endif
