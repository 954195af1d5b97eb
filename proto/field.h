/* SPDX-License-Identifier: Apache-2.0 */
/*
 * field - what stands in the fields of a decoded protobuf message.
 *
 * The schemas of labels, bundles, trust and delivery share bytes of a fixed
 * length, addresses, streams and lists of signatures. Here they become our own
 * values, or a sentence with the name of the field that is wrong. Messages have
 * passed proto/base/pb.h before.
 */
#ifndef ENT_PROTO_FIELD_H
#define ENT_PROTO_FIELD_H

#include "proto/label.h"
#include "proto/schema/delivery.pb-c.h"
#include "proto/signing.h"

/* Room for decoding on the stack whatever a label or bundle head can hold. */
#define ENT_FIELD_BLOCK_LEN 8192

/* A field of exactly `len` bytes, and where they go. */
struct ent_field {
    const char *name;
    ProtobufCBinaryData data;
    uint8_t *out;
    size_t len;
};

/* Copy each; ENT_BAD_INPUT names the first whose length is wrong. What was
 * copied before it stays copied: `out` lies in a value not given away yet. */
enum ent_status ent_field_read(const struct ent_field *fields, size_t count,
    struct ent_error *err) ENT_MUST_CHECK;

/* `len` bytes of ours as a field; none when they are all zero and `optional`.
 */
ProtobufCBinaryData ent_field_bytes(
    const uint8_t *bytes, size_t len, bool optional);

/* ENT_UNSUPPORTED unless 1, the only version there is. */
enum ent_status ent_field_version(
    uint32_t version, struct ent_error *err) ENT_MUST_CHECK;

/* ENT_BAD_INPUT begins with `name`, the field. */
enum ent_status ent_field_address(const char *name, const char *text,
    struct ent_address *ret_address, struct ent_error *err) ENT_MUST_CHECK;

/* A precedence there is; both parties are addresses. */
enum ent_status ent_field_stream(const Entente__V1__Stream *field,
    struct ent_stream_id *ret_stream, struct ent_error *err) ENT_MUST_CHECK;
/* The same of a stream of ours, before it is written. */
enum ent_status ent_field_stream_check(
    const struct ent_stream_id *stream, struct ent_error *err) ENT_MUST_CHECK;
/* The other way; looks into `stream`. */
Entente__V1__Stream ent_field_from_stream(const struct ent_stream_id *stream);

/* 1 to ENT_SIGNATURES_MAX, each an Ed25519 one. */
enum ent_status ent_field_signatures(Entente__V1__Signature *const *list,
    size_t count, struct ent_signatures *ret_signatures,
    struct ent_error *err) ENT_MUST_CHECK;

/* The other way: room for the list, which looks into `signatures`. */
struct ent_field_signatures {
    Entente__V1__Signature values[ENT_SIGNATURES_MAX];
    Entente__V1__Signature *list[ENT_SIGNATURES_MAX];
};
void ent_field_from_signatures(const struct ent_signatures *signatures,
    struct ent_field_signatures *ret_field);

/* Take the next field off `rest`, the bytes of a message that decoded before:
 * its number, and its value if it has a length (else nothing). False at the
 * end. This is how a view into those bytes is found again. */
bool ent_field_next(
    struct ent_view *rest, uint32_t *ret_number, struct ent_view *ret_value);

/* The value of field `number` in `wire`; empty when it is not there. */
struct ent_view ent_field_find(struct ent_view wire, uint32_t number);

#endif
