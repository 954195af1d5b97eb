/* SPDX-License-Identifier: Apache-2.0 */
/*
 * desk - reading what came for this office, in the order it was handed over:
 * page by page from a sequence or a time, or one message by its name.
 *
 * Codes and errors are those of cli_client_ask. Pages and items live until the
 * next question to the node.
 */
#ifndef TOOLS_CLI_DESK_H
#define TOOLS_CLI_DESK_H

#include "tools/cli/client.h"

#define CLI_CONSUMER_MAX 63

/* From where on to read. Zero: from this consumer's cursor, else the first. */
struct cli_position {
    uint64_t sequence;
    uint64_t time_ms; /* instead: the first that came at or after it */
};

/* "17", "2026-11-22", "2026-11-22T10:00:00Z", or "PT2H": so long ago. */
enum ent_status cli_position_parse(const char *text, uint64_t now_ms,
    struct cli_position *ret_position, struct ent_error *err) ENT_MUST_CHECK;

struct cli_desk {
    struct cli_client *client;
    struct cli_position position; /* moves on with each page */
    const char *consumer;         /* "" for none */
    const char *desk;             /* the reader is on it; NULL: on none */
    bool alike;                   /* with what each may be the same as */
    bool one;                     /* a page has one message */
};

/* The next page; without items at the end of the desk, after waiting up to
 * `wait_ms` for something to come. */
int cli_desk_read(struct cli_desk *desk, unsigned wait_ms,
    const Entente__V1__InboxReply **ret_page,
    struct ent_error *err) ENT_MUST_CHECK;

/* Start with the last `count` messages of the desk. */
int cli_desk_start_near_end(
    struct cli_desk *desk, size_t count, struct ent_error *err) ENT_MUST_CHECK;

/* The consumer is done with everything up to `sequence`. */
int cli_desk_done(struct cli_desk *desk, uint64_t sequence,
    struct ent_error *err) ENT_MUST_CHECK;

/* Is the message for that desk, alone or too? NULL: for the office. */
bool cli_desk_is_for(const Entente__V1__InboxItem *item, const char *desk);

/* The message of that number or id, for a reader who is on `desk` (NULL: on
 * none). EX_NOINPUT: none is on the desk; EX_USAGE:
 * `name` is neither. */
int cli_desk_find(struct cli_client *client, const char *name, const char *desk,
    const Entente__V1__InboxItem **ret_item,
    struct ent_error *err) ENT_MUST_CHECK;
/* Look again at the message of that number, and at what it may be the same as.
 * EX_NOINPUT: it is there no more. */
int cli_desk_look(struct cli_client *client, uint64_t sequence,
    const char *desk, const Entente__V1__InboxItem **ret_item,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
