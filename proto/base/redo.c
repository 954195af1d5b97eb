/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/base/redo.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/file.h"

#define CONTEXT "entente redo v1"
#define MAC_LEN 16
#define NUMBER_AT MAC_LEN
#define LENGTH_AT (NUMBER_AT + 8)
#define TITLE_LEN (ENT_REDO_ID_LEN + MAC_LEN)
#define ROOM_MIN ((size_t)16 * 1024)
#define ALL_THAT_ARE UINT64_MAX

_Static_assert(ENT_REDO_LEN % ENT_REDO_BLOCK == 0, "it is whole blocks");
_Static_assert(ENT_REDO_HEAD_LEN == LENGTH_AT + 4, "a head is its three parts");

static size_t
whole_blocks(size_t len)
{
    return (len + ENT_REDO_BLOCK - 1) / ENT_REDO_BLOCK * ENT_REDO_BLOCK;
}

/* ---- a record ---- */

static bool
make_room(struct ent_redo_record *record, size_t len)
{
    size_t room = record->room == 0 ? ROOM_MIN : record->room;
    uint8_t *bytes;

    while (room < len) {
        room *= 2;
    }
    if (room == record->room) {
        return true;
    }
    bytes = realloc(record->bytes, room);
    if (bytes == NULL) {
        return false;
    }
    record->bytes = bytes;
    record->room = room;
    return true;
}

uint8_t *
ent_redo_record_add(struct ent_redo_record *record, size_t len)
{
    const size_t at = record->len == 0 ? ENT_REDO_HEAD_LEN : record->len;

    record->is_over = record->is_over || len > ENT_REDO_LEN ||
                      at + len > ENT_REDO_LEN ||
                      !make_room(record, whole_blocks(at + len));
    if (record->is_over) {
        return NULL;
    }
    record->len = at + len;
    return record->bytes + at;
}

void
ent_redo_record_clear(struct ent_redo_record *record)
{
    record->len = 0;
    record->is_over = false;
}

void
ent_redo_record_free(struct ent_redo_record *record)
{
    free(record->bytes);
    *record = (struct ent_redo_record){0};
}

/* ---- the file ---- */

static enum ent_status
failed(const char *doing, const char *path, struct ent_error *err)
{
    bool is_full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;

    return ent_fail(err, is_full ? ENT_FULL : ENT_IO,
        "%s '%s/" ENT_REDO_FILE "': %s", doing, path, strerror(errno));
}

/* Of the id, and `len` bytes. */
static void
compute_mac(const struct ent_redo *redo, const uint8_t *bytes, size_t len,
    uint8_t out[static MAC_LEN])
{
    crypto_generichash_state hash;

    (void)crypto_generichash_init(&hash, redo->key, sizeof redo->key, MAC_LEN);
    (void)crypto_generichash_update(
        &hash, (const uint8_t *)CONTEXT, sizeof CONTEXT - 1);
    (void)crypto_generichash_update(&hash, redo->id, sizeof redo->id);
    (void)crypto_generichash_update(&hash, bytes, len);
    (void)crypto_generichash_final(&hash, out, MAC_LEN);
    sodium_memzero(&hash, sizeof hash);
}

static struct ent_redo
redo_of(const uint8_t key[static ENT_REDO_KEY_LEN],
    const uint8_t id[static ENT_REDO_ID_LEN], uint64_t applied)
{
    struct ent_redo redo = {
        .file = -1,
        .first = applied + 1,
        .next = applied + 1,
        .written = ALL_THAT_ARE,
        .at = ENT_REDO_BLOCK,
    };

    memcpy(redo.key, key, sizeof redo.key);
    memcpy(redo.id, id, sizeof redo.id);
    return redo;
}

/* What the file begins with. */
static void
encode_title(const struct ent_redo *redo, uint8_t out[static TITLE_LEN])
{
    memcpy(out, redo->id, ENT_REDO_ID_LEN);
    compute_mac(redo, NULL, 0, out + ENT_REDO_ID_LEN);
}

static bool
write_file(int file, const uint8_t title[static TITLE_LEN])
{
    static const uint8_t zeros[64 * 1024];
    bool good = true;

    for (size_t at = 0; good && at < ENT_REDO_LEN; at += sizeof zeros) {
        good = ent_file_write_at(file, zeros, sizeof zeros, at);
    }
    return good && ent_file_write_at(file, title, TITLE_LEN, 0) &&
           fsync(file) == 0;
}

/* Blocks that are only reserved would be written twice when they are used. */
enum ent_status
ent_redo_create(int folder, const char *path,
    const uint8_t key[static ENT_REDO_KEY_LEN],
    const uint8_t id[static ENT_REDO_ID_LEN], struct ent_error *err)
{
    struct ent_redo redo = redo_of(key, id, 0);
    uint8_t title[TITLE_LEN];
    enum ent_status rc = ENT_OK;

    encode_title(&redo, title);
    redo.file = openat(folder, ENT_REDO_FILE,
        O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (redo.file < 0) {
        rc = failed("making", path, err);
    } else if (!write_file(redo.file, title)) {
        rc = failed("writing", path, err);
    }
    ent_redo_close(&redo);
    return rc;
}

static enum ent_status
check_file(const struct ent_redo *redo, const char *path, struct ent_error *err)
{
    uint8_t want[TITLE_LEN];
    uint8_t title[TITLE_LEN];
    struct stat stat;

    encode_title(redo, want);
    if (fstat(redo->file, &stat) != 0) {
        return failed("opening", path, err);
    }
    if (stat.st_size != (off_t)ENT_REDO_LEN ||
        !ent_file_read_at(redo->file, title, sizeof title, 0)) {
        return ent_fail(err, ENT_IO,
            "'%s/" ENT_REDO_FILE "' is damaged: it has %lld bytes, not %zu",
            path, (long long)stat.st_size, ENT_REDO_LEN);
    }
    if (sodium_memcmp(title, want, sizeof want) != 0) {
        return ent_fail(err, ENT_IO,
            "'%s/" ENT_REDO_FILE "' is damaged, or another store's", path);
    }
    return ENT_OK;
}

enum ent_status
ent_redo_open(int folder, const char *path,
    const uint8_t key[static ENT_REDO_KEY_LEN],
    const uint8_t id[static ENT_REDO_ID_LEN], uint64_t applied,
    struct ent_redo *ret_redo, struct ent_error *err)
{
    struct ent_redo redo = redo_of(key, id, applied);
    enum ent_status rc;

    redo.file = openat(folder, ENT_REDO_FILE, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    rc = redo.file < 0 ? failed("opening", path, err)
                       : check_file(&redo, path, err);
    if (rc != ENT_OK) {
        ent_redo_close(&redo);
        return rc;
    }
    *ret_redo = redo;
    return ENT_OK;
}

void
ent_redo_close(struct ent_redo *redo)
{
    if (redo->file >= 0) {
        (void)close(redo->file);
    }
    redo->file = -1;
    sodium_memzero(redo->key, sizeof redo->key);
}

/* ---- writing ---- */

bool
ent_redo_fits(const struct ent_redo *redo, const struct ent_redo_record *record)
{
    return !redo->is_broken && record->len > 0 && !record->is_over &&
           whole_blocks(record->len) <= ENT_REDO_LEN - redo->at;
}

enum ent_status
ent_redo_append(struct ent_redo *redo, struct ent_redo_record *record,
    struct ent_error *err)
{
    const size_t whole = whole_blocks(record->len);

    assert(ent_redo_fits(redo, record));
    ent_put_be(record->bytes + NUMBER_AT, redo->next++, 8);
    ent_put_be(record->bytes + LENGTH_AT, record->len - ENT_REDO_HEAD_LEN, 4);
    compute_mac(redo, record->bytes + NUMBER_AT, record->len - NUMBER_AT,
        record->bytes);
    memset(record->bytes + record->len, 0, whole - record->len);
    if (!ent_file_write_at(redo->file, record->bytes, whole, redo->at) ||
        fdatasync(redo->file) != 0) {
        redo->is_broken = true;
        return ent_fail(
            err, ENT_IO, "writing " ENT_REDO_FILE ": %s", strerror(errno));
    }
    redo->at += whole;
    redo->written = redo->next - 1;
    return ENT_OK;
}

void
ent_redo_restart(struct ent_redo *redo)
{
    redo->first = redo->next;
    redo->at = ENT_REDO_BLOCK;
}

/* ---- reading ---- */

/* Whether a record of this store begins there. */
static bool
record_at(const struct ent_redo *redo, struct ent_view file, size_t at,
    uint64_t *ret_number, struct ent_view *ret_content)
{
    const uint8_t *bytes = file.data + at;
    uint8_t mac[MAC_LEN];
    size_t len;

    if (file.len < at || file.len - at < ENT_REDO_HEAD_LEN) {
        return false;
    }
    len = ent_get_be(bytes + LENGTH_AT, 4);
    if (len > file.len - at - ENT_REDO_HEAD_LEN) {
        return false;
    }
    compute_mac(
        redo, bytes + NUMBER_AT, ENT_REDO_HEAD_LEN - NUMBER_AT + len, mac);
    *ret_number = ent_get_be(bytes + NUMBER_AT, 8);
    *ret_content = ent_view_of(bytes + ENT_REDO_HEAD_LEN, len);
    return sodium_memcmp(mac, bytes, sizeof mac) == 0;
}

/* Behind the last record lies what is of before, or was never confirmed. */
static enum ent_status
check_rest(
    const struct ent_redo *redo, struct ent_view file, struct ent_error *err)
{
    struct ent_view ignored;
    uint64_t number;

    for (size_t at = redo->at; at < file.len; at += ENT_REDO_BLOCK) {
        if (record_at(redo, file, at, &number, &ignored) &&
            number >= redo->next) {
            return ent_fail(err, ENT_IO,
                ENT_REDO_FILE " is damaged, or of another time than its store: "
                              "record %llu is there, and %llu is not",
                (unsigned long long)number, (unsigned long long)redo->next);
        }
    }
    return ENT_OK;
}

/* They are known now. */
static enum ent_status
replayed(struct ent_redo *redo, struct ent_view file, uint64_t next, size_t at,
    struct ent_error *err)
{
    if (redo->written == ALL_THAT_ARE) {
        redo->next = next;
        redo->at = at;
        redo->written = next - 1;
        return check_rest(redo, file, err);
    }
    return next > redo->written
               ? ENT_OK
               : ent_fail(err, ENT_IO, ENT_REDO_FILE " has lost record %llu",
                     (unsigned long long)next);
}

static enum ent_status
replay(struct ent_redo *redo, struct ent_view file, ent_redo_apply *apply,
    void *context, struct ent_error *err)
{
    uint64_t next = redo->first;
    size_t at = ENT_REDO_BLOCK;
    struct ent_view content;
    uint64_t number;

    while (next <= redo->written &&
           record_at(redo, file, at, &number, &content) && number == next) {
        enum ent_status rc = apply(context, content, err);

        if (rc != ENT_OK) {
            return rc;
        }
        next++;
        at += whole_blocks(ENT_REDO_HEAD_LEN + content.len);
    }
    return replayed(redo, file, next, at, err);
}

enum ent_status
ent_redo_replay(struct ent_redo *redo, ent_redo_apply *apply, void *context,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes file = {0};
    enum ent_status rc = ent_bytes_room(ENT_REDO_LEN, &file, err);

    if (rc == ENT_OK && !ent_file_read_at(redo->file, file.data, file.len, 0)) {
        rc = ent_fail(
            err, ENT_IO, "reading " ENT_REDO_FILE ": %s", strerror(errno));
    }
    return rc != ENT_OK
               ? rc
               : replay(redo, ent_bytes_view(&file), apply, context, err);
}
