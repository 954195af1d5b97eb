/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/office.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/base/armour.h"
#include "proto/base/file.h"
#include "proto/base/time.h"
#include "proto/keyfile.h"
#include "proto/link.h"
#include "proto/schema/trust.pb-c.h"
#include "proto/secret.h"

#define ADDRESS "ncc@th"

static enum ent_status
path_in(const char *folder, const char *name, char ret_path[static PATH_MAX],
    struct ent_error *err)
{
    return snprintf(ret_path, PATH_MAX, "%s/%s", folder, name) < PATH_MAX
               ? ENT_OK
               : ent_fail(err, ENT_BAD_INPUT, "the folder's path is too long");
}

/* That of a former measurement, or a new one. */
static enum ent_status
make_key(const char *folder, const char *name, enum ent_key_role role,
    struct ent_secret **ret_secret, struct ent_error *err)
{
    char path[PATH_MAX];
    enum ent_status rc = path_in(folder, name, path, err);

    if (rc == ENT_OK && access(path, R_OK) == 0) {
        return ent_keyfile_read(path, role, NULL, ret_secret, err);
    }
    if (rc == ENT_OK) {
        rc = ent_secret_new(ret_secret, err);
    }
    return rc != ENT_OK ? rc
                        : ent_keyfile_write(path, role, *ret_secret, NULL, err);
}

static enum ent_status
write_certificate(const char *path, const struct ent_certificate *certificate,
    const struct ent_signer *authority, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    enum ent_status rc =
        ent_certificate_make(certificate, authority, &wire, err);

    if (rc == ENT_OK) {
        rc = ent_armour_encode(
            ENT_ARMOUR_CERTIFICATE, ent_bytes_view(&wire), &text, err);
    }
    (void)unlink(path);
    return rc != ENT_OK
               ? rc
               : ent_file_create(path, 0600, ent_bytes_view(&text), err);
}

static enum ent_status
certify(struct node_config *config, struct ent_secret *office,
    struct ent_secret *link, struct ent_secret *root, struct ent_error *err)
{
    struct ent_certificate certificate = {
        .address = config->address,
        .kind = ENTENTE__V1__OFFICE_KIND__NCC,
        .not_before = ent_time_now_ms() - NODE_DAY_MS,
        .not_after = ent_time_now_ms() + NODE_DAY_MS,
        .serial = 1,
    };
    struct ent_signer signer;
    struct ent_signer authority;
    enum ent_status rc =
        ent_secret_signer(office, ENT_KEY_OFFICE, &signer, err);

    if (rc == ENT_OK) {
        rc = ent_secret_signer(root, ENT_KEY_AUTHORITY, &authority, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    certificate.signing_key = signer.key;
    certificate.authority_key_id = authority.key_id;
    ent_link_public_key(link, certificate.link_key);
    (void)snprintf(config->authorities.list[0].state,
        sizeof config->authorities.list[0].state, "%s",
        ent_address_state(&config->address));
    config->authorities.list[0].key = authority.key;
    config->authorities.count = 1;
    return write_certificate(
        config->certificate, &certificate, &authority, err);
}

static enum ent_status
make_keys(struct node_config *config, const char *folder, struct ent_error *err)
{
    ENT_AUTO(ent_secret_free) struct ent_secret *root = NULL;
    ENT_AUTO(ent_secret_free) struct ent_secret *office = NULL;
    ENT_AUTO(ent_secret_free) struct ent_secret *link = NULL;
    ENT_AUTO(ent_secret_free) struct ent_secret *storage = NULL;
    enum ent_status rc = ent_secret_new(&root, err);

    if (rc == ENT_OK) {
        rc = make_key(folder, "office.key", ENT_KEY_OFFICE, &office, err);
    }
    if (rc == ENT_OK) {
        rc = make_key(folder, "link.key", ENT_KEY_LINK, &link, err);
    }
    if (rc == ENT_OK) {
        rc = make_key(folder, "storage.key", ENT_KEY_STORAGE, &storage, err);
    }
    return rc != ENT_OK ? rc : certify(config, office, link, root, err);
}

static enum ent_status
configure(struct node_config *config, const char *folder, uint64_t store_limit,
    struct ent_error *err)
{
    enum ent_status rc =
        ent_address_parse(ent_view_text(ADDRESS), &config->address, err);

    if (rc == ENT_OK) {
        rc = path_in(folder, "office.cert", config->certificate, err);
    }
    if (rc == ENT_OK) {
        rc = path_in(folder, "store", config->store, err);
    }
    if (rc == ENT_OK) {
        rc = path_in(folder, "api.sock", config->api, err);
    }
    (void)snprintf(config->keys, PATH_MAX, "%s", folder);
    (void)snprintf(config->agreements, PATH_MAX, "%s", folder);
    config->store_limit = store_limit;
    config->quota = (struct node_quota_limits){
        .bundles = 1000000, .flash_reserve = 10, .signatures = 2000};
    config->epoch_ms = NODE_DAY_MS;
    config->checkpoint_ms = NODE_DAY_MS;
    return rc;
}

enum ent_status
bench_office_open(struct bench_office *office, const char *folder, bool again,
    uint64_t store_limit, struct ent_error *err)
{
    enum ent_status rc;

    *office = (struct bench_office){.node = NULL};
    if (!again && mkdir(folder, 0700) != 0) {
        return ent_fail(err, ENT_IO, "%s: %s", folder, strerror(errno));
    }
    rc = configure(&office->config, folder, store_limit, err);
    if (rc == ENT_OK) {
        rc = make_keys(&office->config, folder, err);
    }
    if (rc == ENT_OK && !again) {
        rc = node_init(&office->config, err);
    }
    return rc != ENT_OK ? rc : node_open(&office->config, &office->node, err);
}

void
bench_office_close(struct bench_office *office)
{
    node_close(&office->node);
}
