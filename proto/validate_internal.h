/* SPDX-License-Identifier: Apache-2.0 */
/*
 * validate_internal - what the rules of the catalogue share: where in the
 * message we are, and how to say what is wrong there.
 *
 * The manifests say what a field must be; one walk over a message asks them of
 * every field (validate_fields.c). What no word of a manifest can say is a
 * check in C (validate_check.c), and the header has rules of its own
 * (validate_header.c). A broken rule adds a finding and the next one is looked
 * at, so that an officer corrects all of them at once.
 */
#ifndef ENT_PROTO_VALIDATE_INTERNAL_H
#define ENT_PROTO_VALIDATE_INTERNAL_H

#include "proto/identifier.h"
#include "proto/message.h"

#define ENT_TEXT_MAX 12000 /* characters of one free text */
#define ENT_BRIEF_MAX 1200 /* of a brief one, and in FLASH and IMMEDIATE */
#define ENT_WORD_MAX 128   /* of anything else */

struct ent_validation {
    const ent_message *message;
    const struct ent_family *family; /* NULL: none that is known */
    uint64_t created_ms;             /* 0: not given */
    const char *source;              /* of the rules now looked at */
    char path[96];
    bool victims;  /* one was seen on the way */
    bool suspects; /* and one of these */
    struct ent_findings *findings;
};

/* One field of one message, and of a list which element. Its name in JSON is
 * made only when there is something to say: nearly every field is absent or
 * good. */
struct ent_place {
    const ProtobufCFieldDescriptor *field;
    const struct ent_field_manifest *manifest; /* NULL: nothing is said of it */
    size_t index;
};

#define ENT_PLACE_WHOLE SIZE_MAX /* the list itself */

/* ---- saying what is wrong, and where (validate.c) ---- */

/* Add a finding about `field` of the place where we are ("": the place itself)
 * under a source of its own, or v->source. */
void ent_rule_broken_by(struct ent_validation *v, const char *source,
    const char *field, const char *format, ...) ENT_PRINTF(4, 5);
#define ent_rule_broken(v, ...) ent_rule_broken_by(v, (v)->source, __VA_ARGS__)

/* The same about a place. */
void ent_place_wrong(struct ent_validation *v, const struct ent_place *place,
    const char *source, const char *format, ...) ENT_PRINTF(4, 5);

/* Victims and suspects are of one message (validate_check.c). */
void ent_validate_apart(struct ent_validation *v);

/* Not given because policy withheld it: absent is not the same as missing. */
bool ent_place_is_withheld(
    const struct ent_validation *v, const ProtobufCFieldDescriptor *field);

/* Step into `field`, or into its element `index`. The result brings us back. */
size_t ent_rule_enter(struct ent_validation *v, const char *field);
size_t ent_rule_enter_element(
    struct ent_validation *v, const char *field, size_t index);
size_t ent_rule_enter_place(
    struct ent_validation *v, const struct ent_place *place);
void ent_rule_leave(struct ent_validation *v, size_t mark);

/* ---- rules about one value (validate_value.c) ---- */

static inline bool
is_given(const char *text)
{
    return text != NULL && *text != '\0';
}

/* Plain decimals: digits, perhaps a point and more digits. */
bool ent_decimal_is_formed(const char *text);
bool ent_decimal_is_zero(const char *decimal);
bool ent_decimal_is_at_most(const char *decimal, unsigned limit);

/* This holds for a value that is given. */
void ent_rule_need_length(struct ent_validation *v, const char *field,
    const ProtobufCBinaryData *bytes, size_t len);

/* ---- rules by noun ---- */

/* Every field of the message, as the manifests say. */
void ent_validate_fields(struct ent_validation *v);

/* One value that is given: does it look as the manifest says? */
void ent_validate_format(
    struct ent_validation *v, const struct ent_place *place, const void *value);

/* What the manifest says of a field and of a type beyond each value. */
void ent_validate_presence(struct ent_validation *v,
    const struct ent_place *place, const struct ent_type_manifest *type,
    const ProtobufCMessage *message);
void ent_validate_type(struct ent_validation *v,
    const struct ent_type_manifest *type, const ProtobufCMessage *message);

/* Are these of that scheme? One that is not known here takes any. */
void ent_validate_grade(struct ent_validation *v, const char *scheme,
    const char *source, const char *information);

/* What every family shares. */
void ent_validate_header(struct ent_validation *v);

#endif
