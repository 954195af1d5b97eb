/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/own.h"

#include <string.h>

#include "proto/base/armour.h"
#include "proto/base/file.h"
#include "proto/link.h"

#define CERTIFICATE_FILE_MAX ((size_t)64 * 1024)

enum ent_status
broker_own_read(
    const char *path, struct ent_bytes *ret_wire, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    enum ent_status rc = ent_file_read(path, CERTIFICATE_FILE_MAX, &text, err);

    return rc != ENT_OK ? rc
                        : ent_armour_decode(ENT_ARMOUR_CERTIFICATE,
                              ent_bytes_view(&text), ret_wire, err);
}

static enum ent_status
check(const struct broker_config *config, struct broker_keeper *keeper,
    const struct ent_certificate *own, struct ent_error *err)
{
    const struct ent_signer *signer = broker_keeper_signer(keeper);
    uint8_t link_key[ENT_PUBLIC_KEY_LEN];

    ent_link_public_key(broker_keeper_link(keeper), link_key);
    if (!ent_address_equal(&own->address, &config->address) ||
        ent_certificate_role(own) != ENT_KEY_BROKER) {
        return ent_fail(err, ENT_REJECTED, "it is not that of the broker %s",
            config->address.text);
    }
    if (memcmp(own->signing_key.bytes, signer->key.bytes,
            sizeof signer->key.bytes) != 0 ||
        memcmp(own->link_key, link_key, sizeof link_key) != 0) {
        return ent_fail(err, ENT_REJECTED, "it certifies other keys");
    }
    return ENT_OK;
}

enum ent_status
broker_own_load(const struct broker_config *config,
    const struct broker_registry *registry, struct broker_keeper *keeper,
    struct ent_bytes *ret_wire, struct ent_certificate *ret_own,
    struct ent_error *err)
{
    const char *state = ent_address_state(&config->address);
    const struct ent_rollover *authority =
        broker_registry_authority(registry, state);
    enum ent_status rc;

    if (authority == NULL) {
        return ent_fail(err, ENT_BAD_INPUT,
            "'authorities' names no key for '%s', the broker's own state",
            state);
    }
    rc = broker_own_read(config->certificate, ret_wire, err);
    if (rc == ENT_OK) {
        rc = ent_authority_open_certificate(
            authority, ent_bytes_view(ret_wire), ret_own, err);
    }
    if (rc == ENT_OK) {
        rc = check(config, keeper, ret_own, err);
    }
    if (rc != ENT_OK) {
        ent_error_wrap(err, "%s", config->certificate);
    }
    return rc;
}
