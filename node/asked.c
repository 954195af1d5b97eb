/* SPDX-License-Identifier: Apache-2.0 */
#include "node/asked.h"

#include <inttypes.h>
#include <stdlib.h>

#include "node/alarms.h"
#include "node/asked_internal.h"
#include "proto/base/time.h"

#define CLOSED "asked_closed" /* hours before this one are in the journal */

struct node_asked *
node_asked_new(void)
{
    return calloc(1, sizeof(struct node_asked));
}

void
node_asked_free(struct node_asked **asked)
{
    free(*asked);
    *asked = NULL;
}

/* ---- turns ---- */

void
node_asked_keep(struct node *node)
{
    struct node_asked *asked = node->asked;

    if (asked != NULL && asked->touched) {
        asked->kept = asked->now;
        asked->touched = false;
    }
}

void
node_asked_take_back(struct node *node)
{
    struct node_asked *asked = node->asked;

    if (asked != NULL && asked->touched) {
        asked->now = asked->kept;
        asked->touched = false;
    }
}

/* ---- how often ---- */

/* How often all of them asked today. */
static enum ent_status
load_today(struct node *node, struct ent_error *err)
{
    struct asked_memory *memory = &node->asked->now;
    uint64_t day = node->now_ms / NODE_DAY_MS;
    uint8_t key[NODE_KEY_MAX] = {0};
    uint64_t hour;
    enum ent_status rc = ENT_OK;

    if (memory->has_day && memory->day == day) {
        return ENT_OK;
    }
    memory->today = 0;
    ent_put_be(key, day * ASKED_HOURS, 8);
    while (rc == ENT_OK) {
        ENT_AUTO(node_row_free) node_asked_row *row = NULL;

        rc = node_asked_next(node, key, &hour, &row, err);
        if (rc != ENT_OK || hour / ASKED_HOURS != day) {
            break;
        }
        memory->today += row->asked;
    }
    memory->has_day = rc == ENT_OK || rc == ENT_NOT_FOUND;
    memory->day = day;
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

static bool
is_over(uint64_t limit, uint64_t used, size_t count)
{
    return limit != 0 && used + count > limit;
}

/* One alarm about a user, in whichever roles. */
static enum ent_status
deny(struct node *node, const struct node_asker *asker, const char *span,
    uint64_t limit, uint64_t free_ms, struct ent_error *err)
{
    char user[ASKED_NAME_MAX];
    char name[ASKED_NAME_MAX];
    char at[ENT_TIME_TEXT_MAX];
    enum ent_status rc;

    node_asked_name(asker->user, "", user);
    node_asked_name(asker->user, asker->role, name);
    ent_time_format(free_ms, at);
    rc = node_alarm_raise(node, NODE_ALARM_PROBING, user, err,
        "%s has asked the lists as often as %s (%" PRIu64 ") and is refused "
        "until %s: is that a flight, or somebody fishing? (entente counts "
        "--checks)",
        name, span, limit, at);
    return rc != ENT_OK ? rc
                        : ent_fail(err, ENT_DENIED,
                              "%s has asked the lists as often as %s (%" PRIu64
                              "); more may be asked from %s on",
                              name, span, limit, at);
}

static enum ent_status
check_limits(struct node *node, const struct node_asker *asker,
    const struct asked_user *user, size_t count, struct ent_error *err)
{
    const struct node_checks_limits *limits = &node->config->checks;
    uint64_t hour_ends = (user->hour + 1) * NODE_HOUR_MS;
    uint64_t day_ends = (user->hour / ASKED_HOURS + 1) * NODE_DAY_MS;

    if (is_over(limits->per_day, user->before + user->asked, count)) {
        return deny(node, asker, "a user is allowed in a day", limits->per_day,
            day_ends, err);
    }
    if (is_over(limits->per_hour, user->asked, count)) {
        return deny(node, asker, "a user is allowed in an hour",
            limits->per_hour, hour_ends, err);
    }
    if (is_over(limits->office_per_day, node->asked->now.today, count)) {
        return deny(node, asker, "the whole office may in a day",
            limits->office_per_day, day_ends, err);
    }
    return ENT_OK;
}

/* So much more than he asked his row says: a small quota is counted exactly. */
static uint64_t
ahead_of(const struct node *node)
{
    uint64_t limit = node->config->checks.per_hour;

    return limit == 0 || limit / 32 > NODE_ASKED_AHEAD ? NODE_ASKED_AHEAD
                                                       : limit / 32;
}

enum ent_status
node_asked_count(struct node *node, const struct node_asker *asker,
    size_t count, struct ent_error *err)
{
    struct asked_user *user = NULL;
    struct asked_role *role = NULL;
    enum ent_status rc;

    node->asked->touched = true;
    rc = load_today(node, err);
    if (rc == ENT_OK) {
        rc = node_asked_find(node, asker, &user, &role, err);
    }
    if (rc == ENT_OK) {
        rc = check_limits(node, asker, user, count, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    user->at = node->now_ms;
    user->asked += count;
    role->ahead = true;
    role->asked += count;
    role->purposes[asker->purpose < ASKED_PURPOSES ? asker->purpose : 0] +=
        count;
    node->asked->now.today += count;
    return role->asked <= role->written
               ? ENT_OK
               : node_asked_save(node, role, role->asked + ahead_of(node), err);
}

/* So many misses more in a row. */
static enum ent_status
add_misses(struct node *node, const struct node_asker *asker,
    struct asked_user *user, size_t count, struct ent_error *err)
{
    uint64_t limit = node->config->checks.misses;
    uint64_t before = user->misses;
    char subject[ASKED_NAME_MAX];
    char name[ASKED_NAME_MAX];

    user->misses += count;
    if (limit == 0 || before / limit == user->misses / limit) {
        return ENT_OK;
    }
    node_asked_name(asker->user, "", subject);
    node_asked_name(asker->user, asker->role, name);
    return node_alarm_raise(node, NODE_ALARM_PROBING, subject, err,
        "%s has asked the lists %" PRIu64 " times in a row without a hit, and "
        "for nothing that passes here: is that a file of travellers, or "
        "somebody fishing? (entente counts --checks)",
        name, user->misses);
}

enum ent_status
node_asked_answered(struct node *node, const struct node_asker *asker,
    size_t count, size_t hits, struct ent_error *err)
{
    struct asked_user *user = NULL;
    struct asked_role *role = NULL;
    enum ent_status rc;

    node->asked->touched = true;
    rc = node_asked_find(node, asker, &user, &role, err);
    if (rc != ENT_OK) {
        return rc;
    }
    role->hits += hits;
    if (hits > 0) {
        user->misses = 0;
    }
    return hits > 0 || asker->passing
               ? ENT_OK
               : add_misses(node, asker, user, count, err);
}

/* ---- what is kept ---- */

enum ent_status
node_asked_next(struct node *node, uint8_t key[static NODE_KEY_MAX],
    uint64_t *ret_hour, node_asked_row **ret_row, struct ent_error *err)
{
    const struct asked_role *role;
    struct ent_view value;
    enum ent_status rc = node_store_seek(node->store, NODE_ASKED,
        ent_view_of(key, NODE_ASKED_KEY_LEN), 0, key, &value, err);

    if (rc == ENT_OK) {
        rc = node_row_unpack(value, &entente__rest__v1__asked_row__descriptor,
            (ProtobufCMessage **)ret_row, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_hour = ent_get_be(key, 8);
    (void)node_key_after(key, NODE_ASKED_KEY_LEN);
    role = node_asked_role(node, *ret_hour, (*ret_row)->user, (*ret_row)->role);
    if (role != NULL) { /* not as far ahead */
        (*ret_row)->asked = role->asked;
        (*ret_row)->hits = role->hits;
        for (size_t i = 0; i < (*ret_row)->n_purposes && i < ASKED_PURPOSES;
             i++) {
            (*ret_row)->purposes[i] = role->purposes[i];
        }
    }
    return ENT_OK;
}

/* Who it was is for the row to say, which goes after a year. */
static enum ent_status
record(struct node *node, uint64_t hour, const node_asked_row *row,
    struct ent_error *err)
{
    struct ent_digest subject = node_asked_print(node, row->user, row->role);
    struct ent_digest result = {{0}};

    ent_put_be(result.bytes, hour, 8);
    ent_put_be(result.bytes + 8, row->hits, 8);
    return node_record(node, ENT_ENTRY_LISTS_ASKED, &node->party, &subject,
        &result, row->asked < UINT32_MAX ? (uint32_t)row->asked : UINT32_MAX,
        err);
}

/* Those from `hour` on and before `end`. */
static enum ent_status
record_hours(struct node *node, uint64_t hour, uint64_t end, bool *ret_any,
    struct ent_error *err)
{
    uint8_t key[NODE_KEY_MAX] = {0};
    enum ent_status rc = ENT_OK;

    *ret_any = false;
    ent_put_be(key, hour, 8);
    while (rc == ENT_OK) {
        ENT_AUTO(node_row_free) node_asked_row *row = NULL;

        rc = node_asked_next(node, key, &hour, &row, err);
        if (rc != ENT_OK || hour >= end) {
            break;
        }
        *ret_any = true;
        rc = record(node, hour, row, err);
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

enum ent_status
node_asked_close(struct node *node, struct ent_error *err)
{
    uint64_t end = node->now_ms / NODE_HOUR_MS;
    uint64_t hour;
    bool any = false;
    enum ent_status rc = node_number_get(node->store, CLOSED, &hour, err);

    if (rc != ENT_OK || node->clock_doubt || hour >= end) {
        return rc;
    }
    node->asked->touched = true;
    rc = node_asked_save_before(node, end, err);
    if (rc == ENT_OK) {
        rc = record_hours(node, hour, end, &any, err);
    }
    return rc == ENT_OK && any ? node_number_set(node->store, CLOSED, end, err)
                               : rc;
}

enum ent_status
node_asked_write(struct node *node, struct ent_error *err)
{
    node->asked->touched = true;
    return node_asked_save_before(node, UINT64_MAX, err);
}

enum ent_status
node_asked_prune(struct node *node, uint64_t hour, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    while (rc == ENT_OK) {
        struct node_key key = {.len = NODE_ASKED_KEY_LEN};

        ent_put_be(key.bytes, hour, 8);
        rc = node_store_seek(node->store, NODE_ASKED, node_key_view(&key), 8,
            key.bytes, NULL, err);
        if (rc == ENT_OK) {
            rc = node_store_delete(
                node->store, NODE_ASKED, node_key_view(&key), err);
        }
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}
