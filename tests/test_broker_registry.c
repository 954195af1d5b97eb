/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/parties.h"

#include "broker/registry.h"
#include "proto/base/armour.h"
#include "proto/base/file.h"

struct hall {
    struct parties all;
    struct broker_registry *registry;
    char folder[32];
};

static int
set_up(void **state)
{
    static struct hall hall;
    struct ent_authorities authorities = {
        .list = {{.state = "th"}, {.state = "mm"}}, .count = 2};
    void *folder;

    hall = (struct hall){0};
    parties_init(&hall.all);
    authorities.list[0].key = hall.all.thailand.signer.key;
    authorities.list[1].key = hall.all.myanmar.signer.key;
    expect_ok(broker_registry_new(&authorities, &hall.registry, &last_error));
    assert_int_equal(make_folder(&folder), 0);
    strcpy(hall.folder, folder);
    *state = &hall;
    return 0;
}

static int
tear_down(void **state)
{
    struct hall *hall = *state;
    void *folder = hall->folder;

    broker_registry_free(&hall->registry);
    parties_fini(&hall->all);
    return remove_folder(&folder);
}

static enum ent_status
add(struct hall *hall, const struct party *party, bool new_office)
{
    return broker_registry_add(
        hall->registry, ent_bytes_view(&party->wire), new_office, &last_error);
}

static struct ent_bytes
list_of(const struct party *authority, const char *state, uint64_t number,
    const struct party *revoked)
{
    const struct ent_revocation one = {
        .key_id = revoked->cert.signing_key_id,
        .address = revoked->cert.address,
        .serial = revoked->cert.serial,
        .revoked_at = PARTIES_NOW,
    };
    struct ent_bytes wire = {0};

    expect_ok(ent_revocation_list_make(state, number, PARTIES_NOW,
        PARTIES_NOW + PARTIES_DAY, &one, 1, &authority->signer, &wire,
        &last_error));
    return wire;
}

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
    expect_ok(broker_registry_revoke(
        hall->registry, "th", ent_bytes_view(&list), &number, &last_error));
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

    expect_status(broker_registry_revoke(hall->registry, "th",
                      ent_bytes_view(&forged), &number, &last_error),
        ENT_REJECTED);
    expect_ok(broker_registry_revoke(
        hall->registry, "th", ent_bytes_view(&newer), &number, &last_error));
    expect_status(broker_registry_revoke(hall->registry, "th",
                      ent_bytes_view(&older), &number, &last_error),
        ENT_EXISTS);
    expect_status(broker_registry_revoke(hall->registry, "kh",
                      ent_bytes_view(&newer), &number, &last_error),
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
        expect_ok(
            broker_registry_load(hall->registry, hall->folder, &last_error));
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
    assert_int_not_equal(
        broker_registry_load(hall->registry, hall->folder, &last_error),
        ENT_OK);
    assert_non_null(strstr(last_error.text, "bad.cert"));
    expect_status(broker_registry_load(hall->registry, "/nowhere", &last_error),
        ENT_NOT_FOUND);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(only_offices_that_the_operator_named_are_served),
        TEST(a_certificate_must_be_of_an_office_under_its_own_authority),
        TEST(the_newest_certificate_of_an_office_counts),
        TEST(no_two_offices_share_a_link_key),
        TEST(trust_ends_with_the_certificate_and_with_revocation),
        TEST(only_a_states_own_authority_revokes_and_never_backwards),
        TEST(a_folder_of_certificates_and_lists_is_read),
        TEST(a_bad_file_is_named),
    };

    return cmocka_run_group_tests_name("broker_registry", tests, NULL, NULL);
}
