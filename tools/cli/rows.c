/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/rows.h"

#include "tools/cli/canonical.h"

void
cli_rows_fini(struct cli_rows *rows)
{
    json_decref(rows->table);
    *rows = (struct cli_rows){0};
}

enum ent_status
cli_rows_add(struct cli_rows *rows, const ProtobufCMessage *message,
    json_t *row, struct ent_error *err)
{
    if (rows->json) {
        json_decref(row);
        return cli_print_canonical(stdout, message, err);
    }
    if (rows->table == NULL) {
        rows->table = json_array();
    }
    return json_array_append_new(rows->table, row) == 0
               ? ENT_OK
               : ent_fail(err, ENT_NO_MEMORY, "making a list");
}

enum ent_status
cli_rows_print(const struct cli_rows *rows, const struct cli_field *fields,
    size_t count, const char *nothing, struct ent_error *err)
{
    if (rows->json) {
        return ENT_OK;
    }
    if (json_array_size(rows->table) == 0) {
        puts(nothing);
        return ENT_OK;
    }
    return cli_print_table(stdout, rows->table, fields, count, false, err);
}
