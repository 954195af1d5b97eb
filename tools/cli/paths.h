/* SPDX-License-Identifier: Apache-2.0 */
/*
 * paths - a message as a list of its values, each with the path to it as JSON
 * names it ("hotlineAlert.where.country", "text[0].lang") and the place in a
 * file that it comes from. Values are text: numbers, truths, times and codes as
 * JSON writes them.
 */
#ifndef TOOLS_CLI_PATHS_H
#define TOOLS_CLI_PATHS_H

#include <jansson.h>

#include "proto/message.h"

#define CLI_PATHS_MAX 2048
#define CLI_PATH_LEN_MAX 160

struct cli_path {
    const char *path;
    const char *value;
    const void *origin; /* the caller's; NULL: it was not read */
};

/* Zero to begin with, but `arena`, where all texts lie. */
struct cli_paths {
    struct ent_arena *arena;
    struct cli_path list[CLI_PATHS_MAX];
    size_t count;
};

/* Set a value, or change it. ENT_BAD_INPUT: too many, or a path that is too
 * long. */
enum ent_status cli_paths_set(struct cli_paths *paths, const char *path,
    const char *value, const void *origin,
    struct ent_error *err) ENT_MUST_CHECK;
void cli_paths_remove(struct cli_paths *paths, const char *path);

/* NULL: it is not set. */
const struct cli_path *cli_paths_find(
    const struct cli_paths *paths, const char *path);
/* One that has to do with this: itself, what is in it, or what it is in. */
const struct cli_path *cli_paths_near(
    const struct cli_paths *paths, const char *path);

/* All values of a message. */
enum ent_status cli_paths_of(struct cli_paths *paths,
    const ent_message *message, struct ent_error *err) ENT_MUST_CHECK;

/* The message of these values, in the same arena. ENT_BAD_INPUT: one is not
 * right; `ret_wrong` is its path, or "". */
enum ent_status cli_paths_message(const struct cli_paths *paths,
    ent_message **ret_message, char ret_wrong[static CLI_PATH_LEN_MAX],
    struct ent_error *err) ENT_MUST_CHECK;

#endif
