/* SPDX-License-Identifier: Apache-2.0 */
/*
 * leaving - may what lies on this desk leave the office as a file? Its
 * originator said so when it marked the message; nobody here can say more.
 *
 * Leaves: TLP GREEN and CLEAR (FIRST TLP 2.0) of at most OFFICIAL
 * classification, without a handling code that keeps it (Europol H2: not passed
 * on without its originator's permission, H3: other restrictions), for no desk
 * alone, not passed on from a third office, not under an agreement's rule about
 * what goes further (onward), about nobody who must be protected, and still
 * held to be true by its sender. Stays within the office: all but TLP RED, what
 * is raised to that, and what is for a desk alone.
 *
 * What was sent from here bears the same marks and is judged the same; it must
 * have gone to somebody, too.
 */
#ifndef TOOLS_CLI_LEAVING_H
#define TOOLS_CLI_LEAVING_H

#include <stdbool.h>

#include "proto/schema/api.pb-c.h"

/* Rules, with what is said of what they keep. */
#define CLI_LEAVING_TABLE(X)                                                   \
    X(LEAVES, "")                                                              \
    X(GONE, "its time is over, and it was deleted")                            \
    X(WAITING, "it has not left yet")                                          \
    X(REFUSED, "it was refused, and nobody has it")                            \
    X(EXPIRED, "its time was over before its recipient took it")               \
    X(DESK, "it is for one desk of this office alone")                         \
    X(REVOKED, "its sender corrected, withdrew or recalled it")                \
    X(RED, "TLP RED is for the eyes of who received it")                       \
    X(TLP, "its TLP keeps it in this office")                                  \
    X(HANDLING, "its handling code (H2, H3) needs its sender's permission")    \
    X(CLASSIFIED, "its classification is above OFFICIAL")                      \
    X(THIRD, "a third office passed it on, for this office")                   \
    X(ONWARD, "the agreement asks for its sender's consent (onward)")          \
    X(RAISED, "its sender re-classified it")                                   \
    X(SAFEGUARD, "it protects a person")                                       \
    X(COPY, "the same message went to another office too")                     \
    X(FAMILY, "its family has no counterpart in this format")                  \
    X(CHARACTER, "it holds a character that this format does not have")        \
    X(SIZE, "it holds more values than this format's reader takes")

enum cli_leaving {
#define CLI_LEAVING_NAME(name, words) CLI_LEAVING_##name,
    CLI_LEAVING_TABLE(CLI_LEAVING_NAME)
#undef CLI_LEAVING_NAME
        CLI_LEAVING_COUNT
};

/* Which rule keeps it; `within`: it stays in the office. */
enum cli_leaving cli_leaving_decide(
    const Entente__V1__InboxItem *item, bool within);

/* The same of what was sent from here: as `item` has it, by what became of it.
 */
enum cli_leaving cli_leaving_decide_sent(const Entente__V1__TraceCopy *copy,
    const Entente__V1__InboxItem *item, bool within);

const char *cli_leaving_words(enum cli_leaving rule);

#endif
