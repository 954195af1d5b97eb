/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/notice.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/file.h"
#include "tools/cli/folder.h"

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
        rc = ent_notice_verify(agreement, &notice->notice,
            ent_bytes_view(&text), ent_bytes_view(&signatures), &err);
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
