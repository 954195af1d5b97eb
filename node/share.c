/* SPDX-License-Identifier: Apache-2.0 */
#include "node/share.h"

#include <inttypes.h>

#include "node/alarms.h"
#include "proto/refusal.h"

#define REST_LEN 16
#define MIB (UINT64_C(1024) * 1024)
#define RANK_LAST 4
#define CALM_PARTS 64 /* so much less than would be put off ends an alarm */

enum ent_status
node_share_get(struct node *node, const struct ent_party *party,
    struct node_usage *ret_usage, struct ent_error *err)
{
    struct node_key key = node_key_party(party);
    struct ent_view value;
    enum ent_status rc = node_store_get(
        node->store, NODE_SHARE, node_key_view(&key), &value, err);

    *ret_usage = (struct node_usage){0};
    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    if (value.len != REST_LEN) {
        return ent_fail(err, ENT_IO, "the stored share of an office is odd");
    }
    ret_usage->bytes = ent_get_be(value.data, 8);
    ret_usage->bundles = ent_get_be(value.data + 8, 8);
    return ENT_OK;
}

static enum ent_status
put(struct node *node, const struct ent_party *party,
    const struct node_usage *usage, struct ent_error *err)
{
    struct node_key key = node_key_party(party);
    uint8_t rest[REST_LEN];

    ent_put_be(rest, usage->bytes, 8);
    ent_put_be(rest + 8, usage->bundles, 8);
    return usage->bytes == 0 && usage->bundles == 0
               ? node_store_delete(
                     node->store, NODE_SHARE, node_key_view(&key), err)
               : node_store_put(node->store, NODE_SHARE, node_key_view(&key),
                     ent_view_of(rest, sizeof rest), err);
}

enum ent_status
node_share_add(struct node *node, const struct ent_party *party, uint64_t bytes,
    uint64_t bundles, struct ent_error *err)
{
    struct node_usage usage;
    enum ent_status rc = node_share_get(node, party, &usage, err);

    usage.bytes += bytes;
    usage.bundles += bundles;
    return rc != ENT_OK ? rc : put(node, party, &usage, err);
}

static void
take_off(uint64_t *count, uint64_t less)
{
    *count -= *count < less ? *count : less;
}

enum ent_status
node_share_subtract(struct node *node, const struct ent_party *party,
    uint64_t bytes, uint64_t bundles, struct ent_error *err)
{
    struct node_usage usage;
    enum ent_status rc = node_share_get(node, party, &usage, err);

    take_off(&usage.bytes, bytes);
    take_off(&usage.bundles, bundles);
    return rc != ENT_OK ? rc : put(node, party, &usage, err);
}

enum ent_status
node_share_look(struct node *node, const struct ent_party *party,
    struct node_space *ret_space, struct ent_error *err)
{
    struct node_space space = {.limits = node->config->quota};
    enum ent_status rc = node_share_get(node, party, &space.usage, err);

    if (rc == ENT_OK) {
        node_store_room(node->store, &space.store_used, &space.store_max);
        space.disk_room = node_store_disk_room(node->store);
        *ret_space = space;
    }
    return rc;
}

/* ---- alarms ---- */

enum ent_status
node_share_alarm(struct node *node, const struct ent_address *sender,
    const struct node_space *space, uint32_t refusal, struct ent_error *err)
{
    if (refusal == ENT_REFUSAL_STORE_FULL) {
        return node_alarm_raise(node, NODE_ALARM_STORE, node->self.text, err,
            "the store is full, but for what is more urgent: it holds %" PRIu64
            " of %" PRIu64 " MiB, and its disk has room for %" PRIu64
            " MiB. What other offices send is put off, and comes when there is "
            "room: free the disk, raise store_limit in node.yaml and start "
            "the node again, or keep less",
            space->store_used / MIB, space->store_max / MIB,
            space->disk_room / MIB);
    }
    return node_alarm_raise(node, NODE_ALARM_SHARE, sender->text, err,
        "it keeps %" PRIu64 " bundles and %" PRIu64
        " MiB here, and may no more (quota in node.yaml: %" PRIu64
        " bundles, %" PRIu64
        " MiB): what it sends is put off, the least urgent first, and comes "
        "when some of that was deleted. Ask that office why it sends so much",
        space->usage.bundles, space->usage.bytes / MIB, space->limits.bundles,
        node_space_share(&space->limits, space->store_max, 0) / MIB);
}

static bool
is_below(uint64_t used, uint64_t most)
{
    return used + most / CALM_PARTS <= most;
}

static bool
store_is_calm(const struct node_space *space)
{
    uint64_t most =
        node_space_store(&space->limits, space->store_max, RANK_LAST);

    return is_below(space->store_used, most) &&
           is_below(node_space_disk(RANK_LAST), space->disk_room);
}

static bool
share_is_calm(const struct node_space *space)
{
    uint64_t bytes =
        node_space_share(&space->limits, space->store_max, RANK_LAST);

    return is_below(space->usage.bytes, bytes) &&
           is_below(space->usage.bundles,
               node_space_bundles(&space->limits, RANK_LAST));
}

/* True when nothing of what it is about would be put off now. */
static enum ent_status
is_over(struct node *node, uint32_t kind, const char *subject, bool *ret_over,
    struct ent_error *err)
{
    struct ent_address address;
    struct ent_party party;
    struct node_space space;
    enum ent_status rc =
        ent_address_parse(ent_view_text(subject), &address, err);

    if (rc == ENT_OK) {
        party = ent_address_party(&address);
        rc = node_share_look(node, &party, &space, err);
    }
    if (rc == ENT_OK) {
        *ret_over = kind == NODE_ALARM_STORE ? store_is_calm(&space)
                                             : share_is_calm(&space);
    }
    return rc;
}

enum ent_status
node_share_watch(struct node *node, struct ent_error *err)
{
    for (uint64_t number = 0;; number++) {
        ENT_AUTO(node_row_free) Entente__Rest__V1__AlarmRow *row = NULL;
        bool over = false;
        enum ent_status rc = node_alarm_next(node, &number, &row, err);

        if (rc != ENT_OK) {
            return rc == ENT_NOT_FOUND ? ENT_OK : rc;
        }
        if (row->kind != NODE_ALARM_STORE && row->kind != NODE_ALARM_SHARE) {
            continue;
        }
        rc = is_over(node, row->kind, row->subject, &over, err);
        if (rc == ENT_OK && over) {
            rc = node_alarm_settle(node, row->kind, row->subject, err);
        }
        if (rc != ENT_OK) {
            return rc;
        }
    }
}
