/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pb - protobuf from strangers, made safe.
 *
 * protobuf-c recurses without limit, amplifies its input 33 times, takes
 * invalid UTF-8, overlong numbers, repeated single fields and both members of a
 * oneof. So input is scanned first, down to its strings, for what packing would
 * not give byte for byte, and only then unpacked, into an arena with a budget.
 * Packing and unpacking are our own, and quicker: tests hold both against
 * protobuf-c.
 *
 * The arena is one block; everything unpacked lies in it and dies with it.
 */
#ifndef ENT_PROTO_BASE_PB_H
#define ENT_PROTO_BASE_PB_H

#include <protobuf-c/protobuf-c.h>

#include "proto/base/bytes.h"

#define ENT_PB_DEPTH_MAX 8

struct ent_arena {
    uint8_t *block;
    size_t size;
    size_t used;
    size_t peak; /* the most that was ever used; the rest was never touched */
    bool exhausted;
    bool borrowed;                /* the block is the caller's */
    ProtobufCAllocator allocator; /* hand &arena.allocator to protobuf-c */
};

/* A block of `size` bytes; nothing is allocated beyond it, and only what is
 * used of a large one becomes memory. Its allocator points back to `arena`,
 * which must stay where it is. Cheap enough to have one for each message. */
enum ent_status ent_arena_init(
    struct ent_arena *arena, size_t size, struct ent_error *err) ENT_MUST_CHECK;
/* The same over `size` zero bytes of the caller, aligned as max_align_t: for a
 * small message read often, on the stack. */
void ent_arena_over(struct ent_arena *arena, uint8_t *block, size_t size);
/* `len` zeroed, aligned bytes, or NULL when the budget is used up. */
void *ent_arena_alloc(struct ent_arena *arena, size_t len);
/* Forget everything in it and keep the block. */
void ent_arena_reset(struct ent_arena *arena);
/* Wipes what was used. Does nothing to an empty one. */
void ent_arena_fini(struct ent_arena *arena);

struct ent_pb_limits {
    size_t size_max;         /* bytes of input */
    size_t fields_max;       /* in all, at every level */
    unsigned reserved_below; /* unknown fields below this are refused at the
                                top level; 0: refuse all unknown, everywhere */
};

/* What is refused besides: nesting deeper than ENT_PB_DEPTH_MAX, groups, fields
 * that descend or repeat (unknown ones too), a value of an enumeration that the
 * schema does not name, text that is not UTF-8 or holds NUL, and any encoding
 * but the one that packing gives. */

/* Unpack `wire` as `descriptor` into `arena`. ENT_BAD_INPUT says where, by path
 * of field names where known; ENT_NO_MEMORY when the arena's budget is used up
 * (for input: too big) and then nothing of it is left in the arena. The result
 * must not be freed. */
enum ent_status ent_pb_unpack(const ProtobufCMessageDescriptor *descriptor,
    struct ent_view wire, const struct ent_pb_limits *limits,
    struct ent_arena *arena, ProtobufCMessage **ret_message,
    struct ent_error *err) ENT_MUST_CHECK;

/* The same of bytes that packing gave here and that nobody else can have
 * changed since, as a row under its MAC: they are laid out without a look
 * ahead. Fields that the schema does not have are kept when they stand behind
 * all that it has, and are malformed elsewhere. */
enum ent_status ent_pb_unpack_own(const ProtobufCMessageDescriptor *descriptor,
    struct ent_view wire, struct ent_arena *arena,
    ProtobufCMessage **ret_message, struct ent_error *err) ENT_MUST_CHECK;

/* The next part of `wire` that is a message, text or bytes of field `number`,
 * as it lies there; `wire` goes on behind it. False: there is none. Of bytes
 * that were unpacked, or else it ends where they are no message. */
bool ent_pb_part(
    struct ent_view *wire, uint32_t number, struct ent_view *ret_part);

/* Pack into owned bytes. An empty message gives empty bytes. */
enum ent_status ent_pb_pack(const ProtobufCMessage *message,
    struct ent_bytes *ret_wire, struct ent_error *err) ENT_MUST_CHECK;

/* The same into the end of `room`, where it lies then; false: it is more than
 * `len` bytes, and what does fit of it lies there. */
bool ent_pb_pack_into(const ProtobufCMessage *message, uint8_t *room,
    size_t len, struct ent_view *ret_wire);

/* A message of `type` that is packed already, to be a part of what is packed
 * next: `wire` stands there as it is, and must stay until then. It is not
 * looked through; whoever reads the result finds that nothing is set. NULL: no
 * memory left in the arena, or `wire` does not begin with a field. */
ProtobufCMessage *ent_pb_packed(const ProtobufCMessageDescriptor *type,
    struct ent_view wire, struct ent_arena *arena);

#endif
