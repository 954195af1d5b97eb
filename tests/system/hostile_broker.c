/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hostile_broker - the broker, sabotaged: it signs for what Myanmar's centre
 * sends, and forgets it. Whoever promises that nothing is lost must notice.
 *
 * Only broker_spool_put is another one (ld's --wrap): all that the offices can
 * see, custody receipts among it, is as honest as ever.
 */
#include <string.h>

#include "broker/spool.h"

#define FORGOTTEN "ncc@mm"

enum ent_status __real_broker_spool_put(struct broker_spool *spool,
    struct broker_entry *entry, struct ent_view head, struct ent_view body,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status __wrap_broker_spool_put(struct broker_spool *spool,
    struct broker_entry *entry, struct ent_view head, struct ent_view body,
    struct ent_error *err) ENT_MUST_CHECK;

enum ent_status
__wrap_broker_spool_put(struct broker_spool *spool, struct broker_entry *entry,
    struct ent_view head, struct ent_view body, struct ent_error *err)
{
    static struct ent_address forgotten;
    static struct ent_party party;

    if (forgotten.text[0] == '\0') {
        enum ent_status rc =
            ent_address_parse(ent_view_text(FORGOTTEN), &forgotten, err);

        if (rc != ENT_OK) {
            return rc;
        }
        party = ent_address_party(&forgotten);
    }
    if (entry->kind == BROKER_BUNDLE &&
        memcmp(&entry->sender, &party, sizeof party) == 0) {
        return ENT_OK;
    }
    return __real_broker_spool_put(spool, entry, head, body, err);
}
