/* SPDX-License-Identifier: Apache-2.0 */
/*
 * own - the broker's own certificate: read from its file, and good for it only
 * if its state's authority signed it for the keys that the broker has.
 */
#ifndef BROKER_OWN_H
#define BROKER_OWN_H

#include "broker/config.h"
#include "broker/keeper.h"
#include "proto/certificate.h"

/* Under the keys that `registry` knows. `ret_wire` is freed by the caller.
 * ENT_BAD_INPUT: no authority of our own state is configured; ENT_REJECTED: it
 * is another's, or for other keys. */
enum ent_status broker_own_load(const struct broker_config *config,
    const struct broker_registry *registry, struct broker_keeper *keeper,
    struct ent_bytes *ret_wire, struct ent_certificate *ret_own,
    struct ent_error *err) ENT_MUST_CHECK;

/* The bytes of any certificate, from an armoured file. */
enum ent_status broker_own_read(const char *path, struct ent_bytes *ret_wire,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
