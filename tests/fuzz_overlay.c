/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever overlay loads can be applied, and turns no denial around. */
#include "tests/fuzz.h"

#include <assert.h>

#include "policy/overlay.h"

static void
apply(const struct ent_overlay *overlay, bool receiving, bool permit)
{
    static const struct ent_address th = {.text = "ncc@th"};
    static const struct ent_address kh = {.text = "ncc@kh"};
    Entente__V1__HotlineAlert alert = ENTENTE__V1__HOTLINE_ALERT__INIT;
    ent_message message = ENTENTE__V1__MESSAGE__INIT;
    const struct ent_facts facts = {.sender = &th,
        .recipient = &kh,
        .message = &message,
        .receiving = receiving};
    struct ent_decision decision = {.permit = permit};

    message.body_case = ENTENTE__V1__MESSAGE__BODY_HOTLINE_ALERT;
    message.hotline_alert = &alert;
    message.purpose = ENTENTE__V1__PURPOSE__THREAT_TO_LIFE;
    ent_overlay_apply(overlay, &facts, &decision);
    assert(permit || !decision.permit);
    assert(!permit || decision.permit == (decision.reason == 0));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    ENT_AUTO(ent_overlay_free) struct ent_overlay *overlay = NULL;
    static struct ent_complaints complaints;
    struct ent_error err;
    enum ent_status rc;

    rc = ent_overlay_load(ent_view_of(data, len), &overlay, &complaints, &err);
    if (rc != ENT_OK) {
        assert(rc == ENT_BAD_INPUT && complaints.count > 0);
        return 0;
    }
    for (int i = 0; i < 4; i++) {
        apply(overlay, (i & 1) != 0, (i & 2) != 0);
    }
    return 0;
}
