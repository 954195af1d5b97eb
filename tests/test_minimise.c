/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/policy_support.h"

#include <inttypes.h>
#include <sodium.h>

#include "policy/minimise.h"
#include "policy/path.h"
#include "tests/random_message.h"

#define ARENA_SIZE ((size_t)1 << 20)
#define ROUNDS 3000
#define SEED UINT64_C(42)

/* A seizure at Mae Sai: two transits, a car, two groups of arrested. */
static const char seizure_json[] =
    "{\"from\":\"ncc@th\",\"to\":\"ncc@mm\",\"text\":[{\"lang\":\"en\",\"text\":"
    "\"call\"}],\"drugSeizure\":{"
    "\"place\":{\"country\":\"TH\",\"place\":\"Mae Sai\"},"
    "\"departure\":{\"country\":\"MM\",\"place\":\"Tachileik\"},"
    "\"transit\":[{\"country\":\"MM\",\"place\":\"Kengtung\"},"
    "{\"country\":\"TH\"},{\"country\":\"TH\",\"place\":\"Chiang Rai\"}],"
    "\"conveyance\":{\"plate\":\"AB 1\",\"makeModelColour\":\"white\"},"
    "\"arrests\":[{\"nationality\":\"MMR\",\"count\":2},"
    "{\"nationality\":\"THA\",\"count\":1}]}}";

static ent_message *
read_seizure(struct ent_arena *arena)
{
    ProtobufCMessage *message = NULL;

    ent_arena_reset(arena);
    expect_ok(ent_json_read(view(seizure_json),
        &entente__v1__message__descriptor, arena, &message, &last_error));
    return (ent_message *)message;
}

static struct ent_decision
masking(const char *path)
{
    return (struct ent_decision){
        .permit = true,
        .masks = {path},
        .mask_clause = {"fields.withhold_until_hit"},
        .mask_count = 1,
    };
}

/* ---- what a path names ---- */

static void
a_path_names_a_field_by_the_type_that_holds_it(void **state)
{
    const ent_message *message = read_seizure(*state);
    char where[ENT_PATH_LEN];

    assert_true(ent_message_has(message, "conveyance.plate", where));
    assert_string_equal(where, "drugSeizure.conveyance.plate");
    assert_true(ent_message_has(message, "person_count.nationality", where));
    assert_string_equal(where, "drugSeizure.arrests[0].nationality");
    assert_true(ent_message_has(message, "location.place", NULL));
    assert_true(ent_message_has(message, "drug_seizure.place", NULL));
}

static void
a_path_names_a_field_by_the_field_that_holds_it(void **state)
{
    const ent_message *message = read_seizure(*state);
    char where[ENT_PATH_LEN];

    assert_true(ent_message_has(message, "departure.place", where));
    assert_string_equal(where, "drugSeizure.departure.place");
    assert_true(ent_message_has(message, "transit.place", where));
    assert_string_equal(where, "drugSeizure.transit[0].place");
    assert_true(ent_message_has(message, "drug_seizure.arrests.count", where));
    assert_string_equal(where, "drugSeizure.arrests[0].count");
    assert_false(ent_message_has(message, "destination.place", NULL));
    assert_false(ent_message_has(message, "hub_alert.transit.place", NULL));
}

static void
what_nobody_set_is_not_there(void **state)
{
    const ent_message *message = read_seizure(*state);

    assert_false(ent_message_has(message, "conveyance.flight", NULL));
    assert_false(ent_message_has(message, "conveyance.mode", NULL));
    assert_false(ent_message_has(message, "drug_seizure.date_only", NULL));
    assert_false(ent_message_has(message, "drug_seizure.items", NULL));
}

static void
of_the_header_only_content_has_a_path(void **state)
{
    const ent_message *message = read_seizure(*state);

    assert_true(ent_message_has(message, "message.text", NULL));
    assert_true(ent_message_has(message, "text.text", NULL));
    assert_false(ent_message_has(message, "message.from", NULL));
    assert_false(ent_path_is_known("message.from"));
    assert_false(ent_path_is_known("message.drug_seizure"));
    assert_false(ent_path_is_known("message.safeguards"));
    assert_false(ent_path_is_known("withheld.field"));
    assert_false(ent_path_is_known("timestamp.seconds"));
}

static void
fields_of_later_families_are_known_already(void **state)
{
    (void)state;
    assert_true(ent_path_is_known("person.name"));
    assert_true(ent_path_is_known("document.number"));
    assert_true(ent_path_is_known("person_count.age_band"));
    assert_false(ent_path_is_known("person.nmae"));
    assert_false(ent_path_is_known("person"));
    assert_false(ent_path_is_known(""));
    assert_false(ent_path_is_known("person."));
    assert_false(ent_path_is_known(".name"));
}

static bool
note_found(void *context, const struct ent_path_level *level,
    const ProtobufCFieldDescriptor *field)
{
    (void)level;
    (void)field;
    *(bool *)context = true;
    return false;
}

/* Agreements named these before any family had them: under another name what
 * states prohibited would pass. */
static void
entities_have_the_names_that_were_promised(void **state)
{
    static const char *const promised[] = {"cargo.airway_bill",
        "cargo.bill_of_lading", "cargo.consignee", "cargo.seal",
        "cargo.shipper", "document.chip_result", "document.expiry",
        "document.issuer", "document.mrz", "document.number", "online.handle",
        "online.phone", "online.url", "online.wallet", "organisation.name",
        "organisation.registration_number", "person.age_band", "person.aliases",
        "person.birth_date", "person.birth_place", "person.health",
        "person.height", "person.languages", "person.marks", "person.name",
        "person.national_id", "person.nationality", "person.native_name",
        "person.photo", "person.role", "person.sex"};
    const char *path;

    (void)state;
    for (size_t i = 0; i < sizeof promised / sizeof promised[0]; i++) {
        bool found = false;

        ent_path_walk_schema(promised[i], note_found, &found);
        if (!found) {
            fail_msg("the schema has no field '%s'", promised[i]);
        }
    }
    for (size_t i = 0; (path = ent_path_absent(i)) != NULL; i++) {
        bool found = false;

        assert_true(ent_path_is_formed(path));
        ent_path_walk_schema(path, note_found, &found);
        assert_false(found);
        assert_true(ent_path_is_known(path));
    }
}

static void
a_misspelt_path_has_a_nearest(void **state)
{
    char near[ENT_PATH_LEN];

    (void)state;
    assert_true(ent_path_nearest("convyance.plate", near));
    assert_string_equal(near, "conveyance.plate");
    assert_true(ent_path_nearest("person.nmae", near));
    assert_string_equal(near, "person.name");
    assert_false(ent_path_nearest("submarine.hull", near));
}

/* ---- removing ---- */

static void
what_is_withheld_is_gone_and_said_to_be(void **state)
{
    ent_message *message = read_seizure(*state);
    struct ent_decision decision = masking("conveyance.plate");

    expect_ok(ent_minimise(&decision, message, *state, &last_error));
    assert_string_equal(message->drug_seizure->conveyance->plate, "");
    assert_string_equal(
        message->drug_seizure->conveyance->make_model_colour, "white");
    assert_int_equal(message->n_withheld, 1);
    assert_string_equal(
        message->withheld[0]->field, "drugSeizure.conveyance.plate");
    assert_string_equal(
        message->withheld[0]->clause, "fields.withhold_until_hit");
}

static void
it_is_withheld_everywhere(void **state)
{
    ent_message *message = read_seizure(*state);
    struct ent_decision decision = masking("location.place");

    expect_ok(ent_minimise(&decision, message, *state, &last_error));
    assert_int_equal(message->n_withheld, 4);
    assert_string_equal(message->withheld[0]->field, "drugSeizure.place.place");
    assert_string_equal(
        message->withheld[3]->field, "drugSeizure.transit[2].place");
    assert_false(ent_message_has(message, "location.place", NULL));
    assert_true(ent_message_has(message, "location.country", NULL));
}

static void
lists_and_entities_are_withheld_whole(void **state)
{
    ent_message *message = read_seizure(*state);
    struct ent_decision decision = masking("drug_seizure.arrests");

    decision.masks[decision.mask_count] = "drug_seizure.conveyance";
    decision.mask_clause[decision.mask_count++] = "fields.withhold_until_hit";
    decision.masks[decision.mask_count] = "conveyance.plate";
    decision.mask_clause[decision.mask_count++] = "fields.withhold_until_hit";

    expect_ok(ent_minimise(&decision, message, *state, &last_error));
    assert_int_equal(message->drug_seizure->n_arrests, 0);
    assert_null(message->drug_seizure->conveyance);
    assert_int_equal(message->n_withheld, 2);
    assert_string_equal(message->withheld[0]->field, "drugSeizure.arrests");
    assert_string_equal(message->withheld[1]->field, "drugSeizure.conveyance");
}

static void
what_was_withheld_before_stays_recorded(void **state)
{
    ent_message *message = read_seizure(*state);
    struct ent_decision first = masking("conveyance.plate");
    struct ent_decision second = masking("departure.place");

    expect_ok(ent_minimise(&first, message, *state, &last_error));
    expect_ok(ent_minimise(&second, message, *state, &last_error));
    expect_ok(ent_minimise(&second, message, *state, &last_error));
    assert_int_equal(message->n_withheld, 2);
    assert_string_equal(
        message->withheld[0]->field, "drugSeizure.conveyance.plate");
    assert_string_equal(
        message->withheld[1]->field, "drugSeizure.departure.place");
}

static void
without_memory_nothing_is_removed(void **state)
{
    ent_message *message = read_seizure(*state);
    struct ent_decision decision = masking("location.place");
    ENT_AUTO(ent_arena_fini) struct ent_arena small = {0};

    expect_ok(ent_arena_init(&small, 64, &last_error));
    expect_status(
        ent_minimise(&decision, message, &small, &last_error), ENT_NO_MEMORY);
    assert_int_equal(message->n_withheld, 0);
    assert_true(ent_message_has(message, "location.place", NULL));
}

/* Any message, any of these paths: afterwards it is gone, each removal is
 * recorded, the rest packs, and doing it again finds nothing. */
static void
a_minimised_message_has_nothing_left_to_withhold(void **state)
{
    static const char *const paths[] = {"conveyance.plate", "location.place",
        "location.latitude", "person_count.count", "drug_seizure.items",
        "mail_item.s10", "hotline_alert.where", "hub_alert.routes",
        "routes.expected", "message.text", "attachments.sha256", "test.text",
        "acknowledgement.at", "seized_drug.drug"};
    const size_t path_count = sizeof paths / sizeof paths[0];
    struct random_source random = {.state = SEED};
    struct ent_arena *arena = *state;

    for (size_t round = 0; round < ROUNDS; round++) {
        const char *mask = paths[random_below(&random, path_count)];
        struct ent_decision decision = masking(mask);
        ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
        ent_message *message;
        size_t before;

        ent_arena_reset(arena);
        message = (ent_message *)random_message(
            &random, &entente__v1__message__descriptor, arena);
        assert_non_null(message);
        before = message->n_withheld +
                 ent_message_has(message, decision.masks[0], NULL);

        expect_ok(ent_minimise(&decision, message, arena, &last_error));
        if (ent_message_has(message, mask, NULL) ||
            message->n_withheld < before) {
            fail_msg("seed %" PRIu64 ", round %zu: %s is still there", SEED,
                round, mask);
        }
        before = message->n_withheld;
        decision = masking(mask); /* whether the rest says it again or not */
        expect_ok(ent_minimise(&decision, message, arena, &last_error));
        assert_int_equal(message->n_withheld, before);
        expect_ok(ent_pb_pack(&message->base, &wire, &last_error));
    }
}

static int
setup(void **state)
{
    static struct ent_arena arena;

    *state = &arena;
    return ent_arena_init(&arena, ARENA_SIZE, &last_error) == ENT_OK ? 0 : -1;
}

static int
teardown(void **state)
{
    ent_arena_fini(*state);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_names_a_field_by_the_type_that_holds_it),
        cmocka_unit_test(a_path_names_a_field_by_the_field_that_holds_it),
        cmocka_unit_test(what_nobody_set_is_not_there),
        cmocka_unit_test(of_the_header_only_content_has_a_path),
        cmocka_unit_test(fields_of_later_families_are_known_already),
        cmocka_unit_test(entities_have_the_names_that_were_promised),
        cmocka_unit_test(a_misspelt_path_has_a_nearest),
        cmocka_unit_test(what_is_withheld_is_gone_and_said_to_be),
        cmocka_unit_test(it_is_withheld_everywhere),
        cmocka_unit_test(lists_and_entities_are_withheld_whole),
        cmocka_unit_test(what_was_withheld_before_stays_recorded),
        cmocka_unit_test(without_memory_nothing_is_removed),
        cmocka_unit_test(a_minimised_message_has_nothing_left_to_withhold),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests_name("minimise", tests, setup, teardown);
}
