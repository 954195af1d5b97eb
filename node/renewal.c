/* SPDX-License-Identifier: Apache-2.0 */
#include "node/renewal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/alarms.h"
#include "node/archive.h"
#include "node/authorities.h"
#include "node/identity.h"
#include "node/manifest.h"
#include "node/objects.h"
#include "node/peers.h"
#include "node/uplink.h"
#include "node/witness.h"
#include "proto/base/log.h"

#define COMPONENT "renewal"
#define SOON_MS (UINT64_C(30) * NODE_DAY_MS)

/* What was in use until this turn, and is again if that is taken back. */
struct node_identity {
    struct node_keeper *keeper; /* with the keys of the other one */
    struct ent_certificate certificate;
    struct ent_bytes wire;
};

/* The last part of a path, as reports name files. */
static const char *
name_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

/* ---- ours ---- */

static void
identity_free(struct node_identity **identity)
{
    if (*identity == NULL) {
        return;
    }
    node_keeper_close(&(*identity)->keeper);
    ent_bytes_free(&(*identity)->wire);
    free(*identity);
    *identity = NULL;
}

static enum ent_status
identity_load(struct node *node, struct node_identity **ret_identity,
    struct ent_error *err)
{
    ENT_AUTO(identity_free) struct node_identity *identity = NULL;
    struct ent_rollover authority;
    enum ent_status rc;

    node_authorities_own(node, &authority);
    identity = calloc(1, sizeof *identity);
    if (identity == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "reading our certificate");
    }
    rc = node_identity_keys(node->config, &identity->keeper, err);
    if (rc == ENT_OK) {
        rc = node_identity_certificate(node->config, identity->keeper,
            &authority, node->now_ms, &identity->certificate, &identity->wire,
            err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_identity = identity;
    identity = NULL;
    return ENT_OK;
}

/* Put it in use; again, and what was in use before is. */
static enum ent_status
exchange(
    struct node *node, struct node_identity *identity, struct ent_error *err)
{
    const struct ent_certificate certificate = node->certificate;
    const struct ent_bytes wire = node->certificate_wire;
    enum ent_status rc =
        node_keeper_exchange(node->keeper, identity->keeper, err);

    if (rc != ENT_OK) {
        return rc;
    }
    node->certificate = identity->certificate;
    node->certificate_wire = identity->wire;
    identity->certificate = certificate;
    identity->wire = wire;
    node_witness_forget(node);
    return ENT_OK;
}

/* Whoever is connected learns of it before the manifest that it verifies. */
static enum ent_status
announce(struct node *node, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct ent_object object = {.kind = NODE_KIND_CERTIFICATE,
        .wire = ent_bytes_view(&node->certificate_wire)};
    enum ent_status rc;

    memcpy(object.subject, node->self.text, sizeof node->self.text);
    rc = ent_object_encode(&object, &payload, err);
    if (rc == ENT_OK) {
        rc = node_effects_frame(&node->effects, NODE_VIA_ALL, true,
            ENT_FRAME_OBJECT, &payload, NULL, err);
    }
    return rc != ENT_OK ? rc : node_manifest_renew(node, err);
}

static enum ent_status
record(struct node *node, const struct node_identity *before,
    struct ent_error *err)
{
    struct ent_digest now =
        ent_digest_of(ent_bytes_view(&node->certificate_wire));
    struct ent_digest was = ent_digest_of(ent_bytes_view(&before->wire));

    return node_record(
        node, NODE_ENTRY_CERTIFICATE, &node->party, &now, &was, 0, err);
}

static enum ent_status
check_newer(const struct node *node, const struct ent_certificate *fresh,
    struct ent_error *err)
{
    return fresh->serial > node->certificate.serial
               ? ENT_OK
               : ent_fail(err, ENT_REJECTED,
                     "it is not newer than the one in use (serial %llu, and "
                     "%llu is in use)",
                     (unsigned long long)fresh->serial,
                     (unsigned long long)node->certificate.serial);
}

static enum ent_status
put_in_use(
    struct node *node, struct node_identity **identity, struct ent_error *err)
{
    struct node_identity *fresh = *identity;
    bool relinks = memcmp(fresh->certificate.link_key,
                       node->certificate.link_key, ENT_PUBLIC_KEY_LEN) != 0;
    enum ent_status rc = check_newer(node, &fresh->certificate, err);

    if (rc == ENT_OK) {
        rc = exchange(node, fresh, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    *identity = NULL; /* from here on it is the one before */
    if (node->before.identity == NULL) {
        node->before.identity = fresh;
    } else {
        identity_free(&fresh); /* twice in one turn */
        return ent_fail(err, ENT_FULL, "reload again");
    }
    node->before.relinks = relinks;
    rc = node_archive_own(node, err);
    if (rc == ENT_OK) {
        rc = record(node, fresh, err);
    }
    if (rc == ENT_OK) {
        rc = announce(node, err);
    }
    return rc == ENT_OK || rc == ENT_IO ? rc : ENT_FULL; /* take it back */
}

static enum ent_status
renew_own(
    struct node *node, struct node_rules_report *report, struct ent_error *err)
{
    ENT_AUTO(identity_free) struct node_identity *fresh = NULL;
    const char *file = name_of(node->config->certificate);
    enum ent_status rc = identity_load(node, &fresh, err);

    if (rc == ENT_OK && ent_view_equal(ent_bytes_view(&fresh->wire),
                            ent_bytes_view(&node->certificate_wire))) {
        node_rules_tell(report, file, NODE_RULE_UNCHANGED, "");
        return ENT_OK;
    }
    if (rc == ENT_OK) {
        rc = put_in_use(node, &fresh, err);
    }
    if (rc == ENT_OK) {
        node_rules_tell(report, file, NODE_RULE_RENEWED, "");
        ent_log(ENT_LOG_INFO, COMPONENT,
            "our certificate is renewed serial=%llu",
            (unsigned long long)node->certificate.serial);
        return ENT_OK;
    }
    if (rc == ENT_FULL || rc == ENT_NO_MEMORY ||
        node->before.identity != NULL) {
        return rc;
    }
    node_rules_tell(report, file, NODE_RULE_REFUSED, err->text);
    return node_alarm_raise(node, NODE_ALARM_KEY, node->self.text, err,
        "the certificate or the keys in place cannot be used, and the ones "
        "before go on: %s",
        err->text);
}

/* ---- the brokers' ---- */

static enum ent_status
renew_broker(struct node *node, size_t index, struct node_rules_report *report,
    struct ent_error *err)
{
    const struct node_broker *broker = &node->config->brokers[index];
    const char *file = name_of(broker->certificate);
    bool renewed = false;
    enum ent_status rc = node_uplink_renew_broker(node, index, &renewed, err);

    if (rc == ENT_IO || rc == ENT_FULL || rc == ENT_NO_MEMORY) {
        return rc;
    }
    if (rc == ENT_OK) {
        node_rules_tell(report, file,
            renewed ? NODE_RULE_RENEWED : NODE_RULE_UNCHANGED, "");
        return ENT_OK;
    }
    node_rules_tell(report, file, NODE_RULE_REFUSED, err->text);
    return node_alarm_raise(node, NODE_ALARM_CERTIFICATE, broker->address.text,
        err, "the broker's certificate in place cannot be used: %s", err->text);
}

enum ent_status
node_renewal_run(
    struct node *node, struct node_rules_report *report, struct ent_error *err)
{
    enum ent_status rc = renew_own(node, report, err);

    for (size_t i = 0; rc == ENT_OK && i < node->config->broker_count; i++) {
        rc = renew_broker(node, i, report, err);
    }
    return rc;
}

void
node_renewal_keep(struct node *node)
{
    if (node->before.identity != NULL) {
        node->greeting_due = true;
        node->relink_due |= node->before.relinks;
        identity_free(&node->before.identity);
    }
}

void
node_renewal_take_back(struct node *node)
{
    if (node->before.identity != NULL &&
        exchange(node, node->before.identity, NULL) == ENT_OK) {
        identity_free(&node->before.identity);
    }
}

/* ---- before it is too late ---- */

static void
warn(struct node *node, const char *whose,
    const struct ent_certificate *certificate)
{
    if (certificate->not_after > node->now_ms + SOON_MS) {
        return;
    }
    if (certificate->not_after <= node->now_ms) {
        ent_log(ENT_LOG_ERROR, COMPONENT, "%s certificate is over office=%s",
            whose, certificate->address.text);
        return;
    }
    ent_log(ENT_LOG_WARN, COMPONENT,
        "%s certificate is over in %llu days, renew it office=%s", whose,
        (unsigned long long)((certificate->not_after - node->now_ms) /
                             NODE_DAY_MS),
        certificate->address.text);
}

void
node_renewal_watch(struct node *node)
{
    const struct node_neighbour *neighbour;
    const struct node_peer *peer;

    if (node->now_ms < node->watched_at + NODE_DAY_MS &&
        node->now_ms >= node->watched_at) {
        return;
    }
    node->watched_at = node->now_ms;
    warn(node, "our", &node->certificate);
    for (size_t i = 0; (neighbour = node_uplink_at(node->uplink, i)) != NULL;
         i++) {
        if (neighbour->is_broker) {
            warn(node, "a broker's", &neighbour->certificate);
        }
    }
    for (size_t i = 0; (peer = node_peers_at(node->peers, i)) != NULL; i++) {
        if (peer->has_certificate) {
            warn(node, "a peer's", &peer->certificate);
        }
    }
}
