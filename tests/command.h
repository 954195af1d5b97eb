/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command - running `entente` in a test's folder, in a process of its own, and
 * looking at what it printed.
 */
#ifndef ENT_TESTS_COMMAND_H
#define ENT_TESTS_COMMAND_H

#include <sys/stat.h>

#include "tests/support.h"

/* What the last command printed, on both streams. */
extern char output[65536];

/* Run `entente` with the words of `line`; fail the test unless it exits so. */
void expect_exit(void **state, const char *line, int want);

/* The same on a terminal of so many columns, with one word or two: its exit
 * code. */
int on_a_terminal(const char *word, const char *second, unsigned short columns);

/* `words` stand in the output, or do not. */
void expect_output(const char *words);
void expect_no_output(const char *words);

/* Nothing is in it that a terminal obeys, but line ends. */
void expect_harmless(void);

/* The value of `key` in the JSON object that was printed. */
const char *printed(const char *key);

/* A file of the test's folder. */
const char *path_of(void **state, const char *name);
unsigned mode_of(void **state, const char *name);
void write_file(void **state, const char *name, const char *text, mode_t mode);

/* Folders of folders: the shared tear-down removes files only. */
int remove_all(void **state);

#define COMMAND_TEST(name)                                                     \
    cmocka_unit_test_setup_teardown(name, make_folder, remove_all)

#endif
