/* SPDX-License-Identifier: Apache-2.0 */
#include "node/prints.h"

#include <sodium.h>
#include <string.h>

#include "proto/lookup.h"

static struct node_blind
make(const struct node_prints *prints, const uint8_t head[static 3],
    struct ent_view key)
{
    crypto_generichash_state state;
    struct node_blind blind;

    crypto_generichash_init(
        &state, prints->key, sizeof prints->key, sizeof blind.bytes);
    crypto_generichash_update(&state, head, 3);
    crypto_generichash_update(&state, key.data, key.len);
    crypto_generichash_final(&state, blind.bytes, sizeof blind.bytes);
    blind.bytes[0] &= 0x7f;
    if (head[2] >= NODE_PRINT_FAMILY) {
        blind.bytes[0] |= 0x80;
    }
    return blind;
}

/* Where it is kept, or would be. */
static size_t
place_of(const uint8_t head[static 3], struct ent_view key)
{
    size_t sum = head[1] + head[2] * 5u;

    for (size_t i = 0; i < key.len; i++) {
        sum = sum * 31 + key.data[i];
    }
    return sum % NODE_PRINTS_KEPT;
}

struct node_blind
node_prints_of(struct node_prints *prints, bool exercise, uint8_t kind,
    struct ent_view key)
{
    const uint8_t head[3] = {ENT_LOOKUP_VERSION, exercise, kind};
    size_t place;

    if (kind < NODE_PRINT_FAMILY || key.len > NODE_PRINT_KEY_MAX) {
        return make(prints, head, key);
    }
    place = place_of(head, key);
    if (memcmp(prints->kept[place].head, head, sizeof head) != 0 ||
        prints->kept[place].len != key.len ||
        memcmp(prints->kept[place].key, key.data, key.len) != 0) {
        memcpy(prints->kept[place].head, head, sizeof head);
        memcpy(prints->kept[place].key, key.data, key.len);
        prints->kept[place].len = (uint8_t)key.len;
        prints->kept[place].blind = make(prints, head, key);
    }
    return prints->kept[place].blind;
}
