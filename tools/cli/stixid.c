/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/stixid.h"

#include <sha1.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "proto/id.h"

static const uint8_t ours[ENT_ID_LEN] = {0x5d, 0x0e, 0x4c, 0x1a, 0x9b, 0x36,
    0x4f, 0x7e, 0xa2, 0x68, 0x31, 0xc4, 0x77, 0x1f, 0x0b, 0xd9};

/* 00abedb4-aa42-466c-9c01-fed23315a9b7 */
static const uint8_t observables[ENT_ID_LEN] = {0x00, 0xab, 0xed, 0xb4, 0xaa,
    0x42, 0x46, 0x6c, 0x9c, 0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7};

static void
make(const uint8_t space[static ENT_ID_LEN], const char *type,
    const char *prefix, const char *what, char out[static CLI_STIXID_MAX])
{
    uint8_t digest[SHA1_DIGEST_LENGTH];
    char text[ENT_ID_TEXT_LEN + 1];
    SHA1_CTX state;
    struct ent_id id;

    SHA1Init(&state);
    SHA1Update(&state, space, ENT_ID_LEN);
    SHA1Update(&state, (const uint8_t *)prefix, strlen(prefix));
    SHA1Update(&state, (const uint8_t *)what, strlen(what));
    SHA1Final(digest, &state);
    memcpy(id.bytes, digest, ENT_ID_LEN);
    id.bytes[6] = (uint8_t)((id.bytes[6] & 0x0f) | 0x50);
    id.bytes[8] = (uint8_t)((id.bytes[8] & 0x3f) | 0x80);
    ent_id_format(&id, text);
    (void)snprintf(out, CLI_STIXID_MAX, "%.40s--%s", type, text);
}

void
cli_stixid_make(
    const char *type, const char *what, char out[static CLI_STIXID_MAX])
{
    char prefix[64];

    (void)snprintf(prefix, sizeof prefix, "%.40s:", type);
    make(ours, type, prefix, what, out);
}

void
cli_stixid_make_observable(
    const char *type, const char *json, char out[static CLI_STIXID_MAX])
{
    make(observables, type, "", json, out);
}
