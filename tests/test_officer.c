/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include "proto/officer.h"
#include "proto/schema/officer.pb-c.h"
#include "proto/statement.h"
#include "tests/parties.h"

static struct parties all;
static struct party supervisor;

static int
setup(void **state)
{
    (void)state;
    parties_init(&all);
    party_key(&supervisor, ENT_KEY_OFFICER, 0x21);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    parties_fini(&all);
    return 0;
}

static struct ent_officer
somebody(void)
{
    return (struct ent_officer){
        .office = all.maesai.cert.address,
        .badge = "S0031",
        .role = "supervisor",
        .key = supervisor.signer.key,
        .not_before = PARTIES_NOW,
        .not_after = PARTIES_NOW + PARTIES_DAY,
        .serial = 7,
    };
}

static struct ent_bytes
made(const struct ent_officer *officer)
{
    struct ent_bytes wire;

    expect_ok(
        ent_officer_make(officer, &all.maesai.signer, &wire, &last_error));
    return wire;
}

static void
a_certificate_reads_back_as_made(void **state)
{
    const struct ent_officer officer = somebody();
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = made(&officer);
    struct ent_officer again;
    struct ent_officer peeked;

    (void)state;
    expect_ok(ent_officer_open(
        ent_bytes_view(&wire), &all.maesai.signer.key, &again, &last_error));
    assert_true(ent_address_equal(&again.office, &officer.office));
    assert_string_equal(again.badge, "S0031");
    assert_string_equal(again.role, "supervisor");
    assert_memory_equal(&again.key, &supervisor.signer.key, 32);
    assert_true(ent_key_id_equal(&again.key_id, &supervisor.signer.key_id));
    assert_true(
        ent_key_id_equal(&again.office_key_id, &all.maesai.signer.key_id));
    assert_true(again.not_before == PARTIES_NOW);
    assert_true(again.not_after == PARTIES_NOW + PARTIES_DAY);
    assert_true(again.serial == 7);
    expect_ok(ent_officer_peek(ent_bytes_view(&wire), &peeked, &last_error));
    assert_string_equal(peeked.badge, "S0031");
}

static void
only_the_office_certifies_its_officers(void **state)
{
    const struct ent_officer officer = somebody();
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = made(&officer);
    struct ent_officer again = {.serial = 99};

    (void)state;
    expect_status(ent_officer_open(ent_bytes_view(&wire),
                      &all.tachileik.signer.key, &again, &last_error),
        ENT_REJECTED);
    assert_true(again.serial == 99);
}

static void
no_flipped_bit_goes_unnoticed(void **state)
{
    const struct ent_officer officer = somebody();
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = made(&officer);
    struct ent_officer again;

    (void)state;
    for (size_t i = 0; i < wire.len; i++) {
        wire.data[i] ^= 1;
        assert_int_not_equal(ent_officer_open(ent_bytes_view(&wire),
                                 &all.maesai.signer.key, &again, &last_error),
            ENT_OK);
        wire.data[i] ^= 1;
    }
}

static void
expect_not_made(const struct ent_officer *officer, const char *word)
{
    struct ent_bytes wire = {0};

    expect_status(
        ent_officer_make(officer, &all.maesai.signer, &wire, &last_error),
        ENT_BAD_INPUT);
    assert_non_null(strstr(last_error.text, word));
}

static void
what_is_no_officer_is_not_certified(void **state)
{
    struct ent_officer officer = somebody();

    (void)state;
    officer.badge[0] = '\0';
    expect_not_made(&officer, "badge");
    officer = somebody();
    officer.badge[1] = ' ';
    expect_not_made(&officer, "badge");
    officer = somebody();
    officer.role[0] = 'S';
    expect_not_made(&officer, "role");
    officer = somebody();
    officer.serial = 0;
    expect_not_made(&officer, "serial");
    officer = somebody();
    officer.not_after = officer.not_before;
    expect_not_made(&officer, "not_after");
    officer = somebody();
    officer.not_after = officer.not_before + 367 * PARTIES_DAY;
    expect_not_made(&officer, "not_after");
    officer = somebody();
    officer.key = all.maesai.signer.key; /* it has another role */
    expect_not_made(&officer, "key");
    officer = somebody();
    memset(&officer.key, 0, sizeof officer.key);
    expect_not_made(&officer, "key");
}

static void
too_long_a_badge_or_role_is_none(void **state)
{
    static const char long_badge[] = "B12345678901234567890123456789012";
    Entente__V1__OfficerCertificate message =
        ENTENTE__V1__OFFICER_CERTIFICATE__INIT;
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_officer again;

    (void)state;
    assert_int_equal(strlen(long_badge), ENT_BADGE_MAX + 1);
    assert_false(ent_badge_is_valid(long_badge));
    assert_true(ent_badge_is_valid(long_badge + 1));
    message.version = 1;
    message.office = (char *)all.maesai.cert.address.text;
    message.badge = (char *)(uintptr_t)long_badge;
    message.role = (char *)(uintptr_t) "supervisor";
    message.key.data = supervisor.signer.key.bytes;
    message.key.len = 32;
    message.not_before = PARTIES_NOW;
    message.not_after = PARTIES_NOW + 1;
    message.serial = 1;
    message.office_key_id.data = all.maesai.signer.key_id.bytes;
    message.office_key_id.len = 16;
    expect_ok(ent_pb_pack(&message.base, &payload, &last_error));
    expect_ok(ent_signed_make(&all.maesai.signer, ENT_TYPE_OFFICER,
        ent_bytes_view(&payload), &wire, &last_error));
    expect_status(ent_officer_open(ent_bytes_view(&wire),
                      &all.maesai.signer.key, &again, &last_error),
        ENT_BAD_INPUT);
}

static void
a_certificate_has_its_time(void **state)
{
    const struct ent_officer officer = somebody();
    const uint64_t skew = ENT_CLOCK_SKEW_MS;

    (void)state;
    expect_ok(
        ent_officer_check_time(&officer, PARTIES_NOW - skew, &last_error));
    expect_status(
        ent_officer_check_time(&officer, PARTIES_NOW - skew - 1, &last_error),
        ENT_EXPIRED);
    expect_ok(ent_officer_check_time(
        &officer, PARTIES_NOW + PARTIES_DAY - 1, &last_error));
    expect_status(ent_officer_check_time(
                      &officer, PARTIES_NOW + PARTIES_DAY, &last_error),
        ENT_EXPIRED);
}

static void
a_statement_reads_back_under_its_key_alone(void **state)
{
    const struct ent_statement statement = {
        .act = ENTENTE__V1__OFFICER_ACT__RELEASED,
        .content = {{9}},
        .signed_at = PARTIES_NOW,
    };
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_statement again = {.act = 99};

    (void)state;
    expect_ok(
        ent_statement_make(&statement, &supervisor.signer, &wire, &last_error));
    expect_status(ent_statement_open(ent_bytes_view(&wire),
                      &all.maesai.signer.key, &again, &last_error),
        ENT_REJECTED);
    assert_int_equal(again.act, 99);
    expect_ok(ent_statement_open(
        ent_bytes_view(&wire), &supervisor.signer.key, &again, &last_error));
    assert_int_equal(again.act, statement.act);
    assert_true(ent_digest_equal(&again.content, &statement.content));
    assert_true(again.signed_at == PARTIES_NOW);
}

static void
a_statement_of_no_act_is_none(void **state)
{
    const struct ent_statement statement = {.act = 3};
    struct ent_bytes wire = {0};

    (void)state;
    expect_status(
        ent_statement_make(&statement, &supervisor.signer, &wire, &last_error),
        ENT_BAD_INPUT);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_certificate_reads_back_as_made),
        cmocka_unit_test(only_the_office_certifies_its_officers),
        cmocka_unit_test(no_flipped_bit_goes_unnoticed),
        cmocka_unit_test(what_is_no_officer_is_not_certified),
        cmocka_unit_test(too_long_a_badge_or_role_is_none),
        cmocka_unit_test(a_certificate_has_its_time),
        cmocka_unit_test(a_statement_reads_back_under_its_key_alone),
        cmocka_unit_test(a_statement_of_no_act_is_none),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
