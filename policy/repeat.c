/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/repeat.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/pb_field.h"
#include "proto/words.h"

#define DEPTH_MAX ENT_PATH_DEPTH_MAX

/* One value that was withheld: bytes, or the words of a text, with one gap ('
 * ') before each and behind the last. */
struct value {
    const uint8_t *bytes; /* borrowed of the message; NULL: a text */
    size_t len;
    struct ent_words words;
    struct ent_words run; /* the same without gaps; empty: too short for that */
    size_t mask;
};

struct ent_repeat {
    struct value *list;
    size_t count;
    size_t room;
};

enum ent_status
ent_repeat_new(struct ent_repeat **ret_repeat, struct ent_error *err)
{
    *ret_repeat = calloc(1, sizeof **ret_repeat);
    return *ret_repeat != NULL
               ? ENT_OK
               : ent_fail(err, ENT_NO_MEMORY, "noting what is withheld");
}

void
ent_repeat_free(struct ent_repeat **repeat)
{
    if (*repeat == NULL) {
        return;
    }
    for (size_t i = 0; i < (*repeat)->count; i++) {
        ent_words_free(&(*repeat)->list[i].words);
        ent_words_free(&(*repeat)->list[i].run);
    }
    free((*repeat)->list);
    free(*repeat);
    *repeat = NULL;
}

/* ---- what a text says ---- */

/* How much a letter tells; digits as letters of Latin. */
static unsigned
weight_of(uint32_t c)
{
    if (c == ' ') {
        return 0;
    }
    if ((c >= 0x2e80 && c < 0xa000) || c >= 0x20000) {
        return 3; /* Han */
    }
    return c < 0x370 || (c >= 0x1100 && c < 0x1200) ? 1 : 2; /* Latin, jamo */
}

static unsigned
weigh(const struct ent_words *words)
{
    unsigned weight = 0;

    for (size_t i = 0; i < words->count; i++) {
        weight += weight_of(words->list[i]);
    }
    return weight;
}

static bool
has_letter(const struct ent_words *words)
{
    for (size_t i = 0; i < words->count; i++) {
        if (words->list[i] != ' ' &&
            (words->list[i] < '0' || words->list[i] > '9')) {
            return true;
        }
    }
    return false;
}

static enum ent_status
run_together(const struct ent_words *words, struct ent_words *ret_run,
    struct ent_error *err)
{
    struct ent_words run = {.list = calloc(words->count, sizeof *run.list)};

    if (run.list == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "noting what is withheld");
    }
    for (size_t i = 0; i < words->count; i++) {
        if (words->list[i] != ' ') {
            run.list[run.count++] = words->list[i];
        }
    }
    *ret_run = run;
    return ENT_OK;
}

static bool
contains(const struct ent_words *whole, const uint32_t *part, size_t count)
{
    for (size_t i = 0; count <= whole->count && i <= whole->count - count;
         i++) {
        if (memcmp(whole->list + i, part, count * sizeof *part) == 0) {
            return true;
        }
    }
    return false;
}

/* Each word of `part` is one of `whole`, in whatever order. */
static bool
has_all_words(const struct ent_words *whole, const struct ent_words *part)
{
    for (size_t start = 0; start + 1 < part->count;) {
        size_t end = start + 1;

        while (part->list[end] != ' ') {
            end++;
        }
        if (!contains(whole, part->list + start, end - start + 1)) {
            return false;
        }
        start = end;
    }
    return true;
}

/* ---- what is withheld ---- */

static enum ent_status
add_value(
    struct ent_repeat *repeat, const struct value *value, struct ent_error *err)
{
    if (repeat->count == repeat->room) {
        size_t room = repeat->room == 0 ? 16 : repeat->room * 2;
        struct value *list = realloc(repeat->list, room * sizeof *repeat->list);

        if (list == NULL) {
            return ent_fail(err, ENT_NO_MEMORY, "noting what is withheld");
        }
        repeat->list = list;
        repeat->room = room;
    }
    repeat->list[repeat->count++] = *value;
    return ENT_OK;
}

static enum ent_status
add_text(struct ent_repeat *repeat, const char *text, size_t mask,
    struct ent_error *err)
{
    struct value value = {.mask = mask};
    unsigned weight = 0;
    enum ent_status rc = ent_words_of(ent_view_text(text), &value.words, err);

    if (rc == ENT_OK) {
        weight = weigh(&value.words);
    }
    if (rc == ENT_OK && weight >= ENT_REPEAT_INSIDE_MIN) {
        rc = run_together(&value.words, &value.run, err);
    }
    if (rc == ENT_OK &&
        (weight >= ENT_REPEAT_INSIDE_MIN ||
            (weight >= ENT_REPEAT_WORDS_MIN && has_letter(&value.words)))) {
        rc = add_value(repeat, &value, err);
        if (rc == ENT_OK) {
            return ENT_OK;
        }
    }
    ent_words_free(&value.words);
    ent_words_free(&value.run);
    return rc;
}

static enum ent_status
add_bytes(struct ent_repeat *repeat, const ProtobufCBinaryData *bytes,
    size_t mask, struct ent_error *err)
{
    const struct value value = {
        .bytes = bytes->data, .len = bytes->len, .mask = mask};

    return bytes->len < ENT_REPEAT_BYTES_MIN ? ENT_OK
                                             : add_value(repeat, &value, err);
}

/* Everything below a field; messages are as deep as the schema. */
static enum ent_status
add_field(struct ent_repeat *repeat, const ProtobufCMessage *message,
    const ProtobufCFieldDescriptor *field, size_t mask, size_t depth,
    struct ent_error *err)
{
    size_t count = ent_pb_count(message, field);
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < count; i++) {
        const void *at = ent_pb_value(message, field, i);

        if (field->type == PROTOBUF_C_TYPE_STRING) {
            rc = add_text(repeat, *(char *const *)at, mask, err);
        } else if (field->type == PROTOBUF_C_TYPE_BYTES) {
            rc = add_bytes(repeat, at, mask, err);
        } else if (field->type == PROTOBUF_C_TYPE_MESSAGE &&
                   depth < DEPTH_MAX) {
            const ProtobufCMessage *below =
                *(const ProtobufCMessage *const *)at;

            for (unsigned k = 0;
                 rc == ENT_OK && k < below->descriptor->n_fields; k++) {
                rc = add_field(repeat, below, &below->descriptor->fields[k],
                    mask, depth + 1, err);
            }
        }
    }
    return rc;
}

enum ent_status
ent_repeat_add(struct ent_repeat *repeat, const ProtobufCMessage *message,
    const ProtobufCFieldDescriptor *field, size_t mask, struct ent_error *err)
{
    return add_field(repeat, message, field, mask, 0, err);
}

/* ---- what is left ---- */

struct search {
    const struct ent_repeat *repeat;
    struct ent_error *err;
    bool found;
    char *where;
    size_t mask;
};

/* By which of them the text is one that must not be there; NULL: by none. */
static const struct value *
value_in_text(const struct ent_repeat *repeat, const struct ent_words *words,
    const struct ent_words *run)
{
    for (size_t i = 0; i < repeat->count; i++) {
        const struct value *value = &repeat->list[i];

        if (value->bytes == NULL &&
            (has_all_words(words, &value->words) ||
                (value->run.count > 0 &&
                    contains(run, value->run.list, value->run.count)))) {
            return value;
        }
    }
    return NULL;
}

static enum ent_status
look_in_text(
    struct search *search, const char *text, const struct value **ret_value)
{
    ENT_AUTO(ent_words_free) struct ent_words words = {0};
    ENT_AUTO(ent_words_free) struct ent_words run = {0};
    enum ent_status rc = ent_words_of(ent_view_text(text), &words, search->err);

    if (rc == ENT_OK && words.count > 0) {
        rc = run_together(&words, &run, search->err);
    }
    if (rc == ENT_OK && words.count > 0) {
        *ret_value = value_in_text(search->repeat, &words, &run);
    }
    return rc;
}

static const struct value *
value_in_bytes(
    const struct ent_repeat *repeat, const ProtobufCBinaryData *bytes)
{
    for (size_t i = 0; i < repeat->count; i++) {
        const struct value *value = &repeat->list[i];

        if (value->bytes != NULL && bytes->len > 0 &&
            memmem(bytes->data, bytes->len, value->bytes, value->len) != NULL) {
            return value;
        }
    }
    return NULL;
}

static enum ent_status look_in(
    struct search *search, const struct ent_path_level *level, size_t depth);

/* One value of a field of that level. */
static enum ent_status
look_at(struct search *search, const struct ent_path_level *level,
    const ProtobufCFieldDescriptor *field, size_t index, size_t depth)
{
    const void *at = ent_pb_value(level->message, field, index);
    const struct value *value = NULL;
    enum ent_status rc = ENT_OK;

    if (field->type == PROTOBUF_C_TYPE_MESSAGE && depth < DEPTH_MAX) {
        struct ent_path_level below = {.type = field->descriptor,
            .message = *(const ProtobufCMessage *const *)at,
            .via = field,
            .index = index,
            .above = level};

        return look_in(search, &below, depth + 1);
    }
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        rc = look_in_text(search, *(char *const *)at, &value);
    } else if (field->type == PROTOBUF_C_TYPE_BYTES) {
        value = value_in_bytes(search->repeat, at);
    }
    if (rc == ENT_OK && value != NULL) {
        ent_path_where(level, field, search->where);
        search->mask = value->mask;
        search->found = true;
    }
    return rc;
}

/* Addresses and ids of the header deliver the message, and withheld names
 * fields, not what they held. */
static bool
is_looked_at(
    const struct ent_path_level *level, const ProtobufCFieldDescriptor *field)
{
    static const char *const deliver[] = {"id", "from", "to", "conversation_id",
        "in_reply_to", "origin", "officer_signatures", "withheld"};

    for (size_t i = 0;
         level->above == NULL && i < sizeof deliver / sizeof deliver[0]; i++) {
        if (strcmp(field->name, deliver[i]) == 0) {
            return false;
        }
    }
    return true;
}

static enum ent_status
look_in(struct search *search, const struct ent_path_level *level, size_t depth)
{
    enum ent_status rc = ENT_OK;

    for (unsigned i = 0; i < level->type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &level->type->fields[i];
        size_t count = ent_pb_count(level->message, field);

        for (size_t k = 0; rc == ENT_OK && !search->found && k < count &&
                           is_looked_at(level, field);
             k++) {
            rc = look_at(search, level, field, k, depth);
        }
    }
    return rc;
}

enum ent_status
ent_repeat_find(const struct ent_repeat *repeat, const ent_message *message,
    bool *ret_found, char ret_where[static ENT_PATH_LEN], size_t *ret_mask,
    struct ent_error *err)
{
    struct search search = {.repeat = repeat, .err = err, .where = ret_where};
    const struct ent_path_level top = {
        .type = &entente__v1__message__descriptor, .message = &message->base};
    enum ent_status rc =
        repeat->count == 0 ? ENT_OK : look_in(&search, &top, 0);

    if (rc == ENT_OK) {
        *ret_found = search.found;
        *ret_mask = search.mask;
    }
    return rc;
}
