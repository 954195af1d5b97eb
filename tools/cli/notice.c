/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/notice.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/authority.h"
#include "proto/base/armour.h"
#include "proto/base/file.h"
#include "proto/base/time.h"
#include "tools/cli/folder.h"

#define ROLLOVER_MAX (2 * ENT_ROLLOVER_LEN_MAX) /* armoured */

static int
is_notice(const struct dirent *entry)
{
    enum ent_notice_kind kind;

    return entry->d_name[0] != '.' &&
           ent_notice_kind_of_file(entry->d_name, &kind);
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static enum ent_status
read_in(const char *folder, const char *file, const char *suffix,
    size_t size_max, struct ent_bytes *ret_text, struct ent_error *err)
{
    char path[PATH_MAX];

    if (snprintf(path, sizeof path, "%s/%s%s", folder, file, suffix) >=
        (int)sizeof path) {
        return ent_fail(err, ENT_BAD_INPUT, "the path is too long");
    }
    return ent_file_read(path, size_max, ret_text, err);
}

static int
is_rollover(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');

    return entry->d_name[0] != '.' && dot != NULL &&
           strcmp(dot, ".rollover") == 0;
}

/* The state's keys by one file; false when it does not speak of `pinned`. */
static bool
read_rollover(const char *folder, const char *file, const char *state,
    const struct ent_verify_key *pinned, struct ent_rollover *ret_keys)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};

    return read_in(folder, file, "", ROLLOVER_MAX, &text, NULL) == ENT_OK &&
           ent_armour_decode(ENT_ARMOUR_ROLLOVER, ent_bytes_view(&text), &wire,
               NULL) == ENT_OK &&
           ent_rollover_open(ent_bytes_view(&wire), pinned, ret_keys, NULL) ==
               ENT_OK &&
           strcmp(ret_keys->state, state) == 0;
}

/* The keys of the state's authority: by the agreement, and by statements that
 * lie beside it; of several the one that says most. */
static void
find_keys(const char *folder, const struct ent_agreement *agreement,
    const char *state, struct ent_rollover *ret_keys)
{
    const struct ent_verify_key *pinned =
        ent_agreement_authority(agreement, state);
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_rollover, by_name);

    ent_authority_know(state, pinned, NULL, ret_keys);
    for (int i = 0; i < count; i++) {
        struct ent_rollover keys;

        if (read_rollover(folder, entries[i]->d_name, state, pinned, &keys) &&
            keys.key_count > ret_keys->key_count) {
            *ret_keys = keys;
        }
        free(entries[i]);
    }
    free(entries);
}

static enum ent_status
verify(const char *folder, const struct ent_agreement *agreement,
    const struct ent_notice *notice, struct ent_view text,
    struct ent_view signatures, struct ent_error *err)
{
    const char *state = notice->declaration.state;
    struct ent_rollover keys;

    find_keys(folder, agreement, state, &keys);
    return ent_notice_verify(
        agreement, notice, text, signatures, &keys, ent_time_now_ms(), err);
}

/* Read one; false when it is about another agreement. */
static bool
read_notice(const char *folder, const struct ent_agreement *agreement,
    struct cli_notice *notice)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes signatures = {0};
    struct ent_complaints complaints = {0};
    char name[ENT_AGREEMENT_NAME_LEN];
    struct ent_error err = {0};
    enum ent_status rc;

    rc = read_in(folder, notice->file, "", ENT_NOTICE_SIZE_MAX, &text, &err);
    if (rc == ENT_OK) {
        rc = ent_notice_agreement(ent_bytes_view(&text), name, &err);
    }
    if (rc == ENT_OK && strcmp(name, ent_agreement_name(agreement)) != 0) {
        return false;
    }
    if (rc == ENT_OK) {
        rc = ent_notice_read(agreement, ent_bytes_view(&text), &notice->notice,
            &complaints, &err);
    }
    if (rc == ENT_OK) {
        rc = read_in(folder, notice->file, ".sig", ENT_SIGNATURES_FILE_MAX,
            &signatures, &err);
    }
    if (rc == ENT_OK) {
        rc = verify(folder, agreement, &notice->notice, ent_bytes_view(&text),
            ent_bytes_view(&signatures), &err);
    }
    notice->good = rc == ENT_OK;
    (void)snprintf(notice->fault, sizeof notice->fault, "%s",
        rc == ENT_OK ? "" : err.text);
    return true;
}

enum ent_status
cli_notices_read(const char *path, const struct ent_agreement *agreement,
    struct cli_notices *ret_notices, struct ent_error *err)
{
    struct cli_notices notices = {0};
    struct dirent **entries = NULL;
    char folder[PATH_MAX];
    enum ent_status rc;
    int count;

    rc = cli_folder_of(path, folder, err);
    if (rc != ENT_OK) {
        return rc;
    }
    count = scandir(folder, &entries, is_notice, by_name);
    if (count < 0) {
        return ent_fail(
            err, ENT_IO, "reading folder '%s': %s", folder, strerror(errno));
    }
    notices.list = calloc((size_t)count + 1, sizeof *notices.list);
    for (int i = 0; i < count; i++) {
        if (notices.list != NULL && notices.count < CLI_NOTICES_MAX) {
            struct cli_notice *notice = &notices.list[notices.count];

            memset(notice, 0, sizeof *notice);
            (void)snprintf(
                notice->file, sizeof notice->file, "%s", entries[i]->d_name);
            notices.count += read_notice(folder, agreement, notice) ? 1 : 0;
        }
        free(entries[i]);
    }
    free(entries);
    if (notices.list == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "reading notices");
    }
    *ret_notices = notices;
    return ENT_OK;
}

void
cli_notices_free(struct cli_notices *notices)
{
    free(notices->list);
    *notices = (struct cli_notices){0};
}

uint64_t
cli_notices_next(const struct cli_notices *notices, const char *state)
{
    uint64_t last = 0;

    for (size_t i = 0; i < notices->count; i++) {
        const struct ent_declaration *declaration =
            &notices->list[i].notice.declaration;

        if (strcmp(declaration->state, state) == 0 &&
            declaration->number > last) {
            last = declaration->number;
        }
    }
    return last + 1;
}

enum ent_status
cli_notices_sum(const struct cli_notices *notices, uint64_t now_ms,
    struct ent_declarations *ret_declarations, struct ent_error *err)
{
    struct ent_notice *good = calloc(notices->count + 1, sizeof *good);
    size_t count = 0;
    enum ent_status rc;

    if (good == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "reading notices");
    }
    for (size_t i = 0; i < notices->count; i++) {
        if (notices->list[i].good) {
            good[count++] = notices->list[i].notice;
        }
    }
    rc = ent_declarations_make(good, count, now_ms, ret_declarations, err);
    free(good);
    return rc;
}

enum ent_status
cli_notice_path(const char *path, const struct ent_notice *notice,
    char ret_path[static PATH_MAX], struct ent_error *err)
{
    size_t len = strlen(path);

    if (len > 5 && strcmp(path + len - 5, ".yaml") == 0) {
        len -= 5;
    }
    if (snprintf(ret_path, PATH_MAX, "%.*s.%s-%llu.%s", (int)len, path,
            notice->declaration.state,
            (unsigned long long)notice->declaration.number,
            ent_notice_kind_name(notice->kind)) >= PATH_MAX) {
        return ent_fail(err, ENT_BAD_INPUT, "the path is too long");
    }
    return ENT_OK;
}
