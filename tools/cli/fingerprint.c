/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/fingerprint.h"

#include <ctype.h>
#include <string.h>

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

bool
cli_key_id_read(const ProtobufCBinaryData *said, struct ent_key_id *ret_id)
{
    if (said->len != sizeof ret_id->bytes) {
        return false;
    }
    memcpy(ret_id->bytes, said->data, sizeof ret_id->bytes);
    return true;
}

void
cli_fingerprint_of(const ProtobufCBinaryData *said,
    char ret_text[static ENT_FINGERPRINT_LEN + 1])
{
    struct ent_key_id id;

    ret_text[0] = '\0';
    if (cli_key_id_read(said, &id)) {
        ent_fingerprint_format(&id, ret_text);
    }
}
