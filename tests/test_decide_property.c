/* SPDX-License-Identifier: Apache-2.0 */
/* The decision held against a slow one, and against stricter agreements. */
#include "tests/policy_support.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>

#include "policy/decide.h"
#include "policy/minimise.h"
#include "proto/id.h"
#include "proto/refusal.h"
#include "tests/decide_oracle.h"
#include "tests/random_message.h"

#define ROUNDS 12000
#define ROUNDS_MAX (20 * ROUNDS) /* for what seldom occurs */
#define ARENA_SIZE ((size_t)1 << 20)
#define HOUR_MS (UINT64_C(60) * 60 * 1000)

#define SEED UINT64_C(20260815)

/* ---- random questions ---- */

struct asked {
    struct ent_facts facts;
    struct ent_address from;
    struct ent_address to;
    struct ent_declarations declarations;
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
        ENTENTE__V1__PURPOSE__PROTECT_PERSON,
        ENTENTE__V1__PURPOSE__VERIFY_DOCUMENT, ENTENTE__V1__PURPOSE__STATISTICS,
        ENTENTE__V1__PURPOSE__ADMINISTRATION};

    if (random_below(random, 4) != 0) {
        message->purpose = purposes[random_below(random, 8)];
    }
    if (random_below(random, 4) != 0) {
        message->offence = random_below(random, 2) == 0
                               ? ENTENTE__V1__OFFENCE__DRUGS
                               : ENTENTE__V1__OFFENCE__TIMBER;
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
random_safeguards(struct random_source *random, ent_message *message)
{
    static Entente__V1__Safeguard some[] = {ENTENTE__V1__SAFEGUARD__MINOR,
        ENTENTE__V1__SAFEGUARD__PRESUMED_TIP_VICTIM,
        ENTENTE__V1__SAFEGUARD__NON_PUNISHMENT,
        ENTENTE__V1__SAFEGUARD__DEATH_PENALTY_RISK};
    size_t first = random_below(random, 4);

    if (random_below(random, 3) == 0) {
        message->safeguards = some + first;
        message->n_safeguards = 1 + random_below(random, 4 - first);
    }
}

/* Those that agreements here are about, or any other, perhaps without a body.
 */
static void
random_family(
    struct random_source *random, ent_message *message, struct ent_arena *arena)
{
    static const uint32_t often[] = {101, 102, 120, 174, 177};
    static const uint32_t some[] = {
        103, 110, 130, 131, 140, 150, 160, 161, 173};
    size_t count;
    const struct ent_family *list = ent_family_list(&count);
    uint64_t choice = random_below(random, 4);

    if (choice == 0) {
        return;
    }
    message->hotline_alert = NULL; /* the union is empty */
    if (choice == 1) {
        message->body_case = random_below(random, 2) == 0
                                 ? list[random_below(random, count)].number
                                 : some[random_below(random, 9)];
        return;
    }
    message->body_case = often[random_below(random, 5)];
    message->hotline_alert = (Entente__V1__HotlineAlert *)random_message(random,
        ent_family_by_number(message->body_case)->body->descriptor, arena);
}

static char *
random_choice(struct random_source *random, const char *often, const char *rare)
{
    return (char *)(uintptr_t)(random_below(random, 4) != 0 ? often : rare);
}

/* How it was let go. */
static void
random_release(struct random_source *random, ent_message *message)
{
    static Google__Protobuf__Timestamp created;
    static Entente__V1__Emergency emergency;
    static char text[ENT_ID_TEXT_LEN + 1];
    struct ent_id id = {{0}};
    uint64_t created_ms = NOON + random_below(random, 20 * HOUR_MS);

    google__protobuf__timestamp__init(&created);
    created.seconds = (int64_t)(created_ms / 1000);
    ent_put_be(id.bytes, NOON + random_below(random, 4 * HOUR_MS), 6);
    ent_id_format(&id, text);
    message->created_at = &created;
    entente__v1__emergency__init(&emergency);
    emergency.id = text;
    emergency.approved_by = random_choice(random, "supervisor", "officer");
    message->emergency = random_below(random, 2) == 0 ? &emergency : NULL;
    if (message->emergency != NULL && random_below(random, 4) != 0) {
        message->purpose = ENTENTE__V1__PURPOSE__THREAT_TO_LIFE;
    }
    message->mla_reference = random_choice(random, "", "AG 114/2026");
    if (random_below(random, 2) == 0) {
        message->n_references = 0;
    }
}

/* Now and then one that declares an emergency, or the end of one. */
static void
random_control(struct random_source *random, ent_message *message)
{
    static Entente__V1__AgreementControl control;
    static Entente__V1__EmergencyNotice notice;
    static Google__Protobuf__Timestamp until;
    uint64_t until_ms = ent_message_time_ms(message->created_at) +
                        random_below(random, 16 * HOUR_MS);

    if (random_below(random, 8) != 0) {
        return;
    }
    google__protobuf__timestamp__init(&until);
    until.seconds = (int64_t)(until_ms / 1000);
    entente__v1__emergency_notice__init(&notice);
    notice.role = random_choice(random, "supervisor", "officer");
    notice.until = random_below(random, 2) == 0 ? &until : NULL;
    notice.declaration_id = random_choice(random, "", "of another");
    entente__v1__agreement_control__init(&control);
    control.emergency = random_below(random, 8) == 0 ? NULL : &notice;
    message->body_case = ENTENTE__V1__MESSAGE__BODY_AGREEMENT_CONTROL;
    message->agreement_control = &control;
    message->emergency = NULL;
    if (random_below(random, 4) != 0) {
        message->purpose = ENTENTE__V1__PURPOSE__THREAT_TO_LIFE;
    }
}

static void
random_declaration(struct random_source *random, const struct asked *asked,
    const struct ent_agreement *agreement, struct ent_declaration *declaration)
{
    size_t count;
    (void)ent_family_list(&count);

    declaration->kind =
        random_below(random, 3) == 0 ? ENT_SUSPENSION : ENT_ASSURANCE;
    (void)snprintf(declaration->state, sizeof declaration->state, "%s",
        random_below(random, 3) == 0 ? "th" : strchr(asked->to.text, '@') + 1);
    declaration->from_ms = random_below(random, 2) == 0 ? 0 : NOON;
    declaration->until_ms = random_below(random, 4) == 0 ? NOON : UINT64_MAX;
    declaration->all_families = random_below(random, 2) == 0;
    for (size_t i = 0; i < count; i++) {
        if (random_below(random, 3) == 0) {
            ent_families_add(&declaration->families, i);
        }
    }
    if (declaration->kind == ENT_SUSPENSION && random_below(random, 2) == 0) {
        declaration->offices[declaration->office_count++] =
            random_office(random, agreement);
    }
    declaration->risk = (enum ent_risk)(1 + random_below(random, 2));
    declaration->offences = (uint32_t)random_below(random, 4) * 2;
}

/* What the two offices know besides the message. */
/* Signed by nobody, by both, by the author alone, or by somebody who may not.
 */
static const struct ent_release *
random_release_of(struct random_source *random)
{
    static const struct ent_release both = {.authored = true, .released = true};
    static const struct ent_release one = {.authored = true};
    static const struct ent_release broken = {.fault = "it does not hold"};
    static const struct ent_release *const all[] = {
        NULL, &both, &both, &both, &one, &broken};

    return all[random_below(random, sizeof all / sizeof all[0])];
}

static void
random_facts(struct random_source *random,
    const struct ent_agreement *agreement, struct asked *asked)
{
    struct ent_facts *facts = &asked->facts;

    memset(&asked->declarations, 0, sizeof asked->declarations);
    asked->declarations.count = random_below(random, 4);
    for (size_t i = 0; i < asked->declarations.count; i++) {
        random_declaration(
            random, asked, agreement, &asked->declarations.list[i]);
    }
    facts->declarations =
        random_below(random, 4) == 0 ? NULL : &asked->declarations;
    facts->hit = random_below(random, 2) == 0;
    facts->consent = random_below(random, 2) == 0;
    facts->emergency = random_below(random, 2) == 0;
    facts->emergency_over = random_below(random, 4) == 0;
    facts->measure = (enum ent_measure)random_below(random, 3);
    facts->release = random_release_of(random);
    facts->desks = (uint32_t)random_below(random, 4);
    facts->given_at = random_below(random, 2) * NOON;
    facts->contributed_at = random_below(random, 2) * NOON;
    facts->checks_today = 1999 + random_below(random, 2);
    facts->checks_this_hour = 59 + random_below(random, 2);
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
    random_safeguards(random, message);
    random_family(random, message, arena);
    random_release(random, message);
    random_control(random, message);

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
        .mends = random_below(random, 2) == 0,
    };
    random_facts(random, agreement, ret_asked);
}

static const char *const files[] = {"kr-th.yaml", "region.yaml", "strict.yaml",
    "th-kh-example.yaml", "th-kh.yaml", "th-mm.yaml", "th.yaml"};

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
        slow = oracle_permits(ent_yaml_root(yaml), &asked.facts, asked.now_ms);
        if (decision.permit != slow) {
            fail_msg("%s, seed %" PRIu64 ", round %zu: %s; the slow one %s",
                file, SEED, round, decision.sentence,
                slow ? "permits" : "denies");
        }
        permits += decision.permit;
    }
    if (permits < ROUNDS / 400) {
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

/* Each change takes something away that the file permits. */
static const struct {
    const char *file;
    const char *from;
    const char *to;
} restrictions[] = {
    {"th-kh.yaml", "until: 2028-12-31, review_by: 2027-06-30",
        "until: 2026-03-31"},
    {"th-kh.yaml", "[threat_to_life, listed_crime, border_decision], release",
        "[listed_crime], release"},
    {"th-kh.yaml", "listed: [drugs, trafficking_in_persons, ", "listed: ["},
    {"th-kh.yaml", "minimum_penalty: P1Y", "minimum_penalty: P2Y6M"},
    {"th-kh.yaml", "families: [hotline_alert], direction: both",
        "families: [hotline_alert], direction: th to kh"},
    {"th-kh.yaml", "families: [acknowledgement, test], direction",
        "families: [acknowledgement], direction"},
    {"th-kh.yaml", "between: [blo, ncc], purposes: [administration]",
        "between: [ncc], purposes: [administration]"},
    {"th-kh.yaml", "purposes: [listed_crime, border_decision]",
        "purposes: [border_decision]"},
    {"th-kh.yaml",
        "  - {clause: \"5.3\", families: [drug_seizure], direction: both, "
        "between: [ncc], purposes: [listed_crime, statistics], release: "
        "one_officer}\n",
        ""},
    {"th-kh.yaml", "person_count.nationality]",
        "person_count.nationality, location.place, conveyance.mode]"},
    {"th-kh.yaml", "conveyance.plate, ",
        "conveyance.plate, conveyance.flight, "},
    {"th-kh.yaml", "    - {level: confidential, th: ลับ, kh: សម្ងាត់}\n", ""},
    {"th-kh.yaml",
        "{address: blo-hatlek@th, kind: blo, pair: blo-chamyeam@kh}\n"
        "  - {address: ncc@kh, kind: ncc, sectors: [immigration, police, drugs]}\n"
        "  - {address: blo-poipet@kh, kind: blo, pair: blo-aranyaprathet@th}\n"
        "  - {address: blo-chamyeam@kh, kind: blo, pair: blo-hatlek@th}\n",
        "{address: blo-hatlek@th, kind: blo}\n"
        "  - {address: ncc@kh, kind: ncc}\n"
        "  - {address: blo-poipet@kh, kind: blo, pair: blo-aranyaprathet@th}\n"
        "  - {address: blo-chamyeam@kh, kind: blo}\n"},
    {"th-kh.yaml",
        "  - {clause: \"5.4\", families: [acknowledgement, test], direction: "
        "both, between: [blo, ncc], purposes: [administration], release: "
        "one_officer}\n",
        ""},
    {"th-kh.yaml", "handling: {default",
        "safeguards: {minors: {nominal_only_for: [locate]}, victims: "
        "{non_punishment: true}}\nhandling: {default"},
    {"th-kh.yaml", "handling: {default",
        "assurances: [{risk: torture, offences: [drugs], families: "
        "[hotline_alert, drug_seizure], required: written}]\nhandling: "
        "{default"},
    {"strict.yaml", "purposes: [verify_document], release: one_officer",
        "purposes: [verify_document], release: two_officers"},
    {"strict.yaml", "purposes: [verify_document], release: one_officer",
        "purposes: [verify_document], release: one_officer, needs: "
        "mla_reference"},
    {"strict.yaml", "purposes: [verify_document], release: one_officer",
        "purposes: [verify_document], release: one_officer, desk: protection"},
    {"strict.yaml", "direction: both, between: [ncc], purposes: [verify",
        "direction: kh to th, between: [ncc], purposes: [verify"},
    {"strict.yaml", "quota: {per_day: 2000", "quota: {per_day: 1000"},
    {"strict.yaml", "per_officer_per_hour: 60", "per_officer_per_hour: 30"},
    {"strict.yaml", "may_relax: [release, withhold_until_hit, quota]",
        "may_relax: [quota]"},
    {"strict.yaml", "ends_after: PT12H", "ends_after: PT2H"},
    {"strict.yaml", "approve: supervisor", "approve: ncc"},
    {"strict.yaml", "offences: [arms, timber,",
        "offences: [cybercrime, money_laundering, arms, timber,"},
    {"region.yaml", "[th to kh, th and la]", "[th to kh, th to la]"},
    {"region.yaml", "service_levels:\n  flash: {acknowledge: PT5M}\n", ""},
};

#define RESTRICTION_COUNT (sizeof restrictions / sizeof restrictions[0])

/* Returns how many permits were lost. */
static size_t
expect_stricter(const struct ent_agreement *before,
    const struct ent_agreement *after, struct ent_arena *arena)
{
    struct random_source random = {.state = SEED + 2};
    size_t lost = 0;

    for (size_t round = 0; round < ROUNDS || (lost == 0 && round < ROUNDS_MAX);
         round++) {
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
    for (size_t i = 0; i < RESTRICTION_COUNT; i++) {
        ENT_AUTO(ent_agreement_free)
        struct ent_agreement *whole = load_data(restrictions[i].file);
        ENT_AUTO(ent_agreement_free)
        struct ent_agreement *stricter = load_changed(
            restrictions[i].file, restrictions[i].from, restrictions[i].to);

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
