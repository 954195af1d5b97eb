/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a broker serves, and until when: certificates, lists of those that are
 * withdrawn, and folders of both. */
#include "tests/registry_case.h"

#include <stdio.h>

#include "proto/base/armour.h"
#include "proto/base/file.h"

static void
write_file(
    struct hall *hall, const char *name, const char *kind, struct ent_view wire)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    char path[64];

    (void)snprintf(path, sizeof path, "%s/%s", hall->folder, name);
    expect_ok(ent_armour_encode(kind, wire, &text, &last_error));
    expect_ok(ent_file_replace(path, 0644, ent_bytes_view(&text), &last_error));
}

static void
only_offices_that_the_operator_named_are_served(void **state)
{
    struct hall *hall = *state;

    expect_status(add(hall, &hall->all.maesai, false), ENT_NOT_FOUND);
    expect_ok(add(hall, &hall->all.maesai, true));
    assert_int_equal(
        broker_registry_by_key(hall->registry, hall->all.maesai.cert.link_key),
        0);
    assert_true(broker_registry_by_key(hall->registry,
                    hall->all.tachileik.cert.link_key) == BROKER_NOBODY);
}

static void
a_certificate_must_be_of_an_office_under_its_own_authority(void **state)
{
    struct hall *hall = *state;

    expect_status(add(hall, &hall->all.broker, true), ENT_REJECTED);
    hall->all.tachileik.wire.data[hall->all.tachileik.wire.len - 1] ^= 1;
    expect_status(add(hall, &hall->all.tachileik, true), ENT_REJECTED);
    assert_int_equal(broker_registry_count(hall->registry), 0);
}

static void
the_newest_certificate_of_an_office_counts(void **state)
{
    struct hall *hall = *state;

    expect_ok(add(hall, &hall->all.maesai, true));
    expect_status(add(hall, &hall->all.maesai, true), ENT_EXISTS);
    hall->all.maesai.cert.serial += 1;
    memset(hall->all.maesai.cert.link_key, 0x55, ENT_PUBLIC_KEY_LEN);
    party_certify(&hall->all.maesai, &hall->all.thailand);
    expect_ok(add(hall, &hall->all.maesai, false));
    assert_int_equal(broker_registry_count(hall->registry), 1);
    assert_int_equal(
        broker_registry_by_key(hall->registry, hall->all.maesai.cert.link_key),
        0);
}

static uint64_t
serial_of_maesai(const struct hall *hall)
{
    return broker_registry_at(hall->registry, 0)->certificate.serial;
}

static void
a_certificate_counts_from_its_first_day(void **state)
{
    struct hall *hall = *state;
    const uint64_t serial = hall->all.maesai.cert.serial;
    const uint64_t tomorrow = PARTIES_NOW + PARTIES_DAY;

    expect_ok(add(hall, &hall->all.maesai, true));
    renew(&hall->all.maesai, &hall->all.thailand, tomorrow);
    expect_status(add(hall, &hall->all.maesai, false), ENT_EXPIRED);
    assert_int_equal(serial_of_maesai(hall), serial);
    expect_ok(broker_registry_add(hall->registry,
        ent_bytes_view(&hall->all.maesai.wire), false, tomorrow, &last_error));
    assert_int_equal(serial_of_maesai(hall), serial + 1);
}

static void
a_revoked_certificate_takes_no_others_place(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes list = {0};
    struct hall *hall = *state;
    const uint64_t serial = hall->all.maesai.cert.serial;
    struct party stolen = hall->all.maesai;
    uint64_t number;

    stolen.wire = (struct ent_bytes){0};
    party_key(&stolen, ENT_KEY_OFFICE, 0x66);
    stolen.cert.signing_key = stolen.signer.key;
    renew(&stolen, &hall->all.thailand, PARTIES_NOW);
    list = list_of(&hall->all.thailand, "th", 1, &stolen);
    expect_ok(add(hall, &hall->all.maesai, true));
    expect_ok(broker_registry_revoke(hall->registry, "th",
        ent_bytes_view(&list), PARTIES_NOW, &number, &last_error));
    expect_status(add(hall, &stolen, false), ENT_EXPIRED);
    assert_int_equal(serial_of_maesai(hall), serial);
    assert_true(broker_registry_trusts(hall->registry, 0, PARTIES_NOW));
    ent_bytes_free(&stolen.wire);
}

static void
a_withdrawn_certificate_does_not_bring_the_older_one_back(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes list = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes older = {0};
    struct hall *hall = *state;
    uint64_t number;

    expect_ok(ent_bytes_copy(
        ent_bytes_view(&hall->all.maesai.wire), &older, &last_error));
    party_key(&hall->all.maesai, ENT_KEY_OFFICE, 0x66);
    hall->all.maesai.cert.signing_key = hall->all.maesai.signer.key;
    renew(&hall->all.maesai, &hall->all.thailand, PARTIES_NOW);
    list = list_of(&hall->all.thailand, "th", 1, &hall->all.maesai);
    expect_ok(add(hall, &hall->all.maesai, true));
    expect_ok(broker_registry_revoke(hall->registry, "th",
        ent_bytes_view(&list), PARTIES_NOW, &number, &last_error));
    expect_status(broker_registry_add(hall->registry, ent_bytes_view(&older),
                      false, PARTIES_NOW, &last_error),
        ENT_EXISTS);
    assert_false(broker_registry_trusts(hall->registry, 0, PARTIES_NOW));
}

static void
no_two_offices_share_a_link_key(void **state)
{
    struct hall *hall = *state;

    expect_ok(add(hall, &hall->all.maesai, true));
    memcpy(hall->all.tachileik.cert.link_key, hall->all.maesai.cert.link_key,
        ENT_PUBLIC_KEY_LEN);
    party_certify(&hall->all.tachileik, &hall->all.myanmar);
    expect_status(add(hall, &hall->all.tachileik, true), ENT_REJECTED);
}

static void
trust_ends_with_the_certificate_and_with_revocation(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes list = {0};
    struct hall *hall = *state;
    uint64_t number = 0;

    expect_ok(add(hall, &hall->all.maesai, true));
    assert_true(broker_registry_trusts(hall->registry, 0, PARTIES_NOW));
    assert_false(broker_registry_trusts(
        hall->registry, 0, PARTIES_NOW + 101 * PARTIES_DAY));
    assert_false(broker_registry_trusts(
        hall->registry, 0, PARTIES_NOW - 101 * PARTIES_DAY));

    list = list_of(&hall->all.thailand, "th", 3, &hall->all.maesai);
    expect_ok(broker_registry_revoke(hall->registry, "th",
        ent_bytes_view(&list), PARTIES_NOW, &number, &last_error));
    assert_int_equal(number, 3);
    assert_false(broker_registry_trusts(hall->registry, 0, PARTIES_NOW));
    assert_false(
        broker_registry_list_overdue(hall->registry, "th", PARTIES_NOW));
    assert_true(broker_registry_list_overdue(
        hall->registry, "th", PARTIES_NOW + 2 * PARTIES_DAY));
}

static void
only_a_states_own_authority_revokes_and_never_backwards(void **state)
{
    struct hall *hall = *state;
    struct ent_bytes older =
        list_of(&hall->all.thailand, "th", 1, &hall->all.maesai);
    struct ent_bytes newer =
        list_of(&hall->all.thailand, "th", 2, &hall->all.broker);
    struct ent_bytes forged =
        list_of(&hall->all.myanmar, "th", 9, &hall->all.maesai);
    uint64_t number;

    expect_status(
        broker_registry_revoke(hall->registry, "th", ent_bytes_view(&forged),
            PARTIES_NOW, &number, &last_error),
        ENT_REJECTED);
    expect_ok(broker_registry_revoke(hall->registry, "th",
        ent_bytes_view(&newer), PARTIES_NOW, &number, &last_error));
    expect_status(
        broker_registry_revoke(hall->registry, "th", ent_bytes_view(&older),
            PARTIES_NOW, &number, &last_error),
        ENT_EXISTS);
    expect_status(
        broker_registry_revoke(hall->registry, "kh", ent_bytes_view(&newer),
            PARTIES_NOW, &number, &last_error),
        ENT_NOT_FOUND);
    assert_int_equal(broker_registry_list_number(hall->registry, "th"), 2);
    ent_bytes_free(&older);
    ent_bytes_free(&newer);
    ent_bytes_free(&forged);
}

static void
a_folder_of_certificates_and_lists_is_read(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes list = {0};
    struct hall *hall = *state;

    list = list_of(&hall->all.myanmar, "mm", 1, &hall->all.tachileik);
    write_file(hall, "maesai.cert", ENT_ARMOUR_CERTIFICATE,
        ent_bytes_view(&hall->all.maesai.wire));
    write_file(hall, "tachileik.cert", ENT_ARMOUR_CERTIFICATE,
        ent_bytes_view(&hall->all.tachileik.wire));
    write_file(
        hall, "mm.revoked", ENT_ARMOUR_REVOCATION_LIST, ent_bytes_view(&list));
    write_file(hall, "README", "NOTHING OF OURS", view("ignored"));
    for (int i = 0; i < 2; i++) { /* reading it again changes nothing */
        expect_ok(broker_registry_load(
            hall->registry, hall->folder, PARTIES_NOW, &last_error));
        assert_int_equal(broker_registry_count(hall->registry), 2);
    }
    assert_true(broker_registry_trusts(hall->registry,
        broker_registry_by_address(
            hall->registry, &hall->all.maesai.cert.address),
        PARTIES_NOW));
    assert_false(broker_registry_trusts(hall->registry,
        broker_registry_by_address(
            hall->registry, &hall->all.tachileik.cert.address),
        PARTIES_NOW));
}

static void
a_bad_file_is_named(void **state)
{
    struct hall *hall = *state;

    write_file(hall, "bad.cert", ENT_ARMOUR_CERTIFICATE, view("rubbish"));
    assert_int_not_equal(broker_registry_load(hall->registry, hall->folder,
                             PARTIES_NOW, &last_error),
        ENT_OK);
    assert_non_null(strstr(last_error.text, "bad.cert"));
    expect_status(broker_registry_load(
                      hall->registry, "/nowhere", PARTIES_NOW, &last_error),
        ENT_NOT_FOUND);
}

static void
it_does_not_matter_in_which_order_a_folder_is_read(void **state)
{
    struct hall *hall = *state;
    const uint64_t serial = hall->all.maesai.cert.serial;

    for (int i = 0; i < 2; i++) { /* both before and after the others */
        write_file(hall, i == 0 ? "a.cert" : "z.cert", ENT_ARMOUR_CERTIFICATE,
            ent_bytes_view(&hall->all.maesai.wire));
    }
    renew(&hall->all.maesai, &hall->all.thailand, PARTIES_NOW + PARTIES_DAY);
    write_file(hall, "m.cert", ENT_ARMOUR_CERTIFICATE,
        ent_bytes_view(&hall->all.maesai.wire));
    write_file(hall, ".half.cert", ENT_ARMOUR_CERTIFICATE, view("half"));
    expect_ok(broker_registry_load(
        hall->registry, hall->folder, PARTIES_NOW, &last_error));
    assert_int_equal(broker_registry_count(hall->registry), 1);
    assert_int_equal(serial_of_maesai(hall), serial);
}

/* ---- one registry into another ---- */

static struct broker_registry *
fresh_registry(struct hall *hall, const struct party *office)
{
    struct broker_registry *registry = NULL;

    expect_ok(broker_registry_new(&hall->authorities, &registry, &last_error));
    if (office != NULL) {
        expect_ok(broker_registry_add(registry, ent_bytes_view(&office->wire),
            true, PARTIES_NOW, &last_error));
    }
    return registry;
}

static void
who_is_served_still_keeps_its_number_and_who_is_not_has_none(void **state)
{
    struct hall *hall = *state;
    struct broker_registry *fresh = fresh_registry(hall, &hall->all.tachileik);
    const struct ent_address *gone = &hall->all.maesai.cert.address;

    expect_ok(add(hall, &hall->all.maesai, true));
    expect_ok(add(hall, &hall->all.tachileik, true));
    broker_registry_replace(hall->registry, &fresh);
    assert_null(fresh);
    assert_int_equal(broker_registry_by_address(
                         hall->registry, &hall->all.tachileik.cert.address),
        1);
    assert_true(
        broker_registry_by_address(hall->registry, gone) == BROKER_NOBODY);
    assert_true(broker_registry_by_key(hall->registry,
                    hall->all.maesai.cert.link_key) == BROKER_NOBODY);
    assert_false(broker_registry_serves(hall->registry, 0));
    assert_false(broker_registry_trusts(hall->registry, 0, PARTIES_NOW));

    expect_ok(
        add(hall, &hall->all.maesai, true)); /* in the place that is free */
    assert_int_equal(broker_registry_by_address(hall->registry, gone), 0);
    assert_int_equal(broker_registry_count(hall->registry), 2);
}

static void
what_was_newer_before_is_newer_still(void **state)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes list = {0};
    struct hall *hall = *state;
    struct broker_registry *fresh = fresh_registry(hall, &hall->all.maesai);
    uint64_t number;

    list = list_of(&hall->all.myanmar, "mm", 4, &hall->all.tachileik);
    renew(&hall->all.maesai, &hall->all.thailand, PARTIES_NOW);
    expect_ok(add(hall, &hall->all.maesai, true));
    expect_ok(add(hall, &hall->all.tachileik, true));
    expect_ok(broker_registry_revoke(hall->registry, "mm",
        ent_bytes_view(&list), PARTIES_NOW, &number, &last_error));
    expect_ok(broker_registry_inherit(
        fresh, hall->registry, PARTIES_NOW, &last_error));
    broker_registry_replace(hall->registry, &fresh);
    assert_int_equal(serial_of_maesai(hall), hall->all.maesai.cert.serial);
    assert_int_equal(broker_registry_list_number(hall->registry, "mm"), 4);
    assert_true(broker_registry_by_address(hall->registry,
                    &hall->all.tachileik.cert.address) == BROKER_NOBODY);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(only_offices_that_the_operator_named_are_served),
        TEST(a_certificate_must_be_of_an_office_under_its_own_authority),
        TEST(the_newest_certificate_of_an_office_counts),
        TEST(a_certificate_counts_from_its_first_day),
        TEST(a_revoked_certificate_takes_no_others_place),
        TEST(a_withdrawn_certificate_does_not_bring_the_older_one_back),
        TEST(no_two_offices_share_a_link_key),
        TEST(trust_ends_with_the_certificate_and_with_revocation),
        TEST(only_a_states_own_authority_revokes_and_never_backwards),
        TEST(a_folder_of_certificates_and_lists_is_read),
        TEST(a_bad_file_is_named),
        TEST(it_does_not_matter_in_which_order_a_folder_is_read),
        TEST(who_is_served_still_keeps_its_number_and_who_is_not_has_none),
        TEST(what_was_newer_before_is_newer_still),
    };

    return cmocka_run_group_tests_name("broker_registry", tests, NULL, NULL);
}
