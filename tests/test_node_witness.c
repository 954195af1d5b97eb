/* SPDX-License-Identifier: Apache-2.0 */
/* Two offices hold each other's checkpoints. */
#include "tests/two_offices_rows.h"

#include <stdio.h>
#include <stdlib.h>

#include "node/alarms.h"
#include "node/peers.h"
#include "node/rules.h"
#include "node/witness.h"
#include "proto/schema/trust.pb-c.h"

#define OTHER(who) ((who) == MAESAI ? TACHILEIK : MAESAI)

static const char radio_check[] =
    "{\"purpose\":\"ADMINISTRATION\",\"test\":{\"text\":\"how do you read\"}}";

/* ---- the vocabulary ---- */

static void
run(enum who who)
{
    struct node *node = world.nodes[who];

    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_witness_run(node, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
}

/* So much time passes; both say what is to be said, and hear it. */
static void
talk(uint64_t ms)
{
    world.now += ms;
    for (int i = 0; i < 3; i++) {
        world.now += 11000;
        run(MAESAI);
        run(TACHILEIK);
        drain();
        world.nodes[MAESAI]->witness.asked_at = 0; /* do not wait to ask */
        world.nodes[TACHILEIK]->witness.asked_at = 0;
        run(MAESAI);
        run(TACHILEIK);
        drain();
    }
}

static node_witness_row *
row_of(enum who who)
{
    struct node *node = world.nodes[who];
    node_witness_row *row = NULL;

    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_witness_get(
        node, &world.nodes[OTHER(who)]->party, &row, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    return row;
}

/* What `who` holds of the other one; its size. */
static uint64_t
held_by(enum who who)
{
    ENT_AUTO(node_row_free) node_witness_row *row = row_of(who);

    return row->size;
}

static void
copy(enum who who, const char *from, const char *to)
{
    char source[PATH_MAX];
    char target[PATH_MAX];
    char command[4 * PATH_MAX];

    in_folder(who, from, source);
    in_folder(who, to, target);
    (void)snprintf(command, sizeof command, "rm -rf '%s' && cp -r '%s' '%s'",
        target, source, target);
    assert_int_equal(system(command), 0);
}

static void
stop(enum who who)
{
    node_close(&world.nodes[who]);
}

static void
start(enum who who)
{
    expect_ok(node_open(&world.configs[who], &world.nodes[who], &last_error));
}

static void
copy_the_store(enum who who)
{
    stop(who);
    copy(who, "store", "copy");
    start(who);
}

static void
put_the_copy_back(enum who who)
{
    stop(who);
    copy(who, "copy", "store");
    start(who);
}

static void
say_so(enum who who)
{
    stop(who);
    expect_ok(node_restored(&world.configs[who], &last_error));
    start(who);
}

static struct ent_bytes
note_of(enum who signer, enum who origin, uint64_t size, uint64_t incarnation)
{
    struct ent_checkpoint checkpoint = {.origin = world.nodes[origin]->self,
        .size = size,
        .root = {{9}},
        .incarnation = incarnation};
    struct ent_bytes note;

    expect_ok(ent_checkpoint_make(&checkpoint,
        node_keeper_signer(world.nodes[signer]->keeper), &note, &last_error));
    return note;
}

/* Mae Sai says that to Tachileik now, by no program of ours. */
static enum ent_status
say(struct ent_view checkpoint, struct ent_view held)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct node *node = world.nodes[TACHILEIK];
    struct ent_witness witness = {.from = world.nodes[MAESAI]->self,
        .to = node->self,
        .made_at = ++world.now,
        .checkpoint = checkpoint,
        .held = held};
    struct ent_object object = {.kind = NODE_KIND_WITNESS};
    enum ent_status rc;

    expect_ok(ent_witness_make(&witness,
        node_keeper_signer(world.nodes[MAESAI]->keeper), &wire, &last_error));
    object.wire = ent_bytes_view(&wire);
    ent_witness_subject(&witness.from, &witness.to, object.subject);
    expect_ok(node_turn_begin(node, world.now, &last_error));
    rc = node_peers_learn(node, &object, &last_error);
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    return rc;
}

static enum ent_status
say_size(uint64_t size, uint64_t incarnation)
{
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes note = note_of(MAESAI, MAESAI, size, incarnation);

    return say(ent_bytes_view(&note), (struct ent_view){0});
}

/* The state of that office withdraws a certificate; the office hears of it. */
static void
withdraw(enum who who, const struct ent_certificate *certificate)
{
    struct node *node = world.nodes[who];
    struct ent_secret *authority = authority_secret(states[who]);
    const struct ent_revocation entry = {.key_id = certificate->signing_key_id,
        .address = certificate->address,
        .serial = certificate->serial,
        .revoked_at = world.now};
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_object object = {.kind = NODE_KIND_REVOCATION};
    struct ent_signer root;

    expect_ok(
        ent_secret_signer(authority, ENT_KEY_AUTHORITY, &root, &last_error));
    expect_ok(ent_revocation_list_make(states[who], 1, world.now,
        world.now + DAY, &entry, 1, &root, &wire, &last_error));
    object.wire = ent_bytes_view(&wire);
    (void)snprintf(object.subject, sizeof object.subject, "%s", states[who]);
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_peers_learn(node, &object, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    ent_secret_free(&authority);
}

/* ---- tests ---- */

static void
what_grows_is_proven_to_peers(void **state)
{
    ENT_AUTO(node_row_free) node_witness_row *row = NULL;

    (void)state;
    introduce();
    talk(HOUR);
    assert_true(held_by(MAESAI) > 0);
    for (int i = 0; i < 5; i++) {
        (void)post(MAESAI, TACHILEIK, radio_check);
        pass(10);
        talk(HOUR);
    }
    for (enum who who = MAESAI; who <= TACHILEIK; who++) {
        row = row_of(who);
        assert_true(
            row->size == node_journal_size(world.nodes[OTHER(who)]->journal));
        assert_true(row->proven_at > 0);
        assert_true(row->proven_from < row->size);
        assert_true(
            row->theirs == node_journal_size(world.nodes[who]->journal));
        assert_int_equal(row->contradiction, 0);
        node_row_free(&row);
    }
}

static void
nothing_new_is_not_said_again(void **state)
{
    uint64_t told;
    ENT_AUTO(node_row_free) node_witness_row *row = NULL;

    (void)state;
    introduce();
    talk(HOUR);
    talk(HOUR);
    row = row_of(MAESAI);
    told = row->told_at;
    node_row_free(&row);
    talk(HOUR);
    talk(HOUR);
    row = row_of(MAESAI);
    assert_true(row->told_at == told);
}

static void
an_old_copy_learns_from_its_peer_that_it_is_one(void **state)
{
    (void)state;
    introduce();
    talk(HOUR);
    copy_the_store(TACHILEIK);
    (void)post(MAESAI, TACHILEIK, radio_check);
    pass(10);
    talk(HOUR);
    put_the_copy_back(TACHILEIK);
    assert_false(world.nodes[TACHILEIK]->rolled_back);
    talk(HOUR);
    assert_true(world.nodes[TACHILEIK]->rolled_back);
    assert_int_equal(alarms_of(TACHILEIK, NODE_ALARM_ROLLBACK), 1);
    assert_int_equal(entries_in(TACHILEIK, ENT_ENTRY_OLD_COPY), 1);

    crash(TACHILEIK);
    assert_true(world.nodes[TACHILEIK]->rolled_back);
    say_so(TACHILEIK);
    assert_false(world.nodes[TACHILEIK]->rolled_back);
    assert_int_equal(alarms_of(TACHILEIK, NODE_ALARM_ROLLBACK), 0);
    talk(HOUR);
    talk(HOUR);
    assert_int_equal(alarms_of(MAESAI, NODE_ALARM_HISTORY), 0);
    assert_true(
        held_by(MAESAI) == node_journal_size(world.nodes[TACHILEIK]->journal));
}

static void
no_peer_stops_it_with_a_lie(void **state)
{
    const uint64_t ours = world.nodes[TACHILEIK]->incarnation;
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes own =
        note_of(MAESAI, MAESAI, 9, world.nodes[MAESAI]->incarnation);
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes lie = note_of(MAESAI, TACHILEIK, 1000, ours);
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes old = note_of(TACHILEIK, TACHILEIK, 1000, ours - 1);

    (void)state;
    introduce();
    expect_ok(say(ent_bytes_view(&own), ent_bytes_view(&lie)));
    assert_false(world.nodes[TACHILEIK]->rolled_back);
    expect_ok(say(ent_bytes_view(&own), ent_bytes_view(&old)));
    assert_false(world.nodes[TACHILEIK]->rolled_back);
    expect_ok(say(ent_bytes_view(&own), view("no note at all")));
    assert_false(world.nodes[TACHILEIK]->rolled_back);
}

static void
less_than_before_is_a_contradiction(void **state)
{
    const uint64_t life = world.nodes[MAESAI]->incarnation;
    ENT_AUTO(node_row_free) node_witness_row *row = NULL;

    (void)state;
    introduce();
    expect_ok(say_size(50, life));
    assert_true(held_by(TACHILEIK) == 50);
    expect_ok(say_size(49, life));
    assert_true(held_by(TACHILEIK) == 50);
    assert_int_equal(alarms_of(TACHILEIK, NODE_ALARM_HISTORY), 1);
    assert_int_equal(entries_in(TACHILEIK, ENT_ENTRY_CONTRADICTED), 1);
    row = row_of(TACHILEIK);
    assert_int_equal(row->contradiction, ENT_HISTORY_SHORTER);
    assert_true(row->first.len > 0);
    assert_true(row->second.len > 0);

    expect_ok(say_size(48, life)); /* told once */
    assert_int_equal(entries_in(TACHILEIK, ENT_ENTRY_CONTRADICTED), 1);
    expect_ok(say_size(7, life + 1)); /* a new store is none */
    assert_true(held_by(TACHILEIK) == 7);
    assert_int_equal(alarms_of(TACHILEIK, NODE_ALARM_HISTORY), 0);
}

static void
what_is_not_proven_for_a_day_is_told(void **state)
{
    const uint64_t life = world.nodes[MAESAI]->incarnation;

    (void)state;
    introduce();
    expect_ok(say_size(50, life));
    expect_ok(say_size(60, life));
    assert_true(held_by(TACHILEIK) == 50);
    world.now += DAY - HOUR;
    expect_ok(say_size(61, life));
    assert_int_equal(alarms_of(TACHILEIK, NODE_ALARM_HISTORY), 0);
    world.now += HOUR;
    expect_ok(say_size(62, life));
    assert_int_equal(alarms_of(TACHILEIK, NODE_ALARM_HISTORY), 1);
}

static void
what_is_older_or_of_the_future_changes_nothing(void **state)
{
    const uint64_t life = world.nodes[MAESAI]->incarnation;

    (void)state;
    introduce();
    expect_ok(say_size(50, life));
    world.now -= 1000;
    expect_ok(say_size(40, life));
    assert_int_equal(alarms_of(TACHILEIK, NODE_ALARM_HISTORY), 0);
    world.now += 2000;
    expect_status(say_size(60, (world.now + 2 * DAY) * 1000), ENT_REJECTED);
    expect_status(say_size(60, 0), ENT_REJECTED);
    assert_true(held_by(TACHILEIK) == 50);
}

static void
an_anchor_notices_an_old_copy_alone(void **state)
{
    char *anchor = world.configs[TACHILEIK].anchor;

    (void)state;
    in_folder(TACHILEIK, "anchor", anchor);
    introduce();
    talk(HOUR);
    copy_the_store(TACHILEIK);
    assert_false(world.nodes[TACHILEIK]->rolled_back);
    (void)post(MAESAI, TACHILEIK, radio_check);
    pass(10);
    talk(HOUR);
    put_the_copy_back(TACHILEIK);
    assert_true(world.nodes[TACHILEIK]->rolled_back);
    say_so(TACHILEIK);
    assert_false(world.nodes[TACHILEIK]->rolled_back);
    crash(TACHILEIK); /* before it was written anew */
    assert_false(world.nodes[TACHILEIK]->rolled_back);
}

/* ---- with a new key ---- */

static void
a_new_key_accuses_nobody_and_what_grew_is_proven_on(void **state)
{
    ENT_AUTO(node_row_free) node_witness_row *row = NULL;
    uint64_t before;

    (void)state;
    introduce();
    talk(HOUR);
    before = held_by(TACHILEIK);
    renew(MAESAI);
    tell_certificate(MAESAI, TACHILEIK);
    (void)post(MAESAI, TACHILEIK, radio_check);
    pass(10);
    talk(HOUR);
    talk(HOUR);
    row = row_of(TACHILEIK);
    assert_true(row->size == node_journal_size(world.nodes[MAESAI]->journal));
    assert_true(row->proven_from >= before);
    assert_int_equal(alarms_of(TACHILEIK, NODE_ALARM_HISTORY), 0);
    assert_int_equal(alarms_of(MAESAI, NODE_ALARM_ROLLBACK), 0);
    node_row_free(&row);
    row = row_of(MAESAI);
    assert_true(row->theirs == node_journal_size(world.nodes[MAESAI]->journal));
}

static void
what_is_said_after_a_renewal_is_signed_by_the_new_key(void **state)
{
    struct node *node = world.nodes[MAESAI];
    struct node_rules_report report = {.count = 0};

    (void)state;
    introduce();
    talk(HOUR);
    give_new_keys(MAESAI);
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_turn_end(
        node, node_rules_reload(node, &report, &last_error), &last_error));
    tell_certificate(MAESAI, TACHILEIK);
    talk(0); /* long before a checkpoint is due by the clock */
    assert_true(
        held_by(TACHILEIK) == node_journal_size(world.nodes[MAESAI]->journal));
}

/* The copy is older than the key. */
static void
an_old_copy_under_a_new_key_learns_it_too(void **state)
{
    (void)state;
    introduce();
    talk(HOUR);
    copy_the_store(TACHILEIK);
    (void)post(MAESAI, TACHILEIK, radio_check);
    pass(10);
    talk(HOUR);
    give_new_keys(TACHILEIK);
    put_the_copy_back(TACHILEIK);
    tell_certificate(TACHILEIK, MAESAI);
    talk(HOUR);
    assert_true(world.nodes[TACHILEIK]->rolled_back);
}

static void
an_anchor_under_the_key_before_counts(void **state)
{
    (void)state;
    in_folder(TACHILEIK, "anchor", world.configs[TACHILEIK].anchor);
    introduce();
    talk(HOUR);
    renew(TACHILEIK);
    assert_false(world.nodes[TACHILEIK]->rolled_back);
    assert_int_equal(alarms_of(TACHILEIK, NODE_ALARM_ROLLBACK), 0);
    tell_certificate(TACHILEIK, MAESAI);
    copy_the_store(TACHILEIK);
    (void)post(MAESAI, TACHILEIK, radio_check);
    pass(10);
    talk(HOUR);
    give_new_keys(TACHILEIK);
    put_the_copy_back(TACHILEIK);
    assert_true(world.nodes[TACHILEIK]->rolled_back);
}

static void
who_has_a_key_that_was_withdrawn_stops_nobody(void **state)
{
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes own =
        note_of(MAESAI, MAESAI, 9, world.nodes[MAESAI]->incarnation);
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes stolen = note_of(
        TACHILEIK, TACHILEIK, 1000, world.nodes[TACHILEIK]->incarnation);
    struct ent_certificate before = world.nodes[TACHILEIK]->certificate;

    (void)state;
    introduce();
    renew(TACHILEIK);
    withdraw(TACHILEIK, &before);
    expect_ok(say(ent_bytes_view(&own), ent_bytes_view(&stolen)));
    assert_false(world.nodes[TACHILEIK]->rolled_back);
}

static void
a_damaged_anchor_stops_nobody(void **state)
{
    char *anchor = world.configs[TACHILEIK].anchor;
    char command[2 * PATH_MAX];

    (void)state;
    in_folder(TACHILEIK, "anchor", anchor);
    introduce();
    talk(HOUR);
    (void)snprintf(command, sizeof command, "echo nonsense > '%s'", anchor);
    assert_int_equal(system(command), 0);
    crash(TACHILEIK);
    assert_false(world.nodes[TACHILEIK]->rolled_back);
    assert_int_equal(alarms_of(TACHILEIK, NODE_ALARM_ROLLBACK), 1);
}

static uint64_t
restore_since(enum who who)
{
    struct node *node = world.nodes[who];
    struct ent_manifest manifest;

    expect_ok(ent_manifest_open(ent_bytes_view(&node->manifest_wire),
        &node->certificate, &manifest, &last_error));
    return manifest.restore_since;
}

static void
only_what_came_since_the_copy_is_asked_for(void **state)
{
    struct ent_id early;
    struct ent_id late;

    (void)state;
    introduce();
    tell_manifest(TACHILEIK, MAESAI);
    early = post(MAESAI, TACHILEIK, radio_check);
    exchange();
    talk(HOUR);
    talk(HOUR);
    (void)post(MAESAI, TACHILEIK, radio_check); /* something to write */
    exchange();
    talk(HOUR);
    copy_the_store(TACHILEIK);
    world.now += HOUR;
    late = post(MAESAI, TACHILEIK, radio_check);
    exchange();
    put_the_copy_back(TACHILEIK);
    say_so(TACHILEIK);
    assert_true(restore_since(TACHILEIK) > NOON);
    tell_manifest(TACHILEIK, MAESAI);
    exchange();
    exchange();
    assert_int_equal(times_on_desk(TACHILEIK, &late), 1);
    {
        ENT_AUTO(node_row_free)
        node_copy_row *row = copy_row(MAESAI, TACHILEIK, &early);
        ENT_AUTO(node_row_free)
        node_copy_row *again = copy_row(MAESAI, TACHILEIK, &late);

        assert_true(row->given_again_at == 0);
        assert_true(again->given_again_at > 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_grows_is_proven_to_peers),
        TEST(nothing_new_is_not_said_again),
        TEST(an_old_copy_learns_from_its_peer_that_it_is_one),
        TEST(no_peer_stops_it_with_a_lie),
        TEST(less_than_before_is_a_contradiction),
        TEST(what_is_not_proven_for_a_day_is_told),
        TEST(what_is_older_or_of_the_future_changes_nothing),
        TEST(an_anchor_notices_an_old_copy_alone),
        TEST(a_damaged_anchor_stops_nobody),
        TEST(a_new_key_accuses_nobody_and_what_grew_is_proven_on),
        TEST(what_is_said_after_a_renewal_is_signed_by_the_new_key),
        TEST(an_old_copy_under_a_new_key_learns_it_too),
        TEST(an_anchor_under_the_key_before_counts),
        TEST(who_has_a_key_that_was_withdrawn_stops_nobody),
        TEST(only_what_came_since_the_copy_is_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
