/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verdict - what an evidence file (proto/evidence.h) proves, told claim by
 * claim: what follows from signatures, what only somebody says, and what nobody
 * can tell from it. Needs no node, no store, no network and no clock.
 *
 * Everything hangs on the authorities' keys. A file brings them along, and who
 * made it could have made those too: only where the reader names the key of
 * every state does it prove anything to him (`anchored`).
 */
#ifndef ENT_POLICY_VERDICT_H
#define ENT_POLICY_VERDICT_H

#include "policy/agreement.h"
#include "proto/evidence.h"
#include "proto/message.h"

enum ent_standing {
    ENT_PROVEN,    /* it follows from signatures */
    ENT_CLAIMED,   /* one side says so and signed it; nobody else knows */
    ENT_UNCHECKED, /* neither this file nor this program can tell */
    ENT_WRONG,     /* a signature does not hold, or one part denies another */
};

#define ENT_CLAIM_LEN 512
#define ENT_CLAIMS_MAX 128 /* more than a file can give cause to */

struct ent_claim {
    enum ent_standing standing;
    const char *topic; /* "sender", "message", "agreement", ... */
    uint64_t at_ms;    /* the moment it speaks of; 0: none */
    char text[ENT_CLAIM_LEN];
};

struct ent_verdict {
    bool sound;    /* nothing is wrong with it */
    bool anchored; /* the reader named every authority's key */
    struct ent_claim claims[ENT_CLAIMS_MAX];
    size_t claim_count;

    struct ent_evidence evidence; /* looks into the file */
    struct ent_label label;
    const ent_message *message; /* NULL: deleted, or it does not open */
    struct ent_outcome outcome; /* code 0: no answer could be read */
    struct ent_arena arena;     /* the message lies here */
};

/* `named` are the authorities whose keys the reader knows. ENT_BAD_INPUT: this
 * is no evidence at all; ENT_OK says only that there is a verdict. The wire
 * must outlive it, and it must stay where it is. */
enum ent_status ent_verdict_reach(struct ent_view wire,
    const struct ent_authority_key *named, size_t named_count,
    struct ent_verdict *ret_verdict, struct ent_error *err) ENT_MUST_CHECK;
void ent_verdict_fini(struct ent_verdict *verdict);

/* "proven", "claimed", "unchecked", "wrong". */
const char *ent_standing_name(enum ent_standing standing);

#endif
