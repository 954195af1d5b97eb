/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules - the point at which files of the folder take effect: a version of an
 * agreement, a notice about one. It is a turn of the node, journalled; what is
 * sent or taken in after it is judged by the new rules, and what was sealed
 * before and has not gone is judged again (node/dispatch.h).
 *
 * Versions only grow: the newest that was ever in use here is remembered, and
 * an older file, or another text of the same version, is refused for ever.
 * What one party declared is remembered too: it does not end because its file
 * is gone. Whatever is wrong with a file leaves what was in use in use.
 */
#ifndef NODE_RULES_H
#define NODE_RULES_H

#include "node/node.h"

#define NODE_RULE_CHANGES_MAX 512

enum node_rule_outcome {
    NODE_RULE_UNCHANGED,
    NODE_RULE_NEW,      /* in use from now on */
    NODE_RULE_NEWER,    /* in use from now on, instead of `previous` */
    NODE_RULE_KEPT,     /* the file cannot be used: what was in use stays */
    NODE_RULE_REMOVED,  /* the file is gone, and so is the agreement */
    NODE_RULE_NOTICE,   /* a notice counts from now on */
    NODE_RULE_RENEWED,  /* a certificate: in use from now on */
    NODE_RULE_ROLLOVER, /* an authority's new key: followed from now on */
    NODE_RULE_OVERLAY,  /* this office's own rules count from now on */
    NODE_RULE_REFUSED,  /* the file cannot be used, and nothing was */
};

/* What became of one file. */
struct node_rule_change {
    char file[NAME_MAX + 1];
    enum node_rule_outcome outcome;
    char agreement[64]; /* its name; "": not known */
    uint64_t version;
    uint64_t previous;
    size_t line; /* of what is wrong; 0: the whole file */
    char reason[ENT_ERROR_TEXT_MAX];
};

struct node_rules_report {
    struct node_rule_change list[NODE_RULE_CHANGES_MAX];
    size_t count;
};

/* "unchanged", "new" ... */
const char *node_rule_outcome_name(enum node_rule_outcome outcome);

/* Note what became of a file that is no agreement. */
void node_rules_tell(struct node_rules_report *report, const char *file,
    enum node_rule_outcome outcome, const char *reason);

/* In a turn: hold what was read against what was ever in use, keep what `old`
 * (may be NULL) has and the files lost, take up notices, and write all that
 * down. `report` (may be NULL) gets what became of each file. */
enum ent_status node_rules_settle(struct node *node,
    struct node_agreements *fresh, struct node_agreements *old,
    struct node_rules_report *report, struct ent_error *err) ENT_MUST_CHECK;

/* In a turn: read the folder again and put it in use. When the turn is taken
 * back, so is this. ENT_NOT_FOUND: the folder cannot be read, and nothing has
 * changed; ENT_FULL, ENT_IO: the turn is to be taken back. */
enum ent_status node_rules_reload(struct node *node,
    struct node_rules_report *report, struct ent_error *err) ENT_MUST_CHECK;

#endif
