/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/alert.h"
#include "tools/cli/alert_write.h"
#include "tools/cli/export.h"

/* One element with an alert of CAP 1.2 for each message, as `entente import
 * cap` reads them. */

static enum ent_status
begin(struct cli_export *export, struct ent_error *err)
{
    (void)fputs(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<alerts>\n", export->out);
    return cli_export_written(export, err);
}

static enum ent_status
put(struct cli_export *export, const Entente__V1__InboxItem *item,
    enum cli_leaving *ret_rule, struct ent_error *err)
{
    const struct ent_family *family = ent_family_of(item->message);
    enum ent_status rc;

    if (family == NULL || cli_alert_shape_of(family) == NULL) {
        *ret_rule = CLI_LEAVING_FAMILY;
        return ent_fail(err, ENT_UNSUPPORTED, "its family is no alert");
    }
    rc = cli_alert_write(export->out, item->message, &export->arena, err);
    *ret_rule = rc == ENT_BAD_INPUT ? CLI_LEAVING_SIZE : CLI_LEAVING_CHARACTER;
    return rc == ENT_BAD_INPUT ? ENT_UNSUPPORTED : rc;
}

static enum ent_status
end(struct cli_export *export, struct ent_error *err)
{
    (void)fputs("</alerts>\n", export->out);
    return cli_export_written(export, err);
}

const struct cli_export_format cli_export_as_cap = {
    .once = true, .begin = begin, .put = put, .end = end};
