/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/program.h"

#include <sodium.h>
#include <stdio.h>
#include <systemd/sd-daemon.h>

#include "broker/neighbours.h"
#include "broker/own.h"
#include "proto/base/daemon.h"
#include "proto/base/log.h"
#include "proto/base/time.h"

#define COMPONENT "main"
#define SOON_MS (UINT64_C(30) * 86400 * 1000)

/* The store first: closing connections may take a moment, and more. */
void
broker_program_fini(struct broker_program *program)
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
read_config(
    const char *path, struct broker_config *ret_config, struct ent_error *err)
{
    static struct ent_complaints complaints;
    enum ent_status rc;

    complaints = (struct ent_complaints){0};
    rc = broker_config_load(path, ret_config, &complaints, err);
    ent_complaints_print(&complaints, path);
    return rc;
}

enum ent_status
broker_program_configure(
    struct broker_program *program, const char *path, struct ent_error *err)
{
    program->path = path;
    return read_config(path, &program->config, err);
}

/* Whom the operator's folder names, and the neighbours. */
static enum ent_status
load_registry(const struct broker_config *config, struct broker_spool *spool,
    struct broker_registry **ret_registry, struct ent_error *err)
{
    ENT_AUTO(broker_registry_free) struct broker_registry *registry = NULL;
    enum ent_status rc;

    rc = broker_registry_new(&config->authorities, &registry, err);
    if (rc == ENT_OK) {
        rc = broker_recall_rollovers(spool, registry, err);
    }
    if (rc == ENT_OK) {
        rc = broker_registry_load(
            registry, config->certificates, ent_time_now_ms(), err);
    }
    if (rc == ENT_OK) {
        rc = broker_neighbours_load(config, registry, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_registry = registry;
    registry = NULL;
    return ENT_OK;
}

static enum ent_status
open_spool(struct broker_program *program, bool create, struct ent_error *err)
{
    const struct broker_config *config = &program->config;
    uint8_t store_key[ENT_KV_STORE_KEY_LEN];
    enum ent_status rc;

    broker_keeper_store_key(program->keeper, store_key);
    rc = create ? broker_spool_create(
                      config->store, store_key, config->store_limit, err)
                : broker_spool_open(config->store, store_key,
                      config->store_limit, &program->spool, err);
    sodium_memzero(store_key, sizeof store_key);
    return rc;
}

static enum ent_status
make_broker(struct broker_program *program, struct ent_error *err)
{
    const struct broker_options broker_options = {
        .address = program->config.address,
        .certificate = ent_bytes_view(&program->certificate),
        .signer = broker_keeper_signer(program->keeper),
        .registry = program->registry,
        .spool = program->spool,
        .port = broker_loop_port(program->loop),
        .quota = program->config.quota,
        .wall_ms = ent_time_now_ms(),
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
    return rc != ENT_OK ? rc
                        : broker_neighbours_dial(&program->config,
                              program->registry, program->loop, err);
}

/* ---- read again ---- */

/* A renewed certificate of our own, with the keys that it is for. */
static enum ent_status
renew(struct broker_program *program, const struct broker_registry *registry,
    struct ent_error *err)
{
    ENT_AUTO(broker_keeper_close) struct broker_keeper *keeper = NULL;
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_certificate own;
    enum ent_status rc = broker_keeper_open(&program->config, &keeper, err);

    if (rc == ENT_OK) {
        rc = broker_own_load(
            &program->config, registry, keeper, &wire, &own, err);
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
warn_of_ends(const struct broker_program *program)
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

/* A broker_loop_redial. */
static enum ent_status
redial(void *context, struct ent_error *err)
{
    struct broker_program *program = context;

    return broker_neighbours_dial(
        &program->config, program->registry, program->loop, err);
}

/* A broker_loop_reload: certificates, and which neighbours there are. */
static enum ent_status
reload(void *context, struct ent_error *err)
{
    ENT_AUTO(broker_registry_free) struct broker_registry *registry = NULL;
    static struct broker_config fresh; /* some 100 KB */
    struct broker_program *program = context;
    enum ent_status rc = read_config(program->path, &fresh, err);

    if (rc == ENT_OK) {
        rc = broker_neighbours_check(&program->config, &fresh, err);
    }
    if (rc == ENT_OK) {
        rc = load_registry(&fresh, program->spool, &registry, err);
    }
    if (rc == ENT_OK) {
        rc = renew(program, registry, err);
    }
    if (rc == ENT_OK) {
        rc = broker_reload(program->broker, &registry, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    broker_neighbours_replace(&program->config, &fresh);
    warn_of_ends(program);
    return redial(program, err);
}

/* ---- the two things it can be asked ---- */

enum ent_status
broker_program_init(struct broker_program *program, struct ent_error *err)
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

enum ent_status
broker_program_confirm_clock(
    struct broker_program *program, struct ent_error *err)
{
    const uint64_t now_ms = ent_time_now_ms();
    char text[ENT_TIME_TEXT_MAX];
    enum ent_status rc;

    rc = broker_keeper_open(&program->config, &program->keeper, err);
    if (rc == ENT_OK) {
        rc = open_spool(program, false, err);
    }
    if (rc == ENT_OK) {
        rc = broker_spool_begin(program->spool, true, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    rc = broker_clock_confirm(program->spool, now_ms, err);
    if (rc == ENT_OK) {
        rc = broker_spool_commit(program->spool, err);
    }
    broker_spool_abort(program->spool);
    if (rc == ENT_OK) {
        ent_time_format(now_ms, text);
        printf("confirmed that it is %s; start the broker now\n", text);
    }
    return rc;
}

enum ent_status
broker_program_run(struct broker_program *program, struct ent_error *err)
{
    struct ent_certificate own;
    enum ent_status rc;

    rc = broker_keeper_open(&program->config, &program->keeper, err);
    if (rc == ENT_OK) {
        rc = open_spool(program, false, err);
    }
    if (rc == ENT_OK) {
        rc = load_registry(
            &program->config, program->spool, &program->registry, err);
    }
    if (rc == ENT_OK) {
        rc = broker_own_load(&program->config, program->registry,
            program->keeper, &program->certificate, &own, err);
    }
    if (rc == ENT_OK) {
        rc = broker_loop_new(program->config.memory, &program->loop, err);
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
    rc = broker_loop_run(program->loop, reload, redial, program, err);
    (void)sd_notify(0, "STOPPING=1");
    return rc;
}
