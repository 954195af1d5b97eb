/* SPDX-License-Identifier: Apache-2.0 */
/* The operator's folder: rollovers, revocation lists and certificates,
 * armoured. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "broker/registry_internal.h"
#include "proto/base/armour.h"
#include "proto/base/file.h"

#define FILE_MAX_LEN (2 * ENT_SIGNED_MAX) /* armoured */

/* What is needed to verify the next. */
enum kind {
    ROLLOVER,
    LIST,
    CERTIFICATE,
    KIND_COUNT,
};

static const struct {
    const char *end;
    const char *armour;
} kinds[] = {
    [ROLLOVER] = {".rollover", ENT_ARMOUR_ROLLOVER},
    [LIST] = {".revoked", ENT_ARMOUR_REVOCATION_LIST},
    [CERTIFICATE] = {".cert", ENT_ARMOUR_CERTIFICATE},
};

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
    uint64_t now_ms, struct ent_error *err)
{
    uint64_t number;

    for (size_t i = 0; i < registry->state_count; i++) {
        enum ent_status rc = broker_registry_revoke(registry,
            registry->states[i].authority.state, wire, now_ms, &number, err);

        if (rc != ENT_REJECTED) {
            return rc;
        }
    }
    return ent_fail(err, ENT_REJECTED, "it is signed by no authority known");
}

/* One that contradicts the one that is followed is told, and passed over. */
static enum ent_status
follow(struct broker_registry *registry, struct ent_view wire,
    struct ent_error *err)
{
    struct ent_rollover claimed;
    uint64_t number;
    enum ent_status rc = ent_rollover_read(wire, &claimed, err);

    if (rc == ENT_OK) {
        rc =
            broker_registry_follow(registry, claimed.state, wire, &number, err);
    }
    return rc == ENT_REJECTED &&
                   broker_registry_rival(registry, claimed.state).len > 0
               ? ENT_OK
               : rc;
}

static enum ent_status
take(struct broker_registry *registry, enum kind kind, struct ent_view wire,
    uint64_t now_ms, struct ent_error *err)
{
    switch (kind) {
    case ROLLOVER:
        return follow(registry, wire, err);
    case LIST:
        return revoke_by_any(registry, wire, now_ms, err);
    default:
        return broker_registry_add(registry, wire, true, now_ms, err);
    }
}

static enum ent_status
load_file(struct broker_registry *registry, const char *path, enum kind kind,
    uint64_t now_ms, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    enum ent_status rc;

    rc = ent_file_read(path, FILE_MAX_LEN, &text, err);
    if (rc == ENT_OK) {
        rc = ent_armour_decode(
            kinds[kind].armour, ent_bytes_view(&text), &wire, err);
    }
    if (rc == ENT_OK) {
        rc = take(registry, kind, ent_bytes_view(&wire), now_ms, err);
    }
    if (rc != ENT_OK && rc != ENT_EXISTS && rc != ENT_EXPIRED) {
        ent_error_wrap(err, "%s", path);
        return rc;
    }
    return ENT_OK;
}

/* The files of one kind. A name that begins with a dot is being written. */
static enum ent_status
load_kind(struct broker_registry *registry, DIR *folder,
    const char *folder_path, enum kind kind, uint64_t now_ms,
    struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    rewinddir(folder);
    while (rc == ENT_OK) {
        const struct dirent *entry;
        char path[PATH_MAX];

        errno = 0;
        entry = readdir(folder);
        if (entry == NULL) {
            return errno == 0 ? ENT_OK
                              : ent_fail(err, ENT_IO, "folder %s: %s",
                                    folder_path, strerror(errno));
        }
        if (entry->d_name[0] == '.' ||
            !ends_with(entry->d_name, kinds[kind].end)) {
            continue;
        }
        if (snprintf(path, sizeof path, "%s/%s", folder_path, entry->d_name) >=
            (int)sizeof path) {
            return ent_fail(err, ENT_BAD_INPUT, "%s/%s: too long", folder_path,
                entry->d_name);
        }
        rc = load_file(registry, path, kind, now_ms, err);
    }
    return rc;
}

/* In the order of the kinds, whatever the order of the folder. */
enum ent_status
broker_registry_load(struct broker_registry *registry, const char *path,
    uint64_t now_ms, struct ent_error *err)
{
    DIR *folder = opendir(path);
    enum ent_status rc = ENT_OK;

    if (folder == NULL) {
        return ent_fail(err, errno == ENOENT ? ENT_NOT_FOUND : ENT_IO,
            "folder %s: %s", path, strerror(errno));
    }
    for (enum kind kind = ROLLOVER; kind < KIND_COUNT && rc == ENT_OK; kind++) {
        rc = load_kind(registry, folder, path, kind, now_ms, err);
    }
    (void)closedir(folder);
    return rc;
}
