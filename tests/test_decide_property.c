/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The decision against a slow one that reads the agreement's YAML again for
 * every question, word by word, with nothing prepared.
 */
#include "tests/policy_support.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>

#include "policy/decide.h"
#include "policy/minimise.h"
#include "proto/base/time.h"
#include "proto/refusal.h"
#include "tests/random_message.h"

#define ROUNDS 4000
#define ARENA_SIZE ((size_t)1 << 20)
#define DAY_MS (UINT64_C(24) * 60 * 60 * 1000)

#define SEED UINT64_C(20260815)

/* ---- the slow decision ---- */

/* Does the list have the word whose name in the schema is that of `value`? */
static bool
lists(const struct ent_yaml_node *list, const ProtobufCEnumDescriptor *words,
    int value)
{
    const ProtobufCEnumValue *known =
        protobuf_c_enum_descriptor_get_value(words, value);

    for (size_t i = 0; known != NULL && value != 0 && i < list->count; i++) {
        if (strcasecmp(list->items[i]->text, known->name) == 0) {
            return true;
        }
    }
    return false;
}

static bool
lists_text(const struct ent_yaml_node *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i]->text, text) == 0) {
            return true;
        }
    }
    return false;
}

static bool
slow_in_force(const struct ent_yaml_node *root, uint64_t now_ms)
{
    const struct ent_yaml_node *in_force = ent_yaml_get(root, "in_force");
    struct ent_view from = ent_view_text(ent_yaml_get(in_force, "from")->text);
    struct ent_view until =
        ent_view_text(ent_yaml_get(in_force, "until")->text);
    uint64_t from_ms;
    uint64_t until_ms;

    if (ent_date_parse(from, &from_ms, NULL) != ENT_OK) {
        expect_ok(ent_time_parse(from, &from_ms, &last_error));
    }
    if (ent_date_parse(until, &until_ms, NULL) == ENT_OK) {
        until_ms += DAY_MS;
    } else {
        expect_ok(ent_time_parse(until, &until_ms, &last_error));
    }
    return from_ms <= now_ms && now_ms < until_ms;
}

static bool
slow_blocks(const struct ent_facts *facts)
{
    const ent_message *message = facts->message;
    const char *state = strchr(facts->recipient->text, '@') + 1;
    bool asylum = false;

    for (size_t i = 0; i < message->n_safeguards; i++) {
        int safeguard = (int)message->safeguards[i];

        if (safeguard < 1 || safeguard > 9) {
            return true;
        }
        asylum |= safeguard == ENTENTE__V1__SAFEGUARD__ASYLUM_SEEKER ||
                  safeguard == ENTENTE__V1__SAFEGUARD__REFOULEMENT_RISK;
    }
    for (size_t i = 0; i < message->n_protected_from; i++) {
        const char *from = message->protected_from[i];

        if (strlen(from) != 2 || strcasecmp(from, state) == 0 ||
            strspn(from, "abcdefghijklmnopqrstuvwxyz"
                         "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 2) {
            return true;
        }
    }
    return asylum && message->n_protected_from == 0;
}

static const struct ent_yaml_node *
slow_office(const struct ent_yaml_node *root, const struct ent_address *address)
{
    const struct ent_yaml_node *offices = ent_yaml_get(root, "offices");

    for (size_t i = 0; i < offices->count; i++) {
        const struct ent_yaml_node *office = offices->items[i];

        if (strcmp(ent_yaml_get(office, "address")->text, address->text) == 0) {
            return office;
        }
    }
    return NULL;
}

/* Does the row join the two offices? */
static bool
slow_joins(const struct ent_yaml_node *root, const struct ent_yaml_node *row,
    const struct ent_yaml_node *from, const struct ent_yaml_node *to)
{
    const struct ent_yaml_node *kinds = ent_yaml_get(row, "between");
    const char *from_kind = ent_yaml_get(from, "kind")->text;
    const char *to_kind = ent_yaml_get(to, "kind")->text;
    const char *from_address = ent_yaml_get(from, "address")->text;
    const char *to_address = ent_yaml_get(to, "address")->text;
    const struct ent_yaml_node *pair = ent_yaml_get(from, "pair");
    const char *direction = ent_yaml_get(row, "direction")->text;
    char way[32];

    if (!lists_text(kinds, from_kind) || !lists_text(kinds, to_kind)) {
        return false;
    }
    if (ent_yaml_get(root, "parties")->count == 1) {
        return true;
    }
    (void)snprintf(way, sizeof way, "%s to %s", strchr(from_address, '@') + 1,
        strchr(to_address, '@') + 1);
    if (strcmp(direction, "both") != 0 && strcmp(direction, way) != 0) {
        return false;
    }
    return strcmp(from_kind, "blo") != 0 || strcmp(to_kind, "blo") != 0 ||
           (pair != NULL && strcmp(pair->text, to_address) == 0);
}

static bool
slow_exchange(const struct ent_yaml_node *root, const struct ent_facts *facts)
{
    const struct ent_yaml_node *rows = ent_yaml_get(root, "exchange");
    const struct ent_yaml_node *from = slow_office(root, facts->sender);
    const struct ent_yaml_node *to = slow_office(root, facts->recipient);
    const ProtobufCEnumDescriptor *purposes = &entente__v1__purpose__descriptor;
    int purpose = (int)facts->message->purpose;
    const struct ent_family *family = ent_family_of(facts->message);

    if (from == NULL || to == NULL || from == to || family == NULL ||
        (ent_yaml_get(root, "parties")->count == 2 &&
            strcmp(strchr(facts->sender->text, '@'),
                strchr(facts->recipient->text, '@')) == 0)) {
        return false;
    }
    if (!lists(ent_yaml_get(ent_yaml_get(root, "purposes"), "permitted"),
            purposes, purpose)) {
        return false;
    }
    for (size_t i = 0; i < rows->count; i++) {
        const struct ent_yaml_node *row = rows->items[i];

        if (lists_text(ent_yaml_get(row, "families"), family->name) &&
            lists(ent_yaml_get(row, "purposes"), purposes, purpose) &&
            slow_joins(root, row, from, to)) {
            return true;
        }
    }
    return false;
}

static bool
slow_offence(const struct ent_yaml_node *root, const ent_message *message)
{
    const struct ent_yaml_node *offences = ent_yaml_get(root, "offences");
    const struct ent_yaml_node *penalty =
        ent_yaml_get(offences, "minimum_penalty");
    unsigned years = 0;
    unsigned months = 0;

    if (message->purpose != ENTENTE__V1__PURPOSE__LISTED_CRIME) {
        return true;
    }
    if (offences == NULL ||
        !lists(ent_yaml_get(offences, "listed"),
            &entente__v1__offence__descriptor, (int)message->offence)) {
        return false;
    }
    if (penalty != NULL) {
        (void)sscanf(penalty->text, "P%uY%uM", &years, &months);
    }
    return message->offence_penalty_months >= years * 12 + months;
}

static bool
slow_classification(
    const struct ent_yaml_node *root, const ent_message *message)
{
    static const char *const rungs[] = {"restricted", "open", "official",
        "restricted", "confidential", "secret"};
    const struct ent_yaml_node *node = ent_yaml_get(root, "classification");
    const struct ent_yaml_node *rows = ent_yaml_get(node, "equivalence");
    const char *ceiling = ent_yaml_get(node, "ceiling")->text;
    int rung = (int)message->classification;
    int top = 5;

    while (strcmp(rungs[top], ceiling) != 0) {
        top--;
    }
    rung = rung == 0 ? 3 : rung;
    if (rung < 1 || rung > top) {
        return false;
    }
    for (size_t i = 0; rows != NULL && i < rows->count; i++) {
        if (strcmp(ent_yaml_get(rows->items[i], "level")->text, rungs[rung]) ==
            0) {
            return true;
        }
    }
    return rung < 3;
}

static bool
slow_fields(const struct ent_yaml_node *root, const struct ent_facts *facts)
{
    const struct ent_yaml_node *fields = ent_yaml_get(root, "fields");
    const struct ent_yaml_node *prohibited = ent_yaml_get(fields, "prohibited");
    const struct ent_yaml_node *withheld =
        ent_yaml_get(fields, "withhold_until_hit");

    for (size_t i = 0; prohibited != NULL && i < prohibited->count; i++) {
        if (ent_message_has(facts->message, prohibited->items[i]->text, NULL)) {
            return false;
        }
    }
    for (size_t i = 0;
         facts->receiving && withheld != NULL && i < withheld->count; i++) {
        if (ent_message_has(facts->message, withheld->items[i]->text, NULL)) {
            return false;
        }
    }
    return true;
}

static bool
slow_permits(const struct ent_yaml_node *root, const struct ent_facts *facts,
    uint64_t now_ms)
{
    for (size_t i = 0; i < facts->message->n_handling; i++) {
        int code = (int)facts->message->handling[i];

        if (code < 1 || code > 4) {
            return false;
        }
    }
    return slow_in_force(root, now_ms) && !slow_blocks(facts) &&
           slow_exchange(root, facts) && slow_offence(root, facts->message) &&
           slow_classification(root, facts->message) &&
           slow_fields(root, facts);
}

/* ---- random questions ---- */

struct asked {
    struct ent_facts facts;
    struct ent_address from;
    struct ent_address to;
    uint64_t now_ms;
};

static struct ent_address
random_office(
    struct random_source *random, const struct ent_agreement *agreement)
{
    struct ent_address address = {.text = "blo-unlisted@th"};
    size_t count = 0;

    while (ent_agreement_office(agreement, count) != NULL) {
        count++;
    }
    if (random_below(random, 16) != 0) {
        address = *ent_agreement_office(agreement, random_below(random, count));
    }
    return address;
}

/* Mostly what agreements permit, so that permits occur. */
static void
random_header(struct random_source *random, ent_message *message)
{
    static const Entente__V1__Purpose purposes[] = {
        ENTENTE__V1__PURPOSE__LISTED_CRIME, ENTENTE__V1__PURPOSE__LISTED_CRIME,
        ENTENTE__V1__PURPOSE__THREAT_TO_LIFE,
        ENTENTE__V1__PURPOSE__BORDER_DECISION,
        ENTENTE__V1__PURPOSE__ADMINISTRATION};

    if (random_below(random, 4) != 0) {
        message->purpose = purposes[random_below(random, 5)];
    }
    if (random_below(random, 4) != 0) {
        message->offence = ENTENTE__V1__OFFENCE__DRUGS;
    }
    message->offence_penalty_months = (uint32_t)random_below(random, 40);
    if (random_below(random, 3) != 0) {
        message->classification =
            (Entente__V1__Classification)random_below(random, 4);
    }
    if (random_below(random, 4) != 0) {
        message->n_handling = 0;
    }
    if (random_below(random, 4) != 0) {
        message->n_safeguards = 0;
    }
    if (random_below(random, 2) != 0) {
        message->n_protected_from = 0;
    }
    for (size_t i = 0; i < message->n_protected_from; i++) {
        static char states[][3] = {"th", "kh", "mm", "la", "KR"};

        if (random_below(random, 4) != 0) {
            message->protected_from[i] = states[random_below(random, 5)];
        }
    }
}

static void
ask(struct random_source *random, const struct ent_agreement *agreement,
    struct ent_arena *arena, struct asked *ret_asked)
{
    ent_message *message;

    ent_arena_reset(arena);
    message = (ent_message *)random_message(
        random, &entente__v1__message__descriptor, arena);
    assert_non_null(message);
    random_header(random, message);

    ret_asked->from = random_office(random, agreement);
    ret_asked->to = random_office(random, agreement);
    ret_asked->now_ms =
        random_below(random, 16) == 0 ? random_below(random, 2 * NOON) : NOON;
    ret_asked->facts = (struct ent_facts){
        .sender = &ret_asked->from,
        .recipient = &ret_asked->to,
        .message = message,
        .precedence = (uint32_t)random_below(random, 8),
        .receiving = random_below(random, 2) == 0,
    };
}

static const char *const files[] = {
    "kr-th.yaml", "th-kh.yaml", "th-mm.yaml", "th.yaml"};

#define FILE_COUNT (sizeof files / sizeof files[0])

static void
compare_with_slow(const char *file, struct ent_arena *arena)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data(file);
    ENT_AUTO(ent_yaml_free) struct ent_yaml *yaml = NULL;
    struct random_source random = {.state = SEED};
    size_t permits = 0;

    expect_ok(ent_yaml_read(
        ent_agreement_text(agreement), &yaml, &last_complaints, &last_error));
    for (size_t round = 0; round < ROUNDS; round++) {
        struct ent_decision decision;
        struct asked asked;
        bool slow;

        ask(&random, agreement, arena, &asked);
        ent_decide(agreement, &asked.facts, asked.now_ms, &decision);
        slow = slow_permits(ent_yaml_root(yaml), &asked.facts, asked.now_ms);
        if (decision.permit != slow) {
            fail_msg("%s, seed %" PRIu64 ", round %zu: %s; the slow one %s",
                file, SEED, round, decision.sentence,
                slow ? "permits" : "denies");
        }
        permits += decision.permit;
    }
    if (permits < ROUNDS / 100) {
        fail_msg("%s: only %zu permits of %d", file, permits, ROUNDS);
    }
}

static void
the_fast_decision_is_the_slow_one(void **state)
{
    for (size_t i = 0; i < FILE_COUNT; i++) {
        compare_with_slow(files[i], *state);
    }
}

/* Every permit keeps its promise: what must be masked is there, nothing that is
 * prohibited is, and the content has an end. */
static void
a_permit_is_complete_and_a_denial_binds_to_nothing(void **state)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data("th-kh.yaml");
    struct random_source random = {.state = SEED + 1};

    for (size_t round = 0; round < ROUNDS; round++) {
        struct ent_decision decision;
        struct asked asked;

        ask(&random, agreement, *state, &asked);
        ent_decide(agreement, &asked.facts, asked.now_ms, &decision);
        assert_true(decision.permit == (decision.reason == 0));
        assert_true(decision.clause[0] != '\0' && decision.sentence[0] != '\0');
        if (!decision.permit) {
            assert_non_null(ent_refusal_info(decision.reason));
            assert_true(decision.mask_count == 0 && decision.retain_ms == 0);
            continue;
        }
        assert_true(decision.line > 0 && decision.retain_ms > 0);
        for (size_t i = 0; i < decision.mask_count; i++) {
            assert_true(
                ent_message_has(asked.facts.message, decision.masks[i], NULL));
        }
    }
}

/* ---- a stricter agreement ---- */

/* Each change takes something away that th-kh.yaml permits. */
static const struct {
    const char *from;
    const char *to;
} restrictions[] = {
    {"until: 2028-12-31, review_by: 2027-06-30", "until: 2026-03-31"},
    {"[threat_to_life, listed_crime, border_decision], release",
        "[listed_crime], release"},
    {"listed: [drugs, trafficking_in_persons, ", "listed: ["},
    {"minimum_penalty: P1Y", "minimum_penalty: P2Y6M"},
    {"families: [hotline_alert], direction: both",
        "families: [hotline_alert], direction: th to kh"},
    {"families: [acknowledgement, test], direction",
        "families: [acknowledgement], direction"},
    {"between: [blo, ncc], purposes: [administration]",
        "between: [ncc], purposes: [administration]"},
    {"purposes: [listed_crime, border_decision]",
        "purposes: [border_decision]"},
    {"  - {clause: \"5.3\", families: [drug_seizure], direction: both, "
     "between: [ncc], purposes: [listed_crime, statistics], release: "
     "one_officer}\n",
        ""},
    {"person_count.nationality]",
        "person_count.nationality, location.place, conveyance.mode]"},
    {"conveyance.plate, ", "conveyance.plate, conveyance.flight, "},
    {"    - {level: confidential, th: ลับ, kh: សម្ងាត់}\n", ""},
    {"{address: blo-hatlek@th, kind: blo, pair: blo-chamyeam@kh}\n"
     "  - {address: ncc@kh, kind: ncc, sectors: [immigration, police, drugs]}\n"
     "  - {address: blo-poipet@kh, kind: blo, pair: blo-aranyaprathet@th}\n"
     "  - {address: blo-chamyeam@kh, kind: blo, pair: blo-hatlek@th}\n",
        "{address: blo-hatlek@th, kind: blo}\n"
        "  - {address: ncc@kh, kind: ncc}\n"
        "  - {address: blo-poipet@kh, kind: blo, pair: blo-aranyaprathet@th}\n"
        "  - {address: blo-chamyeam@kh, kind: blo}\n"},
};

#define RESTRICTION_COUNT (sizeof restrictions / sizeof restrictions[0])

/* Returns how many permits were lost. */
static size_t
expect_stricter(const struct ent_agreement *before,
    const struct ent_agreement *after, struct ent_arena *arena)
{
    struct random_source random = {.state = SEED + 2};
    size_t lost = 0;

    for (size_t round = 0; round < ROUNDS; round++) {
        struct ent_decision was;
        struct ent_decision is;
        struct asked asked;

        ask(&random, before, arena, &asked);
        ent_decide(before, &asked.facts, asked.now_ms, &was);
        ent_decide(after, &asked.facts, asked.now_ms, &is);
        if (is.permit && !was.permit) {
            fail_msg("seed %" PRIu64 ", round %zu: was denied (%s), now: %s",
                SEED + 2, round, was.sentence, is.sentence);
        }
        lost += was.permit && !is.permit;
    }
    return lost;
}

static void
a_restriction_never_permits_what_was_denied(void **state)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *whole = load_data("th-kh.yaml");

    for (size_t i = 0; i < RESTRICTION_COUNT; i++) {
        ENT_AUTO(ent_agreement_free)
        struct ent_agreement *stricter = load_changed(
            "th-kh.yaml", restrictions[i].from, restrictions[i].to);

        if (expect_stricter(whole, stricter, *state) == 0) {
            fail_msg("'%s' restricted nothing", restrictions[i].to);
        }
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
        cmocka_unit_test(the_fast_decision_is_the_slow_one),
        cmocka_unit_test(a_permit_is_complete_and_a_denial_binds_to_nothing),
        cmocka_unit_test(a_restriction_never_permits_what_was_denied),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests_name(
        "decide_property", tests, setup, teardown);
}
