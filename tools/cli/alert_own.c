/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <string.h>

#include "proto/base/time.h"
#include "tools/cli/alert_internal.h"
#include "tools/cli/alert_write.h"

/* ---- what a node wrote ---- */

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
    if (cli_alert_is_said(paths, path + 1)) {
        return ent_fail(err, ENT_BAD_INPUT, "'%.60s' stands there twice", name);
    }
    return quoted ? set_quoted(paths, path + 1, value, parameter, err)
                  : cli_paths_set(paths, path + 1, value, parameter, err);
}

/* Wherever they stand: a node writes them in the first <info>. */
static enum ent_status
read_parameters(struct cli_paths *paths, const struct cli_cap_element *info,
    struct cli_cap_fault *fault, struct ent_error *err)
{
    for (; info != NULL; info = cli_cap_next(info)) {
        const struct cli_cap_element *each = cli_cap_child(info, "parameter");

        for (; each != NULL; each = cli_cap_next(each)) {
            struct ent_error why = {0};

            if (read_parameter(paths, each, &why) != ENT_OK) {
                cli_cap_fault_at(fault, each, "%s", why.text);
                return ent_fail(err, ENT_BAD_INPUT, "%s", why.text);
            }
        }
    }
    return ENT_OK;
}

bool
cli_alert_is_own(const struct cli_cap_element *alert)
{
    return own_family(alert) != NULL;
}

enum ent_status
cli_alert_read_own(struct cli_paths *paths, const struct cli_cap_element *alert,
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
    return rc == ENT_OK ? read_parameters(
                              paths, cli_cap_child(alert, "info"), fault, err)
                        : rc;
}

/* ---- what others see of it ---- */

static const struct cli_cap_element *
skip_parameters(const struct cli_cap_element *element)
{
    while (element != NULL && cli_cap_is(element, "parameter")) {
        element = element->next;
    }
    return element;
}

/* The same elements in the same order. As deep as an alert is: three times. */
static bool
is_as_written(const struct cli_cap_element *read,
    const struct cli_cap_element *written, struct cli_cap_fault *fault)
{
    const struct cli_cap_element *here = skip_parameters(read->first);
    const struct cli_cap_element *there = skip_parameters(written->first);

    if (strcmp(read->text, written->text) != 0) {
        cli_cap_fault_at(fault, read,
            "its parameters say otherwise than this <%s>", read->name);
        return false;
    }
    for (; here != NULL && there != NULL && cli_cap_is(here, there->name);
         here = skip_parameters(here->next),
         there = skip_parameters(there->next)) {
        if (!is_as_written(here, there, fault)) {
            return false;
        }
    }
    if (here != NULL) {
        cli_cap_fault_at(fault, here,
            "its parameters say otherwise than this <%s>", here->name);
    } else if (there != NULL) {
        cli_cap_fault_at(fault, read,
            "its parameters say that a <%s> is missing here", there->name);
    }
    return here == NULL && there == NULL;
}

/* The sender, recipient and time which it gets when it is sent are those of the
 * alert for as long. */
static ent_message
complete(const ent_message *message, const struct cli_cap_element *alert,
    Google__Protobuf__Timestamp *sent)
{
    ent_message whole = *message;
    uint64_t ms = 0;

    whole.id = (char *)(uintptr_t)cli_cap_text(alert, "identifier");
    whole.from = (char *)(uintptr_t)cli_cap_text(alert, "sender");
    whole.to = (char *)(uintptr_t)cli_cap_text(alert, "addresses");
    if (ent_time_parse(ent_view_text(cli_cap_text(alert, "sent")), &ms, NULL) ==
        ENT_OK) {
        sent->seconds = (int64_t)(ms / 1000);
        whole.created_at = sent;
    }
    return whole;
}

enum ent_status
cli_alert_check_own(const ent_message *message,
    const struct cli_cap_element *alert, struct ent_arena *arena,
    struct cli_cap_fault *fault, struct ent_error *err)
{
    Google__Protobuf__Timestamp sent = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
    const ent_message whole = complete(message, alert, &sent);
    const struct cli_cap_element *written = NULL;
    struct ent_error why = {0};
    enum ent_status rc = cli_alert_tree(&whole, arena, &written, &why);

    if (rc != ENT_OK) {
        cli_cap_fault_at(fault, alert, "%s", why.text);
        return ent_fail(err, rc, "%s", why.text);
    }
    return is_as_written(alert, written, fault)
               ? ENT_OK
               : ent_fail(err, ENT_BAD_INPUT, "%s", fault->reason);
}
