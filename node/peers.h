/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peers - what we know of other offices, and how we know it: certificates and
 * manifests (and, in node/revocations.h, revocation lists), each verified under
 * the keys of that state's authority (node/authorities.h). Brokers only carry
 * them.
 *
 * The newest of each is kept in the store; what is missing is fetched, at most
 * every two seconds at first and every minute later.
 */
#ifndef NODE_PEERS_H
#define NODE_PEERS_H

#include "node/node.h"
#include "proto/frame.h"

struct node_peer {
    struct ent_address address;
    struct ent_party party;
    bool has_certificate;
    bool has_manifest;
    struct ent_certificate certificate;
    struct ent_manifest manifest;
    uint64_t fetch_at; /* not before */
    bool fetch_wanted; /* then, for it was wanted before */
    uint64_t fetch_pause;
    uint64_t highest_incarnation; /* of its store, seen from it */
    uint64_t first_incarnation;   /* the first that was; 0: nobody knows */
    uint64_t heard_at;     /* the newest that came was signed; 0: never */
    uint64_t heard_stored; /* the same as the store has it */
};

enum ent_status node_peers_open(
    struct node_peers **ret_peers, struct ent_error *err) ENT_MUST_CHECK;
void node_peers_close(struct node_peers **peers);

/* The peer, with what the store holds of it; made when it is new. ENT_FULL when
 * there are too many. Borrowed, valid until the next call, or the node closes
 * if it has a certificate. */
enum ent_status node_peers_get(struct node *node,
    const struct ent_address *address, struct node_peer **ret_peer,
    struct ent_error *err) ENT_MUST_CHECK;

/* Whether an office of that address is known, under a certificate. */
bool node_peers_knows(
    const struct node *node, const struct ent_address *address);

/* Know every office that an agreement names. */
enum ent_status node_peers_load(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;
/* The agreements, and with them authorities' keys, may be others now: look at
 * what the store holds of every peer again, and ask for what is lacking. */
enum ent_status node_peers_recheck(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;
/* By index; NULL past the last. */
struct node_peer *node_peers_at(const struct node_peers *peers, size_t index);
size_t node_peers_count(const struct node_peers *peers);

/* Ask the brokers, and the office itself, for what we lack of it; when we asked
 * just now, as soon as it is time again. */
enum ent_status node_peers_fetch(struct node *node, struct node_peer *peer,
    struct ent_error *err) ENT_MUST_CHECK;

/* What came from it did not verify (`rc`, returned unless asking fails): there
 * may be a newer certificate. */
enum ent_status node_peers_doubt(struct node *node, struct node_peer *peer,
    enum ent_status rc, struct ent_error *err) ENT_MUST_CHECK;

/* Something urgent waits for what we lack of it: ask every two seconds. */
void node_peers_hurry(const struct node *node, struct node_peer *peer);

/* Ask for every office that an agreement of ours names, so that the first alert
 * need not wait for a certificate or a manifest, and for the states' revocation
 * lists. Upon connecting. */
enum ent_status node_peers_prefetch(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;

/* The same by the clock, once an hour; for newer manifests every ten minutes,
 * for overdue lists, and for what was not
 * there when we asked, more often. */
enum ent_status node_peers_refresh(
    struct node *node, struct ent_error *err) ENT_MUST_CHECK;

/* True when that certificate counts now: in its time and not revoked. What the
 * time is nobody knows while the clock is in doubt. */
bool node_peers_trusts(
    struct node *node, const struct ent_certificate *certificate);

/* The certificate under which that office signed then: the one we know, or an
 * earlier one, of that key, valid at that time. ENT_NOT_FOUND: none that we
 * have. Whether it was revoked meanwhile is another question. */
enum ent_status node_peers_signer(struct node *node,
    const struct ent_address *address, const struct ent_key_id *key_id,
    uint64_t signed_at, struct ent_certificate *ret_certificate,
    struct ent_error *err) ENT_MUST_CHECK;
/* The same of a Signed: by the first of its signatures that has one. */
enum ent_status node_peers_signer_of(struct node *node,
    const struct ent_address *address, struct ent_view wire, uint64_t signed_at,
    struct ent_certificate *ret_certificate,
    struct ent_error *err) ENT_MUST_CHECK;

/* An object came: verify, keep if it is newer. What does not verify is
 * ENT_REJECTED and changes nothing. */
enum ent_status node_peers_learn(struct node *node,
    const struct ent_object *object, struct ent_error *err) ENT_MUST_CHECK;

/* False for an incarnation that begins more than a day from now: whoever has a
 * clock like that is not followed. */
bool node_peers_plausible(const struct node *node, uint64_t incarnation);

/* Remember that this peer's store has an incarnation of at least that. */
enum ent_status node_peers_incarnation(struct node *node,
    struct node_peer *peer, uint64_t incarnation,
    struct ent_error *err) ENT_MUST_CHECK;

/* Something came that it says it signed then: what is repeated is no sign of
 * life. Stored once a minute at most. */
enum ent_status node_peers_heard(struct node *node, struct node_peer *peer,
    uint64_t signed_at, struct ent_error *err) ENT_MUST_CHECK;

/* When something that is lacking may be asked for again, ms; UINT64_MAX: no
 * sealing waits for anything. */
uint64_t node_peers_due(const struct node *node);

#endif
