/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict_case - a file of evidence, as evidence_case makes it or as a test
 * changes it, and the verdict on it of a reader who knows both authorities.
 */
#ifndef ENT_TESTS_VERDICT_CASE_H
#define ENT_TESTS_VERDICT_CASE_H

#include "tests/support.h"

#include "policy/verdict.h"
#include "tests/evidence_case.h"

extern struct evidence_case made;
extern struct ent_verdict verdict; /* the last one */
extern struct ent_bytes file;      /* what was judged last of the case */

int setup(void **state);
int teardown(void **state);

/* Both authorities, as a reader who knows them names them. */
void known(struct ent_authority_key named[static 2]);

/* Make the file as the case stands now; and judge it. */
void write_file(void);
void judge_case(void);
/* Anything else that is taken for such a file. */
enum ent_status judge(struct ent_view wire);

/* The first claim of that standing that has these words; NULL: there is none.
 */
const struct ent_claim *find_claim(
    enum ent_standing standing, const char *words);

/* There is one; or it makes the file unsound. */
void expect_claim(enum ent_standing standing, const char *words);
void expect_wrong(const char *words);

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
