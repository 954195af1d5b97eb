/* SPDX-License-Identifier: Apache-2.0 */
#include "node/carry_internal.h"

#include <string.h>

#include "node/objects.h"
#include "node/peers.h"
#include "node/sealer.h"
#include "node/submit.h"
#include "proto/frame.h"
#include "proto/schema/link.pb-c.h"

#define PAGE_BYTES ((size_t)2 * 1024 * 1024)
#define PAGE_ROWS 4096
#define SEAL_ROUNDS 64

bool
node_carry_is_full(const struct node_carry_page *page)
{
    return page->bytes >= PAGE_BYTES || page->rows >= PAGE_ROWS ||
           page->reply->n_frames == NODE_CARRY_FRAMES_MAX;
}

void
node_carry_go_to(struct node_carry_page *page, enum node_carry_part part)
{
    page->part = part;
    memset(page->place, 0, sizeof page->place);
}

ProtobufCBinaryData
node_carry_copy(struct ent_arena *arena, struct ent_view bytes)
{
    uint8_t *copy = ent_arena_alloc(arena, bytes.len == 0 ? 1 : bytes.len);

    if (copy != NULL && bytes.len > 0) {
        memcpy(copy, bytes.data, bytes.len);
    }
    return (ProtobufCBinaryData){.data = copy, .len = bytes.len};
}

enum ent_status
node_carry_add(struct node_carry_page *page, enum ent_frame_type type,
    struct ent_view payload, struct ent_view body, struct ent_error *err)
{
    Entente__V1__CarriedFrame *frame =
        ent_arena_alloc(page->arena, sizeof *frame);

    if (frame == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "carrying a frame");
    }
    entente__v1__carried_frame__init(frame);
    frame->type = type;
    frame->payload = node_carry_copy(page->arena, payload);
    frame->body = node_carry_copy(page->arena, body);
    if (frame->payload.data == NULL || frame->body.data == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "carrying a frame");
    }
    page->reply->frames[page->reply->n_frames++] = frame;
    page->bytes += payload.len + body.len;
    return ENT_OK;
}

/* ---- signed objects ---- */

static enum ent_status
add_object(struct node_carry_page *page, uint32_t kind, const char *subject,
    struct ent_view wire, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct ent_object object = {.kind = kind, .wire = wire};
    enum ent_status rc;

    memcpy(object.subject, subject, strlen(subject) + 1);
    rc = ent_object_encode(&object, &payload, err);
    return rc != ENT_OK
               ? rc
               : node_carry_add(page, ENT_FRAME_OBJECT,
                     ent_bytes_view(&payload), (struct ent_view){0}, err);
}

/* What an authority says of itself or of its state, if we have it. */
static enum ent_status
add_of_state(struct node_carry_page *page, uint32_t kind, const char *state,
    struct ent_error *err)
{
    struct ent_view wire;
    enum ent_status rc = node_object_find(page->node, kind, state, &wire, err);

    if (rc == ENT_NOT_FOUND) {
        return ENT_OK;
    }
    return rc != ENT_OK ? rc : add_object(page, kind, state, wire, err);
}

/* By which key of our authority, who we are, and whom neither state trusts any
 * more. */
static enum ent_status
add_objects(struct node_carry_page *page, struct ent_error *err)
{
    const struct node *node = page->node;
    const char *ours = ent_address_state(&node->self);
    const char *theirs = ent_address_state(&page->to);
    enum ent_status rc = add_of_state(page, NODE_KIND_ROLLOVER, ours, err);

    if (rc == ENT_OK) {
        rc = add_object(page, ENTENTE__V1__OBJECT_KIND__OBJECT_CERTIFICATE,
            node->self.text, ent_bytes_view(&node->certificate_wire), err);
    }
    if (rc == ENT_OK) {
        rc = add_object(page, ENTENTE__V1__OBJECT_KIND__OBJECT_MANIFEST,
            node->self.text, ent_bytes_view(&node->manifest_wire), err);
    }
    if (rc == ENT_OK) {
        rc = add_of_state(page, NODE_KIND_REVOCATION, ours, err);
    }
    if (rc == ENT_OK && strcmp(ours, theirs) != 0) {
        rc = add_of_state(page, NODE_KIND_REVOCATION, theirs, err);
    }
    node_carry_go_to(page, NODE_CARRY_ANSWERS);
    return rc;
}

/* ---- pages ---- */

/* What was accepted and can be sealed goes with the file. */
static enum ent_status
seal_all(struct node *node, struct ent_error *err)
{
    bool more = true;
    enum ent_status rc = ENT_OK;

    for (int i = 0; rc == ENT_OK && more && i < SEAL_ROUNDS; i++) {
        rc = node_sealer_run(node, &more, err);
    }
    return rc;
}

static enum ent_status
fill(struct node_carry_page *page, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    while (rc == ENT_OK && !node_carry_is_full(page)) {
        switch (page->part) {
        case NODE_CARRY_OBJECTS:
            rc = seal_all(page->node, err);
            rc = rc != ENT_OK ? rc : add_objects(page, err);
            break;
        case NODE_CARRY_ANSWERS:
            rc = node_carry_answers(page, err);
            break;
        case NODE_CARRY_RECEIPTS:
            rc = node_carry_receipts(page, err);
            break;
        case NODE_CARRY_BUNDLES:
            rc = node_carry_bundles(page, err);
            break;
        case NODE_CARRY_END:
            return ENT_OK;
        }
    }
    return rc;
}

/* Where the page before ended; nothing is the beginning. */
static enum ent_status
read_from(struct node_carry_page *page, const ProtobufCBinaryData *from,
    struct ent_error *err)
{
    if (from->len == 0) {
        return ENT_OK;
    }
    if (from->len != 1 + NODE_CARRY_PLACE_LEN ||
        from->data[0] > NODE_CARRY_END) {
        return ent_fail(err, ENT_BAD_INPUT, "that is no place in a file");
    }
    page->part = from->data[0];
    memcpy(page->place, from->data + 1, NODE_CARRY_PLACE_LEN);
    return ENT_OK;
}

static enum ent_status
write_next(const struct node_carry_page *page, struct ent_error *err)
{
    uint8_t next[1 + NODE_CARRY_PLACE_LEN] = {(uint8_t)page->part};

    if (page->part == NODE_CARRY_END) {
        return ENT_OK;
    }
    memcpy(next + 1, page->place, NODE_CARRY_PLACE_LEN);
    page->reply->next =
        node_carry_copy(page->arena, ent_view_of(next, sizeof next));
    return page->reply->next.data != NULL
               ? ENT_OK
               : ent_fail(err, ENT_NO_MEMORY, "carrying");
}

static bool
is_named(const Entente__V1__CarryOutReply *reply, const char *office)
{
    for (size_t i = 0; i < reply->n_offices; i++) {
        if (strcmp(reply->offices[i], office) == 0) {
            return true;
        }
    }
    return false;
}

/* How many offices an agreement has, our own too. */
static size_t
count_offices(const struct ent_agreement *agreement)
{
    size_t count = 0;

    while (ent_agreement_office(agreement, count) != NULL) {
        count++;
    }
    return count;
}

/* Every office that an agreement of ours names, once. */
static enum ent_status
name_offices(struct node_carry_page *page, struct ent_error *err)
{
    const struct node *node = page->node;
    Entente__V1__CarryOutReply *reply = page->reply;
    const struct ent_agreement *agreement;
    size_t room = 1;

    for (size_t i = 0;
         (agreement = node_agreements_at(node->agreements, i, NULL)) != NULL;
         i++) {
        room += count_offices(agreement);
    }
    reply->offices =
        ent_arena_alloc(page->arena, room * sizeof *reply->offices);
    if (reply->offices == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "naming offices");
    }
    for (size_t i = 0;
         (agreement = node_agreements_at(node->agreements, i, NULL)) != NULL;
         i++) {
        const struct ent_address *office;

        for (size_t k = 0;
             (office = ent_agreement_office(agreement, k)) != NULL; k++) {
            if (!ent_address_equal(office, &node->self) &&
                !is_named(reply, office->text)) {
                reply->offices[reply->n_offices++] =
                    node_text_in(page->arena, office->text);
            }
        }
    }
    return ENT_OK;
}

enum ent_status
node_carry_out(struct node *node, const Entente__V1__CarryOutRequest *request,
    struct ent_arena *arena, Entente__V1__CarryOutReply *reply,
    struct ent_error *err)
{
    struct node_carry_page page = {
        .node = node, .arena = arena, .reply = reply};
    enum ent_status rc;

    if (request->to[0] == '\0') {
        return name_offices(&page, err);
    }
    reply->frames =
        ent_arena_alloc(arena, NODE_CARRY_FRAMES_MAX * sizeof *reply->frames);
    if (reply->frames == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "carrying");
    }
    rc = ent_address_parse(ent_view_text(request->to), &page.to, err);
    if (rc == ENT_OK && ent_address_equal(&page.to, &node->self)) {
        rc = ent_fail(err, ENT_BAD_INPUT, "%s is this office", request->to);
    }
    if (rc == ENT_OK) {
        page.party = ent_address_party(&page.to);
        rc = read_from(&page, &request->from, err);
    }
    if (rc == ENT_OK) {
        rc = fill(&page, err);
    }
    if (rc == ENT_NOT_FOUND) {
        return ent_fail(err, ENT_IO, "a bundle that is to be carried is gone");
    }
    return rc != ENT_OK ? rc : write_next(&page, err);
}
