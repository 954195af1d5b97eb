/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/examples.h"
#include "tools/cli/export.h"
#include "tools/cli/stixid.h"

static struct ent_arena arena;
static char *text;
static size_t text_len;

static int
set_up(void **state)
{
    (void)state;
    return ent_arena_init(&arena, ENT_MESSAGE_ARENA, &last_error) == ENT_OK
               ? 0
               : -1;
}

static int
tear_down(void **state)
{
    (void)state;
    ent_arena_fini(&arena);
    free(text);
    text = NULL;
    return 0;
}

/* These messages of `family` in that format, in `text`. */
static void
export_these(const struct cli_export_format *format, const char *family,
    const char *const *changes)
{
    struct cli_export export = {.format = format};
    enum cli_leaving rule;

    free(text);
    text = NULL;
    export.out = open_memstream(&text, &text_len);
    expect_ok(ent_arena_init(&export.arena, ENT_MESSAGE_ARENA, &last_error));
    expect_ok(format->begin(&export, &last_error));
    for (; *changes != NULL; changes++) {
        Entente__V1__InboxItem item = ENTENTE__V1__INBOX_ITEM__INIT;

        ent_arena_reset(&arena);
        item.sequence = 7;
        item.received_at = UINT64_C(1795946400000);
        item.family = (char *)(uintptr_t)family;
        item.message = example(&arena, family, *changes);
        expect_ok(format->put(&export, &item, &rule, &last_error));
    }
    expect_ok(format->end(&export, &last_error));
    assert_int_equal(fclose(export.out), 0);
    ent_arena_fini(&export.arena);
    free(export.state);
}

/* ---- what was sent ---- */

#define SENT_MAX 3000

/* Hand on the copy of a message of that number. */
static void
take_copy(struct cli_export *export, unsigned number, enum cli_leaving rule)
{
    Entente__V1__InboxItem item = ENTENTE__V1__INBOX_ITEM__INIT;
    char id[ENT_ID_TEXT_LEN + 1];

    ent_arena_reset(&arena);
    (void)snprintf(id, sizeof id, "01926b3e-8c00-7abc-8def-%012u", number + 1);
    item.id = id;
    item.family = (char *)"border_status";
    item.message = example(&arena, "border_status", "{}");
    expect_ok(cli_export_take(export, &item, rule, &last_error));
}

/* To one office today, to another one later: its copies are not neighbours. */
static void
a_message_is_written_once_whenever_its_copies_were_sent(void **state)
{
    struct cli_export export = {.format = &cli_export_as_cap, .sent = true};

    (void)state;
    free(text);
    text = NULL;
    export.out = open_memstream(&text, &text_len);
    expect_ok(ent_arena_init(&export.arena, ENT_MESSAGE_ARENA, &last_error));
    take_copy(&export, 0, CLI_LEAVING_REFUSED);
    for (unsigned i = 0; i < SENT_MAX; i++) {
        take_copy(&export, i, CLI_LEAVING_LEAVES);
    }
    for (unsigned i = 0; i < SENT_MAX; i++) {
        take_copy(&export, i, CLI_LEAVING_LEAVES);
    }
    assert_int_equal(export.messages, 2 * SENT_MAX + 1);
    assert_int_equal(export.exported, SENT_MAX);
    assert_int_equal(export.kept[CLI_LEAVING_COPY], SENT_MAX);
    assert_int_equal(export.kept[CLI_LEAVING_REFUSED], 1);
    cli_idset_fini(&export.written);
    assert_int_equal(fclose(export.out), 0);
    ent_arena_fini(&export.arena);
}

/* ---- CSV ---- */

static void
a_row_has_what_every_family_has_and_all_as_json(void **state)
{
    static const char *const one[] = {"{}", NULL};

    (void)state;
    export_these(&cli_export_as_csv, "border_status", one);
    assert_int_equal(strncmp(text, "\"number\",\"received\",\"id\"", 24), 0);
    assert_non_null(strstr(text,
        "\r\n\"7\",\"2026-11-29T10:00:00Z\","
        "\"01926b3e-8c00-7abc-8def-0123456789ab\",\"border_status\",\"ncc@th\","
        "\"ncc@mm\",\"EXERCISE\",\"PRIORITY\",\"2026-11-22T10:00:00Z\","));
    assert_non_null(strstr(text, "\"\"state\"\":\"\"CROSSING_RESTRICTED\"\""));
    assert_string_equal(text + text_len - 4, "}\"\r\n");
}

static void
a_formula_is_a_text(void **state)
{
    static const char *const begins[][2] = {{"=", "="}, {"+", "+"}, {"-", "-"},
        {"@", "@"}, {"\\t", "\t"}, {"\\r", "\r"}, {"\\n", "\n"}};
    char change[64], want[64];
    const char *const one[] = {change, NULL};

    (void)state;
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
        (void)snprintf(change, sizeof change,
            "{'incidentId': '%sHYPERLINK(1)', 'lang': '%s1'}", begins[i][0],
            begins[i][0]);
        (void)snprintf(want, sizeof want, ",\"'%sHYPERLINK(1)\",\"'%s1\",",
            begins[i][1], begins[i][1]);
        export_these(&cli_export_as_csv, "border_status", one);
        assert_non_null(strstr(text, want));
    }
}

static void
keys_and_signatures_are_in_no_row(void **state)
{
    static const char *const one[] = {
        "{'attachments': [{'name': 'a.jpg', 'mediaType': 'image/jpeg', 'size': "
        "'1', 'key': 'a2V5'}], 'officerSignatures': [{'certificate': "
        "'Y2VydA=='}]}",
        NULL};

    (void)state;
    export_these(&cli_export_as_csv, "border_status", one);
    assert_non_null(strstr(text, "a.jpg"));
    assert_null(strstr(text, "a2V5"));
    assert_null(strstr(text, "Y2VydA"));
}

/* ---- CAP ---- */

/* How one message is taken: what keeps it, if anything does. */
static enum cli_leaving
put_as_alert(const char *family, const char *change)
{
    static struct ent_findings findings;
    struct cli_export export = {.format = &cli_export_as_cap};
    Entente__V1__InboxItem item = ENTENTE__V1__INBOX_ITEM__INIT;
    enum cli_leaving rule = CLI_LEAVING_LEAVES;
    enum ent_status rc;

    free(text);
    text = NULL;
    export.out = open_memstream(&text, &text_len);
    expect_ok(ent_arena_init(&export.arena, ENT_MESSAGE_ARENA, &last_error));
    ent_arena_reset(&arena);
    item.message = example(&arena, family, change);
    expect_ok(ent_message_validate(item.message, &findings, &last_error));
    rc = export.format->put(&export, &item, &rule, &last_error);
    ent_arena_fini(&export.arena);
    assert_int_equal(fclose(export.out), 0);
    if (rc != ENT_OK) {
        expect_status(rc, ENT_UNSUPPORTED);
        assert_int_equal(text_len, 0);
        return rule;
    }
    assert_true(text_len > 0);
    return CLI_LEAVING_LEAVES;
}

/* One message must not keep the others from leaving. */
static void
what_no_alert_can_say_is_left_out_whole(void **state)
{
    static char many[32 * 4096];
    size_t len = (size_t)sprintf(many, "{'geoScope': [");

    (void)state;
    assert_int_equal(put_as_alert("border_status", "{}"), CLI_LEAVING_LEAVES);
    assert_int_equal(put_as_alert("drug_seizure", "{}"), CLI_LEAVING_FAMILY);
    assert_int_equal(put_as_alert("border_status", "{'caveats': ['\\ufffe']}"),
        CLI_LEAVING_CHARACTER);
    for (int i = 0; i < 4000; i++) {
        len += (size_t)sprintf(many + len, "%s'THBKK'", i == 0 ? "" : ",");
    }
    strcpy(many + len, "]}");
    assert_int_equal(put_as_alert("border_status", many), CLI_LEAVING_SIZE);
}

/* ---- STIX ---- */

static json_t *
bundle(const char *family, const char *const *changes)
{
    json_error_t why;
    json_t *read;

    export_these(&cli_export_as_stix, family, changes);
    read = json_loads(text, JSON_REJECT_DUPLICATES, &why);
    if (read == NULL) {
        fail_msg("line %d: %s\n%s", why.line, why.text, text);
    }
    assert_string_equal(
        json_string_value(json_object_get(read, "type")), "bundle");
    return read;
}

/* The nth object of that type. NULL: there are fewer. */
static const json_t *
object(const json_t *read, const char *type, size_t nth)
{
    size_t i;
    json_t *each;

    json_array_foreach(json_object_get(read, "objects"), i, each)
    {
        if (strcmp(json_string_value(json_object_get(each, "type")), type) ==
                0 &&
            nth-- == 0) {
            return each;
        }
    }
    return NULL;
}

static const char *
value(const json_t *of, const char *key)
{
    const char *found = json_string_value(json_object_get(of, key));

    return found == NULL ? "" : found;
}

static void
a_message_is_a_report_with_its_sender_and_places(void **state)
{
    static const char *const two[] = {"{}", "{}", NULL};
    json_t *read;
    const json_t *report, *place;

    (void)state;
    read = bundle("border_status", two);
    report = object(read, "report", 0);
    place = object(read, "location", 0);
    assert_string_equal(value(report, "published"), "2026-11-22T10:00:00.000Z");
    assert_string_equal(value(report, "name"), "Border status");
    assert_string_equal(value(object(read, "identity", 0), "name"), "ncc@th");
    assert_string_equal(value(place, "country"), "TH");
    assert_int_equal(
        json_array_size(json_object_get(report, "object_refs")), 2);
    /* The same again is told once, though it was in two messages. */
    assert_null(object(read, "report", 1));
    assert_null(object(read, "location", 1));
    assert_null(object(read, "identity", 1));
    json_decref(read);
}

/* But for the marking itself, and who sent it. */
static void
expect_marked(const json_t *read, const char *id)
{
    size_t i, marked = 0;
    json_t *each;

    json_array_foreach(json_object_get(read, "objects"), i, each)
    {
        const json_t *refs = json_object_get(each, "object_marking_refs");

        if (strcmp(value(each, "type"), "marking-definition") != 0 &&
            strcmp(value(each, "type"), "identity") != 0) {
            assert_int_equal(json_array_size(refs), 1);
            assert_string_equal(json_string_value(json_array_get(refs, 0)), id);
            marked++;
        }
    }
    assert_true(marked >= 2);
}

/* Ids are their senders' choice: one hides no message of another. */
static void
messages_of_two_senders_under_one_id_are_two_reports(void **state)
{
    static const char *const reports[] = {"{}", "{'from': 'ncc@la'}", NULL};
    static const char *const bulletins[] = {"{}",
        "{'from': 'ncc@la', 'riskIndicatorBulletin': {'indicators': "
        "['another']}}",
        NULL};
    json_t *read = bundle("border_status", reports);

    (void)state;
    assert_non_null(object(read, "report", 1));
    assert_string_not_equal(value(object(read, "report", 0), "id"),
        value(object(read, "report", 1), "id"));
    json_decref(read);
    read = bundle("risk_indicator_bulletin", bulletins);
    assert_string_equal(value(object(read, "note", 0), "created_by_ref"),
        value(object(read, "identity", 0), "id"));
    for (size_t i = 0, other = 0;; i++) {
        const json_t *note = object(read, "note", i);

        if (note == NULL) {
            assert_true(other > 0);
            break;
        }
        other += strcmp(value(note, "content"), "another") == 0;
    }
    json_decref(read);
}

static void
every_object_has_the_marking_of_its_message(void **state)
{
    static const char *const tlps[][2] = {
        {"{'tlp': 'TLP_CLEAR'}", "94868c89-83c2-464b-929b-a1a8aa3c8487"},
        {"{'tlp': 'TLP_GREEN'}", "bab4a63c-aed9-4cf5-a766-dfca5abac2bb"},
        {"{'tlp': 'TLP_AMBER'}", "55d920b0-5e8b-4f79-9ee9-91f868d9b421"},
        {"{'tlp': 'TLP_AMBER_STRICT'}", "939a9414-2ddd-4d32-a0cd-375ea402b003"},
        {"{'tlp': 'TLP_RED'}", "e828b379-4e03-4974-9ac4-e53a884c97c1"},
        {"{'tlp': null}", "bab4a63c-aed9-4cf5-a766-dfca5abac2bb"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof tlps / sizeof tlps[0]; i++) {
        const char *const one[] = {tlps[i][0], NULL};
        json_t *read = bundle("border_status", one);
        char id[96];

        (void)snprintf(id, sizeof id, "marking-definition--%s", tlps[i][1]);
        assert_string_equal(
            value(object(read, "marking-definition", 0), "id"), id);
        expect_marked(read, id);
        json_decref(read);
    }
}

static void
what_is_referred_to_is_there_and_has_one_id(void **state)
{
    static const char *const one[] = {"{}", NULL};

    (void)state;
    for (size_t i = 0; example_families[i] != NULL; i++) {
        json_t *read = bundle(example_families[i], one);
        const json_t *report = object(read, "report", 0);
        size_t j, k;
        json_t *ref, *each;

        json_array_foreach(json_object_get(report, "object_refs"), j, ref)
        {
            size_t found = 0;

            json_array_foreach(json_object_get(read, "objects"), k, each)
            {
                found += strcmp(value(each, "id"), json_string_value(ref)) == 0;
            }
            assert_int_equal(found, 1);
        }
        assert_true(j > 0);
        json_decref(read);
    }
}

static void
a_report_refers_to_all_its_places(void **state)
{
    static char change[16384];
    const char *const one[] = {change, NULL};
    size_t len = (size_t)sprintf(change, "{'hubAlert': {'routes': [");
    json_t *read;

    (void)state;
    for (int i = 0; i < 100; i++) {
        len += (size_t)sprintf(change + len,
            "%s{'crossing': {'country': 'TH', 'place': 'km %d'}}",
            i == 0 ? "" : ",", i);
    }
    strcpy(change + len, "]}}");
    read = bundle("hub_alert", one);
    assert_non_null(object(read, "location", 99));
    assert_int_equal(json_array_size(json_object_get(
                         object(read, "report", 0), "object_refs")),
        102); /* and to its sender and the hub */
    json_decref(read);
}

/* Of its sender, its marking and its codes, and of nothing else. */
static void
a_place_has_the_id_of_what_it_is(void **state)
{
    static const char *const one[] = {"{}", NULL};
    char sender[CLI_STIXID_MAX], id[CLI_STIXID_MAX], what[512];
    json_t *read;

    (void)state;
    cli_stixid_make("identity", "ncc@th", sender);
    (void)snprintf(what, sizeof what,
        "%s marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb "
        "{\"country\":\"TH\",\"crossing\":\"MM-TH:THL-MSA\"}",
        sender);
    cli_stixid_make("location", what, id);
    read = bundle("border_status", one);
    assert_string_equal(value(object(read, "location", 0), "id"), id);
    json_decref(read);
}

static void
indicators_and_addresses_on_the_net_are_objects(void **state)
{
    static const char *const one[] = {"{}", NULL};
    static const char *const online[] = {
        "{'intelligenceReport': {'about': {'online': [{'url': "
        "'https://x.test/'}]}}}",
        NULL};
    json_t *read;

    (void)state;
    read = bundle("risk_indicator_bulletin", one);
    assert_string_equal(
        value(object(read, "note", 1), "content"), "luggage of another");
    assert_null(object(read, "indicator", 0)); /* it has no pattern */
    json_decref(read);
    read = bundle("intelligence_report", online);
    assert_string_equal(
        value(object(read, "url", 0), "value"), "https://x.test/");
    assert_non_null(object(read, "observed-data", 0));
    expect_marked(read, value(object(read, "marking-definition", 0), "id"));
    json_decref(read);
}

/* What the standard asks of each type that is written (OASIS STIX 2.1,
 * sections 3 to 7), written again. */
static void
every_object_has_what_its_type_must_have(void **state)
{
    static const struct {
        const char *type;
        const char *must[6];
    } types[] = {
        {"identity", {"created", "modified", "name"}},
        {"location", {"created", "modified"}},
        {"marking-definition", {"created", "name"}},
        {"note", {"created", "modified", "content"}},
        {"observed-data",
            {"created", "modified", "first_observed", "last_observed"}},
        {"report", {"created", "modified", "name", "published"}},
        {"url", {"value"}},
    };
    static const char *const one[] = {"{}", NULL};

    (void)state;
    for (size_t i = 0; example_families[i] != NULL; i++) {
        json_t *read = bundle(example_families[i], one);
        json_t *each;
        size_t j, k;

        json_array_foreach(json_object_get(read, "objects"), j, each)
        {
            const char *type = value(each, "type");
            const char *id = value(each, "id");

            assert_string_equal(value(each, "spec_version"), "2.1");
            assert_int_equal(strncmp(id, type, strlen(type)), 0);
            assert_int_equal(strlen(id), strlen(type) + 2 + 36);
            for (k = 0; strcmp(types[k].type, type) != 0; k++) {
                assert_true(k + 1 < sizeof types / sizeof types[0]);
            }
            for (size_t m = 0; types[k].must[m] != NULL; m++) {
                assert_string_not_equal(value(each, types[k].must[m]), "");
            }
            if (strcmp(type, "note") == 0 || strcmp(type, "report") == 0) {
                assert_true(
                    json_array_size(json_object_get(each, "object_refs")) > 0);
            }
            if (strcmp(type, "location") == 0 &&
                *value(each, "country") == '\0') {
                assert_true(json_is_real(json_object_get(each, "latitude")));
                assert_true(json_is_real(json_object_get(each, "longitude")));
            }
        }
        json_decref(read);
    }
}

static void
nobody_is_an_object(void **state)
{
    static const char *const one[] = {"{}", NULL};
    json_t *read;

    (void)state;
    read = bundle("at_risk_person_alert", one);
    assert_null(object(read, "identity", 1));
    json_decref(read);
}

static void
an_empty_bundle_is_one(void **state)
{
    static const char *const none[] = {NULL};

    (void)state;
    json_decref(bundle("border_status", none));
}

/* As Python's uuid.uuid5 makes it, in STIX's own namespace and in ours: what
 * was exported once keeps its id. */
static void
an_id_is_a_uuid_of_version_5(void **state)
{
    char id[CLI_STIXID_MAX], other[CLI_STIXID_MAX];

    (void)state;
    cli_stixid_make_observable("url", "{\"value\":\"https://x.test/\"}", id);
    assert_string_equal(id, "url--afeacd30-5205-5855-b312-e4901277827b");
    cli_stixid_make("report", "a", id);
    cli_stixid_make("report", "b", other);
    assert_string_equal(id, "report--6a6bb569-0c49-5347-baa9-00ae062b8c35");
    assert_string_not_equal(id, other);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            a_message_is_written_once_whenever_its_copies_were_sent),
        cmocka_unit_test(a_row_has_what_every_family_has_and_all_as_json),
        cmocka_unit_test(a_formula_is_a_text),
        cmocka_unit_test(keys_and_signatures_are_in_no_row),
        cmocka_unit_test(what_no_alert_can_say_is_left_out_whole),
        cmocka_unit_test(a_message_is_a_report_with_its_sender_and_places),
        cmocka_unit_test(messages_of_two_senders_under_one_id_are_two_reports),
        cmocka_unit_test(every_object_has_the_marking_of_its_message),
        cmocka_unit_test(what_is_referred_to_is_there_and_has_one_id),
        cmocka_unit_test(a_report_refers_to_all_its_places),
        cmocka_unit_test(a_place_has_the_id_of_what_it_is),
        cmocka_unit_test(indicators_and_addresses_on_the_net_are_objects),
        cmocka_unit_test(every_object_has_what_its_type_must_have),
        cmocka_unit_test(nobody_is_an_object),
        cmocka_unit_test(an_empty_bundle_is_one),
        cmocka_unit_test(an_id_is_a_uuid_of_version_5),
    };

    return cmocka_run_group_tests_name("export", tests, set_up, tear_down);
}
