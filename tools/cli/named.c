/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/named.h"

#include <stdio.h>
#include <sysexits.h>

#include "tools/cli/desk.h"

int
cli_named_find(struct cli_client *client, const char *name,
    struct cli_named *ret_named, struct ent_error *err)
{
    const Entente__V1__InboxItem *item = NULL;
    struct ent_id id;
    int code = cli_desk_find(client, name, NULL, &item, err);

    *ret_named = (struct cli_named){.sequence = 0};
    if (code == EX_OK) {
        ret_named->sequence = item->sequence;
        (void)snprintf(ret_named->id, sizeof ret_named->id, "%s", item->id);
        return EX_OK;
    }
    if (code != EX_NOINPUT ||
        ent_id_parse(ent_view_text(name), &id, NULL) != ENT_OK) {
        return code;
    }
    *err = (struct ent_error){0};
    ent_id_format(&id, ret_named->id);
    return EX_OK;
}
