/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/token_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAC_KEY_LEN 32
#define MAC_KEY_NAME "entente passphrase" /* one to a token */
#define NAME_MAX_LEN 127
#define POINT_MAX 80

static CK_BBOOL yes = CK_TRUE;
static CK_BBOOL no = CK_FALSE;

/* The curve as PKCS #11 v3.0 names it, in DER: PrintableString edwards25519. */
static CK_BYTE curve[] = "\x13\x0c"
                         "edwards25519";

/* CKA_EC_POINT: 32 bytes, in an OCTET STRING or bare. */
static enum ent_status
read_point(struct ent_token *token, CK_OBJECT_HANDLE public_key,
    struct ent_verify_key *ret_key, struct ent_error *err)
{
    CK_BYTE point[POINT_MAX];
    CK_ATTRIBUTE value = {CKA_EC_POINT, point, sizeof point};
    CK_RV answer = token->module->C_GetAttributeValue(
        token->session, public_key, &value, 1);
    size_t skip;

    if (answer != CKR_OK) {
        return ent_token_said(token, answer, "reading the public key", err);
    }
    skip = value.ulValueLen == ENT_PUBLIC_KEY_LEN + 2 ? 2 : 0;
    if (value.ulValueLen != skip + ENT_PUBLIC_KEY_LEN) {
        return ent_fail(err, ENT_UNSUPPORTED,
            "token '%s' made a public key of %lu bytes, not of Ed25519",
            token->label, value.ulValueLen);
    }
    memcpy(ret_key->bytes, point + skip, sizeof ret_key->bytes);
    return ENT_OK;
}

static enum ent_status
make_pair(struct ent_token *token, const char *object,
    struct ent_verify_key *ret_key, struct ent_error *err)
{
    CK_MECHANISM mechanism = {CKM_EC_EDWARDS_KEY_PAIR_GEN, NULL, 0};
    CK_ATTRIBUTE name = {CKA_LABEL, (void *)(uintptr_t)object, strlen(object)};
    CK_ATTRIBUTE id = {CKA_ID, name.pValue, name.ulValueLen};
    CK_ATTRIBUTE public_half[] = {
        {CKA_TOKEN, &yes, sizeof yes},
        {CKA_VERIFY, &yes, sizeof yes},
        {CKA_EC_PARAMS, curve, sizeof curve - 1},
        name,
        id,
    };
    CK_ATTRIBUTE private_half[] = {
        {CKA_TOKEN, &yes, sizeof yes},
        {CKA_PRIVATE, &yes, sizeof yes},
        {CKA_SENSITIVE, &yes, sizeof yes},
        {CKA_EXTRACTABLE, &no, sizeof no},
        {CKA_SIGN, &yes, sizeof yes},
        name,
        id,
    };
    CK_OBJECT_HANDLE handles[2];
    CK_RV answer = token->module->C_GenerateKeyPair(token->session, &mechanism,
        public_half, sizeof public_half / sizeof public_half[0], private_half,
        sizeof private_half / sizeof private_half[0], &handles[0], &handles[1]);

    return answer == CKR_OK
               ? read_point(token, handles[0], ret_key, err)
               : ent_token_said(token, answer, "making a key pair", err);
}

static enum ent_status
make_mac_key(struct ent_token *token, const char *object, struct ent_error *err)
{
    CK_MECHANISM mechanism = {CKM_GENERIC_SECRET_KEY_GEN, NULL, 0};
    CK_ULONG len = MAC_KEY_LEN;
    CK_ATTRIBUTE key[] = {
        {CKA_TOKEN, &yes, sizeof yes},
        {CKA_PRIVATE, &yes, sizeof yes},
        {CKA_SENSITIVE, &yes, sizeof yes},
        {CKA_EXTRACTABLE, &no, sizeof no},
        {CKA_SIGN, &yes, sizeof yes},
        {CKA_VALUE_LEN, &len, sizeof len},
        {CKA_LABEL, (void *)(uintptr_t)object, strlen(object)},
    };
    CK_OBJECT_HANDLE handle;
    CK_RV answer = token->module->C_GenerateKey(
        token->session, &mechanism, key, sizeof key / sizeof key[0], &handle);

    return ent_token_said(token, answer, "making a secret key", err);
}

/* What a new key is called: as the URI says, if it signs. */
static enum ent_status
choose_name(const struct ent_token *token, enum ent_token_use use,
    const char *name, char ret_name[static NAME_MAX_LEN + 1],
    struct ent_error *err)
{
    const CK_ATTRIBUTE *label =
        p11_kit_uri_get_attribute(token->uri, CKA_LABEL);
    int len;

    if (use == ENT_TOKEN_MACS) {
        len = snprintf(ret_name, NAME_MAX_LEN + 1, "%s", MAC_KEY_NAME);
    } else if (label != NULL) {
        len = snprintf(ret_name, NAME_MAX_LEN + 1, "%.*s",
            (int)label->ulValueLen, (const char *)label->pValue);
    } else {
        len = snprintf(ret_name, NAME_MAX_LEN + 1, "%s", name);
    }
    return len <= NAME_MAX_LEN
               ? ENT_OK
               : ent_fail(err, ENT_BAD_INPUT,
                     "a key's name has at most %d letters", NAME_MAX_LEN);
}

/* The token's URI with the object's name in it. */
static enum ent_status
name_object(struct ent_token *token, const char *object,
    char ret_uri[static ENT_TOKEN_URI_MAX + 1], struct ent_error *err)
{
    CK_ATTRIBUTE name = {CKA_LABEL, (void *)(uintptr_t)object, strlen(object)};
    char *text = NULL;
    size_t len;

    if (p11_kit_uri_set_attribute(token->uri, &name) != P11_KIT_URI_OK ||
        p11_kit_uri_format(token->uri, P11_KIT_URI_FOR_ANY, &text) !=
            P11_KIT_URI_OK) {
        return ent_fail(err, ENT_NO_MEMORY, "naming a key");
    }
    len = strlen(text);
    if (len <= ENT_TOKEN_URI_MAX) {
        memcpy(ret_uri, text, len + 1);
    }
    free(text);
    return len <= ENT_TOKEN_URI_MAX ? ENT_OK
                                    : ent_fail(err, ENT_BAD_INPUT,
                                          "the URI of the token is longer "
                                          "than %d letters",
                                          ENT_TOKEN_URI_MAX);
}

static enum ent_status
check_new(struct ent_token *token, const struct ent_token_kind *kind,
    const char *object, struct ent_error *err)
{
    CK_OBJECT_HANDLE first;
    CK_ULONG count = 0;
    enum ent_status rc =
        ent_token_count(token, kind->object_class, object, &count, &first, err);

    return rc != ENT_OK ? rc
           : count == 0
               ? ENT_OK
               : ent_fail(err, ENT_EXISTS, "token '%s' has a key '%s' already",
                     token->label, object);
}

enum ent_status
ent_token_make(const char *uri, enum ent_token_use use, const char *name,
    const struct ent_pin *pin, char ret_uri[static ENT_TOKEN_URI_MAX + 1],
    struct ent_verify_key *ret_key, struct ent_error *err)
{
    ENT_AUTO(ent_token_close) struct ent_token *token = NULL;
    const struct ent_token_kind *kind = ent_token_kind_of(use);
    char object[NAME_MAX_LEN + 1];
    enum ent_status rc = ent_token_enter(uri, CKF_RW_SESSION, pin, &token, err);

    if (rc == ENT_OK) {
        rc = ent_token_can(token, kind->mechanism, kind->name, err);
    }
    if (rc == ENT_OK) {
        rc = choose_name(token, use, name, object, err);
    }
    if (rc == ENT_OK) {
        rc = name_object(token, object, ret_uri, err);
    }
    if (rc == ENT_OK) {
        rc = check_new(token, kind, object, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    return use == ENT_TOKEN_SIGNS ? make_pair(token, object, ret_key, err)
                                  : make_mac_key(token, object, err);
}
