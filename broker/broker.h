/* SPDX-License-Identifier: Apache-2.0 */
/*
 * broker - a blind relay: it takes sealed bundles into custody, keeps them on
 * disk, and forwards them until the recipient's signed receipt settles them.
 * It reads labels, never contents.
 *
 * THE CONVERSATION between a node N and its broker B. Payloads are the messages
 * of proto/schema/link.proto, encoded by proto/frame.h and proto/bundle.h.
 *
 * 1. Connections. N opens two connections to B's one endpoint, both under its
 *    link key: lane URGENT (FLASH, IMMEDIATE) and lane BULK (all else). B never
 *    connects to a node. Whenever a connection comes up, N forgets its credit
 * there and speaks first: HELLO. B answers HELLO with the same lane, or BYE.
 * Until B's HELLO came, N sends nothing else on it. HELLO again on the same
 *    connection begins that connection anew; HELLO for the same lane on
 *    another connection replaces the older one, which gets BYE(CLOSING). What
 *    comes on a connection that has not said HELLO is ignored and answered
 *    BYE(BAD_FRAME).
 *    HELLO: versions [1], suites [1], certificate = the speaker's own (B checks
 *    that N's is the one it serves under that link key, or a newer one of the
 *    same authority, address and link key), lane, credit.
 *    N: manifest_sequence = of its own manifest; revocation_number = of the
 *    newest list of its own state that it holds. B: manifest_sequence = of N's
 *    manifest that B holds; revocation_number = of the newest list of N's state
 *    that B holds. 0 = none. Who is behind FETCHes; so B FETCHes N's manifest.
 *    With N's urgent connection down, B sends everything on the bulk one; what
 *    is bulk never goes on the urgent one. What N sends B takes on either.
 *    Before every frame B checks again that the link key belongs to a served
 *    certificate, valid now (whenever B's clock is not in doubt) and not
 *    revoked; otherwise BYE(KEY_REVOKED, NOT_SERVED, or CLOCKS_DIFFER where it
 *    is not valid yet).
 * 2. Credit. Only BUNDLE frames cost credit: payload bytes + body bytes. The
 *    HELLO of the receiving side grants `credit`, never less than
 *    ENT_CREDIT_MIN; the sender subtracts what it sends and waits when less is
 *    left than the next bundle costs. The receiver gives back what it has dealt
 *    with, whatever became of it, with CREDIT(bytes) on the same connection,
 *    after its commit, at most once a commit. Credit never grows beyond what
 *    HELLO granted; a bundle beyond it gets BYE(BAD_FRAME). Credit ends with
 *    the connection. It is no acknowledgement of anything.
 *    What holds something signed costs a check (proto/pace.h): who is ahead of
 *    its pace gets its credit back later, who is beyond it BYE(QUOTA).
 * 3. A bundle to B: BUNDLE with an empty hop (B adds itself when forwarding).
 *    After B's commit exactly one answer, on the same connection, which names
 *    the bundle by stream and first:
 *      CUSTODY  B holds it; the same again when it comes again.
 *      RECEIPT  the recipient has settled it already: the stored receipt.
 *      BYE with `stream` and `first`: not in B's custody, `reason` says why;
 * the conversation goes on. QUOTA, NOT_SERVED, STORE_FULL, CLOCKS_DIFFER can:
 * try again later. NOT_AUTHENTIC, MALFORMED, EXPIRED and the rest cannot. The
 * same BYE long after a CUSTODY withdraws custody: send again. Another label
 * for a position that B holds gets no answer at all: B keeps both, forwards
 * both as evidence, and tells its operator (a fork).
 * 4. A bundle from B: FLASH first, then IMMEDIATE, PRIORITY, ROUTINE, DEFERRED;
 *    within one by order of arrival; the same bytes but for the hop. It stays
 *    with B until a RECEIPT from N settles it, and is sent again, never before
 *    all of its precedence that has not been sent: after each HELLO at once;
 *    after a NOT_YET 2 s later, then 4 s, up to 5 min; unanswered 30 s to
 *    1 min later, then 2 min, up to 10 min. Any SETTLED starts these pauses
 * anew. B drops it 20 minutes after its expires_at.
 * 5. Receipts. N sends RECEIPT after its commit, on any of its connections. B
 *    verifies it and in one commit keeps it and drops what it settles: a bundle
 *    that has a SETTLED answer with its first and label hash; a SKIP that has a
 *    SKIPPED answer with its from and hash (BLAKE2b-256 of the SKIP's payload).
 *    What settled_up_to or a further range covers without such an answer is
 *    sent again (its answer may have been lost) and dropped an hour later.
 *    Then B sends N STATE with role AS_SENDER, that stream and the receipt's
 *    hash (BLAKE2b-256 of the RECEIPT's payload): B holds it, N need not offer
 *    it to B again. B forwards it to the stream's sender, on the lane of the
 *    stream's precedence, after each HELLO at once and again after 30 s,
 *    then 1 min, up to 10 min, until that sender has named its hash in a STATE
 *    (role AS_SENDER); 30 days at most. So N sends STATE after each commit that
 *    stored receipts, at most ENT_STATE_STREAMS_MAX streams with at most
 *    ENT_STATE_RECEIPTS_MAX hashes in each. B keeps at most
 *    SPOOL_RECEIPTS_MAX for one sender and recipient, a quarter of that of such
 *    as settle nothing, and no more bytes than the quota allows bundles, and
 *    ignores more, unanswered. It also ignores what answers no place where it
 *    holds something: what is asked for again will be held. A bundle that was
 *    answered RESEAL or STALE is dropped an hour later.
 *    On connecting N may send its unsettled streams in STATE pages; B reads
 *    only the hashes in AS_SENDER entries, and sends no STATE on connecting.
 * 6. SKIP from the sender: B verifies it, drops the bundles it covers wholly,
 *    and keeps and forwards it as if it were a bundle, at no credit. There is
 *    no custody for it: N sends it again until a receipt answers it (for B that
 *    is no work). 30 days at most. A bundle at a place that a kept SKIP covers
 *    is not taken and not answered.
 * 7. FETCH from either side is answered OBJECT with the same kind and subject,
 *    on the same connection; `signed` empty: nothing newer known. newer_than is
 *    a certificate's serial, a manifest's sequence or a list's number; 0 takes
 *    any. B takes an OBJECT_MANIFEST only from its own office, anything else
 *    from anybody, verified under its configured authorities; the newest wins,
 *    but a certificate that is not valid yet or was revoked replaces none.
 *    A node sends its new manifest as OBJECT unasked. B pushes nothing.
 *    Certificates are kept for addresses that B serves.
 * 8. BYE without `stream` ends the conversation on that connection; the
 *    connection itself may stay up. After one, N says HELLO again on it, first
 *    1 s later, then 2 s, up to 60 s. Who stops says BYE(CLOSING) everywhere.
 *    A BYE about a receipt or a skip has its stream and first = 0 or `from`.
 * 9. Nothing leaves B before the commit of all that it followed from.
 *
 * BETWEEN TWO BROKERS the conversation is the same, each being to the other
 * what a node is, with what follows.
 *
 * 10. One of them connects and speaks first. Should both connect, the one whose
 *    address comes first in order of bytes does, and answers the other's HELLO
 *    BYE(CLOSING). manifest_sequence is 0; revocation_number is of the list of
 *    the state of who speaks first.
 * 11. Each neighbour leads to the offices of the states in its `serves`, and to
 *    nobody else's: from it B takes only what these have signed, and to it goes
 *    what is for these and for no office that B serves itself. A state has one
 *    neighbour that leads to it, so that answers go back the way a bundle came.
 *    What a neighbour brings is charged to it (section 3: its quota for each
 *    recipient).
 * 12. Each broker checks everything itself. So before what somebody has signed
 *    his certificate goes as OBJECT on the same connection, after the one
 *    before it, and his state's revocation list, once a conversation; B keeps
 *    both certificates of whom is behind a neighbour, and of brokers there. A
 * bundle whose sender's certificate is not known gets BYE(UNKNOWN_CERTIFICATE),
 * and both go again before it. What else is not authentic and was signed by one
 * behind the neighbour is ignored, and does not end the conversation.
 * 13. A bundle has in its hop the brokers it has passed, at most ENT_HOPS_MAX,
 *    the last of them the neighbour that sends it. One that has been at B, or
 *    at the broker it would go to next, or at ENT_HOPS_MAX, is answered
 *    BYE(BAD_FRAME), whatever B holds.
 * 14. B's CUSTODY stays B's: it keeps the bundle until a receipt settles it.
 *    The next broker's CUSTODY is kept with it, and the bundle not sent there
 *    again for an hour (FLASH and IMMEDIATE: 10 minutes). B passes CUSTODY, its
 *    neighbour's or that of a broker behind it, on to who gave it the bundle,
 *    after the certificate of who signed it: of each broker the first, once in
 *    each conversation as long as B keeps the bundle, so that who was away
 *    learns it too.
 * 15. BYE about a bundle from the next broker: B sends it there again after 2
 *    s, then 4 s, up to 5 min. If the reason is one that never helps itself,
 *    B passes the BYE on to who gave it the bundle, and answers the same as
 *    long as the next broker has not signed for it.
 *    What waits for a neighbour goes where it is to go now as soon as the
 *    operator says that its recipient, or the sender of a receipt, is
 * elsewhere.
 * 16. FETCH for what is behind a neighbour B answers with what it has, and asks
 *    that neighbour, at most once a second for the same. What comes within 10
 *    minutes goes as OBJECT to all who asked. A manifest is taken from the
 *    neighbour that its office is behind.
 */
#ifndef BROKER_BROKER_H
#define BROKER_BROKER_H

#include "broker/registry.h"
#include "broker/spool.h"
#include "proto/link.h"

/* Frames handled in one commit at most. */
#define BROKER_GROUP_MAX 256

/* The way out, so that all this can be tried without sockets. As
 * ent_link_send: ENT_BUSY, ENT_NOT_FOUND. */
struct broker_port {
    enum ent_status (*send)(void *context, const struct ent_route *route,
        enum ent_frame_type type, struct ent_view payload, struct ent_view body,
        struct ent_error *err);
    void *context;
};

struct broker_now {
    uint64_t wall_ms; /* for what offices sign */
    uint64_t boot_ms; /* for pauses */
};

struct broker_options {
    struct ent_address address;
    struct ent_view certificate;     /* ours, a Signed; copied */
    const struct ent_signer *signer; /* these must outlive the broker */
    struct broker_registry *registry;
    struct broker_spool *spool;
    struct broker_port port;
    struct broker_quota quota;
    uint64_t wall_ms; /* now: which certificates count is asked at once */
};

struct broker;

enum ent_status broker_new(const struct broker_options *options,
    struct broker **ret_broker, struct ent_error *err) ENT_MUST_CHECK;
void broker_free(struct broker **broker);

/* In a transaction: a person says that it is this late, whatever the spool
 * knew.
 */
enum ent_status broker_clock_confirm(struct broker_spool *spool,
    uint64_t now_ms, struct ent_error *err) ENT_MUST_CHECK;

/* At the start: bring registry and spool to the newest objects that either of
 * them has. */
enum ent_status broker_sync_objects(
    struct broker *broker, struct ent_error *err) ENT_MUST_CHECK;

/* Before the operator's folder is read: which rollovers were followed, and what
 * contradicted them. */
enum ent_status broker_recall_rollovers(struct broker_spool *spool,
    struct broker_registry *registry, struct ent_error *err) ENT_MUST_CHECK;

/* Serve whom `fresh` names from now on, which was made of the operator's folder
 * and neighbours read anew, and free it; what waits goes where it leads. Who is
 * not in it is said BYE in the next turn; lists and certificates that were
 * newer stay. An error leaves everything as it was: ENT_REJECTED when `fresh`
 * names nobody, which is a folder that is missing rather than a wish. */
enum ent_status broker_reload(struct broker *broker,
    struct broker_registry **fresh, struct ent_error *err) ENT_MUST_CHECK;

/* Our own certificate is another from now on, of the same link key: every
 * conversation ends, and begins anew with it. The signer is that of
 * `broker_new`, whatever its key is by now. */
enum ent_status broker_renew(struct broker *broker, struct ent_view certificate,
    struct ent_error *err) ENT_MUST_CHECK;

/* Handle up to BROKER_GROUP_MAX frames in one commit, then send what follows
 * and forward what can be forwarded. Without frames only the latter. A frame
 * of type 0 is one that could not be read. ENT_IO, ENT_NO_MEMORY: leave the
 * process; everything that was answered is on disk. */
enum ent_status broker_turn(struct broker *broker,
    const struct ent_frame *frames, size_t count, const struct broker_now *now,
    struct ent_error *err) ENT_MUST_CHECK;

/* Of frames that came together, those on connections that said HELLO for the
 * urgent lane go before all others, each in the order in which they came;
 * returns how many. Handled in a turn of their own, they wait for no commit of
 * what came with them. */
size_t broker_urgent_first(
    const struct broker *broker, struct ent_frame *frames, size_t count);

/* A connection that we made to the neighbour with that link key came up, or was
 * lost; `route` is its name. The next turn says HELLO on it. */
void broker_dialled(struct broker *broker, const struct ent_route *route,
    const uint8_t link_key[static ENT_PUBLIC_KEY_LEN], bool urgent, bool up);

/* That connection was closed by us, and its name will be another's. */
void broker_undialled(struct broker *broker, const struct ent_route *route);
/* True once after a neighbour's certificate became another one. */
bool broker_neighbours_changed(struct broker *broker);

/* When a turn without frames has something to do, in boot_ms. */
uint64_t broker_due(const struct broker *broker);

/* Nothing has come for a while: what is to come gets its place on the disk.
 * True: there is more to do in another such moment. */
bool broker_prepare(struct broker *broker);

/* An ent_zap_admit; `context` is the broker. Judges by the time of the last
 * turn. */
bool broker_admit(
    void *context, const uint8_t link_key[static ENT_PUBLIC_KEY_LEN]);

/* Say BYE(CLOSING) on every connection. */
void broker_stop(struct broker *broker);

#endif
