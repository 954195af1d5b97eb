/* SPDX-License-Identifier: Apache-2.0 */
/*
 * canonical - what the node says, for programs: protobuf's canonical JSON, one
 * message a line.
 */
#ifndef TOOLS_CLI_CANONICAL_H
#define TOOLS_CLI_CANONICAL_H

#include <jansson.h>
#include <stdio.h>

#include "proto/base/pb.h"

/* One line, out of the door before this returns. */
enum ent_status cli_print_canonical(FILE *out, const ProtobufCMessage *message,
    struct ent_error *err) ENT_MUST_CHECK;

/* The same as a value that can be looked into; the caller gives it back. */
enum ent_status cli_canonical(const ProtobufCMessage *message,
    json_t **ret_value, struct ent_error *err) ENT_MUST_CHECK;

#endif
