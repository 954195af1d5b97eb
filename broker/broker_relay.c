/* SPDX-License-Identifier: Apache-2.0 */
/* What a neighbouring broker says of what we gave it: custody, or that it does
 * not take it. Both go back the way the bundle came. */
#include <inttypes.h>

#include "broker/broker_internal.h"
#include "proto/base/log.h"

/* Our entry at that place which lies with this neighbour, or ENT_NOT_FOUND. */
static enum ent_status
find_given(struct broker *broker, const struct broker_visit *visit,
    const struct ent_stream_id *stream, uint64_t first,
    enum broker_entry_kind kind, struct broker_entry *ret_entry,
    struct ent_error *err)
{
    const struct ent_digest genesis = ent_chain_genesis(stream);
    enum ent_status rc =
        broker_spool_find(broker->spool, &genesis, first, kind, ret_entry, err);

    return rc == ENT_OK &&
                   !broker_party_equal(&ret_entry->to, &visit->office->party)
               ? ENT_NOT_FOUND
               : rc;
}

/* The connection back to who gave it to us; NULL: it is not there. */
static struct broker_session *
way_back(struct broker *broker, const struct broker_entry *entry,
    struct broker_line **ret_line)
{
    *ret_line = broker_line_of(broker, &entry->from);
    return *ret_line == NULL
               ? NULL
               : broker_peer_session(&(*ret_line)->peer, entry->rank);
}

/* ---- CUSTODY ---- */

/* It is kept with the bundle, for who is not there now too. */
static enum ent_status
pass_custody(struct broker *broker, const struct broker_entry *entry,
    const struct ent_custody *custody, struct ent_view wire,
    struct ent_error *err)
{
    const struct ent_party signer = ent_address_party(&custody->broker);
    struct broker_line *line = broker_line_of(broker, &entry->from);
    enum ent_status rc =
        broker_spool_put_custody(broker->spool, entry, &signer, wire, err);

    if (rc == ENT_OK && line != NULL) {
        broker_walk_stir(&line->peer.custodies[entry->rank]);
    }
    return rc == ENT_EXISTS || rc == ENT_BUSY ? ENT_OK : rc;
}

/* Signed by the neighbour, or by a broker behind it. */
static enum ent_status
open_custody(struct broker *broker, const struct broker_visit *visit,
    struct ent_view wire, struct ent_custody *ret_custody,
    struct ent_error *why, struct ent_error *err)
{
    struct ent_certificate certificate = visit->office->certificate;
    enum ent_status rc = ent_custody_peek(wire, ret_custody, why);

    if (rc == ENT_OK &&
        !ent_address_equal(&ret_custody->broker, &certificate.address)) {
        rc = broker_find_certificate(
            broker, &ret_custody->broker, &certificate, why);
    }
    if (rc == ENT_IO || rc == ENT_NO_MEMORY) {
        return ent_fail(err, rc, "%s", why->text);
    }
    return rc != ENT_OK
               ? ENT_REJECTED
               : ent_custody_open(wire, &certificate, ret_custody, why);
}

enum ent_status
broker_take_custody(
    struct broker *broker, struct broker_visit *visit, struct ent_error *err)
{
    const struct ent_view wire = visit->frame->payload;
    struct ent_custody custody;
    struct broker_entry entry;
    struct ent_error why = {0};
    enum ent_status rc = open_custody(broker, visit, wire, &custody, &why, err);

    if (rc == ENT_IO || rc == ENT_NO_MEMORY) {
        return rc;
    }
    if (rc != ENT_OK) {
        ent_log(ENT_LOG_WARN, COMPONENT, "custody not believed peer=%s: %s",
            visit->office->certificate.address.text, why.text);
        return ENT_OK;
    }
    rc = find_given(broker, visit, &custody.stream, custody.first,
        BROKER_BUNDLE, &entry, err);
    if (rc != ENT_OK || !ent_digest_equal(&entry.hash, &custody.label_hash)) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    if (ent_address_equal(
            &custody.broker, &visit->office->certificate.address)) {
        rc = broker_spool_hold(broker->spool, &entry, broker->now.wall_ms, err);
    }
    return rc != ENT_OK ? rc
                        : pass_custody(broker, &entry, &custody, wire, err);
}

/* ---- BYE about a bundle ---- */

static enum ent_status
pass_refusal(struct broker *broker, const struct broker_entry *entry,
    const struct ent_bye *bye, struct ent_error *err)
{
    struct broker_line *line;
    const struct broker_session *session = way_back(broker, entry, &line);

    return session == NULL ? ENT_OK
                           : broker_refuse(broker, &session->route, bye->reason,
                                 &bye->stream, bye->first, bye->text, err);
}

/* What it cannot take now stays with us, and it is asked again. What nobody
 * will take on this way its sender must know. */
enum ent_status
broker_take_refusal(struct broker *broker, struct broker_visit *visit,
    const struct ent_bye *bye, struct ent_error *err)
{
    const char *peer = visit->office->certificate.address.text;
    struct broker_entry entry;
    enum ent_status rc = find_given(
        broker, visit, &bye->stream, bye->first, BROKER_BUNDLE, &entry, err);

    if (rc == ENT_NOT_FOUND) {
        rc = find_given(
            broker, visit, &bye->stream, bye->first, BROKER_SKIP, &entry, err);
    }
    if (rc != ENT_OK) {
        return rc == ENT_NOT_FOUND ? ENT_OK : rc;
    }
    ent_log(ENT_LOG_WARN, COMPONENT,
        "a neighbour did not take it peer=%s to=%s first=%" PRIu64
        " reason=%s text=\"%s\"",
        peer, bye->stream.recipient.text, bye->first,
        ent_refusal_name(bye->reason), bye->text);
    if (bye->reason == ENT_REFUSAL_UNKNOWN_CERTIFICATE) {
        broker_forget_told(visit->line); /* introduce its signer again */
    }
    rc = broker_spool_refuse(broker->spool, &entry,
        broker_route_is_hopeless(bye->reason) ? bye->reason : 0, err);
    if (rc != ENT_OK) {
        return rc;
    }
    broker_walk_put_off(
        &visit->line->peer.bundles[entry.rank], broker->now.boot_ms);
    return entry.refusal == 0 ? ENT_OK : pass_refusal(broker, &entry, bye, err);
}
