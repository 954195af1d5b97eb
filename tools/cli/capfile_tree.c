/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "tools/cli/capfile_internal.h"

#define SCHEMA_INSTANCE "http://www.w3.org/2001/XMLSchema-instance"

void
cli_capfile_fault(struct cli_capfile *file, const char *why)
{
    struct cli_cap_row *row = &file->row;

    if (row->fault[0] == '\0') {
        (void)snprintf(row->fault, sizeof row->fault, "%s", why);
        row->fault_line = XML_GetCurrentLineNumber(file->parser);
        row->fault_column = XML_GetCurrentColumnNumber(file->parser) + 1;
    }
}

static char *
copy(struct cli_capfile *file, const char *text, size_t len)
{
    char *out = ent_arena_alloc(&file->arena, len + 1);

    if (out == NULL) {
        cli_capfile_fault(file, "has more in it than an alert may");
    } else {
        memcpy(out, text, len);
    }
    return out;
}

const char *
cli_capfile_name_of(const char *full)
{
    const char *part = strchr(full, PARTED);

    return part == NULL ? full : part + 1;
}

static size_t
space_len(const char *full)
{
    const char *part = strchr(full, PARTED);

    return part == NULL ? 0 : (size_t)(part - full);
}

static const char *
space_of(struct cli_capfile *file, const char *full)
{
    size_t len = space_len(full);

    if (len == sizeof CLI_CAP_NAMESPACE - 1 &&
        memcmp(full, CLI_CAP_NAMESPACE, len) == 0) {
        return CLI_CAP_NAMESPACE;
    }
    return len == 0 ? "" : copy(file, full, len);
}

/* One that means something; where a schema lies means nothing here. */
static const char *
attribute_of(struct cli_capfile *file, const char *const *attributes)
{
    for (; *attributes != NULL; attributes += 2) {
        if (space_len(*attributes) != sizeof SCHEMA_INSTANCE - 1 ||
            memcmp(*attributes, SCHEMA_INSTANCE, sizeof SCHEMA_INSTANCE - 1) !=
                0) {
            const char *name = cli_capfile_name_of(*attributes);

            return copy(file, name, strlen(name));
        }
    }
    return NULL;
}

bool
cli_capfile_is_blank(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (strchr(" \t\r\n", text[i]) == NULL || text[i] == '\0') {
            return false;
        }
    }
    return true;
}

void
cli_capfile_open(
    struct cli_capfile *file, const char *full, const char *const *attributes)
{
    struct cli_cap_element *element = NULL;

    if (file->elements++ == CLI_CAP_ELEMENTS_MAX) {
        cli_capfile_fault(file, "has more elements than an alert may");
    } else if (file->depth - file->row_depth == CLI_CAP_DEPTH_MAX) {
        cli_capfile_fault(file, "elements lie too deep in each other");
    } else {
        element = ent_arena_alloc(&file->arena, sizeof *element);
    }
    if (element == NULL) {
        cli_capfile_fault(file, "has more in it than an alert may");
        return;
    }
    element->name = copy(
        file, cli_capfile_name_of(full), strlen(cli_capfile_name_of(full)));
    element->space = space_of(file, full);
    element->attribute = attribute_of(file, attributes);
    element->text = "";
    element->line = XML_GetCurrentLineNumber(file->parser);
    element->column = XML_GetCurrentColumnNumber(file->parser) + 1;
    element->parent = file->at;
    if (file->at == NULL) {
        file->row.alert = element;
    } else if (file->at->last == NULL) {
        file->at->first = file->at->last = element;
    } else {
        file->at->last->next = element;
        file->at->last = element;
    }
    file->at = element;
}

/* What stands before a tag, in the element that is open there. */
void
cli_capfile_take_text(struct cli_capfile *file, bool closing)
{
    const char *text = file->text;
    size_t len = file->text_len;

    file->text_len = 0;
    if (file->at == NULL || cli_capfile_is_blank(text, len)) {
        return;
    }
    if (!closing || file->at->first != NULL) {
        file->at->mixed = true;
        return;
    }
    for (; cli_capfile_is_blank(text, 1); len--) {
        text++;
    }
    for (; cli_capfile_is_blank(text + len - 1, 1); len--) {
    }
    file->at->text = copy(file, text, len);
}

bool
cli_capfile_is_building(const struct cli_capfile *file)
{
    return file->inside && !file->cut && file->row.fault[0] == '\0';
}
