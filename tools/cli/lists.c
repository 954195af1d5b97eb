/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/lists.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "proto/base/time.h"
#include "tools/cli/choice.h"
#include "tools/cli/words.h"

#define NUMBER_MAX 24

enum option_key {
    KEY_ENCOUNTER = 'e',
    KEY_PLACE = 'p',
    KEY_NEXT = 'N',
    KEY_EXERCISES = 'x',
    KEY_ROLE = 'r',
    KEY_PURPOSE = 'P',
};

static const struct argp_option options[] = {
    {"encounter", KEY_ENCOUNTER, "KIND", 0,
        "It passes here now, and for a day an alert about it raises an alarm: "
        "visa_application, entry_primary, entry_secondary, departure, transit, "
        "carrier_check, inland",
        3},
    {"place", KEY_PLACE, "PLACE", 0, "Where: MM-TH:THL-MSA, THMSA", 3},
    {"next", KEY_NEXT, "PLACE", 0,
        "Where it goes on to: a place, or an office's address", 3},
    {"exercises", KEY_EXERCISES, NULL, 0,
        "In the lists of exercises, instead of what is real", 3},
    {"role", KEY_ROLE, "ROLE", 0,
        "In which role you ask (else $ENTENTE_ROLE); it is counted", 3},
    {"purpose", KEY_PURPOSE, "WORD", 0,
        "For what: border_decision, listed_crime, threat_to_life, "
        "verify_document and others",
        3},
    {0},
};

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct cli_lists_options *chosen = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        chosen->role = getenv("ENTENTE_ROLE");
        return 0;
    case KEY_ROLE:
        chosen->role = argument;
        return 0;
    case KEY_PURPOSE:
        chosen->purpose = (Entente__V1__Purpose)cli_choice(
            state, "--purpose", argument, &entente__v1__purpose__descriptor);
        return 0;
    case KEY_ENCOUNTER:
        chosen->encounter = (Entente__V1__Encounter)cli_choice(state,
            "--encounter", argument, &entente__v1__encounter__descriptor);
        return 0;
    case KEY_PLACE:
        chosen->place = argument;
        return 0;
    case KEY_NEXT:
        chosen->next = argument;
        return 0;
    case KEY_EXERCISES:
        chosen->exercises = true;
        return 0;
    case ARGP_KEY_END:
        if (chosen->encounter == 0 &&
            (chosen->place != NULL || chosen->next != NULL)) {
            argp_error(state, "--place and --next go with --encounter");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp cli_lists_argp = {.options = options, .parser = parse};

int
cli_lists_ask(struct cli_client *client, const struct cli_lists_options *chosen,
    Entente__V1__LookupTerm **terms, size_t count,
    const Entente__V1__ListCheckReply **ret_reply, struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__ListCheckRequest question =
        ENTENTE__V1__LIST_CHECK_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    int code;

    question.terms = terms;
    question.n_terms = count;
    question.encounter = chosen->encounter;
    question.exercises = chosen->exercises;
    question.purpose = chosen->purpose;
    if (chosen->role != NULL) {
        question.role = (char *)(uintptr_t)chosen->role;
    }
    if (chosen->place != NULL) {
        question.place = (char *)(uintptr_t)chosen->place;
    }
    if (chosen->next != NULL) {
        question.next = (char *)(uintptr_t)chosen->next;
    }
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_LIST_CHECK;
    request.list_check = &question;
    code = cli_client_ask(client, &request, 0, &reply, err);
    if (code == EX_OK && reply->list_check->n_answers != count) {
        (void)ent_fail(err, ENT_BAD_INPUT, "the node answers something else");
        return EX_PROTOCOL;
    }
    *ret_reply = code == EX_OK ? reply->list_check : NULL;
    return code;
}

/* ---- what is shown ---- */

static const struct cli_field entry_fields[] = {
    {.key = "number", .title = "NO", .right = true},
    {.key = "family", .title = "FAMILY"},
    {.key = "office", .title = "WHOSE"},
    {.key = "since", .title = "SINCE"},
    {.key = "until", .title = "UNTIL"},
    {.key = "id", .title = "ID"},
};

static const struct cli_field source_fields[] = {
    {.key = "office", .title = "LIST OF"},
    {.key = "heard", .title = "LAST HEARD OF"},
    {.key = "newest", .title = "NEWEST ENTRY"},
};

static json_t *
entry_row(const Entente__V1__ListEntry *entry)
{
    const uint64_t now_ms = ent_time_now_ms();
    char number[NUMBER_MAX] = "";
    char since[CLI_WORDS_MAX];
    char until[CLI_WORDS_MAX];

    if (entry->sequence != 0) {
        (void)snprintf(number, sizeof number, "%" PRIu64, entry->sequence);
    }
    cli_time_short(entry->at, now_ms, since);
    cli_time_short(entry->listed_until, now_ms, until);
    return json_pack("{s:s, s:o, s:o, s:s, s:s, s:o}", "number", number,
        "family", cli_json_text(ent_view_text(entry->family)), "office",
        cli_json_text(ent_view_text(entry->office)), "since", since, "until",
        until, "id", cli_json_text(ent_view_text(entry->id)));
}

static json_t *
source_row(const Entente__V1__ListSource *source)
{
    const uint64_t now_ms = ent_time_now_ms();
    char heard[CLI_WORDS_MAX];
    char newest[CLI_WORDS_MAX];

    cli_time_short(source->heard_at, now_ms, heard);
    cli_time_short(source->newest_at, now_ms, newest);
    return json_pack("{s:o, s:s, s:s}", "office",
        cli_json_text(ent_view_text(source->office)), "heard", heard, "newest",
        newest);
}

static enum ent_status
add(json_t *rows, json_t *row, struct ent_error *err)
{
    return row == NULL || json_array_append_new(rows, row) != 0
               ? ent_fail(err, ENT_NO_MEMORY, "out of memory")
               : ENT_OK;
}

enum ent_status
cli_lists_print_entries(
    const Entente__V1__ListAnswer *answer, struct ent_error *err)
{
    json_t *rows = json_array();
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < answer->n_entries; i++) {
        rc = add(rows, entry_row(answer->entries[i]), err);
    }
    if (rc == ENT_OK) {
        rc = cli_print_table(stdout, rows, entry_fields,
            sizeof entry_fields / sizeof entry_fields[0], false, err);
    }
    json_decref(rows);
    return rc;
}

enum ent_status
cli_lists_print_sources(
    const Entente__V1__ListCheckReply *reply, struct ent_error *err)
{
    json_t *rows = json_array();
    enum ent_status rc = ENT_OK;

    if (reply->n_sources == 0) {
        json_decref(rows);
        fputs("No other office has given entries of a list.\n", stdout);
        return ENT_OK;
    }
    for (size_t i = 0; rc == ENT_OK && i < reply->n_sources; i++) {
        rc = add(rows, source_row(reply->sources[i]), err);
    }
    if (rc == ENT_OK) {
        rc = cli_print_table(stdout, rows, source_fields,
            sizeof source_fields / sizeof source_fields[0], false, err);
    }
    json_decref(rows);
    return rc;
}
