/* SPDX-License-Identifier: Apache-2.0 */
/*
 * path - the name an agreement gives to fields of a message: "person.name",
 * "conveyance.plate", "departure.place".
 *
 * The last word is the field. Each word before it is the entity that holds the
 * next: the type's name in lower snake case (PersonCount is `person_count`), or
 * the name of the field it stands in. A path matches at every place of the body
 * where its words end the way there. Of the header, named `message`, only what
 * carries content can be named; what delivers the message cannot be withheld.
 */
#ifndef ENT_POLICY_PATH_H
#define ENT_POLICY_PATH_H

#include "proto/message.h"

#define ENT_PATH_LEN 96
#define ENT_PATH_WORDS_MAX 6
#define ENT_PATH_DEPTH_MAX (ENT_PB_DEPTH_MAX + 1)

/* One level of the way from the message down to a field. */
struct ent_path_level {
    const ProtobufCMessageDescriptor *type;
    const ProtobufCMessage *message;     /* NULL: walking the schema */
    const ProtobufCFieldDescriptor *via; /* in the level above; NULL: the top */
    size_t index;                        /* when `via` is repeated */
    const struct ent_path_level *above;
};

/* Called for each match; false ends the walk. */
typedef bool ent_path_found(void *context, const struct ent_path_level *level,
    const ProtobufCFieldDescriptor *field);

/* Every field of the catalogue's schema that `path` names. */
void ent_path_walk_schema(
    const char *path, ent_path_found *found, void *context);

/* Every field that `path` names and that has a value in `message`. */
void ent_path_walk(const ent_message *message, const char *path,
    ent_path_found *found, void *context);

/* Only the body and the content of the header are looked at. */
bool ent_path_is_content(
    const struct ent_path_level *level, const ProtobufCFieldDescriptor *field);

/* The body as a whole cannot be withheld: the message would have no family. */
bool ent_path_can_name(const ProtobufCFieldDescriptor *field);

/* It holds an entity of the catalogue. A time is a value, not an entity. */
bool ent_path_leads_on(const ProtobufCFieldDescriptor *field);

/* The place in JSON names: "drugSeizure.transit[1].place". */
void ent_path_where(const struct ent_path_level *level,
    const ProtobufCFieldDescriptor *field, char out[static ENT_PATH_LEN]);

/* Two to six words a-z 0-9 _ joined by dots, shorter than ENT_PATH_LEN. */
bool ent_path_is_formed(const char *path);

/* The known path nearest to a misspelt one; false when none is near. */
bool ent_path_nearest(const char *path, char out[static ENT_PATH_LEN]);

/* The nth entity and field that no family carries and agreements may name, as
 * "person.religion"; NULL past the last. */
const char *ent_path_absent(size_t n);

#endif
