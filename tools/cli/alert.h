/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alert - an alert of the Common Alerting Protocol (OASIS CAP 1.2) as a message
 * of the catalogue.
 *
 * Which family it is, and what its words are in our codes, a table says
 * (capcodes.h); nothing is guessed. What the table leaves open comes from the
 * elements that mean the same in both: status, msgType, times, urgency,
 * severity, certainty, languages and texts, areas. What is only words here goes
 * along as a caveat. An element with no counterpart makes the alert none.
 *
 * An alert that a node wrote (entente export cap) says in its eventCode
 * "entente:family" what it is, and in parameters all that CAP has no element
 * for; no table is asked. Its parameters must not say otherwise than the
 * elements that everybody else reads.
 */
#ifndef TOOLS_CLI_ALERT_H
#define TOOLS_CLI_ALERT_H

#include "proto/message.h"
#include "tools/cli/capcodes.h"
#include "tools/cli/capform.h"
#include "tools/cli/paths.h"

#define CLI_ALERT_OWN "entente:"
#define CLI_ALERT_FAMILY CLI_ALERT_OWN "family"
#define CLI_ALERT_WITHOUT CLI_ALERT_OWN "without"
#define CLI_ALERT_QUOTED "entente-json:" /* a text in quotes, as in JSON */

/* Where in the body of a family things go that CAP has elements for; NULL:
 * nowhere. */
struct cli_alert_shape {
    const char *family;
    const char *category; /* of CAP, which it is told as */
    const char *where;    /* its place, from the first area */
    const char *when;     /* onset, else effective, else sent */
    const char *window;   /* effective (else sent) to expires */
    const char *text;     /* headline, description, instruction */
    const char *event;
    const char *action;
};

/* NULL: that family is no alert. */
const struct cli_alert_shape *cli_alert_shape_of(
    const struct ent_family *family);

/* The whole path, in `out`, which may be `path`: "body.when" is
 * "hotlineAlert.when". */
const char *cli_alert_path(const struct ent_family *family, const char *path,
    char out[static CLI_PATH_LEN_MAX]);

/* An alert carries that value of a message: not who sent it to whom and when,
 * which CAP has in its own way, no signatures, and no keys of files. */
bool cli_alert_carries(const char *path);

/* Set the value at `path`, in which "body" stands for the family's part. */
enum ent_status cli_alert_set(struct cli_paths *paths,
    const struct ent_family *family, const char *path, const char *value,
    const void *origin, struct ent_error *err) ENT_MUST_CHECK;

/* What the elements of an alert say as values, without the parameters of one
 * that a node wrote. `codes` NULL: it is such a one. */
enum ent_status cli_alert_read(struct cli_paths *paths,
    const struct cli_cap_element *alert, const struct ent_family *family,
    const struct cli_capcodes *codes, struct cli_cap_fault *fault,
    struct ent_error *err) ENT_MUST_CHECK;

/* The message of an alert, valid, but without sender, recipient and time of
 * creation, which it gets when it is sent; it lies in `arena`. Its id is that
 * of the alert (sender, identifier, sent), always the same; but of one that was
 * `refused` before, with this reason, it is another: a node answers the same id
 * with the same refusal. ENT_BAD_INPUT: `fault` says why there is none. */
enum ent_status cli_alert_of(const struct cli_cap_element *alert,
    const char *refused, const struct cli_capcodes *codes, uint64_t now_ms,
    struct ent_arena *arena, ent_message **ret_message,
    struct cli_cap_fault *fault, struct ent_error *err) ENT_MUST_CHECK;

#endif
