/* SPDX-License-Identifier: Apache-2.0 */
/*
 * refusal - the one table of reasons why something was not taken.
 *
 * Number, name, whose fault it is, whether trying again can help, and a remedy
 * in a sentence. All failures of authenticity share number 100: what exactly
 * failed stands in our own log, never on the wire.
 */
#ifndef ENT_PROTO_REFUSAL_H
#define ENT_PROTO_REFUSAL_H

#include "proto/base/bytes.h"

#define ENT_REFUSAL_TABLE(X)                                                   \
    X(100, NOT_AUTHENTIC, SENDER, NEVER,                                       \
        "Ask the sender by telephone whether it sent this.")                   \
    X(101, MALFORMED, SENDER, NEVER, "The sender must correct the message.")   \
    X(102, UNSUPPORTED, SENDER, NEVER,                                         \
        "Install a version that knows this family on both sides.")             \
    X(103, EXPIRED, NOBODY, NEVER, "Send it again if it still matters.")       \
    X(104, MODE_MISMATCH, SENDER, NEVER,                                       \
        "Exercise and real traffic must not be mixed.")                        \
    X(105, MISADDRESSED, SENDER, NEVER,                                        \
        "The message inside names other offices than its label.")              \
    X(106, ID_REUSED, SENDER, NEVER,                                           \
        "Another message has this id; send it under a new one.")               \
    X(107, NO_ATTACHMENT, SENDER, NEVER,                                       \
        "No message that was delivered has this attachment; send it anew.")    \
    X(200, NO_AGREEMENT, BOTH, LATER,                                          \
        "Both states must sign and load an agreement.")                        \
    X(201, NOT_IN_FORCE, BOTH, LATER,                                          \
        "The agreement is not in force today; renew it.")                      \
    X(202, HARD_BLOCK, SENDER, NEVER,                                          \
        "No agreement can allow this; do not send it.")                        \
    X(203, OFFICE_NOT_LISTED, BOTH, LATER,                                     \
        "Name the office in the agreement, or use one that is.")               \
    X(204, FAMILY_NOT_AGREED, BOTH, LATER,                                     \
        "The agreement does not let this family pass between these.")          \
    X(205, PURPOSE_NOT_AGREED, SENDER, LATER,                                  \
        "State a purpose that the clause permits.")                            \
    X(206, OFFENCE_NOT_LISTED, SENDER, LATER,                                  \
        "State an offence that the agreement lists.")                          \
    X(207, CLASSIFICATION, SENDER, LATER,                                      \
        "The classification is above the ceiling, or has no equivalent.")      \
    X(208, HANDLING, SENDER, LATER, "A handling code is not allowed here.")    \
    X(209, FIELD_PROHIBITED, SENDER, LATER,                                    \
        "Leave out the field that the agreement prohibits.")                   \
    X(210, RELEASE, SENDER, LATER, "A second officer must release it.")        \
    X(211, SUSPENDED, NOBODY, LATER,                                           \
        "A state has suspended this; it passes again when that is lifted.")    \
    X(212, SAFEGUARD, SENDER, NEVER,                                           \
        "The agreement protects whom it speaks of; do not send it so.")        \
    X(213, ASSURANCE, BOTH, LATER,                                             \
        "The recipient's state must assure in writing what will not be done.") \
    X(214, MLA_REFERENCE, SENDER, LATER,                                       \
        "Quote the central authority's request as mlaReference.")              \
    X(215, CHECK_QUOTA, SENDER, LATER,                                         \
        "As many document checks as are agreed were asked for; wait.")         \
    X(216, EMERGENCY, SENDER, LATER,                                           \
        "Declare the emergency first, or send it without its number.")         \
    X(217, LOCAL_RULE, BOTH, LATER,                                            \
        "A rule of the office itself forbids it; ask its supervisor.")         \
    X(218, ONWARD, SENDER, LATER,                                              \
        "Ask the state it came from for consent to pass it on.")               \
    X(219, PAIR_KEY, SENDER, LATER,                                            \
        "The agreement names a pair key; seal it with that one.")              \
    X(225, CONTRIBUTION, RECIPIENT, LATER,                                     \
        "The recipient's state must send statistics of its own first.")        \
    X(226, THRESHOLD, SENDER, LATER,                                           \
        "Suppress all cells that are smaller than is agreed.")                 \
    X(300, UNKNOWN_AGREEMENT, RECIPIENT, LATER,                                \
        "The recipient has not loaded the agreement the label names.")         \
    X(301, UNKNOWN_CERTIFICATE, RECIPIENT, LATER,                              \
        "The recipient does not know the sender's certificate yet.")           \
    X(302, UNKNOWN_MANIFEST, RECIPIENT, LATER,                                 \
        "The recipient has no manifest of the sender yet.")                    \
    X(303, CLOCK_IN_DOUBT, RECIPIENT, LATER,                                   \
        "The recipient's operator must confirm its clock.")                    \
    X(304, STORE_FULL, RECIPIENT, LATER,                                       \
        "The recipient's disk is full; its operator must make room.")          \
    X(305, SEALING_KEY_GONE, NOBODY, AT_ONCE,                                  \
        "Seal it anew for a key of the recipient's newest manifest.")          \
    X(306, KEY_REVOKED, SENDER, LATER,                                         \
        "The sender's key was revoked; certify a new one.")                    \
    X(307, WRONG_INCARNATION, NOBODY, AT_ONCE,                                 \
        "One side has a new store; seal it anew for that.")                    \
    X(308, NO_DESK, RECIPIENT, LATER,                                          \
        "The recipient has nobody on the desk that alone may read it.")        \
    X(309, NO_PAIR_KEY, BOTH, LATER,                                           \
        "Import the pair key that the agreement names.")                       \
    X(310, CLOCKS_DIFFER, BOTH, LATER,                                         \
        "Two clocks differ by over 10 minutes; set right whose is wrong.")     \
    X(400, QUOTA, SENDER, LATER,                                               \
        "Wait; what this office may keep there is used up.")                   \
    X(401, NOT_SERVED, SENDER, LATER,                                          \
        "This broker does not serve that office.")                             \
    X(402, CLOSING, NOBODY, LATER, "The program is stopping; connect again.")  \
    X(403, BAD_FRAME, SENDER, NEVER, "The peer sent what no version allows.")

enum ent_refusal {
#define ENT_REFUSAL_ENUMERATOR(number, name, fault, retry, remedy)             \
    ENT_REFUSAL_##name = number,
    ENT_REFUSAL_TABLE(ENT_REFUSAL_ENUMERATOR)
#undef ENT_REFUSAL_ENUMERATOR
};

enum ent_fault {
    ENT_FAULT_NOBODY,
    ENT_FAULT_SENDER,
    ENT_FAULT_RECIPIENT,
    ENT_FAULT_BOTH,
};

enum ent_retry {
    ENT_RETRY_NEVER,
    ENT_RETRY_LATER,
    ENT_RETRY_AT_ONCE,
};

struct ent_refusal_info {
    uint32_t number;
    const char *name; /* "FAMILY_NOT_AGREED" */
    enum ent_fault fault;
    enum ent_retry retry;
    const char *remedy;
};

/* NULL for a number that is not in the table. */
const struct ent_refusal_info *ent_refusal_info(uint32_t number);

/* The name, or "UNKNOWN". Never NULL. */
const char *ent_refusal_name(uint32_t number);

#endif
