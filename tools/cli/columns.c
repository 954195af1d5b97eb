/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/columns.h"

#include <assert.h>
#include <stdlib.h>
#include <uniwidth.h>

#define WIDTH_BROAD 110 /* from here on there is room for every column */
#define ROOM_MIN 16     /* narrower than this is not read */

bool
cli_column_is_shown(const struct cli_field *field, size_t width)
{
    return !field->broad || width == 0 || width >= WIDTH_BROAD;
}

static size_t
width_of(const char *text)
{
    int width = u8_strwidth((const uint8_t *)text, "UTF-8");

    return width < 0 ? 0 : (size_t)width;
}

/* As wide as its widest text. */
static size_t
need_of(const json_t *rows, const struct cli_field *field)
{
    size_t need = width_of(field->title);
    const json_t *row;
    size_t i;

    json_array_foreach(rows, i, row)
    {
        char *text = cli_text_of(json_object_get(row, field->key));
        size_t width = text == NULL ? 0 : width_of(text);

        need = width > need ? width : need;
        free(text);
    }
    return need;
}

void
cli_columns_share(const json_t *rows, const struct cli_field *fields,
    size_t count, size_t width, size_t ret_rooms[static CLI_COLUMNS_MAX])
{
    size_t needs[CLI_COLUMNS_MAX] = {0};
    size_t taken = 0;
    size_t wrapping = 0;

    assert(count <= CLI_COLUMNS_MAX);

    for (size_t i = 0; i < count; i++) {
        ret_rooms[i] = 0;
        if (!cli_column_is_shown(&fields[i], width)) {
            continue;
        }
        needs[i] = need_of(rows, &fields[i]);
        taken += 1 + (fields[i].wrap ? 0 : needs[i]); /* and a gap */
        wrapping += fields[i].wrap;
    }
    for (size_t i = 0; i < count && width > 0; i++) {
        size_t share;

        if (needs[i] == 0 || !fields[i].wrap) {
            continue;
        }
        share = width > taken ? (width - taken) / wrapping : 0;
        share = share < ROOM_MIN ? ROOM_MIN : share;
        share = share < needs[i] ? share : needs[i];
        ret_rooms[i] = share;
        taken += share;
        wrapping--;
    }
}
