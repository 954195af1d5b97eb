/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/canonical.h"

#include "proto/message.h"
#include "tools/cli/output.h"

enum ent_status
cli_canonical(
    const ProtobufCMessage *message, json_t **ret_value, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    json_error_t why;
    json_t *value;
    enum ent_status rc;

    rc = ent_json_write(message, false, &text, err);
    if (rc != ENT_OK) {
        return rc;
    }
    value = json_loadb((const char *)text.data, text.len, 0, &why);
    if (value == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "%s", why.text);
    }
    *ret_value = value;
    return ENT_OK;
}

enum ent_status
cli_print_canonical(
    FILE *out, const ProtobufCMessage *message, struct ent_error *err)
{
    json_t *value;
    enum ent_status rc;

    rc = cli_canonical(message, &value, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = cli_print_json(out, value, err);
    json_decref(value);
    return rc;
}
