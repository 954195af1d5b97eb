/* SPDX-License-Identifier: Apache-2.0 */
/* Which function answers which kind of request. */
#include "node/api_answers.h"

#include <string.h>

#include "node/alarms.h"
#include "node/carry.h"
#include "node/census.h"
#include "node/clock.h"
#include "node/emergency.h"
#include "node/need.h"
#include "node/officers.h"
#include "node/release.h"
#include "node/upload.h"

typedef Entente__V1__ApiRequest api_request; /* generated names */
typedef Entente__V1__ApiReply api_reply;

/* Most are answered by one call, in words that lie in the arena. */
#define ANSWERED_BY(kind, call)                                                \
    static enum ent_status kind(struct node *node, const api_request *request, \
        api_reply *reply, struct ent_error *err)                               \
    {                                                                          \
        return call(node, request->kind, &node->api->arena, reply->kind, err); \
    }

ANSWERED_BY(carry_in, node_carry_in)
ANSWERED_BY(carry_out, node_carry_out)
ANSWERED_BY(census, node_census_slice)
ANSWERED_BY(clock, node_api_clock)
ANSWERED_BY(contradiction, node_api_contradiction)
ANSWERED_BY(directory, node_api_directory)
ANSWERED_BY(download, node_api_download)
ANSWERED_BY(evidence, node_api_evidence)
ANSWERED_BY(give_back, node_release_return)
ANSWERED_BY(held, node_release_list)
ANSWERED_BY(journal_show, node_api_journal_show)
ANSWERED_BY(journal_verify, node_api_check)
ANSWERED_BY(like, node_api_like)
ANSWERED_BY(list_uses, node_api_list_uses)
ANSWERED_BY(pair, node_api_pair)
ANSWERED_BY(peers, node_api_peers)
ANSWERED_BY(pin, node_api_pin)
ANSWERED_BY(search, node_api_search)
ANSWERED_BY(sign, node_release_sign)
ANSWERED_BY(upload, node_upload_take)

/* Some say no more than that it was done. */
#define DONE_BY(kind, call)                                                    \
    static enum ent_status kind(struct node *node, const api_request *request, \
        api_reply *reply, struct ent_error *err)                               \
    {                                                                          \
        reply->kind = true;                                                    \
        return call(node, request->kind, err);                                 \
    }

DONE_BY(cursor, node_api_cursor)
DONE_BY(link, node_api_link)
DONE_BY(review, node_emergency_review)

static enum ent_status
clear_alarm(struct node *node, const api_request *request, api_reply *reply,
    struct ent_error *err)
{
    reply->clear_alarm = true;
    return node_alarm_clear(node, request->clear_alarm->number, err);
}

/* Others ask for nothing else than their kind. */
#define TOLD_BY(kind, call)                                                    \
    static enum ent_status kind(struct node *node, const api_request *request, \
        api_reply *reply, struct ent_error *err)                               \
    {                                                                          \
        (void)request;                                                         \
        return call(node, &node->api->arena, reply->kind, err);                \
    }

TOLD_BY(counts, node_api_counts)
TOLD_BY(reload, node_api_reload)
TOLD_BY(status, node_api_status)

static enum ent_status
explain(struct node *node, const api_request *request, api_reply *reply,
    struct ent_error *err)
{
    return node_explain(
        node, request->explain, &node->api->arena, &reply->explain, err);
}

static enum ent_status
keep(struct node *node, const api_request *request, api_reply *reply,
    struct ent_error *err)
{
    return node_need_keep(node, request->keep, reply->keep, err);
}

static enum ent_status
list_check(struct node *node, const api_request *request, api_reply *reply,
    struct ent_error *err)
{
    return node_api_list_check(node, node->api->user, request->list_check,
        &node->api->arena, reply->list_check, err);
}

/* Enrol or revoke one, and list all of them. */
static enum ent_status
officers(struct node *node, const api_request *request, api_reply *reply,
    struct ent_error *err)
{
    const Entente__V1__OfficersRequest *asked = request->officers;
    struct ent_key_id key_id;
    enum ent_status rc = ENT_OK;

    if (asked->enrol.len > 0) {
        rc = node_officer_enrol(
            node, ent_view_of(asked->enrol.data, asked->enrol.len), err);
    } else if (asked->revoke.len == sizeof key_id.bytes) {
        memcpy(key_id.bytes, asked->revoke.data, sizeof key_id.bytes);
        rc = node_officer_revoke(node, &key_id, asked->reason, err);
    } else if (asked->revoke.len > 0) {
        rc = ent_fail(err, ENT_BAD_INPUT, "revoke: a key id has 16 bytes");
    }
    return rc != ENT_OK ? rc
                        : node_officers_list(
                              node, &node->api->arena, reply->officers, err);
}

#define KIND(name) ENTENTE__V1__API_REQUEST__REQUEST_##name

/* Those first that come most. */
static const struct node_answer answers[] = {
    {KIND(SUBMIT), .serve = node_api_submit, .changes = true, .beside = true},
    {KIND(INBOX), .serve = node_api_read, .beside = true},
    {KIND(CURSOR), .answer = cursor, .beside = true},
    {KIND(TRACE), .serve = node_api_follow, .beside = true},
    {KIND(CARRY_IN), .answer = carry_in, .changes = true},
    {KIND(CARRY_OUT), .answer = carry_out, .changes = true},
    {KIND(CENSUS), .answer = census},
    {KIND(CLEAR_ALARM), .answer = clear_alarm},
    {KIND(CLOCK), .answer = clock},
    {KIND(CONTRADICTION), .answer = contradiction},
    {KIND(COUNTS), .answer = counts},
    {KIND(DIRECTORY), .answer = directory},
    {KIND(DOWNLOAD), .answer = download},
    {KIND(EVIDENCE), .answer = evidence, .changes = true},
    {KIND(EXPLAIN), .answer = explain},
    {KIND(GIVE_BACK), .answer = give_back, .changes = true},
    {KIND(HELD), .answer = held},
    {KIND(JOURNAL_SHOW), .answer = journal_show},
    {KIND(JOURNAL_VERIFY), .answer = journal_verify},
    {KIND(KEEP), .answer = keep, .changes = true},
    {KIND(LIKE), .answer = like},
    {KIND(LINK), .answer = link, .changes = true},
    {KIND(LIST_CHECK), .answer = list_check},
    {KIND(LIST_USES), .answer = list_uses},
    {KIND(OFFICERS), .answer = officers},
    {KIND(PAIR), .answer = pair},
    {KIND(PEERS), .answer = peers},
    {KIND(PIN), .answer = pin},
    {KIND(RELOAD), .answer = reload, .changes = true},
    {KIND(REVIEW), .answer = review, .changes = true},
    {KIND(SEARCH), .answer = search},
    {KIND(SIGN), .answer = sign, .changes = true},
    {KIND(STATUS), .answer = status},
    {KIND(UPLOAD), .answer = upload, .changes = true},
};

const struct node_answer *
node_answer_to(const api_request *request)
{
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        if (answers[i].kind == request->request_case) {
            return &answers[i];
        }
    }
    return NULL;
}
