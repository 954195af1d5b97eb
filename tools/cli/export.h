/* SPDX-License-Identifier: Apache-2.0 */
/*
 * export - what lies on this desk, or was sent from here, on its way to a file
 * for other systems: each message that was chosen and may leave (leaving.h) is
 * written, the others are counted by the rule that keeps them. Memory does not
 * grow with their number, but by the id of each that was sent and is written
 * once.
 *
 * What is written of a message the format says: an alert (export_cap.c),
 * objects of STIX (export_stix.c), a row (export_csv.c).
 */
#ifndef TOOLS_CLI_EXPORT_H
#define TOOLS_CLI_EXPORT_H

#include <stdio.h>

#include "proto/id.h"
#include "proto/message.h"
#include "tools/cli/desk.h"
#include "tools/cli/idset.h"
#include "tools/cli/leaving.h"

#define CLI_EXPORT_FAMILIES_MAX 64

struct cli_export;

struct cli_export_format {
    bool once; /* of a message that went to several offices one copy */
    enum ent_status (*begin)(struct cli_export *export, struct ent_error *err);
    /* ENT_UNSUPPORTED: the format has no place for that message; `ret_rule`
     * says why, and nothing of it was written. */
    enum ent_status (*put)(struct cli_export *export,
        const Entente__V1__InboxItem *item, enum cli_leaving *ret_rule,
        struct ent_error *err);
    enum ent_status (*end)(struct cli_export *export, struct ent_error *err);
};

extern const struct cli_export_format cli_export_as_cap;
extern const struct cli_export_format cli_export_as_stix;
extern const struct cli_export_format cli_export_as_csv;

struct cli_export {
    const struct cli_export_format *format;
    FILE *out;
    bool sent;      /* what was sent, instead of what came */
    bool within;    /* the file stays in the office */
    uint64_t until; /* what came before that, ms; 0: whenever */
    const struct ent_family *families[CLI_EXPORT_FAMILIES_MAX];
    size_t family_count; /* 0: all */

    /* the rest is zero to begin with */
    uint64_t messages; /* that were chosen */
    uint64_t exported;
    uint64_t kept[CLI_LEAVING_COUNT]; /* by rule */
    struct cli_idset written;         /* of what was sent, where once is all */
    struct ent_arena arena;           /* of one message */
    void *state;                      /* the format's own, which free() frees */
};

/* All that `desk` has from its position on until now, or that was sent from
 * that number or time on. Codes of sysexits.h. */
int cli_export_run(struct cli_export *export, struct cli_desk *desk,
    struct ent_error *err) ENT_MUST_CHECK;

/* One message, unless it was not chosen or a rule keeps it. */
enum ent_status cli_export_take(struct cli_export *export,
    const Entente__V1__InboxItem *item, enum cli_leaving rule,
    struct ent_error *err) ENT_MUST_CHECK;
/* All that was sent, before `until`. */
int cli_export_take_sent(struct cli_export *export, struct cli_desk *from,
    uint64_t until, struct ent_error *err) ENT_MUST_CHECK;

/* A message as JSON, with a NUL: without signatures, and keys of files. */
enum ent_status cli_export_json(const ent_message *message,
    struct ent_bytes *ret_text, struct ent_error *err) ENT_MUST_CHECK;

/* That the output took all of it so far. */
enum ent_status cli_export_written(
    const struct cli_export *export, struct ent_error *err) ENT_MUST_CHECK;

#endif
