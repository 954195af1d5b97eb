/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alert_internal - an alert on its way to being a message: values by their
 * paths (alert.c makes the message, alert_info.c reads texts and times,
 * alert_area.c places).
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

/* What has no field goes along as words: "CAP contact: ...". The same words go
 * once. */
void cli_alerting_say(struct cli_alerting *a,
    const struct cli_cap_element *element, const char *what, const char *text);

/* Texts, times and codes of all <info>; their places. */
void cli_alerting_read_infos(struct cli_alerting *a);
void cli_alerting_read_areas(struct cli_alerting *a);

#endif
