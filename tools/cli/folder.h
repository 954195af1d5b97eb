/* SPDX-License-Identifier: Apache-2.0 */
/*
 * folder - where a verb puts several files that belong together.
 */
#ifndef TOOLS_CLI_FOLDER_H
#define TOOLS_CLI_FOLDER_H

#include <limits.h>

#include "proto/base/bytes.h"

/* "folder/name"; ENT_BAD_INPUT when that is too long. */
enum ent_status cli_folder_path(const char *folder, const char *name,
    char ret_path[static PATH_MAX], struct ent_error *err) ENT_MUST_CHECK;

/* The folder that `path` lies in: "." for a bare name. */
enum ent_status cli_folder_of(const char *path,
    char ret_folder[static PATH_MAX], struct ent_error *err) ENT_MUST_CHECK;

/* Make `folder` (0700) unless it is there, and be sure that it holds none of
 * `names` (ends with NULL): ENT_EXISTS before anything is written, rather than
 * half-way. */
enum ent_status cli_folder_prepare(const char *folder, const char *const *names,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
