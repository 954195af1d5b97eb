/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/keeper.h"

#include <sodium.h>
#include <stdlib.h>

#include "proto/passphrase.h"

#define MAC_CONTEXT "entente spool v1"

struct broker_keeper {
    struct ent_secret *broker;
    struct ent_secret *link;
    struct ent_secret *storage;
    struct ent_signer signer;
};

enum ent_status
broker_keeper_open(const struct broker_config *config,
    struct broker_keeper **ret_keeper, struct ent_error *err)
{
    ENT_AUTO(broker_keeper_close) struct broker_keeper *keeper = NULL;
    const struct ent_passphrase_source source = {
        .file = config->passphrase_file, .token = config->passphrase_token};
    const struct ent_passphrase passphrase = ent_passphrase_from(&source);
    enum ent_status rc;

    keeper = calloc(1, sizeof *keeper);
    if (keeper == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating the keeper");
    }
    rc = ent_keyfile_read(
        config->broker_key, ENT_KEY_BROKER, &passphrase, &keeper->broker, err);
    if (rc == ENT_OK) {
        rc = ent_keyfile_read(
            config->link_key, ENT_KEY_LINK, &passphrase, &keeper->link, err);
    }
    if (rc == ENT_OK) {
        rc = ent_keyfile_read(config->storage_key, ENT_KEY_STORAGE, &passphrase,
            &keeper->storage, err);
    }
    if (rc == ENT_OK) {
        rc = ent_secret_signer(
            keeper->broker, ENT_KEY_BROKER, &keeper->signer, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_keeper = keeper;
    keeper = NULL;
    return ENT_OK;
}

void
broker_keeper_close(struct broker_keeper **keeper)
{
    if (*keeper == NULL) {
        return;
    }
    ent_secret_free(&(*keeper)->broker);
    ent_secret_free(&(*keeper)->link);
    ent_secret_free(&(*keeper)->storage);
    free(*keeper);
    *keeper = NULL;
}

static bool
is_same(struct ent_secret *a, struct ent_secret *b)
{
    bool same = sodium_memcmp(ent_secret_reveal(a), ent_secret_reveal(b),
                    ENT_SECRET_LEN) == 0;

    ent_secret_conceal(a);
    ent_secret_conceal(b);
    return same;
}

enum ent_status
broker_keeper_exchange(struct broker_keeper *keeper,
    struct broker_keeper *other, struct ent_error *err)
{
    const struct ent_signer signer = keeper->signer;
    struct ent_secret *broker = keeper->broker;

    if (!is_same(keeper->link, other->link) ||
        !is_same(keeper->storage, other->storage)) {
        return ent_fail(err, ENT_REJECTED,
            "the link or storage key is another one: start the broker anew");
    }
    keeper->broker = other->broker;
    keeper->signer = other->signer;
    other->broker = broker;
    other->signer = signer;
    return ENT_OK;
}

const struct ent_signer *
broker_keeper_signer(const struct broker_keeper *keeper)
{
    return &keeper->signer;
}

struct ent_secret *
broker_keeper_link(struct broker_keeper *keeper)
{
    return keeper->link;
}

void
broker_keeper_store_key(
    struct broker_keeper *keeper, uint8_t ret_key[static ENT_KV_STORE_KEY_LEN])
{
    (void)crypto_generichash(ret_key, ENT_KV_STORE_KEY_LEN,
        (const uint8_t *)MAC_CONTEXT, sizeof MAC_CONTEXT - 1,
        ent_secret_reveal(keeper->storage), ENT_SECRET_LEN);
    ent_secret_conceal(keeper->storage);
}
