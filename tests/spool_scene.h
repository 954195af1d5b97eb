/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spool_scene - the spool of a scene, without its broker, and what a test puts
 * into it: all of one stream, from one office to another.
 */
#ifndef ENT_TESTS_SPOOL_SCENE_H
#define ENT_TESTS_SPOOL_SCENE_H

#include "tests/broker_talk.h"

#define MESSAGES 10 /* of an entry */
#define ENTRY_SIZE (4 + MESSAGES * (4 + ENT_ENVELOPE_OVERHEAD + 1))

extern const struct ent_party sender;
extern const struct ent_party recipient;
extern const struct ent_digest stream;

void begin(struct scene *scene);
void commit(struct scene *scene);

struct broker_entry entry_at(uint64_t first, uint8_t rank, uint64_t drop_at);

/* With a body whose first envelope has that byte. */
void put_entry(struct scene *scene, struct broker_entry *entry, uint8_t byte);
struct broker_entry put(
    struct scene *scene, uint64_t first, uint8_t rank, uint64_t drop_at);

/* Such a body; and that it is read, in a transaction of its own. */
void expect_envelopes(struct ent_view body, uint8_t byte);
void expect_body(
    struct scene *scene, const struct broker_entry *entry, uint8_t byte);

struct broker_receipt receipt_of(const char *wire);

#endif
