/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config - an office's node.yaml, read once and checked whole.
 *
 * Its keys are the rows of config.c (proto/config.h), `authorities`, and
 * `brokers`, a list of {address, endpoint, certificate}.
 */
#ifndef NODE_CONFIG_H
#define NODE_CONFIG_H

#include <limits.h>

#include "node/space.h"
#include "proto/config.h"

#define NODE_BROKERS_MAX 4
#define NODE_DIRECTS_MAX 16

struct node_broker {
    struct ent_address address;
    char endpoint[ENT_ENDPOINT_MAX + 1];
    char certificate[PATH_MAX];
};

/* An office that is talked to without a broker between. */
struct node_direct {
    struct ent_address address;
    char endpoint[ENT_ENDPOINT_MAX + 1]; /* "": as its manifest says */
    char certificate[PATH_MAX];
};

/* How often the lists may be asked (node/asked.h); 0: no limit. */
struct node_checks_limits {
    uint64_t per_hour; /* by one user */
    uint64_t per_day;
    uint64_t office_per_day;
    uint64_t misses; /* in a row, before an alarm */
};

struct node_config {
    char folder[PATH_MAX]; /* of the file itself */
    struct ent_address address;
    char keys[PATH_MAX];
    char certificate[PATH_MAX];
    char store[PATH_MAX];
    char agreements[PATH_MAX];
    char api[PATH_MAX];                           /* Unix socket */
    char passphrase_file[PATH_MAX];               /* "": systemd's credential */
    char passphrase_token[ENT_TOKEN_URI_MAX + 1]; /* "": none */
    uint64_t store_limit;                         /* bytes */
    uint64_t memory;                              /* bytes */
    struct node_quota_limits quota;               /* of each other office */
    uint64_t epoch_ms;                            /* life of a sealing key */
    uint64_t checkpoint_ms;             /* between two told to peers */
    char anchor[PATH_MAX];              /* "": none */
    struct ent_authorities authorities; /* ours, and the brokers' */
    struct node_broker brokers[NODE_BROKERS_MAX];
    size_t broker_count;
    char listen[ENT_ENDPOINT_MAX + 1];   /* for direct links; "" not */
    char endpoint[ENT_ENDPOINT_MAX + 1]; /* as peers reach it; "" not told */
    struct node_direct directs[NODE_DIRECTS_MAX];
    size_t direct_count;
    struct node_checks_limits checks;
    uint32_t desks; /* that have people; bits: 1 << enum ent_desk */
};

/* Read and check `path`; on ENT_BAD_INPUT the reasons are in `complaints`. */
enum ent_status node_config_load(const char *path,
    struct node_config *ret_config, struct ent_complaints *complaints,
    struct ent_error *err) ENT_MUST_CHECK;

/* Print effective values to standard output, and the keys with their help. */
void node_config_print(const struct node_config *config);
void node_config_help(void);

#endif
