/* SPDX-License-Identifier: Apache-2.0 */
/* What is told of the way to an office: one step broken at a time. */
#include <string.h>
#include <sysexits.h>

#include "tests/support.h"
#include "tools/cli/peer.h"

#define NOW UINT64_C(1795255200000)
#define DAY UINT64_C(86400000)

static Entente__V1__PeersReply reply;
static Entente__V1__PeerStatus peer;
static struct cli_finding finding;

/* A way on which nothing is wrong. */
static int
make_good(void **state)
{
    (void)state;
    entente__v1__peers_reply__init(&reply);
    entente__v1__peer_status__init(&peer);
    reply.at = NOW;
    reply.own_certificate_until = NOW + DAY;
    peer.address = (char *)"blo-tachileik@mm";
    peer.agreement = (char *)"th-mm";
    peer.agreement_version = 3;
    peer.named = true;
    peer.in_force = true;
    peer.via = (char *)"broker-bangkok@th";
    peer.via_since = NOW;
    peer.certificate_serial = 7;
    peer.certificate_until = NOW + DAY;
    peer.manifest_sequence = 2;
    peer.sealing_until = NOW + DAY;
    return 0;
}

static void
expect_step(const char *step, int code, const char *words)
{
    assert_string_equal(finding.step, step);
    assert_int_equal(finding.code, code);
    if (strstr(finding.said, words) == NULL) {
        fail_msg("'%s' is not in '%s'", words, finding.said);
    }
}

static void
expect_not_ready(const char *step, int code, const char *words)
{
    assert_false(cli_peer_is_ready(&reply, &peer, &finding));
    expect_step(step, code, words);
    assert_true(finding.advice[0] != '\0');
}

static void
a_good_way_is_ready(void **state)
{
    (void)state;
    assert_true(cli_peer_is_ready(&reply, &peer, &finding));
    expect_step("ready", EX_OK, "by broker-bangkok@th");
    peer.direct = true;
    assert_true(cli_peer_is_ready(&reply, &peer, &finding));
    expect_step("ready", EX_OK, "direct link");
}

static void
an_agreement_comes_before_everything_else(void **state)
{
    static Entente__V1__UnusedAgreement unused;
    static Entente__V1__UnusedAgreement *list[] = {&unused};

    (void)state;
    peer.certificate_serial = 0;
    peer.via = (char *)"";
    peer.in_force = false;
    expect_not_ready("agreement", EX_CONFIG, "not in force");
    peer.named = false;
    expect_not_ready("office", EX_CONFIG, "lists blo-tachileik@mm");
    peer.agreement = (char *)"";
    expect_not_ready("agreement", EX_CONFIG, "no agreement with mm");
    entente__v1__unused_agreement__init(&unused);
    unused.file = (char *)"th-mm.yaml";
    unused.reason = (char *)"'mm' has not signed";
    reply.unused_agreements = list;
    reply.n_unused_agreements = 1;
    expect_not_ready("agreement", EX_CONFIG, "no agreement with mm");
    assert_non_null(strstr(finding.advice, "th-mm.yaml: 'mm' has not signed"));
}

static void
a_certificate_that_does_not_count_is_told(void **state)
{
    (void)state;
    peer.certificate_until = NOW;
    expect_not_ready("certificate", EX_NOPERM, "expired");
    peer.revoked = true;
    expect_not_ready("certificate", EX_NOPERM, "revoked");
    peer.certificate_serial = 0;
    expect_not_ready("certificate", EX_NOPERM, "no certificate of");
    peer.via = (char *)"";
    expect_not_ready("connection", EX_NOHOST, "connected to no broker");
    reply.own_certificate_until = NOW;
    expect_not_ready("own certificate", EX_NOPERM, "expired");
    reply.own_revoked = true;
    expect_not_ready("own certificate", EX_NOPERM, "revoked");
}

static void
without_a_connection_or_a_key_nothing_is_sent(void **state)
{
    (void)state;
    peer.manifest_sequence = 0;
    expect_not_ready("sealing key", EX_TEMPFAIL, "no key to seal");
    peer.via = (char *)"";
    expect_not_ready("connection", EX_NOHOST, "neither to a broker nor to");
}

static void
a_refusal_of_our_own_names_its_clause(void **state)
{
    Entente__V1__CopyResult result = ENTENTE__V1__COPY_RESULT__INIT;

    (void)state;
    result.reason_name = (char *)"FAMILY_NOT_AGREED";
    result.clause = (char *)"exchange";
    assert_false(cli_peer_is_accepted(&result, &finding));
    expect_step(
        "refused here", CLI_PEER_REFUSED, "FAMILY_NOT_AGREED, clause exchange");
    result.accepted = true;
    assert_true(cli_peer_is_accepted(&result, &finding));
}

static void
a_message_under_way_says_who_has_it(void **state)
{
    Entente__V1__TraceCopy copy = ENTENTE__V1__TRACE_COPY__INIT;

    (void)state;
    copy.state = ENTENTE__V1__TRACE_STATE__TRACE_WAITING;
    assert_false(cli_peer_is_over(&copy, &finding));
    expect_step("waiting", EX_TEMPFAIL, "on our node's disk");
    copy.state = ENTENTE__V1__TRACE_STATE__TRACE_SENT;
    assert_false(cli_peer_is_over(&copy, &finding));
    expect_step("sent", EX_TEMPFAIL, "nobody has signed");
    copy.state = ENTENTE__V1__TRACE_STATE__TRACE_IN_CUSTODY;
    copy.custody_by = (char *)"broker-bangkok@th";
    copy.custody_at = NOW;
    assert_false(cli_peer_is_over(&copy, &finding));
    expect_step("custody", EX_TEMPFAIL, "broker-bangkok@th signed at");
    copy.state = ENTENTE__V1__TRACE_STATE__TRACE_NOT_YET;
    copy.reason_name = (char *)"UNKNOWN_AGREEMENT";
    assert_false(cli_peer_is_over(&copy, &finding));
    expect_step("not yet", EX_TEMPFAIL, "UNKNOWN_AGREEMENT");
}

static void
an_end_is_an_end(void **state)
{
    Entente__V1__TraceCopy copy = ENTENTE__V1__TRACE_COPY__INIT;

    (void)state;
    copy.state = ENTENTE__V1__TRACE_STATE__TRACE_DELIVERED;
    copy.accepted_at = NOW;
    copy.settled_at = NOW + 42;
    assert_true(cli_peer_is_over(&copy, &finding));
    expect_step("delivered", EX_OK, "in 42 ms");
    copy.state = ENTENTE__V1__TRACE_STATE__TRACE_REFUSED;
    copy.reason_name = (char *)"OFFICE_NOT_LISTED";
    assert_true(cli_peer_is_over(&copy, &finding));
    expect_step("refused there", CLI_PEER_REFUSED, "OFFICE_NOT_LISTED");
    copy.state = ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED;
    assert_true(cli_peer_is_over(&copy, &finding));
    expect_step("expired", EX_TEMPFAIL, "over before");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_good_way_is_ready, make_good),
        cmocka_unit_test_setup(
            an_agreement_comes_before_everything_else, make_good),
        cmocka_unit_test_setup(
            a_certificate_that_does_not_count_is_told, make_good),
        cmocka_unit_test_setup(
            without_a_connection_or_a_key_nothing_is_sent, make_good),
        cmocka_unit_test(a_refusal_of_our_own_names_its_clause),
        cmocka_unit_test(a_message_under_way_says_who_has_it),
        cmocka_unit_test(an_end_is_an_end),
    };

    return cmocka_run_group_tests_name("cli_peer", tests, NULL, NULL);
}
