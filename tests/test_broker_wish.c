/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <stdio.h>

#include "broker/wish.h"
#include "proto/schema/link.pb-c.h"

#define CERTIFICATE ENTENTE__V1__OBJECT_KIND__OBJECT_CERTIFICATE
#define MANIFEST ENTENTE__V1__OBJECT_KIND__OBJECT_MANIFEST
#define SECOND UINT64_C(1000)
#define MINUTE (60 * SECOND)
#define NOW (60 * MINUTE)

static struct broker_wishes wishes;

static int
empty(void **state)
{
    (void)state;
    wishes = (struct broker_wishes){0};
    return 0;
}

static struct ent_fetch
about(uint32_t kind, const char *subject)
{
    struct ent_fetch fetch = {.kind = kind};

    (void)snprintf(fetch.subject, sizeof fetch.subject, "%s", subject);
    return fetch;
}

static bool
wish(const char *subject, size_t asker, uint64_t now_ms)
{
    const struct ent_fetch fetch = about(CERTIFICATE, subject);

    return broker_wish_make(&wishes, &fetch, asker, now_ms);
}

static void
a_neighbour_is_asked_for_the_same_once_a_second(void **state)
{
    (void)state;
    assert_true(wish("ncc@mm", 1, NOW));
    assert_false(wish("ncc@mm", 2, NOW + 500));
    assert_false(wish("ncc@mm", 1, NOW + 999));
    assert_true(wish("ncc@mm", 1, NOW + SECOND));
    assert_false(wish("ncc@mm", 2, NOW + SECOND + 999));
    assert_true(wish("blo-tachileik@mm", 2, NOW + SECOND + 999));
}

static void
each_who_asked_gets_it_once(void **state)
{
    size_t asker = 0;
    size_t seen = 0;

    (void)state;
    for (size_t i = 1; i <= 3; i++) {
        (void)wish("ncc@mm", i, NOW + i);
        (void)wish("ncc@mm", i, NOW + 10 + i);
    }
    assert_false(broker_wish_grant(&wishes, MANIFEST, "ncc@mm", &asker));
    assert_false(broker_wish_grant(&wishes, CERTIFICATE, "ncc@kh", &asker));
    for (size_t i = 0; i < 3; i++) {
        assert_true(broker_wish_grant(&wishes, CERTIFICATE, "ncc@mm", &asker));
        assert_in_range(asker, 1, 3);
        seen |= (size_t)1 << asker;
    }
    assert_int_equal(seen, 2 | 4 | 8);
    assert_false(broker_wish_grant(&wishes, CERTIFICATE, "ncc@mm", &asker));
}

static void
a_wish_is_forgotten_after_ten_minutes(void **state)
{
    size_t index = 0;

    (void)state;
    (void)wish("ncc@mm", 1, NOW);
    (void)wish("ncc@kh", 1, NOW + MINUTE);
    assert_string_equal(
        broker_wish_next(&wishes, &index, NOW + 10 * MINUTE)->fetch.subject,
        "ncc@kh");
    assert_null(broker_wish_next(&wishes, &index, NOW + 10 * MINUTE));
    index = 0;
    assert_null(broker_wish_next(&wishes, &index, NOW + 11 * MINUTE));
}

static void
of_too_many_the_oldest_is_forgotten(void **state)
{
    char subject[32];
    size_t asker;

    (void)state;
    for (unsigned i = 0; i <= BROKER_WISHES_MAX; i++) {
        (void)snprintf(subject, sizeof subject, "office-%u@mm", i);
        (void)wish(subject, 1, NOW + i);
    }
    assert_false(
        broker_wish_grant(&wishes, CERTIFICATE, "office-0@mm", &asker));
    assert_true(broker_wish_grant(&wishes, CERTIFICATE, "office-1@mm", &asker));
    assert_true(broker_wish_grant(&wishes, CERTIFICATE, subject, &asker));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(
            a_neighbour_is_asked_for_the_same_once_a_second, empty),
        cmocka_unit_test_setup(each_who_asked_gets_it_once, empty),
        cmocka_unit_test_setup(a_wish_is_forgotten_after_ten_minutes, empty),
        cmocka_unit_test_setup(of_too_many_the_oldest_is_forgotten, empty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
