/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/broker.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "broker/broker_internal.h"
#include "proto/base/log.h"
#include "proto/schema/link.pb-c.h"

#define BLOCKED_PAUSE_MS 20 /* before a full connection is tried again */
#define OVERDUE_PAUSE_MS                                                       \
    250 /* what waits for credit is not asked for all the                      \
           time: CREDIT wakes it */

/* ---- a broker's life ---- */

enum ent_status
broker_new(const struct broker_options *options, struct broker **ret_broker,
    struct ent_error *err)
{
    ENT_AUTO(broker_free) struct broker *broker = NULL;
    enum ent_status rc;

    broker = calloc(1, sizeof *broker);
    if (broker != NULL) {
        broker->lines = calloc(BROKER_OFFICES_MAX, sizeof *broker->lines);
        broker->states = calloc(1, sizeof *broker->states);
    }
    if (broker == NULL || broker->lines == NULL || broker->states == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating a broker");
    }
    rc = ent_bytes_copy(options->certificate, &broker->certificate, err);
    if (rc != ENT_OK) {
        return rc;
    }
    broker->address = options->address;
    broker->signer = options->signer;
    broker->registry = options->registry;
    broker->spool = options->spool;
    broker->port = options->port;
    broker->quota = options->quota;
    broker->now.wall_ms = options->wall_ms;
    *ret_broker = broker;
    broker = NULL;
    return ENT_OK;
}

void
broker_free(struct broker **broker)
{
    struct broker *old = *broker;

    if (old == NULL) {
        return;
    }
    for (size_t i = 0; i < old->line_count; i++) {
        for (size_t lane = 0; lane < BROKER_LANES; lane++) {
            broker_replies_clear(&old->lines[i].backlog[lane]);
        }
        broker_forget_told(&old->lines[i]);
    }
    broker_replies_clear(&old->replies);
    ent_bytes_free(&old->certificate);
    free(old->lines);
    free(old->states);
    free(old);
    *broker = NULL;
}

/* Room for offices that the registry has learnt of. */
void
broker_add_lines(struct broker *broker)
{
    const size_t count = broker_registry_count(broker->registry);

    while (broker->line_count < count) {
        broker_peer_init(&broker->lines[broker->line_count].peer);
        broker->line_count++;
    }
}

struct broker_line *
broker_line_of(struct broker *broker, const struct ent_party *party)
{
    size_t number = broker_registry_by_party(broker->registry, party);

    return number < broker->line_count ? &broker->lines[number] : NULL;
}

bool
broker_admit(void *context, const uint8_t link_key[static ENT_PUBLIC_KEY_LEN])
{
    struct broker *broker = context;
    size_t number = broker_registry_by_key(broker->registry, link_key);
    /* Whose certificate is out of its time hears that (broker_turn.c). */
    bool admitted = number != BROKER_NOBODY &&
                    broker_registry_counts(broker->registry, number);

    if (!admitted) {
        ent_log(ENT_LOG_WARN, COMPONENT, "connection refused peer=%s",
            number == BROKER_NOBODY
                ? "unknown"
                : broker_registry_at(broker->registry, number)
                      ->certificate.address.text);
    }
    return admitted;
}

/* ---- time, and the end ---- */

bool
broker_prepare(struct broker *broker)
{
    return broker_spool_prepare(broker->spool);
}

uint64_t
broker_due(const struct broker *broker)
{
    const uint64_t now_ms = broker->now.boot_ms;
    uint64_t due = broker->expire_at;
    uint64_t greet = broker_greet_due(broker);
    uint64_t credit = broker_credit_due(broker);

    if (broker->blocked || broker->damaged_count > 0) {
        return now_ms + BLOCKED_PAUSE_MS;
    }
    for (size_t i = 0; i < broker->line_count * BROKER_RANKS; i++) {
        const struct broker_peer *peer = &broker->lines[i / BROKER_RANKS].peer;
        const size_t rank = i % BROKER_RANKS;
        uint64_t bundles = broker_walk_due(&peer->bundles[rank]);
        uint64_t receipts = broker_walk_due(&peer->receipts[rank]);

        due = bundles < due ? bundles : due;
        due = receipts < due ? receipts : due;
    }
    due = greet < due ? greet : due;
    due = credit < due ? credit : due;
    return due > now_ms ? due : now_ms + OVERDUE_PAUSE_MS;
}

static void
end_all(struct broker *broker, const char *why)
{
    for (size_t i = 0; i < broker->line_count * BROKER_LANES; i++) {
        struct broker_line *line = &broker->lines[i / BROKER_LANES];
        const struct ent_route route = line->peer.lanes[i % BROKER_LANES].route;

        if (line->peer.lanes[i % BROKER_LANES].open &&
            broker_say_bye(broker, line, &route, ENT_REFUSAL_CLOSING, why,
                NULL) != ENT_OK) {
            break; /* they notice without it */
        }
    }
    broker_deliver(broker);
}

void
broker_stop(struct broker *broker)
{
    end_all(broker, "the broker is stopping");
}

enum ent_status
broker_renew(
    struct broker *broker, struct ent_view certificate, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes was = broker->certificate;
    enum ent_status rc;

    broker->certificate = (struct ent_bytes){0};
    rc = ent_bytes_copy(certificate, &broker->certificate, err);
    if (rc == ENT_OK) {
        rc = broker_sync_objects(broker, err);
    }
    if (rc != ENT_OK) {
        ent_bytes_free(&broker->certificate);
        broker->certificate = was;
        was = (struct ent_bytes){0};
        return rc;
    }
    end_all(broker, "the broker's certificate is renewed, greet again");
    return ENT_OK;
}
