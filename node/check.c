/* SPDX-License-Identifier: Apache-2.0 */
#include "node/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "node/copy_block.h"
#include "node/desk_block.h"

void
node_check_begin(const struct node *node, struct node_check *ret_check)
{
    struct node_check check = {.stage = NODE_CHECK_JOURNAL};
    const struct node_tally *tally = &node->before.tally;

    node_audit_begin(node->journal, &check.audit);
    check.total = check.audit.size + tally->desk + tally->waiting +
                  tally->settled + tally->refused;
    *ret_check = check;
}

void
node_check_fini(struct node_check *check)
{
    node_snapshot_close(&check->snapshot);
}

static void
finish(struct node_check *check, const char *fault)
{
    check->stage = NODE_CHECK_DONE;
    check->good = fault == NULL;
    (void)snprintf(
        check->fault, sizeof check->fault, "%s", fault == NULL ? "" : fault);
    node_snapshot_close(&check->snapshot);
}

/* ---- the journal ---- */

/* The rows are counted in the store as it is now, whatever is written then. */
static enum ent_status
begin_to_count(
    struct node *node, struct node_check *check, struct ent_error *err)
{
    struct node_key key = node_tally_key();
    struct ent_view value;
    enum ent_status rc = node_snapshot_open(node->store, &check->snapshot, err);

    if (rc != ENT_OK) {
        return rc;
    }
    check->stage = NODE_CHECK_DESK;
    rc = node_snapshot_seek(check->snapshot, NODE_META, node_key_view(&key),
        key.len, check->place, &value, err);
    if (rc == ENT_OK) {
        rc = node_tally_decode(value, &check->kept, err);
    }
    if (rc != ENT_OK && rc != ENT_NOT_FOUND) {
        finish(check, err->text);
    }
    memset(check->place, 0, sizeof check->place);
    return ENT_OK;
}

static enum ent_status
step_journal(struct node *node, struct node_check *check, size_t rows,
    struct ent_error *err)
{
    struct ent_error fault = {0};
    uint64_t before = check->audit.edge.size;
    bool done = false;

    if (node_audit_step(&check->audit, node->store, rows, &done, &fault) !=
        ENT_OK) {
        finish(check, fault.text);
        return ENT_OK;
    }
    check->checked += check->audit.edge.size - before;
    return done ? begin_to_count(node, check, err) : ENT_OK;
}

/* ---- the tally ---- */

static enum ent_status
count_desk(
    struct node_check *check, struct ent_view value, struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__DeskRow *row = NULL;
    enum ent_status rc =
        node_row_unpack(value, &entente__rest__v1__desk_row__descriptor,
            (ProtobufCMessage **)&row, err);

    if (rc == ENT_OK) {
        node_tally_desk(&check->counted, NULL, row);
    }
    return rc;
}

static enum ent_status
count_block(
    struct node_check *check, struct ent_view value, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_desk_block *block = NULL;
    uint64_t at = 0;
    enum ent_status rc = node_desk_block_read(value, &block, err);

    for (; rc == ENT_OK && node_desk_block_next(block, at, &at); at++) {
        node_tally_desk(&check->counted, NULL, block->row);
    }
    return rc;
}

/* What its bundle says of a copy, as the snapshot has it. */
static enum ent_status
lay_outcome(struct node_check *check, Entente__Rest__V1__CopyRow *row,
    struct ent_error *err)
{
    const struct node_outcome *kept =
        node_outcomes_find(&check->outcomes, row->bundle);
    struct node_key key = node_key_u64(row->bundle);
    struct node_outcome outcome;
    struct ent_view value;
    enum ent_status rc;

    if (kept != NULL) {
        node_outcome_lay(kept, row);
        return ENT_OK;
    }
    rc = node_snapshot_seek(check->snapshot, NODE_OUTCOME, node_key_view(&key),
        key.len, key.bytes, &value, err);
    if (rc == ENT_OK) {
        rc = node_outcome_decode(row->bundle, value, &outcome, err);
    }
    if (rc == ENT_OK) {
        node_outcomes_keep(&check->outcomes, &outcome);
        node_outcome_lay(&outcome, row);
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

static enum ent_status
count_copy_row(
    struct node_check *check, node_copy_row *row, struct ent_error *err)
{
    enum ent_status rc =
        node_outcome_may_lie(row) ? lay_outcome(check, row, err) : ENT_OK;

    if (rc == ENT_OK) {
        node_tally_copy(&check->counted, NULL, row);
    }
    return rc;
}

static enum ent_status
count_copy(
    struct node_check *check, struct ent_view value, struct ent_error *err)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__CopyRow *row = NULL;
    enum ent_status rc =
        node_row_unpack(value, &entente__rest__v1__copy_row__descriptor,
            (ProtobufCMessage **)&row, err);

    return rc != ENT_OK ? rc : count_copy_row(check, row, err);
}

static enum ent_status
count_copy_block(
    struct node_check *check, struct ent_view value, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_copy_block *block = NULL;
    uint32_t at = 0;
    enum ent_status rc = node_copy_block_read(value, &block, err);

    for (; rc == ENT_OK && node_copy_block_next(block, at, &at); at++) {
        node_copy_row row;

        node_copy_block_row(block, at, &row);
        rc = count_copy_row(check, &row, err);
    }
    return rc;
}

static void
compare(struct node_check *check)
{
    const struct node_tally *kept = &check->kept;
    const struct node_tally *counted = &check->counted;
    char fault[ENT_ERROR_TEXT_MAX];

    if (node_tally_equal(kept, counted)) {
        finish(check, NULL);
        return;
    }
    (void)snprintf(fault, sizeof fault,
        "the tally does not agree with the rows: desk %" PRIu64 " for %" PRIu64
        ", to acknowledge %" PRIu64 " for %" PRIu64 ", waiting %" PRIu64
        " for %" PRIu64 ", settled %" PRIu64 " for %" PRIu64
        ", refused here %" PRIu64 " for %" PRIu64,
        kept->desk, counted->desk, kept->open, counted->open, kept->waiting,
        counted->waiting, kept->settled, counted->settled, kept->refused,
        counted->refused);
    finish(check, fault);
}

/* The next stage, when a table is through. */
static void
turn_page(struct node_check *check)
{
    if (check->stage == NODE_CHECK_COPY_BLOCKS) {
        compare(check);
        return;
    }
    check->stage++;
    memset(check->place, 0, sizeof check->place);
}

/* What is counted in a stage, and how. */
static const struct page {
    enum node_table table;
    enum ent_status (*count)(
        struct node_check *check, struct ent_view value, struct ent_error *err);
} pages[NODE_CHECK_DONE] = {
    [NODE_CHECK_DESK] = {NODE_DESK, count_desk},
    [NODE_CHECK_BLOCKS] = {NODE_DESK_BLOCK, count_block},
    [NODE_CHECK_COPIES] = {NODE_COPY, count_copy},
    [NODE_CHECK_COPY_BLOCKS] = {NODE_COPY_BLOCK, count_copy_block},
};

/* Up to `rows` of one table. */
static void
step_tally(struct node_check *check, size_t rows)
{
    const struct page *page = &pages[check->stage];
    const enum node_table table = page->table;
    const size_t len = node_key_len(table);
    struct ent_error fault = {0};

    for (size_t i = 0; i < rows; i++) {
        struct ent_view value;
        enum ent_status rc = node_snapshot_seek(check->snapshot, table,
            ent_view_of(check->place, len), 0, check->place, &value, &fault);

        if (rc == ENT_NOT_FOUND) {
            turn_page(check);
            return;
        }
        if (rc == ENT_OK) {
            rc = page->count(check, value, &fault);
        }
        if (rc != ENT_OK) {
            finish(check, fault.text);
            return;
        }
        check->checked++;
        if (!node_key_after(check->place, len)) {
            turn_page(check);
            return;
        }
    }
}

enum ent_status
node_check_step(struct node *node, struct node_check *check, size_t rows,
    struct ent_error *err)
{
    const uint64_t end = check->checked + rows;
    enum ent_status rc = ENT_OK;

    while (rc == ENT_OK && check->stage != NODE_CHECK_DONE &&
           check->checked < end) {
        size_t left = (size_t)(end - check->checked);

        if (check->stage == NODE_CHECK_JOURNAL) {
            rc = step_journal(node, check, left, err);
        } else {
            step_tally(check, left);
        }
    }
    /* In the next turn it may be read (node/store.h). */
    return rc == ENT_BUSY ? ENT_OK : rc;
}
