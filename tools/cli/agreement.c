/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/agreement.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/file.h"
#include "proto/base/text.h"
#include "proto/base/time.h"
#include "tools/cli/output.h"

#define DIGEST_TEXT_LEN (2 * ENT_DIGEST_LEN + 1)

enum ent_status
cli_agreement_read(const char *path, struct ent_agreement **ret_agreement,
    struct ent_complaints *complaints, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    enum ent_status rc;

    complaints->count = 0;
    complaints->dropped = 0;
    rc = ent_file_read(path, ENT_AGREEMENT_SIZE_MAX, &text, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_agreement_load(
        ent_bytes_view(&text), ret_agreement, complaints, err);
    if (rc != ENT_OK) {
        ent_error_wrap(err, "%s", path);
    }
    return rc;
}

void
cli_agreement_complain(
    const char *path, const struct ent_complaints *complaints)
{
    char *name = ent_text_neutral(ent_view_text(path), false);

    for (size_t i = 0; i < complaints->count; i++) {
        const struct ent_complaint *complaint = &complaints->list[i];

        fprintf(stderr, "%s:%zu:%zu: error: %s\n", name != NULL ? name : "?",
            complaint->line, complaint->column, complaint->text);
    }
    if (complaints->dropped > 0) {
        fprintf(stderr, "%s: and %zu more\n", name != NULL ? name : "?",
            complaints->dropped);
    }
    free(name);
}

enum ent_status
cli_agreement_load(const char *path, struct ent_agreement **ret_agreement,
    struct ent_error *err)
{
    static struct ent_complaints complaints;
    enum ent_status rc;

    rc = cli_agreement_read(path, ret_agreement, &complaints, err);
    if (rc == ENT_BAD_INPUT && complaints.count > 0) {
        cli_agreement_complain(path, &complaints);
        return ent_fail(err, rc, "%s cannot be loaded", path);
    }
    return rc;
}

enum ent_status
cli_signatures_path(
    const char *path, char ret_path[static PATH_MAX], struct ent_error *err)
{
    if (strlen(path) + sizeof ".sig" > PATH_MAX) {
        return ent_fail(err, ENT_BAD_INPUT, "the path is too long");
    }
    (void)stpcpy(stpcpy(ret_path, path), ".sig");
    return ENT_OK;
}

enum ent_status
cli_signatures_read(
    const char *path, struct ent_bytes *ret_text, struct ent_error *err)
{
    enum ent_status rc;

    rc = ent_file_read(path, ENT_SIGNATURES_FILE_MAX, ret_text, err);
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

static json_t *
list_parties(const struct ent_agreement *agreement)
{
    json_t *list = json_array();

    for (size_t i = 0; i < ent_agreement_party_count(agreement); i++) {
        (void)json_array_append_new(
            list, json_string(ent_agreement_party_state(agreement, i)));
    }
    return list;
}

json_t *
cli_agreement_describe(const struct ent_agreement *agreement)
{
    const struct ent_digest *digest = ent_agreement_digest(agreement);
    char hex[DIGEST_TEXT_LEN];
    char from[ENT_TIME_TEXT_MAX];
    char until[ENT_TIME_TEXT_MAX];
    uint64_t from_ms;
    uint64_t until_ms;

    ent_agreement_term(agreement, &from_ms, &until_ms);
    ent_time_format(from_ms, from);
    ent_time_format(until_ms, until);
    sodium_bin2hex(hex, sizeof hex, digest->bytes, sizeof digest->bytes);
    return json_pack("{s:s, s:I, s:s, s:o, s:s, s:s, s:s}", "agreement",
        ent_agreement_name(agreement), "version",
        (json_int_t)ent_agreement_version(agreement), "title",
        ent_agreement_title(agreement), "parties", list_parties(agreement),
        "from", from, "until", until, "digest", hex);
}
