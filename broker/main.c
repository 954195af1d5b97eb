/* SPDX-License-Identifier: Apache-2.0 */
/* entente-broker - the relay's daemon: `entente-broker --config broker.yaml`.
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "broker/program.h"
#include "proto/base/daemon.h"
#include "proto/base/log.h"
#include "proto/base/selftest.h"

#define COMPONENT "main"

/* Private memory beyond which the process dies rather than the machine. A peer
 * that was let in can make libzmq buffer an endless message. */

const char *argp_program_version = "entente-broker " ENT_VERSION;

struct arguments {
    const char *config;
    bool init;
    bool confirm;
    bool check;
    bool help_keys;
};

static const struct argp_option options[] = {
    {.name = "config", .key = 'c', .arg = "FILE", .doc = "The configuration"},
    {.name = "check-config",
        .key = 'k',
        .doc = "Check the configuration, print what is in effect, and exit"},
    {.name = "config-keys", .key = 'K', .doc = "List its keys, and exit"},
    {0},
};

static error_t
parse_option(int key, char *arg, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case 'c':
        arguments->config = arg;
        return 0;
    case 'k':
        arguments->check = true;
        return 0;
    case 'K':
        arguments->help_keys = true;
        return 0;
    case ARGP_KEY_ARG:
        arguments->init = strcmp(arg, "init") == 0;
        arguments->confirm = strcmp(arg, "confirm-clock") == 0;
        if (state->arg_num > 0 || (!arguments->init && !arguments->confirm)) {
            argp_usage(state);
        }
        return 0;
    case ARGP_KEY_END:
        if (arguments->config == NULL && !arguments->help_keys) {
            argp_usage(state);
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    .options = options,
    .parser = parse_option,
    .args_doc = "[init|confirm-clock]",
    .doc =
        "Keep sealed bundles for offices, and hand them over.\v"
        "`init` makes the store named in the configuration; `confirm-clock`, "
        "while the broker is stopped, says that the time of day is right, "
        "where it doubts that. Without them the broker runs until SIGTERM. "
        "SIGHUP reads its own certificate, the "
        "folder of certificates and the neighbours in FILE again.",
};

int
main(int argc, char *argv[])
{
    static struct broker_program program;
    struct arguments arguments = {0};
    struct ent_error err = {0};
    enum ent_status rc;

    argp_err_exit_status = EX_USAGE;
    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    if (arguments.help_keys) {
        broker_config_help();
        return EXIT_SUCCESS;
    }
    if (ent_selftest_run(&err) != ENT_OK) {
        fprintf(stderr, "entente-broker: %s\n", err.text);
        return EX_SOFTWARE;
    }
    rc = broker_program_configure(&program, arguments.config, &err);
    if (rc == ENT_OK && arguments.check) {
        broker_config_print(&program.config);
        return EXIT_SUCCESS;
    }
    if (rc == ENT_OK) {
        rc = ent_daemon_confine(&err);
    }
    if (rc == ENT_OK) {
        rc = ent_daemon_limit_memory(program.config.memory, &err);
    }
    if (rc == ENT_OK) {
        rc = arguments.init      ? broker_program_init(&program, &err)
             : arguments.confirm ? broker_program_confirm_clock(&program, &err)
                                 : broker_program_run(&program, &err);
    }
    if (rc != ENT_OK) {
        ent_log(ENT_LOG_ERROR, COMPONENT, "%s", err.text);
    }
    broker_program_fini(&program);
    return rc == ENT_BAD_INPUT ? EX_CONFIG : ent_daemon_exit_code(rc);
}
