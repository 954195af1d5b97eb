/* SPDX-License-Identifier: Apache-2.0 */
#include "node/consent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/submit.h"

#define PASS_ON ENTENTE__V1__CONSENT_USE__PASS_ON

/* What one message asks or decides. */
struct saying {
    struct ent_id of; /* the message that may go further */
    uint32_t use;
    const char *to;
    const Entente__V1__ConsentDecision *decision; /* NULL: it is asked */
};

static ProtobufCBinaryData
id_bytes(const struct ent_id *id)
{
    return (ProtobufCBinaryData){
        .data = (uint8_t *)(uintptr_t)id->bytes, .len = sizeof id->bytes};
}

static bool
parse_id(const char *text, struct ent_id *ret_id)
{
    return ent_id_parse(ent_view_text(text), ret_id, NULL) == ENT_OK;
}

static bool
saying_of(const ent_message *message, struct saying *ret_saying)
{
    const Entente__V1__ConsentRequest *request = message->consent_request;
    const Entente__V1__ConsentDecision *decision = message->consent_decision;

    *ret_saying = (struct saying){0};
    switch (message->body_case) {
    case ENTENTE__V1__MESSAGE__BODY_CONSENT_REQUEST:
        ret_saying->use = (uint32_t)request->use;
        ret_saying->to = request->to;
        return parse_id(request->message_id, &ret_saying->of);
    case ENTENTE__V1__MESSAGE__BODY_CONSENT_DECISION:
        ret_saying->use = (uint32_t)decision->use;
        ret_saying->to = decision->to;
        ret_saying->decision = decision;
        return parse_id(decision->message_id, &ret_saying->of);
    default:
        return false;
    }
}

/* ---- rows ---- */

static struct node_key
key_of(const struct ent_party *office, const struct ent_id *id, uint32_t use,
    const char *to)
{
    struct node_key key = node_key_seen(office, id);
    struct ent_digest digest;
    char text[32];

    (void)snprintf(
        text, sizeof text, "%u %.*s", (unsigned)use, ENT_STATE_MAX, to);
    digest = ent_digest_of(ent_view_text(text));
    memcpy(key.bytes + key.len, digest.bytes, 16);
    key.len += 16;
    return key;
}

static enum ent_status
row_get(struct node *node, const struct node_key *key,
    node_consent_row **ret_row, struct ent_error *err)
{
    return node_row_get(node->store, NODE_CONSENT, node_key_view(key),
        &entente__rest__v1__consent_row__descriptor,
        (ProtobufCMessage **)ret_row, err);
}

/* The row as it is, or as it begins; `ret_old` keeps what `ret_row` looks into.
 */
static enum ent_status
row_open(struct node *node, const struct node_key *key,
    const struct ent_address *office, const struct saying *saying, bool of_us,
    node_consent_row **ret_old, node_consent_row *ret_row,
    struct ent_error *err)
{
    static const node_consent_row empty = ENTENTE__REST__V1__CONSENT_ROW__INIT;
    enum ent_status rc = row_get(node, key, ret_old, err);

    if (rc == ENT_OK) {
        *ret_row = **ret_old;
        return ENT_OK;
    }
    *ret_row = empty;
    ret_row->message_id = id_bytes(&saying->of);
    ret_row->office = (char *)(uintptr_t)office->text;
    ret_row->of_us = of_us;
    ret_row->use = saying->use;
    ret_row->to = (char *)(uintptr_t)saying->to;
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

static enum ent_status
row_put(struct node *node, const struct node_key *key,
    const node_consent_row *row, struct ent_error *err)
{
    return node_row_put(
        node->store, NODE_CONSENT, node_key_view(key), &row->base, err);
}

static enum ent_status
record(struct node *node, enum ent_entry_kind kind,
    const struct ent_party *party, const struct ent_id *subject,
    const struct ent_id *result, uint32_t count, struct ent_error *err)
{
    struct ent_digest digests[2] = {{{0}}, {{0}}};

    memcpy(digests[0].bytes, subject->bytes, sizeof subject->bytes);
    memcpy(digests[1].bytes, result->bytes, sizeof result->bytes);
    return node_record(node, kind, party, &digests[0], &digests[1], count, err);
}

/* ---- said and heard ---- */

static enum ent_status
decide(struct node *node, const struct ent_party *party,
    const ent_message *message, const struct saying *saying,
    const struct ent_id *id, node_consent_row *row, bool *ret_news,
    struct ent_error *err)
{
    uint64_t made_at = ent_message_time_ms(message->created_at);

    *ret_news = row->decided_at == 0 || made_at >= row->made_at;
    if (!*ret_news) {
        return ENT_OK;
    }
    row->decided_at = node->now_ms;
    row->decided_by = id_bytes(id);
    row->made_at = made_at;
    row->given = saying->decision->given;
    row->until = ent_message_time_ms(saying->decision->until);
    return record(node, ENT_ENTRY_CONSENT, party, &saying->of, id,
        row->given ? 1 : 0, err);
}

/* Whoever says it: `of_us` tells which side we are on. */
static enum ent_status
note(struct node *node, const struct ent_address *office,
    const ent_message *message, const struct saying *saying,
    const struct ent_id *id, bool of_us, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_consent_row *old = NULL;
    struct ent_party party = ent_address_party(office);
    struct node_key key = key_of(&party, &saying->of, saying->use, saying->to);
    node_consent_row row;
    bool news = true;
    enum ent_status rc =
        row_open(node, &key, office, saying, of_us, &old, &row, err);

    if (rc == ENT_OK && saying->decision != NULL) {
        rc = decide(node, &party, message, saying, id, &row, &news, err);
    } else if (rc == ENT_OK) {
        row.asked_at = node->now_ms;
        row.asked_by = id_bytes(id);
    }
    return rc != ENT_OK || !news ? rc : row_put(node, &key, &row, err);
}

enum ent_status
node_consent_said(struct node *node, const ent_message *message,
    const struct ent_id *id, const struct ent_address *to,
    struct ent_error *err)
{
    struct saying saying;

    return saying_of(message, &saying) ? note(node, to, message, &saying, id,
                                             saying.decision != NULL, err)
                                       : ENT_OK;
}

/* Was that message sent from here to there, and is it kept here? */
static enum ent_status
was_sent(struct node *node, const struct ent_id *id, const struct ent_party *to,
    bool *ret_sent, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    enum ent_status rc = node_copy_get(node, id, to, &row, err);

    *ret_sent = rc == ENT_OK && row->deleted_at == 0 && node_copy_has_left(row);
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

/* Did it come from there, and is it kept here? */
static enum ent_status
has_come(struct node *node, const struct ent_id *id,
    const struct ent_party *from, bool *ret_here, struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_seen_row *seen = NULL;
    ENT_AUTO(node_row_free) node_desk_row *row = NULL;
    enum ent_status rc = node_seen_get(node, from, id, &seen, err);

    *ret_here = false;
    if (rc == ENT_OK && seen->desk != 0) {
        rc = node_desk_get(node, seen->desk, &row, err);
        *ret_here = rc == ENT_OK && row->deleted_at == 0;
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

enum ent_status
node_consent_take(struct node *node, const struct ent_address *sender,
    const ent_message *message, const struct ent_id *id, struct ent_error *err)
{
    struct ent_party party;
    struct saying saying;
    bool kept;
    enum ent_status rc;

    if (!saying_of(message, &saying)) {
        return ENT_OK;
    }
    party = ent_address_party(sender);
    rc = saying.decision == NULL
             ? was_sent(node, &saying.of, &party, &kept, err)
             : has_come(node, &saying.of, &party, &kept, err);
    return rc != ENT_OK || !kept ? rc
                                 : note(node, sender, message, &saying, id,
                                       saying.decision == NULL, err);
}

enum ent_status
node_consent_check(struct node *node, const ent_message *message,
    const struct ent_address *to, struct ent_arena *arena,
    const char **ret_fault, struct ent_error *err)
{
    struct ent_party party = ent_address_party(to);
    struct ent_error fault = {0};
    char text[ENT_ID_TEXT_LEN + 1];
    struct saying saying;
    bool good = false;
    enum ent_status rc;

    *ret_fault = NULL;
    if (!saying_of(message, &saying)) {
        return ENT_OK;
    }
    rc = saying.decision != NULL
             ? was_sent(node, &saying.of, &party, &good, err)
             : has_come(node, &saying.of, &party, &good, err);
    if (rc != ENT_OK || good) {
        return rc;
    }
    ent_id_format(&saying.of, text);
    (void)ent_fail(&fault, ENT_NOT_FOUND,
        saying.decision != NULL
            ? "no message %s was sent from here to %s: only its originator "
              "decides where it may go"
            : "no message %s came from %s: only who it came from is asked",
        text, to->text);
    *ret_fault = node_text_in(arena, fault.text);
    return ENT_OK;
}

/* ---- passing on ---- */

enum ent_status
node_consent_get(struct node *node, const struct ent_address *originator,
    const struct ent_id *id, const char *state, node_consent_row **ret_row,
    struct ent_error *err)
{
    struct ent_party party = ent_address_party(originator);
    struct node_key key = key_of(&party, id, PASS_ON, state);

    return row_get(node, &key, ret_row, err);
}

enum ent_status
node_consent_get_court(struct node *node, const struct ent_address *originator,
    const struct ent_id *id, node_consent_row **ret_row, struct ent_error *err)
{
    struct ent_party party = ent_address_party(originator);
    struct node_key key =
        key_of(&party, id, ENTENTE__V1__CONSENT_USE__IN_COURT, "");

    return row_get(node, &key, ret_row, err);
}

bool
node_consent_holds(const node_consent_row *row, uint64_t now_ms)
{
    return row->given && (row->until == 0 || now_ms < row->until);
}

/* It went there as another message before, or to another office: all that have
 * it are told what is said of it later. `ret_before` is the caller's. */
static enum ent_status
add_passed(node_consent_row *row, const struct ent_id *as,
    ProtobufCBinaryData **ret_before, struct ent_error *err)
{
    size_t count = row->n_passed_before;
    ProtobufCBinaryData *before;

    if (row->passed_as.len == 0 ||
        (row->passed_as.len == sizeof as->bytes &&
            memcmp(row->passed_as.data, as->bytes, sizeof as->bytes) == 0)) {
        row->passed_as = id_bytes(as);
        return ENT_OK;
    }
    before = calloc(count + 1, sizeof *before);
    if (before == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "noting what went on");
    }
    for (size_t i = 0; i < count; i++) {
        before[i] = row->passed_before[i];
    }
    before[count] = row->passed_as;
    row->passed_before = before;
    row->n_passed_before = count + 1;
    row->passed_as = id_bytes(as);
    *ret_before = before;
    return ENT_OK;
}

enum ent_status
node_consent_use(struct node *node, const struct ent_address *originator,
    const struct ent_id *id, const char *state, const struct ent_id *as,
    struct ent_error *err)
{
    ENT_AUTO(node_row_free) node_consent_row *old = NULL;
    struct ent_party party = ent_address_party(originator);
    struct node_key key = key_of(&party, id, PASS_ON, state);
    struct saying saying = {.of = *id, .use = PASS_ON, .to = state};
    ProtobufCBinaryData *before = NULL;
    node_consent_row row;
    enum ent_status rc =
        row_open(node, &key, originator, &saying, false, &old, &row, err);

    if (rc != ENT_OK) {
        return rc;
    }
    rc = add_passed(&row, as, &before, err);
    if (rc == ENT_OK) {
        row.passed_at = node->now_ms;
        rc = row_put(node, &key, &row, err);
    }
    free(before);
    return rc != ENT_OK
               ? rc
               : record(node, ENT_ENTRY_PASSED_ON, &party, id, as, 1, err);
}

static enum ent_status
visit_row(struct node *node, const node_consent_row *row,
    node_consent_visit *visit, const void *context, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;
    struct ent_id id;

    for (size_t i = 0; rc == ENT_OK && i <= row->n_passed_before; i++) {
        const ProtobufCBinaryData *passed =
            i < row->n_passed_before ? &row->passed_before[i] : &row->passed_as;

        if (passed->len == sizeof id.bytes) {
            memcpy(id.bytes, passed->data, sizeof id.bytes);
            rc = visit(node, &id, context, err);
        }
    }
    return rc;
}

enum ent_status
node_consent_passed(struct node *node, const struct ent_party *originator,
    const struct ent_id *id, node_consent_visit *visit, const void *context,
    struct ent_error *err)
{
    struct node_key first = node_key_seen(originator, id);
    struct node_key key = {.len = node_key_len(NODE_CONSENT)};

    memcpy(key.bytes, first.bytes, first.len);
    for (;;) {
        ENT_AUTO(node_row_free) node_consent_row *row = NULL;
        struct ent_view value;
        enum ent_status rc = node_store_seek(node->store, NODE_CONSENT,
            node_key_view(&key), first.len, key.bytes, &value, err);

        if (rc == ENT_OK) {
            rc = node_row_unpack(value,
                &entente__rest__v1__consent_row__descriptor,
                (ProtobufCMessage **)&row, err);
        }
        if (rc == ENT_OK) {
            rc = visit_row(node, row, visit, context, err);
        }
        if (rc != ENT_OK || !node_key_after(key.bytes, key.len)) {
            return rc == ENT_NOT_FOUND ? ENT_OK : rc;
        }
    }
}

enum ent_status
node_consent_forget(struct node *node, const struct ent_party *office,
    const struct ent_id *id, struct ent_error *err)
{
    struct node_key first = node_key_seen(office, id);
    enum ent_status rc = ENT_OK;

    while (rc == ENT_OK) {
        struct node_key key = {.len = node_key_len(NODE_CONSENT)};

        memcpy(key.bytes, first.bytes, first.len);
        rc = node_store_seek(node->store, NODE_CONSENT, node_key_view(&key),
            first.len, key.bytes, NULL, err);
        if (rc == ENT_OK) {
            rc = node_store_delete(
                node->store, NODE_CONSENT, node_key_view(&key), err);
        }
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}
