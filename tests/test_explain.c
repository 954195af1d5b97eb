/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/policy_support.h"

#include <sodium.h>
#include <stdio.h>

#include "policy/explain.h"
#include "policy/matrix.h"

/* Explain a hotline alert with a number plate; the caller frees the text. */
static struct ent_bytes
explain(const struct ent_agreement *agreement, const char *from, const char *to)
{
    Entente__V1__Conveyance conveyance = ENTENTE__V1__CONVEYANCE__INIT;
    Entente__V1__HotlineAlert alert = ENTENTE__V1__HOTLINE_ALERT__INIT;
    ent_message message = ENTENTE__V1__MESSAGE__INIT;
    struct ent_address sender;
    struct ent_address recipient;
    const struct ent_facts facts = {
        .sender = &sender,
        .recipient = &recipient,
        .message = &message,
        .precedence = ENTENTE__V1__PRECEDENCE__FLASH,
    };
    struct ent_decision decision;
    struct ent_bytes text = {0};

    expect_ok(ent_address_parse(view(from), &sender, &last_error));
    expect_ok(ent_address_parse(view(to), &recipient, &last_error));
    conveyance.plate = (char *)"AB 1";
    alert.conveyance = &conveyance;
    message.body_case = ENTENTE__V1__MESSAGE__BODY_HOTLINE_ALERT;
    message.hotline_alert = &alert;
    message.purpose = ENTENTE__V1__PURPOSE__THREAT_TO_LIFE;
    ent_decide(agreement, &facts, NOON, &decision);
    expect_ok(ent_explain(agreement, &facts, &decision, &text, &last_error));
    return text;
}

static void
a_permit_is_explained_with_what_must_be_done(void **state)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data("th-kh.yaml");
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes text = explain(agreement, "ncc@kh", "ncc@th");

    (void)state;
    expect_bytes(ent_bytes_view(&text),
        "PERMITTED\n"
        "message        hotline_alert from ncc@kh to ncc@th, sending\n"
        "agreement      th-kh-border-information, version 3\n"
        "clause         5.1, line 30\n"
        "text           - {clause: \"5.1\", families: [hotline_alert], "
        "direction: both, between: [blo, ncc], purposes: [threat_to_life, "
        "listed_crime, border_decision], release: one_officer}\n"
        "why            clause 5.1 lets hotline_alert pass from ncc@kh to "
        "ncc@th\n"
        "withhold       conveyance.plate (fields.withhold_until_hit)\n"
        "mark           H1, H2\n"
        "classified     ใช้ในราชการเท่านั้น, where it goes\n"
        "in court       only with the sender's consent\n"
        "acknowledge    5 min from delivery at the latest\n"
        "reply          30 min from delivery at the latest, if it asks for one\n"
        "keep           30 d from delivery at the longest (line 48), then "
        "a count of it stays\n");
}

static void
a_denial_is_explained_with_its_clause_and_a_remedy(void **state)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data("th-mm.yaml");
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes text = explain(agreement, "ncc@mm", "blo-hatlek@th");

    (void)state;
    expect_bytes(ent_bytes_view(&text),
        "DENIED         OFFICE_NOT_LISTED\n"
        "message        hotline_alert from ncc@mm to blo-hatlek@th, sending\n"
        "agreement      th-mm-border-liaison, version 1\n"
        "clause         offices, line 15\n"
        "text           offices:\n"
        "why            blo-hatlek@th is not among the offices of "
        "th-mm-border-liaison\n"
        "remedy         Name the office in the agreement, or use one that "
        "is.\n");
}

static void
without_an_agreement_that_is_said(void **state)
{
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes text = explain(NULL, "ncc@mm", "ncc@kh");

    (void)state;
    expect_bytes(ent_bytes_view(&text),
        "DENIED         NO_AGREEMENT\n"
        "message        hotline_alert from ncc@mm to ncc@kh, sending\n"
        "clause         no agreement\n"
        "why            no agreement covers ncc@mm and ncc@kh\n"
        "remedy         Both states must sign and load an agreement.\n");
}

static void
a_line_is_quoted_without_the_space_around_it(void **state)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data("th.yaml");

    (void)state;
    expect_bytes(
        ent_agreement_line(agreement, 15), "- {address: ncc@th, kind: ncc}");
    expect_bytes(ent_agreement_line(agreement, 0), "");
    expect_bytes(ent_agreement_line(agreement, 8), "");
    expect_bytes(ent_agreement_line(agreement, 100000), "");
}

/* ---- who may send what to whom ---- */

struct rows {
    char text[8192];
    size_t count;
};

static void
add_row(void *context, const struct ent_passage *passage)
{
    struct rows *rows = context;
    size_t len = strlen(rows->text);

    (void)snprintf(rows->text + len, sizeof rows->text - len,
        "%s %s %s %s: %s\n", passage->clause, passage->from->text,
        passage->both_ways ? "<->" : "->", passage->to->text,
        passage->families);
    rows->count++;
}

static void
the_matrix_has_a_row_for_each_passage(void **state)
{
    ENT_AUTO(ent_agreement_free)
    struct ent_agreement *agreement = load_data("th-kh.yaml");
    struct rows rows = {0};

    (void)state;
    ent_matrix_walk(agreement, add_row, &rows);
    assert_non_null(
        strstr(rows.text, "5.1 blo-aranyaprathet@th <-> blo-poipet@kh: "
                          "hotline_alert\n"));
    assert_non_null(
        strstr(rows.text, "5.2 ncc@th -> blo-poipet@kh: hub_alert\n"));
    assert_non_null(
        strstr(rows.text, "5.4 ncc@th <-> ncc@kh: acknowledgement, test\n"));
    assert_null(strstr(rows.text, "blo-poipet@kh <-> blo-hatlek@th"));
    assert_null(strstr(rows.text, "5.3 blo-"));
    /* ncc with ncc, each ncc with two blo, and two pairs, in four clauses, and
     * one in which only ncc take part. */
    assert_int_equal(rows.count, 4 * 7 + 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_permit_is_explained_with_what_must_be_done),
        cmocka_unit_test(a_denial_is_explained_with_its_clause_and_a_remedy),
        cmocka_unit_test(without_an_agreement_that_is_said),
        cmocka_unit_test(a_line_is_quoted_without_the_space_around_it),
        cmocka_unit_test(the_matrix_has_a_row_for_each_passage),
    };

    if (sodium_init() < 0) {
        return 1;
    }
    return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
