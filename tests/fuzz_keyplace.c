/* SPDX-License-Identifier: Apache-2.0 */
/* Property: reading any text never misbehaves, and what is read is written so
 * that it reads as the same. No token is spoken to. */
#include "tests/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "proto/keyplace.h"

/* What YAML would read otherwise between quotes. */
static bool
is_plain(const char *uri)
{
    return strpbrk(uri, "\"\\\n\r\t") == NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct ent_keyplace place;
    struct ent_keyplace again;
    char text[ENT_KEYPLACE_TEXT_MAX];

    if (ent_keyplace_parse(ent_view_of(data, len), &place, NULL) != ENT_OK ||
        !is_plain(place.uri)) {
        return 0;
    }
    ent_keyplace_format(&place, text);
    if (ent_keyplace_parse(ent_view_text(text), &again, NULL) != ENT_OK ||
        strcmp(again.uri, place.uri) != 0 || again.role != place.role ||
        memcmp(&again.key, &place.key, sizeof place.key) != 0) {
        abort();
    }
    return 0;
}
