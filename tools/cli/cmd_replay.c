/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <sysexits.h>

#include "proto/base/time.h"
#include "tools/cli/listing.h"
#include "tools/cli/output.h"
#include "tools/cli/verbs.h"

struct arguments {
    struct cli_position from;
    bool has_from;
    struct cli_client_options client;
    bool json;
};

static const struct argp_option options[] = {
    {"from", 'f', "SEQ|TIME", 0,
        "From this number of the desk on, or from what came at this time: "
        "2026-11-22T10:00:00Z, 2026-11-22 (UTC), or PT2H for two hours ago",
        0},
    {0},
};

static error_t
parse(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    struct ent_error err = {0};

    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &arguments->client;
        state->child_inputs[1] = &arguments->json;
        return 0;
    case 'f':
        if (cli_position_parse(argument, ent_time_now_ms(), &arguments->from,
                &err) != ENT_OK) {
            argp_error(state, "--from: %s", err.text);
        }
        arguments->has_from = true;
        return 0;
    case ARGP_KEY_END:
        if (!arguments->has_from) {
            argp_error(state, "--from SEQ or --from TIME is needed");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const char doc[] =
    "Show again what came, as it is now: what was deleted meanwhile is shown "
    "as deleted.\v"
    "Nothing is rung, acknowledged or moved by it. The last line says how "
    "many there were; with --json it goes to standard error.\n\n"
    "Examples:\n"
    "  entente replay --from 1200\n"
    "  entente replay --from 2026-11-22T06:00:00+07:00\n"
    "  entente replay --from PT12H --json | my-system --load\n";

static const struct argp_child children[] = {
    {.argp = &cli_client_argp}, {.argp = &cli_json_argp}, {0}};

static const struct argp argp = {
    .options = options, .parser = parse, .doc = doc, .children = children};

/* What was there when it began; what comes meanwhile is no replay. */
static int
collect(
    struct cli_desk *desk, struct cli_listing *listing, struct ent_error *err)
{
    const uint64_t began_at = ent_time_now_ms();
    const Entente__V1__InboxReply *page = NULL;

    do {
        int code = cli_desk_read(desk, 0, &page, err);

        if (code != EX_OK) {
            return code;
        }
        for (size_t i = 0; i < page->n_items; i++) {
            enum ent_status rc;

            if (page->items[i]->received_at > began_at) {
                return EX_OK;
            }
            rc = cli_listing_add(listing, page->items[i], err);
            if (rc != ENT_OK) {
                return cli_exit_code(rc);
            }
        }
    } while (page->n_items > 0);
    return EX_OK;
}

static int
print(struct cli_listing *listing, struct ent_error *err)
{
    enum ent_status rc = cli_listing_print(listing, err);

    if (rc != ENT_OK) {
        return cli_exit_code(rc);
    }
    fprintf(listing->rows.json ? stderr : stdout, "replayed %zu messages\n",
        listing->count);
    return EX_OK;
}

/* A cli_client_verb. */
static int
replay(struct cli_client *client, const void *context, struct ent_error *err)
{
    const struct arguments *arguments = context;
    ENT_AUTO(cli_listing_fini)
    struct cli_listing listing = {
        .rows.json = arguments->json, .replayed = true};
    struct cli_desk desk = {
        .client = client, .consumer = "", .position = arguments->from};
    int code = collect(&desk, &listing, err);

    return code == EX_OK ? print(&listing, err) : code;
}

int
cli_replay(int argc, char *argv[])
{
    struct arguments arguments = {0};

    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    return cli_client_run(&arguments.client, replay, &arguments);
}
