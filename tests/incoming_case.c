/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/incoming_case.h"

#include <stdio.h>

const struct ent_stream_id stream = {
    .sender = {.text = "blo-maesai@th"},
    .recipient = {.text = "blo-tachileik@mm"},
    .precedence = ROUTINE,
    .sender_incarnation = 7,
    .recipient_incarnation = 9,
};

struct letter history[HISTORY_LEN];

struct ent_incoming incoming;
struct ent_early handed[ENT_RANGES_MAX];
size_t handed_count;

struct letter
make_letter(const struct ent_digest *previous, uint64_t first, uint32_t count,
    const char *text)
{
    struct letter letter = {
        .label =
            {
                .stream = stream,
                .first = first,
                .count = count,
                .previous = *previous,
            },
    };

    (void)snprintf(letter.wire, sizeof letter.wire, "%s", text);
    letter.after = ent_chain_next(previous, view(letter.wire));
    return letter;
}

int
setup(void **state)
{
    struct ent_digest chain = ent_chain_genesis(&stream);

    (void)state;
    for (size_t i = 0; i < HISTORY_LEN; i++) {
        char text[24];

        (void)snprintf(text, sizeof text, "letter %zu", i);
        history[i] = make_letter(&chain, 2 * i + 1, 2, text);
        chain = history[i].after;
    }
    ent_incoming_init(&stream, &incoming);
    handed_count = 0;
    return 0;
}

enum ent_arrival
receive_at(const struct letter *letter, uint64_t now)
{
    handed_count = SIZE_MAX; /* every step says how many it hands out */
    return ent_incoming_bundle(&incoming, &letter->label, view(letter->wire),
        now, handed, &handed_count);
}

enum ent_arrival
receive(const struct letter *letter)
{
    return receive_at(letter, NOW);
}

struct ent_skip
skip_of(const struct letter *letter)
{
    return (struct ent_skip){
        .stream = stream,
        .from = letter->label.first,
        .to = letter->label.first + letter->label.count - 1,
        .chain_before = letter->label.previous,
        .chain_after = letter->after,
    };
}

enum ent_arrival
receive_skip(const struct ent_skip *skip)
{
    handed_count = SIZE_MAX;
    return ent_incoming_skip(&incoming, skip, NOW, handed, &handed_count);
}

void
expect_settled(uint64_t settled_up_to, const struct letter *last)
{
    assert_int_equal(incoming.settled_up_to, settled_up_to);
    assert_true(ent_digest_equal(&incoming.chain, &last->after));
}

void
expect_handed(const size_t *numbers, size_t count)
{
    assert_int_equal(handed_count, count);
    for (size_t i = 0; i < count; i++) {
        const struct letter *letter = &history[numbers[i]];
        struct ent_digest hash = ent_digest_of(view(letter->wire));

        assert_int_equal(handed[i].first, letter->label.first);
        assert_int_equal(handed[i].count, 2);
        assert_true(ent_digest_equal(&handed[i].label_hash, &hash));
    }
}
