/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attachment - how far a file of a message is, in words and on a terminal.
 */
#ifndef TOOLS_CLI_ATTACHMENT_H
#define TOOLS_CLI_ATTACHMENT_H

#include <jansson.h>

#include "proto/schema/api.pb-c.h"
#include "tools/cli/output.h"

/* "12 of 40 MB", "complete", "will not come: ...". The caller frees it; NULL:
 * no memory. */
char *cli_attachment_text(const Entente__V1__Attachment *attachment);

/* All of a copy or an item in a line: "1: complete; 2: 12 of 40 MB". The caller
 * frees it; NULL: no memory. */
char *cli_attachments_text(Entente__V1__Attachment *const *list, size_t count);

/* The state of the attachment of that number; NULL: it does not travel. */
const Entente__V1__Attachment *cli_attachment_find(
    Entente__V1__Attachment *const *list, size_t count, uint32_t number);

/* "40 MB", "12 kB", "7 bytes". */
#define CLI_SIZE_MAX 32
void cli_size_text(uint64_t bytes, char out[static CLI_SIZE_MAX]);

/* A line on the terminal that says how far something is; on nothing else. */
struct cli_progress {
    const char *name;
    uint64_t told_ms;
    bool shown;
};
void cli_progress_show(
    struct cli_progress *progress, uint64_t have, uint64_t size);
void cli_progress_end(struct cli_progress *progress);

#endif
