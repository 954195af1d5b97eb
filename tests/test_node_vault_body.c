/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of bundles: how they lie on the disk, and what damage does. */
#include "tests/vault_office.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/base/file.h"
#include "proto/schema/common.pb-c.h"
#include "tests/parties.h"

#define TODAY UINT64_C(20000)
#define MESSAGES 3

static struct parties all;

static int
setup(void **state)
{
    parties_init(&all);
    return vault_office_setup(state);
}

static int
teardown(void **state)
{
    parties_fini(&all);
    return vault_office_teardown(state);
}

/* ---- a bundle ---- */

struct sealed {
    struct ent_bytes head;
    struct ent_bytes body;
    struct node_vault_key keys[MESSAGES];
    uint64_t number;
};

static void
sealed_fini(struct sealed *sealed)
{
    ent_bytes_free(&sealed->head);
    ent_bytes_free(&sealed->body);
}

/* Text of the nth message, of that many letters. */
static struct ent_view
text_of(size_t index, size_t len)
{
    static uint8_t text[8192];

    assert_true(len <= sizeof text);
    memset(text, (int)('a' + index), len);
    return ent_view_of(text, len);
}

static void
seal_body(struct sealed *sealed, size_t text_len)
{
    size_t len = ent_seal_envelope_len(text_len);

    expect_ok(
        ent_bytes_alloc(MESSAGES * (4 + len), &sealed->body, &last_error));
    for (uint32_t i = 0; i < MESSAGES; i++) {
        uint8_t *out = sealed->body.data + i * (4 + len);
        struct ent_id id = ent_id_new(PARTIES_NOW);

        randombytes_buf(&sealed->keys[i].key, sizeof sealed->keys[i].key);
        sealed->keys[i].index = i;
        sealed->keys[i].day = TODAY;
        ent_put_be(out, len, 4);
        expect_ok(ent_seal_envelope(&sealed->keys[i].key, &id, i,
            text_of(i, text_len), out + 4, &last_error));
    }
}

static void
sign_head(struct sealed *sealed)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_signatures signatures = {.count = 1};
    struct ent_hop hop = {0};
    struct ent_label label = {
        .stream = {.sender = all.maesai.cert.address,
            .recipient = all.tachileik.cert.address,
            .precedence = ENTENTE__V1__PRECEDENCE__FLASH,
            .sender_incarnation = 5,
            .recipient_incarnation = 6},
        .suite = ENT_SUITE_X25519,
        .mode = ENTENTE__V1__MODE__ACTUAL,
        .first = 1,
        .count = MESSAGES,
        .body_len = (uint32_t)sealed->body.len,
        .signing_key_id = all.maesai.cert.signing_key_id,
        .sealed_at = PARTIES_NOW,
        .expires_at = PARTIES_NOW + 1000,
    };

    expect_ok(ent_body_root(
        ent_bytes_view(&sealed->body), MESSAGES, &label.root, &last_error));
    expect_ok(ent_label_encode(&label, &wire, &last_error));
    expect_ok(ent_signing_sign(&all.maesai.signer, ENT_TYPE_LABEL,
        ent_bytes_view(&wire), &signatures.list[0], &last_error));
    expect_ok(ent_bundle_encode_head(
        &hop, ent_bytes_view(&wire), &signatures, &sealed->head, &last_error));
}

/* Kept, of messages of that many letters. */
static struct sealed
put_bundle_of(size_t text_len, bool outgoing)
{
    static const struct ent_id ids[MESSAGES] = {{{1}}, {{2}}, {{3}}};
    struct sealed sealed = {.number = 0};
    struct node_vault_bundle bundle = {
        .ids = ids, .id_count = MESSAGES, .key_count = MESSAGES};

    bundle.outgoing = outgoing;
    seal_body(&sealed, text_len);
    sign_head(&sealed);
    bundle.head = ent_bytes_view(&sealed.head);
    bundle.body = ent_bytes_view(&sealed.body);
    bundle.keys = sealed.keys;
    expect_ok(node_vault_put(
        office.store, office.slots, &bundle, &sealed.number, &last_error));
    return sealed;
}

static struct sealed
put_bundle(size_t text_len)
{
    return put_bundle_of(text_len, false);
}

/* ---- on the disk ---- */

static bool
has_body_row(uint64_t number, struct ent_view *ret_body)
{
    struct node_key key = node_key_u64(number);
    enum ent_status rc = node_store_get(
        office.store, NODE_BODY, node_key_view(&key), ret_body, &last_error);

    assert_true(rc == ENT_OK || rc == ENT_NOT_FOUND);
    return rc == ENT_OK;
}

/* One bit of it lies otherwise. */
static void
damage(const struct sealed *sealed, size_t at)
{
    struct node_key key = node_key_u64(sealed->number);
    struct ent_bytes body = {0};
    struct ent_view stored;

    assert_true(has_body_row(sealed->number, &stored));
    expect_ok(ent_bytes_copy(stored, &body, &last_error));
    body.data[at] ^= 1;
    expect_ok(node_store_put(office.store, NODE_BODY, node_key_view(&key),
        ent_bytes_view(&body), &last_error));
    ent_bytes_free(&body);
}

static enum ent_status
get(const struct sealed *sealed)
{
    ENT_AUTO(node_bundle_release) struct node_bundle *kept = NULL;
    enum ent_status rc =
        node_vault_get(office.store, sealed->number, &kept, &last_error);

    if (rc == ENT_OK) {
        assert_true(ent_view_equal(kept->head, ent_bytes_view(&sealed->head)));
        assert_true(ent_view_equal(kept->body, ent_bytes_view(&sealed->body)));
        assert_int_equal(kept->body_len, sealed->body.len);
    }
    return rc;
}

static enum ent_status
open_message(const struct sealed *sealed, uint32_t index, size_t text_len)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes plain = {0};
    enum ent_status rc = node_vault_open(office.store, office.slots,
        sealed->number, TODAY, index, &plain, &last_error);

    assert_true(rc != ENT_OK || ent_view_equal(ent_bytes_view(&plain),
                                    text_of(index, text_len)));
    return rc;
}

/* ---- tests ---- */

static void
a_bundle_of_any_size_is_there_again(void **state)
{
    static const size_t lens[] = {1, 100, 500, 3000, 8000};
    struct sealed sealed[sizeof lens / sizeof *lens];

    (void)state;
    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        sealed[i] = put_bundle(lens[i]);
    }
    for (size_t round = 0; round < 2; round++) {
        for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
            expect_ok(open_message(&sealed[i], 2, lens[i]));
            expect_ok(get(&sealed[i]));
            expect_ok(open_message(&sealed[i], 0, lens[i]));
        }
        vault_office_reopen();
    }
    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        sealed_fini(&sealed[i]);
    }
}

/* Numbers that are mostly zero are in every file. */
static bool
tells_something(const uint8_t *bytes)
{
    size_t zeros = 0;

    for (size_t i = 0; i < 8; i++) {
        zeros += bytes[i] == 0;
    }
    return zeros < 4;
}

static void
expect_not_in(const char *name, const struct ent_bytes *part)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes held = {0};
    char path[128];

    (void)snprintf(path, sizeof path, "%s/store/%s", office.folder, name);
    expect_ok(ent_file_read(path, 1 << 24, &held, &last_error));
    assert_true(held.len > part->len);
    for (size_t at = 0; at + 8 <= part->len; at += 4) {
        assert_true(!tells_something(part->data + at) ||
                    memmem(held.data, held.len, part->data + at, 8) == NULL);
    }
}

/* Who carried it does not know it again, nor when it was sealed: an envelope
 * begins with an id, and that with its time. */
static void
nothing_that_travelled_lies_open(void **state)
{
    struct sealed small = put_bundle(1);
    struct sealed large = put_bundle(4000);
    const struct ent_bytes *parts[] = {
        &small.head, &small.body, &large.head, &large.body};

    (void)state;
    vault_office_reopen();
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        expect_not_in("data.mdb", parts[i]);
        expect_not_in("long.mdb", parts[i]);
        expect_not_in("redo.log", parts[i]);
    }
    sealed_fini(&small);
    sealed_fini(&large);
}

static void
a_body_that_is_damaged_is_not_given_out(void **state)
{
    struct sealed sealed = put_bundle(4000);

    (void)state;
    vault_office_reopen();
    for (size_t at = 0; at < sealed.body.len; at += 997) {
        damage(&sealed, at);
        expect_status(get(&sealed), ENT_IO);
        expect_status(get(&sealed), ENT_IO);
        damage(&sealed, at);
        expect_ok(get(&sealed));
    }
    sealed_fini(&sealed);
}

/* ... and of its messages those that are whole are read. */
static void
a_message_is_read_if_it_is_whole_itself(void **state)
{
    struct sealed sealed = put_bundle(4000);

    (void)state;
    vault_office_reopen();
    damage(&sealed, sealed.body.len - 100); /* in the last one */
    expect_ok(open_message(&sealed, 0, 4000));
    expect_ok(open_message(&sealed, 1, 4000));
    expect_status(open_message(&sealed, 2, 4000), ENT_IO);
    expect_status(get(&sealed), ENT_IO);
    sealed_fini(&sealed);
}

static void
no_body_counts_for_another_bundle(void **state)
{
    struct sealed one = put_bundle(4000);
    struct sealed other = put_bundle(4000);
    struct node_key key = node_key_u64(one.number);

    (void)state;
    vault_office_reopen();
    expect_ok(node_store_put(office.store, NODE_BODY, node_key_view(&key),
        ent_bytes_view(&other.body), &last_error));
    expect_status(get(&one), ENT_IO);
    expect_status(open_message(&one, 0, 4000), ENT_IO);
    expect_ok(get(&other));
    expect_ok(node_store_delete(
        office.store, NODE_BODY, node_key_view(&key), &last_error));
    expect_status(get(&one), ENT_IO);
    sealed_fini(&one);
    sealed_fini(&other);
}

static size_t
body_in_memory(const struct sealed *sealed)
{
    ENT_AUTO(node_bundle_release)
    struct node_bundle *bundle =
        node_bundles_find(node_store_bundles(office.store), sealed->number);

    assert_non_null(bundle);
    return bundle->body.len;
}

/* What goes on its way is asked for at once, and so is what is short. */
static void
a_long_body_that_came_is_in_memory_when_somebody_asks(void **state)
{
    struct sealed came = put_bundle(4000);
    struct sealed small = put_bundle(10);
    struct sealed ours = put_bundle_of(4000, true);

    (void)state;
    assert_int_equal(body_in_memory(&came), 0);
    assert_int_equal(body_in_memory(&small), small.body.len);
    assert_int_equal(body_in_memory(&ours), ours.body.len);
    expect_ok(open_message(&came, 1, 4000));
    assert_int_equal(body_in_memory(&came), came.body.len);
    expect_ok(get(&came));
    sealed_fini(&came);
    sealed_fini(&small);
    sealed_fini(&ours);
}

static void
who_asks_for_the_label_reads_no_body(void **state)
{
    ENT_AUTO(node_bundle_release) struct node_bundle *kept = NULL;
    struct sealed sealed = put_bundle(4000);
    struct ent_label label;

    (void)state;
    vault_office_reopen();
    expect_ok(node_vault_label(
        office.store, sealed.number, &kept, &label, &last_error));
    assert_int_equal(label.count, MESSAGES);
    assert_int_equal(kept->body.len, 0);
    assert_int_equal(kept->body_len, sealed.body.len);
    assert_int_equal(kept->id_count, MESSAGES);
    expect_ok(get(&sealed));
    sealed_fini(&sealed);
}

static void
an_emptied_bundle_has_no_body_and_a_deleted_one_nothing(void **state)
{
    ENT_AUTO(node_bundle_release) struct node_bundle *kept = NULL;
    struct sealed sealed = put_bundle(4000);
    struct node_key key = node_key_u64(sealed.number);
    struct ent_view ignored;

    (void)state;
    assert_true(has_body_row(sealed.number, &ignored));
    expect_ok(node_vault_empty(office.store, sealed.number, &last_error));
    assert_false(has_body_row(sealed.number, &ignored));
    vault_office_reopen();
    expect_ok(node_vault_get(office.store, sealed.number, &kept, &last_error));
    assert_int_equal(kept->body_len, 0);
    assert_true(ent_view_equal(kept->head, ent_bytes_view(&sealed.head)));
    node_bundle_release(&kept);
    sealed_fini(&sealed);

    sealed = put_bundle(4000);
    key = node_key_u64(sealed.number);
    expect_ok(node_vault_delete(office.store, sealed.number, &last_error));
    assert_false(has_body_row(sealed.number, &ignored));
    expect_status(node_store_get(office.store, NODE_BUNDLE, node_key_view(&key),
                      &ignored, &last_error),
        ENT_NOT_FOUND);
    expect_status(get(&sealed), ENT_IO);
    sealed_fini(&sealed);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_bundle_of_any_size_is_there_again),
        TEST(nothing_that_travelled_lies_open),
        TEST(a_body_that_is_damaged_is_not_given_out),
        TEST(a_message_is_read_if_it_is_whole_itself),
        TEST(no_body_counts_for_another_bundle),
        TEST(a_long_body_that_came_is_in_memory_when_somebody_asks),
        TEST(who_asks_for_the_label_reads_no_body),
        TEST(an_emptied_bundle_has_no_body_and_a_deleted_one_nothing),
    };

    return cmocka_run_group_tests_name("node_vault_body", tests, NULL, NULL);
}
