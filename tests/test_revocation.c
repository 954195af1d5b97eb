/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <stdio.h>

#include "tests/parties.h"

static struct parties all;

static int
setup(void **state)
{
    (void)state;
    parties_init(&all);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    parties_fini(&all);
    return 0;
}

static enum ent_status
make(const struct ent_revocation *revoked, size_t count,
    struct ent_bytes *ret_wire)
{
    return ent_revocation_list_make("th", 7, PARTIES_NOW,
        PARTIES_NOW + PARTIES_DAY, revoked, count, &all.thailand.signer,
        ret_wire, &last_error);
}

static enum ent_status
opened(const struct ent_bytes *wire, struct ent_revocation_list **ret_list)
{
    return ent_revocation_list_open(
        ent_bytes_view(wire), &all.thailand.signer.key, ret_list, &last_error);
}

static struct ent_revocation
revocation_of(const struct party *party)
{
    return (struct ent_revocation){
        .key_id = party->cert.signing_key_id,
        .address = party->cert.address,
        .serial = party->cert.serial,
        .revoked_at = PARTIES_NOW,
    };
}

static void
a_list_reads_back_as_made(void **state)
{
    const struct ent_revocation revoked = revocation_of(&all.maesai);
    ENT_AUTO(ent_revocation_list_free) struct ent_revocation_list *list = NULL;
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_digest digest;
    struct ent_digest want;

    (void)state;
    expect_ok(make(&revoked, 1, &wire));
    expect_ok(opened(&wire, &list));
    assert_string_equal(ent_revocation_list_state(list), "th");
    assert_true(ent_revocation_list_number(list) == 7);
    assert_true(
        ent_revocation_list_next_update(list) == PARTIES_NOW + PARTIES_DAY);
    digest = ent_revocation_list_digest(list);
    want = ent_digest_of(ent_bytes_view(&wire));
    assert_true(ent_digest_equal(&digest, &want));
    assert_true(ent_revocation_list_has(list, &all.maesai.cert));
    assert_false(ent_revocation_list_has(list, &all.broker.cert));
}

static void
key_or_serial_is_enough(void **state)
{
    const struct ent_revocation revoked = revocation_of(&all.maesai);
    ENT_AUTO(ent_revocation_list_free) struct ent_revocation_list *list = NULL;
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_certificate cert = all.maesai.cert;

    (void)state;
    expect_ok(make(&revoked, 1, &wire));
    expect_ok(opened(&wire, &list));
    cert.serial++; /* the same key, certified again */
    assert_true(ent_revocation_list_has(list, &cert));
    cert.serial--;
    cert.signing_key_id.bytes[0] ^= 1; /* the same serial, another key */
    assert_true(ent_revocation_list_has(list, &cert));
    cert.address = all.broker.cert.address; /* the serial of another office */
    assert_false(ent_revocation_list_has(list, &cert));
}

static void
an_empty_list_revokes_nobody(void **state)
{
    ENT_AUTO(ent_revocation_list_free) struct ent_revocation_list *list = NULL;
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};

    (void)state;
    expect_ok(make(NULL, 0, &wire));
    expect_ok(opened(&wire, &list));
    assert_false(ent_revocation_list_has(list, &all.maesai.cert));
}

/* Every third of them, in an order that is not theirs. */
static void
in_a_full_list_each_is_found_and_no_other(void **state)
{
    static struct ent_revocation revoked[ENT_REVOCATIONS_MAX + 1];
    ENT_AUTO(ent_revocation_list_free) struct ent_revocation_list *list = NULL;
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_certificate cert = all.maesai.cert;

    (void)state;
    for (size_t i = 0; i < ENT_REVOCATIONS_MAX; i++) {
        uint64_t number = (i * 1013) % ENT_REVOCATIONS_MAX * 3;

        ent_put_be(revoked[i].key_id.bytes, number, ENT_KEY_ID_LEN);
        (void)snprintf(revoked[i].address.text, sizeof revoked[i].address.text,
            "office-%04u-with-a-name-of-the-greatest-length-there-is"
            "-anywher@th",
            (unsigned)(number % 10000));
        revoked[i].serial = number + 1;
    }
    expect_ok(make(revoked, ENT_REVOCATIONS_MAX, &wire));
    expect_ok(opened(&wire, &list));
    for (uint64_t number = 0; number < ENT_REVOCATIONS_MAX * 3; number++) {
        ent_put_be(cert.signing_key_id.bytes, number, ENT_KEY_ID_LEN);
        assert_true(ent_revocation_list_has(list, &cert) == (number % 3 == 0));
    }

    expect_status(make(revoked, ENT_REVOCATIONS_MAX + 1, &wire), ENT_BAD_INPUT);
}

static void
an_authority_revokes_its_own_offices_only(void **state)
{
    const struct ent_revocation revoked = revocation_of(&all.tachileik);
    struct ent_bytes wire = {0};

    (void)state;
    expect_status(make(&revoked, 1, &wire), ENT_BAD_INPUT);
    assert_null(wire.data);
}

static void
what_is_no_address_is_not_listed(void **state)
{
    struct ent_revocation revoked = revocation_of(&all.maesai);
    struct ent_bytes wire = {0};

    (void)state;
    strcpy(revoked.address.text, "Mae Sai@th");
    expect_status(make(&revoked, 1, &wire), ENT_BAD_INPUT);
    assert_null(wire.data);
}

static void
another_authority_s_list_is_not_ours(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_revocation_list *list = NULL;

    (void)state;
    expect_ok(make(NULL, 0, &wire));
    expect_status(ent_revocation_list_open(ent_bytes_view(&wire),
                      &all.myanmar.signer.key, &list, &last_error),
        ENT_REJECTED);
    assert_null(list);
}

static void
no_flipped_bit_goes_unnoticed(void **state)
{
    const struct ent_revocation revoked = revocation_of(&all.maesai);
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};

    (void)state;
    expect_ok(make(&revoked, 1, &wire));
    for (size_t bit = 0; bit < wire.len * 8; bit++) {
        struct ent_revocation_list *list = NULL;
        enum ent_status rc;

        wire.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        rc = opened(&wire, &list);
        wire.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_true(rc == ENT_BAD_INPUT || rc == ENT_REJECTED);
        assert_null(list);
    }
}

static void
a_list_without_sense_is_not_made(void **state)
{
    static const struct {
        const char *state;
        uint64_t number;
        uint64_t next_update;
    } bad[] = {
        {"t", 1, PARTIES_NOW + 1},
        {"thai", 1, PARTIES_NOW + 1},
        {"TH", 1, PARTIES_NOW + 1},
        {"th", 0, PARTIES_NOW + 1},
        {"th", 1, PARTIES_NOW},
    };
    struct ent_bytes wire = {0};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        expect_status(ent_revocation_list_make(bad[i].state, bad[i].number,
                          PARTIES_NOW, bad[i].next_update, NULL, 0,
                          &all.thailand.signer, &wire, &last_error),
            ENT_BAD_INPUT);
        assert_null(wire.data);
    }
}

static void
no_memory_is_a_status_and_leaks_nothing(void **state)
{
    const struct ent_revocation revoked = revocation_of(&all.maesai);
    enum ent_status rc = ENT_NO_MEMORY;
    size_t nth = 0;

    (void)state;
    while (rc == ENT_NO_MEMORY) {
        ENT_AUTO(ent_revocation_list_free)
        struct ent_revocation_list *list = NULL;
        ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};

        fail_allocation(++nth);
        rc = make(&revoked, 1, &wire);
        if (rc == ENT_OK) {
            rc = opened(&wire, &list);
        }
    }
    fail_allocation(0);
    expect_ok(rc);
    assert_in_range(nth, 2, 15);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_list_reads_back_as_made),
        TEST(key_or_serial_is_enough),
        TEST(an_empty_list_revokes_nobody),
        TEST(in_a_full_list_each_is_found_and_no_other),
        TEST(an_authority_revokes_its_own_offices_only),
        TEST(what_is_no_address_is_not_listed),
        TEST(another_authority_s_list_is_not_ours),
        TEST(no_flipped_bit_goes_unnoticed),
        TEST(a_list_without_sense_is_not_made),
        TEST(no_memory_is_a_status_and_leaks_nothing),
    };

    return cmocka_run_group_tests_name("revocation", tests, NULL, NULL);
}
