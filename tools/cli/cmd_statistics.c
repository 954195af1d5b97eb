/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sysexits.h>

#include "proto/base/time.h"
#include "tools/cli/client.h"
#include "tools/cli/number.h"
#include "tools/cli/output.h"
#include "tools/cli/statistics.h"
#include "tools/cli/verbs.h"

#define ARENA_LEN ((size_t)32 * 1024 * 1024) /* of the largest return */

enum {
    OPT_CSV = 0x100,
    OPT_SHAPE,
    OPT_WHAT,
    OPT_BY,
    OPT_ROLE,
};

struct arguments {
    uint64_t from_ms;
    uint64_t until_ms;
    Entente__V1__ReturnShape shape;
    Entente__V1__Counted what;
    unsigned dimensions;
    struct ent_return_plan plan;
    uint32_t threshold;
    const char *role;
    bool csv;
    struct cli_client_options client;
    bool json;
};

static const struct argp_option options[] = {
    {"from", 'f', "MONTH", 0, "The first month that is counted: 2026-01", 0},
    {"to", 't', "MONTH", 0, "The last one", 0},
    {"shape", OPT_SHAPE, "SHAPE", 0,
        "vrs-msrc (migrant smuggling, UNODC), dainap (drugs), or plain", 0},
    {"what", OPT_WHAT, "WHAT", 0,
        "migrants, facilitators, arrests or seizures; without it what the "
        "shape is for",
        0},
    {"by", OPT_BY, "LIST", 0,
        "Dimensions of a plain table: sex, age-band, origin, offence, mode, "
        "route, substance",
        0},
    {"threshold", 'k', "NUMBER", 0,
        "Suppress cells of fewer than that (default 11, at least 3)", 0},
    {"csv", OPT_CSV, NULL, 0, "Comma-separated values, for a spreadsheet", 0},
    {"role", OPT_ROLE, "ROLE", 0,
        "With --json: who writes the message (default: statistics)", 0},
    {0},
};

static void
parse_month(struct argp_state *state, int key, const char *argument)
{
    struct arguments *arguments = state->input;
    struct ent_error err = {0};
    uint64_t from;
    uint64_t until;

    if (cli_month_parse(argument, &from, &until, &err) != ENT_OK) {
        argp_error(state, "--%s: %s", key == 'f' ? "from" : "to", err.text);
    } else if (key == 'f') {
        arguments->from_ms = from;
    } else {
        arguments->until_ms = until;
    }
}

static void
parse_word(struct argp_state *state, int key, const char *argument)
{
    struct arguments *arguments = state->input;
    struct ent_error err = {0};

    if (key == OPT_SHAPE) {
        arguments->shape = cli_shape_parse(argument);
        if (arguments->shape == 0) {
            argp_error(state, "--shape: there are %s", cli_shape_words());
        }
    } else if (key == OPT_WHAT) {
        arguments->what = cli_counted_parse(argument);
        if (arguments->what == 0) {
            argp_error(state, "--what: there are %s", cli_counted_words());
        }
    } else if (cli_dimensions_parse(argument, &arguments->dimensions, &err) !=
               ENT_OK) {
        argp_error(state, "--by: %s", err.text);
    }
}

/* All together: is it a return? */
static void
check(struct argp_state *state)
{
    struct arguments *arguments = state->input;
    struct ent_error err = {0};

    if (arguments->from_ms == 0 || arguments->until_ms == 0) {
        argp_error(state, "--from MONTH and --to MONTH are needed");
    }
    if (arguments->until_ms <= arguments->from_ms) {
        argp_error(state, "--to is before --from");
    }
    if (arguments->csv && arguments->json) {
        argp_error(state, "--csv and --json are two ways of writing it");
    }
    if (arguments->shape == 0) {
        arguments->shape = ENTENTE__V1__RETURN_SHAPE__PLAIN_TABLE;
    }
    if (ent_return_plan(arguments->shape, arguments->what,
            arguments->dimensions, &arguments->plan, &err) != ENT_OK) {
        argp_error(state, "%s", err.text);
    }
}

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->client;
        state->child_inputs[1] = &arguments->json;
        return 0;
    case 'f':
    case 't':
        parse_month(state, key, argument);
        return 0;
    case OPT_SHAPE:
    case OPT_WHAT:
    case OPT_BY:
        parse_word(state, key, argument);
        return 0;
    case 'k':
        arguments->threshold = (uint32_t)cli_number(
            state, "--threshold", argument, 1, ENT_THRESHOLD_MAX);
        if (arguments->threshold < ENT_THRESHOLD_MIN) {
            argp_error(
                state, "--threshold: must be at least %d", ENT_THRESHOLD_MIN);
        }
        return 0;
    case OPT_CSV:
        arguments->csv = true;
        return 0;
    case OPT_ROLE:
        arguments->role = argument;
        return 0;
    case ARGP_KEY_END:
        check(state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const char doc[] =
    "Count what passed through this office, and name nobody.\v"
    "Counted is what happened in these months (UTC): of what came, and of what "
    "was sent from here and delivered. A message to several offices counts "
    "once; what was corrected counts as corrected; what was withdrawn or "
    "recalled, exercises and tests do not count.\n\n"
    "Cells of fewer than the threshold are suppressed, and as many others as it "
    "takes so that none of them can be computed from the rest. Amounts are "
    "told where enough cases add up to them.\n\n"
    "With --json this prints the message that `entente send` takes. Periods "
    "that overlap can be subtracted from each other: return each month once.\n\n"
    "Examples:\n"
    "  entente statistics --from 2026-01 --to 2026-06 --shape vrs-msrc\n"
    "  entente statistics --from 2026-01 --to 2026-12 --shape dainap --csv\n"
    "  entente statistics --from 2026-01 --to 2026-06 --what arrests "
    "--by sex,origin\n"
    "  entente statistics --from 2026-01 --to 2026-06 --shape vrs-msrc --json "
    "| entente send --to ncc@mm\n";

static const struct argp_child children[] = {
    {.argp = &cli_client_argp}, {.argp = &cli_json_argp}, {0}};

static const struct argp argp = {
    .options = options, .parser = parse, .doc = doc, .children = children};

/* ---- counting ---- */

static enum ent_status
read_cell(const Entente__V1__CensusCell *told, struct ent_census_cell *ret_cell,
    struct ent_error *err)
{
    struct ent_census_cell cell = {.count = told->cell->count};

    for (size_t i = 0; i < told->n_amounts; i++) {
        for (unsigned unit = 0; unit < ENT_CENSUS_UNITS; unit++) {
            if (ent_census_unit_code((enum ent_census_unit)unit) ==
                told->amounts[i]->unit) {
                cell.amounts[unit] = (struct ent_census_amount){
                    .millionths = told->amounts[i]->millionths,
                    .cases = told->amounts[i]->cases};
            }
        }
    }
    *ret_cell = cell;
    return ent_census_read(told->cell, ret_cell->values, err);
}

static enum ent_status
add_slice(const Entente__V1__CensusReply *reply, struct ent_census *census,
    struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < reply->n_cells; i++) {
        struct ent_census_cell cell;

        if (reply->cells[i]->cell == NULL) {
            return ent_fail(err, ENT_BAD_INPUT, "the node told no cell");
        }
        rc = read_cell(reply->cells[i], &cell, err);
        if (rc == ENT_OK) {
            rc = ent_census_add_cell(census, &cell, err);
        }
    }
    return rc;
}

/* Slice after slice, until the node has looked at all that it has. */
static int
count(struct cli_client *client, const struct arguments *arguments,
    struct ent_census *census, struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__CensusRequest question = ENTENTE__V1__CENSUS_REQUEST__INIT;
    Entente__V1__Dimension dimensions[ENT_DIMENSIONS];
    uint8_t place[128];
    const Entente__V1__ApiReply *reply = NULL;

    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_CENSUS;
    request.census = &question;
    question.what = arguments->plan.what;
    question.from = arguments->from_ms;
    question.until = arguments->until_ms;
    question.dimensions = dimensions;
    for (unsigned i = 1; i <= ENT_DIMENSIONS; i++) {
        if ((census->dimensions >> i & 1) != 0) {
            dimensions[question.n_dimensions++] = (Entente__V1__Dimension)i;
        }
    }
    do {
        int code = cli_client_ask(client, &request, 0, &reply, err);

        if (code == EX_OK) {
            code = cli_exit_code(add_slice(reply->census, census, err));
        }
        if (code != EX_OK) {
            return code;
        }
        if (reply->census->next.len > sizeof place) {
            return cli_exit_code(ent_fail(
                err, ENT_BAD_INPUT, "the node told a place that is none"));
        }
        if (reply->census->next.len > 0) {
            memcpy(place, reply->census->next.data, reply->census->next.len);
        }
        question.place.data = place;
        question.place.len = reply->census->next.len;
    } while (question.place.len > 0);
    return EX_OK;
}

/* ---- telling it ---- */

static enum ent_status
print(const struct arguments *arguments, const struct ent_census *census,
    struct ent_error *err)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__StatisticsReturn *written = NULL;
    enum ent_status rc = ent_arena_init(&arena, ARENA_LEN, err);

    if (rc == ENT_OK) {
        rc = ent_return_make(&arguments->plan, census, arguments->threshold,
            &arena, &written, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (arguments->json) {
        return cli_statistics_message(stdout, written, arguments->role, err);
    }
    return arguments->csv ? cli_statistics_csv(stdout, written, err)
                          : cli_statistics_print(stdout, written, err);
}

/* A cli_client_verb. */
static int
statistics(
    struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    ENT_AUTO(ent_census_fini)
    struct ent_census census = {.what = arguments->plan.what,
        .dimensions = ent_return_dimensions(&arguments->plan),
        .from_ms = arguments->from_ms,
        .until_ms = arguments->until_ms};
    int code = count(client, arguments, &census, err);

    if (code != EX_OK) {
        return code;
    }
    if (arguments->until_ms > ent_time_now_ms()) {
        cli_complain("the last month is not over: what is told of it now "
                     "differs from what will be told of it later");
    }
    return cli_exit_code(print(arguments, &census, err));
}

int
cli_statistics(int argc, char *argv[])
{
    struct arguments arguments = {
        .threshold = ENT_THRESHOLD_DEFAULT, .role = "statistics"};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_client_run(&arguments.client, statistics, &arguments);
}
