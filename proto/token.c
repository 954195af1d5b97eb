/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/token_internal.h"

#include <assert.h>
#include <string.h>

static const struct ent_token_kind kinds[] = {
    [ENT_TOKEN_SIGNS] = {"an Ed25519 key", CKO_PRIVATE_KEY, CKK_EC_EDWARDS,
        CKM_EDDSA},
    [ENT_TOKEN_MACS] = {"a generic secret key", CKO_SECRET_KEY,
        CKK_GENERIC_SECRET, CKM_SHA256_HMAC},
};

const struct ent_token_kind *
ent_token_kind_of(enum ent_token_use use)
{
    return &kinds[use];
}

/* ---- which object ---- */

/* The name and the id of what is looked for, as a search wants them. */
static CK_ULONG
search_for(const struct ent_token *token, CK_OBJECT_CLASS *object_class,
    const char *object, CK_ATTRIBUTE ret_attributes[static 3])
{
    CK_ATTRIBUTE *label = p11_kit_uri_get_attribute(token->uri, CKA_LABEL);
    CK_ATTRIBUTE *id = p11_kit_uri_get_attribute(token->uri, CKA_ID);
    CK_ULONG count = 0;

    ret_attributes[count++] =
        (CK_ATTRIBUTE){CKA_CLASS, object_class, sizeof *object_class};
    if (object != NULL) {
        ret_attributes[count++] = (CK_ATTRIBUTE){
            CKA_LABEL, (void *)(uintptr_t)object, strlen(object)};
        return count;
    }
    if (label != NULL) {
        ret_attributes[count++] = *label;
    }
    if (id != NULL) {
        ret_attributes[count++] = *id;
    }
    return count;
}

enum ent_status
ent_token_count(struct ent_token *token, CK_OBJECT_CLASS object_class,
    const char *object, CK_ULONG *ret_count, CK_OBJECT_HANDLE *ret_first,
    struct ent_error *err)
{
    CK_ATTRIBUTE attributes[3];
    CK_OBJECT_HANDLE found[2] = {0};
    CK_ULONG count = 0;
    CK_RV answer = token->module->C_FindObjectsInit(token->session, attributes,
        search_for(token, &object_class, object, attributes));

    if (answer == CKR_OK) {
        answer = token->module->C_FindObjects(token->session, found, 2, &count);
        (void)token->module->C_FindObjectsFinal(token->session);
    }
    *ret_count = count;
    *ret_first = found[0];
    return ent_token_said(token, answer, "looking for a key", err);
}

static enum ent_status
check_kind(struct ent_token *token, const struct ent_token_kind *kind,
    struct ent_error *err)
{
    CK_KEY_TYPE type = 0;
    CK_BBOOL asks_each_time = CK_FALSE;
    CK_ATTRIBUTE is = {CKA_KEY_TYPE, &type, sizeof type};
    CK_ATTRIBUTE asks = {
        CKA_ALWAYS_AUTHENTICATE, &asks_each_time, sizeof asks_each_time};
    CK_RV answer =
        token->module->C_GetAttributeValue(token->session, token->key, &is, 1);

    if (answer != CKR_OK) {
        return ent_token_said(token, answer, "asking what the key is", err);
    }
    if (type != kind->type) {
        return ent_fail(err, ENT_BAD_INPUT,
            "the key in token '%s' is not %s (its PKCS#11 type is 0x%lx)",
            token->label, kind->name, type);
    }
    /* Many keys have no such attribute. */
    answer = token->module->C_GetAttributeValue(
        token->session, token->key, &asks, 1);
    if (answer == CKR_OK && asks_each_time != CK_FALSE) {
        return ent_fail(err, ENT_UNSUPPORTED,
            "the key in token '%s' wants the PIN for each signature: nobody "
            "could be asked so often",
            token->label);
    }
    return ENT_OK;
}

static enum ent_status
find_key(struct ent_token *token, const struct ent_token_kind *kind,
    struct ent_error *err)
{
    CK_ULONG count = 0;
    enum ent_status rc = ent_token_count(
        token, kind->object_class, NULL, &count, &token->key, err);

    if (rc != ENT_OK) {
        return rc;
    }
    if (count == 0) {
        return ent_fail(err, ENT_NOT_FOUND,
            "token '%s' holds no such key (%s of that name or id)",
            token->label, kind->name);
    }
    if (count > 1) {
        return ent_fail(err, ENT_BAD_INPUT,
            "token '%s' holds several keys that this could mean: name one by "
            "object= and id=",
            token->label);
    }
    return check_kind(token, kind, err);
}

enum ent_status
ent_token_open(const char *uri, enum ent_token_use use,
    const struct ent_pin *pin, struct ent_token **ret_token,
    struct ent_error *err)
{
    ENT_AUTO(ent_token_close) struct ent_token *token = NULL;
    enum ent_status rc = ent_token_enter(uri, 0, pin, &token, err);

    if (rc == ENT_OK) {
        rc = ent_token_can(token, kinds[use].mechanism, kinds[use].name, err);
    }
    if (rc == ENT_OK) {
        rc = find_key(token, &kinds[use], err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_token = token;
    token = NULL;
    return ENT_OK;
}

/* ---- what it does ---- */

static enum ent_status
compute(struct ent_token *token, CK_MECHANISM_TYPE type,
    struct ent_view message, uint8_t *ret_value, size_t value_len,
    struct ent_error *err)
{
    CK_MECHANISM mechanism = {type, NULL, 0};
    CK_ULONG len = value_len;
    CK_RV answer;

    if (token->gone) {
        return ent_fail(err, ENT_IO, "token '%s' failed before", token->label);
    }
    answer = token->module->C_SignInit(token->session, &mechanism, token->key);
    if (answer == CKR_OK) {
        answer = token->module->C_Sign(token->session,
            (CK_BYTE *)(uintptr_t)message.data, message.len, ret_value, &len);
    }
    if (answer == CKR_OK && len != value_len) {
        answer = CKR_GENERAL_ERROR;
    }
    if (answer != CKR_OK) {
        token->gone = true;
        memset(ret_value, 0, value_len);
        return ent_fail(err, ENT_IO,
            "token '%s' does not answer, so nothing is signed: %s. Put it "
            "back, and start again",
            token->label, p11_kit_strerror(answer));
    }
    return ENT_OK;
}

enum ent_status
ent_token_sign(struct ent_token *token, struct ent_view message,
    uint8_t ret_value[static ENT_SIGNATURE_LEN], struct ent_error *err)
{
    return compute(
        token, CKM_EDDSA, message, ret_value, ENT_SIGNATURE_LEN, err);
}

enum ent_status
ent_token_mac(struct ent_token *token, struct ent_view message,
    uint8_t ret_value[static ENT_TOKEN_MAC_LEN], struct ent_error *err)
{
    return compute(
        token, CKM_SHA256_HMAC, message, ret_value, ENT_TOKEN_MAC_LEN, err);
}
