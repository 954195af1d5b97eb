/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/path.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/ascii.h"
#include "proto/base/pb_field.h"

/* What of the header is content. The rest is needed to deliver the message, to
 * protect people, or to say what was withheld. */
static const char *const header_content[] = {
    "attachments",
    "author_role",
    "evaluation",
    "geo_scope",
    "incident_id",
    "releaser_role",
    "text",
};

/* A path cut into its words, which are borrowed. */
struct words {
    struct ent_view list[ENT_PATH_WORDS_MAX];
    size_t count;
};

static bool
is_word(struct ent_view word)
{
    if (word.len == 0) {
        return false;
    }
    for (size_t i = 0; i < word.len; i++) {
        uint8_t c = word.data[i];

        if (!ent_is_lower(c) && !ent_is_digit(c) && c != '_') {
            return false;
        }
    }
    return true;
}

/* Cut `path` at its dots; false when it is not well formed. */
static bool
cut(const char *path, struct words *ret_words)
{
    struct words words = {0};
    const char *start = path;

    if (strlen(path) >= ENT_PATH_LEN) {
        return false;
    }
    for (;;) {
        size_t len = strcspn(start, ".");
        struct ent_view word = ent_view_of(start, len);

        if (words.count == ENT_PATH_WORDS_MAX || !is_word(word)) {
            return false;
        }
        words.list[words.count++] = word;
        if (start[len] == '\0') {
            break;
        }
        start += len + 1;
    }
    *ret_words = words;
    return words.count >= 2;
}

/* Is `word` the lower snake case of the type name `name`? */
static bool
names_type(struct ent_view word, const char *name)
{
    size_t at = 0;

    for (size_t i = 0; name[i] != '\0'; i++) {
        char c = name[i];

        if (ent_is_upper(c)) {
            c = (char)(c - 'A' + 'a');
            if (i > 0) {
                if (at == word.len || word.data[at] != '_') {
                    return false;
                }
                at++;
            }
        }
        if (at == word.len || word.data[at] != (uint8_t)c) {
            return false;
        }
        at++;
    }
    return at == word.len;
}

static bool
names_level(struct ent_view word, const struct ent_path_level *level)
{
    return names_type(word, level->type->short_name) ||
           (level->via != NULL &&
               ent_view_equal(word, ent_view_text(level->via->name)));
}

/* Do the words end the way that leads to `field` in `level`? */
static bool
words_name(const struct words *words, const struct ent_path_level *level,
    const ProtobufCFieldDescriptor *field)
{
    size_t left = words->count - 1;

    if (!ent_view_equal(words->list[left], ent_view_text(field->name))) {
        return false;
    }
    while (left > 0) {
        if (level == NULL || !names_level(words->list[left - 1], level)) {
            return false;
        }
        level = level->above;
        left--;
    }
    return true;
}

bool
ent_path_is_content(
    const struct ent_path_level *level, const ProtobufCFieldDescriptor *field)
{
    if (level->above != NULL || ent_pb_is_choice(field)) {
        return true;
    }
    for (size_t i = 0; i < sizeof header_content / sizeof header_content[0];
         i++) {
        if (strcmp(field->name, header_content[i]) == 0) {
            return true;
        }
    }
    return false;
}

bool
ent_path_can_name(const ProtobufCFieldDescriptor *field)
{
    return !ent_pb_is_choice(field);
}

bool
ent_path_leads_on(const ProtobufCFieldDescriptor *field)
{
    const ProtobufCMessageDescriptor *type = field->descriptor;

    return field->type == PROTOBUF_C_TYPE_MESSAGE &&
           strcmp(type->package_name, "google.protobuf") != 0;
}

struct walk {
    const struct words *words;
    ent_path_found *found;
    void *context;
};

static bool walk_level(
    const struct walk *walk, const struct ent_path_level *level, size_t depth);

/* Go down into a field that holds one message or several. */
static bool
walk_into(const struct walk *walk, const struct ent_path_level *above,
    const ProtobufCFieldDescriptor *field, size_t depth)
{
    struct ent_path_level level = {
        .type = field->descriptor,
        .via = field,
        .above = above,
    };
    size_t count;

    if (above->message == NULL) {
        return walk_level(walk, &level, depth + 1);
    }
    count = ent_pb_count(above->message, field);
    for (level.index = 0; level.index < count; level.index++) {
        const ProtobufCMessage *const *message =
            ent_pb_value(above->message, field, level.index);

        level.message = *message;
        if (*message != NULL && !walk_level(walk, &level, depth + 1)) {
            return false;
        }
    }
    return true;
}

static bool
walk_level(
    const struct walk *walk, const struct ent_path_level *level, size_t depth)
{
    if (depth > ENT_PATH_DEPTH_MAX) {
        return true;
    }
    for (unsigned i = 0; i < level->type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &level->type->fields[i];
        bool more = true;

        if ((level->message != NULL &&
                !ent_pb_is_given(level->message, field)) ||
            !ent_path_is_content(level, field)) {
            continue;
        }
        if (ent_path_can_name(field) && words_name(walk->words, level, field)) {
            more = walk->found(walk->context, level, field);
        } else if (ent_path_leads_on(field)) {
            more = walk_into(walk, level, field, depth);
        }
        if (!more) {
            return false;
        }
    }
    return true;
}

static void
walk_from(const ProtobufCMessage *message, const char *path,
    ent_path_found *found, void *context)
{
    struct words words;
    struct walk walk = {.words = &words, .found = found, .context = context};
    struct ent_path_level top = {
        .type = &entente__v1__message__descriptor,
        .message = message,
    };

    if (cut(path, &words)) {
        (void)walk_level(&walk, &top, 1);
    }
}

void
ent_path_walk_schema(const char *path, ent_path_found *found, void *context)
{
    assert(path != NULL && found != NULL);

    walk_from(NULL, path, found, context);
}

void
ent_path_walk(const ent_message *message, const char *path,
    ent_path_found *found, void *context)
{
    assert(message != NULL && path != NULL && found != NULL);

    walk_from(&message->base, path, found, context);
}

/* Append the field's name in JSON; returns the new length. */
static size_t
put_name(const ProtobufCFieldDescriptor *field, size_t len,
    char out[static ENT_PATH_LEN])
{
    char name[ENT_PB_JSON_NAME_MAX];

    ent_pb_json_name(field, name);
    len += (size_t)snprintf(out + len, ENT_PATH_LEN - len, "%s", name);
    return len < ENT_PATH_LEN ? len : ENT_PATH_LEN - 1;
}

/* Append the way to `level`, with a dot behind it unless it is the top. */
static size_t
put_level(const struct ent_path_level *level, char out[static ENT_PATH_LEN])
{
    size_t len;

    if (level->via == NULL) {
        return 0;
    }
    len = put_level(level->above, out);
    len = put_name(level->via, len, out);
    if (level->via->label == PROTOBUF_C_LABEL_REPEATED) {
        len += (size_t)snprintf(
            out + len, ENT_PATH_LEN - len, "[%zu]", level->index);
        len = len < ENT_PATH_LEN ? len : ENT_PATH_LEN - 1;
    }
    if (len + 1 < ENT_PATH_LEN) {
        out[len++] = '.';
    }
    return len;
}

void
ent_path_where(const struct ent_path_level *level,
    const ProtobufCFieldDescriptor *field, char out[static ENT_PATH_LEN])
{
    (void)put_name(field, put_level(level, out), out);
}

bool
ent_path_is_formed(const char *path)
{
    struct words words;

    assert(path != NULL);

    return cut(path, &words);
}
