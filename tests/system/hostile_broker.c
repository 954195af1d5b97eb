/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hostile_broker - the broker, sabotaged: it signs for what Myanmar's centre
 * sends, and forgets it. Whoever promises that nothing is lost must notice.
 *
 * Only broker_spool_put is another one (ld's --wrap): all that the offices can
 * see, custody receipts among it, is as honest as ever.
 */
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
    struct ent_address forgotten;
    enum ent_status rc =
        ent_address_parse(ent_view_text(FORGOTTEN), &forgotten, err);

    if (rc != ENT_OK) {
        return rc;
    }
    if (entry->kind == BROKER_BUNDLE &&
        ent_address_equal(&entry->sender, &forgotten)) {
        return ENT_OK;
    }
    return __real_broker_spool_put(spool, entry, head, body, err);
}
