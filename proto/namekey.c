/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/namekey.h"

#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

/* ---- code points ---- */

/* A name in code points. */
struct points {
    uint32_t *list;
    size_t count;
};

static void
points_fini(struct points *points)
{
    free(points->list);
}

static enum ent_status
points_read(
    struct ent_view text, struct points *ret_points, struct ent_error *err)
{
    if (text.len >= ENT_NAMEKEY_MAX || u8_check(text.data, text.len) != NULL) {
        return ent_fail(err, ENT_BAD_INPUT,
            "a name is UTF-8 of less than %d bytes", ENT_NAMEKEY_MAX);
    }
    ret_points->list = u8_to_u32(text.data, text.len, NULL, &ret_points->count);
    return ret_points->list != NULL || text.len == 0
               ? ENT_OK
               : ent_fail(err, ENT_NO_MEMORY, "making a key of a name");
}

/* Case folded, and in pieces: letters apart from their marks. */
static enum ent_status
points_fold(struct points *points, struct ent_error *err)
{
    size_t count = 0;
    uint32_t *folded = u32_casefold(
        points->list, points->count, NULL, UNINORM_NFKD, NULL, &count);

    if (folded == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "making a key of a name");
    }
    free(points->list);
    *points = (struct points){folded, count};
    return ENT_OK;
}

/* ---- what is kept of a code point ---- */

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
is_gap(uint32_t c)
{
    return uc_is_property_white_space(c) || c == '-' || c == '<' || c == 0x2010;
}

/* Format characters, and what parts letters of a name without a space. */
static bool
is_nothing(uint32_t c)
{
    return uc_is_general_category_withtable(
        c, UC_CATEGORY_MASK_Cf | UC_CATEGORY_MASK_Cc | UC_CATEGORY_MASK_P |
               UC_CATEGORY_MASK_S);
}

struct key {
    uint32_t list[ENT_NAMEKEY_MAX];
    size_t count;
    bool after_latin; /* the last letter is one */
};

static void
put(struct key *key, uint32_t c)
{
    if (key->count < ENT_NAMEKEY_MAX) {
        key->list[key->count++] = c;
    }
}

static void
put_letter(struct key *key, uint32_t c)
{
    int digit = uc_decimal_value(c);

    for (size_t i = 0; i < sizeof latin / sizeof latin[0]; i++) {
        if (latin[i].from == c) {
            for (const char *to = latin[i].to; *to != '\0'; to++) {
                put(key, (uint32_t)*to);
            }
            key->after_latin = true;
            return;
        }
    }
    key->after_latin = is_latin(c);
    put(key, digit >= 0 ? (uint32_t)('0' + digit) : c);
}

static void
put_any(struct key *key, uint32_t c)
{
    if (is_gap(c)) {
        if (key->count > 0 && key->list[key->count - 1] != ' ') {
            put(key, ' ');
        }
        key->after_latin = false;
    } else if (!is_nothing(c) && !(is_mark(c) && key->after_latin)) {
        put_letter(key, c);
    }
}

/* ---- titles ---- */

/* In code points, as folded: the Burmese U is in two pieces. Those in Latin
 * letters are words of their own, the others stand before the name without a
 * space. */
static const uint32_t nang_sao[] = {
    0x0e19, 0x0e32, 0x0e07, 0x0e2a, 0x0e32, 0x0e27, 0};
static const uint32_t nang[] = {0x0e19, 0x0e32, 0x0e07, 0};
static const uint32_t nai[] = {0x0e19, 0x0e32, 0x0e22, 0};
static const uint32_t latin_u[] = {'u', ' ', 0};
static const uint32_t latin_daw[] = {'d', 'a', 'w', ' ', 0};
static const uint32_t latin_ko[] = {'k', 'o', ' ', 0};
static const uint32_t latin_ma[] = {'m', 'a', ' ', 0};
static const uint32_t burmese_u[] = {0x1025, 0x102e, 0x1038, 0};
static const uint32_t burmese_daw[] = {0x1012, 0x1031, 0x102b, 0x103a, 0};

static const uint32_t *const titles[] = {nang_sao, nang, nai, latin_u,
    latin_daw, latin_ko, latin_ma, burmese_u, burmese_daw};

/* How many code points of the key are a title; never all of it. */
static size_t
title_len(const struct key *key)
{
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++) {
        size_t len = 0;

        while (titles[i][len] != 0 && len < key->count &&
               titles[i][len] == key->list[len]) {
            len++;
        }
        if (titles[i][len] == 0 && len < key->count) {
            return len;
        }
    }
    return 0;
}

/* ---- the key ---- */

static enum ent_status
write_key(const struct key *key, char ret_key[static ENT_NAMEKEY_MAX],
    struct ent_error *err)
{
    size_t start = title_len(key);
    size_t count = key->count - start;
    uint32_t whole[ENT_NAMEKEY_MAX];
    size_t whole_count = ENT_NAMEKEY_MAX;
    size_t len = ENT_NAMEKEY_MAX - 1;

    ret_key[0] = '\0';
    if (count > 0 && key->list[start + count - 1] == ' ') {
        count--;
    }
    if (count == 0) {
        return ENT_OK;
    }
    if (key->count == ENT_NAMEKEY_MAX ||
        u32_normalize(UNINORM_NFC, key->list + start, count, whole,
            &whole_count) != whole ||
        u32_to_u8(whole, whole_count, (uint8_t *)ret_key, &len) !=
            (uint8_t *)ret_key) {
        return ent_fail(err, ENT_BAD_INPUT, "a name is too long for a key");
    }
    ret_key[len] = '\0';
    return ENT_OK;
}

enum ent_status
ent_namekey_of(struct ent_view name, char ret_key[static ENT_NAMEKEY_MAX],
    struct ent_error *err)
{
    ENT_AUTO(points_fini) struct points points = {0};
    struct key key = {.count = 0};
    enum ent_status rc = points_read(name, &points, err);

    ret_key[0] = '\0';
    if (rc != ENT_OK || points.count == 0) {
        return rc;
    }
    rc = points_fold(&points, err);
    if (rc != ENT_OK) {
        return rc;
    }
    for (size_t i = 0; i < points.count; i++) {
        put_any(&key, points.list[i]);
    }
    return write_key(&key, ret_key, err);
}

/* ---- Zawgyi ---- */

static bool
is_consonant(uint32_t c)
{
    return (c >= 0x1000 && c <= 0x1021) || c == 0x1025 || c == 0x103f ||
           c == 0x104e;
}

static bool
is_medial(uint32_t c)
{
    return c >= 0x103b && c <= 0x103e;
}

/* In Unicode the virama (1039) stacks a consonant and is followed by one, the
 * vowel e (1031) follows the consonant that it is written before, and medials
 * follow one; 1060 to 1097 are letters of other languages that Zawgyi uses for
 * forms of its own. */
bool
ent_namekey_is_zawgyi(struct ent_view text)
{
    ENT_AUTO(points_fini) struct points points = {0};
    uint32_t before = 0;
    bool found = false;

    if (points_read(text, &points, NULL) != ENT_OK) {
        return false;
    }
    for (size_t i = 0; !found && i < points.count; i++) {
        uint32_t c = points.list[i];
        uint32_t after = i + 1 < points.count ? points.list[i + 1] : 0;

        found = (c == 0x1039 && !is_consonant(after)) ||
                (c == 0x1031 && !is_consonant(before) && !is_medial(before)) ||
                (is_medial(c) && !is_consonant(before) && !is_medial(before)) ||
                (c >= 0x1060 && c <= 0x1097);
        before = c;
    }
    return found;
}
