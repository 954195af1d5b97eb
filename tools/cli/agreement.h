/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agreement - agreement files as the verbs of `entente agreement` meet them: a
 * YAML file, and beside it the signatures, `th-kh.yaml.sig`.
 */
#ifndef TOOLS_CLI_AGREEMENT_H
#define TOOLS_CLI_AGREEMENT_H

#include <jansson.h>
#include <limits.h>

#include "policy/sign.h"

/* Read and check; what is wrong is in `complaints`. */
enum ent_status cli_agreement_read(const char *path,
    struct ent_agreement **ret_agreement, struct ent_complaints *complaints,
    struct ent_error *err) ENT_MUST_CHECK;

/* The same, with every complaint printed on stderr. */
enum ent_status cli_agreement_load(const char *path,
    struct ent_agreement **ret_agreement, struct ent_error *err) ENT_MUST_CHECK;

/* Print them as compilers do, for editors to jump to:
 *     th-kh.yaml:41:1: error: 'onward' is a clause ...                     */
void cli_agreement_complain(
    const char *path, const struct ent_complaints *complaints);

/* The file of the signatures, and its text: nothing when nobody has signed. */
enum ent_status cli_signatures_path(const char *path,
    char ret_path[static PATH_MAX], struct ent_error *err) ENT_MUST_CHECK;
enum ent_status cli_signatures_read(const char *path,
    struct ent_bytes *ret_text, struct ent_error *err) ENT_MUST_CHECK;

/* {"agreement", "version", "title", "digest", "from", "until", "parties"}.
 * NULL: no memory. */
json_t *cli_agreement_describe(const struct ent_agreement *agreement);

#endif
