/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asked - how often the lists were asked here, by whom and for what. A check is
 * a question about somebody; whoever asks about everybody is fishing.
 *
 * Who asks is a user of this machine, as the kernel says. Each may ask so often
 * in an hour and in a day, in whichever roles he says that he does, and all
 * together so often in a day (`checks` of the configuration); what is more is
 * refused until then. That raises an alarm, and so do many misses in a row of
 * what did not pass here.
 *
 * What was asked for is not kept. That it was is, for a year: a row for each
 * hour, user and role (of more than NODE_ASKED_ROLES the others have one), and
 * when the hour is over a line in the journal. An answer does not wait for the
 * disk each time: a row says how often he may have asked, at most
 * NODE_ASKED_AHEAD ahead, and after a crash all of these count.
 */
#ifndef NODE_ASKED_H
#define NODE_ASKED_H

#include "node/node.h"
#include "node/rest.pb-c.h"

#define NODE_ASKED_AHEAD 256
#define NODE_ASKED_KEEP_MS (UINT64_C(366) * NODE_DAY_MS)
#define NODE_ASKED_ROLE_MAX 64 /* bytes */
#define NODE_ASKED_ROLES 256   /* of a user in an hour */
#define NODE_ASKED_KEY_LEN 24  /* of a row */
#define NODE_USER_UNKNOWN UINT64_MAX

typedef Entente__Rest__V1__AskedRow node_asked_row; /* a generated name */

struct node_asker {
    uint64_t user;    /* of this machine */
    const char *role; /* as he says; "" */
    uint32_t purpose; /* enum Purpose; 0: he does not say */
    bool passing;     /* what he asks about passes here */
};

struct node_asked;
struct node_asked *node_asked_new(void);
void node_asked_free(struct node_asked **asked);

/* He asks for `count` things, and they are counted. ENT_DENIED, with when he
 * may again: it is more than he, or all, may. */
enum ent_status node_asked_count(struct node *node,
    const struct node_asker *asker, size_t count,
    struct ent_error *err) ENT_MUST_CHECK;

/* Of these so many were on a list. */
enum ent_status node_asked_answered(struct node *node,
    const struct node_asker *asker, size_t count, size_t hits,
    struct ent_error *err) ENT_MUST_CHECK;

/* What this turn counted in memory is committed; or taken back with it. */
void node_asked_keep(struct node *node);
void node_asked_take_back(struct node *node);

/* Hours that are over go into the journal. */
enum ent_status node_asked_close(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;

/* What memory alone has is written: the process ends. */
enum ent_status node_asked_write(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;

/* Walk the rows, oldest hour (since 1970) first: the first one at or after the
 * place `key`, which is then set behind it. All zero begins, an hour and zeros
 * begin with that hour; ENT_NOT_FOUND is the end. Freed with node_row_free. */
enum ent_status node_asked_next(struct node *node,
    uint8_t key[static NODE_KEY_MAX], uint64_t *ret_hour,
    node_asked_row **ret_row, struct ent_error *err) ENT_MUST_CHECK;

/* The year of that hour is over. */
enum ent_status node_asked_prune(
    struct node *node, uint64_t hour, struct ent_error *err) ENT_MUST_CHECK;

#endif
