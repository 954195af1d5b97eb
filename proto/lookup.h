/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lookup - by what a message is found again: the number of a document, a plate,
 * a container, a name, a place.
 *
 * Which fields those are the manifests say ("found by"). Each becomes a key,
 * the same however it was written: without spaces and hyphens, in capitals, a
 * name as proto/namekey.h has it, word by word. Keys say "look at this", never
 * "this is it". They lie in indexes, so what makes them has a version.
 */
#ifndef ENT_PROTO_LOOKUP_H
#define ENT_PROTO_LOOKUP_H

#include "proto/catalogue.h"
#include "proto/message.h"

#define ENT_LOOKUP_VERSION 1
#define ENT_LOOKUP_KEY_MAX 640

/* "document", "plate"; never NULL. */
const char *ent_lookup_name(enum ent_lookup kind);
/* ENT_LOOKUP_NONE: there is no such kind. */
enum ent_lookup ent_lookup_by_name(const char *name);

/* One key; `key` is valid until the call returns. */
typedef enum ent_status ent_lookup_visit(void *context, enum ent_lookup kind,
    struct ent_view key, struct ent_error *err);

/* All keys of a message, those of its header among them. A range of documents
 * is a few keys, each for a block of ten, a hundred, a thousand numbers. */
enum ent_status ent_lookup_message(const ent_message *message,
    ent_lookup_visit *visit, void *context,
    struct ent_error *err) ENT_MUST_CHECK;

/* All keys that belong to what is asked: one of them must be a message's, of a
 * name each of them. `of` says whose it is (a document's issuer) and may be
 * empty elsewhere. Of lines of a machine readable zone the document is asked
 * for. ENT_BAD_INPUT says what is missing or has no letter or digit. */
enum ent_status ent_lookup_ask(enum ent_lookup kind, struct ent_view of,
    struct ent_view value, ent_lookup_visit *visit, void *context,
    struct ent_error *err) ENT_MUST_CHECK;

/* Until when the message is an entry of a list, in ms; 0: it is none. */
uint64_t ent_lookup_listed_until(const ent_message *message);

/* A range of numbers differs in digits at its end alone, and is not backwards.
 */
bool ent_lookup_is_range(struct ent_view first, struct ent_view last);

#endif
