/* SPDX-License-Identifier: Apache-2.0 */
/* The scene of the uplink's tests. */
#include "tests/uplink_stage.h"

#include <ftw.h>
#include <stdio.h>
#include <unistd.h>
#include <zmq.h>

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

struct stage stage;

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
    assert_int_equal(zmq_getsockopt(ent_link_ear(stage.link)->socket,
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

int
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
int
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

int
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

void
listen_for_a_moment(void)
{
    struct ent_ears ears = {0};

    node_uplink_ears(stage.node->uplink, &ears);
    expect_ok(ent_ears_wait(&ears, -1, 0, NULL, &last_error));
}

/* One turn of the node. */
void
turn(void)
{
    size_t handled;

    listen_for_a_moment();
    expect_ok(node_turn_begin(stage.node, stage.now, &last_error));
    expect_ok(node_uplink_serve(stage.node, 256, &handled, &last_error));
    expect_ok(node_turn_end(stage.node, ENT_OK, &last_error));
}

/* The broker's next frame of that type; others are noted and dropped. The node
 * goes on meanwhile. */
void
hear(enum ent_frame_type type, struct ent_frame *ret_frame)
{
    for (int waited = 0; waited < PATIENCE_MS; waited += 10) {
        zmq_pollitem_t items[] = {
            {.socket = ent_link_ear(stage.link)->socket, .events = ZMQ_POLLIN},
            {.socket = ent_zap_ear(stage.zap)->socket, .events = ZMQ_POLLIN},
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

void
say(size_t lane, enum ent_frame_type type, const struct ent_bytes *payload,
    struct ent_view body)
{
    expect_ok(ent_link_send(stage.link, &stage.routes[lane], type,
        ent_bytes_view(payload), body, &last_error));
}

/* Hear both greetings of the node. */
void
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

void
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
void
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

void
meet(uint64_t credit)
{
    be_greeted();
    for (size_t lane = 0; lane < LANES; lane++) {
        greet_back(lane, ent_bytes_view(&stage.certificate), credit);
    }
    until_ready(true, true);
    until_ready(false, true);
}

/* ---- the office that connects to the node ---- */

/* The node's next frame of that type to the office that connected to it. */
void
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

void
guest_says(
    enum ent_frame_type type, struct ent_view payload, struct ent_view body)
{
    while (ent_link_send(stage.guest, NULL, type, payload, body, &last_error) ==
           ENT_BUSY) {
        turn();
    }
}

void
guest_greets(uint32_t lane)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    ENT_AUTO(ent_frame_free) struct ent_frame frame = {0};
    struct ent_hello hello = {
        .certificate = ent_bytes_view(&stage.guest_certificate),
        .lane = lane,
        .credit = 4 * MIB,
    };

    expect_ok(ent_hello_encode(&hello, &payload, &last_error));
    guest_says(ENT_FRAME_HELLO, ent_bytes_view(&payload), (struct ent_view){0});
    guest_hears(ENT_FRAME_HELLO, &frame);
}
