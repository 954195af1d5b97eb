/* SPDX-License-Identifier: Apache-2.0 */
#include "node/notices.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/authorities.h"
#include "node/rest.pb-c.h"
#include "policy/notice.h"
#include "proto/base/log.h"

#define COMPONENT "agreements"
#define NOTICES_MAX 4096 /* about one agreement */

typedef Entente__Rest__V1__NoticeRow notice_row; /* a generated name */

/* Where a notice has its place: agreement, state, number. */
static struct node_key
key_of(const struct ent_notice *notice)
{
    char text[ENT_AGREEMENT_NAME_LEN + ENT_STATE_MAX + 32];
    struct ent_digest digest;

    (void)snprintf(text, sizeof text, "%s %s %llu", notice->agreement,
        notice->declaration.state,
        (unsigned long long)notice->declaration.number);
    digest = ent_digest_of(ent_view_text(text));
    return node_key_digest(&digest);
}

static struct ent_view
view_of(const ProtobufCBinaryData *data)
{
    return ent_view_of(data->data, data->len);
}

static enum ent_status
keep(struct node *node, const struct ent_notice *notice, struct ent_view text,
    struct ent_view signatures, struct ent_error *err)
{
    struct node_key key = key_of(notice);
    struct ent_digest digest = ent_digest_of(text);
    notice_row row = ENTENTE__REST__V1__NOTICE_ROW__INIT;
    enum ent_status rc;

    row.agreement = (char *)(uintptr_t)notice->agreement;
    row.text = (ProtobufCBinaryData){
        .data = (uint8_t *)(uintptr_t)text.data, .len = text.len};
    row.signatures = (ProtobufCBinaryData){
        .data = (uint8_t *)(uintptr_t)signatures.data, .len = signatures.len};
    row.heard_at = node->now_ms;
    rc = node_row_put(
        node->store, NODE_NOTICE, node_key_view(&key), &row.base, err);
    return rc != ENT_OK ? rc
                        : node_record(node, NODE_ENTRY_NOTICE, &node->party,
                              &digest, &(struct ent_digest){{0}}, 0, err);
}

/* Under the keys that its state's authority has by now. */
static enum ent_status
verify(struct node *node, const struct ent_agreement *agreement,
    const struct ent_notice *notice, struct ent_view text,
    struct ent_view signatures, struct ent_error *err)
{
    const char *state = notice->declaration.state;
    struct ent_rollover keys;

    node_authorities_join(
        node, state, ent_agreement_authority(agreement, state), &keys);
    return node_authorities_doubt(node, state,
        ent_notice_verify(
            agreement, notice, text, signatures, &keys, node->now_ms, err),
        err);
}

enum ent_status
node_notices_take(struct node *node, const struct ent_agreement *agreement,
    struct ent_view text, struct ent_view signatures, bool *ret_new,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) notice_row *row = NULL;
    struct ent_complaints complaints = {0};
    struct ent_notice notice;
    struct node_key key;
    enum ent_status rc;

    *ret_new = false;
    rc = ent_notice_read(agreement, text, &notice, &complaints, err);
    if (rc == ENT_OK) {
        rc = verify(node, agreement, &notice, text, signatures, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    key = key_of(&notice);
    rc = node_row_get(node->store, NODE_NOTICE, node_key_view(&key),
        &entente__rest__v1__notice_row__descriptor, (ProtobufCMessage **)&row,
        err);
    if (rc == ENT_OK) {
        return ent_view_equal(view_of(&row->text), text)
                   ? ENT_OK
                   : ent_fail(err, ENT_EXISTS,
                         "'%s' has given the number %llu to another notice",
                         notice.declaration.state,
                         (unsigned long long)notice.declaration.number);
    }
    if (rc != ENT_NOT_FOUND) {
        return rc;
    }
    *ret_new = true;
    return keep(node, &notice, text, signatures, err);
}

/* ---- what they amount to ---- */

/* Nothing passes: somebody wanted it less, and we cannot tell what. */
static struct ent_declarations
stop_everything(const struct node *node)
{
    struct ent_declarations declarations = {.count = 1};
    struct ent_declaration *all = &declarations.list[0];

    all->kind = ENT_SUSPENSION;
    (void)snprintf(
        all->state, sizeof all->state, "%s", ent_address_state(&node->self));
    all->until_ms = UINT64_MAX;
    all->all_families = true;
    return declarations;
}

/* Every kept notice about that agreement; ENT_BAD_INPUT when one cannot be
 * understood. */
static enum ent_status
gather(struct node *node, const struct ent_agreement *agreement,
    struct ent_notice *notices, size_t *ret_count, struct ent_error *err)
{
    uint8_t key[NODE_KEY_MAX] = {0};
    size_t len = node_key_len(NODE_NOTICE);
    size_t count = 0;

    for (;;) {
        ENT_AUTO(node_row_free) notice_row *row = NULL;
        struct ent_complaints complaints = {0};
        struct ent_view value;
        enum ent_status rc = node_store_seek(node->store, NODE_NOTICE,
            ent_view_of(key, len), 0, key, &value, err);

        if (rc == ENT_OK) {
            rc = node_row_unpack(value,
                &entente__rest__v1__notice_row__descriptor,
                (ProtobufCMessage **)&row, err);
        }
        if (rc != ENT_OK) {
            *ret_count = count;
            return rc == ENT_NOT_FOUND ? ENT_OK : rc;
        }
        if (strcmp(row->agreement, ent_agreement_name(agreement)) == 0) {
            if (count == NOTICES_MAX) {
                return ent_fail(
                    err, ENT_BAD_INPUT, "there are too many notices");
            }
            rc = ent_notice_read(agreement, view_of(&row->text),
                &notices[count++], &complaints, err);
        }
        if (rc != ENT_OK) {
            return rc;
        }
        if (!node_key_after(key, len)) {
            *ret_count = count;
            return ENT_OK;
        }
    }
}

enum ent_status
node_notices_sum(struct node *node, const struct ent_agreement *agreement,
    struct ent_declarations *ret_declarations, struct ent_error *err)
{
    struct ent_notice *notices = calloc(NOTICES_MAX, sizeof *notices);
    size_t count = 0;
    enum ent_status rc;

    if (notices == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "reading notices");
    }
    rc = gather(node, agreement, notices, &count, err);
    if (rc == ENT_OK) {
        rc = ent_declarations_make(
            notices, count, node->now_ms, ret_declarations, err);
    }
    free(notices);
    if (rc == ENT_BAD_INPUT || rc == ENT_EXISTS || rc == ENT_FULL) {
        ent_log(ENT_LOG_ERROR, COMPONENT,
            "nothing passes under %s until its notices can be understood: %s",
            ent_agreement_name(agreement), err->text);
        *ret_declarations = stop_everything(node);
        rc = ENT_OK;
    }
    return rc;
}
