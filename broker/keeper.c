/* SPDX-License-Identifier: Apache-2.0 */
#include "broker/keeper.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "proto/base/file.h"
#include "proto/keyfile.h"

#define MAC_CONTEXT "entente spool v1"

struct broker_keeper {
    struct ent_secret *broker;
    struct ent_secret *link;
    struct ent_secret *storage;
    struct ent_signer signer;
};

/* ---- the passphrase ---- */

/* The file of the passphrase, "" when there is none. */
static enum ent_status
passphrase_path(const struct broker_config *config, char *ret_path, size_t size,
    struct ent_error *err)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY"); /* systemd's */

    ret_path[0] = '\0';
    if (config->passphrase_file[0] != '\0') {
        (void)snprintf(ret_path, size, "%s", config->passphrase_file);
    } else if (folder != NULL &&
               snprintf(ret_path, size, "%s/passphrase", folder) >= (int)size) {
        return ent_fail(err, ENT_BAD_INPUT, "too long a path: %s", folder);
    }
    return ENT_OK;
}

static enum ent_status
check_private(const char *path, struct ent_error *err)
{
    struct stat info;

    if (stat(path, &info) == 0 && (info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return ent_fail(
            err, ENT_REJECTED, "%s: others than its owner may read it", path);
    }
    return ENT_OK;
}

/* An `ask` of struct ent_passphrase: the first line of the file. */
static enum ent_status
read_passphrase(void *context, const char *key_path, char *ret_text,
    size_t size, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    char path[PATH_MAX];
    size_t len = 0;
    enum ent_status rc;

    rc = passphrase_path(context, path, sizeof path, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (path[0] == '\0') {
        return ent_fail(err, ENT_NOT_FOUND,
            "%s needs a passphrase: name a passphrase_file", key_path);
    }
    rc = check_private(path, err);
    if (rc == ENT_OK) {
        rc = ent_file_read(path, ENT_PASSPHRASE_MAX + 1, &text, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    while (len < text.len && text.data[len] != '\n' && text.data[len] != '\0') {
        len++;
    }
    if (len == 0 || len >= size) {
        return ent_fail(err, ENT_BAD_INPUT, "%s holds no passphrase", path);
    }
    memcpy(ret_text, text.data, len);
    ret_text[len] = '\0';
    return ENT_OK;
}

/* ---- keys ---- */

enum ent_status
broker_keeper_open(const struct broker_config *config,
    struct broker_keeper **ret_keeper, struct ent_error *err)
{
    ENT_AUTO(broker_keeper_close) struct broker_keeper *keeper = NULL;
    const struct ent_passphrase passphrase = {
        .ask = read_passphrase,
        .context = (void *)config,
    };
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
broker_keeper_mac_key(
    struct broker_keeper *keeper, uint8_t ret_key[static ENT_KV_MAC_KEY_LEN])
{
    (void)crypto_generichash(ret_key, ENT_KV_MAC_KEY_LEN,
        (const uint8_t *)MAC_CONTEXT, sizeof MAC_CONTEXT - 1,
        ent_secret_reveal(keeper->storage), ENT_SECRET_LEN);
    ent_secret_conceal(keeper->storage);
}
