/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/cli/draft.h"

#define DAY_MS (UINT64_C(86400) * 1000)

static Google__Protobuf__Timestamp
time_of(uint64_t ms)
{
    Google__Protobuf__Timestamp time = GOOGLE__PROTOBUF__TIMESTAMP__INIT;

    time.seconds = (int64_t)(ms / 1000);
    return time;
}

enum ent_status
cli_draft_check(const ent_message *message, uint64_t now_ms,
    struct ent_findings *ret_findings, struct ent_error *err)
{
    static char here[] = "ncc@th";
    static char there[] = "ncc@kh";
    Google__Protobuf__Timestamp now = time_of(now_ms);
    Google__Protobuf__Timestamp later = time_of(now_ms + DAY_MS);
    const struct ent_family *family = ent_family_of(message);
    ent_message complete = *message;

    complete.from = here;
    complete.to = there;
    complete.schema_version = 1;
    complete.created_at = &now;
    if (complete.valid_until == NULL) {
        complete.valid_until = &later;
    }
    if (complete.precedence == 0 && family != NULL) {
        complete.precedence = (Entente__V1__Precedence)family->precedence;
    }
    if (complete.mode == 0) {
        complete.mode = ENTENTE__V1__MODE__ACTUAL;
    }
    ret_findings->count = ret_findings->dropped = 0;
    return ent_message_validate(&complete, ret_findings, err);
}
