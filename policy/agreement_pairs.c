/* SPDX-License-Identifier: Apache-2.0 */
/* Which two offices seal with a key besides that they gave each other by hand.
 */
#include "policy/agreement_reader.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define OFFICE_COUNT 2

/* As a fingerprint is read out, or without the spaces. */
static bool
read_key_id(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, struct ent_key_id *ret_id)
{
    const char *end;
    size_t len;

    if (sodium_hex2bin(ret_id->bytes, sizeof ret_id->bytes, node->text,
            strlen(node->text), " ", &len, &end) != 0 ||
        len != sizeof ret_id->bytes || *end != '\0') {
        COMPLAIN(reader, node,
            "no fingerprint of a pair key; it has 32 hexadecimal digits, as "
            "`entente pair show` says them");
        return false;
    }
    return true;
}

static bool
read_office(const struct agreement_reader *reader,
    const struct ent_yaml_node *node, size_t *ret_office)
{
    struct ent_address address;
    size_t office = ENT_NONE;

    if (ent_address_parse(ent_view_text(node->text), &address, NULL) ==
        ENT_OK) {
        office = ent_agreement_find_office(reader->agreement, &address);
    }
    if (office == ENT_NONE) {
        COMPLAIN(
            reader, node, "'%.60s' is no office of this agreement", node->text);
    }
    *ret_office = office;
    return office != ENT_NONE;
}

static const struct agreement_pair_key *
find(const struct ent_agreement *agreement, size_t one, size_t other)
{
    for (size_t i = 0; i < agreement->pair_key_count; i++) {
        const struct agreement_pair_key *pair = &agreement->pair_keys[i];

        if ((pair->offices[0] == one && pair->offices[1] == other) ||
            (pair->offices[0] == other && pair->offices[1] == one)) {
            return pair;
        }
    }
    return NULL;
}

static void
read_pair(struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    static const struct agreement_key keys[] = {
        {"offices", ENT_YAML_LIST, true},
        {"key", ENT_YAML_SCALAR, true},
    };
    struct ent_agreement *agreement = reader->agreement;
    struct agreement_pair_key pair = {.mark = ent_mark_of(node)};
    const struct ent_yaml_node *offices;

    if (!ent_read_map(reader, node, "pair_keys", KEYS(keys))) {
        return;
    }
    offices = ent_read_get(node, "offices", ENT_YAML_LIST);
    if (!ent_read_list(
            reader, offices, "offices", OFFICE_COUNT, ENT_YAML_SCALAR)) {
        return;
    }
    if (offices->count != OFFICE_COUNT) {
        COMPLAIN(reader, offices, "a pair key is of two offices, not %zu",
            offices->count);
        return;
    }
    if (!read_office(reader, offices->items[0], &pair.offices[0]) ||
        !read_office(reader, offices->items[1], &pair.offices[1]) ||
        !read_key_id(
            reader, ent_read_get(node, "key", ENT_YAML_SCALAR), &pair.key_id)) {
        return;
    }
    if (pair.offices[0] == pair.offices[1] ||
        find(agreement, pair.offices[0], pair.offices[1]) != NULL) {
        COMPLAIN(reader, offices, "%s",
            pair.offices[0] == pair.offices[1]
                ? "an office needs no key with itself"
                : "these two have a pair key already");
        return;
    }
    agreement->pair_keys[agreement->pair_key_count++] = pair;
}

enum ent_status
ent_parse_pair_keys(
    struct agreement_reader *reader, const struct ent_yaml_node *node)
{
    struct ent_agreement *agreement = reader->agreement;
    enum ent_status rc;

    if (!ent_read_list(
            reader, node, "pair_keys", ENT_PAIR_KEYS_MAX, ENT_YAML_MAP)) {
        return ENT_OK;
    }
    rc = ent_read_alloc(reader, node->count, sizeof *agreement->pair_keys,
        &agreement->pair_keys);
    for (size_t i = 0; rc == ENT_OK && i < node->count; i++) {
        read_pair(reader, node->items[i]);
    }
    return rc;
}

bool
ent_agreement_pair_key(const struct ent_agreement *agreement,
    const struct ent_address *one, const struct ent_address *other,
    struct ent_key_id *ret_key_id, size_t *ret_line)
{
    const struct agreement_pair_key *pair;
    size_t first;
    size_t second;

    if (agreement->pair_key_count == 0) {
        return false; /* most have none */
    }
    first = ent_agreement_find_office(agreement, one);
    second = ent_agreement_find_office(agreement, other);
    if (first == ENT_NONE || second == ENT_NONE) {
        return false;
    }
    pair = find(agreement, first, second);
    if (pair == NULL) {
        return false;
    }
    *ret_key_id = pair->key_id;
    *ret_line = pair->mark.line;
    return true;
}
