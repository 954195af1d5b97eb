/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zap - who may connect: our own handler of ZeroMQ's authentication protocol
 * (RFC 27/ZAP), served by the same loop that owns the links.
 *
 * Every listening link sets a ZAP domain and ZMQ_ZAP_ENFORCE_DOMAIN, so a
 * handler that is gone refuses everybody. If the loop stands still, nobody is
 * let in.
 */
#ifndef ENT_PROTO_ZAP_H
#define ENT_PROTO_ZAP_H

#include "proto/base/bytes.h"
#include "proto/digest.h"
#include "proto/ear.h"

#define ENT_ZAP_ENDPOINT "inproc://zeromq.zap.01" /* RFC 27 says so */
#define ENT_ZAP_DOMAIN "entente"

struct ent_zap;

/* True when the holder of this CURVE key may connect now. */
typedef bool ent_zap_admit(
    void *context, const uint8_t link_key[static ENT_PUBLIC_KEY_LEN]);

/* Bind the handler; once per zmq context, before any link listens. */
enum ent_status ent_zap_open(void *zmq_context, ent_zap_admit *admit,
    void *context, struct ent_zap **ret_zap,
    struct ent_error *err) ENT_MUST_CHECK;
void ent_zap_close(struct ent_zap **zap);

/* Whether requests may have come. */
struct ent_ear *ent_zap_ear(struct ent_zap *zap);

/* Answer every request that waits. */
void ent_zap_serve(struct ent_zap *zap);

#endif
