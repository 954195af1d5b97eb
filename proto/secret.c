/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/secret.h"

#include <assert.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* What a token signs to show that it has the key: no kind of object begins so
 * (signing.h), and nobody else chooses the rest. */
#define TOKEN_PROBE "entente token probe v1"
#define TOKEN_PROBE_LEN 32

/* What lies in guarded memory. libsodium's long form of an Ed25519 secret key
 * is the seed followed by the public key; the second half stays zero for a
 * secret that never signs. */
struct guarded {
    uint8_t seed[ENT_SECRET_LEN];
    uint8_t public_key[ENT_PUBLIC_KEY_LEN];
};

_Static_assert(sizeof(struct guarded) == crypto_sign_SECRETKEYBYTES,
    "a seed and a public key are a libsodium signing key");

struct ent_secret {
    struct guarded *guarded;   /* NULL: it lies in a token */
    struct ent_token *token;   /* which it owns */
    struct ent_verify_key key; /* of a key in a token */
    /* Several threads may use one secret: it is concealed by the last. */
    pthread_mutex_t lock;
    unsigned readers;
};

/* Memory protection that fails has no remedy and must not go unseen. */
static void
protect(int (*change)(void *), struct guarded *guarded)
{
    int rc = change(guarded);

    assert(rc == 0);
    (void)rc;
}

/* A secret whose guarded memory is zero and still writable. */
static enum ent_status
secret_alloc(struct ent_secret **ret_secret, struct ent_error *err)
{
    ENT_AUTO(ent_secret_free) struct ent_secret *secret = NULL;

    if (sodium_init() < 0) {
        return ent_fail(err, ENT_IO, "no source of random numbers");
    }
    secret = calloc(1, sizeof *secret);
    if (secret == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating a secret");
    }
    pthread_mutex_init(&secret->lock, NULL);
    secret->guarded = sodium_malloc(sizeof *secret->guarded);
    if (secret->guarded == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating guarded memory");
    }
    sodium_memzero(secret->guarded, sizeof *secret->guarded);

    *ret_secret = secret;
    secret = NULL;
    return ENT_OK;
}

enum ent_status
ent_secret_new(struct ent_secret **ret_secret, struct ent_error *err)
{
    struct ent_secret *secret;
    enum ent_status rc;

    assert(ret_secret != NULL);

    rc = secret_alloc(&secret, err);
    if (rc != ENT_OK) {
        return rc;
    }
    randombytes_buf(secret->guarded->seed, ENT_SECRET_LEN);
    protect(sodium_mprotect_noaccess, secret->guarded);
    *ret_secret = secret;
    return ENT_OK;
}

enum ent_status
ent_secret_from(const uint8_t bytes[static ENT_SECRET_LEN],
    struct ent_secret **ret_secret, struct ent_error *err)
{
    struct ent_secret *secret;
    enum ent_status rc;

    assert(ret_secret != NULL);

    rc = secret_alloc(&secret, err);
    if (rc != ENT_OK) {
        return rc;
    }
    memcpy(secret->guarded->seed, bytes, ENT_SECRET_LEN);
    protect(sodium_mprotect_noaccess, secret->guarded);
    *ret_secret = secret;
    return ENT_OK;
}

/* It signs what no other object is, and whoever gave us the public half was
 * right about it. */
static enum ent_status
check_token(struct ent_token *token, const struct ent_verify_key *key,
    struct ent_error *err)
{
    uint8_t probe[sizeof TOKEN_PROBE - 1 + TOKEN_PROBE_LEN] = TOKEN_PROBE;
    uint8_t value[ENT_SIGNATURE_LEN];
    enum ent_status rc;

    randombytes_buf(probe + sizeof TOKEN_PROBE - 1, TOKEN_PROBE_LEN);
    rc = ent_token_sign(token, ent_view_of(probe, sizeof probe), value, err);
    if (rc == ENT_OK && crypto_sign_verify_detached(
                            value, probe, sizeof probe, key->bytes) != 0) {
        rc = ent_fail(err, ENT_REJECTED,
            "the token holds another key than the public_key that is named");
    }
    return rc;
}

enum ent_status
ent_secret_of_token(struct ent_token **token, const struct ent_verify_key *key,
    struct ent_secret **ret_secret, struct ent_error *err)
{
    struct ent_secret *secret;
    enum ent_status rc;

    assert(*token != NULL && ret_secret != NULL);

    if (sodium_init() < 0) {
        return ent_fail(err, ENT_IO, "no source of random numbers");
    }
    rc = check_token(*token, key, err);
    if (rc != ENT_OK) {
        return rc;
    }
    secret = calloc(1, sizeof *secret);
    if (secret == NULL) {
        return ent_fail(err, ENT_NO_MEMORY, "allocating a secret");
    }
    pthread_mutex_init(&secret->lock, NULL);
    secret->token = *token;
    secret->key = *key;
    *token = NULL;
    *ret_secret = secret;
    return ENT_OK;
}

void
ent_secret_free(struct ent_secret **secret)
{
    if (*secret == NULL) {
        return;
    }
    assert((*secret)->readers == 0);

    sodium_free((*secret)->guarded); /* wipes, whatever its protection */
    ent_token_close(&(*secret)->token);
    pthread_mutex_destroy(&(*secret)->lock);
    free(*secret);
    *secret = NULL;
}

const uint8_t *
ent_secret_reveal(struct ent_secret *secret)
{
    assert(secret->guarded != NULL);
    pthread_mutex_lock(&secret->lock);
    if (secret->readers == 0) {
        protect(sodium_mprotect_readonly, secret->guarded);
    }
    secret->readers++;
    pthread_mutex_unlock(&secret->lock);
    return secret->guarded->seed;
}

void
ent_secret_conceal(struct ent_secret *secret)
{
    pthread_mutex_lock(&secret->lock);
    assert(secret->readers > 0);
    secret->readers--;
    if (secret->readers == 0) {
        protect(sodium_mprotect_noaccess, secret->guarded);
    }
    pthread_mutex_unlock(&secret->lock);
}

static enum ent_status
sign_with_seed(void *context, struct ent_view message,
    uint8_t ret_value[static ENT_SIGNATURE_LEN], struct ent_error *err)
{
    struct ent_secret *secret = context;

    (void)err; /* a key in memory can always sign */
    ent_secret_reveal(secret);
    crypto_sign_detached(ret_value, NULL, message.data, message.len,
        (const uint8_t *)secret->guarded);
    ent_secret_conceal(secret);
    return ENT_OK;
}

static enum ent_status
sign_in_token(void *context, struct ent_view message,
    uint8_t ret_value[static ENT_SIGNATURE_LEN], struct ent_error *err)
{
    struct ent_secret *secret = context;
    enum ent_status rc;

    pthread_mutex_lock(&secret->lock);
    rc = ent_token_sign(secret->token, message, ret_value, err);
    pthread_mutex_unlock(&secret->lock);
    return rc;
}

/* Put the public key beside the seed, so that signing need not derive it. */
static void
complete_signing_key(
    struct ent_secret *secret, uint8_t ret_key[static ENT_PUBLIC_KEY_LEN])
{
    struct guarded expanded;

    pthread_mutex_lock(&secret->lock);
    assert(secret->readers == 0);
    protect(sodium_mprotect_readwrite, secret->guarded);
    crypto_sign_seed_keypair(
        ret_key, (uint8_t *)&expanded, secret->guarded->seed);
    *secret->guarded = expanded;
    protect(sodium_mprotect_noaccess, secret->guarded);
    pthread_mutex_unlock(&secret->lock);
    sodium_memzero(&expanded, sizeof expanded);
}

enum ent_status
ent_secret_signer(struct ent_secret *secret, enum ent_key_role role,
    struct ent_signer *ret_signer, struct ent_error *err)
{
    struct ent_signer signer = {.sign = sign_with_seed, .context = secret};

    assert(secret != NULL && ret_signer != NULL);
    assert(role == ENT_KEY_AUTHORITY || role == ENT_KEY_OFFICE ||
           role == ENT_KEY_BROKER || role == ENT_KEY_OFFICER);

    (void)err; /* for what is derived elsewhere */
    if (secret->token != NULL) {
        signer.sign = sign_in_token;
        signer.key = secret->key;
    } else {
        complete_signing_key(secret, signer.key.bytes);
    }
    signer.key_id = ent_key_id_of(role, signer.key.bytes);
    *ret_signer = signer;
    return ENT_OK;
}
