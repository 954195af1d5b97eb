/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alert_write - a message as an alert of the Common Alerting Protocol (OASIS
 * CAP 1.2), for other systems to read.
 *
 * What CAP has elements for stands there; all the rest of the message, and what
 * those elements cannot say exactly, stands in parameters named by its path
 * ("entente:hotlineAlert.persons"), so that alert.h reads the same message
 * again. Not written is what only nodes say: recipient and sender but as CAP
 * has them, signatures, and the keys of files.
 */
#ifndef TOOLS_CLI_ALERT_WRITE_H
#define TOOLS_CLI_ALERT_WRITE_H

#include <stdio.h>

#include "proto/message.h"
#include "tools/cli/cap.h"

/* The tree of a message, in `arena`; of a family that is an alert
 * (cli_alert_shape_of). ENT_BAD_INPUT: it holds more than an alert that can be
 * read again (paths.h). */
enum ent_status cli_alert_tree(const ent_message *message,
    struct ent_arena *arena, const struct cli_cap_element **ret_alert,
    struct ent_error *err) ENT_MUST_CHECK;

/* The same as XML (capprint.h). `arena` is for the work, and is reset. */
enum ent_status cli_alert_write(FILE *out, const ent_message *message,
    struct ent_arena *arena, struct ent_error *err) ENT_MUST_CHECK;

#endif
