/* SPDX-License-Identifier: Apache-2.0 */
/* Property: what is read from a boarding pass are flights and airports of their
 * form, days of the calendar, and texts that end. */
#include "tests/fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/time.h"
#include "proto/boarding_pass.h"
#include "proto/identifier.h"

#define NOW_MS UINT64_C(1795910400000) /* November 2026 */

static void
check_leg(const struct ent_boarding_leg *leg)
{
    uint64_t ms;

    if (ent_identifier_check(ENT_IDENTIFIER_FLIGHT, ent_view_text(leg->flight),
            NULL) != ENT_OK ||
        ent_identifier_check(
            ENT_IDENTIFIER_AIRPORT, ent_view_text(leg->from), NULL) != ENT_OK ||
        ent_identifier_check(
            ENT_IDENTIFIER_AIRPORT, ent_view_text(leg->to), NULL) != ENT_OK) {
        abort();
    }
    if (leg->date[0] != '\0' &&
        ent_date_parse(ent_view_text(leg->date), &ms, NULL) != ENT_OK) {
        abort();
    }
    if (strlen(leg->booking) >= sizeof leg->booking ||
        strlen(leg->seat) >= sizeof leg->seat ||
        strlen(leg->sequence) >= sizeof leg->sequence ||
        strlen(leg->ticket) >= sizeof leg->ticket) {
        abort();
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct ent_boarding_pass pass;
    struct ent_error err;

    if (ent_boarding_pass_parse(ent_view_of(data, len), NOW_MS, &pass, &err) !=
        ENT_OK) {
        return 0;
    }
    if (pass.leg_count < 1 || pass.leg_count > ENT_BOARDING_LEGS_MAX ||
        pass.bag_count > ENT_BOARDING_BAGS_MAX || pass.surname[0] == '\0') {
        abort();
    }
    for (size_t i = 0; i < pass.leg_count; i++) {
        check_leg(&pass.legs[i]);
    }
    return 0;
}
