/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/vectors.h"

#include <sodium.h>

#define LINE_LEN_MAX 256

FILE *
vectors_open(const char *name)
{
    char path[512];
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/%s", TEST_VECTORS, name);
    file = fopen(path, "re");
    if (file == NULL) {
        fail_msg("no vectors in %s", path);
    }
    return file;
}

static size_t
find(const struct vector *vector, const char *key)
{
    size_t i = 0;

    while (i < vector->count && strcmp(vector->rows[i].key, key) != 0) {
        i++;
    }
    return i;
}

/* Put a line into the vector: a new row, or the rest of one. */
static void
add(struct vector *vector, const char *key, const char *value)
{
    size_t row = find(vector, key);
    size_t len = strlen(value);
    size_t room;
    size_t added;

    assert_true(row < VECTOR_KEYS_MAX);
    if (row == vector->count) {
        assert_true(strlen(key) < sizeof vector->rows[row].key);
        strcpy(vector->rows[row].key, key);
        vector->count++;
    }
    room = VECTOR_VALUE_MAX - vector->rows[row].len;
    if (strcmp(key, "name") == 0) {
        assert_true(len <= room);
        memcpy(vector->rows[row].value, value, len);
        added = len;
    } else if (sodium_hex2bin(vector->rows[row].value + vector->rows[row].len,
                   room, value, len, NULL, &added, NULL) != 0 ||
               added * 2 != len) {
        fail_msg("%s is not hexadecimal: '%s'", key, value);
    }
    vector->rows[row].len += added;
}

bool
vector_next(FILE *file, struct vector *ret_vector)
{
    char line[LINE_LEN_MAX];

    *ret_vector = (struct vector){0};
    while (fgets(line, sizeof line, file) != NULL) {
        char *equals = strchr(line, '=');

        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '#') {
            continue;
        }
        if (line[0] == '\0') {
            if (ret_vector->count > 0) {
                return true;
            }
            continue;
        }
        if (equals == NULL || equals == line || equals[-1] != ' ') {
            fail_msg("not 'key = value': '%s'", line);
        }
        equals[-1] = '\0';
        add(ret_vector, line, equals + 1 + strspn(equals + 1, " "));
    }
    return ret_vector->count > 0;
}

bool
vector_has(const struct vector *vector, const char *key)
{
    return find(vector, key) < vector->count;
}

struct ent_view
vector_get(const struct vector *vector, const char *key)
{
    size_t row = find(vector, key);

    if (row == vector->count) {
        fail_msg("the vector has no %s", key);
    }
    return ent_view_of(vector->rows[row].value, vector->rows[row].len);
}

const uint8_t *
vector_bytes(const struct vector *vector, const char *key, size_t len)
{
    struct ent_view value = vector_get(vector, key);

    assert_int_equal(value.len, len);
    return value.data;
}
