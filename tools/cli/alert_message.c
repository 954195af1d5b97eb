/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "proto/address.h"
#include "proto/base/time.h"
#include "tools/cli/alert_internal.h"
#include "tools/cli/draft.h"

/* ---- an alert that a node wrote ---- */

/* What it says it is; NULL: a node did not write it. */
static const struct cli_cap_element *
own_family(const struct cli_cap_element *alert)
{
    const struct cli_cap_element *each =
        cli_cap_child(cli_cap_child(alert, "info"), "eventCode");

    while (each != NULL &&
           strcmp(cli_cap_text(each, "valueName"), CLI_ALERT_FAMILY) != 0) {
        each = cli_cap_next(each);
    }
    return each;
}

/* A text in quotes, as in JSON. */
static enum ent_status
set_quoted(struct cli_paths *paths, const char *path, const char *quoted,
    const void *origin, struct ent_error *err)
{
    json_t *json = json_loads(quoted, JSON_DECODE_ANY, NULL);
    enum ent_status rc =
        json_is_string(json)
            ? cli_paths_set(paths, path, json_string_value(json), origin, err)
            : ent_fail(
                  err, ENT_BAD_INPUT, "'%.60s' is no text of JSON", quoted);

    json_decref(json);
    return rc;
}

static enum ent_status
read_parameter(struct cli_paths *paths, const struct cli_cap_element *parameter,
    struct ent_error *err)
{
    const char *name = cli_cap_text(parameter, "valueName");
    const char *value = cli_cap_text(parameter, "value");
    bool quoted =
        strncmp(name, CLI_ALERT_QUOTED, sizeof CLI_ALERT_QUOTED - 1) == 0;
    const char *path = strchr(name, ':');

    if (strcmp(name, CLI_ALERT_WITHOUT) == 0) {
        cli_paths_remove(paths, value);
        return ENT_OK;
    }
    if ((!quoted &&
            strncmp(name, CLI_ALERT_OWN, sizeof CLI_ALERT_OWN - 1) != 0) ||
        !cli_alert_carries(path + 1)) {
        return ent_fail(err, ENT_BAD_INPUT,
            "a node does not write a parameter '%.60s'", name);
    }
    return quoted ? set_quoted(paths, path + 1, value, parameter, err)
                  : cli_paths_set(paths, path + 1, value, parameter, err);
}

static enum ent_status
read_parameters(struct cli_paths *paths, const struct cli_cap_element *alert,
    struct cli_cap_fault *fault, struct ent_error *err)
{
    const struct cli_cap_element *each =
        cli_cap_child(cli_cap_child(alert, "info"), "parameter");
    enum ent_status rc = ENT_OK;

    for (; each != NULL && rc == ENT_OK; each = cli_cap_next(each)) {
        struct ent_error why = {0};

        rc = read_parameter(paths, each, &why);
        if (rc != ENT_OK) {
            cli_cap_fault_at(fault, each, "%s", why.text);
            rc = ent_fail(err, rc, "%s", why.text);
        }
    }
    return rc;
}

static enum ent_status
read_own(struct cli_paths *paths, const struct cli_cap_element *alert,
    struct cli_cap_fault *fault, struct ent_error *err)
{
    const struct cli_cap_element *said = own_family(alert);
    const struct ent_family *family =
        ent_family_by_name(ent_view_text(cli_cap_text(said, "value")));
    enum ent_status rc;

    if (family == NULL || cli_alert_shape_of(family) == NULL) {
        cli_cap_fault_at(fault, said, "'%.40s' is no family of alerts",
            cli_cap_text(said, "value"));
        return ent_fail(err, ENT_BAD_INPUT, "%s", fault->reason);
    }
    rc = cli_alert_read(paths, alert, family, NULL, fault, err);
    return rc == ENT_OK ? read_parameters(paths, alert, fault, err) : rc;
}

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
    bool own = own_family(alert) != NULL;
    enum ent_status rc;

    if (paths == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "reading an alert");
    }
    paths->arena = arena;
    if (cli_capform_check(alert, fault) != ENT_OK) {
        return ent_fail(err, ENT_BAD_INPUT, "%s", fault->reason);
    }
    rc = own ? read_own(paths, alert, fault, err)
             : cli_alert_read(paths, alert, NULL, codes, fault, err);
    if (rc == ENT_OK) {
        id_of(alert, refused, id);
        rc = cli_paths_set(paths, "id", id, alert, err);
    }
    return rc == ENT_OK ? finish(paths, alert, now_ms, ret_message, fault, err)
                        : rc;
}
