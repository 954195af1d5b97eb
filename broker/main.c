/* SPDX-License-Identifier: Apache-2.0 */
/* entente-broker - the relay's daemon: `entente-broker --config broker.yaml`.
 */
#include <argp.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <systemd/sd-daemon.h>

#include "broker/config.h"
#include "broker/keeper.h"
#include "broker/loop.h"
#include "proto/base/armour.h"
#include "proto/base/daemon.h"
#include "proto/base/file.h"
#include "proto/base/log.h"
#include "proto/base/selftest.h"
#include "proto/base/time.h"

#define COMPONENT "main"
#define CERTIFICATE_FILE_MAX ((size_t)64 * 1024)
#define SOON_MS (UINT64_C(30) * 86400 * 1000)

/* Private memory beyond which the process dies rather than the machine. A peer
 * that was let in can make libzmq buffer an endless message. */
#define MEMORY_MAX (UINT64_C(1024) * 1024 * 1024)

const char *argp_program_version = "entente-broker " ENT_VERSION;

struct arguments {
    const char *config;
    bool init;
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
        if (state->arg_num > 0 || strcmp(arg, "init") != 0) {
            argp_usage(state);
        }
        arguments->init = true;
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
    .args_doc = "[init]",
    .doc = "Keep sealed bundles for offices, and hand them over.\v"
           "`init` makes the store named in the configuration; without it the "
           "broker runs until SIGTERM. SIGHUP reads its own certificate and "
           "the folder of certificates again.",
};

/* The parts of a running broker, in the order in which they come to be. */
struct program {
    struct broker_config config;
    struct broker_keeper *keeper;
    struct broker_registry *registry;
    struct ent_bytes certificate;
    struct broker_spool *spool;
    struct broker_loop *loop;
    struct broker *broker;
};

/* The store first: closing connections may take a moment, and more. */
static void
program_fini(struct program *program)
{
    broker_free(&program->broker);
    broker_spool_close(&program->spool);
    broker_loop_free(&program->loop);
    ent_bytes_free(&program->certificate);
    broker_registry_free(&program->registry);
    broker_keeper_close(&program->keeper);
}

/* ---- steps ---- */

static enum ent_status
load_config(
    const char *path, struct broker_config *ret_config, struct ent_error *err)
{
    static struct ent_complaints complaints;
    enum ent_status rc = broker_config_load(path, ret_config, &complaints, err);

    ent_complaints_print(&complaints, path);
    return rc;
}

static enum ent_status
check_own(const struct program *program, struct broker_keeper *keeper,
    const struct ent_certificate *own, struct ent_error *err)
{
    const struct ent_signer *signer = broker_keeper_signer(keeper);
    uint8_t link_key[ENT_PUBLIC_KEY_LEN];

    ent_link_public_key(broker_keeper_link(keeper), link_key);
    if (!ent_address_equal(&own->address, &program->config.address) ||
        ent_certificate_role(own) != ENT_KEY_BROKER) {
        return ent_fail(err, ENT_REJECTED, "it is not that of the broker %s",
            program->config.address.text);
    }
    if (memcmp(own->signing_key.bytes, signer->key.bytes,
            sizeof signer->key.bytes) != 0 ||
        memcmp(own->link_key, link_key, sizeof link_key) != 0) {
        return ent_fail(err, ENT_REJECTED, "it certifies other keys");
    }
    return ENT_OK;
}

/* Our certificate must verify under the authority of our own state. */
static enum ent_status
load_certificate(const struct program *program, struct broker_keeper *keeper,
    struct ent_bytes *ret_wire, struct ent_certificate *ret_own,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    const char *state = ent_address_state(&program->config.address);
    const struct ent_verify_key *authority =
        broker_registry_authority(program->registry, state);
    enum ent_status rc;

    if (authority == NULL) {
        return ent_fail(err, ENT_BAD_INPUT,
            "'authorities' names no key for '%s', the broker's own state",
            state);
    }
    rc = ent_file_read(
        program->config.certificate, CERTIFICATE_FILE_MAX, &text, err);
    if (rc == ENT_OK) {
        rc = ent_armour_decode(
            ENT_ARMOUR_CERTIFICATE, ent_bytes_view(&text), ret_wire, err);
    }
    if (rc == ENT_OK) {
        rc = ent_certificate_open(
            ent_bytes_view(ret_wire), authority, ret_own, err);
    }
    if (rc == ENT_OK) {
        rc = check_own(program, keeper, ret_own, err);
    }
    if (rc != ENT_OK) {
        ent_error_wrap(err, "%s", program->config.certificate);
    }
    return rc;
}

/* A neighbour's certificate, from its file, and the states it leads to. */
static enum ent_status
load_neighbour(const struct broker_neighbour *neighbour,
    struct broker_registry *registry, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    enum ent_status rc;

    rc =
        ent_file_read(neighbour->certificate, CERTIFICATE_FILE_MAX, &text, err);
    if (rc == ENT_OK) {
        rc = ent_armour_decode(
            ENT_ARMOUR_CERTIFICATE, ent_bytes_view(&text), &wire, err);
    }
    if (rc == ENT_OK) {
        rc = broker_registry_add_neighbour(registry, ent_bytes_view(&wire),
            &neighbour->address, ent_time_now_ms(), err);
    }
    if (rc != ENT_OK) {
        ent_error_wrap(err, "%s, the certificate of %s", neighbour->certificate,
            neighbour->address.text);
        return rc;
    }
    for (size_t i = 0; i < neighbour->serves_count; i++) {
        broker_registry_lead(
            registry, neighbour->serves[i], &neighbour->address);
    }
    return ENT_OK;
}

/* Whom the operator's folder names, and the neighbours. */
static enum ent_status
load_registry(const struct program *program,
    struct broker_registry **ret_registry, struct ent_error *err)
{
    ENT_AUTO(broker_registry_free) struct broker_registry *registry = NULL;
    enum ent_status rc;

    rc = broker_registry_new(&program->config.authorities, &registry, err);
    if (rc == ENT_OK) {
        rc = broker_registry_load(
            registry, program->config.certificates, ent_time_now_ms(), err);
    }
    for (size_t i = 0; rc == ENT_OK && i < program->config.neighbour_count;
         i++) {
        rc = load_neighbour(&program->config.neighbours[i], registry, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_registry = registry;
    registry = NULL;
    return ENT_OK;
}

static enum ent_status
open_spool(struct program *program, bool create, struct ent_error *err)
{
    const struct broker_config *config = &program->config;
    uint8_t mac_key[ENT_KV_MAC_KEY_LEN];
    enum ent_status rc;

    broker_keeper_mac_key(program->keeper, mac_key);
    rc = create ? broker_spool_create(
                      config->store, mac_key, config->store_limit, err)
                : broker_spool_open(config->store, mac_key, config->store_limit,
                      &program->spool, err);
    sodium_memzero(mac_key, sizeof mac_key);
    return rc;
}

static enum ent_status
dial_neighbours(struct program *program, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < program->config.neighbour_count;
         i++) {
        const struct broker_neighbour *neighbour =
            &program->config.neighbours[i];
        const size_t number =
            broker_registry_by_address(program->registry, &neighbour->address);

        if (neighbour->endpoint[0] != '\0') {
            rc = broker_loop_dial(program->loop, neighbour->endpoint,
                broker_registry_at(program->registry, number)
                    ->certificate.link_key,
                err);
        }
    }
    return rc;
}

static enum ent_status
make_broker(struct program *program, struct ent_error *err)
{
    const struct broker_options broker_options = {
        .address = program->config.address,
        .certificate = ent_bytes_view(&program->certificate),
        .signer = broker_keeper_signer(program->keeper),
        .registry = program->registry,
        .spool = program->spool,
        .port = broker_loop_port(program->loop),
        .quota = program->config.quota,
    };
    enum ent_status rc;

    rc = broker_new(&broker_options, &program->broker, err);
    if (rc == ENT_OK) {
        rc = broker_sync_objects(program->broker, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    rc = broker_loop_bind(program->loop, program->broker,
        program->config.listen, broker_keeper_link(program->keeper), err);
    return rc != ENT_OK ? rc : dial_neighbours(program, err);
}

/* ---- read again ---- */

/* A renewed certificate of our own, with the keys that it is for. */
static enum ent_status
renew(struct program *program, struct ent_error *err)
{
    ENT_AUTO(broker_keeper_close) struct broker_keeper *keeper = NULL;
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_certificate own;
    enum ent_status rc = broker_keeper_open(&program->config, &keeper, err);

    if (rc == ENT_OK) {
        rc = load_certificate(program, keeper, &wire, &own, err);
    }
    if (rc != ENT_OK || ent_view_equal(ent_bytes_view(&wire),
                            ent_bytes_view(&program->certificate))) {
        return rc;
    }
    rc = ent_certificate_check_time(&own, ent_time_now_ms(), err);
    if (rc == ENT_OK) {
        rc = broker_keeper_exchange(program->keeper, keeper, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    rc = broker_renew(program->broker, ent_bytes_view(&wire), err);
    if (rc != ENT_OK) {
        return broker_keeper_exchange(program->keeper, keeper, err) == ENT_OK
                   ? rc
                   : ENT_IO;
    }
    ent_bytes_free(&program->certificate);
    program->certificate = wire;
    wire = (struct ent_bytes){0};
    ent_log(ENT_LOG_INFO, COMPONENT, "our certificate is renewed serial=%llu",
        (unsigned long long)own.serial);
    return ENT_OK;
}

static void
warn(const struct ent_certificate *certificate, uint64_t now_ms)
{
    if (certificate->not_after < now_ms + SOON_MS) {
        ent_log(ENT_LOG_WARN, COMPONENT,
            "a certificate is over, or will be within 30 days peer=%s",
            certificate->address.text);
    }
}

/* Which certificates somebody has to renew: told at the start and whenever
 * files are read. */
static void
warn_of_ends(const struct program *program)
{
    const struct broker_registry *registry = program->registry;
    const uint64_t now_ms = ent_time_now_ms();
    struct ent_certificate own;

    if (ent_certificate_peek(
            ent_bytes_view(&program->certificate), &own, NULL) == ENT_OK) {
        warn(&own, now_ms);
    }
    for (size_t i = 0; i < broker_registry_count(registry); i++) {
        if (broker_registry_serves(registry, i)) {
            warn(&broker_registry_at(registry, i)->certificate, now_ms);
        }
    }
}

/* A broker_loop_reload. */
static enum ent_status
reload(void *context, struct ent_error *err)
{
    ENT_AUTO(broker_registry_free) struct broker_registry *fresh = NULL;
    struct program *program = context;
    enum ent_status rc;

    rc = load_registry(program, &fresh, err);
    if (rc == ENT_OK) {
        rc = renew(program, err);
    }
    if (rc == ENT_OK) {
        rc = broker_reload(program->broker, &fresh, err);
    }
    if (rc == ENT_OK) {
        warn_of_ends(program);
    }
    return rc;
}

/* ---- the three things it can be asked ---- */

static enum ent_status
init(struct program *program, struct ent_error *err)
{
    enum ent_status rc;

    rc = broker_keeper_open(&program->config, &program->keeper, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = open_spool(program, true, err);
    if (rc == ENT_OK) {
        printf("store made for %s in %s\n", program->config.address.text,
            program->config.store);
    }
    return rc;
}

static enum ent_status
run(struct program *program, struct ent_error *err)
{
    struct ent_certificate own;
    enum ent_status rc;

    rc = broker_keeper_open(&program->config, &program->keeper, err);
    if (rc == ENT_OK) {
        rc = load_registry(program, &program->registry, err);
    }
    if (rc == ENT_OK) {
        rc = load_certificate(
            program, program->keeper, &program->certificate, &own, err);
    }
    if (rc == ENT_OK) {
        rc = open_spool(program, false, err);
    }
    if (rc == ENT_OK) {
        rc = broker_loop_new(&program->loop, err);
    }
    if (rc == ENT_OK) {
        rc = make_broker(program, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    ent_log(ENT_LOG_INFO, COMPONENT, "ready address=%s listen=%s offices=%zu",
        program->config.address.text, program->config.listen,
        broker_registry_count(program->registry));
    warn_of_ends(program);
    (void)sd_notify(0, "READY=1");
    rc = broker_loop_run(program->loop, reload, program, err);
    (void)sd_notify(0, "STOPPING=1");
    return rc;
}

int
main(int argc, char *argv[])
{
    static struct program program;
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
    rc = load_config(arguments.config, &program.config, &err);
    if (rc == ENT_OK && arguments.check) {
        broker_config_print(&program.config);
        return EXIT_SUCCESS;
    }
    if (rc == ENT_OK) {
        rc = ent_daemon_confine(MEMORY_MAX, &err);
    }
    if (rc == ENT_OK) {
        rc = arguments.init ? init(&program, &err) : run(&program, &err);
    }
    if (rc != ENT_OK) {
        ent_log(ENT_LOG_ERROR, COMPONENT, "%s", err.text);
    }
    program_fini(&program);
    return rc == ENT_BAD_INPUT ? EX_CONFIG : ent_daemon_exit_code(rc);
}
