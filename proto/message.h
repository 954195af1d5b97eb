/* SPDX-License-Identifier: Apache-2.0 */
/*
 * message - what an officer writes: one family, typed fields, handling codes.
 *
 * The catalogue's schema is proto/schema/message.proto and the files it
 * imports. A message travels as protobuf; people and their systems see
 * protobuf's canonical JSON mapping of it.
 */
#ifndef ENT_PROTO_MESSAGE_H
#define ENT_PROTO_MESSAGE_H

#include "proto/base/pb.h"
#include "proto/catalogue.h"
#include "proto/id.h"
#include "proto/label.h"
#include "proto/schema/message.pb-c.h"

typedef Entente__V1__Message ent_message; /* the one alias: a generated name */

#define ENT_MESSAGE_FIELDS_MAX 16384
#define ENT_MESSAGE_ARENA ((size_t)4 * 1024 * 1024) /* room for any message */

/* Unpack strictly (proto/base/pb.h); at most ENT_MESSAGE_MAX bytes.
 * ENT_UNSUPPORTED: a family or schema version of a later version. */
enum ent_status ent_message_decode(struct ent_view wire,
    struct ent_arena *arena, ent_message **ret_message,
    struct ent_error *err) ENT_MUST_CHECK;

/* Is an encoded message bare: are no files of its own and no signatures of
 * officers with it (`attachments`, `officer_signatures`)? Looks over the fields
 * at its top alone; false also of what decoding surely refuses there. */
bool ent_message_is_bare(struct ent_view wire);

/* ENT_BAD_INPUT: it is more than ENT_MESSAGE_MAX. */
enum ent_status ent_message_encode(const ent_message *message,
    struct ent_bytes *ret_wire, struct ent_error *err) ENT_MUST_CHECK;
/* The same into the end of `room`, where it lies then. ENT_FULL, and `err` is
 * left alone: it is more than `len` bytes, and what does fit lies there. */
enum ent_status ent_message_encode_into(const ent_message *message,
    uint8_t *room, size_t len, struct ent_view *ret_wire,
    struct ent_error *err) ENT_MUST_CHECK;

#define ENT_JSON_MAX (4 * ENT_MESSAGE_MAX) /* bytes of text */
#define ENT_JSON_DEPTH_MAX 32              /* brackets inside each other */
#define ENT_JSON_VALUES_MAX 65536

/* protobuf's canonical JSON mapping over the descriptors, for any message.
 * Reading: either name of a field, unknown fields and duplicate keys refused;
 * the error names line and column of bad syntax, else the path of the field and
 * what would be right. A number above 2^63 - 1 must be a string. Writing:
 * lowerCamelCase, one line, or indented when `pretty`. Timestamps are RFC 3339
 * strings in milliseconds, bytes base64, 64-bit numbers strings, enumerations
 * names. */
enum ent_status ent_json_read(struct ent_view text,
    const ProtobufCMessageDescriptor *descriptor, struct ent_arena *arena,
    ProtobufCMessage **ret_message, struct ent_error *err) ENT_MUST_CHECK;
enum ent_status ent_json_write(const ProtobufCMessage *message, bool pretty,
    struct ent_bytes *ret_text, struct ent_error *err) ENT_MUST_CHECK;

#define ENT_FINDINGS_MAX 32

/* One thing wrong with a message: field, rule, and where the rule is from. */
struct ent_finding {
    char field[96];  /* path in JSON names: "drugSeizure.items[0].drug" */
    char rule[160];  /* "must be given", "0 is not more than 0" */
    char source[96]; /* "catalogue: drug_seizure", "ISO 3166-1" */
};

struct ent_findings {
    struct ent_finding list[ENT_FINDINGS_MAX];
    size_t count;
    size_t dropped;
};

/* Check fields against the catalogue's rules. ENT_BAD_INPUT when anything is
 * found; `err` then quotes the first. Does not judge policy. */
enum ent_status ent_message_validate(const ent_message *message,
    struct ent_findings *ret_findings, struct ent_error *err) ENT_MUST_CHECK;

/* The family of a message: by its oneof; NULL when empty. */
const struct ent_family *ent_family_of(const ent_message *message);

/* The TLP 2.0 marking that a message is under: its own, else its family's; RED
 * when there is none. */
Entente__V1__Tlp ent_message_tlp(const ent_message *message);

#define ENT_MESSAGE_TIME_END_S INT64_C(7289654400) /* the year 2201 begins */

/* Milliseconds since 1970, UTC. 0: absent, or before 1970; what lies beyond the
 * year 2200 counts as its end. */
uint64_t ent_message_time_ms(const Google__Protobuf__Timestamp *time);
/* And back; `time` is made anew. */
void ent_message_time_set(Google__Protobuf__Timestamp *time, uint64_t ms);

#endif
