/* SPDX-License-Identifier: Apache-2.0 */
/*
 * protocol_blocks - the vectors of docs/PROTOCOL.md, read out of the document
 * itself.
 *
 * A block is fenced by ```vectors NAME and ```; its lines are `key = value`,
 * where a value is hexadecimal, "text" or #number, and a key given again
 * continues its value (docs/PROTOCOL.md, section 1.3). Reading notes which
 * values were asked for, so that none stands in the document unproven.
 */
#ifndef ENT_TESTS_PROTOCOL_BLOCKS_H
#define ENT_TESTS_PROTOCOL_BLOCKS_H

#include "tests/support.h"

struct block;

/* Setup and teardown of a group. What is malformed fails the test, and so does
 * a value that no test asked for. */
int blocks_open(void **state);
int blocks_close(void **state);

/* A block; the test fails when there is none of that name. */
const struct block *block_named(const char *name);

/* A value of that kind; the test fails when there is none. */
struct ent_view block_bytes(const struct block *block, const char *key);
const char *block_text(const struct block *block, const char *key);
uint64_t block_number(const struct block *block, const char *key);

/* Bytes of exactly `len`. */
const uint8_t *block_array(
    const struct block *block, const char *key, size_t len);

/* Fail the test, naming block and key, unless the value is just that. */
void expect_vector(
    const struct block *block, const char *key, struct ent_view got);

#endif
