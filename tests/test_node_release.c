/* SPDX-License-Identifier: Apache-2.0 */
/* Two offices, of which one wants alerts released by two officers. */
#include "tests/two_offices_rows.h"

#include <stdio.h>
#include <string.h>

#include "node/batch.h"
#include "node/keeper.h"
#include "node/officers.h"
#include "node/release.h"
#include "node/rest.pb-c.h"
#include "proto/refusal.h"
#include "proto/statement.h"
#include "tests/parties.h"

#define REFUSED ENTENTE__V1__TRACE_STATE__TRACE_REFUSED
#define REFUSED_HERE ENTENTE__V1__TRACE_STATE__TRACE_REFUSED_HERE
#define RETURNED ENTENTE__V1__TRACE_STATE__TRACE_RETURNED
#define EXPIRED ENTENTE__V1__TRACE_STATE__TRACE_EXPIRED
#define AUTHORED ENTENTE__V1__OFFICER_ACT__AUTHORED
#define RELEASED ENTENTE__V1__OFFICER_ACT__RELEASED

/* th-mm.yaml as another version, with another text for one of its parts. */
static void
agree(enum who who, const char *version, const char *to)
{
    static const char from[] =
        "[threat_to_life, listed_crime], release: one_officer";
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = read_data("th-mm.yaml");
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes other = change(ent_bytes_view(&text), from, to);
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes next =
        change(ent_bytes_view(&other), "version: 1", version);

    sign_agreement(who, ent_bytes_view(&next));
}

#define BY_ONE "[listed_crime, threat_to_life], release: one_officer"
#define BY_TWO "[threat_to_life, listed_crime], release: two_officers"
#define NOT_AT_ALL "[administration], release: one_officer"

/* ---- officers of Mae Sai ---- */

enum officer {
    AUTHOR,
    SUPERVISOR,
    OTHER, /* who is not enrolled */
};

static struct {
    struct party key;
    struct ent_officer officer;
    struct ent_bytes certificate;
} officers[3];

static void
certify(enum officer which, const char *badge, const char *role)
{
    struct ent_officer *officer = &officers[which].officer;

    party_key(&officers[which].key, ENT_KEY_OFFICER, (uint8_t)(0x41 + which));
    *officer = (struct ent_officer){.key = officers[which].key.signer.key,
        .key_id = officers[which].key.signer.key_id,
        .not_before = world.now,
        .not_after = world.now + 100 * DAY,
        .serial = which + 1};
    expect_ok(ent_address_parse(
        view(addresses[MAESAI]), &officer->office, &last_error));
    strcpy(officer->badge, badge);
    strcpy(officer->role, role);
    ent_bytes_free(&officers[which].certificate);
    expect_ok(ent_officer_make(officer,
        node_keeper_signer(world.nodes[MAESAI]->keeper),
        &officers[which].certificate, &last_error));
}

static enum ent_status
enrol(enum who who, enum officer which)
{
    struct node *node = world.nodes[who];
    enum ent_status rc;

    expect_ok(node_turn_begin(node, world.now, &last_error));
    rc = node_officer_enrol(
        node, ent_bytes_view(&officers[which].certificate), &last_error);
    expect_status(node_turn_end(node, rc, &last_error), rc);
    return rc;
}

static void
revoke(enum officer which)
{
    struct node *node = world.nodes[MAESAI];

    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_officer_revoke(
        node, &officers[which].officer.key_id, "left", &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
}

/* New ids never go back in time: each test begins later than the one before. */
static int
setup_later(void **state)
{
    static uint64_t later;

    if (setup(state) != 0) {
        return -1;
    }
    later += DAY;
    world.now += later;
    introduce();
    return 0;
}

/* Both want two officers. */
static int
setup_officers(void **state)
{
    if (setup_later(state) != 0) {
        return -1;
    }
    agree(MAESAI, "version: 2", BY_TWO);
    agree(TACHILEIK, "version: 2", BY_TWO);
    exchange();
    certify(AUTHOR, "B0712", "officer");
    certify(SUPERVISOR, "S0031", "supervisor");
    certify(OTHER, "S0099", "supervisor");
    expect_ok(enrol(MAESAI, AUTHOR));
    expect_ok(enrol(MAESAI, SUPERVISOR));
    return 0;
}

static int
teardown_officers(void **state)
{
    for (size_t i = 0; i < 3; i++) {
        ent_bytes_free(&officers[i].certificate);
    }
    return teardown(state);
}

#define RELEASE_TEST(name)                                                     \
    cmocka_unit_test_setup_teardown(name, setup_officers, teardown_officers)

/* ---- what they do ---- */

static void
hand_in(enum officer which, struct ent_arena *arena,
    Entente__V1__SubmitResult **ret_result)
{
    Entente__V1__Submission submission = ENTENTE__V1__SUBMISSION__INIT;
    struct node *node = world.nodes[MAESAI];
    ProtobufCMessage *message;
    char *to = (char *)(uintptr_t)addresses[TACHILEIK];

    expect_ok(ent_arena_init(arena, NODE_MESSAGE_ARENA, &last_error));
    expect_ok(ent_json_read(view(hotline), &entente__v1__message__descriptor,
        arena, &message, &last_error));
    submission.message = (ent_message *)message;
    submission.to = &to;
    submission.n_to = 1;
    submission.author.data = officers[which].certificate.data;
    submission.author.len = officers[which].certificate.len;
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_submit(node, &submission, (struct ent_view){0}, arena,
        ret_result, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
}

/* An alert that is held for its author. */
static struct ent_id
hold(void)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__SubmitResult *result;
    struct ent_id id;

    hand_in(AUTHOR, &arena, &result);
    assert_string_equal(result->error, "");
    assert_true(result->copies[0]->accepted);
    assert_int_equal(result->copies[0]->awaits, AUTHORED);
    expect_ok(ent_id_parse(view(result->id), &id, &last_error));
    return id;
}

/* The statement of an officer over what is held. */
static void
state_over(const Entente__V1__HeldReply *held, enum officer which, uint32_t act,
    struct ent_bytes *ret_wire)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    struct ent_statement statement = {.act = act, .signed_at = world.now};
    ent_message *message;

    assert_int_equal(held->n_copies, 1);
    expect_ok(ent_arena_init(&arena, NODE_MESSAGE_ARENA, &last_error));
    expect_ok(ent_message_decode(ent_view_of(held->copies[0]->message.data,
                                     held->copies[0]->message.len),
        &arena, &message, &last_error));
    expect_ok(ent_statement_content(message, &statement.content, &last_error));
    expect_ok(ent_statement_make(
        &statement, &officers[which].key.signer, ret_wire, &last_error));
}

/* He signs; NULL when it counted, else why not. */
static const char *
sign(const struct ent_id *id, enum officer which, uint32_t act)
{
    static char why[256];
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    Entente__V1__HeldRequest question = ENTENTE__V1__HELD_REQUEST__INIT;
    Entente__V1__HeldReply held = ENTENTE__V1__HELD_REPLY__INIT;
    Entente__V1__SignRequest request = ENTENTE__V1__SIGN_REQUEST__INIT;
    Entente__V1__CopySignature copy = ENTENTE__V1__COPY_SIGNATURE__INIT;
    Entente__V1__CopySignature *list[] = {&copy};
    Entente__V1__OfficerSignature signature =
        ENTENTE__V1__OFFICER_SIGNATURE__INIT;
    Entente__V1__HandledReply reply = ENTENTE__V1__HANDLED_REPLY__INIT;
    struct node *node = world.nodes[MAESAI];
    char text[ENT_ID_TEXT_LEN + 1];
    const Entente__V1__CopyResult *result;

    ent_id_format(id, text);
    question.id = text;
    expect_ok(ent_arena_init(&arena, NODE_MESSAGE_ARENA, &last_error));
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_release_list(node, &question, &arena, &held, &last_error));
    state_over(&held, which, act, &wire);
    signature.certificate.data = officers[which].certificate.data;
    signature.certificate.len = officers[which].certificate.len;
    signature.statement.data = wire.data;
    signature.statement.len = wire.len;
    copy.to = (char *)(uintptr_t)addresses[TACHILEIK];
    copy.signature = &signature;
    request.id = text;
    request.signatures = list;
    request.n_signatures = 1;
    expect_ok(node_release_sign(node, &request, &arena, &reply, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    result = reply.result->copies[0];
    if (result->accepted) {
        return NULL;
    }
    (void)snprintf(why, sizeof why, "%s", result->sentence);
    return why;
}

static void
expect_not_signed(const char *why, const char *words)
{
    if (why == NULL || strstr(why, words) == NULL) {
        fail_msg("'%s' lacks '%s'", why == NULL ? "it counted" : why, words);
    }
}

static struct ent_id
hold_signed(void)
{
    struct ent_id id = hold();

    assert_null(sign(&id, AUTHOR, AUTHORED));
    return id;
}

static uint64_t
held_count(void)
{
    uint64_t count;

    expect_ok(node_turn_begin(world.nodes[MAESAI], world.now, &last_error));
    expect_ok(node_release_count(world.nodes[MAESAI], &count, &last_error));
    expect_ok(node_turn_end(world.nodes[MAESAI], ENT_OK, &last_error));
    return count;
}

/* ---- tests ---- */

static void
what_two_officers_signed_is_delivered(void **state)
{
    struct ent_id id = hold();

    (void)state;
    exchange();
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
    assert_null(sign(&id, AUTHOR, AUTHORED));
    exchange();
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
    assert_int_equal(held_count(), 1);
    assert_null(sign(&id, SUPERVISOR, RELEASED));
    assert_int_equal(held_count(), 0);
    exchange();
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), DELIVERED);
    assert_int_equal(entries_in(MAESAI, ENT_ENTRY_HELD), 1);
    assert_int_equal(entries_in(MAESAI, ENT_ENTRY_AUTHORED), 1);
    assert_int_equal(entries_in(MAESAI, ENT_ENTRY_RELEASED), 1);
    journal_is_good(MAESAI);
}

static void
one_officer_cannot_release_what_he_wrote(void **state)
{
    struct ent_id id = hold_signed();

    (void)state;
    expect_not_signed(sign(&id, AUTHOR, RELEASED), "cannot release it too");
    expect_not_signed(sign(&id, AUTHOR, AUTHORED), "two officers signed");
    exchange();
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
    assert_int_equal(held_count(), 1);
}

static void
who_is_not_enrolled_or_revoked_signs_nothing(void **state)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__SubmitResult *result;
    struct ent_id id = hold_signed();

    (void)state;
    expect_not_signed(sign(&id, OTHER, RELEASED), "is not enrolled");
    revoke(SUPERVISOR);
    expect_not_signed(sign(&id, SUPERVISOR, RELEASED), "was revoked");
    hand_in(OTHER, &arena, &result);
    assert_non_null(strstr(result->error, "is not enrolled"));
    expect_status(enrol(MAESAI, SUPERVISOR), ENT_DENIED);
    expect_status(enrol(TACHILEIK, AUTHOR), ENT_REJECTED);
}

static void
an_author_who_is_revoked_meanwhile_has_not_written_it(void **state)
{
    struct ent_id id = hold_signed();

    (void)state;
    revoke(AUTHOR);
    expect_not_signed(sign(&id, SUPERVISOR, RELEASED), "was revoked");
    exchange();
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
}

static void
a_release_that_is_left_out_is_refused_by_the_recipient(void **state)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    struct ent_id id;

    (void)state;
    /* Mae Sai goes by the rules of before, that ask for one. */
    agree(TACHILEIK, "version: 2", BY_TWO);
    id = post(MAESAI, TACHILEIK, hotline);
    exchange();
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
    row = copy_row(MAESAI, TACHILEIK, &id);
    assert_int_equal(row->state, REFUSED);
    assert_int_equal(row->reason, ENT_REFUSAL_RELEASE);
    assert_string_equal(row->clause, "3(1)");
}

/* Mae Sai's node is made to forget that an officer is revoked. */
static void
forget_revocation(enum officer which)
{
    ENT_AUTO(node_row_free) Entente__Rest__V1__OfficerRow *row = NULL;
    struct node *node = world.nodes[MAESAI];
    struct node_key key = {.len = sizeof officers[which].officer.key_id.bytes};

    memcpy(key.bytes, officers[which].officer.key_id.bytes, key.len);
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_row_get(node->store, NODE_OFFICER, node_key_view(&key),
        &entente__rest__v1__officer_row__descriptor, (ProtobufCMessage **)&row,
        &last_error));
    row->revoked_at = 0;
    expect_ok(node_row_put(node->store, NODE_OFFICER, node_key_view(&key),
        &row->base, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
}

static void
the_recipient_knows_who_is_revoked(void **state)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    struct ent_id id = hold_signed();

    (void)state;
    revoke(SUPERVISOR);
    tell_manifest(MAESAI, TACHILEIK);
    forget_revocation(SUPERVISOR);
    assert_null(sign(&id, SUPERVISOR, RELEASED));
    exchange();
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
    row = copy_row(MAESAI, TACHILEIK, &id);
    assert_int_equal(row->state, REFUSED);
    assert_int_equal(row->reason, ENT_REFUSAL_RELEASE);
    assert_string_not_equal(row->clause, "");
}

/* What the loop does by the clock. */
static void
sweep(void)
{
    struct node *node = world.nodes[MAESAI];
    uint8_t place[NODE_KEY_MAX] = {0};

    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_batch_expire(node, place, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
}

static void
what_is_held_outlives_a_crash_and_ends_in_its_time(void **state)
{
    struct ent_id id = hold_signed();

    (void)state;
    crash(MAESAI);
    assert_int_equal(held_count(), 1);
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), 0);
    for (int i = 0; i < 10; i++) {
        pass(DAY);
    }
    sweep();
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), EXPIRED);
    assert_int_equal(held_count(), 0);
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
}

static enum ent_status
give_back(const struct ent_id *id, const char *reason)
{
    ENT_AUTO(ent_arena_fini) struct ent_arena arena = {0};
    Entente__V1__ReturnRequest request = ENTENTE__V1__RETURN_REQUEST__INIT;
    Entente__V1__HandledReply reply = ENTENTE__V1__HANDLED_REPLY__INIT;
    struct node *node = world.nodes[MAESAI];
    char text[ENT_ID_TEXT_LEN + 1];
    enum ent_status rc;

    ent_id_format(id, text);
    request.id = text;
    request.reason = (char *)(uintptr_t)reason;
    expect_ok(ent_arena_init(&arena, NODE_MESSAGE_ARENA, &last_error));
    expect_ok(node_turn_begin(node, world.now, &last_error));
    rc = node_release_return(node, &request, &arena, &reply, &last_error);
    expect_status(node_turn_end(node, rc, &last_error), rc);
    return rc;
}

static void
what_is_given_back_is_over(void **state)
{
    ENT_AUTO(node_row_free) node_copy_row *row = NULL;
    struct ent_id id = hold_signed();

    (void)state;
    expect_status(give_back(&id, ""), ENT_BAD_INPUT);
    expect_ok(give_back(&id, "which lorry?"));
    expect_status(give_back(&id, "which lorry?"), ENT_NOT_FOUND);
    row = copy_row(MAESAI, TACHILEIK, &id);
    assert_int_equal(row->state, RETURNED);
    assert_string_equal(row->sentence, "which lorry?");
    assert_int_equal(held_count(), 0);
    assert_int_equal(entries_in(MAESAI, ENT_ENTRY_RETURNED), 1);
    exchange();
    assert_int_equal(times_on_desk(TACHILEIK, &id), 0);
}

static void
the_rules_of_the_release_count(void **state)
{
    struct ent_id id = hold_signed();

    (void)state;
    agree(MAESAI, "version: 3", NOT_AT_ALL);
    assert_non_null(sign(&id, SUPERVISOR, RELEASED));
    assert_int_equal(state_of(MAESAI, TACHILEIK, &id), REFUSED_HERE);
    assert_int_equal(held_count(), 0);
}

static void
what_one_officer_may_send_goes_when_its_author_has_signed(void **state)
{
    struct ent_id id;

    (void)state;
    agree(MAESAI, "version: 3", BY_ONE);
    agree(TACHILEIK, "version: 3", BY_ONE);
    exchange();
    id = hold();
    assert_null(sign(&id, AUTHOR, AUTHORED));
    exchange();
    assert_int_equal(times_on_desk(TACHILEIK, &id), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        RELEASE_TEST(what_two_officers_signed_is_delivered),
        RELEASE_TEST(one_officer_cannot_release_what_he_wrote),
        RELEASE_TEST(who_is_not_enrolled_or_revoked_signs_nothing),
        RELEASE_TEST(an_author_who_is_revoked_meanwhile_has_not_written_it),
        cmocka_unit_test_setup_teardown(
            a_release_that_is_left_out_is_refused_by_the_recipient, setup_later,
            teardown),
        RELEASE_TEST(the_recipient_knows_who_is_revoked),
        RELEASE_TEST(what_is_held_outlives_a_crash_and_ends_in_its_time),
        RELEASE_TEST(what_is_given_back_is_over),
        RELEASE_TEST(the_rules_of_the_release_count),
        RELEASE_TEST(what_one_officer_may_send_goes_when_its_author_has_signed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
