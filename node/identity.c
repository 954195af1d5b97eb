/* SPDX-License-Identifier: Apache-2.0 */
#include "node/identity.h"

#include <string.h>

#include "proto/base/armour.h"
#include "proto/base/file.h"
#include "proto/link.h"
#include "proto/passphrase.h"

#define CERTIFICATE_FILE_MAX 65536

static enum ent_status
read_certificate(const struct node_config *config,
    const struct ent_rollover *authority, struct ent_bytes *ret_wire,
    struct ent_certificate *ret_certificate, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    enum ent_status rc =
        ent_file_read(config->certificate, CERTIFICATE_FILE_MAX, &text, err);

    if (rc == ENT_OK) {
        rc = ent_armour_decode(
            ENT_ARMOUR_CERTIFICATE, ent_bytes_view(&text), ret_wire, err);
    }
    return rc != ENT_OK ? rc
                        : ent_authority_open_certificate(authority,
                              ent_bytes_view(ret_wire), ret_certificate, err);
}

static enum ent_status
check_keys(const struct node_config *config,
    const struct ent_certificate *certificate, struct node_keeper *keeper,
    struct ent_error *err)
{
    uint8_t link_key[ENT_PUBLIC_KEY_LEN];

    ent_link_public_key(node_keeper_link(keeper), link_key);
    if (!ent_address_equal(&certificate->address, &config->address) ||
        memcmp(&certificate->signing_key, &node_keeper_signer(keeper)->key,
            sizeof certificate->signing_key) != 0 ||
        memcmp(certificate->link_key, link_key, sizeof link_key) != 0) {
        return ent_fail(err, ENT_REJECTED,
            "certificate '%s' is not for %s with the keys in '%s'",
            config->certificate, config->address.text, config->keys);
    }
    return ENT_OK;
}

enum ent_status
node_identity_keys(const struct node_config *config,
    struct node_keeper **ret_keeper, struct ent_error *err)
{
    const char *state = ent_address_state(&config->address);
    const struct ent_passphrase_source source = {
        .file = config->passphrase_file, .token = config->passphrase_token};
    const struct ent_passphrase passphrase = ent_passphrase_from(&source);

    if (ent_authorities_find(&config->authorities, state) == NULL) {
        return ent_fail(err, ENT_BAD_INPUT,
            "'authorities' names no key for our own state '%s'", state);
    }
    return node_keeper_open(config->keys, &passphrase, ret_keeper, err);
}

enum ent_status
node_identity_certificate(const struct node_config *config,
    struct node_keeper *keeper, const struct ent_rollover *authority,
    uint64_t now_ms, struct ent_certificate *ret_certificate,
    struct ent_bytes *ret_wire, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_certificate certificate;
    enum ent_status rc =
        read_certificate(config, authority, &wire, &certificate, err);

    if (rc == ENT_OK) {
        rc = ent_certificate_check_time(&certificate, now_ms, err);
    }
    if (rc != ENT_OK) {
        ent_error_wrap(err, "our certificate '%s'", config->certificate);
        return rc;
    }
    rc = check_keys(config, &certificate, keeper, err);
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_certificate = certificate;
    *ret_wire = wire;
    wire = (struct ent_bytes){0};
    return ENT_OK;
}
