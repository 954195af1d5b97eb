/* SPDX-License-Identifier: Apache-2.0 */
/* Property: reading any bytes as a statement about a bundle never misbehaves,
 * and a statement that opens can be made again from what it says. The first
 * byte says which: receipt, custody receipt, skip (a payload that gets signed
 * first, so that reading goes deep), outcomes, or a whole Signed. */
#include "tests/fuzz.h"

#include <stdlib.h>

#include "tests/parties.h"

#include "proto/delivery.h"

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
expect_again(enum ent_status rc, struct ent_bytes *again, struct ent_view wire)
{
    if (rc != ENT_OK || !ent_view_equal(ent_bytes_view(again), wire)) {
        abort();
    }
    ent_bytes_free(again);
}

static void
read_receipt(struct ent_view wire)
{
    const struct party *recipient = &everybody()->tachileik;
    struct ent_bytes again = {0};
    struct ent_receipt receipt;
    struct ent_error err;

    if (ent_receipt_open(wire, &recipient->cert, &receipt, &err) == ENT_OK) {
        expect_again(
            ent_receipt_make(&receipt, &recipient->signer, &again, &err),
            &again, wire);
    }
}

static void
read_custody(struct ent_view wire)
{
    const struct party *broker = &everybody()->broker;
    struct ent_bytes again = {0};
    struct ent_custody custody;
    struct ent_error err;

    if (ent_custody_open(wire, &broker->cert, &custody, &err) == ENT_OK) {
        expect_again(ent_custody_make(&custody, &broker->signer, &again, &err),
            &again, wire);
    }
}

static void
read_skip(struct ent_view wire)
{
    const struct party *sender = &everybody()->maesai;
    struct ent_bytes again = {0};
    struct ent_error err;
    struct ent_skip skip;

    if (ent_skip_open(wire, &sender->cert, &skip, &err) == ENT_OK) {
        expect_again(
            ent_skip_make(&skip, &sender->signer, &again, &err), &again, wire);
    }
}

/* The number of messages stands in front, as the label would say it. */
static void
read_outcomes(struct ent_view input)
{
    static struct ent_outcome outcomes[ENT_BUNDLE_MESSAGES_MAX];
    struct ent_bytes again = {0};
    struct ent_error err;
    struct ent_view plain;
    size_t count;

    if (input.len < 2) {
        return;
    }
    count = (size_t)ent_get_be(input.data, 2);
    plain = ent_view_of(input.data + 2, input.len - 2);
    if (ent_outcomes_decode(plain, count, outcomes, &err) == ENT_OK) {
        expect_again(
            ent_outcomes_encode(outcomes, count, &again, &err), &again, plain);
    }
}

static void
read_signed(const struct party *signer, const char *type,
    struct ent_view payload, void (*read_wire)(struct ent_view wire))
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    struct ent_error err;

    if (ent_signed_make(&signer->signer, type, payload, &wire, &err) ==
        ENT_OK) {
        read_wire(ent_bytes_view(&wire));
    }
}

/* A statement that reads without its signature is no more than that. */
static void
peek(struct ent_view wire)
{
    struct ent_receipt receipt;
    struct ent_custody custody;
    struct ent_error err;
    struct ent_skip skip;

    (void)!ent_receipt_peek(wire, &receipt, &err);
    (void)!ent_custody_peek(wire, &custody, &err);
    (void)!ent_skip_peek(wire, &skip, &err);
    read_receipt(wire);
    read_custody(wire);
    read_skip(wire);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const struct parties *all = everybody();
    struct ent_view rest;

    if (len == 0) {
        return 0;
    }
    rest = ent_view_of(data + 1, len - 1);
    switch (data[0]) {
    case 'r':
        read_signed(&all->tachileik, ENT_TYPE_RECEIPT, rest, read_receipt);
        break;
    case 'c':
        read_signed(&all->broker, ENT_TYPE_CUSTODY, rest, read_custody);
        break;
    case 's':
        read_signed(&all->maesai, ENT_TYPE_SKIP, rest, read_skip);
        break;
    case 'o':
        read_outcomes(rest);
        break;
    default:
        peek(rest);
    }
    return 0;
}
