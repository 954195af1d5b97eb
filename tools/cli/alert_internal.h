/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alert_internal - an alert on its way to being a message: values by their
 * paths (alert.c reads the alert, alert_marking.c its TLP, alert_info.c its
 * texts and times,
 * alert_area.c its places, alert_own.c one that a node wrote; alert_message.c
 * makes the message).
 */
#ifndef TOOLS_CLI_ALERT_INTERNAL_H
#define TOOLS_CLI_ALERT_INTERNAL_H

#include "tools/cli/alert.h"

/* The first that fails sets `rc`, and all after it does nothing. */
struct cli_alerting {
    struct cli_paths *paths;
    const struct cli_cap_element *alert;
    const struct cli_cap_element *info; /* the first; NULL: there is none */
    const struct ent_family *family;
    const struct cli_alert_shape *shape;
    const struct cli_capcodes *codes; /* NULL: a node wrote it */
    struct cli_cap_fault *fault;
    size_t caveats;
    enum ent_status rc;
};

void cli_alerting_reject(struct cli_alerting *a,
    const struct cli_cap_element *element, const char *format, ...)
    ENT_PRINTF(3, 4);

/* Set a value, at a path as cli_alert_set has it. */
void cli_alerting_set(struct cli_alerting *a,
    const struct cli_cap_element *element, const char *path, const char *value);
/* The same of the field of the body that the shape names; NULL: nothing. */
void cli_alerting_set_body(struct cli_alerting *a,
    const struct cli_cap_element *element, const char *field,
    const char *deeper, const char *value);

bool cli_alerting_has_body(
    const struct cli_alerting *a, const char *field, const char *deeper);

/* One more of a list of the message, behind those that the table set. `next`
 * counts, from 0. */
void cli_alerting_append(struct cli_alerting *a,
    const struct cli_cap_element *element, const char *list, size_t *next,
    const char *value);

/* What has no field goes along as words: "CAP contact: ...". The same words go
 * once. */
void cli_alerting_say(struct cli_alerting *a,
    const struct cli_cap_element *element, const char *what, const char *text);

/* A parameter has set it already: a second one would take its value away. */
bool cli_alert_is_said(const struct cli_paths *paths, const char *path);

/* The id of an alert: always the same. One of an office of ours is a message
 * already, and keeps its id. */
void cli_alerting_id(struct ent_view sender, struct ent_view identifier,
    uint64_t sent_ms, char out[static ENT_ID_TEXT_LEN + 1]);

/* A node wrote it, it says. */
bool cli_alert_is_own(const struct cli_cap_element *alert);
/* Its values: of elements, and of parameters. */
enum ent_status cli_alert_read_own(struct cli_paths *paths,
    const struct cli_cap_element *alert, struct cli_cap_fault *fault,
    struct ent_error *err) ENT_MUST_CHECK;
/* Anybody can write parameters: its elements must be those that a node writes
 * of this message, so that it says nothing that others do not see. */
enum ent_status cli_alert_check_own(const ent_message *message,
    const struct cli_cap_element *alert, struct ent_arena *arena,
    struct cli_cap_fault *fault, struct ent_error *err) ENT_MUST_CHECK;

/* A TLP in words is never lowered: it counts where it is stricter than what the
 * table sets for the scope. */
void cli_alerting_read_marking(struct cli_alerting *a);

/* Texts, times and codes of all <info>; their places. */
void cli_alerting_read_infos(struct cli_alerting *a);
void cli_alerting_read_areas(struct cli_alerting *a);

#endif
