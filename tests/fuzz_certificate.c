/* SPDX-License-Identifier: Apache-2.0 */
/* Property: reading any bytes as what an authority or an office signed never
 * misbehaves, and a certificate that reads can be made again. The first byte
 * says whether the rest is a whole Signed, or a payload that gets signed first,
 * so that reading goes deep. */
#include "tests/fuzz.h"

#include <stdlib.h>

#include "proto/rollover.h"
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
read_certificate(struct ent_view wire)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes again = {0};
    struct ent_certificate cert;
    struct ent_error err;

    if (ent_certificate_open(
            wire, &everybody()->thailand.signer.key, &cert, &err) != ENT_OK) {
        return;
    }
    if (ent_certificate_make(
            &cert, &everybody()->thailand.signer, &again, &err) != ENT_OK ||
        !ent_view_equal(ent_bytes_view(&again), wire)) {
        abort();
    }
}

static void
read_manifest(struct ent_view wire)
{
    struct ent_manifest manifest;
    struct ent_error err;

    if (ent_manifest_open(wire, &everybody()->maesai.cert, &manifest, &err) ==
        ENT_OK) {
        (void)ent_manifest_key(&manifest, PARTIES_NOW);
    }
}

static void
read_revocation_list(struct ent_view wire)
{
    ENT_AUTO(ent_revocation_list_free) struct ent_revocation_list *list = NULL;
    struct ent_error err;

    if (ent_revocation_list_open(
            wire, &everybody()->thailand.signer.key, &list, &err) == ENT_OK) {
        (void)ent_revocation_list_has(list, &everybody()->maesai.cert);
    }
}

static void
read_rollover(struct ent_view wire)
{
    struct ent_rollover rollover;
    struct ent_error err;

    if (ent_rollover_open(wire, &everybody()->thailand.signer.key, &rollover,
            &err) == ENT_OK &&
        (rollover.key_count < 2 ||
            ent_rollover_find(
                &rollover, &everybody()->thailand.signer.key_id) == SIZE_MAX)) {
        abort();
    }
}

/* By Thailand's authority, which gives way to Myanmar's key. */
static void
read_signed_rollover(struct ent_view payload)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    const struct parties *all = everybody();
    struct ent_signatures signatures = {.count = 2};

    if (ent_signing_sign(&all->thailand.signer, ENT_TYPE_ROLLOVER, payload,
            &signatures.list[0], NULL) == ENT_OK &&
        ent_signing_sign(&all->myanmar.signer, ENT_TYPE_ROLLOVER, payload,
            &signatures.list[1], NULL) == ENT_OK &&
        ent_signed_encode(payload, &signatures, &wire, NULL) == ENT_OK) {
        read_rollover(ent_bytes_view(&wire));
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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const struct parties *all = everybody();
    struct ent_certificate cert;
    struct ent_error err;
    struct ent_view rest;

    if (len == 0) {
        return 0;
    }
    rest = ent_view_of(data + 1, len - 1);
    switch (data[0]) {
    case 'c':
        read_signed(
            &all->thailand, ENT_TYPE_CERTIFICATE, rest, read_certificate);
        break;
    case 'm':
        read_signed(&all->maesai, ENT_TYPE_MANIFEST, rest, read_manifest);
        break;
    case 'r':
        read_signed(&all->thailand, ENT_TYPE_REVOCATION_LIST, rest,
            read_revocation_list);
        break;
    case 'k':
        read_signed_rollover(rest);
        break;
    default:
        (void)!ent_certificate_peek(rest, &cert, &err);
        read_certificate(rest);
        read_manifest(rest);
        read_revocation_list(rest);
        read_rollover(rest);
    }
    return 0;
}
