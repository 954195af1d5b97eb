/* SPDX-License-Identifier: Apache-2.0 */
/*
 * catalogue - what the manifests say of one family (proto/catalogue.h), as
 * JSON: from it come the list, the page about one family, and
 * docs/CATALOGUE.md.
 */
#ifndef TOOLS_CLI_CATALOGUE_H
#define TOOLS_CLI_CATALOGUE_H

#include <jansson.h>

#include "proto/message.h"

/* One object: family, code, number, title, about, nominal, precedence, tlp,
 * acknowledge and keep (ISO 8601; no time to acknowledge: left out), tiers (who
 * may have it: yes, no, "without personal"), header (fields that it must or
 * must never have there), fields. Each of those: field (its path in JSON names,
 * [] after a list), presence ("must", "may", or a sentence), rule (of what it
 * holds), format and codes (where there are any), traits. NULL: no memory. */
json_t *cli_catalogue_of(const struct ent_family *family);

/* The fields of a type alone. */
json_t *cli_catalogue_fields(const struct ent_type_manifest *type);

/* All families as the document docs/CATALOGUE.md. */
enum ent_status cli_catalogue_document(
    FILE *out, struct ent_error *err) ENT_MUST_CHECK;

#endif
