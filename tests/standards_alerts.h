/* SPDX-License-Identifier: Apache-2.0 */
/*
 * standards_alerts - what standards_tool answers about alerts of CAP 1.2.
 */
#ifndef ENT_TESTS_STANDARDS_ALERTS_H
#define ENT_TESTS_STANDARDS_ALERTS_H

#include <jansson.h>

/* {"alert": the elements, each name with a list}, or {"error": "..."}. */
json_t *standards_alert_read(const char *xml);

/* {"xml": "..."} of a message in JSON, or {"error": "..."}. */
json_t *standards_alert_write(const json_t *message);

#endif
