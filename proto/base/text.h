/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text - UTF-8 from strangers.
 */
#ifndef ENT_PROTO_BASE_TEXT_H
#define ENT_PROTO_BASE_TEXT_H

#include "proto/base/bytes.h"

/* Valid UTF-8 without NUL; `ret_offset` (or NULL) gets the first bad byte. */
bool ent_text_is_valid(struct ent_view text, size_t *ret_offset);

/* Letters, digits, punctuation and spaces of ASCII alone: whatever else is
 * asked of a text, such a one is beyond suspicion. */
bool ent_text_is_plain(struct ent_view text);

/* How many characters, not bytes: of UTF-8, one for each byte that does not
 * continue another. */
size_t ent_text_characters(struct ent_view text);

/* In Unicode normalisation form C; what is not UTF-8 is not. */
bool ent_text_is_nfc(struct ent_view text);

/* True when it holds control (Cc), bidirectional or other format characters
 * (Cf), which have no place in identifiers. */
bool ent_text_has_controls(struct ent_view text);

/* One line that a text file holds as it is: no control characters, nothing that
 * separates lines, no byte order mark and nothing that is no character. What
 * joins and parts the letters of a script may be in it. */
bool ent_text_is_one_line(struct ent_view text);

/* A copy safe to print on a terminal or put in a log: control, format and
 * line-separating characters become <U+202E>, invalid bytes <0xFF>; newline and
 * tab too unless `keep_lines`. The caller frees the NUL-terminated result;
 * NULL: no memory. */
char *ent_text_neutral(struct ent_view text, bool keep_lines);

#endif
