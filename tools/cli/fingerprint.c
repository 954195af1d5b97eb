/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/fingerprint.h"

#include <ctype.h>

#include "proto/keytext.h"

bool
cli_fingerprint_matches(const char *text, const struct ent_key_id *id)
{
    char want[ENT_KEY_ID_TEXT_LEN + 1];
    const char *digit = want;

    ent_key_id_format(id, want);
    for (; *text != '\0'; text++) {
        if (*text == ' ') {
            continue;
        }
        if (*digit != tolower((unsigned char)*text)) {
            return false;
        }
        digit++;
    }
    return *digit == '\0';
}
