/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/uses.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "tools/cli/rows.h"
#include "tools/cli/words.h"

#define PURPOSES_MAX 256
#define PLACE_MAX 64
#define UNKNOWN UINT64_MAX

static const struct cli_field fields[] = {
    {.key = "hour", .title = "HOUR"},
    {.key = "user", .title = "USER"},
    {.key = "role", .title = "ROLE"},
    {.key = "asked", .title = "ASKED", .right = true},
    {.key = "hits", .title = "HITS", .right = true},
    {.key = "purposes", .title = "FOR"},
};

/* "BORDER_DECISION 12, LISTED_CRIME 3" */
static void
list_purposes(
    const Entente__V1__ListUse *use, char ret_list[static PURPOSES_MAX])
{
    size_t len = 0;

    ret_list[0] = '\0';
    for (size_t i = 0; i < use->n_purposes && len < PURPOSES_MAX; i++) {
        char code[CLI_WORDS_MAX];
        int more;

        cli_code(&entente__v1__purpose__descriptor,
            (int)use->purposes[i]->purpose, code);
        more = snprintf(ret_list + len, PURPOSES_MAX - len, "%s%s %" PRIu64,
            len == 0 ? "" : ", ", code[0] == '\0' ? "not said" : code,
            use->purposes[i]->asked);
        len += more > 0 ? (size_t)more : PURPOSES_MAX;
    }
}

static json_t *
row_of(const Entente__V1__ListUse *use)
{
    const struct passwd *user =
        use->user < UNKNOWN ? getpwuid((uid_t)use->user) : NULL;
    char hour[CLI_WORDS_MAX];
    char purposes[PURPOSES_MAX];
    char number[24];

    cli_time_long(use->hour, hour);
    list_purposes(use, purposes);
    (void)snprintf(number, sizeof number, "%" PRIu64, use->user);
    return json_pack("{s:s, s:o, s:o, s:I, s:I, s:s}", "hour", hour, "user",
        cli_json_text(ent_view_text(user != NULL           ? user->pw_name
                                    : use->user == UNKNOWN ? "unknown"
                                                           : number)),
        "role", cli_json_text(ent_view_text(use->role)), "asked",
        (json_int_t)use->asked, "hits", (json_int_t)use->hits, "purposes",
        purposes);
}

static enum ent_status
add_page(struct cli_rows *rows, const Entente__V1__ListUsesReply *page,
    struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < page->n_uses; i++) {
        rc = cli_rows_add(
            rows, &page->uses[i]->base, row_of(page->uses[i]), err);
    }
    return rc;
}

static int
add_all(struct cli_client *client, struct cli_rows *rows, struct ent_error *err)
{
    Entente__V1__ApiRequest request = ENTENTE__V1__API_REQUEST__INIT;
    Entente__V1__ListUsesRequest question =
        ENTENTE__V1__LIST_USES_REQUEST__INIT;
    uint8_t place[PLACE_MAX];
    enum ent_status rc;

    request.request_case = ENTENTE__V1__API_REQUEST__REQUEST_LIST_USES;
    request.list_uses = &question;
    question.place.data = place;
    do {
        const Entente__V1__ApiReply *reply = NULL;
        int code = cli_client_ask(client, &request, 0, &reply, err);

        if (code != EX_OK) {
            return code;
        }
        rc = add_page(rows, reply->list_uses, err);
        question.place.len = reply->list_uses->next.len;
        if (question.place.len > sizeof place) {
            (void)ent_fail(err, ENT_BAD_INPUT, "the node's place is too long");
            return EX_PROTOCOL;
        }
        if (question.place.len > 0) {
            memcpy(place, reply->list_uses->next.data, question.place.len);
        }
    } while (rc == ENT_OK && question.place.len > 0);
    return cli_exit_code(rc);
}

int
cli_uses_show(struct cli_client *client, bool json, struct ent_error *err)
{
    ENT_AUTO(cli_rows_fini) struct cli_rows rows = {.json = json};
    int code = add_all(client, &rows, err);

    return code != EX_OK || json ? code
                                 : cli_exit_code(cli_rows_print(&rows, fields,
                                       sizeof fields / sizeof fields[0],
                                       "Nobody has asked the lists.", err));
}
