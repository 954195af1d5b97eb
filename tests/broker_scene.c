/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/broker_scene.h"

#include <ftw.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "proto/base/log.h"

static const uint8_t store_key[ENT_KV_STORE_KEY_LEN] =
    "the storage key of a test";

/* ---- the wire ---- */

static enum ent_status
send_on_wire(void *context, const struct ent_route *route,
    enum ent_frame_type type, struct ent_view payload, struct ent_view body,
    struct ent_error *err)
{
    struct scene *scene = context;
    struct sent *sent = &scene->sent[scene->sent_count];

    if (scene->gone) {
        return ent_fail(err, ENT_NOT_FOUND, "gone");
    }
    if (scene->busy) {
        return ent_fail(err, ENT_BUSY, "busy");
    }
    assert_in_range(scene->sent_count, 0, SENT_MAX - 1);
    sent->route = *route;
    sent->type = type;
    expect_ok(ent_bytes_copy(payload, &sent->payload, &last_error));
    expect_ok(ent_bytes_copy(body, &sent->body, &last_error));
    scene->sent_count++;
    return ENT_OK;
}

void
scene_forget(struct scene *scene)
{
    for (size_t i = 0; i < scene->sent_count; i++) {
        ent_bytes_free(&scene->sent[i].payload);
        ent_bytes_free(&scene->sent[i].body);
    }
    scene->sent_count = 0;
    scene->read_count = 0;
}

void
turn(struct scene *scene, const struct ent_frame *frames, size_t count)
{
    expect_ok(
        broker_turn(scene->broker, frames, count, &scene->now, &last_error));
}

/* ---- setting the scene ---- */

struct broker_registry *
make_registry(
    struct scene *scene, const struct party *one, const struct party *other)
{
    const struct ent_authorities authorities = {
        .list = {{.state = "th", .key = scene->all.thailand.signer.key},
            {.state = "mm", .key = scene->all.myanmar.signer.key}},
        .count = 2,
    };
    const struct party *const offices[] = {one, other};
    struct broker_registry *registry = NULL;

    expect_ok(broker_registry_new(&authorities, &registry, &last_error));
    for (size_t i = 0; i < 2; i++) {
        if (offices[i] != NULL) {
            expect_ok(
                broker_registry_add(registry, ent_bytes_view(&offices[i]->wire),
                    true, scene->now.wall_ms, &last_error));
        }
    }
    return registry;
}

static void
start(struct scene *scene)
{
    struct broker_options options = {
        .address = scene->all.broker.cert.address,
        .certificate = ent_bytes_view(&scene->all.broker.wire),
        .signer = &scene->all.broker.signer,
        .port = {.send = send_on_wire, .context = scene},
        .quota = scene->quota,
        .wall_ms = PARTIES_NOW,
    };

    scene->registry =
        make_registry(scene, MAESAI, scene->relays ? NULL : TACHILEIK);
    if (scene->relays) {
        expect_ok(broker_registry_add_neighbour(scene->registry,
            ent_bytes_view(&YANGON->wire), &YANGON->cert.address,
            scene->now.wall_ms, &last_error));
        broker_registry_lead(scene->registry, "mm", &YANGON->cert.address);
    }
    expect_ok(broker_spool_open(
        scene->path, store_key, scene->store_size, &scene->spool, &last_error));
    options.registry = scene->registry;
    options.spool = scene->spool;
    expect_ok(broker_new(&options, &scene->broker, &last_error));
    expect_ok(broker_sync_objects(scene->broker, &last_error));
    turn(scene, NULL, 0);
}

static void
stop(struct scene *scene)
{
    broker_free(&scene->broker);
    broker_spool_close(&scene->spool);
    broker_registry_free(&scene->registry);
}

static struct scene *
open_scene(bool relays)
{
    struct scene *scene = calloc(1, sizeof *scene);

    assert_non_null(scene);
    scene->relays = relays;
    ent_log_set_level(0); /* what is wrong here is wrong on purpose */
    parties_init(&scene->all);
    strcpy(scene->folder, "/tmp/entente-broker-XXXXXX");
    assert_non_null(mkdtemp(scene->folder));
    (void)snprintf(scene->path, sizeof scene->path, "%s/spool", scene->folder);
    scene->store_size = STORE_SIZE;
    scene->quota = (struct broker_quota){.bytes = STORE_SIZE,
        .entries = 100000,
        .flash_reserve = 10,
        .signatures = 100000};
    scene->now = (struct broker_now){.wall_ms = PARTIES_NOW, .boot_ms = HOUR};
    expect_ok(broker_spool_create(
        scene->path, store_key, scene->store_size, &last_error));
    start(scene);
    return scene;
}

int
scene_open(void **state)
{
    *state = open_scene(false);
    return 0;
}

int
scene_open_relay(void **state)
{
    *state = open_scene(true);
    return 0;
}

static int
remove_one(const char *path, const struct stat *info, int type, struct FTW *ftw)
{
    (void)info;
    (void)type;
    (void)ftw;
    return remove(path);
}

int
scene_close(void **state)
{
    struct scene *scene = *state;

    stop(scene);
    scene_forget(scene);
    parties_fini(&scene->all);
    (void)nftw(scene->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    free(scene);
    return 0;
}

void
scene_hang_up(struct scene *scene)
{
    scene->connection++;
}

void
scene_restart(struct scene *scene)
{
    stop(scene);
    scene_hang_up(scene);
    start(scene);
}

void
scene_damage(struct scene *scene, uint8_t byte)
{
    char path[100];
    uint8_t run[64];
    uint8_t *content;
    FILE *file;
    size_t len;
    uint8_t *found;

    stop(scene); /* all is in the tables then */
    scene_hang_up(scene);
    (void)snprintf(path, sizeof path, "%s/data.mdb", scene->path);
    file = fopen(path, "r+");
    assert_non_null(file);
    content = malloc(STORE_SIZE);
    assert_non_null(content);
    len = fread(content, 1, STORE_SIZE, file);
    memset(run, byte, sizeof run);
    found = memmem(content, len, run, sizeof run);
    assert_non_null(found);
    assert_int_equal(fseek(file, found - content, SEEK_SET), 0);
    assert_int_equal(fputc(byte ^ 1, file), byte ^ 1);
    assert_int_equal(fclose(file), 0);
    free(content);
    start(scene);
}
