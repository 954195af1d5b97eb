/* SPDX-License-Identifier: Apache-2.0 */
/*
 * release - what officers' signatures under a message amount to: who wrote it,
 * who else released it.
 *
 * A pure function, asked at both ends and of evidence. Author and releaser are
 * two: another key and another badge, and who releases is a supervisor (domain
 * D1, four eyes). A signature that does not hold counts against the whole
 * message: nobody can be named under it who did not sign.
 */
#ifndef ENT_POLICY_RELEASE_H
#define ENT_POLICY_RELEASE_H

#include "proto/statement.h"

#define ENT_RELEASE_FAULT_LEN 160
#define ENT_RELEASER_ROLE "supervisor"

struct ent_release {
    bool authored; /* its author signed */
    bool released; /* and so did a second officer */
    struct ent_officer author;
    struct ent_officer releaser;
    uint64_t authored_at; /* ms, as they say */
    uint64_t released_at;
    char fault[ENT_RELEASE_FAULT_LEN]; /* what does not hold; "": all does */
};

/* Judge the signatures of `message` under its sender's key at `at_ms`: its
 * arrival, or now. Whether an officer was revoked is for the caller, who says
 * so with ent_release_void. Always answers. */
void ent_release_judge(const ent_message *message,
    const struct ent_verify_key *office, uint64_t at_ms,
    struct ent_release *ret_release);

/* It counts for nothing, for this reason. */
void ent_release_void(struct ent_release *release, const char *format, ...)
    ENT_PRINTF(2, 3);

#endif
