/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever is a notice can be written and read again, and everything else says
 * why it is none. */
#include "tests/fuzz.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "policy/notice.h"

/* The agreement that all of them are about. */
static const char agreement_text[] =
    "agreement: th-kh\nversion: 1\ntitle: For notices\n"
    "in_force: {from: 2026-01-01, until: 2028-12-31}\n"
    "parties:\n"
    "  th: {name: {en: A}, authority: "
    "ed25519:ny6P7szEDjB2EtvlHATTWmI3kllGXj5ZBgJoK9_dVRY}\n"
    "  kh: {name: {en: B}, authority: "
    "ed25519:uXi2cL06Ygtpu523E7-GQK0KpVh6Rmpv3473MDuBD0Y}\n"
    "offices: [{address: ncc@th, kind: ncc}, {address: ncc@kh, kind: ncc}]\n"
    "purposes: {permitted: [administration]}\n"
    "exchange: [{clause: \"1\", families: [test], direction: both, between: "
    "[ncc], purposes: [administration], release: one_officer}]\n"
    "classification: {ceiling: official}\n"
    "retention: [{families: [test], keep: P1D, then: delete}]\n";

static const struct ent_agreement *
the_agreement(void)
{
    static struct ent_agreement *agreement;
    static struct ent_complaints complaints;

    if (agreement == NULL && ent_agreement_load(ent_view_text(agreement_text),
                                 &agreement, &complaints, NULL) != ENT_OK) {
        abort();
    }
    return agreement;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    static struct ent_complaints complaints;
    static struct ent_notice notice;
    static struct ent_notice again;
    struct ent_declarations declarations;
    char name[ENT_AGREEMENT_NAME_LEN];
    struct ent_error err;
    enum ent_status rc;

    rc = ent_notice_read(
        the_agreement(), ent_view_of(data, len), &notice, &complaints, &err);
    if (rc != ENT_OK) {
        assert(rc == ENT_BAD_INPUT && complaints.count > 0);
        return 0;
    }
    assert(ent_notice_agreement(ent_view_of(data, len), name, &err) == ENT_OK);
    assert(strcmp(name, "th-kh") == 0);
    assert(ent_notice_write(&notice, &text, &err) == ENT_OK);
    assert(ent_notice_read(the_agreement(), ent_bytes_view(&text), &again,
               &complaints, &err) == ENT_OK);
    assert(memcmp(&notice, &again, sizeof notice) == 0);
    assert(ent_declarations_make(&notice, 1, 0, &declarations, &err) == ENT_OK);
    return 0;
}
