/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vectors - numbers that others computed, read from tests/vectors/.
 *
 * A file is a list of vectors, each some lines `key = hexadecimal` ended by an
 * empty line; a key given again continues its value; `#` begins a comment line;
 * the value of `name` is text.
 */
#ifndef ENT_TESTS_VECTORS_H
#define ENT_TESTS_VECTORS_H

#include "tests/support.h"

#include <stdio.h>

#define VECTOR_KEYS_MAX 24
#define VECTOR_VALUE_MAX 1100

struct vector {
    struct {
        char key[32];
        uint8_t value[VECTOR_VALUE_MAX];
        size_t len;
    } rows[VECTOR_KEYS_MAX];
    size_t count;
};

/* Open tests/vectors/`name`; the test fails if it is not there. */
FILE *vectors_open(const char *name);

/* Read the next vector; false at the end. What is malformed fails the test. */
bool vector_next(FILE *file, struct vector *ret_vector);

bool vector_has(const struct vector *vector, const char *key);

/* A value; the test fails if there is none. */
struct ent_view vector_get(const struct vector *vector, const char *key);

/* A value of exactly `len` bytes. */
const uint8_t *vector_bytes(
    const struct vector *vector, const char *key, size_t len);

#endif
