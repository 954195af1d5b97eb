/* SPDX-License-Identifier: Apache-2.0 */
/* Property: the key of any bytes is UTF-8 in form C without an invisible
 * character, or there is none; and looking for Zawgyi never misbehaves. */
#include "tests/fuzz.h"

#include <stdlib.h>

#include "proto/base/text.h"
#include "proto/namekey.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct ent_view name = ent_view_of(data, len);
    struct ent_view key;
    char text[ENT_NAMEKEY_MAX];

    (void)ent_namekey_is_zawgyi(name);
    if (ent_namekey_of(name, text, NULL) != ENT_OK) {
        return 0;
    }
    key = ent_view_text(text);
    if (!ent_text_is_valid(key, NULL) || !ent_text_is_nfc(key) ||
        ent_text_has_controls(key)) {
        abort();
    }
    return 0;
}
