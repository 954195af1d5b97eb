/* SPDX-License-Identifier: Apache-2.0 */
/* The vectors of docs/PROTOCOL.md about what two programs say to each other. */
#include "tests/protocol_keys.h"

#include "proto/frame.h"
#include "proto/refusal.h"
#include "proto/schema/link.pb-c.h"

static void
expect_hello(const struct block *block)
{
    struct ent_hello hello = {
        .certificate = block_bytes(block_named("certificate"), "signed"),
        .manifest_sequence = 3,
        .lane = ENTENTE__V1__LANE__URGENT,
        .credit = block_number(block, "credit"),
    };
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};

    expect_ok(ent_hello_encode(&hello, &payload, &last_error));
    expect_vector(block, "hello", ent_bytes_view(&payload));
}

static void
expect_state(const struct block *block)
{
    static struct ent_state page;
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};

    page = (struct ent_state){
        .streams = {{
            .role = ENTENTE__V1__STATE_ROLE__AS_SENDER,
            .stream = the_stream(),
            .receipts = {block_digest("receipt", "hash")},
            .receipt_count = 1,
        }},
        .stream_count = 1,
        .last_page = true,
    };
    expect_ok(ent_state_encode(&page, &payload, &last_error));
    expect_vector(block, "state", ent_bytes_view(&payload));
}

static void
expect_objects(const struct block *block)
{
    struct ent_fetch fetch = {
        .kind = ENTENTE__V1__OBJECT_KIND__OBJECT_MANIFEST,
        .subject = "blo-tachileik@mm",
        .newer_than = 5,
    };
    struct ent_object object = {
        .kind = ENTENTE__V1__OBJECT_KIND__OBJECT_MANIFEST,
        .subject = "blo-tachileik@mm",
        .wire = block_bytes(block_named("manifest"), "signed"),
    };
    ENT_AUTO(ent_bytes_free) struct ent_bytes asked = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes answered = {0};

    expect_ok(ent_fetch_encode(&fetch, &asked, &last_error));
    expect_vector(block, "fetch", ent_bytes_view(&asked));
    expect_ok(ent_object_encode(&object, &answered, &last_error));
    expect_vector(block, "object", ent_bytes_view(&answered));
}

void
frames_have_these_payloads(void **state)
{
    const struct block *block = block_named("frames");
    struct ent_bye bye = {.reason = ENT_REFUSAL_CLOSING};
    ENT_AUTO(ent_bytes_free) struct ent_bytes credit = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes goodbye = {0};

    (void)state;
    expect_hello(block);
    expect_state(block);
    expect_ok(
        ent_credit_encode(block_number(block, "credit"), &credit, &last_error));
    expect_vector(block, "credit-payload", ent_bytes_view(&credit));
    expect_objects(block);
    strcpy(bye.text, block_text(block, "bye-text"));
    expect_ok(ent_bye_encode(&bye, &goodbye, &last_error));
    expect_vector(block, "bye", ent_bytes_view(&goodbye));
}
