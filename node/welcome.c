/* SPDX-License-Identifier: Apache-2.0 */
#include "node/welcome.h"

#include <string.h>

#include "node/clock.h"
#include "node/revocations.h"
#include "proto/base/armour.h"
#include "proto/base/file.h"
#include "proto/base/log.h"
#include "proto/schema/link.pb-c.h"

#define COMPONENT "uplink"
#define CERTIFICATE_FILE_MAX 65536

static bool
names(const struct ent_agreement *agreement, const struct ent_address *office)
{
    const struct ent_address *named;
    size_t i = 0;

    while ((named = ent_agreement_office(agreement, i++)) != NULL) {
        if (ent_address_equal(named, office)) {
            return true;
        }
    }
    return false;
}

static bool
is_agreed(const struct node *node, const struct ent_address *office)
{
    const struct ent_agreement *agreement;
    size_t i = 0;

    while (
        (agreement = node_agreements_at(node->agreements, i++, NULL)) != NULL) {
        if (ent_agreement_in_force(agreement, node_clock_latest_ms(node)) &&
            names(agreement, office)) {
            return true;
        }
    }
    return false;
}

bool
node_welcome_is_named(const struct node *node, const struct ent_address *office)
{
    const struct ent_agreement *agreement;
    size_t i = 0;

    while (
        (agreement = node_agreements_at(node->agreements, i++, NULL)) != NULL) {
        if (!ent_address_equal(office, &node->self) &&
            names(agreement, office)) {
            return true;
        }
    }
    return false;
}

bool
node_welcome(struct node *node, const struct node_peer *peer)
{
    return peer->has_certificate &&
           ent_certificate_role(&peer->certificate) == ENT_KEY_OFFICE &&
           ent_certificate_check_time(&peer->certificate,
               node_clock_latest_ms(node), NULL) == ENT_OK &&
           !node_revocations_has(node, &peer->certificate) &&
           is_agreed(node, &peer->address);
}

struct node_peer *
node_welcome_key(
    struct node *node, const uint8_t link_key[static ENT_PUBLIC_KEY_LEN])
{
    struct node_peer *peer;

    for (size_t i = 0; (peer = node_peers_at(node->peers, i)) != NULL; i++) {
        if (peer->has_certificate &&
            memcmp(peer->certificate.link_key, link_key, ENT_PUBLIC_KEY_LEN) ==
                0 &&
            node_welcome(node, peer)) {
            return peer;
        }
    }
    return NULL;
}

/* The certificate in a file of the configuration, if it is newer than what we
 * know. */
static enum ent_status
learn_file(
    struct node *node, const struct node_direct *direct, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_object object = {
        .kind = ENTENTE__V1__OBJECT_KIND__OBJECT_CERTIFICATE};
    enum ent_status rc =
        ent_file_read(direct->certificate, CERTIFICATE_FILE_MAX, &text, err);

    if (rc == ENT_OK) {
        rc = ent_armour_decode(
            ENT_ARMOUR_CERTIFICATE, ent_bytes_view(&text), &wire, err);
    }
    if (rc != ENT_OK) {
        return rc == ENT_NO_MEMORY ? rc : ENT_BAD_INPUT;
    }
    memcpy(object.subject, direct->address.text, sizeof direct->address.text);
    object.wire = ent_bytes_view(&wire);
    return node_peers_learn(node, &object, err);
}

enum ent_status
node_welcome_prepare(struct node *node, struct ent_error *err)
{
    const struct node_config *config = node->config;
    enum ent_status rc = node_peers_load(node, err);

    for (size_t i = 0; i < config->direct_count && rc == ENT_OK; i++) {
        const struct node_direct *direct = &config->directs[i];

        rc = learn_file(node, direct, err);
        if (rc == ENT_BAD_INPUT || rc == ENT_REJECTED || rc == ENT_NOT_FOUND) {
            ent_log(ENT_LOG_ERROR, COMPONENT,
                "the certificate of a direct peer is of no use, so it is left "
                "out peer=%s file=%s: %s",
                direct->address.text, direct->certificate, err->text);
            rc = ENT_OK;
        }
    }
    return rc;
}
