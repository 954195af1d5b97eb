/* SPDX-License-Identifier: Apache-2.0 */
#include "node/passing.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "node/alarms.h"
#include "node/lifetime.h"
#include "node/peers.h"
#include "proto/base/time.h"
#include "proto/identifier.h"
#include "proto/schema/document.pb-c.h"

#define SUBJECT_LEN (ENT_ADDRESS_MAX + 48)
#define KIND_MAX 32
#define COMMAND_MAX 384

typedef Entente__Rest__V1__PassingRow passing_row; /* a generated name */

/* print(16), u64 ~passing: the newest first. */
static struct node_key
met_key(const uint8_t *blind, uint64_t number)
{
    struct node_key key = {.len = NODE_BLIND_LEN + 8};

    memcpy(key.bytes, blind, NODE_BLIND_LEN);
    ent_put_be(key.bytes + NODE_BLIND_LEN, ~number, 8);
    return key;
}

static enum ent_status
get(struct node *node, uint64_t number, passing_row **ret_row,
    struct ent_error *err)
{
    struct node_key key = node_key_u64(number);

    return node_row_get(node->store, NODE_PASSING, node_key_view(&key),
        &entente__rest__v1__passing_row__descriptor,
        (ProtobufCMessage **)ret_row, err);
}

enum ent_status
node_passing_note(struct node *node, const struct node_passing *passing,
    const struct node_blind *blinds, size_t count, struct ent_error *err)
{
    passing_row row = ENTENTE__REST__V1__PASSING_ROW__INIT;
    struct node_key key;
    uint64_t number = 0;
    enum ent_status rc = node_number_next(node->store, "passing", &number, err);

    row.at = node->now_ms;
    row.encounter = passing->encounter;
    row.place = (char *)(uintptr_t)passing->place;
    row.next = (char *)(uintptr_t)passing->next;
    row.blinds.data = (uint8_t *)(uintptr_t)blinds->bytes;
    row.blinds.len = count * sizeof *blinds;
    key = node_key_u64(number);
    if (rc == ENT_OK) {
        rc = node_row_put(
            node->store, NODE_PASSING, node_key_view(&key), &row.base, err);
    }
    for (size_t i = 0; rc == ENT_OK && i < count; i++) {
        key = met_key(blinds[i].bytes, number);
        rc = node_store_put(node->store, NODE_PASSED, node_key_view(&key),
            (struct ent_view){0}, err);
    }
    return rc != ENT_OK ? rc
                        : node_lifetime_put(node->store, NODE_LIFE_PASSING,
                              number, node->now_ms + NODE_PASSING_MS, err);
}

/* ---- places ---- */

static bool
is_place(const char *text)
{
    struct ent_view place = ent_view_text(text);

    return ent_identifier_check(ENT_IDENTIFIER_UNLOCODE, place, NULL) ==
               ENT_OK ||
           ent_identifier_check(ENT_IDENTIFIER_CROSSING, place, NULL) == ENT_OK;
}

static bool
is_address(const char *text)
{
    struct ent_address address;

    return ent_address_parse(ent_view_text(text), &address, NULL) == ENT_OK;
}

enum ent_status
node_passing_check(const struct node_passing *passing, struct ent_error *err)
{
    if (passing->place[0] != '\0' && !is_place(passing->place)) {
        return ent_fail(err, ENT_BAD_INPUT,
            "where it passes is a crossing (MM-TH:THL-MSA) or a UN/LOCODE "
            "(THMSA)");
    }
    if (passing->next[0] != '\0' && !is_place(passing->next) &&
        !is_address(passing->next)) {
        return ent_fail(err, ENT_BAD_INPUT,
            "where it goes on to is a crossing (MM-TH:THL-MSA), a UN/LOCODE "
            "(THMSA) or an office's address");
    }
    return ENT_OK;
}

/* ---- a late hit ---- */

/* Passings that an alert is about, the newest first, each once. */
struct meeting {
    uint64_t numbers[NODE_PASSINGS_TOLD];
    size_t count;
};

static void
add(struct meeting *meeting, uint64_t number)
{
    size_t at = 0;

    while (at < meeting->count && meeting->numbers[at] > number) {
        at++;
    }
    if (at == NODE_PASSINGS_TOLD ||
        (at < meeting->count && meeting->numbers[at] == number)) {
        return;
    }
    if (meeting->count < NODE_PASSINGS_TOLD) {
        meeting->count++;
    }
    memmove(&meeting->numbers[at + 1], &meeting->numbers[at],
        (meeting->count - 1 - at) * sizeof meeting->numbers[0]);
    meeting->numbers[at] = number;
}

/* Those with one key of the alert. */
static enum ent_status
gather(struct node *node, const uint8_t *blind, struct meeting *meeting,
    struct ent_error *err)
{
    struct node_key key = met_key(blind, UINT64_MAX);
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < NODE_PASSINGS_TOLD; i++) {
        rc = node_store_seek(node->store, NODE_PASSED, node_key_view(&key),
            NODE_BLIND_LEN, key.bytes, NULL, err);
        if (rc == ENT_OK) {
            add(meeting, ~ent_get_be(key.bytes + NODE_BLIND_LEN, 8));
            rc = node_key_after(key.bytes, key.len) ? ENT_OK : ENT_NOT_FOUND;
        }
    }
    return rc == ENT_NOT_FOUND ? ENT_OK : rc;
}

/* The state where it went on to, if that is a UN/LOCODE ("KRICN") or a crossing
 * ("MM-TH:THL-MSA", of which one is ours). False: it is neither. */
static bool
next_state(const struct node *node, const char *next, char ret_state[static 3])
{
    const char *ours = ent_address_state(&node->self);

    if (!is_place(next)) {
        return false;
    }
    for (size_t i = 0; i < 2; i++) {
        ret_state[i] = (char)tolower((unsigned char)next[i]);
    }
    ret_state[2] = '\0';
    if (next[2] == '-' && strcmp(ret_state, ours) == 0) {
        ret_state[0] = (char)tolower((unsigned char)next[3]);
        ret_state[1] = (char)tolower((unsigned char)next[4]);
    }
    return strcmp(ret_state, ours) != 0;
}

/* Who is to be told there besides the alert's owner; NULL: nobody is known. A
 * coordination centre before any other office. */
static const char *
next_office(const struct node *node, const char *next, const char *owner)
{
    struct ent_address given;
    const char *found = NULL;
    char state[3];

    if (ent_address_parse(ent_view_text(next), &given, NULL) == ENT_OK) {
        found = next;
    } else if (next_state(node, next, state)) {
        for (size_t i = 0; i < node_peers_count(node->peers); i++) {
            const struct ent_address *office =
                &node_peers_at(node->peers, i)->address;

            if (strcmp(ent_address_state(office), state) == 0 &&
                (found == NULL || strncmp(office->text, "ncc", 3) == 0)) {
                found = office->text;
            }
        }
    }
    return found == NULL || strcmp(found, owner) == 0 ? NULL : found;
}

/* What an officer types to tell them. */
static void
write_command(uint64_t sequence, uint32_t in, const char *place, const char *at,
    const char *also, char ret_command[static COMMAND_MAX])
{
    const ProtobufCEnumValue *encounter = protobuf_c_enum_descriptor_get_value(
        &entente__v1__encounter__descriptor, (int)in);
    char kind[KIND_MAX];

    (void)snprintf(
        kind, sizeof kind, "%s", encounter == NULL ? "KIND" : encounter->name);
    for (size_t i = 0; encounter != NULL && kind[i] != '\0'; i++) {
        kind[i] = (char)tolower((unsigned char)kind[i]);
    }
    (void)snprintf(ret_command, COMMAND_MAX,
        "entente hit %" PRIu64
        " --late --encounter %s --place %s --met-at %s%s%s",
        sequence, kind, place[0] == '\0' ? "PLACE" : place, at,
        also == NULL ? "" : " --also ", also == NULL ? "" : also);
}

static const char *
whom_else(const char *next, const char *owner, const char *also)
{
    if (also != NULL) {
        return ", and who is there";
    }
    return next[0] == '\0' || strcmp(next, owner) == 0
               ? ""
               : ", and with --also whom you know there";
}

/* An alarm of its own for each: who looks at one must not miss another. */
static enum ent_status
tell(struct node *node, uint64_t sequence, const node_desk_row *alert,
    uint64_t number, struct ent_error *err)
{
    ENT_AUTO(node_row_free) passing_row *row = NULL;
    const char *place;
    const char *next;
    const char *also;
    char subject[SUBJECT_LEN];
    char command[COMMAND_MAX];
    char at[ENT_TIME_TEXT_MAX];
    enum ent_status rc = get(node, number, &row, err);

    if (rc != ENT_OK || row->at + NODE_PASSING_MS <= node->now_ms) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    ent_time_format(row->at, at);
    place = is_place(row->place) ? row->place : "";
    next = is_place(row->next) || is_address(row->next) ? row->next : "";
    also = next_office(node, next, alert->from);
    write_command(sequence, row->encounter, place, at, also, command);
    (void)snprintf(subject, sizeof subject, "%s %" PRIu64 " %" PRIu64,
        alert->from, sequence, number);
    return node_alarm_raise(node, NODE_ALARM_LATE_HIT, subject, err,
        "message %" PRIu64 " of %s is about what passed%s%s at %s%s%s: tell "
        "its owner%s: %s",
        sequence, alert->from, place[0] == '\0' ? "" : " at ", place, at,
        next[0] == '\0' ? "" : ", on the way to ", next,
        whom_else(next, alert->from, also), command);
}

enum ent_status
node_passing_meet(struct node *node, uint64_t sequence,
    const node_desk_row *row, struct ent_error *err)
{
    struct meeting meeting = {.count = 0};
    enum ent_status rc = ENT_OK;

    if (row->listed_until <= node->now_ms || row->deleted_at != 0 ||
        row->fate != 0 || row->restored != 0) {
        return ENT_OK;
    }
    for (size_t i = 0; rc == ENT_OK && i + NODE_BLIND_LEN <= row->blinds.len;
         i += NODE_BLIND_LEN) {
        rc = gather(node, row->blinds.data + i, &meeting, err);
    }
    for (size_t i = meeting.count; rc == ENT_OK && i > 0; i--) {
        rc = tell(node, sequence, row, meeting.numbers[i - 1], err);
    }
    return rc;
}

enum ent_status
node_passing_forget(struct node *node, uint64_t number, struct ent_error *err)
{
    ENT_AUTO(node_row_free) passing_row *row = NULL;
    struct node_key key = node_key_u64(number);
    enum ent_status rc = get(node, number, &row, err);

    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    for (size_t i = 0; rc == ENT_OK && i + NODE_BLIND_LEN <= row->blinds.len;
         i += NODE_BLIND_LEN) {
        struct node_key met = met_key(row->blinds.data + i, number);

        rc = node_store_delete(
            node->store, NODE_PASSED, node_key_view(&met), err);
    }
    return rc != ENT_OK ? rc
                        : node_store_delete(node->store, NODE_PASSING,
                              node_key_view(&key), err);
}
