/* SPDX-License-Identifier: Apache-2.0 */
/*
 * program - the parts of a running broker, from its configuration to its end:
 * made in order, read again on SIGHUP, undone in reverse.
 */
#ifndef BROKER_PROGRAM_H
#define BROKER_PROGRAM_H

#include "broker/broker.h"
#include "broker/config.h"
#include "broker/keeper.h"
#include "broker/loop.h"

/* The parts in the order in which they come to be. All zero is none. */
struct broker_program {
    const char *path; /* of the configuration */
    struct broker_config config;
    struct broker_keeper *keeper;
    struct broker_registry *registry;
    struct ent_bytes certificate; /* ours, as it travels */
    struct broker_spool *spool;
    struct broker_loop *loop;
    struct broker *broker;
};

/* Read the configuration; what is wrong with it is printed. `path` must outlive
 * the program. */
enum ent_status broker_program_configure(struct broker_program *program,
    const char *path, struct ent_error *err) ENT_MUST_CHECK;

/* Make the store. */
enum ent_status broker_program_init(
    struct broker_program *program, struct ent_error *err) ENT_MUST_CHECK;
/* While it is stopped: a person says that the time of day is right. */
enum ent_status broker_program_confirm_clock(
    struct broker_program *program, struct ent_error *err) ENT_MUST_CHECK;
/* Serve until SIGTERM. */
enum ent_status broker_program_run(
    struct broker_program *program, struct ent_error *err) ENT_MUST_CHECK;

void broker_program_fini(struct broker_program *program);

#endif
