/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words - what the spellings of one text have in common: its letters and
 * digits, folded, in words. Compatibility forms and case fold together; Latin
 * letters lose their marks (D with stroke is D), other scripts keep theirs;
 * digits become those of ASCII; what nobody sees goes. For comparing, not for
 * showing.
 */
#ifndef ENT_PROTO_WORDS_H
#define ENT_PROTO_WORDS_H

#include "proto/base/bytes.h"

/* Code points, compatibly decomposed. Between words stands one gap (' '). */
struct ent_words {
    uint32_t *list;
    size_t count;
};

void ent_words_free(struct ent_words *words);

/* Of any text: punctuation parts words too, and a gap stands before the first
 * word and behind the last; nothing at all when there is none. ENT_BAD_INPUT
 * for what is not UTF-8. */
enum ent_status ent_words_of(struct ent_view text, struct ent_words *ret_words,
    struct ent_error *err) ENT_MUST_CHECK;

/* Of a name: punctuation is nothing, but for a hyphen and the filler of machine
 * readable zones, which are gaps. None stands at either end. */
enum ent_status ent_words_of_name(struct ent_view name,
    struct ent_words *ret_words, struct ent_error *err) ENT_MUST_CHECK;

#endif
