/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/declarations.h"

#include <jansson.h>
#include <string.h>

#include "tools/cli/output.h"
#include "tools/cli/trust.h"
#include "tools/cli/words.h"

#define TEXT_MAX 1024

static const struct cli_field fields[] = {
    {.key = "agreement", .title = "DECLARED ABOUT"},
    {.key = "by", .title = "BY"},
    {.key = "since", .title = "SINCE"},
    {.key = "until", .title = "UNTIL"},
    {.key = "text", .title = "WHAT", .wrap = true},
};

/* Words side by side behind what stands there; what is too long is cut. */
static void
append(char text[static TEXT_MAX], const char *front, char *const *words,
    size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(text);

        (void)snprintf(text + len, TEXT_MAX - len, "%s%s",
            i == 0 ? front : ", ", words[i]);
    }
}

static void
describe(
    const Entente__V1__DeclarationStatus *declared, char text[static TEXT_MAX])
{
    bool suspends = strcmp(declared->kind, "suspension") == 0;

    if (suspends) {
        (void)snprintf(text, TEXT_MAX, "%s%s",
            declared->holds ? CLI_ATTENTION : "",
            declared->holds ? "suspended" : "will be suspended");
    } else {
        (void)snprintf(text, TEXT_MAX, "assures that there is no %s%s%s",
            declared->risk, declared->offences[0] == '\0' ? "" : " for ",
            declared->offences);
    }
    if (suspends && declared->n_families == 0 && declared->n_offices == 0) {
        (void)snprintf(
            text + strlen(text), TEXT_MAX - strlen(text), ", the whole of it");
    }
    append(text, ": ", declared->families, declared->n_families);
    append(text, " of ", declared->offices, declared->n_offices);
}

static json_t *
row_of(const char *agreement, const Entente__V1__DeclarationStatus *declared,
    uint64_t now_ms)
{
    char since[CLI_WORDS_MAX];
    char until[CLI_WORDS_MAX] = "";
    char text[TEXT_MAX];

    cli_time_short(declared->from, now_ms, since);
    if (declared->until != 0) {
        cli_time_short(declared->until, now_ms, until);
    }
    describe(declared, text);
    return json_pack("{s:o, s:o, s:s, s:s, s:o}", "agreement",
        cli_json_text(ent_view_text(agreement)), "by",
        cli_json_text(ent_view_text(declared->state)), "since", since, "until",
        until, "text", cli_json_text(ent_view_text(text)));
}

enum ent_status
cli_print_declarations(FILE *out, const Entente__V1__StatusReply *status,
    uint64_t now_ms, struct ent_error *err)
{
    json_t *rows = json_array();
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; i < status->n_agreements; i++) {
        const Entente__V1__AgreementStatus *agreement = status->agreements[i];

        for (size_t k = 0; k < agreement->n_declarations; k++) {
            (void)json_array_append_new(rows,
                row_of(agreement->name, agreement->declarations[k], now_ms));
        }
    }
    if (json_array_size(rows) > 0) {
        fputc('\n', out);
        rc = cli_print_table(
            out, rows, fields, sizeof fields / sizeof fields[0], false, err);
    }
    json_decref(rows);
    return rc;
}
