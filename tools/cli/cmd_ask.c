/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "proto/base/time.h"
#include "proto/id.h"
#include "tools/cli/batch.h"
#include "tools/cli/canonical.h"
#include "tools/cli/choice.h"
#include "tools/cli/desk.h"
#include "tools/cli/lookup.h"
#include "tools/cli/number.h"
#include "tools/cli/output.h"
#include "tools/cli/query.h"
#include "tools/cli/verbs.h"

#define WAIT_S 20
#define WAIT_MAX_S 3600
#define SLICE_MS 1000 /* between two looks at what became of the question */

struct arguments {
    struct cli_lookup lookup;
    const char *word;
    char *value;
    const char *of;
    const char *born;
    const char *role;
    Entente__V1__Encounter encounter;
    Entente__V1__Purpose purpose;
    bool exercise;
    unsigned wait_s;
    struct cli_question chosen;
};

/* ---- arguments ---- */

enum option_key {
    KEY_OF = 'o',
    KEY_ENCOUNTER = 'e',
    KEY_BORN = 'b',
    KEY_PURPOSE = 'P',
    KEY_ROLE = 'r',
    KEY_EXERCISE = 'x',
    KEY_WAIT = 'w',
};

static const struct argp_option options[] = {
    {"of", KEY_OF, "ADDRESS", 0, "The office whose lists are asked", 0},
    {"encounter", KEY_ENCOUNTER, "KIND", 0,
        "In which check it is met: visa_application, entry_primary, "
        "entry_secondary, departure, transit, carrier_check, inland",
        0},
    {"born", KEY_BORN, "DATE", 0,
        "With a name: the whole date of birth, 1990-04-17", 0},
    {"purpose", KEY_PURPOSE, "WORD", 0,
        "For what; border_decision unless said otherwise", 0},
    {"role", KEY_ROLE, "ROLE", 0,
        "In which role you ask (else $ENTENTE_ROLE); the quota counts it", 0},
    {"exercise", KEY_EXERCISE, NULL, 0, "As an exercise, about exercises", 0},
    {"wait", KEY_WAIT, "SECONDS", 0, "Wait so long for the answer (20)", 0},
    {0},
};

static void
check(struct arguments *arguments, struct argp_state *state)
{
    struct ent_error err = {0};

    if (arguments->value == NULL) {
        argp_error(state, "WHAT and NUMBER are needed");
    } else if (arguments->of == NULL || arguments->encounter == 0) {
        argp_error(state, "--of and --encounter are needed");
    } else if (cli_lookup_add(&arguments->lookup, arguments->word,
                   arguments->value, &err) != ENT_OK) {
        argp_error(state, "%s", err.text);
    }
}

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->chosen;
        arguments->role = getenv("ENTENTE_ROLE");
        return 0;
    case KEY_OF:
        arguments->of = argument;
        return 0;
    case KEY_ENCOUNTER:
        arguments->encounter = (Entente__V1__Encounter)cli_choice(state,
            "--encounter", argument, &entente__v1__encounter__descriptor);
        return 0;
    case KEY_BORN:
        arguments->born = argument;
        return 0;
    case KEY_PURPOSE:
        arguments->purpose = (Entente__V1__Purpose)cli_choice(
            state, "--purpose", argument, &entente__v1__purpose__descriptor);
        return 0;
    case KEY_ROLE:
        arguments->role = argument;
        return 0;
    case KEY_EXERCISE:
        arguments->exercise = true;
        return 0;
    case KEY_WAIT:
        arguments->wait_s =
            (unsigned)cli_number(state, "--wait", argument, 0, WAIT_MAX_S);
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 1) {
            return ARGP_ERR_UNKNOWN;
        }
        *(state->arg_num == 0 ? (char **)(uintptr_t)&arguments->word
                              : &arguments->value) = argument;
        return 0;
    case ARGP_KEY_END:
        check(arguments, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const char doc[] =
    "Ask another office whether something is on a list of its own.\v"
    "WHAT is plate, vin, container, vessel, call-sign, flight, aircraft, awb, "
    "bill-of-lading, or name with --born. The question (hit_query) counts "
    "against the quota of the agreement. Its node answers by itself: hit or no "
    "hit, and of a hit which alert and whose; what that says is asked for in "
    "another message (information_request). What the node cannot answer for "
    "sure its officers answer later: the answer comes to the desk.\n\n"
    "Exit: 0 no hit, 1 a hit, 69 nobody looked: that office does not answer "
    "for it, or refused the question; 75 no answer yet, 77 it may not be "
    "asked.\n\n"
    "Examples:\n"
    "  entente ask plate \"29A-123.45\" --of ncc@vn --encounter "
    "entry_primary\n"
    "  entente ask name \"TRAN<<THI HOA\" --born 1990-04-17 --of ncc@vn "
    "--encounter entry_secondary\n";

static const struct argp_child children[] = {{.argp = &cli_question_argp}, {0}};

static const struct argp argp = {.options = options,
    .parser = parse,
    .args_doc = "WHAT NUMBER",
    .doc = doc,
    .children = children};

/* ---- the question ---- */

static void
head(const struct arguments *arguments, char *id, struct cli_query *query)
{
    query->message.id = id;
    query->message.mode = arguments->exercise ? ENTENTE__V1__MODE__EXERCISE
                                              : ENTENTE__V1__MODE__ACTUAL;
    query->message.purpose = arguments->purpose;
    if (arguments->role != NULL) {
        query->message.author_role = (char *)(uintptr_t)arguments->role;
    }
    query->body.encounter = arguments->encounter;
}

static int
submit(struct cli_client *client, const struct arguments *arguments,
    struct cli_query *query, struct ent_error *err)
{
    Entente__V1__Submission submission = ENTENTE__V1__SUBMISSION__INIT;
    struct cli_batch batch = {.list = {&submission}, .count = 1};
    char *to[] = {(char *)(uintptr_t)arguments->of};
    const Entente__V1__SubmitReply *reply = NULL;
    const Entente__V1__SubmitResult *result;
    int code;

    submission.message = &query->message;
    submission.to = to;
    submission.n_to = 1;
    code = cli_batch_submit(&batch, client, &reply, err);
    if (code != EX_OK) {
        return code;
    }
    result = reply->results[0];
    if (result->n_copies != 1) {
        (void)ent_fail(err, ENT_BAD_INPUT, "%s", result->error);
        return EX_DATAERR;
    }
    if (!result->copies[0]->accepted) {
        (void)ent_fail(err, ENT_DENIED, "it may not go to %s (%s): %s",
            arguments->of, result->copies[0]->clause,
            result->copies[0]->sentence);
        return EX_NOPERM;
    }
    return EX_OK;
}

static int
put(struct cli_client *client, const struct arguments *arguments, char *id,
    struct ent_error *err)
{
    struct cli_query query;
    enum ent_status rc;

    cli_query_init(&query);
    head(arguments, id, &query);
    rc = cli_query_ask(
        &query, &arguments->lookup.terms[0], arguments->born, err);
    return rc != ENT_OK ? cli_exit_code(rc)
                        : submit(client, arguments, &query, err);
}

/* ---- the answer ---- */

/* EX_OK: the question is on its way, or there. Nobody will look when it is
 * refused, or never came. */
static int
judge(const struct arguments *arguments, const Entente__V1__TraceCopy *copy,
    struct ent_error *err)
{
    const char *clause =
        copy->clause[0] == '\0' ? copy->reason_name : copy->clause;

    switch (copy->state) {
    case ENTENTE__V1__TRACE_STATE__TRACE_REFUSED:
        (void)ent_fail(err, ENT_DENIED,
            "nobody looked: the question was refused there (%s): %s", clause,
            copy->sentence);
        return EX_UNAVAILABLE;
    case ENTENTE__V1__TRACE_STATE__TRACE_REFUSED_HERE:
        (void)ent_fail(err, ENT_DENIED,
            "nobody looked: the question was refused here (%s): %s", clause,
            copy->sentence);
        return EX_UNAVAILABLE;
    case ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED:
    case ENTENTE__V1__TRACE_STATE__TRACE_WITHDRAWN:
        (void)ent_fail(err, ENT_EXPIRED,
            "nobody looked: the question did not come to %s", arguments->of);
        return EX_UNAVAILABLE;
    default:
        return EX_OK;
    }
}

static int
look_after(struct cli_client *client, const struct arguments *arguments,
    char *id, struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__TraceRequest question = ENTENTE__V1__TRACE_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    int code;

    question.id = id;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_TRACE;
    request.trace = &question;
    code = cli_client_ask(client, &request, 0, &reply, err);
    if (code != EX_OK || reply->trace->n_items != 1 ||
        reply->trace->items[0]->n_copies != 1) {
        return code;
    }
    return judge(arguments, reply->trace->items[0]->copies[0], err);
}

/* That office's own. */
static const Entente__V1__InboxItem *
answer_in(const Entente__V1__InboxReply *page, const char *of, const char *id)
{
    for (size_t i = 0; i < page->n_items; i++) {
        const Entente__V1__Message *message = page->items[i]->message;

        if (message != NULL && strcmp(page->items[i]->from, of) == 0 &&
            strcmp(message->in_reply_to, id) == 0 &&
            message->body_case == ENTENTE__V1__MESSAGE__BODY_HIT_ANSWER) {
            return page->items[i];
        }
    }
    return NULL;
}

/* Until it is on the desk, or the time is up: NULL. */
static int
await(struct cli_client *client, const struct arguments *arguments, char *id,
    uint64_t from_ms, const Entente__V1__InboxItem **ret_item,
    struct ent_error *err)
{
    struct cli_desk desk = {
        .client = client, .position = {.time_ms = from_ms}, .consumer = ""};
    uint64_t until = ent_time_boot_ms() + arguments->wait_s * UINT64_C(1000);
    uint64_t now = ent_time_boot_ms();
    int code = EX_OK;

    *ret_item = NULL;
    for (; code == EX_OK && now < until; now = ent_time_boot_ms()) {
        const Entente__V1__InboxReply *page = NULL;

        code = cli_desk_read(&desk,
            (unsigned)(until - now < SLICE_MS ? until - now : SLICE_MS), &page,
            err);
        if (code != EX_OK) {
            return code;
        }
        *ret_item = answer_in(page, arguments->of, id);
        if (*ret_item != NULL) {
            return EX_OK;
        }
        if (page->n_items == 0) {
            code = look_after(client, arguments, id, err);
        }
    }
    return code;
}

static void
print(const struct arguments *arguments, const Entente__V1__HitAnswer *answer)
{
    switch (answer->result) {
    case ENTENTE__V1__CHECK_RESULT__HIT:
        printf("HIT: this %s is on a list of %s: %s %s.\n\n"
               "Nobody acts on it alone: what it says is asked of its owner "
               "(information_request).\n",
            arguments->word,
            answer->owner[0] == '\0' ? arguments->of : answer->owner,
            answer->family[0] == '\0' ? "an alert" : answer->family,
            answer->alert_id);
        return;
    case ENTENTE__V1__CHECK_RESULT__NO_HIT:
        printf("No hit for this %s at %s.\n", arguments->word, arguments->of);
        return;
    default: /* is complained of */
        return;
    }
}

static int
tell(const struct arguments *arguments, const Entente__V1__Message *message,
    struct ent_error *err)
{
    if (arguments->chosen.json) {
        enum ent_status rc = cli_print_canonical(stdout, &message->base, err);

        if (rc != ENT_OK) {
            return cli_exit_code(rc);
        }
    } else {
        print(arguments, message->hit_answer);
    }
    switch (message->hit_answer->result) {
    case ENTENTE__V1__CHECK_RESULT__HIT:
        return 1;
    case ENTENTE__V1__CHECK_RESULT__NO_HIT:
        return EX_OK;
    default:
        (void)ent_fail(err, ENT_REJECTED,
            "nobody looked: %s does not answer for this %s", arguments->of,
            arguments->word);
        return EX_UNAVAILABLE;
    }
}

/* A cli_client_verb. */
static int
ask(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    const struct ent_id new_id = ent_id_new(ent_time_now_ms());
    const Entente__V1__InboxItem *item = NULL;
    uint64_t from_ms = ent_time_now_ms();
    char id[ENT_ID_TEXT_LEN + 1];
    int code;

    ent_id_format(&new_id, id);
    code = put(client, arguments, id, err);
    if (code == EX_OK) {
        code = await(client, arguments, id, from_ms, &item, err);
    }
    if (code != EX_OK) {
        return code;
    }
    if (item == NULL) {
        (void)ent_fail(err, ENT_BUSY,
            "%s has not answered yet: its answer comes to the desk; see "
            "entente trace %s",
            arguments->of, id);
        return EX_TEMPFAIL;
    }
    return tell(arguments, item->message, err);
}

int
cli_ask(int argc, char *argv[])
{
    struct arguments arguments = {
        .purpose = ENTENTE__V1__PURPOSE__BORDER_DECISION, .wait_s = WAIT_S};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_client_run(&arguments.chosen.client, ask, &arguments);
}
