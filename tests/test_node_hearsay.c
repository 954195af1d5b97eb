/* SPDX-License-Identifier: Apache-2.0 */
/* Three offices of one agreement: Tachileik holds what Mae Sai says of its
 * journal against what Mae Sai told the coordination centre in Bangkok. Neither
 * of these two is a program of ours here: they say what the test wants. */
#include "tests/two_offices_rows.h"

#include <stdio.h>

#include "node/alarms.h"
#include "node/peers.h"
#include "node/witness.h"
#include "proto/schema/link.pb-c.h"
#include "proto/schema/trust.pb-c.h"

#define JOURNAL_MAX 64
#define EDITED 5 /* the entry that stands otherwise in the other history */

enum shown {
    TRUE,
    EDITED_FROM_5,
};

struct speaker {
    struct ent_address address;
    struct ent_signer signer;
    struct ent_bytes note; /* what it says of itself */
};

static struct ent_secret *centre_key;
static struct speaker centre;
static struct speaker maesai;

/* ---- journals ---- */

static struct ent_digest
node_at(enum shown shown, unsigned level, uint64_t index)
{
    struct ent_digest leaves[JOURNAL_MAX] = {{{0}}};
    size_t first = (size_t)index << level;
    size_t count = (size_t)1 << level;

    for (size_t i = 0; i < count; i++) {
        leaves[i].bytes[0] = (uint8_t)(first + i);
        leaves[i].bytes[1] =
            shown == EDITED_FROM_5 && first + i >= EDITED ? 1 : 0;
    }
    return ent_tree_root(ent_tree_sha256, leaves, count);
}

static bool
fetch(void *context, unsigned level, uint64_t index, struct ent_digest *ret)
{
    *ret = node_at(*(enum shown *)context, level, index);
    return true;
}

static struct ent_digest
root_of(enum shown shown, uint64_t size)
{
    struct ent_digest leaves[JOURNAL_MAX];

    for (uint64_t i = 0; i < size; i++) {
        leaves[i] = node_at(shown, 0, i);
    }
    return ent_tree_root(ent_tree_sha256, leaves, size);
}

static struct ent_bytes
note_of(const struct speaker *origin, const struct ent_signer *signer,
    uint64_t size, enum shown shown, uint64_t incarnation)
{
    struct ent_checkpoint checkpoint = {.origin = origin->address,
        .size = size,
        .root = root_of(shown, size),
        .incarnation = incarnation};
    struct ent_bytes note = {0};

    expect_ok(ent_checkpoint_make(&checkpoint, signer, &note, &last_error));
    return note;
}

/* ---- what is said to Tachileik ---- */

static enum ent_status
learn(uint32_t kind, const char *subject, struct ent_view wire)
{
    struct node *node = world.nodes[TACHILEIK];
    struct ent_object object = {.kind = kind, .wire = wire};
    enum ent_status rc;

    (void)snprintf(object.subject, sizeof object.subject, "%s", subject);
    expect_ok(node_turn_begin(node, world.now, &last_error));
    rc = node_peers_learn(node, &object, &last_error);
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    return rc;
}

static void
say(const struct speaker *speaker, struct ent_witness *witness)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    char subject[ENT_WITNESS_SUBJECT_MAX + 1];

    witness->from = speaker->address;
    witness->to = world.nodes[TACHILEIK]->self;
    witness->made_at = ++world.now;
    expect_ok(ent_witness_make(witness, &speaker->signer, &wire, &last_error));
    ent_witness_subject(&witness->from, &witness->to, subject);
    expect_ok(learn(NODE_KIND_WITNESS, subject, ent_bytes_view(&wire)));
}

/* Mae Sai says how long its journal is, with proofs from those sizes. */
static void
maesai_says(uint64_t size, enum shown shown, const uint64_t *from, size_t count)
{
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes note = note_of(
        &maesai, &maesai.signer, size, shown, world.nodes[MAESAI]->incarnation);
    struct ent_witness witness = {
        .checkpoint = ent_bytes_view(&note), .proof_count = count};

    for (size_t i = 0; i < count; i++) {
        witness.proofs[i].size = from[i];
        expect_ok(ent_tree_prove_consistency(ent_tree_sha256, fetch, &shown,
            from[i], size, &witness.proofs[i].path, &last_error));
    }
    say(&maesai, &witness);
}

/* The centre says that it holds that note of somebody. */
static void
centre_holds_note(const struct ent_bytes *note)
{
    struct ent_witness witness = {.checkpoint = ent_bytes_view(&centre.note),
        .others = {ent_bytes_view(note)},
        .other_count = 1};

    say(&centre, &witness);
}

static void
centre_holds(uint64_t size, enum shown shown)
{
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes note = note_of(
        &maesai, &maesai.signer, size, shown, world.nodes[MAESAI]->incarnation);

    centre_holds_note(&note);
}

static void
certify_centre(void)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_secret *authority = authority_secret("th");
    struct ent_signer root;
    struct ent_certificate certificate = world.nodes[MAESAI]->certificate;

    expect_ok(
        ent_secret_signer(authority, ENT_KEY_AUTHORITY, &root, &last_error));
    certificate.address = centre.address;
    certificate.kind = ENTENTE__V1__OFFICE_KIND__NCC;
    certificate.signing_key = centre.signer.key;
    certificate.link_key[0] ^= 1;
    expect_ok(ent_certificate_make(&certificate, &root, &wire, &last_error));
    expect_ok(learn(NODE_KIND_CERTIFICATE, "ncc@th", ent_bytes_view(&wire)));
    ent_secret_free(&authority);
}

static int
setup_three(void **state)
{
    int rc = setup(state);

    expect_ok(ent_address_parse(view("ncc@th"), &centre.address, &last_error));
    expect_ok(ent_secret_new(&centre_key, &last_error));
    expect_ok(ent_secret_signer(
        centre_key, ENT_KEY_OFFICE, &centre.signer, &last_error));
    maesai.address = world.nodes[MAESAI]->self;
    maesai.signer = *node_keeper_signer(world.nodes[MAESAI]->keeper);
    introduce();
    certify_centre();
    centre.note = note_of(&centre, &centre.signer, 3, TRUE, NOON * 1000);
    return rc;
}

static int
teardown_three(void **state)
{
    ent_bytes_free(&centre.note);
    ent_secret_free(&centre_key);
    return teardown(state);
}

/* ---- what Tachileik knows ---- */

static node_witness_row *
row_of_maesai(void)
{
    struct node *node = world.nodes[TACHILEIK];
    node_witness_row *row = NULL;

    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(
        node_witness_get(node, &world.nodes[MAESAI]->party, &row, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    return row;
}

static size_t
notes_kept(void)
{
    ENT_AUTO(node_row_free) node_witness_row *row = row_of_maesai();

    return row->n_hearsay;
}

static void
expect_contradiction(enum ent_history history)
{
    ENT_AUTO(node_row_free) node_witness_row *row = row_of_maesai();
    struct ent_checkpoint first;

    assert_int_equal(alarms_of(TACHILEIK, NODE_ALARM_HISTORY), 1);
    assert_int_equal(entries_in(TACHILEIK, ENT_ENTRY_CONTRADICTED), 1);
    assert_int_equal(row->contradiction, history);
    expect_ok(ent_checkpoint_peek(ent_view_of(row->first.data, row->first.len),
        &first, &last_error)); /* the note that the centre held */
    assert_true(row->second.len > 0);
}

static void
expect_no_contradiction(void)
{
    assert_int_equal(alarms_of(TACHILEIK, NODE_ALARM_HISTORY), 0);
}

/* From which sizes Tachileik asks Mae Sai for a proof now. */
static size_t
wanted(uint64_t ret_sizes[static ENT_WITNESS_WANTED_MAX])
{
    struct node *node = world.nodes[TACHILEIK];
    struct ent_witness witness;

    world.now += HOUR;
    expect_ok(node_turn_begin(node, world.now, &last_error));
    expect_ok(node_witness_run(node, &last_error));
    expect_ok(node_turn_end(node, ENT_OK, &last_error));
    expect_ok(ent_witness_peek(
        ent_bytes_view(&world.witnesses[TACHILEIK]), &witness, &last_error));
    memcpy(ret_sizes, witness.wanted, sizeof witness.wanted);
    return witness.wanted_count;
}

/* ---- tests ---- */

static void
two_histories_of_one_length_are_found_out_at_once(void **state)
{
    (void)state;
    maesai_says(20, EDITED_FROM_5, NULL, 0);
    centre_holds(20, TRUE);
    expect_contradiction(ENT_HISTORY_FORKED);
}

static void
a_longer_one_must_have_begun_with_what_others_hold(void **state)
{
    static const uint64_t from[] = {10, 20};
    uint64_t sizes[ENT_WITNESS_WANTED_MAX];

    (void)state;
    maesai_says(20, EDITED_FROM_5, NULL, 0);
    centre_holds(10, TRUE);
    expect_no_contradiction();
    assert_int_equal(wanted(sizes), 1);
    assert_true(sizes[0] == 10);
    maesai_says(30, EDITED_FROM_5, from, 2);
    expect_contradiction(ENT_HISTORY_FORKED);
}

static void
who_shows_the_same_to_all_is_not_accused(void **state)
{
    static const uint64_t from[] = {10, 20};
    uint64_t sizes[ENT_WITNESS_WANTED_MAX];

    (void)state;
    maesai_says(20, TRUE, NULL, 0);
    centre_holds(20, TRUE);
    centre_holds(10, TRUE);
    centre_holds(10, TRUE);
    assert_int_equal(notes_kept(), 1);
    maesai_says(30, TRUE, from, 2);
    assert_int_equal(wanted(sizes), 0);
    centre_holds(35, TRUE);
    maesai_says(40, TRUE, (const uint64_t[]){30, 35}, 2);
    for (uint64_t size = 41; size < 44; size++) {
        world.now += DAY;
        maesai_says(size, TRUE, (const uint64_t[]){size - 1}, 1);
    }
    expect_no_contradiction();
}

static void
who_never_proves_it_is_told_after_a_day(void **state)
{
    uint64_t size = 20;

    (void)state;
    maesai_says(size, TRUE, NULL, 0);
    centre_holds(10, TRUE);
    for (int hours = 0; hours < 24; hours++) {
        size++;
        maesai_says(size, TRUE, (const uint64_t[]){size - 1}, 1);
        centre_holds(size - 1, TRUE); /* newer ones do not begin it anew */
        expect_no_contradiction();
        world.now += HOUR;
    }
    assert_int_equal(notes_kept(), 1);
    maesai_says(size + 1, TRUE, (const uint64_t[]){size}, 1);
    expect_contradiction(ENT_HISTORY_UNPROVEN);
}

static void
silence_of_a_day_accuses_nobody(void **state)
{
    static const uint64_t from[] = {10, 20};

    (void)state;
    maesai_says(20, TRUE, NULL, 0);
    centre_holds(10, TRUE);
    world.now += 3 * DAY;
    maesai_says(21, TRUE, from + 1, 1); /* before it hears what is wanted */
    expect_no_contradiction();
    maesai_says(22, TRUE, (const uint64_t[]){10, 21}, 2);
    expect_no_contradiction();
}

static void
what_mae_sai_did_not_sign_says_nothing_of_it(void **state)
{
    const uint64_t life = world.nodes[MAESAI]->incarnation;
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes forged =
        note_of(&maesai, &centre.signer, 20, EDITED_FROM_5, life);
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes earlier =
        note_of(&maesai, &maesai.signer, 20, EDITED_FROM_5, life - 1);

    (void)state;
    maesai_says(20, TRUE, NULL, 0);
    centre_holds_note(&forged);
    centre_holds_note(&earlier); /* another life of the store */
    assert_int_equal(notes_kept(), 0);
    expect_no_contradiction();
}

static void
of_itself_nobody_is_believed_twice(void **state)
{
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes note = note_of(&maesai, &maesai.signer, 20, EDITED_FROM_5,
        world.nodes[MAESAI]->incarnation);
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes now = note_of(
        &maesai, &maesai.signer, 20, TRUE, world.nodes[MAESAI]->incarnation);
    struct ent_witness witness = {.checkpoint = ent_bytes_view(&now),
        .others = {ent_bytes_view(&note)},
        .other_count = 1};

    (void)state;
    say(&maesai, &witness);
    assert_int_equal(notes_kept(), 0);
}

static void
another_life_of_its_store_begins_anew(void **state)
{
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes note = note_of(&maesai, &maesai.signer, 4, EDITED_FROM_5,
        world.nodes[MAESAI]->incarnation + 1);
    struct ent_witness witness = {.checkpoint = ent_bytes_view(&note)};

    (void)state;
    maesai_says(20, TRUE, NULL, 0);
    centre_holds(10, TRUE);
    assert_int_equal(notes_kept(), 1);
    say(&maesai, &witness);
    assert_int_equal(notes_kept(), 0);
    expect_no_contradiction();
}

static void
a_note_under_the_key_before_counts(void **state)
{
    ENT_AUTO(ent_bytes_free)
    struct ent_bytes note = note_of(
        &maesai, &maesai.signer, 20, TRUE, world.nodes[MAESAI]->incarnation);

    (void)state;
    renew(MAESAI);
    tell_certificate(MAESAI, TACHILEIK);
    maesai.signer = *node_keeper_signer(world.nodes[MAESAI]->keeper);
    maesai_says(20, EDITED_FROM_5, NULL, 0);
    centre_holds_note(&note);
    expect_contradiction(ENT_HISTORY_FORKED);
}

#define THREE(name)                                                            \
    cmocka_unit_test_setup_teardown(name, setup_three, teardown_three)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        THREE(two_histories_of_one_length_are_found_out_at_once),
        THREE(a_longer_one_must_have_begun_with_what_others_hold),
        THREE(who_shows_the_same_to_all_is_not_accused),
        THREE(who_never_proves_it_is_told_after_a_day),
        THREE(silence_of_a_day_accuses_nobody),
        THREE(what_mae_sai_did_not_sign_says_nothing_of_it),
        THREE(of_itself_nobody_is_believed_twice),
        THREE(another_life_of_its_store_begins_anew),
        THREE(a_note_under_the_key_before_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
