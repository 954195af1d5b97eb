/* SPDX-License-Identifier: Apache-2.0 */
/* How two offices come to be, with their keys, certificates and agreements. */
#include "tests/two_offices.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/peers.h"
#include "node/reincarnation.h"
#include "policy/sign.h"
#include "proto/base/armour.h"
#include "proto/base/file.h"
#include "proto/keyfile.h"
#include "proto/schema/link.pb-c.h"
#include "proto/schema/trust.pb-c.h"

const char *const addresses[2] = {"blo-maesai@th", "blo-tachileik@mm"};
const char *const states[2] = {"th", "mm"};

static char world_folder[64];

void
in_folder(enum who who, const char *name, char *ret_path)
{
    (void)snprintf(ret_path, PATH_MAX, "%s/%s%s%s", world_folder, states[who],
        name[0] == '\0' ? "" : "/", name);
}

static void
write_key(enum who who, const char *name, enum ent_key_role role,
    struct ent_secret **ret_secret)
{
    char path[PATH_MAX];

    in_folder(who, name, path);
    expect_ok(ent_secret_new(ret_secret, &last_error));
    expect_ok(ent_keyfile_write(path, role, *ret_secret, NULL, &last_error));
}

static void
certify(enum who who, struct ent_secret *office, struct ent_secret *link)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    struct ent_secret *authority = authority_secret(states[who]);
    struct ent_signer signer;
    struct ent_signer root;
    struct ent_certificate certificate = {
        .address = world.configs[who].address,
        .kind = ENTENTE__V1__OFFICE_KIND__BLO,
        .not_before = NOON - DAY,
        .not_after = NOON + 300 * DAY,
        .serial = ++world.serial,
    };
    char path[PATH_MAX];

    expect_ok(ent_secret_signer(office, ENT_KEY_OFFICE, &signer, &last_error));
    expect_ok(
        ent_secret_signer(authority, ENT_KEY_AUTHORITY, &root, &last_error));
    certificate.signing_key = signer.key;
    certificate.authority_key_id = root.key_id;
    ent_link_public_key(link, certificate.link_key);
    expect_ok(ent_certificate_make(&certificate, &root, &wire, &last_error));
    expect_ok(ent_armour_encode(
        ENT_ARMOUR_CERTIFICATE, ent_bytes_view(&wire), &text, &last_error));
    in_folder(who, "office.cert", path);
    expect_ok(ent_file_create(path, 0600, ent_bytes_view(&text), &last_error));
    world.configs[who].authorities.list[0].key = root.key;
    ent_secret_free(&authority);
}

static void
copy_agreement(enum who who, const char *name)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = read_data(name);
    char path[PATH_MAX];

    in_folder(who, name, path);
    expect_ok(ent_file_create(path, 0600, ent_bytes_view(&text), &last_error));
}

static void
found_office(enum who who)
{
    struct node_config *config = &world.configs[who];
    struct ent_secret *keys[3] = {NULL, NULL, NULL};
    char path[PATH_MAX];

    memset(config, 0, sizeof *config);
    in_folder(who, "", path);
    assert_int_equal(mkdir(path, 0700), 0);
    expect_ok(
        ent_address_parse(view(addresses[who]), &config->address, &last_error));
    in_folder(who, "", config->keys);
    in_folder(who, "", config->agreements);
    in_folder(who, "office.cert", config->certificate);
    in_folder(who, "store", config->store);
    in_folder(who, "api.sock", config->api);
    config->store_limit = (uint64_t)1 << 28;
    config->quota = (struct node_quota_limits){
        .bundles = 1000000, .flash_reserve = 10, .signatures = 2000};
    config->epoch_ms = DAY;
    config->checkpoint_ms = HOUR;
    (void)snprintf(config->authorities.list[0].state,
        sizeof config->authorities.list[0].state, "%s", states[who]);
    config->authorities.count = 1;
    write_key(who, "office.key", ENT_KEY_OFFICE, &keys[0]);
    write_key(who, "link.key", ENT_KEY_LINK, &keys[1]);
    write_key(who, "storage.key", ENT_KEY_STORAGE, &keys[2]);
    certify(who, keys[0], keys[1]);
    copy_agreement(who, "th-mm.yaml");
    copy_agreement(who, "th-mm.yaml.sig");
    for (int i = 0; i < 3; i++) {
        ent_secret_free(&keys[i]);
    }
    expect_ok(node_init(config, &last_error));
    expect_ok(node_open(config, &world.nodes[who], &last_error));
}

/* In memory where that is possible: what a sync costs is not tested here. */
static bool
make_world_folder(void)
{
    const char *place = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

    (void)snprintf(
        world_folder, sizeof world_folder, "%s/entente-test-XXXXXX", place);
    return mkdtemp(world_folder) != NULL;
}

int
setup(void **state)
{
    memset(&world, 0, sizeof world);
    if (!make_world_folder()) {
        return -1;
    }
    world.now = NOON;
    world.up = true;
    world.seed = 20260815;
    world.old_messages = NODE_REINCARNATION_MESSAGES;
    found_office(MAESAI);
    found_office(TACHILEIK);
    *state = NULL;
    return 0;
}

int
teardown(void **state)
{
    char command[128];

    (void)state;
    forget_wire();
    node_close(&world.nodes[MAESAI]);
    node_close(&world.nodes[TACHILEIK]);
    ent_bytes_free(&world.manifests[MAESAI]);
    ent_bytes_free(&world.manifests[TACHILEIK]);
    ent_bytes_free(&world.witnesses[MAESAI]);
    ent_bytes_free(&world.witnesses[TACHILEIK]);
    ent_bytes_free(&world.lists[MAESAI]);
    ent_bytes_free(&world.lists[TACHILEIK]);
    (void)snprintf(command, sizeof command, "rm -r '%s'", world_folder);
    return system(command);
}

/* The process dies: what was not committed is gone, and what was on the wire to
 * it too. */
void
crash(enum who who)
{
    size_t kept = 0;

    node_close(&world.nodes[who]);
    for (size_t i = 0; i < world.flying; i++) {
        if (world.wire[i].to != who) {
            world.wire[kept++] = world.wire[i];
        } else {
            ent_bytes_free(&world.wire[i].payload);
            ent_bytes_free(&world.wire[i].body);
        }
    }
    world.flying = kept;
    expect_ok(node_open(&world.configs[who], &world.nodes[who], &last_error));
}

/* Its store is gone, and made anew; the keys are the same. */
void
lose_store(enum who who)
{
    char command[PATH_MAX + 16];

    node_close(&world.nodes[who]);
    (void)snprintf(
        command, sizeof command, "rm -r '%s'", world.configs[who].store);
    assert_int_equal(system(command), 0);
    world.now += 1000; /* no two stores are made in one moment */
    expect_ok(node_init(&world.configs[who], &last_error));
    expect_ok(node_open(&world.configs[who], &world.nodes[who], &last_error));
}

void
write_signed(enum who who, const char *file, struct ent_view text)
{
    write_signed_by(who, file, text, states);
}

void
write_signed_by(enum who who, const char *file, struct ent_view text,
    const char *const parties[static 2])
{
    struct ent_bytes signatures = {0};
    struct ent_complaints complaints = {0};
    struct ent_agreement *agreement = NULL;
    char name[NAME_MAX + 1];
    char path[PATH_MAX];

    expect_ok(ent_agreement_load(text, &agreement, &complaints, &last_error));
    for (int i = 0; i < 2; i++) {
        struct ent_secret *secret = authority_secret(parties[i]);
        struct ent_bytes more = {0};
        struct ent_signer signer;

        expect_ok(
            ent_secret_signer(secret, ENT_KEY_AUTHORITY, &signer, &last_error));
        expect_ok(ent_agreement_sign(agreement, text, parties[i], &signer,
            ent_bytes_view(&signatures), &more, &last_error));
        ent_bytes_free(&signatures);
        signatures = more;
        ent_secret_free(&secret);
    }
    in_folder(who, file, path);
    expect_ok(ent_file_replace(path, 0600, text, &last_error));
    (void)snprintf(name, sizeof name, "%s.sig", file);
    in_folder(who, name, path);
    expect_ok(
        ent_file_replace(path, 0600, ent_bytes_view(&signatures), &last_error));
    ent_bytes_free(&signatures);
    ent_agreement_free(&agreement);
}

void
sign_agreement(enum who who, struct ent_view text)
{
    write_signed(who, "th-mm.yaml", text);
    crash(who);
}

/* `text` with one change in its place. */
static void
amend(struct ent_bytes *text, const char *from, const char *to)
{
    struct ent_bytes next = change(ent_bytes_view(text), from, to);

    ent_bytes_free(text);
    *text = next;
}

void
agree_on(const char *families, const struct amendment *more, size_t count)
{
    static const char *const ends[] = {"direction", "keep"};
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = read_data("th-mm.yaml");
    char from[128];
    char to[256];

    for (size_t i = 0; i < 2; i++) {
        (void)snprintf(from, sizeof from,
            "families: [acknowledgement, test], %s", ends[i]);
        (void)snprintf(to, sizeof to,
            "families: [acknowledgement, %s, test], %s", families, ends[i]);
        amend(&text, from, to);
    }
    for (size_t i = 0; i < count; i++) {
        amend(&text, more[i].from, more[i].to);
    }
    (void)snprintf(to, sizeof to, "version: %u", ++world.agreed + 1);
    amend(&text, "version: 1", to);
    sign_agreement(MAESAI, ent_bytes_view(&text));
    sign_agreement(TACHILEIK, ent_bytes_view(&text));
}

/* Versions only grow: each other text gets the next one, the same at both. */
static const char *
version_for(const char *from, const char *to)
{
    static char version[32];
    static char last[512];
    static unsigned number = 1;
    char change_asked[sizeof last];

    (void)snprintf(change_asked, sizeof change_asked, "%s/%s", from, to);
    if (strcmp(change_asked, last) != 0) {
        (void)snprintf(last, sizeof last, "%s", change_asked);
        number++;
    }
    (void)snprintf(version, sizeof version, "version: %u\n", number);
    return version;
}

void
write_agreement(enum who who, const char *from, const char *to)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes old = read_data("th-mm.yaml");
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes other = change(ent_bytes_view(&old), from, to);
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes text =
        change(ent_bytes_view(&other), "version: 1\n", version_for(from, to));

    write_signed(who, "th-mm.yaml", ent_bytes_view(&text));
}

void
give_agreement(enum who who, const char *from, const char *to)
{
    write_agreement(who, from, to);
    crash(who);
}

void
give_new_keys(enum who who)
{
    static const char *const names[] = {
        "office.key", "link.key", "office.cert"};
    struct ent_secret *keys[2] = {NULL, NULL};
    char path[PATH_MAX];

    for (int i = 0; i < 3; i++) {
        in_folder(who, names[i], path);
        assert_int_equal(unlink(path), 0);
    }
    write_key(who, "office.key", ENT_KEY_OFFICE, &keys[0]);
    write_key(who, "link.key", ENT_KEY_LINK, &keys[1]);
    certify(who, keys[0], keys[1]);
    ent_secret_free(&keys[0]);
    ent_secret_free(&keys[1]);
}

void
renew(enum who who)
{
    give_new_keys(who);
    crash(who);
}

static void
tell(enum who whose, enum who whom, uint32_t kind, struct ent_view wire)
{
    struct node *node = world.nodes[whom];
    struct ent_object object = {.kind = kind, .wire = wire};

    (void)snprintf(
        object.subject, sizeof object.subject, "%s", addresses[whose]);
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_peers_learn(node, &object, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
}

/* Whoever knows the newer certificate believes the older one no more. */
void
tell_certificate(enum who whose, enum who whom)
{
    tell(whose, whom, ENTENTE__V1__OBJECT_KIND__OBJECT_CERTIFICATE,
        ent_bytes_view(&world.nodes[whose]->certificate_wire));
}

void
tell_manifest(enum who whose, enum who whom)
{
    tell(whose, whom, ENTENTE__V1__OBJECT_KIND__OBJECT_MANIFEST,
        ent_bytes_view(&world.nodes[whose]->manifest_wire));
}
