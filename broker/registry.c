/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/registry.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "broker/registry_internal.h"
#include "proto/label.h"

enum ent_status
broker_registry_new(const struct ent_authorities *authorities,
    struct broker_registry **ret_registry, struct ent_error *err)
{
    struct broker_registry *registry;

    registry = calloc(1, sizeof *registry);
    if (registry == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating the registry");
    }
    for (size_t i = 0; i < authorities->count; i++) {
        struct broker_state *state = &registry->states[i];

        state->authority = authorities->list[i];
        ent_authority_know(
            state->authority.state, &state->authority.key, NULL, &state->keys);
    }
    registry->state_count = authorities->count;
    *ret_registry = registry;
    return ENT_OK;
}

void
broker_registry_free(struct broker_registry **registry)
{
    struct broker_registry *old = *registry;

    if (old == NULL) {
        return;
    }
    for (size_t i = 0; i < old->state_count; i++) {
        ent_revocation_list_free(&old->states[i].list);
        ent_bytes_free(&old->states[i].wire);
        ent_bytes_free(&old->states[i].rollover);
        ent_bytes_free(&old->states[i].rival);
    }
    for (size_t i = 0; i < old->office_count; i++) {
        ent_bytes_free(&old->offices[i].wire);
    }
    free(old);
    *registry = NULL;
}

/* ---- certificates ---- */

/* By its state's authority, revoked or not. */
static enum ent_status
verify(const struct broker_registry *registry, struct ent_view wire,
    struct ent_certificate *ret_certificate, struct ent_error *err)
{
    struct ent_certificate claimed;
    const struct ent_rollover *authority;
    enum ent_status rc;

    rc = ent_certificate_peek(wire, &claimed, err);
    if (rc != ENT_OK) {
        return rc;
    }
    authority = broker_registry_authority(
        registry, ent_address_state(&claimed.address));
    if (authority == NULL) {
        return ent_fail(err, ENT_REJECTED,
            "no authority is configured for the state of %s",
            claimed.address.text);
    }
    return ent_authority_open_certificate(
        authority, wire, ret_certificate, err);
}

enum ent_status
broker_registry_verify(const struct broker_registry *registry,
    struct ent_view wire, struct ent_certificate *ret_certificate,
    struct ent_error *err)
{
    struct ent_certificate certificate;
    enum ent_status rc = verify(registry, wire, &certificate, err);

    if (rc == ENT_OK && broker_registry_has_revoked(registry, &certificate)) {
        rc = ent_fail(err, ENT_REJECTED, "the certificate of %s was revoked",
            certificate.address.text);
    }
    if (rc == ENT_OK) {
        *ret_certificate = certificate;
    }
    return rc;
}

static bool
is_early(const struct ent_certificate *certificate, uint64_t now_ms)
{
    return now_ms < certificate->not_before &&
           certificate->not_before - now_ms > ENT_CLOCK_SKEW_MS;
}

/* Its authority has given up the key that signed it. */
static bool
is_given_up(const struct broker_registry *registry,
    const struct ent_certificate *certificate, uint64_t now_ms)
{
    const struct ent_rollover *authority = broker_registry_authority(
        registry, ent_address_state(&certificate->address));

    return authority != NULL &&
           !ent_authority_is(authority, &certificate->authority_key_id, now_ms);
}

/* ENT_OK when `other` replaces `known`, of the same office: the greater serial,
 * but only among those whose time has come, and nothing that was revoked or is
 * by a key that was given up. An older one never comes back because a newer one
 * was withdrawn. */
enum ent_status
broker_registry_check_newer(const struct broker_registry *registry,
    const struct ent_certificate *known, const struct ent_certificate *other,
    uint64_t now_ms, struct ent_error *err)
{
    const bool known_is_given_up = is_given_up(registry, known, now_ms);
    const bool other_is_given_up = is_given_up(registry, other, now_ms);

    if ((is_early(known, now_ms) && !is_early(other, now_ms)) ||
        (known_is_given_up && !other_is_given_up)) {
        return ENT_OK;
    }
    if (other->serial <= known->serial) {
        return ent_fail(err, ENT_EXISTS,
            "a certificate of %s as new as that is known", known->address.text);
    }
    if (is_early(other, now_ms) && !is_early(known, now_ms)) {
        return ent_fail(err, ENT_EXPIRED,
            "the newer certificate of %s is not valid yet",
            known->address.text);
    }
    if (other_is_given_up && !known_is_given_up) {
        return ent_fail(err, ENT_EXPIRED,
            "the newer certificate of %s is by a key that its authority has "
            "given up",
            known->address.text);
    }
    if (broker_registry_has_revoked(registry, other) &&
        !broker_registry_has_revoked(registry, known)) {
        return ent_fail(err, ENT_EXPIRED,
            "the newer certificate of %s was revoked", known->address.text);
    }
    return ENT_OK;
}

static bool
is_served(const struct broker_office *office)
{
    return office->wire.len > 0;
}

/* A place that nobody has; SIZE_MAX when there is none. */
static size_t
free_place(const struct broker_registry *registry)
{
    for (size_t i = 0; i < registry->office_count; i++) {
        if (!is_served(&registry->offices[i])) {
            return i;
        }
    }
    return registry->office_count < BROKER_OFFICES_MAX ? registry->office_count
                                                       : SIZE_MAX;
}

/* Where the certificate belongs: an office we have, or a free place. */
static enum ent_status
place_of(const struct broker_registry *registry,
    const struct ent_certificate *certificate, bool new_office, uint64_t now_ms,
    size_t *ret_number, struct ent_error *err)
{
    size_t holder = broker_registry_by_key(registry, certificate->link_key);
    size_t number = broker_registry_by_address(registry, &certificate->address);

    if (holder != BROKER_NOBODY && holder != number) {
        return ent_fail(err, ENT_REJECTED, "%s has the link key of %s",
            certificate->address.text,
            registry->offices[holder].certificate.address.text);
    }
    if (number != BROKER_NOBODY) {
        *ret_number = number;
        return broker_registry_check_newer(registry,
            &registry->offices[number].certificate, certificate, now_ms, err);
    }
    if (!new_office) {
        return ent_fail(err, ENT_NOT_FOUND, "%s is not served here",
            certificate->address.text);
    }
    *ret_number = free_place(registry);
    return *ret_number != SIZE_MAX
               ? ENT_OK
               : ent_fail(
                     err, ENT_FULL, "more than %d offices", BROKER_OFFICES_MAX);
}

/* Put it there, and what was there into `office`. */
static void
change_places(struct broker_registry *registry, size_t place,
    struct broker_office *office)
{
    const struct broker_office before = registry->offices[place];

    registry->offices[place] = *office;
    *office = before;
    if (place == registry->office_count) {
        registry->office_count++;
    }
}

/* It is older than the one we have: what was signed under it may still come. */
static void
remember(struct broker_office *office, const struct ent_certificate *older)
{
    if (older->serial < office->certificate.serial &&
        older->serial > office->before.serial) {
        office->before = *older;
    }
}

enum ent_status
broker_registry_take(struct broker_registry *registry, struct ent_view wire,
    enum ent_key_role role, bool is_new, uint64_t now_ms, struct ent_error *err)
{
    struct broker_office office = {0};
    size_t number = 0;
    enum ent_status rc;

    rc = verify(registry, wire, &office.certificate, err);
    if (rc == ENT_OK && ent_certificate_role(&office.certificate) != role) {
        rc = ent_fail(err, ENT_REJECTED, "%s is not %s",
            office.certificate.address.text,
            role == ENT_KEY_BROKER ? "a broker" : "an office");
    }
    if (rc != ENT_OK) {
        return rc;
    }
    rc = place_of(registry, &office.certificate, is_new, now_ms, &number, err);
    if (rc == ENT_EXISTS) {
        remember(&registry->offices[number], &office.certificate);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    if (number < registry->office_count &&
        is_served(&registry->offices[number])) {
        office.before = registry->offices[number].certificate;
    }
    rc = ent_bytes_copy(wire, &office.wire, err);
    if (rc != ENT_OK) {
        return rc;
    }
    office.party = ent_address_party(&office.certificate.address);
    change_places(registry, number, &office);
    ent_bytes_free(&office.wire);
    return ENT_OK;
}

/* Who is a neighbouring broker stays one. */
enum ent_status
broker_registry_add(struct broker_registry *registry, struct ent_view wire,
    bool new_office, uint64_t now_ms, struct ent_error *err)
{
    enum ent_key_role role = ENT_KEY_OFFICE;
    struct ent_certificate claimed;
    size_t number = BROKER_NOBODY;

    if (ent_certificate_peek(wire, &claimed, NULL) == ENT_OK) {
        number = broker_registry_by_address(registry, &claimed.address);
    }
    if (number != BROKER_NOBODY &&
        broker_registry_is_broker(registry, number)) {
        role = ENT_KEY_BROKER;
    }
    return broker_registry_take(registry, wire, role, new_office, now_ms, err);
}

size_t
broker_registry_count(const struct broker_registry *registry)
{
    return registry->office_count;
}

const struct broker_office *
broker_registry_at(const struct broker_registry *registry, size_t number)
{
    assert(number < registry->office_count);
    return &registry->offices[number];
}

size_t
broker_registry_by_key(const struct broker_registry *registry,
    const uint8_t link_key[static ENT_PUBLIC_KEY_LEN])
{
    for (size_t i = 0; i < registry->office_count; i++) {
        if (is_served(&registry->offices[i]) &&
            memcmp(registry->offices[i].certificate.link_key, link_key,
                ENT_PUBLIC_KEY_LEN) == 0) {
            return i;
        }
    }
    return BROKER_NOBODY;
}

size_t
broker_registry_by_address(
    const struct broker_registry *registry, const struct ent_address *address)
{
    for (size_t i = 0; i < registry->office_count; i++) {
        if (is_served(&registry->offices[i]) &&
            ent_address_equal(
                &registry->offices[i].certificate.address, address)) {
            return i;
        }
    }
    return BROKER_NOBODY;
}

size_t
broker_registry_by_party(
    const struct broker_registry *registry, const struct ent_party *party)
{
    for (size_t i = 0; i < registry->office_count; i++) {
        if (is_served(&registry->offices[i]) &&
            memcmp(registry->offices[i].party.bytes, party->bytes,
                sizeof party->bytes) == 0) {
            return i;
        }
    }
    return BROKER_NOBODY;
}

bool
broker_registry_serves(const struct broker_registry *registry, size_t number)
{
    return is_served(broker_registry_at(registry, number));
}

bool
broker_registry_counts(const struct broker_registry *registry, size_t number)
{
    return broker_registry_serves(registry, number) &&
           !broker_registry_has_revoked(
               registry, &broker_registry_at(registry, number)->certificate);
}

bool
broker_registry_trusts(
    const struct broker_registry *registry, size_t number, uint64_t now_ms)
{
    const struct ent_certificate *certificate =
        &broker_registry_at(registry, number)->certificate;

    return ent_certificate_check_time(certificate, now_ms, NULL) == ENT_OK &&
           broker_registry_counts(registry, number);
}

/* ---- one registry into another ---- */

static void
inherit_before(
    struct broker_registry *registry, const struct broker_office *office)
{
    size_t number =
        broker_registry_by_address(registry, &office->certificate.address);

    if (number != BROKER_NOBODY && office->before.serial != 0) {
        remember(&registry->offices[number], &office->before);
    }
}

enum ent_status
broker_registry_inherit(struct broker_registry *registry,
    const struct broker_registry *other, uint64_t now_ms, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;
    uint64_t ignored;

    for (size_t i = 0; rc != ENT_NO_MEMORY && i < other->state_count; i++) {
        const struct broker_state *state = &other->states[i];

        if (state->rollover.len > 0) {
            rc = broker_registry_follow(registry, state->authority.state,
                ent_bytes_view(&state->rollover), &ignored, err);
        }
        if (rc != ENT_NO_MEMORY && state->list != NULL) {
            rc = broker_registry_revoke(registry, state->authority.state,
                ent_bytes_view(&state->wire), now_ms, &ignored, err);
        }
    }
    for (size_t i = 0; rc != ENT_NO_MEMORY && i < other->office_count; i++) {
        if (is_served(&other->offices[i])) {
            rc = broker_registry_add(registry,
                ent_bytes_view(&other->offices[i].wire), false, now_ms, err);
            inherit_before(registry, &other->offices[i]);
        }
    }
    return rc == ENT_NO_MEMORY ? rc : ENT_OK;
}

/* The lists of the one for those of the other. */
static void
change_lists(struct broker_registry *registry, struct broker_registry *fresh)
{
    for (size_t i = 0; i < registry->state_count; i++) {
        const struct broker_state before = registry->states[i];

        registry->states[i] = fresh->states[i];
        fresh->states[i] = before;
    }
}

void
broker_registry_replace(
    struct broker_registry *registry, struct broker_registry **fresh)
{
    assert((*fresh)->state_count == registry->state_count);

    change_lists(registry, *fresh);
    for (size_t i = 0; i < registry->office_count; i++) {
        size_t number = broker_registry_by_address(
            *fresh, &registry->offices[i].certificate.address);

        ent_bytes_free(&registry->offices[i].wire);
        if (number != BROKER_NOBODY) {
            change_places(registry, i, &(*fresh)->offices[number]);
        }
    }
    for (size_t i = 0; i < (*fresh)->office_count; i++) {
        if (is_served(&(*fresh)->offices[i])) {
            change_places(
                registry, free_place(registry), &(*fresh)->offices[i]);
        }
    }
    broker_registry_free(fresh);
}
