/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yaml_internal - what reading a YAML file shares between yaml.c (the tree) and
 * yaml_check.c (the text and its tokens). Nobody else includes it.
 */
#ifndef ENT_PROTO_BASE_YAML_INTERNAL_H
#define ENT_PROTO_BASE_YAML_INTERNAL_H

#include <yaml.h>

#include "proto/base/yaml.h"

struct ent_yaml_reader {
    yaml_parser_t parser;
    struct ent_view text;
    struct ent_complaints *complaints;
    struct ent_error *err;
    size_t nodes;
    size_t depth;
};

/* Size, UTF-8, NFC, tokens. What it passes holds no anchor, alias, tag or
 * directive. ENT_BAD_INPUT: see the complaints. */
enum ent_status ent_yaml_check(struct ent_yaml_reader *reader) ENT_MUST_CHECK;

/* Begin at the start of the text; yaml_parser_delete ends it. */
enum ent_status ent_yaml_start(struct ent_yaml_reader *reader) ENT_MUST_CHECK;

/* Turn what libyaml did not like into a complaint, and a status. */
enum ent_status ent_yaml_failed(struct ent_yaml_reader *reader) ENT_MUST_CHECK;

void ent_yaml_complain_at(
    struct ent_yaml_reader *reader, const yaml_mark_t *mark, const char *what);

/* How many bytes of `text` to quote: few, and whole characters. */
int ent_yaml_quoted(const char *text);

#endif
