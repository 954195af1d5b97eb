/* SPDX-License-Identifier: Apache-2.0 */
#include "node/bundles.h"

#include <stdlib.h>
#include <string.h>

/* ---- one ---- */

static void
find_starts(struct node_bundle *bundle)
{
    struct ent_envelope envelope;
    size_t start = 0;
    size_t next = 0;

    while (bundle->envelope_count < bundle->id_count &&
           ent_body_next(bundle->body, &next, &envelope)) {
        bundle->starts[bundle->envelope_count++] = (uint32_t)start;
        start = next;
    }
}

/* The bundle, ids, starts and head, one behind the other. */
static struct node_bundle *
lay_out(const struct node_bundle *parts)
{
    size_t ids_len = parts->id_count * sizeof *parts->ids;
    size_t starts_len = parts->id_count * sizeof *parts->starts;
    struct node_bundle *bundle =
        malloc(sizeof *bundle + ids_len + starts_len + parts->head.len);
    uint8_t *at = (uint8_t *)(bundle + 1);

    if (bundle == NULL) {
        return NULL;
    }
    *bundle = *parts;
    bundle->starts = (uint32_t *)(void *)at;
    bundle->ids = (const struct ent_id *)(at + starts_len);
    bundle->head = ent_view_of(at + starts_len + ids_len, parts->head.len);
    if (ids_len > 0) {
        memcpy(at + starts_len, parts->ids, ids_len);
    }
    if (parts->head.len > 0) {
        memcpy(at + starts_len + ids_len, parts->head.data, parts->head.len);
    }
    bundle->body = (struct ent_view){0};
    bundle->body_bytes = NULL;
    bundle->envelope_count = 0;
    bundle->holders = 1;
    return bundle;
}

enum ent_status
node_bundle_new(const struct node_bundle *parts,
    struct node_bundle **ret_bundle, struct ent_error *err)
{
    ENT_AUTO(node_bundle_release) struct node_bundle *bundle = lay_out(parts);
    enum ent_status rc = ENT_OK;

    if (bundle == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "reading a bundle");
    }
    if (parts->body.len > 0) {
        rc = node_bundle_give_body(bundle, parts->body, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_bundle = bundle;
    bundle = NULL;
    return ENT_OK;
}

void
node_bundle_take_body(struct node_bundle *bundle, struct ent_bytes *body)
{
    free(bundle->body_bytes);
    bundle->body_bytes = body->data;
    bundle->body = ent_bytes_view(body);
    bundle->envelope_count = 0;
    *body = (struct ent_bytes){0};
    find_starts(bundle);
}

enum ent_status
node_bundle_give_body(
    struct node_bundle *bundle, struct ent_view body, struct ent_error *err)
{
    struct ent_bytes bytes = {0};
    enum ent_status rc = ent_bytes_copy(body, &bytes, err);

    if (rc == ENT_OK) {
        node_bundle_take_body(bundle, &bytes);
    }
    return rc;
}

void
node_bundle_release(struct node_bundle **bundle)
{
    if (*bundle != NULL && --(*bundle)->holders == 0) {
        free((*bundle)->body_bytes);
        free(*bundle);
    }
    *bundle = NULL;
}

enum ent_status
node_bundle_envelope(const struct node_bundle *bundle, uint32_t index,
    struct ent_envelope *ret_envelope, struct ent_error *err)
{
    size_t offset;

    if (index >= bundle->envelope_count) {
        return ent_fail(err, ENT_IO, "a bundle has no message %u", index);
    }
    offset = bundle->starts[index];
    (void)ent_body_next(bundle->body, &offset, ret_envelope);
    return ENT_OK;
}

/* ---- those that were used last ---- */

static size_t
bytes_of(const struct node_bundle *bundle)
{
    return bundle->head.len + bundle->body.len +
           bundle->id_count * (ENT_ID_LEN + sizeof *bundle->starts);
}

/* Take out the one at `place`, which is not released. */
static struct node_bundle *
take_out(struct node_bundles *bundles, size_t place)
{
    struct node_bundle *bundle = bundles->list[place];

    memmove(&bundles->list[place], &bundles->list[place + 1],
        (NODE_BUNDLES_MAX - 1 - place) * sizeof *bundles->list);
    bundles->list[NODE_BUNDLES_MAX - 1] = NULL;
    return bundle;
}

static void
put_first(struct node_bundles *bundles, struct node_bundle *bundle)
{
    memmove(&bundles->list[1], &bundles->list[0],
        (NODE_BUNDLES_MAX - 1) * sizeof *bundles->list);
    bundles->list[0] = bundle;
}

/* NODE_BUNDLES_MAX: it is not here. */
static size_t
place_of(const struct node_bundles *bundles, uint64_t number)
{
    size_t place = 0;

    while (place < NODE_BUNDLES_MAX &&
           (bundles->list[place] == NULL ||
               bundles->list[place]->number != number)) {
        place++;
    }
    return place;
}

struct node_bundle *
node_bundles_find(struct node_bundles *bundles, uint64_t number)
{
    size_t place = place_of(bundles, number);
    struct node_bundle *bundle;

    if (place == NODE_BUNDLES_MAX) {
        return NULL;
    }
    bundle = take_out(bundles, place);
    put_first(bundles, bundle);
    bundle->holders++;
    return bundle;
}

void
node_bundles_add(struct node_bundles *bundles, struct node_bundle *bundle)
{
    size_t bytes = 0;

    node_bundles_forget(bundles, bundle->number);
    node_bundle_release(&bundles->list[NODE_BUNDLES_MAX - 1]);
    put_first(bundles, bundle);
    bundle->holders++;
    for (size_t i = 0; i < NODE_BUNDLES_MAX && bundles->list[i] != NULL; i++) {
        bytes += bytes_of(bundles->list[i]);
        if (i > 0 && bytes > NODE_BUNDLES_BYTES) {
            node_bundle_release(&bundles->list[i]);
        }
    }
}

void
node_bundles_forget(struct node_bundles *bundles, uint64_t number)
{
    size_t place = place_of(bundles, number);

    if (place < NODE_BUNDLES_MAX) {
        struct node_bundle *old = take_out(bundles, place);

        node_bundle_release(&old);
    }
}

void
node_bundles_clear(struct node_bundles *bundles)
{
    for (size_t i = 0; i < NODE_BUNDLES_MAX; i++) {
        node_bundle_release(&bundles->list[i]);
    }
}
