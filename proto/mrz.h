/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mrz - the machine readable zone of travel documents: the two or three lines
 * of capital letters, digits and fillers (<) at the foot of a passport, an
 * identity card or a visa. ICAO Doc 9303: part 3 what they share, part 4
 * passports, 5 and 6 cards, 7 visas.
 *
 * What is printed there is the one spelling of a name that two states both
 * have, and its check digits catch what was typed wrongly; so nothing here
 * corrects, guesses or skips. Whether the document exists, nobody can tell from
 * its lines.
 */
#ifndef ENT_PROTO_MRZ_H
#define ENT_PROTO_MRZ_H

#include "proto/base/bytes.h"

enum ent_mrz_form {
    ENT_MRZ_TD1,   /* card: 3 lines of 30 (part 5) */
    ENT_MRZ_TD2,   /* card: 2 lines of 36 (part 6) */
    ENT_MRZ_TD3,   /* passport: 2 lines of 44 (part 4) */
    ENT_MRZ_MRV_A, /* visa: 2 lines of 44 (part 7) */
    ENT_MRZ_MRV_B, /* visa: 2 lines of 36 (part 7) */
};

/* A part that is not known is 0. */
struct ent_mrz_date {
    unsigned year; /* with its century */
    unsigned month;
    unsigned day;
};

#define ENT_MRZ_NAME_MAX 128

/* The parts of a name, in capital letters, with single spaces where the
 * document has fillers. */
struct ent_mrz_name {
    char primary[ENT_MRZ_NAME_MAX];   /* "ERIKSSON" */
    char secondary[ENT_MRZ_NAME_MAX]; /* "ANNA MARIA"; empty for one name */
    bool may_be_cut;                  /* it fills the field to its last place */
};

#define ENT_MRZ_NUMBER_MAX 22   /* characters of the longest, a TD1's */
#define ENT_MRZ_OPTIONAL_MAX 16 /* an MRV-A's */

/* Fillers at the end of a field are not part of it; others stay. */
struct ent_mrz {
    enum ent_mrz_form form;
    char code[3];        /* "P", "PD", "AC", "V" */
    char issuer[4];      /* "THA", "D", "XOM" */
    char nationality[4]; /* as the issuer, or "XXB" */
    char number[ENT_MRZ_NUMBER_MAX + 1];
    struct ent_mrz_date birth;
    struct ent_mrz_date expiry;
    char sex;                                /* 'M', 'F', or '<': not given */
    char optional[ENT_MRZ_OPTIONAL_MAX + 1]; /* a TD3's personal number */
    char optional2[12];                      /* second line of a TD1 */
    struct ent_mrz_name name;
};

/* Lines with newlines between them and perhaps after the last. */
#define ENT_MRZ_TEXT_MAX 96

/* Read the lines in `text`, parted by newlines or pasted into one. `now_ms` is
 * what centuries are counted from: nobody is born in the future, and a document
 * expires in the year nearest to now. ENT_BAD_INPUT says line and column, what
 * stands there, what would be right, and the part of Doc 9303; it quotes no
 * more of `text` than the one character. */
enum ent_status ent_mrz_parse(struct ent_view text, uint64_t now_ms,
    struct ent_mrz *ret_mrz, struct ent_error *err) ENT_MUST_CHECK;

/* Write the lines, with a newline after each but the last. A name that is too
 * long is cut as part 4 shows: letters to the last place, and some of each
 * identifier left. ENT_BAD_INPUT names the field that is not of its form. */
enum ent_status ent_mrz_format(const struct ent_mrz *mrz,
    char ret_text[static ENT_MRZ_TEXT_MAX],
    struct ent_error *err) ENT_MUST_CHECK;

/* Can these two be spellings of one name, when either may be cut short? Each
 * part of a cut name must begin the same part of the other; whole names must be
 * equal. */
bool ent_mrz_names_may_match(
    const struct ent_mrz_name *a, const struct ent_mrz_name *b);

/* "passport (TD3)", for people. Never NULL. */
const char *ent_mrz_form_name(enum ent_mrz_form form);

/* The weights 7, 3, 1: part 3. Over the MRZ's own alphabet only. */
unsigned ent_mrz_check_digit(struct ent_view text);

#endif
