/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parties.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static enum ent_status
sign(void *context, struct ent_view message,
    uint8_t ret_value[static ENT_SIGNATURE_LEN], struct ent_error *err)
{
    const struct party *party = context;

    (void)err;
    crypto_sign_detached(
        ret_value, NULL, message.data, message.len, party->secret);
    return ENT_OK;
}

void
party_key(struct party *party, enum ent_key_role role, uint8_t seed_byte)
{
    uint8_t seed[crypto_sign_SEEDBYTES];

    memset(seed, seed_byte, sizeof seed);
    crypto_sign_seed_keypair(party->signer.key.bytes, party->secret, seed);
    party->signer.key_id = ent_key_id_of(role, party->signer.key.bytes);
    party->signer.sign = sign;
    party->signer.context = party;
}

void
party_certify(struct party *party, const struct party *authority)
{
    ent_bytes_free(&party->wire);
    if (ent_certificate_make(
            &party->cert, &authority->signer, &party->wire, NULL) != ENT_OK ||
        ent_certificate_open(ent_bytes_view(&party->wire),
            &authority->signer.key, &party->cert, NULL) != ENT_OK) {
        abort();
    }
}

static void
office_init(struct party *party, const char *address,
    Entente__V1__OfficeKind kind, uint8_t seed_byte,
    const struct party *authority)
{
    const bool is_broker = kind == ENTENTE__V1__OFFICE_KIND__BROKER;

    party_key(party, is_broker ? ENT_KEY_BROKER : ENT_KEY_OFFICE, seed_byte);
    strcpy(party->cert.address.text, address);
    party->cert.kind = (uint32_t)kind;
    party->cert.signing_key = party->signer.key;
    memset(party->cert.link_key, seed_byte, sizeof party->cert.link_key);
    party->cert.not_before = PARTIES_NOW - 100 * PARTIES_DAY;
    party->cert.not_after = PARTIES_NOW + 100 * PARTIES_DAY;
    party->cert.serial = seed_byte;
    strcpy(party->cert.names[0].lang, "en");
    strcpy(party->cert.names[0].text, address);
    party->cert.name_count = 1;
    party_certify(party, authority);
}

void
parties_init(struct parties *parties)
{
    if (sodium_init() < 0) {
        abort();
    }
    *parties = (struct parties){0};
    party_key(&parties->thailand, ENT_KEY_AUTHORITY, 1);
    party_key(&parties->myanmar, ENT_KEY_AUTHORITY, 2);
    office_init(&parties->maesai, "blo-maesai@th",
        ENTENTE__V1__OFFICE_KIND__BLO, 3, &parties->thailand);
    office_init(&parties->tachileik, "blo-tachileik@mm",
        ENTENTE__V1__OFFICE_KIND__BLO, 4, &parties->myanmar);
    office_init(&parties->broker, "broker-bangkok@th",
        ENTENTE__V1__OFFICE_KIND__BROKER, 5, &parties->thailand);
    office_init(&parties->yangon, "broker-yangon@mm",
        ENTENTE__V1__OFFICE_KIND__BROKER, 6, &parties->myanmar);
    office_init(&parties->mandalay, "broker-mandalay@mm",
        ENTENTE__V1__OFFICE_KIND__BROKER, 7, &parties->myanmar);
}

void
parties_fini(struct parties *parties)
{
    ent_bytes_free(&parties->maesai.wire);
    ent_bytes_free(&parties->tachileik.wire);
    ent_bytes_free(&parties->broker.wire);
    ent_bytes_free(&parties->yangon.wire);
    ent_bytes_free(&parties->mandalay.wire);
}
