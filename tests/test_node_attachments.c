/* SPDX-License-Identifier: Apache-2.0 */
/* Two offices, and files that go with messages: honest ones and hostile. */
#include "tests/two_offices_files.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "node/api.h"
#include "node/feed.h"
#include "node/need.h"
#include "node/pump.h"
#include "node/removal.h"
#include "node/sealing.h"
#include "node/vault.h"
#include "proto/refusal.h"

/* ---- honest ---- */

static void
a_file_comes_whole_byte_for_byte(void **state)
{
    uint8_t out[2 * SIZE];
    size_t len;
    struct ent_id id = post_with_file();

    (void)state;
    let_it_move();
    assert_int_equal(file_of(TACHILEIK, &id).state, COMPLETE);
    assert_int_equal(file_of(MAESAI, &id).state, COMPLETE);
    expect_ok(read_file(&id, out, &len));
    assert_int_equal(len, SIZE);
    assert_memory_equal(out, file, SIZE);
    assert_int_equal(rows_in(TACHILEIK, NODE_CHUNK), 4);
    assert_true(number_of(TACHILEIK, "promised") == 0);
    assert_true(number_of(MAESAI, "promised") == 0);
    journal_is_good(MAESAI);
    journal_is_good(TACHILEIK);
}

/* `review_every`: its officer says that the message is still needed, and its
 * file stays as long. */
static void
a_file_is_kept_with_its_message(void **state)
{
    static const char *const from = "[hotline_alert, hub_alert], keep: P30D";
    static const char *const to =
        "[hotline_alert, hub_alert], keep: P30D, review_every: P5D";
    Entente__V1__KeepRequest request = ENTENTE__V1__KEEP_REQUEST__INIT;
    Entente__V1__KeepReply reply = ENTENTE__V1__KEEP_REPLY__INIT;
    uint8_t out[2 * SIZE];
    size_t len;
    struct ent_id id;

    (void)state;
    give_agreement(MAESAI, from, to);
    give_agreement(TACHILEIK, from, to);
    id = post_with_file();
    let_it_move();
    assert_int_equal(file_of(TACHILEIK, &id).state, COMPLETE);
    world.now += 3 * DAY;
    request.sequence = desk_count(TACHILEIK);
    request.role = (char *)(uintptr_t) "officer";
    request.reason = (char *)(uintptr_t) "The lorry is still sought.";
    expect_ok(node_turn_begin(world.nodes[TACHILEIK], world.now, &last_error));
    expect_ok(
        node_need_keep(world.nodes[TACHILEIK], &request, &reply, &last_error));
    expect_ok(node_turn_end(world.nodes[TACHILEIK], ENT_OK, &last_error));
    crash(TACHILEIK);
    expect_ok(node_removal_run(world.nodes[TACHILEIK], &last_error));
    world.now += 4 * DAY;
    tidy(TACHILEIK);
    expect_ok(read_file(&id, out, &len));
    assert_int_equal(len, SIZE);
    assert_memory_equal(out, file, SIZE);
    world.now += 5 * DAY;
    tidy(TACHILEIK);
    assert_int_not_equal(read_file(&id, out, &len), ENT_OK);
}

static void
on_a_bad_wire_with_crashes_every_chunk_comes(void **state)
{
    uint8_t out[2 * SIZE];
    size_t len;
    struct ent_id id = post_with_file();

    (void)state;
    world.lose = 30;
    world.repeat = 30;
    for (unsigned i = 0; i < 12; i++) {
        pass(2 * 60 * 1000);
        crash(i % 2 == 0 ? TACHILEIK : MAESAI);
    }
    world.lose = 0;
    for (unsigned i = 0; i < 60; i++) {
        pass(2 * 60 * 1000);
    }
    assert_int_equal(file_of(TACHILEIK, &id).state, COMPLETE);
    expect_ok(read_file(&id, out, &len));
    assert_memory_equal(out, file, SIZE);
    assert_int_equal(desk_count(TACHILEIK), 2);
}

static void
no_chunk_leaves_before_its_message_was_signed_for(void **state)
{
    struct ent_id id;

    (void)state;
    world.up = false;
    id = post_with_file();
    let_it_move();
    assert_int_equal(file_of(MAESAI, &id).state, WAITING);
    assert_true(number_of(MAESAI, "submission") == 2);
}

static void
a_piece_that_is_handed_over_twice_is_there_once(void **state)
{
    uint8_t name[ENT_ID_LEN] = {7};
    uint64_t have = 0;

    (void)state;
    expect_ok(hand_over(name, 0, ENT_CHUNK_LEN, &have));
    crash(MAESAI);
    expect_ok(hand_over(name, 0, ENT_CHUNK_LEN, &have));
    assert_true(have == ENT_CHUNK_LEN);
    expect_status(
        hand_over(name, (uint64_t)2 * ENT_CHUNK_LEN, ENT_CHUNK_LEN, &have),
        ENT_BAD_INPUT);
    expect_status(hand_over(name, ENT_CHUNK_LEN, 100, &have), ENT_BAD_INPUT);
    expect_ok(hand_over(name, ENT_CHUNK_LEN, SIZE - ENT_CHUNK_LEN, &have));
    assert_true(have == SIZE);
}

static void
the_same_submission_is_one_message(void **state)
{
    static const char one[] = "0198a000-0000-7000-8000-000000000001";
    uint8_t name[ENT_ID_LEN] = {9};
    uint64_t have;

    (void)state;
    expect_ok(hand_over(name, 0, SIZE, &have));
    assert_true(submit_with(name, one)->copies[0]->accepted);
    let_it_move();
    assert_true(submit_with(name, one)->copies[0]->accepted);
    let_it_move();
    assert_int_equal(desk_count(TACHILEIK), 2);
}

static void
what_no_message_takes_up_is_gone_in_two_days(void **state)
{
    uint8_t name[ENT_ID_LEN] = {8};
    uint64_t have;

    (void)state;
    expect_ok(hand_over(name, 0, ENT_CHUNK_LEN, &have));
    assert_true(number_of(MAESAI, "promised") == SIZE - ENT_CHUNK_LEN);
    world.now += DAY + HOUR;
    tidy(MAESAI);
    pass(0);
    assert_int_equal(rows_in(MAESAI, NODE_CHUNK), 0);
    assert_true(number_of(MAESAI, "promised") == 0);
}

static void
a_file_is_deleted_with_its_message(void **state)
{
    uint8_t out[2 * SIZE];
    size_t len;
    struct ent_id id = post_with_file();

    (void)state;
    let_it_move();
    world.now += 32 * DAY;
    tidy(TACHILEIK);
    tidy(MAESAI);
    pass(0);
    assert_int_equal(rows_in(TACHILEIK, NODE_CHUNK), 0);
    assert_int_equal(file_of(TACHILEIK, &id).state, 0);
    assert_int_equal(file_of(MAESAI, &id).state, 0);
    expect_status(read_file(&id, out, &len), ENT_NOT_FOUND);
}

static void
recall(const struct ent_id *of)
{
    (void)say_of(MAESAI, "RECALL", of);
    let_it_move();
}

static void
a_recall_takes_the_file_too_whole_or_not(void **state)
{
    uint8_t out[2 * SIZE];
    size_t len;
    struct ent_id whole;
    struct ent_id part;

    (void)state;
    agree_on("lifecycle", NULL, 0);
    whole = post_with_file();
    let_it_move();
    recall(&whole);
    expect_status(read_file(&whole, out, &len), ENT_NOT_FOUND);
    part = post_with_file();
    turn(MAESAI, NULL);
    while (file_of(MAESAI, &part).state == WAITING) {
        assert_true(world.flying > 0);
        deliver_one();
    }
    assert_int_equal(number_of(TACHILEIK, "promised"), SIZE);
    forget_wire(); /* and what is sent again comes behind the recall */
    recall(&part);
    expect_status(read_file(&part, out, &len), ENT_NOT_FOUND);
    assert_int_equal(rows_in(TACHILEIK, NODE_CHUNK), 0);
    assert_int_equal(number_of(TACHILEIK, "promised"), 0);
    assert_int_not_equal(file_of(TACHILEIK, &part).state, MOVING);
    assert_int_equal(file_of(MAESAI, &part).state, STOPPED);
}

static void
chunks_that_expire_are_sent_again(void **state)
{
    struct ent_id id = post_with_file();

    (void)state;
    turn(MAESAI, NULL);
    while (file_of(MAESAI, &id).state == WAITING) {
        assert_true(world.flying > 0);
        deliver_one();
    }
    world.up = false;
    forget_wire();
    pass(8 * DAY);
    tidy(MAESAI);
    world.up = true;
    for (unsigned i = 0; i < 40; i++) {
        pass(HOUR);
    }
    assert_int_equal(file_of(TACHILEIK, &id).state, COMPLETE);
    assert_int_equal(file_of(MAESAI, &id).state, COMPLETE);
}

/* ---- hostile ---- */

/* A chunk that its sender's own node would not send, sealed all the same. */
static void
smuggle(Entente__V1__AttachmentChunk *chunk, uint32_t precedence,
    struct ent_id *ret_id)
{
    struct node *node = world.nodes[MAESAI];
    struct node_batch *batch = calloc(1, sizeof *batch);
    ent_message message = ENTENTE__V1__MESSAGE__INIT;
    Google__Protobuf__Timestamp until = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
    node_copy_row row = ENTENTE__REST__V1__COPY_ROW__INIT;
    struct ent_address to = world.configs[TACHILEIK].address;
    struct ent_id id = ent_id_new(world.now);
    char text[ENT_ID_TEXT_LEN + 1];
    bool more;

    assert_non_null(batch);
    ent_id_format(&id, text);
    until.seconds = (int64_t)((world.now + DAY) / 1000);
    message.id = text;
    message.from = node->self.text;
    message.to = to.text;
    message.mode = ENTENTE__V1__MODE__ACTUAL;
    message.precedence = (Entente__V1__Precedence)precedence;
    message.valid_until = &until;
    message.schema_version = 1;
    message.attachment_chunk = chunk;
    row.to = to.text;
    row.precedence = precedence;
    row.number = 999;
    row.day = world.now / DAY + 5;
    row.valid_until = world.now + DAY;
    batch->precedence = precedence;
    batch->mode = ENTENTE__V1__MODE__ACTUAL;
    batch->expires_at = world.now + DAY;
    batch->count = 1;
    batch->list[0].id = id;
    batch->list[0].day = row.day;
    batch->list[0].pending = node_key_pending(precedence, &node->party, 999);
    expect_ok(ent_message_encode(&message, &batch->list[0].own, &last_error));
    batch->list[0].message = ent_bytes_view(&batch->list[0].own);
    batch->body_len = 4 + ent_seal_envelope_len(batch->list[0].message.len);
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_peers_get(node, &to, &batch->peer, &last_error));
    expect_ok(
        node_copy_set(node, &id, &batch->peer->party, NULL, &row, &last_error));
    expect_ok(node_sealing_run(node, batch, &last_error));
    expect_ok(node_pump_run(node, &more, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    node_batch_free(&batch);
    *ret_id = id;
    let_it_move();
}

/* What Tachileik answered to it: the reason, or 0 for delivered. */
static uint32_t
answer_to(Entente__V1__AttachmentChunk *chunk, uint32_t precedence)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    struct ent_id id;

    smuggle(chunk, precedence, &id);
    row = copy_row(MAESAI, TACHILEIK, &id);
    assert_int_not_equal(row->state, 0);
    return row->state == DELIVERED ? 0 : row->reason;
}

#define DEFERRED ENTENTE__V1__PRECEDENCE__DEFERRED

static void
a_chunk_for_nothing_that_came_is_refused(void **state)
{
    Entente__V1__AttachmentChunk chunk = ENTENTE__V1__ATTACHMENT_CHUNK__INIT;
    uint8_t data[200] = {1};
    struct ent_id id = post(MAESAI, TACHILEIK, hotline); /* without a file */

    (void)state;
    let_it_move();
    chunk.data.data = data;
    chunk.data.len = sizeof data;
    chunk.message_id.data = id.bytes;
    chunk.message_id.len = sizeof id.bytes;
    assert_int_equal(answer_to(&chunk, DEFERRED), ENT_REFUSAL_NO_ATTACHMENT);
    id.bytes[15] ^= 1; /* never came */
    assert_int_equal(answer_to(&chunk, DEFERRED), ENT_REFUSAL_NO_ATTACHMENT);
    chunk.message_id.len = 3;
    assert_int_equal(answer_to(&chunk, DEFERRED), ENT_REFUSAL_NO_ATTACHMENT);
    chunk.message_id.len = sizeof id.bytes;
    chunk.attachment = UINT32_MAX;
    assert_int_equal(answer_to(&chunk, DEFERRED), ENT_REFUSAL_NO_ATTACHMENT);
    assert_int_equal(rows_in(TACHILEIK, NODE_CHUNK), 0);
    assert_int_equal(desk_count(TACHILEIK), 2);
}

static void
a_chunk_that_is_not_of_the_file_is_refused_and_the_file_still_comes(
    void **state)
{
    Entente__V1__AttachmentChunk chunk = ENTENTE__V1__ATTACHMENT_CHUNK__INIT;
    static uint8_t data[ENT_CHUNK_SEALED_MAX];
    struct ent_id id = post_with_file();

    (void)state;
    turn(MAESAI, NULL);
    while (file_of(TACHILEIK, &id).size == 0) {
        deliver_one();
    }
    chunk.message_id.data = id.bytes;
    chunk.message_id.len = sizeof id.bytes;
    chunk.data.data = data;
    chunk.data.len = sizeof data;
    chunk.chunk = 1;
    assert_int_equal(answer_to(&chunk, DEFERRED), ENT_REFUSAL_MALFORMED);
    chunk.chunk = 4; /* one too many */
    assert_int_equal(answer_to(&chunk, DEFERRED), ENT_REFUSAL_MALFORMED);
    assert_int_equal(answer_to(&chunk, ENTENTE__V1__PRECEDENCE__FLASH),
        ENT_REFUSAL_MALFORMED);
    let_it_move();
    assert_int_equal(file_of(TACHILEIK, &id).state, COMPLETE);
}

/* Its root is right, and yet it is not what its message promised. */
static void
a_file_that_lies_is_given_to_nobody(void **state)
{
    struct node *node = world.nodes[TACHILEIK];
    ENT_AUTO(node_row_free) node_attachment_row *row = NULL;
    struct ent_attachment_cipher cipher;
    struct ent_message_key key;
    uint8_t rest[ENT_ATTACHMENT_REST_LEN];
    uint8_t out[2 * SIZE];
    node_attachment_row changed;
    size_t len;
    struct ent_id id = post_with_file();

    (void)state;
    turn(MAESAI, NULL);
    while (file_of(TACHILEIK, &id).size == 0) {
        deliver_one();
    }
    /* As if another SHA-256 had stood in the message. */
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_attachment_get(node, 1, &row, &last_error));
    expect_ok(node_attachment_key(node, 1, row, &key, &last_error));
    expect_ok(
        ent_attachment_rest_open(ent_view_of(row->rest.data, row->rest.len),
            key.bytes, &cipher, &last_error));
    cipher.sha256.bytes[3] ^= 1;
    ent_attachment_rest_seal(&cipher, key.bytes, rest);
    changed = *row;
    changed.rest.data = rest;
    expect_ok(node_attachment_put(node, 1, &changed, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    let_it_move();
    assert_int_equal(file_of(TACHILEIK, &id).state, STOPPED);
    assert_int_equal(file_of(TACHILEIK, &id).reason, ENT_REFUSAL_NOT_AUTHENTIC);
    assert_int_equal(rows_in(TACHILEIK, NODE_CHUNK), 0);
    expect_status(read_file(&id, out, &len), ENT_BAD_INPUT);
}

static void
a_mark_of_another_makes_no_difference(void **state)
{
    Entente__V1__DownloadRequest request = ENTENTE__V1__DOWNLOAD_REQUEST__INIT;
    Entente__V1__DownloadReply reply = ENTENTE__V1__DOWNLOAD_REPLY__INIT;
    struct node *node = world.nodes[TACHILEIK];
    uint8_t mark[ENT_ATTACHMENT_REST_LEN] = {1};
    char text[ENT_ID_TEXT_LEN + 1];
    struct ent_id id = post_with_file();

    (void)state;
    let_it_move();
    ent_id_format(&id, text);
    request.id = text;
    request.from = (char *)(uintptr_t)addresses[MAESAI];
    request.number = 1;
    request.mark.data = mark;
    request.mark.len = sizeof mark;
    expect_ok(node_store_begin(node->store, &last_error));
    expect_status(
        node_api_download(node, &request, &arena, &reply, &last_error),
        ENT_BAD_INPUT);
    request.mark.len = 0;
    request.number = 2;
    expect_status(
        node_api_download(node, &request, &arena, &reply, &last_error),
        ENT_NOT_FOUND);
    node_store_abort(node->store);
}

/* ---- withheld ---- */

static const char withheld_from[] = "fields:\n";
static const char withheld_to[] =
    "fields:\n  withhold_until_hit: [message.attachments]\n";

static bool
holds(const struct ent_bytes *plain, const void *bytes, size_t len)
{
    return memmem(plain->data, plain->len, bytes, len) != NULL;
}

/* Neither a name nor a hash nor a key of the file is in what was sealed. */
static void
expect_no_trace(const struct ent_id *id)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes plain = {0};
    node_copy_row *copy = copy_row(MAESAI, TACHILEIK, id);
    struct node *node = world.nodes[MAESAI];
    uint8_t sha256[crypto_hash_sha256_BYTES];
    ent_message *message;

    expect_ok(node_store_begin(node->store, &last_error));
    expect_ok(node_vault_open(node->store, node->slots, copy->bundle, copy->day,
        copy->index, &plain, &last_error));
    node_store_abort(node->store);
    node_row_free(&copy);
    crypto_hash_sha256(sha256, file, sizeof file);
    assert_false(holds(&plain, "lorry", 5));
    assert_false(holds(&plain, "image/jpeg", 10));
    assert_false(holds(&plain, sha256, sizeof sha256));
    assert_false(holds(&plain, sha256, 8));
    expect_ok(ent_message_decode(
        ent_bytes_view(&plain), &arena, &message, &last_error));
    assert_int_equal(message->n_attachments, 0);
    assert_int_equal(message->n_withheld, 1);
    assert_string_equal(message->withheld[0]->field, "attachments");
    assert_string_equal(
        message->withheld[0]->clause, "fields.withhold_until_hit");
}

static void
of_a_file_that_is_withheld_nothing_leaves_but_that_it_is(void **state)
{
    struct ent_id id;

    (void)state;
    give_agreement(MAESAI, withheld_from, withheld_to);
    give_agreement(TACHILEIK, withheld_from, withheld_to);
    id = post_with_file();
    let_it_move();
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
    expect_no_trace(&id);
    assert_int_equal(file_of(MAESAI, &id).number, 0);
    assert_int_equal(file_of(TACHILEIK, &id).number, 0);
    assert_int_equal(rows_in(TACHILEIK, NODE_CHUNK), 0);
    assert_int_equal(number_of(MAESAI, "submission"), 2); /* and no chunk */
    journal_is_good(MAESAI);
    journal_is_good(TACHILEIK);
}

static struct ent_decision
judge_chunk(const struct ent_id *id)
{
    Entente__V1__AttachmentChunk chunk = ENTENTE__V1__ATTACHMENT_CHUNK__INIT;
    struct node *node = world.nodes[MAESAI];
    struct ent_decision decision;

    chunk.message_id.data = (uint8_t *)(uintptr_t)id->bytes;
    chunk.message_id.len = sizeof id->bytes;
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_feed_judge(node, &chunk, &world.configs[TACHILEIK].address,
        &decision, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    return decision;
}

/* Its message went under an agreement that withheld nothing. */
static void
a_file_that_is_withheld_by_now_does_not_go_on(void **state)
{
    struct ent_id id = post_with_file();
    struct ent_decision decision;

    (void)state;
    exchange();
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
    assert_true(judge_chunk(&id).permit);
    give_agreement(MAESAI, withheld_from, withheld_to);
    decision = judge_chunk(&id);
    assert_false(decision.permit);
    assert_int_equal(decision.reason, ENT_REFUSAL_FIELD_PROHIBITED);
    assert_string_equal(decision.clause, "fields.withhold_until_hit");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        FILES(a_file_comes_whole_byte_for_byte),
        FILES(a_file_is_kept_with_its_message),
        FILES(on_a_bad_wire_with_crashes_every_chunk_comes),
        FILES(no_chunk_leaves_before_its_message_was_signed_for),
        FILES(a_piece_that_is_handed_over_twice_is_there_once),
        FILES(the_same_submission_is_one_message),
        FILES(what_no_message_takes_up_is_gone_in_two_days),
        FILES(a_file_is_deleted_with_its_message),
        FILES(a_recall_takes_the_file_too_whole_or_not),
        FILES(chunks_that_expire_are_sent_again),
        FILES(a_chunk_for_nothing_that_came_is_refused),
        FILES(
            a_chunk_that_is_not_of_the_file_is_refused_and_the_file_still_comes),
        FILES(a_file_that_lies_is_given_to_nobody),
        FILES(a_mark_of_another_makes_no_difference),
        FILES(of_a_file_that_is_withheld_nothing_leaves_but_that_it_is),
        FILES(a_file_that_is_withheld_by_now_does_not_go_on),
    };

    return cmocka_run_group_tests_name("node_attachments", tests, NULL, NULL);
}
