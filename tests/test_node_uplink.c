/* SPDX-License-Identifier: Apache-2.0 */
/* A real node's uplink, and in this process a broker and an office that the
 * test speaks for. Sockets are of the loopback; what waits is time of the node,
 * passed in. */
#include "tests/policy_support.h"

#include <ftw.h>
#include <stdio.h>
#include <unistd.h>

#include "node/alarms.h"
#include "node/objects.h"
#include "node/uplink.h"
#include "proto/base/armour.h"
#include "proto/base/file.h"
#include "proto/keyfile.h"
#include "proto/pace.h"
#include "proto/refusal.h"
#include "proto/schema/link.pb-c.h"
#include "proto/schema/trust.pb-c.h"
#include "proto/zap.h"

#define DAY NODE_DAY_MS
#define LANES 2
#define PATIENCE_MS 20000
#define MIB ((uint64_t)1024 * 1024)
#define PACE 10 /* signatures in a second */
#define JUNK (3 * PACE * (int)(ENT_PACE_BURST_S * ENT_PACE_BURSTS_MAX))

/* The broker of the test, and the node that connects to it. */
static struct stage {
    char folder[64];
    struct node_config config;
    struct node *node;
    uint64_t now;
    void *zmq;
    struct ent_zap *zap;
    struct ent_link *link;
    struct ent_bytes certificate; /* the broker's */
    struct ent_route routes[LANES];
    bool greeted[LANES];    /* by the node */
    struct ent_link *guest; /* an office's, to the node */
    struct ent_bytes guest_certificate;
} stage;

/* ---- the scene ---- */

static void
path_of(const char *name, char *ret_path)
{
    (void)snprintf(ret_path, PATH_MAX, "%s/%s", stage.folder, name);
}

static struct ent_secret *
new_key(const char *name, enum ent_key_role role)
{
    struct ent_secret *secret = NULL;
    char path[PATH_MAX];

    expect_ok(ent_secret_new(&secret, &last_error));
    if (name != NULL) {
        path_of(name, path);
        expect_ok(ent_keyfile_write(path, role, secret, NULL, &last_error));
    }
    return secret;
}

/* Certify, and write the certificate to that file. */
static void
certify(const char *address, uint32_t kind, struct ent_secret *signing,
    struct ent_secret *link, const char *file, struct ent_bytes *ret_wire)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    const char *state = strchr(address, '@') + 1;
    struct ent_secret *authority = authority_secret(state);
    struct ent_certificate certificate = {.kind = kind,
        .not_before = NOON - DAY,
        .not_after = NOON + 300 * DAY,
        .serial = 1};
    struct ent_signer signer;
    struct ent_signer root;
    char path[PATH_MAX];

    expect_ok(
        ent_address_parse(view(address), &certificate.address, &last_error));
    expect_ok(ent_secret_signer(
        signing, ent_certificate_role(&certificate), &signer, &last_error));
    expect_ok(
        ent_secret_signer(authority, ENT_KEY_AUTHORITY, &root, &last_error));
    certificate.signing_key = signer.key;
    certificate.authority_key_id = root.key_id;
    ent_link_public_key(link, certificate.link_key);
    expect_ok(ent_certificate_make(&certificate, &root, ret_wire, &last_error));
    expect_ok(ent_armour_encode(
        ENT_ARMOUR_CERTIFICATE, ent_bytes_view(ret_wire), &text, &last_error));
    path_of(file, path);
    expect_ok(ent_file_create(path, 0600, ent_bytes_view(&text), &last_error));
    if (strcmp(state, "th") == 0) {
        stage.config.authorities.list[0].key = root.key;
    }
    ent_secret_free(&authority);
}

static bool
admit_all(void *context, const uint8_t link_key[static ENT_PUBLIC_KEY_LEN])
{
    (void)context;
    (void)link_key;
    return true;
}

static void
found_broker(void)
{
    struct node_broker *broker = &stage.config.brokers[0];
    struct ent_secret *signing = new_key(NULL, ENT_KEY_BROKER);
    struct ent_secret *link = new_key(NULL, ENT_KEY_LINK);
    size_t len = sizeof broker->endpoint;

    certify("broker-bangkok@th", ENTENTE__V1__OFFICE_KIND__BROKER, signing,
        link, "broker.cert", &stage.certificate);
    expect_ok(ent_address_parse(
        view("broker-bangkok@th"), &broker->address, &last_error));
    path_of("broker.cert", broker->certificate);
    stage.config.broker_count = 1;
    stage.zmq = zmq_ctx_new();
    expect_ok(
        ent_zap_open(stage.zmq, admit_all, NULL, &stage.zap, &last_error));
    expect_ok(ent_link_listen(
        stage.zmq, "tcp://127.0.0.1:*", link, &stage.link, &last_error));
    assert_int_equal(zmq_getsockopt(ent_link_socket(stage.link),
                         ZMQ_LAST_ENDPOINT, broker->endpoint, &len),
        0);
    ent_secret_free(&signing);
    ent_secret_free(&link);
}

static void
found_office(void)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct node_config *config = &stage.config;
    struct ent_secret *office = new_key("office.key", ENT_KEY_OFFICE);
    struct ent_secret *link = new_key("link.key", ENT_KEY_LINK);
    struct ent_secret *storage = new_key("storage.key", ENT_KEY_STORAGE);

    expect_ok(ent_address_parse(
        view("blo-maesai@th"), &config->address, &last_error));
    certify("blo-maesai@th", ENTENTE__V1__OFFICE_KIND__BLO, office, link,
        "office.cert", &wire);
    (void)snprintf(config->keys, sizeof config->keys, "%s", stage.folder);
    (void)snprintf(
        config->agreements, sizeof config->agreements, "%s", stage.folder);
    path_of("office.cert", config->certificate);
    path_of("store", config->store);
    path_of("api.sock", config->api);
    config->store_limit = (uint64_t)1 << 28;
    config->quota = (struct node_quota_limits){
        .bundles = 1000000, .flash_reserve = 10, .signatures = 2000};
    config->epoch_ms = DAY;
    (void)snprintf(config->authorities.list[0].state,
        sizeof config->authorities.list[0].state, "th");
    config->authorities.count = 1;
    ent_secret_free(&office);
    ent_secret_free(&link);
    ent_secret_free(&storage);
}

static void
begin(void)
{
    void *folder;

    stage = (struct stage){.now = NOON};
    assert_int_equal(make_folder(&folder), 0);
    (void)snprintf(stage.folder, sizeof stage.folder, "%s", (char *)folder);
    found_office();
    found_broker();
}

static int
setup(void **state)
{
    (void)state;
    begin();
    expect_ok(node_init(&stage.config, &last_error));
    expect_ok(node_open(&stage.config, &stage.node, &last_error));
    return 0;
}

static void
copy_data(const char *name)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = read_data(name);
    char path[PATH_MAX];

    path_of(name, path);
    expect_ok(ent_file_create(path, 0600, ent_bytes_view(&text), &last_error));
}

/* A port of the loopback that nobody listens on. */
static void
find_endpoint(char ret_endpoint[static ENT_ENDPOINT_MAX + 1])
{
    void *socket = zmq_socket(stage.zmq, ZMQ_PAIR);
    size_t len = ENT_ENDPOINT_MAX + 1;

    assert_int_equal(zmq_bind(socket, "tcp://127.0.0.1:*"), 0);
    assert_int_equal(
        zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, ret_endpoint, &len), 0);
    assert_int_equal(zmq_close(socket), 0);
}

/* Tachileik's office, with which there is an agreement, may connect. */
static struct ent_secret *
found_guest(void)
{
    struct node_direct *direct = &stage.config.directs[0];
    struct ent_secret *signing = new_key(NULL, ENT_KEY_OFFICE);
    struct ent_secret *link = new_key(NULL, ENT_KEY_LINK);

    copy_data("th-mm.yaml");
    copy_data("th-mm.yaml.sig");
    certify("blo-tachileik@mm", ENTENTE__V1__OFFICE_KIND__BLO, signing, link,
        "guest.cert", &stage.guest_certificate);
    expect_ok(ent_address_parse(
        view("blo-tachileik@mm"), &direct->address, &last_error));
    path_of("guest.cert", direct->certificate);
    stage.config.direct_count = 1;
    find_endpoint(stage.config.listen);
    ent_secret_free(&signing);
    return link;
}

/* The node has so little time for signatures. */
static int
setup_listening(void **state)
{
    struct ent_secret *link;
    uint8_t key[ENT_PUBLIC_KEY_LEN];

    (void)state;
    begin();
    link = found_guest();
    stage.config.quota.signatures = PACE;
    expect_ok(node_init(&stage.config, &last_error));
    expect_ok(node_open(&stage.config, &stage.node, &last_error));
    memcpy(key, stage.node->certificate.link_key, sizeof key);
    expect_ok(ent_link_connect(
        stage.zmq, stage.config.listen, key, link, &stage.guest, &last_error));
    ent_secret_free(&link);
    return 0;
}

static int
remove_one(
    const char *path, const struct stat *about, int kind, struct FTW *walk)
{
    (void)about;
    (void)kind;
    (void)walk;
    return remove(path);
}

static int
teardown(void **state)
{
    (void)state;
    node_close(&stage.node);
    ent_link_close(&stage.guest);
    ent_link_close(&stage.link);
    ent_zap_close(&stage.zap);
    (void)zmq_ctx_term(stage.zmq);
    ent_bytes_free(&stage.certificate);
    ent_bytes_free(&stage.guest_certificate);
    return nftw(stage.folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* ---- what the two do ---- */

/* One turn of the node. */
static void
turn(void)
{
    size_t handled;

    expect_ok(node_turn_begin(stage.node, stage.now, &last_error));
    expect_ok(node_uplink_serve(stage.node, 256, &handled, &last_error));
    expect_ok(node_turn_end(stage.node, ENT_OK, &last_error));
}

/* The broker's next frame of that type; others are noted and dropped. The node
 * goes on meanwhile. */
static void
hear(enum ent_frame_type type, struct ent_frame *ret_frame)
{
    for (int waited = 0; waited < PATIENCE_MS; waited += 10) {
        zmq_pollitem_t items[] = {
            {.socket = ent_link_socket(stage.link), .events = ZMQ_POLLIN},
            {.socket = ent_zap_socket(stage.zap), .events = ZMQ_POLLIN},
        };

        turn();
        (void)zmq_poll(items, 2, 10);
        ent_zap_serve(stage.zap);
        while (ent_link_receive(stage.link, ret_frame, &last_error) == ENT_OK) {
            if (ret_frame->type == type) {
                return;
            }
            ent_frame_free(ret_frame);
        }
    }
    fail_msg("no frame of type %d came", (int)type);
}

static void
say(size_t lane, enum ent_frame_type type, const struct ent_bytes *payload,
    struct ent_view body)
{
    expect_ok(ent_link_send(stage.link, &stage.routes[lane], type,
        ent_bytes_view(payload), body, &last_error));
}

/* Hear both greetings of the node. */
static void
be_greeted(void)
{
    for (size_t i = 0; i < LANES; i++) {
        ENT_AUTO(ent_frame_free) struct ent_frame frame = {0};
        struct ent_hello hello;
        size_t lane;

        hear(ENT_FRAME_HELLO, &frame);
        expect_ok(ent_hello_decode(frame.payload, &hello, &last_error));
        lane = hello.lane == ENTENTE__V1__LANE__URGENT ? 0 : 1;
        assert_false(stage.greeted[lane]);
        assert_true(hello.credit >= ENT_CREDIT_MIN);
        stage.greeted[lane] = true;
        stage.routes[lane] = frame.route;
    }
}

static void
greet_back(size_t lane, struct ent_view certificate, uint64_t credit)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct ent_hello hello = {
        .certificate = certificate,
        .lane = lane == 0 ? ENTENTE__V1__LANE__URGENT : ENTENTE__V1__LANE__BULK,
        .credit = credit,
    };

    expect_ok(ent_hello_encode(&hello, &payload, &last_error));
    say(lane, ENT_FRAME_HELLO, &payload, (struct ent_view){0});
}

/* Turns of the node until it is so. */
static void
until_ready(bool urgent, bool ready)
{
    for (int waited = 0; waited < PATIENCE_MS; waited += 5) {
        turn();
        if (node_uplink_ready(stage.node->uplink, urgent) == ready) {
            return;
        }
        (void)usleep(5000);
    }
    fail_msg("the node is not ready, or still is");
}

static void
meet(uint64_t credit)
{
    be_greeted();
    for (size_t lane = 0; lane < LANES; lane++) {
        greet_back(lane, ent_bytes_view(&stage.certificate), credit);
    }
    until_ready(true, true);
    until_ready(false, true);
}

/* ---- tests ---- */

static void
the_node_speaks_first_and_waits_for_an_answer_on_each_lane(void **state)
{
    (void)state;
    be_greeted();
    assert_false(node_uplink_ready(stage.node->uplink, true));
    greet_back(1, ent_bytes_view(&stage.certificate), 4 * MIB);
    until_ready(false, true);
    assert_false(node_uplink_ready(stage.node->uplink, true));
    greet_back(0, ent_bytes_view(&stage.certificate), 4 * MIB);
    until_ready(true, true);
}

static void
who_greets_as_somebody_else_is_not_talked_to(void **state)
{
    (void)state;
    be_greeted();
    greet_back(0, ent_bytes_view(&stage.node->certificate_wire), 4 * MIB);
    greet_back(1, ent_bytes_view(&stage.certificate), 4 * MIB);
    until_ready(false, true); /* so the other was heard too, or soon is */
    for (int i = 0; i < 50; i++) {
        turn();
        (void)usleep(2000);
    }
    assert_false(node_uplink_ready(stage.node->uplink, true));
}

static void
credit_is_spent_and_a_starved_lane_waits_for_more(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct node_route routes[NODE_NEIGHBOURS_MAX];
    struct node_uplink *uplink;
    struct ent_address office;

    (void)state;
    expect_ok(
        ent_address_parse(view("blo-tachileik@mm"), &office, &last_error));
    meet(2 * MIB);
    uplink = stage.node->uplink;
    assert_true(node_uplink_spend(uplink, 0, false, MIB));
    assert_false(node_uplink_spend(uplink, 0, false, MIB + 1));
    assert_false(node_uplink_ready(uplink, false));
    assert_true(node_uplink_ready(uplink, true)); /* each has its own */
    assert_int_equal(node_uplink_routes(uplink, &office, false, routes), 1);
    assert_false(routes[0].is_ready);
    expect_ok(ent_credit_encode(MIB, &payload, &last_error));
    say(1, ENT_FRAME_CREDIT, &payload, (struct ent_view){0});
    until_ready(false, true);
    assert_true(node_uplink_spend(uplink, 0, false, 2 * MIB));
}

static void
what_came_is_given_back_whatever_became_of_it(void **state)
{
    ENT_AUTO(ent_frame_free) struct ent_frame frame = {0};
    struct ent_bytes junk = {.data = (uint8_t *)(uintptr_t) "junk", .len = 4};
    uint64_t bytes = 0;

    (void)state;
    meet(4 * MIB);
    say(0, ENT_FRAME_BUNDLE, &junk, view("and its body"));
    hear(ENT_FRAME_CREDIT, &frame);
    expect_ok(ent_credit_decode(frame.payload, &bytes, &last_error));
    assert_int_equal(bytes, 16);
}

static void
after_a_goodbye_it_greets_again_and_not_at_once(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    ENT_AUTO(ent_frame_free) struct ent_frame frame = {0};
    struct ent_bye bye = {.reason = ENT_REFUSAL_CLOSING, .text = "stopping"};

    (void)state;
    meet(4 * MIB);
    expect_ok(ent_bye_encode(&bye, &payload, &last_error));
    say(0, ENT_FRAME_BYE, &payload, (struct ent_view){0});
    until_ready(true, false);
    assert_true(node_uplink_ready(stage.node->uplink, false));
    assert_int_equal(node_uplink_due(stage.node->uplink), stage.now + 1000);
    stage.now += 1000;
    hear(ENT_FRAME_HELLO, &frame);
    assert_memory_equal(
        frame.route.bytes, stage.routes[0].bytes, frame.route.len);
    greet_back(0, ent_bytes_view(&stage.certificate), 4 * MIB);
    until_ready(true, true);
}

/* The list comes as an object of that broker: it cannot keep it from us. */
static void
revoke_broker(struct ent_bytes *ret_wire)
{
    struct ent_secret *authority = authority_secret("th");
    struct ent_certificate certificate;
    struct ent_revocation revoked;
    struct ent_signer root;

    expect_ok(
        ent_secret_signer(authority, ENT_KEY_AUTHORITY, &root, &last_error));
    expect_ok(ent_certificate_peek(
        ent_bytes_view(&stage.certificate), &certificate, &last_error));
    revoked = (struct ent_revocation){
        .key_id = certificate.signing_key_id,
        .address = certificate.address,
        .serial = certificate.serial,
        .revoked_at = stage.now,
    };
    expect_ok(ent_revocation_list_make("th", 1, stage.now, stage.now + DAY,
        &revoked, 1, &root, ret_wire, &last_error));
    ent_secret_free(&authority);
}

static void
a_broker_that_is_revoked_is_left_at_the_next_frame(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes list = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    ENT_AUTO(ent_frame_free) struct ent_frame frame = {0};
    ENT_AUTO(node_row_free) Entente__Rest__V1__AlarmRow *alarm = NULL;
    struct ent_object object = {.kind = NODE_KIND_REVOCATION, .subject = "th"};
    struct ent_bytes junk = {.data = (uint8_t *)(uintptr_t) "junk", .len = 4};
    uint64_t number = 0;
    struct ent_bye bye;

    (void)state;
    meet(4 * MIB);
    revoke_broker(&list);
    object.wire = ent_bytes_view(&list);
    expect_ok(ent_object_encode(&object, &payload, &last_error));
    say(0, ENT_FRAME_OBJECT, &payload, (struct ent_view){0});
    say(0, ENT_FRAME_BUNDLE, &junk, view("and its body"));
    hear(ENT_FRAME_BYE, &frame);
    expect_ok(ent_bye_decode(frame.payload, &bye, &last_error));
    assert_int_equal(bye.reason, ENT_REFUSAL_KEY_REVOKED);
    until_ready(true, false);
    expect_ok(node_turn_begin(stage.node, stage.now, &last_error));
    expect_ok(node_alarm_next(stage.node, &number, &alarm, &last_error));
    expect_ok(node_turn_end(stage.node, ENT_OK, &last_error));
    assert_int_equal(alarm->kind, NODE_ALARM_CERTIFICATE);
    assert_string_equal(alarm->subject, "broker-bangkok@th");
}

static void
a_turn_that_is_taken_back_costs_no_credit(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes head = {0};
    ENT_AUTO(node_bundle_release) struct node_bundle *bundle = NULL;
    struct node *node;

    (void)state;
    meet(2 * MIB);
    node = stage.node;
    expect_ok(node_turn_begin(node, stage.now, &last_error));
    expect_ok(ent_bytes_copy(view("head"), &head, &last_error));
    /* A row with a body, its field 2, alone. */
    expect_ok(node_bundle_new(1,
        view("\x12\x04"
             "body"),
        &bundle, &last_error));
    assert_true(node_uplink_spend(node->uplink, 0, false, 8));
    expect_ok(node_effects_frame(&node->effects, NODE_VIA(0), false,
        ENT_FRAME_BUNDLE, &head, &bundle, &last_error));
    assert_int_equal(node_turn_end(node, ENT_FULL, &last_error), ENT_FULL);
    assert_true(node_uplink_spend(node->uplink, 0, false, 2 * MIB));
}

/* The node's next frame of that type to the office that connected to it. */
static void
guest_hears(enum ent_frame_type type, struct ent_frame *ret_frame)
{
    for (int waited = 0; waited < PATIENCE_MS; waited += 5) {
        turn();
        while (
            ent_link_receive(stage.guest, ret_frame, &last_error) == ENT_OK) {
            if (ret_frame->type == type) {
                return;
            }
            ent_frame_free(ret_frame);
        }
        (void)usleep(5000);
    }
    fail_msg("no frame of type %d came", (int)type);
}

static void
guest_says(
    enum ent_frame_type type, struct ent_view payload, struct ent_view body)
{
    while (ent_link_send(stage.guest, NULL, type, payload, body, &last_error) ==
           ENT_BUSY) {
        turn();
    }
}

static void
guest_greets(void)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    ENT_AUTO(ent_frame_free) struct ent_frame frame = {0};
    struct ent_hello hello = {
        .certificate = ent_bytes_view(&stage.guest_certificate),
        .lane = ENTENTE__V1__LANE__BULK,
        .credit = 4 * MIB,
    };

    expect_ok(ent_hello_encode(&hello, &payload, &last_error));
    guest_says(ENT_FRAME_HELLO, ent_bytes_view(&payload), (struct ent_view){0});
    guest_hears(ENT_FRAME_HELLO, &frame);
}

/* Small, and all forged: credit does not hold them back. */
static void
an_office_that_has_too_much_checked_is_sent_away(void **state)
{
    ENT_AUTO(ent_frame_free) struct ent_frame frame = {0};
    struct ent_bye bye;

    (void)state;
    guest_greets();
    for (int i = 0; i < JUNK; i++) {
        guest_says(ENT_FRAME_BUNDLE, view("junk"), view("and its body"));
    }
    guest_hears(ENT_FRAME_BYE, &frame);
    expect_ok(ent_bye_decode(frame.payload, &bye, &last_error));
    assert_false(bye.about_stream);
    assert_int_equal(bye.reason, ENT_REFUSAL_QUOTA);
}

static void
a_broker_brings_what_all_others_send(void **state)
{
    ENT_AUTO(ent_frame_free) struct ent_frame frame = {0};
    struct ent_bytes junk = {.data = (uint8_t *)(uintptr_t) "junk", .len = 4};
    uint64_t given_back = 0;

    (void)state;
    meet(4 * MIB);
    for (int i = 0; i < JUNK; i++) {
        say(0, ENT_FRAME_BUNDLE, &junk, view("and its body"));
    }
    while (given_back < (uint64_t)JUNK * 16) { /* all were looked at */
        uint64_t bytes = 0;

        ent_frame_free(&frame);
        hear(ENT_FRAME_CREDIT, &frame);
        expect_ok(ent_credit_decode(frame.payload, &bytes, &last_error));
        given_back += bytes;
    }
    assert_true(node_uplink_ready(stage.node->uplink, true));
}

/* Whether a bundle on that lane makes the turn a short one in which it is
 * heard. */
static bool
hurries(size_t lane, bool may)
{
    ENT_AUTO(ent_frame_free) struct ent_frame frame = {0};
    struct ent_bytes junk = {.data = (uint8_t *)(uintptr_t) "junk", .len = 4};

    stage.node->may_hurry = may;
    stage.node->hurried = false;
    say(lane, ENT_FRAME_BUNDLE, &junk, view("and its body"));
    hear(ENT_FRAME_CREDIT, &frame); /* it was looked at */
    return stage.node->hurried;
}

static void
what_is_urgent_makes_a_turn_a_short_one_unless_there_were_some(void **state)
{
    (void)state;
    meet(ENT_CREDIT_MIN);
    assert_true(hurries(0, true));
    assert_false(hurries(0, false));
    assert_false(hurries(1, true));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define LISTENING(name)                                                        \
    cmocka_unit_test_setup_teardown(name, setup_listening, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_node_speaks_first_and_waits_for_an_answer_on_each_lane),
        TEST(who_greets_as_somebody_else_is_not_talked_to),
        TEST(credit_is_spent_and_a_starved_lane_waits_for_more),
        TEST(what_came_is_given_back_whatever_became_of_it),
        TEST(what_is_urgent_makes_a_turn_a_short_one_unless_there_were_some),
        TEST(after_a_goodbye_it_greets_again_and_not_at_once),
        TEST(a_broker_that_is_revoked_is_left_at_the_next_frame),
        TEST(a_turn_that_is_taken_back_costs_no_credit),
        LISTENING(an_office_that_has_too_much_checked_is_sent_away),
        LISTENING(a_broker_brings_what_all_others_send),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
