/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/base/selftest.h"

#include <sodium.h>
#include <zmq.h>

#define ZMQ_OLDEST ZMQ_MAKE_VERSION(4, 3, 4)

/* The base point plus (0, -1), which has order two. */
static const uint8_t mixed_order[32] = {0x95, 0x99, 0x99, 0x99, 0x99, 0x99,
    0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99,
    0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99, 0x99,
    0x99, 0x99};

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
    return ENT_OK;
}
