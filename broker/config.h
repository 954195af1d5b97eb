/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config - a broker's broker.yaml, read once and checked whole.
 *
 * Its keys are the rows of config.c (proto/config.h), `keys` and `authorities`.
 *
 *     address: broker-bangkok@th
 *     listen: tcp://127.0.0.1:7100
 *     authorities: {th: ed25519:..., kh: ed25519:...}
 *     certificates: offices        # *.cert of those served, *.revoked lists
 *     quota: {size: 256, bundles: 65536, flash_reserve: 10, signatures: 2000}
 *     brokers:                     # neighbours, and whose offices they lead to
 *       - address: broker-yangon@mm
 *         endpoint: tcp://192.0.2.7:7100    # without it, it connects to us
 *         certificate: yangon.cert
 *         serves: [mm, bd]
 *
 * `keys` is a folder with broker.key, link.key and storage.key, or a map of
 * the three files: {broker: FILE, link: FILE, storage: FILE}. `authorities` may
 * also be a list of {state: th, key: ed25519:...}.
 */
#ifndef BROKER_CONFIG_H
#define BROKER_CONFIG_H

#include <limits.h>

#include "broker/registry.h"
#include "broker/route.h"
#include "proto/config.h"

#define BROKER_NEIGHBOURS_MAX 16

struct broker_neighbour {
    struct ent_address address;
    char endpoint[ENT_ENDPOINT_MAX + 1]; /* "": it connects to us */
    char certificate[PATH_MAX];
    char serves[ENT_AUTHORITIES_MAX][ENT_STATE_MAX + 1];
    size_t serves_count;
};

struct broker_config {
    struct ent_address address;
    char certificate[PATH_MAX];
    char broker_key[PATH_MAX];
    char link_key[PATH_MAX];
    char storage_key[PATH_MAX];
    char passphrase_file[PATH_MAX];               /* "": none */
    char passphrase_token[ENT_TOKEN_URI_MAX + 1]; /* "": none */
    char store[PATH_MAX];
    char certificates[PATH_MAX];
    char listen[ENT_ENDPOINT_MAX + 1];
    uint64_t store_limit; /* bytes */
    uint64_t memory;      /* bytes */
    struct broker_quota quota;
    struct ent_authorities authorities;
    struct broker_neighbour neighbours[BROKER_NEIGHBOURS_MAX];
    size_t neighbour_count;
};

/* Read and check `path`; on ENT_BAD_INPUT the reasons are in `complaints`. */
enum ent_status broker_config_load(const char *path,
    struct broker_config *ret_config, struct ent_complaints *complaints,
    struct ent_error *err) ENT_MUST_CHECK;

/* Print effective values to standard output, and the keys with their help. */
void broker_config_print(const struct broker_config *config);
void broker_config_help(void);

#endif
