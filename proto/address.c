/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/address.h"

#include <sodium.h>
#include <string.h>

#include "proto/base/ascii.h"

#define NAME_LEN_MIN 3
#define NAME_LEN_MAX 63
#define STATE_LEN_MIN 2
#define KNOWN 16 /* offices whose party is kept at hand */

static bool
is_name_character(uint8_t c)
{
    return ent_is_lower(c) || ent_is_digit(c) || c == '-';
}

/* What stands before the '@'. */
static enum ent_status
name_check(struct ent_view name, struct ent_error *err)
{
    if (name.len < NAME_LEN_MIN || name.len > NAME_LEN_MAX) {
        return ent_fail(err, ENT_BAD_INPUT,
            "an address has %d to %d characters before the '@', not %zu",
            NAME_LEN_MIN, NAME_LEN_MAX, name.len);
    }
    for (size_t i = 0; i < name.len; i++) {
        if (!is_name_character(name.data[i])) {
            return ent_fail(err, ENT_BAD_INPUT,
                "character %zu of an address is not a-z, 0-9 or '-'", i + 1);
        }
    }
    if (name.data[0] == '-' || name.data[name.len - 1] == '-') {
        return ent_fail(err, ENT_BAD_INPUT,
            "the name in an address must not begin or end with '-'");
    }
    return ENT_OK;
}

/* What stands after the '@': its form. Whether there is such a state shows in
 * whether there is an authority whose certificate can be believed. */
static enum ent_status
state_check(struct ent_view state, struct ent_error *err)
{
    if (state.len < STATE_LEN_MIN || state.len > ENT_STATE_MAX) {
        return ent_fail(err, ENT_BAD_INPUT,
            "after the '@' of an address stands a code of %d or %d letters",
            STATE_LEN_MIN, ENT_STATE_MAX);
    }
    for (size_t i = 0; i < state.len; i++) {
        if (!ent_is_lower(state.data[i])) {
            return ent_fail(err, ENT_BAD_INPUT,
                "the state in an address is written with letters a-z");
        }
    }
    return ENT_OK;
}

static enum ent_status
parse(struct ent_view text, struct ent_address *ret_address,
    struct ent_error *err)
{
    struct ent_address address = {0};
    const uint8_t *at = NULL;
    struct ent_view name;
    struct ent_view state;
    enum ent_status rc;

    if (text.len == 0 || text.len > ENT_ADDRESS_MAX) {
        return ent_fail(err, ENT_BAD_INPUT,
            "an address has 1 to %d characters, not %zu", ENT_ADDRESS_MAX,
            text.len);
    }
    at = memchr(text.data, '@', text.len);
    if (at == NULL) {
        return ent_fail(
            err, ENT_BAD_INPUT, "an address has the form name@state");
    }
    name = ent_view_of(text.data, (size_t)(at - text.data));
    state = ent_view_of(at + 1, text.len - name.len - 1);

    rc = name_check(name, err);
    if (rc != ENT_OK) {
        return rc;
    }
    rc = state_check(state, err);
    if (rc != ENT_OK) {
        return rc;
    }
    memcpy(address.text, text.data, text.len);
    *ret_address = address;
    return ENT_OK;
}

/* Those of a message, its sender and a recipient, are read several times in a
 * row: the last two that were good are kept at hand. */
enum ent_status
ent_address_parse(struct ent_view text, struct ent_address *ret_address,
    struct ent_error *err)
{
    static _Thread_local struct {
        struct ent_address address;
        size_t len; /* 0: there is none */
    } last[2];
    static _Thread_local unsigned next;
    enum ent_status rc;

    for (unsigned i = 0; i < 2; i++) {
        if (text.len > 0 && text.len == last[i].len &&
            memcmp(text.data, last[i].address.text, text.len) == 0) {
            *ret_address = last[i].address;
            return ENT_OK;
        }
    }
    rc = parse(text, ret_address, err);
    if (rc == ENT_OK) {
        last[next].address = *ret_address;
        last[next].len = text.len;
        next = 1 - next;
    }
    return rc;
}

const char *
ent_address_state(const struct ent_address *address)
{
    const char *at = strchr(address->text, '@');

    return at == NULL ? "" : at + 1;
}

bool
ent_address_equal(const struct ent_address *a, const struct ent_address *b)
{
    return strcmp(a->text, b->text) == 0;
}

static struct ent_party
party_of(const char *text, size_t len)
{
    static const uint8_t context[] = "entente party v1";
    crypto_generichash_state state;
    struct ent_party party;

    crypto_generichash_init(&state, NULL, 0, sizeof party.bytes);
    crypto_generichash_update(&state, context, sizeof context - 1);
    crypto_generichash_update(&state, (const uint8_t *)text, len);
    crypto_generichash_final(&state, party.bytes, sizeof party.bytes);
    return party;
}

uint64_t
ent_address_hash(const struct ent_address *address)
{
    const char *text = address->text;
    uint64_t sum = 0;
    uint64_t eight = 0;
    size_t len = strlen(text);

    for (; len >= sizeof eight; len -= sizeof eight, text += sizeof eight) {
        memcpy(&eight, text, sizeof eight);
        sum = (sum + eight) * UINT64_C(0x9e3779b97f4a7c15);
    }
    for (; len > 0; len--, text++) {
        sum = sum * 31 + (unsigned char)*text;
    }
    return sum * UINT64_C(0x9e3779b97f4a7c15) >> 32;
}

/* Of a few offices it is asked again and again, so that their hashes are kept
 * where their texts lead to; mostly it is the one of the time before. */
struct ent_party
ent_address_party(const struct ent_address *address)
{
    static _Thread_local struct {
        char text[sizeof address->text];
        struct ent_party party;
    } known[KNOWN];
    static _Thread_local size_t place;
    const char *text = address->text;

    if (text[0] == '\0' || strcmp(known[place].text, text) != 0) {
        place = ent_address_hash(address) % KNOWN;
    }
    if (text[0] == '\0' || strcmp(known[place].text, text) != 0) {
        const size_t len = strlen(text);

        known[place].party = party_of(text, len);
        memcpy(known[place].text, text, len + 1);
    }
    return known[place].party;
}
