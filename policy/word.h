/* SPDX-License-Identifier: Apache-2.0 */
/*
 * word - the words that agreements are written in: the lower-case names of the
 * catalogue's enumerations, read from the schema itself, so that there is no
 * second list of them. Only handling codes are written as Europol does: H2.
 */
#ifndef ENT_POLICY_WORD_H
#define ENT_POLICY_WORD_H

#include "proto/message.h"

#define ENT_WORD_LEN 32

/* The value whose name is `word` in lower case; 0 when there is none. The value
 * 0 itself ("unspecified") has no word. */
int ent_word_value(const ProtobufCEnumDescriptor *words, const char *word);

/* The word of a value; "unspecified" for 0, "unknown" for one that this version
 * does not know. */
void ent_word_format(const ProtobufCEnumDescriptor *words, int value,
    char out[static ENT_WORD_LEN]);

/* The words whose bits (1 << value) are set, joined by ", ". */
void ent_word_list(const ProtobufCEnumDescriptor *words, uint32_t bits,
    char *out, size_t size);

/* True when the schema has that value. */
bool ent_word_is_known(const ProtobufCEnumDescriptor *words, int value);

/* The word nearest to a misspelt one, in `out`; false when none is near. */
bool ent_word_nearest(const ProtobufCEnumDescriptor *words, const char *word,
    char out[static ENT_WORD_LEN]);

#endif
