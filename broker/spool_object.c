/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <sodium.h>
#include <string.h>

#include "broker/spool_internal.h"
#include "proto/schema/link.pb-c.h"

#define OBJECT_CONTEXT "entente object v1"
#define CERTIFICATE ((uint32_t)ENTENTE__V1__OBJECT_KIND__OBJECT_CERTIFICATE)
#define NUMBER_LEN 8

static struct spool_key
object_key(uint32_t kind, const char *subject)
{
    struct spool_key key = {0};
    uint8_t name[ENT_PARTY_LEN];
    crypto_generichash_state hash;

    (void)crypto_generichash_init(&hash, NULL, 0, sizeof name);
    (void)crypto_generichash_update(
        &hash, (const uint8_t *)OBJECT_CONTEXT, sizeof OBJECT_CONTEXT - 1);
    (void)crypto_generichash_update(
        &hash, (const uint8_t *)subject, strlen(subject));
    (void)crypto_generichash_final(&hash, name, sizeof name);
    broker_row_key_add_number(&key, kind, 1);
    broker_row_key_add(&key, name, sizeof name);
    return key;
}

enum ent_status
broker_spool_get_object(struct broker_spool *spool, uint32_t kind,
    const char *subject, uint64_t *ret_number, struct ent_view *ret_wire,
    struct ent_error *err)
{
    const struct spool_key key = object_key(kind, subject);
    struct ent_view value;
    enum ent_status rc;

    rc = broker_row_get(spool, SPOOL_OBJECT, &key, &value, err);
    if (rc != ENT_OK) {
        return rc;
    }
    if (value.len <= NUMBER_LEN) {
        return broker_row_damaged("object", err);
    }
    *ret_number = ent_get_be(value.data, NUMBER_LEN);
    *ret_wire = ent_view_of(value.data + NUMBER_LEN, value.len - NUMBER_LEN);
    return ENT_OK;
}

static enum ent_status
put(struct broker_spool *spool, uint32_t kind, const char *subject,
    uint64_t number, struct ent_view wire, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes value = {0};
    const struct spool_key key = object_key(kind, subject);
    enum ent_status rc;

    rc = ent_bytes_alloc(NUMBER_LEN + wire.len, &value, err);
    if (rc != ENT_OK) {
        return rc;
    }
    ent_put_be(value.data, number, NUMBER_LEN);
    memcpy(value.data + NUMBER_LEN, wire.data, wire.len);
    return broker_row_put(
        spool, SPOOL_OBJECT, &key, ent_bytes_view(&value), err);
}

/* What was signed under a certificate that a newer one replaces may still be
 * on its way. */
static enum ent_status
keep_before(struct broker_spool *spool, const char *subject, uint64_t number,
    struct ent_error *err)
{
    struct ent_view wire;
    uint64_t known;
    enum ent_status rc = broker_spool_get_object(
        spool, CERTIFICATE, subject, &known, &wire, err);

    if (rc != ENT_OK || known >= number) {
        return rc == ENT_NOT_FOUND || rc == ENT_IO ? ENT_OK : rc;
    }
    return put(
        spool, CERTIFICATE + BROKER_OBJECT_BEFORE, subject, known, wire, err);
}

enum ent_status
broker_spool_put_object(struct broker_spool *spool, uint32_t kind,
    const char *subject, uint64_t number, struct ent_view wire,
    struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    assert(wire.len > 0);

    if (kind == CERTIFICATE) {
        rc = keep_before(spool, subject, number, err);
    }
    return rc != ENT_OK ? rc : put(spool, kind, subject, number, wire, err);
}
