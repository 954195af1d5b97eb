/* SPDX-License-Identifier: Apache-2.0 */
/*
 * name - display names on the command line: en="Immigration Bureau".
 */
#ifndef TOOLS_CLI_NAME_H
#define TOOLS_CLI_NAME_H

#include <argp.h>
#include <jansson.h>

#include "proto/certificate.h"

struct cli_names {
    struct ent_display_name list[ENT_CERTIFICATE_NAMES_MAX];
    size_t count;
};

/* Add "lang=text"; ENT_BAD_INPUT says what is wrong with it, ENT_EXISTS that
 * the language has a name, ENT_FULL that there are enough. */
enum ent_status cli_names_add(struct cli_names *names, const char *argument,
    struct ent_error *err) ENT_MUST_CHECK;

/* {"en": "Immigration Bureau"}. NULL: no memory. */
json_t *cli_names_json(const struct ent_display_name *list, size_t count);

/* --name as an argp child; its input is a `struct cli_names`. */
extern const struct argp cli_names_argp;

#endif
