/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"
#include "tests/vectors.h"

#include <signal.h>
#include <sodium.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/secret.h"

static const uint8_t seed[ENT_SECRET_LEN] = {1, 2, 3, 5, 8, 13, 21, 34};

static void
a_revealed_secret_is_what_was_given(void **state)
{
    ENT_AUTO(ent_secret_free) struct ent_secret *secret = NULL;

    (void)state;
    expect_ok(ent_secret_from(seed, &secret, &last_error));
    assert_memory_equal(ent_secret_reveal(secret), seed, sizeof seed);
    ent_secret_conceal(secret);
}

static void
two_new_secrets_differ(void **state)
{
    ENT_AUTO(ent_secret_free) struct ent_secret *a = NULL;
    ENT_AUTO(ent_secret_free) struct ent_secret *b = NULL;

    (void)state;
    expect_ok(ent_secret_new(&a, &last_error));
    expect_ok(ent_secret_new(&b, &last_error));
    assert_memory_not_equal(
        ent_secret_reveal(a), ent_secret_reveal(b), ENT_SECRET_LEN);
    ent_secret_conceal(a);
    ent_secret_conceal(b);
}

/* How a child ends that looks at `secret`: 0, or the signal that killed it. */
static int
fate_of_reader(const volatile uint8_t *secret)
{
    int status;
    pid_t child = fork();

    if (child == 0) {
        (void)signal(SIGSEGV, SIG_DFL); /* a sanitizer would report it */
        (void)signal(SIGBUS, SIG_DFL);
        _exit(secret[0] == seed[0] ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

static void
a_concealed_secret_cannot_be_read(void **state)
{
    ENT_AUTO(ent_secret_free) struct ent_secret *secret = NULL;
    const uint8_t *inside;

    (void)state;
    expect_ok(ent_secret_from(seed, &secret, &last_error));
    inside = ent_secret_reveal(secret);
    ent_secret_reveal(secret);
    assert_int_equal(fate_of_reader(inside), 0);
    ent_secret_conceal(secret);
    assert_int_equal(fate_of_reader(inside), 0); /* one of two still looks */
    ent_secret_conceal(secret);
    assert_int_equal(fate_of_reader(inside), SIGSEGV);
}

/* Sign with the vector's secret; everything must be as RFC 8032 has it. */
static void
check_vector(const struct vector *vector)
{
    ENT_AUTO(ent_secret_free) struct ent_secret *secret = NULL;
    struct ent_signer signer;
    uint8_t signature[ENT_SIGNATURE_LEN];

    expect_ok(ent_secret_from(
        vector_bytes(vector, "secret", ENT_SECRET_LEN), &secret, &last_error));
    expect_ok(ent_secret_signer(secret, ENT_KEY_OFFICE, &signer, &last_error));
    assert_memory_equal(signer.key.bytes,
        vector_bytes(vector, "public", ENT_PUBLIC_KEY_LEN), ENT_PUBLIC_KEY_LEN);
    expect_ok(signer.sign(
        signer.context, vector_get(vector, "message"), signature, &last_error));
    assert_memory_equal(signature,
        vector_bytes(vector, "signature", ENT_SIGNATURE_LEN),
        ENT_SIGNATURE_LEN);
}

static void
signatures_are_those_of_rfc_8032(void **state)
{
    static struct vector vector;
    FILE *file = vectors_open("ed25519.txt");
    size_t count = 0;

    (void)state;
    while (vector_next(file, &vector)) {
        check_vector(&vector);
        count++;
    }
    (void)fclose(file);
    assert_int_equal(count, 5);
}

static void
one_key_in_two_roles_has_two_ids(void **state)
{
    ENT_AUTO(ent_secret_free) struct ent_secret *secret = NULL;
    struct ent_signer office;
    struct ent_signer broker;

    (void)state;
    expect_ok(ent_secret_from(seed, &secret, &last_error));
    expect_ok(ent_secret_signer(secret, ENT_KEY_OFFICE, &office, &last_error));
    expect_ok(ent_secret_signer(secret, ENT_KEY_BROKER, &broker, &last_error));
    assert_memory_equal(office.key.bytes, broker.key.bytes, ENT_PUBLIC_KEY_LEN);
    assert_false(ent_key_id_equal(&office.key_id, &broker.key_id));
}

static void
no_memory_is_a_status_and_leaks_nothing(void **state)
{
    struct ent_secret *secret = NULL;

    (void)state;
    fail_allocation(1);
    expect_status(ent_secret_new(&secret, &last_error), ENT_NO_MEMORY);
    assert_null(secret);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_revealed_secret_is_what_was_given),
        cmocka_unit_test(two_new_secrets_differ),
        cmocka_unit_test(a_concealed_secret_cannot_be_read),
        cmocka_unit_test(signatures_are_those_of_rfc_8032),
        cmocka_unit_test(one_key_in_two_roles_has_two_ids),
        cmocka_unit_test(no_memory_is_a_status_and_leaks_nothing),
    };

    return cmocka_run_group_tests_name("secret", tests, NULL, NULL);
}
