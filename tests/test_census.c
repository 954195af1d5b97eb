/* SPDX-License-Identifier: Apache-2.0 */
/* What passed is counted, and nothing of it that names anybody. */
#include "tests/support.h"

#include <stdio.h>
#include <stdlib.h>

#include "policy/statistics.h"
#include "proto/base/pb_field.h"
#include "tests/random_message.h"
#include "tools/cli/statistics.h"

#define ARENA_LEN ((size_t)8 * 1024 * 1024)
#define JANUARY UINT64_C(1767225600000) /* 2026-01-01T00:00:00Z */
#define JULY UINT64_C(1782864000000)

#define MIGRANTS ENTENTE__V1__COUNTED__MIGRANTS_SMUGGLED
#define FACILITATORS ENTENTE__V1__COUNTED__FACILITATORS_MET
#define ARRESTS ENTENTE__V1__COUNTED__PERSONS_ARRESTED
#define SEIZURES ENTENTE__V1__COUNTED__SEIZURES_MADE
#define BIT(dimension) (1U << ENTENTE__V1__DIMENSION__BY_##dimension)

static struct ent_arena arena;
static struct ent_census census;

static int
begin(void **state)
{
    (void)state;
    return ent_arena_init(&arena, ARENA_LEN, &last_error) == ENT_OK ? 0 : -1;
}

static int
end(void **state)
{
    (void)state;
    ent_census_fini(&census);
    ent_arena_fini(&arena);
    return 0;
}

static void
ask(Entente__V1__Counted what, unsigned dimensions)
{
    ent_census_fini(&census);
    census = (struct ent_census){.what = what,
        .dimensions = dimensions,
        .from_ms = JANUARY,
        .until_ms = JULY};
}

/* A message in JSON with ' for ". */
static ent_message *
message_of(const char *json)
{
    ProtobufCMessage *message = NULL;
    char *text = strdup(json);

    assert_non_null(text);
    for (char *at = text; *at != '\0'; at++) {
        *at = *at == '\'' ? '"' : *at;
    }
    expect_ok(ent_json_read(view(text), &entente__v1__message__descriptor,
        &arena, &message, &last_error));
    free(text);
    return (ent_message *)message;
}

static void
add(const char *json)
{
    expect_ok(ent_census_add(&census, message_of(json), &last_error));
}

/* "FEMALE 12-17 KHM: 3; ...", in the order in which they came. */
static void
expect_cells(const char *want)
{
    char text[512] = "";
    size_t used = 0;

    for (size_t i = 0; i < census.count; i++) {
        Entente__V1__StatisticsCell cell = ENTENTE__V1__STATISTICS_CELL__INIT;
        const ProtobufCEnumValue *sex;
        const ProtobufCEnumValue *drug;

        expect_ok(ent_census_write(
            census.cells[i].values, &arena, &cell, &last_error));
        sex = protobuf_c_enum_descriptor_get_value(
            &entente__v1__sex__descriptor, (int)cell.sex);
        drug = protobuf_c_enum_descriptor_get_value(
            &entente__v1__drug__descriptor, (int)cell.substance);
        used += (size_t)snprintf(text + used, sizeof text - used,
            "%s%s%s%s%s%s:%llu", i == 0 ? "" : "; ",
            cell.sex != 0 ? sex->name : "", cell.age_band, cell.origin,
            cell.route, cell.substance != 0 ? drug->name : "",
            (unsigned long long)census.cells[i].count);
    }
    assert_string_equal(text, want);
}

#define INCIDENT                                                               \
    "{'mode':'ACTUAL','smugglingIncident':{'occurredAt':"                      \
    "'2026-03-04T05:06:07Z','mode':'SEA',"

static void
persons_are_counted_by_what_they_are(void **state)
{
    (void)state;
    ask(MIGRANTS, BIT(SEX) | BIT(AGE_BAND) | BIT(ORIGIN) | BIT(ROUTE));
    add(INCIDENT "'persons':["
                 "{'sex':'FEMALE','ageBand':'12-17','nationality':'KHM',"
                 "'count':3},{'count':2}],"
                 "'route':[{'from':{'country':'KH'},'to':{'unlocode':'THAPR'}},"
                 "{'from':{'country':'TH'},'to':{'country':'MY'}}]}}");
    add(INCIDENT "'persons':[{'sex':'FEMALE','ageBand':'12-17',"
                 "'nationality':'KHM','count':4}],'route':[{'from':{'country':"
                 "'KH'},'to':{'country':'MY'}}]}}");
    expect_cells("FEMALE12-17KHMKH-MY:7; XunknownXXXKH-MY:2");
    ask(MIGRANTS, BIT(SEX));
    add(INCIDENT "'persons':[{'sex':'MALE','ageBand':'60+','count':1},"
                 "{'sex':'MALE','count':1}]}}");
    expect_cells("MALE:2");
}

static void
facilitators_are_counted_of_the_same_messages(void **state)
{
    (void)state;
    ask(FACILITATORS, BIT(ROUTE));
    add(INCIDENT "'facilitators':[{'role':'driver','count':2},"
                 "{'role':'Mr Nobody','count':1}]}}");
    expect_cells("XX-XX:3");
}

static void
what_is_no_real_traffic_of_the_time_does_not_count(void **state)
{
    static const char *const messages[] = {
        "{'mode':'EXERCISE','smugglingIncident':{'occurredAt':"
        "'2026-03-04T05:06:07Z','persons':[{'count':1}]}}",
        "{'mode':'TEST','smugglingIncident':{'occurredAt':"
        "'2026-03-04T05:06:07Z','persons':[{'count':1}]}}",
        "{'mode':'ACTUAL','action':'WITHDRAW','smugglingIncident':{'occurredAt'"
        ":'2026-03-04T05:06:07Z','persons':[{'count':1}]}}",
        "{'mode':'ACTUAL','smugglingIncident':{'occurredAt':"
        "'2025-12-31T23:59:59.999Z','persons':[{'count':1}]}}",
        "{'mode':'ACTUAL','smugglingIncident':{'occurredAt':"
        "'2026-07-01T00:00:00Z','persons':[{'count':1}]}}",
        "{'mode':'ACTUAL','drugSeizure':{'seizedAt':"
        "'2026-03-04T05:06:07Z','arrests':[{'count':1}]}}",
        "{'mode':'ACTUAL','personAlert':{'person':{'sex':'MALE'}}}",
        "{'mode':'ACTUAL'}",
    };

    (void)state;
    ask(MIGRANTS, BIT(SEX));
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
        add(messages[i]);
        assert_int_equal(census.count, 0);
    }
}

#define SEIZURE                                                                \
    "{'mode':'ACTUAL','drugSeizure':{'seizedAt':'2026-03-04T05:06:07Z',"

static void
a_case_counts_once_for_each_substance(void **state)
{
    (void)state;
    ask(SEIZURES, BIT(SUBSTANCE));
    add(SEIZURE "'items':["
                "{'drug':'HEROIN','quantity':'1.5','unit':'KILOGRAM'},"
                "{'drug':'METH_TABLET','quantity':'2000','unit':'TABLET'},"
                "{'drug':'HEROIN','quantity':'500','unit':'GRAM'}]}}");
    add(SEIZURE "'items':[{'drug':'HEROIN','quantityAsReported':'some'}]}}");
    expect_cells("HEROIN:2; METH_TABLET:1");
    assert_int_equal(
        census.cells[0].amounts[ENT_CENSUS_KILOGRAM].millionths, 2000000);
    assert_int_equal(census.cells[0].amounts[ENT_CENSUS_KILOGRAM].cases, 1);
    assert_int_equal(
        census.cells[1].amounts[ENT_CENSUS_TABLET].millionths, 2000000000);
    ask(SEIZURES, BIT(OFFENCE));
    add(SEIZURE "'items':[{'drug':'HEROIN'},{'drug':'COCAINE_SALT'}]}}");
    add("{'mode':'ACTUAL','otherSeizure':{'seizedAt':'2026-03-04T05:06:07Z'}}");
    assert_int_equal(census.count, 2);
    assert_int_equal(census.cells[0].count, 1);
}

/* What is counted of persons, the manifests mark as such. */
static void
what_is_counted_may_be(void **state)
{
    const struct ent_type_manifest *body =
        ent_family_by_name(view("smuggling_incident"))->body;
    const struct ent_type_manifest *persons = NULL;

    (void)state;
    for (size_t i = 0; i < body->field_count; i++) {
        if (strcmp(body->fields[i].name, "persons") == 0) {
            persons = body->fields[i].type;
        }
    }
    assert_non_null(persons);
    assert_int_equal(persons->field_count, 4);
    for (size_t i = 0; i < persons->field_count; i++) {
        assert_true((persons->fields[i].traits & ENT_FIELD_COUNTED) != 0);
    }
}

/* ---- whatever a message holds ---- */

static const char *const names[] = {"TRAN<<THI HOA", "Somchai Jaidee",
    "AA1234567", "1-2345-67890-12-3", "XX 1234", "CSQU3054383", "9074729",
    "+66812345678", "1990-04-17", "someone@example.org", "สมชาย ใจดี",
    "KHM\",0,false", "=HYPERLINK(\"x\")", "MALE;AA1234567", "TH-MY XX 1234"};

#define NAMES (sizeof names / sizeof names[0])
#define MESSAGES 400

/* Every text of the message, on every level, names somebody. */
static void
name_everywhere(struct random_source *random, ProtobufCMessage *message)
{
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        size_t count = ent_pb_count(message, field);

        for (size_t k = 0; k < count; k++) {
            void *value = (void *)(uintptr_t)ent_pb_value(message, field, k);

            if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
                name_everywhere(random, *(ProtobufCMessage **)value);
            } else if (field->type == PROTOBUF_C_TYPE_STRING) {
                *(const char **)value = names[random_below(random, NAMES)];
            }
        }
    }
}

static void
expect_nobody(const void *bytes, size_t len, const char *where)
{
    for (size_t i = 0; i < NAMES; i++) {
        if (memmem(bytes, len, names[i], strlen(names[i])) != NULL) {
            fail_msg("'%s' is in %s", names[i], where);
        }
    }
}

/* Everything that a return of it can look like. */
static void
expect_nobody_in_return(void)
{
    const struct ent_return_plan plan = {
        .shape = ENTENTE__V1__RETURN_SHAPE__PLAIN_TABLE,
        .what = census.what,
        .tables = {census.dimensions, 0},
        .table_count = 2};
    Entente__V1__StatisticsReturn *written = NULL;
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes json = {0};
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    assert_non_null(out);
    expect_ok(
        ent_return_make(&plan, &census, 3, &arena, &written, &last_error));
    expect_ok(ent_pb_pack(&written->base, &wire, &last_error));
    expect_nobody(wire.data, wire.len, "the return");
    expect_ok(ent_json_write(&written->base, true, &json, &last_error));
    expect_nobody(json.data, json.len, "its JSON");
    expect_ok(cli_statistics_csv(out, written, &last_error));
    expect_ok(cli_statistics_print(out, written, &last_error));
    expect_ok(cli_statistics_message(out, written, "clerk", &last_error));
    (void)fclose(out);
    expect_nobody(text, len, "what is printed");
    free(text);
}

static void
nothing_that_names_anybody_gets_in(void **state)
{
    static const uint32_t families[] = {
        ENTENTE__V1__MESSAGE__BODY_SMUGGLING_INCIDENT,
        ENTENTE__V1__MESSAGE__BODY_DRUG_SEIZURE,
        ENTENTE__V1__MESSAGE__BODY_WILDLIFE_TIMBER_SEIZURE,
        ENTENTE__V1__MESSAGE__BODY_OTHER_SEIZURE,
    };
    struct random_source random = {.state = 82};
    size_t counted = 0;

    (void)state;
    for (size_t i = 0; i < MESSAGES; i++) {
        const Entente__V1__Counted what =
            (Entente__V1__Counted)(1 + random_below(&random, 4));
        uint32_t family = families[random_below(&random, 4)];
        ent_message message = ENTENTE__V1__MESSAGE__INIT;
        ProtobufCMessage *body;

        while (!ent_census_counts(what, family)) {
            family = families[random_below(&random, 4)];
        }
        ent_arena_reset(&arena);
        body = random_message(
            &random, ent_family_by_number(family)->body->descriptor, &arena);
        assert_non_null(body);
        name_everywhere(&random, body);
        message.mode = ENTENTE__V1__MODE__ACTUAL;
        message.incident_id = (char *)(uintptr_t)names[0];
        message.body_case = (Entente__V1__Message__BodyCase)family;
        message.smuggling_incident = (Entente__V1__SmugglingIncident *)body;
        ask(what,
            ent_census_dimensions(what) & (unsigned)random_below(&random, 256));
        census.from_ms = 0;
        census.until_ms = UINT64_C(7258118400000); /* in 2200 */
        expect_ok(ent_census_add(&census, &message, &last_error));
        counted += census.count;
        expect_nobody_in_return();
    }
    assert_true(counted > MESSAGES / 4);
}

/* A cell that a node tells is the same at who asked. */
static void
values_are_read_as_they_were_written(void **state)
{
    (void)state;
    ask(ARRESTS, ent_census_dimensions(ARRESTS));
    add(SEIZURE "'mode':'RIVER','departure':{'country':'MM'},"
                "'items':[{'drug':'HEROIN'},{'drug':'KETAMINE'}],"
                "'arrests':[{'sex':'FEMALE','ageBand':'60+','nationality':'D',"
                "'count':2},{'sex':'MALE','nationality':'XXA','count':1}]}}");
    assert_int_equal(census.count, 4);
    for (size_t i = 0; i < census.count; i++) {
        Entente__V1__StatisticsCell cell = ENTENTE__V1__STATISTICS_CELL__INIT;
        uint32_t values[ENT_DIMENSIONS];

        expect_ok(ent_census_write(
            census.cells[i].values, &arena, &cell, &last_error));
        expect_ok(ent_census_read(&cell, values, &last_error));
        assert_memory_equal(values, census.cells[i].values, sizeof values);
    }
}

static void
too_many_cells_are_refused(void **state)
{
    struct ent_census_cell cell = {.count = 1};
    enum ent_status rc = ENT_OK;

    (void)state;
    ask(MIGRANTS, BIT(ORIGIN));
    for (uint32_t i = 0; rc == ENT_OK && i <= ENT_CENSUS_CELLS_MAX; i++) {
        assert_int_equal(census.count, i);
        cell.values[ENTENTE__V1__DIMENSION__BY_ORIGIN - 1] = i + 1;
        rc = ent_census_add_cell(&census, &cell, &last_error);
    }
    expect_status(rc, ENT_FULL);
    assert_int_equal(census.count, ENT_CENSUS_CELLS_MAX);
}

#define CENSUS_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CENSUS_TEST(persons_are_counted_by_what_they_are),
        CENSUS_TEST(facilitators_are_counted_of_the_same_messages),
        CENSUS_TEST(what_is_no_real_traffic_of_the_time_does_not_count),
        CENSUS_TEST(a_case_counts_once_for_each_substance),
        CENSUS_TEST(what_is_counted_may_be),
        CENSUS_TEST(nothing_that_names_anybody_gets_in),
        CENSUS_TEST(values_are_read_as_they_were_written),
        CENSUS_TEST(too_many_cells_are_refused),
    };

    return cmocka_run_group_tests_name("census", tests, NULL, NULL);
}
