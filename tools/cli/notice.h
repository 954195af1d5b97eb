/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notice - the notices that lie beside an agreement's file, as the verbs of
 * `entente agreement` meet them: `th-kh.kh-3.suspension` and its `.sig`.
 */
#ifndef TOOLS_CLI_NOTICE_H
#define TOOLS_CLI_NOTICE_H

#include <limits.h>

#include "policy/notice.h"

#define CLI_NOTICES_MAX 1024

struct cli_notice {
    char file[NAME_MAX + 1];
    bool good; /* it can be read, and its state has signed it */
    char fault[ENT_ERROR_TEXT_MAX]; /* why not */
    struct ent_notice notice;       /* when it can be read */
};

struct cli_notices {
    struct cli_notice *list;
    size_t count;
};

/* Every notice in the folder of `path` that is about `agreement`, by name. */
enum ent_status cli_notices_read(const char *path,
    const struct ent_agreement *agreement, struct cli_notices *ret_notices,
    struct ent_error *err) ENT_MUST_CHECK;
void cli_notices_free(struct cli_notices *notices);

/* The number that the next notice of that state has. */
uint64_t cli_notices_next(const struct cli_notices *notices, const char *state);

/* What the good ones amount to. */
enum ent_status cli_notices_sum(const struct cli_notices *notices,
    uint64_t now_ms, struct ent_declarations *ret_declarations,
    struct ent_error *err) ENT_MUST_CHECK;

/* The path of a new notice beside `path`. */
enum ent_status cli_notice_path(const char *path,
    const struct ent_notice *notice, char ret_path[static PATH_MAX],
    struct ent_error *err) ENT_MUST_CHECK;

#endif
