/* SPDX-License-Identifier: Apache-2.0 */
#include "node/loop.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "node/ahead.h"
#include "node/anchor.h"
#include "node/api.h"
#include "node/asked.h"
#include "node/batch.h"
#include "node/clock.h"
#include "node/drills.h"
#include "node/duties.h"
#include "node/errands.h"
#include "node/incoming.h"
#include "node/keeping.h"
#include "node/ladder.h"
#include "node/manifest.h"
#include "node/outbox.h"
#include "node/peers.h"
#include "node/pump.h"
#include "node/reincarnation.h"
#include "node/removal.h"
#include "node/renewal.h"
#include "node/rules.h"
#include "node/sealer.h"
#include "node/share.h"
#include "node/uplink.h"
#include "node/witness.h"
#include "proto/base/log.h"
#include "proto/base/time.h"

#define COMPONENT "node"
#define FRAMES_MAX 512   /* heard in one turn (node_uplink_cost): two bundles */
#define FRAMES_URGENT 32 /* a small one, while something urgent passes */
#define HURRIES_MAX 3    /* turns one after the other that are cut short */
#define FULL_PAUSE_MS 1000
#define SWEEP_MS 30000      /* between looks at what is over */
#define QUIET_MS 200        /* after which space is written ahead, */
#define PREPARE_PAUSE_MS 50 /* a step and a pause */

/* What the loop itself remembers between turns. */
struct loop {
    uint64_t gap_due;
    uint64_t call_due;
    uint64_t duty_due;
    uint64_t rotate_due;
    uint64_t keeping_due;
    uint64_t sweep_due;
    uint64_t prepare_due;
    uint64_t commits;              /* at the last look */
    uint8_t pending[NODE_KEY_MAX]; /* how far those that wait were looked at */
    uint64_t watchdog_ms;          /* 0: nobody asked */
    uint64_t watchdog_due;
    unsigned hurries; /* turns that something urgent cut short, of late */
    bool reload;      /* somebody sent SIGHUP */
    bool more;        /* work is left over */
    bool full;        /* the last turn was taken back: do not hurry, and
                         hear programs first */
    bool parted;      /* this store is an old copy, and neighbours know */
};

/* What is over ends, unless nobody knows what the time is. */
static enum ent_status
sweep(struct node *node, struct loop *loop, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    if (!node->clock_doubt) {
        node_renewal_watch(node);
        rc = node_batch_expire(node, loop->pending, err);
        rc = rc != ENT_OK ? rc : node_drills_watch(node, err);
    }
    if (rc == ENT_OK) {
        rc = node_share_watch(node, err);
    }
    return rc != ENT_OK ? rc : node_clock_keep(node, err);
}

/* Timers that are due: gaps, sealing keys, what is over. */
static enum ent_status
run_timers(struct node *node, struct loop *loop, struct ent_error *err)
{
    enum ent_status rc = node_incoming_release(node, &loop->gap_due, err);

    if (rc == ENT_OK && node->recheck_due) {
        rc = node_peers_recheck(node, err);
        node->recheck_due = rc != ENT_OK;
    }
    if (rc == ENT_OK) {
        rc = node_ladder_run(node, &loop->call_due, err);
    }
    if (rc == ENT_OK) {
        rc = node_duties_run(node, &loop->duty_due, err);
    }
    if (rc == ENT_OK) {
        rc = node_peers_refresh(node, err);
    }
    if (rc == ENT_OK) {
        rc = node_witness_run(node, err);
    }
    if (rc == ENT_OK && node->now_ms >= loop->rotate_due) {
        rc = node_manifest_rotate(node, &loop->rotate_due, err);
    }
    if (rc == ENT_OK && node->now_ms >= loop->sweep_due) {
        loop->sweep_due = node->now_ms + SWEEP_MS;
        rc = sweep(node, loop, err);
    }
    return rc;
}

/* Somebody sent SIGHUP: the files of the folder take effect here. */
static enum ent_status
reload(struct node *node, struct loop *loop, struct ent_error *err)
{
    enum ent_status rc;

    if (!loop->reload) {
        return ENT_OK;
    }
    loop->reload = false;
    rc = node_rules_reload(node, NULL, err);
    if (rc == ENT_NOT_FOUND) {
        ent_log(ENT_LOG_ERROR, COMPONENT, "not reloaded: %s", err->text);
        rc = ENT_OK;
    }
    return rc != ENT_OK ? rc : node_renewal_run(node, NULL, err);
}

/* This store is an old copy: it is read, and nothing else. */
static enum ent_status
serve_readers(struct node *node, struct loop *loop, struct ent_error *err)
{
    enum ent_status rc = node_api_serve(node, err);

    loop->more = node_api_has_more(node->api);
    return rc != ENT_OK ? rc : node_api_wake(node, err);
}

/* What they hand in is sealed before anything else is heard. */
static enum ent_status
serve_programs(struct node *node, struct ent_error *err)
{
    enum ent_status rc;

    node_outbox_open(node);
    rc = node_api_serve(node, err);
    node_outbox_close(node);
    return rc != ENT_OK ? rc : node_sealer_fresh(node, err);
}

static enum ent_status
handle(struct node *node, struct loop *loop, struct ent_error *err)
{
    const size_t most = node_is_urgent(node) ? FRAMES_URGENT : FRAMES_MAX;
    size_t frames = 0;
    bool old_more = false;
    bool errands_more = false;
    bool seal_more = false;
    bool pump_more = false;
    enum ent_status rc = node_uplink_renew(node, err);

    node->may_hurry = loop->hurries < HURRIES_MAX;
    node->hurried = false;
    if (rc == ENT_OK) {
        rc = reload(node, loop, err);
    }
    if (rc == ENT_OK && loop->full) {
        rc = serve_programs(node, err); /* or frames might leave them no turn */
    }
    if (rc == ENT_OK) {
        rc = node_uplink_serve(node, most, &frames, err);
    }
    if (rc == ENT_OK) {
        rc = node_turn_let_out(node, err);
    }
    if (rc == ENT_OK && !node->hurried && !loop->full) {
        rc = serve_programs(node, err);
    }
    loop->hurries = node->hurried ? loop->hurries + 1 : 0;
    if (node->rolled_back) {
        return rc;
    }
    if (rc == ENT_OK) {
        rc = run_timers(node, loop, err);
    }
    if (rc == ENT_OK) {
        rc = node_reincarnation_run(
            node, NODE_REINCARNATION_MESSAGES, &old_more, err);
    }
    if (rc == ENT_OK) {
        rc = node_errands_run(node, &errands_more, err);
    }
    if (rc == ENT_OK) {
        rc = node_sealer_run(node, &seal_more, err);
    }
    if (rc == ENT_OK) {
        rc = node_pump_run(node, &pump_more, err);
    }
    if (rc == ENT_OK) {
        rc = node_api_wake(node, err);
    }
    loop->more = old_more || errands_more || seal_more || pump_more ||
                 node->removal_due || node_api_has_more(node->api) ||
                 node->hurried || frames >= most;
    return rc;
}

static enum ent_status
turn(struct node *node, struct loop *loop, struct ent_error *err)
{
    enum ent_status rc = node_turn_begin(node, ent_time_now_ms(), err);

    if (rc != ENT_OK) {
        return rc;
    }
    rc = node->rolled_back ? serve_readers(node, loop, err)
                           : handle(node, loop, err);
    return node_turn_end_ahead(node, rc, err);
}

/* ---- waiting ---- */

static void
sooner(uint64_t *due, uint64_t other)
{
    if (other < *due) {
        *due = other;
    }
}

/* How long nothing has to be done, ms. */
static enum ent_status
idle_ms(struct node *node, const struct loop *loop, long *ret_ms,
    struct ent_error *err)
{
    uint64_t due = node->now_ms + SWEEP_MS;
    uint64_t dispatch = UINT64_MAX;
    uint64_t now = ent_time_now_ms();
    enum ent_status rc;

    if (node->rolled_back) {
        sooner(&due, node_api_due(node->api));
        *ret_ms = due <= now || !loop->parted ? 0 : (long)(due - now);
        return ENT_OK;
    }
    rc = node_store_begin(node->store, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = node_pump_due(node, &dispatch, err);
    node_store_abort(node->store);
    if (dispatch <= node->now_ms) {
        dispatch = UINT64_MAX; /* waits for credit, not for time */
    }
    sooner(&due, dispatch);
    sooner(&due, loop->gap_due);
    sooner(&due, loop->call_due);
    sooner(&due, loop->duty_due);
    sooner(&due, loop->rotate_due);
    sooner(&due, loop->prepare_due);
    if (!node->clock_doubt) {
        sooner(&due, loop->keeping_due);
    }
    sooner(&due, node_peers_due(node));
    sooner(&due, node_witness_due(node));
    sooner(&due, node_opened_due(node_store_opened(node->store)));
    sooner(&due, node_api_due(node->api));
    sooner(&due, node_uplink_due(node->uplink));
    sooner(&due, node_uplink_look_due(node->uplink));
    if (loop->watchdog_ms != 0) {
        sooner(&due, loop->watchdog_due);
    }
    if (node->greeting_due || node->recheck_due) {
        due = now;
    }
    *ret_ms = due <= now ? 0 : (long)(due - now);
    if (loop->full && *ret_ms < FULL_PAUSE_MS) {
        *ret_ms = FULL_PAUSE_MS;
    }
    if (*ret_ms > SWEEP_MS) {
        *ret_ms = SWEEP_MS;
    }
    return rc;
}

/* When nothing was written for a while, what is to be written gets its place.
 */
static void
prepare(struct node *node, struct loop *loop)
{
    const uint64_t commits = node_store_commits(node->store);

    if (commits != loop->commits) {
        loop->commits = commits;
        loop->prepare_due = node->now_ms + QUIET_MS;
    } else if (node->now_ms >= loop->prepare_due) {
        loop->prepare_due = node_store_prepare(node->store)
                                ? node->now_ms + PREPARE_PAUSE_MS
                                : UINT64_MAX;
    }
}

static enum ent_status
wait_for_work(struct node *node, int signal_file, struct loop *loop,
    bool *ret_stop, struct ent_error *err)
{
    struct ent_ears ears = {0};
    struct signalfd_siginfo info;
    bool signalled = false;
    long timeout = 0;
    enum ent_status rc = ENT_OK;

    ent_ears_add_file(&ears, node_store_done_file(node->store));
    ent_ears_add(&ears, node_api_ear(node->api));
    if (!node->rolled_back) {
        node_uplink_ears(node->uplink, &ears);
    }
    if (!loop->more) {
        rc = idle_ms(node, loop, &timeout, err);
    }
    if (rc == ENT_OK) {
        rc = ent_ears_wait(&ears, signal_file, timeout, &signalled, err);
    }
    if (rc == ENT_OK) {
        rc = node_turn_let_out(node, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (signalled && read(signal_file, &info, sizeof info) == sizeof info) {
        loop->reload |= info.ssi_signo == SIGHUP;
        *ret_stop = info.ssi_signo != SIGHUP;
    }
    return ENT_OK;
}

/* Neighbours need not wait for an answer from an old copy. */
static void
part(struct node *node, struct loop *loop)
{
    if (!loop->parted) {
        loop->parted = true;
        node_uplink_bye(node->uplink);
    }
}

/* The clock is another: what was to be done by it is looked at now. */
static void
look_at_once(struct loop *loop)
{
    loop->rotate_due = 0;
    loop->keeping_due = 0;
    loop->sweep_due = 0;
    loop->watchdog_due = 0;
}

static enum ent_status
step(struct node *node, struct loop *loop, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;
    enum ent_status kept = ENT_OK;

    if (node_clock_watch(node)) {
        look_at_once(loop);
    }
    if (node->rolled_back) {
        loop->full = false;
        part(node, loop);
        return turn(node, loop, err);
    }
    kept = node_removal_run(node, err);
    if (kept == ENT_OK && !node->clock_doubt &&
        ent_time_now_ms() >= loop->keeping_due) {
        kept = node_keeping_turn(node, ent_time_now_ms(), NODE_KEEPING_ROWS,
            &loop->keeping_due, err);
    }
    if (kept == ENT_OK || kept == ENT_FULL || kept == ENT_NO_MEMORY) {
        rc = turn(node, loop, err);
    }
    rc = rc == ENT_OK ? kept : rc;
    loop->full = rc == ENT_FULL || rc == ENT_NO_MEMORY;
    if (loop->full) {
        ent_log(ENT_LOG_ERROR, COMPONENT,
            "nothing can be taken, trying again: %s", err->text);
        loop->more = false;
        loop->rotate_due = 0; /* its outcome was taken back too */
        return ENT_OK;
    }
    return rc;
}

/* Tell a supervisor that asked for it that the loop goes round. Twice in its
 * period is enough: telling may block. */
static void
pat_watchdog(const struct node *node, struct loop *loop)
{
    if (loop->watchdog_ms != 0 && node->now_ms >= loop->watchdog_due) {
        loop->watchdog_due = node->now_ms + loop->watchdog_ms / 2;
        (void)sd_notify(0, "WATCHDOG=1");
    }
}

/* What memory alone has is written: the next process goes on from there. */
static enum ent_status
write_down(struct node *node, struct ent_error *err)
{
    enum ent_status rc = node_turn_begin(node, ent_time_now_ms(), err);

    if (rc == ENT_OK) {
        rc = node_turn_end(node, node_asked_write(node, err), err);
    }
    if (rc != ENT_OK && rc != ENT_IO) {
        ent_log(ENT_LOG_WARN, COMPONENT,
            "who asked the lists is not written exactly: %s", err->text);
        return ENT_OK;
    }
    return rc;
}

/* Once all that was committed is on the disk: the anchor says so. */
static enum ent_status
take_leave(struct node *node, struct ent_error *err)
{
    enum ent_status rc = node_turn_finish(node, err);

    if (rc == ENT_OK) {
        rc = write_down(node, err);
    }
    if (rc == ENT_OK) {
        node_uplink_bye(node->uplink);
        node_anchor_write(node);
        ent_log(ENT_LOG_INFO, COMPONENT, "stopped");
    }
    return rc;
}

enum ent_status
node_loop_run(struct node *node, int signal_file, struct ent_error *err)
{
    struct loop loop = {.gap_due = UINT64_MAX,
        .call_due = UINT64_MAX,
        .duty_due = UINT64_MAX,
        .prepare_due = UINT64_MAX};
    uint64_t watchdog_us = 0;
    bool stop = false;
    enum ent_status rc = node_clock_judge(node, err);

    node_ahead_start(node);
    if (sd_watchdog_enabled(0, &watchdog_us) > 0) {
        loop.watchdog_ms = watchdog_us / 1000;
    }

    ent_log(ENT_LOG_INFO, COMPONENT, "ready address=%s api=%s", node->self.text,
        node->config->api);
    (void)sd_notifyf(0, "READY=1\nSTATUS=%s", node->self.text);
    while (rc == ENT_OK && !stop) {
        rc = step(node, &loop, err);
        if (rc == ENT_OK) {
            prepare(node, &loop);
            rc = wait_for_work(node, signal_file, &loop, &stop, err);
        }
        pat_watchdog(node, &loop);
    }
    (void)sd_notify(0, "STOPPING=1");
    return rc != ENT_OK ? rc : take_leave(node, err);
}
