/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/catalogue_tables.h"
#include "proto/validate_internal.h"

#include <string.h>

/* Checks that manifests name, of what no word of theirs can say. */

void
ent_check_location(struct ent_validation *v, const ProtobufCMessage *message)
{
    const Entente__V1__Location *location =
        (const Entente__V1__Location *)message;
    const char *country = location->country;
    const char *crossing = location->crossing;

    if (strlen(country) != 2) {
        return;
    }
    if (strlen(location->unlocode) == 5 &&
        memcmp(country, location->unlocode, 2) != 0) {
        ent_rule_broken_by(
            v, "UN/LOCODE", "unlocode", "must lie in the country %s", country);
    }
    if (strlen(crossing) == 13 && memcmp(country, crossing, 2) != 0 &&
        memcmp(country, crossing + 3, 2) != 0) {
        ent_rule_broken_by(v, "catalogue: crossings", "crossing",
            "must be one of the country %s", country);
    }
}

void
ent_check_document_check(
    struct ent_validation *v, const ProtobufCMessage *message)
{
    const Entente__V1__DocumentCheck *check =
        (const Entente__V1__DocumentCheck *)message;

    if (check->result != 0 && !is_given(v->message->in_reply_to)) {
        char inside = v->path[0];

        v->path[0] = '\0'; /* it stands in the header */
        ent_rule_broken(v, "inReplyTo", "must be given");
        v->path[0] = inside;
    }
}
