/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/word.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/ascii.h"
#include "proto/base/nearest.h"

/* Europol prints its handling codes with a capital, and so do agreements. */
static bool
keeps_case(const ProtobufCEnumDescriptor *words)
{
    return words == &entente__v1__handling__descriptor;
}

/* A name of the schema as a word of agreements. */
static void
put_word(const ProtobufCEnumDescriptor *words, const char *name,
    char out[static ENT_WORD_LEN])
{
    bool lower = !keeps_case(words);
    size_t len = 0;

    for (; name[len] != '\0' && len + 1 < ENT_WORD_LEN; len++) {
        bool upper = ent_is_upper(name[len]);

        out[len] = lower && upper ? (char)(name[len] - 'A' + 'a') : name[len];
    }
    out[len] = '\0';
}

int
ent_word_value(const ProtobufCEnumDescriptor *words, const char *word)
{
    assert(words != NULL && word != NULL);

    for (unsigned i = 0; i < words->n_values; i++) {
        char known[ENT_WORD_LEN];

        put_word(words, words->values[i].name, known);
        if (words->values[i].value != 0 && strcmp(known, word) == 0) {
            return words->values[i].value;
        }
    }
    return 0;
}

void
ent_word_format(const ProtobufCEnumDescriptor *words, int value,
    char out[static ENT_WORD_LEN])
{
    const ProtobufCEnumValue *known;

    assert(words != NULL);

    known = protobuf_c_enum_descriptor_get_value(words, value);
    if (value == 0 || known == NULL) {
        (void)snprintf(
            out, ENT_WORD_LEN, "%s", value == 0 ? "unspecified" : "unknown");
    } else {
        put_word(words, known->name, out);
    }
}

void
ent_word_list(
    const ProtobufCEnumDescriptor *words, uint32_t bits, char *out, size_t size)
{
    static const char more[] = ", ...";
    size_t len = 0;

    assert(words != NULL && size > sizeof more);

    out[0] = '\0';
    for (unsigned i = 0; i < words->n_values; i++) {
        int value = words->values[i].value;
        const char *comma = len > 0 ? ", " : "";
        char word[ENT_WORD_LEN];

        if (value < 0 || value >= 32 || (bits >> value & 1) == 0) {
            continue;
        }
        ent_word_format(words, value, word);
        if (len + strlen(comma) + strlen(word) + sizeof more > size) {
            (void)snprintf(out + len, size - len, "%s", more);
            return;
        }
        len += (size_t)snprintf(out + len, size - len, "%s%s", comma, word);
    }
}

bool
ent_word_is_known(const ProtobufCEnumDescriptor *words, int value)
{
    assert(words != NULL);

    return protobuf_c_enum_descriptor_get_value(words, value) != NULL;
}

bool
ent_word_nearest(const ProtobufCEnumDescriptor *words, const char *word,
    char out[static ENT_WORD_LEN])
{
    struct ent_nearest nearest = ent_nearest_to(ent_view_text(word));

    assert(words != NULL && word != NULL);

    for (unsigned i = 0; i < words->n_values; i++) {
        if (words->values[i].value != 0) {
            ent_nearest_try(&nearest, words->values[i].name); /* any case */
        }
    }
    if (nearest.best == NULL) {
        return false;
    }
    put_word(words, nearest.best, out);
    return true;
}
