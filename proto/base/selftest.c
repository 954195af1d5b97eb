/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/base/selftest.h"

#include <sodium.h>
#include <zmq.h>

#include "proto/base/blake2b_many.h"

#define INPUTS 17     /* more than two rounds of lanes */
#define INPUT_STEP 16 /* each is longer than the one before: 0 to 2 blocks */
#define ZMQ_OLDEST ZMQ_MAKE_VERSION(4, 3, 4)

/* The base point plus (0, -1), which has order two. */
static const uint8_t mixed_order[32] = {0x95, 0x99, 0x99, 0x99, 0x99, 0x99,
    0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99,
    0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99,
    0x99, 0x99};

/* The lanes of this processor give what libsodium gives. */
static bool
lanes_agree(void)
{
    uint8_t bytes[1 + INPUTS * INPUT_STEP];
    uint8_t digests[INPUTS][ENT_BLAKE2B_LEN];
    struct ent_view inputs[INPUTS];
    bool agree = true;

    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)i;
    }
    for (size_t i = 0; i < INPUTS; i++) {
        inputs[i] = ent_view_of(bytes + 1, i * INPUT_STEP);
    }
    ent_blake2b_many(bytes[0], inputs, INPUTS, digests);
    for (size_t i = 0; i < INPUTS; i++) {
        uint8_t digest[ENT_BLAKE2B_LEN];

        (void)crypto_generichash(
            digest, sizeof digest, bytes, 1 + inputs[i].len, NULL, 0);
        agree = agree && memcmp(digest, digests[i], sizeof digest) == 0;
    }
    return agree;
}

enum ent_status
ent_selftest_run(struct ent_error *err)
{
    int major;
    int minor;
    int patch;

    if (sodium_init() < 0) {
        return ent_fail(err, ENT_UNSUPPORTED, "libsodium does not start");
    }
    zmq_version(&major, &minor, &patch);
    if (ZMQ_MAKE_VERSION(major, minor, patch) < ZMQ_OLDEST) {
        return ent_fail(err, ENT_UNSUPPORTED,
            "libzmq %d.%d.%d is too old: 4.3.4 or newer is needed", major,
            minor, patch);
    }
    if (zmq_has("curve") == 0) {
        return ent_fail(err, ENT_UNSUPPORTED, "libzmq was built without CURVE");
    }
    if (crypto_core_ed25519_is_valid_point(mixed_order) != 0) {
        return ent_fail(err, ENT_UNSUPPORTED,
            "libsodium %s lacks the fix of CVE-2025-69277: install the "
            "security update",
            sodium_version_string());
    }
    if (!lanes_agree()) {
        return ent_fail(err, ENT_UNSUPPORTED,
            "this processor's wide registers hash wrongly: BLAKE2b in %zu "
            "lanes is not that of libsodium",
            ent_blake2b_lanes());
    }
    return ENT_OK;
}
