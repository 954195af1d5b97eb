/* SPDX-License-Identifier: Apache-2.0 */
/*
 * registry - whom a broker serves: the offices whose certificates its operator
 * has put there, under the authorities of its configuration.
 *
 * What is newer and verifies replaces what is older, from wherever it comes;
 * but what is not valid yet, or was revoked, replaces nothing that holds.
 * Offices that the operator did not name are not taken.
 *
 * A neighbouring broker stands in it like an office, and leads to the offices
 * of other states. Those are no lines here: their certificates are verified
 * when they are needed.
 *
 * An office that is not served any more keeps its number until another needs
 * it; whoever keeps something by number asks broker_registry_serves.
 */
#ifndef BROKER_REGISTRY_H
#define BROKER_REGISTRY_H

#include "proto/authority.h"
#include "proto/config.h"

#define BROKER_OFFICES_MAX 1024

struct broker_office {
    struct ent_certificate certificate;
    struct ent_certificate before; /* the one before; serial 0: not known */
    struct ent_party party;
    struct ent_bytes wire; /* of the certificate; empty: not served any more */
};

struct broker_registry;

enum ent_status broker_registry_new(const struct ent_authorities *authorities,
    struct broker_registry **ret_registry,
    struct ent_error *err) ENT_MUST_CHECK;
void broker_registry_free(struct broker_registry **registry);

/* The states whose authorities are configured, one after another; NULL: no
 * more. */
const char *broker_registry_state(
    const struct broker_registry *registry, size_t index);

/* The keys of a state's authority: the configured one, and those that its
 * rollover statement joins to it (proto/authority.h); NULL: none is configured.
 */
const struct ent_rollover *broker_registry_authority(
    const struct broker_registry *registry, const char *state);

/* Take a rollover statement. ENT_REJECTED: not authentic, or it contradicts the
 * one that is followed, or two do so already: broker_registry_rival.
 * ENT_NOT_FOUND: of a state without an authority here; ENT_EXISTS: authentic,
 * but not newer. `ret_number` is set with ENT_EXISTS too. */
enum ent_status broker_registry_follow(struct broker_registry *registry,
    const char *state, struct ent_view wire, uint64_t *ret_number,
    struct ent_error *err) ENT_MUST_CHECK;
/* The statement that is followed, and one that contradicts it; empty: none. */
struct ent_view broker_registry_rollover(
    const struct broker_registry *registry, const char *state);
struct ent_view broker_registry_rival(
    const struct broker_registry *registry, const char *state);

/* Take a certificate. ENT_REJECTED: not authentic, not of an office, or its
 * link key is another office's; ENT_NOT_FOUND: of nobody we serve, unless
 * `new_office`; ENT_EXISTS: authentic, but not newer than the one we have;
 * ENT_EXPIRED: newer, but not valid yet, revoked, or by a key that its
 * authority gave up, and the one we have is not. */
enum ent_status broker_registry_add(struct broker_registry *registry,
    struct ent_view wire, bool new_office, uint64_t now_ms,
    struct ent_error *err) ENT_MUST_CHECK;

/* Take the certificate of a neighbouring broker, whose address is known.
 * ENT_REJECTED, ENT_EXISTS and ENT_EXPIRED as above. */
enum ent_status broker_registry_add_neighbour(struct broker_registry *registry,
    struct ent_view wire, const struct ent_address *address, uint64_t now_ms,
    struct ent_error *err) ENT_MUST_CHECK;
/* The offices of that state are behind that neighbour, but for those that are
 * served here. The state must have an authority. */
void broker_registry_lead(struct broker_registry *registry, const char *state,
    const struct ent_address *neighbour);

bool broker_registry_is_broker(
    const struct broker_registry *registry, size_t number);
/* Where what is for `address` goes: the office itself, or the neighbour that it
 * is behind; else BROKER_NOBODY. */
size_t broker_registry_toward(
    const struct broker_registry *registry, const struct ent_address *address);
/* The neighbour that the offices of a state are behind, or BROKER_NOBODY. */
size_t broker_registry_toward_state(
    const struct broker_registry *registry, const char *state);
/* True when that office or neighbour may give us what `signer` has signed. */
bool broker_registry_may_bring(const struct broker_registry *registry,
    size_t number, const struct ent_address *signer);

/* Verify the certificate of any office or broker of a state whose authority is
 * configured; what was revoked is ENT_REJECTED. */
enum ent_status broker_registry_verify(const struct broker_registry *registry,
    struct ent_view wire, struct ent_certificate *ret_certificate,
    struct ent_error *err) ENT_MUST_CHECK;
/* ENT_OK when `other` is to be kept in place of `known`, of the same address:
 * ENT_EXISTS, ENT_EXPIRED as above. */
enum ent_status broker_registry_check_newer(
    const struct broker_registry *registry, const struct ent_certificate *known,
    const struct ent_certificate *other, uint64_t now_ms,
    struct ent_error *err) ENT_MUST_CHECK;

/* Take a revocation list. ENT_REJECTED: not authentic, or by a key that was
 * given up; ENT_NOT_FOUND: of a state without an authority here; ENT_EXISTS:
 * authentic, but not newer. `ret_number` is set with ENT_EXISTS too. */
enum ent_status broker_registry_revoke(struct broker_registry *registry,
    const char *state, struct ent_view wire, uint64_t now_ms,
    uint64_t *ret_number, struct ent_error *err) ENT_MUST_CHECK;

/* Take every `*.rollover`, `*.revoked` and `*.cert` file of a folder, armoured;
 * what does not count beside another is passed over. Others are errors that
 * name the file. */
enum ent_status broker_registry_load(struct broker_registry *registry,
    const char *folder, uint64_t now_ms, struct ent_error *err) ENT_MUST_CHECK;

/* Take what is newer in `other`: rollovers, lists, and certificates of whom we
 * serve. */
enum ent_status broker_registry_inherit(struct broker_registry *registry,
    const struct broker_registry *other, uint64_t now_ms,
    struct ent_error *err) ENT_MUST_CHECK;
/* Become `fresh`, which had the same authorities, and free it. Who is in both
 * keeps its number; who is not in `fresh` is not served any more. */
void broker_registry_replace(
    struct broker_registry *registry, struct broker_registry **fresh);

/* Numbers of offices are below it. */
size_t broker_registry_count(const struct broker_registry *registry);
bool broker_registry_serves(
    const struct broker_registry *registry, size_t number);
const struct broker_office *broker_registry_at(
    const struct broker_registry *registry, size_t number);

/* The number of an office, or BROKER_NOBODY. */
#define BROKER_NOBODY SIZE_MAX
size_t broker_registry_by_key(const struct broker_registry *registry,
    const uint8_t link_key[static ENT_PUBLIC_KEY_LEN]);
size_t broker_registry_by_address(
    const struct broker_registry *registry, const struct ent_address *address);
size_t broker_registry_by_party(
    const struct broker_registry *registry, const struct ent_party *party);

/* True when a certificate is of that key, was valid then, and is not revoked.
 */
bool broker_registry_covers(const struct broker_registry *registry,
    const struct ent_certificate *certificate, const struct ent_key_id *key_id,
    uint64_t signed_at);

/* The certificate under which that office signed something then: its own, or
 * the one before, of that key, valid at that time and not revoked since; NULL:
 * none. */
const struct ent_certificate *broker_registry_signer(
    const struct broker_registry *registry, size_t number,
    const struct ent_key_id *key_id, uint64_t signed_at);
/* The same of a Signed: by the first of its signatures that has one. */
const struct ent_certificate *broker_registry_signer_of(
    const struct broker_registry *registry, size_t number, struct ent_view wire,
    uint64_t signed_at);

/* It is served, and its certificate is not revoked, valid now or not. */
bool broker_registry_counts(
    const struct broker_registry *registry, size_t number);

/* It is served, and its certificate is valid at `now_ms` and not revoked. */
bool broker_registry_trusts(
    const struct broker_registry *registry, size_t number, uint64_t now_ms);

/* The number of the newest revocation list of a state, 0: none; its bytes. */
uint64_t broker_registry_list_number(
    const struct broker_registry *registry, const char *state);
struct ent_view broker_registry_list_wire(
    const struct broker_registry *registry, const char *state);
/* True when a list is overdue: one may have been withheld from us. */
bool broker_registry_list_overdue(
    const struct broker_registry *registry, const char *state, uint64_t now_ms);

#endif
