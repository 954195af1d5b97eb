/* SPDX-License-Identifier: Apache-2.0 */
/*
 * enclose - files that go with a message: handed to the node piece by piece,
 * before the message. However large they are, one piece is in memory.
 */
#ifndef TOOLS_CLI_ENCLOSE_H
#define TOOLS_CLI_ENCLOSE_H

#include "proto/attachment.h"
#include "tools/cli/client.h"

struct cli_enclosing {
    const char *files[ENT_ATTACHMENTS_MAX]; /* paths here */
    size_t count;
    Entente__V1__Enclosure list[ENT_ATTACHMENTS_MAX];
    Entente__V1__Enclosure *pointers[ENT_ATTACHMENTS_MAX];
    uint8_t uploads[ENT_ATTACHMENTS_MAX][ENT_ID_LEN];
};

/* One file more; false: there are too many. */
bool cli_enclosing_add(struct cli_enclosing *enclosing, const char *file);

/* Hand all of them over; then `pointers` go into the submission. Tells how far
 * it is on a terminal. Codes as cli_client_ask, and EX_NOINPUT: a file cannot
 * be read. */
int cli_enclosing_upload(struct cli_enclosing *enclosing,
    struct cli_client *client, struct ent_error *err) ENT_MUST_CHECK;

/* The name of a file without its folders. */
const char *cli_file_name(const char *path);
/* What its name says that it is: "image/jpeg". A claim, like the name. */
const char *cli_media_type(const char *name);

#endif
