/* SPDX-License-Identifier: Apache-2.0 */
/* One user: his hour and his day, in memory and in rows. */
#include "node/asked_internal.h"

#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "node/lifetime.h"

#define NO_HOUR UINT64_MAX /* what memory has of him is to be read anew */
#define PRINT_LEN 8
#define USER_LEN                                                               \
    (8 + PRINT_LEN) /* of a key: all roles of a user in an hour                \
                     */

/* ---- names ---- */

void
node_asked_name(
    uint64_t user, const char *role, char ret_name[static ASKED_NAME_MAX])
{
    char number[24] = "unknown";

    if (user != NODE_USER_UNKNOWN) {
        (void)snprintf(number, sizeof number, "%" PRIu64, user);
    }
    (void)snprintf(ret_name, ASKED_NAME_MAX, "user %s%s%s", number,
        role[0] == '\0' ? "" : ", ", role);
}

struct ent_digest
node_asked_print(const struct node *node, uint64_t user, const char *role)
{
    struct ent_digest print = {{0}};
    char name[ASKED_NAME_MAX];

    node_asked_name(user, role, name);
    crypto_generichash(print.bytes, sizeof print.bytes, (const uint8_t *)name,
        strlen(name), node->prints.key, sizeof node->prints.key);
    return print;
}

/* ---- rows ---- */

/* The first key of a user in an hour. */
static struct node_key
user_key(const struct node *node, uint64_t hour, uint64_t user)
{
    struct ent_digest print = node_asked_print(node, user, "");
    struct node_key key = {.len = NODE_ASKED_KEY_LEN};

    ent_put_be(key.bytes, hour, 8);
    memcpy(key.bytes + 8, print.bytes, PRINT_LEN);
    return key;
}

static struct node_key
role_key(const struct node *node, const struct asked_role *role)
{
    struct ent_digest print = node_asked_print(node, role->user, role->role);
    struct node_key key = user_key(node, role->hour, role->user);

    memcpy(key.bytes + USER_LEN, print.bytes, PRINT_LEN);
    return key;
}

static struct asked_user *
find_user(struct asked_memory *memory, uint64_t user)
{
    for (size_t i = 0; i < memory->user_count; i++) {
        if (memory->users[i].user == user) {
            return &memory->users[i];
        }
    }
    return NULL;
}

enum ent_status
node_asked_save(struct node *node, struct asked_role *role, uint64_t asked,
    struct ent_error *err)
{
    const struct asked_user *user = find_user(&node->asked->now, role->user);
    node_asked_row row = ENTENTE__REST__V1__ASKED_ROW__INIT;
    struct node_key key = role_key(node, role);
    enum ent_status rc = ENT_OK;

    assert(user != NULL);     /* whose roles are in memory is himself */
    if (role->written == 0) { /* the hour's end, the same for each row */
        rc = node_lifetime_put(node->store, NODE_LIFE_ASKED, role->hour,
            (role->hour + 1) * NODE_HOUR_MS + NODE_ASKED_KEEP_MS, err);
    }
    row.user = role->user;
    row.role = role->role;
    row.asked = asked;
    row.hits = role->hits;
    row.misses = user->misses;
    row.at = user->at;
    row.purposes = role->purposes;
    row.n_purposes = ASKED_PURPOSES;
    if (rc == ENT_OK) {
        rc = node_row_put(
            node->store, NODE_ASKED, node_key_view(&key), &row.base, err);
    }
    if (rc == ENT_OK) {
        role->written = asked;
    }
    return rc;
}

static enum ent_status
save_exactly(struct node *node, struct asked_role *role, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    if (role->ahead) {
        rc = node_asked_save(node, role, role->asked, err);
        role->ahead = rc != ENT_OK;
    }
    return rc;
}

/* ---- a user ---- */

/* His roles are written as they are, and go from memory. */
static enum ent_status
put_away(
    struct node *node, const struct asked_user *user, struct ent_error *err)
{
    struct asked_memory *memory = &node->asked->now;
    enum ent_status rc = ENT_OK;

    for (size_t i = memory->role_count; rc == ENT_OK && i > 0; i--) {
        struct asked_role *role = &memory->roles[i - 1];

        if (role->user == user->user) {
            rc = save_exactly(node, role, err);
            if (rc == ENT_OK) {
                *role = memory->roles[--memory->role_count];
            }
        }
    }
    return rc;
}

/* Room for one more; who asked longest ago goes. */
static enum ent_status
user_room(
    struct node *node, struct asked_user **ret_user, struct ent_error *err)
{
    struct asked_memory *memory = &node->asked->now;
    struct asked_user *oldest = &memory->users[0];

    if (memory->user_count < ASKED_USERS_MAX) {
        *ret_user = &memory->users[memory->user_count++];
        **ret_user = (struct asked_user){.hour = NO_HOUR};
        return ENT_OK;
    }
    for (size_t i = 1; i < memory->user_count; i++) {
        if (memory->users[i].used < oldest->used) {
            oldest = &memory->users[i];
        }
    }
    *ret_user = oldest;
    return put_away(node, oldest, err);
}

/* What the rows of an hour say of him: each role has one. */
static enum ent_status
add_hour(struct node *node, struct asked_user *user, uint64_t hour,
    struct ent_error *err)
{
    struct node_key key = user_key(node, hour, user->user);
    enum ent_status rc = ENT_OK;

    while (rc == ENT_OK) {
        ENT_AUTO(node_row_free) node_asked_row *row = NULL;
        struct ent_view value;

        rc = node_store_seek(node->store, NODE_ASKED, node_key_view(&key),
            USER_LEN, key.bytes, &value, err);
        if (rc == ENT_OK) {
            rc = node_row_unpack(value,
                &entente__rest__v1__asked_row__descriptor,
                (ProtobufCMessage **)&row, err);
        }
        if (rc != ENT_OK) {
            break;
        }
        *(hour == user->hour ? &user->asked : &user->before) += row->asked;
        user->roles += hour == user->hour;
        if (row->at >= user->at) {
            user->misses = row->misses;
            user->at = row->at;
        }
        rc = node_key_after(key.bytes, key.len) ? ENT_OK : ENT_NOT_FOUND;
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

/* As the store has him: of that day, until that hour. */
static enum ent_status
load_user(struct node *node, struct asked_user *user, uint64_t number,
    uint64_t hour, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    *user = (struct asked_user){.user = number, .hour = hour};
    for (uint64_t at = hour - hour % ASKED_HOURS; rc == ENT_OK && at <= hour;
         at++) {
        rc = add_hour(node, user, at, err);
    }
    if (rc != ENT_OK) {
        user->hour = NO_HOUR;
    }
    return rc;
}

static enum ent_status
get_user(struct node *node, uint64_t number, struct asked_user **ret_user,
    struct ent_error *err)
{
    uint64_t hour = node->now_ms / NODE_HOUR_MS;
    struct asked_user *user = find_user(&node->asked->now, number);
    enum ent_status rc = ENT_OK;

    if (user == NULL) {
        rc = user_room(node, &user, err);
    } else if (user->hour != hour) {
        rc = put_away(node, user, err);
    } else {
        *ret_user = user;
        return ENT_OK;
    }
    if (rc == ENT_OK) {
        rc = load_user(node, user, number, hour, err);
    }
    *ret_user = user;
    return rc;
}

/* ---- his role ---- */

static struct asked_role *
find_role(struct asked_memory *memory, uint64_t user, const char *name)
{
    for (size_t i = 0; i < memory->role_count; i++) {
        if (memory->roles[i].user == user &&
            strcmp(memory->roles[i].role, name) == 0) {
            return &memory->roles[i];
        }
    }
    return NULL;
}

const struct asked_role *
node_asked_role(
    const struct node *node, uint64_t hour, uint64_t user, const char *role)
{
    const struct asked_role *found = find_role(&node->asked->now, user, role);

    return found != NULL && found->hour == hour ? found : NULL;
}

static enum ent_status
load_role(struct node *node, struct asked_role *role, bool *ret_new,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_asked_row *row = NULL;
    struct node_key key = role_key(node, role);
    enum ent_status rc = node_row_get(node->store, NODE_ASKED,
        node_key_view(&key), &entente__rest__v1__asked_row__descriptor,
        (ProtobufCMessage **)&row, err);

    *ret_new = rc == ENT_NOT_FOUND;
    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    role->asked = role->written = row->asked;
    role->hits = row->hits;
    for (size_t i = 0; i < row->n_purposes && i < ASKED_PURPOSES; i++) {
        role->purposes[i] = row->purposes[i];
    }
    return ENT_OK;
}

/* Room for one more at the end; the one of longest ago is written and goes. */
static enum ent_status
role_room(struct node *node, struct ent_error *err)
{
    struct asked_memory *memory = &node->asked->now;
    struct asked_role *oldest = &memory->roles[0];
    enum ent_status rc;

    if (memory->role_count < ASKED_ROLES_MAX) {
        return ENT_OK;
    }
    for (size_t i = 1; i < memory->role_count; i++) {
        if (memory->roles[i].used < oldest->used) {
            oldest = &memory->roles[i];
        }
    }
    rc = save_exactly(node, oldest, err);
    if (rc == ENT_OK) {
        *oldest = memory->roles[--memory->role_count];
    }
    return rc;
}

static enum ent_status
get_role(struct node *node, struct asked_user *user, const char *name,
    struct asked_role **ret_role, struct ent_error *err)
{
    struct asked_memory *memory = &node->asked->now;
    struct asked_role role = {.user = user->user, .hour = user->hour};
    bool is_new = false;
    enum ent_status rc;

    *ret_role = find_role(memory, user->user, name);
    if (*ret_role != NULL) {
        return ENT_OK;
    }
    (void)snprintf(role.role, sizeof role.role, "%s", name);
    rc = load_role(node, &role, &is_new, err);
    if (rc == ENT_OK && is_new && user->roles >= NODE_ASKED_ROLES &&
        strcmp(name, ASKED_OTHERS) != 0) {
        return get_role(node, user, ASKED_OTHERS, ret_role, err);
    }
    if (rc == ENT_OK) {
        rc = role_room(node, err);
    }
    if (rc == ENT_OK) {
        user->roles += is_new;
        *ret_role = &memory->roles[memory->role_count++];
        **ret_role = role;
    }
    return rc;
}

/* ---- all ---- */

enum ent_status
node_asked_find(struct node *node, const struct node_asker *asker,
    struct asked_user **ret_user, struct asked_role **ret_role,
    struct ent_error *err)
{
    enum ent_status rc = get_user(node, asker->user, ret_user, err);

    if (rc == ENT_OK) {
        rc = get_role(node, *ret_user, asker->role, ret_role, err);
    }
    if (rc == ENT_OK) {
        (*ret_user)->used = (*ret_role)->used = ++node->asked->now.uses;
    }
    return rc;
}

enum ent_status
node_asked_save_before(struct node *node, uint64_t hour, struct ent_error *err)
{
    struct asked_memory *memory = &node->asked->now;
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < memory->user_count; i++) {
        if (memory->users[i].hour < hour) {
            rc = put_away(node, &memory->users[i], err);
        }
    }
    return rc;
}
