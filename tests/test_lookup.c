/* SPDX-License-Identifier: Apache-2.0 */
/* By what a message is found again, however that was written. */
#include "tests/support.h"

#include "tests/random_message.h"

#include <stdio.h>
#include <stdlib.h>

#include "proto/catalogue_tables.h"
#include "proto/lookup.h"

/* ---- the vocabulary ---- */

/* Keys as "kind key", a line each. */
struct list {
    char text[16384];
    size_t len;
};

static enum ent_status
keep(void *context, enum ent_lookup kind, struct ent_view key,
    struct ent_error *err)
{
    struct list *list = context;

    (void)err;
    list->len += (size_t)snprintf(list->text + list->len,
        sizeof list->text - list->len, "%s %.*s\n", ent_lookup_name(kind),
        (int)key.len, (const char *)key.data);
    assert_true(list->len < sizeof list->text);
    return ENT_OK;
}

static struct list
asked(enum ent_lookup kind, const char *of, const char *value)
{
    struct list list = {.len = 0};

    expect_ok(
        ent_lookup_ask(kind, view(of), view(value), keep, &list, &last_error));
    return list;
}

static void
expect_same(enum ent_lookup kind, const char *a, const char *b)
{
    struct list left = asked(kind, "THA", a);
    struct list right = asked(kind, "THA", b);

    assert_string_equal(left.text, right.text);
}

static struct list
keys_of(const char *json)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    struct list list = {.len = 0};
    ent_message *message = NULL;

    expect_ok(ent_arena_init(&arena, 1u << 16, &last_error));
    expect_ok(ent_json_read(view(json), &entente__v1__message__descriptor,
        &arena, (ProtobufCMessage **)&message, &last_error));
    expect_ok(ent_lookup_message(message, keep, &list, &last_error));
    return list;
}

static void
expect_key(const struct list *list, const char *line)
{
    if (strstr(list->text, line) == NULL) {
        fail_msg("no '%s' in:\n%s", line, list->text);
    }
}

/* ---- tests ---- */

static void
spaces_and_hyphens_make_no_difference(void **state)
{
    (void)state;
    expect_same(ENT_LOOKUP_CONTAINER, "CSQU 305438-3", "csqu3054383");
    expect_same(ENT_LOOKUP_DOCUMENT, "AA 12345.67", "aa1234567");
    expect_same(ENT_LOOKUP_AWB, "217-12345675", "21712345675");
    expect_same(ENT_LOOKUP_AIRCRAFT, "HS-TKA", "HSTKA");
    expect_same(ENT_LOOKUP_FLIGHT, "TG 0660", "TG660");
    expect_same(ENT_LOOKUP_FLIGHT, "THA0660", "THA660");
    expect_same(ENT_LOOKUP_FLIGHT, "3U0088A", "3U88A");
    expect_same(ENT_LOOKUP_PLATE, "กข 1234", "กข-๑๒๓๔");
    expect_same(ENT_LOOKUP_VESSEL_NAME, "MV Đông Á", "mv dong a");
}

static void
a_name_is_asked_for_word_by_word(void **state)
{
    struct list list = asked(ENT_LOOKUP_NAME, "", "ERIKSSON<<ANNA<MARIA");

    (void)state;
    assert_string_equal(list.text, "name erikss\nname anna\nname maria\n");
    expect_same(ENT_LOOKUP_NAME, "Nguyễn Thị Đặng", "NGUYEN<<THI<DANG");
    /* cut in a zone of 30 places */
    expect_same(ENT_LOOKUP_NAME, "WATTANAPANITCHAKUL", "WATTANAPANI");
}

static void
a_document_is_its_issuers(void **state)
{
    struct list thai = asked(ENT_LOOKUP_DOCUMENT, "THA", "AA1");
    struct list list = {.len = 0};

    (void)state;
    assert_string_equal(thai.text, "document THA/AA1\ndocument THA/AA*1\n");
    expect_status(ent_lookup_ask(ENT_LOOKUP_DOCUMENT, view(""), view("AA1"),
                      keep, &list, &last_error),
        ENT_BAD_INPUT);
    expect_status(ent_lookup_ask(ENT_LOOKUP_DOCUMENT, view("THA"), view("-"),
                      keep, &list, &last_error),
        ENT_BAD_INPUT);
    expect_status(ent_lookup_ask(ENT_LOOKUP_SEAL, view(""), view(" - "), keep,
                      &list, &last_error),
        ENT_BAD_INPUT);
    assert_string_equal(asked(ENT_LOOKUP_DOCUMENT, "D", "C0X").text,
        asked(ENT_LOOKUP_DOCUMENT, "DEU", "C0X").text);
}

static void
a_zone_is_its_document(void **state)
{
    static const char zone[] = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n"
                               "L898902C36UTO7408122F1204159ZE184226B<<<<<10";
    struct list list = asked(ENT_LOOKUP_MRZ, "", zone);

    (void)state;
    assert_string_equal(
        list.text, asked(ENT_LOOKUP_DOCUMENT, "UTO", "L898902C3").text);
}

static void
what_a_message_has_is_found(void **state)
{
    struct list list = keys_of(
        "{\"purpose\":\"VERIFY_DOCUMENT\",\"incidentId\":\"TH:MSA:2026-17\","
        "\"geoScope\":[\"THMSA\"],\"personAlert\":{\"person\":{\"name\":"
        "\"TRAN<<THI HOA\",\"nativeName\":{\"text\":\"Trần Thị Hoa\"},"
        "\"aliases\":[{\"text\":\"Hoa Sen\"}]},\"documents\":[{\"issuer\":"
        "\"VNM\",\"number\":\"B1234567\"}],\"conveyances\":[{\"plate\":"
        "\"29A-123.45\",\"imo\":\"9074729\",\"flight\":\"VN0601\"}]}}");

    (void)state;
    expect_key(&list, "case TH:MSA:202617\n");
    expect_key(&list, "place THMSA\n");
    expect_key(&list, "name tran\n");
    expect_key(&list, "name hoa\n");
    expect_key(&list, "name sen\n");
    expect_key(&list, "document VNM/B1234567\n");
    expect_key(&list, "plate 29a12345\n");
    expect_key(&list, "imo 9074729\n");
    expect_key(&list, "flight VN601\n");
}

static enum ent_status
count_key(void *context, enum ent_lookup kind, struct ent_view key,
    struct ent_error *err)
{
    (void)kind;
    (void)key;
    (void)err;
    ++*(size_t *)context;
    return ENT_OK;
}

/* Keys of messages of a family that say whatever it can say. */
static size_t
count_keys_of_family(const ProtobufCFieldDescriptor *field)
{
    struct random_source random = {.state = field->id};
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    size_t count = 0;

    expect_ok(ent_arena_init(&arena, 1 << 20, &last_error));
    for (size_t i = 0; i < 50; i++) {
        ent_message message = ENTENTE__V1__MESSAGE__INIT;

        ent_arena_reset(&arena);
        message.body_case = field->id;
        message.test = (Entente__V1__Test *)random_message(
            &random, field->descriptor, &arena);
        expect_ok(ent_lookup_message(&message, count_key, &count, &last_error));
    }
    return count;
}

static void
each_family_that_has_what_is_looked_up_by_is_found(void **state)
{
    const struct ent_type_manifest *type = ent_message_manifest;
    size_t families = 0;

    (void)state;
    for (size_t i = 0; i < type->field_count; i++) {
        const ProtobufCFieldDescriptor *field = &type->descriptor->fields[i];

        if (field->quantifier_offset == offsetof(ent_message, body_case) &&
            field->type == PROTOBUF_C_TYPE_MESSAGE && field->id != 0) {
            assert_int_equal(
                count_keys_of_family(field) > 0, type->fields[i].searched);
            families += type->fields[i].searched;
        }
    }
    assert_true(families > 10);
}

/* Every number of a range, and no other, is found by it. */
static void
a_range_is_the_numbers_in_it(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 200; round++) {
        unsigned low = (unsigned)(rand() % 10000);
        unsigned high = low + (unsigned)(rand() % (10000 - (int)low));
        char json[256];
        struct list list;

        (void)snprintf(json, sizeof json,
            "{\"documentAlert\":{\"issuer\":\"THA\",\"number\":\"AB%04u\","
            "\"lastNumber\":\"AB%04u\"}}",
            low, high);
        list = keys_of(json);
        for (unsigned n = 0; n < 10000; n += 7) {
            char number[16];
            struct list blocks;
            size_t found = 0;

            (void)snprintf(number, sizeof number, "AB%04u", n);
            blocks = asked(ENT_LOOKUP_DOCUMENT, "THA", number);
            for (char *line = blocks.text; *line != '\0';) {
                size_t len = strcspn(line, "\n") + 1;
                char one[64];

                (void)snprintf(one, sizeof one, "%.*s", (int)len, line);
                found += strstr(list.text, one) != NULL;
                line += len;
            }
            assert_int_equal(found, n >= low && n <= high);
        }
    }
}

static void
what_is_no_range_is_known(void **state)
{
    (void)state;
    assert_true(ent_lookup_is_range(view("AB001"), view("AB001")));
    assert_true(ent_lookup_is_range(view("AB001"), view("AB999")));
    assert_false(ent_lookup_is_range(view("AB002"), view("AB001")));
    assert_false(ent_lookup_is_range(view("AB001"), view("AC001")));
    assert_false(ent_lookup_is_range(view("AB01"), view("AB001")));
    assert_false(ent_lookup_is_range(view("AB01X"), view("AB02X")));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spaces_and_hyphens_make_no_difference),
        cmocka_unit_test(a_name_is_asked_for_word_by_word),
        cmocka_unit_test(a_document_is_its_issuers),
        cmocka_unit_test(a_zone_is_its_document),
        cmocka_unit_test(what_a_message_has_is_found),
        cmocka_unit_test(each_family_that_has_what_is_looked_up_by_is_found),
        cmocka_unit_test(a_range_is_the_numbers_in_it),
        cmocka_unit_test(what_is_no_range_is_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
