/* SPDX-License-Identifier: Apache-2.0 */
/*
 * support - the vocabulary of the tests: expectations that print the sentence
 * behind a wrong status, and short ways to set a scene.
 */
#ifndef ENT_TESTS_SUPPORT_H
#define ENT_TESTS_SUPPORT_H

/* cmocka wants these four before itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "proto/base/bytes.h"

/* The error every test passes down, so that a failure can quote it. */
extern struct ent_error last_error;

/* Fail the test unless `rc` is `want`, quoting the error's sentence. */
#define expect_status(rc, want) expect_status_at(rc, want, __FILE__, __LINE__)
#define expect_ok(rc) expect_status(rc, ENT_OK)
void expect_status_at(
    enum ent_status rc, enum ent_status want, const char *file, int line);

/* Fail the test unless `got` is exactly the text `want`. */
void expect_bytes(struct ent_view got, const char *want);

/* The characters of `text`, without the final NUL. */
struct ent_view view(const char *text);

/* Make the nth allocation from now on fail, once; 0 for none. */
void fail_allocation(size_t nth);

/* Set up and tear down: an empty folder whose path is `*state`. */
int make_folder(void **state);
int remove_folder(void **state);

#endif
