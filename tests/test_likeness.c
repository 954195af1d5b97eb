/* SPDX-License-Identifier: Apache-2.0 */
/* What may be one incident, and what is told to be two. */
#include "tests/examples.h"
#include "tests/support.h"

#include "proto/likeness.h"

/* An example that was changed twice, and how alike that makes the two. */
static struct ent_likeness
alike(const char *family, const char *one, const char *other)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    struct ent_likeness likeness;

    expect_ok(ent_arena_init(&arena, 1u << 20, &last_error));
    likeness = ent_likeness_of(
        example(&arena, family, one), example(&arena, family, other));
    ent_arena_reset(&arena);
    return likeness;
}

#define PLACE "'place':{'country':'TH','unlocode':'','crossing':'',"

static void
a_case_is_a_case(void **state)
{
    (void)state;
    assert_int_equal(alike("drug_seizure", "{'incidentId':'TH:A-1'}",
                         "{'incidentId':'th:a1'}")
                             .bases &
                         ENT_LIKE_CASE,
        ENT_LIKE_CASE);
    assert_int_equal(alike("drug_seizure", "{'incidentId':'TH:A-1'}",
                         "{'incidentId':'TH:A-2'}")
                             .bases &
                         ENT_LIKE_CASE,
        0);
}

static void
a_vehicle_that_both_name_is_told(void **state)
{
    struct ent_likeness likeness = alike("drug_seizure",
        "{'drugSeizure':{'conveyance':{'plate':'1กก 1234'}}}",
        "{'drugSeizure':{'conveyance':{'plate':'1กก1234'}}}");

    (void)state;
    assert_true(likeness.bases & ENT_LIKE_IDENTIFIER);
    assert_int_equal(likeness.shared, ENT_LOOKUP_PLATE);
}

static unsigned
events(const char *one, const char *other)
{
    return alike("drug_seizure", one, other).bases & ENT_LIKE_EVENT;
}

#define AT(time) "{'drugSeizure':{'seizedAt':'" time "','dateOnly':false}}"
#define DAY(time) "{'drugSeizure':{'seizedAt':'" time "','dateOnly':true}}"

static void
hours_apart_are_one_event_and_more_are_not(void **state)
{
    (void)state;
    assert_true(events(AT("2026-08-01T10:00:00Z"), AT("2026-08-01T16:00:00Z")));
    assert_false(
        events(AT("2026-08-01T10:00:00Z"), AT("2026-08-01T16:00:01Z")));
    assert_true(
        events(DAY("2026-08-01T00:00:00Z"), AT("2026-08-01T23:00:00Z")));
    assert_false(
        events(DAY("2026-08-01T00:00:00Z"), AT("2026-08-02T01:00:00Z")));
}

static void
five_kilometres_are_one_place(void **state)
{
    static const char mae_sai[] =
        "{'drugSeizure':{" PLACE
        "'latitude':'20.4433','longitude':'99.8803'}}}";
    static const char near[] = "{'drugSeizure':{" PLACE
                               "'latitude':'20.4800','longitude':'99.8803'}}}";
    static const char far[] = "{'drugSeizure':{" PLACE
                              "'latitude':'20.4900','longitude':'99.8803'}}}";

    (void)state;
    assert_true(events(mae_sai, near)); /* 4.1 km */
    assert_false(events(mae_sai, far)); /* 5.2 km */
}

#define ITEMS(quantity, unit)                                                  \
    "{'drugSeizure':{'items':[{'drug':'HEROIN','quantity':'" quantity          \
    "','unit':'" unit "'}]}}"

static void
a_tenth_more_or_less_is_no_other_quantity(void **state)
{
    (void)state;
    assert_true(events(ITEMS("10", "KILOGRAM"), ITEMS("9.05", "KILOGRAM")));
    assert_true(events(ITEMS("10", "KILOGRAM"), ITEMS("9100", "GRAM")));
    assert_false(events(ITEMS("10", "KILOGRAM"), ITEMS("8.9", "KILOGRAM")));
    assert_false(events(ITEMS("10", "KILOGRAM"),
        "{'drugSeizure':{'items':[{'drug':'KETAMINE','quantity':'10','unit':"
        "'KILOGRAM'}]}}"));
}

static void
another_way_is_another_event(void **state)
{
    (void)state;
    assert_false(events(
        "{'drugSeizure':{'mode':'AIR'}}", "{'drugSeizure':{'mode':'RIVER'}}"));
    assert_true(events("{'drugSeizure':{'mode':'AIR'}}",
        "{'drugSeizure':{'mode':'TRANSPORT_MODE_UNSPECIFIED'}}"));
}

static void
another_family_tells_of_no_event(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};

    (void)state;
    expect_ok(ent_arena_init(&arena, 1u << 20, &last_error));
    assert_int_equal(ent_likeness_of(example(&arena, "drug_seizure", "{}"),
                         example(&arena, "smuggling_incident", "{}"))
                             .bases &
                         ENT_LIKE_EVENT,
        0);
    assert_int_equal(alike("test", "{}", "{}").bases & ENT_LIKE_EVENT, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_case_is_a_case),
        cmocka_unit_test(a_vehicle_that_both_name_is_told),
        cmocka_unit_test(hours_apart_are_one_event_and_more_are_not),
        cmocka_unit_test(five_kilometres_are_one_place),
        cmocka_unit_test(a_tenth_more_or_less_is_no_other_quantity),
        cmocka_unit_test(another_way_is_another_event),
        cmocka_unit_test(another_family_tells_of_no_event),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
