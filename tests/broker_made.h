/* SPDX-License-Identifier: Apache-2.0 */
/*
 * broker_made - what offices and brokers of a scene make and sign: bundles,
 * whose envelopes nobody sealed, and what is said of them. The caller frees.
 */
#ifndef ENT_TESTS_BROKER_MADE_H
#define ENT_TESTS_BROKER_MADE_H

#include "tests/broker_scene.h"

#include "proto/schema/delivery.pb-c.h"
#include "proto/schema/link.pb-c.h"

#define FLASH ENTENTE__V1__PRECEDENCE__FLASH
#define IMMEDIATE ENTENTE__V1__PRECEDENCE__IMMEDIATE
#define ROUTINE ENTENTE__V1__PRECEDENCE__ROUTINE
#define SETTLED ENTENTE__V1__ANSWER_CODE__SETTLED
#define NOT_YET ENTENTE__V1__ANSWER_CODE__NOT_YET
#define RESEAL ENTENTE__V1__ANSWER_CODE__RESEAL
#define SKIPPED ENTENTE__V1__ANSWER_CODE__SKIPPED
#define MANIFEST ENTENTE__V1__OBJECT_KIND__OBJECT_MANIFEST
#define CERTIFICATE ENTENTE__V1__OBJECT_KIND__OBJECT_CERTIFICATE
#define REVOCATIONS ENTENTE__V1__OBJECT_KIND__OBJECT_REVOCATION_LIST

/* A bundle as a sender has it. */
struct made {
    struct ent_label label;
    struct ent_bytes label_wire;
    struct ent_bytes head;
    struct ent_bytes body;
    struct ent_digest hash;
};

/* A stream from one to the other. */
struct ent_stream_id stream_of(
    const struct party *from, const struct party *to, uint32_t precedence);
/* Seal-less bundle of `count` envelopes of `size` bytes each. */
struct made make_bundle(struct scene *scene, const struct party *from,
    const struct party *to, uint32_t precedence, uint64_t first, uint32_t count,
    size_t size);
/* Sign the label again after it was changed. */
void make_again(struct made *made, const struct party *from);
void made_free(struct made *made);
uint64_t made_size(const struct made *made);
/* A bundle of one message from Mae Sai to Tachileik. */
struct made from_maesai(
    struct scene *scene, uint32_t precedence, uint64_t first);
/* A receipt by the recipient that answers bundles; `answers` get their place
 * and label hash from `made`. */
struct ent_bytes make_receipt(struct scene *scene, const struct party *by,
    const struct made *made, size_t count, uint32_t code,
    uint64_t settled_up_to);
struct ent_bytes make_custody(
    struct scene *scene, const struct party *by, const struct made *made);
struct ent_bytes make_skip(
    struct scene *scene, const struct party *by, const struct made *made);
struct ent_bytes make_manifest(
    struct scene *scene, const struct party *by, uint64_t sequence);
struct ent_bytes make_revocation(struct scene *scene, const char *state,
    const struct party *authority, uint64_t number,
    const struct party *revoked);
/* STATE that names the receipt. */
struct ent_bytes make_state(
    const struct ent_stream_id *stream, struct ent_view receipt);

/* A bundle for Mae Sai that has passed these brokers. */
struct made passed(struct scene *scene, const struct party *from,
    uint64_t first, const struct ent_hop *hop);
/* A bundle as Yangon brings it, of one behind it. */
struct made from_behind(
    struct scene *scene, const struct party *from, uint64_t first);

#endif
