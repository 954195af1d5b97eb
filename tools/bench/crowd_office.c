/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/bench/crowd_office.h"

#include <stdio.h>
#include <string.h>

#include "proto/base/armour.h"
#include "proto/base/file.h"
#include "proto/base/time.h"
#include "proto/frame.h"
#include "proto/schema/link.pb-c.h"
#include "proto/schema/trust.pb-c.h"

#define CREDIT ((uint64_t)4 << 20)
#define DAY_MS (UINT64_C(24) * 3600 * 1000)

/* ---- who they are ---- */

static enum ent_status
make_certificate(struct crowd_office *office,
    const struct ent_signer *authority, struct ent_error *err)
{
    struct ent_certificate *certificate = &office->certificate;
    struct ent_signer signer;
    enum ent_status rc =
        ent_secret_signer(office->key, ENT_KEY_OFFICE, &signer, err);

    if (rc != ENT_OK) {
        return rc;
    }
    certificate->kind = ENTENTE__V1__OFFICE_KIND__BLO;
    certificate->not_before = ent_time_now_ms() - DAY_MS;
    certificate->not_after = ent_time_now_ms() + DAY_MS;
    certificate->serial = 1;
    certificate->signing_key = signer.key;
    certificate->authority_key_id = authority->key_id;
    ent_link_public_key(office->link_key, certificate->link_key);
    return ent_certificate_make(certificate, authority, &office->wire, err);
}

static enum ent_status
write_certificate(const struct crowd_office *office, const char *folder,
    struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes text = {0};
    char path[4096];
    enum ent_status rc = ent_armour_encode(
        ENT_ARMOUR_CERTIFICATE, ent_bytes_view(&office->wire), &text, err);

    (void)snprintf(path, sizeof path, "%s/%s.cert", folder,
        office->certificate.address.text);
    return rc != ENT_OK
               ? rc
               : ent_file_create(path, 0600, ent_bytes_view(&text), err);
}

enum ent_status
crowd_office_make(struct crowd_office *office, const char *address,
    const struct ent_signer *authority, const char *folder,
    struct ent_error *err)
{
    enum ent_status rc = ent_address_parse(
        ent_view_text(address), &office->certificate.address, err);

    if (rc == ENT_OK) {
        rc = ent_secret_new(&office->key, err);
    }
    if (rc == ENT_OK) {
        rc = ent_secret_new(&office->link_key, err);
    }
    if (rc == ENT_OK) {
        rc = make_certificate(office, authority, err);
    }
    return rc != ENT_OK ? rc : write_certificate(office, folder, err);
}

/* ---- what they say ---- */

static enum ent_status
say_hello(struct crowd_office *office, size_t lane, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    const struct ent_hello hello = {
        .certificate = ent_bytes_view(&office->wire),
        .manifest_sequence = 1,
        .lane = lane == 0 ? ENTENTE__V1__LANE__URGENT : ENTENTE__V1__LANE__BULK,
        .credit = CREDIT,
    };
    enum ent_status rc = ent_hello_encode(&hello, &payload, err);

    return rc != ENT_OK
               ? rc
               : ent_link_send(office->lanes[lane].link, NULL, ENT_FRAME_HELLO,
                     ent_bytes_view(&payload), (struct ent_view){0}, err);
}

static enum ent_status
make_manifest(struct crowd_office *office, struct ent_bytes *ret_wire,
    struct ent_error *err)
{
    struct ent_manifest manifest = {
        .address = office->certificate.address,
        .sequence = 1,
        .incarnation = ent_time_now_ms(),
        .issued_at = ent_time_now_ms(),
        .key_count = 1,
    };
    struct ent_signer signer;
    enum ent_status rc =
        ent_secret_signer(office->key, ENT_KEY_OFFICE, &signer, err);

    memcpy(manifest.keys[0].key, office->certificate.link_key,
        sizeof manifest.keys[0].key);
    manifest.keys[0].not_before = ent_time_now_ms() - 1000;
    manifest.keys[0].not_after = ent_time_now_ms() + DAY_MS;
    return rc != ENT_OK ? rc
                        : ent_manifest_make(&manifest, &signer, ret_wire, err);
}

/* The broker asks for the manifest of whoever greets it. */
static enum ent_status
give_manifest(struct crowd_office *office, struct ent_link *link,
    struct ent_view asked, struct ent_error *err)
{
    ENT_AUTO(ent_bytes_free) struct ent_bytes wire = {0};
    ENT_AUTO(ent_bytes_free) struct ent_bytes payload = {0};
    struct ent_fetch fetch;
    struct ent_object object = {0};
    enum ent_status rc = ent_fetch_decode(asked, &fetch, err);

    if (rc == ENT_OK &&
        fetch.kind == ENTENTE__V1__OBJECT_KIND__OBJECT_MANIFEST) {
        rc = make_manifest(office, &wire, err);
    }
    if (rc != ENT_OK) {
        return rc;
    }
    object.kind = fetch.kind;
    (void)snprintf(object.subject, sizeof object.subject, "%s", fetch.subject);
    object.wire = ent_bytes_view(&wire);
    rc = ent_object_encode(&object, &payload, err);
    return rc != ENT_OK
               ? rc
               : ent_link_send(link, NULL, ENT_FRAME_OBJECT,
                     ent_bytes_view(&payload), (struct ent_view){0}, err);
}

static enum ent_status
handle(struct crowd_office *office, struct crowd_lane *lane,
    const struct ent_frame *frame, struct ent_error *err)
{
    struct ent_bye bye;
    enum ent_status rc;

    switch (frame->type) {
    case ENT_FRAME_HELLO:
        lane->greeted = true;
        return ENT_OK;
    case ENT_FRAME_FETCH:
        return give_manifest(office, lane->link, frame->payload, err);
    case ENT_FRAME_BYE:
        rc = ent_bye_decode(frame->payload, &bye, err);
        return rc != ENT_OK
                   ? rc
                   : ent_fail(err, ENT_REJECTED, "the broker: %s", bye.text);
    default:
        return ENT_OK;
    }
}

static enum ent_status
serve_lane(struct crowd_office *office, size_t number, struct ent_error *err)
{
    struct crowd_lane *lane = &office->lanes[number];
    enum ent_status rc = ENT_OK;
    bool up, down;

    ent_link_events(lane->link, &up, &down);
    if (up) {
        rc = say_hello(office, number, err);
    }
    while (rc == ENT_OK) {
        struct ent_frame frame = {0};

        rc = ent_link_receive(lane->link, &frame, err);
        if (rc == ENT_BUSY) {
            return ENT_OK;
        }
        if (rc == ENT_OK) {
            rc = handle(office, lane, &frame, err);
        }
        ent_frame_free(&frame);
    }
    return rc;
}

enum ent_status
crowd_office_connect(struct crowd_office *office, void *zmq,
    const char *endpoint, const uint8_t broker[static ENT_PUBLIC_KEY_LEN],
    struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < CROWD_LANES; i++) {
        rc = ent_link_connect(zmq, endpoint, broker, office->link_key,
            &office->lanes[i].link, err);
    }
    return rc;
}

enum ent_status
crowd_office_serve(
    struct crowd_office *office, bool *ret_greeted, struct ent_error *err)
{
    enum ent_status rc = ENT_OK;

    for (size_t i = 0; rc == ENT_OK && i < CROWD_LANES; i++) {
        rc = serve_lane(office, i, err);
    }
    *ret_greeted = office->lanes[0].greeted && office->lanes[1].greeted;
    return rc;
}
