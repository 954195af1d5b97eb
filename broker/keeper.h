/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keeper - the broker's own secrets: what it signs custody with, its end of
 * CURVE, and what its store is checked with. It has none that opens a message.
 */
#ifndef BROKER_KEEPER_H
#define BROKER_KEEPER_H

#include "broker/config.h"
#include "proto/base/kv.h"
#include "proto/secret.h"

struct broker_keeper;

/* Read the three key files. The passphrase comes from the configured file, or
 * from the systemd credential `passphrase`. */
enum ent_status broker_keeper_open(const struct broker_config *config,
    struct broker_keeper **ret_keeper, struct ent_error *err) ENT_MUST_CHECK;
void broker_keeper_close(struct broker_keeper **keeper);

/* Take over the signing key of another keeper, which gets ours. ENT_REJECTED:
 * its link or storage key is another one, which needs a new start. */
enum ent_status broker_keeper_exchange(struct broker_keeper *keeper,
    struct broker_keeper *other, struct ent_error *err) ENT_MUST_CHECK;

const struct ent_signer *broker_keeper_signer(
    const struct broker_keeper *keeper);
struct ent_secret *broker_keeper_link(struct broker_keeper *keeper);
void broker_keeper_store_key(
    struct broker_keeper *keeper, uint8_t ret_key[static ENT_KV_STORE_KEY_LEN]);

#endif
