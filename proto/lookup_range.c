/* SPDX-License-Identifier: Apache-2.0 */
/* Series of documents: a range is cut into blocks of ten, a hundred and so on,
 * and a number asks for each block that it would be in. */
#include <stdio.h>
#include <string.h>

#include "proto/base/ascii.h"
#include "proto/lookup_internal.h"

static size_t
common(struct ent_view a, struct ent_view b)
{
    size_t len = 0;

    while (len < a.len && len < b.len && a.data[len] == b.data[len]) {
        len++;
    }
    return len;
}

static bool
are_digits(struct ent_view text, size_t from)
{
    for (size_t i = from; i < text.len; i++) {
        if (!ent_is_digit(text.data[i])) {
            return false;
        }
    }
    return true;
}

bool
ent_lookup_is_range(struct ent_view first, struct ent_view last)
{
    size_t from = common(first, last);

    return first.len == last.len && are_digits(first, from) &&
           are_digits(last, from) &&
           memcmp(first.data, last.data, first.len) <= 0;
}

/* What is being cut: `stem` is the part of the numbers that is settled. */
struct cut {
    struct ent_view of;
    ent_lookup_visit *visit;
    void *context;
    char stem[ENT_LOOKUP_KEY_MAX];
};

static enum ent_status
visit_block(struct cut *cut, size_t stem, size_t digits, struct ent_error *err)
{
    struct ent_lookup_key key = ent_lookup_key_of(
        ENT_LOOKUP_DOCUMENT, cut->of, ent_view_of(cut->stem, stem));
    int len = 0;

    if (digits > 0) {
        len = snprintf(
            key.text + key.len, sizeof key.text - key.len, "*%zu", digits);
    }
    if (len < 0 || (size_t)len >= sizeof key.text - key.len) {
        return ent_fail(err, ENT_BAD_INPUT, "a document's number is too long");
    }
    return cut->visit(cut->context, ENT_LOOKUP_DOCUMENT,
        ent_view_of(key.text, key.len + (size_t)len), err);
}

static bool
is_all(const char *digits, size_t count, char c)
{
    for (size_t i = 0; i < count; i++) {
        if (digits[i] != c) {
            return false;
        }
    }
    return true;
}

/* Numbers from `low` to `high`, `count` digits each, behind the stem. */
static enum ent_status
cut_between(struct cut *cut, size_t stem, const char *low, const char *high,
    size_t count, struct ent_error *err)
{
    char nines[ENT_LOOKUP_KEY_MAX];
    char noughts[ENT_LOOKUP_KEY_MAX];
    enum ent_status rc = ENT_OK;

    if (count == 0 || (is_all(low, count, '0') && is_all(high, count, '9'))) {
        return visit_block(cut, stem, count, err);
    }
    memset(nines, '9', count);
    memset(noughts, '0', count);
    for (char digit = low[0]; rc == ENT_OK && digit <= high[0]; digit++) {
        cut->stem[stem] = digit;
        rc = cut_between(cut, stem + 1, digit == low[0] ? low + 1 : noughts,
            digit == high[0] ? high + 1 : nines, count - 1, err);
    }
    return rc;
}

enum ent_status
ent_lookup_range(struct ent_view of, struct ent_view first,
    struct ent_view last, ent_lookup_visit *visit, void *context,
    struct ent_error *err)
{
    struct cut cut = {.of = of, .visit = visit, .context = context};
    size_t stem = common(first, last);

    if (!ent_lookup_is_range(first, last) || first.len >= sizeof cut.stem) {
        return ent_fail(err, ENT_BAD_INPUT,
            "a range of documents must differ in digits at its end alone");
    }
    memcpy(cut.stem, first.data, first.len);
    return cut_between(&cut, stem, (const char *)first.data + stem,
        (const char *)last.data + stem, first.len - stem, err);
}

enum ent_status
ent_lookup_blocks(struct ent_view of, struct ent_view number,
    ent_lookup_visit *visit, void *context, struct ent_error *err)
{
    struct cut cut = {.of = of, .visit = visit, .context = context};
    struct ent_lookup_key bare =
        ent_lookup_key_of(ENT_LOOKUP_CASE, (struct ent_view){0}, number);
    enum ent_status rc = ENT_OK;

    if (bare.len == 0) {
        return ENT_OK;
    }
    memcpy(cut.stem, bare.text, bare.len);
    for (size_t digits = 0; rc == ENT_OK; digits++) {
        rc = visit_block(&cut, bare.len - digits, digits, err);
        if (digits == bare.len ||
            !ent_is_digit(bare.text[bare.len - digits - 1])) {
            break;
        }
    }
    return rc;
}
