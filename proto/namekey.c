/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/namekey.h"

#include <stdlib.h>
#include <string.h>
#include <uninorm.h>
#include <unistr.h>

#include "proto/words.h"

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
title_len(const struct ent_words *key)
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
write_key(const struct ent_words *key, char ret_key[static ENT_NAMEKEY_MAX],
    struct ent_error *err)
{
    size_t start = title_len(key);
    size_t count = key->count - start;
    uint32_t whole[ENT_NAMEKEY_MAX];
    size_t whole_count = ENT_NAMEKEY_MAX;
    size_t len = ENT_NAMEKEY_MAX - 1;

    ret_key[0] = '\0';
    if (count == 0) {
        return ENT_OK;
    }
    if (key->count >= ENT_NAMEKEY_MAX ||
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
    ENT_AUTO(ent_words_free) struct ent_words words = {0};
    enum ent_status rc;

    ret_key[0] = '\0';
    if (name.len >= ENT_NAMEKEY_MAX) {
        return ent_fail(err, ENT_BAD_INPUT,
            "a name is UTF-8 of less than %d bytes", ENT_NAMEKEY_MAX);
    }
    rc = ent_words_of_name(name, &words, err);
    return rc != ENT_OK ? rc : write_key(&words, ret_key, err);
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
    uint32_t *points = NULL;
    size_t count = 0;
    uint32_t before = 0;
    bool found = false;

    if (text.len < ENT_NAMEKEY_MAX && u8_check(text.data, text.len) == NULL) {
        points = u8_to_u32(text.data, text.len, NULL, &count);
    }
    for (size_t i = 0; points != NULL && !found && i < count; i++) {
        uint32_t c = points[i];
        uint32_t after = i + 1 < count ? points[i + 1] : 0;

        found = (c == 0x1039 && !is_consonant(after)) ||
                (c == 0x1031 && !is_consonant(before) && !is_medial(before)) ||
                (is_medial(c) && !is_consonant(before) && !is_medial(before)) ||
                (c >= 0x1060 && c <= 0x1097);
        before = c;
    }
    free(points);
    return found;
}
