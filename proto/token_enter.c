/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/token_internal.h"

#include <assert.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS_MAX 64
#define SEEN_MAX 160 /* letters of the tokens that are there */

enum ent_status
ent_token_said(struct ent_token *token, CK_RV answer, const char *what,
    struct ent_error *err)
{
    return answer == CKR_OK ? ENT_OK
                            : ent_fail(err, ENT_IO, "token '%s', %s: %s",
                                  token->label, what, p11_kit_strerror(answer));
}

/* ---- the URI ---- */

static enum ent_status
read_uri(const char *text, P11KitUri **ret_uri, struct ent_error *err)
{
    P11KitUri *uri = p11_kit_uri_new();
    int answer;

    if (uri == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "reading a URI");
    }
    answer = p11_kit_uri_parse(text, P11_KIT_URI_FOR_ANY, uri);
    if (answer != P11_KIT_URI_OK || p11_kit_uri_any_unrecognized(uri)) {
        p11_kit_uri_free(uri);
        return ent_fail(err, ENT_BAD_INPUT,
            "'%s' is no PKCS#11 URI: pkcs11:token=NAME;object=NAME, and then "
            "perhaps ?module-path=FILE&pin-source=file:FILE (%s)",
            text,
            answer == P11_KIT_URI_OK ? "an attribute is unknown"
                                     : p11_kit_uri_message(answer));
    }
    if (p11_kit_uri_get_pin_value(uri) != NULL) {
        p11_kit_uri_free(uri);
        return ent_fail(err, ENT_BAD_INPUT,
            "a PIN does not stand in a URI (pin-value): write it into a file "
            "that nobody else may read, and name that as pin-source=file:FILE");
    }
    *ret_uri = uri;
    return ENT_OK;
}

/* ---- modules ---- */

static enum ent_status
load_own(struct ent_token *token, const char *path, struct ent_error *err)
{
    CK_RV answer;

    token->own = p11_kit_module_load(path, P11_KIT_MODULE_CRITICAL);
    if (token->own == NULL) {
        return ent_fail(err, ENT_NOT_FOUND,
            "the PKCS#11 module '%s' cannot be loaded: %s", path,
            p11_kit_message());
    }
    answer = p11_kit_module_initialize(token->own);
    if (answer != CKR_OK) {
        p11_kit_module_release(token->own);
        token->own = NULL;
        return ent_fail(err, ENT_NOT_FOUND,
            "the PKCS#11 module '%s' does not start: %s", path,
            p11_kit_strerror(answer));
    }
    return ENT_OK;
}

static enum ent_status
load(struct ent_token *token, struct ent_error *err)
{
    const char *path = p11_kit_uri_get_module_path(token->uri);

    if (path != NULL) {
        return load_own(token, path, err);
    }
    token->modules = p11_kit_modules_load_and_initialize(0);
    if (token->modules == NULL || token->modules[0] == NULL) {
        return ent_fail(err, ENT_NOT_FOUND,
            "p11-kit knows no PKCS#11 module on this machine: name one in the "
            "URI, ?module-path=FILE");
    }
    return ENT_OK;
}

/* ---- which token ---- */

static void
add_seen(char *seen, const char *label)
{
    size_t len = strlen(seen);

    (void)snprintf(seen + len, SEEN_MAX - len, "%s'%s'",
        len == 0 ? "; there is " : ", ", label);
}

/* As people read it: without the spaces that fill it up. */
static void
read_label(
    const CK_TOKEN_INFO *info, char ret_label[static ENT_TOKEN_LABEL_LEN + 1])
{
    size_t len = ENT_TOKEN_LABEL_LEN;

    while (len > 0 && info->label[len - 1] == ' ') {
        len--;
    }
    memcpy(ret_label, info->label, len);
    ret_label[len] = '\0';
}

/* Is it the token of this slot? */
static bool
is_meant(const struct ent_token *token, CK_FUNCTION_LIST *module,
    CK_SLOT_ID slot, CK_TOKEN_INFO *ret_info, char *seen)
{
    CK_SLOT_ID wanted = p11_kit_uri_get_slot_id(token->uri);
    char label[ENT_TOKEN_LABEL_LEN + 1];

    if (module->C_GetTokenInfo(slot, ret_info) != CKR_OK ||
        (ret_info->flags & CKF_TOKEN_INITIALIZED) == 0) {
        return false;
    }
    read_label(ret_info, label);
    add_seen(seen, label);
    return (wanted == (CK_SLOT_ID)-1 || wanted == slot) &&
           p11_kit_uri_match_token_info(token->uri, ret_info) == 1;
}

/* How many of a module's tokens are meant; the last of them is put down. */
static size_t
look_into(struct ent_token *token, CK_FUNCTION_LIST *module, char *seen)
{
    CK_SLOT_ID slots[SLOTS_MAX];
    CK_ULONG count = SLOTS_MAX;
    CK_TOKEN_INFO info;
    size_t meant = 0;

    if (module->C_GetSlotList(CK_TRUE, slots, &count) != CKR_OK) {
        return 0;
    }
    for (CK_ULONG i = 0; i < count; i++) {
        if (is_meant(token, module, slots[i], &info, seen)) {
            token->module = module;
            token->slot = slots[i];
            token->info = info;
            read_label(&info, token->label);
            meant++;
        }
    }
    return meant;
}

static enum ent_status
find_token(struct ent_token *token, struct ent_error *err)
{
    char seen[SEEN_MAX] = "";
    size_t meant = 0;

    if (token->own != NULL) {
        meant = look_into(token, token->own, seen);
    }
    for (size_t i = 0; token->modules != NULL && token->modules[i] != NULL;
         i++) {
        meant += look_into(token, token->modules[i], seen);
    }
    if (meant == 0) {
        return ent_fail(err, ENT_NOT_FOUND,
            "the token is not there: is it plugged in, and is the module the "
            "right one?%s",
            seen);
    }
    if (meant > 1) {
        return ent_fail(err, ENT_BAD_INPUT,
            "several tokens could be meant: name one by token= or serial=%s",
            seen);
    }
    return ENT_OK;
}

/* ---- logging in ---- */

/* A token that is near to locking itself is left to people. */
static enum ent_status
check_tries(const struct ent_token *token, struct ent_error *err)
{
    if ((token->info.flags & CKF_USER_PIN_INITIALIZED) == 0) {
        return ent_fail(
            err, ENT_REJECTED, "token '%s' has no PIN yet", token->label);
    }
    if ((token->info.flags & CKF_USER_PIN_LOCKED) != 0) {
        return ent_fail(err, ENT_REJECTED,
            "token '%s' is locked after too many wrong PINs", token->label);
    }
    if ((token->info.flags & CKF_USER_PIN_FINAL_TRY) != 0) {
        return ent_fail(err, ENT_REJECTED,
            "token '%s' has one try left for its PIN, which is not taken: log "
            "in to it once by hand, with a PIN that is surely right",
            token->label);
    }
    return ENT_OK;
}

static enum ent_status
judge_login(const struct ent_token *token, CK_RV answer, struct ent_error *err)
{
    switch (answer) {
    case CKR_OK:
    case CKR_USER_ALREADY_LOGGED_IN: /* by another key of this process */
        return ENT_OK;
    case CKR_PIN_INCORRECT:
    case CKR_PIN_INVALID:
    case CKR_PIN_LEN_RANGE:
        return ent_fail(err, ENT_REJECTED,
            "the PIN of token '%s' is wrong. It is not tried again: after a "
            "few wrong ones a token locks itself",
            token->label);
    case CKR_PIN_LOCKED:
        return ent_fail(err, ENT_REJECTED,
            "token '%s' is locked after too many wrong PINs", token->label);
    default:
        return ent_fail(err, ENT_IO, "logging in to token '%s': %s",
            token->label, p11_kit_strerror(answer));
    }
}

static enum ent_status
log_in(
    struct ent_token *token, const struct ent_pin *pin, struct ent_error *err)
{
    const char *source = p11_kit_uri_get_pin_source(token->uri);
    char text[ENT_TOKEN_PIN_MAX + 1] = "";
    enum ent_status rc = check_tries(token, err);
    CK_RV answer;

    if (rc != ENT_OK) {
        return rc;
    }
    if ((token->info.flags & CKF_PROTECTED_AUTHENTICATION_PATH) != 0) {
        /* it has a keypad of its own */
        answer = token->module->C_Login(token->session, CKU_USER, NULL, 0);
        return judge_login(token, answer, err);
    }
    if (pin == NULL || pin->ask == NULL) {
        return ent_fail(err, ENT_NOT_FOUND,
            "token '%s' needs a PIN, and there is nobody to ask", token->label);
    }
    rc = pin->ask(pin->context, token->label, source == NULL ? "" : source,
        text, sizeof text, err);
    if (rc == ENT_OK) {
        answer = token->module->C_Login(
            token->session, CKU_USER, (CK_BYTE *)text, strlen(text));
        rc = judge_login(token, answer, err);
    }
    sodium_memzero(text, sizeof text);
    return rc;
}

static enum ent_status
open_session(struct ent_token *token, CK_FLAGS flags, struct ent_error *err)
{
    CK_RV answer = token->module->C_OpenSession(
        token->slot, CKF_SERIAL_SESSION | flags, NULL, NULL, &token->session);

    return ent_token_said(token, answer, "opening it", err);
}

enum ent_status
ent_token_enter(const char *uri, CK_FLAGS flags, const struct ent_pin *pin,
    struct ent_token **ret_token, struct ent_error *err)
{
    ENT_AUTO(ent_token_close) struct ent_token *token = NULL;
    enum ent_status rc;

    token = calloc(1, sizeof *token);
    if (token == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "opening a token");
    }
    rc = read_uri(uri, &token->uri, err);
    if (rc == ENT_OK) {
        rc = load(token, err);
    }
    if (rc == ENT_OK) {
        rc = find_token(token, err);
    }
    if (rc == ENT_OK) {
        rc = open_session(token, flags, err);
    }
    if (rc == ENT_OK) {
        rc = log_in(token, pin, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    *ret_token = token;
    token = NULL;
    return ENT_OK;
}

void
ent_token_close(struct ent_token **token)
{
    struct ent_token *open = *token;

    if (open == NULL) {
        return;
    }
    if (open->session != 0) {
        (void)open->module->C_CloseSession(open->session);
    }
    if (open->own != NULL) {
        (void)p11_kit_module_finalize(open->own);
        p11_kit_module_release(open->own);
    }
    if (open->modules != NULL) {
        p11_kit_modules_finalize_and_release(open->modules);
    }
    p11_kit_uri_free(open->uri);
    free(open);
    *token = NULL;
}

enum ent_status
ent_token_can(const struct ent_token *token, CK_MECHANISM_TYPE mechanism,
    const char *what, struct ent_error *err)
{
    CK_MECHANISM_INFO info;
    CK_RV answer =
        token->module->C_GetMechanismInfo(token->slot, mechanism, &info);

    return answer == CKR_OK
               ? ENT_OK
               : ent_fail(err, ENT_UNSUPPORTED,
                     "token '%s' can do nothing with %s (mechanism 0x%lx)",
                     token->label, what, mechanism);
}
