/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/lookup.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/ascii.h"
#include "proto/lookup_internal.h"
#include "proto/namekey.h"

#define WORD_LETTERS 6 /* of a word of a name: the rest may have been cut */

static const char *const names[ENT_LOOKUP_KINDS] = {
    [ENT_LOOKUP_NONE] = "none",
    [ENT_LOOKUP_DOCUMENT] = "document",
    [ENT_LOOKUP_MRZ] = "mrz",
    [ENT_LOOKUP_NAME] = "name",
    [ENT_LOOKUP_PLATE] = "plate",
    [ENT_LOOKUP_VIN] = "vin",
    [ENT_LOOKUP_CONTAINER] = "container",
    [ENT_LOOKUP_IMO] = "imo",
    [ENT_LOOKUP_MMSI] = "mmsi",
    [ENT_LOOKUP_CALL_SIGN] = "call-sign",
    [ENT_LOOKUP_VESSEL_NAME] = "vessel-name",
    [ENT_LOOKUP_FLIGHT] = "flight",
    [ENT_LOOKUP_AIRCRAFT] = "aircraft",
    [ENT_LOOKUP_MAIL] = "mail",
    [ENT_LOOKUP_AWB] = "awb",
    [ENT_LOOKUP_BILL_OF_LADING] = "bill-of-lading",
    [ENT_LOOKUP_SEAL] = "seal",
    [ENT_LOOKUP_PHONE] = "phone",
    [ENT_LOOKUP_CASE] = "case",
    [ENT_LOOKUP_PLACE] = "place",
};

const char *
ent_lookup_name(enum ent_lookup kind)
{
    return (unsigned)kind < ENT_LOOKUP_KINDS ? names[kind] : names[0];
}

enum ent_lookup
ent_lookup_by_name(const char *name)
{
    for (unsigned kind = 1; kind < ENT_LOOKUP_KINDS; kind++) {
        if (strcmp(name, names[kind]) == 0) {
            return (enum ent_lookup)kind;
        }
    }
    return ENT_LOOKUP_NONE;
}

/* ---- plain keys ---- */

static void
put(struct ent_lookup_key *key, char c)
{
    if (key->len < sizeof key->text) {
        key->text[key->len++] = c;
    }
}

/* In capitals, without what people put between letters to read them. */
static void
put_code(struct ent_lookup_key *key, struct ent_view text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = (char)text.data[i];

        if (c == ' ' || c == '-' || c == '.' || c == '/') {
            continue;
        }
        put(key, ent_is_lower(c) ? (char)(c - 'a' + 'A') : c);
    }
}

/* In any script: a plate of Thailand or Laos, the name of a ship. */
static void
put_letters(struct ent_lookup_key *key, struct ent_view text)
{
    char folded[ENT_NAMEKEY_MAX];

    if (ent_namekey_of(text, folded, NULL) != ENT_OK) {
        put_code(key, text);
        return;
    }
    for (const char *c = folded; *c != '\0'; c++) {
        if (*c != ' ') {
            put(key, *c);
        }
    }
}

/* "TG0660" and "TG660" are one flight (IATA: the number has up to 4 digits). */
static void
put_flight(struct ent_lookup_key *key, struct ent_view text)
{
    struct ent_lookup_key code = {.len = 0};
    size_t carrier = 2; /* characters of the designator, 3 of ICAO's */

    put_code(&code, text);
    if (code.len > 3 && !ent_is_digit(code.text[2]) &&
        !ent_is_digit(code.text[1]) && !ent_is_digit(code.text[0])) {
        carrier = 3;
    }
    for (size_t i = 0; i < code.len; i++) {
        if (i == carrier) {
            while (i + 1 < code.len && code.text[i] == '0' &&
                   ent_is_digit(code.text[i + 1])) {
                i++;
            }
        }
        put(key, code.text[i]);
    }
}

/* Germany is "D" in machine readable zones (Doc 9303-3, 5), "DEU" elsewhere. */
static struct ent_view
issuer_of(struct ent_view of)
{
    return ent_view_equal(of, ent_view_text("D")) ? ent_view_text("DEU") : of;
}

struct ent_lookup_key
ent_lookup_key_of(
    enum ent_lookup kind, struct ent_view of, struct ent_view value)
{
    struct ent_lookup_key key = {.len = 0};

    switch (kind) {
    case ENT_LOOKUP_DOCUMENT:
        put_code(&key, issuer_of(of));
        put(&key, '/');
        put_code(&key, value);
        break;
    case ENT_LOOKUP_PLATE:
    case ENT_LOOKUP_VESSEL_NAME:
        put_letters(&key, value);
        break;
    case ENT_LOOKUP_FLIGHT:
        put_flight(&key, value);
        break;
    default:
        put_code(&key, value);
        break;
    }
    return key;
}

/* ---- names ---- */

static bool
begins_letter(char c)
{
    return ((uint8_t)c & 0xc0) != 0x80; /* UTF-8 */
}

/* As much of a word as is compared. */
static size_t
compared(const char *word, size_t len)
{
    size_t letters = 0;

    for (size_t i = 0; i < len; i++) {
        letters += begins_letter(word[i]);
        if (letters > WORD_LETTERS) {
            return i;
        }
    }
    return len;
}

enum ent_status
ent_lookup_words(struct ent_view name, ent_lookup_visit *visit, void *context,
    struct ent_error *err)
{
    char folded[ENT_NAMEKEY_MAX];
    char spaced[ENT_NAMEKEY_MAX];
    size_t len = name.len < sizeof spaced ? name.len : sizeof spaced - 1;
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; i < len; i++) {
        spaced[i] = name.data[i] == '<' ? ' ' : (char)name.data[i];
    }
    if (ent_namekey_of(ent_view_of(spaced, len), folded, NULL) != ENT_OK) {
        return ENT_OK; /* nothing of it can be compared */
    }
    for (const char *word = folded; rc == ENT_OK && *word != '\0';) {
        size_t count = strcspn(word, " ");

        if (count > 0) {
            rc = visit(context, ENT_LOOKUP_NAME,
                ent_view_of(word, compared(word, count)), err);
        }
        word += count + (word[count] == ' ');
    }
    return rc;
}
