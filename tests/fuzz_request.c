/* SPDX-License-Identifier: Apache-2.0 */
/* Property: no bytes misbehave, as a request's text or as what lies under its
 * armour; what opens names an address and a key that may be trusted. */
#include "tests/fuzz.h"

#include <stdlib.h>

#include "proto/base/armour.h"
#include "tools/cli/request.h"

static void
open_request(struct ent_view text)
{
    struct cli_request request;
    struct ent_address again;

    if (cli_request_open(text, &request, NULL) != ENT_OK) {
        return;
    }
    if (ent_address_parse(ent_view_text(request.address.text), &again, NULL) !=
            ENT_OK ||
        ent_verify_key_check(&request.signing_key, NULL) != ENT_OK) {
        abort();
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};

    open_request(ent_view_of(data, len));
    if (len > 0 && ent_armour_encode(CLI_REQUEST_KIND, ent_view_of(data, len),
                       &text, NULL) == ENT_OK) {
        open_request(ent_bytes_view(&text));
    }
    return 0;
}
