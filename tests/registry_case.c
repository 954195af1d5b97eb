/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/registry_case.h"

int
set_up(void **state)
{
    static struct hall hall;
    void *folder;

    hall = (struct hall){
        .authorities = {
            .list = {{.state = "th"}, {.state = "mm"}}, .count = 2}};
    parties_init(&hall.all);
    hall.authorities.list[0].key = hall.all.thailand.signer.key;
    hall.authorities.list[1].key = hall.all.myanmar.signer.key;
    expect_ok(
        broker_registry_new(&hall.authorities, &hall.registry, &last_error));
    assert_int_equal(make_folder(&folder), 0);
    strcpy(hall.folder, folder);
    *state = &hall;
    return 0;
}

int
tear_down(void **state)
{
    struct hall *hall = *state;
    void *folder = hall->folder;

    broker_registry_free(&hall->registry);
    parties_fini(&hall->all);
    return remove_folder(&folder);
}

enum ent_status
add(struct hall *hall, const struct party *party, bool new_office)
{
    return broker_registry_add(hall->registry, ent_bytes_view(&party->wire),
        new_office, PARTIES_NOW, &last_error);
}

void
renew(struct party *party, const struct party *authority, uint64_t not_before)
{
    party->cert.serial += 1;
    party->cert.not_before = not_before;
    party_certify(party, authority);
}

struct ent_bytes
list_of(const struct party *authority, const char *state, uint64_t number,
    const struct party *revoked)
{
    const struct ent_revocation one = {
        .key_id = revoked->cert.signing_key_id,
        .address = revoked->cert.address,
        .serial = revoked->cert.serial,
        .revoked_at = PARTIES_NOW,
    };
    struct ent_bytes wire = {0};

    expect_ok(ent_revocation_list_make(state, number, PARTIES_NOW,
        PARTIES_NOW + PARTIES_DAY, &one, 1, &authority->signer, &wire,
        &last_error));
    return wire;
}
