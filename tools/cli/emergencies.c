/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/emergencies.h"

#include <jansson.h>

#include "tools/cli/output.h"
#include "tools/cli/words.h"

#define TEXT_MAX 512

static const struct cli_field fields[] = {
    {.key = "id", .title = "EMERGENCY"},
    {.key = "with", .title = "WITH"},
    {.key = "until", .title = "UNTIL"},
    {.key = "text", .title = "WHAT", .wrap = true},
};

/* By whom, why, what it relaxes, and whether somebody has looked at it since.
 */
static void
describe(const Entente__V1__EmergencyStatus *emergency, uint64_t now_ms,
    char text[static TEXT_MAX])
{
    char by[CLI_WORDS_MAX];
    char review[2 * CLI_WORDS_MAX] = "";

    cli_time_short(emergency->review_by, now_ms, by);
    if (emergency->ours && emergency->reviewed_at != 0) {
        (void)snprintf(review, sizeof review, "; reviewed");
    } else if (emergency->ours) {
        (void)snprintf(review, sizeof review, "; to be reviewed by %s", by);
    }
    (void)snprintf(text, TEXT_MAX, "%s%s%s by the %.64s: %.200s; relaxes %s%s",
        emergency->mode == ENTENTE__V1__MODE__EXERCISE ? "[EXERCISE] " : "",
        emergency->over ? "(over) " : "",
        emergency->ours ? "declared here" : "declared there", emergency->role,
        emergency->reason, emergency->relaxes, review);
}

enum ent_status
cli_print_emergencies(FILE *out, const Entente__V1__StatusReply *status,
    uint64_t now_ms, struct ent_error *err)
{
    json_t *rows = json_array();
    enum ent_status rc;

    for (size_t i = 0; i < status->n_emergencies; i++) {
        const Entente__V1__EmergencyStatus *emergency = status->emergencies[i];
        char text[TEXT_MAX];
        char until[CLI_WORDS_MAX];

        describe(emergency, now_ms, text);
        cli_time_short(emergency->until, now_ms, until);
        (void)json_array_append_new(
            rows, json_pack("{s:s, s:o, s:s, s:o}", "id", emergency->id, "with",
                      cli_json_text(ent_view_text(emergency->office)), "until",
                      until, "text", cli_json_text(ent_view_text(text))));
    }
    rc = cli_print_table(
        out, rows, fields, sizeof fields / sizeof fields[0], false, err);
    json_decref(rows);
    return rc;
}
