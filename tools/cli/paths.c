/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/paths.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/json_internal.h"

#define INDEX_MAX 512

/* ---- the list ---- */

static struct cli_path *
find(const struct cli_paths *paths, const char *path)
{
    for (size_t i = 0; i < paths->count; i++) {
        if (strcmp(paths->list[i].path, path) == 0) {
            return (struct cli_path *)(uintptr_t)&paths->list[i];
        }
    }
    return NULL;
}

const struct cli_path *
cli_paths_find(const struct cli_paths *paths, const char *path)
{
    return find(paths, path);
}

/* "a.b" begins "a.b", "a.b.c" and "a.b[0]". */
static bool
begins(const char *path, const char *longer)
{
    size_t len = strlen(path);

    return strncmp(path, longer, len) == 0 &&
           (longer[len] == '\0' || longer[len] == '.' || longer[len] == '[');
}

const struct cli_path *
cli_paths_near(const struct cli_paths *paths, const char *path)
{
    const struct cli_path *found = find(paths, path);

    for (size_t i = 0; found == NULL && i < paths->count; i++) {
        const struct cli_path *each = &paths->list[i];

        if (each->origin != NULL &&
            (begins(path, each->path) || begins(each->path, path))) {
            found = each;
        }
    }
    return found;
}

static const char *
copy(struct cli_paths *paths, const char *text)
{
    size_t len = strlen(text);
    char *out = ent_arena_alloc(paths->arena, len + 1);

    if (out != NULL) {
        memcpy(out, text, len);
    }
    return out;
}

enum ent_status
cli_paths_set(struct cli_paths *paths, const char *path, const char *value,
    const void *origin, struct ent_error *err)
{
    struct cli_path *at = find(paths, path);
    const char *kept = copy(paths, value);

    if (at == NULL) {
        if (paths->count == CLI_PATHS_MAX || strlen(path) >= CLI_PATH_LEN_MAX) {
            return ent_fail(err, ENT_BAD_INPUT,
                "there are more than %d values, or '%.40s' is too long",
                CLI_PATHS_MAX, path);
        }
        at = &paths->list[paths->count];
        at->path = copy(paths, path);
        if (at->path == NULL) {
            kept = NULL;
        }
    }
    if (kept == NULL) {
        return ent_fail(err, ENT_BAD_INPUT,
            "there is more in it than a "
            "message may hold");
    }
    paths->count += at == &paths->list[paths->count] ? 1 : 0;
    at->value = kept;
    at->origin = origin;
    return ENT_OK;
}

void
cli_paths_remove(struct cli_paths *paths, const char *path)
{
    struct cli_path *at = find(paths, path);

    if (at != NULL) {
        size_t after = paths->count - (size_t)(at - paths->list) - 1;

        memmove(at, at + 1, after * sizeof *at);
        paths->count--;
    }
}

/* ---- values of a message ---- */

static enum ent_status
add_value(struct cli_paths *paths, const char *path, const json_t *value,
    struct ent_error *err)
{
    char number[32];
    const char *text = json_string_value(value);

    if (json_is_boolean(value)) {
        text = json_is_true(value) ? "true" : "false";
    } else if (json_is_integer(value)) {
        (void)snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT,
            json_integer_value(value));
        text = number;
    }
    return text == NULL ? ent_fail(err, ENT_UNSUPPORTED, "%s is no text", path)
                        : cli_paths_set(paths, path, text, NULL, err);
}

/* As deep as a message is. */
static enum ent_status
add_all(struct cli_paths *paths, const char *path, json_t *value,
    struct ent_error *err)
{
    enum ent_status rc = ENT_OK;
    char deeper[CLI_PATH_LEN_MAX];
    const char *key;
    json_t *each;
    size_t i;

    if (json_is_object(value)) {
        json_object_foreach(value, key, each)
        {
            (void)snprintf(deeper, sizeof deeper, "%s%s%s", path,
                *path == '\0' ? "" : ".", key);
            rc = rc == ENT_OK ? add_all(paths, deeper, each, err) : rc;
        }
    } else if (json_is_array(value)) {
        json_array_foreach(value, i, each)
        {
            (void)snprintf(deeper, sizeof deeper, "%s[%zu]", path, i);
            rc = rc == ENT_OK ? add_all(paths, deeper, each, err) : rc;
        }
    } else {
        rc = add_value(paths, path, value, err);
    }
    return rc;
}

static void
drop(json_t **json)
{
    json_decref(*json);
}

enum ent_status
cli_paths_of(
    struct cli_paths *paths, const ent_message *message, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    ENT_AUTO(drop) json_t *json = NULL;
    enum ent_status rc = ent_json_write(&message->base, false, &text, err);

    if (rc == ENT_OK) {
        json = json_loadb((const char *)text.data, text.len, 0, NULL);
        rc = json == NULL ? ent_fail(err, ENT_NO_MEMORY, "reading a message")
                          : add_all(paths, "", json, err);
    }
    return rc;
}

/* ---- a message of values ---- */

/* A step of a path: a name, and of a list which one. */
struct step {
    char name[64];
    bool is_list;
    size_t index;
    const char *rest; /* "": the last */
};

static bool
read_step(const char *path, struct step *ret_step)
{
    struct step step = {0};
    size_t len = strcspn(path, ".[");
    char *end;

    if (len == 0 || len >= sizeof step.name) {
        return false;
    }
    memcpy(step.name, path, len);
    path += len;
    if (*path == '[') {
        step.is_list = true;
        step.index = strtoul(path + 1, &end, 10);
        if (end == path + 1 || *end != ']' || step.index >= INDEX_MAX) {
            return false;
        }
        path = end + 1;
    }
    step.rest = *path == '.' ? path + 1 : path;
    *ret_step = step;
    return *path == '\0' || (*path == '.' && path[1] != '\0');
}

static const ProtobufCFieldDescriptor *
field_of(const ProtobufCMessageDescriptor *type, const char *name)
{
    char json_name[ENT_PB_JSON_NAME_MAX];

    for (unsigned i = 0; i < type->n_fields; i++) {
        ent_pb_json_name(&type->fields[i], json_name);
        if (strcmp(json_name, name) == 0) {
            return &type->fields[i];
        }
    }
    return NULL;
}

static json_t *
value_of(const ProtobufCFieldDescriptor *field, const char *value)
{
    if (field->type == PROTOBUF_C_TYPE_BOOL) {
        if (strcmp(value, "true") == 0 || strcmp(value, "false") == 0) {
            return json_boolean(*value == 't');
        }
    }
    return json_string(value);
}

/* The element, which is made when it is the next of the list. */
static json_t *
element_of(json_t *list, size_t index, json_t *fresh)
{
    if (index == json_array_size(list)) {
        (void)json_array_append(list, fresh);
    }
    return json_array_get(list, index);
}

/* The member of that name, which is made when it is not there. */
static json_t *
member_of(json_t *object, const char *name, json_t *fresh)
{
    if (json_object_get(object, name) == NULL) {
        (void)json_object_set(object, name, fresh);
    }
    return json_object_get(object, name);
}

/* One level down: what `step` names in `object`; `leaf` when it is the last. */
static json_t *
walk(json_t *object, const struct step *step, json_t *leaf)
{
    ENT_AUTO(drop) json_t *list = json_array();
    ENT_AUTO(drop) json_t *fresh = leaf == NULL ? json_object() : NULL;
    json_t *inside = leaf == NULL ? fresh : leaf;

    if (!step->is_list) {
        return member_of(object, step->name, inside);
    }
    return element_of(member_of(object, step->name, list), step->index, inside);
}

static enum ent_status
put(json_t *root, const struct cli_path *each, struct ent_error *err)
{
    const ProtobufCMessageDescriptor *type = &entente__v1__message__descriptor;
    const char *rest = each->path;
    json_t *at = root;

    for (;;) {
        ENT_AUTO(drop) json_t *leaf = NULL;
        const ProtobufCFieldDescriptor *field;
        struct step step;

        field = read_step(rest, &step) ? field_of(type, step.name) : NULL;
        if (field == NULL ||
            step.is_list != (field->label == PROTOBUF_C_LABEL_REPEATED)) {
            return ent_fail(err, ENT_BAD_INPUT,
                "there is no '%s' in the catalogue", each->path);
        }
        type =
            field->type == PROTOBUF_C_TYPE_MESSAGE ? field->descriptor : NULL;
        if (type == NULL || ent_json_is_timestamp(type)) {
            leaf = value_of(field, each->value);
        }
        if ((leaf != NULL) != (*step.rest == '\0')) {
            return ent_fail(err, ENT_BAD_INPUT,
                "there is no value '%s' in the catalogue", each->path);
        }
        at = walk(at, &step, leaf);
        if (at == NULL) {
            return ent_fail(err, ENT_BAD_INPUT,
                "'%s': an element before it is missing", each->path);
        }
        if (leaf != NULL) {
            return ENT_OK;
        }
        rest = step.rest;
    }
}

/* "hotlineAlert.when: '7' is ..." names its path before the colon. */
static void
take_path(const struct ent_error *err, char out[static CLI_PATH_LEN_MAX])
{
    size_t len = strcspn(err->text, ": ");

    if (len < CLI_PATH_LEN_MAX && err->text[len] == ':') {
        memcpy(out, err->text, len);
        out[len] = '\0';
    }
}

static void
free_text(char **text)
{
    free(*text);
}

enum ent_status
cli_paths_message(const struct cli_paths *paths, ent_message **ret_message,
    char ret_wrong[static CLI_PATH_LEN_MAX], struct ent_error *err)
{
    ENT_AUTO(drop) json_t *root = json_object();
    ENT_AUTO(free_text) char *text = NULL;
    ProtobufCMessage *message = NULL;
    struct ent_error why = {0};
    enum ent_status rc = ENT_OK;

    ret_wrong[0] = '\0';
    for (size_t i = 0; i < paths->count; i++) {
        rc = put(root, &paths->list[i], err);
        if (rc != ENT_OK) {
            (void)snprintf(
                ret_wrong, CLI_PATH_LEN_MAX, "%s", paths->list[i].path);
            return rc;
        }
    }
    text = json_dumps(root, JSON_COMPACT);
    if (text == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "making a message");
    }
    rc = ent_json_read(ent_view_text(text), &entente__v1__message__descriptor,
        paths->arena, &message, &why);
    if (rc != ENT_OK) {
        take_path(&why, ret_wrong);
        return ent_fail(err, rc, "%s", why.text);
    }
    *ret_message = (ent_message *)message;
    return ENT_OK;
}
