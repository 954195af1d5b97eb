/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>
#include <sysexits.h>

#include "proto/base/time.h"
#include "proto/id.h"
#include "tools/cli/await.h"
#include "tools/cli/number.h"
#include "tools/cli/output.h"
#include "tools/cli/peer.h"
#include "tools/cli/verbs.h"

#define WAIT_S 30
#define WAIT_MAX_S 3600
#define LIFE_MS (UINT64_C(15) * 60 * 1000) /* at least */

struct arguments {
    const char *address;
    unsigned wait_s;
    bool urgent;
    struct cli_client_options client;
    bool json;
};

/* ---- arguments ---- */

static const struct argp_option options[] = {
    {"wait", 'w', "SECONDS", 0, "Wait so long for the answer; default 30", 0},
    {"urgent", 'u', NULL, 0,
        "Go on the connection of FLASH and IMMEDIATE, not on the other one", 0},
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
    case 'u':
        arguments->urgent = true;
        return 0;
    case 'w':
        arguments->wait_s =
            (unsigned)cli_number(state, "--wait", argument, 0, WAIT_MAX_S);
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            return ARGP_ERR_UNKNOWN;
        }
        arguments->address = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "ADDRESS is needed: the office to test");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const char doc[] =
    "Try the whole way to another office and back, and say where it stands.\v"
    "First what must be there: an agreement, certificates, a key to seal for, "
    "a connection. Then a message of mode TEST goes the way of any message: "
    "sealed, signed, by broker or direct link, and it counts as delivered when "
    "the other office's signed receipt is here. It lies on that office's desk "
    "as a test, for its officers to see.\n\n"
    "Exit: 0 delivered; 1 an agreement refuses the test message, here or "
    "there; 68 not connected; 75 not answered in time, what holds it is told; "
    "77 a certificate is missing, expired or revoked; 78 no agreement is in "
    "use; 69 our own node does not answer.\n\n"
    "Examples:\n"
    "  entente peer test blo-tachileik@mm\n"
    "  entente peer test blo-tachileik@mm --urgent --wait 5 --json\n";

static const struct argp_child children[] = {
    {.argp = &cli_client_argp}, {.argp = &cli_json_argp}, {0}};

static const struct argp argp = {.options = options,
    .parser = parse,
    .args_doc = "ADDRESS",
    .doc = doc,
    .children = children};

/* ---- steps ---- */

/* What stands in the way before anything is sent. */
static int
look(struct cli_client *client, const char *address,
    struct cli_finding *ret_finding, bool *ret_ready, struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__PeersRequest question = ENTENTE__V1__PEERS_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    int code;

    question.address = (char *)(uintptr_t)address;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_PEERS;
    request.peers = &question;
    code = cli_client_ask(client, &request, 0, &reply, err);
    if (code != EX_OK) {
        return code;
    }
    if (reply->peers->n_peers != 1) {
        (void)ent_fail(err, ENT_REJECTED, "the node knows nothing of it");
        return EX_PROTOCOL;
    }
    *ret_ready =
        cli_peer_is_ready(reply->peers, reply->peers->peers[0], ret_finding);
    return EX_OK;
}

static int
submit(struct cli_client *client, const struct arguments *arguments, char *id,
    struct cli_finding *ret_finding, bool *ret_accepted, struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__SubmitRequest batch = ENTENTE__V1__SUBMIT_REQUEST__INIT;
    Entente__V1__Submission submission = ENTENTE__V1__SUBMISSION__INIT;
    Entente__V1__Message message = ENTENTE__V1__MESSAGE__INIT;
    Entente__V1__Test body = ENTENTE__V1__TEST__INIT;
    Google__Protobuf__Timestamp until = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
    Entente__V1__Submission *list[] = {&submission};
    char *to[] = {(char *)(uintptr_t)arguments->address};
    const Entente__V1__ApiReply *reply = NULL;
    const Entente__V1__SubmitResult *result;
    int code;

    until.seconds =
        (int64_t)((ent_time_now_ms() + LIFE_MS) / 1000 + arguments->wait_s);
    body.text = (char *)"entente peer test";
    message.id = id;
    message.mode = ENTENTE__V1__MODE__TEST;
    message.purpose = ENTENTE__V1__PURPOSE__ADMINISTRATION;
    message.precedence = arguments->urgent ? ENTENTE__V1__PRECEDENCE__IMMEDIATE
                                           : ENTENTE__V1__PRECEDENCE__ROUTINE;
    message.valid_until = &until;
    message.body_case = ENTENTE__V1__MESSAGE__BODY_TEST;
    message.test = &body;
    submission.message = &message;
    submission.to = to;
    submission.n_to = 1;
    batch.submissions = list;
    batch.n_submissions = 1;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_SUBMIT;
    request.submit = &batch;
    code = cli_client_ask(client, &request, 0, &reply, err);
    if (code != EX_OK) {
        return code;
    }
    result = reply->submit->n_results == 1 ? reply->submit->results[0] : NULL;
    if (result == NULL || result->n_copies != 1) {
        (void)ent_fail(err, ENT_REJECTED, "the test message is refused: %s",
            result == NULL ? "no answer" : result->error);
        return EX_PROTOCOL;
    }
    *ret_accepted = cli_peer_is_accepted(result->copies[0], ret_finding);
    return EX_OK;
}

/* Until somebody answered, or the time is up. */
static int
follow(struct cli_client *client, const struct arguments *arguments, char *id,
    struct cli_finding *ret_finding, struct ent_error *err)
{
    const Entente__V1__TraceReply *reply = NULL;
    bool over = false;
    int code = cli_await(client, id,
        ent_time_boot_ms() + arguments->wait_s * UINT64_C(1000), &reply, &over,
        err);

    if (code != EX_OK) {
        return code;
    }
    if (reply->n_items != 1 || reply->items[0]->n_copies != 1) {
        (void)ent_fail(err, ENT_REJECTED, "the node lost the test message");
        return EX_PROTOCOL;
    }
    (void)cli_peer_is_over(reply->items[0]->copies[0], ret_finding);
    return EX_OK;
}

static int
test(struct cli_client *client, const struct arguments *arguments, char *id,
    struct cli_finding *ret_finding, struct ent_error *err)
{
    bool good = false;
    int code = look(client, arguments->address, ret_finding, &good, err);

    if (code != EX_OK || !good) {
        id[0] = '\0';
        return code;
    }
    code = submit(client, arguments, id, ret_finding, &good, err);
    return code != EX_OK || !good
               ? code
               : follow(client, arguments, id, ret_finding, err);
}

/* ---- the finding ---- */

static const struct cli_field fields[] = {
    {.key = "peer", .title = "Office"},
    {.key = "step", .title = "Step"},
    {.key = "said", .title = "What"},
    {.key = "advice", .title = "To do"},
    {.key = "id", .title = "Test message"},
};

static enum ent_status
print(const struct arguments *arguments, const char *id,
    const struct cli_finding *finding, struct ent_error *err)
{
    json_t *object =
        json_pack("{s:s, s:s, s:b, s:o}", "peer", arguments->address, "step",
            finding->step, "good", finding->code == EX_OK, "said",
            cli_json_text(ent_view_text(finding->said)));
    enum ent_status rc;

    if (object == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "telling what was found");
    }
    if (finding->advice[0] != '\0') {
        (void)json_object_set_new(
            object, "advice", cli_json_text(ent_view_text(finding->advice)));
    }
    if (id[0] != '\0') {
        (void)json_object_set_new(object, "id", json_string(id));
    }
    rc = cli_print_record(stdout, object, fields,
        sizeof fields / sizeof fields[0], arguments->json, err);
    json_decref(object);
    return rc;
}

/* A cli_client_verb. */
static int
test_and_tell(
    struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    const struct ent_id new_id = ent_id_new(ent_time_now_ms());
    struct cli_finding finding = {.step = ""};
    char id[ENT_ID_TEXT_LEN + 1];
    enum ent_status rc;
    int code;

    ent_id_format(&new_id, id);
    code = test(client, arguments, id, &finding, err);
    if (code != EX_OK) {
        return code;
    }
    rc = print(arguments, id, &finding, err);
    return rc == ENT_OK ? finding.code : cli_exit_code(rc);
}

int
cli_peer_test(int argc, char *argv[])
{
    struct arguments arguments = {.wait_s = WAIT_S};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_client_run(&arguments.client, test_and_tell, &arguments);
}
