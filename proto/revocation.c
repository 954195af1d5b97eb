/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/pb.h"
#include "proto/certificate.h"
#include "proto/field.h"
#include "proto/schema/trust.pb-c.h"

#define REASON_MAX 200

/* An entry takes about six times its bytes when unpacked. */
#define ARENA_FACTOR 8
#define ARENA_BASE ((size_t)64 * 1024)

static const struct ent_pb_limits limits = {
    .size_max = ENT_SIGNED_MAX,
    .fields_max = 6 + ENT_REVOCATIONS_MAX * 6,
};

/* The entries lie in order of key id; `by_serial` is another order of them. */
struct ent_revocation_list {
    char state[ENT_STATE_MAX + 1];
    uint64_t number;
    uint64_t issued_at;
    uint64_t next_update;
    struct ent_digest digest;
    size_t count;
    struct ent_revocation *revoked;
    const struct ent_revocation **by_serial;
};

/* ---- what must hold of every list, whoever made it ---- */

static enum ent_status
head_check(const char *state, uint64_t number, uint64_t issued_at,
    uint64_t next_update, struct ent_error *err)
{
    const size_t len = strspn(state, "abcdefghijklmnopqrstuvwxyz");

    if (len < 2 || len > ENT_STATE_MAX || state[len] != '\0') {
        return ent_fail(err, ENT_BAD_INPUT, "state: not two or three letters");
    }
    if (number == 0) {
        return ent_fail(err, ENT_BAD_INPUT, "number: begins with 1");
    }
    if (next_update <= issued_at) {
        return ent_fail(err, ENT_BAD_INPUT, "next_update: overdue when issued");
    }
    return ENT_OK;
}

static enum ent_status
count_check(size_t count, struct ent_error *err)
{
    if (count > ENT_REVOCATIONS_MAX) {
        return ent_fail(err, ENT_BAD_INPUT, "revoked: %zu, more than %d", count,
            ENT_REVOCATIONS_MAX);
    }
    return ENT_OK;
}

/* An authority speaks of its own offices only. */
static enum ent_status
entry_check(const struct ent_revocation *entry, const char *state,
    struct ent_error *err)
{
    struct ent_address parsed;
    enum ent_status rc;

    rc =
        ent_field_address("revoked.address", entry->address.text, &parsed, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (strcmp(ent_address_state(&entry->address), state) != 0) {
        return ent_fail(err, ENT_BAD_INPUT,
            "revoked: %s is not an address of that state", entry->address.text);
    }
    return ENT_OK;
}

/* ---- making ---- */

static enum ent_status
entries_write(const struct ent_revocation *revoked, size_t count,
    const char *state, struct ent_arena *arena,
    Entente__V1__RevocationList *out, struct ent_error *err)
{
    Entente__V1__Revocation *entries;

    out->revoked = ent_arena_alloc(arena, count * sizeof *out->revoked);
    entries = ent_arena_alloc(arena, count * sizeof *entries);
    if (out->revoked == NULL || entries == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "%zu revocations", count);
    }
    for (size_t i = 0; i < count; i++) {
        enum ent_status rc = entry_check(&revoked[i], state, err);

        if (rc != ENT_OK) {
            return rc;
        }
        entries[i] = (Entente__V1__Revocation)ENTENTE__V1__REVOCATION__INIT;
        entries[i].key_id =
            ent_field_bytes(revoked[i].key_id.bytes, ENT_KEY_ID_LEN, false);
        entries[i].address = (char *)revoked[i].address.text;
        entries[i].serial = revoked[i].serial;
        entries[i].revoked_at = revoked[i].revoked_at;
        out->revoked[i] = &entries[i];
    }
    out->n_revoked = count;
    return ENT_OK;
}

enum ent_status
ent_revocation_list_make(const char *state, uint64_t number, uint64_t issued_at,
    uint64_t next_update, const struct ent_revocation *revoked, size_t count,
    const struct ent_signer *authority, struct ent_bytes *ret_wire,
    struct ent_error *err)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    Entente__V1__RevocationList out = ENTENTE__V1__REVOCATION_LIST__INIT;
    enum ent_status rc;

    rc = head_check(state, number, issued_at, next_update, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = count_check(count, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_arena_init(&arena,
        64 + count * (sizeof(void *) + sizeof(Entente__V1__Revocation)), err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = entries_write(revoked, count, state, &arena, &out, err);
    if (rc != ENT_OK) {
        return rc;
    }
    out.version = 1;
    out.state = (char *)state;
    out.number = number;
    out.issued_at = issued_at;
    out.next_update = next_update;
    rc = ent_pb_pack(&out.base, &payload, err);
    if (rc != ENT_OK) {
        return rc;
    }
    return ent_signed_make(authority, ENT_TYPE_REVOCATION_LIST,
        ent_bytes_view(&payload), ret_wire, err);
}

/* ---- the order that makes looking up quick ---- */

static int
compare_keys(const void *a, const void *b)
{
    const struct ent_revocation *left = a;
    const struct ent_revocation *right = b;

    return memcmp(&left->key_id, &right->key_id, sizeof left->key_id);
}

static int
compare_serials(const void *a, const void *b)
{
    const struct ent_revocation *left =
        *(const struct ent_revocation *const *)a;
    const struct ent_revocation *right =
        *(const struct ent_revocation *const *)b;

    if (left->serial != right->serial) {
        return left->serial < right->serial ? -1 : 1;
    }
    return strcmp(left->address.text, right->address.text);
}

static void
list_sort(struct ent_revocation_list *list)
{
    if (list->count == 0) {
        return;
    }
    qsort(list->revoked, list->count, sizeof *list->revoked, compare_keys);
    for (size_t i = 0; i < list->count; i++) {
        list->by_serial[i] = &list->revoked[i];
    }
    qsort(list->by_serial, list->count, sizeof(void *), compare_serials);
}

/* ---- reading ---- */

static enum ent_status
entry_read(const Entente__V1__Revocation *in, struct ent_revocation *entry,
    struct ent_error *err)
{
    const struct ent_field field = {
        "revoked.key_id", in->key_id, entry->key_id.bytes, ENT_KEY_ID_LEN};
    enum ent_status rc;

    if (strlen(in->reason) > REASON_MAX) {
        return ent_fail(err, ENT_BAD_INPUT, "revoked.reason: too long");
    }
    rc =
        ent_field_address("revoked.address", in->address, &entry->address, err);
    if (rc != ENT_OK) {
        return rc;
    }
    entry->serial = in->serial;
    entry->revoked_at = in->revoked_at;
    return ent_field_read(&field, 1, err);
}

static enum ent_status
entries_read(const Entente__V1__RevocationList *in,
    struct ent_revocation_list *list, struct ent_error *err)
{
    enum ent_status rc;

    rc = count_check(in->n_revoked, err);
    if (rc != ENT_OK || in->n_revoked == 0) {
        return rc;
    }
    list->revoked = calloc(in->n_revoked, sizeof *list->revoked);
    list->by_serial = calloc(in->n_revoked, sizeof *list->by_serial);
    if (list->revoked == NULL || list->by_serial == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "%zu revocations", in->n_revoked);
    }
    for (size_t i = 0; i < in->n_revoked; i++) {
        rc = entry_read(in->revoked[i], &list->revoked[i], err);
        if (rc != ENT_OK) {
            return rc;
        }
        rc = entry_check(&list->revoked[i], list->state, err);
        if (rc != ENT_OK) {
            return rc;
        }
    }
    list->count = in->n_revoked;
    list_sort(list);
    return ENT_OK;
}

static enum ent_status
list_read(const Entente__V1__RevocationList *in,
    struct ent_revocation_list *list, struct ent_error *err)
{
    enum ent_status rc;

    rc = ent_field_version(in->version, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = head_check(in->state, in->number, in->issued_at, in->next_update, err);
    if (rc != ENT_OK) {
        return rc;
    }
    strcpy(list->state, in->state);
    list->number = in->number;
    list->issued_at = in->issued_at;
    list->next_update = in->next_update;
    return entries_read(in, list, err);
}

static enum ent_status
payload_read(struct ent_view payload, struct ent_revocation_list **ret_list,
    struct ent_error *err)
{
    ENT_AUTO(ent_revocation_list_free) struct ent_revocation_list *list = NULL;
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    ProtobufCMessage *message;
    enum ent_status rc;

    rc = ent_arena_init(&arena, ARENA_BASE + payload.len * ARENA_FACTOR, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_pb_unpack(&entente__v1__revocation_list__descriptor, payload,
        &limits, &arena, &message, err);
    if (rc != ENT_OK) {
        return rc;
    }
    list = calloc(1, sizeof *list);
    if (list == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "a list");
    }
    rc = list_read((const Entente__V1__RevocationList *)message, list, err);
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_list = list;
    list = NULL;
    return ENT_OK;
}

enum ent_status
ent_revocation_list_open(struct ent_view wire,
    const struct ent_verify_key *authority,
    struct ent_revocation_list **ret_list, struct ent_error *err)
{
    struct ent_view payload;
    enum ent_status rc;

    rc = ent_signed_open(wire, ENT_KEY_AUTHORITY, authority,
        ENT_TYPE_REVOCATION_LIST, &payload, err);
    if (rc == ENT_OK) {
        rc = payload_read(payload, ret_list, err);
    }
    if (rc != ENT_OK) {
        ent_error_wrap(err, "revocation list");
        return rc;
    }
    (*ret_list)->digest = ent_digest_of(wire);
    return ENT_OK;
}

void
ent_revocation_list_free(struct ent_revocation_list **list)
{
    if (*list == NULL) {
        return;
    }
    free((*list)->by_serial);
    free((*list)->revoked);
    free(*list);
    *list = NULL;
}

const char *
ent_revocation_list_state(const struct ent_revocation_list *list)
{
    return list->state;
}

uint64_t
ent_revocation_list_number(const struct ent_revocation_list *list)
{
    return list->number;
}

uint64_t
ent_revocation_list_next_update(const struct ent_revocation_list *list)
{
    return list->next_update;
}

struct ent_digest
ent_revocation_list_digest(const struct ent_revocation_list *list)
{
    return list->digest;
}

size_t
ent_revocation_list_count(const struct ent_revocation_list *list)
{
    return list->count;
}

const struct ent_revocation *
ent_revocation_list_entry(const struct ent_revocation_list *list, size_t index)
{
    assert(index < list->count);

    return &list->revoked[index];
}

bool
ent_revocation_list_has(
    const struct ent_revocation_list *list, const struct ent_certificate *cert)
{
    const struct ent_revocation wanted = {
        .key_id = cert->signing_key_id,
        .address = cert->address,
        .serial = cert->serial,
    };
    const struct ent_revocation *pointer = &wanted;

    if (list->count == 0) {
        return false;
    }
    return bsearch(&wanted, list->revoked, list->count, sizeof *list->revoked,
               compare_keys) != NULL ||
           bsearch(&pointer, list->by_serial, list->count, sizeof(void *),
               compare_serials) != NULL;
}
