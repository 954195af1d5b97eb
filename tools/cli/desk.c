/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/desk.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "proto/base/time.h"
#include "proto/id.h"

/* A message can be 256 KiB, so a page is kept far below what a reply may be. */
#define PAGE_MAX 64
#define DIGITS_MAX 18 /* of a number that is sure to fit */
#define SKEW_MS (UINT64_C(3600) * 1000)

/* ---- positions and names ---- */

static bool
is_number(const char *text)
{
    size_t len = strlen(text);

    return len > 0 && len <= DIGITS_MAX && strspn(text, "0123456789") == len;
}

enum ent_status
cli_position_parse(const char *text, uint64_t now_ms,
    struct cli_position *ret_position, struct ent_error *err)
{
    const struct ent_view view = ent_view_text(text);
    struct cli_position position = {0};
    uint64_t ago;

    assert(ret_position != NULL);

    if (is_number(text)) {
        position.sequence = strtoull(text, NULL, 10);
        position.sequence += position.sequence == 0; /* they count from 1 */
    } else if (ent_duration_parse(view, &ago, NULL) == ENT_OK) {
        position.time_ms = ago < now_ms ? now_ms - ago : 1;
    } else if (ent_date_parse(view, &position.time_ms, NULL) != ENT_OK &&
               ent_time_parse(view, &position.time_ms, NULL) != ENT_OK) {
        return ent_fail(err, ENT_BAD_INPUT,
            "'%s' is neither a number of the desk, nor a time such as "
            "2026-11-22T10:00:00+07:00 or 2026-11-22 (UTC), nor a duration "
            "such as PT2H (two hours ago)",
            text);
    } else {
        position.time_ms += position.time_ms == 0;
    }
    *ret_position = position;
    return ENT_OK;
}

/* ---- pages ---- */

int
cli_desk_read(struct cli_desk *desk, unsigned wait_ms,
    const Entente__V1__InboxReply **ret_page, struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__InboxRequest inbox = ENTENTE__V1__INBOX_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;
    int code;

    inbox.from = desk->position.sequence;
    inbox.from_time = desk->position.time_ms;
    inbox.limit = desk->one ? 1 : PAGE_MAX;
    inbox.wait_ms = wait_ms;
    inbox.consumer = (char *)(uintptr_t)desk->consumer;
    inbox.alike = desk->alike;
    if (desk->desk != NULL) {
        inbox.desk = (char *)(uintptr_t)desk->desk;
    }
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_INBOX;
    request.inbox = &inbox;
    code = cli_client_ask(desk->client, &request, wait_ms, &reply, err);
    if (code != EX_OK) {
        return code;
    }
    if (reply->inbox->next != 0) {
        desk->position.sequence = reply->inbox->next;
        desk->position.time_ms = 0;
    }
    *ret_page = reply->inbox;
    return EX_OK;
}

/* Nothing came at the end of time, but the node says what would be next. */
int
cli_desk_start_near_end(
    struct cli_desk *desk, size_t count, struct ent_error *err)
{
    struct cli_desk end = {.client = desk->client,
        .position = {.time_ms = (uint64_t)INT64_MAX},
        .consumer = desk->consumer};
    const Entente__V1__InboxReply *page = NULL;
    int code;

    code = cli_desk_read(&end, 0, &page, err);
    if (code != EX_OK) {
        return code;
    }
    desk->position = (struct cli_position){.sequence = 1};
    if (end.position.sequence > count) {
        desk->position.sequence = end.position.sequence - count;
    }
    return EX_OK;
}

int
cli_desk_done(struct cli_desk *desk, uint64_t sequence, struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__CursorRequest cursor = ENTENTE__V1__CURSOR_REQUEST__INIT;
    const Entente__V1__ApiReply *reply = NULL;

    cursor.consumer = (char *)(uintptr_t)desk->consumer;
    cursor.through = sequence;
    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_CURSOR;
    request.cursor = &cursor;
    return cli_client_ask(desk->client, &request, 0, &reply, err);
}

/* ---- one message ---- */

/* What is looked for: a number, or an id in its one spelling. */
struct wanted {
    uint64_t number; /* 0: by id */
    char id[ENT_ID_TEXT_LEN + 1];
    const char *desk;
};

static const Entente__V1__InboxItem *
find_in_page(const Entente__V1__InboxReply *page, const struct wanted *wanted)
{
    for (size_t i = 0; i < page->n_items; i++) {
        const Entente__V1__InboxItem *item = page->items[i];

        if (wanted->number != 0 ? item->sequence == wanted->number
                                : strcmp(item->id, wanted->id) == 0) {
            return item;
        }
    }
    return NULL;
}

/* Look through the desk from there on; a number is in the first page or not at
 * all. */
static int
search(struct cli_client *client, struct cli_position position,
    const struct wanted *wanted, const Entente__V1__InboxItem **ret_item,
    struct ent_error *err)
{
    struct cli_desk desk = {.client = client,
        .position = position,
        .consumer = "",
        .desk = wanted->desk};
    const Entente__V1__InboxReply *page = NULL;
    const Entente__V1__InboxItem *item;

    do {
        int code = cli_desk_read(&desk, 0, &page, err);

        if (code != EX_OK) {
            return code;
        }
        item = find_in_page(page, wanted);
        if (item != NULL) {
            *ret_item = item;
            return EX_OK;
        }
    } while (page->n_items > 0 && wanted->number == 0);
    return EX_NOINPUT;
}

/* When an id was made: a UUIDv7 begins with its time. */
static uint64_t
time_of(const struct ent_id *id)
{
    return id->bytes[6] >> 4 == 7 ? ent_get_be(id->bytes, 6) : 0;
}

/* It cannot have come before it was made, as far as clocks agree: begin there,
 * and only then look at everything. */
static int
search_id(struct cli_client *client, const struct ent_id *id, const char *desk,
    const Entente__V1__InboxItem **ret_item, struct ent_error *err)
{
    struct wanted wanted = {.desk = desk};
    struct cli_position position = {.time_ms = time_of(id)};
    int code = EX_NOINPUT;

    ent_id_format(id, wanted.id);
    if (position.time_ms > SKEW_MS) {
        position.time_ms -= SKEW_MS;
        code = search(client, position, &wanted, ret_item, err);
    }
    if (code == EX_NOINPUT) {
        position = (struct cli_position){.sequence = 1};
        code = search(client, position, &wanted, ret_item, err);
    }
    return code;
}

int
cli_desk_look(struct cli_client *client, uint64_t sequence, const char *desk,
    const Entente__V1__InboxItem **ret_item, struct ent_error *err)
{
    struct cli_desk one = {.client = client,
        .position.sequence = sequence,
        .consumer = "",
        .desk = desk,
        .alike = true,
        .one = true};
    const struct wanted wanted = {.number = sequence};
    const Entente__V1__InboxReply *page = NULL;
    int code = cli_desk_read(&one, 0, &page, err);

    if (code != EX_OK) {
        return code;
    }
    *ret_item = find_in_page(page, &wanted);
    return *ret_item != NULL ? EX_OK : EX_NOINPUT;
}

bool
cli_desk_is_for(const Entente__V1__InboxItem *item, const char *desk)
{
    const Entente__V1__Obligations *owed = item->obligations;

    if (desk == NULL) {
        return true;
    }
    for (size_t i = 0; owed != NULL && i < owed->n_copy_to; i++) {
        if (strcmp(owed->copy_to[i], desk) == 0) {
            return true;
        }
    }
    return owed != NULL && strcmp(owed->desk, desk) == 0;
}

int
cli_desk_find(struct cli_client *client, const char *name, const char *desk,
    const Entente__V1__InboxItem **ret_item, struct ent_error *err)
{
    struct ent_id id;
    int code;

    if (is_number(name)) {
        struct cli_position position = {.sequence = strtoull(name, NULL, 10)};
        struct wanted wanted = {.number = position.sequence, .desk = desk};

        code = position.sequence == 0
                   ? EX_NOINPUT
                   : search(client, position, &wanted, ret_item, err);
    } else if (ent_id_parse(ent_view_text(name), &id, NULL) == ENT_OK) {
        code = search_id(client, &id, desk, ret_item, err);
    } else {
        (void)ent_fail(err, ENT_BAD_INPUT,
            "'%s' is neither a number of the desk nor the id of a message",
            name);
        return EX_USAGE;
    }
    if (code == EX_NOINPUT) {
        (void)ent_fail(
            err, ENT_NOT_FOUND, "no message %s is on this desk", name);
    }
    return code;
}
