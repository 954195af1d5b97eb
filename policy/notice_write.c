/* SPDX-License-Identifier: Apache-2.0 */
/* A notice as a file that its state can read before signing it. */
#include "policy/notice.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "policy/word.h"
#include "proto/base/time.h"

#define WORDS_LEN 2048

static void
put_list(FILE *out, const char *key, const char *words)
{
    if (words[0] != '\0') {
        fprintf(out, "%s: [%s]\n", key, words);
    }
}

static void
put_families(FILE *out, const struct ent_declaration *declaration)
{
    char words[WORDS_LEN];

    ent_families_list(&declaration->families, words, sizeof words);
    if (!declaration->all_families) {
        put_list(out, "families", words);
    }
}

static void
put_suspension(FILE *out, const struct ent_declaration *declaration)
{
    put_families(out, declaration);
    for (size_t i = 0; i < declaration->office_count; i++) {
        fprintf(out, "%s%s", i == 0 ? "offices: [" : ", ",
            declaration->offices[i].text);
    }
    if (declaration->office_count > 0) {
        fputs("]\n", out);
    }
}

static void
put_assurance(FILE *out, const struct ent_declaration *declaration)
{
    char words[WORDS_LEN];
    char until[ENT_TIME_TEXT_MAX];

    fprintf(out, "risk: %s\n", ent_term_word(&ent_risks, declaration->risk));
    put_families(out, declaration);
    ent_word_list(&entente__v1__offence__descriptor, declaration->offences,
        words, sizeof words);
    put_list(out, "offences", words);
    if (declaration->until_ms != UINT64_MAX) {
        ent_time_format(declaration->until_ms, until);
        fprintf(out, "until: %s\n", until);
    }
}

/* Between double quotes, which YAML leaves alone but for two characters. */
static void
put_reason(FILE *out, const char *reason)
{
    if (reason[0] == '\0') {
        return;
    }
    fputs("reason: \"", out);
    for (; *reason != '\0'; reason++) {
        if (*reason == '"' || *reason == '\\') {
            fputc('\\', out);
        }
        fputc(*reason, out);
    }
    fputs("\"\n", out);
}

static void
put_all(FILE *out, const struct ent_notice *notice)
{
    const struct ent_declaration *declaration = &notice->declaration;
    char from[ENT_TIME_TEXT_MAX];

    ent_time_format(declaration->from_ms, from);
    fprintf(out,
        "notice: %s\nagreement: %s\nstate: \"%s\"\nnumber: %" PRIu64
        "\nfrom: %s\n",
        ent_notice_kind_name(notice->kind), notice->agreement,
        declaration->state, declaration->number, from);
    switch (notice->kind) {
    case ENT_NOTICE_SUSPENSION:
        put_suspension(out, declaration);
        break;
    case ENT_NOTICE_ASSURANCE:
        put_assurance(out, declaration);
        break;
    default:
        if (notice->of != 0) {
            fprintf(out, "of: %" PRIu64 "\n", notice->of);
        }
        break;
    }
    put_reason(out, notice->reason);
}

enum ent_status
ent_notice_write(const struct ent_notice *notice, struct ent_bytes *ret_text,
    struct ent_error *err)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    enum ent_status rc;

    assert(notice != NULL && ret_text != NULL);

    if (out == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "writing a notice");
    }
    put_all(out, notice);
    if (fclose(out) != 0) {
        free(text);
        return ent_fail(err, ENT_NO_MEMORY, "writing a notice");
    }
    rc = ent_bytes_copy(ent_view_of(text, len), ret_text, err);
    free(text);
    return rc;
}
