/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "policy/verdict.h"
#include "proto/base/armour.h"
#include "proto/base/file.h"
#include "proto/keytext.h"
#include "tools/cli/canonical.h"
#include "tools/cli/contradiction.h"
#include "tools/cli/output.h"
#include "tools/cli/paragraph.h"
#include "tools/cli/render.h"
#include "tools/cli/verbs.h"
#include "tools/cli/words.h"

#define EXIT_WRONG 1
#define EXIT_UNANCHORED 2
#define LINE_MAX_LEN (ENT_CLAIM_LEN + CLI_WORDS_MAX)

struct arguments {
    const char *file;
    struct ent_authority_key named[ENT_EVIDENCE_AUTHORITIES_MAX];
    size_t named_count;
    bool json;
};

/* ---- arguments ---- */

static const struct argp_option options[] = {
    {"authority", 'a', "STATE=KEY", 0,
        "The key of a state's authority as you know it, such as "
        "th=ed25519:...; once for each state",
        0},
    {0}};

/* "th=ed25519:..." */
static enum ent_status
add_authority(
    struct arguments *arguments, const char *text, struct ent_error *err)
{
    struct ent_authority_key *named = &arguments->named[arguments->named_count];
    const char *equals = strchr(text, '=');
    size_t len = equals == NULL ? 0 : (size_t)(equals - text);

    if (len < 2 || len > ENT_STATE_MAX) {
        return ent_fail(err, ENT_BAD_INPUT,
            "--authority takes a state and its key, such as th=ed25519:..., "
            "not '%s'",
            text);
    }
    if (arguments->named_count == ENT_EVIDENCE_AUTHORITIES_MAX) {
        return ent_fail(err, ENT_FULL, "--authority: too many");
    }
    memcpy(named->state, text, len);
    named->state[len] = '\0';
    arguments->named_count++;
    return ent_key_parse(ent_view_text(equals + 1), &named->key, err);
}

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    struct ent_error err = {0};

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->json;
        return 0;
    case 'a':
        if (add_authority(arguments, argument, &err) != ENT_OK) {
            argp_error(state, "%s", err.text);
        }
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->file = argument;
        return 0;
    case ARGP_KEY_END:
        if (arguments->file == NULL) {
            argp_error(state, "FILE is needed");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const char doc[] =
    "Say what a file of `entente evidence`, or of `entente journal "
    "contradiction`, proves. Needs no node and no network.\v"
    "A file brings the keys of the authorities along, and who made it could "
    "have made those too. It proves something to you when you name the key of "
    "each state as you know it, from an agreement or by telephone.\n\n"
    "Exit: 0 proven under the keys you named; 1 something is wrong with it; 2 "
    "nothing is wrong, but you have not named every key; 65 it is no evidence "
    "at all.\n\n"
    "Examples:\n"
    "  entente verify alert.evidence --authority th=ed25519:... --authority "
    "mm=ed25519:...\n"
    "  entente verify alert.evidence --json\n";

static const struct argp_child children[] = {{.argp = &cli_json_argp}, {0}};

static const struct argp argp = {.options = options,
    .parser = parse,
    .args_doc = "FILE",
    .doc = doc,
    .children = children};

/* ---- words ---- */

static const char *
headline(const struct ent_verdict *verdict)
{
    if (!verdict->sound) {
        return "NOT PROVEN: something is wrong with this file";
    }
    return verdict->anchored
               ? "PROVEN, under the authorities that you named"
               : "NOTHING IS WRONG WITH IT; it proves as much as the keys below "
                 "are worth to you";
}

/* Claims of one standing under a title, if there are any. */
static enum ent_status
print_claims(const struct ent_verdict *verdict, enum ent_standing standing,
    const char *title, struct ent_error *err)
{
    bool first = true;

    for (size_t i = 0; i < verdict->claim_count; i++) {
        const struct ent_claim *claim = &verdict->claims[i];
        char line[LINE_MAX_LEN];
        char at[CLI_WORDS_MAX] = "";
        enum ent_status rc;

        if (claim->standing != standing) {
            continue;
        }
        if (first) {
            printf("\n%s\n", title);
            first = false;
        }
        cli_time_long(claim->at_ms, at);
        (void)snprintf(line, sizeof line, "%s%s%s", at,
            at[0] == '\0' ? "" : ": ", claim->text);
        rc = cli_print_paragraph(
            stdout, "  - ", ent_view_text(line), cli_width(stdout), err);
        if (rc != ENT_OK) {
            return rc;
        }
    }
    return ENT_OK;
}

static const struct ent_verify_key *
key_named(const struct arguments *arguments, const char *state)
{
    for (size_t i = 0; i < arguments->named_count; i++) {
        if (strcmp(arguments->named[i].state, state) == 0) {
            return &arguments->named[i].key;
        }
    }
    return NULL;
}

/* What the reader is to do about a key of the file. */
static const char *
standing_of(
    const struct arguments *arguments, const struct ent_authority_key *key)
{
    const struct ent_verify_key *named = key_named(arguments, key->state);

    if (named == NULL) {
        return "FROM THIS FILE: compare it with the one you know";
    }
    return memcmp(named->bytes, key->key.bytes, sizeof named->bytes) == 0
               ? "as you named it"
               : "not the one you named; see what is said of their succession";
}

static void
print_authorities(
    const struct arguments *arguments, const struct ent_verdict *verdict)
{
    puts("\nIt all rests on these keys");
    for (size_t i = 0; i < verdict->evidence.authority_count; i++) {
        const struct ent_authority_key *authority =
            &verdict->evidence.authorities[i];
        struct ent_key_id id =
            ent_key_id_of(ENT_KEY_AUTHORITY, authority->key.bytes);
        char key[ENT_KEY_TEXT_LEN + 1];
        char fingerprint[ENT_FINGERPRINT_LEN + 1];

        ent_key_format(&authority->key, key);
        ent_fingerprint_format(&id, fingerprint);
        printf("  - %s  %s\n      fingerprint %s, %s\n", authority->state, key,
            fingerprint, standing_of(arguments, authority));
    }
}

static enum ent_status
print_message(const struct ent_verdict *verdict, struct ent_error *err)
{
    if (verdict->message == NULL) {
        return ENT_OK;
    }
    puts("\nThe message");
    return cli_render_fields(stdout, &verdict->message->base, 1, err);
}

static enum ent_status
print_words(const struct arguments *arguments,
    const struct ent_verdict *verdict, struct ent_error *err)
{
    static const struct {
        enum ent_standing standing;
        const char *title;
    } parts[] = {
        {ENT_WRONG, "What is wrong"},
        {ENT_PROVEN, "What follows from signatures"},
        {ENT_CLAIMED, "What only its signer says"},
        {ENT_UNCHECKED, "What could not be checked"},
    };
    enum ent_status rc;

    puts(headline(verdict));
    rc = print_message(verdict, err);
    for (size_t i = 0; rc == ENT_OK && i < sizeof parts / sizeof parts[0];
         i++) {
        rc = print_claims(verdict, parts[i].standing, parts[i].title, err);
    }
    if (rc == ENT_OK) {
        print_authorities(arguments, verdict);
    }
    return rc;
}

/* ---- for programs ---- */

static json_t *
json_of_claims(const struct ent_verdict *verdict)
{
    json_t *list = json_array();

    for (size_t i = 0; i < verdict->claim_count; i++) {
        const struct ent_claim *claim = &verdict->claims[i];
        json_t *entry = json_pack("{s:s, s:s, s:o}", "standing",
            ent_standing_name(claim->standing), "topic", claim->topic, "text",
            cli_json_text(ent_view_text(claim->text)));

        if (entry != NULL && claim->at_ms != 0) {
            (void)json_object_set_new(
                entry, "at", json_integer((json_int_t)claim->at_ms));
        }
        (void)json_array_append_new(list, entry);
    }
    return list;
}

static json_t *
json_of_authorities(
    const struct arguments *arguments, const struct ent_verdict *verdict)
{
    json_t *list = json_array();

    for (size_t i = 0; i < verdict->evidence.authority_count; i++) {
        const struct ent_authority_key *authority =
            &verdict->evidence.authorities[i];
        char key[ENT_KEY_TEXT_LEN + 1];

        ent_key_format(&authority->key, key);
        (void)json_array_append_new(list,
            json_pack("{s:s, s:s, s:b}", "state", authority->state, "key", key,
                "named", key_named(arguments, authority->state) != NULL));
    }
    return list;
}

static enum ent_status
print_object(const struct arguments *arguments,
    const struct ent_verdict *verdict, struct ent_error *err)
{
    const struct ent_stream_id *stream = &verdict->label.stream;
    json_t *message = NULL;
    json_t *object;
    char id[ENT_ID_TEXT_LEN + 1];
    enum ent_status rc = ENT_OK;

    ent_id_format(&verdict->evidence.id, id);
    if (verdict->message != NULL) {
        rc = cli_canonical(&verdict->message->base, &message, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    object = json_pack("{s:b, s:b, s:s, s:s, s:s, s:s, s:o, s:o, s:o}", "sound",
        verdict->sound, "anchored", verdict->anchored, "id", id, "from",
        stream->sender.text, "to", stream->recipient.text, "madeBy",
        verdict->evidence.made_by.text, "claims", json_of_claims(verdict),
        "authorities", json_of_authorities(arguments, verdict), "message",
        message == NULL ? json_null() : message);
    if (object == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "writing JSON");
    }
    rc = cli_print_json(stdout, object, err);
    json_decref(object);
    return rc;
}

/* ---- the verb ---- */

/* About one message. */
static enum ent_status
verify_evidence(const struct arguments *arguments, struct ent_view text,
    int *ret_code, struct ent_error *err)
{
    static struct ent_verdict verdict;
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    enum ent_status rc =
        ent_armour_decode(ENT_ARMOUR_EVIDENCE, text, &wire, err);

    if (rc != ENT_OK) {
        ent_error_wrap(err, "'%s'", arguments->file);
        return rc;
    }
    rc = ent_verdict_reach(ent_bytes_view(&wire), arguments->named,
        arguments->named_count, &verdict, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = arguments->json ? print_object(arguments, &verdict, err)
                         : print_words(arguments, &verdict, err);
    *ret_code = !verdict.sound      ? EXIT_WRONG
                : !verdict.anchored ? EXIT_UNANCHORED
                                    : EX_OK;
    ent_verdict_fini(&verdict);
    return rc;
}

int
cli_verify(int argc, char *argv[])
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    struct arguments arguments = {0};
    struct ent_error err = {0};
    enum ent_status rc;
    int code = EX_OK;

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    rc = ent_file_read(arguments.file, ENT_EVIDENCE_TEXT_MAX, &text, &err);
    if (rc == ENT_OK && cli_contradiction_is(ent_bytes_view(&text))) {
        rc = cli_contradiction_verify(ent_bytes_view(&text), arguments.named,
            arguments.named_count, arguments.json, &code, &err);
    } else if (rc == ENT_OK) {
        rc = verify_evidence(&arguments, ent_bytes_view(&text), &code, &err);
    }
    return rc == ENT_OK ? code : cli_fail(rc, &err);
}
