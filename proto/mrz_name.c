/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/mrz_internal.h"

#include <assert.h>
#include <string.h>

#include "proto/base/ascii.h"

/*
 * PRIMARY<IDENTIFIER<<SECONDARY<IDENTIFIER<<<<<<: one filler between words, two
 * between identifiers, and fillers to the end. ICAO Doc 9303-3, 4.6; how names
 * are cut: 9303-4, 4.2.3.
 */

/* How many fillers stand at `from`. */
static size_t
fillers_at(struct ent_view field, size_t from)
{
    size_t end = from;

    while (end < field.len && field.data[end] == '<') {
        end++;
    }
    return end - from;
}

/* One identifier from `from` on, with spaces for fillers. Returns where it
 * ends. */
static size_t
identifier_read(
    struct ent_view field, size_t from, char ret_words[static ENT_MRZ_NAME_MAX])
{
    size_t end = from;

    while (end < field.len &&
           (ent_is_upper(field.data[end]) ||
               (fillers_at(field, end) == 1 && end + 1 < field.len))) {
        ret_words[end - from] =
            field.data[end] == '<' ? ' ' : (char)field.data[end];
        end++;
    }
    ret_words[end - from] = '\0';
    return end;
}

const char *
ent_mrz_name_read(
    struct ent_view field, struct ent_mrz_name *ret_name, unsigned *ret_column)
{
    struct ent_mrz_name name = {.may_be_cut = false};
    size_t end;

    assert(field.len < ENT_MRZ_NAME_MAX);

    for (size_t i = 0; i < field.len; i++) {
        if (!ent_is_upper(field.data[i]) && field.data[i] != '<') {
            *ret_column = (unsigned)i;
            return "a name has letters and fillers only";
        }
    }
    if (!ent_is_upper(field.data[0])) {
        *ret_column = 0;
        return "a name must begin with a letter";
    }
    end = identifier_read(field, 0, name.primary);
    if (fillers_at(field, end) == 2 && end + 2 < field.len) {
        end = identifier_read(field, end + 2, name.secondary);
    }
    end += fillers_at(field, end);
    if (end < field.len) {
        *ret_column = (unsigned)end;
        return "a name has two parts with << between them, and after the "
               "second there are fillers to the end";
    }
    name.may_be_cut = ent_is_upper(field.data[field.len - 1]);
    *ret_name = name;
    return NULL;
}

static bool
is_words(const char *text)
{
    size_t len = strlen(text);

    for (size_t i = 0; i < len; i++) {
        bool between = i > 0 && i + 1 < len && text[i - 1] != ' ';

        if (!ent_is_upper(text[i]) && !(text[i] == ' ' && between)) {
            return false;
        }
    }
    return true;
}

bool
ent_mrz_name_is_writable(const struct ent_mrz_name *name)
{
    return memchr(name->primary, '\0', ENT_MRZ_NAME_MAX) != NULL &&
           memchr(name->secondary, '\0', ENT_MRZ_NAME_MAX) != NULL &&
           name->primary[0] != '\0' && is_words(name->primary) &&
           is_words(name->secondary);
}

static size_t
identifier_write(const char *words, size_t room, uint8_t *out)
{
    size_t len = strlen(words) < room ? strlen(words) : room;

    for (size_t i = 0; i < len; i++) {
        out[i] = words[i] == ' ' ? '<' : (uint8_t)words[i];
    }
    return len > 0 && out[len - 1] == '<' ? len - 1 : len;
}

/* Take the last letter from the last word before `end` that has two, if there
 * is one. */
static void
letter_drop(uint8_t *text, size_t *len, size_t end)
{
    for (size_t i = end; i-- > 1;) {
        if (ent_is_upper(text[i]) && !ent_is_upper(text[i + 1]) &&
            ent_is_upper(text[i - 1])) {
            memmove(text + i, text + i + 1, *len - i - 1);
            (*len)--;
            return;
        }
    }
}

/* A name that was cut has a letter in the last place: when a filler would stand
 * there, the word before it gives one of its letters. */
void
ent_mrz_name_write(const struct ent_mrz_name *name, uint8_t *out, size_t width)
{
    uint8_t text[2 * ENT_MRZ_NAME_MAX + 2];
    size_t len = strlen(name->primary);

    assert(width > 3);

    if (name->secondary[0] == '\0') {
        len = identifier_write(name->primary, len, text);
    } else {
        if (len + 2 + strlen(name->secondary) > width && len > width - 3) {
            len = width - 3;
        }
        len = identifier_write(name->primary, len, text);
        memset(text + len, '<', 2);
        len += 2;
        len += identifier_write(
            name->secondary, strlen(name->secondary), text + len);
    }
    if (len > width && text[width - 1] == '<') {
        letter_drop(text, &len, width - 1);
    }
    memset(out, '<', width);
    memcpy(out, text, len < width ? len : width);
}

static size_t
word_len(const char *words)
{
    return strcspn(words, " ");
}

static const char *
word_next(const char *words)
{
    words += word_len(words);
    return *words == ' ' ? words + 1 : words;
}

/* Is each word of `cut` the beginning of the same word of `whole`? Words may be
 * missing at its end. */
static bool
begins(const char *cut, const char *whole)
{
    while (*cut != '\0') {
        size_t len = word_len(cut);

        if (len > word_len(whole) || memcmp(cut, whole, len) != 0) {
            return false;
        }
        cut = word_next(cut);
        whole = word_next(whole);
    }
    return true;
}

static bool
name_begins(const struct ent_mrz_name *cut, const struct ent_mrz_name *whole)
{
    return cut->may_be_cut && begins(cut->primary, whole->primary) &&
           begins(cut->secondary, whole->secondary);
}

bool
ent_mrz_names_may_match(
    const struct ent_mrz_name *a, const struct ent_mrz_name *b)
{
    return (strcmp(a->primary, b->primary) == 0 &&
               strcmp(a->secondary, b->secondary) == 0) ||
           name_begins(a, b) || name_begins(b, a);
}
