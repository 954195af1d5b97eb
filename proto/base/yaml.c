/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file is read three times, each time by something that relies on what came
 * before: its text (size, UTF-8, NFC), its tokens (anchors, aliases, tags and
 * directives are all visible only there, and depth is bounded before libyaml's
 * own stack grows), both in yaml_check.c; and its events, which become the
 * tree, here.
 */
#include "proto/base/yaml_internal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"

struct ent_yaml {
    struct ent_yaml_node *root;
};

static void
node_free(struct ent_yaml_node **node)
{
    struct ent_yaml_node *old = *node;

    if (old == NULL) {
        return;
    }
    for (size_t i = 0; i < old->count; i++) {
        node_free(&old->items[i]);
        if (old->keys != NULL) {
            node_free(&old->keys[i]);
        }
    }
    free(old->items);
    free(old->keys);
    free((void *)old->text);
    free(old);
    *node = NULL;
}

static enum ent_status
next_event(struct ent_yaml_reader *reader, yaml_event_t *ret_event)
{
    if (!yaml_parser_parse(&reader->parser, ret_event)) {
        memset(ret_event, 0, sizeof *ret_event);
        return ent_yaml_failed(reader);
    }
    return ENT_OK;
}

static enum ent_status
node_new(struct ent_yaml_reader *reader, const yaml_event_t *event,
    enum ent_yaml_kind kind, struct ent_yaml_node **ret_node)
{
    struct ent_yaml_node *node;

    if (reader->nodes == ENT_YAML_NODES_MAX) {
        ent_yaml_complain_at(reader, &event->start_mark,
            "more than 65536 values; split the file");
        return ENT_BAD_INPUT;
    }
    node = calloc(1, sizeof *node);
    if (node == NULL) {
        return ent_fail(reader->err, ENT_NO_MEMORY, "a value of a YAML file");
    }
    node->kind = kind;
    node->line = event->start_mark.line + 1;
    node->column = event->start_mark.column + 1;
    reader->nodes++;
    *ret_node = node;
    return ENT_OK;
}

/* Escapes in double quotes can spell what check_text would not have passed. */
static void
check_scalar(struct ent_yaml_reader *reader, const yaml_event_t *event)
{
    struct ent_view text =
        ent_view_of(event->data.scalar.value, event->data.scalar.length);

    if (!ent_text_is_valid(text, NULL)) {
        ent_yaml_complain_at(reader, &event->start_mark,
            "an escape in this text gives a NUL or no character at all");
    } else if (!ent_text_is_nfc(text)) {
        ent_yaml_complain_at(reader, &event->start_mark,
            "escapes make this text leave Unicode normalisation form C");
    }
}

static enum ent_status
read_scalar(struct ent_yaml_reader *reader, const yaml_event_t *event,
    struct ent_yaml_node **ret_node)
{
    ENT_AUTO(node_free) struct ent_yaml_node *node = NULL;
    size_t len = event->data.scalar.length;
    enum ent_status rc;
    char *text;

    check_scalar(reader, event);
    rc = node_new(reader, event, ENT_YAML_SCALAR, &node);
    if (rc != ENT_OK) {
        return rc;
    }
    text = calloc(1, len + 1);
    if (text == NULL) {
        return ent_fail(reader->err, ENT_NO_MEMORY, "a text of %zu bytes", len);
    }
    memcpy(text, event->data.scalar.value, len);
    node->text = text;
    *ret_node = node;
    node = NULL;
    return ENT_OK;
}

/* Double `list` when its `count` entries fill it (capacity 4, 8, 16 ...). */
static enum ent_status
make_room(
    struct ent_yaml_reader *reader, struct ent_yaml_node ***list, size_t count)
{
    struct ent_yaml_node **larger;

    if (count != 0 && (count < 4 || (count & (count - 1)) != 0)) {
        return ENT_OK;
    }
    larger = calloc(count == 0 ? 4 : count * 2, sizeof(struct ent_yaml_node *));
    if (larger == NULL) {
        return ent_fail(
            reader->err, ENT_NO_MEMORY, "a list of %zu values", count);
    }
    if (count > 0) {
        memcpy(larger, *list, count * sizeof(struct ent_yaml_node *));
    }
    free(*list);
    *list = larger;
    return ENT_OK;
}

/* Append to `node`, which then owns `key` (maps only) and `item`. */
static enum ent_status
add_child(struct ent_yaml_reader *reader, struct ent_yaml_node *node,
    struct ent_yaml_node **key, struct ent_yaml_node **item)
{
    enum ent_status rc;

    rc = make_room(reader, &node->items, node->count);
    if (rc != ENT_OK) {
        return rc;
    }
    if (key != NULL) {
        rc = make_room(reader, &node->keys, node->count);
        if (rc != ENT_OK) {
            return rc;
        }
        node->keys[node->count] = *key;
        *key = NULL;
    }
    node->items[node->count++] = *item;
    *item = NULL;
    return ENT_OK;
}

static enum ent_status read_value(struct ent_yaml_reader *reader,
    const yaml_event_t *event, struct ent_yaml_node **ret_node);

/* Read the next value, or find that `end` ends its parent (NULL, ENT_OK);
 * YAML_NO_EVENT where there must be a value. */
static enum ent_status
read_next(struct ent_yaml_reader *reader, yaml_event_type_t end,
    struct ent_yaml_node **ret_node)
{
    ENT_AUTO(yaml_event_delete) yaml_event_t event = {0};
    enum ent_status rc;

    rc = next_event(reader, &event);
    if (rc != ENT_OK || (event.type == end && end != YAML_NO_EVENT)) {
        return rc;
    }
    return read_value(reader, &event, ret_node);
}

static enum ent_status
read_items(struct ent_yaml_reader *reader, struct ent_yaml_node *list)
{
    for (;;) {
        ENT_AUTO(node_free) struct ent_yaml_node *item = NULL;
        enum ent_status rc;

        rc = read_next(reader, YAML_SEQUENCE_END_EVENT, &item);
        if (rc != ENT_OK || item == NULL) {
            return rc;
        }
        rc = add_child(reader, list, NULL, &item);
        if (rc != ENT_OK) {
            return rc;
        }
    }
}

static void
check_key(struct ent_yaml_reader *reader, const struct ent_yaml_node *key)
{
    if (key->kind != ENT_YAML_SCALAR) {
        ent_complain(reader->complaints, key->line, key->column,
            "a list or map cannot be a key; write a word");
    } else if (strcmp(key->text, "<<") == 0) {
        ent_complain(reader->complaints, key->line, key->column,
            "merge keys (<<) are not allowed; write the values out");
    }
}

static int
by_key(const void *left, const void *right)
{
    const struct ent_yaml_node *a = *(struct ent_yaml_node *const *)left;
    const struct ent_yaml_node *b = *(struct ent_yaml_node *const *)right;
    int order = strcmp(a->text, b->text);

    if (order == 0) {
        order = a->line != b->line ? (a->line < b->line ? -1 : 1)
                                   : (a->column < b->column ? -1 : 1);
    }
    return order;
}

/* Sorted, because comparing each with each would let a file of a megabyte
 * occupy us for minutes. */
static enum ent_status
check_duplicates(
    struct ent_yaml_reader *reader, const struct ent_yaml_node *map)
{
    struct ent_yaml_node **sorted;
    size_t count = 0;

    if (map->count < 2) {
        return ENT_OK;
    }
    sorted = calloc(map->count, sizeof(struct ent_yaml_node *));
    if (sorted == NULL) {
        return ent_fail(reader->err, ENT_NO_MEMORY, "sorting keys");
    }
    for (size_t i = 0; i < map->count; i++) {
        if (map->keys[i]->text != NULL) {
            sorted[count++] = map->keys[i];
        }
    }
    qsort(sorted, count, sizeof(struct ent_yaml_node *), by_key);
    for (size_t i = 1; i < count; i++) {
        const struct ent_yaml_node *first = sorted[i - 1];
        const struct ent_yaml_node *again = sorted[i];

        if (strcmp(first->text, again->text) == 0) {
            ent_complain(reader->complaints, again->line, again->column,
                "'%.*s' stands here a second time; the first is at %zu:%zu",
                ent_yaml_quoted(again->text), again->text, first->line,
                first->column);
        }
    }
    free(sorted);
    return ENT_OK;
}

static enum ent_status
read_pairs(struct ent_yaml_reader *reader, struct ent_yaml_node *map)
{
    for (;;) {
        ENT_AUTO(node_free) struct ent_yaml_node *key = NULL;
        ENT_AUTO(node_free) struct ent_yaml_node *item = NULL;
        enum ent_status rc;

        rc = read_next(reader, YAML_MAPPING_END_EVENT, &key);
        if (rc != ENT_OK) {
            return rc;
        }
        if (key == NULL) {
            return check_duplicates(reader, map);
        }
        check_key(reader, key);
        rc = read_next(reader, YAML_NO_EVENT, &item);
        if (rc != ENT_OK) {
            return rc;
        }
        rc = add_child(reader, map, &key, &item);
        if (rc != ENT_OK) {
            return rc;
        }
    }
}

/* Depth again: `[a: b]` and a list under a key nest without a token. */
static enum ent_status
read_collection(struct ent_yaml_reader *reader, const yaml_event_t *event,
    struct ent_yaml_node **ret_node)
{
    bool is_map = event->type == YAML_MAPPING_START_EVENT;
    ENT_AUTO(node_free) struct ent_yaml_node *node = NULL;
    enum ent_status rc;

    if (reader->depth == ENT_YAML_DEPTH_MAX) {
        ent_yaml_complain_at(reader, &event->start_mark,
            "nested more than 16 deep; make it flatter");
        return ENT_BAD_INPUT;
    }
    rc = node_new(reader, event, is_map ? ENT_YAML_MAP : ENT_YAML_LIST, &node);
    if (rc != ENT_OK) {
        return rc;
    }
    reader->depth++;
    rc = is_map ? read_pairs(reader, node) : read_items(reader, node);
    reader->depth--;
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_node = node;
    node = NULL;
    return ENT_OK;
}

static enum ent_status
read_value(struct ent_yaml_reader *reader, const yaml_event_t *event,
    struct ent_yaml_node **ret_node)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return read_scalar(reader, event, ret_node);
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        return read_collection(reader, event, ret_node);
    default:
        ent_yaml_complain_at(
            reader, &event->start_mark, "expected a value here");
        return ENT_BAD_INPUT;
    }
}

/* Take one event that must be of `type`. */
static enum ent_status
expect_event(
    struct ent_yaml_reader *reader, yaml_event_type_t type, const char *what)
{
    ENT_AUTO(yaml_event_delete) yaml_event_t event = {0};
    enum ent_status rc;

    rc = next_event(reader, &event);
    if (rc == ENT_OK && event.type != type) {
        ent_yaml_complain_at(reader, &event.start_mark, what);
        rc = ENT_BAD_INPUT;
    }
    return rc;
}

static enum ent_status
read_stream(struct ent_yaml_reader *reader, struct ent_yaml_node **ret_root)
{
    enum ent_status rc;

    rc = expect_event(reader, YAML_STREAM_START_EVENT, "expected a file");
    if (rc != ENT_OK) {
        return rc;
    }
    rc = expect_event(reader, YAML_DOCUMENT_START_EVENT, "the file is empty");
    if (rc != ENT_OK) {
        return rc;
    }
    rc = read_next(reader, YAML_NO_EVENT, ret_root);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = expect_event(
        reader, YAML_DOCUMENT_END_EVENT, "expected the end of the document");
    if (rc != ENT_OK) {
        return rc;
    }
    return expect_event(reader, YAML_STREAM_END_EVENT,
        "a second document begins here; one file is one document");
}

static enum ent_status
read_tree(struct ent_yaml_reader *reader, struct ent_yaml_node **ret_root)
{
    ENT_AUTO(node_free) struct ent_yaml_node *root = NULL;
    enum ent_status rc;

    reader->depth = 0;
    rc = ent_yaml_start(reader);
    if (rc == ENT_OK) {
        rc = read_stream(reader, &root);
    }
    yaml_parser_delete(&reader->parser);
    if (rc == ENT_OK && reader->complaints->count > 0) {
        rc = ENT_BAD_INPUT;
    }
    if (rc == ENT_OK) {
        *ret_root = root;
        root = NULL;
    }
    return rc;
}

/* Put the first of the complaints into `err`, for callers that show only it. */
static enum ent_status
refused(struct ent_yaml_reader *reader)
{
    const struct ent_complaint *first;

    ent_complaints_sort(reader->complaints);
    first = &reader->complaints->list[0];
    return ent_fail(reader->err, ENT_BAD_INPUT, "%zu:%zu: %s", first->line,
        first->column, first->text);
}

enum ent_status
ent_yaml_read(struct ent_view text, struct ent_yaml **ret_yaml,
    struct ent_complaints *complaints, struct ent_error *err)
{
    struct ent_yaml_reader reader = {
        .text = text, .complaints = complaints, .err = err};
    ENT_AUTO(ent_yaml_free) struct ent_yaml *yaml = NULL;
    enum ent_status rc;

    assert(ret_yaml != NULL && complaints != NULL && complaints->count == 0);

    rc = ent_yaml_check(&reader);
    if (rc == ENT_BAD_INPUT) {
        return refused(&reader);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    yaml = calloc(1, sizeof *yaml);
    if (yaml == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "reading YAML");
    }
    rc = read_tree(&reader, &yaml->root);
    if (rc == ENT_BAD_INPUT) {
        return refused(&reader);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_yaml = yaml;
    yaml = NULL;
    return ENT_OK;
}

void
ent_yaml_free(struct ent_yaml **yaml)
{
    if (*yaml == NULL) {
        return;
    }
    node_free(&(*yaml)->root);
    free(*yaml);
    *yaml = NULL;
}

const struct ent_yaml_node *
ent_yaml_root(const struct ent_yaml *yaml)
{
    return yaml->root;
}

const struct ent_yaml_node *
ent_yaml_get(const struct ent_yaml_node *map, const char *key)
{
    if (map == NULL || map->kind != ENT_YAML_MAP) {
        return NULL;
    }
    for (size_t i = 0; i < map->count; i++) {
        if (strcmp(map->keys[i]->text, key) == 0) {
            return map->items[i];
        }
    }
    return NULL;
}
