/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What link.c and link_options.c share: the options that every socket gets
 * before it is bound or connected.
 */
#ifndef ENT_PROTO_LINK_INTERNAL_H
#define ENT_PROTO_LINK_INTERNAL_H

#include "proto/link.h"

/* Set every option of a socket that will listen at `endpoint`, or connect to
 * it, and read it back. ENT_BAD_INPUT for an endpoint that is not tcp://. */
enum ent_status ent_link_options_listen(void *socket, const char *endpoint,
    struct ent_secret *link_secret, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status ent_link_options_connect(void *socket, const char *endpoint,
    const uint8_t peer_key[static ENT_PUBLIC_KEY_LEN],
    struct ent_secret *link_secret, struct ent_error *err) ENT_MUST_CHECK;

#endif
