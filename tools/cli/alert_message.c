/* SPDX-License-Identifier: Apache-2.0 */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "proto/address.h"
#include "proto/base/time.h"
#include "tools/cli/alert_internal.h"
#include "tools/cli/draft.h"

/* ---- which message it is ---- */

void
cli_alerting_id(struct ent_view sender, struct ent_view identifier,
    uint64_t sent_ms, char out[static ENT_ID_TEXT_LEN + 1])
{
    uint8_t own[crypto_generichash_BYTES_MIN];
    crypto_generichash_state state;
    struct ent_address address;
    struct ent_id id;

    if (ent_id_parse(identifier, &id, NULL) != ENT_OK ||
        ent_address_parse(sender, &address, NULL) != ENT_OK) {
        (void)crypto_generichash_init(&state, NULL, 0, sizeof own);
        (void)crypto_generichash_update(&state, sender.data, sender.len);
        (void)crypto_generichash_update(&state, (const uint8_t *)"", 1);
        (void)crypto_generichash_update(
            &state, identifier.data, identifier.len);
        (void)crypto_generichash_final(&state, own, sizeof own);
        id = ent_id_of_thing(sent_ms, own);
    }
    ent_id_format(&id, out);
}

/* Another one when it was refused before. */
static void
id_of(const struct cli_cap_element *alert, const char *refused,
    char out[static ENT_ID_TEXT_LEN + 1])
{
    uint64_t sent_ms = 0;

    if (ent_time_parse(ent_view_text(cli_cap_text(alert, "sent")), &sent_ms,
            NULL) != ENT_OK) {
        sent_ms = 0; /* capform.c has seen that it is a time */
    }
    cli_alerting_id(ent_view_text(cli_cap_text(alert, "sender")),
        ent_view_text(cli_cap_text(alert, "identifier")), sent_ms, out);
    if (*refused != '\0') {
        cli_alerting_id(ent_view_of(out, ENT_ID_TEXT_LEN),
            ent_view_text(refused), sent_ms, out);
    }
}

/* Where a value comes from: its element, else the whole alert. */
static void
blame(const struct cli_paths *paths, const struct cli_cap_element *alert,
    const char *path, const char *reason, struct cli_cap_fault *fault)
{
    const struct cli_path *near = cli_paths_near(paths, path);

    cli_cap_fault_at(fault,
        near == NULL || near->origin == NULL ? alert : near->origin, "%s",
        reason);
}

static enum ent_status
finish(struct cli_paths *paths, const struct cli_cap_element *alert,
    uint64_t now_ms, ent_message **ret_message, struct cli_cap_fault *fault,
    struct ent_error *err)
{
    static struct ent_findings findings;
    char wrong[CLI_PATH_LEN_MAX];
    struct ent_error why = {0};
    enum ent_status rc = cli_paths_message(paths, ret_message, wrong, &why);
    const char *path = wrong;

    if (rc == ENT_OK) {
        rc = cli_draft_check(*ret_message, now_ms, &findings, &why);
        path = findings.count > 0 ? findings.list[0].field : "";
    }
    if (rc == ENT_OK) {
        return ENT_OK;
    }
    blame(paths, alert, path, why.text, fault);
    return ent_fail(err, ENT_BAD_INPUT, "%s", why.text);
}

enum ent_status
cli_alert_of(const struct cli_cap_element *alert, const char *refused,
    const struct cli_capcodes *codes, uint64_t now_ms, struct ent_arena *arena,
    ent_message **ret_message, struct cli_cap_fault *fault,
    struct ent_error *err)
{
    struct cli_paths *paths = ent_arena_alloc(arena, sizeof *paths);
    char id[ENT_ID_TEXT_LEN + 1];
    bool own = cli_alert_is_own(alert);
    enum ent_status rc;

    if (paths == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "reading an alert");
    }
    paths->arena = arena;
    if (cli_capform_check(alert, fault) != ENT_OK) {
        return ent_fail(err, ENT_BAD_INPUT, "%s", fault->reason);
    }
    rc = own ? cli_alert_read_own(paths, alert, fault, err)
             : cli_alert_read(paths, alert, NULL, codes, fault, err);
    if (rc == ENT_OK) {
        id_of(alert, refused, id);
        rc = cli_paths_set(paths, "id", id, alert, err);
    }
    if (rc == ENT_OK) {
        rc = finish(paths, alert, now_ms, ret_message, fault, err);
    }
    return rc == ENT_OK && own
               ? cli_alert_check_own(*ret_message, alert, arena, fault, err)
               : rc;
}
