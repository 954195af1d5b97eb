/* SPDX-License-Identifier: Apache-2.0 */
#include "node/alarms.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/log.h"

#define COMPONENT "alarm"
#define TEXT_MAX 512
#define AGAIN_MS UINT64_C(60000) /* repeated sooner, it is not counted */

typedef Entente__Rest__V1__AlarmRow alarm_row;

const char *
node_alarm_name(uint32_t kind)
{
    switch (kind) {
#define NODE_ALARM_CASE(name, number, word)                                    \
    case NODE_ALARM_##name:                                                    \
        return word;
        NODE_ALARM_TABLE(NODE_ALARM_CASE)
#undef NODE_ALARM_CASE
    default:
        return "alarm";
    }
}

enum ent_status
node_alarm_next(struct node *node, uint64_t *number, alarm_row **ret_row,
    struct ent_error *err)
{
    struct node_key from = node_key_u64(*number);
    uint8_t key[NODE_KEY_MAX];
    struct ent_view value;
    enum ent_status rc = node_store_seek(
        node->store, NODE_ALARM, node_key_view(&from), 0, key, &value, err);

    if (rc == ENT_OK) {
        rc = node_row_unpack(value, &entente__rest__v1__alarm_row__descriptor,
            (ProtobufCMessage **)ret_row, err);
    }
    if (rc == ENT_OK) {
        *number = ent_get_be(key, 8);
    }
    return rc;
}

/* The alarm of that cause, in `ret_row` and at `ret_number`; ENT_NOT_FOUND. How
 * many there are besides, in `ret_count`. */
static enum ent_status
find(struct node *node, enum node_alarm_kind kind, const char *subject,
    uint64_t *ret_number, alarm_row **ret_row, size_t *ret_count,
    struct ent_error *err)
{
    uint64_t number = 0;

    *ret_count = 0;
    for (;; number++) {
        ENT_AUTO(node_row_free) alarm_row *row = NULL;
        enum ent_status rc = node_alarm_next(node, &number, &row, err);

        if (rc != ENT_OK) {
            return rc;
        }
        if (row->kind == kind && strcmp(row->subject, subject) == 0) {
            *ret_number = number;
            *ret_row = row;
            row = NULL;
            return ENT_OK;
        }
        (*ret_count)++;
    }
}

static enum ent_status
put(struct node *node, uint64_t number, const alarm_row *row,
    struct ent_error *err)
{
    struct node_key key = node_key_u64(number);

    return node_row_put(
        node->store, NODE_ALARM, node_key_view(&key), &row->base, err);
}

/* Its cause lies in this office, so nobody else can make it change its words
 * without end: what is new in them is told at once. */
static bool
is_our_own(uint32_t kind)
{
    return kind == NODE_ALARM_HOTLINE || kind == NODE_ALARM_DUTY ||
           kind == NODE_ALARM_OVERDUE || kind == NODE_ALARM_ROLLBACK;
}

static enum ent_status
count_again(struct node *node, uint64_t number, const alarm_row *row,
    const char *text, struct ent_error *err)
{
    alarm_row changed = *row;

    if (row->last_at + AGAIN_MS > node->now_ms &&
        row->last_at <= node->now_ms &&
        !(is_our_own(row->kind) && strcmp(row->text, text) != 0)) {
        return ENT_OK;
    }
    changed.count++;
    changed.last_at = node->now_ms;
    changed.text = (char *)(uintptr_t)text;
    return put(node, number, &changed, err);
}

static enum ent_status
add(struct node *node, enum node_alarm_kind kind, const char *subject,
    const char *text, struct ent_error *err)
{
    alarm_row row = ENTENTE__REST__V1__ALARM_ROW__INIT;
    uint64_t number;
    enum ent_status rc = node_number_next(node->store, "alarm", &number, err);

    row.kind = kind;
    row.subject = (char *)(uintptr_t)subject;
    row.text = (char *)(uintptr_t)text;
    row.raised_at = node->now_ms;
    row.last_at = node->now_ms;
    row.count = 1;
    return rc != ENT_OK ? rc : put(node, number, &row, err);
}

enum ent_status
node_alarm_raise(struct node *node, enum node_alarm_kind kind,
    const char *subject, struct ent_error *err, const char *format, ...)
{
    ENT_AUTO(node_row_free) alarm_row *row = NULL;
    char text[TEXT_MAX];
    uint64_t number;
    size_t count;
    va_list arguments;
    enum ent_status rc;

    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    rc = find(node, kind, subject, &number, &row, &count, err);
    if (rc == ENT_OK) {
        return count_again(node, number, row, text, err);
    }
    if (rc != ENT_NOT_FOUND) {
        return rc;
    }
    ent_log(ENT_LOG_ERROR, COMPONENT, "%s of %s: %s", node_alarm_name(kind),
        subject, text);
    return count < NODE_ALARMS_MAX ? add(node, kind, subject, text, err)
                                   : ENT_OK;
}

void
node_fork_text(
    const struct ent_digest *digest, char ret_text[static NODE_FORK_TEXT])
{
    for (size_t i = 0; i < (NODE_FORK_TEXT - 1) / 2; i++) {
        (void)snprintf(
            ret_text + 2 * i, NODE_FORK_TEXT - 2 * i, "%02x", digest->bytes[i]);
    }
}

enum ent_status
node_alarm_settle(struct node *node, enum node_alarm_kind kind,
    const char *subject, struct ent_error *err)
{
    ENT_AUTO(node_row_free) alarm_row *row = NULL;
    struct node_key key;
    uint64_t number;
    size_t count;
    enum ent_status rc = find(node, kind, subject, &number, &row, &count, err);

    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    key = node_key_u64(number);
    return node_store_delete(node->store, NODE_ALARM, node_key_view(&key), err);
}

enum ent_status
node_alarm_clear(struct node *node, uint64_t number, struct ent_error *err)
{
    struct node_key key = node_key_u64(number);
    struct ent_view ignored;
    enum ent_status rc = node_store_get(
        node->store, NODE_ALARM, node_key_view(&key), &ignored, err);

    if (rc == ENT_NOT_FOUND) {
        return ent_fail(err, ENT_NOT_FOUND, "there is no alarm %llu",
            (unsigned long long)number);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    ent_log(ENT_LOG_INFO, COMPONENT, "cleared number=%llu",
        (unsigned long long)number);
    return node_store_delete(node->store, NODE_ALARM, node_key_view(&key), err);
}
