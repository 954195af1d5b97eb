/* SPDX-License-Identifier: Apache-2.0 */
/* What a state alone declares about an agreement, as a signed file. */
#include "tests/policy_support.h"

#include <sodium.h>

#include "policy/notice.h"

#define AGREEMENT "th-kh.yaml"
#define HOUR_MS (UINT64_C(60) * 60 * 1000)

static const char suspension[] = "notice: suspension\n"
                                 "agreement: th-kh-border-information\n"
                                 "state: kh\n"
                                 "number: 3\n"
                                 "from: 2026-08-15T08:00:00Z\n"
                                 "families: [hub_alert, drug_seizure]\n"
                                 "offices: [ncc@th]\n"
                                 "reason: Under review by \"the\" ministry\n";

static const char resumption[] = "notice: resumption\n"
                                 "agreement: th-kh-border-information\n"
                                 "state: kh\n"
                                 "number: 4\n"
                                 "from: 2026-08-16T08:00:00Z\n";

static struct ent_notice
read_good(const struct ent_agreement *agreement, struct ent_view text)
{
    struct ent_notice notice;

    expect_ok(ent_notice_read(
        agreement, text, &notice, &last_complaints, &last_error));
    return notice;
}

static void
a_notice_says_what_it_declares(void **state)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data(AGREEMENT);
    struct ent_notice notice = read_good(agreement, view(suspension));
    const struct ent_declaration *declaration = &notice.declaration;

    (void)state;
    assert_int_equal(notice.kind, ENT_NOTICE_SUSPENSION);
    assert_string_equal(declaration->state, "kh");
    assert_int_equal(declaration->number, 3);
    assert_true(declaration->from_ms == NOON - 2 * HOUR_MS);
    assert_true(declaration->until_ms == UINT64_MAX);
    assert_false(declaration->all_families);
    assert_int_equal(declaration->office_count, 1);
    assert_string_equal(notice.reason, "Under review by \"the\" ministry");
}

static void
what_is_written_is_read_again(void **state)
{
    static const char *const texts[] = {
        suspension,
        "notice: resumption\nagreement: th-kh-border-information\n"
        "state: th\nnumber: 2\nfrom: 2026-08-16\nof: 1\n",
        "notice: withdrawal\nagreement: th-kh-border-information\n"
        "state: th\nnumber: 2\nfrom: 2026-08-16\n",
        "notice: assurance\nagreement: th-kh-border-information\nstate: kh\n"
        "number: 1\nfrom: 2026-08-16\nuntil: 2027-08-15\n"
        "risk: death_penalty\noffences: [drugs]\nfamilies: [person_alert]\n",
    };
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data(AGREEMENT);

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct ent_notice notice = read_good(agreement, view(texts[i]));
        ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
        struct ent_notice again;

        expect_ok(ent_notice_write(&notice, &text, &last_error));
        again = read_good(agreement, ent_bytes_view(&text));
        assert_memory_equal(&notice, &again, sizeof notice);
    }
}

static void
what_is_wrong_is_told_at_its_place(void **state)
{
    static const struct {
        const char *from;
        const char *to;
        size_t line;
        const char *words;
    } changes[] = {
        {"suspension", "suspention", 1, "is no notice; there are suspension"},
        {"th-kh-border-information", "th-mm", 2, "and not about th-kh"},
        {"state: kh", "state: mm", 3, "'mm' is no party"},
        {"number: 3", "number: 0", 4, "'0' is no number"},
        {"2026-08-15T08:00:00Z", "soon", 5, "write a date as"},
        {"hub_alert", "hub_alret", 6, "did you mean 'hub_alert'?"},
        {"ncc@th", "ncc@mm", 7, "is not among the offices"},
        {"reason:", "because:", 8, "unknown key 'because'"},
        {"reason: Under", "reason: \"Und\\rer\" #", 8, "one line"},
        {"reason: Under", "reason: \"Und\\u2028er\" #", 8, "one line"},
        {"from:", "until: 2027-01-01\nfrom:", 5, "unknown key 'until'"},
        {"suspension", "assurance", 7, "unknown key 'offices'"},
        {"suspension", "assurance", 1, "'risk' is missing"},
        {"suspension", "resumption", 6, "unknown key 'families'"},
        {"number: 3\n", "", 1, "'number' is missing"},
    };
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data(AGREEMENT);

    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        ENT_AUTO(ent_bytes_free)
        struct ent_bytes text =
            change(view(suspension), changes[i].from, changes[i].to);
        struct ent_notice notice;

        expect_status(ent_notice_read(agreement, ent_bytes_view(&text), &notice,
                          &last_complaints, &last_error),
            ENT_BAD_INPUT);
        expect_complaint(changes[i].line, 0, changes[i].words);
    }
}

static void
only_the_state_it_names_can_sign_it(void **state)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data(AGREEMENT);
    ENT_AUTO(ent_secret_free) struct ent_secret *th = authority_secret("th");
    ENT_AUTO(ent_secret_free) struct ent_secret *kh = authority_secret("kh");
    ENT_AUTO(ent_bytes_free) struct ent_bytes good = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes other = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes none = {0};
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes later = change(view(suspension), "number: 3", "number: 4");
    struct ent_notice notice = read_good(agreement, view(suspension));
    struct ent_signer by_th;
    struct ent_signer by_kh;

    (void)state;
    expect_ok(ent_secret_signer(th, ENT_KEY_AUTHORITY, &by_th, &last_error));
    expect_ok(ent_secret_signer(kh, ENT_KEY_AUTHORITY, &by_kh, &last_error));
    expect_ok(ent_notice_sign(
        agreement, view(suspension), "kh", &by_kh, NULL, &good, &last_error));
    expect_ok(ent_notice_verify(agreement, &notice, view(suspension),
        ent_bytes_view(&good), NULL, 0, &last_error));
    expect_status(ent_notice_verify(agreement, &notice, ent_bytes_view(&later),
                      ent_bytes_view(&good), NULL, 0, &last_error),
        ENT_REJECTED);
    expect_status(ent_notice_sign(agreement, view(suspension), "kh", &by_th,
                      NULL, &none, &last_error),
        ENT_DENIED);
    expect_ok(ent_notice_sign(
        agreement, view(suspension), "th", &by_th, NULL, &other, &last_error));
    expect_status(ent_notice_verify(agreement, &notice, view(suspension),
                      ent_bytes_view(&other), NULL, 0, &last_error),
        ENT_REJECTED);
    expect_status(ent_notice_verify(agreement, &notice, view(suspension),
                      ent_bytes_view(&none), NULL, 0, &last_error),
        ENT_REJECTED);
}

static const char withdrawal[] = "notice: withdrawal\n"
                                 "agreement: th-kh-border-information\n"
                                 "state: kh\nnumber: 2\nfrom: 2026-08-16\n";
static const char assurance[] =
    "notice: assurance\nagreement: th-kh-border-information\nstate: kh\n"
    "number: 1\nfrom: 2026-08-16\nuntil: 2027-08-15\n"
    "risk: death_penalty\noffences: [drugs]\nfamilies: [person_alert]\n";

/* What that notice is worth, signed with one of two keys that followed each
 * other, at a moment when both count and later, when the first is over. */
static enum ent_status
verify_late(const char *text, size_t signed_with, uint64_t at_ms)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data(AGREEMENT);
    ENT_AUTO(ent_secret_free) struct ent_secret *old = authority_secret("kh");
    ENT_AUTO(ent_secret_free) struct ent_secret *new = authority_secret("th");
    ENT_AUTO(ent_bytes_free) struct ent_bytes said = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes signatures = {0};
    struct ent_signer keys[2];
    struct ent_rollover known;
    struct ent_notice notice;

    expect_ok(ent_secret_signer(old, ENT_KEY_AUTHORITY, &keys[0], &last_error));
    expect_ok(ent_secret_signer(new, ENT_KEY_AUTHORITY, &keys[1], &last_error));
    expect_ok(ent_rollover_make("kh", (struct ent_view){0}, &keys[0], &keys[1],
        HOUR_MS, 2 * HOUR_MS, &said, &last_error));
    expect_ok(ent_rollover_read(ent_bytes_view(&said), &known, &last_error));
    notice = read_good(agreement, view(text));
    expect_ok(ent_notice_sign(agreement, view(text), "kh", &keys[signed_with],
        &known, &signatures, &last_error));
    return ent_notice_verify(agreement, &notice, view(text),
        ent_bytes_view(&signatures), &known, at_ms, &last_error);
}

static void
a_notice_follows_its_authority_to_a_new_key(void **state)
{
    (void)state;
    expect_ok(verify_late(suspension, 1, HOUR_MS));
    expect_ok(verify_late(resumption, 1, 3 * HOUR_MS));
    expect_ok(verify_late(resumption, 0, HOUR_MS));
}

static void
a_key_that_was_given_up_narrows_and_opens_nothing(void **state)
{
    (void)state;
    expect_ok(verify_late(suspension, 0, 3 * HOUR_MS));
    expect_ok(verify_late(withdrawal, 0, 3 * HOUR_MS));
    expect_status(verify_late(assurance, 0, 3 * HOUR_MS), ENT_REJECTED);
    expect_status(verify_late(resumption, 0, 3 * HOUR_MS), ENT_REJECTED);
}

static void
a_file_is_known_by_how_its_name_ends(void **state)
{
    enum ent_notice_kind kind;

    (void)state;
    assert_true(ent_notice_kind_of_file("th-kh.kh-3.suspension", &kind));
    assert_int_equal(kind, ENT_NOTICE_SUSPENSION);
    assert_true(ent_notice_kind_of_file("th-kh.withdrawal", &kind));
    assert_int_equal(kind, ENT_NOTICE_WITHDRAWAL);
    assert_false(ent_notice_kind_of_file("th-kh.kh-3.suspension.sig", &kind));
    assert_false(ent_notice_kind_of_file("th-kh.yaml", &kind));
    assert_false(ent_notice_kind_of_file(".suspension", &kind));
    assert_false(ent_notice_kind_of_file("suspension", &kind));
}

static void
the_agreement_of_a_notice_is_known_before_the_notice(void **state)
{
    char name[ENT_AGREEMENT_NAME_LEN];

    (void)state;
    expect_ok(ent_notice_agreement(view(suspension), name, &last_error));
    assert_string_equal(name, "th-kh-border-information");
    expect_status(ent_notice_agreement(view("notice: x\n"), name, &last_error),
        ENT_BAD_INPUT);
    expect_status(
        ent_notice_agreement(view("[a]\n"), name, &last_error), ENT_BAD_INPUT);
}

/* ---- what holds after several ---- */

/* A notice of a state, counted from `hours` after NOON. */
static struct ent_notice
declare(enum ent_notice_kind kind, const char *by, uint64_t number,
    uint64_t hours, uint64_t of)
{
    struct ent_notice notice = {.kind = kind, .of = of};

    notice.declaration.kind =
        kind == ENT_NOTICE_ASSURANCE ? ENT_ASSURANCE : ENT_SUSPENSION;
    notice.declaration.all_families = true;
    notice.declaration.risk = ENT_RISK_DEATH_PENALTY;
    (void)strncpy(
        notice.declaration.state, by, sizeof notice.declaration.state - 1);
    notice.declaration.number = number;
    notice.declaration.from_ms = NOON + hours * HOUR_MS;
    notice.declaration.until_ms = UINT64_MAX;
    return notice;
}

/* Whether th and kh are kept apart, each hour from NOON on. */
static void
expect_stopped(
    const struct ent_notice *notices, size_t count, const char *hours)
{
    const struct ent_address th = {.text = "ncc@th"};
    const struct ent_address kh = {.text = "ncc@kh"};
    struct ent_declarations declarations;
    char seen[16] = {0};

    expect_ok(ent_declarations_make(
        notices, count, NOON, &declarations, &last_error));
    for (size_t i = 0; i < strlen(hours); i++) {
        seen[i] = ent_declarations_suspending(&declarations,
                      ent_family_by_name(view("test")), &th, &kh,
                      NOON + i * HOUR_MS) != NULL
                      ? 'x'
                      : '-';
    }
    assert_string_equal(seen, hours);
}

static void
a_resumption_ends_what_came_before_it_in_any_order(void **state)
{
    const struct ent_notice one[] = {
        declare(ENT_NOTICE_SUSPENSION, "kh", 1, 1, 0),
        declare(ENT_NOTICE_RESUMPTION, "kh", 2, 3, 0),
    };
    const struct ent_notice turned[] = {one[1], one[0]};
    const struct ent_notice again[] = {
        one[0], one[1], declare(ENT_NOTICE_SUSPENSION, "kh", 3, 4, 0)};
    const struct ent_notice named[] = {
        declare(ENT_NOTICE_SUSPENSION, "kh", 1, 0, 0),
        declare(ENT_NOTICE_SUSPENSION, "kh", 2, 2, 0),
        declare(ENT_NOTICE_RESUMPTION, "kh", 3, 1, 1),
    };
    const struct ent_notice earlier[] = {
        declare(ENT_NOTICE_SUSPENSION, "kh", 1, 0, 0),
        declare(ENT_NOTICE_SUSPENSION, "kh", 2, 0, 0),
        declare(ENT_NOTICE_RESUMPTION, "kh", 3, 3, 2),
    };

    (void)state;
    expect_stopped(one, 1, "-xxxxx");
    expect_stopped(one, 2, "-xx---");
    expect_stopped(turned, 2, "-xx---");
    expect_stopped(again, 3, "-xx-xx");
    expect_stopped(named, 3, "x-xxxx");
    expect_stopped(earlier, 3, "xxxxxx");
}

static void
nobody_ends_what_another_declared(void **state)
{
    const struct ent_notice notices[] = {
        declare(ENT_NOTICE_SUSPENSION, "kh", 1, 0, 0),
        declare(ENT_NOTICE_RESUMPTION, "th", 2, 1, 0),
        declare(ENT_NOTICE_WITHDRAWAL, "kh", 3, 1, 0),
    };

    (void)state;
    expect_stopped(notices, 3, "xxxx");
}

static void
a_withdrawal_ends_assurances(void **state)
{
    const struct ent_family *family = ent_family_by_name(view("person_alert"));
    const struct ent_notice notices[] = {
        declare(ENT_NOTICE_ASSURANCE, "kh", 1, 0, 0),
        declare(ENT_NOTICE_WITHDRAWAL, "kh", 2, 2, 1),
    };
    struct ent_declarations declarations;

    (void)state;
    expect_ok(
        ent_declarations_make(notices, 2, NOON, &declarations, &last_error));
    assert_true(ent_declarations_assure(&declarations, "kh",
        ENT_RISK_DEATH_PENALTY, family, 1, NOON + HOUR_MS));
    assert_false(ent_declarations_assure(&declarations, "kh",
        ENT_RISK_DEATH_PENALTY, family, 1, NOON + 2 * HOUR_MS));
    expect_ok(ent_declarations_make(
        notices, 2, NOON + 3 * HOUR_MS, &declarations, &last_error));
    assert_int_equal(declarations.count, 0);
}

static void
a_number_is_given_once(void **state)
{
    const struct ent_notice notices[] = {
        declare(ENT_NOTICE_SUSPENSION, "kh", 1, 0, 0),
        declare(ENT_NOTICE_RESUMPTION, "th", 1, 1, 0),
        declare(ENT_NOTICE_RESUMPTION, "kh", 1, 1, 0),
    };
    struct ent_declarations declarations;

    (void)state;
    expect_ok(
        ent_declarations_make(notices, 2, NOON, &declarations, &last_error));
    expect_status(
        ent_declarations_make(notices, 3, NOON, &declarations, &last_error),
        ENT_EXISTS);
}

static void
more_than_a_decision_can_look_through_is_too_much(void **state)
{
    static struct ent_notice notices[ENT_DECLARATIONS_MAX + 1];
    struct ent_declarations declarations;

    (void)state;
    for (size_t i = 0; i <= ENT_DECLARATIONS_MAX; i++) {
        notices[i] = declare(ENT_NOTICE_SUSPENSION, "kh", i + 1, 0, 0);
    }
    expect_ok(ent_declarations_make(
        notices, ENT_DECLARATIONS_MAX, NOON, &declarations, &last_error));
    expect_status(ent_declarations_make(notices, ENT_DECLARATIONS_MAX + 1, NOON,
                      &declarations, &last_error),
        ENT_FULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_notice_says_what_it_declares),
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(what_is_wrong_is_told_at_its_place),
        cmocka_unit_test(only_the_state_it_names_can_sign_it),
        cmocka_unit_test(a_notice_follows_its_authority_to_a_new_key),
        cmocka_unit_test(a_key_that_was_given_up_narrows_and_opens_nothing),
        cmocka_unit_test(a_file_is_known_by_how_its_name_ends),
        cmocka_unit_test(the_agreement_of_a_notice_is_known_before_the_notice),
        cmocka_unit_test(a_resumption_ends_what_came_before_it_in_any_order),
        cmocka_unit_test(nobody_ends_what_another_declared),
        cmocka_unit_test(a_withdrawal_ends_assurances),
        cmocka_unit_test(a_number_is_given_once),
        cmocka_unit_test(more_than_a_decision_can_look_through_is_too_much),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests_name("notice", tests, NULL, NULL);
}
