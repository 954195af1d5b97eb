/* SPDX-License-Identifier: Apache-2.0 */
/*
 * render - a whole message for people: every field that is given, by name, with
 * what it means; times by the clock here and in UTC.
 */
#ifndef TOOLS_CLI_RENDER_H
#define TOOLS_CLI_RENDER_H

#include <stdio.h>

#include "proto/base/pb.h"
#include "proto/schema/api.pb-c.h"

/* What the desk knows of it, then what the sender wrote, then what policy took
 * out of it. */
enum ent_status cli_render_item(FILE *out, const Entente__V1__InboxItem *item,
    uint64_t now_ms, struct ent_error *err) ENT_MUST_CHECK;

/* The fields of any message, two columns deeper with each level. */
enum ent_status cli_render_fields(FILE *out, const ProtobufCMessage *message,
    unsigned depth, struct ent_error *err) ENT_MUST_CHECK;

#endif
