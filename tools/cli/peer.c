/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/peer.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "tools/cli/words.h"

static void find(struct cli_finding *finding, const char *step, int code,
    const char *format, ...) ENT_PRINTF(4, 5);
static void advise(struct cli_finding *finding, const char *format, ...)
    ENT_PRINTF(2, 3);

static void
find(struct cli_finding *finding, const char *step, int code,
    const char *format, ...)
{
    va_list arguments;

    finding->step = step;
    finding->code = code;
    finding->advice[0] = '\0';
    va_start(arguments, format);
    (void)vsnprintf(finding->said, sizeof finding->said, format, arguments);
    va_end(arguments);
}

static void
advise(struct cli_finding *finding, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(finding->advice, sizeof finding->advice, format, arguments);
    va_end(arguments);
}

static const char *
state_of(const char *address)
{
    const char *at = strrchr(address, '@');

    return at == NULL ? address : at + 1;
}

/* ---- before anything is sent ---- */

/* The first files that are not in use: one of them may be the agreement. */
static void
advise_files(const Entente__V1__PeersReply *reply, struct cli_finding *finding)
{
    size_t len = 0;

    if (reply->n_unused_agreements == 0) {
        advise(finding,
            "Put the agreement that both states signed into the folder of "
            "agreements, then `entente reload`.");
        return;
    }
    advise(finding, "These files are not in use:");
    for (size_t i = 0; i < reply->n_unused_agreements && i < 3; i++) {
        len = strlen(finding->advice);
        (void)snprintf(finding->advice + len, sizeof finding->advice - len,
            " %s: %.120s.", reply->unused_agreements[i]->file,
            reply->unused_agreements[i]->reason);
    }
    len = strlen(finding->advice);
    (void)snprintf(finding->advice + len, sizeof finding->advice - len,
        " Correct them or have them signed, then `entente reload`.");
}

static bool
has_agreement(const Entente__V1__PeersReply *reply,
    const Entente__V1__PeerStatus *peer, struct cli_finding *finding)
{
    if (peer->agreement[0] == '\0') {
        find(finding, "agreement", EX_CONFIG, "no agreement with %s is in use",
            state_of(peer->address));
        advise_files(reply, finding);
        return false;
    }
    if (!peer->named) {
        find(finding, "office", EX_CONFIG,
            "no agreement in use lists %s; %s, version %" PRIu64
            ", is about other offices",
            peer->address, peer->agreement, peer->agreement_version);
        advise(finding,
            "Look at how its address is written (`entente peers`), or have it "
            "added to the agreement.");
        return false;
    }
    if (!peer->in_force) {
        find(finding, "agreement", EX_CONFIG,
            "the agreement %s, version %" PRIu64 ", is not in force today",
            peer->agreement, peer->agreement_version);
        advise(finding, "Both states must renew it.");
        return false;
    }
    return true;
}

static bool
are_we_certified(
    const Entente__V1__PeersReply *reply, struct cli_finding *finding)
{
    char when[CLI_WORDS_MAX];

    cli_time_short(reply->own_certificate_until, reply->at, when);
    if (reply->own_revoked) {
        find(finding, "own certificate", EX_NOPERM,
            "our own certificate was revoked");
        advise(finding,
            "Nobody takes what we send. Ask our authority for a new one.");
        return false;
    }
    if (reply->own_certificate_until <= reply->at) {
        find(finding, "own certificate", EX_NOPERM,
            "our own certificate expired %s", when);
        advise(finding, "Ask our authority for a new one.");
        return false;
    }
    return true;
}

static bool
is_certified(const Entente__V1__PeersReply *reply,
    const Entente__V1__PeerStatus *peer, struct cli_finding *finding)
{
    char when[CLI_WORDS_MAX];

    if (peer->certificate_serial == 0) {
        find(finding, "certificate", EX_NOPERM,
            "no certificate of %s is known here", peer->address);
        advise(finding,
            "Brokers are asked for it as long as one is connected. If that "
            "does not help, the office is not certified yet or has never been "
            "connected: call it.");
        return false;
    }
    if (peer->revoked) {
        find(finding, "certificate", EX_NOPERM,
            "the certificate of %s was revoked by its authority",
            peer->address);
        advise(finding,
            "Nothing is exchanged with it until it has a new one. Call it.");
        return false;
    }
    cli_time_short(peer->certificate_until, reply->at, when);
    if (peer->certificate_until <= reply->at) {
        find(finding, "certificate", EX_NOPERM,
            "the certificate of %s expired %s, and no newer one is known",
            peer->address, when);
        advise(finding, "Its authority must certify it anew. Call it.");
        return false;
    }
    return true;
}

bool
cli_peer_is_ready(const Entente__V1__PeersReply *reply,
    const Entente__V1__PeerStatus *peer, struct cli_finding *ret_finding)
{
    char since[CLI_WORDS_MAX];

    if (!has_agreement(reply, peer, ret_finding) ||
        !are_we_certified(reply, ret_finding)) {
        return false;
    }
    if (peer->via[0] == '\0' && peer->certificate_serial == 0) {
        find(ret_finding, "connection", EX_NOHOST,
            "we are connected to no broker, and know no certificate of %s",
            peer->address);
        advise(ret_finding,
            "Look at `entente status` and at the cable; what is sent waits.");
        return false;
    }
    if (!is_certified(reply, peer, ret_finding)) {
        return false;
    }
    if (peer->via[0] == '\0') {
        find(ret_finding, "connection", EX_NOHOST,
            "we are connected neither to a broker nor to %s", peer->address);
        advise(ret_finding,
            "Look at `entente status` and at the cable; what is sent waits.");
        return false;
    }
    if (peer->manifest_sequence == 0) {
        find(ret_finding, "sealing key", EX_TEMPFAIL,
            "no key to seal for %s has come yet", peer->address);
        advise(ret_finding,
            "It publishes one when its node runs and is connected. Call it.");
        return false;
    }
    cli_time_short(peer->via_since, reply->at, since);
    find(ret_finding, "ready", EX_OK, "%s%s%s%s",
        peer->direct ? "direct link" : "by ", peer->direct ? "" : peer->via,
        since[0] == '\0' ? "" : " since ", since);
    return true;
}

/* ---- a test message ---- */

bool
cli_peer_is_accepted(
    const Entente__V1__CopyResult *result, struct cli_finding *ret_finding)
{
    if (result->accepted) {
        find(ret_finding, "accepted", EX_TEMPFAIL, "it is on our node's disk");
        return true;
    }
    find(ret_finding, "refused here", CLI_PEER_REFUSED,
        "our own node refuses it: %s%s%s %s", result->reason_name,
        result->clause[0] == '\0' ? "" : ", clause ", result->clause,
        result->sentence);
    advise(ret_finding,
        "The way may be good, but the agreement does not let test messages "
        "pass; other families may.");
    return false;
}

static void
find_under_way(
    const Entente__V1__TraceCopy *copy, struct cli_finding *ret_finding)
{
    char when[CLI_WORDS_MAX];

    switch (copy->state) {
    case ENTENTE__V1__TRACE_STATE__TRACE_IN_CUSTODY:
        cli_time_short(copy->custody_at, copy->custody_at, when);
        find(ret_finding, "custody", EX_TEMPFAIL,
            "%s signed at %s that it holds it; the recipient has not answered",
            copy->custody_by, when);
        advise(ret_finding,
            "The other office's node does not run, or is not connected. It "
            "comes when it is back. Call it if it matters.");
        return;
    case ENTENTE__V1__TRACE_STATE__TRACE_NOT_YET:
        find(ret_finding, "not yet", EX_TEMPFAIL,
            "it was received and cannot be taken yet: %s, %s",
            copy->reason_name, copy->sentence);
        advise(ret_finding, "It is sent again by itself.");
        return;
    case ENTENTE__V1__TRACE_STATE__TRACE_SENT:
        find(ret_finding, "sent", EX_TEMPFAIL,
            "it was sent, and nobody has signed for it");
        advise(ret_finding,
            "The link is bad, or the broker refuses it: look at the node's "
            "log.");
        return;
    default:
        find(ret_finding, "waiting", EX_TEMPFAIL,
            "it waits on our node's disk%s%s",
            copy->sentence[0] == '\0' ? "" : ": ", copy->sentence);
        advise(ret_finding, "Look at `entente status`.");
    }
}

bool
cli_peer_is_over(
    const Entente__V1__TraceCopy *copy, struct cli_finding *ret_finding)
{
    switch (copy->state) {
    case ENTENTE__V1__TRACE_STATE__TRACE_DELIVERED:
        find(ret_finding, "delivered", EX_OK,
            "it signed that the test message is on its disk; there and back "
            "in %" PRIu64 " ms",
            copy->settled_at - copy->accepted_at);
        return true;
    case ENTENTE__V1__TRACE_STATE__TRACE_REFUSED:
        find(ret_finding, "refused there", CLI_PEER_REFUSED,
            "it came, and the other office refuses it: %s%s%s %s",
            copy->reason_name, copy->clause[0] == '\0' ? "" : ", clause ",
            copy->clause, copy->sentence);
        advise(ret_finding,
            "The way is good. Compare the agreements on both sides "
            "(`entente agreement show`).");
        return true;
    case ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED:
    case ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED_UNCONFIRMED:
        find(ret_finding, "expired", EX_TEMPFAIL,
            "its time was over before anybody answered");
        return true;
    default:
        find_under_way(copy, ret_finding);
        return false;
    }
}
