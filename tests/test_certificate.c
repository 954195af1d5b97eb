/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

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
opened(const struct ent_bytes *wire, struct ent_certificate *ret_cert)
{
    return ent_certificate_open(
        ent_bytes_view(wire), &all.thailand.signer.key, ret_cert, &last_error);
}

/* Mae Sai's certificate as a protobuf message that a test may bend. */
static Entente__V1__Certificate *
unpacked(void)
{
    struct ent_signatures signatures;
    struct ent_view payload;

    expect_ok(ent_signed_decode(
        ent_bytes_view(&all.maesai.wire), &payload, &signatures, &last_error));
    return entente__v1__certificate__unpack(NULL, payload.len, payload.data);
}

/* What Thailand's authority would sign if it were careless. */
static struct ent_bytes
signed_anyway(const Entente__V1__Certificate *message)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct ent_bytes wire;

    expect_ok(
        ent_bytes_alloc(entente__v1__certificate__get_packed_size(message),
            &payload, &last_error));
    entente__v1__certificate__pack(message, payload.data);
    expect_ok(ent_signed_make(&all.thailand.signer, ENT_TYPE_CERTIFICATE,
        ent_bytes_view(&payload), &wire, &last_error));
    return wire;
}

static void
expect_refused(const Entente__V1__Certificate *message, enum ent_status want)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = signed_anyway(message);
    struct ent_certificate cert = {.serial = 99};

    expect_status(opened(&wire, &cert), want);
    assert_true(cert.serial == 99);
}

static void
a_certificate_reads_back_as_made(void **state)
{
    const struct ent_certificate *made = &all.maesai.cert;
    struct ent_certificate cert;

    (void)state;
    expect_ok(opened(&all.maesai.wire, &cert));
    assert_true(ent_address_equal(&cert.address, &made->address));
    assert_int_equal(cert.kind, ENTENTE__V1__OFFICE_KIND__BLO);
    assert_int_equal(cert.name_count, 1);
    assert_string_equal(cert.names[0].lang, "en");
    assert_string_equal(cert.names[0].text, "blo-maesai@th");
    assert_memory_equal(&cert.signing_key, &all.maesai.signer.key, 32);
    assert_true(
        ent_key_id_equal(&cert.signing_key_id, &all.maesai.signer.key_id));
    assert_true(
        ent_key_id_equal(&cert.authority_key_id, &all.thailand.signer.key_id));
    assert_memory_equal(cert.link_key, made->link_key, 32);
    assert_true(cert.not_before == made->not_before);
    assert_true(cert.not_after == made->not_after);
    assert_true(cert.serial == made->serial);
}

static void
names_may_be_in_any_script(void **state)
{
    struct party *maesai = &all.maesai;
    struct ent_certificate cert;

    (void)state;
    strcpy(maesai->cert.names[1].lang, "th");
    strcpy(maesai->cert.names[1].text, "ศูนย์ประสานงานชายแดนแม่สาย");
    strcpy(maesai->cert.names[2].lang, "my-MM");
    strcpy(maesai->cert.names[2].text, "မယ်ဆိုင်");
    maesai->cert.name_count = 3;
    party_certify(maesai, &all.thailand);
    expect_ok(opened(&maesai->wire, &cert));
    assert_string_equal(cert.names[2].text, "မယ်ဆိုင်");
}

static void
the_role_of_a_key_follows_the_kind_of_office(void **state)
{
    struct ent_certificate cert;

    (void)state;
    expect_ok(opened(&all.broker.wire, &cert));
    assert_int_equal(ent_certificate_role(&cert), ENT_KEY_BROKER);
    assert_true(
        ent_key_id_equal(&cert.signing_key_id, &all.broker.signer.key_id));
    assert_int_equal(ent_certificate_role(&all.maesai.cert), ENT_KEY_OFFICE);
}

static void
another_authority_cannot_certify(void **state)
{
    struct ent_certificate cert;

    (void)state;
    expect_status(opened(&all.tachileik.wire, &cert), ENT_REJECTED);
}

static void
no_flipped_bit_goes_unnoticed(void **state)
{
    struct ent_bytes *wire = &all.maesai.wire;

    (void)state;
    for (size_t bit = 0; bit < wire->len * 8; bit++) {
        struct ent_certificate cert;
        enum ent_status rc;

        wire->data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        rc = opened(wire, &cert);
        wire->data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (rc != ENT_BAD_INPUT && rc != ENT_REJECTED) {
            fail_msg("bit %zu: %s", bit, ent_status_name(rc));
        }
    }
}

static void
peeking_reads_without_believing(void **state)
{
    struct ent_certificate cert;

    (void)state;
    expect_ok(ent_certificate_peek(
        ent_bytes_view(&all.tachileik.wire), &cert, &last_error));
    assert_string_equal(cert.address.text, "blo-tachileik@mm");
    expect_status(
        ent_certificate_peek(view("not a certificate"), &cert, &last_error),
        ENT_BAD_INPUT);
}

static void
a_careless_authority_is_not_followed(void **state)
{
    static uint8_t zeros[32];
    Entente__V1__Certificate *good = unpacked();
    Entente__V1__Certificate bent = *good;
    uint8_t link_key[32] = {1};
    uint8_t other_id[16] = {1};

    (void)state;
#define EXPECT_REFUSED(member, value, want)                                    \
    do {                                                                       \
        bent = *good;                                                          \
        bent.member = (value);                                                 \
        expect_refused(&bent, want);                                           \
    } while (0)
    EXPECT_REFUSED(version, 2, ENT_UNSUPPORTED);
    EXPECT_REFUSED(address, (char *)"Mae Sai", ENT_BAD_INPUT);
    EXPECT_REFUSED(
        kind, ENTENTE__V1__OFFICE_KIND__OFFICE_KIND_UNSPECIFIED, ENT_BAD_INPUT);
    EXPECT_REFUSED(kind, (Entente__V1__OfficeKind)10, ENT_BAD_INPUT);
    EXPECT_REFUSED(serial, 0, ENT_BAD_INPUT);
    EXPECT_REFUSED(not_after, good->not_before, ENT_BAD_INPUT);
    EXPECT_REFUSED(not_after,
        good->not_before + ENT_CERTIFICATE_LIFE_MAX_MS + 1, ENT_BAD_INPUT);
    EXPECT_REFUSED(signing_key.len, 31, ENT_BAD_INPUT);
    EXPECT_REFUSED(signing_key.data, zeros, ENT_BAD_INPUT);
    EXPECT_REFUSED(
        signing_key.data, all.thailand.signer.key.bytes, ENT_BAD_INPUT);
    EXPECT_REFUSED(link_key.data, zeros, ENT_BAD_INPUT);
    EXPECT_REFUSED(link_key.len, 0, ENT_BAD_INPUT);
    EXPECT_REFUSED(authority_key_id.data, other_id, ENT_REJECTED);
#undef EXPECT_REFUSED

    bent = *good;
    bent.link_key.data = link_key;
    bent.not_after = bent.not_before + ENT_CERTIFICATE_LIFE_MAX_MS;
    {
        ENT_AUTO(ent_bytes_free) struct ent_bytes wire = signed_anyway(&bent);
        struct ent_certificate cert;

        expect_ok(opened(&wire, &cert));
    }
    entente__v1__certificate__free_unpacked(good, NULL);
}

static void
names_that_deceive_are_refused(void **state)
{
    static char *const bad[][2] = {
        {(char *)"en", (char *)""},
        {(char *)"e", (char *)"Mae Sai"},
        {(char *)"en us", (char *)"Mae Sai"},
        {(char *)"en-a-very-long-tag", (char *)"Mae Sai"},
        {(char *)"en", (char *)"Mae\nSai"},
        {(char *)"en", (char *)"Mae \xe2\x80\xaeiaS"}, /* U+202E */
        {(char *)"en", (char *)"Mae \xff"},
    };
    Entente__V1__Certificate *good = unpacked();
    char *lang = good->names[0]->lang;
    char *text = good->names[0]->text;
    char long_text[201] = {0};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        good->names[0]->lang = bad[i][0];
        good->names[0]->text = bad[i][1];
        expect_refused(good, ENT_BAD_INPUT);
    }
    memset(long_text, 'a', sizeof long_text - 1);
    good->names[0]->lang = lang;
    good->names[0]->text = long_text;
    expect_refused(good, ENT_BAD_INPUT);
    good->names[0]->text = text;
    entente__v1__certificate__free_unpacked(good, NULL);
}

static void
what_would_not_open_is_not_made(void **state)
{
    const struct ent_certificate good = all.maesai.cert;
    struct ent_certificate bent[6] = {good, good, good, good, good, good};
    struct ent_bytes wire = {0};

    (void)state;
    bent[0].address.text[0] = '\0';
    bent[1].kind = 0;
    bent[2].serial = 0;
    bent[3].not_after = bent[3].not_before;
    bent[4].name_count = ENT_CERTIFICATE_NAMES_MAX + 1;
    memset(&bent[5].signing_key, 0, sizeof bent[5].signing_key);
    for (size_t i = 0; i < 6; i++) {
        expect_status(ent_certificate_make(
                          &bent[i], &all.thailand.signer, &wire, &last_error),
            ENT_BAD_INPUT);
        assert_null(wire.data);
    }
}

static void
a_certificate_has_its_time(void **state)
{
    const struct ent_certificate *cert = &all.maesai.cert;
    const uint64_t early = cert->not_before - 600000;

    (void)state;
    expect_ok(ent_certificate_check_time(cert, early, &last_error));
    expect_ok(
        ent_certificate_check_time(cert, cert->not_after - 1, &last_error));
    expect_status(
        ent_certificate_check_time(cert, early - 1, &last_error), ENT_EXPIRED);
    expect_status(
        ent_certificate_check_time(cert, cert->not_after, &last_error),
        ENT_EXPIRED);
    expect_status(
        ent_certificate_check_time(cert, 0, &last_error), ENT_EXPIRED);
    expect_status(
        ent_certificate_check_time(cert, UINT64_MAX, &last_error), ENT_EXPIRED);
}

static void
no_memory_is_a_status_and_leaks_nothing(void **state)
{
    enum ent_status rc = ENT_NO_MEMORY;
    size_t nth = 0;

    (void)state;
    while (rc == ENT_NO_MEMORY) {
        ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
        struct ent_certificate cert;

        fail_allocation(++nth);
        rc = ent_certificate_make(
            &all.maesai.cert, &all.thailand.signer, &wire, &last_error);
        if (rc == ENT_OK) {
            rc = opened(&wire, &cert);
        }
    }
    fail_allocation(0);
    expect_ok(rc);
    assert_in_range(nth, 2, 10);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_certificate_reads_back_as_made),
        TEST(names_may_be_in_any_script),
        TEST(the_role_of_a_key_follows_the_kind_of_office),
        TEST(another_authority_cannot_certify),
        TEST(no_flipped_bit_goes_unnoticed),
        TEST(peeking_reads_without_believing),
        TEST(a_careless_authority_is_not_followed),
        TEST(names_that_deceive_are_refused),
        TEST(what_would_not_open_is_not_made),
        TEST(a_certificate_has_its_time),
        TEST(no_memory_is_a_status_and_leaks_nothing),
    };

    return cmocka_run_group_tests_name("certificate", tests, NULL, NULL);
}
