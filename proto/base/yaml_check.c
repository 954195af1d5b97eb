/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/base/yaml_internal.h"

#include <string.h>

#include "proto/base/text.h"

/* Where byte `offset` is, for people: columns count characters. */
static void
complain_at_offset(
    struct ent_yaml_reader *reader, size_t offset, const char *what)
{
    size_t line = 1;
    size_t column = 1;

    for (size_t i = 0; i < offset && i < reader->text.len; i++) {
        uint8_t byte = reader->text.data[i];

        if (byte == '\n') {
            line++;
            column = 1;
        } else if ((byte & 0xc0) != 0x80) {
            column++;
        }
    }
    ent_complain(reader->complaints, line, column, "%s", what);
}

/* A line feed composes with nothing, so lines can be judged one by one. */
static void
check_normal_form(struct ent_yaml_reader *reader)
{
    struct ent_view rest = reader->text;

    for (size_t number = 1; rest.len > 0; number++) {
        const uint8_t *end = memchr(rest.data, '\n', rest.len);
        size_t len = end == NULL ? rest.len : (size_t)(end - rest.data) + 1;

        if (!ent_text_is_nfc(ent_view_of(rest.data, len))) {
            ent_complain(reader->complaints, number, 1,
                "this line is not in Unicode normalisation form C; save the "
                "file in that form");
        }
        rest = ent_view_of(rest.data + len, rest.len - len);
    }
}

static void
check_text(struct ent_yaml_reader *reader)
{
    static const uint8_t byte_order_mark[] = {0xef, 0xbb, 0xbf};
    size_t offset = 0;

    if (reader->text.len > ENT_YAML_SIZE_MAX) {
        ent_complain(reader->complaints, 1, 1,
            "the file has %zu bytes; %zu are allowed", reader->text.len,
            ENT_YAML_SIZE_MAX);
        return;
    }
    if (!ent_text_is_valid(reader->text, &offset)) {
        complain_at_offset(reader, offset, "not valid UTF-8 text");
        return;
    }
    if (reader->text.len >= sizeof byte_order_mark &&
        memcmp(reader->text.data, byte_order_mark, sizeof byte_order_mark) ==
            0) {
        ent_complain(reader->complaints, 1, 1,
            "the file begins with a byte order mark; save it without");
    }
    check_normal_form(reader);
}

enum ent_status
ent_yaml_start(struct ent_yaml_reader *reader)
{
    if (!yaml_parser_initialize(&reader->parser)) {
        return ent_fail(reader->err, ENT_NO_MEMORY, "starting to read YAML");
    }
    /* Otherwise a byte order mark could choose UTF-16. */
    yaml_parser_set_encoding(&reader->parser, YAML_UTF8_ENCODING);
    /* An empty file is read into no buffer, and libyaml wants one. */
    yaml_parser_set_input_string(&reader->parser,
        reader->text.len > 0 ? reader->text.data : (const uint8_t *)"",
        reader->text.len);
    return ENT_OK;
}

/* Turn what libyaml did not like into a complaint. */
/* What libyaml says is printed as it is: it is known and in English. */
enum ent_status
ent_yaml_failed(struct ent_yaml_reader *reader)
{
    const yaml_parser_t *parser = &reader->parser;

    if (parser->error == YAML_MEMORY_ERROR) {
        return ent_fail(reader->err, ENT_NO_MEMORY, "reading YAML");
    }
    if (parser->error == YAML_READER_ERROR) {
        complain_at_offset(reader, parser->problem_offset, parser->problem);
    } else if (parser->context != NULL) {
        ent_complain(reader->complaints, parser->problem_mark.line + 1,
            parser->problem_mark.column + 1, "%s (%s begun at %zu:%zu)",
            parser->problem, parser->context, parser->context_mark.line + 1,
            parser->context_mark.column + 1);
    } else {
        ent_complain(reader->complaints, parser->problem_mark.line + 1,
            parser->problem_mark.column + 1, "%s", parser->problem);
    }
    return ENT_BAD_INPUT;
}

void
ent_yaml_complain_at(
    struct ent_yaml_reader *reader, const yaml_mark_t *mark, const char *what)
{
    ent_complain(
        reader->complaints, mark->line + 1, mark->column + 1, "%s", what);
}

/* Refuse what is YAML but not ours. Only an excess of depth ends the file. */
static enum ent_status
check_token(struct ent_yaml_reader *reader, const yaml_token_t *token)
{
    const char *what = NULL;

    switch (token->type) {
    case YAML_BLOCK_SEQUENCE_START_TOKEN:
    case YAML_BLOCK_MAPPING_START_TOKEN:
    case YAML_FLOW_SEQUENCE_START_TOKEN:
    case YAML_FLOW_MAPPING_START_TOKEN:
        if (reader->depth == ENT_YAML_DEPTH_MAX) {
            ent_yaml_complain_at(reader, &token->start_mark,
                "nested more than 16 deep; make it flatter");
            return ENT_BAD_INPUT;
        }
        reader->depth++;
        return ENT_OK;
    case YAML_BLOCK_END_TOKEN:
    case YAML_FLOW_SEQUENCE_END_TOKEN:
    case YAML_FLOW_MAPPING_END_TOKEN:
        reader->depth -= reader->depth > 0;
        return ENT_OK;
    case YAML_ANCHOR_TOKEN:
        what = "anchors (&) are not allowed; write the value out";
        break;
    case YAML_ALIAS_TOKEN:
        what = "aliases (*) are not allowed; write the value out";
        break;
    case YAML_TAG_TOKEN:
        what = "tags (!) are not allowed; every value is text here";
        break;
    case YAML_TAG_DIRECTIVE_TOKEN:
        what = "tag directives are not allowed; every value is text here";
        break;
    case YAML_VERSION_DIRECTIVE_TOKEN:
        if (token->data.version_directive.major != 1 ||
            token->data.version_directive.minor != 2) {
            what = "only YAML 1.2 is read; leave the directive out";
        }
        break;
    default:
        break;
    }
    if (what != NULL) {
        ent_yaml_complain_at(reader, &token->start_mark, what);
    }
    return ENT_OK;
}

static enum ent_status
check_tokens(struct ent_yaml_reader *reader)
{
    enum ent_status rc;
    bool more = true;

    rc = ent_yaml_start(reader);
    while (rc == ENT_OK && more) {
        yaml_token_t token;

        if (!yaml_parser_scan(&reader->parser, &token)) {
            rc = ent_yaml_failed(reader);
            break;
        }
        more = token.type != YAML_STREAM_END_TOKEN;
        rc = check_token(reader, &token);
        yaml_token_delete(&token);
    }
    yaml_parser_delete(&reader->parser);
    return rc;
}

enum ent_status
ent_yaml_check(struct ent_yaml_reader *reader)
{
    enum ent_status rc;

    check_text(reader);
    if (reader->complaints->count > 0) {
        return ENT_BAD_INPUT;
    }
    rc = check_tokens(reader);
    if (rc == ENT_OK && reader->complaints->count > 0) {
        return ENT_BAD_INPUT;
    }
    return rc;
}
