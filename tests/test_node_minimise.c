/* SPDX-License-Identifier: Apache-2.0 */
/* What one office really seals for others under agreements that withhold this
 * or that: nothing that is withheld is in any byte of it. */
#include "tests/two_offices_rows.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/draft.h"
#include "node/outbox.h"
#include "node/pending.h"
#include "node/vault.h"
#include "proto/base/file.h"
#include "proto/base/log.h"
#include "proto/catalogue.h"
#include "proto/refusal.h"
#include "tests/examples.h"
#include "tests/planted.h"

#define ROUNDS 6
#define SEED UINT64_C(20261129)
#define MASKS_MAX 12
#define RECIPIENTS 2

/* Under each its own agreement; the second one's node is not known, so what is
 * for it lies ready to be sealed. */
static const char *const recipients[RECIPIENTS] = {
    "blo-tachileik@mm", "blo-poipet@kh"};
static const char *const files[RECIPIENTS] = {"th-mm.yaml", "th-kh.yaml"};
static const char *const parties[RECIPIENTS][2] = {{"th", "mm"}, {"th", "kh"}};

static struct {
    struct random_source random;
    char masks[RECIPIENTS][MASKS_MAX][ENT_PATH_LEN];
    size_t mask_count[RECIPIENTS];
    struct plants plants;
    bool repeated; /* one of them was put in a second place, too */
    size_t sent;
    size_t refused;
    size_t withheld; /* markers, of recipients */
} play;

/* ---- agreements ---- */

/* Whole entities, and where they stand. */
static const struct {
    const char *mask;
    const char *where;
} entities[] = {
    {"person_alert.person", "personAlert.person."},
    {"drug_seizure.items", "drugSeizure.items["},
    {"smuggling_incident.route", "smugglingIncident.route["},
    {"message.text", "text["},
};

/* Does the mask's path name that place? Written again, by words alone. */
static bool
names(const char *mask, const struct planted *planted)
{
    for (size_t i = 0; i < sizeof entities / sizeof entities[0]; i++) {
        if (strcmp(mask, entities[i].mask) == 0 &&
            strncmp(planted->where, entities[i].where,
                strlen(entities[i].where)) == 0) {
            return true;
        }
    }
    return strcmp(mask, planted->path) == 0;
}

static bool
is_masked(size_t who, const struct planted *planted)
{
    for (size_t i = 0; i < play.mask_count[who]; i++) {
        if (names(play.masks[who][i], planted)) {
            return true;
        }
    }
    return false;
}

/* The file all.yaml between these two offices, and what it withholds. */
static void
agree_anew(size_t who, unsigned version)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = read_data("all.yaml");
    char masks[MASKS_MAX * ENT_PATH_LEN + 64] = "withhold_until_hit: [";
    char line[64];
    const char *const changes[][2] = {
        {"agreement: all-families",
            who == 0 ? "agreement: all-families" : "agreement: all-with-kh"},
        {"version: 1", line},
        {"address: ncc@th, kind: ncc",
            who == 0
                ? "address: blo-maesai@th, kind: blo, pair: blo-tachileik@mm"
                : "address: blo-maesai@th, kind: blo, pair: blo-poipet@kh"},
        {"address: ncc@mm, kind: ncc",
            who == 0
                ? "address: blo-tachileik@mm, kind: blo, pair: blo-maesai@th"
                : "address: blo-poipet@kh, kind: blo, pair: blo-maesai@th"},
        {"between: [ncc]", "between: [blo]"},
        {"withhold_until_hit: [document.chip_result", masks},
    };

    (void)snprintf(line, sizeof line, "version: %u", version);
    for (size_t i = 0; i < play.mask_count[who]; i++) {
        (void)snprintf(masks + strlen(masks), sizeof masks - strlen(masks),
            "%s%s", i == 0 ? "" : ", ", play.masks[who][i]);
    }
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct ent_bytes next =
            change(ent_bytes_view(&text), changes[i][0], changes[i][1]);

        ent_bytes_free(&text);
        text = next;
    }
    if (who == 1) {
        struct ent_bytes next = change(ent_bytes_view(&text), "  mm:", "  kh:");

        ent_bytes_free(&text);
        text = change(ent_bytes_view(&next),
            "ed25519:iyN9eI6Oqu9VDG0SWCP6RfH9X8KbLIi9-HERlHH8ExI",
            "ed25519:uXi2cL06Ygtpu523E7-GQK0KpVh6Rmpv3473MDuBD0Y");
        ent_bytes_free(&next);
        next = change(ent_bytes_view(&text), "mm: Another", "kh: Another");
        ent_bytes_free(&text);
        text = next;
    }
    write_signed_by(MAESAI, files[who], ent_bytes_view(&text), parties[who]);
    if (who == 0) {
        write_signed_by(
            TACHILEIK, files[who], ent_bytes_view(&text), parties[who]);
    }
}

/* Masks out of what messages hold; at times whole entities. */
static void
choose_masks(size_t who)
{
    static const char *const often[] = {"person.name", "person.native_name",
        "document.number", "document.mrz", "conveyance.plate", "location.place",
        "message.text", "location.detail", "cargo.container",
        "person_alert.person", "drug_seizure.items",
        "smuggling_incident.route"};

    play.mask_count[who] = 0;
    while (play.mask_count[who] < MASKS_MAX) {
        const struct planted *planted =
            &play.plants.list[random_below(&play.random, play.plants.count)];
        char *mask = play.masks[who][play.mask_count[who]];
        bool known = false;

        (void)snprintf(mask, ENT_PATH_LEN, "%s",
            random_below(&play.random, 4) == 0
                ? often[random_below(
                      &play.random, sizeof often / sizeof often[0])]
                : planted->path);
        for (size_t i = 0; i < play.mask_count[who]; i++) {
            known |= strcmp(play.masks[who][i], mask) == 0;
        }
        play.mask_count[who] += known ? 0 : 1;
    }
}

/* ---- messages ---- */

static ent_message *
draft(const char *family, struct ent_arena *arena)
{
    ent_message *message = example(arena, family,
        "{'id':null,'from':null,'to':null,'createdAt':null,'validUntil':null,"
        "'inReplyTo':null,'acknowledgeBy':null}");

    message->mode = ENTENTE__V1__MODE__ACTUAL;
    if (message->purpose == 0) {
        message->purpose = ENTENTE__V1__PURPOSE__ADMINISTRATION;
    }
    return message;
}

/* As the node will fill it in, so that it can be validated here. */
static void
complete(ent_message *message, struct ent_arena *arena)
{
    static char id[ENT_ID_TEXT_LEN + 1];
    static char reply[ENT_ID_TEXT_LEN + 1];
    struct ent_id new_id = ent_id_new(world.now);

    ent_id_format(&new_id, id);
    new_id = ent_id_new(world.now);
    ent_id_format(&new_id, reply);
    message->id = id;
    message->from = (char *)(uintptr_t)addresses[MAESAI];
    message->to = (char *)(uintptr_t)recipients[0];
    message->in_reply_to = reply;
    node_draft_fill(&world.nodes[MAESAI]->self, world.now, message, arena);
}

/* What one office says of messages is not about the world. */
static bool
is_about_messages(const char *family)
{
    static const char *const these[] = {"acknowledgement", "agreement_control",
        "consent_decision", "consent_request", "lifecycle", "document_check"};

    for (size_t i = 0; i < sizeof these / sizeof these[0]; i++) {
        if (strcmp(family, these[i]) == 0) {
            return true;
        }
    }
    return false;
}

static ent_message *
make(const char *family, struct ent_arena *arena)
{
    ent_message *message = draft(family, arena);
    struct ent_findings findings;

    complete(message, arena);
    play.repeated = false;
    if (ent_message_validate(message, &findings, &last_error) != ENT_OK) {
        fail_msg("%s: %s", family, last_error.text);
    }
    plant_all(&play.plants, message, arena);
    return message;
}

/* ---- what was sealed ---- */

/* The bytes that are for that office; false: it did not go. */
static bool
open_for(size_t who, const struct ent_id *id, struct ent_bytes *ret_plain)
{
    ENT_AUTO(node_row_free) node_copy_row *copy = NULL;
    struct node *node = world.nodes[MAESAI];
    struct ent_address to;
    struct ent_party party;
    bool goes;

    expect_ok(ent_address_parse(view(recipients[who]), &to, &last_error));
    party = ent_address_party(&to);
    expect_ok(node_store_begin(node->store, &last_error));
    expect_ok(node_copy_get(node, id, &party, &copy, &last_error));
    goes = copy->state != ENTENTE__V1__TRACE_STATE__TRACE_REFUSED_HERE;
    if (goes && copy->bundle != 0) {
        expect_ok(node_vault_open(node->store, node->slots, copy->bundle,
            copy->day, copy->index, ret_plain, &last_error));
    } else if (goes) {
        ENT_AUTO(node_row_free) Entente__Rest__V1__PendingRow *row = NULL;
        struct node_key key =
            node_key_pending(copy->precedence, &party, copy->number);

        expect_ok(node_row_get(node->store, NODE_PENDING, node_key_view(&key),
            &entente__rest__v1__pending_row__descriptor,
            (ProtobufCMessage **)&row, &last_error));
        expect_ok(node_pending_open(node, row, ret_plain, &last_error));
    }
    node_store_abort(node->store);
    return goes;
}

static bool
is_recorded(const ent_message *message, const char *where)
{
    for (size_t i = 0; i < message->n_withheld; i++) {
        const Entente__V1__Withheld *withheld = message->withheld[i];

        if (strncmp(withheld->field, where, strlen(withheld->field)) == 0 &&
            strcmp(withheld->clause, "fields.withhold_until_hit") == 0) {
            return true;
        }
    }
    return false;
}

static void
check_plain(const char *family, size_t who, const struct ent_bytes *plain)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    ent_message *message;

    expect_ok(ent_arena_init(&arena, 1 << 20, &last_error));
    expect_ok(ent_message_decode(
        ent_bytes_view(plain), &arena, &message, &last_error));
    for (size_t i = 0; i < play.plants.count; i++) {
        const struct planted *planted = &play.plants.list[i];
        bool there = holds_marker(ent_bytes_view(plain), planted->marker);

        if (is_masked(who, planted) && there) {
            fail_msg("%s, seed %" PRIu64 ": %s is withheld from %s and there",
                family, SEED, planted->where, recipients[who]);
        }
        if (is_masked(who, planted) && !is_recorded(message, planted->where)) {
            fail_msg(
                "%s: that %s is withheld is not said", family, planted->where);
        }
        play.withheld += is_masked(who, planted) ? 1 : 0;
    }
}

/* Refused rightly: for what is repeated, and it is named. */
static void
check_refusal(
    const char *family, size_t who, const Entente__V1__CopyResult *copy)
{
    play.refused++;
    if (copy->reason != ENT_REFUSAL_FIELD_PROHIBITED ||
        strstr(copy->sentence, "says again what") == NULL ||
        strcmp(copy->clause, "fields.withhold_until_hit") != 0 ||
        copy->line == 0) {
        fail_msg("%s to %s is refused: %s (%s)", family, recipients[who],
            copy->sentence, copy->clause);
    }
    for (size_t i = 0; i < play.plants.count; i++) {
        assert_null(strstr(copy->sentence, play.plants.list[i].marker));
    }
    /* Examples say only in machine readable lines what they say elsewhere. */
    if (!play.repeated && strstr(copy->sentence, ".mrz says") == NULL) {
        fail_msg("%s: nothing is repeated: %s", family, copy->sentence);
    }
}

/* What is withheld is not missing there. */
static void
check_delivery(const char *family, const struct ent_id *id)
{
    node_copy_row *copy = copy_row(MAESAI, TACHILEIK, id);

    if (copy->state != DELIVERED) {
        fail_msg("%s is in state %u there: reason %u, %s", family, copy->state,
            copy->reason, copy->clause);
    }
    node_row_free(&copy);
}

/* What is not hashed once more when it is sealed (node/keeper.h) is as it was
 * given: something that was taken out of it is none of it. They wait then. */
static void
expect_ends_as_given(struct node *node, struct ent_view given)
{
    struct node_outbox_group group;

    while (node_outbox_first(node->outbox, &group)) {
        ENT_AUTO(node_batch_free)
        struct node_batch *batch = node_batch_new(NULL, 0);

        node_outbox_fill(node->outbox, batch);
        for (size_t i = 0; i < batch->count; i++) {
            const size_t len = batch->list[i].end.len;
            const struct ent_view message = batch->list[i].message;

            assert_in_range(len, 0, given.len);
            assert_memory_equal(message.data + message.len - len,
                given.data + given.len - len, len);
        }
        expect_ok(node_outbox_keep_first(node, &last_error));
    }
}

static void
send_and_look(const char *family, ent_message *message, struct ent_arena *arena)
{
    Entente__V1__Submission submission = ENTENTE__V1__SUBMISSION__INIT;
    Entente__V1__SubmitResult *result;
    struct node *node = world.nodes[MAESAI];
    ENT_AUTO(ent_bytes_free) struct ent_bytes packed = {0};
    struct ent_id id;

    message->to = (char *)(uintptr_t)protobuf_c_empty_string; /* it is told */
    expect_ok(ent_pb_pack(&message->base, &packed, &last_error));
    submission.message = message;
    submission.to = (char **)(uintptr_t)recipients;
    submission.n_to = RECIPIENTS;
    expect_ok(node_turn_begin(node, world.now, &last_error));
    node_outbox_open(node);
    expect_ok(node_submit(
        node, &submission, (struct ent_view){0}, arena, &result, &last_error));
    node_outbox_close(node);
    expect_ends_as_given(node, ent_bytes_view(&packed));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    if (result->error[0] != '\0') {
        fail_msg("%s: %s", family, result->error);
    }
    expect_ok(ent_id_parse(view(result->id), &id, &last_error));
    exchange();
    for (size_t who = 0; who < RECIPIENTS; who++) {
        ENT_AUTO(ent_bytes_free) struct ent_bytes plain = {0};

        play.sent++;
        if (!open_for(who, &id, &plain)) {
            check_refusal(family, who, result->copies[who]);
            continue;
        }
        check_plain(family, who, &plain);
        if (who == 0) {
            check_delivery(family, &id);
        }
    }
}

/* ---- what lies on disk ---- */

static void
expect_no_plaintext_in(enum who who, const char *file)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes store = {0};
    char path[PATH_MAX];

    in_folder(who, file, path);
    expect_ok(ent_file_read(path, (size_t)1 << 28, &store, &last_error));
    assert_true(store.len > 0);
    for (size_t i = 0; i < play.plants.count; i++) {
        assert_false(
            holds_marker(ent_bytes_view(&store), play.plants.list[i].marker));
    }
}

/* No marker of the last message is in any byte of that office's store. */
static void
expect_no_plaintext(enum who who)
{
    expect_no_plaintext_in(who, "store/data.mdb");
    expect_no_plaintext_in(who, "store/long.mdb");
    expect_no_plaintext_in(who, "store/redo.log");
}

/* ---- the tests ---- */

static void
play_family(const char *family)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    ent_message *message;

    expect_ok(ent_arena_init(&arena, (size_t)1 << 23, &last_error));
    message = make(family, &arena);
    if (play.plants.count > 1 && random_below(&play.random, 3) == 0) {
        size_t one = random_below(&play.random, play.plants.count);

        play.repeated = plant_again(
            &play.plants, message, play.plants.list[one].marker, &arena);
    }
    send_and_look(family, message, &arena);
}

/* The first masks are out of all that any message holds. */
static void
gather(struct planted *all, size_t *ret_count)
{
    for (size_t i = 0; example_families[i] != NULL; i++) {
        ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};

        if (is_about_messages(example_families[i])) {
            continue;
        }
        expect_ok(ent_arena_init(&arena, (size_t)1 << 23, &last_error));
        (void)make(example_families[i], &arena);
        for (size_t k = 0; k < play.plants.count; k++) {
            all[(*ret_count)++] = play.plants.list[k];
        }
    }
}

static void
nothing_withheld_is_in_what_is_sealed(void **state)
{
    static struct planted all[64 * PLANTED_MAX];
    size_t count = 0;

    (void)state;
    world.now += 100 * DAY; /* examples are of November */
    exchange();
    gather(all, &count);
    assert_true(count > 100);
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (size_t who = 0; who < RECIPIENTS; who++) {
            play.plants.count = PLANTED_MAX;
            for (size_t i = 0; i < PLANTED_MAX; i++) {
                play.plants.list[i] = all[random_below(&play.random, count)];
            }
            choose_masks(who);
            agree_anew(who, round + 2);
        }
        crash(TACHILEIK);
        crash(MAESAI);
        exchange();
        for (size_t i = 0; example_families[i] != NULL; i++) {
            if (!is_about_messages(example_families[i])) {
                play_family(example_families[i]);
            }
        }
    }
    assert_true(play.sent > 300);
    assert_true(play.withheld > 500);
    assert_true(play.refused > 20);
    expect_no_plaintext(MAESAI);
    expect_no_plaintext(TACHILEIK);
}

/* Accepted while nothing was withheld, and sealed when something is. */
static void
what_is_withheld_since_is_taken_out_before_it_is_sealed(void **state)
{
    static const struct amendment more[] = {
        {"prohibited: [person.biometric, person.religion]",
            "prohibited: [person.biometric, person.religion]\n"
            "  withhold_until_hit: [hotline_alert.description]"}};
    ENT_AUTO(ent_bytes_free) struct ent_bytes plain = {0};
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    ent_message *message;
    struct ent_id id;

    (void)state;
    world.up = false;
    id = post(MAESAI, TACHILEIK, hotline);
    forget_wire();
    world.up = true;
    agree_on("lifecycle", more, 1);
    exchange();
    exchange();
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
    assert_true(open_for(0, &id, &plain));
    assert_null(memmem(plain.data, plain.len, "pick-up", 7));
    expect_ok(ent_arena_init(&arena, 1 << 16, &last_error));
    expect_ok(ent_message_decode(
        ent_bytes_view(&plain), &arena, &message, &last_error));
    assert_int_equal(message->n_withheld, 1);
    assert_string_equal(
        message->withheld[0]->field, "hotlineAlert.description");
}

/* An officer does not say for the node what it took out. */
static void
only_a_node_says_what_is_withheld(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__SubmitResult *result;

    (void)state;
    expect_ok(ent_arena_init(&arena, 1 << 22, &last_error));
    submit(MAESAI, TACHILEIK,
        "{\"purpose\":\"THREAT_TO_LIFE\",\"withheld\":[{\"field\":"
        "\"hotlineAlert.when\",\"clause\":\"3\"}],\"hotlineAlert\":{"
        "\"what\":\"DRUGS\",\"where\":{\"country\":\"TH\"},\"action\":"
        "\"STOP\"}}",
        &result, &arena);
    assert_non_null(strstr(result->error, "withheld: the node says"));
}

/* Bytes that nobody can read may be made of what is withheld. */
static void
no_keyed_hash_goes_beside_what_is_withheld(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__SubmitResult *result;

    (void)state;
    expect_ok(ent_arena_init(&arena, 1 << 22, &last_error));
    submit(MAESAI, TACHILEIK,
        "{\"purpose\":\"THREAT_TO_LIFE\",\"duplicateKeys\":"
        "[\"AAECAwQFBgcICQoLDA0ODw==\"],\"test\":{\"text\":\"x\"}}",
        &result, &arena);
    assert_non_null(strstr(result->error, "duplicate_keys: must not be given"));
    assert_int_equal(result->n_copies, 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_withheld_is_in_what_is_sealed),
        TEST(what_is_withheld_since_is_taken_out_before_it_is_sealed),
        TEST(only_a_node_says_what_is_withheld),
        TEST(no_keyed_hash_goes_beside_what_is_withheld),
    };

    play.random.state = SEED;
    play.plants.random = &play.random;
    if (sodium_init() < 0) {
        return 1;
    }
    ent_log_set_level(ENT_LOG_ERROR);
    return cmocka_run_group_tests_name("node_minimise", tests, NULL, NULL);
}
