/* SPDX-License-Identifier: Apache-2.0 */
/* Keys in a token made of files (SoftHSM); without it there is nothing to try.
 */
#include "tests/support.h"

#include <ftw.h>
#include <p11-kit/p11-kit.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/keyfile.h"
#include "proto/keyplace.h"
#include "proto/passphrase.h"
#include "proto/token.h"

#define MODULE "/usr/lib/softhsm/libsofthsm2.so"
#define PIN "2468-13579"
#define URI "pkcs11:token=maesai?module-path=" MODULE

/* For LeakSanitizer: what SoftHSM's libcrypto keeps is not ours. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
    return "leak:libcrypto\nleak:libsofthsm2\n";
}

/* ---- the token ---- */

static CK_FUNCTION_LIST *module;
static int asked; /* how often somebody wanted the PIN */
static const char *known_pin;

static enum ent_status
say_pin(void *context, const char *token, const char *source, char *ret_pin,
    size_t size, struct ent_error *err)
{
    (void)context;
    (void)err;
    assert_string_equal(source, "");
    assert_non_null(token);
    asked++;
    (void)snprintf(ret_pin, size, "%s", known_pin);
    return ENT_OK;
}

static const struct ent_pin pin = {.ask = say_pin};

/* To be asked how many there are makes SoftHSM add one. */
static CK_SLOT_ID
free_slot(void)
{
    CK_SLOT_ID slots[16];
    CK_ULONG count = 16;

    assert_int_equal(module->C_GetSlotList(CK_TRUE, NULL, &count), CKR_OK);
    assert_true(count <= 16);
    assert_int_equal(module->C_GetSlotList(CK_TRUE, slots, &count), CKR_OK);
    return slots[count - 1];
}

/* As an officer would with softhsm2-util. */
static void
make_token(const char *name)
{
    CK_BYTE so_pin[] = "12345678";
    CK_BYTE label[32];
    CK_SLOT_ID slot = free_slot();
    CK_SESSION_HANDLE session;

    memset(label, ' ', sizeof label);
    memcpy(label, name, strlen(name));
    assert_int_equal(module->C_InitToken(slot, so_pin, 8, label), CKR_OK);
    assert_int_equal(
        module->C_OpenSession(
            slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session),
        CKR_OK);
    assert_int_equal(module->C_Login(session, CKU_SO, so_pin, 8), CKR_OK);
    assert_int_equal(
        module->C_InitPIN(session, (CK_BYTE *)PIN, strlen(PIN)), CKR_OK);
    assert_int_equal(module->C_CloseSession(session), CKR_OK);
}

static int
setup(void **state)
{
    char path[300];
    FILE *file;

    if (access(MODULE, R_OK) != 0) {
        *state = NULL;
        return 0;
    }
    make_folder(state);
    (void)snprintf(path, sizeof path, "%s/tokens", (char *)*state);
    assert_int_equal(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/softhsm2.conf", (char *)*state);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fprintf(file,
                    "directories.tokendir = %s/tokens\n"
                    "objectstore.backend = file\nlog.level = ERROR\n",
                    (char *)*state) > 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(setenv("SOFTHSM2_CONF", path, 1), 0);
    module = p11_kit_module_load(MODULE, 0);
    assert_non_null(module);
    assert_int_equal(p11_kit_module_initialize(module), CKR_OK);
    make_token("maesai");
    known_pin = PIN;
    asked = 0;
    return 0;
}

static int
remove_entry(
    const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info;
    (void)kind;
    (void)place;
    return remove(path);
}

static int
teardown(void **state)
{
    if (*state == NULL) {
        return 0;
    }
    assert_int_equal(p11_kit_module_finalize(module), CKR_OK);
    p11_kit_module_release(module);
    return nftw(*state, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

#define NEEDS_TOKEN(state)                                                     \
    if (*(state) == NULL) {                                                    \
        skip();                                                                \
    }

/* ---- what a token does ---- */

static void
a_key_that_is_made_in_a_token_signs_there(void **state)
{
    static const char text[] = "signed in a token";
    ENT_AUTO(ent_token_close) struct ent_token *token = NULL;
    char uri[ENT_TOKEN_URI_MAX + 1];
    uint8_t value[ENT_SIGNATURE_LEN];
    struct ent_verify_key key;

    NEEDS_TOKEN(state);
    expect_ok(ent_token_make(
        URI, ENT_TOKEN_SIGNS, "blo-maesai@th", &pin, uri, &key, &last_error));
    assert_non_null(strstr(uri, "object=blo-maesai%40th"));
    expect_ok(ent_verify_key_check(&key, &last_error));
    expect_ok(ent_token_open(uri, ENT_TOKEN_SIGNS, &pin, &token, &last_error));
    expect_ok(ent_token_sign(token, view(text), value, &last_error));
    assert_int_equal(crypto_sign_verify_detached(
                         value, (const uint8_t *)text, strlen(text), key.bytes),
        0);
}

static void
a_name_is_given_once(void **state)
{
    char uri[ENT_TOKEN_URI_MAX + 1];
    char again[ENT_TOKEN_URI_MAX + 1] = "";
    struct ent_verify_key key;

    NEEDS_TOKEN(state);
    expect_ok(ent_token_make(
        URI, ENT_TOKEN_SIGNS, "one", &pin, uri, &key, &last_error));
    expect_status(ent_token_make(uri, ENT_TOKEN_SIGNS, "two", &pin, again, &key,
                      &last_error),
        ENT_EXISTS);
    assert_string_equal(again, uri);
    assert_non_null(strstr(last_error.text, "has a key 'one' already"));
}

static void
a_passphrase_is_always_the_same_and_no_other_tokens(void **state)
{
    char uri[ENT_TOKEN_URI_MAX + 1];
    char other[ENT_TOKEN_URI_MAX + 1];
    char first[ENT_PASSPHRASE_MAX + 1];
    char second[ENT_PASSPHRASE_MAX + 1];

    NEEDS_TOKEN(state);
    make_token("tachileik");
    expect_ok(ent_token_make(
        URI, ENT_TOKEN_MACS, NULL, &pin, uri, NULL, &last_error));
    expect_ok(ent_token_make("pkcs11:token=tachileik?module-path=" MODULE,
        ENT_TOKEN_MACS, NULL, &pin, other, NULL, &last_error));
    expect_ok(ent_passphrase_of_token(uri, &pin, first, &last_error));
    assert_int_equal(strlen(first), 64);
    expect_ok(ent_passphrase_of_token(uri, &pin, second, &last_error));
    assert_string_equal(first, second);
    expect_ok(ent_passphrase_of_token(other, &pin, second, &last_error));
    assert_string_not_equal(first, second);
}

static void
a_wrong_pin_is_presented_once(void **state)
{
    struct ent_token *token = NULL;

    NEEDS_TOKEN(state);
    known_pin = "wrong";
    expect_status(
        ent_token_open(URI, ENT_TOKEN_SIGNS, &pin, &token, &last_error),
        ENT_REJECTED);
    assert_int_equal(asked, 1);
    assert_non_null(
        strstr(last_error.text, "the PIN of token 'maesai' is wrong"));
    assert_null(token);
    expect_status(
        ent_token_open(URI, ENT_TOKEN_SIGNS, NULL, &token, &last_error),
        ENT_NOT_FOUND);
}

/* A key for something else, by that name. */
static void
make_aes_key(const char *name)
{
    CK_MECHANISM mechanism = {CKM_AES_KEY_GEN, NULL, 0};
    CK_BBOOL yes = CK_TRUE;
    CK_ULONG len = 32;
    CK_SLOT_ID slots[16];
    CK_ULONG count = 16;
    CK_SESSION_HANDLE session;
    CK_OBJECT_HANDLE key;
    CK_ATTRIBUTE wanted[] = {
        {CKA_TOKEN, &yes, sizeof yes},
        {CKA_VALUE_LEN, &len, sizeof len},
        {CKA_LABEL, (void *)(uintptr_t)name, strlen(name)},
    };

    assert_int_equal(module->C_GetSlotList(CK_TRUE, slots, &count), CKR_OK);
    assert_int_equal(
        module->C_OpenSession(slots[0], CKF_SERIAL_SESSION | CKF_RW_SESSION,
            NULL, NULL, &session),
        CKR_OK);
    assert_int_equal(
        module->C_Login(session, CKU_USER, (CK_BYTE *)PIN, strlen(PIN)),
        CKR_OK);
    assert_int_equal(
        module->C_GenerateKey(session, &mechanism, wanted, 3, &key), CKR_OK);
    assert_int_equal(module->C_CloseSession(session), CKR_OK);
}

static void
of_two_tokens_one_has_to_be_named(void **state)
{
    struct ent_token *token = NULL;

    NEEDS_TOKEN(state);
    make_token("sadao");
    expect_status(ent_token_open("pkcs11:object=office?module-path=" MODULE,
                      ENT_TOKEN_SIGNS, &pin, &token, &last_error),
        ENT_BAD_INPUT);
    assert_non_null(strstr(last_error.text, "several tokens could be meant"));
    assert_non_null(strstr(last_error.text, "'maesai'"));
    assert_non_null(strstr(last_error.text, "'sadao'"));
    assert_int_equal(asked, 0);
}

static void
what_is_not_there_or_is_something_else_is_told(void **state)
{
    static const struct {
        const char *uri;
        enum ent_status status;
        const char *words;
    } cases[] = {
        {"maesai", ENT_BAD_INPUT, "is no PKCS#11 URI"},
        {"pkcs11:tokn=maesai", ENT_BAD_INPUT, "an attribute is unknown"},
        {URI "&pin-value=1234", ENT_BAD_INPUT, "a PIN does not stand in a URI"},
        {"pkcs11:token=x?module-path=/no/such.so", ENT_NOT_FOUND,
            "cannot be loaded"},
        {"pkcs11:token=x?module-path=" MODULE, ENT_NOT_FOUND,
            "is it plugged in"},
        {"pkcs11:token=x?module-path=" MODULE, ENT_NOT_FOUND,
            "there is 'maesai'"},
        {"pkcs11:token=maesai;object=x?module-path=" MODULE, ENT_NOT_FOUND,
            "holds no such key"},
        {"pkcs11:token=maesai;object=aes?module-path=" MODULE, ENT_BAD_INPUT,
            "is not a generic secret key"},
        {URI, ENT_BAD_INPUT, "several keys"},
    };
    struct ent_token *token = NULL;
    char uri[ENT_TOKEN_URI_MAX + 1];

    NEEDS_TOKEN(state);
    make_aes_key("aes");
    expect_ok(ent_token_make(
        URI, ENT_TOKEN_MACS, NULL, &pin, uri, NULL, &last_error));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect_status(ent_token_open(cases[i].uri, ENT_TOKEN_MACS, &pin, &token,
                          &last_error),
            cases[i].status);
        if (strstr(last_error.text, cases[i].words) == NULL) {
            fail_msg("'%s' is not in: %s", cases[i].words, last_error.text);
        }
        assert_null(token);
    }
}

/* ---- key files that say where ---- */

/* A file that says so, and the key that it is to name. */
static const char *
write_place(void **state, const struct ent_keyplace *place)
{
    static char path[300];
    char text[ENT_KEYPLACE_TEXT_MAX];
    FILE *file;

    (void)snprintf(path, sizeof path, "%s/office.key", (char *)*state);
    ent_keyplace_format(place, text);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0600), 0);
    return path;
}

static void
who_signs_sees_no_difference(void **state)
{
    const struct ent_passphrase passphrase = {.pin = pin};
    ENT_AUTO(ent_secret_free) struct ent_secret *secret = NULL;
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_keyplace place = {.role = ENT_KEY_OFFICE};
    struct ent_signer signer;
    struct ent_view payload;
    const char *path;

    NEEDS_TOKEN(state);
    expect_ok(ent_token_make(URI, ENT_TOKEN_SIGNS, "office", &pin, place.uri,
        &place.key, &last_error));
    path = write_place(state, &place);
    expect_ok(ent_keyfile_read(
        path, ENT_KEY_OFFICE, &passphrase, &secret, &last_error));
    expect_ok(ent_secret_signer(secret, ENT_KEY_OFFICE, &signer, &last_error));
    assert_memory_equal(&signer.key, &place.key, sizeof signer.key);
    expect_ok(ent_signed_make(
        &signer, ENT_TYPE_SKIP, view("a skip"), &wire, &last_error));
    expect_ok(ent_signed_open(ent_bytes_view(&wire), ENT_KEY_OFFICE, &place.key,
        ENT_TYPE_SKIP, &payload, &last_error));
}

static void
a_file_that_names_another_key_or_use_is_refused(void **state)
{
    const struct ent_passphrase passphrase = {.pin = pin};
    struct ent_keyplace place = {.role = ENT_KEY_OFFICE};
    struct ent_secret *secret = NULL;
    struct ent_verify_key other;
    char uri[ENT_TOKEN_URI_MAX + 1];
    const char *path;

    NEEDS_TOKEN(state);
    expect_ok(ent_token_make(URI, ENT_TOKEN_SIGNS, "office", &pin, place.uri,
        &place.key, &last_error));
    expect_ok(ent_token_make(
        URI, ENT_TOKEN_SIGNS, "other", &pin, uri, &other, &last_error));
    path = write_place(state, &place);
    asked = 0;
    expect_status(ent_keyfile_read(
                      path, ENT_KEY_BROKER, &passphrase, &secret, &last_error),
        ENT_BAD_INPUT);
    assert_non_null(
        strstr(last_error.text, "holds an office key, not a broker key"));
    assert_int_equal(asked, 0);
    place.key = other;
    path = write_place(state, &place);
    expect_status(ent_keyfile_read(
                      path, ENT_KEY_OFFICE, &passphrase, &secret, &last_error),
        ENT_REJECTED);
    assert_non_null(strstr(last_error.text, "another key than the public_key"));
    assert_null(secret);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_key_that_is_made_in_a_token_signs_there),
        TEST(a_name_is_given_once),
        TEST(a_passphrase_is_always_the_same_and_no_other_tokens),
        TEST(a_wrong_pin_is_presented_once),
        TEST(of_two_tokens_one_has_to_be_named),
        TEST(what_is_not_there_or_is_something_else_is_told),
        TEST(who_signs_sees_no_difference),
        TEST(a_file_that_names_another_key_or_use_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
