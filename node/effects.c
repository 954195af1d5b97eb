/* SPDX-License-Identifier: Apache-2.0 */
#include "node/effects.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum ent_status
node_effects_reserve(
    struct node_effects *effects, size_t more, struct ent_error *err)
{
    struct node_effect *list;
    size_t room = effects->room == 0 ? 64 : effects->room;

    while (room < effects->count + more) {
        room *= 2;
    }
    if (room == effects->room) {
        return ENT_OK;
    }
    list = realloc(effects->list, room * sizeof *list);
    if (list == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "queueing %zu effects", room);
    }
    effects->list = list;
    effects->room = room;
    return ENT_OK;
}

enum ent_status
node_effects_frame(struct node_effects *effects, uint64_t via, bool urgent,
    enum ent_frame_type type, struct ent_bytes *payload,
    struct node_bundle **bundle, struct ent_error *err)
{
    enum ent_status rc = node_effects_reserve(effects, 1, err);

    if (rc != ENT_OK) {
        return rc;
    }
    effects->list[effects->count++] = (struct node_effect){
        .kind = NODE_EFFECT_FRAME,
        .via = via,
        .urgent = urgent,
        .type = type,
        .payload = *payload,
        .bundle = bundle == NULL ? NULL : *bundle,
    };
    effects->bytes += payload->len;
    *payload = (struct ent_bytes){0};
    if (bundle != NULL) {
        *bundle = NULL;
    }
    return ENT_OK;
}

enum ent_status
node_effects_reply(struct node_effects *effects, struct ent_view client,
    struct ent_bytes *payload, struct ent_error *err)
{
    struct ent_bytes copy;
    enum ent_status rc = node_effects_reserve(effects, 1, err);

    if (rc == ENT_OK) {
        rc = ent_bytes_copy(client, &copy, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    effects->list[effects->count++] = (struct node_effect){
        .kind = NODE_EFFECT_REPLY, .client = copy, .payload = *payload};
    effects->bytes += payload->len;
    *payload = (struct ent_bytes){0};
    return ENT_OK;
}

void
node_effects_join(struct node_effects *effects, struct node_effects *more)
{
    assert(effects->room - effects->count >= more->count);
    if (more->count > 0) {
        memcpy(effects->list + effects->count, more->list,
            more->count * sizeof *more->list);
    }
    effects->count += more->count;
    effects->bytes += more->bytes;
    more->count = 0;
    more->bytes = 0;
}

void
node_effects_unbind(struct node_effects *effects, uint64_t via, bool urgent)
{
    for (size_t i = 0; i < effects->count; i++) {
        struct node_effect *effect = &effects->list[i];

        if (node_effect_is_bound(effect) && effect->urgent == urgent) {
            effect->via &= ~via;
        }
    }
}

void
node_effects_clear(struct node_effects *effects)
{
    for (size_t i = 0; i < effects->count; i++) {
        ent_bytes_free(&effects->list[i].client);
        ent_bytes_free(&effects->list[i].payload);
        node_bundle_release(&effects->list[i].bundle);
    }
    effects->count = 0;
    effects->bytes = 0;
}

void
node_effects_fini(struct node_effects *effects)
{
    node_effects_clear(effects);
    free(effects->list);
    *effects = (struct node_effects){0};
}
