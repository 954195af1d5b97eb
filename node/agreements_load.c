/* SPDX-License-Identifier: Apache-2.0 */
/* The folder of agreements and notices, read and verified. */
#include "node/agreements_internal.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/sign.h"
#include "proto/base/file.h"

/* One load of a folder. */
struct loading {
    const char *folder;
    const struct ent_rollover *authority; /* the keys of our own */
    struct node_agreements *into;
};

static void
free_agreement(struct ent_agreement **agreement)
{
    ent_agreement_free(agreement);
}

static enum ent_status
read_beside(const struct loading *loading, const char *file, const char *suffix,
    size_t size_max, struct ent_bytes *ret_text, struct ent_error *err)
{
    char path[PATH_MAX];

    if (snprintf(path, sizeof path, "%s/%s%s", loading->folder, file, suffix) >=
        (int)sizeof path) {
        return ent_fail(err, ENT_BAD_INPUT, "its path is too long");
    }
    return ent_file_read(path, size_max, ret_text, err);
}

static enum ent_status
read_signatures(const struct loading *loading, const char *file,
    struct ent_bytes *ret_signatures, struct ent_error *err)
{
    enum ent_status rc = read_beside(
        loading, file, ".sig", ENT_SIGNATURES_FILE_MAX, ret_signatures, err);

    return rc == ENT_NOT_FOUND ? ent_fail(err, ENT_REJECTED,
                                     "it is not signed: no %s.sig", file)
                               : rc;
}

/* ---- agreements ---- */

/* Today's key of the authority, or one from before. */
static bool
is_of(const struct ent_rollover *authority, const struct ent_verify_key *key)
{
    const struct ent_key_id id = ent_key_id_of(ENT_KEY_AUTHORITY, key->bytes);

    return ent_authority_key(authority, &id) != NULL;
}

/* Read, check and verify one file. What is wrong with its text is in
 * `complaints`, the first of it in `err`; anything else in `err` alone. */
static enum ent_status
load_file(const struct loading *loading, const char *file,
    struct ent_agreement **ret_agreement, struct ent_bytes *ret_signatures,
    struct ent_complaints *complaints, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes signatures = {0};
    ENT_AUTO(free_agreement) struct ent_agreement *agreement = NULL;
    const struct ent_verify_key *key;
    enum ent_status rc;

    rc = read_beside(loading, file, "", ENT_AGREEMENT_SIZE_MAX, &text, err);
    if (rc == ENT_OK) {
        rc = ent_agreement_load(
            ent_bytes_view(&text), &agreement, complaints, err);
    }
    if (complaints->count > 0) {
        return ent_fail(err, ENT_UNSUPPORTED, "%s", complaints->list[0].text);
    }
    if (rc == ENT_OK) {
        rc = read_signatures(loading, file, &signatures, err);
    }
    if (rc == ENT_OK) {
        rc = ent_agreement_verify(
            agreement, ent_bytes_view(&text), ent_bytes_view(&signatures), err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    key = ent_agreement_authority(agreement, loading->into->state);
    if (key == NULL || !is_of(loading->authority, key)) {
        return ent_fail(
            err, ENT_REJECTED, "it does not name the key of our own authority");
    }
    *ret_agreement = agreement;
    agreement = NULL;
    *ret_signatures = signatures;
    signatures = (struct ent_bytes){0};
    return ENT_OK;
}

/* Keep it, unless there is a newer version of it. */
static void
keep(const struct loading *loading, const char *file,
    struct ent_agreement **agreement, struct ent_bytes *signatures)
{
    struct node_agreements *into = loading->into;
    struct node_loaded loaded = {0};
    struct node_loaded *old =
        node_agreements_named(into, ent_agreement_name(*agreement));

    if (old != NULL && ent_agreement_version(old->agreement) >=
                           ent_agreement_version(*agreement)) {
        node_agreements_report(into, file, 0, "there is a newer version");
        return;
    }
    if (old != NULL) {
        node_agreements_report(into, old->file, 0, "there is a newer version");
        node_agreements_drop(into, old);
    }
    (void)snprintf(loaded.file, sizeof loaded.file, "%s", file);
    loaded.agreement = *agreement;
    loaded.signatures = *signatures;
    if (!node_agreements_move(into, &loaded)) {
        node_agreements_report(into, file, 0, "there are too many agreements");
        return;
    }
    *agreement = NULL;
    *signatures = (struct ent_bytes){0};
}

/* Files of other states may lie in the same folder. */
static bool
is_ours(const struct ent_agreement *agreement, const char *state)
{
    return ent_agreement_authority(agreement, state) != NULL;
}

static void
take_agreement(const struct loading *loading, const char *file)
{
    ENT_AUTO(free_agreement) struct ent_agreement *agreement = NULL;
    ENT_AUTO(ent_bytes_free) struct ent_bytes signatures = {0};
    struct ent_complaints complaints = {0};
    struct ent_error err = {0};

    if (load_file(loading, file, &agreement, &signatures, &complaints, &err) !=
        ENT_OK) {
        for (size_t i = 0; i < complaints.count; i++) {
            node_agreements_report(loading->into, file, complaints.list[i].line,
                "%s", complaints.list[i].text);
        }
        if (complaints.count == 0) {
            node_agreements_report(loading->into, file, 0, "%s", err.text);
        }
        return;
    }
    if (is_ours(agreement, loading->into->state)) {
        keep(loading, file, &agreement, &signatures);
    }
}

/* ---- notices ---- */

static void
take_notice(const struct loading *loading, const char *file)
{
    struct node_agreements *into = loading->into;
    struct node_loaded_notice *notice = &into->notices[into->notice_count];
    struct ent_error err = {0};
    enum ent_status rc;

    if (into->notice_count == NODE_NOTICES_MAX) {
        node_agreements_report(into, file, 0, "there are too many notices");
        return;
    }
    *notice = (struct node_loaded_notice){0};
    (void)snprintf(notice->file, sizeof notice->file, "%s", file);
    rc = read_beside(
        loading, file, "", ENT_NOTICE_SIZE_MAX, &notice->text, &err);
    if (rc == ENT_OK) {
        rc = ent_notice_agreement(
            ent_bytes_view(&notice->text), notice->agreement, &err);
    }
    if (rc == ENT_OK) {
        rc = read_signatures(loading, file, &notice->signatures, &err);
    }
    if (rc != ENT_OK) {
        node_agreements_report(into, file, 0, "%s", err.text);
        ent_bytes_free(&notice->text);
        return;
    }
    into->notice_count++;
}

/* ---- the folder ---- */

/* ---- the rules of this office ---- */

static bool
is_overlay_name(const char *name)
{
    static const char end[] = ".overlay";
    size_t len = strlen(name);

    return len >= sizeof end && strcmp(name + len - (sizeof end - 1), end) == 0;
}

/* One is enough: which of two is meant cannot be guessed, and so neither is
 * used. */
static void
take_overlay(const struct loading *loading, const char *file)
{
    struct node_overlay *overlay = &loading->into->overlay;
    struct ent_complaints complaints = {0};
    struct ent_error err = {0};
    enum ent_status rc;

    if (overlay->file[0] != '\0') {
        node_agreements_report(loading->into, file, 0,
            "%s holds the rules of this office already", overlay->file);
        ent_overlay_free(&overlay->rules);
        overlay->broken = true;
        return;
    }
    (void)snprintf(overlay->file, sizeof overlay->file, "%s", file);
    rc = read_beside(
        loading, file, "", ENT_OVERLAY_SIZE_MAX, &overlay->text, &err);
    if (rc == ENT_OK) {
        rc = ent_overlay_load(
            ent_bytes_view(&overlay->text), &overlay->rules, &complaints, &err);
    }
    overlay->broken = rc != ENT_OK;
    for (size_t i = 0; i < complaints.count; i++) {
        node_agreements_report(loading->into, file, complaints.list[i].line,
            "%s", complaints.list[i].text);
    }
    if (rc != ENT_OK && complaints.count == 0) {
        node_agreements_report(loading->into, file, 0, "%s", err.text);
    }
}

static bool
is_agreement_name(const char *name)
{
    size_t len = strlen(name);

    return len > 5 && strcmp(name + len - 5, ".yaml") == 0;
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int
wanted(const struct dirent *entry)
{
    enum ent_notice_kind kind;

    return entry->d_name[0] != '.' &&
           (is_agreement_name(entry->d_name) ||
               is_overlay_name(entry->d_name) ||
               ent_notice_kind_of_file(entry->d_name, &kind));
}

static void
take(const struct loading *loading, const char *file)
{
    if (is_overlay_name(file)) {
        take_overlay(loading, file);
    } else if (is_agreement_name(file)) {
        take_agreement(loading, file);
    } else {
        take_notice(loading, file);
    }
}

enum ent_status
node_agreements_load(const char *folder, const char *state,
    const struct ent_rollover *authority,
    struct node_agreements **ret_agreements, struct ent_error *err)
{
    ENT_AUTO(node_agreements_free) struct node_agreements *into = NULL;
    struct loading loading = {.folder = folder, .authority = authority};
    struct dirent **entries = NULL;
    int count;

    into = calloc(1, sizeof *into);
    if (into != NULL) {
        into->notices = calloc(NODE_NOTICES_MAX, sizeof *into->notices);
    }
    if (into == NULL || into->notices == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating agreements");
    }
    (void)snprintf(into->state, sizeof into->state, "%s", state);
    loading.into = into;
    count = scandir(folder, &entries, wanted, by_name);
    if (count < 0) {
        return ent_fail(
            err, ENT_IO, "reading folder '%s': %s", folder, strerror(errno));
    }
    for (int i = 0; i < count; i++) {
        take(&loading, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    *ret_agreements = into;
    into = NULL;
    return ENT_OK;
}
