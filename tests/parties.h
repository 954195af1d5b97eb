/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parties - two states, their authorities, two offices and three brokers.
 *
 * Keys are made from fixed seeds, so that what is signed is the same in every
 * run. Times are around PARTIES_NOW, inside the life of every certificate.
 */
#ifndef ENT_TESTS_PARTIES_H
#define ENT_TESTS_PARTIES_H

#include "proto/certificate.h"
#include "proto/schema/trust.pb-c.h"

#define PARTIES_NOW UINT64_C(1795255200000) /* 2026-11-21T10:00:00Z */
#define PARTIES_DAY UINT64_C(86400000)

struct party {
    struct ent_signer signer;
    uint8_t secret[64];          /* libsodium's form */
    struct ent_certificate cert; /* not of an authority */
    struct ent_bytes wire;       /* the certificate as it travels */
};

struct parties {
    struct party thailand; /* authorities */
    struct party myanmar;
    struct party maesai;    /* blo-maesai@th */
    struct party tachileik; /* blo-tachileik@mm */
    struct party broker;    /* broker-bangkok@th */
    struct party yangon;    /* broker-yangon@mm, its neighbour */
    struct party mandalay;  /* broker-mandalay@mm, behind that */
};

/* Everybody, for a test's setup. Aborts when that fails. */
void parties_init(struct parties *parties);
void parties_fini(struct parties *parties);

/* A key of `role`, made from `seed_byte`. */
void party_key(struct party *party, enum ent_key_role role, uint8_t seed_byte);

/* A certificate that says what `party->cert` says, in `party->wire`. */
void party_certify(struct party *party, const struct party *authority);

#endif
