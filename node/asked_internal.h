/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What asked.c and asked_user.c share: who asked lately, in memory. A quota is
 * a user's, in whichever roles he asks; what is kept is told apart by role.
 */
#ifndef NODE_ASKED_INTERNAL_H
#define NODE_ASKED_INTERNAL_H

#include "node/asked.h"

#define ASKED_USERS_MAX 64
#define ASKED_ROLES_MAX 64      /* of all users together */
#define ASKED_OTHERS "(others)" /* the role of all beyond NODE_ASKED_ROLES */
#define ASKED_PURPOSES 16
#define ASKED_NAME_MAX (NODE_ASKED_ROLE_MAX + 48)
#define ASKED_HOURS 24 /* of a day */

/* A user, in the hour in which he last asked. */
struct asked_user {
    uint64_t user;
    uint64_t hour;   /* since 1970 */
    uint64_t before; /* earlier on that day, in all roles */
    uint64_t asked;  /* in that hour, in all roles */
    uint64_t misses; /* in a row, of what did not pass here */
    uint64_t at;     /* when he last asked, ms */
    size_t roles;    /* in which he asked in that hour */
    uint64_t used;   /* the least was used longest ago */
};

/* One role of a user that is in memory too, in that hour: a row. */
struct asked_role {
    uint64_t user;
    char role[NODE_ASKED_ROLE_MAX + 1];
    uint64_t hour;
    uint64_t asked;
    uint64_t written; /* the row says: asked so often */
    uint64_t hits;
    uint64_t purposes[ASKED_PURPOSES];
    bool ahead; /* the row does not say it exactly */
    uint64_t used;
};

struct asked_memory {
    struct asked_user users[ASKED_USERS_MAX];
    size_t user_count;
    struct asked_role roles[ASKED_ROLES_MAX];
    size_t role_count;
    uint64_t uses;
    bool has_day;
    uint64_t day;
    uint64_t today; /* by all */
};

struct node_asked {
    struct asked_memory now;
    struct asked_memory kept; /* as committed */
    bool touched;             /* in this turn */
};

/* "user 1000, duty officer"; without a role "user 1000". */
void node_asked_name(
    uint64_t user, const char *role, char ret_name[static ASKED_NAME_MAX]);

/* A keyed hash of that name. */
struct ent_digest node_asked_print(
    const struct node *node, uint64_t user, const char *role);

/* Who asks now, in the hour of now, and the role in which he does. */
enum ent_status node_asked_find(struct node *node,
    const struct node_asker *asker, struct asked_user **ret_user,
    struct asked_role **ret_role, struct ent_error *err) ENT_MUST_CHECK;

/* That role in that hour, if memory has it; else NULL. */
const struct asked_role *node_asked_role(
    const struct node *node, uint64_t hour, uint64_t user, const char *role);

/* Its row says now that `asked` things were asked for. */
enum ent_status node_asked_save(struct node *node, struct asked_role *role,
    uint64_t asked, struct ent_error *err) ENT_MUST_CHECK;

/* What memory has of hours before that one is written, as it is. */
enum ent_status node_asked_save_before(
    struct node *node, uint64_t hour, struct ent_error *err) ENT_MUST_CHECK;

#endif
