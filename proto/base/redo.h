/* SPDX-License-Identifier: Apache-2.0 */
/*
 * redo - a file in which what a transaction changed is durable before the
 * tables are: one record behind the other, each written and synced at once.
 *
 * A commit of a store writes two pages of each table that it touched, here and
 * there in its file, and waits for the disk twice. A record is written in one
 * piece, over blocks that are there already, and the disk is waited for once.
 * When the tables are committed with all that, the records are not needed any
 * more, and the next one is written where the first one was.
 *
 * The file has a fixed length. Its first block begins with the store's id,
 * which tells it from others, and a MAC. Records are numbered from 1, over all
 * the life of a store, and begin at multiples of ENT_REDO_BLOCK, so that no
 * write that is cut short touches one that was confirmed:
 *
 *     MAC(16), number u64, length u32, content, zeros to the end of the block
 *
 * A MAC is BLAKE2b-128 under the store's key over "entente redo v1", the id,
 * and what is behind the MAC, without the zeros. What does not begin with the
 * record that was to be there is none: it was never confirmed, or is of before.
 * One that lies behind it is the sign of a damaged file.
 */
#ifndef ENT_PROTO_BASE_REDO_H
#define ENT_PROTO_BASE_REDO_H

#include "proto/base/bytes.h"

#define ENT_REDO_FILE "redo.log"
#define ENT_REDO_LEN ((size_t)1024 * 1024)
#define ENT_REDO_BLOCK 4096
#define ENT_REDO_KEY_LEN 32
#define ENT_REDO_ID_LEN 16
#define ENT_REDO_HEAD_LEN (16 + 8 + 4)

/* The content of the next record, as it grows. All zero: empty. */
struct ent_redo_record {
    uint8_t *bytes; /* with room for its head */
    size_t len;     /* of both; 0: nothing was added */
    size_t room;
    bool is_over; /* there was no room or no memory: it cannot be written */
};

struct ent_redo {
    int file;       /* -1: none */
    bool is_broken; /* a record could not be written: no more are */
    uint8_t key[ENT_REDO_KEY_LEN];
    uint8_t id[ENT_REDO_ID_LEN]; /* of the store */
    uint64_t first;              /* number of the record at the beginning */
    uint64_t next;               /* of the one that comes next */
    uint64_t written;            /* of the last one that is there for certain */
    size_t at;                   /* where it goes */
};

/* Room for `len` bytes more; NULL: the record is over. */
uint8_t *ent_redo_record_add(struct ent_redo_record *record, size_t len);
void ent_redo_record_clear(struct ent_redo_record *record);
void ent_redo_record_free(struct ent_redo_record *record);

/* Make the file of the store `id` in `folder`, instead of one that may be
 * there; `path` is the folder, for what is said. It is durable, but for its
 * name, which the folder's sync makes so. */
enum ent_status ent_redo_create(int folder, const char *path,
    const uint8_t key[static ENT_REDO_KEY_LEN],
    const uint8_t id[static ENT_REDO_ID_LEN],
    struct ent_error *err) ENT_MUST_CHECK;
/* The file of that store, whose tables have what is in all records up to
 * `applied`. `ret_redo` is closed with ent_redo_close. ENT_IO: it is missing,
 * damaged, or another store's. */
enum ent_status ent_redo_open(int folder, const char *path,
    const uint8_t key[static ENT_REDO_KEY_LEN],
    const uint8_t id[static ENT_REDO_ID_LEN], uint64_t applied,
    struct ent_redo *ret_redo, struct ent_error *err) ENT_MUST_CHECK;
void ent_redo_close(struct ent_redo *redo);

/* Whether there is room for it behind the others. */
bool ent_redo_fits(
    const struct ent_redo *redo, const struct ent_redo_record *record);
/* Write it and wait until it is on the disk. When that fails nobody knows
 * whether it is there: its number is used up, and no more are written. Where
 * the tables cannot be committed either, and the program ends before they are,
 * the next start may find it. */
enum ent_status ent_redo_append(struct ent_redo *redo,
    struct ent_redo_record *record, struct ent_error *err) ENT_MUST_CHECK;
/* The tables have all that was written: the next record is the first one. */
void ent_redo_restart(struct ent_redo *redo);

/* What is done with a record's content. */
typedef enum ent_status ent_redo_apply(
    void *context, struct ent_view content, struct ent_error *err);

/* Give each record that the tables may not have to `apply`, in their order,
 * until it fails: those that were written since it was opened, and the first
 * time those that are there; what comes next goes behind them. ENT_IO: the file
 * cannot be read, or is damaged. */
enum ent_status ent_redo_replay(struct ent_redo *redo, ent_redo_apply *apply,
    void *context, struct ent_error *err) ENT_MUST_CHECK;

#endif
