/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api - what programs of this office ask the node, over a Unix-domain ZeroMQ
 * socket: proto/schema/api.proto, one request and one reply, one part each.
 *
 * Who may open the socket's file may speak for the office: its mode is 0660.
 */
#ifndef NODE_API_H
#define NODE_API_H

#include "node/node.h"
#include "node/rest.pb-c.h"
#include "proto/base/pb.h"
#include "proto/ear.h"
#include "proto/message.h"
#include "proto/schema/api.pb-c.h"

#define NODE_API_REQUEST_MAX ((size_t)8 * 1024 * 1024)
#define NODE_API_FIELDS_MAX 200000 /* in one request */
#define NODE_API_BATCH_MAX 256     /* submissions or items in one request */
#define NODE_API_INBOX_MAX 1024    /* messages of the desk in one reply, */
#define NODE_API_INBOX_SHORT 128   /* while something urgent is under way */
#define NODE_API_WAIT_MAX_MS 60000

struct node_like_budget;

enum ent_status node_api_open(void *zmq_context, const char *path,
    struct node_api **ret_api, struct ent_error *err) ENT_MUST_CHECK;
void node_api_close(struct node_api **api);
/* From now on large requests are laid out ahead of their turn (node/laid.h), by
 * `helper`, which is stopped after the api is closed. */
enum ent_status node_api_lay_out_ahead(struct node_api *api,
    struct node_helper *helper, const uint8_t given_key[static 16],
    const struct ent_address *self, struct ent_error *err) ENT_MUST_CHECK;
/* Whether requests may have come. */
struct ent_ear *node_api_ear(struct node_api *api);

/* A turn begins: what it does to those who asked or wait can be taken back. */
void node_api_begin(struct node_api *api);

/* Handle requests inside the current turn, until what was asked and answered
 * comes to NODE_API_TURN_BYTES or as many were served as may wait, or something
 * small came after something large (node/api_queue.h). Replies are effects.
 * ENT_FULL and ENT_IO end the turn. */
enum ent_status node_api_serve(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;

/* Requests that came wait for another turn. */
bool node_api_has_more(const struct node_api *api);

/* Answer readers whose wait is over: something came, or their time is up. */
enum ent_status node_api_wake(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;

/* When the next waiting reader's time is up; UINT64_MAX: none waits. */
uint64_t node_api_due(const struct node_api *api);

/* The turn was taken back: tell every program that asked in it to try again. */
void node_api_take_back(struct node *node, const char *why);

/* After the commit: hand a reply to its program, which may take its payload. */
void node_api_send(struct node_api *api, struct node_effect *effect);

/* ---- one file a request ---- */

/* The desk from some place on. A message with no files and no signatures of
 * officers is in `reply` as it was decrypted, to be packed and not to be looked
 * at (ent_pb_packed), unless what is alike is asked for. It was decoded when it
 * was let in and is not again: what a later version of this node let in, and
 * this one does not know, is still inside. */
enum ent_status node_api_inbox(struct node *node,
    const Entente__V1__InboxRequest *request, struct ent_arena *arena,
    Entente__V1__InboxReply *reply, struct ent_error *err) ENT_MUST_CHECK;
/* The officers who signed `message`, which the gate let in. */
enum ent_status node_api_signatories(const ent_message *message,
    struct ent_arena *arena, Entente__V1__InboxItem *item,
    struct ent_error *err) ENT_MUST_CHECK;
/* A reader is answered: what he said he has dealt with is written. While he
 * waits it is not, which would cost a sync that nobody waits for. */
enum ent_status node_api_done(struct node *node,
    const Entente__V1__InboxRequest *request,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_api_cursor(struct node *node,
    const Entente__V1__CursorRequest *request,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_api_trace(struct node *node,
    const Entente__V1__TraceRequest *request, struct ent_arena *arena,
    Entente__V1__TraceReply *reply, struct ent_error *err) ENT_MUST_CHECK;
/* A message to be told of, and a copy of it; asides are none. */
enum ent_status node_api_trace_item(const struct ent_id *id,
    struct ent_arena *arena, Entente__V1__TraceItem **ret_item,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_api_trace_copy(struct node *node,
    Entente__V1__TraceItem *item, const struct ent_id *id,
    const Entente__Rest__V1__CopyRow *row, struct ent_arena *arena,
    struct ent_error *err) ENT_MUST_CHECK;
/* Up to `limit` copies, from a number or a time on; `items` has room. */
enum ent_status node_api_sent(struct node *node,
    const Entente__V1__TraceRequest *request, uint32_t limit,
    struct ent_arena *arena, Entente__V1__TraceReply *reply,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_api_status(struct node *node, struct ent_arena *arena,
    Entente__V1__StatusReply *reply, struct ent_error *err) ENT_MUST_CHECK;
/* Files that nothing is decided by, one for each fault. */
enum ent_status node_api_unused(struct node *node, struct ent_arena *arena,
    Entente__V1__UnusedAgreement ***ret_list, size_t *ret_count,
    struct ent_error *err) ENT_MUST_CHECK;
/* What parties have declared about the agreement of that index. */
enum ent_status node_api_declarations(const struct node *node, size_t index,
    struct ent_arena *arena, Entente__V1__AgreementStatus *status,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_api_peers(struct node *node,
    const Entente__V1__PeersRequest *request, struct ent_arena *arena,
    Entente__V1__PeersReply *reply, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_api_directory(struct node *node,
    const Entente__V1__DirectoryRequest *request, struct ent_arena *arena,
    Entente__V1__DirectoryReply *reply, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_api_pair(struct node *node,
    const Entente__V1__PairRequest *request, struct ent_arena *arena,
    Entente__V1__PairReply *reply, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_api_pin(struct node *node,
    const Entente__V1__PinRequest *request, struct ent_arena *arena,
    Entente__V1__PinReply *reply, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_api_reload(struct node *node, struct ent_arena *arena,
    Entente__V1__ReloadReply *reply, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_api_counts(struct node *node, struct ent_arena *arena,
    Entente__V1__CountsReply *reply, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_api_list_uses(struct node *node,
    const Entente__V1__ListUsesRequest *request, struct ent_arena *arena,
    Entente__V1__ListUsesReply *reply, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_api_like(struct node *node,
    const Entente__V1__LikeRequest *request, struct ent_arena *arena,
    Entente__V1__LikeReply *reply, struct ent_error *err) ENT_MUST_CHECK;
/* What a reader of `desk` may know to be like an item that has its message; as
 * far as `budget` goes. ENT_NOT_FOUND: it is gone by now. */
enum ent_status node_api_alike(struct node *node, const char *desk,
    struct node_like_budget *budget, struct ent_arena *arena,
    Entente__V1__InboxItem *item, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_api_link(struct node *node,
    const Entente__V1__LinkRequest *request,
    struct ent_error *err) ENT_MUST_CHECK;
/* `user` of this machine asks (node/asked.h). */
enum ent_status node_api_list_check(struct node *node, uint64_t user,
    const Entente__V1__ListCheckRequest *request, struct ent_arena *arena,
    Entente__V1__ListCheckReply *reply, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_api_search(struct node *node,
    const Entente__V1__SearchRequest *request, struct ent_arena *arena,
    Entente__V1__SearchReply *reply, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_api_evidence(struct node *node,
    const Entente__V1__EvidenceRequest *request, struct ent_arena *arena,
    Entente__V1__EvidenceReply *reply, struct ent_error *err) ENT_MUST_CHECK;
/* ENT_NOT_FOUND: nothing that it said contradicts another thing. */
enum ent_status node_api_contradiction(struct node *node,
    const Entente__V1__ContradictionRequest *request, struct ent_arena *arena,
    Entente__V1__ContradictionReply *reply,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_api_journal_show(struct node *node,
    const Entente__V1__JournalShowRequest *request, struct ent_arena *arena,
    Entente__V1__JournalShowReply *reply, struct ent_error *err) ENT_MUST_CHECK;
/* Of `node_api_status`: alarms and revocation lists. */
enum ent_status node_api_trust(struct node *node, struct ent_arena *arena,
    Entente__V1__StatusReply *reply, struct ent_error *err) ENT_MUST_CHECK;
/* A slice of a check; the reply says by which number to ask for the next. */
enum ent_status node_api_check(struct node *node,
    const Entente__V1__JournalVerifyRequest *request, struct ent_arena *arena,
    Entente__V1__JournalVerifyReply *reply,
    struct ent_error *err) ENT_MUST_CHECK;

/* How far the files of one message are: of one that came from `party`, or went
 * to it. */
enum ent_status node_api_attachments(struct node *node, bool incoming,
    const struct ent_party *party, const struct ent_id *id,
    struct ent_arena *arena, size_t *ret_count,
    Entente__V1__Attachment ***ret_list, struct ent_error *err) ENT_MUST_CHECK;
/* A piece of one that came and is complete. */
enum ent_status node_api_download(struct node *node,
    const Entente__V1__DownloadRequest *request, struct ent_arena *arena,
    Entente__V1__DownloadReply *reply, struct ent_error *err) ENT_MUST_CHECK;

#endif
