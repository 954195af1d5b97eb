/* SPDX-License-Identifier: Apache-2.0 */
/* Property: reading any bytes as an officer's certificate or statement never
 * misbehaves, and what reads can be made again. The first byte says whether the
 * rest is a whole Signed, or a payload that gets signed first. */
#include "tests/fuzz.h"

#include <stdlib.h>

#include "proto/officer.h"
#include "proto/statement.h"
#include "tests/parties.h"

static struct parties *
everybody(void)
{
    static struct parties parties;

    if (parties.maesai.wire.len == 0) {
        parties_init(&parties);
    }
    return &parties;
}

static void
read_officer(struct ent_view wire)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes again = {0};
    const struct ent_signer *office = &everybody()->maesai.signer;
    struct ent_officer officer;
    struct ent_error err;

    if (ent_officer_open(wire, &office->key, &officer, &err) != ENT_OK) {
        return;
    }
    if (ent_officer_make(&officer, office, &again, &err) != ENT_OK ||
        !ent_view_equal(ent_bytes_view(&again), wire)) {
        abort();
    }
}

static void
read_statement(struct ent_view wire, const struct party *officer)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes again = {0};
    struct ent_statement statement;
    struct ent_error err;

    if (ent_statement_open(wire, &officer->signer.key, &statement, &err) !=
        ENT_OK) {
        return;
    }
    if (ent_statement_make(&statement, &officer->signer, &again, &err) !=
            ENT_OK ||
        !ent_view_equal(ent_bytes_view(&again), wire)) {
        abort();
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_officer officer;
    struct ent_error err;
    struct ent_view rest;
    struct party key = {0};

    if (len == 0) {
        return 0;
    }
    party_key(&key, ENT_KEY_OFFICER, 0x21);
    rest = ent_view_of(data + 1, len - 1);
    if (data[0] == 'c') {
        if (ent_signed_make(&everybody()->maesai.signer, ENT_TYPE_OFFICER, rest,
                &wire, &err) == ENT_OK) {
            read_officer(ent_bytes_view(&wire));
        }
    } else if (data[0] == 's') {
        if (ent_signed_make(
                &key.signer, ENT_TYPE_STATEMENT, rest, &wire, &err) == ENT_OK) {
            read_statement(ent_bytes_view(&wire), &key);
        }
    } else {
        (void)!ent_officer_peek(rest, &officer, &err);
        read_officer(rest);
        read_statement(rest, &key);
    }
    return 0;
}
