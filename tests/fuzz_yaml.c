/* SPDX-License-Identifier: Apache-2.0 */
/* Property: any bytes are read or refused with a complaint; what is read keeps
 * to the limits, its maps have no key twice and its positions lie in the file.
 */
#include "tests/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"
#include "proto/base/yaml.h"

static void
expect(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void
check(const struct ent_yaml_node *node, size_t depth, size_t lines)
{
    expect(node->line >= 1 && node->line <= lines && node->column >= 1);
    expect((node->kind == ENT_YAML_SCALAR) == (node->text != NULL));
    expect((node->kind == ENT_YAML_MAP) >= (node->keys != NULL));
    if (node->text != NULL) {
        expect(ent_text_is_nfc(ent_view_text(node->text)));
        expect(node->count == 0);
        return;
    }
    expect(depth < ENT_YAML_DEPTH_MAX);
    for (size_t i = 0; i < node->count; i++) {
        if (node->kind == ENT_YAML_MAP) {
            check(node->keys[i], depth + 1, lines);
            /* The first of that name is this one: there is no other. */
            expect(ent_yaml_get(node, node->keys[i]->text) == node->items[i]);
        }
        check(node->items[i], depth + 1, lines);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const char *const known[] = {"agreement", "version", NULL};
    static struct ent_complaints complaints;
    ENT_AUTO(ent_yaml_free) struct ent_yaml *yaml = NULL;
    size_t lines = 2;

    complaints.count = 0;
    if (ent_yaml_read(ent_view_of(data, len), &yaml, &complaints, NULL) !=
        ENT_OK) {
        expect(yaml == NULL && complaints.count > 0);
        for (size_t i = 0; i < complaints.count; i++) {
            struct ent_view text = ent_view_text(complaints.list[i].text);

            expect(ent_text_is_valid(text, NULL));
            expect(!ent_text_has_controls(text));
        }
        return 0;
    }
    for (size_t i = 0; i < len; i++) {
        lines += data[i] == '\n' || data[i] == '\r' || data[i] >= 0x80;
    }
    check(ent_yaml_root(yaml), 0, lines);
    if (ent_yaml_root(yaml)->kind == ENT_YAML_MAP) {
        ent_yaml_unknown(ent_yaml_root(yaml), known, &complaints);
    }
    return 0;
}
