/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sysexits.h>

#include "policy/word.h"
#include "proto/base/file.h"
#include "proto/base/time.h"
#include "proto/keytext.h"
#include "proto/schema/trust.pb-c.h"
#include "tools/cli/armourfile.h"
#include "tools/cli/enrol.h"
#include "tools/cli/fingerprint.h"
#include "tools/cli/number.h"
#include "tools/cli/output.h"
#include "tools/cli/request.h"
#include "tools/cli/root.h"

#define CERTIFICATE_MODE 0644
#define DAYS_DEFAULT 365
#define DAYS_MAX (ENT_CERTIFICATE_LIFE_MAX_MS / DAY_MS)
#define DAY_MS (UINT64_C(86400) * 1000)

enum { OPTION_SERIAL = 0x300, OPTION_FINGERPRINT };

struct arguments {
    const struct cli_party *party;
    const char *request;
    const char *authority;
    const char *out;
    const char *fingerprint; /* NULL: not compared here */
    uint32_t kind;
    uint64_t days;
    uint64_t serial; /* 0: the time in milliseconds, which only grows */
    struct cli_names names;
    struct cli_passphrase passphrase;
    bool json;
};

static enum ent_status
read_request(const struct arguments *arguments, struct cli_request *ret_request,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    struct cli_request request;
    enum ent_status rc;

    rc = ent_file_read(arguments->request, CLI_REQUEST_MAX, &text, err);
    if (rc == ENT_OK) {
        rc = cli_request_open(ent_bytes_view(&text), &request, err);
    }
    if (rc != ENT_OK) {
        ent_error_wrap(err, "'%s'", arguments->request);
        return rc;
    }
    if (request.broker != arguments->party->broker) {
        return ent_fail(err, ENT_BAD_INPUT, "'%s' is a request of %s",
            arguments->request, request.broker ? "a broker" : "an office");
    }
    if (arguments->fingerprint != NULL &&
        !cli_fingerprint_matches(arguments->fingerprint, &request.key_id)) {
        return ent_fail(err, ENT_REJECTED,
            "'%s' has another fingerprint than the one given; somebody may "
            "have exchanged it",
            arguments->request);
    }
    *ret_request = request;
    return ENT_OK;
}

static struct ent_certificate
fill(const struct arguments *arguments, const struct cli_request *request)
{
    uint64_t now = ent_time_now_ms();
    struct ent_certificate cert = {
        .address = request->address,
        .kind = arguments->kind,
        .name_count = arguments->names.count,
        .signing_key = request->signing_key,
        .signing_key_id = request->key_id,
        .not_before = now - now % 1000, /* for people, in seconds */
        .serial = arguments->serial == 0 ? now : arguments->serial,
    };

    memcpy(cert.names, arguments->names.list, sizeof cert.names);
    memcpy(cert.link_key, request->link_key, sizeof cert.link_key);
    cert.not_after = cert.not_before + arguments->days * DAY_MS;
    return cert;
}

static enum ent_status
print(const struct arguments *arguments, const struct ent_certificate *cert,
    struct ent_error *err)
{
    static const struct cli_field fields[] = {
        {.key = "address", .title = "Address"},
        {.key = "kind", .title = "Kind"},
        {.key = "fingerprint", .title = "Fingerprint"},
        {.key = "valid_until", .title = "Valid until"},
        {.key = "certificate", .title = "Certificate"},
    };
    char id[ENT_KEY_ID_TEXT_LEN + 1];
    char fingerprint[ENT_FINGERPRINT_LEN + 1];
    char from[ENT_TIME_TEXT_MAX];
    char until[ENT_TIME_TEXT_MAX];
    char kind[ENT_WORD_LEN];
    enum ent_status rc;
    json_t *object;

    ent_key_id_format(&cert->signing_key_id, id);
    ent_fingerprint_format(&cert->signing_key_id, fingerprint);
    ent_time_format(cert->not_before, from);
    ent_time_format(cert->not_after, until);
    ent_word_format(
        &entente__v1__office_kind__descriptor, (int)cert->kind, kind);
    object = json_pack("{s:s, s:s, s:o, s:s, s:s, s:I, s:s, s:s, s:o}",
        "address", cert->address.text, "kind", kind, "name",
        cli_names_json(cert->names, cert->name_count), "key_id", id,
        "fingerprint", fingerprint, "serial", (json_int_t)cert->serial,
        "valid_from", from, "valid_until", until, "certificate",
        cli_json_text(ent_view_text(arguments->out)));
    if (object == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "printing a certificate");
    }
    rc = cli_print_record(stdout, object, fields,
        sizeof fields / sizeof fields[0], arguments->json, err);
    json_decref(object);
    return rc;
}

static enum ent_status
certify(const struct arguments *arguments, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    ENT_AUTO(cli_root_close) struct cli_root root = {0};
    struct cli_passphrase passphrase = arguments->passphrase;
    struct cli_request request;
    struct ent_certificate cert;
    enum ent_status rc;

    rc = read_request(arguments, &request, err);
    if (rc == ENT_OK) {
        rc = cli_root_open(arguments->authority, &passphrase, &root, err);
    }
    if (rc == ENT_OK) {
        rc = cli_root_check_state(
            &root, ent_address_state(&request.address), err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    cert = fill(arguments, &request);
    rc = ent_certificate_make(&cert, &root.signer, &wire, err);
    if (rc == ENT_OK) {
        rc = cli_armourfile_create(arguments->out, CERTIFICATE_MODE,
            ENT_ARMOUR_CERTIFICATE, ent_bytes_view(&wire), err);
    }
    if (rc == ENT_OK) {
        rc = print(arguments, &cert, err);
    }
    return rc;
}

/* Arguments */

static uint32_t
parse_kind(struct argp_state *state, const char *text)
{
    int kind = ent_word_value(&entente__v1__office_kind__descriptor, text);

    if (kind == 0 || kind == ENTENTE__V1__OFFICE_KIND__BROKER) {
        argp_error(state,
            "'%s' is no kind of office: blo, ilo, ncc, airline, airport, "
            "seaport, mail or organisation",
            text);
    }
    return (uint32_t)kind;
}

static void
check_complete(struct argp_state *state, struct arguments *arguments)
{
    if (arguments->party->broker) {
        arguments->kind = ENTENTE__V1__OFFICE_KIND__BROKER;
    }
    if (arguments->request == NULL || arguments->authority == NULL ||
        arguments->out == NULL) {
        argp_error(
            state, "REQUEST, --authority KEYFILE and --out CERT are needed");
    }
    if (arguments->kind == 0) {
        argp_error(state, "--kind KIND is needed");
    }
}

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->names;
        state->child_inputs[1] = &arguments->passphrase;
        state->child_inputs[2] = &arguments->json;
        return 0;
    case 'a':
        arguments->authority = argument;
        return 0;
    case 'o':
        arguments->out = argument;
        return 0;
    case 'd':
        arguments->days = cli_number(state, "--days", argument, 1, DAYS_MAX);
        return 0;
    case 'k':
        arguments->kind = parse_kind(state, argument);
        return 0;
    case OPTION_SERIAL:
        arguments->serial =
            cli_number(state, "--serial", argument, 1, INT64_MAX);
        return 0;
    case OPTION_FINGERPRINT:
        arguments->fingerprint = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->request = argument;
        return 0;
    case ARGP_KEY_END:
        check_complete(state, arguments);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

#define COMMON_OPTIONS                                                         \
    {"authority", 'a', "KEYFILE", 0,                                           \
        "The state's root key, or the folder it lies in", 0},                  \
        {"out", 'o', "CERT", 0, "Write the certificate to CERT", 0},           \
        {"days", 'd', "N", 0, "Valid so long from now, 365 by default", 0},    \
        {"serial", OPTION_SERIAL, "N", 0,                                      \
            "Number it so, instead of by the time in milliseconds", 0},        \
    {                                                                          \
        "fingerprint", OPTION_FINGERPRINT, "DIGITS", 0,                        \
            "Refuse unless the request has this fingerprint, as heard by "     \
            "telephone",                                                       \
            0                                                                  \
    }

int
cli_enrol_certify(const struct cli_party *party, int argc, char *argv[])
{
    static const struct argp_option broker_options[] = {COMMON_OPTIONS, {0}};
    static const struct argp_option office_options[] = {
        {"kind", 'k', "KIND", 0,
            "blo, ilo, ncc, airline, airport, seaport, mail or organisation",
            0},
        COMMON_OPTIONS,
        {0},
    };
    static const struct argp_child children[] = {
        {&cli_names_argp, 0, NULL, 0},
        {&cli_passphrase_argp, 0, NULL, 0},
        {&cli_json_argp, 0, NULL, 0},
        {0},
    };
    const struct argp argp = {
        .options = party->broker ? broker_options : office_options,
        .parser = parse,
        .args_doc = "REQUEST",
        .doc = party->certify_doc,
        .children = children,
    };
    struct arguments arguments = {.party = party, .days = DAYS_DEFAULT};
    struct ent_error err = {0};
    enum ent_status rc;

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    rc = certify(&arguments, &err);
    return rc == ENT_OK ? EX_OK : cli_fail(rc, &err);
}
