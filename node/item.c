/* SPDX-License-Identifier: Apache-2.0 */
#include "node/item.h"

#include <assert.h>

#include "proto/base/pb_field.h"

#define SEQUENCE 1 /* numbers of fields */
#define MESSAGE 9
#define ID 10

/* An item with room for what is not a field of the schema's. */
struct filled {
    Entente__V1__InboxItem item; /* begins it: it is one */
    ProtobufCBinaryData message; /* packed: on the way it is like bytes */
    char id[ENT_ID_TEXT_LEN + 1];
};

static bool
is_own(uint32_t number)
{
    return number == SEQUENCE || number == MESSAGE || number == ID;
}

/* What stands behind the id, in `arena`. */
static enum ent_status
pack_behind(const Entente__V1__InboxItem *first, struct ent_arena *arena,
    struct ent_view *ret_wire)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    ProtobufCMessageDescriptor type = *first->base.descriptor;
    Entente__V1__InboxItem item = *first;
    uint8_t *kept;

    while (type.n_fields > 0 && type.fields->id <= ID) {
        type.fields++;
        type.n_fields--;
    }
    item.base.descriptor = &type;
    if (ent_pb_pack(&item.base, &wire, NULL) != ENT_OK) {
        return ENT_NO_MEMORY;
    }
    kept = ent_arena_alloc(arena, wire.len);
    if (kept == NULL) {
        return ENT_NO_MEMORY;
    }
    if (wire.len > 0) {
        memcpy(kept, wire.data, wire.len);
    }
    *ret_wire = ent_view_of(kept, wire.len);
    return ENT_OK;
}

/* That as one unknown field: those are packed last. */
static bool
take_behind(Entente__V1__InboxItem *common, struct ent_arena *arena)
{
    const ProtobufCMessage *packed;
    struct ent_view wire;

    if (pack_behind(common, arena, &wire) != ENT_OK) {
        return false;
    }
    packed = ent_pb_packed(common->base.descriptor, wire, arena);
    if (packed == NULL) {
        return false;
    }
    common->base.n_unknown_fields = packed->n_unknown_fields;
    common->base.unknown_fields = packed->unknown_fields;
    return true;
}

static void
add_field(struct node_item_form *form, const ProtobufCFieldDescriptor *field)
{
    ProtobufCFieldDescriptor *own = &form->fields[form->type.n_fields++];

    *own = *field;
    if (field->id == MESSAGE) {
        own->type = PROTOBUF_C_TYPE_BYTES;
        own->offset = offsetof(struct filled, message);
    }
}

/* What is there up to the id, and what each has for itself. */
static void
choose_fields(
    struct node_item_form *form, const ProtobufCMessageDescriptor *whole)
{
    form->type = *whole;
    form->type.fields = form->fields;
    form->type.n_fields = 0;
    for (unsigned i = 0; i < whole->n_fields && whole->fields[i].id <= ID;
         i++) {
        const ProtobufCFieldDescriptor *field = &whole->fields[i];

        assert(form->type.n_fields < NODE_ITEM_FIELDS);

        if (is_own(field->id) || ent_pb_is_given(&form->common.base, field)) {
            add_field(form, field);
        }
    }
}

struct node_item_form *
node_item_form_new(const Entente__V1__InboxItem *first, struct ent_arena *arena)
{
    const ProtobufCMessageDescriptor *whole = first->base.descriptor;
    struct node_item_form *form = ent_arena_alloc(arena, sizeof *form);

    assert(first->base.n_unknown_fields == 0);

    if (form == NULL) {
        return NULL;
    }
    form->common = *first;
    form->common.message = NULL;
    if (!take_behind(&form->common, arena)) {
        return NULL;
    }
    choose_fields(form, whole);
    form->common.base.descriptor = &form->type;
    return form;
}

Entente__V1__InboxItem *
node_item_fill(const struct node_item_form *form, uint64_t sequence,
    const struct ent_id *id, struct ent_view message, struct ent_arena *arena)
{
    struct filled *filled = ent_arena_alloc(arena, sizeof *filled);

    if (filled == NULL) {
        return NULL;
    }
    filled->item = form->common;
    filled->item.sequence = sequence;
    ent_id_format(id, filled->id);
    filled->item.id = filled->id;
    filled->message = (ProtobufCBinaryData){
        .data = (uint8_t *)(uintptr_t)message.data, .len = message.len};
    return &filled->item;
}
