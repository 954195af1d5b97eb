/* SPDX-License-Identifier: Apache-2.0 */
/*
 * faulty_token - a PKCS#11 module before another one ($FAULTY_TOKEN_MODULE),
 * whose token fails when it is told to. Told by files in the folder
 * $FAULTY_TOKEN:
 *
 *   removed   nothing is signed, as by a token that was taken out
 *   last_try  the token says that one more wrong PIN locks it
 *   locked    the token says that it is locked
 *
 * and it tells by `logins`, a file with a letter for each PIN that was
 * presented.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <p11-kit/pkcs11.h>

#define PATH_LEN 512

static CK_FUNCTION_LIST *real;
static CK_FUNCTION_LIST ours;

static void
name(const char *file, char ret_path[static PATH_LEN])
{
    const char *folder = getenv("FAULTY_TOKEN");

    (void)snprintf(
        ret_path, PATH_LEN, "%s/%s", folder == NULL ? "." : folder, file);
}

static bool
is_told(const char *file)
{
    char path[PATH_LEN];

    name(file, path);
    return access(path, F_OK) == 0;
}

static CK_RV
get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
    CK_RV answer = real->C_GetTokenInfo(slot, info);

    if (answer == CKR_OK) {
        info->flags |= is_told("last_try") ? CKF_USER_PIN_FINAL_TRY : 0;
        info->flags |= is_told("locked") ? CKF_USER_PIN_LOCKED : 0;
    }
    return answer;
}

static CK_RV
login(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_BYTE *pin, CK_ULONG len)
{
    char path[PATH_LEN];
    int file;

    name("logins", path);
    file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (file < 0 || write(file, "x", 1) != 1) {
        abort();
    }
    (void)close(file);
    return real->C_Login(session, user, pin, len);
}

static CK_RV
sign_init(
    CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key)
{
    return is_told("removed") ? CKR_DEVICE_REMOVED
                              : real->C_SignInit(session, mechanism, key);
}

CK_RV
C_GetFunctionList(CK_FUNCTION_LIST **ret_list)
{
    CK_RV (*get)(CK_FUNCTION_LIST **) = NULL;
    const char *path = getenv("FAULTY_TOKEN_MODULE");
    void *module = path == NULL ? NULL : dlopen(path, RTLD_NOW | RTLD_LOCAL);

    if (module != NULL) {
        *(void **)&get = dlsym(module, "C_GetFunctionList");
    }
    if (get == NULL || get(&real) != CKR_OK) {
        return CKR_GENERAL_ERROR;
    }
    ours = *real;
    ours.C_GetFunctionList = C_GetFunctionList;
    ours.C_GetTokenInfo = get_token_info;
    ours.C_Login = login;
    ours.C_SignInit = sign_init;
    *ret_list = &ours;
    return CKR_OK;
}
