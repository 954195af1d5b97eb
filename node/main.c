/* SPDX-License-Identifier: Apache-2.0 */
/* entente-node - the daemon of one office. */
#include <argp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "node/loop.h"
#include "proto/base/daemon.h"
#include "proto/base/log.h"
#include "proto/base/selftest.h"

#define COMPONENT "node"

const char *argp_program_version = "entente-node " ENT_VERSION;

enum action {
    ACTION_RUN,
    ACTION_INIT,
    ACTION_RESTORED,
    ACTION_CHECK,
};

struct arguments {
    const char *config;
    enum action action;
};

enum option_key {
    OPTION_CHECK = 256,
    OPTION_KEYS,
};

static const struct argp_option options[] = {
    {"config", 'c', "FILE", 0, "Configuration, default node.yaml", 0},
    {"check-config", OPTION_CHECK, NULL, 0,
        "Check the configuration, print what is in effect, and exit", 0},
    {"config-keys", OPTION_KEYS, NULL, 0, "List the keys of node.yaml", 0},
    {"debug", 'd', NULL, 0, "Log more", 0},
    {0},
};

static const char doc[] =
    "Run the node of one office: it signs, seals, receives and keeps.\v"
    "Commands:\n"
    "  entente-node init -c node.yaml   make the store, once\n"
    "  entente-node restored -c FILE    say that the store was put back from\n"
    "                                   a copy, before it runs again\n"
    "  entente-node -c node.yaml        run until SIGTERM; SIGHUP reads the\n"
    "                                   agreements again\n\n"
    "Exit status: 0 stopped cleanly, 64 wrong usage, 65 a key or certificate is "
    "wrong, 66 a file is missing, 69 another process has the store, 74 storage "
    "failed, 78 the configuration is wrong.";

static error_t
parse_option(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;

    switch (key) {
    case 'c':
        arguments->config = argument;
        return 0;
    case 'd':
        ent_log_set_level(ENT_LOG_DEBUG);
        return 0;
    case OPTION_CHECK:
        arguments->action = ACTION_CHECK;
        return 0;
    case OPTION_KEYS:
        node_config_help();
        exit(EX_OK);
    case ARGP_KEY_ARG:
        if (strcmp(argument, "init") == 0) {
            arguments->action = ACTION_INIT;
        } else if (strcmp(argument, "restored") == 0) {
            arguments->action = ACTION_RESTORED;
        } else {
            argp_error(state, "unknown command '%s'; there are init, restored",
                argument);
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* Read the configuration; what is wrong in it goes to standard error. */
static int
load(const char *path, struct node_config *config)
{
    struct ent_complaints complaints = {0};
    struct ent_error err = {0};
    enum ent_status rc = node_config_load(path, config, &complaints, &err);

    ent_complaints_print(&complaints, path);
    if (rc == ENT_OK) {
        return EX_OK;
    }
    ent_log(ENT_LOG_ERROR, COMPONENT, "%s", err.text);
    return rc == ENT_BAD_INPUT ? EX_CONFIG : ent_daemon_exit_code(rc);
}

static int
run(const struct node_config *config)
{
    static const int handled[] = {SIGTERM, SIGINT, SIGHUP, 0};
    ENT_AUTO(node_close) struct node *node = NULL;
    struct ent_error err = {0};
    int signals = -1;
    enum ent_status rc = ent_daemon_signals(handled, &signals, &err);

    if (rc == ENT_OK) {
        rc = node_open(config, &node, &err);
    }
    if (rc == ENT_OK) {
        rc = node_loop_run(node, signals, &err);
    }
    if (rc != ENT_OK) {
        ent_log(ENT_LOG_ERROR, COMPONENT, "%s", err.text);
    }
    if (signals >= 0) {
        (void)close(signals);
    }
    return ent_daemon_exit_code(rc);
}

static int
init(const struct node_config *config)
{
    struct ent_error err = {0};
    enum ent_status rc = node_init(config, &err);

    if (rc != ENT_OK) {
        ent_log(ENT_LOG_ERROR, COMPONENT, "%s", err.text);
        return ent_daemon_exit_code(rc);
    }
    printf("store made for %s in %s\n", config->address.text, config->store);
    return EX_OK;
}

static int
restored(const struct node_config *config)
{
    struct ent_error err = {0};
    enum ent_status rc = node_restored(config, &err);

    if (rc != ENT_OK) {
        ent_log(ENT_LOG_ERROR, COMPONENT, "%s", err.text);
        return ent_daemon_exit_code(rc);
    }
    printf("when %s runs again it begins a new incarnation, and its peers give "
           "it again what it may lack\n",
        config->address.text);
    return EX_OK;
}

int
main(int argc, char *argv[])
{
    static const struct argp argp = {
        options, parse_option, "[init|restored]", doc, NULL, NULL, NULL};
    static struct node_config config;
    struct arguments arguments = {.config = "node.yaml"};
    struct ent_error err = {0};
    int rc;

    argp_err_exit_status = EX_USAGE;
    (void)argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    if (ent_daemon_confine(&err) != ENT_OK ||
        ent_selftest_run(&err) != ENT_OK) {
        ent_log(ENT_LOG_ERROR, COMPONENT, "%s", err.text);
        return EX_SOFTWARE;
    }
    rc = load(arguments.config, &config);
    if (rc != EX_OK) {
        return rc;
    }
    if (ent_daemon_limit_memory(config.memory, &err) != ENT_OK) {
        ent_log(ENT_LOG_ERROR, COMPONENT, "%s", err.text);
        return EX_OSERR;
    }
    switch (arguments.action) {
    case ACTION_CHECK:
        node_config_print(&config);
        return EX_OK;
    case ACTION_INIT:
        return init(&config);
    case ACTION_RESTORED:
        return restored(&config);
    case ACTION_RUN:
        return run(&config);
    }
    return EX_SOFTWARE;
}
