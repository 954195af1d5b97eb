/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carriage - what two offices tell each other, in a file, for a border without
 * a network: bundles, receipts, skips and signed objects, the same bytes as on
 * the link (proto/link.h). A file of them can be carried in a pocket, copied,
 * taken in twice and in any order, and what is whole in it survives what is
 * not.
 *
 *     file   = "entente carry 1\n" record* end
 *     record = head, payload, body
 *     head   = mark(4) version(1) type(1) zero(2) u32 payload_len u32 body_len
 *              H16(payload, body)(16) H16(what stands before)(its first 8)
 *     end    = a record of type 0; payload: u64 how many records were before
 *
 * docs/PROTOCOL.md, section 14.5. Nothing here proves who wrote a file: what is
 * in it is signed, each for itself.
 */
#ifndef ENT_PROTO_CARRIAGE_H
#define ENT_PROTO_CARRIAGE_H

#include "proto/link.h"

#define ENT_CARRIAGE_MAGIC "entente carry 1\n"
#define ENT_CARRIAGE_MAGIC_LEN (sizeof ENT_CARRIAGE_MAGIC - 1)
#define ENT_CARRIAGE_HEAD_LEN 40
#define ENT_CARRIAGE_END 0 /* type of the last record */
#define ENT_CARRIAGE_END_LEN (ENT_CARRIAGE_HEAD_LEN + 8)
/* No record is longer. */
#define ENT_CARRIAGE_RECORD_MAX                                                \
    (ENT_CARRIAGE_HEAD_LEN + ENT_FRAME_PAYLOAD_MAX + ENT_FRAME_BODY_MAX)

/* A frame in a file; looks into the bytes it was read from. */
struct ent_carried {
    uint8_t type; /* enum ent_frame_type, or one of a later version */
    struct ent_view payload;
    struct ent_view body;
};

/* What stands before payload and body of a frame; both within the limits of the
 * link. */
void ent_carriage_head(const struct ent_carried *frame,
    uint8_t ret_head[static ENT_CARRIAGE_HEAD_LEN]);

/* The last record of a file that has `records` others. */
void ent_carriage_end(
    uint64_t records, uint8_t ret_end[static ENT_CARRIAGE_END_LEN]);

/* Reading one file from its front. All zero is the beginning. */
struct ent_carriage {
    uint64_t offset;   /* of the next byte to look at */
    uint64_t records;  /* whole ones, since the last beginning */
    uint64_t promised; /* how many its end says there were, once `ended` */
    uint32_t spoilt;   /* heads that were right before a wrong content */
    bool begun;        /* a beginning was there */
    bool ended;        /* and its end */
};

enum ent_carriage_found {
    ENT_CARRIAGE_RECORD, /* a whole frame */
    ENT_CARRIAGE_DAMAGE, /* these bytes belong to none */
    ENT_CARRIAGE_PAST,   /* a beginning or an end: nothing to do with it */
    ENT_CARRIAGE_MORE,   /* more bytes must be seen first */
    ENT_CARRIAGE_OVER,   /* there is nothing left */
};

/* Look at `input`, the bytes from reading->offset on; `last`: there are no more
 * behind them. RECORD, DAMAGE and PAST consume `ret_used` bytes, at least one,
 * and reading->offset has moved behind them. MORE comes only for an input that
 * is shorter than ENT_CARRIAGE_RECORD_MAX and not the last. */
enum ent_carriage_found ent_carriage_next(struct ent_carriage *reading,
    struct ent_view input, bool last, struct ent_carried *ret_frame,
    size_t *ret_used);

#endif
