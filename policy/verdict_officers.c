/* SPDX-License-Identifier: Apache-2.0 */
/* Which officers signed it. */
#include "policy/verdict_internal.h"

#include <inttypes.h>

static void
say_officer(struct verdict_case *part, const struct ent_officer *officer,
    const char *act, uint64_t at_ms)
{
    ent_verdict_say(part, ENT_PROVEN, "officer",
        "%s by badge %s, role %s (certificate %" PRIu64 " of %s), over this "
        "very message",
        act, officer->badge, officer->role, officer->serial,
        officer->office.text);
    ent_verdict_say_at(
        part, "officer", at_ms, "he signed it, says badge %s", officer->badge);
}

/* Under the key that signed the label: the office's word for whose they are. */
void
ent_verdict_on_officers(struct verdict_case *part)
{
    const struct ent_label *label = part->label;
    const ent_message *message = part->verdict->message;
    const struct ent_certificate *sender;

    if (message == NULL || (message->n_officer_signatures == 0 &&
                               message->releaser_role[0] == '\0')) {
        return;
    }
    sender = ent_verdict_certificate_for(part, "officer", &label->stream.sender,
        &label->signing_key_id, label->sealed_at);
    if (sender == NULL) {
        return;
    }
    ent_release_judge(
        message, &sender->signing_key, label->sealed_at, &part->release);
    if (part->release.fault[0] != '\0') {
        ent_verdict_say(part, ENT_WRONG, "officer",
            "the officers' signatures under it do not hold: %s",
            part->release.fault);
        return;
    }
    say_officer(
        part, &part->release.author, "written", part->release.authored_at);
    if (part->release.released) {
        say_officer(part, &part->release.releaser, "released",
            part->release.released_at);
    }
}
