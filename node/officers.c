/* SPDX-License-Identifier: Apache-2.0 */
#include "node/officers.h"

#include <string.h>

#include "node/keeper.h"
#include "node/manifest.h"
#include "node/peers.h"
#include "node/rest.pb-c.h"
#include "node/submit.h"

#define LISTED_MAX 1024

typedef Entente__Rest__V1__OfficerRow officer_row; /* a generated name */

enum act {
    ENROLLED = 1,
    REVOKED = 2,
};

static struct node_key
key_of(const struct ent_key_id *key_id)
{
    struct node_key key = {.len = sizeof key_id->bytes};

    memcpy(key.bytes, key_id->bytes, sizeof key_id->bytes);
    return key;
}

static const struct ent_verify_key *
own_key(const struct node *node)
{
    return &node_keeper_signer(node->keeper)->key;
}

static enum ent_status
row_get(struct node *node, const struct ent_key_id *key_id,
    officer_row **ret_row, struct ent_error *err)
{
    struct node_key key = key_of(key_id);

    return node_row_get(node->store, NODE_OFFICER, node_key_view(&key),
        &entente__rest__v1__officer_row__descriptor,
        (ProtobufCMessage **)ret_row, err);
}

static enum ent_status
row_put(struct node *node, const struct ent_key_id *key_id,
    const officer_row *row, enum act act, struct ent_error *err)
{
    struct node_key key = key_of(key_id);
    struct ent_digest subject = {{0}};
    enum ent_status rc = node_row_put(
        node->store, NODE_OFFICER, node_key_view(&key), &row->base, err);

    memcpy(subject.bytes, key_id->bytes, sizeof key_id->bytes);
    return rc != ENT_OK ? rc
                        : node_record(node, ENT_ENTRY_OFFICER, &node->party,
                              &subject, &(struct ent_digest){{0}}, act, err);
}

/* The next at or after `key_id`, which is that one's then. */
static enum ent_status
row_next(struct node *node, struct ent_key_id *key_id, officer_row **ret_row,
    struct ent_error *err)
{
    struct node_key from = key_of(key_id);
    struct ent_view value;
    enum ent_status rc = node_store_seek(node->store, NODE_OFFICER,
        node_key_view(&from), 0, key_id->bytes, &value, err);

    return rc != ENT_OK ? rc
                        : node_row_unpack(value,
                              &entente__rest__v1__officer_row__descriptor,
                              (ProtobufCMessage **)ret_row, err);
}

/* ---- enrolling and revoking ---- */

enum ent_status
node_officer_enrol(
    struct node *node, struct ent_view wire, struct ent_error *err)
{
    ENT_AUTO(node_row_free) officer_row *old = NULL;
    officer_row row = ENTENTE__REST__V1__OFFICER_ROW__INIT;
    struct ent_officer officer;
    enum ent_status rc = ent_officer_open(wire, own_key(node), &officer, err);

    if (rc == ENT_OK && !ent_address_equal(&officer.office, &node->self)) {
        rc = ent_fail(err, ENT_REJECTED, "it is for an officer of %s",
            officer.office.text);
    }
    if (rc == ENT_OK) {
        rc = ent_officer_check_time(&officer, node->now_ms, err);
    }
    if (rc == ENT_OK) {
        rc = row_get(node, &officer.key_id, &old, err);
    }
    if (rc == ENT_OK && old->revoked_at != 0) {
        return ent_fail(err, ENT_DENIED,
            "the key of officer %s was revoked: a new one is needed",
            officer.badge);
    }
    if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
        return rc;
    }
    row.certificate.data = (uint8_t *)(uintptr_t)wire.data;
    row.certificate.len = wire.len;
    row.enrolled_at = node->now_ms;
    return row_put(node, &officer.key_id, &row, ENROLLED, err);
}

enum ent_status
node_officer_revoke(struct node *node, const struct ent_key_id *key_id,
    const char *reason, struct ent_error *err)
{
    struct ent_key_id revoked[ENT_MANIFEST_OFFICERS_MAX];
    ENT_AUTO(node_row_free) officer_row *row = NULL;
    officer_row changed;
    size_t count;
    enum ent_status rc = row_get(node, key_id, &row, err);

    if (rc == ENT_NOT_FOUND) {
        return ent_fail(err, rc, "no officer of this office has that key");
    }
    if (rc != ENT_OK || row->revoked_at != 0) {
        return rc;
    }
    rc = node_officers_revoked(node, revoked, &count, err);
    if (rc == ENT_OK && count == ENT_MANIFEST_OFFICERS_MAX) {
        return ent_fail(err, ENT_BAD_INPUT,
            "%d officers are revoked before their time: renew the office's "
            "key, and certify those who stay",
            ENT_MANIFEST_OFFICERS_MAX);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    changed = *row;
    changed.revoked_at = node->now_ms;
    changed.reason = (char *)(uintptr_t)reason;
    rc = row_put(node, key_id, &changed, REVOKED, err);
    return rc != ENT_OK ? rc : node_manifest_renew(node, err);
}

enum ent_status
node_officers_revoked(struct node *node,
    struct ent_key_id ret_list[static ENT_MANIFEST_OFFICERS_MAX],
    size_t *ret_count, struct ent_error *err)
{
    struct ent_key_id key_id = {{0}};

    *ret_count = 0;
    while (*ret_count < ENT_MANIFEST_OFFICERS_MAX) {
        ENT_AUTO(node_row_free) officer_row *row = NULL;
        struct ent_officer officer;
        enum ent_status rc = row_next(node, &key_id, &row, err);

        if (rc != ENT_OK) {
            return rc == ENT_NOT_FOUND ? ENT_OK : rc;
        }
        if (row->revoked_at != 0 &&
            ent_officer_peek(
                ent_view_of(row->certificate.data, row->certificate.len),
                &officer, NULL) == ENT_OK &&
            node->now_ms < officer.not_after) {
            ret_list[(*ret_count)++] = key_id;
        }
        if (!node_key_after(key_id.bytes, sizeof key_id.bytes)) {
            return ENT_OK;
        }
    }
    return ENT_OK;
}

/* ---- what counts ---- */

static enum ent_status
check_enrolled(
    struct node *node, const struct ent_officer *officer, struct ent_error *err)
{
    ENT_AUTO(node_row_free) officer_row *row = NULL;
    enum ent_status rc = row_get(node, &officer->key_id, &row, err);

    if (rc == ENT_NOT_FOUND) {
        return ent_fail(
            err, ENT_DENIED, "officer %s is not enrolled here", officer->badge);
    }
    if (rc == ENT_OK && row->revoked_at != 0) {
        return ent_fail(
            err, ENT_DENIED, "officer %s was revoked", officer->badge);
    }
    return rc;
}

enum ent_status
node_officer_open(struct node *node, struct ent_view wire,
    struct ent_officer *ret_officer, struct ent_error *err)
{
    struct ent_officer officer;
    enum ent_status rc = ent_officer_open(wire, own_key(node), &officer, err);

    if (rc == ENT_OK) {
        rc = ent_officer_check_time(&officer, node->now_ms, err);
    }
    if (rc == ENT_OK) {
        rc = check_enrolled(node, &officer, err);
    }
    if (rc == ENT_OK) {
        *ret_officer = officer;
    }
    return rc;
}

/* Ours have to be enrolled besides. */
static void
judge_own(
    struct node *node, const ent_message *message, struct ent_release *release)
{
    struct ent_error err = {0};

    ent_release_judge(message, own_key(node), node->now_ms, release);
    if ((release->authored &&
            check_enrolled(node, &release->author, &err) != ENT_OK) ||
        (release->released &&
            check_enrolled(node, &release->releaser, &err) != ENT_OK)) {
        ent_release_void(release, "%s", err.text);
    }
}

static bool
is_revoked(
    const struct ent_manifest *manifest, const struct ent_officer *officer)
{
    for (size_t i = 0; i < manifest->officer_count; i++) {
        if (ent_key_id_equal(&manifest->officers[i], &officer->key_id)) {
            return true;
        }
    }
    return false;
}

/* Theirs, by the certificate and the manifest of their office. */
static void
judge_other(struct node *node, const ent_message *message,
    const struct ent_address *sender, struct ent_release *release)
{
    struct node_peer *peer = NULL;

    if (node_peers_get(node, sender, &peer, NULL) != ENT_OK ||
        !peer->has_certificate) {
        ent_release_void(release, "the key of %s is not known", sender->text);
        return;
    }
    ent_release_judge(
        message, &peer->certificate.signing_key, node->now_ms, release);
    if (!peer->has_manifest) {
        return;
    }
    if (release->authored && is_revoked(&peer->manifest, &release->author)) {
        ent_release_void(release, "officer %s of %s was revoked",
            release->author.badge, sender->text);
    } else if (release->released &&
               is_revoked(&peer->manifest, &release->releaser)) {
        ent_release_void(release, "officer %s of %s was revoked",
            release->releaser.badge, sender->text);
    }
}

const struct ent_release *
node_officers_judge(struct node *node, const ent_message *message,
    const struct ent_address *sender, struct ent_release *room)
{
    if (message->n_officer_signatures == 0 &&
        message->releaser_role[0] == '\0') {
        return NULL;
    }
    *room = (struct ent_release){0};
    if (ent_address_equal(sender, &node->self)) {
        judge_own(node, message, room);
    } else {
        judge_other(node, message, sender, room);
    }
    return room;
}

/* ---- for programs ---- */

static enum ent_status
add(const struct ent_key_id *key_id, const officer_row *row,
    struct ent_arena *arena, Entente__V1__OfficersReply *reply,
    struct ent_error *err)
{
    Entente__V1__OfficerEntry *entry = ent_arena_alloc(arena, sizeof *entry);
    uint8_t *id = ent_arena_alloc(arena, sizeof key_id->bytes);
    struct ent_officer officer;
    enum ent_status rc = ent_officer_peek(
        ent_view_of(row->certificate.data, row->certificate.len), &officer,
        err);

    if (entry == NULL || id == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "listing officers");
    }
    if (rc != ENT_OK) {
        return ENT_IO;
    }
    entente__v1__officer_entry__init(entry);
    memcpy(id, key_id->bytes, sizeof key_id->bytes);
    entry->key_id.data = id;
    entry->key_id.len = sizeof key_id->bytes;
    entry->badge = node_text_in(arena, officer.badge);
    entry->role = node_text_in(arena, officer.role);
    entry->serial = officer.serial;
    entry->from = officer.not_before;
    entry->until = officer.not_after;
    entry->enrolled_at = row->enrolled_at;
    entry->revoked_at = row->revoked_at;
    entry->reason = node_text_in(arena, row->reason);
    reply->officers[reply->n_officers++] = entry;
    return ENT_OK;
}

enum ent_status
node_officers_list(struct node *node, struct ent_arena *arena,
    Entente__V1__OfficersReply *reply, struct ent_error *err)
{
    struct ent_key_id key_id = {{0}};

    reply->officers =
        ent_arena_alloc(arena, LISTED_MAX * sizeof *reply->officers);
    if (reply->officers == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "listing officers");
    }
    reply->at = node->now_ms;
    while (reply->n_officers < LISTED_MAX) {
        ENT_AUTO(node_row_free) officer_row *row = NULL;
        enum ent_status rc = row_next(node, &key_id, &row, err);

        if (rc == ENT_OK) {
            rc = add(&key_id, row, arena, reply, err);
        }
        if (rc != ENT_OK) {
            return rc == ENT_NOT_FOUND ? ENT_OK : rc;
        }
        if (!node_key_after(key_id.bytes, sizeof key_id.bytes)) {
            break;
        }
    }
    return ENT_OK;
}
