/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/base/yaml_internal.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/nearest.h"
#include "proto/base/text.h"

#define ROUGH_MAX 1024 /* neutralising makes text longer, never shorter */
#define QUOTED_MAX 64
#define KNOWN_MAX 200 /* room for naming the keys that would be right */

/* Where to cut `text` so that less than `size` bytes are left, between two
 * characters. */
static size_t
cut(const char *text, size_t size)
{
    size_t len = strnlen(text, size);

    if (len == size) {
        len--;
        while (len > 0 && ((uint8_t)text[len] & 0xc0) == 0x80) {
            len--;
        }
    }
    return len;
}

int
ent_yaml_quoted(const char *text)
{
    return (int)cut(text, QUOTED_MAX);
}

static void
copy_cut(char *out, size_t size, const char *text)
{
    size_t len = cut(text, size);

    memcpy(out, text, len);
    out[len] = '\0';
}

void
ent_complain(struct ent_complaints *complaints, size_t line, size_t column,
    const char *format, ...)
{
    struct ent_complaint *complaint;
    char rough[ROUGH_MAX];
    char *text;
    va_list args;

    if (complaints->count == ENT_COMPLAINTS_MAX) {
        complaints->dropped++;
        return;
    }
    va_start(args, format);
    (void)vsnprintf(rough, sizeof rough, format, args);
    va_end(args);

    complaint = &complaints->list[complaints->count++];
    *complaint = (struct ent_complaint){.line = line, .column = column};
    text = ent_text_neutral(ent_view_text(rough), false);
    copy_cut(complaint->text, sizeof complaint->text,
        text == NULL ? "no memory to say what is wrong here" : text);
    free(text);
}

static int
by_position(const void *left, const void *right)
{
    const struct ent_complaint *a = left;
    const struct ent_complaint *b = right;

    if (a->line != b->line) {
        return a->line < b->line ? -1 : 1;
    }
    if (a->column != b->column) {
        return a->column < b->column ? -1 : 1;
    }
    return strcmp(a->text, b->text);
}

void
ent_complaints_sort(struct ent_complaints *complaints)
{
    qsort(complaints->list, complaints->count, sizeof complaints->list[0],
        by_position);
}

/* "a, b, c", and "..." when there are more than fit. */
static void
join(const char *const *known, char out[static KNOWN_MAX])
{
    size_t len = 0;

    out[0] = '\0';
    for (size_t i = 0; known[i] != NULL; i++) {
        const char *comma = i == 0 ? "" : ", ";

        if (len + strlen(comma) + strlen(known[i]) + 5 >= KNOWN_MAX) {
            (void)snprintf(out + len, KNOWN_MAX - len, ", ...");
            return;
        }
        len += (size_t)snprintf(
            out + len, KNOWN_MAX - len, "%s%s", comma, known[i]);
    }
}

static void
complain_unknown(const struct ent_yaml_node *key, const char *const *known,
    struct ent_complaints *complaints)
{
    struct ent_nearest nearest = ent_nearest_to(ent_view_text(key->text));
    char list[KNOWN_MAX];

    for (size_t i = 0; known[i] != NULL; i++) {
        ent_nearest_try(&nearest, known[i]);
    }
    if (nearest.best != NULL) {
        ent_complain(complaints, key->line, key->column,
            "unknown key '%.*s'; did you mean '%s'?",
            ent_yaml_quoted(key->text), key->text, nearest.best);
        return;
    }
    join(known, list);
    ent_complain(complaints, key->line, key->column,
        "unknown key '%.*s'; known here: %s", ent_yaml_quoted(key->text),
        key->text, list);
}

static bool
is_known(const char *key, const char *const *known)
{
    for (; *known != NULL; known++) {
        if (strcmp(key, *known) == 0) {
            return true;
        }
    }
    return false;
}

void
ent_yaml_unknown(const struct ent_yaml_node *map, const char *const *known,
    struct ent_complaints *complaints)
{
    assert(map->kind == ENT_YAML_MAP);

    for (size_t i = 0; i < map->count; i++) {
        if (!is_known(map->keys[i]->text, known)) {
            complain_unknown(map->keys[i], known, complaints);
        }
    }
}
