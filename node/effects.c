/* SPDX-License-Identifier: Apache-2.0 */
#include "node/effects.h"

#include <stdlib.h>

static enum ent_status
grow(struct node_effects *effects, struct ent_error *err)
{
    struct node_effect *list;
    size_t room = effects->room == 0 ? 64 : effects->room * 2;

    if (effects->count < effects->room) {
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
    enum ent_status rc = grow(effects, err);

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
    enum ent_status rc = grow(effects, err);

    if (rc == ENT_OK) {
        rc = ent_bytes_copy(client, &copy, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    effects->list[effects->count++] = (struct node_effect){
        .kind = NODE_EFFECT_REPLY, .client = copy, .payload = *payload};
    *payload = (struct ent_bytes){0};
    return ENT_OK;
}

enum ent_status
node_effects_join(struct node_effects *effects, struct node_effects *more,
    struct ent_error *err)
{
    struct node_effects all = *effects;

    if (effects->count == 0) {
        *effects = *more;
        *more = all;
        return ENT_OK;
    }
    for (size_t i = 0; i < more->count; i++) {
        enum ent_status rc = grow(effects, err);

        if (rc != ENT_OK) {
            return rc;
        }
        effects->list[effects->count++] = more->list[i];
        more->list[i] = (struct node_effect){.kind = NODE_EFFECT_REPLY};
    }
    more->count = 0;
    return ENT_OK;
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
}

void
node_effects_fini(struct node_effects *effects)
{
    node_effects_clear(effects);
    free(effects->list);
    *effects = (struct node_effects){0};
}
