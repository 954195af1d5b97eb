/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#define NFC_ROOM 256        /* most texts are short: no allocation for those */
#define NEUTRAL_CHAR_MAX 11 /* "<U+10FFFF>" and its NUL */

/* Texts are looked at eight bytes at a time: most are ASCII, and each is looked
 * at several times. */
#define EIGHT(byte) (UINT64_C(0x0101010101010101) * (byte))

static uint64_t
eight_at(struct ent_view text, size_t at)
{
    uint64_t eight;

    memcpy(&eight, text.data + at, sizeof eight);
    return eight;
}

/* How much of it, at least, is ASCII from its beginning. */
static size_t
ascii_len(struct ent_view text)
{
    size_t len = 0;

    for (; len + 32 <= text.len; len += 32) {
        if (((eight_at(text, len) | eight_at(text, len + 8) |
                 eight_at(text, len + 16) | eight_at(text, len + 24)) &
                EIGHT(0x80)) != 0) {
            break;
        }
    }
    for (; len + 8 <= text.len; len += 8) {
        if ((eight_at(text, len) & EIGHT(0x80)) != 0) {
            return len;
        }
    }
    while (len < text.len && text.data[len] < 0x80) {
        len++;
    }
    return len;
}

bool
ent_text_is_valid(struct ent_view text, size_t *ret_offset)
{
    const uint8_t *bad = NULL;
    const uint8_t *nul;
    size_t ascii = ascii_len(text);

    if (text.len == 0) {
        return true;
    }
    if (ascii < text.len) {
        bad = u8_check(text.data + ascii, text.len - ascii);
    }
    nul = memchr(text.data, 0, text.len);
    if (nul != NULL && (bad == NULL || nul < bad)) {
        bad = nul;
    }
    if (bad != NULL && ret_offset != NULL) {
        *ret_offset = (size_t)(bad - text.data);
    }
    return bad == NULL;
}

/* Sixteen at once; gathered is what is below ' ' or above '~' in any place. */
typedef uint8_t sixteen __attribute__((vector_size(16)));

bool
ent_text_is_plain(struct ent_view text)
{
    sixteen others = {0};
    uint64_t any[2];
    size_t at = 0;

    for (; at + sizeof others <= text.len; at += sizeof others) {
        sixteen bytes;

        memcpy(&bytes, text.data + at, sizeof bytes);
        others |= (sixteen)(bytes - ' ' > '~' - ' ');
    }
    memcpy(any, &others, sizeof any);
    if ((any[0] | any[1]) != 0) {
        return false;
    }
    for (; at < text.len; at++) {
        if (text.data[at] < ' ' || text.data[at] > '~') {
            return false;
        }
    }
    return true;
}

size_t
ent_text_characters(struct ent_view text)
{
    size_t continuing = 0;
    size_t at = 0;

    for (; at + 8 <= text.len; at += 8) {
        uint64_t eight = eight_at(text, at);

        continuing +=
            (size_t)((((eight >> 7) & ~(eight >> 6)) & EIGHT(1)) * EIGHT(1) >>
                     56);
    }
    for (; at < text.len; at++) {
        continuing += (text.data[at] & 0xc0) == 0x80;
    }
    return text.len - continuing;
}

bool
ent_text_is_nfc(struct ent_view text)
{
    uint8_t room[NFC_ROOM];
    size_t len = sizeof room;
    uint8_t *normal;
    bool same;

    if (ascii_len(text) == text.len) {
        return true;
    }
    normal = u8_normalize(UNINORM_NFC, text.data, text.len, room, &len);
    if (normal == NULL) {
        return false; /* not even UTF-8, or no memory to tell */
    }
    same = ent_view_equal(text, ent_view_of(normal, len));
    if (normal != room) {
        free(normal);
    }
    return same;
}

static bool
is_control(ucs4_t c)
{
    return uc_is_general_category(c, UC_CONTROL) ||
           uc_is_general_category(c, UC_FORMAT);
}

bool
ent_text_has_controls(struct ent_view text)
{
    for (size_t at = 0; at < text.len;) {
        ucs4_t c;
        int len = u8_mbtouc(&c, text.data + at, text.len - at);

        if (is_control(c)) {
            return true;
        }
        at += (size_t)len;
    }
    return false;
}

static bool
ends_line(ucs4_t c)
{
    return uc_is_general_category(c, UC_LINE_SEPARATOR) ||
           uc_is_general_category(c, UC_PARAGRAPH_SEPARATOR);
}

bool
ent_text_is_one_line(struct ent_view text)
{
    for (size_t at = 0; at < text.len;) {
        ucs4_t c;
        int len = u8_mbtoucr(&c, text.data + at, text.len - at);

        if (len < 0 || uc_is_general_category(c, UC_CONTROL) || ends_line(c) ||
            c == 0xFEFF || (c & 0xFFFE) == 0xFFFE) {
            return false;
        }
        at += (size_t)len;
    }
    return true;
}

/* What a terminal or a reader of lines would act upon instead of showing. */
static bool
is_disruptive(ucs4_t c, bool keep_lines)
{
    if (keep_lines && (c == '\n' || c == '\t')) {
        return false;
    }
    return is_control(c) || ends_line(c);
}

/* The next character of `rest`, made harmless; returns how many bytes it was,
 * and in `ret_len` how many it became. */
static size_t
neutral_char(struct ent_view rest, bool keep_lines,
    char out[static NEUTRAL_CHAR_MAX], size_t *ret_len)
{
    ucs4_t c;
    int len = u8_mbtoucr(&c, rest.data, rest.len);

    if (len < 0) {
        *ret_len = (size_t)snprintf(
            out, NEUTRAL_CHAR_MAX, "<0x%02X>", (unsigned)rest.data[0]);
        return 1;
    }
    if (is_disruptive(c, keep_lines)) {
        *ret_len =
            (size_t)snprintf(out, NEUTRAL_CHAR_MAX, "<U+%04X>", (unsigned)c);
    } else {
        memcpy(out, rest.data, (size_t)len);
        *ret_len = (size_t)len;
    }
    return (size_t)len;
}

/* Write all of `text` to `out`, unless NULL; returns the length. */
static size_t
neutral_write(struct ent_view text, bool keep_lines, char *out)
{
    size_t total = 0;

    for (size_t at = 0; at < text.len;) {
        char one[NEUTRAL_CHAR_MAX];
        size_t len;

        at += neutral_char(
            ent_view_of(text.data + at, text.len - at), keep_lines, one, &len);
        if (out != NULL) {
            memcpy(out + total, one, len);
        }
        total += len;
    }
    return total;
}

char *
ent_text_neutral(struct ent_view text, bool keep_lines)
{
    char *neutral = calloc(1, neutral_write(text, keep_lines, NULL) + 1);

    if (neutral != NULL) {
        (void)neutral_write(text, keep_lines, neutral);
    }
    return neutral;
}
