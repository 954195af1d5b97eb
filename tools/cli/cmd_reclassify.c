/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sysexits.h>

#include "policy/word.h"
#include "proto/catalogue.h"
#include "tools/cli/lifecycle.h"
#include "tools/cli/output.h"
#include "tools/cli/verbs.h"

#define REASON_MAX 1000 /* bytes */
#define CODES_MAX 32

struct arguments {
    const char *id;
    const char *reason;
    Entente__V1__Offence offence;
    Entente__V1__Classification classification;
    struct cli_recipients others;
    struct cli_lifecycle_options common;
};

enum { OPTION_AS = 256, OPTION_CLASSIFICATION };

static const struct argp_option options[] = {
    {"as", OPTION_AS, "OFFENCE", 0,
        "What it is about: trafficking_in_persons, arms, ...", 0},
    {"classification", OPTION_CLASSIFICATION, "WORD", 0,
        "And classified so at least: confidential, ...", 0},
    {"reason", 'm', "TEXT", 0, "Why; its recipients read it", 0},
    {"to", 't', "ADDRESS", 0,
        "To this office too, which has it from a store that is lost; may be "
        "repeated",
        0},
    {0},
};

/* One of those words; an error that names the nearest. */
static int
parse_word(const ProtobufCEnumDescriptor *words, const char *argument,
    const char *what, const struct argp_state *state)
{
    int value = ent_word_value(words, argument);
    char near[ENT_WORD_LEN];

    if (value == 0 && ent_word_nearest(words, argument, near)) {
        argp_error(
            state, "there is no %s '%s'; perhaps '%s'", what, argument, near);
    } else if (value == 0) {
        argp_error(state, "there is no %s '%s'", what, argument);
    }
    return value;
}

static void
check_all_given(
    const struct arguments *arguments, const struct argp_state *state)
{
    if (arguments->id == NULL) {
        argp_error(state, "the ID of a message is needed");
    }
    if (arguments->offence == 0) {
        argp_error(state, "--as is needed: what it is about");
    }
    if (arguments->reason == NULL || arguments->reason[0] == '\0' ||
        strlen(arguments->reason) > REASON_MAX) {
        argp_error(state, "--reason is needed, at most %d bytes", REASON_MAX);
    }
}

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->common;
        return 0;
    case OPTION_AS:
        arguments->offence = (Entente__V1__Offence)parse_word(
            &entente__v1__offence__descriptor, argument, "offence", state);
        return 0;
    case OPTION_CLASSIFICATION:
        arguments->classification = (Entente__V1__Classification)parse_word(
            &entente__v1__classification__descriptor, argument,
            "classification", state);
        return 0;
    case 'm':
        arguments->reason = argument;
        return 0;
    case 't':
        cli_recipients_parse(&arguments->others, argument, state);
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->id = argument;
        return 0;
    case ARGP_KEY_END:
        check_all_given(arguments, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {
    {.argp = &cli_lifecycle_argp}, {0}};

static const char doc[] =
    "Say that a message is about something graver than was known when it was "
    "sent.\v"
    "It goes to all who were sent the message, and their nodes tell those to "
    "whom they passed it on. From then on every copy is handled as this asks "
    "at least: TLP:RED and handling codes H1 and H2, so that it goes further "
    "and to a court only with consent; as trafficking_in_persons it bears the "
    "safeguards of a presumed victim too, and only the protection desk reads "
    "it. Nothing lowers that again. It holds for a message that comes late "
    "too.\n\n"
    "Exit: 1 when policy refuses it; 66 when no such message was sent here.\n\n"
    "Examples:\n"
    "  entente reclassify 01980000-0000-7000-8000-000000000000 --as "
    "trafficking_in_persons --reason \"screening found a victim\"\n";

static const struct argp argp = {.options = options,
    .parser = parse,
    .args_doc = "ID",
    .doc = doc,
    .children = children};

/* ---- what it asks ---- */

/* All that the body looks into besides the arguments. */
struct marks {
    Entente__V1__Reclassification as;
    Entente__V1__Handling handling[CODES_MAX];
    Entente__V1__Safeguard safeguards[2];
};

/* As a referral is handled from the start (proto/catalogue/protection.yaml). */
static void
fill(const struct arguments *arguments, struct marks *marks)
{
    const struct ent_family *referral =
        ent_family_by_number(ENT_FAMILY_TRAFFICKING_REFERRAL);
    Entente__V1__Reclassification *as = &marks->as;

    entente__v1__reclassification__init(as);
    as->offence = arguments->offence;
    as->classification = arguments->classification;
    as->tlp = (Entente__V1__Tlp)referral->tlp;
    as->handling = marks->handling;
    for (unsigned code = 1; code < CODES_MAX; code++) {
        if ((referral->handling >> code & 1) != 0) {
            as->handling[as->n_handling++] = (Entente__V1__Handling)code;
        }
    }
    if (as->offence == ENTENTE__V1__OFFENCE__TRAFFICKING_IN_PERSONS) {
        marks->safeguards[0] = ENTENTE__V1__SAFEGUARD__PRESUMED_TIP_VICTIM;
        marks->safeguards[1] = ENTENTE__V1__SAFEGUARD__NON_PUNISHMENT;
        as->safeguards = marks->safeguards;
        as->n_safeguards = 2;
        as->desk = ENTENTE__V1__DESK__DESK_PROTECTION;
    }
}

/* Everybody to whom it was sent from this store, and the others. */
static int
choose_recipients(struct cli_client *client, const struct arguments *arguments,
    struct cli_recipients *recipients, Entente__V1__Precedence *ret_precedence,
    struct ent_error *err)
{
    int code = cli_lifecycle_recipients(
        client, arguments->id, recipients, ret_precedence, err);

    if (code == EX_NOINPUT && arguments->others.count > 0) {
        *ret_precedence = ENTENTE__V1__PRECEDENCE__IMMEDIATE;
        code = EX_OK;
    }
    for (size_t i = 0; code == EX_OK && i < arguments->others.count; i++) {
        code = cli_exit_code(cli_recipients_add(
            recipients, arguments->others.list[i].text, err));
    }
    return code;
}

/* A cli_lifecycle_verb. */
static int
say(struct cli_lifecycle *lifecycle, struct cli_client *client,
    const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    struct cli_recipients recipients = {0};
    struct marks marks;
    Entente__V1__Precedence precedence = 0;
    enum ent_status rc;
    int code =
        choose_recipients(client, arguments, &recipients, &precedence, err);

    if (code != EX_OK) {
        return code;
    }
    rc = cli_lifecycle_begin(lifecycle,
        ENTENTE__V1__LIFECYCLE_ACT__RECLASSIFICATION, arguments->id,
        arguments->common.role, err);
    if (rc != ENT_OK) {
        return cli_exit_code(rc);
    }
    fill(arguments, &marks);
    lifecycle->message.precedence = precedence;
    lifecycle->body.reason = (char *)(uintptr_t)arguments->reason;
    lifecycle->body.reclassified = &marks.as;
    return cli_lifecycle_submit(
        lifecycle, &recipients, client, arguments->common.json, err);
}

int
cli_reclassify(int argc, char *argv[])
{
    struct arguments arguments = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_lifecycle_run(&arguments.common, say, &arguments);
}
