/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loop - the broker's sockets and signals: receive, one turn, again.
 *
 * One thread owns everything. The same loop serves the ZAP handler: if it
 * stands still, nobody is let in.
 */
#ifndef BROKER_LOOP_H
#define BROKER_LOOP_H

#include "broker/broker.h"
#include "broker/links.h"
#include "proto/secret.h"

struct broker_loop;

/* What SIGHUP asks for: read certificates and neighbours again. */
typedef enum ent_status broker_loop_reload(
    void *context, struct ent_error *err);
/* A neighbour's certificate is another one: connect under its keys. */
typedef enum ent_status broker_loop_redial(
    void *context, struct ent_error *err);

/* Before any thread or socket: it takes over SIGTERM, SIGINT and SIGHUP.
 * `memory` bytes is what the process may have (ent_daemon_is_full). */
enum ent_status broker_loop_new(uint64_t memory, struct broker_loop **ret_loop,
    struct ent_error *err) ENT_MUST_CHECK;
void broker_loop_free(struct broker_loop **loop);

/* The way out, for struct broker_options. */
struct broker_port broker_loop_port(struct broker_loop *loop);

/* Let offices and neighbours in, and listen. */
enum ent_status broker_loop_bind(struct broker_loop *loop,
    struct broker *broker, const char *endpoint, struct ent_secret *link_secret,
    struct ent_error *err) ENT_MUST_CHECK;

/* Connect to these neighbouring brokers and no others, as broker_links_dial.
 * After binding. */
enum ent_status broker_loop_dial(struct broker_loop *loop,
    const struct broker_far_end *ends, size_t count,
    struct ent_error *err) ENT_MUST_CHECK;

/* Until SIGTERM or SIGINT (ENT_OK), or an error after which the process must
 * end. */
enum ent_status broker_loop_run(struct broker_loop *loop,
    broker_loop_reload *reload, broker_loop_redial *redial, void *context,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
