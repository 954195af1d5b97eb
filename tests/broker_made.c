/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/broker_made.h"

#include <stdlib.h>

#include "tests/envelopes.h"

/* ---- bundles ---- */

struct ent_stream_id
stream_of(const struct party *from, const struct party *to, uint32_t precedence)
{
    return (struct ent_stream_id){
        .sender = from->cert.address,
        .recipient = to->cert.address,
        .precedence = precedence,
        .sender_incarnation = 7,
        .recipient_incarnation = 9,
    };
}

void
make_again(struct made *made, const struct party *from)
{
    struct ent_signatures signatures = {.count = 1};
    const struct ent_hop hop = {0};

    ent_bytes_free(&made->label_wire);
    ent_bytes_free(&made->head);
    expect_ok(ent_label_encode(&made->label, &made->label_wire, &last_error));
    expect_ok(ent_signing_sign(&from->signer, ENT_TYPE_LABEL,
        ent_bytes_view(&made->label_wire), &signatures.list[0], &last_error));
    expect_ok(ent_bundle_encode_head(&hop, ent_bytes_view(&made->label_wire),
        &signatures, &made->head, &last_error));
    made->hash = ent_digest_of(ent_bytes_view(&made->label_wire));
}

struct made
make_bundle(struct scene *scene, const struct party *from,
    const struct party *to, uint32_t precedence, uint64_t first, uint32_t count,
    size_t size)
{
    struct made made = {.body = envelopes_frame(first, count, size, 0)};

    made.label = (struct ent_label){
        .stream = stream_of(from, to, precedence),
        .suite = ENT_SUITE_X25519,
        .mode = ENTENTE__V1__MODE__TEST,
        .first = first,
        .count = count,
        .body_len = (uint32_t)made.body.len,
        .signing_key_id = from->cert.signing_key_id,
        .sealed_at = scene->now.wall_ms,
        .expires_at = scene->now.wall_ms + 2 * HOUR,
    };
    expect_ok(ent_body_root(
        ent_bytes_view(&made.body), count, &made.label.root, &last_error));
    make_again(&made, from);
    return made;
}

struct made
from_maesai(struct scene *scene, uint32_t precedence, uint64_t first)
{
    return make_bundle(scene, MAESAI, TACHILEIK, precedence, first, 1, 100);
}

void
made_free(struct made *made)
{
    ent_bytes_free(&made->label_wire);
    ent_bytes_free(&made->head);
    ent_bytes_free(&made->body);
}

uint64_t
made_size(const struct made *made)
{
    return made->head.len + made->body.len;
}

/* ---- what is said of them ---- */

struct ent_bytes
make_receipt(struct scene *scene, const struct party *by,
    const struct made *made, size_t count, uint32_t code,
    uint64_t settled_up_to)
{
    struct ent_receipt receipt = {
        .stream = made[0].label.stream,
        .settled_up_to = settled_up_to,
        .issued_at = scene->now.wall_ms,
        .answer_count = count,
    };
    struct ent_bytes wire = {0};

    for (size_t i = 0; i < count; i++) {
        receipt.answers[i] = (struct ent_answer){
            .first = made[i].label.first,
            .count = made[i].label.count,
            .code = code,
            .label_hash = made[i].hash,
        };
        if (code == ENTENTE__V1__ANSWER_CODE__SETTLED) {
            receipt.answers[i].sealed =
                view("nonce, and outcomes that only the sender can read");
        }
        if (code == ENTENTE__V1__ANSWER_CODE__NOT_YET) {
            receipt.answers[i].reason = ENT_REFUSAL_UNKNOWN_CERTIFICATE;
        }
    }
    expect_ok(ent_receipt_make(&receipt, &by->signer, &wire, &last_error));
    return wire;
}

struct ent_bytes
make_custody(
    struct scene *scene, const struct party *by, const struct made *made)
{
    const struct ent_custody custody = {
        .broker = by->cert.address,
        .stream = made->label.stream,
        .first = made->label.first,
        .count = made->label.count,
        .label_hash = made->hash,
        .taken_at = scene->now.wall_ms,
    };
    struct ent_bytes wire = {0};

    expect_ok(ent_custody_make(&custody, &by->signer, &wire, &last_error));
    return wire;
}

struct ent_bytes
make_skip(struct scene *scene, const struct party *by, const struct made *made)
{
    const struct ent_skip skip = {
        .stream = made->label.stream,
        .from = made->label.first,
        .to = made->label.first + made->label.count - 1,
        .reason = ENTENTE__V1__SKIP_REASON__SKIP_WITHDRAWN,
        .issued_at = scene->now.wall_ms,
    };
    struct ent_bytes wire = {0};

    expect_ok(ent_skip_make(&skip, &by->signer, &wire, &last_error));
    return wire;
}

struct ent_bytes
make_state(const struct ent_stream_id *stream, struct ent_view receipt)
{
    struct ent_state *state = calloc(1, sizeof *state);
    struct ent_bytes payload = {0};

    assert_non_null(state);
    state->stream_count = 1;
    state->last_page = true;
    state->streams[0].role = ENTENTE__V1__STATE_ROLE__AS_SENDER;
    state->streams[0].stream = *stream;
    state->streams[0].receipts[0] = ent_digest_of(receipt);
    state->streams[0].receipt_count = 1;
    expect_ok(ent_state_encode(state, &payload, &last_error));
    free(state);
    return payload;
}

/* ---- objects ---- */

struct ent_bytes
make_manifest(struct scene *scene, const struct party *by, uint64_t sequence)
{
    struct ent_manifest manifest = {
        .address = by->cert.address,
        .sequence = sequence,
        .incarnation = 7,
        .key_count = 1,
        .issued_at = scene->now.wall_ms,
    };
    struct ent_bytes wire = {0};

    memset(manifest.keys[0].key, 9, sizeof manifest.keys[0].key);
    manifest.keys[0].not_before = scene->now.wall_ms;
    manifest.keys[0].not_after = scene->now.wall_ms + PARTIES_DAY;
    expect_ok(ent_manifest_make(&manifest, &by->signer, &wire, &last_error));
    return wire;
}

struct ent_bytes
make_revocation(struct scene *scene, const char *state,
    const struct party *authority, uint64_t number, const struct party *revoked)
{
    struct ent_revocation one = {.revoked_at = scene->now.wall_ms};
    struct ent_bytes wire = {0};

    if (revoked != NULL) {
        one.key_id = revoked->cert.signing_key_id;
        one.address = revoked->cert.address;
        one.serial = revoked->cert.serial;
    }
    expect_ok(ent_revocation_list_make(state, number, scene->now.wall_ms,
        scene->now.wall_ms + PARTIES_DAY, &one, revoked == NULL ? 0 : 1,
        &authority->signer, &wire, &last_error));
    return wire;
}

/* A bundle for Mae Sai that has passed these brokers. */
struct made
passed(struct scene *scene, const struct party *from, uint64_t first,
    const struct ent_hop *hop)
{
    struct ent_signatures signatures = {.count = 1};
    struct made made = make_bundle(scene, from, MAESAI, ROUTINE, first, 1, 100);

    ent_bytes_free(&made.head);
    expect_ok(ent_signing_sign(&from->signer, ENT_TYPE_LABEL,
        ent_bytes_view(&made.label_wire), &signatures.list[0], &last_error));
    expect_ok(ent_bundle_encode_head(hop, ent_bytes_view(&made.label_wire),
        &signatures, &made.head, &last_error));
    return made;
}

/* A bundle as Yangon brings it, of one behind it. */
struct made
from_behind(struct scene *scene, const struct party *from, uint64_t first)
{
    const struct ent_hop hop = {.brokers = {YANGON->cert.address}, .count = 1};

    return passed(scene, from, first, &hop);
}
