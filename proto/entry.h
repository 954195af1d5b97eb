/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entry - one line of an office's journal (docs/PROTOCOL.md, section 18), 128
 * bytes:
 *
 *     version kind zeros count sequence time subject result party zeros
 *     1       1    2     4     8        8    32      32     16    24
 *
 * subject is the digest of what travelled (label, receipt, skip, agreement
 * file, message), result what came of it (Merkle root of the envelopes, digest
 * of the outcomes), party the other office. Entries hold no personal data and
 * are never removed.
 */
#ifndef ENT_PROTO_ENTRY_H
#define ENT_PROTO_ENTRY_H

#include "proto/address.h"
#include "proto/digest.h"

#define ENT_ENTRY_LEN 128

enum ent_entry_kind {
    ENT_ENTRY_START = 1, /* the store was made; subject: certificate */
    ENT_ENTRY_BUNDLE_OUT = 2,
    ENT_ENTRY_BUNDLE_IN = 3,
    ENT_ENTRY_RECEIPT_OUT = 4,
    ENT_ENTRY_RECEIPT_IN = 5,
    ENT_ENTRY_SKIP_OUT = 6,
    ENT_ENTRY_SKIP_IN = 7,
    ENT_ENTRY_CUSTODY_IN = 8,
    ENT_ENTRY_AGREEMENT = 9,     /* loaded; subject: its digest */
    ENT_ENTRY_REFUSED_HERE = 10, /* our own gate; subject: the message */
    ENT_ENTRY_FORK = 11,         /* subject: the label not followed */
    ENT_ENTRY_ACKNOWLEDGED = 12,
    ENT_ENTRY_DELETED = 13, /* count messages; subject: day as digest */
    ENT_ENTRY_NEW_INCARNATION = 14,
    ENT_ENTRY_EXPIRED = 15,
    ENT_ENTRY_DISCLOSED = 16,   /* evidence was given out; subject: the file */
    ENT_ENTRY_RECALLED = 17,    /* a message removed; subject: its id */
    ENT_ENTRY_NOTICE = 18,      /* a party suspended or assured, or ended that;
                                   subject: the notice */
    ENT_ENTRY_CERTIFICATE = 20, /* our own was renewed; subject: the new one,
                                   result: the one before */
    ENT_ENTRY_ROLLOVER = 32,    /* an authority's new key; subject: the
                                   statement, result: the one before */
    ENT_ENTRY_ROLLOVER_FORK = 33, /* subject: the statement not followed,
                                     result: the one that is */
    ENT_ENTRY_CONSENT = 27,   /* the originator's decision; subject: the id of
                                 what it is about, result: of the decision */
    ENT_ENTRY_PASSED_ON = 28, /* what came from the party; subject: its id,
                                 result: that of the new message */
    ENT_ENTRY_OVERLAY = 29,   /* the office's own rules, or zeros: none */
    ENT_ENTRY_RESTORE_ASKED = 48, /* the party lost what it had; subject: its
                                     manifest, result: the incarnation */
    ENT_ENTRY_GIVEN_AGAIN = 49,   /* to the party, and it has it; subject: the
                                     message's id */
    ENT_ENTRY_RESTORED = 50,      /* by the party; subject: the message's id */
    ENT_ENTRY_CONTRADICTED = 200, /* the party's journal contradicts what it
                                     said before; subject, result: hashes of
                                     the first and of the second statement,
                                     count: enum ent_history */
    ENT_ENTRY_OLD_COPY = 201,     /* this store was found to be one; subject:
                                     hash of the note that shows it; party: who
                                     held it, or this office: its anchor */
    ENT_ENTRY_CLOCK = 51,  /* our clock was in doubt, and is believed again;
                              subject: the time until when it had been */
    ENT_ENTRY_CALLED = 31, /* nobody acknowledged; subject: the message's id,
                               count: the rung */
    ENT_ENTRY_COPIED = 36, /* for a desk too; subject: the message's id, count:
                              which desk */
    ENT_ENTRY_DRILL = 38,  /* of the hotline, answered; subject: the alert's
                              id, count: after how many seconds */
    ENT_ENTRY_EMERGENCY = 39, /* subject: id of its declaration; count: 1
                                 declared, 2 ended, 3 reviewed */
    ENT_ENTRY_RELAXED = 40,   /* a message passed under one; subject: its id,
                                 result: that of the declaration, count: what was
                                 relaxed, as bits */
    ENT_ENTRY_OVERDUE = 37,   /* a duty that was not done in time; subject: what
                                 it is about, count: its kind */
    ENT_ENTRY_HELD = 160,     /* for officers to sign; subject: message id */
    ENT_ENTRY_AUTHORED = 161, /* its author signed; subject: message id, result:
                                 the officer's key id */
    ENT_ENTRY_RELEASED = 162, /* a second officer did; the same */
    ENT_ENTRY_RETURNED = 163, /* to its author; subject: message id */
    ENT_ENTRY_KEPT = 204,     /* somebody said that a message is still needed;
                                 subject: its id */
    ENT_ENTRY_RECLASSIFIED = 210, /* a message of the party's, or of ours that
                                     the party has; subject: its id, result:
                                     the message that says so, count: Offence */
    ENT_ENTRY_LINKED = 212,       /* somebody said that two messages are one
                                     incident; subject and result: their ids, count:
                                     1, or 0: that they are not */
    ENT_ENTRY_LISTS_ASKED = 230,  /* by one of this office in an hour; subject:
                                     print of who, result: the hour, and how
                                     many hits; count: how often */
    ENT_ENTRY_OFFICER = 164, /* subject: key id; count: 1 enrolled, 2 revoked */
};

struct ent_entry {
    enum ent_entry_kind kind;
    uint32_t count; /* messages it speaks of */
    uint64_t sequence;
    uint64_t at_ms;
    struct ent_digest subject;
    struct ent_digest result;
    struct ent_party party;
};

void ent_entry_encode(
    const struct ent_entry *entry, uint8_t out[static ENT_ENTRY_LEN]);

/* ENT_BAD_INPUT unless encoding gives the same bytes again. A kind of a later
 * version is read like any other. */
enum ent_status ent_entry_decode(struct ent_view wire,
    struct ent_entry *ret_entry, struct ent_error *err) ENT_MUST_CHECK;

#endif
