/* SPDX-License-Identifier: Apache-2.0 */
#include "node/tally.h"

#include "proto/schema/api.pb-c.h"

#define NUMBERS 5
#define REST_LEN (NUMBERS * 8)

/* What one row is worth. */
static struct node_tally
of_desk(const Entente__Rest__V1__DeskRow *row)
{
    struct node_tally tally = {0};

    if (row != NULL) {
        tally.desk = 1;
        tally.open = row->acknowledge_by != 0 && row->acknowledged_at == 0;
    }
    return tally;
}

static struct node_tally
of_copy(const Entente__Rest__V1__CopyRow *row)
{
    struct node_tally tally = {0};

    if (row == NULL || row->feed != 0 || row->given.len != 0) {
        return tally; /* no message (node/copy.h) */
    }
    if (row->state == 0) {
        tally.waiting = 1;
    } else if (row->state == ENTENTE__V1__TRACE_STATE__TRACE_REFUSED_HERE) {
        tally.refused = 1;
    } else {
        tally.settled = 1;
    }
    return tally;
}

/* Unsigned arithmetic wraps, so that the difference may be negative. */
static void
change(struct node_tally *tally, struct node_tally was, struct node_tally is)
{
    tally->desk += is.desk - was.desk;
    tally->open += is.open - was.open;
    tally->waiting += is.waiting - was.waiting;
    tally->settled += is.settled - was.settled;
    tally->refused += is.refused - was.refused;
}

void
node_tally_desk(struct node_tally *tally, const Entente__Rest__V1__DeskRow *was,
    const Entente__Rest__V1__DeskRow *is)
{
    change(tally, of_desk(was), of_desk(is));
}

void
node_tally_copy(struct node_tally *tally, const Entente__Rest__V1__CopyRow *was,
    const Entente__Rest__V1__CopyRow *is)
{
    change(tally, of_copy(was), of_copy(is));
}

void
node_tally_settled(struct node_tally *tally, uint64_t copies)
{
    tally->waiting -= copies;
    tally->settled += copies;
}

bool
node_tally_equal(const struct node_tally *a, const struct node_tally *b)
{
    return a->desk == b->desk && a->open == b->open &&
           a->waiting == b->waiting && a->settled == b->settled &&
           a->refused == b->refused;
}

struct node_key
node_tally_key(void)
{
    return node_key_meta("tally");
}

enum ent_status
node_tally_decode(
    struct ent_view value, struct node_tally *ret_tally, struct ent_error *err)
{
    if (value.len != REST_LEN) {
        return ent_fail(err, ENT_IO, "the stored tally is odd");
    }
    ret_tally->desk = ent_get_be(value.data, 8);
    ret_tally->open = ent_get_be(value.data + 8, 8);
    ret_tally->waiting = ent_get_be(value.data + 16, 8);
    ret_tally->settled = ent_get_be(value.data + 24, 8);
    ret_tally->refused = ent_get_be(value.data + 32, 8);
    return ENT_OK;
}

enum ent_status
node_tally_load(struct node_store *store, struct node_tally *ret_tally,
    struct ent_error *err)
{
    struct node_key key = node_tally_key();
    struct ent_view value;
    enum ent_status rc =
        node_store_get(store, NODE_META, node_key_view(&key), &value, err);

    if (rc == ENT_NOT_FOUND) {
        *ret_tally = (struct node_tally){0};
        return ENT_OK;
    }
    return rc != ENT_OK ? rc : node_tally_decode(value, ret_tally, err);
}

enum ent_status
node_tally_save(struct node_store *store, const struct node_tally *tally,
    struct ent_error *err)
{
    struct node_key key = node_tally_key();
    uint8_t rest[REST_LEN];

    ent_put_be(rest, tally->desk, 8);
    ent_put_be(rest + 8, tally->open, 8);
    ent_put_be(rest + 16, tally->waiting, 8);
    ent_put_be(rest + 24, tally->settled, 8);
    ent_put_be(rest + 32, tally->refused, 8);
    return node_store_put(store, NODE_META, node_key_view(&key),
        ent_view_of(rest, sizeof rest), err);
}
