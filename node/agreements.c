/* SPDX-License-Identifier: Apache-2.0 */
#include "node/agreements.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/sign.h"
#include "policy/undone.h"
#include "proto/base/file.h"

struct loaded {
    char file[NAME_MAX + 1];
    struct ent_agreement *agreement;
    struct ent_bytes signatures; /* of its .sig */
};

struct node_agreements {
    char state[ENT_STATE_MAX + 1];
    struct loaded list[NODE_AGREEMENTS_MAX];
    size_t count;
    struct node_agreement_fault faults[NODE_AGREEMENT_FAULTS_MAX];
    size_t fault_count;
};

/* One load of a folder. */
struct loading {
    const char *folder;
    const struct ent_verify_key *authority;
    struct node_agreements *into;
};

static void
free_agreement(struct ent_agreement **agreement)
{
    ent_agreement_free(agreement);
}

static void
report(const struct loading *loading, const char *file, size_t line,
    const char *text)
{
    struct node_agreements *into = loading->into;
    struct node_agreement_fault *fault = &into->faults[into->fault_count];

    if (into->fault_count == NODE_AGREEMENT_FAULTS_MAX) {
        return;
    }
    fault->line = line;
    (void)snprintf(fault->file, sizeof fault->file, "%s", file);
    (void)snprintf(fault->text, sizeof fault->text, "%s", text);
    into->fault_count++;
}

/* The other party, or our own state for a national order; NULL: not ours. */
static const char *
partner(const struct ent_agreement *agreement, const char *own)
{
    size_t count = ent_agreement_party_count(agreement);
    const char *first = ent_agreement_party_state(agreement, 0);

    if (count == 1) {
        return strcmp(first, own) == 0 ? first : NULL;
    }
    if (strcmp(first, own) == 0) {
        return ent_agreement_party_state(agreement, 1);
    }
    return strcmp(ent_agreement_party_state(agreement, 1), own) == 0 ? first
                                                                     : NULL;
}

static struct loaded *
find_partner(struct node_agreements *agreements, const char *state)
{
    for (size_t i = 0; i < agreements->count; i++) {
        const char *other =
            partner(agreements->list[i].agreement, agreements->state);

        if (other != NULL && strcmp(other, state) == 0) {
            return &agreements->list[i];
        }
    }
    return NULL;
}

static enum ent_status
read_beside(const struct loading *loading, const char *file, const char *suffix,
    struct ent_bytes *ret_text, struct ent_error *err)
{
    char path[PATH_MAX];

    if (snprintf(path, sizeof path, "%s/%s%s", loading->folder, file, suffix) >=
        (int)sizeof path) {
        return ent_fail(err, ENT_BAD_INPUT, "its path is too long");
    }
    return ent_file_read(path, ENT_AGREEMENT_SIZE_MAX, ret_text, err);
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

    rc = read_beside(loading, file, "", &text, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = ent_agreement_load(ent_bytes_view(&text), &agreement, complaints, err);
    if (rc != ENT_OK) {
        return rc;
    }
    ent_agreement_undone(agreement, complaints);
    if (complaints->count > 0) {
        return ent_fail(err, ENT_UNSUPPORTED, "%s", complaints->list[0].text);
    }
    rc = read_beside(loading, file, ".sig", &signatures, err);
    if (rc == ENT_NOT_FOUND) {
        return ent_fail(err, ENT_REJECTED, "it is not signed: no %s.sig", file);
    }
    if (rc == ENT_OK) {
        rc = ent_agreement_verify(
            agreement, ent_bytes_view(&text), ent_bytes_view(&signatures), err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    key = ent_agreement_authority(agreement, loading->into->state);
    if (key == NULL || memcmp(key, loading->authority, sizeof *key) != 0) {
        return ent_fail(
            err, ENT_REJECTED, "it does not name the key of our own authority");
    }
    *ret_agreement = agreement;
    agreement = NULL;
    *ret_signatures = signatures;
    signatures = (struct ent_bytes){0};
    return ENT_OK;
}

/* Keep it, unless there is a newer one for the same states. */
static void
keep(const struct loading *loading, const char *file,
    struct ent_agreement **agreement, struct ent_bytes *signatures)
{
    struct node_agreements *into = loading->into;
    struct loaded *old = find_partner(into, partner(*agreement, into->state));

    if (old == NULL && into->count == NODE_AGREEMENTS_MAX) {
        report(loading, file, 0, "there are too many agreements");
        return;
    }
    if (old == NULL) {
        old = &into->list[into->count++];
    } else if (ent_agreement_version(old->agreement) >=
               ent_agreement_version(*agreement)) {
        report(loading, file, 0, "there is a newer version for these states");
        return;
    } else {
        report(loading, old->file, 0, "there is a newer version");
        ent_agreement_free(&old->agreement);
        ent_bytes_free(&old->signatures);
    }
    (void)snprintf(old->file, sizeof old->file, "%s", file);
    old->agreement = *agreement;
    *agreement = NULL;
    old->signatures = *signatures;
    *signatures = (struct ent_bytes){0};
}

static bool
is_agreement_name(const char *name)
{
    size_t len = strlen(name);

    return name[0] != '.' && len > 5 && strcmp(name + len - 5, ".yaml") == 0;
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int
wanted(const struct dirent *entry)
{
    return is_agreement_name(entry->d_name);
}

static void
take(const struct loading *loading, const char *file)
{
    ENT_AUTO(free_agreement) struct ent_agreement *agreement = NULL;
    ENT_AUTO(ent_bytes_free) struct ent_bytes signatures = {0};
    struct ent_complaints complaints = {0};
    struct ent_error err = {0};

    if (load_file(loading, file, &agreement, &signatures, &complaints, &err) !=
        ENT_OK) {
        for (size_t i = 0; i < complaints.count; i++) {
            report(loading, file, complaints.list[i].line,
                complaints.list[i].text);
        }
        if (complaints.count == 0) {
            report(loading, file, 0, err.text);
        }
        return;
    }
    if (partner(agreement, loading->into->state) != NULL) {
        keep(loading, file, &agreement, &signatures);
    }
}

enum ent_status
node_agreements_load(const char *folder, const char *state,
    const struct ent_verify_key *authority,
    struct node_agreements **ret_agreements, struct ent_error *err)
{
    ENT_AUTO(node_agreements_free) struct node_agreements *into = NULL;
    struct loading loading = {.folder = folder, .authority = authority};
    struct dirent **entries = NULL;
    int count;

    into = calloc(1, sizeof *into);
    if (into == NULL) {
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

void
node_agreements_free(struct node_agreements **agreements)
{
    if (*agreements == NULL) {
        return;
    }
    for (size_t i = 0; i < (*agreements)->count; i++) {
        ent_agreement_free(&(*agreements)->list[i].agreement);
        ent_bytes_free(&(*agreements)->list[i].signatures);
    }
    free(*agreements);
    *agreements = NULL;
}

const struct ent_agreement *
node_agreements_with(
    const struct node_agreements *agreements, const char *state)
{
    for (size_t i = 0; i < agreements->count; i++) {
        const struct ent_agreement *agreement = agreements->list[i].agreement;
        const char *other = partner(agreement, agreements->state);

        if (other != NULL && strcmp(other, state) == 0) {
            return agreement;
        }
    }
    return NULL;
}

const struct ent_agreement *
node_agreements_at(const struct node_agreements *agreements, size_t index,
    const char **ret_file)
{
    if (index >= agreements->count) {
        return NULL;
    }
    if (ret_file != NULL) {
        *ret_file = agreements->list[index].file;
    }
    return agreements->list[index].agreement;
}

const struct node_agreement_fault *
node_agreements_fault(const struct node_agreements *agreements, size_t index)
{
    return index < agreements->fault_count ? &agreements->faults[index] : NULL;
}

struct ent_view
node_agreements_signatures(
    const struct node_agreements *agreements, size_t index)
{
    return index >= agreements->count
               ? (struct ent_view){0}
               : ent_bytes_view(&agreements->list[index].signatures);
}
