/* SPDX-License-Identifier: Apache-2.0 */
/* One request: who answers it. */
#include <string.h>

#include "node/alarms.h"
#include "node/api_internal.h"
#include "node/carry.h"
#include "node/census.h"
#include "node/clock.h"
#include "node/emergency.h"
#include "node/need.h"
#include "node/officers.h"
#include "node/release.h"
#include "node/rollback.h"
#include "node/sealer.h"
#include "node/submit_internal.h"
#include "node/upload.h"

static enum ent_status
do_inbox(struct node *node, struct ent_view client,
    const Entente__V1__ApiRequest *request, struct ent_error *err)
{
    Entente__V1__ApiReply reply = ENTENTE__V1__API_REPLY__INIT;
    Entente__V1__InboxReply inbox = ENTENTE__V1__INBOX_REPLY__INIT;
    enum ent_status rc =
        node_api_inbox(node, request->inbox, &node->api->arena, &inbox, err);

    if (rc != ENT_OK) {
        return rc;
    }
    if (inbox.n_items == 0 && node_api_wait(node, client, request->number,
                                  request->inbox, inbox.next)) {
        return ENT_OK;
    }
    rc = node_api_done(node, request->inbox, err);
    if (rc != ENT_OK) {
        return rc;
    }
    reply.number = request->number;
    reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_INBOX;
    reply.inbox = &inbox;
    return node_api_reply(node, client, &reply, err);
}

static enum ent_status
do_trace(struct node *node, struct ent_view client,
    const Entente__V1__ApiRequest *request, struct ent_error *err)
{
    Entente__V1__ApiReply reply = ENTENTE__V1__API_REPLY__INIT;
    Entente__V1__TraceReply trace = ENTENTE__V1__TRACE_REPLY__INIT;
    enum ent_status rc =
        node_api_trace(node, request->trace, &node->api->arena, &trace, err);

    if (rc != ENT_OK || node_api_wait_sent(node, client, request->number,
                            request->trace, &trace)) {
        return rc;
    }
    reply.number = request->number;
    reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_TRACE;
    reply.trace = &trace;
    return node_api_reply(node, client, &reply, err);
}

/* Enrol or revoke one, and list all of them. */
static enum ent_status
do_officers(struct node *node, const Entente__V1__OfficersRequest *request,
    Entente__V1__OfficersReply *reply, struct ent_error *err)
{
    struct ent_key_id key_id;
    enum ent_status rc = ENT_OK;

    if (request->enrol.len > 0) {
        rc = node_officer_enrol(
            node, ent_view_of(request->enrol.data, request->enrol.len), err);
    } else if (request->revoke.len == sizeof key_id.bytes) {
        memcpy(key_id.bytes, request->revoke.data, sizeof key_id.bytes);
        rc = node_officer_revoke(node, &key_id, request->reason, err);
    } else if (request->revoke.len > 0) {
        rc = ent_fail(err, ENT_BAD_INPUT, "revoke: a key id has 16 bytes");
    }
    return rc != ENT_OK
               ? rc
               : node_officers_list(node, &node->api->arena, reply, err);
}

/* What may be done with a store that is an old copy. */
static bool
only_reads(const Entente__V1__ApiRequest *request)
{
    switch (request->request_case) {
    case ENTENTE__V1__API_REQUEST__REQUEST_SUBMIT:
    case ENTENTE__V1__API_REQUEST__REQUEST_UPLOAD:
    case ENTENTE__V1__API_REQUEST__REQUEST_CARRY_OUT:
    case ENTENTE__V1__API_REQUEST__REQUEST_CARRY_IN:
    case ENTENTE__V1__API_REQUEST__REQUEST_EVIDENCE:
    case ENTENTE__V1__API_REQUEST__REQUEST_RELOAD:
    case ENTENTE__V1__API_REQUEST__REQUEST_REVIEW:
    case ENTENTE__V1__API_REQUEST__REQUEST_SIGN:
    case ENTENTE__V1__API_REQUEST__REQUEST_GIVE_BACK:
    case ENTENTE__V1__API_REQUEST__REQUEST_KEEP:
    case ENTENTE__V1__API_REQUEST__REQUEST_LINK:
        return false;
    case ENTENTE__V1__API_REQUEST__REQUEST_LIST_CHECK:
        return request->list_check->encounter == 0;
    default:
        return true;
    }
}

/* It changes nothing of what passes, nor tells of what waits: what was handed
 * in before need not be sealed first. */
static bool
is_beside(const Entente__V1__ApiRequest *request)
{
    switch (request->request_case) {
    case ENTENTE__V1__API_REQUEST__REQUEST_SUBMIT:
    case ENTENTE__V1__API_REQUEST__REQUEST_INBOX:
    case ENTENTE__V1__API_REQUEST__REQUEST_CURSOR:
    case ENTENTE__V1__API_REQUEST__REQUEST_TRACE:
        return true;
    default:
        return false;
    }
}

enum ent_status
node_api_request(struct node *node, struct ent_view client,
    const Entente__V1__ApiRequest *request, struct ent_error *err)
{
    Entente__V1__ApiReply reply = ENTENTE__V1__API_REPLY__INIT;
    Entente__V1__StatusReply status = ENTENTE__V1__STATUS_REPLY__INIT;
    Entente__V1__ClockReply clock = ENTENTE__V1__CLOCK_REPLY__INIT;
    Entente__V1__ListCheckReply list = ENTENTE__V1__LIST_CHECK_REPLY__INIT;
    Entente__V1__LikeReply like = ENTENTE__V1__LIKE_REPLY__INIT;
    Entente__V1__SearchReply search = ENTENTE__V1__SEARCH_REPLY__INIT;
    Entente__V1__CountsReply counts = ENTENTE__V1__COUNTS_REPLY__INIT;
    Entente__V1__JournalShowReply show = ENTENTE__V1__JOURNAL_SHOW_REPLY__INIT;
    Entente__V1__EvidenceReply evidence = ENTENTE__V1__EVIDENCE_REPLY__INIT;
    Entente__V1__JournalVerifyReply journal =
        ENTENTE__V1__JOURNAL_VERIFY_REPLY__INIT;
    Entente__V1__UploadReply upload = ENTENTE__V1__UPLOAD_REPLY__INIT;
    Entente__V1__DownloadReply download = ENTENTE__V1__DOWNLOAD_REPLY__INIT;
    Entente__V1__ReloadReply reload = ENTENTE__V1__RELOAD_REPLY__INIT;
    Entente__V1__PeersReply peers = ENTENTE__V1__PEERS_REPLY__INIT;
    Entente__V1__DirectoryReply directory = ENTENTE__V1__DIRECTORY_REPLY__INIT;
    Entente__V1__PinReply pin = ENTENTE__V1__PIN_REPLY__INIT;
    Entente__V1__PairReply pair = ENTENTE__V1__PAIR_REPLY__INIT;
    Entente__V1__CarryOutReply carry_out = ENTENTE__V1__CARRY_OUT_REPLY__INIT;
    Entente__V1__CarryInReply carry_in = ENTENTE__V1__CARRY_IN_REPLY__INIT;
    Entente__V1__HeldReply held = ENTENTE__V1__HELD_REPLY__INIT;
    Entente__V1__HandledReply handled = ENTENTE__V1__HANDLED_REPLY__INIT;
    Entente__V1__OfficersReply officers = ENTENTE__V1__OFFICERS_REPLY__INIT;
    Entente__V1__ContradictionReply contradiction =
        ENTENTE__V1__CONTRADICTION_REPLY__INIT;
    Entente__V1__KeepReply keep = ENTENTE__V1__KEEP_REPLY__INIT;
    Entente__V1__CensusReply census = ENTENTE__V1__CENSUS_REPLY__INIT;
    Entente__V1__ListUsesReply uses = ENTENTE__V1__LIST_USES_REPLY__INIT;
    struct ent_arena *arena = &node->api->arena;
    enum ent_status rc;

    if (node->rolled_back && !only_reads(request)) {
        return ent_fail(err, ENT_REJECTED, "%s", NODE_ROLLBACK_TEXT);
    }
    rc = is_beside(request) ? ENT_OK : node_sealer_fresh(node, err);
    if (rc != ENT_OK) {
        return node_as_storage(rc);
    }
    reply.number = request->number;
    switch (request->request_case) {
    case ENTENTE__V1__API_REQUEST__REQUEST_SUBMIT:
        return node_api_submit(node, client, request, err);
    case ENTENTE__V1__API_REQUEST__REQUEST_INBOX:
        return do_inbox(node, client, request, err);
    case ENTENTE__V1__API_REQUEST__REQUEST_CURSOR:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_CURSOR;
        reply.cursor = true;
        rc = node_api_cursor(node, request->cursor, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_TRACE:
        return do_trace(node, client, request, err);
    case ENTENTE__V1__API_REQUEST__REQUEST_STATUS:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_STATUS;
        reply.status = &status;
        rc = node_api_status(node, arena, &status, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_COUNTS:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_COUNTS;
        reply.counts = &counts;
        rc = node_api_counts(node, arena, &counts, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_EVIDENCE:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_EVIDENCE;
        reply.evidence = &evidence;
        rc = node_api_evidence(node, request->evidence, arena, &evidence, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_JOURNAL_SHOW:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_JOURNAL_SHOW;
        reply.journal_show = &show;
        rc = node_api_journal_show(
            node, request->journal_show, arena, &show, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_JOURNAL_VERIFY:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_JOURNAL_VERIFY;
        reply.journal_verify = &journal;
        rc =
            node_api_check(node, request->journal_verify, arena, &journal, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_PEERS:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_PEERS;
        reply.peers = &peers;
        rc = node_api_peers(node, request->peers, arena, &peers, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_DIRECTORY:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_DIRECTORY;
        reply.directory = &directory;
        rc = node_api_directory(
            node, request->directory, arena, &directory, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_PIN:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_PIN;
        reply.pin = &pin;
        rc = node_api_pin(node, request->pin, arena, &pin, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_PAIR:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_PAIR;
        reply.pair = &pair;
        rc = node_api_pair(node, request->pair, arena, &pair, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_RELOAD:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_RELOAD;
        reply.reload = &reload;
        rc = node_api_reload(node, arena, &reload, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_EXPLAIN:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_EXPLAIN;
        rc = node_explain(node, request->explain, arena, &reply.explain, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_CARRY_OUT:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_CARRY_OUT;
        reply.carry_out = &carry_out;
        rc = node_carry_out(node, request->carry_out, arena, &carry_out, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_CARRY_IN:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_CARRY_IN;
        reply.carry_in = &carry_in;
        rc = node_carry_in(node, request->carry_in, arena, &carry_in, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_CLOCK:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_CLOCK;
        reply.clock = &clock;
        rc = node_api_clock(node, request->clock, arena, &clock, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_CONTRADICTION:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_CONTRADICTION;
        reply.contradiction = &contradiction;
        rc = node_api_contradiction(
            node, request->contradiction, arena, &contradiction, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_CLEAR_ALARM:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_CLEAR_ALARM;
        reply.clear_alarm = true;
        rc = node_alarm_clear(node, request->clear_alarm->number, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_REVIEW:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_REVIEW;
        reply.review = true;
        rc = node_emergency_review(node, request->review, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_KEEP:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_KEEP;
        reply.keep = &keep;
        rc = node_need_keep(node, request->keep, &keep, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_LIST_CHECK:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_LIST_CHECK;
        reply.list_check = &list;
        rc = node_api_list_check(
            node, node->api->user, request->list_check, arena, &list, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_LIKE:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_LIKE;
        reply.like = &like;
        rc = node_api_like(node, request->like, arena, &like, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_LINK:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_LINK;
        reply.link = true;
        rc = node_api_link(node, request->link, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_SEARCH:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_SEARCH;
        reply.search = &search;
        rc = node_api_search(node, request->search, arena, &search, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_LIST_USES:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_LIST_USES;
        reply.list_uses = &uses;
        rc = node_api_list_uses(node, request->list_uses, arena, &uses, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_CENSUS:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_CENSUS;
        reply.census = &census;
        rc = node_census_slice(node, request->census, arena, &census, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_UPLOAD:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_UPLOAD;
        reply.upload = &upload;
        rc = node_upload_take(node, request->upload, arena, &upload, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_DOWNLOAD:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_DOWNLOAD;
        reply.download = &download;
        rc = node_api_download(node, request->download, arena, &download, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_HELD:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_HELD;
        reply.held = &held;
        rc = node_release_list(node, request->held, arena, &held, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_SIGN:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_SIGN;
        reply.sign = &handled;
        rc = node_release_sign(node, request->sign, arena, &handled, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_GIVE_BACK:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_GIVE_BACK;
        reply.give_back = &handled;
        rc =
            node_release_return(node, request->give_back, arena, &handled, err);
        break;
    case ENTENTE__V1__API_REQUEST__REQUEST_OFFICERS:
        reply.reply_case = ENTENTE__V1__API_REPLY__REPLY_OFFICERS;
        reply.officers = &officers;
        rc = do_officers(node, request->officers, &officers, err);
        break;
    default:
        return ent_fail(err, ENT_BAD_INPUT, "the request asks for nothing");
    }
    return rc != ENT_OK ? rc : node_api_reply(node, client, &reply, err);
}
