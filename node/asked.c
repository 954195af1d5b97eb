/* SPDX-License-Identifier: Apache-2.0 */
#include "node/asked.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/alarms.h"
#include "node/lifetime.h"
#include "proto/base/time.h"

#define HOUR_MS (NODE_DAY_MS / 24)
#define HOURS 24
#define ASKERS_MAX 64 /* in memory */
#define PURPOSES 16
#define NAME_MAX_LEN (NODE_ASKED_ROLE_MAX + 48)
#define CLOSED "asked_closed" /* hours before this one are in the journal */

/* One asker, in the hour in which he last asked. */
struct counted {
    uint64_t user;
    char role[NODE_ASKED_ROLE_MAX + 1];
    uint64_t hour;
    uint64_t before; /* earlier on that day */
    uint64_t asked;
    uint64_t written; /* his row says: asked so often */
    uint64_t hits;
    uint64_t misses; /* in a row, of what did not pass here */
    uint64_t purposes[PURPOSES];
    bool ahead;    /* his row does not say it exactly */
    uint64_t used; /* the least was used longest ago */
};

struct node_asked {
    struct counted list[ASKERS_MAX];
    size_t count;
    uint64_t uses;
    bool has_day;
    uint64_t day;
    uint64_t today; /* by all */
};

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

void
node_asked_forget(struct node *node)
{
    if (node->asked != NULL) {
        *node->asked = (struct node_asked){0};
    }
}

/* ---- rows ---- */

static void
name_of(uint64_t user, const char *role, char ret_name[static NAME_MAX_LEN])
{
    char number[24] = "unknown";

    if (user != NODE_USER_UNKNOWN) {
        (void)snprintf(number, sizeof number, "%" PRIu64, user);
    }
    (void)snprintf(ret_name, NAME_MAX_LEN, "user %s%s%s", number,
        role[0] == '\0' ? "" : ", ", role);
}

static uint64_t
place_of(uint64_t user, const char *role)
{
    char name[NAME_MAX_LEN];
    struct ent_digest digest;

    name_of(user, role, name);
    digest = ent_digest_of(ent_view_text(name));
    return ent_get_be(digest.bytes, 8);
}

static struct node_key
key_of(uint64_t hour, uint64_t place)
{
    struct node_key key = {.len = 16};

    ent_put_be(key.bytes, hour, 8);
    ent_put_be(key.bytes + 8, place, 8);
    return key;
}

static enum ent_status
get(struct node *node, uint64_t hour, uint64_t place, node_asked_row **ret_row,
    struct ent_error *err)
{
    struct node_key key = key_of(hour, place);

    return node_row_get(node->store, NODE_ASKED, node_key_view(&key),
        &entente__rest__v1__asked_row__descriptor, (ProtobufCMessage **)ret_row,
        err);
}

/* His row becomes this, and says that he asked `asked` times. */
static enum ent_status
save(struct node *node, struct counted *counted, uint64_t asked,
    struct ent_error *err)
{
    node_asked_row row = ENTENTE__REST__V1__ASKED_ROW__INIT;
    struct node_key key =
        key_of(counted->hour, place_of(counted->user, counted->role));
    enum ent_status rc = ENT_OK;

    if (counted->written == 0) { /* the hour's end, the same for each row */
        rc = node_lifetime_put(node->store, NODE_LIFE_ASKED, counted->hour,
            (counted->hour + 1) * HOUR_MS + NODE_ASKED_KEEP_MS, err);
    }
    row.user = counted->user;
    row.role = counted->role;
    row.asked = asked;
    row.hits = counted->hits;
    row.misses = counted->misses;
    row.purposes = counted->purposes;
    row.n_purposes = PURPOSES;
    if (rc == ENT_OK) {
        rc = node_row_put(
            node->store, NODE_ASKED, node_key_view(&key), &row.base, err);
    }
    if (rc == ENT_OK) {
        counted->written = asked;
    }
    return rc;
}

static enum ent_status
save_exactly(struct node *node, struct counted *counted, struct ent_error *err)
{
    if (!counted->ahead) {
        return ENT_OK;
    }
    counted->ahead = false;
    return save(node, counted, counted->asked, err);
}

/* ---- who asks ---- */

static enum ent_status
load_hour(struct node *node, struct counted *counted, uint64_t hour,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_asked_row *row = NULL;
    enum ent_status rc =
        get(node, hour, place_of(counted->user, counted->role), &row, err);

    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    counted->misses = row->misses;
    if (hour != counted->hour) {
        counted->before += row->asked;
        return ENT_OK;
    }
    counted->asked = counted->written = row->asked;
    counted->hits = row->hits;
    for (size_t i = 0; i < row->n_purposes && i < PURPOSES; i++) {
        counted->purposes[i] = row->purposes[i];
    }
    return ENT_OK;
}

/* What the store says of today. */
static enum ent_status
load(struct node *node, struct counted *counted, struct ent_error *err)
{
    uint64_t hour = counted->hour - counted->hour % HOURS;
    enum ent_status rc = ENT_OK;

    for (; rc == ENT_OK && hour <= counted->hour; hour++) {
        rc = load_hour(node, counted, hour, err);
    }
    return rc;
}

/* Room for one more; who asked longest ago is written and goes. */
static enum ent_status
make_room(
    struct node *node, struct counted **ret_counted, struct ent_error *err)
{
    struct node_asked *asked = node->asked;
    struct counted *oldest = &asked->list[0];
    enum ent_status rc;

    if (asked->count < ASKERS_MAX) {
        *ret_counted = &asked->list[asked->count++];
        return ENT_OK;
    }
    for (size_t i = 1; i < asked->count; i++) {
        if (asked->list[i].used < oldest->used) {
            oldest = &asked->list[i];
        }
    }
    rc = save_exactly(node, oldest, err);
    *ret_counted = oldest;
    return rc;
}

static struct counted *
find(struct node_asked *asked, uint64_t user, const char *role)
{
    for (size_t i = 0; i < asked->count; i++) {
        if (asked->list[i].user == user &&
            strcmp(asked->list[i].role, role) == 0) {
            return &asked->list[i];
        }
    }
    return NULL;
}

/* Another hour, perhaps another day, begins for him. */
static enum ent_status
turn_hour(struct node *node, struct counted *counted, uint64_t hour,
    struct ent_error *err)
{
    enum ent_status rc = save_exactly(node, counted, err);

    if (rc != ENT_OK) {
        return rc;
    }
    counted->before = hour / HOURS == counted->hour / HOURS
                          ? counted->before + counted->asked
                          : 0;
    counted->hour = hour;
    counted->asked = counted->written = counted->hits = 0;
    memset(counted->purposes, 0, sizeof counted->purposes);
    return ENT_OK;
}

static enum ent_status
look_up(struct node *node, const struct node_asker *asker,
    struct counted **ret_counted, struct ent_error *err)
{
    uint64_t hour = node->now_ms / HOUR_MS;
    struct counted *counted = find(node->asked, asker->user, asker->role);
    enum ent_status rc = ENT_OK;

    if (counted == NULL) {
        rc = make_room(node, &counted, err);
        if (rc != ENT_OK) {
            return rc;
        }
        *counted = (struct counted){.user = asker->user, .hour = hour};
        (void)snprintf(counted->role, sizeof counted->role, "%s", asker->role);
        rc = load(node, counted, err);
    } else if (counted->hour != hour) {
        rc = turn_hour(node, counted, hour, err);
    }
    counted->used = ++node->asked->uses;
    *ret_counted = counted;
    return rc;
}

/* How often all of them asked today. */
static enum ent_status
load_today(struct node *node, struct ent_error *err)
{
    struct node_asked *asked = node->asked;
    uint64_t day = node->now_ms / NODE_DAY_MS;
    uint64_t hour = day * HOURS;
    uint64_t place = 0;
    enum ent_status rc = ENT_OK;

    if (asked->has_day && asked->day == day) {
        return ENT_OK;
    }
    asked->today = 0;
    while (rc == ENT_OK) {
        ENT_AUTO(node_row_free) node_asked_row *row = NULL;

        rc = node_asked_next(node, &hour, &place, &row, err);
        if (rc != ENT_OK || hour / HOURS != day) {
            break;
        }
        asked->today += row->asked;
        place++;
        hour += place == 0;
    }
    asked->has_day = rc == ENT_OK || rc == ENT_NOT_FOUND;
    asked->day = day;
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

/* ---- how often ---- */

static bool
is_over(uint64_t limit, uint64_t used, size_t count)
{
    return limit != 0 && used + count > limit;
}

static enum ent_status
deny(struct node *node, const struct counted *counted, const char *span,
    uint64_t limit, uint64_t free_ms, struct ent_error *err)
{
    char name[NAME_MAX_LEN];
    char at[ENT_TIME_TEXT_MAX];
    enum ent_status rc;

    name_of(counted->user, counted->role, name);
    ent_time_format(free_ms, at);
    rc = node_alarm_raise(node, NODE_ALARM_PROBING, name, err,
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
check_limits(struct node *node, const struct counted *counted, size_t count,
    struct ent_error *err)
{
    const struct node_checks_limits *limits = &node->config->checks;
    uint64_t hour_ends = (counted->hour + 1) * HOUR_MS;
    uint64_t day_ends = (counted->hour / HOURS + 1) * NODE_DAY_MS;

    if (is_over(limits->per_day, counted->before + counted->asked, count)) {
        return deny(node, counted, "is allowed in a day", limits->per_day,
            day_ends, err);
    }
    if (is_over(limits->per_hour, counted->asked, count)) {
        return deny(node, counted, "is allowed in an hour", limits->per_hour,
            hour_ends, err);
    }
    if (is_over(limits->office_per_day, node->asked->today, count)) {
        return deny(node, counted, "the whole office may in a day",
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
    struct counted *counted = NULL;
    enum ent_status rc = load_today(node, err);

    if (rc == ENT_OK) {
        rc = look_up(node, asker, &counted, err);
    }
    if (rc == ENT_OK) {
        rc = check_limits(node, counted, count, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    counted->ahead = true;
    counted->asked += count;
    counted->purposes[asker->purpose < PURPOSES ? asker->purpose : 0] += count;
    node->asked->today += count;
    return counted->asked <= counted->written
               ? ENT_OK
               : save(node, counted, counted->asked + ahead_of(node), err);
}

enum ent_status
node_asked_answered(struct node *node, const struct node_asker *asker,
    size_t count, size_t hits, struct ent_error *err)
{
    uint64_t limit = node->config->checks.misses;
    struct counted *counted = NULL;
    char name[NAME_MAX_LEN];
    uint64_t before;
    enum ent_status rc = look_up(node, asker, &counted, err);

    if (rc != ENT_OK) {
        return rc;
    }
    counted->hits += hits;
    if (hits > 0) {
        counted->misses = 0;
    }
    if (hits > 0 || asker->passing) {
        return ENT_OK;
    }
    before = counted->misses;
    counted->misses += count;
    if (limit == 0 || before / limit == counted->misses / limit) {
        return ENT_OK;
    }
    name_of(asker->user, asker->role, name);
    return node_alarm_raise(node, NODE_ALARM_PROBING, name, err,
        "%s has asked the lists %" PRIu64 " times in a row without a hit, and "
        "for nothing that passes here: is that a file of travellers, or "
        "somebody fishing? (entente counts --checks)",
        name, counted->misses);
}

/* ---- what is kept ---- */

enum ent_status
node_asked_next(struct node *node, uint64_t *hour, uint64_t *place,
    node_asked_row **ret_row, struct ent_error *err)
{
    struct node_key key = key_of(*hour, *place);
    const struct counted *counted;
    struct ent_view value;
    enum ent_status rc = node_store_seek(node->store, NODE_ASKED,
        node_key_view(&key), 0, key.bytes, &value, err);

    if (rc == ENT_OK) {
        rc = node_row_unpack(value, &entente__rest__v1__asked_row__descriptor,
            (ProtobufCMessage **)ret_row, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    *hour = ent_get_be(key.bytes, 8);
    *place = ent_get_be(key.bytes + 8, 8);
    counted = find(node->asked, (*ret_row)->user, (*ret_row)->role);
    if (counted != NULL && counted->hour == *hour) { /* not as far ahead */
        (*ret_row)->asked = counted->asked;
        (*ret_row)->hits = counted->hits;
    }
    return ENT_OK;
}

/* Who it was is for the row to say, which goes after a year. */
static enum ent_status
record(struct node *node, uint64_t hour, const node_asked_row *row,
    struct ent_error *err)
{
    struct ent_digest subject = {{0}};
    struct ent_digest result = {{0}};
    char name[NAME_MAX_LEN];

    name_of(row->user, row->role, name);
    crypto_generichash(subject.bytes, sizeof subject.bytes,
        (const uint8_t *)name, strlen(name), node->index_key,
        sizeof node->index_key);
    ent_put_be(result.bytes, hour, 8);
    ent_put_be(result.bytes + 8, row->hits, 8);
    return node_record(node, ENT_ENTRY_LISTS_ASKED, &node->party, &subject,
        &result, row->asked < UINT32_MAX ? (uint32_t)row->asked : UINT32_MAX,
        err);
}

/* What memory has of hours before that one, as it is. */
static enum ent_status
save_ended(struct node *node, uint64_t hour, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < node->asked->count; i++) {
        if (node->asked->list[i].hour < hour) {
            rc = save_exactly(node, &node->asked->list[i], err);
        }
    }
    return rc;
}

enum ent_status
node_asked_close(struct node *node, struct ent_error *err)
{
    uint64_t end = node->now_ms / HOUR_MS;
    uint64_t place = 0;
    uint64_t hour;
    bool any = false;
    enum ent_status rc = node_number_get(node->store, CLOSED, &hour, err);

    if (rc != ENT_OK || node->clock_doubt || hour >= end) {
        return rc;
    }
    rc = save_ended(node, end, err);
    while (rc == ENT_OK) {
        ENT_AUTO(node_row_free) node_asked_row *row = NULL;

        rc = node_asked_next(node, &hour, &place, &row, err);
        if (rc != ENT_OK || hour >= end) {
            break;
        }
        any = true;
        rc = record(node, hour, row, err);
        place++;
        hour += place == 0;
    }
    if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
        return rc;
    }
    return any ? node_number_set(node->store, CLOSED, end, err) : ENT_OK;
}

enum ent_status
node_asked_prune(struct node *node, uint64_t hour, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    while (rc == ENT_OK) {
        struct node_key key = key_of(hour, 0);

        rc = node_store_seek(node->store, NODE_ASKED, node_key_view(&key), 8,
            key.bytes, NULL, err);
        if (rc == ENT_OK) {
            rc = node_store_delete(
                node->store, NODE_ASKED, node_key_view(&key), err);
        }
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}
