/* SPDX-License-Identifier: Apache-2.0 */
/* A key that was compared by telephone. */
#include <string.h>
#include <sysexits.h>

#include "proto/keytext.h"
#include "tools/cli/armourfile.h"
#include "tools/cli/client.h"
#include "tools/cli/fingerprint.h"
#include "tools/cli/output.h"
#include "tools/cli/verbs.h"

#define EXIT_NOT_COMPARED 1

enum option_key {
    OPTION_FINGERPRINT = 256,
};

struct arguments {
    const char *name; /* a file to pin, an address to unpin */
    const char *fingerprint;
    struct cli_client_options client;
    bool json;
};

static const struct argp_option options[] = {
    {"fingerprint", OPTION_FINGERPRINT, "DIGITS", 0,
        "As the office read it to you by telephone", 0},
    {0}};

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->client;
        state->child_inputs[1] = &arguments->json;
        return 0;
    case OPTION_FINGERPRINT:
        arguments->fingerprint = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->name = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "one argument is needed");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {
    {.argp = &cli_client_argp}, {.argp = &cli_json_argp}, {0}};

static enum ent_status
print(const struct ent_certificate *certificate, bool pinned, bool json,
    struct ent_error *err)
{
    static const struct cli_field fields[] = {
        {.key = "address", .title = "Office"},
        {.key = "fingerprint", .title = "Fingerprint"},
        {.key = "state", .title = "State"},
    };
    char fingerprint[ENT_FINGERPRINT_LEN + 1];
    json_t *object;
    enum ent_status rc;

    ent_fingerprint_format(&certificate->signing_key_id, fingerprint);
    object = json_pack("{s:s, s:s, s:b, s:s}", "address",
        certificate->address.text, "fingerprint", fingerprint, "pinned", pinned,
        "state",
        pinned ? "pinned: no other key of it is taken"
               : "not pinned yet: call the office by a number that you know, "
                 "have it read its fingerprint, and give what you hear as "
                 "--fingerprint");
    if (object == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "telling what was pinned");
    }
    rc = cli_print_record(
        stdout, object, fields, sizeof fields / sizeof fields[0], json, err);
    json_decref(object);
    return rc;
}

static int
ask(const struct arguments *arguments, Entente__V1__PinRequest *question,
    struct ent_error *err)
{
    ENT_AUTO(cli_client_close) struct cli_client *client = NULL;
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    int code;

    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_PIN;
    request.pin = question;
    code = cli_client_open(&arguments->client, &client, err);
    return code != EX_OK ? code
                         : cli_client_ask(client, &request, 0, &reply, err);
}

static int
pin(const struct arguments *arguments, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    Entente__V1__PinRequest question = ENTENTE__V1__PIN_REQUEST__INIT;
    struct ent_certificate certificate;
    enum ent_status rc =
        cli_armourfile_certificate(arguments->name, &wire, &certificate, err);
    int code;

    if (rc != ENT_OK) {
        return cli_exit_code(rc);
    }
    if (arguments->fingerprint == NULL) {
        rc = print(&certificate, false, arguments->json, err);
        return rc == ENT_OK ? EXIT_NOT_COMPARED : cli_exit_code(rc);
    }
    if (!cli_fingerprint_matches(
            arguments->fingerprint, &certificate.signing_key_id)) {
        (void)ent_fail(err, ENT_REJECTED,
            "'%s' has another fingerprint than the one given; nothing was "
            "pinned, somebody may have exchanged the file",
            arguments->name);
        return cli_exit_code(ENT_REJECTED);
    }
    question.certificate.data = wire.data;
    question.certificate.len = wire.len;
    question.key_id.data = certificate.signing_key_id.bytes;
    question.key_id.len = sizeof certificate.signing_key_id.bytes;
    code = ask(arguments, &question, err);
    return code != EX_OK
               ? code
               : cli_exit_code(print(&certificate, true, arguments->json, err));
}

int
cli_directory_pin(int argc, char *argv[])
{
    static const struct argp argp = {.options = options,
        .parser = parse,
        .args_doc = "FILE",
        .doc = "Have the node take a certificate whose key was compared by "
               "telephone, and no other key of that office.\v"
               "Without --fingerprint it says what to compare and changes "
               "nothing (exit 1). From then on a certificate for another key "
               "of that office raises an alarm and is not used, even if its "
               "authority signed it, until that one is pinned or the office is "
               "unpinned.\n\n"
               "Examples:\n"
               "  entente directory pin tachileik.cert\n"
               "  entente directory pin tachileik.cert --fingerprint \"bb99 "
               "4d0a 6769 24d0 add6 5092 fc85 e04e\"\n",
        .children = children};
    struct arguments arguments = {0};
    struct ent_error err = {0};
    int code;

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    code = pin(&arguments, &err);
    if (code != EX_OK && err.text[0] != '\0') {
        cli_complain("%s", err.text);
    }
    return code;
}

int
cli_directory_unpin(int argc, char *argv[])
{
    static const struct argp argp = {.parser = parse,
        .args_doc = "ADDRESS",
        .doc = "Take an office's keys again as its authority certifies "
               "them.\v"
               "Exit: 66 when no key of it is pinned.\n\n"
               "Examples:\n"
               "  entente directory unpin blo-tachileik@mm\n",
        .children = children};
    Entente__V1__PinRequest question = ENTENTE__V1__PIN_REQUEST__INIT;
    struct arguments arguments = {0};
    struct ent_error err = {0};
    int code;

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    question.address = (char *)(uintptr_t)arguments.name;
    code = ask(&arguments, &question, &err);
    if (code != EX_OK) {
        cli_complain("%s", err.text);
    }
    return code;
}
