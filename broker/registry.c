/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/registry.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/armour.h"
#include "proto/base/file.h"
#include "proto/signing.h"

#define FILE_MAX_LEN (2 * ENT_SIGNED_MAX) /* armoured */

struct state {
    struct ent_authority authority;
    struct ent_revocation_list *list; /* NULL: none came yet */
    struct ent_bytes wire;            /* of the list */
};

struct broker_registry {
    struct state states[ENT_AUTHORITIES_MAX];
    size_t state_count;
    struct broker_office offices[BROKER_OFFICES_MAX];
    size_t office_count;
};

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
        registry->states[i].authority = authorities->list[i];
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
    }
    for (size_t i = 0; i < old->office_count; i++) {
        ent_bytes_free(&old->offices[i].wire);
    }
    free(old);
    *registry = NULL;
}

static const struct state *
state_of(const struct broker_registry *registry, const char *name)
{
    for (size_t i = 0; i < registry->state_count; i++) {
        if (strcmp(registry->states[i].authority.state, name) == 0) {
            return &registry->states[i];
        }
    }
    return NULL;
}

const char *
broker_registry_state(const struct broker_registry *registry, size_t index)
{
    return index < registry->state_count
               ? registry->states[index].authority.state
               : NULL;
}

const struct ent_verify_key *
broker_registry_authority(
    const struct broker_registry *registry, const char *state)
{
    const struct state *found = state_of(registry, state);

    return found == NULL ? NULL : &found->authority.key;
}

/* ---- certificates ---- */

static enum ent_status
verify(const struct broker_registry *registry, struct ent_view wire,
    struct ent_certificate *ret_certificate, struct ent_error *err)
{
    struct ent_certificate claimed;
    const struct ent_verify_key *authority;
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
    rc = ent_certificate_open(wire, authority, ret_certificate, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (ent_certificate_role(ret_certificate) != ENT_KEY_OFFICE) {
        return ent_fail(err, ENT_REJECTED, "%s is not an office",
            ret_certificate->address.text);
    }
    return ENT_OK;
}

/* Where the certificate belongs: an office we have, or the next free place. */
static enum ent_status
place_of(const struct broker_registry *registry,
    const struct ent_certificate *certificate, bool new_office,
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
        return registry->offices[number].certificate.serial <
                       certificate->serial
                   ? ENT_OK
                   : ent_fail(err, ENT_EXISTS,
                         "a certificate of %s as new as that is known",
                         certificate->address.text);
    }
    if (!new_office) {
        return ent_fail(err, ENT_NOT_FOUND, "%s is not served here",
            certificate->address.text);
    }
    if (registry->office_count == BROKER_OFFICES_MAX) {
        return ent_fail(
            err, ENT_FULL, "more than %d offices", BROKER_OFFICES_MAX);
    }
    *ret_number = registry->office_count;
    return ENT_OK;
}

enum ent_status
broker_registry_add(struct broker_registry *registry, struct ent_view wire,
    bool new_office, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes copy = {0};
    struct ent_certificate certificate;
    struct broker_office *office;
    size_t number = 0;
    enum ent_status rc;

    rc = verify(registry, wire, &certificate, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = place_of(registry, &certificate, new_office, &number, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_bytes_copy(wire, &copy, err);
    if (rc != ENT_OK) {
        return rc;
    }
    office = &registry->offices[number];
    if (number == registry->office_count) {
        registry->office_count++;
    }
    ent_bytes_free(&office->wire);
    office->certificate = certificate;
    office->party = ent_address_party(&certificate.address);
    office->wire = copy;
    copy = (struct ent_bytes){0};
    return ENT_OK;
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
        if (memcmp(registry->offices[i].certificate.link_key, link_key,
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
        if (ent_address_equal(
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
        if (memcmp(registry->offices[i].party.bytes, party->bytes,
                sizeof party->bytes) == 0) {
            return i;
        }
    }
    return BROKER_NOBODY;
}

bool
broker_registry_trusts(
    const struct broker_registry *registry, size_t number, uint64_t now_ms)
{
    const struct ent_certificate *certificate =
        &broker_registry_at(registry, number)->certificate;
    const struct state *state =
        state_of(registry, ent_address_state(&certificate->address));

    return ent_certificate_check_time(certificate, now_ms, NULL) == ENT_OK &&
           (state->list == NULL ||
               !ent_revocation_list_has(state->list, certificate));
}

/* ---- revocation lists ---- */

static enum ent_status
check_list(const struct broker_registry *registry, const char *state,
    const struct ent_revocation_list *list, struct ent_error *err)
{
    if (strcmp(ent_revocation_list_state(list), state) != 0) {
        return ent_fail(
            err, ENT_REJECTED, "a revocation list of another state");
    }
    if (ent_revocation_list_number(list) <=
        broker_registry_list_number(registry, state)) {
        return ent_fail(
            err, ENT_EXISTS, "a revocation list as new as that is known");
    }
    return ENT_OK;
}

enum ent_status
broker_registry_revoke(struct broker_registry *registry, const char *state,
    struct ent_view wire, uint64_t *ret_number, struct ent_error *err)
{
    ENT_AUTO(ent_revocation_list_free) struct ent_revocation_list *list = NULL;
    ENT_AUTO(ent_bytes_free) struct ent_bytes copy = {0};
    struct state *known = (struct state *)state_of(registry, state);
    enum ent_status rc;

    if (known == NULL) {
        return ent_fail(
            err, ENT_NOT_FOUND, "no authority is configured for '%s'", state);
    }
    rc = ent_revocation_list_open(wire, &known->authority.key, &list, err);
    if (rc == ENT_OK) {
        *ret_number = ent_revocation_list_number(list);
        rc = check_list(registry, state, list, err);
    }
    if (rc == ENT_OK) {
        rc = ent_bytes_copy(wire, &copy, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    ent_revocation_list_free(&known->list);
    ent_bytes_free(&known->wire);
    known->list = list;
    known->wire = copy;
    list = NULL;
    copy = (struct ent_bytes){0};
    return ENT_OK;
}

uint64_t
broker_registry_list_number(
    const struct broker_registry *registry, const char *state)
{
    const struct state *known = state_of(registry, state);

    return known == NULL || known->list == NULL
               ? 0
               : ent_revocation_list_number(known->list);
}

struct ent_view
broker_registry_list_wire(
    const struct broker_registry *registry, const char *state)
{
    const struct state *known = state_of(registry, state);

    return known == NULL ? (struct ent_view){0} : ent_bytes_view(&known->wire);
}

bool
broker_registry_list_overdue(
    const struct broker_registry *registry, const char *state, uint64_t now_ms)
{
    const struct state *known = state_of(registry, state);

    return known != NULL && known->list != NULL &&
           ent_revocation_list_next_update(known->list) < now_ms;
}

/* ---- the operator's folder ---- */

static bool
ends_with(const char *name, const char *end)
{
    size_t len = strlen(name);
    size_t end_len = strlen(end);

    return len > end_len && strcmp(name + len - end_len, end) == 0;
}

/* Whose list it is stands inside it: only the right authority verifies it. */
static enum ent_status
revoke_by_any(struct broker_registry *registry, struct ent_view wire,
    struct ent_error *err)
{
    uint64_t number;

    for (size_t i = 0; i < registry->state_count; i++) {
        enum ent_status rc = broker_registry_revoke(
            registry, registry->states[i].authority.state, wire, &number, err);

        if (rc != ENT_REJECTED) {
            return rc;
        }
    }
    return ent_fail(err, ENT_REJECTED, "it is signed by no authority known");
}

static enum ent_status
load_file(struct broker_registry *registry, const char *path, bool revoked,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    enum ent_status rc;

    rc = ent_file_read(path, FILE_MAX_LEN, &text, err);
    if (rc == ENT_OK) {
        rc = ent_armour_decode(
            revoked ? ENT_ARMOUR_REVOCATION_LIST : ENT_ARMOUR_CERTIFICATE,
            ent_bytes_view(&text), &wire, err);
    }
    if (rc == ENT_OK) {
        rc = revoked ? revoke_by_any(registry, ent_bytes_view(&wire), err)
                     : broker_registry_add(
                           registry, ent_bytes_view(&wire), true, err);
    }
    if (rc != ENT_OK && rc != ENT_EXISTS) {
        ent_error_wrap(err, "%s", path);
        return rc;
    }
    return ENT_OK;
}

static enum ent_status
load_entry(struct broker_registry *registry, const char *folder,
    const char *name, struct ent_error *err)
{
    const bool revoked = ends_with(name, ".revoked");
    char path[PATH_MAX];

    if (!revoked && !ends_with(name, ".cert")) {
        return ENT_OK;
    }
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >=
        (int)sizeof path) {
        return ent_fail(err, ENT_BAD_INPUT, "%s/%s: too long", folder, name);
    }
    return load_file(registry, path, revoked, err);
}

enum ent_status
broker_registry_load(
    struct broker_registry *registry, const char *path, struct ent_error *err)
{
    DIR *folder = opendir(path);
    enum ent_status rc = ENT_OK;
    struct dirent *entry;

    if (folder == NULL) {
        return ent_fail(err, errno == ENOENT ? ENT_NOT_FOUND : ENT_IO,
            "folder %s: %s", path, strerror(errno));
    }
    while (rc == ENT_OK) {
        entry = readdir(folder);
        if (entry == NULL) {
            break;
        }
        rc = load_entry(registry, path, entry->d_name, err);
    }
    (void)closedir(folder);
    return rc;
}
