/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/protocol_blocks.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define FENCE "```"
#define OPENING "```vectors "
#define BLOCKS_MAX 32
#define ROWS_MAX 48
#define NAME_MAX_LEN 31
#define VALUE_MAX 4096
#define LINE_LEN_MAX 512

enum kind {
    BYTES,
    TEXT,
    NUMBER,
};

struct row {
    char key[NAME_MAX_LEN + 1];
    enum kind kind;
    uint8_t *value; /* VALUE_MAX + 1 bytes, so that text ends in NUL */
    size_t len;
    uint64_t number;
    bool asked;
};

struct block {
    char name[NAME_MAX_LEN + 1];
    struct row rows[ROWS_MAX];
    size_t row_count;
};

static struct block blocks[BLOCKS_MAX];
static size_t block_count;

/* ---- reading ---- */

static void
copy_name(char out[static NAME_MAX_LEN + 1], const char *text, size_t len)
{
    if (len == 0 || len > NAME_MAX_LEN) {
        fail_msg("a name of %zu characters: '%s'", len, text);
    }
    memcpy(out, text, len);
    out[len] = '\0';
}

static struct row *
row_find(struct block *block, const char *key)
{
    for (size_t i = 0; i < block->row_count; i++) {
        if (strcmp(block->rows[i].key, key) == 0) {
            return &block->rows[i];
        }
    }
    return NULL;
}

static struct row *
row_add(struct block *block, const char *key)
{
    struct row *row = &block->rows[block->row_count];

    assert_true(block->row_count < ROWS_MAX);
    copy_name(row->key, key, strlen(key));
    row->value = calloc(1, VALUE_MAX + 1);
    assert_non_null(row->value);
    block->row_count++;
    return row;
}

/* "text", in which a backslash stands before n, a quote and itself. */
static void
put_text(struct row *row, const char *text)
{
    size_t len = strlen(text);

    if (len < 2 || text[len - 1] != '"') {
        fail_msg("text without its closing quote: %s", text);
    }
    for (size_t i = 1; i < len - 1; i++) {
        char c = text[i];

        if (c == '\\') {
            i++;
            c = text[i] == 'n' ? '\n' : text[i];
        }
        assert_true(row->len < VALUE_MAX);
        row->value[row->len++] = (uint8_t)c;
    }
}

static void
put_bytes(struct row *row, const char *text)
{
    size_t added;

    if (sodium_hex2bin(row->value + row->len, VALUE_MAX - row->len, text,
            strlen(text), NULL, &added, NULL) != 0 ||
        added * 2 != strlen(text)) {
        fail_msg("not hexadecimal: '%s'", text);
    }
    row->len += added;
}

static void
put_line(struct block *block, char *line)
{
    char *equals = strstr(line, " = ");
    struct row *row;
    char *value;

    if (equals == NULL) {
        fail_msg("not 'key = value': '%s'", line);
        return;
    }
    *equals = '\0';
    value = equals + 3;
    row = row_find(block, line);
    if (row == NULL) {
        row = row_add(block, line);
    }
    if (*value == '"') {
        row->kind = TEXT;
        put_text(row, value);
    } else if (*value == '#') {
        row->kind = NUMBER;
        row->number = strtoull(value + 1, NULL, 10);
    } else {
        row->kind = BYTES;
        put_bytes(row, value);
    }
}

int
blocks_open(void **state)
{
    struct block *block = NULL;
    char line[LINE_LEN_MAX];
    FILE *file = fopen(TEST_PROTOCOL, "re");

    (void)state;
    if (file == NULL || sodium_init() < 0) {
        return -1;
    }
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, OPENING, strlen(OPENING)) == 0) {
            assert_true(block_count < BLOCKS_MAX);
            block = &blocks[block_count++];
            copy_name(block->name, line + strlen(OPENING),
                strlen(line) - strlen(OPENING));
        } else if (strncmp(line, FENCE, strlen(FENCE)) == 0) {
            block = NULL;
        } else if (block != NULL) {
            put_line(block, line);
        }
    }
    (void)fclose(file);
    return block_count > 0 ? 0 : -1;
}

int
blocks_close(void **state)
{
    int rc = 0;

    (void)state;
    for (size_t i = 0; i < block_count; i++) {
        for (size_t k = 0; k < blocks[i].row_count; k++) {
            const struct row *row = &blocks[i].rows[k];

            if (!row->asked) {
                print_error(
                    "%s: nobody compared %s\n", blocks[i].name, row->key);
                rc = -1;
            }
            free(row->value);
        }
    }
    block_count = 0;
    return rc;
}

/* ---- asking ---- */

const struct block *
block_named(const char *name)
{
    for (size_t i = 0; i < block_count; i++) {
        if (strcmp(blocks[i].name, name) == 0) {
            return &blocks[i];
        }
    }
    fail_msg("the document has no vectors '%s'", name);
    return NULL;
}

static const struct row *
row_get(const struct block *block, const char *key, enum kind kind)
{
    struct row *row = row_find((struct block *)(uintptr_t)block, key);

    if (row == NULL || row->kind != kind) {
        fail_msg("%s: no %s of the kind asked for", block->name, key);
        return NULL;
    }
    row->asked = true;
    return row;
}

struct ent_view
block_bytes(const struct block *block, const char *key)
{
    const struct row *row = row_get(block, key, BYTES);

    return ent_view_of(row->value, row->len);
}

const char *
block_text(const struct block *block, const char *key)
{
    return (const char *)row_get(block, key, TEXT)->value;
}

uint64_t
block_number(const struct block *block, const char *key)
{
    return row_get(block, key, NUMBER)->number;
}

const uint8_t *
block_array(const struct block *block, const char *key, size_t len)
{
    struct ent_view value = block_bytes(block, key);

    if (value.len != len) {
        fail_msg("%s: %s has %zu bytes instead of %zu", block->name, key,
            value.len, len);
    }
    return value.data;
}

void
expect_vector(const struct block *block, const char *key, struct ent_view got)
{
    struct row *row = row_find((struct block *)(uintptr_t)block, key);

    if (row == NULL || row->kind == NUMBER) {
        fail_msg("%s: no %s to compare with", block->name, key);
        return;
    }
    row->asked = true;
    if (!ent_view_equal(got, ent_view_of(row->value, row->len))) {
        fail_msg("%s: %s is not what our code computes", block->name, key);
    }
}
