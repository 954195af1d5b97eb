/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token_internal - a token while it is open, shared by using and making keys.
 */
#ifndef ENT_PROTO_TOKEN_INTERNAL_H
#define ENT_PROTO_TOKEN_INTERNAL_H

#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>

#include "proto/token.h"

#define ENT_TOKEN_LABEL_LEN 32 /* of CK_TOKEN_INFO, padded with spaces */

struct ent_token {
    P11KitUri *uri;
    CK_FUNCTION_LIST **modules; /* all that p11-kit knows; or NULL, and */
    CK_FUNCTION_LIST *own;      /* the one that the URI names */
    CK_FUNCTION_LIST *module;   /* of those, the one with the token */
    CK_SLOT_ID slot;
    CK_TOKEN_INFO info;
    char label[ENT_TOKEN_LABEL_LEN + 1];
    CK_SESSION_HANDLE session; /* 0: none yet */
    CK_OBJECT_HANDLE key;
    bool gone; /* it failed once */
};

/* What a use means in PKCS#11. */
struct ent_token_kind {
    const char *name; /* for people */
    CK_OBJECT_CLASS object_class;
    CK_KEY_TYPE type;
    CK_MECHANISM_TYPE mechanism; /* it signs with */
};

const struct ent_token_kind *ent_token_kind_of(enum ent_token_use use);

/* Load the modules, find the token, log in. `flags` besides CKF_SERIAL_SESSION.
 */
enum ent_status ent_token_enter(const char *uri, CK_FLAGS flags,
    const struct ent_pin *pin, struct ent_token **ret_token,
    struct ent_error *err) ENT_MUST_CHECK;

/* ENT_UNSUPPORTED unless the token can do this. */
enum ent_status ent_token_can(const struct ent_token *token,
    CK_MECHANISM_TYPE mechanism, const char *what,
    struct ent_error *err) ENT_MUST_CHECK;

/* How many objects of this class have the name and the id of the URI, or
 * `object` for a name (NULL: the URI's); the first of them. */
enum ent_status ent_token_count(struct ent_token *token,
    CK_OBJECT_CLASS object_class, const char *object, CK_ULONG *ret_count,
    CK_OBJECT_HANDLE *ret_first, struct ent_error *err) ENT_MUST_CHECK;

/* The token did what it was asked to (`what`), or a sentence about it. */
enum ent_status ent_token_said(struct ent_token *token, CK_RV answer,
    const char *what, struct ent_error *err) ENT_MUST_CHECK;

#endif
