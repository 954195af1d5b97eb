/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/words.h"

#include <stdlib.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

/* Latin letters that Unicode does not take apart. */
static const struct {
    uint32_t from;
    const char *to;
} latin[] = {
    {0x00e6, "ae"}, /* ae */
    {0x00f0, "d"},  /* eth */
    {0x00f8, "o"},  /* o with stroke */
    {0x00fe, "th"}, /* thorn */
    {0x0111, "d"},  /* d with stroke: Vietnamese */
    {0x0131, "i"},  /* dotless i */
    {0x0142, "l"},  /* l with stroke */
    {0x0153, "oe"}, /* oe */
};

static bool
is_latin(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 0xc0 && c < 0x250);
}

/* Combining marks of Latin letters. */
static bool
is_mark(uint32_t c)
{
    return (c >= 0x300 && c < 0x370) || (c >= 0x1dc0 && c < 0x1e00) ||
           (c >= 0x20d0 && c < 0x2100);
}

static bool
is_punctuation(uint32_t c)
{
    return uc_is_general_category_withtable(
        c, UC_CATEGORY_MASK_P | UC_CATEGORY_MASK_S);
}

static bool
is_unseen(uint32_t c)
{
    return uc_is_general_category_withtable(
        c, UC_CATEGORY_MASK_Cf | UC_CATEGORY_MASK_Cc);
}

/* What is written, in words; the list has room for all of it. */
struct writing {
    struct ent_words words;
    bool of_name;
    bool after_latin; /* the last letter is one */
};

static bool
is_gap(const struct writing *writing, uint32_t c)
{
    return uc_is_property_white_space(c) || c == '-' || c == '<' ||
           c == 0x2010 || (!writing->of_name && is_punctuation(c));
}

static void
put(struct writing *writing, uint32_t c)
{
    writing->words.list[writing->words.count++] = c;
}

static void
put_gap(struct writing *writing)
{
    size_t count = writing->words.count;

    writing->after_latin = false;
    if (count == 0 ? !writing->of_name
                   : writing->words.list[count - 1] != ' ') {
        put(writing, ' ');
    }
}

static void
put_letter(struct writing *writing, uint32_t c)
{
    int digit = uc_decimal_value(c);

    for (size_t i = 0; i < sizeof latin / sizeof latin[0]; i++) {
        if (latin[i].from == c) {
            for (const char *to = latin[i].to; *to != '\0'; to++) {
                put(writing, (uint32_t)*to);
            }
            writing->after_latin = true;
            return;
        }
    }
    writing->after_latin = is_latin(c);
    put(writing, digit >= 0 ? (uint32_t)('0' + digit) : c);
}

static void
put_any(struct writing *writing, uint32_t c)
{
    if (is_gap(writing, c)) {
        put_gap(writing);
    } else if (!is_unseen(c) && !is_punctuation(c) &&
               !(is_mark(c) && writing->after_latin)) {
        put_letter(writing, c);
    }
}

/* Case folded, and in pieces: letters apart from their marks. The caller frees
 * it. */
static enum ent_status
fold(struct ent_view text, uint32_t **ret_points, size_t *ret_count,
    struct ent_error *err)
{
    size_t count = 0;
    uint32_t *points;
    uint32_t *folded;

    if (u8_check(text.data, text.len) != NULL) {
        return ent_fail(err, ENT_BAD_INPUT, "a text is UTF-8");
    }
    points = u8_to_u32(text.data, text.len, NULL, &count);
    if (points == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "folding a text");
    }
    folded = u32_casefold(points, count, NULL, UNINORM_NFKD, NULL, ret_count);
    free(points);
    *ret_points = folded;
    return folded != NULL ? ENT_OK
                          : ent_fail(err, ENT_NO_MEMORY, "folding a text");
}

static enum ent_status
write_words(struct ent_view text, bool of_name, struct ent_words *ret_words,
    struct ent_error *err)
{
    struct writing writing = {.of_name = of_name};
    uint32_t *points = NULL;
    size_t count = 0;
    enum ent_status rc;

    *ret_words = (struct ent_words){0};
    if (text.len == 0) {
        return ENT_OK;
    }
    rc = fold(text, &points, &count, err);
    if (rc != ENT_OK) {
        return rc;
    }
    writing.words.list = calloc(2 * count + 2, sizeof *points);
    if (writing.words.list == NULL) {
        free(points);
        return ent_fail(err, ENT_NO_MEMORY, "folding a text");
    }
    if (!of_name) {
        put_gap(&writing);
    }
    for (size_t i = 0; i < count; i++) {
        put_any(&writing, points[i]);
    }
    free(points);
    *ret_words = writing.words;
    return ENT_OK;
}

void
ent_words_free(struct ent_words *words)
{
    free(words->list);
    *words = (struct ent_words){0};
}

enum ent_status
ent_words_of(
    struct ent_view text, struct ent_words *ret_words, struct ent_error *err)
{
    enum ent_status rc = write_words(text, false, ret_words, err);
    size_t count = ret_words->count;

    if (rc != ENT_OK || count < 2) {
        ent_words_free(ret_words); /* a gap alone is no word */
        return rc;
    }
    if (ret_words->list[count - 1] != ' ') {
        ret_words->list[ret_words->count++] = ' ';
    }
    return ENT_OK;
}

enum ent_status
ent_words_of_name(
    struct ent_view name, struct ent_words *ret_words, struct ent_error *err)
{
    enum ent_status rc = write_words(name, true, ret_words, err);

    if (rc == ENT_OK && ret_words->count > 0 &&
        ret_words->list[ret_words->count - 1] == ' ') {
        ret_words->count--;
    }
    return rc;
}
