/* SPDX-License-Identifier: Apache-2.0 */
/* Property: whatever is lost, repeated or restarted on the way, each bundle
 * that was given custody reaches its recipient and its receipt the sender,
 * without the sender's further doing; and nothing is left in the spool. */
#include "tests/broker_talk.h"

#include <sodium.h>
#include <stdlib.h>

#define BUNDLES 60
#define STEPS 600
#define CALM_MAX 4000
#define RUNS 6

struct fate {
    struct made made;
    bool custody;
    bool received; /* by the recipient */
    bool settled;  /* the sender has the receipt */
};

struct game {
    struct scene *scene;
    struct fate fates[BUNDLES];
    uint64_t seed;
    uint64_t draws;
    bool calm; /* nothing is lost any more */
};

static const uint32_t precedences[] = {
    ENTENTE__V1__PRECEDENCE__FLASH,
    ENTENTE__V1__PRECEDENCE__PRIORITY,
    ENTENTE__V1__PRECEDENCE__ROUTINE,
};

static uint32_t
draw(struct game *game, uint32_t below)
{
    uint8_t seed[randombytes_SEEDBYTES] = {0};
    uint32_t number;

    ent_put_be(seed, game->seed, 8);
    ent_put_be(seed + 8, game->draws++, 8);
    randombytes_buf_deterministic(&number, sizeof number, seed);
    return number % below;
}

static struct party *
maesai(struct game *game)
{
    return &game->scene->all.maesai;
}

static struct party *
tachileik(struct game *game)
{
    return &game->scene->all.tachileik;
}

static enum lane
lane_of(const struct made *made)
{
    return ent_precedence_is_urgent(made->label.stream.precedence) ? URGENT
                                                                   : BULK;
}

static struct fate *
fate_of(struct game *game, const struct ent_digest *hash)
{
    for (size_t i = 0; i < BUNDLES; i++) {
        if (ent_digest_equal(&game->fates[i].made.hash, hash)) {
            return &game->fates[i];
        }
    }
    fail_msg("nobody sent that");
    return NULL;
}

/* ---- the recipient ---- */

static void
settle(struct game *game, struct fate *fate, uint32_t code)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes receipt = {0};

    receipt =
        make_receipt(game->scene, tachileik(game), &fate->made, 1, code, 0);
    say(game->scene, tachileik(game), lane_of(&fate->made), ENT_FRAME_RECEIPT,
        ent_bytes_view(&receipt), (struct ent_view){0});
}

static void
hear_bundle(struct game *game, const struct ent_bytes *head,
    const struct ent_bytes *body)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes credit = {0};
    struct ent_bundle bundle;
    struct ent_digest hash;
    struct fate *fate;

    expect_ok(ent_bundle_decode(
        ent_bytes_view(head), ent_bytes_view(body), &bundle, &last_error));
    hash = ent_digest_of(bundle.label_wire);
    fate = fate_of(game, &hash);
    expect_ok(ent_credit_encode(head->len + body->len, &credit, &last_error));
    say(game->scene, tachileik(game), lane_of(&fate->made), ENT_FRAME_CREDIT,
        ent_bytes_view(&credit), (struct ent_view){0});
    if (!game->calm && draw(game, 4) == 0) {
        settle(game, fate, ENTENTE__V1__ANSWER_CODE__NOT_YET);
    } else if (game->calm || draw(game, 3) > 0) {
        fate->received = true;
        settle(game, fate, ENTENTE__V1__ANSWER_CODE__SETTLED);
    } /* else it was killed before it could answer */
}

/* ---- the sender ---- */

static void
hear_custody(struct game *game, const struct ent_bytes *wire)
{
    struct ent_custody custody;

    expect_ok(ent_custody_open(ent_bytes_view(wire),
        &game->scene->all.broker.cert, &custody, &last_error));
    fate_of(game, &custody.label_hash)->custody = true;
}

static void
hear_receipt(struct game *game, const struct ent_bytes *wire)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes state = {0};
    struct ent_receipt receipt;

    expect_ok(ent_receipt_open(
        ent_bytes_view(wire), &tachileik(game)->cert, &receipt, &last_error));
    for (size_t i = 0; i < receipt.answer_count; i++) {
        struct fate *fate = fate_of(game, &receipt.answers[i].label_hash);

        if (receipt.answers[i].code == ENTENTE__V1__ANSWER_CODE__SETTLED) {
            assert_true(fate->received);
            fate->settled = true;
        }
    }
    state = make_state(&receipt.stream, ent_bytes_view(wire));
    say(game->scene, maesai(game), URGENT, ENT_FRAME_STATE,
        ent_bytes_view(&state), (struct ent_view){0});
}

static void
send_one(struct game *game)
{
    struct fate *fate = &game->fates[draw(game, BUNDLES)];

    if (!fate->settled && (!fate->custody || draw(game, 5) == 0)) {
        send_made(game->scene, maesai(game), lane_of(&fate->made), &fate->made);
    }
}

/* ---- both ---- */

/* Look at what came, in order; what is answered may bring more. */
static void
hear(struct game *game)
{
    struct scene *scene = game->scene;

    while (scene->read_count < scene->sent_count) {
        const struct sent *sent = &scene->sent[scene->read_count++];

        if (ent_get_be(sent->route.bytes + 2, 4) != scene->connection) {
            continue; /* it was lost with its connection */
        }
        switch (sent->type) {
        case ENT_FRAME_BUNDLE:
            hear_bundle(game, &sent->payload, &sent->body);
            break;
        case ENT_FRAME_CUSTODY:
            hear_custody(game, &sent->payload);
            break;
        case ENT_FRAME_RECEIPT:
            hear_receipt(game, &sent->payload);
            break;
        case ENT_FRAME_BYE:
            fail_msg("nobody did anything wrong");
            break;
        default:
            break;
        }
    }
}

static void
connect_all(struct game *game)
{
    scene_hang_up(game->scene);
    for (int i = 0; i < 4; i++) {
        greet(game->scene, i < 2 ? maesai(game) : tachileik(game),
            i % 2 == 0 ? URGENT : BULK, GENEROUS);
    }
}

static void
step(struct game *game)
{
    struct scene *scene = game->scene;

    switch (draw(game, 20)) {
    case 0:
        scene_restart(scene);
        connect_all(game);
        break;
    case 1:
        connect_all(game);
        break;
    case 2:
        scene->busy = true;
        send_one(game);
        scene->busy = false;
        break;
    case 3:
        pass(scene, draw(game, 60) * SECOND);
        break;
    default:
        send_one(game);
        break;
    }
    if (draw(game, 4) > 0) {
        hear(game); /* else it goes on unread */
    }
    if (scene->read_count == scene->sent_count) {
        scene_forget(scene);
    }
}

static bool
all_settled(const struct game *game)
{
    for (size_t i = 0; i < BUNDLES; i++) {
        if (!game->fates[i].settled) {
            return false;
        }
    }
    return true;
}

/* Nothing is lost any more, and the sender sends only what has no custody. */
static void
calm_down(struct game *game)
{
    game->calm = true;
    connect_all(game);
    for (int i = 0; i < CALM_MAX && !all_settled(game); i++) {
        struct fate *fate = &game->fates[i % BUNDLES];

        if (!fate->custody && !fate->settled) {
            send_made(
                game->scene, maesai(game), lane_of(&fate->made), &fate->made);
        }
        hear(game);
        scene_forget(game->scene);
        pass(game->scene, SECOND);
    }
    hear(game);
    scene_forget(game->scene);
}

static void
play(struct scene *scene, uint64_t seed)
{
    struct game *game = calloc(1, sizeof *game);
    struct broker_usage usage;

    assert_non_null(game);
    game->scene = scene;
    game->seed = seed;
    for (size_t i = 0; i < BUNDLES; i++) {
        game->fates[i].made = make_bundle(scene, maesai(game), tachileik(game),
            precedences[i % 3], 1 + seed * 1000 + i / 3, 1, 50 + i);
    }
    connect_all(game);
    for (int i = 0; i < STEPS; i++) {
        step(game);
    }
    calm_down(game);
    usage = usage_of(scene, maesai(game), tachileik(game));
    if (!all_settled(game) || usage.entries > 0 || usage.receipts > 0) {
        fail_msg("seed %llu: %llu entries and %llu receipts are left",
            (unsigned long long)seed, (unsigned long long)usage.entries,
            (unsigned long long)usage.receipts);
    }
    for (size_t i = 0; i < BUNDLES; i++) {
        made_free(&game->fates[i].made);
    }
    free(game);
}

static void
what_has_custody_arrives_whatever_happens(void **state)
{
    for (uint64_t seed = 1; seed <= RUNS; seed++) {
        play(*state, seed);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(what_has_custody_arrives_whatever_happens),
    };

    return cmocka_run_group_tests_name("broker_random", tests, NULL, NULL);
}
