/* SPDX-License-Identifier: Apache-2.0 */
/* What brokers sign for on the way of a bundle, as its sender believes it: its
 * own broker's word, and that of one further on. */
#include "tests/two_offices_rows.h"

#include <sodium.h>
#include <stdio.h>

#include "node/custody.h"
#include "node/objects.h"
#include "node/peers.h"
#include "node/revocations.h"
#include "node/uplink_internal.h"
#include "proto/base/log.h"
#include "proto/bundle.h"
#include "proto/delivery.h"
#include "proto/schema/trust.pb-c.h"

struct broker {
    const char *address;
    const char *state;
    struct ent_secret *secret;
    struct ent_signer signer;
    struct ent_certificate certificate;
    struct ent_bytes wire; /* the certificate */
};

static struct broker near;     /* Mae Sai's own */
static struct broker far;      /* behind that */
static struct ent_label label; /* of Mae Sai's bundle */
static struct ent_digest label_hash;

/* ---- the scene ---- */

static void
found(struct broker *broker, const char *address, const char *state)
{
    struct ent_secret *authority = authority_secret(state);
    struct ent_signer root;

    *broker = (struct broker){.address = address, .state = state};
    broker->certificate = (struct ent_certificate){
        .kind = ENTENTE__V1__OFFICE_KIND__BROKER,
        .not_before = NOON - DAY,
        .not_after = NOON + 300 * DAY,
        .serial = 1,
        .link_key = {(uint8_t)address[7]},
    };
    expect_ok(ent_address_parse(
        view(address), &broker->certificate.address, &last_error));
    expect_ok(ent_secret_new(&broker->secret, &last_error));
    expect_ok(ent_secret_signer(
        broker->secret, ENT_KEY_BROKER, &broker->signer, &last_error));
    expect_ok(
        ent_secret_signer(authority, ENT_KEY_AUTHORITY, &root, &last_error));
    broker->certificate.signing_key = broker->signer.key;
    broker->certificate.signing_key_id = broker->signer.key_id;
    broker->certificate.authority_key_id = root.key_id;
    expect_ok(ent_certificate_make(
        &broker->certificate, &root, &broker->wire, &last_error));
    ent_secret_free(&authority);
}

/* An object comes to Mae Sai. */
static void
bring(uint32_t kind, const char *subject, struct ent_view wire)
{
    struct node *node = world.nodes[MAESAI];
    struct ent_object object = {.kind = kind, .wire = wire};

    (void)snprintf(object.subject, sizeof object.subject, "%s", subject);
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_peers_learn(node, &object, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
}

/* Mae Sai has a bundle on the wire, and knows both brokers. */
static int
setup_custody(void **state)
{
    struct ent_bundle bundle;

    if (setup(state) != 0) {
        return -1;
    }
    found(&near, "broker-bangkok@th", "th");
    found(&far, "broker-yangon@mm", "mm");
    introduce();
    bring(NODE_KIND_CERTIFICATE, far.address, ent_bytes_view(&far.wire));
    forget_wire();
    (void)post(MAESAI, TACHILEIK, hotline);
    turn(MAESAI, NULL);
    for (size_t i = 0; i < world.flying; i++) {
        if (world.wire[i].type == ENT_FRAME_BUNDLE) {
            expect_ok(ent_bundle_decode(ent_bytes_view(&world.wire[i].payload),
                ent_bytes_view(&world.wire[i].body), &bundle, &last_error));
            label = bundle.label;
            label_hash = ent_digest_of(bundle.label_wire);
            return 0;
        }
    }
    return -1;
}

static int
teardown_custody(void **state)
{
    ent_secret_free(&near.secret);
    ent_secret_free(&far.secret);
    ent_bytes_free(&near.wire);
    ent_bytes_free(&far.wire);
    return teardown(state);
}

static struct ent_bytes
custody_by(const struct broker *broker, const struct ent_digest *hash)
{
    const struct ent_custody custody = {
        .broker = broker->certificate.address,
        .stream = label.stream,
        .first = label.first,
        .count = label.count,
        .label_hash = *hash,
        .taken_at = world.now,
    };
    struct ent_bytes wire = {0};

    expect_ok(ent_custody_make(&custody, &broker->signer, &wire, &last_error));
    return wire;
}

/* Its own broker hands it to Mae Sai. */
static enum ent_status
take(const struct ent_bytes *wire)
{
    struct node *node = world.nodes[MAESAI];
    struct node_uplink *uplink = node->uplink;
    enum ent_status rc;

    expect_ok(node_turn_begin(node, world.now, &last_error));
    uplink->list[0].is_broker = true;
    uplink->list[0].certificate = near.certificate;
    uplink->count = 1;
    node->from = NODE_VIA(0);
    rc = node_custody_take(node, ent_bytes_view(wire), &last_error);
    node->from = 0;
    uplink->count = 0;
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    return rc;
}

static enum ent_status
take_by(const struct broker *broker, const struct ent_digest *hash)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = custody_by(broker, hash);

    return take(&wire);
}

/* The bundle's row says that these brokers have it, in this order. */
static void
expect_custodies(const struct broker *first, const struct broker *second,
    enum ent_dispatch_state state)
{
    ENT_AUTO(node_dispatch_fini) struct node_dispatch dispatch = {0};
    const struct broker *const wanted[] = {first, second};
    const struct ent_digest stream = ent_chain_genesis(&label.stream);
    struct node *node = world.nodes[MAESAI];
    size_t count = (size_t)(first != NULL) + (size_t)(second != NULL);

    expect_ok(node_store_begin(node->store, &last_error));
    expect_ok(
        node_dispatch_get(node, &stream, label.first, &dispatch, &last_error));
    node_store_abort(node->store);
    assert_int_equal(dispatch.state.state, state);
    assert_int_equal(dispatch.row->n_custodies, count);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(dispatch.row->custodies[i]->by, wanted[i]->address);
    }
    assert_int_equal(entries_in(MAESAI, ENT_ENTRY_CUSTODY_IN), count);
}

/* ---- tests ---- */

static void
each_broker_is_noted_once(void **state)
{
    (void)state;
    expect_custodies(NULL, NULL, ENT_DISPATCH_SENT);
    for (int i = 0; i < 2; i++) {
        expect_ok(take_by(&near, &label_hash));
        expect_custodies(&near, NULL, ENT_DISPATCH_CUSTODY);
    }
    for (int i = 0; i < 2; i++) {
        expect_ok(take_by(&far, &label_hash));
        expect_custodies(&near, &far, ENT_DISPATCH_CUSTODY);
    }
    crash(MAESAI);
    expect_custodies(&near, &far, ENT_DISPATCH_CUSTODY);
    journal_is_good(MAESAI);
}

/* Our own broker may have lost it since, or never had it. */
static void
the_word_of_one_further_on_is_shown_and_changes_nothing(void **state)
{
    (void)state;
    expect_ok(take_by(&far, &label_hash));
    expect_custodies(&far, NULL, ENT_DISPATCH_SENT);
}

static void
whose_signature_is_wrong_has_nothing(void **state)
{
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes wire = custody_by(&far, &label_hash);
    struct broker stranger;

    (void)state;
    wire.data[wire.len - 1] ^= 1; /* the end of its signature */
    expect_status(take(&wire), ENT_REJECTED);
    found(&stranger, "broker-vientiane@la", "la");
    expect_status(take_by(&stranger, &label_hash), ENT_REJECTED);
    expect_custodies(NULL, NULL, ENT_DISPATCH_SENT);
    ent_secret_free(&stranger.secret);
    ent_bytes_free(&stranger.wire);
}

static void
whose_key_was_revoked_has_nothing(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_secret *authority = authority_secret("mm");
    const struct ent_revocation entry = {
        .key_id = far.certificate.signing_key_id,
        .address = far.certificate.address,
        .serial = far.certificate.serial,
        .revoked_at = world.now,
    };
    struct ent_signer root;

    (void)state;
    expect_ok(
        ent_secret_signer(authority, ENT_KEY_AUTHORITY, &root, &last_error));
    expect_ok(ent_revocation_list_make("mm", 1, world.now, world.now + DAY,
        &entry, 1, &root, &wire, &last_error));
    ent_secret_free(&authority);
    bring(NODE_KIND_REVOCATION, "mm", ent_bytes_view(&wire));
    expect_status(take_by(&far, &label_hash), ENT_REJECTED);
    expect_custodies(NULL, NULL, ENT_DISPATCH_SENT);
}

static void
who_signed_for_another_label_has_nothing(void **state)
{
    const struct ent_digest other = ent_digest_of(view("another"));

    (void)state;
    expect_status(take_by(&near, &other), ENT_REJECTED);
    expect_status(take_by(&far, &other), ENT_REJECTED);
    expect_custodies(NULL, NULL, ENT_DISPATCH_SENT);
}

#define CUSTODY_TEST(name)                                                     \
    cmocka_unit_test_setup_teardown(name, setup_custody, teardown_custody)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CUSTODY_TEST(each_broker_is_noted_once),
        CUSTODY_TEST(the_word_of_one_further_on_is_shown_and_changes_nothing),
        CUSTODY_TEST(whose_signature_is_wrong_has_nothing),
        CUSTODY_TEST(whose_key_was_revoked_has_nothing),
        CUSTODY_TEST(who_signed_for_another_label_has_nothing),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_custody", tests, NULL, NULL);
}
