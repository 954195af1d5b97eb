/* SPDX-License-Identifier: Apache-2.0 */
/*
 * repeat - does what is left of a message say again what was withheld from it?
 *
 * A name that is taken out of a person stands in the grounds, in the lines of a
 * machine readable zone, in the name of a file. What an officer wrote cannot be
 * cut out of a sentence by a program, so such a message does not go: it is
 * refused, and the field that says it again is named.
 *
 * Compared are words as they are folded (proto/words.h): in any case, composed
 * or in pieces, with or without marks; one after the other, in any order, or
 * run together. What says too little to be known again is not looked for: less
 * than four letters, or less than six digits and letters (ENT_REPEAT_...). What
 * is paraphrased, abbreviated, spelt otherwise or in a picture is not found.
 */
#ifndef ENT_POLICY_REPEAT_H
#define ENT_POLICY_REPEAT_H

#include "policy/path.h"

/* A letter of Latin counts one, of most others two, of Han three. */
#define ENT_REPEAT_WORDS_MIN 4  /* as whole words; and a letter among them */
#define ENT_REPEAT_INSIDE_MIN 6 /* inside others */
#define ENT_REPEAT_BYTES_MIN 8

struct ent_repeat;

/* Nothing was withheld yet. */
enum ent_status ent_repeat_new(
    struct ent_repeat **ret_repeat, struct ent_error *err) ENT_MUST_CHECK;
void ent_repeat_free(struct ent_repeat **repeat);

/* All that `field` holds, which is about to be withheld by mask number `mask`.
 */
enum ent_status ent_repeat_add(struct ent_repeat *repeat,
    const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
    size_t mask, struct ent_error *err) ENT_MUST_CHECK;

/* The first field of what is left that says any of it: which, and by which mask
 * it was withheld elsewhere. `ret_found` false: there is none. */
enum ent_status ent_repeat_find(const struct ent_repeat *repeat,
    const ent_message *message, bool *ret_found,
    char ret_where[static ENT_PATH_LEN], size_t *ret_mask,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
