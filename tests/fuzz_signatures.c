/* SPDX-License-Identifier: Apache-2.0 */
/* No signature file that nobody signed is taken, and none breaks the reader. */
#include "tests/fuzz.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "policy/sign.h"

/* A national order as short as one can be. Its authority's key is that of RFC
 * 8032's first test, whose secret does not sign here. */
static const char order[] =
    "agreement: xx-order\n"
    "version: 1\n"
    "title: order\n"
    "in_force: {from: 2026-01-01, until: 2027-01-01}\n"
    "parties: {th: {name: {en: x}, authority: "
    "ed25519:11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo}}\n"
    "offices: [{address: ncc@th, kind: ncc}, {address: blo-a@th, kind: blo}]\n"
    "purposes: {permitted: [training]}\n"
    "exchange: [{clause: \"1\", families: [test], direction: both, between: "
    "[ncc, blo], purposes: [training], release: one_officer}]\n"
    "classification: {ceiling: open}\n"
    "retention: [{families: [test], keep: P1D, then: delete}]\n";

static const struct ent_agreement *
the_order(void)
{
    static struct ent_agreement *agreement;
    static struct ent_complaints complaints;

    if (agreement == NULL && ent_agreement_load(ent_view_text(order),
                                 &agreement, &complaints, NULL) != ENT_OK) {
        abort();
    }
    return agreement;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct ent_error err = {0};
    enum ent_status rc;

    rc = ent_agreement_verify(
        the_order(), ent_view_text(order), ent_view_of(data, len), &err);
    assert(rc == ENT_REJECTED || rc == ENT_BAD_INPUT);
    assert(err.text[0] != '\0');
    return 0;
}
