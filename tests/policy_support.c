/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/policy_support.h"

#include <stdio.h>
#include <stdlib.h>

#include "proto/base/file.h"

struct ent_complaints last_complaints;

struct ent_bytes
read_data(const char *name)
{
    struct ent_bytes text = {0};
    char path[512];

    (void)snprintf(path, sizeof path, "%s/%s", TEST_DATA, name);
    expect_ok(ent_file_read(path, ENT_AGREEMENT_SIZE_MAX, &text, &last_error));
    return text;
}

struct ent_bytes
change(struct ent_view text, const char *from, const char *to)
{
    const uint8_t *found = memmem(text.data, text.len, from, strlen(from));
    struct ent_bytes changed = {0};
    size_t before;
    size_t after;

    if (found == NULL) {
        fail_msg("the file has no '%s'", from);
        abort();
    }
    before = (size_t)(found - text.data);
    after = text.len - before - strlen(from);
    expect_ok(
        ent_bytes_alloc(before + strlen(to) + after, &changed, &last_error));
    memcpy(changed.data, text.data, before);
    memcpy(changed.data + before, to, strlen(to));
    memcpy(changed.data + before + strlen(to), found + strlen(from), after);
    return changed;
}

struct ent_agreement *
load_data(const char *name)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = read_data(name);
    struct ent_agreement *agreement = NULL;

    expect_ok(ent_agreement_load(
        ent_bytes_view(&text), &agreement, &last_complaints, &last_error));
    return agreement;
}

struct ent_agreement *
load_changed(const char *name, const char *from, const char *to)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = read_data(name);
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes changed = change(ent_bytes_view(&text), from, to);
    struct ent_agreement *agreement = NULL;

    expect_ok(ent_agreement_load(
        ent_bytes_view(&changed), &agreement, &last_complaints, &last_error));
    return agreement;
}

static void
print_complaints(void)
{
    for (size_t i = 0; i < last_complaints.count; i++) {
        const struct ent_complaint *complaint = &last_complaints.list[i];

        print_error("  %zu:%zu: %s\n", complaint->line, complaint->column,
            complaint->text);
    }
}

void
expect_complaint(size_t line, size_t column, const char *words)
{
    for (size_t i = 0; i < last_complaints.count; i++) {
        const struct ent_complaint *complaint = &last_complaints.list[i];

        if (complaint->line == line &&
            (column == 0 || complaint->column == column) &&
            strstr(complaint->text, words) != NULL) {
            return;
        }
    }
    print_complaints();
    fail_msg("no complaint '%s' at %zu:%zu", words, line, column);
}

static size_t
line_of(struct ent_view text, const char *words)
{
    const uint8_t *found = memmem(text.data, text.len, words, strlen(words));
    size_t line = 1;

    for (const uint8_t *at = text.data; at < found; at++) {
        line += *at == '\n';
    }
    return line;
}

void
expect_refused(const char *name, const char *from, const char *to,
    const char *words, size_t line)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = read_data(name);
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes changed = change(ent_bytes_view(&text), from, to);
    struct ent_agreement *agreement = NULL;

    expect_status(ent_agreement_load(ent_bytes_view(&changed), &agreement,
                      &last_complaints, &last_error),
        ENT_BAD_INPUT);
    assert_null(agreement);
    expect_complaint(
        line != 0 ? line : line_of(ent_bytes_view(&text), from), 0, words);
}

struct ent_secret *
authority_secret(const char *state)
{
    uint8_t seed[ENT_SECRET_LEN];
    struct ent_secret *secret = NULL;

    for (size_t i = 0; i < sizeof seed; i++) {
        seed[i] = (uint8_t)state[i % strlen(state)];
    }
    expect_ok(ent_secret_from(seed, &secret, &last_error));
    return secret;
}
