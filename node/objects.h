/* SPDX-License-Identifier: Apache-2.0 */
/*
 * objects - what authorities and offices sign about themselves, as it travels
 * and as the store keeps it: certificates, manifests, revocation lists,
 * rollovers. Being signed, they need no trust in who carries them.
 *
 * What they say is for peers, revocations and authorities.
 */
#ifndef NODE_OBJECTS_H
#define NODE_OBJECTS_H

#include "node/node.h"
#include "node/rest.pb-c.h"
#include "proto/frame.h"
#include "proto/schema/link.pb-c.h"

#define NODE_KIND_CERTIFICATE ENTENTE__V1__OBJECT_KIND__OBJECT_CERTIFICATE
#define NODE_KIND_MANIFEST ENTENTE__V1__OBJECT_KIND__OBJECT_MANIFEST
#define NODE_KIND_REVOCATION ENTENTE__V1__OBJECT_KIND__OBJECT_REVOCATION_LIST
#define NODE_KIND_ROLLOVER ENTENTE__V1__OBJECT_KIND__OBJECT_ROLLOVER
#define NODE_KIND_WITNESS ENTENTE__V1__OBJECT_KIND__OBJECT_WITNESS
#define NODE_KIND_ROLLOVER_RIVAL 104 /* of the store only: not followed */

/* A signed object as the store keeps it, of any kind. ENT_NOT_FOUND. */
enum ent_status node_object_get(struct node *node, uint32_t kind,
    const struct ent_party *party, struct ent_view *ret_wire,
    struct ent_error *err) ENT_MUST_CHECK;
enum ent_status node_object_put(struct node *node, uint32_t kind,
    const struct ent_party *party, struct ent_view wire,
    struct ent_error *err) ENT_MUST_CHECK;

/* How and when it came. ENT_NOT_FOUND; freed with node_row_free. */
enum ent_status node_object_source(struct node *node, uint32_t kind,
    const struct ent_party *party, Entente__Rest__V1__SourceRow **ret_row,
    struct ent_error *err) ENT_MUST_CHECK;

/* In keys of OBJECT a state stands where an office would. */
struct ent_party node_object_state_party(const char *state);

/* By its subject: an address, or for what authorities say a state. ENT_REJECTED
 * for what is neither. */
enum ent_status node_object_find(struct node *node, uint32_t kind,
    const char *subject, struct ent_view *ret_wire,
    struct ent_error *err) ENT_MUST_CHECK;

/* Ask the neighbours in `via` for an object that is newer than what we have. */
enum ent_status node_object_ask(struct node *node, uint64_t via, uint32_t kind,
    const char *subject, uint64_t newer_than,
    struct ent_error *err) ENT_MUST_CHECK;

/* What we give to who asks: of ourselves everything, of states the revocation
 * lists and rollovers, if they are newer; else an object without content. */
enum ent_status node_object_answer(struct node *node,
    const struct ent_fetch *fetch, struct ent_object *ret_object,
    struct ent_error *err) ENT_MUST_CHECK;

#endif
