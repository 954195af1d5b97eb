/* SPDX-License-Identifier: Apache-2.0 */
/* Property: what is read as a machine readable zone is written as lines that
 * read as the same; and a name may match itself. */
#include "tests/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "proto/mrz.h"

#define NOW_MS UINT64_C(1795910400000) /* November 2026 */

static bool
same(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static bool
same_date(struct ent_mrz_date a, struct ent_mrz_date b)
{
    return a.year == b.year && a.month == b.month && a.day == b.day;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct ent_mrz mrz, again;
    struct ent_error err;
    char text[ENT_MRZ_TEXT_MAX];

    if (ent_mrz_parse(ent_view_of(data, len), NOW_MS, &mrz, &err) != ENT_OK) {
        return 0;
    }
    if (ent_mrz_format(&mrz, text, &err) != ENT_OK ||
        ent_mrz_parse(ent_view_text(text), NOW_MS, &again, &err) != ENT_OK) {
        abort();
    }
    if (again.form != mrz.form || again.sex != mrz.sex ||
        !same(again.code, mrz.code) || !same(again.issuer, mrz.issuer) ||
        !same(again.nationality, mrz.nationality) ||
        !same(again.number, mrz.number) ||
        !same(again.optional, mrz.optional) ||
        !same(again.optional2, mrz.optional2) ||
        !same_date(again.birth, mrz.birth) ||
        !same_date(again.expiry, mrz.expiry) ||
        !ent_mrz_names_may_match(&again.name, &mrz.name) ||
        again.name.may_be_cut != mrz.name.may_be_cut) {
        abort();
    }
    return 0;
}
